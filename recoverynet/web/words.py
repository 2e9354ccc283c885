"""The words of the page: codes, prompts and blind spots as a worker would say them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from recoverynet.measures.blind_spots import BlindSpot
from recoverynet.measures.client_words import ROLES
from recoverynet.measures.prompts import Prompt
from recoverynet.report.wording import day, label, plural

CARRIES = {
    "recovery": "Recovery", "supportive": "Supportive", "neutral": "Neutral", "using": "Using", "unknown": "Not known",
}  # fmt: skip
STATUS = {"new": "New", "current": "In touch", "quiet": "Gone quiet", "named": "Named, not met on record", "planned": "Planned"}
BECAUSE = {
    "recorded_state": "recorded state", "perceived_state": "as the client sees them", "role": "their role", "sponsor": "a sponsor",
    "support": "what the client says of their support", "nothing_known": "nothing is known",
}  # fmt: skip
CONSENT = {
    "consented": "agreed", "refused": "refused: not to be named", "in_role": "known by their role", "not_recorded": "not recorded",
    "not_asked": "not asked",
}  # fmt: skip
SOURCES = {
    "self": "by themselves", "worker": "by a worker", "peer": "by a peer", "external": "from outside",
    "perceived": "by somebody else",
}  # fmt: skip
KINDS = {
    "one_to_one": "met", "call": "spoke by phone", "text": "exchanged messages", "outreach": "met on outreach",
    "social": "met socially",
}  # fmt: skip
STAGES = {
    "offered": "Proposed", "discussed": "Talked about", "accepted": "Said yes", "introduced": "Met the introducer",
    "attended": "Went", "repeated": "Went again", "involved": "Takes part regularly", "declined": "Said no",
    "withdrawn": "Called off", "stopped": "No longer goes",
}  # fmt: skip
REASONS = {
    "not_now": "not now", "not_for_me": "not for me", "day_or_time": "day or time", "travel": "travel", "access": "access",
    "caring_or_work": "caring or work", "health": "health", "safety": "safety", "changed_groups": "chose another group",
    "introducer_unavailable": "introducer not available", "group_closed": "group closed", "moved_away": "moved away",
    "other": "another reason", "none_given": "none given",
}  # fmt: skip
PROMPTS = {
    "no_recovery_contact": "No recovery contact for a month",
    "sole_link": "All recovery links run through one",
    "leaves_treatment": "Treatment ends, no tie outside services",
    "stopped_after_venue_change": "Stopped going after a move",
    "released_no_appointment": "Released, no appointment",
}
"""Each sort of prompt, to search by."""
NEXT_STAGES: dict[str | None, tuple[str, ...]] = {
    None: ("offered", "attended"),
    "offered": ("accepted", "declined", "introduced", "attended", "withdrawn"),
    "discussed": ("offered", "accepted", "declined", "attended", "withdrawn"),
    "accepted": ("introduced", "attended", "declined", "withdrawn"),
    "introduced": ("attended", "declined", "withdrawn"),
    "attended": ("repeated", "stopped"),
    "repeated": ("involved", "stopped"),
    "involved": ("repeated", "stopped"),
    "stopped": ("offered", "attended"),
    "declined": ("offered", "attended"),
    "withdrawn": ("offered", "attended"),
}
"""What may come after each step towards a group."""


def who(person_id: str, role: str) -> str:
    """How a person is called: by role and pseudonym."""
    return f"{ROLES.get(role, 'person')} {person_id}"


def since(days: float) -> str:
    """How long ago, in words."""
    if pd.isna(days):
        return "never on record"
    return "today" if days == 0 else "yesterday" if days == 1 else f"{int(days)} days ago"


def prompt_sentence(prompt: Prompt) -> str:
    """One prompt as one sentence."""
    facts = prompt.facts
    sentences = {
        "no_recovery_contact": lambda: (
            f"No recovery contact for {facts['days']} days: the last was on {day(prompt.on)}."
            if facts["ever"]
            else f"No recovery contact on record in {facts['days']} days, since {day(prompt.on)}."
        ),
        "sole_link": lambda: f"All recovery links run through one {facts['layer']}: {facts['id']}.",
        "leaves_treatment": lambda: f"Treatment ends on {day(prompt.on)}, and no tie outside services is on record.",
        "stopped_after_venue_change": lambda: f"Has not been at {facts['name']} since it moved on {day(prompt.on)}.",
        "released_no_appointment": lambda: (
            f"Released from prison on {day(prompt.on)}: no appointment within {plural(facts['days'] // 7, 'week')}."
        ),
    }
    return sentences[prompt.code]()


def blind_spot_sentence(spot: BlindSpot) -> str:
    """One thing the record cannot tell, as one sentence."""
    on = "" if spot.on is None else day(spot.on)
    asked = f"The client was last asked about people on {on} and named {plural(spot.n or 0, 'person', 'people')}."
    by = SOURCES.get(str(spot.source), "not said by whom")
    own = f"How the client is was last noted on {on} ({by})." if on else "How the client is was not noted."
    sentences = {
        "care_consent": "The client has not agreed to the use of these records for their care.",
        "record_ends": f"The record ends on {on}.",
        "last_entry": f"The last entry about the client is of {on} ({label(spot.source).lower()}).",
        "no_entry": "Nothing about the client was entered in the last year.",
        "weeks_without_entry": f"In {spot.n} of the last {spot.of} weeks no contact was written down.",
        "last_interview": asked,
        "no_interview": "The client has not been asked about people who matter to them.",
        "states_unknown": f"Of {spot.of} people shown, the state of {spot.n} is not known.",
        "own_state": own,
        "meetings": "A meeting is a place: who else was there is not looked at.",
    }
    return sentences[spot.code]


def entry_in_words(entry: Any, groups: dict[str, str], roles: dict[str, str]) -> str:
    """What was entered, in one line."""
    on = day(pd.Timestamp(entry.day))
    if entry.what == "step":
        reason = f" ({REASONS[entry.reason]})" if entry.reason else ""
        return f"{on}: {groups.get(entry.group_id, 'a group')}: {STAGES[entry.stage].lower()}{reason}"
    if entry.group_id:
        return f"{on}: was at {groups.get(entry.group_id, 'a group')}"
    person = who(entry.person_id, roles[entry.person_id]) if entry.person_id in roles else "somebody"
    return f"{on}: {KINDS.get(entry.kind, 'contact')} with {person}"
