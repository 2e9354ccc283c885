"""People who must never be shown together, nor be sent to the same place at the same hour."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.measures.around_client import group_activity, met_in_person, occasions_with, present
from recoverynet.tables.layouts import LINKAGE_COURSE
from recoverynet.tables.record import RecoveryRecord

CLAIMED_FOR = pd.Timedelta(days=90)
"""Whoever was at a group, or was offered it, in the last 90 days has a claim to it."""
_SAME_HALL_MINUTES = 180


@dataclass(frozen=True)
class KeptApart:
    """Whom may one client's view not show, and which doors are another's?

    Attributes
    ----------
    client_id : str
    others : frozenset of str
        People the client must be kept apart from.
    hidden : frozenset of str
        Nobody in it may be shown: ``others``, and whoever must be kept apart from somebody this view shows already.
    rivals : frozenset of str
        Those of ``others`` who are present clients themselves: what suits both is proposed to one of them only.
    claimed : frozenset of str
        Groups that belong to one of ``others``.
    own : frozenset of str
        Groups the client has a claim to.
    friends : frozenset of str
        People somebody of ``others`` has met or named: none of them may introduce the client.
    """

    client_id: str
    others: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    rivals: frozenset[str] = frozenset()
    claimed: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    friends: frozenset[str] = frozenset()

    def may_be_offered(self, groups: pd.DataFrame) -> np.ndarray:
        """Which groups may be proposed to the client, one value a row of the table of groups."""
        if not self.others:
            return np.ones(len(groups), dtype=bool)
        taken = groups[groups["group_id"].isin(self.claimed)]
        return np.array([self._is_free(row, taken) for row in groups.itertuples()], dtype=bool)

    def _is_free(self, group: object, taken: pd.DataFrame) -> bool:
        if group.group_id in self.claimed or any(_same_hour(group, other) for other in taken.itertuples()):  # type: ignore[attr-defined]
            return False
        if group.group_id in self.own:  # type: ignore[attr-defined]
            return True
        return all(_falls_to(self.client_id, rival, _spot(group)) for rival in self.rivals)

    def may_introduce(self, person_id: str) -> bool:
        """Whether somebody may walk this client in without linking them to a person they must be kept apart from."""
        if person_id in self.hidden or person_id in self.friends:
            return False
        return all(_falls_to(self.client_id, rival, person_id) for rival in self.rivals)


def separated_from(separations: pd.DataFrame, person_id: str) -> frozenset[str]:
    """Everybody somebody must be kept apart from, whichever of the two the row names first."""
    first = separations.loc[separations["person_id"] == person_id, "other_id"]
    second = separations.loc[separations["other_id"] == person_id, "person_id"]
    return frozenset(first) | frozenset(second)


def hidden_people(separations: pd.DataFrame, client_id: str, in_order: Iterable[str]) -> frozenset[str]:
    """Whom one view may not show: the first of two people kept apart, in the order given, is shown, the second is not."""
    hidden = set(separated_from(separations, client_id))
    involved = set(separations["person_id"]) | set(separations["other_id"])
    shown: set[str] = set()
    for person in in_order:
        if person not in involved:
            continue
        if person in hidden or separated_from(separations, person) & shown:
            hidden.add(person)
        else:
            shown.add(person)
    return frozenset(hidden)


def keep_apart(record: RecoveryRecord, client_id: str, at: pd.Timestamp, direct: Collection[str]) -> KeptApart:
    """What separations mean for the view of one client.

    Parameters
    ----------
    record : RecoveryRecord
    client_id : str
    at : pandas.Timestamp
    direct : sequence of str
        People tied to the client, the closest first: they are shown before anybody further away.
    """
    separations = record.separations
    if separations.empty:
        return KeptApart(client_id)
    willing = record.people.loc[record.people["introducer_consent"].eq(True).fillna(False), "person_id"]
    tied = list(direct)
    hidden = hidden_people(separations, client_id, [*tied, *sorted(set(willing) - set(tied))])
    others = separated_from(separations, client_id)
    if not others:
        return KeptApart(client_id, hidden=hidden)
    people = record.people[record.people["person_id"].isin(others)]
    rivals = people.loc[(people["role"] == "client") & present(people, at), "person_id"]
    theirs = occasions_with(record, others, at - CLAIMED_FOR, at)
    named = record.nominations
    named = named[(named["asked_at"] < at) & (named["ego_id"].isin(others) | named["alter_id"].isin(others))]
    friends = set(met_in_person(record, theirs)["other_id"]) | set(named["alter_id"]) | set(named["ego_id"])
    return KeptApart(
        client_id,
        others,
        hidden,
        frozenset(rivals),
        claimed=_claims(record, others, theirs, at),
        own=_claims(record, {client_id}, occasions_with(record, {client_id}, at - CLAIMED_FOR, at), at),
        friends=frozenset(friends - {client_id}),
    )


def _claims(record: RecoveryRecord, people: Collection[str], occasions: pd.DataFrame, at: pd.Timestamp) -> frozenset[str]:
    """Groups some people were at, or were linked to without an end since, in the last 90 days."""
    been = group_activity(occasions)["group_id"]
    steps = record.linkage
    steps = steps[steps["client_id"].isin(list(people)) & (steps["at"] < at) & (steps["at"] >= at - CLAIMED_FOR)]
    last = steps.sort_values("at", kind="stable").drop_duplicates(["client_id", "group_id"], keep="last")
    return frozenset(been) | frozenset(last.loc[last["stage"].isin(LINKAGE_COURSE), "group_id"])


def _spot(group: object) -> str:
    """Where and on which day a group meets; the group itself where that is not recorded."""
    place, day = group.place, group.weekday  # type: ignore[attr-defined]
    return f"{place}|{day}" if isinstance(place, str) and isinstance(day, str) else str(group.group_id)  # type: ignore[attr-defined]


def _same_hour(one: object, other: object) -> bool:
    """Whether two groups meet in the same place at overlapping hours."""
    if _spot(one) != _spot(other) or "|" not in _spot(one):
        return False
    if not isinstance(one.start_time, str) or not isinstance(other.start_time, str):  # type: ignore[attr-defined]
        return True
    (a, a_long), (b, b_long) = (_hours(each) for each in (one, other))
    return a < b + b_long and b < a + a_long


def _hours(group: object) -> tuple[int, float]:
    """Minute of the day a group begins, and its length in minutes; three hours where no length is recorded."""
    hour, minute = str(group.start_time).split(":")[:2]  # type: ignore[attr-defined]
    length = group.duration_min  # type: ignore[attr-defined]
    return int(hour) * 60 + int(minute), float(length) if length == length else _SAME_HALL_MINUTES


def _falls_to(client_id: str, rival: str, thing: str) -> bool:
    """To which of two people kept apart a thing may be proposed: always to the same one, and about half to each.

    Views of the two are made at different times and know nothing of each other, so the rule must stand by itself.
    """
    pair = sorted((client_id, rival))
    return pair[zlib.crc32("\x1f".join([*pair, thing]).encode()) & 1] == client_id
