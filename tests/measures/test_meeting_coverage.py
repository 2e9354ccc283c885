"""Meetings listed against where clients live, worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn

TZ = "Europe/London"
PERIOD = ("2011-01-01", "2011-07-01")


@pytest.fixture
def record() -> rn.RecoveryRecord:
    """Three clients in the north, one in the west, one nowhere; two weekly meetings in the north, one in the east."""
    people = pd.DataFrame(
        {
            "person_id": ["a", "b", "c", "d", "e", "f", "p"],
            "role": ["client"] * 6 + ["peer"],
            "area": ["north", "north", "north", "west", None, "north", "west"],
            "left_on": [pd.NaT] * 5 + [pd.Timestamp("2010-12-01", tz=TZ), pd.NaT],
        }
    )
    groups = pd.DataFrame(
        {
            "group_id": ["g1", "g2", "g3", "g4", "g5", "g6", "g7"],
            "name": "a group",
            "kind": ["mutual_aid", "recovery_cafe", "mutual_aid", "treatment", "mutual_aid", "mutual_aid", "peer_support"],
            "norm": ["recovery", None, "mixed", "recovery", "using", "recovery", "recovery"],
            "weekday": ["monday", "saturday", "monday", "monday", "monday", None, "tuesday"],
            "start_time": ["19:30", "10:00", "12:00", "12:00", "12:00", "12:00", "20:00"],
            "area": ["north", "north", "east", "north", "north", "north", "north"],
            "online": [False, None, None, None, None, None, True],
        }
    )
    occasions = pd.DataFrame(columns=["occasion_id", "started_at", "kind"])
    taking_part = pd.DataFrame(columns=["occasion_id", "person_id"])
    return rn.RecoveryRecord(people, occasions, taking_part, groups=groups)


def test_by_hand(record: rn.RecoveryRecord) -> None:
    frame = rn.meeting_coverage(record, window=PERIOD)
    assert frame["area"].tolist() == ["east", "north", "west", "not recorded"]
    assert frame["n_clients"].tolist() == [0, 3, 1, 1]
    assert frame["per_week"].tolist() == [1.0, 2.0, 0.0, 0.0]
    assert frame["per_week_mutual_aid"].tolist() == [1.0, 1.0, 0.0, 0.0]
    assert frame["per_week_recovery_cafe"].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert frame["n_weekdays"].tolist() == [1, 2, 0, 0]
    assert frame["per_week_evening"].tolist() == [0.0, 2.0, 0.0, 0.0]
    np.testing.assert_equal(frame["clients_per_meeting"].tolist(), [0.0, 1.5, np.nan, np.nan])


def test_every_meeting_of_four_weeks_and_no_other_kind(record: rn.RecoveryRecord) -> None:
    listed = rn.meetings_listed(record, window=PERIOD)
    assert listed["group_id"].value_counts().to_dict() == {"g1": 4, "g2": 4, "g3": 4, "g7": 4}
    assert listed["starts_at"].between(pd.Timestamp("2011-06-03", tz=TZ), pd.Timestamp("2011-07-01", tz=TZ)).all()
    assert set(zip(listed["weekday"], listed["hour"], strict=True)) == {
        ("monday", 19),
        ("saturday", 10),
        ("monday", 12),
        ("tuesday", 20),
    }


def test_a_hybrid_meeting_can_be_gone_to(record: rn.RecoveryRecord) -> None:
    hybrid = record.groups.assign(in_person=pd.array([None] * 6 + [True], dtype="boolean"))
    frame = rn.meeting_coverage(record.with_tables(groups=hybrid), window=PERIOD)
    assert frame.loc[frame["area"] == "north", "per_week"].tolist() == [3.0]


def test_clients_and_meetings_add_up(record: rn.RecoveryRecord) -> None:
    frame = rn.meeting_coverage(record, window=PERIOD)
    assert frame["n_clients"].sum() == 5
    kinds = frame.filter(regex="^per_week_(mutual_aid|recovery_cafe|recovery_community|peer_support)$")
    assert kinds.sum(axis=1).tolist() == frame["per_week"].tolist()


def test_no_groups_and_nothing_dated(record: rn.RecoveryRecord) -> None:
    bare = record.with_tables(groups=record.groups.iloc[:0])
    assert rn.meetings_listed(bare, window=PERIOD).empty
    assert rn.meeting_coverage(bare, window=PERIOD)["per_week"].eq(0).all()
    with pytest.raises(rn.NotEstimableError, match=r"give window=\(start, end\)"):
        rn.meetings_listed(record)
