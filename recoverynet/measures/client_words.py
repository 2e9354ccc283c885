"""Facts about one client's links as plain sentences: the one room where the words of page, notebook and prompts are made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from recoverynet.instants import day_in_words

ROLES = {
    "client": "another client",
    "peer": "peer",
    "worker": "worker",
    "family": "family member",
    "community": "community member",
    "not_on_record": "not on record",
}
CARRIES = {"recovery": "recovery", "supportive": "supportive", "neutral": "neutral", "using": "using", "unknown": "not known"}
BECAUSE = {
    "recorded_state": "as recorded",
    "perceived_state": "as the client sees it",
    "role": "by role",
    "sponsor": "as a sponsor",
    "support": "as the client says",
    "nothing_known": "",
}
CONSENT = {
    "consented": "agreed",
    "refused": "did not agree: not named",
    "in_role": "in their role",
    "not_asked": "not asked: not named",
    "not_recorded": "not recorded",
}
STAGES = {
    "offered": "offered",
    "discussed": "talked about",
    "accepted": "said yes",
    "introduced": "introduced",
    "attended": "went once",
    "repeated": "went again",
    "involved": "involved",
    "declined": "said no",
    "withdrawn": "called off",
    "stopped": "stopped going",
}
REASONS = {
    "not_now": "not now",
    "not_for_me": "not for them",
    "day_or_time": "the day or time",
    "travel": "the way there",
    "access": "access",
    "caring_or_work": "caring for somebody, or work",
    "health": "health",
    "safety": "safety",
    "changed_groups": "went to another group",
    "introducer_unavailable": "the introducer could not",
    "group_closed": "the group closed",
    "moved_away": "moved away",
    "other": "another reason",
    "none_given": "none given",
}
_TABLES = {
    "contacts": "a contact",
    "observations": "an observation",
    "nominations": "an interview",
    "linkage": "a step towards a group",
}
_SOURCES = {"self": "by themselves", "worker": "by a worker", "peer": "by a peer", "external": "by an outside source"}


def named(person_id: str, role: str, names: Mapping[str, str] | None = None) -> str:
    """How a person of the record is called in a sentence: by name where names are unlocked, else by role and pseudonym."""
    known = (names or {}).get(person_id)
    return known if known else f"{ROLES.get(role, 'person')} {person_id}"


def days_ago(days: float) -> str:
    """How long ago, in days."""
    if days != days:
        return "no contact on record"
    return {0: "today", 1: "yesterday"}.get(int(days), f"{int(days)} days ago")


def reason_in_words(row: Any, names: Mapping[str, str] | None = None, roles: Mapping[str, str] | None = None) -> str:
    """Why this door is suggested, in one sentence.

    Parameters
    ----------
    row : row of :func:`recoverynet.introductions`
    names : mapping of pseudonym to name, optional
    roles : mapping of pseudonym to role, optional
        To call the person in between by their role too.
    """
    who = named(row.introducer_id, row.introducer_role, names)
    known = ", whom the client knows," if row.steps == 1.0 else ", whom the client does not know yet,"
    if row.steps == 2.0:
        between = named(row.via_id, (roles or {}).get(row.via_id, ""), names)
        known = f", known to {between}, whom the client knows,"
    room = int(row.capacity_left)
    more = "one more introduction" if room == 1 else f"{room} more introductions"
    return (
        f"{who[0].upper()}{who[1:]}{known} has agreed to introduce people, has room for {more} this month and was last "
        f"there on {day_in_words(row.last_there)}."
    )


def prompt_in_words(prompt: Any, called: Mapping[str, str] | None = None) -> str:
    """A prompt as one sentence to start a conversation with.

    Parameters
    ----------
    prompt : recoverynet.measures.prompts.Prompt
    called : mapping of id to words, optional
        How people and groups are called on the page; default their ids.
    """
    facts, on = prompt.facts, day_in_words(prompt.on)
    if prompt.code == "no_recovery_contact":
        if facts["ever"]:
            return f"No recovery contact for {facts['days']} days: the last on record was on {on}."
        return f"No recovery contact on record since {on}, {facts['days']} days."
    if prompt.code == "sole_link":
        who = (called or {}).get(facts["id"], facts["id"])
        return f"All recovery links run through one {facts['layer']}: {who}."
    if prompt.code == "leaves_treatment":
        leaves = "leaves" if prompt.on >= prompt.at else "left"
        return f"{leaves.capitalize()} treatment on {on} with no tie outside services on record."
    if prompt.code == "stopped_after_venue_change":
        return f"Stopped attending {facts['name']} after a change of venue on {on}."
    return f"Released from prison on {on}: no appointment on record within three weeks."


def blind_spot_in_words(spot: Any) -> str:
    """What the record cannot see, as one sentence."""
    on = "" if spot.on is None or pd.isna(spot.on) else day_in_words(spot.on)
    if spot.code == "own_state" and not on:
        return "Nobody noted how the client is in the time looked at."
    sentences = {
        "care_consent": "This client has **not agreed** to the use of their records for their own care: ask before reading on.",
        "record_ends": f"The record ends on {on}: what happened since is not in it.",
        "last_entry": f"The last entry about this client is {_TABLES.get(spot.source, 'an entry')} of {on}.",
        "no_entry": f"Nothing about this client was entered since {on}.",
        "weeks_without_entry": f"In {spot.n} of the last {spot.of} weeks no contact was written down; there may have been some.",
        "last_interview": f"They were last asked who is in their life on {on} and named {spot.n}.",
        "no_interview": "They were never asked who is in their life, so only people met on record are shown.",
        "states_unknown": f"How {spot.n} of the {spot.of} people here are is not known, and is shown as not known.",
        "own_state": f"How the client is was last noted on {on} {_SOURCES.get(spot.source, '')}.",
        "meetings": "Mutual aid keeps no lists: meetings nobody wrote down are missing, and who else goes is never shown.",
    }
    return sentences[spot.code]
