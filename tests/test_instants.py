import datetime as dt

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError, TimeOrderError
from recoverynet.instants import as_instant, as_length, as_window, day_in_words

LONDON = "Europe/London"


def test_naive_values_are_local_time_and_aware_ones_are_turned():
    assert as_instant("2011-07-01", LONDON).isoformat() == "2011-07-01T00:00:00+01:00"
    assert as_instant(dt.date(2011, 3, 7), LONDON).isoformat() == "2011-03-07T00:00:00+00:00"
    assert as_instant("2011-07-01T12:00Z", LONDON).isoformat() == "2011-07-01T13:00:00+01:00"


def test_the_hour_that_comes_twice_and_the_one_that_never_comes():
    assert as_instant("2011-10-30T01:30", LONDON).utcoffset() == dt.timedelta(hours=1)
    assert as_instant("2011-03-27T01:30", LONDON).isoformat() == "2011-03-27T02:00:00+01:00"


@pytest.mark.parametrize("value", ["April", "tomorrow", "07/03/2011", "", 5, 2011.0, None, pd.NaT, "2011-13-01"])
def test_what_is_not_a_date_is_refused(value):
    with pytest.raises(SchemaError, match=r"not a date|missing"):
        as_instant(value, LONDON)


def test_a_day_is_said_without_a_leading_nought():
    assert day_in_words(pd.Timestamp("2011-03-07")) == "7 March 2011"


@pytest.mark.parametrize("value", ["90", 90, 90.0, "ninety days", "", "-3D", pd.NaT])
def test_a_length_names_its_unit_and_is_longer_than_nothing(value):
    with pytest.raises(SchemaError, match="half_life"):
        as_length(value, "half_life")
    graph = rn.ContactGraph(rn.load_sample("five_people"))
    with pytest.raises(SchemaError, match="half_life"):
        rn.project(graph, half_life=value)
    with pytest.raises(SchemaError, match="valid_for"):
        rn.state_at(graph.record.observations, "2011-04-05", valid_for=value)


def test_lengths_are_read():
    assert as_length("90D", "x") == pd.Timedelta(days=90)
    assert as_length(dt.timedelta(hours=3), "x") == pd.Timedelta(hours=3)


def test_a_window_is_a_pair_in_order():
    assert as_window(("2011-03-01", "2011-04-01"), LONDON)[0].isoformat() == "2011-03-01T00:00:00+00:00"
    with pytest.raises(TimeOrderError):
        as_window(("2011-04-01", "2011-03-01"), LONDON)
    for value in ("2011-03", ("2011-03-01",), 5):
        with pytest.raises(SchemaError, match="pair of dates"):
            as_window(value, LONDON)


def test_natural_slips_are_told_in_plain_words():
    record = rn.load_sample("five_people")
    with pytest.raises(SchemaError, match="takes a ContactGraph"):
        rn.project(record)
    with pytest.raises(SchemaError, match="takes a RecoveryRecord"):
        rn.ContactGraph("riverside")
    with pytest.raises(SchemaError, match="pair of dates"):
        rn.project(rn.ContactGraph(record), window="2011-03")
    with pytest.raises(SchemaError, match="horizons"):
        rn.aftercare_coverage(record, horizons=28)
