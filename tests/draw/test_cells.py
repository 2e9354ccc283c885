"""Numbers of a figure: checked, masked and said."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.cells import count_text, floats_of, in_a_sentence, require_columns, say, share_text, shares, totals
from recoverynet.errors import SchemaError


@pytest.mark.parametrize(
    ("share", "printed"),
    [
        (0.0, "0%"),
        (0.0003, "under 0.1%"),
        (0.004, "0.4%"),
        (0.0096, "1%"),
        (0.2, "20%"),
        (0.994, "99.4%"),
        (0.9999, "over 99.9%"),
        (1.0, "100%"),
        (np.nan, "*"),
    ],
)
def test_percent_never_rounds_something_to_nothing_or_nearly_all_to_all(share, printed):
    assert share_text(share) == printed


def test_stars_and_missing_cells_are_nan_and_other_text_is_refused():
    frame = pd.DataFrame({"n": pd.array([1, pd.NA, 3], dtype="Int64"), "m": [1, "*", None], "bad": [1, "few", 2]})
    assert np.isnan(floats_of(frame, "n")).tolist() == [False, True, False]
    assert np.isnan(floats_of(frame, "m")).tolist() == [False, True, True]
    with pytest.raises(SchemaError, match=r"'few' \(row 1\)"):
        floats_of(frame, "bad")
    assert np.isnan(floats_of(frame, "not there")).all()


def test_percentages_given_as_shares_are_refused_with_the_remedy():
    with pytest.raises(SchemaError, match="Divide percentages by 100"):
        floats_of(pd.DataFrame({"share": [0.2, 34.0]}), "share", share=True)


def test_infinity_is_refused():
    with pytest.raises(SchemaError, match="inf"):
        floats_of(pd.DataFrame({"n": [np.inf]}), "n")


def test_a_share_is_hidden_with_its_count_and_with_its_denominator():
    frame = pd.DataFrame({"n": [3, np.nan, 3], "share": [0.3, 0.3, 0.3]})
    masked = shares(frame, np.array([10.0, 10.0, np.nan]))
    assert np.isnan(masked).tolist() == [False, True, True]


def test_denominators_come_from_the_column_or_the_argument_and_from_nowhere_else():
    frame = pd.DataFrame({"n": [1, 2], "total": [10, 20]})
    assert totals(frame, 99, "f").tolist() == [10, 20]
    assert totals(frame[["n"]], 99, "f").tolist() == [99, 99]
    with pytest.raises(SchemaError, match="denominator="):
        totals(frame[["n"]], None, "f")


def test_a_missing_column_is_named_with_those_there_are():
    with pytest.raises(SchemaError, match=r"funnel needs the column\(s\) 'share'; the frame has 'n'"):
        require_columns(pd.DataFrame({"n": []}), ["n", "share"], "funnel")


def test_labels_carry_the_denominator():
    assert count_text(1234, 5000, 0.2468) == "1,234 of 5,000 (25%)"
    assert count_text(np.nan, 650, np.nan) == "* of 650"
    assert count_text(np.nan, np.nan, np.nan) == "* of *"
    assert count_text(np.nan, 650, 0.2) == "20% of 650"
    assert count_text(0, 0, np.nan) == "none to count"


def test_sentences_say_suppressed_and_never_star():
    for n, total in [(np.nan, 650.0), (np.nan, np.nan), (12.0, np.nan)]:
        assert "suppressed" in say(n, total, np.nan) and "*" not in say(n, total, np.nan)
    assert say(0, 0, np.nan) == "none to count"


def test_lists_read_as_sentences():
    assert in_a_sentence(["a"]) == "a"
    assert in_a_sentence(["a", "b", "c"]) == "a, b and c"
    assert in_a_sentence([]) == "none"
