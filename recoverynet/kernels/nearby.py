"""Who is near a person: two-step paths counted, everybody they reach listed, and what a tie to each would bear on.

Only people near ego have structure of their own to offer. All others differ by their attributes and degrees alone, so
that they can be looked at class by class; see kernels/tie_choice.py.
"""

from __future__ import annotations

import numba

from recoverynet.kernels.actor_model import PATHS, Model, State
from recoverynet.kernels.effects.declared import IN_IN, IN_OUT, KEPT, OUT_IN, OUT_OUT, TIES
from recoverynet.kernels.effects.structure import partners_weight

OUT_MARK, IN_MARK, TOUCHED, FIXED = range(4)


@numba.njit(cache=True, nogil=True)
def _step(lists, middle, ego, row, counts, seen, touched):  # type: ignore[no-untyped-def]
    """Count a path to everybody in the list of ``middle``; whoever is new is noted as near."""
    begin = lists.start[middle]
    for place in range(begin, begin + lists.length[middle]):
        j = lists.pool[place]
        if j == ego:
            continue
        row[j] += 1
        if seen[j] == 0:
            seen[j] = 1
            touched[touched[-1]] = j
            touched[-1] += 1


@numba.njit(cache=True, nogil=True)
def _note(lists, ego, mark, seen, touched):  # type: ignore[no-untyped-def]
    """Mark everybody in ego's list, and note them as near."""
    begin = lists.start[ego]
    for place in range(begin, begin + lists.length[ego]):
        j = lists.pool[place]
        mark[j] = 1
        if seen[j] == 0:
            seen[j] = 1
            touched[touched[-1]] = j
            touched[-1] += 1


@numba.njit(cache=True, nogil=True)
def look_around(model: Model, state: State, ego: int) -> int:
    """Mark ego's neighbours, count two-step paths, list who is near; returns the number of returned ties.

    Ego counts as seen, so that no path back to ego is listed.
    """
    out, into, marks, counts, touched = state.out, state.into, state.marks, state.counts, state.touched
    paths = model.whole[PATHS]
    seen = marks[TOUCHED]
    seen[ego] = 1
    _note(out, ego, marks[OUT_MARK], seen, touched)
    _note(into, ego, marks[IN_MARK], seen, touched)
    mutual = 0
    begin = out.start[ego]
    for place in range(begin, begin + out.length[ego]):
        h = out.pool[place]
        kept = marks[IN_MARK, h]
        mutual += kept
        if paths & OUT_OUT:
            _step(out, h, ego, counts[0], counts, seen, touched)
        if paths & OUT_IN:
            _step(into, h, ego, counts[1], counts, seen, touched)
        if kept and paths & KEPT:
            _step(into, h, ego, counts[4], counts, seen, touched)
    if paths & (IN_OUT | IN_IN):
        begin = into.start[ego]
        for place in range(begin, begin + into.length[ego]):
            h = into.pool[place]
            if paths & IN_OUT:
                _step(out, h, ego, counts[2], counts, seen, touched)
            if paths & IN_IN:
                _step(into, h, ego, counts[3], counts, seen, touched)
    return mutual


@numba.njit(cache=True, nogil=True)
def closing_weights(model: Model, state: State, ego: int) -> None:
    """For effects whose other terms a tie to j bears on: the sum of those changes, for everybody near."""
    for slot in range(model.slots.shape[0]):
        if model.slots[slot, 0] == TIES:
            _through_partners(state, ego, slot, model.slots[slot, 1], model.slot_numbers[slot])
        else:
            _through_distance_two(state, ego, slot)


@numba.njit(cache=True, nogil=True)
def _through_partners(state, ego, slot, code, parameter):  # type: ignore[no-untyped-def]
    """A tie to j gives each contact h of ego whom j is tied to one shared partner more."""
    out, into = state.out, state.into
    begin = out.start[ego]
    for place in range(begin, begin + out.length[ego]):
        h = out.pool[place]
        partners = state.counts[0, h]
        now = partners_weight(code, partners, parameter)
        more = partners_weight(code, partners + 1, parameter) - now
        fewer = now - partners_weight(code, partners - 1, parameter)
        first = into.start[h]
        for at in range(first, first + into.length[h]):
            j = into.pool[at]
            if j != ego:
                state.through[slot, j] += fewer if state.marks[OUT_MARK, j] else more


@numba.njit(cache=True, nogil=True)
def _through_distance_two(state, ego, slot):  # type: ignore[no-untyped-def]
    """How many of those j is tied to would be two steps from ego without j as well."""
    into, marks, touched = state.into, state.marks, state.touched
    for index in range(touched[-1]):
        h = touched[index]
        partners = state.counts[0, h]
        if partners == 0 or marks[OUT_MARK, h]:
            continue
        first = into.start[h]
        for at in range(first, first + into.length[h]):
            j = into.pool[at]
            if j == ego:
                continue
            if marks[OUT_MARK, j] == 0 or partners > 1:
                state.through[slot, j] += 1.0
            if marks[TOUCHED, j] == 0:
                marks[TOUCHED, j] = 1
                touched[touched[-1]] = j
                touched[-1] += 1


@numba.njit(cache=True, nogil=True)
def touch(state: State, j: int) -> None:
    """List somebody as near."""
    if state.marks[TOUCHED, j] == 0:
        state.marks[TOUCHED, j] = 1
        state.touched[state.touched[-1]] = j
        state.touched[-1] += 1


@numba.njit(cache=True, nogil=True)
def forget(state: State, ego: int) -> None:
    """Wipe what look_around and closing_weights wrote."""
    marks, counts, through, touched = state.marks, state.counts, state.through, state.touched
    marks[TOUCHED, ego] = 0
    for index in range(touched[-1]):
        j = touched[index]
        for row in range(4):
            marks[row, j] = 0
        for row in range(5):
            counts[row, j] = 0
        for slot in range(through.shape[0]):
            through[slot, j] = 0.0
    touched[-1] = 0
