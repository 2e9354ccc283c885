"""Whom a rule proposes a group to, and which: by place and consent, never by a number about a person's chances.

Rules: 1 random, 2 most contacts, 3 acquaintance nomination, 4 most contacts among those a survey of a fifth sees, 5 fewest
contacts, 6 where somebody like them goes who agreed to introduce others. Symbols: n people, G groups.
"""

from __future__ import annotations

import numpy as np

from recoverynet.kernels.compiled import compiled
from recoverynet.kernels.reversible_spread.chances import CHOOSE, NOMINATE, PLACE, SURVEY, unit

RANDOM, DEGREE, NOMINATION, SURVEYED, ISOLATED, MENTOR = 1, 2, 3, 4, 5, 6
SHARE_SURVEYED, TRIES = 0.2, 40


@compiled()
def may_go(person: int, group: int, active: np.ndarray, allowed: np.ndarray, going: np.ndarray, room: np.ndarray,
           apart: np.ndarray) -> bool:  # fmt: skip
    """Whether somebody may be brought to a group now: it suits, is open (room 0 or more), has room, and nobody kept apart is
    there.
    """
    if not allowed[person, group] or active[person, group] or going[group] >= room[group]:
        return False
    for pair in range(apart.shape[0]):  # noqa: SIM110
        if apart[pair, 0] == person and active[apart[pair, 1], group]:
            return False
    return True


@compiled()
def place_for(person: int, wanted: int, seed: np.uint64, key: np.uint64, month: int, active: np.ndarray, allowed: np.ndarray,
              near: np.ndarray, going: np.ndarray, room: np.ndarray, apart: np.ndarray) -> int:  # fmt: skip
    """The group for somebody: the one wanted, or one that suits, of their area before others; -1 where there is none."""
    if wanted >= 0:
        return wanted if may_go(person, wanted, active, allowed, going, room, apart) else -1
    found, best = -1, -1.0
    for group in range(allowed.shape[1]):
        if may_go(person, group, active, allowed, going, room, apart):
            worth = unit(seed, key, month, PLACE, group) + near[person, group]
            if worth > best:
                found, best = group, worth
    return found


@compiled()
def wish(rule: int, person: int, seed: np.uint64, key: np.uint64, month: int, slot: int, indptr: np.ndarray,
         indices: np.ndarray, keys: np.ndarray) -> float:  # fmt: skip
    """How early a rule comes to somebody: the highest first, chance among equals."""
    luck = unit(seed, key, month, CHOOSE, slot)
    n_ties = indptr[person + 1] - indptr[person]
    if rule == DEGREE:
        answer: float = n_ties + luck
        return answer
    if rule == ISOLATED:
        answer = luck - n_ties
        return answer
    if rule == SURVEYED:
        asked = unit(seed, key, 0, SURVEY, 0) < SHARE_SURVEYED
        seen = 0
        for place in range(indptr[person], indptr[person + 1]):
            seen += asked or unit(seed, keys[indices[place]], 0, SURVEY, 0) < SHARE_SURVEYED
        return seen + luck
    return luck


@compiled()
def nominated(seed: np.uint64, month: int, slot: int, free: np.ndarray, indptr: np.ndarray, indices: np.ndarray) -> int:
    """Somebody free whom a person asked at random names; -1 where none of forty asked names one."""
    n = len(free)
    for step in range(TRIES):
        asked = int(unit(seed, np.uint64(slot), month, NOMINATE, 2 * step) * n)
        n_ties = indptr[asked + 1] - indptr[asked]
        if n_ties:
            named: int = indices[indptr[asked] + int(unit(seed, np.uint64(slot), month, NOMINATE, 2 * step + 1) * n_ties)]
            if free[named]:
                return named
    return -1
