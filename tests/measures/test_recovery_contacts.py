"""What counts as contact with the recovery community, worked by hand on five people."""

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.recovery_contacts import recovery_contacts


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return rn.load_sample("five_people")


def pairs(contacts: pd.DataFrame) -> set[tuple[str, str, str]]:
    return set(contacts[["person_id", "occasion_id", "through"]].itertuples(index=False, name=None))


def test_five_people(record: rn.RecoveryRecord) -> None:
    contacts = recovery_contacts(record)
    assert list(contacts.columns) == ["person_id", "occasion_id", "started_at", "through"]
    # o2: an appointment with the worker; o6: a quiz of a group with a using norm; o4: cat calls ben.
    assert pairs(contacts) == {
        ("ann", "o1", "group"),
        ("ben", "o1", "group"),
        ("cat", "o1", "group"),
        ("ann", "o3", "group"),
        ("cat", "o3", "group"),
        ("ben", "o4", "person"),
        ("ann", "o5", "group"),
        ("ben", "o5", "group"),
        ("cat", "o5", "group"),
    }
    assert contacts["started_at"].is_monotonic_increasing
    assert str(contacts["started_at"].dt.tz) == record.tz


def test_a_using_group_never_counts(record: rn.RecoveryRecord) -> None:
    with_peer = pd.concat([record.participation, pd.DataFrame({"occasion_id": ["o6"], "person_id": ["cat"]})])
    at_the_quiz = record.with_tables(participation=with_peer)
    assert pairs(recovery_contacts(at_the_quiz)) == pairs(recovery_contacts(record))
    groups = record.groups.assign(norm="using")
    assert pairs(recovery_contacts(record.with_tables(groups=groups))) == {("ben", "o4", "person")}


def test_a_norm_nobody_recorded_still_counts(record: rn.RecoveryRecord) -> None:
    groups = record.groups.assign(norm=[None, "using"])
    assert pairs(recovery_contacts(record.with_tables(groups=groups))) == pairs(recovery_contacts(record))


def test_what_counts_is_an_argument(record: rn.RecoveryRecord) -> None:
    assert set(recovery_contacts(record, roles=())["through"]) == {"group"}
    assert pairs(recovery_contacts(record, group_kinds=())) == {("ben", "o4", "person")}
    by_worker = recovery_contacts(record, group_kinds=(), roles=("worker",))
    assert pairs(by_worker) == {("ann", "o2", "person")}


def test_two_peers_meet_each_other(record: rn.RecoveryRecord) -> None:
    people = record.people.assign(role=record.people["role"].mask(record.people["person_id"] == "ben", "peer"))
    contacts = pairs(recovery_contacts(record.with_tables(people=people), group_kinds=()))
    assert contacts == {("ben", "o4", "person"), ("cat", "o4", "person")}


def test_an_empty_record_has_none() -> None:
    people = pd.DataFrame({"person_id": ["ann"], "role": ["client"]})
    occasions = pd.DataFrame({"occasion_id": [], "started_at": [], "kind": []})
    participation = pd.DataFrame({"occasion_id": [], "person_id": []})
    contacts = recovery_contacts(rn.RecoveryRecord(people, occasions, participation))
    assert len(contacts) == 0
    assert list(contacts.columns) == ["person_id", "occasion_id", "started_at", "through"]


@pytest.mark.parametrize("bad", [{"group_kinds": ("choir",)}, {"roles": ("friend",)}, {"roles": "peer"}])
def test_unknown_words_are_named(record: rn.RecoveryRecord, bad: dict) -> None:
    with pytest.raises(rn.SchemaError, match="choir|friend|peer"):
        recovery_contacts(record, **bad)
