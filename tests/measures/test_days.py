"""Local calendar days as numbers: across the change of the clocks, and which days a window holds whole."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.measures.days import days_within, local_days, midnight

LONDON = "Europe/London"


def test_a_day_is_the_local_one():
    # an hour past midnight in summer is still the day before at Greenwich
    instants = pd.Series(pd.to_datetime(["2011-06-01T00:30", "2011-06-01T23:59", None, "1970-01-01T00:00"])).dt.tz_localize(LONDON)
    days = local_days(instants)
    assert days[0] == days[1] == (pd.Timestamp("2011-06-01") - pd.Timestamp("1970-01-01")).days
    assert np.isnan(days[2]) and days[3] == 0


def test_days_of_a_year_with_both_changes_of_the_clocks_are_one_apart():
    noons = pd.Series(pd.date_range("2011-01-01T12:00", periods=365, freq="D", tz=LONDON))
    assert set(np.diff(local_days(noons))) == {1.0}


@pytest.mark.parametrize("tz", [LONDON, "America/Santiago"])  # Santiago skips midnight itself
def test_a_day_begins_at_its_midnight(tz):
    for day in pd.date_range("2011-01-01", "2011-12-31"):
        number = (day - pd.Timestamp("1970-01-01")).days
        begins = midnight(number, tz)
        assert local_days(pd.Series([begins])).tolist() == [number]
        assert local_days(pd.Series([begins - pd.Timedelta("1s")])).tolist() == [number - 1]


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2011-03-01", "2011-04-01", "2011-03-01", "2011-03-31"),
        ("2011-03-01T00:01", "2011-04-01", "2011-03-02", "2011-03-31"),
        ("2011-03-01", "2011-04-01T23:59", "2011-03-01", "2011-03-31"),
        ("2011-03-01T12:00", "2011-03-02T12:00", "2011-03-02", "2011-03-01"),
    ],
)
def test_days_a_window_holds_from_midnight_to_midnight(start, end, first, last):
    expected = [(pd.Timestamp(day) - pd.Timestamp("1970-01-01")).days for day in (first, last)]
    assert days_within((pd.Timestamp(start, tz=LONDON), pd.Timestamp(end, tz=LONDON))) == tuple(expected)


def test_no_window_holds_no_days():
    assert np.isnan(days_within(None)).all()
