"""Consent: who said no stands nowhere, who was not asked follows a declared policy."""

from __future__ import annotations

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.tables.consent import consenting
from recoverynet.tables.layouts import RECORD_TABLES


def everywhere(record: rn.RecoveryRecord) -> set[str]:
    """Every id that stands for a person, wherever it stands."""
    ids = set()
    for name, schema in RECORD_TABLES.items():
        for column in schema.person_ids:
            ids |= set(getattr(record, name)[column].dropna())
    return ids


@pytest.mark.parametrize("purpose", ["care", "evaluation", "research"])
def test_who_said_no_stands_nowhere(purpose: str) -> None:
    record = rn.load_sample("riverside")
    declined = set(record.people.loc[record.people[f"consent_{purpose}"] == False, "person_id"])  # noqa: E712
    agreed = consenting(record, purpose)
    assert declined and not declined & everywhere(agreed.record)
    assert agreed.roles["n_declined"].sum() == len(declined) == agreed.n_left_out
    assert len(agreed.record.people) == len(record.people) - len(declined)


def test_riversides_clients() -> None:
    agreed = consenting(rn.load_sample("riverside"), "evaluation")
    assert agreed.roles.loc["client"].tolist() == [555, 95, 0]
    assert agreed.roles.loc["worker"].tolist() == [0, 0, 40], "workers were not asked"


def small(answers: list[object]) -> rn.RecoveryRecord:
    ids = [f"p{n}" for n in range(len(answers))]
    people = pd.DataFrame({"person_id": ids, "role": "client", "worker_id": None, "consent_evaluation": answers})
    people.loc[0, "worker_id"] = "p1"
    return rn.RecoveryRecord(
        people,
        pd.DataFrame({"occasion_id": ["o"], "started_at": ["2011-03-01"], "kind": ["call"]}),
        pd.DataFrame({"occasion_id": ["o", "o"], "person_id": ["p0", "p1"]}),
    )


def test_a_contact_stays_for_the_other_and_an_id_beside_a_fact_is_emptied() -> None:
    agreed = consenting(small([True, False, None]), "evaluation")
    assert agreed.record.participation["person_id"].tolist() == ["p0"]
    assert agreed.record.people["worker_id"].isna().all() and len(agreed.record.occasions) == 1


def test_the_answer_not_recorded_follows_the_policy() -> None:
    record = small([True, False, None])
    assert consenting(record, "evaluation").record.people["person_id"].tolist() == ["p0", "p2"]
    strict = consenting(record, "evaluation", unknown_consent="leave_out")
    assert strict.record.people["person_id"].tolist() == ["p0"] and strict.n_left_out == 2
    never_asked = consenting(record, "research")
    assert len(never_asked.record.people) == 3 and never_asked.roles["n_unknown"].sum() == 3


def test_nobody_left_and_words_there_are_not() -> None:
    with pytest.raises(NotEstimableError, match="Nobody on the record may be counted for research"):
        consenting(small([True, True]), "research", unknown_consent="leave_out")
    with pytest.raises(SchemaError, match="purpose must be one of"):
        consenting(small([True, True]), "marketing")
    with pytest.raises(SchemaError, match="unknown_consent must be one of"):
        consenting(small([True, True]), "research", unknown_consent="ignore")
