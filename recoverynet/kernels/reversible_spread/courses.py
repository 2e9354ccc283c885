"""Courses of a community month by month: states move, links to groups end and begin, groups are proposed, people follow.

Symbols: n people, G groups, K states, S proposals a month at most, T months, R runs, L subgroups. Somebody's contacts are the
people tied to them, whoever introduced them, and the others of their groups.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from recoverynet.kernels.compiled import compiled
from recoverynet.kernels.reversible_spread.chances import (
    CLOSE,
    IMPUTE,
    LEAVE,
    MOVE,
    NEW_TIE,
    NOMINATE,
    REPLACE,
    SLOT,
    TIE,
    next_state,
    unit,
)  # fmt: skip
from recoverynet.kernels.reversible_spread.choosing import MENTOR, NOMINATION, may_go, nominated, place_for, wish

UNKNOWN, DRAWN = -1, -2
NOT_AGAIN = 3
TRIES_OF_A_TIE = 40
SHARED, COUNTED, RATIOS, STEPS = 0, 1, 2, 3


class Community(NamedTuple):
    """People, ties and groups as they stand; ``state`` −1 is not known and never counted, −2 is drawn from ``drawn``."""

    keys: np.ndarray
    state: np.ndarray
    drawn: np.ndarray
    holds: np.ndarray
    indptr: np.ndarray
    indices: np.ndarray
    strength: np.ndarray
    active: np.ndarray
    kind: np.ndarray
    client: np.ndarray
    recovery: np.ndarray
    allowed: np.ndarray
    near: np.ndarray
    like: np.ndarray
    apart: np.ndarray
    guide_room: np.ndarray
    levels: np.ndarray


class CoursePlan(NamedTuple):
    """What is done: groups open by month and with what room, who of them hosts, links cut, and proposals by slot."""

    room: np.ndarray
    hosts: np.ndarray
    cut: np.ndarray
    keep: np.ndarray
    slots: np.ndarray
    chance: np.ndarray


class Rates(NamedTuple):
    """One run a row: base (R, K, K), per contact, by going to a recovery group, leaving, ties ending; closure (R, S).

    ``lines`` (R, 2, 5), of gaining and of losing: where it starts, by share, by contact holding, by contact known, and where
    nobody is; ``steps`` (R,) chances a month to move at all; ``likeness`` (R,) log-odds that a new tie is to one's like.
    """

    base: np.ndarray
    per_contact: np.ndarray
    going: np.ndarray
    leaving: np.ndarray
    ties_ending: np.ndarray
    closure: np.ndarray
    lines: np.ndarray
    steps: np.ndarray
    likeness: np.ndarray


@compiled()
def contacts_of(person: int, at: Community, state: np.ndarray, indices: np.ndarray, active: np.ndarray, guide: np.ndarray,
                load: np.ndarray, held: np.ndarray, known: np.ndarray, mode: int) -> tuple[float, float]:  # fmt: skip
    """Contacts who hold the norm, and of known state: a group counts as one by its share (mode 0) or person by person."""
    holding, of = 0.0, 0.0
    for place in range(at.indptr[person], at.indptr[person + 1]):
        now = state[indices[place]]
        if now >= 0:
            holding += at.strength[place] * at.holds[now]
            of += at.strength[place]
    if guide[person] >= 0 and state[guide[person]] >= 0:
        holding += at.holds[state[guide[person]]]
        of += 1.0
    own = 1.0 if at.holds[state[person]] else 0.0
    for group in range(active.shape[1] if load[person] else 0):
        if active[person, group]:
            others, there = held[group] - own, known[group] - 1.0
            if there > 0.0:
                holding += others / there if mode == SHARED else others
                of += 1.0 if mode == SHARED else there
    return holding, of


@compiled(inline="always")
def crossing(mode: int, holds: bool, plain: float, holding: float, of: float, per_contact: float, lines: np.ndarray,
             steps: float) -> float:  # fmt: skip
    """Chance a month of gaining the norm, or of losing it, by what contacts hold; ``plain`` is the chance without them."""
    if mode <= COUNTED:
        return plain if holds else plain + per_contact * holding
    line = lines[1 if holds else 0]
    sum_of = line[0] + line[1] * holding / of + line[2] * holding + line[3] * of if of > 0.0 else line[4]
    if mode == RATIOS:
        answer: float = 1.0 - (1.0 - plain) ** np.exp(sum_of)
        return answer
    answer = steps / (1.0 + np.exp(-sum_of))
    return answer


@compiled()
def turn_over(month: int, seed: np.uint64, at: Community, plan: CoursePlan, leaving: float, turns: bool, ending: float,
              likeness: float, state: np.ndarray, active: np.ndarray, brought: np.ndarray, indices: np.ndarray,
              going: np.ndarray, load: np.ndarray) -> None:  # fmt: skip
    """Links end; where the network turns over, as many begin with people of the same role and sex, and ties are replaced."""
    n, n_groups = active.shape
    for person in range(n):
        for group in range(n_groups if load[person] else 0):
            if not active[person, group]:
                continue
            closed = plan.room[month, group] < 0
            cut = plan.cut[person, group] == month
            kept = plan.keep[month, group]
            moved = kept < 1.0 and unit(seed, at.keys[person], month, LEAVE, n_groups + group) >= kept
            leaves = (turns or brought[person, group]) and unit(seed, at.keys[person], month, LEAVE, group) < leaving
            if not (closed or cut or moved or leaves):
                continue
            active[person, group] = False
            going[group] -= 1
            load[person] -= 1
            if closed or moved or cut or brought[person, group] or not turns:
                brought[person, group] = False
                continue
            for step in range(40):
                other = int(unit(seed, at.keys[person], month, REPLACE, group * 40 + step) * n)
                if at.kind[other] == at.kind[person] and not active[other, group]:
                    active[other, group] = True
                    going[group] += 1
                    load[other] += 1
                    break
    for person in range(n if turns and ending > 0.0 else 0):
        for place in range(at.indptr[person], at.indptr[person + 1]):
            if unit(seed, np.uint64(place), month, TIE, 0) < ending:
                indices[place] = new_contact(person, place, month, seed, at, likeness, state)


@compiled()
def new_contact(person: int, place: int, month: int, seed: np.uint64, at: Community, likeness: float, state: np.ndarray) -> int:
    """Whom a tie that ended gives way to: by how many ties others have and, on log-odds ``likeness``, who is in one's state."""
    other: int = -1
    less = np.exp(-abs(likeness))
    for step in range(TRIES_OF_A_TIE):
        other = at.indices[int(unit(seed, np.uint64(place), month, NEW_TIE, 2 * step) * len(at.indices))]
        if likeness == 0.0 or state[other] < 0 or state[person] < 0:
            return other
        alike = at.holds[state[other]] == at.holds[state[person]]
        if alike == (likeness > 0.0) or unit(seed, np.uint64(place), month, NEW_TIE, 2 * step + 1) < less:
            return other
    return other


@compiled()
def chosen_for(rule: int, wanted: int, month: int, slot: int, seed: np.uint64, at: Community, room: np.ndarray, free: np.ndarray,
               indices: np.ndarray, active: np.ndarray, going: np.ndarray, left: np.ndarray) -> tuple[int, int, int]:  # fmt: skip
    """Person, group and introducer of one proposal by a rule; −1 where there is none."""
    n = len(free)
    if rule == MENTOR:
        for step in range(40):
            guide = int(unit(seed, np.uint64(slot), month, NOMINATE, step) * n)
            if left[guide] < 1.0:
                continue
            found, group_found, best = -1, -1, -1.0
            for person in range(n):
                if not free[person] or at.like[person, 0] < 0 or (at.like[person] != at.like[guide]).any():
                    continue
                luck = wish(1, person, seed, at.keys[person], month, slot, at.indptr, indices, at.keys)
                if luck <= best:
                    continue
                for group in range(active.shape[1]):
                    fits = active[guide, group] and (wanted < 0 or wanted == group)
                    if fits and may_go(person, group, active, at.allowed, going, room, at.apart):
                        found, group_found, best = person, group, luck
            if found >= 0:
                return found, group_found, guide
        return -1, -1, -1
    if rule == NOMINATION:
        person = nominated(seed, month, slot, free, at.indptr, indices)
        if person >= 0:
            group = place_for(person, wanted, seed, at.keys[person], month, active, at.allowed, at.near, going, room, at.apart)
            if group >= 0:
                return person, group, -1
        rule = 1
    person_found, group_found, highest = -1, -1, -1e300
    for person in range(n):
        if free[person]:
            value = wish(rule, person, seed, at.keys[person], month, slot, at.indptr, indices, at.keys)
            if value > highest:
                group = place_for(person, wanted, seed, at.keys[person], month, active, at.allowed, at.near, going, room, at.apart)
                if group >= 0:
                    person_found, group_found, highest = person, group, value
    return person_found, group_found, -1


@compiled()
def propose(month: int, seed: np.uint64, at: Community, plan: CoursePlan, closure: np.ndarray, active: np.ndarray,
            brought: np.ndarray, indices: np.ndarray, going: np.ndarray, load: np.ndarray, guide: np.ndarray, asked: np.ndarray,
            done: np.ndarray) -> None:  # fmt: skip
    """The proposals of a month: rows of ``slots`` are rule, group, first month, month after the last, person, introducer."""
    n = len(at.keys)
    left, free = at.guide_room.copy(), np.zeros(n, dtype=np.bool_)
    for person in range(n):
        linked = False
        for group in range(active.shape[1] if load[person] else 0):
            linked = linked or (active[person, group] and at.recovery[group])
        free[person] = at.client[person] and not linked and month - asked[person] > NOT_AGAIN
    for slot in range(len(plan.slots)):
        rule, wanted, first, last, who, by = plan.slots[slot]
        if not first <= month < last or unit(seed, np.uint64(slot), month, SLOT, 0) >= plan.chance[slot]:
            continue
        if who >= 0:
            fits = may_go(who, wanted, active, at.allowed, going, plan.room[month], at.apart) and month - asked[who] > NOT_AGAIN
            person, group, mentor = (who if fits else -1), wanted, by
        else:
            person, group, mentor = chosen_for(
                rule, wanted, month, slot, seed, at, plan.room[month], free, indices, active, going, left
            )
            mentor = by if by >= 0 else mentor
        if person < 0:
            done[2] += 1
            continue
        done[0] += 1
        free[person], asked[person] = False, month
        if mentor >= 0:
            left[mentor] -= 1.0
        if unit(seed, at.keys[person], month, CLOSE, 0) < closure[slot]:
            active[person, group], brought[person, group] = True, True
            going[group] += 1
            load[person] += 1
            done[1] += 1
            guide[person] = mentor if mentor >= 0 else guide[person]


@compiled()
def count(at: Community, state: np.ndarray, active: np.ndarray, load: np.ndarray, states: np.ndarray, held: np.ndarray,
          linked: np.ndarray) -> None:  # fmt: skip
    """Clients by state; those who hold the norm and those who go to a recovery group, by subgroup."""
    for person in range(len(state)):
        if at.client[person]:
            goes = False
            for group in range(active.shape[1] if load[person] else 0):
                goes = goes or (active[person, group] and at.recovery[group])
            states[state[person]] += 1
            for place in range(at.levels.shape[1]):
                level = at.levels[person, place]
                held[level] += at.holds[state[person]]
                linked[level] += goes


@compiled()
def step(month: int, seed: np.uint64, at: Community, plan: CoursePlan, rates: Rates, run: int, mode: int, state: np.ndarray,
         indices: np.ndarray, active: np.ndarray, load: np.ndarray, guide: np.ndarray) -> np.ndarray:  # fmt: skip
    """States a month later, everybody at once."""
    held, known = plan.hosts.copy(), plan.hosts.copy()
    n, n_groups = active.shape
    for person in range(n):
        if state[person] >= 0 and load[person]:
            for group in range(n_groups):
                if active[person, group]:
                    known[group] += 1.0
                    held[group] += at.holds[state[person]]
    after = state.copy()
    for person in range(n):
        if state[person] < 0:
            continue
        now = state[person]
        plain, goes = 0.0, False
        for other in range(len(at.holds)):
            plain += rates.base[run, now, other] if at.holds[other] != at.holds[now] else 0.0
        holding, of = 0.0, 0.0
        if mode > COUNTED or (rates.per_contact[run] != 0.0 and not at.holds[now]):
            holding, of = contacts_of(person, at, state, indices, active, guide, load, held, known, mode)
        chance = crossing(mode, at.holds[now], plain, holding, of, rates.per_contact[run], rates.lines[run], rates.steps[run])
        if not at.holds[now]:
            for group in range(n_groups if load[person] else 0):
                goes = goes or (active[person, group] and at.recovery[group])
            chance += rates.going[run] if goes else 0.0
        after[person] = next_state(now, rates.base[run], at.holds, chance, unit(seed, at.keys[person], month, MOVE, 0))
    return after


@compiled(nogil=True)
def courses(seeds: np.ndarray, first: int, end: int, months: int, mode: int, turns: bool, at: Community, plan: CoursePlan,
            rates: Rates, states: np.ndarray, held: np.ndarray, linked: np.ndarray, done: np.ndarray) -> None:  # fmt: skip
    """Runs ``first`` to ``end``: clients by state (R, T + 1, K), holding and linked (R, T + 1, L), proposals (R, T + 1, 3)."""
    n = len(at.keys)
    for run in range(first, end):
        seed = seeds[run]
        state, indices, active = at.state.copy(), at.indices.copy(), at.active.copy()
        brought = np.zeros(active.shape, dtype=np.bool_)
        guide, asked = np.full(n, -1), np.full(n, -100)
        going, load = np.zeros(active.shape[1], dtype=np.int64), np.zeros(n, dtype=np.int64)
        for person in range(n):
            for group in range(active.shape[1]):
                going[group] += active[person, group]
                load[person] += active[person, group]
            if state[person] == DRAWN:
                luck = unit(seed, at.keys[person], 0, IMPUTE, 0)
                state[person] = 0
                while state[person] < len(at.holds) - 1 and luck >= at.drawn[state[person]]:
                    state[person] += 1
        count(at, state, active, load, states[run, 0], held[run, 0], linked[run, 0])
        for month in range(1, months + 1):
            turn_over(
                month,
                seed,
                at,
                plan,
                rates.leaving[run],
                turns,
                rates.ties_ending[run],
                rates.likeness[run],
                state,
                active,
                brought,
                indices,
                going,
                load,
            )
            propose(
                month, seed, at, plan, rates.closure[run], active, brought, indices, going, load, guide, asked, done[run, month]
            )
            state = step(month, seed, at, plan, rates, run, mode, state, indices, active, load, guide)
            count(at, state, active, load, states[run, month], held[run, month], linked[run, month])
