"""Next meetings: the right hour on the clock of the place, whatever the clocks do."""

import pandas as pd
import pytest

import recoverynet as rn


def groups(**columns: object) -> pd.DataFrame:
    given = {"group_id": "g", "name": "A group", "kind": "mutual_aid", "weekday": "sunday", "start_time": "19:30", **columns}
    record = rn.RecoveryRecord(
        pd.DataFrame({"person_id": ["a"], "role": ["client"]}),
        pd.DataFrame({"occasion_id": [], "started_at": [], "kind": []}),
        pd.DataFrame({"occasion_id": [], "person_id": []}),
        groups=pd.DataFrame([given]),
    )
    return record.groups


def starts(at: str, days: int = 7, tz: str = "Europe/London", **columns: object) -> list[str]:
    return [str(start) for start in rn.next_meetings(groups(**columns), at=at, days=days, tz=tz)["starts_at"]]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2011-03-25", "2011-03-27 19:30:00+01:00"),  # clocks went forward that morning
        ("2011-10-29", "2011-10-30 19:30:00+00:00"),  # and back that one
        ("2011-03-13", "2011-03-13 19:30:00+00:00"),
        ("2011-03-13T19:30", "2011-03-13 19:30:00+00:00"),  # one that begins now is listed
    ],
)
def test_local_time_across_the_change_of_clocks(at: str, expected: str) -> None:
    assert starts(at) == [expected]


def test_a_meeting_that_has_begun_is_over_and_the_next_is_in_a_week() -> None:
    assert starts("2011-03-13T19:31", days=1) == []
    assert starts("2011-03-13T19:31") == ["2011-03-20 19:30:00+00:00"]
    # Seven days are calendar days: the hour lost in between neither adds a meeting nor takes one away.
    assert starts("2011-03-20T19:30") == ["2011-03-20 19:30:00+00:00"]
    assert starts("2011-03-20T19:30:01") == ["2011-03-27 19:30:00+01:00"]


def test_hours_that_are_skipped_or_come_twice() -> None:
    assert starts("2011-03-26", start_time="01:30") == ["2011-03-27 02:00:00+01:00"]
    assert starts("2011-10-29", start_time="01:30") == ["2011-10-30 01:30:00+01:00"]


def test_another_time_zone_is_told_in_ours_and_on_its_own_clock() -> None:
    week = rn.next_meetings(groups(timezone="America/New_York", start_time="19:30:00", duration_min=60), at="2011-03-10")
    row = week.iloc[0]
    assert row["starts_at"] == pd.Timestamp("2011-03-13 19:30", tz="America/New_York") and row["local_start"] == "19:30"
    assert str(row["starts_at"]) == "2011-03-13 23:30:00+00:00" and str(row["ends_at"]) == "2011-03-14 00:30:00+00:00"
    # Auckland's Sunday evening is Sunday morning here.
    assert starts("2011-03-13", timezone="Pacific/Auckland") == ["2011-03-13 06:30:00+00:00"]
    assert starts("2011-03-13T07:00", days=1, timezone="Pacific/Auckland") == []


def test_groups_that_do_not_meet() -> None:
    assert starts("2011-03-10", closed_temporarily=True) == []
    assert starts("2011-03-10", valid_to="2011-03-13") == [] and len(starts("2011-03-10", valid_to="2011-03-14")) == 1
    assert starts("2011-03-10", valid_from="2011-03-14") == []
    assert starts("2011-03-10", weekday=None) == [] and starts("2011-03-10", start_time=None) == []


def test_types_stay_where_there_is_nothing() -> None:
    empty = rn.next_meetings(groups(weekday=None), at="2011-03-10")
    full = rn.next_meetings(groups(), at="2011-03-10")
    assert empty.dtypes.to_dict() == full.dtypes.to_dict() and pd.isna(full["ends_at"].iloc[0])


def test_every_group_of_riverside_meets_once_a_week() -> None:
    record = rn.load_sample("riverside")
    for at in ("2010-03-26", "2010-10-30", "2011-06-01"):
        week = rn.next_meetings(record.groups, at=at)
        assert not week["group_id"].duplicated().any()
        local = week["starts_at"].dt.strftime("%A %H:%M").str.lower()
        own = record.groups.set_index("group_id").loc[week["group_id"]]
        assert local.tolist() == (own["weekday"] + " " + own["start_time"]).tolist()


def test_wrong_arguments() -> None:
    with pytest.raises(rn.SchemaError, match="time zone 'Mars/Base', which does not exist"):
        starts("2011-03-10", timezone="Mars/Base")
    for days in (0, -1, 1.5, True):
        with pytest.raises(rn.SchemaError, match="days is a whole number"):
            rn.next_meetings(groups(), at="2011-03-10", days=days)
