"""Sentences on a client's page: who is called what, and what each says of the row it is made from."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from recoverynet.measures.client_words import ROLES, blind_spot_in_words, days_ago, named, prompt_in_words, reason_in_words

ON = pd.Timestamp("2011-05-03", tz="Europe/London")


def door(**more: object) -> SimpleNamespace:
    given = {"introducer_id": "p1", "introducer_role": "peer", "steps": 1.0, "via_id": None, "capacity_left": 2.0, "last_there": ON}
    return SimpleNamespace(**(given | more))


def test_names_stand_only_where_they_are_unlocked() -> None:
    assert named("p1", "peer") == named("p1", "peer", {"p2": "Cy"}) == f"{ROLES['peer']} p1"
    assert named("p1", "peer", {"p1": "Bo"}) == "Bo" and named("p1", "no such role") == "person p1"


@pytest.mark.parametrize(("days", "text"), [(0, "today"), (1, "yesterday"), (2, "2 days ago"), (np.nan, "no contact on record")])
def test_how_long_ago(days: float, text: str) -> None:
    assert days_ago(days) == text


def test_a_door_says_how_the_client_gets_there() -> None:
    names = {"p1": "Bo", "p2": "Cy"}
    rest = "has agreed to introduce people, has room for 2 more introductions this month and was last there on 3 May 2011."
    assert reason_in_words(door(), names) == f"Bo, whom the client knows, {rest}"
    assert reason_in_words(door(steps=np.nan), names) == f"Bo, whom the client does not know yet, {rest}"
    by_way_of = door(steps=2.0, via_id="p2")
    assert reason_in_words(by_way_of, names) == f"Bo, known to Cy, whom the client knows, {rest}"
    assert f"known to {ROLES['family']} p2," in reason_in_words(by_way_of, None, {"p2": "family"})
    assert "known to person p2," in reason_in_words(by_way_of)
    assert reason_in_words(door(capacity_left=1.0)).count("room for one more introduction this month") == 1


@pytest.mark.parametrize(("at", "word"), [("2011-05-02", "Leaves"), ("2011-05-03", "Leaves"), ("2011-05-04", "Left")])
def test_treatment_is_left_once_its_day_is_past(at: str, word: str) -> None:
    prompt = SimpleNamespace(code="leaves_treatment", facts={}, on=ON, at=pd.Timestamp(at, tz="Europe/London"))
    assert prompt_in_words(prompt) == f"{word} treatment on 3 May 2011 with no tie outside services on record."


def test_contact_that_was_and_contact_that_never_was() -> None:
    made = {"code": "no_recovery_contact", "on": ON, "at": ON}
    assert prompt_in_words(SimpleNamespace(facts={"days": 30, "ever": True}, **made)).startswith("No recovery contact for 30 days")
    assert prompt_in_words(SimpleNamespace(facts={"days": 30, "ever": False}, **made)).endswith("since 3 May 2011, 30 days.")


def test_a_state_nobody_noted_is_said_so() -> None:
    spot = {"n": None, "of": None}
    assert blind_spot_in_words(SimpleNamespace(code="own_state", on=None, source=None, **spot)).startswith("Nobody noted")
    noted = blind_spot_in_words(SimpleNamespace(code="own_state", on=ON, source="self", **spot))
    assert noted == "How the client is was last noted on 3 May 2011 by themselves."
