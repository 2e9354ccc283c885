"""What the record holds, and of how many."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.missing import coverage_bars, describe_coverage_bars
from recoverynet.errors import SchemaError


@pytest.fixture
def held():
    what = ["At least one contact", "A recovery state in the last 90 days", "Two scores", "Reoffending"]
    return pd.DataFrame({"what": what, "n": [650, 333, np.nan, 0]})


def test_bars_are_shares_of_everybody(held, hatched, assert_readable):
    axes = coverage_bars(held, denominator=650)
    assert [bar.get_width() for bars in axes.containers for bar in bars] == pytest.approx([1, 333 / 650, 0])
    texts = {text.get_text() for text in axes.texts}
    assert {"650 of 650 (100%)", "* of 650", "0 of 650 (0%)"} <= texts
    assert "What is recorded, as a share of the 650 clients" in texts
    assert hatched(axes) == 1
    assert_readable(axes)


@pytest.mark.slow
def test_denominators_may_differ_between_rows(held, assert_readable):
    axes = coverage_bars(held.assign(total=[650, 400, 100, 0]))
    texts = {text.get_text() for text in axes.texts}
    assert {"333 of 400 (83%)", "none to count"} <= texts
    assert not any("the 650" in text for text in texts)
    assert_readable(axes)


def test_more_than_everybody_is_refused(held):
    with pytest.raises(SchemaError, match="between 0 and 1"):
        coverage_bars(held, denominator=100)


def test_the_words_follow_the_frame(held):
    words = describe_coverage_bars(held, denominator=650)
    assert "Two scores: suppressed (of 650)." in words and "Reoffending: 0 of 650 (0%)." in words
    assert describe_coverage_bars(held.iloc[:0], denominator=650) == "Nothing recorded to draw."


def test_the_frame_is_left_as_it_was(held):
    before = held.copy(deep=True)
    coverage_bars(held, denominator=650)
    pd.testing.assert_frame_equal(held, before)
