"""How many ties people have."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.distribution import describe_distribution, tie_distribution


def ties(n, names=None):
    n = np.asarray(n, dtype=float)
    return pd.DataFrame({"ties": range(len(n)) if names is None else names, "n": n, "share": n / 650})


@pytest.mark.parametrize("n", [[650], [0, 650], [120, 200, 170, 100, 56, np.nan], np.full(13, 50), np.full(31, 20)])
def test_any_number_of_columns_stays_readable(n, assert_readable):
    axes = tie_distribution(ties(n), denominator=650)
    assert_readable(axes)
    heights = [bar.get_height() for bars in axes.containers for bar in bars]
    assert heights == pytest.approx([share for share in ties(n)["share"] if not np.isnan(share)])
    assert "How many people each of the 650 clients is tied to" in [text.get_text() for text in axes.texts]


def test_people_without_ties_stand_out_and_are_named_first():
    axes = tie_distribution(ties([60, 590]), denominator=650)
    colours = [bar.get_facecolor() for bars in axes.containers for bar in bars]
    assert colours[0] != colours[1]
    assert describe_distribution(ties([60, 590]), denominator=650).endswith("0 ties: 60 of 650 (9%). 1 ties: 590 of 650 (91%).")


def test_all_suppressed(hatched, assert_readable):
    axes = tie_distribution(ties([np.nan] * 21), denominator=650)
    assert hatched(axes) == 21 and not axes.containers
    assert_readable(axes)
    assert "Suppressed: 21." in describe_distribution(ties([np.nan] * 21), denominator=650)


def test_many_columns_are_told_by_the_first_and_the_most_frequent():
    words = describe_distribution(ties([10, 20, 300, *[5] * 20]), denominator=650)
    assert words.endswith("0 ties: 10 of 650 (2%). Most frequent: 2 ties: 300 of 650 (46%).")


def test_long_names_and_no_rows(assert_readable):
    names = ["nobody at all", "one person only", "two to five people", "six to nineteen people", "twenty and more"]
    assert_readable(tie_distribution(ties([130] * 5, names), denominator=650))
    assert_readable(tie_distribution(ties([]), denominator=650))
    assert describe_distribution(ties([]), denominator=650) == "Nothing recorded to draw."


def test_the_frame_is_left_as_it_was():
    frame = ties([60, 590])
    before = frame.copy(deep=True)
    tie_distribution(frame, denominator=650)
    pd.testing.assert_frame_equal(frame, before)
