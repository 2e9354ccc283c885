"""The choice a person has in behaviour: one step down, one step up, or staying.

Person i at z_i strives for Σ_k θ_k s_ik(x, z); a step d has probability exp(Σ_k θ_k (s_ik(z_i + d) − s_ik(z_i))) over
the sum of that for the steps within bounds (Snijders, Steglich & Schweinberger 2007). Endowment parts count for steps
down only, creation parts for steps up only.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from recoverynet.kernels.actor_model import (
    ATTRIBUTE,
    CODE,
    FIRST,
    KIND,
    PART,
    SECOND,
    THIRD,
    VARIABLE,
    WEIGHT,
    Model,
    State,
)
from recoverynet.kernels.effects.behaviour import Around, behaviour_statistic, influence
from recoverynet.kernels.effects.declared import CREATION, ENDOWMENT, INTERACTION
from recoverynet.kernels.growing_lists import Lists, holds
from recoverynet.kernels.random_bits import next_unit


@numba.njit(cache=True, nogil=True)
def around(out: Lists, into: Lists, z: np.ndarray, unknown: np.ndarray, i: int) -> Around:  # noqa: PLR0915
    """What person i sees of behaviour z (n,) around them; whose behaviour is unknown is left out of it."""
    n_out = n_in = n_mutual = degree_mutual = 0
    out_sum = in_sum = mutual_sum = far = lower = equal = alters_in = above = below = 0.0
    mutual_far = mutual_lower = mutual_equal = 0.0
    most, least = -np.inf, np.inf
    own = z[i]
    begin = out.start[i]
    for place in range(begin, begin + out.length[i]):
        j = out.pool[place]
        back = holds(into, i, j)
        degree_mutual += back
        alters_in += into.length[j]
        if unknown[j]:
            continue
        gap = z[j] - own
        n_out += 1
        out_sum += z[j]
        most, least = max(most, z[j]), min(least, z[j])
        far += abs(gap)
        lower += gap < 0.0
        equal += gap == 0.0
        above += max(gap, 0.0)
        below += max(-gap, 0.0)
        if back:
            n_mutual += 1
            mutual_sum += z[j]
            mutual_far += abs(gap)
            mutual_lower += gap < 0.0
            mutual_equal += gap == 0.0
    begin = into.start[i]
    for place in range(begin, begin + into.length[i]):
        j = into.pool[place]
        if not unknown[j]:
            n_in += 1
            in_sum += z[j]
    if n_out == 0:
        most = least = 0.0
    return Around(
        own, n_out, n_in, n_mutual, out_sum, in_sum, mutual_sum, most, least, far, lower, equal, mutual_far,
        mutual_lower, mutual_equal, above, below, alters_in, out.length[i], into.length[i], degree_mutual,
    )


@numba.njit(cache=True, nogil=True)
def column_statistic(model: Model, values: np.ndarray, a: Around, i: int, f: int, d: int) -> float:
    """s_i of behaviour column f when z_i goes d steps; interactions are z_i times the product of what its parts multiply."""
    columns = model.behaviours
    row = model.rows[columns[f, VARIABLE] - 1]
    if columns[f, KIND] == INTERACTION:
        product = a.z + d
        for place in (FIRST, SECOND, THIRD):
            part = columns[f, place]
            if part >= 0:
                product *= influence(columns[part, CODE], a, values[max(columns[part, ATTRIBUTE], 0), i])
        return product
    v = values[max(columns[f, ATTRIBUTE], 0), i]
    return behaviour_statistic(columns[f, CODE], a, d, model.attributes[row, 0], model.attributes[row, 1], v)


@numba.njit(cache=True, nogil=True)
def step_worths(  # type: ignore[no-untyped-def]
    model: Model, state: State, theta: np.ndarray, nobody, variable: int, i: int, delta: np.ndarray, worth: np.ndarray
):
    """Changes of each column (3, F) and worth (3,) of the steps −1, 0, 1; worth is −∞ beyond the bounds."""
    columns, b = model.behaviours, variable - 1
    a = around(state.out, state.into, state.values[model.rows[b]], nobody, i)
    for choice in range(3):
        d = choice - 1
        worth[choice] = 0.0
        z = state.z[b, i] + d
        if z < model.bounds[b, 0] or z > model.bounds[b, 1]:
            worth[choice] = -np.inf
    for f in range(columns.shape[0]):
        if columns[f, VARIABLE] != variable:
            continue
        weight, part = columns[f, WEIGHT], columns[f, PART]
        now = column_statistic(model, state.values, a, i, f, 0)
        for choice in (0, 2):
            delta[choice, f] = 0.0
            if weight < 0 or worth[choice] == -np.inf or part == (CREATION if choice == 0 else ENDOWMENT):
                continue
            delta[choice, f] = column_statistic(model, state.values, a, i, f, choice - 1) - now
            worth[choice] += theta[weight] * delta[choice, f]


@numba.njit(cache=True, nogil=True)
def choose_step(  # type: ignore[no-untyped-def]
    model: Model, state: State, theta: np.ndarray, nobody, variable: int, i: int, delta, worth, scored: bool
) -> int:
    """Draw a step −1, 0 or 1 for a person; the score of the choice is added where wanted."""
    step_worths(model, state, theta, nobody, variable, i, delta, worth)
    most = max(worth[0], 0.0, worth[2])
    total = 0.0
    for choice in range(3):
        worth[choice] = math.exp(worth[choice] - most)
        total += worth[choice]
    left = next_unit(state.random) * total
    chosen = 0 if left < worth[0] else (1 if left < worth[0] + worth[1] else 2)
    if scored:
        for f in range(model.behaviours.shape[0]):
            weight = model.behaviours[f, WEIGHT]
            if weight >= 0 and model.behaviours[f, VARIABLE] == variable:
                expected = (worth[0] * delta[0, f] + worth[2] * delta[2, f]) / total
                state.scores[weight] += (delta[chosen, f] if chosen != 1 else 0.0) - expected
    return chosen - 1
