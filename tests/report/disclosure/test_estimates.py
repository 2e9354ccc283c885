"""Tables of estimates: what too few stand behind is hidden, counts are rough, and texts say the numbers they hold."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from recoverynet.errors import DisclosureError, SchemaError
from recoverynet.report.disclosure.estimates import (
    DisclosedEstimates,
    EstimateTable,
    about,
    as_number,
    decimal_or_dash,
    nearest_ten,
)

WORDS = {"title": "Odds ratios", "population": "People", "period": "2011", "heads": ("Ratio", "Interval", "People")}


def table(behind: list[float], **more: object) -> EstimateTable:
    values = pd.DataFrame(
        {
            "ratio": [2.113, -0.5, np.nan],
            "low": [1.0, -1.25, np.nan],
            "high": [4.0, 0.25, np.nan],
            "n": [123, 9, 0],
            "behind": behind,
        },
        index=["One", "Two", "None"],
    )
    return EstimateTable(values, counts=("n",), **(WORDS | more))  # type: ignore[arg-type]


def test_rows_that_enough_stand_behind_are_shown_with_both_ends_in_one_cell() -> None:
    shown = table([10, 10, 10]).disclosed("ndtms")
    assert shown.grid().columns == ("", "Ratio", "Interval", "People")
    assert shown.grid().rows == (
        ("One", "2.11", "1.00 to 4.00", "120"), ("Two", "−0.50", "−1.25 to 0.25", "under 10"), ("None", "–", "–", "0"),
    )  # fmt: skip
    assert shown.n_hidden == 0 and shown.remarks() == ("Counts are to the nearest ten.",)


def test_one_too_few_and_a_row_is_hidden_but_for_its_rough_count() -> None:
    policy_least = table([10, 10, 10]).disclosed("ndtms").min_for_mean
    shown = table([policy_least - 1, policy_least, np.nan], denominator="all clients", note="A note.").disclosed("ndtms")
    assert shown.grid().rows[0] == ("One", "*", "*", "120")
    assert shown.grid().rows[1][1] == "−0.50"
    assert shown.n_hidden == 3
    assert shown.remarks() == (
        "Out of: all clients.",
        "A note.",
        "Counts are to the nearest ten.",
        f"* Fewer than {policy_least} stand behind the figure.",
    )  # fmt: skip


def test_without_bounds_every_column_has_its_cell() -> None:
    values = pd.DataFrame({"ratio": [2.113], "what": ["a text"], "behind": [30]}, index=["One"])
    made = EstimateTable(values, title="T", population="p", period="2011", heads=("Ratio", "What"), digits={"ratio": 1})
    shown = made.disclosed("ndtms")
    assert shown.grid().rows == shown.cells == (("One", "2.1", "a text"),)
    assert not shown.is_rounded and shown.remarks() == ()


def test_frame_holds_the_numbers_the_texts_say() -> None:
    frame = table([10, 10, 10]).disclosed("ndtms").to_frame()
    assert frame.columns.tolist() == ["row", "ratio", "low", "high", "n"]
    assert frame["ratio"].tolist()[:2] == [2.11, -0.5] and math.isnan(frame["ratio"][2])
    assert frame["n"].tolist() == [120.0, "under 10", 0.0]


def test_headings_and_what_stands_behind_are_needed() -> None:
    values = pd.DataFrame({"ratio": [1.0], "low": [0.5], "high": [2.0], "behind": [30]})
    for wrong, heads in [
        (values, ("Ratio",)),
        (values, ("Ratio", "Low", "High")),
        (values.drop(columns="behind"), ("Ratio", "Interval")),
    ]:
        with pytest.raises(SchemaError, match="'behind' and one heading"):
            EstimateTable(wrong, title="T", population="p", period="2011", heads=heads)


def test_a_disclosed_table_refuses_numbers() -> None:
    shown = table([10, 10, 10]).disclosed("ndtms")
    fields = {name: getattr(shown, name) for name in DisclosedEstimates.__dataclass_fields__}
    with pytest.raises(DisclosureError, match="holds numbers"):
        DisclosedEstimates(**(fields | {"cells": (("One", "2.11", "1.00", "4.00", 123),)}))


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (0.5, "under 10"), (9, "under 10"), (10, "10"), (14, "10"), (15, "20"), (1234, "1,230"), (math.nan, "–")],
)
def test_a_count_in_words(count: float, text: str) -> None:
    assert about(count) == text


def test_nearest_ten_is_never_further_than_five() -> None:
    for count in range(500):
        assert nearest_ten(count) % 10 == 0 and -5 < nearest_ten(count) - count <= 5


@pytest.mark.parametrize(("value", "text"), [(999.99, "999.99"), (1000, "over 1,000"), (-2000, "−2,000.00"), (math.nan, "–")])
def test_a_number_in_words(value: float, text: str) -> None:
    assert decimal_or_dash(value) == text
    if value < 1000:
        assert as_number(text) == value


def test_what_is_no_number_stays_a_text() -> None:
    assert as_number("*") == "*" and math.isnan(as_number("–"))  # type: ignore[arg-type]
