"""A plan as arrays, after everything that rules an intervention out has been looked at: consent, capacity, reach, separations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError, UnknownPersonError
from recoverynet.kernels.reversible_spread.courses import UNKNOWN, CoursePlan
from recoverynet.measures.doors import between, says_access
from recoverynet.models.interventions import declared
from recoverynet.models.interventions.community import BARRIERS, WITHOUT_LIMIT, StandingCommunity
from recoverynet.models.interventions.declared import RULES, Intervention

ALWAYS = 10**6
CLOSED = BARRIERS.index("closed")
KEPT_BY = {
    "closed": "it does not go on at present",
    "recovery": "it is not a group of recovery",
    "newcomers": "it takes no newcomers",
    "women": "it is for women only",
    "substitution": "it is not for people on opioid substitution",
    "day": "it meets on another day than those that were asked for",
    "online": "it is online, or is not, where the other was asked for",
    "access": "it does not say of itself the access that was asked for",
    "distance": "it is farther away than was asked for, or nobody recorded where it is",
}


class Slot(NamedTuple):
    """One proposal a month: by which rule, to which group, from and until when, whom and by whom (−1: nobody in particular)."""

    rule: int
    group: int
    first: int
    end: int
    person: int
    guide: int


class PreparedCommunity(NamedTuple):
    """A community with its plan, and how often each slot's proposals are followed."""

    standing: StandingCommunity
    plan: CoursePlan
    closures: tuple[str | float | tuple[float, float], ...]


def prepared(standing: StandingCommunity, interventions: Sequence[Intervention], months: int) -> PreparedCommunity:
    """Community and plan as arrays.

    Raises
    ------
    SchemaError
        A group is unknown, cannot be reached, or is there already; somebody may not introduce, has less room than is asked for
        or does not go to the group; a client is kept apart from somebody there.
    UnknownPersonError
        Somebody is not on the record.
    """
    for each in interventions:
        if isinstance(each, declared.NewGroup):
            standing = _with_group(standing, each)
    for each in interventions:
        if isinstance(each, declared.BridgeRemoved):
            standing = _without_person(standing, each.person_id)
    room, keep, cut = _opening(standing, interventions, months)
    slots: list[tuple[Slot, float, str | float | tuple[float, float]]] = []
    for each in interventions:
        slots += _slots_of(standing, each)
    rows = np.array([slot for slot, _, _ in slots], dtype=np.int64).reshape(len(slots), 6)
    chance = np.array([share for _, share, _ in slots])
    hosts = np.zeros(len(standing.group_ids))
    for each in interventions:
        if isinstance(each, declared.NewGroup):
            hosts[standing.group_ids.get_loc(each.group_id)] = each.hosts
    return PreparedCommunity(standing, CoursePlan(room, hosts, cut, keep, rows, chance), tuple(closure for _, _, closure in slots))


def _with_group(standing: StandingCommunity, group: declared.NewGroup) -> StandingCommunity:
    """The community with one group more, where nobody goes yet."""
    if group.group_id in standing.group_ids:
        raise SchemaError(f"The record has a group {group.group_id!r} already; give the new one a name of its own.")
    areas = sorted({area for area in standing.person_areas if isinstance(area, str)})
    if group.area is not None and group.area not in areas:
        raise SchemaError(f"Nobody on the record is of the area {group.area!r}, so nobody could reach {group.group_id!r}; "
                          f"areas are {', '.join(areas)}.")  # fmt: skip
    at = standing.community
    barrier = _barriers_to(standing, group)
    suits = at.client & (barrier == 0)
    if not suits.any():
        raise SchemaError(f"The new group {group.group_id!r} is out of reach of every client: {_why(barrier[at.client])}.")
    near = np.array([group.area is not None and area == group.area for area in standing.person_areas], dtype=float)
    community = at._replace(
        active=np.column_stack([at.active, np.zeros(len(suits), dtype=bool)]),
        recovery=np.append(at.recovery, True),
        allowed=np.column_stack([at.allowed, suits]),
        near=np.column_stack([at.near, near]),
    )
    return replace(
        standing,
        community=community,
        group_ids=standing.group_ids.append(pd.Index([group.group_id])),
        group_names={**standing.group_names, group.group_id: group.group_id},
        group_areas=(*standing.group_areas, group.area),
        barrier=np.column_stack([standing.barrier, barrier]),
    )


def _barriers_to(standing: StandingCommunity, group: declared.NewGroup) -> np.ndarray:
    """What keeps each client from a new group."""
    reach, n = standing.reach, len(standing.person_ids)
    found = np.zeros(n, dtype=np.int64)
    if reach.max_km is not None:
        there = standing.middles.get(group.area or "")
        far = [
            area != group.area and not between(standing.middles.get(area), there) <= reach.max_km for area in standing.person_areas
        ]
        found[np.array(far, dtype=bool)] = BARRIERS.index("distance")
    if not says_access(group.access, reach.access):
        found[:] = BARRIERS.index("access")
    if reach.days is not None and group.weekday not in reach.days:
        found[:] = BARRIERS.index("day")
    found[standing.on_ost & (not group.ost_friendly)] = BARRIERS.index("substitution")
    found[~standing.women & group.women_only] = BARRIERS.index("women")
    return found


def _why(barrier: np.ndarray) -> str:
    """What keeps people from a group, the commonest first; how many each keeps is not said, for they may be few."""
    places, counts = np.unique(barrier[barrier > 0], return_counts=True)
    said = [KEPT_BY[BARRIERS[place]] for place in places[np.argsort(-counts, kind="stable")]]
    return "; ".join(said) or "nothing is known of it"


def _without_person(standing: StandingCommunity, person_id: str) -> StandingCommunity:
    """The community without the ties and links of somebody who is not a client."""
    place = person_place(standing, person_id)
    at = standing.community
    if at.client[place]:
        raise SchemaError(f"{person_id!r} is a client; only somebody whom the answer is not about can be taken out.")
    state, active, room, strength = at.state.copy(), at.active.copy(), at.guide_room.copy(), at.strength.copy()
    state[place], active[place], room[place] = UNKNOWN, False, 0.0
    strength[at.indices == place] = 0.0
    return replace(standing, community=at._replace(state=state, active=active, guide_room=room, strength=strength))


def _opening(
    standing: StandingCommunity, interventions: Sequence[Intervention], months: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Room of each group by month (below 0: not open), share who go on when it moves, and month of links cut (−1: never)."""
    shape = (months + 1, len(standing.group_ids))
    room, keep = np.full(shape, WITHOUT_LIMIT, dtype=np.int64), np.ones(shape)
    for each in interventions:
        if isinstance(each, declared.NewGroup | declared.GroupClosed | declared.HoursMoved):
            place = group_place(standing, each.group_id)
            if not isinstance(each, declared.NewGroup) and (standing.barrier[standing.community.client, place] == CLOSED).all():
                done = "closed" if isinstance(each, declared.GroupClosed) else "moved"
                raise SchemaError(f"The group {each.group_id!r} does not go on at present, so it cannot be {done}.")
            if isinstance(each, declared.NewGroup):
                room[:, place] = each.capacity
                room[: each.start, place] = 0
            elif isinstance(each, declared.GroupClosed):
                room[each.start :, place] = -1
            elif each.start <= months:
                keep[each.start, place] = each.keeps
    return room, keep, np.full(standing.community.active.shape, -1, dtype=np.int64)


def group_place(standing: StandingCommunity, group_id: str) -> int:
    """Where a group stands; SchemaError where there is none of that id."""
    if group_id not in standing.group_ids:
        known = ", ".join(map(str, standing.group_ids[:8])) + (" …" if len(standing.group_ids) > 8 else "")
        raise SchemaError(f"There is no group {group_id!r} on the record or in the plan; groups are {known or 'none'}.")
    return int(standing.group_ids.get_indexer(pd.Index([group_id]))[0])


def person_place(standing: StandingCommunity, person_id: str) -> int:
    """Where somebody stands; UnknownPersonError where they are not there or may not be counted."""
    if person_id not in standing.person_ids:
        raise UnknownPersonError(
            f"{person_id!r} is not on the record, has left, or did not agree to be counted; the plan names them."
        )
    return int(standing.person_ids.get_indexer(pd.Index([person_id]))[0])


def _slots_of(standing: StandingCommunity, each: Intervention) -> list[tuple[Slot, float, str | float | tuple[float, float]]]:
    """Proposals a month of one intervention, each with the share of months in which it is made."""
    if isinstance(each, declared.NewGroup):
        first = Slot(RULES.index("random"), group_place(standing, each.group_id), each.start, ALWAYS, -1, -1)
        return [(first, share, 1.0) for share in _shares(each.joins_per_month)]
    if isinstance(each, declared.Champion):
        group, guide = _champion(standing, each)
        slot = Slot(RULES.index("random"), group, each.start, ALWAYS, -1, guide)
        return [(slot, share, each.closure) for share in _shares(each.per_month)]
    if not isinstance(each, declared.Introduction) or each.rule == "nobody":
        return []
    group = -1 if each.group_id is None else group_place(standing, each.group_id)
    end = ALWAYS if each.months is None else each.start + each.months
    if each.clients:
        people = [_named_client(standing, client, group) for client in each.clients]
        return [(Slot(1, group, each.start, each.start + 1, person, -1), 1.0, each.closure) for person in people]
    _require_reach(standing, group)
    slot = Slot(RULES.index(each.rule), group, each.start, end, -1, -1)
    return [(slot, share, each.closure) for share in _shares(each.per_month)]


def _shares(per_month: float) -> list[float]:
    whole = int(per_month)
    return [1.0] * whole + [per_month - whole] * (per_month > whole)


def _require_reach(standing: StandingCommunity, group: int) -> None:
    at = standing.community
    if not (at.allowed.any() if group < 0 else at.allowed[:, group].any()):
        which = "Any group" if group < 0 else f"The group {standing.group_ids[group]!r}"
        kept = standing.barrier[at.client] if group < 0 else standing.barrier[at.client, group]
        raise SchemaError(f"{which} is out of reach of every client: {_why(kept)}. Choose another group.")


def _champion(standing: StandingCommunity, each: declared.Champion) -> tuple[int, int]:
    """Group and place of a champion who may introduce so many."""
    person, group = person_place(standing, each.person_id), group_place(standing, each.group_id)
    if each.person_id in standing.refused:
        raise SchemaError(
            f"{each.person_id!r} cannot be a champion: this person {standing.refused[each.person_id]}. Name somebody else."
        )
    most = standing.willing.get(each.person_id, 0.0)
    if each.per_month > most:
        raise SchemaError(
            f"The plan asks {each.person_id!r} for {each.per_month:g} introductions a month, and they agreed to {most:g}. Ask for "
            f"no more than {most:g}, or add another champion."
        )
    if (
        not standing.community.active[person, group]
        and standing.group_ids[group] in standing.group_names
        and (standing.community.active[:, group].any())
    ):
        raise SchemaError(
            f"{each.person_id!r} has not been at {each.group_id!r} within six weeks, so cannot walk anybody in there."
        )
    _require_reach(standing, group)
    return group, person


def _named_client(standing: StandingCommunity, client_id: str, group: int) -> int:
    """The place of a client who may be introduced to a group."""
    place, at = person_place(standing, client_id), standing.community
    if not at.client[place]:
        raise SchemaError(f"{client_id!r} is not a client; introductions are for clients.")
    if not at.allowed[place, group]:
        raise SchemaError(
            f"{client_id!r} cannot be introduced to {standing.group_ids[group]!r}: "
            f"{KEPT_BY[BARRIERS[standing.barrier[place, group]]]}."
        )
    there = [other for one, other in at.apart if one == place and at.active[other, group]]
    if there:
        raise SchemaError(
            f"{client_id!r} cannot be introduced to {standing.group_ids[group]!r}: somebody to be kept apart from them goes there."
        )
    return place
