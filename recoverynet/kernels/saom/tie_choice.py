"""The choice a person has among ties: what each would change, how likely each is, and drawing one.

Person i may change one tie or none. With f_i(x) = Σ_k θ_k s_ik(x), the change to j has probability
exp(f_i(x with x_ij changed) − f_i(x)) / Σ over all choices, changing nothing included (Snijders 2001,
https://doi.org/10.1111/0081-1750.00099).

People near i (neighbours, two steps away) are looked at one by one. Everybody else has no two-step path to i, so that
those of one class (attributes and degrees alike) are equally likely: the class is one option that stands for them all,
and a member is drawn where it is chosen. That is the same distribution, at a cost that does not grow with the number
of people. Where an effect lets people out of reach differ (covariates of many values, covariates of pairs, own
effects), everybody is looked at.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from recoverynet.kernels.random_bits import bits_below, next_bits, next_unit
from recoverynet.kernels.saom.actor_model import (
    ACTIVE,
    ATTRIBUTE,
    CLASS,
    CLOSURE,
    CODE,
    DIRECTED,
    FIRST,
    FIXED,
    FIXED_MARK,
    KIND,
    N_CLASSES,
    N_NEAR,
    NEAR,
    OUT_MARK,
    PART,
    PATHS,
    SECOND,
    SLOT,
    THIRD,
    TOUCHED,
    WEIGHT,
    ActorModel,
    Epoch,
    State,
)
from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.effects.covariate import covariate_changes
from recoverynet.kernels.saom.effects.declared import COVARIATE, CREATION, DYADIC, ENDOWMENT, INTERACTION, STRUCTURE, TIES
from recoverynet.kernels.saom.effects.structure import structure_changes
from recoverynet.kernels.saom.nearby import closing_weights, look_around, touch

UNCHANGED = -1
MOST_TRIES = 64


@lean()
def own_change(own: Any, which: int, ego: int, j: int, tied: bool, directed: bool, dense: np.ndarray, values: np.ndarray) -> float:
    """s_i with the tie minus s_i without it, for a researcher's own effect: it is asked twice."""
    back = dense[j, ego]
    dense[ego, j] = 1
    dense[j, ego] = back if directed else 1
    there = own[which](ego, dense, values)
    dense[ego, j] = 0
    dense[j, ego] = back if directed else 0
    without = own[which](ego, dense, values)
    dense[ego, j] = tied
    dense[j, ego] = back
    answer: float = there - without
    return answer


@lean()
def list_options(model: ActorModel, epoch: Epoch, state: State, ego: int) -> int:
    """List what ego may choose after ``look_around``: people near, and classes of all others; returns how many."""
    given, people, classes, pool = epoch.given, state.people, state.classes, state.pool
    used, options = state.used, state.options
    n_classes, found = model.whole[N_CLASSES], 0
    begin = given[ego, FIXED]
    for place in range(begin, begin + given[ego, FIXED + 1]):
        touch(people, used, epoch.pool[place])
        people[epoch.pool[place], FIXED_MARK] = 1
    if n_classes == 0:
        for j in range(people.shape[0]):
            if j != ego and people[j, ACTIVE] and people[j, FIXED_MARK] == 0:
                options[0, found] = j
                options[1, found] = 1
                found += 1
        return found
    begin = classes[n_classes, 0]
    for place in range(begin, begin + classes[n_classes, 1]):
        touch(people, used, pool[place])
    for index in range(used[N_NEAR]):
        j = people[index, NEAR]
        if people[j, ACTIVE] and people[j, FIXED_MARK] == 0:
            options[0, found] = j
            options[1, found] = 1
            found += 1
    return _class_options(people, classes, pool, used, options, n_classes, ego, found)


@lean()
def _class_options(
    people: np.ndarray,
    classes: np.ndarray,
    pool: np.ndarray,
    used: np.ndarray,
    options: np.ndarray,
    n_classes: int,
    ego: int,
    found: int,
) -> int:
    """One option a class that has members out of reach: any such member, standing for all."""
    if people[ego, CLASS] >= 0:
        classes[people[ego, CLASS], 3] += 1
    for index in range(used[N_NEAR]):
        which = people[people[index, NEAR], CLASS]
        if which >= 0:
            classes[which, 3] += 1
    for which in range(n_classes):
        far = classes[which, 1] - classes[which, 3]
        classes[which, 3] = 0
        if far == 0:
            continue
        at = classes[which, 0]
        while people[pool[at], TOUCHED]:
            at += 1
        options[0, found] = pool[at]
        options[1, found] = far
        found += 1
    classes[n_classes, 3] = 0
    return found


@lean()
def fill_changes(model: ActorModel, epoch: Epoch, own: Any, state: State, ego: int, mutual: int, found: int) -> None:
    """Change statistics of the tie of every option, a row of ``delta`` a column, whatever part they belong to."""
    ties, people, values, options, delta = model.ties, state.people, state.values, state.options, state.delta
    for e in range(ties.shape[0]):
        kind, code, a = ties[e, KIND], ties[e, CODE], ties[e, ATTRIBUTE]
        if kind == STRUCTURE:
            structure_changes(code, people, options, found, ego, mutual, model.numbers[e, 0], delta, e)
            slot = ties[e, SLOT]
            if slot >= 0:
                sign = 1.0 if ties[e, CLOSURE] == TIES else -1.0
                for option in range(found):
                    delta[e, option] += sign * state.through[slot, options[0, option]]
        elif kind == COVARIATE:
            reach, m = model.attributes[a, 0], model.attributes[a, 1]
            covariate_changes(code, values, epoch.known, a, options, found, ego, reach, m, delta, e)
        elif kind == INTERACTION:
            first, second, third = ties[e, FIRST], ties[e, SECOND], ties[e, THIRD]
            for option in range(found):
                delta[e, option] = delta[first, option] * delta[second, option]
                if third >= 0:
                    delta[e, option] *= delta[third, option]
        elif kind == DYADIC:
            for option in range(found):
                delta[e, option] = epoch.dyadic[a, ego, options[0, option]]
        else:
            for option in range(found):
                j = options[0, option]
                delta[e, option] = own_change(own, code, ego, j, people[j, OUT_MARK], model.whole[DIRECTED], state.dense, values[a])


@lean()
def weigh_options(
    ties: np.ndarray, theta: np.ndarray, people: np.ndarray, delta: np.ndarray, options: np.ndarray, found: int
) -> None:
    """Turn changes of ties into changes of the objective function; the row after the columns is what each option is worth.

    Where the tie is there it would go, so that the sign (the row after) turns; endowment parts count for ties that are
    there only, creation parts for those that are not.
    """
    n_columns = ties.shape[0]
    for option in range(found):
        delta[n_columns, option] = 0.0
        delta[n_columns + 1, option] = -1.0 if people[options[0, option], OUT_MARK] else 1.0
    for e in range(n_columns):
        if ties[e, WEIGHT] < 0:
            continue
        weight, part = theta[ties[e, WEIGHT]], ties[e, PART]
        for option in range(found):
            sign = delta[n_columns + 1, option]
            if (part == CREATION and sign < 0.0) or (part == ENDOWMENT and sign > 0.0):
                sign = 0.0
            delta[e, option] *= sign
            delta[n_columns, option] += weight * delta[e, option]


@lean()
def choose_option(
    ties: np.ndarray, delta: np.ndarray, options: np.ndarray, random: np.ndarray, scores: np.ndarray, found: int, scored: bool
) -> int:
    """Draw one of the options, or UNCHANGED; the score of the choice is added where wanted.

    The score of parameter k is s_k of what was chosen minus its expectation (Schweinberger & Snijders 2007,
    https://doi.org/10.1016/j.csda.2006.07.014). Leaves weights in the row after the columns.
    """
    n_columns = ties.shape[0]
    most = 0.0
    for option in range(found):
        most = max(most, delta[n_columns, option])
    stay = math.exp(-most)
    total = stay
    for option in range(found):
        weight = options[1, option] * math.exp(delta[n_columns, option] - most)
        delta[n_columns, option] = weight
        total += weight
    left = next_unit(random) * total - stay
    chosen = UNCHANGED
    if left >= 0.0:
        chosen = found - 1
        for option in range(found):
            left -= delta[n_columns, option]
            if left < 0.0:
                chosen = option
                break
    if scored:
        for e in range(n_columns):
            place = ties[e, WEIGHT]
            if place >= 0:
                expected = weighted_sum(delta, e, n_columns, found) / total
                scores[place] += (delta[e, chosen] if chosen >= 0 else 0.0) - expected
    return chosen


@lean(fastmath={"reassoc", "contract"})
def weighted_sum(delta: np.ndarray, row: int, weights: np.ndarray, found: int) -> float:
    """Σ over options of a row times the row of weights."""
    total = 0.0
    for option in range(found):
        total += delta[row, option] * delta[weights, option]
    return total


@lean()
def far_member(people: np.ndarray, classes: np.ndarray, pool: np.ndarray, random: np.ndarray, which: int) -> int:
    """Somebody of the class who is out of ego's reach, each with the same chance."""
    begin, length = classes[which, 0], classes[which, 1]
    for _ in range(MOST_TRIES):
        j: int = pool[begin + bits_below(next_bits(random), length)]
        if people[j, TOUCHED] == 0:
            return j
    far = 0
    for place in range(begin, begin + length):
        far += 1 - people[pool[place], TOUCHED]
    left = bits_below(next_bits(random), far)
    for place in range(begin, begin + length):
        if people[pool[place], TOUCHED] == 0:
            if left == 0:
                answer: int = pool[place]
                return answer
            left -= 1
    return UNCHANGED


@lean()
def tie_options(model: ActorModel, epoch: Epoch, own: Any, theta: np.ndarray, state: State, ego: int) -> int:
    """Look around and weigh everything ego may choose; returns the number of options. Marks stay until ``forget``."""
    people, pool, used = state.people, state.pool, state.used
    mutual = look_around(people, pool, used, model.whole[PATHS], ego)
    closing_weights(model.ties, model.numbers, people, pool, used, state.through, ego)
    found = list_options(model, epoch, state, ego)
    fill_changes(model, epoch, own, state, ego, mutual, found)
    weigh_options(model.ties, theta, people, state.delta, state.options, found)
    return found
