"""How numbers, shares, dates and codes are said."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from recoverynet.report import wording


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0%"), (0.004, "under 1%"), (0.005, "0%"), (0.124, "12%"), (0.996, "over 99%"), (1.0, "100%"), (math.nan, "*")],
)
def test_percentages_are_whole_and_never_round_something_to_nothing(share, said) -> None:
    if share == 0.005:
        assert wording.percent(share) in ("0%", "1%")
    else:
        assert wording.percent(share) == said


def test_a_hidden_share_is_not_one_that_does_not_exist() -> None:
    assert wording.percent(math.nan, of=0) == "–"
    assert wording.n_of(0, 0) == "0 of 0"
    assert wording.n_of(3, math.nan, "clients") == "3 of * clients"
    assert wording.said_of(3, math.nan) == "3 of a hidden number" and wording.said_of(math.nan, math.nan) == "a hidden number"
    assert wording.said_of(3, 6, "clients") == "3 of 6 clients (50%)" and wording.said_of(math.nan, 6) == "a hidden number of 6"


def test_decimals() -> None:
    assert wording.decimal(-2.68) == "−2.7"
    assert wording.decimal(-0.04) == "0.0"
    assert wording.decimal(math.nan) == "*"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2011-01-01", "2011-04-01", "Jan–Mar 2011"),
        ("2010-10-01", "2011-07-01", "Oct 2010 – Jun 2011"),
        ("2011-03-01", "2011-04-01", "Mar 2011"),
        ("2016-11-30", "2016-12-01", "30 Nov 2016"),
        ("2011-03-01", "2011-03-22", "1 Mar – 21 Mar 2011"),
        ("2010-12-15", "2011-01-15", "15 Dec 2010 – 14 Jan 2011"),
    ],
)
def test_short_periods(start, end, said) -> None:
    tz = "Europe/London"
    assert wording.short_period(pd.Timestamp(start, tz=tz), pd.Timestamp(end, tz=tz)) == said


def test_periods_name_first_and_last_day() -> None:
    assert wording.period(pd.Timestamp("2011-03-07"), pd.Timestamp("2011-03-08")) == "7 March 2011"
    assert wording.period(pd.Timestamp("2011-03-07"), pd.Timestamp("2012-01-01")) == "7 March 2011 to 31 December 2011"


def test_codes_are_spoken() -> None:
    assert wording.label("ost_stable") == "Stable on OST"
    assert wording.label("18-24") == "18–24"
    assert wording.label("no_fixed_abode") == "No fixed abode"
    assert wording.label(None) == wording.label(float("nan")) == wording.label(pd.NA) == "Not recorded"


def test_lists_and_plurals() -> None:
    assert wording.listed([]) == "" and wording.listed(["a"]) == "a" and wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.plural(1, "client") == "1 client" and wording.plural(math.nan, "client") == "a hidden number of clients"
    assert wording.lower_first("OST") == "OST" and wording.lower_first("Mutual aid") == "mutual aid"
