"""Facts about one client's links as plain sentences: the one room where the page's words are made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from recoverynet.instants import day_in_words

ROLES = {"client": "client", "peer": "peer", "worker": "worker", "family": "family member", "community": "community member"}


def named(person_id: str, role: str, names: Mapping[str, str] | None = None) -> str:
    """How a person is called in a sentence: by name where names are unlocked, else by role and pseudonym."""
    return (names or {}).get(person_id) or f"{ROLES.get(role, 'person')} {person_id}"


def reason_in_words(row: Any, names: Mapping[str, str] | None = None) -> str:
    """Why this door is suggested, in one sentence."""
    who = named(row.introducer_id, row.introducer_role, names)
    who = who[0].upper() + who[1:]
    known = {1.0: ", whom the client knows,"}.get(row.steps, "")
    if row.steps == 2.0:
        known = f", known to {(names or {}).get(row.via_id) or row.via_id}, whom the client knows,"
    if pd.isna(row.steps):
        known = ", whom the client does not know yet,"
    room = int(row.capacity_left)
    more = "one more introduction" if room == 1 else f"{room} more introductions"
    return (
        f"{who}{known} has agreed to introduce people, has room for {more} this month and was last at {row.name} on "
        f"{day_in_words(row.last_there)}."
    )
