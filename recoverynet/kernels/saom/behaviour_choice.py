"""The choice a person has in behaviour: one step down, one step up, or staying.

Person i at z_i strives for Σ_k θ_k s_ik(x, z); a step d has probability exp(Σ_k θ_k (s_ik(z_i + d) − s_ik(z_i))) over
the sum of that for the steps within bounds (Snijders, Steglich & Schweinberger 2007). Endowment parts count for steps
down only, creation parts for steps up only. ``worth`` (3, F + 1) holds the change of each column for the steps −1, 0, 1
and in the last column what the step is worth.
"""

from __future__ import annotations

import math

import numpy as np

from recoverynet.kernels.random_bits import next_unit
from recoverynet.kernels.saom.actor_model import ATTRIBUTE, CODE, FIRST, KIND, PART, THIRD, VARIABLE, WEIGHT
from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.effects.behaviour import Around, behaviour_statistic, influence
from recoverynet.kernels.saom.effects.declared import CREATION, ENDOWMENT, INTERACTION
from recoverynet.kernels.saom.growing_lists import holds


@lean()
def around(
    table: np.ndarray,
    out: int,
    into: int,
    pool: np.ndarray,
    z: np.ndarray,
    row: int,
    unknown: np.ndarray,
    hidden: int,
    at_mean: float,
    i: int,
) -> Around:
    """What person i sees around them of the behaviour in ``row`` of z; those ``unknown`` in ``hidden`` are left out.

    Of averages, the largest and the smallest they are left out too, or counted at the mean (0) where ``at_mean`` is 1.

    Lists of neighbours stand in the table from places ``out`` and ``into`` on.
    """
    n_out = n_in = n_mutual = degree_mutual = n_hidden = hidden_in = hidden_mutual = 0
    out_sum = in_sum = mutual_sum = far = lower = equal = alters_in = above = below = 0.0
    mutual_far = mutual_lower = mutual_equal = 0.0
    most, least = -np.inf, np.inf
    own = z[row, i]
    begin = table[i, out]
    for place in range(begin, begin + table[i, out + 1]):
        j = pool[place]
        back = holds(table, into, i, j, pool)
        degree_mutual += back
        alters_in += table[j, into + 1]
        if unknown[hidden, j]:
            if at_mean:
                n_hidden += 1
                hidden_mutual += back
                most, least = max(most, 0.0), min(least, 0.0)
            continue
        gap = z[row, j] - own
        n_out += 1
        out_sum += z[row, j]
        most, least = max(most, z[row, j]), min(least, z[row, j])
        far += abs(gap)
        lower += gap < 0.0
        equal += gap == 0.0
        above += max(gap, 0.0)
        below += max(-gap, 0.0)
        if back:
            n_mutual += 1
            mutual_sum += z[row, j]
            mutual_far += abs(gap)
            mutual_lower += gap < 0.0
            mutual_equal += gap == 0.0
    begin = table[i, into]
    for place in range(begin, begin + table[i, into + 1]):
        if not unknown[hidden, pool[place]]:
            n_in += 1
            in_sum += z[row, pool[place]]
        elif at_mean:
            hidden_in += 1
    if n_out + n_hidden == 0:
        most = least = 0.0
    return Around(
        own,
        n_out,
        n_in,
        n_mutual,
        n_out + n_hidden,
        n_in + hidden_in,
        n_mutual + hidden_mutual,
        out_sum,
        in_sum,
        mutual_sum,
        most,
        least,
        far,
        lower,
        equal,
        mutual_far,
        mutual_lower,
        mutual_equal,
        above,
        below,
        alters_in,
        table[i, out + 1],
        table[i, into + 1],
        degree_mutual,
    )


@lean()
def column_statistic(
    columns: np.ndarray, rows: np.ndarray, attributes: np.ndarray, values: np.ndarray, a: Around, i: int, f: int, d: int
) -> float:
    """s_i of behaviour column f when z_i goes d steps; interactions are z_i times the product of what its parts multiply."""
    row = rows[columns[f, VARIABLE] - 1]
    if columns[f, KIND] == INTERACTION:
        product = a.z + d
        for place in range(FIRST, THIRD + 1):
            part = columns[f, place]
            if part >= 0:
                product *= influence(columns[part, CODE], a, values[max(columns[part, ATTRIBUTE], 0), i])
        return product
    v = values[max(columns[f, ATTRIBUTE], 0), i]
    return behaviour_statistic(columns[f, CODE], a, d, attributes[row, 0], attributes[row, 1], v)


@lean()
def weigh_steps(
    columns: np.ndarray,
    rows: np.ndarray,
    bounds: np.ndarray,
    attributes: np.ndarray,
    values: np.ndarray,
    theta: np.ndarray,
    a: Around,
    level: int,
    variable: int,
    i: int,
    worth: np.ndarray,
) -> None:
    """What the steps −1, 0, 1 from ``level`` would change and are worth; −∞ beyond the bounds."""
    last = columns.shape[0]
    for choice in range(3):
        z = level + choice - 1
        outside = z < bounds[variable - 1, 0] or z > bounds[variable - 1, 1]
        worth[choice, last] = -np.inf if outside else 0.0
    for f in range(last):
        if columns[f, VARIABLE] != variable:
            continue
        weight, part = columns[f, WEIGHT], columns[f, PART]
        worth[0, f] = worth[2, f] = 0.0
        if weight < 0:
            continue
        now = column_statistic(columns, rows, attributes, values, a, i, f, 0)
        for choice in (0, 2):
            if worth[choice, last] == -np.inf or part == (CREATION if choice == 0 else ENDOWMENT):
                continue
            worth[choice, f] = column_statistic(columns, rows, attributes, values, a, i, f, choice - 1) - now
            worth[choice, last] += theta[weight] * worth[choice, f]


@lean()
def choose_step(columns: np.ndarray, variable: int, worth: np.ndarray, random: np.ndarray, scores: np.ndarray, scored: bool) -> int:
    """Draw a step −1, 0 or 1; the score of the choice is added where wanted. Leaves probabilities in the last column."""
    last = columns.shape[0]
    most = max(worth[0, last], 0.0, worth[2, last])
    total = 0.0
    for choice in range(3):
        worth[choice, last] = math.exp(worth[choice, last] - most)
        total += worth[choice, last]
    for choice in range(3):
        worth[choice, last] /= total
    left = next_unit(random)
    chosen = 0 if left < worth[0, last] else (1 if left < worth[0, last] + worth[1, last] else 2)
    if scored:
        for f in range(last):
            weight = columns[f, WEIGHT]
            if weight >= 0 and columns[f, VARIABLE] == variable:
                expected = worth[0, last] * worth[0, f] + worth[2, last] * worth[2, f]
                scores[weight] += (worth[chosen, f] if chosen != 1 else 0.0) - expected
    return chosen - 1
