"""Whom a report is about: a record cut to an area, a provider or a list is a record that holds only that."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError, SchemaError, UnknownPersonError
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.reported_on import read_clients, reported_on


@pytest.fixture(scope="module")
def riverside() -> rn.RecoveryRecord:
    return rn.load_sample("riverside")


@pytest.fixture(scope="module")
def area(riverside: rn.RecoveryRecord) -> str:
    clients = riverside.people[riverside.people["role"] == "client"]
    return str(clients["area"].value_counts().index[0])


def test_without_a_choice_the_record_is_the_record(riverside: rn.RecoveryRecord) -> None:
    chosen = reported_on(riverside)
    assert chosen.record is riverside and chosen.is_everybody


def test_the_clients_of_an_area_and_no_other_client(riverside: rn.RecoveryRecord, area: str) -> None:
    people = riverside.people
    wanted = set(people.loc[(people["role"] == "client") & (people["area"] == area), "person_id"])
    cut = reported_on(riverside, area=area).record
    left = cut.people[cut.people["role"] == "client"]
    assert set(left["person_id"]) == wanted and len(wanted) < (people["role"] == "client").sum()
    assert cut.window == riverside.window
    gone = set(people["person_id"]) - set(cut.people["person_id"])
    for name, schema in RECORD_TABLES.items():
        for column in schema.person_ids:
            assert not set(getattr(cut, name)[column].dropna()) & gone, (name, column)


def test_every_contact_of_those_chosen_stays(riverside: rn.RecoveryRecord, area: str) -> None:
    cut = reported_on(riverside, area=area).record
    clients = cut.people.loc[cut.people["role"] == "client", "person_id"]
    whole = riverside.participation
    assert whole["person_id"].isin(clients).sum() == cut.participation["person_id"].isin(clients).sum()
    others = set(cut.people["person_id"]) - set(clients)
    beside = whole[whole["occasion_id"].isin(whole.loc[whole["person_id"].isin(clients), "occasion_id"])]
    roles = riverside.people.set_index("person_id")["role"]
    assert {each for each in beside["person_id"] if roles[each] != "client"} <= others


def test_choosing_twice_is_choosing_once(riverside: rn.RecoveryRecord, area: str) -> None:
    once = reported_on(riverside, area=area).record
    twice = reported_on(once, area=area).record
    for name, table in once.tables().items():
        pd.testing.assert_frame_equal(table, twice.tables()[name])


def test_a_provider_is_one_that_treated_in_the_period(riverside: rn.RecoveryRecord) -> None:
    episodes = riverside.episodes
    provider = str(episodes["provider"].dropna().iloc[0])
    theirs = episodes[episodes["provider"] == provider]
    first = theirs["started_on"].min()
    cut = reported_on(riverside, provider=provider, window=(first, first + pd.Timedelta("1D"))).record
    expected = set(theirs.loc[theirs["started_on"] == first, "person_id"])
    assert set(cut.people.loc[cut.people["role"] == "client", "person_id"]) == expected


@pytest.mark.parametrize(
    ("asked", "kind", "says"),
    [
        ({"area": "Nowhere at all"}, SchemaError, "There are"),
        ({"provider": "x" * 50}, SchemaError, "There is no provider"),
        ({"clients": []}, SchemaError, "is empty"),
        ({"clients": "ben"}, SchemaError, "read_clients"),
        ({"clients": ["nobody"]}, UnknownPersonError, "1 of 1"),
    ],
)
def test_what_is_not_there_is_said(riverside: rn.RecoveryRecord, asked: dict, kind: type, says: str) -> None:
    with pytest.raises(kind, match=says):
        reported_on(riverside, **asked)


def test_a_near_name_is_suggested(riverside: rn.RecoveryRecord, area: str) -> None:
    with pytest.raises(SchemaError, match=f"Did you mean .*{area}"):
        reported_on(riverside, area=area.upper() + "x")


def test_nobody_fits_two_choices_at_once() -> None:
    record = rn.load_sample("five_people")
    with pytest.raises(SchemaError, match="another role"):
        reported_on(record, clients=["cat"])
    people = record.people.assign(area=["a", "b", "a", "a", "a"])
    with pytest.raises(NotEstimableError, match="nobody fits area 'a' and the list"):
        reported_on(record.with_tables(people=people), area="a", clients=["ben"])


@pytest.mark.parametrize(
    "text", ["person_id,note\nann,x\nben,y\n", "ann\nben\n", "\ufeffperson_id\nann\nben\nann\n\n", "ann\r\nben"]
)
def test_a_list_of_clients_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "clients.csv").write_text(text, encoding="utf-8")
    assert read_clients(tmp_path / "clients.csv") == ["ann", "ben"]


@pytest.mark.parametrize(("text", "says"), [("", "holds no id"), ("person_id\n", "holds no id"), ("a,b\n1,2\n", "several columns")])
def test_a_list_that_is_none_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "clients.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match=says):
        read_clients(tmp_path / "clients.csv")
