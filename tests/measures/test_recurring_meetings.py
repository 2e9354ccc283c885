"""The next meetings of groups: zones, clock changes, monthly rules, validity, and what has no time."""

from __future__ import annotations

import pandas as pd
import pytest

from recoverynet.errors import SchemaError
from recoverynet.measures.meetings import next_meetings
from recoverynet.tables.layouts import GROUPS


def groups(**columns: object) -> pd.DataFrame:
    known = {"group_id": ["g"], "name": ["Group"], "kind": ["other"], "weekday": ["sunday"], "start_time": ["10:00"], **columns}
    return GROUPS.typed(pd.DataFrame(known))


def starts(frame: pd.DataFrame, **how: object) -> list[str]:
    return [f"{moment:%Y-%m-%d %H:%M %z}" for moment in next_meetings(frame, **how)["starts_at"]]


def test_the_clock_of_the_place_holds_across_daylight_saving() -> None:
    assert starts(groups(), at="2011-03-19", days=14) == ["2011-03-20 10:00 +0000", "2011-03-27 10:00 +0100"]
    assert starts(groups(), at="2011-10-23", days=9) == ["2011-10-23 10:00 +0100", "2011-10-30 10:00 +0000"]
    far = groups(timezone=["America/New_York"])
    got = next_meetings(far, at="2011-03-12T12:00", days=2)
    assert got["starts_at"].tolist() == [pd.Timestamp("2011-03-13T14:00Z")] and got["local_start"].tolist() == ["10:00"]
    assert starts(far, at="2011-03-19", days=2) == ["2011-03-20 14:00 +0000"], "the United States change earlier"


def test_an_hour_skipped_moves_forward_and_one_that_comes_twice_is_the_first() -> None:
    assert starts(groups(start_time=["01:30"]), at="2011-03-27", days=1) == ["2011-03-27 02:00 +0100"]
    assert starts(groups(start_time=["01:30"]), at="2011-10-30", days=1) == ["2011-10-30 01:30 +0100"]


def test_a_meeting_that_begins_now_counts_and_one_at_the_end_does_not() -> None:
    assert starts(groups(), at="2011-03-06T10:00", days=7) == ["2011-03-06 10:00 +0000"]
    assert starts(groups(), at="2011-03-06T10:01", days=6) == []


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=MONTHLY;BYDAY=1SA", ["2011-03-05", "2011-04-02"]),
        ("FREQ=MONTHLY;BYDAY=-1MO", ["2011-03-28", "2011-04-25"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20110308T235959Z", ["2011-03-01", "2011-03-03", "2011-03-08"]),
        ("DTSTART:20110301 RRULE:FREQ=WEEKLY;INTERVAL=3;BYDAY=TU", ["2011-03-01", "2011-03-22", "2011-04-12"]),
        ("DTSTART:20110301 RRULE:FREQ=DAILY;COUNT=2", ["2011-03-01", "2011-03-02"]),
    ],
)
def test_rules_of_recurrence(rule: str, days: list[str]) -> None:
    got = next_meetings(groups(recurrence=[rule]), at="2011-03-01", days=59)["starts_at"]
    assert [f"{moment:%Y-%m-%d}" for moment in got] == days


def test_closed_out_of_date_and_by_appointment_have_no_row() -> None:
    how = {"at": "2011-03-19", "days": 14}
    assert starts(groups(closed_temporarily=[True]), **how) == []
    assert starts(groups(weekday=[None]), **how) == [] and starts(groups(start_time=[None]), **how) == []
    assert starts(groups(valid_from=["2011-03-21"]), **how) == ["2011-03-27 10:00 +0100"]
    assert starts(groups(valid_to=["2011-03-27"]), **how) == ["2011-03-20 10:00 +0000"]


def test_the_end_is_known_where_a_length_is() -> None:
    both = pd.concat([groups(duration_min=[90]), groups(group_id=["h"], weekday=["monday"])], ignore_index=True)
    got = next_meetings(both, at="2011-03-19", days=14)
    assert got["group_id"].tolist() == ["g", "h", "g", "h"]
    assert got["ends_at"].tolist()[0] == pd.Timestamp("2011-03-20T11:30Z") and pd.isna(got["ends_at"].tolist()[1])
    assert got["online"].isna().all()


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"recurrence": ["every week"]}, "'g' does not say when it meets"),
        ({"recurrence": ["FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"]}, "first day it does not say"),
        ({"recurrence": ["FREQ=HOURLY"]}, "within a day"),
        ({"recurrence": ["FREQ=WEEKLY;BYDAY=XX"]}, "cannot be read"),
        ({"timezone": ["Mars/Base"]}, "does not exist"),
    ],
)
def test_what_cannot_be_read_names_the_group(columns: dict, says: str) -> None:
    with pytest.raises(SchemaError, match=says):
        next_meetings(groups(**columns), at="2011-03-19")


def test_no_group_no_meeting() -> None:
    got = next_meetings(groups().head(0), at="2011-03-19")
    assert got.empty and str(got["starts_at"].dtype) == "datetime64[us, Europe/London]"
