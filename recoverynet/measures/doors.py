"""Which groups suit a client: open, not theirs already, within reach, and on the terms they need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.measures.client_ties import latest_steps
from recoverynet.measures.kept_apart import KeptApart
from recoverynet.measures.meetings import WEEKDAYS, coming_meetings
from recoverynet.measures.moment import QUARTER
from recoverynet.measures.record_index import Group, Person, RecordIndex

MEETS_WITHIN_DAYS = 14
_OST = "ost_stable"
_STILL_OPEN = ("offered", "discussed", "accepted")
_EARTH_RADIUS_KM = 6371.0
BARRIERS = ("recovery", "newcomers", "women", "substitution", "day", "online", "access")
"""Why a group does not suit: it carries no recovery, takes no newcomers, is for women, is not for people on opioid substitution,
or is on another day, online (or not), or without the access that is wanted."""


@dataclass(frozen=True)
class Wishes:
    """What must be so for a group to suit a client?

    Parameters
    ----------
    days : collection of weekdays, optional
        Days on which they could go, such as ``("monday", "thursday")``. Default: any.
    online : bool, optional
        True: only meetings that can be joined online; False: only meetings in a place. Default: either.
    access : collection of str
        Words the group's ``access`` must hold, such as ``("step-free",)``. Default: none.
    max_km : float, optional
        How far away the group may be at most; needs coordinates of the group, and of ``home`` or of groups in the
        client's area.
    home : (lat, lon), optional
        Where the client sets out from, in degrees. Default: the middle of the groups of their area.
    ost : bool, optional
        Whether the group must welcome people on opioid substitution. Default: yes where the client's latest state or
        open treatment says so.

    Raises
    ------
    SchemaError
        A weekday is unknown, ``max_km`` is not above 0, or ``home`` is not a pair of degrees.

    Examples
    --------
    >>> from recoverynet import Wishes
    >>> Wishes(days=("monday", "thursday"), online=False).max_km is None
    True
    """

    days: Collection[str] | None = None
    online: bool | None = None
    access: Collection[str] = ()
    max_km: float | None = None
    home: tuple[float, float] | None = None
    ost: bool | None = None

    def __post_init__(self) -> None:
        for name in ("days", "access"):
            if isinstance(getattr(self, name), str):
                raise SchemaError(f"{name} must be several words, such as ({getattr(self, name)!r},).")
        wrong = [day for day in self.days or () if day not in WEEKDAYS]
        if wrong:
            raise SchemaError(f"days names {', '.join(map(repr, wrong))}; the days are {', '.join(WEEKDAYS)}.")
        if self.max_km is not None and not self.max_km > 0:
            raise SchemaError(f"max_km must be above 0; got {self.max_km!r}.")
        if self.home is not None and not (len(self.home) == 2 and abs(self.home[0]) <= 90 and abs(self.home[1]) <= 180):
            raise SchemaError(f"home is a pair (latitude, longitude) in degrees; got {self.home!r}.")


class Door(NamedTuple):
    """A group that suits a client, when it meets next, how far it is and what was done about it before."""

    group: Group
    next_at: dt.datetime
    local_start: str
    distance_km: float
    same_area: bool | None
    stage: str | None
    stage_at: Any


def doors(index: RecordIndex, client: Person, at: pd.Timestamp, wishes: Wishes, apart: KeptApart) -> list[Door]:
    """Recovery groups that suit a client and may be proposed to them, in order of their next meeting."""
    steps = latest_steps(index, client.person_id, at - QUARTER, at)
    theirs = {group for group, (stage, _) in steps.items() if stage not in _STILL_OPEN}
    theirs |= set(index.groups_of(client.person_id, at - QUARTER, at))
    needs_ost = on_substitution(index, client.person_id, at) if wishes.ost is None else wishes.ost
    free = apart.may_be_offered(index.groups.values())
    suiting = {group.group_id: group for group in free if group.group_id not in theirs and suits(group, client, wishes, needs_ost)}
    home = wishes.home or middle_of(index, client.area)
    found = []
    for meeting in coming_meetings(list(suiting.values()), at, days=MEETS_WITHIN_DAYS, tz=index.tz):
        group = suiting.pop(meeting.group_id, None)
        distance = np.nan if group is None else kilometres(home, group)
        if group is None or (wishes.max_km is not None and not distance <= wishes.max_km):
            continue
        same_area = None if group.area is None or client.area is None else group.area == client.area
        stage, stage_at = steps.get(group.group_id, (None, None))
        found.append(Door(group, meeting.starts_at, meeting.local_start, distance, same_area, stage, stage_at))
    return sorted(found, key=lambda door: (door.next_at, door.group.group_id))


def barriers(group: Group, client: Person, wishes: Wishes, needs_ost: bool) -> tuple[str, ...]:
    """What keeps a client from a group, of ``BARRIERS``; what a group does not say about itself does not rule it out."""
    ruled_out = {
        "recovery": group.carries != "recovery",
        "newcomers": group.newcomers_welcome is False,
        "women": group.women_only is True and (client.sex or "").lower() not in ("f", "female"),
        "substitution": needs_ost and group.ost_friendly is False,
        "day": wishes.days is not None and group.weekday not in wishes.days,
        "online": wishes.online is not None and bool(group.online) != wishes.online,
        "access": not says_access(group.access, wishes.access),
    }
    return tuple(name for name in BARRIERS if ruled_out[name])


def says_access(said: str | None, wanted: Collection[str]) -> bool:
    """Whether a group says of itself every word of access that is wanted."""
    return all(word.lower() in (said or "").lower() for word in wanted)


def suits(group: Group, client: Person, wishes: Wishes, needs_ost: bool) -> bool:
    """Whether nothing keeps a client from a group."""
    return not barriers(group, client, wishes, needs_ost)


def on_substitution(index: RecordIndex, client_id: str, at: pd.Timestamp) -> bool:
    """Whether the client is on opioid substitution as far as the record says: by open treatment, or by latest state."""
    for start, end, modality in index.values("episodes", client_id, ("started_on", "ended_on", "modality")):
        goes_on = end is None or not end <= at
        if start is not None and start < at and goes_on and str(modality).lower() == "prescribing":
            return True
    looks = index.values("observations", client_id, ("observed_at", "variable", "source", "value"))
    states = [(on, value) for on, variable, source, value in looks if variable == "state" and source != "perceived"]
    last = max(((on, value) for on, value in states if at - QUARTER <= on < at), default=(None, None))
    return last[1] == _OST


def middle_of(index: RecordIndex, area: str | None) -> tuple[float, float] | None:
    """The middle of the groups of an area; None where none of them has coordinates."""
    near = [(group.lat, group.lon) for group in index.groups.values() if area is not None and group.area == area]
    known = [(lat, lon) for lat, lon in near if lat is not None and lon is not None]
    return (float(np.mean([lat for lat, _ in known])), float(np.mean([lon for _, lon in known]))) if known else None


def kilometres(home: tuple[float, float] | None, group: Group) -> float:
    """As the crow flies; NaN where either place is not known."""
    return between(home, None if group.lat is None or group.lon is None else (group.lat, group.lon))


def between(one: tuple[float, float] | None, other: tuple[float, float] | None) -> float:
    """Kilometres between two places (lat, lon) as the crow flies; NaN where either is not known."""
    if one is None or other is None:
        return np.nan
    lat, lon, from_lat, from_lon = np.radians([*other, *one])
    half = np.sin((lat - from_lat) / 2) ** 2 + np.cos(lat) * np.cos(from_lat) * np.sin((lon - from_lon) / 2) ** 2
    return float(2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(half)))
