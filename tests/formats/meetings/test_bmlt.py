"""BMLT search results: real ones with exact counts, venues, and what is none."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.formats.json_feed import read_feed
from recoverynet.formats.meetings.bmlt import looks_like_bmlt


def one(tmp_path: Path, **fields: object) -> pd.Series:
    path = tmp_path / "search.json"
    path.write_text(
        json.dumps([{"id_bigint": "7", "meeting_name": "Noon", "weekday_tinyint": "2", "start_time": "12:00:00", **fields}])
    )
    return rn.read_bmlt(path).tables["groups"].iloc[0]


def test_a_real_search_result(shared) -> None:
    came = rn.read_bmlt(shared("data/meetings/bmlt_meeting-search-42.867970-day2.json"), tz="America/New_York")
    groups = came.tables["groups"]
    assert len(groups) == 53 and set(groups["weekday"]) == {"monday"} and groups["start_time"].notna().all()
    assert groups.iloc[0][["group_id", "start_time", "types"]].tolist() == ["bmlt-2566", "19:00", "Open, Rotating Format, Topic"]
    assert set(groups["fellowship"]) == {"NA"} and groups["in_person"].all() and not groups["online"].any()
    assert came.report.n_dropped == 0


def test_a_result_without_meetings_and_one_of_places_alone(shared) -> None:
    assert rn.read_bmlt(shared("data/meetings/bmlt_helpline-search-empty.json")).tables["groups"].empty
    places = rn.read_bmlt(shared("data/meetings/bmlt_helpline-search-geneva-ny.json"))
    assert places.tables["groups"].empty and places.report.rows[0].n_dropped == 21


def test_formats_beside_a_result(shared, tmp_path) -> None:
    path = tmp_path / "search.json"
    path.write_text(
        json.dumps(
            [
                {
                    "id_bigint": "7",
                    "meeting_name": "Noon",
                    "weekday_tinyint": "1",
                    "formats": "W,WC,B,Zz",
                    "location_street": "1 High St",
                }
            ]
        )
    )
    got = rn.read_bmlt(path, formats=shared("data/meetings/bmlt_formats.json")).tables["groups"].iloc[0]
    assert got["weekday"] == "sunday" and got["types"] == "Beginners, Wheelchair, Women, Zz"
    assert got["women_only"] and got["newcomers_welcome"] and got["access"] == "wheelchair"
    with pytest.raises(SchemaError, match="list of formats"):
        rn.read_bmlt(shared("data/meetings/bmlt_formats.json"))


@pytest.mark.parametrize(
    ("fields", "online", "in_person", "closed"),
    [
        ({"venue_type": "1", "location_street": "1 High St"}, False, True, False),
        ({"venue_type": "2", "virtual_meeting_link": "https://zoom.us/j/1"}, True, False, False),
        ({"venue_type": "2"}, True, False, True),
        ({"venue_type": "3", "location_street": "1 High St"}, True, True, False),
        ({"formats": "VM", "phone_meeting_number": "+441632960001"}, True, False, False),
        ({"formats": "TC", "location_street": "1 High St"}, False, False, True),
        ({}, False, None, False),
    ],
)
def test_venues(tmp_path, fields, online, in_person, closed) -> None:
    got = one(tmp_path, **fields)
    assert (got["online"], got["closed_temporarily"]) == (online, closed)
    assert (None if pd.isna(got["in_person"]) else bool(got["in_person"])) is in_person


def test_lengths_days_and_places(tmp_path) -> None:
    got = one(tmp_path, duration_time="01:30:00", latitude="0", longitude="0", email_contact="a@b.org", comments="call Sam")
    assert got["duration_min"] == 90 and pd.isna(got["lat"]) and "notes" not in got.index
    assert pd.isna(one(tmp_path, weekday_tinyint="8")["weekday"]) and pd.isna(one(tmp_path, start_time="24:30:00")["start_time"])
    assert one(tmp_path, weekday_tinyint="", day=0)["weekday"] == "sunday"


def test_lists_are_told_apart(shared) -> None:
    for name, bmlt in (("bmlt_meeting-search-42.867970-day2", True), ("bmlt_formats", True), ("meeting_guide_kc", False)):
        assert looks_like_bmlt(read_feed(shared(f"data/meetings/{name}.json")).content) is bmlt
