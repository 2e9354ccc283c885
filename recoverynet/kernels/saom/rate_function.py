"""How often each person has a turn: rates ρ_v exp(Σ_k α_k a_ik), and what waiting and turns say about them (scores)."""

from __future__ import annotations

import math

import numpy as np

from recoverynet.kernels.random_bits import next_unit
from recoverynet.kernels.saom.actor_model import (
    ACTIVE,
    ATTRIBUTE,
    CODE,
    RATE_COVARIATE,
    RATE_IN,
    RATE_MUTUAL,
    RATE_OUT,
    VARIABLE,
    WEIGHT,
    ActorModel,
)
from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.growing_lists import holds


@lean()
def rate_value(
    model: ActorModel, r: int, values: np.ndarray, table: np.ndarray, out: int, into: int, pool: np.ndarray, i: int
) -> float:
    """a_i of a rate column; modelled behaviour is not centred in it.

    Lists of neighbours stand in the table from places ``out`` and ``into`` on.
    """
    rates = model.rates
    code = rates[r, CODE]
    answer: float
    if code == RATE_COVARIATE:
        answer = values[rates[r, ATTRIBUTE], i] + model.attributes[rates[r, ATTRIBUTE], 2]
        return answer
    if code == RATE_OUT:
        return float(table[i, out + 1])
    if code == RATE_IN:
        return float(table[i, into + 1])
    if code == RATE_MUTUAL:
        mutual = 0
        for place in range(table[i, out], table[i, out] + table[i, out + 1]):
            mutual += holds(table, into, i, pool[place], pool)
        return float(mutual)
    answer = 1.0 / (table[i, out + 1] + 1.0)
    return answer


@lean()
def fill_rate_function(
    model: ActorModel,
    theta: np.ndarray,
    values: np.ndarray,
    people: np.ndarray,
    pool: np.ndarray,
    individual: np.ndarray,
    totals: np.ndarray,
) -> None:
    """exp(Σ_k α_k a_ik) of everybody who is there (variables, n), and their sums (variables,)."""
    for variable in range(individual.shape[0]):
        totals[variable] = 0.0
        for i in range(individual.shape[1]):
            exponent = 0.0
            for r in range(model.rates.shape[0]):
                if model.rates[r, VARIABLE] == variable:
                    exponent += theta[model.rates[r, WEIGHT]] * rate_value(model, r, values, people, 0, 3, pool, i)
            individual[variable, i] = math.exp(exponent) if people[i, ACTIVE] else 0.0
            totals[variable] += individual[variable, i]


@lean()
def score_wait(
    model: ActorModel,
    values: np.ndarray,
    people: np.ndarray,
    pool: np.ndarray,
    individual: np.ndarray,
    rho: np.ndarray,
    span: float,
    scores: np.ndarray,
) -> None:
    """Score of rate effects of a stretch of time in which nothing happened: minus the derivative of the summed rates."""
    for r in range(model.rates.shape[0]):
        variable = model.rates[r, VARIABLE]
        for i in range(individual.shape[1]):
            if individual[variable, i] > 0.0:
                a = rate_value(model, r, values, people, 0, 3, pool, i)
                scores[model.rates[r, WEIGHT]] -= span * rho[variable] * individual[variable, i] * a


@lean()
def score_ministep(
    model: ActorModel, values: np.ndarray, people: np.ndarray, pool: np.ndarray, variable: int, i: int, scores: np.ndarray
) -> None:
    """Score of rate effects of somebody having a turn."""
    for r in range(model.rates.shape[0]):
        if model.rates[r, VARIABLE] == variable:
            scores[model.rates[r, WEIGHT]] += rate_value(model, r, values, people, 0, 3, pool, i)


@lean()
def whose_ministep(individual: np.ndarray, totals: np.ndarray, variable: int, varying: bool, random: np.ndarray) -> int:
    """Who may change the variable next, in proportion to their rate."""
    n = individual.shape[1]
    if not varying:
        answer: int = min(int(next_unit(random) * n), n - 1)
        return answer
    left = next_unit(random) * totals[variable]
    last = 0
    for i in range(n):
        if individual[variable, i] > 0.0:
            last = i
            left -= individual[variable, i]
            if left < 0.0:
                return i
    return last


@lean()
def which_variable(rho: np.ndarray, totals: np.ndarray, total: float, random: np.ndarray) -> int:
    """What the next turn is about."""
    left = next_unit(random) * total
    for variable in range(totals.shape[0] - 1):
        left -= rho[variable] * totals[variable]
        if left < 0.0:
            return variable
    answer: int = totals.shape[0] - 1
    return answer
