"""Who is near a person: two-step paths counted, everybody they reach listed, and what a tie to each would bear on.

Only people near ego have structure of their own to offer. All others differ by their attributes and degrees alone, so
that they can be looked at class by class; see kernels/saom/tie_choice.py. ``people`` is laid out as actor_model.py says.
"""

from __future__ import annotations

import numpy as np

from recoverynet.kernels.saom.actor_model import CLOSURE, CODE, COUNTS, IN_MARK, INTO, N_NEAR, NEAR, OUT, OUT_MARK, SLOT, TOUCHED
from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.effects.closure import partners_weight
from recoverynet.kernels.saom.effects.declared import IN_IN, IN_OUT, KEPT, OUT_IN, OUT_OUT, TIES


@lean()
def touch(people: np.ndarray, used: np.ndarray, j: int) -> None:
    """List somebody as near."""
    if people[j, TOUCHED] == 0:
        people[j, TOUCHED] = 1
        people[used[N_NEAR], NEAR] = j
        used[N_NEAR] += 1


@lean()
def _mark(people: np.ndarray, pool: np.ndarray, used: np.ndarray, at: int, ego: int, row: int) -> None:
    """Mark everybody in ego's list, and note them as near."""
    begin = people[ego, at]
    for place in range(begin, begin + people[ego, at + 1]):
        j = pool[place]
        people[j, row] = 1
        touch(people, used, j)


@lean()
def _step(people: np.ndarray, pool: np.ndarray, used: np.ndarray, at: int, middle: int, ego: int, row: int) -> None:
    """Count a path to everybody in the list of ``middle``; whoever is new is noted as near. Ego counts as noted."""
    begin = people[middle, at]
    for place in range(begin, begin + people[middle, at + 1]):
        j = pool[place]
        people[j, row] += 1
        touch(people, used, j)


@lean()
def look_around(people: np.ndarray, pool: np.ndarray, used: np.ndarray, paths: int, ego: int) -> int:
    """Mark ego's neighbours, count two-step paths, list who is near; returns the number of returned ties.

    Ego is touched but not listed, so that paths back to ego are counted at ego and nowhere else.
    """
    people[ego, TOUCHED] = 1
    _mark(people, pool, used, OUT, ego, OUT_MARK)
    _mark(people, pool, used, INTO, ego, IN_MARK)
    mutual = 0
    begin = people[ego, OUT]
    for place in range(begin, begin + people[ego, OUT + 1]):
        h = pool[place]
        kept = people[h, IN_MARK]
        mutual += kept
        if paths & OUT_OUT:
            _step(people, pool, used, OUT, h, ego, COUNTS)
        if paths & OUT_IN:
            _step(people, pool, used, INTO, h, ego, COUNTS + 1)
        if kept and paths & KEPT:
            _step(people, pool, used, INTO, h, ego, COUNTS + 4)
    if paths & (IN_OUT | IN_IN):
        begin = people[ego, INTO]
        for place in range(begin, begin + people[ego, INTO + 1]):
            h = pool[place]
            if paths & IN_OUT:
                _step(people, pool, used, OUT, h, ego, COUNTS + 2)
            if paths & IN_IN:
                _step(people, pool, used, INTO, h, ego, COUNTS + 3)
    return mutual


@lean()
def closing_weights(
    ties: np.ndarray, numbers: np.ndarray, people: np.ndarray, pool: np.ndarray, used: np.ndarray, through: np.ndarray, ego: int
) -> None:
    """For effects whose other terms a tie to j bears on: the sum of those changes, for everybody near."""
    for e in range(ties.shape[0]):
        if ties[e, SLOT] < 0:
            continue
        if ties[e, CLOSURE] == TIES:
            _through_partners(people, pool, through, ego, ties[e, SLOT], ties[e, CODE], numbers[e, 0])
        else:
            _through_distance_two(people, pool, used, through, ego, ties[e, SLOT])


@lean()
def _through_partners(
    people: np.ndarray, pool: np.ndarray, through: np.ndarray, ego: int, slot: int, code: int, parameter: float
) -> None:
    """A tie to j gives each contact h of ego whom j is tied to one shared partner more."""
    begin = people[ego, OUT]
    for place in range(begin, begin + people[ego, OUT + 1]):
        h = pool[place]
        partners = people[h, COUNTS]
        now = partners_weight(code, partners, parameter)
        more = partners_weight(code, partners + 1, parameter) - now
        fewer = now - partners_weight(code, partners - 1, parameter)
        first = people[h, INTO]
        for at in range(first, first + people[h, INTO + 1]):
            j = pool[at]
            through[slot, j] += fewer if people[j, OUT_MARK] else more


@lean()
def _through_distance_two(people: np.ndarray, pool: np.ndarray, used: np.ndarray, through: np.ndarray, ego: int, slot: int) -> None:
    """How many of those j is tied to would be two steps from ego without j as well."""
    for index in range(used[N_NEAR]):
        h = people[index, NEAR]
        partners = people[h, COUNTS]
        if partners == 0 or people[h, OUT_MARK]:
            continue
        first = people[h, INTO]
        for at in range(first, first + people[h, INTO + 1]):
            j = pool[at]
            if people[j, OUT_MARK] == 0 or partners > 1:
                through[slot, j] += 1.0
            touch(people, used, j)


@lean()
def forget(people: np.ndarray, used: np.ndarray, through: np.ndarray, ego: int) -> None:
    """Wipe what look_around and closing_weights wrote."""
    n_near = used[N_NEAR]
    for index in range(-1, n_near):
        j = ego if index < 0 else people[index, NEAR]
        for row in range(OUT_MARK, COUNTS + 5):
            people[j, row] = 0
        for slot in range(through.shape[0]):
            through[slot, j] = 0.0
    used[N_NEAR] = 0
