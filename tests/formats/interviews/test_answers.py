from __future__ import annotations

import pandas as pd
import pytest

from recoverynet.errors import SchemaError
from recoverynet.formats.interviews.answers import option_columns, reads_as_free_text, require_asked, typed_answers


def columns(*titles: str, **more: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame({**dict.fromkeys(titles, ["true", "false"]), **more}, dtype="str")


@pytest.mark.parametrize(
    ("frame", "declared", "expected"),
    [
        (columns("sex_f", "sex_m"), (), {"sex": ["sex_f", "sex_m"]}),
        (columns("sex_f", "age", "sex_m"), (), {}),
        (columns("use_a_b", "use_a_c"), (), {"use_a": ["use_a_b", "use_a_c"]}),
        (
            columns("d_use_a", "d_use_b", "d_kind_a", "d_kind_b"),
            (),
            {"d_use": ["d_use_a", "d_use_b"], "d_kind": ["d_kind_a", "d_kind_b"]},
        ),
        (columns("sex_f", sex_m=["true", None]), (), {}),
        (columns("sex_f", sex_m=["true", None]), ("sex",), {"sex": ["sex_f", "sex_m"]}),
        (columns("alone_here"), (), {}),
        (columns("a", "b"), (), {}),
    ],
)
def test_options_of_one_question(frame: pd.DataFrame, declared: tuple[str, ...], expected: dict[str, list[str]]) -> None:
    assert option_columns(frame, declared) == expected


@pytest.mark.parametrize(
    ("values", "free"),
    [
        (["Daily", "Weekly", "Never", "Daily"], False),
        (["Very Close", "Not Close", "Very Close", "Not Close", "Not Close"], False),
        ([str(k) for k in range(50)], False),
        ([f"2011-03-{k:02}" for k in range(1, 29)], False),
        (["a much longer answer than anybody would choose from a list of answers"], True),
        ([f"nickname{k}" for k in range(12)], True),
        (["Ann Lee", "Ben Moe", "Cy Poe"], True),
        (["ann@example.org", "x"], True),
        (["x", "07700 900123"], True),
        (["12 High Street, Leeds", "x", "x"], True),
        ([None, None], False),
    ],
)
def test_free_text_is_told_from_answers(values: list[str | None], free: bool) -> None:
    assert reads_as_free_text(pd.Series(values, dtype="str")) == free


def test_answers_have_the_type_all_of_them_have() -> None:
    assert typed_answers(pd.Series(["1", None, "2"], dtype="str")).dtype == "Int64"
    assert typed_answers(pd.Series(["1", "2.5"], dtype="str")).dtype == "float64"
    assert typed_answers(pd.Series(["true", None], dtype="str")).dtype == "boolean"
    assert typed_answers(pd.Series(["007", "1"], dtype="str")).tolist() == ["007", "1"]
    assert typed_answers(pd.Series([None, None], dtype="str")).isna().all()


def test_what_was_not_asked_cannot_be_kept() -> None:
    asked = ["sex_f", "sex_m", "Notes"]
    require_asked(["Notes", "sex"], asked, "keep")
    with pytest.raises(SchemaError, match="keep names 'Nots'"):
        require_asked(["Nots"], asked, "keep")
