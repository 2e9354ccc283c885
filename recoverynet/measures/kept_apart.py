"""People who must never be shown together, nor be sent to the same place at the same hour."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.measures.client_ties import latest_steps
from recoverynet.measures.moment import QUARTER
from recoverynet.measures.record_index import Group, RecordIndex, index_of
from recoverynet.tables.layouts import LINKAGE_COURSE
from recoverynet.tables.record import RecoveryRecord

_LONGEST_UNKNOWN = 180.0
"""Minutes a meeting is taken to last where its length is not recorded."""


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
        Those of ``others`` who are clients themselves, those who left included: what suits both is proposed to one only.
    claimed : frozenset of str
        Groups that belong to one of ``others``.
    own : frozenset of str
        Groups the client has a claim to.
    friends : frozenset of str
        People whom somebody of ``others`` has met or named, or who named them: none of them may introduce the client.
    """

    client_id: str
    others: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    rivals: frozenset[str] = frozenset()
    claimed: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    friends: frozenset[str] = frozenset()

    def may_be_offered(self, groups: Collection[Group]) -> list[Group]:
        """Those of all groups that may be proposed to the client."""
        if not self.others:
            return list(groups)
        slots = [_Slot.of(group) for group in groups]
        taken = [slot for slot in slots if slot.group_id in self.claimed]
        return [group for group, slot in zip(groups, slots, strict=True) if self._is_free(slot, taken)]

    def _is_free(self, slot: _Slot, taken: list[_Slot]) -> bool:
        if any(slot.overlaps(other) for other in taken):
            return False
        return slot.group_id in self.own or all(falls_to(self.client_id, rival, slot.spot) for rival in self.rivals)

    def may_introduce(self, person_id: str) -> bool:
        """Whether somebody may walk this client in without linking them to a person they must be kept apart from."""
        if person_id in self.hidden or person_id in self.friends:
            return False
        return all(falls_to(self.client_id, rival, person_id) for rival in self.rivals)


@dataclass(frozen=True)
class _Slot:
    """Where and when a group meets."""

    group_id: str
    spot: str
    begins: float
    ends: float

    @classmethod
    def of(cls, group: Group) -> _Slot:
        """The slot of a group; the whole day where no time is recorded."""
        spot = group.group_id if group.place is None or group.weekday is None else f"{group.place}|{group.weekday}"
        if group.start_time is None:
            return cls(group.group_id, spot, -np.inf, np.inf)
        hour, minute = group.start_time.split(":")[:2]
        begins = int(hour) * 60.0 + int(minute)
        return cls(group.group_id, spot, begins, begins + (group.duration_min or _LONGEST_UNKNOWN))

    def overlaps(self, other: _Slot) -> bool:
        """Whether somebody going to one meets somebody going to the other."""
        if self.group_id == other.group_id:
            return True
        return self.spot == other.spot and self.begins < other.ends and other.begins < self.ends


def hidden_people(apart: Mapping[str, frozenset[str]], client_id: str, in_order: Iterable[str]) -> frozenset[str]:
    """Whom one view may not show: the first of two people kept apart, in the order given, is shown, the second is not."""
    hidden, shown = set(apart.get(client_id, ())), {client_id}
    for person in in_order:
        if not shown.isdisjoint(apart.get(person, ())):
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
    if record.separations.empty:
        return KeptApart(client_id)
    index = index_of(record)
    hidden = hidden_people(index.apart, client_id, [*direct, *sorted(index.willing - set(direct))])
    others = index.apart.get(client_id, frozenset())
    if not others:
        return KeptApart(client_id, hidden=hidden)
    named = [index.rows("nominations", other, column) for other in others for column in ("ego_id", "alter_id")]
    friends = {friend for rows in named for column in ("ego_id", "alter_id") for friend in rows[column].tolist()}
    friends |= {friend for other in others for friend in index.met_by(other, at - QUARTER, at)}
    return KeptApart(
        client_id,
        others,
        hidden,
        frozenset(other for other in others if index.people[other].role == "client"),
        claimed=_claims(index, others, at),
        own=_claims(index, {client_id}, at),
        friends=frozenset(friends - {client_id}),
    )


def _claims(index: RecordIndex, people: Collection[str], at: pd.Timestamp) -> frozenset[str]:
    """Groups some people were at, or were linked to without an end since, in the last quarter."""
    been = {group for person in people for group in index.groups_of(person, at - QUARTER, at)}
    steps = (latest_steps(index, person, at - QUARTER, at) for person in people)
    return frozenset(been | {group for taken in steps for group, (stage, _) in taken.items() if stage in LINKAGE_COURSE})


def falls_to(client_id: str, rival: str, thing: str) -> bool:
    """To which of two people kept apart a thing may be proposed: always to the same one, and about half to each.

    Views of the two are made at different times and know nothing of each other, so the rule must stand by itself.
    """
    pair = sorted((client_id, rival))
    return pair[zlib.crc32("\x1f".join([*pair, thing]).encode()) & 1] == client_id
