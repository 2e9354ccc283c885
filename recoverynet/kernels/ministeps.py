"""From the start of a period to its end, one small change at a time.

Each person i may change variable v at rate ρ_v exp(Σ_k α_k a_ik); waiting times are exponential. A simulation ends at
time 1, or, conditional on a variable, when that has moved as far from its start as it was observed to.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from recoverynet.kernels.actor_model import (
    ATTRIBUTE,
    CODE,
    CONDITION,
    DIRECTED,
    DONE,
    ENDLESS,
    N_CLASSES,
    N_OWN,
    POOL_FULL,
    RATE_COVARIATE,
    RATE_IN,
    RATE_MUTUAL,
    RATE_OUT,
    VARIABLE,
    WEIGHT,
    Epoch,
    Model,
    State,
)
from recoverynet.kernels.behaviour_choice import choose_step
from recoverynet.kernels.growing_lists import Lists, clear, drop, holds, push
from recoverynet.kernels.nearby import OUT_MARK, forget
from recoverynet.kernels.random_bits import next_unit
from recoverynet.kernels.tie_choice import choose_tie, class_of, tie_options

MOST_STEPS = 20_000
"""Ministeps a person after which a simulation is given up."""


@numba.njit(cache=True, nogil=True)
def fill_lists(pairs: np.ndarray, out: Lists, into: Lists) -> bool:
    """Ties (m, 2) into lists both ways; False where the pool is full."""
    clear(out)
    clear(into)
    for tie in range(pairs.shape[0]):
        if not (push(out, pairs[tie, 0], pairs[tie, 1]) and push(into, pairs[tie, 1], pairs[tie, 0])):
            return False
    return True


@numba.njit(cache=True, nogil=True)
def prepare(epoch: Epoch, state: State) -> None:
    """What every run of an epoch shares: the ties it is compared with, and degrees at the start."""
    clear(state.fixed)
    clear(state.base_out)
    fill_lists(epoch.lagged, state.lagged_out, state.lagged_in)
    for tie in range(epoch.fixed.shape[0]):
        push(state.fixed, epoch.fixed[tie, 0], epoch.fixed[tie, 1])
    for tie in range(epoch.base.shape[0]):
        push(state.base_out, epoch.base[tie, 0], epoch.base[tie, 1])
    clear(state.unknown)
    for tie in range(epoch.unknown.shape[0]):
        push(state.unknown, epoch.unknown[tie, 0], epoch.unknown[tie, 1])
    state.ends[:] = 0
    for tie in range(epoch.start.shape[0]):
        state.ends[1, epoch.start[tie, 0]] += 1
        state.ends[0, epoch.start[tie, 1]] += 1


@numba.njit(cache=True, nogil=True)
def begin(model: Model, epoch: Epoch, state: State, seed: np.uint64) -> bool:
    """Set the state to the start of the epoch; False where its pool is too small."""
    state.random[0] = seed
    state.scores[:] = 0.0
    state.values[:] = epoch.values
    state.z[:] = epoch.z
    state.categories[:] = epoch.categories
    state.active[:] = epoch.active
    if not fill_lists(epoch.start, state.out, state.into):
        return False
    if model.whole[N_OWN] > 0:
        state.dense[:] = 0
        for tie in range(epoch.start.shape[0]):
            state.dense[epoch.start[tie, 0], epoch.start[tie, 1]] = 1
    clear(state.members)
    state.place[:] = -1
    if model.whole[N_CLASSES] > 0:
        for j in range(state.active.shape[0]):
            if state.active[j] and not _enter(model, state, j):
                return False
    return True


@numba.njit(cache=True, nogil=True)
def _enter(model, state, j):  # type: ignore[no-untyped-def]
    """Put a person into the class they belong to."""
    which = class_of(model, state, j)
    state.place[0, j] = which
    state.place[1, j] = state.members.length[which]
    return push(state.members, which, j)


@numba.njit(cache=True, nogil=True)
def _leave(state, j):  # type: ignore[no-untyped-def]
    """Take a person out of their class."""
    members, which = state.members, state.place[0, j]
    if which < 0:
        return
    last = members.start[which] + members.length[which] - 1
    moved = members.pool[last]
    members.pool[members.start[which] + state.place[1, j]] = moved
    state.place[1, moved] = state.place[1, j]
    members.length[which] -= 1
    state.place[0, j] = -1


@numba.njit(cache=True, nogil=True)
def _classed_anew(model, state, j):  # type: ignore[no-untyped-def]
    if model.whole[N_CLASSES] == 0 or class_of(model, state, j) == state.place[0, j]:
        return True
    _leave(state, j)
    return _enter(model, state, j)


@numba.njit(cache=True, nogil=True)
def toggle(model: Model, state: State, i: int, j: int, tied: bool) -> bool:
    """Change the tie from i to j (and back, where ties have no direction); False where the pool is full."""
    fine = True
    for way in range(2 - model.whole[DIRECTED]):
        ego, alter = (i, j) if way == 0 else (j, i)
        if tied:
            drop(state.out, ego, alter)
            drop(state.into, alter, ego)
        else:
            fine = push(state.out, ego, alter) and push(state.into, alter, ego) and fine
        if model.whole[N_OWN] > 0:
            state.dense[ego, alter] = 0 if tied else 1
    return fine and _classed_anew(model, state, i) and _classed_anew(model, state, j)


@numba.njit(cache=True, nogil=True)
def move(model: Model, state: State, variable: int, i: int, d: int) -> bool:
    """Behaviour of person i goes d steps; False where the pool is full."""
    b = variable - 1
    row = model.rows[b]
    state.z[b, i] += d
    state.values[row, i] = state.z[b, i] - model.centres[b]
    state.categories[row, i] = state.z[b, i] - model.bounds[b, 0]
    return _classed_anew(model, state, i)


@numba.njit(cache=True, nogil=True)
def rate_value(column: np.ndarray, values: np.ndarray, out: Lists, into: Lists, i: int) -> float:
    """a_i of a rate column."""
    code = column[CODE]
    if code == RATE_COVARIATE:
        return values[column[ATTRIBUTE], i]
    if code == RATE_OUT:
        return float(out.length[i])
    if code == RATE_IN:
        return float(into.length[i])
    if code == RATE_MUTUAL:
        mutual = 0
        for place in range(out.start[i], out.start[i] + out.length[i]):
            mutual += holds(into, i, out.pool[place])
        return float(mutual)
    return 1.0 / (out.length[i] + 1.0)


@numba.njit(cache=True, nogil=True)
def _pace(model, state, theta, variable, i):  # type: ignore[no-untyped-def]
    """exp(Σ_k α_k a_ik) of a person."""
    exponent = 0.0
    for r in range(model.rates.shape[0]):
        if model.rates[r, VARIABLE] == variable:
            exponent += theta[model.rates[r, WEIGHT]] * rate_value(model.rates[r], state.values, state.out, state.into, i)
    return math.exp(exponent)


@numba.njit(cache=True, nogil=True)
def _paces(model, state, theta, paces):  # type: ignore[no-untyped-def]
    """Relative rates (variables, n) of those who are there; returns nothing, writes ``paces``."""
    for variable in range(paces.shape[0]):
        for i in range(paces.shape[1]):
            paces[variable, i] = _pace(model, state, theta, variable, i) if state.active[i] else 0.0


@numba.njit(cache=True, nogil=True)
def _wait(model, epoch, state, theta, paces, totals, span):  # type: ignore[no-untyped-def]
    """Score of a stretch of time in which nothing happened: minus the derivative of the summed rates."""
    for variable in range(totals.shape[0]):
        if variable != model.whole[CONDITION]:
            state.scores[epoch.rate_places[variable]] -= span * totals[variable]
    for r in range(model.rates.shape[0]):
        variable = model.rates[r, VARIABLE]
        rho = 1.0 if variable == model.whole[CONDITION] else theta[epoch.rate_places[variable]]
        for i in range(paces.shape[1]):
            if state.active[i]:
                a = rate_value(model.rates[r], state.values, state.out, state.into, i)
                state.scores[model.rates[r, WEIGHT]] -= span * rho * paces[variable, i] * a


@numba.njit(cache=True, nogil=True)
def _stepped(model, epoch, state, theta, variable, i):  # type: ignore[no-untyped-def]
    """Score of somebody having a turn."""
    if variable != model.whole[CONDITION]:
        state.scores[epoch.rate_places[variable]] += 1.0 / theta[epoch.rate_places[variable]]
    for r in range(model.rates.shape[0]):
        if model.rates[r, VARIABLE] == variable:
            state.scores[model.rates[r, WEIGHT]] += rate_value(model.rates[r], state.values, state.out, state.into, i)


@numba.njit(cache=True, nogil=True)
def _whose_turn(state, paces, total, variable, n_active):  # type: ignore[no-untyped-def]
    """Who may change the variable next, in proportion to their rate."""
    n = paces.shape[1]
    if total == n_active and n_active == n:
        return min(int(next_unit(state.random) * n), n - 1)
    left = next_unit(state.random) * total
    last = 0
    for i in range(n):
        if paces[variable, i] > 0.0:
            last = i
            left -= paces[variable, i]
            if left < 0.0:
                return i
    return last


@numba.njit(cache=True, nogil=True)
def _come_or_go(model, epoch, state, event):  # type: ignore[no-untyped-def]
    """Somebody joins, without ties, or leaves, and their ties go."""
    i = epoch.movers[event, 0]
    if epoch.movers[event, 1] == 1:
        state.active[i] = True
        return model.whole[N_CLASSES] == 0 or _enter(model, state, i)
    while state.out.length[i] > 0:
        toggle(model, state, i, state.out.pool[state.out.start[i]], True)
    while state.into.length[i] > 0:
        toggle(model, state, state.into.pool[state.into.start[i]], i, True)
    state.active[i] = False
    _leave(state, i)
    return True


@numba.njit(cache=True, nogil=True)
def turn(model, epoch, own, state, theta, nobody, variable, i, step_delta, step_worth, scored):  # type: ignore[no-untyped-def]
    """One ministep of a person; returns how much further the variable is from its start, or −9 for a full pool."""
    if variable > 0:
        d = choose_step(model, state, theta, nobody, variable, i, step_delta, step_worth, scored)
        if d == 0:
            return 0
        before = abs(state.z[variable - 1, i] - epoch.z[variable - 1, i])
        if not move(model, state, variable, i, d):
            return -9
        return abs(state.z[variable - 1, i] - epoch.z[variable - 1, i]) - before
    n_options = tie_options(model, epoch, own, state, theta, i)
    j = choose_tie(model, state, i, n_options, scored)
    tied = j >= 0 and state.marks[OUT_MARK, j] == 1
    forget(state, i)
    if j < 0:
        return 0
    if not toggle(model, state, i, j, tied):
        return -9
    if holds(state.unknown, i, j):
        return 0
    return 1 if holds(state.base_out, i, j) == tied else -1


@numba.njit(cache=True, nogil=True)
def run_epoch(model: Model, epoch: Epoch, own, state: State, theta, seed, scored: bool):  # type: ignore[no-untyped-def]
    """Simulate an epoch in ``state`` (after ``prepare``); returns how it ended, the time, and the number of ministeps."""
    n_variables, n = epoch.rate_places.shape[0], state.active.shape[0]
    if not begin(model, epoch, state, seed):
        return POOL_FULL, 0.0, 0
    condition = model.whole[CONDITION]
    paces, totals = np.empty((n_variables, n)), np.empty(n_variables)
    nobody = np.zeros(n, np.bool_)
    step_delta, step_worth = np.zeros((3, max(model.behaviours.shape[0], 1))), np.zeros(3)
    varying = model.rates.shape[0] > 0
    _paces(model, state, theta, paces)
    time, event, steps, distance = 0.0, 0, 0, 0
    n_active = state.active.sum()
    while steps < MOST_STEPS * n:
        if varying:
            _paces(model, state, theta, paces)
        total = 0.0
        for variable in range(n_variables):
            totals[variable] = paces[variable].sum() if varying or n_active < n else float(n)
            rho = 1.0 if variable == condition else theta[epoch.rate_places[variable]]
            total += rho * totals[variable]
        if total <= 0.0 and condition < 0 and event == epoch.moments.shape[0]:
            return DONE, 1.0, steps
        later = time - math.log(next_unit(state.random)) / total if total > 0.0 else 2.0
        stop = epoch.moments[event] if event < epoch.moments.shape[0] else 1.0
        if later >= stop and condition < 0:
            if scored:
                _wait(model, epoch, state, theta, paces, totals, stop - time)
            time = stop
            if event == epoch.moments.shape[0]:
                return DONE, time, steps
            if not _come_or_go(model, epoch, state, event):
                return POOL_FULL, time, steps
            event += 1
            n_active = state.active.sum()
            _paces(model, state, theta, paces)
            continue
        if scored:
            _wait(model, epoch, state, theta, paces, totals, later - time)
        time = later
        variable = _which_variable(epoch, state, theta, totals, total, condition)
        i = _whose_turn(state, paces, totals[variable], variable, n_active)
        if scored:
            _stepped(model, epoch, state, theta, variable, i)
        further = turn(model, epoch, own, state, theta, nobody, variable, i, step_delta, step_worth, scored)
        steps += 1
        if further == -9:
            return POOL_FULL, time, steps
        if variable == condition:
            distance += further
            if distance >= epoch.distances[condition]:
                return DONE, time, steps
    return ENDLESS, time, steps


@numba.njit(cache=True, nogil=True)
def _which_variable(epoch, state, theta, totals, total, condition):  # type: ignore[no-untyped-def]
    left = next_unit(state.random) * total
    n_variables = totals.shape[0]
    for variable in range(n_variables - 1):
        rho = 1.0 if variable == condition else theta[epoch.rate_places[variable]]
        left -= rho * totals[variable]
        if left < 0.0:
            return variable
    return n_variables - 1
