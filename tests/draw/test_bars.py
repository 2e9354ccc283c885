"""Dots on intervals, for shares and for other values."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.bars import describe_intervals, interval_bars


def areas(count):
    value = np.linspace(0, 1, count)
    return pd.DataFrame(
        {
            "label": [f"Provider {row} of treatment and aftercare" for row in range(count)],
            "value": value,
            "low": np.maximum(value - 0.1, 0),
            "high": np.minimum(value + 0.1, 1),
            "n": np.round(value * 60),
            "total": 60,
        }
    )


@pytest.mark.parametrize("count", [1, 12, 13, 30])
def test_any_number_of_rows_stays_readable(count, assert_readable):
    axes = interval_bars(areas(count), title="Clients with a recovery contact, by provider", reference=0.31)
    assert_readable(axes)
    assert "Upright marks: 31%." in axes.get_xlabel()


def test_values_that_are_no_shares_get_round_ticks_and_their_number(hatched, assert_readable):
    frame = pd.DataFrame(
        {
            "label": ["Ties", "Hidden", "Nobody"],
            "value": [3.21, np.nan, 5.0],
            "low": [2, np.nan, 1],
            "high": [14.2, np.nan, 2],
            "n": [200, np.nan, 0],
        }
    )
    axes = interval_bars(frame, title="Mean", share=False, unit="people")
    texts = {text.get_text() for text in axes.texts}
    assert {"3.21 people (n = 200)", "*", "none to count"} <= texts
    assert axes.get_xlim()[0] == 0 and axes.get_xlim()[1] >= 14.2
    assert hatched(axes) == 1
    assert len([mark for mark in axes.lines if mark.get_marker() == "o"]) == 1
    assert_readable(axes)


def test_negative_values_stay_on_the_axis(assert_readable):
    frame = pd.DataFrame({"label": ["Down"], "value": [-2.0], "low": [-3.5], "high": [-0.5]})
    axes = interval_bars(frame, title="Change", share=False)
    assert axes.get_xlim()[0] <= -3.5 and axes.get_xlim()[1] >= 0
    assert_readable(axes)


def test_many_rows_are_told_by_their_ends():
    frame = areas(20)
    frame.loc[4, ["value", "n"]] = np.nan
    words = describe_intervals(frame, title="Shares")
    assert "20 rows." in words and "Lowest: Provider 0 " in words and "Highest: Provider 19 " in words
    assert words.endswith("Suppressed: 1.")


def test_the_frame_is_left_as_it_was():
    frame = areas(5)
    before = frame.copy(deep=True)
    interval_bars(frame, title="Shares")
    pd.testing.assert_frame_equal(frame, before)
