"""Directories of services: the examples of the standard, every shape, and what is none."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError


def came_of(tmp_path: Path, content: object):  # type: ignore[no-untyped-def]
    path = tmp_path / "feed.json"
    path.write_text(json.dumps(content))
    return rn.read_open_referral(path)


@pytest.mark.parametrize(
    ("name", "n"),
    [("hsds3_organization_full", 1), ("hsds3_schedules", 3), ("oruk_service_at_location_list", 1), ("oruk_service_full", 1)],
)
def test_the_examples_of_the_standard(shared, name, n) -> None:
    came = rn.read_open_referral(shared(f"data/openreferral/{name}.json"))
    groups = came.tables["groups"]
    assert len(groups) == n and groups["group_id"].is_unique and set(groups["name"]) == {"Community Counselling"}
    for particular in ("Ann Persona", "A. Persona", "email@example.com", "1234 234567"):
        assert particular not in groups.to_csv()
    assert came.to_record().groups.shape[0] == n


def test_schedules_are_rules_of_recurrence(shared) -> None:
    groups = rn.read_open_referral(shared("data/openreferral/hsds3_schedules.json")).tables["groups"]
    assert groups["recurrence"].tolist() == [
        "DTSTART:20200401 RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH",
        "DTSTART:20200401 RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH",
        "DTSTART:20200704 RRULE:FREQ=MONTHLY;BYDAY=1SA;UNTIL=20201107",
    ]
    assert groups["start_time"].tolist() == ["09:00", "15:00", "09:00"] and groups["duration_min"].tolist() == [180, 120, 480]
    week = rn.next_meetings(groups, at="2020-07-03", days=7)
    assert [f"{row.starts_at:%a %H:%M}" for row in week.itertuples()] == [
        "Sat 09:00", "Mon 09:00", "Mon 15:00", "Tue 09:00", "Tue 15:00", "Wed 09:00", "Wed 15:00", "Thu 09:00", "Thu 15:00",
    ]  # fmt: skip
    assert rn.next_meetings(groups, at="2020-12-21", days=7).empty, "the last day of validity is the 20th"


def test_pages_tell_that_there_are_others(shared) -> None:
    came = rn.read_open_referral(shared("data/openreferral/oruk_service_at_location_list.json"))
    assert any("page 1 of 10" in note for note in came.report.notes)


def test_a_place_says_what_can_be_said(shared) -> None:
    got = rn.read_open_referral(shared("data/openreferral/hsds3_organization_full.json")).tables["groups"].iloc[0]
    assert pd.isna(got["lat"]) and got["place"] == "MyCity Civic Center" and bool(got["in_person"])
    assert got["languages"] == "Urdu" and "aged 12 and over" in got["eligibility"] and "ages 12 to 100" in got["eligibility"]
    assert "Wheelchair access" in got["access"] and got["status"] == "active"


def test_status_and_kinds(tmp_path) -> None:
    service = {"status": "active", "schedules": [{"freq": "WEEKLY", "byday": "TU", "opens_at": "19:00"}]}
    came = came_of(
        tmp_path,
        [
            {"id": "1", "name": "SMART Recovery", **service},
            {"id": "2", "name": "Allotment", **service, "status": "temporarily closed"},
            {"id": "3", "name": "Old", **service, "status": "defunct"},
            {"id": "4", **service, "name": ""},
            {"id": "1", "name": "SMART Recovery", **service},
        ],
    )
    groups = came.tables["groups"]
    assert groups[["group_id", "kind", "weekday"]].values.tolist() == [["1", "mutual_aid", "tuesday"], ["2", "other", "tuesday"]]
    assert groups["closed_temporarily"].tolist() == [False, True]
    assert came.report.rows[0].n_in == 5 or came.report.rows[0].n_in == 4
    assert "defunct" in came.report.summary() and "twice" in came.report.summary()


def test_a_folder_of_csv(tmp_path) -> None:
    files = {
        "services.csv": "id,organization_id,name,status,minimum_age\ns1,o1,Recovery café,active,18\ns2,o1,Clinic,inactive,\n",
        "locations.csv": "id,location_type,name,latitude,longitude\nl1,physical,Hall,51.5,-0.1\nl2,virtual,,,\n",
        "addresses.csv": "id,location_id,address_1,city\na1,l1,1 High St,Leeds\n",
        "service_at_location.csv": "id,service_id,location_id\nx1,s1,l1\nx2,s1,l2\n",
        "schedules.csv": "id,service_id,service_at_location_id,freq,byday,opens_at,closes_at\nh1,s1,x1,WEEKLY,MO,10:00,12:00\n"
        "h2,s2,,MONTHLY,-1FR,09:00,17:00\n",
        "languages.csv": "id,service_id,name\nq1,s1,Polish\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    groups = rn.read_open_referral(tmp_path).tables["groups"].set_index("group_id")
    assert groups.index.tolist() == ["s1-1", "s1-2", "s2"]
    assert groups.loc["s1-1", ["weekday", "place", "area", "kind", "languages"]].tolist() == [
        "monday",
        "Hall",
        "Leeds",
        "recovery_cafe",
        "Polish",
    ]
    assert bool(groups.loc["s1-2", "online"]) and not groups.loc["s1-2", "in_person"]
    assert groups.loc["s2", "recurrence"] == "FREQ=MONTHLY;BYDAY=-1FR" and bool(groups.loc["s2", "closed_temporarily"])


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ({"freq": "WEEKLY", "byday": "XX"}, "cannot be read as a rule"),
        ({"freq": "FORTNIGHTLY", "byday": "MO"}, "cannot be read as a rule"),
        ({"freq": "WEEKLY", "byday": "MO", "interval": 2}, "cannot be read as a rule"),
        ({"freq": "WEEKLY", "byday": "MO", "opens_at": "half past"}, "no time of day"),
        ({"freq": "WEEKLY", "byday": "MO", "valid_from": "07/03/2011"}, "no date written"),
    ],
)
def test_schedules_that_cannot_be_read_are_counted(tmp_path, schedule, told) -> None:
    came = came_of(tmp_path, {"id": "1", "name": "Clinic", "status": "active", "schedules": [schedule]})
    assert len(came.tables["groups"]) == 1 and told in came.report.summary()


@pytest.mark.parametrize(("content", "says"), [({"a": 1}, "no services"), (["x"], "no services"), ("text", "no services")])
def test_what_is_no_directory(tmp_path, content, says) -> None:
    with pytest.raises(SchemaError, match=says):
        came_of(tmp_path, content)


def test_one_table_of_a_folder_is_no_directory(tmp_path) -> None:
    (tmp_path / "services.csv").write_text("id,name\n")
    with pytest.raises(SchemaError, match="give the folder"):
        rn.read_open_referral(tmp_path / "services.csv")
    (tmp_path / "services.csv").rename(tmp_path / "places.csv")
    with pytest.raises(SchemaError, match="no services.csv"):
        rn.read_open_referral(tmp_path)
