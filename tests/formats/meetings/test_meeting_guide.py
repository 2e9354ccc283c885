"""Meeting Guide lists: real ones with exact counts, and every oddity found in the wild."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError


def listed(tmp_path: Path, *meetings: object):  # type: ignore[no-untyped-def]
    path = tmp_path / "feed.json"
    path.write_text(json.dumps(list(meetings)))
    return rn.read_meeting_guide(path)


def one(tmp_path: Path, **fields: object) -> pd.Series:
    came = listed(tmp_path, {"slug": "a", "name": "Early Risers", **fields})
    return came.tables["groups"].iloc[0]


@pytest.mark.parametrize(
    ("name", "n", "days", "online", "closed"),
    [("edmonton", 315, 315, 74, 21), ("kc", 206, 206, 81, 9), ("times", 9, 8, 8, 0),
     ("timezones", 2, 2, 0, 0), ("appointment", 2, 1, 2, 0),
     ("invalid", 8, 5, 8, 0)],
)  # fmt: skip
def test_real_lists_come_in_whole(shared, name, n, days, online, closed) -> None:
    came = rn.read_meeting_guide(shared(f"data/meetings/meeting_guide_{name}.json"))
    groups = came.tables["groups"]
    assert len(groups) == n and groups["group_id"].is_unique
    assert int((groups["weekday"].notna() | groups["recurrence"].notna()).sum()) == days
    assert int(groups["closed_temporarily"].sum()) == closed
    if name not in ("edmonton", "kc"):
        assert int(groups["online"].sum()) == online
    assert came.report.to_frame().query("what == 'meetings'")["n_out"].sum() == n
    text = groups.to_csv()
    for particular in ("01632 960", "meet.example.org", "pwd=", "someone@example.org", "Sam Example", "123-456-7890"):
        assert particular not in text
    assert came.to_record().groups.shape[0] == n


@pytest.mark.parametrize(
    ("given", "weekday", "recurrence"),
    [
        (0, "sunday", None),
        ("6", "saturday", None),
        ([5], "friday", None),
        ([1, 3, 1], None, "FREQ=WEEKLY;BYDAY=MO,WE"),
        ("Tuesday", "tuesday", None),
        (7, None, None),
        ("soon", None, None),
        (None, None, None),
        ([], None, None),
    ],
)
def test_days(tmp_path, given, weekday, recurrence) -> None:
    got = one(tmp_path, day=given, time="10:00")
    assert (got["weekday"] if pd.notna(got["weekday"]) else None) == weekday
    assert (got["recurrence"] if pd.notna(got["recurrence"]) else None) == recurrence


@pytest.mark.parametrize(
    ("time", "end", "start", "minutes"),
    [
        ("19:30", "21:00", "19:30", 90),
        ("7:30 PM", "9:00 PM", "19:30", 90),
        ("12:00 AM", None, "00:00", None),
        ("noon", "13:00", "12:00", 60),
        ("23:30", "00:30", "23:30", 60),
        ("25:00", None, None, None),
        ("13:00 PM", None, None, None),
        ("7", None, None, None),
        ("19:30", "late", "19:30", None),
    ],
)
def test_times(tmp_path, time, end, start, minutes) -> None:
    got = one(tmp_path, day=1, time=time, end_time=end)
    assert (got["start_time"] if pd.notna(got["start_time"]) else None) == start
    assert (got["duration_min"] if pd.notna(got["duration_min"]) else None) == minutes


@pytest.mark.parametrize(
    ("fields", "online", "in_person", "closed"),
    [
        ({"address": "1 High St"}, False, True, False),
        ({"address": "1 High St", "conference_url": "https://zoom.us/j/1"}, True, True, False),
        ({"conference_phone": "+441632960001", "types": ["ONL"]}, True, False, False),
        ({"types": ["onl"]}, False, False, True),
        ({"address": "1 High St", "types": ["TC"]}, False, False, True),
        ({"address": "1 High St", "types": ["TC"], "conference_url": "https://zoom.us/j/1"}, True, False, False),
        ({"city": "Leeds"}, False, None, False),
        ({"formatted_address": "Leeds, UK", "approximate": "yes", "conference_url": "https://zoom.us/j/1"}, True, False, False),
    ],
)
def test_where_a_meeting_is(tmp_path, fields, online, in_person, closed) -> None:
    got = one(tmp_path, day=1, time="10:00", **fields)
    assert (got["online"], got["closed_temporarily"]) == (online, closed)
    assert (None if pd.isna(got["in_person"]) else bool(got["in_person"])) is in_person


def test_wheelchair_access_says_nothing_of_online_meetings(tmp_path) -> None:
    assert one(tmp_path, address="1 High St", types=["X", "W", "BE"])[["access", "women_only", "newcomers_welcome"]].tolist() == [
        "wheelchair", True, True,
    ]  # fmt: skip
    assert pd.isna(one(tmp_path, types=["X", "ONL"], conference_url="https://zoom.us/j/1")["access"])


def test_the_same_slug_twice_and_the_same_entry_twice(tmp_path) -> None:
    entry = {"slug": "a", "name": "One", "day": 1, "time": "10:00"}
    came = listed(tmp_path, entry, dict(entry), {**entry, "day": 2}, {"slug": "b"}, 7)
    groups, report = came.tables["groups"], came.report
    assert groups["group_id"].tolist() == ["a", "a-2"] and groups["weekday"].tolist() == ["monday", "tuesday"]
    assert report.rows[0].n_in == 5 and sum(row.n_dropped for row in report.rows if row.what == "meetings") == 3
    assert any("stands at more than one entry" in note for note in report.notes)


def test_time_zones_and_unknown_fields_are_told(tmp_path) -> None:
    came = listed(
        tmp_path,
        {"slug": "a", "name": "A", "timezone": "America/New_York", "colour": "blue"},
        {"slug": "b", "name": "B", "timezone": "EST5EDT6", "latitude": 123, "longitude": 4},
    )
    assert came.tables["groups"]["timezone"].tolist() == ["America/New_York", "Europe/London"]
    told = came.report.summary()
    assert "'colour'" in told and "no time zone" in told and "out of the range" in told


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"a": 1}', "no list of meetings"),
        ('[{"x": 1}]', "its entries have x"),
        ('"text"', "no list of meetings"),
        ("[1, 2]", "no fields"),
    ],
)
def test_what_is_no_list_of_meetings(tmp_path, content, says) -> None:
    path = tmp_path / "feed.json"
    path.write_text(content)
    with pytest.raises(SchemaError, match=says):
        rn.read_meeting_guide(path)


def test_next_meetings_hold_the_clock_of_their_zone(shared) -> None:
    groups = rn.read_meeting_guide(shared("data/meetings/meeting_guide_timezones.json")).tables["groups"]
    week = rn.next_meetings(groups, at="2011-03-11", days=7)
    assert week["local_start"].tolist() == ["11:45", "09:00"]
    assert [f"{moment:%H:%M}" for moment in week["starts_at"]] == ["16:45", "17:00"]
    later = rn.next_meetings(groups, at="2011-03-14", days=7)
    assert [f"{moment:%H:%M}" for moment in later["starts_at"]] == ["15:45", "16:00"], (
        "the States have changed their clocks, London has not"
    )
