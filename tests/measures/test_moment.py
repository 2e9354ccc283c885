"""The windows before a day, what counts in which, and days that run by the calendar."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import TimeOrderError, UnknownPersonError
from recoverynet.measures.moment import Moment, moment_of, require_client
from recoverynet.measures.record_index import index_of, to_us

AT = pd.Timestamp("2011-06-30T10:00", tz="Europe/London")
MOMENT = Moment(AT, pd.Timedelta(days=10))


def test_windows_lie_end_to_end():
    assert [(AT - edge).days for edge in (MOMENT.start, MOMENT.before, MOMENT.furthest)] == [10, 20, 40]


def test_each_time_counts_in_one_window():
    second = pd.Timedelta("1s")
    times = [MOMENT.before - second, MOMENT.before, MOMENT.start - second, MOMENT.start, AT]
    assert MOMENT.counts([to_us(time) for time in times]) == (2, 2)
    assert MOMENT.counts([]) == (0, 0)


@pytest.mark.parametrize(("then", "days"), [("2011-06-29T23:59", 1), ("2011-06-30T00:00", 0), ("2011-03-01T12:00", 121)])
def test_days_run_by_the_calendar_and_not_by_the_clock(then, days):
    assert MOMENT.days_since(pd.Timestamp(then, tz="Europe/London")) == days


def test_no_instant_is_no_days_ago():
    assert np.isnan(MOMENT.days_since(None)) and np.isnan(MOMENT.days_since(pd.NaT))


def test_whoever_is_no_client_is_said_so():
    record = rn.load_sample("five_people")
    index = index_of(record)
    people = record.people.set_index("person_id")["role"]
    client, other = people.index[people == "client"][0], people.index[people != "client"][0]
    assert require_client(index, client).person_id == client
    with pytest.raises(UnknownPersonError, match=f"as {people[other]}, not as client"):
        require_client(index, other)
    with pytest.raises(UnknownPersonError, match=f"holds {(people == 'client').sum()} clients"):
        require_client(index, "nobody")


def test_a_window_is_a_day_at_least():
    record = rn.load_sample("five_people")
    last = record.window[1] - pd.Timedelta("1s")
    assert moment_of(record, last, "1D").window == pd.Timedelta(days=1)
    with pytest.raises(TimeOrderError, match="a day or longer"):
        moment_of(record, last, "23h")
