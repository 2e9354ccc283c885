"""From the start of a period to its end, one small change at a time.

Each person i may change variable v at rate ρ_v exp(Σ_k α_k a_ik); waiting times are exponential. A simulation ends at
time 1, or, conditional on a variable, when that has moved as far from its start as it was observed to.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from recoverynet.kernels.linked import linked
from recoverynet.kernels.random_bits import next_unit
from recoverynet.kernels.saom.actor_model import (
    BASE,
    CLASS,
    CONDITION,
    DONE,
    ENDLESS,
    FIRST_CATEGORY,
    INTO,
    OUT,
    OUT_MARK,
    POOL_FULL,
    SETTLED,
    UNKNOWN,
    ActorModel,
    Epoch,
    State,
)
from recoverynet.kernels.saom.behaviour_choice import around, choose_step, weigh_steps
from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.growing_lists import holds
from recoverynet.kernels.saom.nearby import forget
from recoverynet.kernels.saom.rate_function import fill_rate_function, score_ministep, score_wait, which_variable, whose_ministep
from recoverynet.kernels.saom.state_changes import begin, class_anew, come_or_go, toggle
from recoverynet.kernels.saom.tie_choice import choose_option, far_member, tie_options

MOST_STEPS = 20_000
"""Ministeps a person after which a simulation is given up."""
FULL = -9


@lean()
def tie_ministep(model: ActorModel, epoch: Epoch, own: Any, theta: np.ndarray, state: State, i: int, scored: bool) -> int:
    """One ministep in ties; returns how much further the network is from its start, or FULL."""
    people, pool, used, given, options = state.people, state.pool, state.used, epoch.given, state.options
    found = tie_options(model, epoch, own, theta, state, i)
    chosen = choose_option(model.ties, state.delta, options, state.random, state.scores, found, scored)
    if chosen < 0:
        forget(people, used, state.through, i)
        return 0
    j = options[0, chosen]
    if options[1, chosen] > 1:
        j = far_member(people, state.classes, pool, state.random, people[j, CLASS])
    tied = people[j, OUT_MARK] == 1
    forget(people, used, state.through, i)
    if not toggle(model.strides, model.whole, people, state.classes, pool, used, state.dense, i, j, tied):
        return FULL
    if holds(given, UNKNOWN, i, j, epoch.pool) or holds(given, SETTLED, i, j, epoch.pool):
        return 0
    return 1 if holds(given, BASE, i, j, epoch.pool) == tied else -1


@lean()
def behaviour_ministep(
    model: ActorModel, epoch: Epoch, theta: np.ndarray, state: State, variable: int, i: int, scored: bool
) -> int:
    """One ministep in behaviour; returns how much further what is known at both ends is from its start, or FULL."""
    b, people, pool, values, worth = variable - 1, state.people, state.pool, state.values, state.worth
    row, columns = model.rows[b], model.behaviours
    level = FIRST_CATEGORY + values.shape[0] + b
    a = around(people, OUT, INTO, pool, values, row, state.nobody, 0, 0, i)
    now = people[i, level]
    weigh_steps(columns, model.rows, model.bounds, model.attributes, values, theta, a, now, variable, i, worth)
    d = choose_step(columns, variable, worth, state.random, state.scores, scored)
    if d == 0:
        return 0
    people[i, level] += d
    values[row, i] = people[i, level] - model.centres[b]
    people[i, FIRST_CATEGORY + row] = people[i, level] - model.bounds[b, 0]
    if not class_anew(model.strides, model.whole, people, state.classes, pool, state.used, i):
        return FULL
    start = epoch.z[b, i]
    return 0 if epoch.z_unknown[b, i] else abs(people[i, level] - start) - abs(now - start)


@linked(nogil=True)
def run_epoch(
    model: ActorModel, epoch: Epoch, own: Any, state: State, theta: np.ndarray, seed: np.uint64, scored: bool
) -> tuple[int, float, int]:
    """Simulate an epoch in ``state``; returns how it ended, the time it took, and the number of ministeps."""
    rates, people, pool, values, scores = model.rates, state.people, state.pool, state.values, state.scores
    random, moments, places, distances = state.random, epoch.moments, epoch.rate_places, epoch.distances
    if not begin(model, epoch, state, seed):
        return POOL_FULL, 0.0, 0
    n_variables, n, condition = places.shape[0], people.shape[0], model.whole[CONDITION]
    if condition >= 0 and distances[condition] == 0:
        return DONE, 0.0, 0
    individual, totals, rho = np.empty((n_variables, n)), np.empty(n_variables), np.ones(n_variables)
    for variable in range(n_variables):
        if variable != condition:
            rho[variable] = theta[places[variable]]
    varying = rates.shape[0] > 0 or moments.shape[0] > 0 or not epoch.active.all()
    fill_rate_function(model, theta, values, people, pool, individual, totals)
    waited, turns = np.zeros(n_variables), np.zeros(n_variables)
    time, event, steps, distance = 0.0, 0, 0, 0
    while steps < MOST_STEPS * n:
        if rates.shape[0] > 0:
            fill_rate_function(model, theta, values, people, pool, individual, totals)
        total = 0.0
        for variable in range(n_variables):
            total += rho[variable] * totals[variable]
        later = time - math.log(next_unit(random)) / total if total > 0.0 else 2.0
        stop = moments[event] if event < moments.shape[0] else 1.0
        if later >= stop and condition < 0:
            _wait(model, values, people, pool, individual, totals, rho, stop - time, waited, scores, scored)
            time = stop
            if event == moments.shape[0]:
                break
            if not come_or_go(model, epoch, state, event):
                return POOL_FULL, time, steps
            event += 1
            fill_rate_function(model, theta, values, people, pool, individual, totals)
            continue
        variable = which_variable(rho, totals, total, random)
        i = whose_ministep(individual, totals, variable, varying, random)
        _wait(model, values, people, pool, individual, totals, rho, later - time, waited, scores, scored)
        if scored and rates.shape[0] > 0:
            score_ministep(model, values, people, pool, variable, i, scores)
        time = later
        steps += 1
        turns[variable] += 1
        if variable == 0:
            further = tie_ministep(model, epoch, own, theta, state, i, scored)
        else:
            further = behaviour_ministep(model, epoch, theta, state, variable, i, scored)
        if further == FULL:
            return POOL_FULL, time, steps
        if variable == condition:
            distance += further
            if distance >= distances[condition]:
                break
    for variable in range(n_variables):
        if variable != condition:
            scores[places[variable]] -= waited[variable]
            if turns[variable] > 0.0:
                scores[places[variable]] += turns[variable] / rho[variable]
    return DONE if steps < MOST_STEPS * n else ENDLESS, time, steps


@lean()
def _wait(
    model: ActorModel,
    values: np.ndarray,
    people: np.ndarray,
    pool: np.ndarray,
    individual: np.ndarray,
    totals: np.ndarray,
    rho: np.ndarray,
    span: float,
    waited: np.ndarray,
    scores: np.ndarray,
    scored: bool,
) -> None:
    """Time goes by: note for how long, times how many, each variable might have changed."""
    for variable in range(totals.shape[0]):
        waited[variable] += span * totals[variable]
    if scored and model.rates.shape[0] > 0:
        score_wait(model, values, people, pool, individual, rho, span, scores)
