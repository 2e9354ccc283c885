"""One rule for what a period cuts: what happens is cut, what stands is kept, and cutting twice is cutting once."""

from __future__ import annotations

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.instants import as_window
from recoverynet.tables.period import DATED_BY, observed_within, record_of_period

HALF = ("2010-07-01", "2011-01-01")


@pytest.fixture(scope="module")
def riverside() -> rn.RecoveryRecord:
    return rn.load_sample("riverside")


@pytest.fixture(scope="module")
def half(riverside: rn.RecoveryRecord) -> rn.RecoveryRecord:
    return record_of_period(riverside, as_window(HALF, riverside.tz))


def test_everything_that_happens_lies_inside(riverside, half) -> None:
    start, end = half.window
    for name, column in DATED_BY.items():
        table, whole = getattr(half, name), getattr(riverside, name)
        assert 0 < len(table) < len(whole), name
        assert ((table[column] >= start) & (table[column] < end)).all(), name
    assert set(half.participation["occasion_id"]) <= set(half.occasions["occasion_id"])


def test_what_stands_is_kept_whole(riverside, half) -> None:
    for name in ("people", "groups", "separations", "episodes"):
        pd.testing.assert_frame_equal(getattr(half, name), getattr(riverside, name))


def test_cutting_twice_is_cutting_once(half) -> None:
    again = record_of_period(half, half.window)
    for name, table in half.tables().items():
        pd.testing.assert_frame_equal(getattr(again, name), table)
    assert again.window == half.window


def test_a_bound_belongs_to_what_follows() -> None:
    record = rn.RecoveryRecord(
        pd.DataFrame({"person_id": ["a"], "role": ["client"]}),
        pd.DataFrame(
            {"occasion_id": ["before", "first", "last", "after"], "kind": "call",
             "started_at": ["2010-12-31T23:59", "2011-01-01", "2011-01-31T23:59", "2011-02-01"]}
        ),
        pd.DataFrame({"occasion_id": ["before", "first", "last", "after"], "person_id": "a"}),
        window=("2011-01-01", "2011-02-01"),
    )  # fmt: skip
    assert record_of_period(record).occasions["occasion_id"].tolist() == ["first", "last"]


def test_the_records_own_window_cuts_nothing() -> None:
    record = rn.load_sample("five_people")
    early = record.linkage.assign(at=record.linkage["at"] - pd.Timedelta(days=400))
    earlier = record.with_tables(linkage=early)
    assert record_of_period(earlier) is earlier and record_of_period(earlier, earlier.window) is earlier


def test_looking_back_keeps_observations_alone(riverside, half) -> None:
    back = record_of_period(riverside, half.window, look_back=pd.Timedelta(days=90))
    assert len(back.observations) > len(half.observations) and len(back.occasions) == len(half.occasions)
    assert back.observations["observed_at"].min() >= half.window[0] - pd.Timedelta(days=90)


def test_who_is_under_observation() -> None:
    window = as_window(("2011-01-01", "2011-02-01"), "Europe/London")
    people = rn.RecoveryRecord(
        pd.DataFrame(
            {"person_id": list("abcde"), "role": "client",
             "joined_on": [None, "2011-01-31", "2011-02-01", "2009-01-01", "2009-01-01"],
             "left_on": [None, None, None, "2011-01-01", "2011-01-02"]}
        ),
        pd.DataFrame({"occasion_id": [], "started_at": [], "kind": []}),
        pd.DataFrame({"occasion_id": [], "person_id": []}),
    ).people  # fmt: skip
    assert observed_within(people, window).tolist() == [True, True, False, False, True]
    assert observed_within(people, None).all()
