"""Missed, cancelled and booked appointments are no contacts, wherever a file says so."""

from __future__ import annotations

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.tables.attendance import outcome_of

BARE = {"occasions.csv": None, "participation.csv": None, "groups.csv": None}
LOG = (
    "started_at,person_id,with_person_id,outcome\n2011-03-01,007,w1,attended\n2011-03-02,007,w1,did_not_attend\n"
    "2011-03-03,007,w1,cancelled\n2999-03-04,007,w1,booked\n"
)


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("DNA", "did_not_attend"),
        ("Did Not Attend - no reason", "did_not_attend"),
        ("didn't attend", "did_not_attend"),
        ("Not attended", "did_not_attend"),
        ("FTA", "did_not_attend"),
        ("No-show", "did_not_attend"),
        ("Cancelled by client", "cancelled"),
        ("CNX", "cancelled"),
        ("Rescheduled", "cancelled"),
        ("Booked", "booked"),
        ("Attended late", "attended"),
        ("Arrived", "attended"),
        ("Missed", "did_not_attend"),
        ("Phone", None),
        ("Dnata Café", None),
        ("Mission Hall", None),
    ],
)
def test_words_services_use(word: str, meaning: str | None) -> None:
    assert outcome_of(word) == meaning


def test_a_log_keeps_appointments_apart_from_contacts(folder) -> None:
    record = rn.read_record(folder(**BARE, **{"contact_log.csv": LOG}))
    assert len(record.occasions) == 1 and len(record.participation) == 2
    assert record.appointments["outcome"].tolist() == ["did_not_attend", "cancelled", "booked"]
    assert record.appointments["with_person_id"].tolist() == ["w1"] * 3
    told = "3 rows are appointments and no contacts: 1 did not attend, 1 cancelled, 1 only booked"
    assert any(told in note for note in record.notes)
    assert record.window[1].year == 2011, "what is only booked does not stretch the period observed"


def test_a_planned_contact_that_is_said_to_have_happened_is_a_fault(folder, told) -> None:
    place = folder(**BARE, **{"contact_log.csv": LOG.replace("booked", "attended")})
    told(place, "future_date", table="contact_log", rows=[5])


def test_participation_and_occasions_may_say_what_became_of_them(folder) -> None:
    occasions = "occasion_id,started_at,kind,group_id,outcome\no1,2011-03-01T19:30,meeting,g1,\no2,2011-03-02,call,,cancelled\n"
    participation = (
        "occasion_id,person_id,outcome\no1,007,attended\no1,NA,did_not_attend\no1,w1,attended\no2,007,attended\no2,w1,attended\n"
    )
    record = rn.read_record(folder(**{"occasions.csv": occasions, "participation.csv": participation}))
    assert record.occasions["occasion_id"].tolist() == ["o1"]
    assert record.participation["person_id"].tolist() == ["007", "w1"]
    assert sorted(map(tuple, record.appointments[["person_id", "outcome"]].values)) == [
        ("007", "cancelled"),
        ("NA", "did_not_attend"),
        ("w1", "cancelled"),
    ]
    assert set(record.appointments["group_id"].dropna()) == {"g1"}


@pytest.mark.parametrize("column", ["Attended?", "status", "mode"])
def test_an_unread_column_that_says_nobody_came_stops_the_reading(folder, told, column) -> None:
    log = f"started_at,person_id,with_person_id,{column}\n2011-03-01,007,w1,Attended\n2011-03-02,007,w1,DNA\n"
    problem = told(folder(**BARE, **{"contact_log.csv": log}), "not_a_contact", rows=[3])
    assert "DNA" in problem["problem"] and "appointments" in problem["remedy"]


def test_a_blank_outcome_is_told(folder, told) -> None:
    place = folder(**BARE, **{"contact_log.csv": LOG.replace("cancelled", "")})
    told(place, "outcome_unknown", rows=[4], severity="warning")
    assert len(rn.read_record(place).occasions) == 2


def test_a_record_refuses_what_is_no_contact() -> None:
    people = pd.DataFrame({"person_id": ["a", "b"], "role": ["client", "worker"]})
    occasions = pd.DataFrame({"occasion_id": ["o"], "started_at": ["2011-03-01"], "kind": ["call"]})
    part = pd.DataFrame({"occasion_id": ["o", "o"], "person_id": ["a", "b"], "outcome": ["did_not_attend", "attended"]})
    with pytest.raises(rn.SchemaError, match="1 rows whose outcome is no contact"):
        rn.RecoveryRecord(people, occasions, part)


def test_appointments_are_written_and_read_back(folder, tmp_path) -> None:
    record = rn.read_record(folder(**BARE, **{"contact_log.csv": LOG}))
    rn.write_record(record, tmp_path / "out")
    pd.testing.assert_frame_equal(rn.read_record(tmp_path / "out").appointments, record.appointments)
