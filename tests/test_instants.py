import datetime as dt

import pandas as pd
import pytest

from recoverynet.errors import SchemaError
from recoverynet.instants import as_instant, day_in_words

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
