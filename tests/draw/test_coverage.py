"""Coverage over time and around the end of treatment."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.coverage import aftercare_bars, coverage_over_time, describe_aftercare, describe_coverage
from recoverynet.errors import SchemaError

VALUES = ["share", "low", "high", "n"]


def ticks(axes):
    return [label.get_text() for label in axes.get_xticklabels()]


def line(axes):
    return axes.lines[0].get_ydata()


@pytest.mark.parametrize("count", [1, 2, 6, 18, 30])
def test_any_number_of_periods_stays_readable(count, months, assert_readable):
    axes = coverage_over_time(months(count))
    assert_readable(axes)
    assert ticks(axes)[0].replace("\n", " ").startswith("Jan 2011 of 60")


def test_denominators_stand_under_every_period_where_they_fit(months):
    axes = coverage_over_time(months(4))
    assert [tick.split("\n")[-1] for tick in ticks(axes)] == [f"of {n:.0f}" for n in months(4)["total"]]
    constant = coverage_over_time(months(4).drop(columns="total"), denominator=650)
    assert all(tick.endswith("of 650") for tick in ticks(constant))


def test_suppressed_periods_are_gaps_with_a_stub_and_empty_ones_gaps_without(months, hatched, assert_readable):
    frame = months(12)
    frame.loc[[3, 4], VALUES] = np.nan
    frame.loc[8, [*VALUES, "total"]] = [np.nan] * 4 + [0]
    axes = coverage_over_time(frame)
    assert np.flatnonzero(np.isnan(line(axes))).tolist() == [3, 4, 8]
    assert hatched(axes) == 2
    assert [text.get_text() for text in axes.texts].count("*") == 2
    assert_readable(axes)
    words = describe_coverage(frame)
    assert "Suppressed periods: 2." in words and "Periods with nobody to count: 1." in words


def test_all_suppressed(months, hatched, assert_readable):
    frame = months(30)
    frame[VALUES] = np.nan
    axes = coverage_over_time(frame)
    assert hatched(axes) == 30 and np.isnan(line(axes)).all()
    assert_readable(axes)
    assert "No value is known." in describe_coverage(frame)


@pytest.mark.parametrize(("value", "printed"), [(0.0, "0%"), (1.0, "100%")])
def test_none_and_all_are_drawn_whole(value, printed, months, assert_readable):
    axes = coverage_over_time(months(6).assign(share=value, low=max(value - 0.1, 0), high=min(value + 0.1, 1)))
    assert printed in [text.get_text() for text in axes.texts]
    assert axes.get_ylim()[0] == 0 and axes.get_ylim()[1] >= value
    assert_readable(axes)


def test_the_axis_starts_at_zero_and_holds_the_band(months):
    axes = coverage_over_time(months(6).assign(share=0.03, low=0.01, high=0.06))
    assert axes.get_ylim() == (0, 0.1)


def test_order_of_rows_does_not_matter_for_instants(months):
    frame = months(9)
    shuffled = frame.sample(frac=1, random_state=1)
    assert line(coverage_over_time(shuffled)).tolist() == line(coverage_over_time(frame)).tolist()
    assert describe_coverage(shuffled) == describe_coverage(frame)


def test_labels_periods_and_zoned_instants_are_taken(months):
    frame = months(3)
    zoned = frame.assign(period=frame["period"].dt.tz_localize("Europe/London"))
    periods = frame.assign(period=frame["period"].dt.to_period("M"))
    named = frame.assign(period=["before", "during", "after"])
    assert ticks(coverage_over_time(zoned)) == ticks(coverage_over_time(periods)) == ticks(coverage_over_time(frame))
    assert ticks(coverage_over_time(named))[0].startswith("before")


def test_long_labels_stay_readable(months, assert_readable):
    long = [f"The {row}th quarter of the pilot in Riverside" for row in range(8)]
    assert_readable(coverage_over_time(months(8).assign(period=long)))


def test_missing_and_repeated_periods_are_refused(months):
    with pytest.raises(SchemaError, match="there twice"):
        coverage_over_time(months(2).assign(period=["a", "a"]))
    with pytest.raises(SchemaError, match="denominator="):
        coverage_over_time(months(2).drop(columns="total"))


def test_a_share_beside_a_suppressed_count_is_not_drawn(months):
    frame = months(3)
    frame.loc[1, "n"] = np.nan
    assert np.isnan(line(coverage_over_time(frame))[1])
    assert "Suppressed periods: 1." in describe_coverage(frame)


def test_nothing_recorded_is_said(months, assert_readable):
    axes = coverage_over_time(months(3).iloc[:0])
    assert "Nothing recorded to draw." in [text.get_text() for text in axes.texts]
    assert_readable(axes)
    assert describe_coverage(months(3).iloc[:0]) == "Nothing recorded to draw."


def test_the_words_name_start_end_lowest_and_highest(months):
    frame = months(4).assign(share=[0.2, 0.1, 0.5, 0.3], n=[12, 6, 30, 18], total=60)
    words = describe_coverage(frame)
    assert "starts at 12 of 60 (20%) in Jan 2011 and ends at 18 of 60 (30%) in Apr 2011" in words
    assert "lowest value is 6 of 60 (10%) in Feb 2011" in words
    assert "highest value is 30 of 60 (50%) in Mar 2011" in words


def test_the_frame_is_left_as_it_was(months):
    frame = months(5).iloc[::-1]
    before = frame.copy(deep=True)
    coverage_over_time(frame)
    describe_coverage(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.fixture
def phases():
    return pd.DataFrame(
        {
            "phase": ["Before treatment", "During treatment", "Within 28 days after", "Within 90 days after"],
            "share": [0.06, 0.4, np.nan, 1.0],
            "n": [12, 80, np.nan, 200],
            "low": [0.03, 0.33, np.nan, 0.98],
            "high": [0.1, 0.47, np.nan, 1.0],
        }
    )


def test_phases_are_dots_on_their_intervals(phases, hatched, assert_readable):
    axes = aftercare_bars(phases, denominator=200)
    dots = [mark.get_xdata()[0] for mark in axes.lines if mark.get_marker() == "o"]
    assert dots == [0.06, 0.4, 1.0]
    assert hatched(axes) == 1
    assert {"12 of 200 (6%)", "* of 200"} <= {text.get_text() for text in axes.texts}
    assert_readable(axes)
    words = describe_aftercare(phases, denominator=200)
    assert "During treatment: 80 of 200 (40%), 95% interval 33% to 47%." in words
    assert "Within 28 days after: suppressed (of 200)." in words
