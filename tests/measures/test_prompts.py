"""Prompts: each rule on the day it begins to hold, its rows and its date; and none that asks to get in touch where it is unsafe."""

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.client_words import prompt_in_words
from recoverynet.measures.prompts import ASKS_FOR_CONTACT, RULES

TZ = "Europe/London"


def made(contacts: list[tuple] = (), *, safe: bool | None = None, **tables: pd.DataFrame) -> rn.RecoveryRecord:  # type: ignore[assignment]
    """A record of ann and contacts (when, kind, group, setting, people)."""
    people = [("ann", "client", safe), ("cat", "peer", None), ("dan", "peer", None), ("wil", "worker", None)]
    occasions = [(f"o{place}", *contact[:4]) for place, contact in enumerate(contacts)]
    there = [(f"o{place}", person) for place, (*_, present) in enumerate(contacts) for person in present]
    return rn.RecoveryRecord(
        pd.DataFrame(people, columns=["person_id", "role", "safe_contact"]).assign(joined_on="2010-06-01"),
        pd.DataFrame(occasions, columns=["occasion_id", "started_at", "kind", "group_id", "setting"]),
        pd.DataFrame(there, columns=["occasion_id", "person_id"]),
        groups=pd.DataFrame(
            {
                "group_id": ["cafe", "aa", "day"],
                "name": ["The Landing", "AA", "Day"],
                "kind": ["recovery_cafe", "mutual_aid", "treatment"],
            }
        ),
        window=("2010-01-01", "2011-08-01"),
        tz=TZ,
        **tables,
    )


def call(day: str, who: str = "cat") -> tuple:
    return (day, "call", None, "phone", ["ann", who])


def codes(record: rn.RecoveryRecord, at: str) -> list[str]:
    return [prompt.code for prompt in rn.prompts(record, "ann", at=at)]


def told(record: rn.RecoveryRecord, at: str, code: str) -> rn.measures.prompts.Prompt:
    return next(prompt for prompt in rn.prompts(record, "ann", at=at) if prompt.code == code)


def test_no_recovery_contact_for_four_weeks() -> None:
    record = made([call("2011-05-01T23:30"), call("2011-05-01", "dan"), call("2011-05-20", "wil")])
    assert "no_recovery_contact" not in codes(record, "2011-05-28")
    prompt = told(record, "2011-05-29", "no_recovery_contact")
    why = prompt.explain()
    assert (prompt.facts["days"], str(why.on.date()), why.rows["id"].tolist()) == (28, "2011-05-01", ["cat"])
    assert why.rule == RULES["no_recovery_contact"]
    assert prompt_in_words(prompt) == "No recovery contact for 28 days: the last on record was on 1 May 2011."


def test_never_any_contact_is_told_from_joining_on() -> None:
    record = made()
    assert codes(record, "2010-06-28") == [] and codes(record, "2010-06-29") == ["no_recovery_contact"]
    prompt = told(record, "2011-07-31", "no_recovery_contact")
    assert prompt.facts == {"days": 360, "ever": False} and prompt.rows.empty


def test_all_links_run_through_one() -> None:
    prompt = told(made([call("2011-05-20")]), "2011-06-01", "sole_link")
    assert (prompt.facts["layer"], prompt.facts["id"], len(prompt.rows)) == ("person", "cat", 1)
    assert prompt_in_words(prompt, {"cat": "B, peer cat"}) == "All recovery links run through one person: B, peer cat."
    assert "sole_link" not in codes(made([call("2011-05-20"), call("2011-05-21", "dan")]), "2011-06-01")


@pytest.mark.parametrize(
    ("at", "holds"), [("2011-04-04", False), ("2011-04-06", True), ("2011-05-30", True), ("2011-06-01", False)]
)
def test_leaves_treatment_without_a_tie(at: str, holds: bool) -> None:
    episodes = pd.DataFrame({"person_id": ["ann"], "started_on": ["2011-01-01"], "ended_on": ["2011-05-03"]})
    record = made([call("2011-03-20", "wil")], episodes=episodes)
    assert ("leaves_treatment" in codes(record, at)) == holds


def test_leaving_with_a_tie_or_going_on_is_no_prompt() -> None:
    ended = {"person_id": "ann", "started_on": "2011-01-01", "ended_on": "2011-05-03", "provider": "a"}
    going_on = {"person_id": "ann", "started_on": "2011-04-01", "ended_on": None, "provider": "b"}
    with_tie = made([call("2011-04-20")], episodes=pd.DataFrame([ended]))
    assert "leaves_treatment" not in codes(with_tie, "2011-05-01")
    assert "leaves_treatment" not in codes(made(episodes=pd.DataFrame([ended, going_on])), "2011-05-01")
    prompt = told(made(episodes=pd.DataFrame([ended])), "2011-05-01", "leaves_treatment")
    assert prompt_in_words(prompt) == "Leaves treatment on 3 May 2011 with no tie outside services on record."
    assert len(prompt.explain().rows) == 1


def meetings(settings: str, ann_at: str, group: str = "cafe") -> list[tuple]:
    """Weekly meetings from 2 April on: a letter a setting, a + where ann was there."""
    days = pd.date_range("2011-04-02", periods=len(settings), freq="7D")
    return [
        (f"{day:%Y-%m-%d}", "meeting", group, setting, ["cat", *(["ann"] if there == "+" else [])])
        for day, setting, there in zip(days, settings, ann_at, strict=True)
    ]


@pytest.mark.parametrize(
    ("settings", "ann_at", "holds"),
    [
        ("aaabb", "+++--", True),
        ("aaab", "+++-", False),  # one meeting elsewhere is no move
        ("aaabb", "+++-+", False),  # found the way
        ("aaabb", "+----", False),  # hardly went before
        ("aaaaa", "+++--", False),  # no move
        ("ababb", "+++--", False),  # never in one place
    ],
)
def test_stopped_after_a_change_of_venue(settings: str, ann_at: str, holds: bool) -> None:
    record = made(meetings(settings, ann_at))
    assert ("stopped_after_venue_change" in codes(record, "2011-05-10")) == holds


def test_a_treatment_group_that_moved_is_no_lost_link() -> None:
    assert "stopped_after_venue_change" not in codes(made(meetings("aaabb", "+++--", "day")), "2011-05-10")


def test_the_move_is_explained() -> None:
    prompt = told(made(meetings("aaabb", "+++--")), "2011-05-10", "stopped_after_venue_change")
    why = prompt.explain()
    assert str(why.on.date()) == "2011-04-23" and why.rows["client_was_there"].tolist() == [True] * 3 + [False] * 2
    assert prompt_in_words(prompt) == "Stopped attending The Landing after a change of venue on 23 April 2011."


def released(*more: tuple) -> pd.DataFrame:
    rows = [("ann", "2011-05-02", "custody.status", "released", "external"), *more]
    return pd.DataFrame(rows, columns=["person_id", "observed_at", "variable", "value", "source"])


@pytest.mark.parametrize(
    ("at", "contacts", "holds"),
    [
        ("2011-05-22", [], False),
        ("2011-05-23", [], True),
        ("2011-05-23", [call("2011-05-22", "wil")], False),
        ("2011-05-23", [call("2011-05-23T10:00", "wil")], True),
        ("2011-05-23", [call("2011-05-10", "cat")], True),
        ("2011-07-31", [], False),
    ],
)
def test_released_without_an_appointment(at: str, contacts: list[tuple], holds: bool) -> None:
    record = made(contacts, observations=released())
    assert ("released_no_appointment" in codes(record, at)) == holds


def test_back_in_prison_is_not_released() -> None:
    record = made(observations=released(("ann", "2011-05-12", "custody.status", "in_custody", "external")))
    assert "released_no_appointment" not in codes(record, "2011-06-01")


def test_where_contact_is_not_safe_nobody_is_asked_to_get_in_touch() -> None:
    episodes = pd.DataFrame({"person_id": ["ann"], "started_on": ["2011-01-01"], "ended_on": ["2011-05-03"]})
    everything = [*meetings("aaabb", "+++--")]
    loud = made(everything, observations=released(), episodes=episodes)
    quiet = made(everything, observations=released(), episodes=episodes, safe=False)
    assert set(codes(loud, "2011-05-28")) & ASKS_FOR_CONTACT == ASKS_FOR_CONTACT
    assert not set(codes(quiet, "2011-05-28")) & ASKS_FOR_CONTACT
    assert set(codes(quiet, "2011-05-28")) == set(codes(loud, "2011-05-28")) - ASKS_FOR_CONTACT


def test_no_prompt_holds_a_score() -> None:
    record = rn.load_sample("riverside")
    for client in ("c0012", "c0205", "c0337"):
        for prompt in rn.prompts(record, client, at="2011-06-15"):
            assert not set(prompt.facts) & {"score", "risk", "probability", "rank"} and prompt.code in RULES
