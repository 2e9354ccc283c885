"""The choice a person has among ties: what each would change, how likely each is, and drawing one.

Person i may change one tie or none. With f_i(x) = Σ_k θ_k s_ik(x), the change to j has probability
exp(f_i(x with x_ij changed) − f_i(x)) / Σ over all choices, changing nothing included (Snijders 2001,
https://doi.org/10.1111/0081-1750.00099).

People near i (neighbours, two steps away) are looked at one by one. Everybody else has no two-step path to i, so that
those of one class (attributes and degrees alike) are equally likely: the class is one option that stands for them all,
and a member is drawn where it is chosen. That is the same distribution, at a cost that does not grow with the number
of people. Where an effect lets people out of reach differ (covariates of many values, covariates of pairs, own effects),
everybody is looked at.
"""

from __future__ import annotations

import math

import numba

from recoverynet.kernels.actor_model import (
    ATTRIBUTE,
    CODE,
    DEGREE_CAP,
    FIRST,
    KIND,
    N_CLASSES,
    PART,
    SECOND,
    SLOT,
    THIRD,
    WEIGHT,
    Epoch,
    Model,
    State,
)
from recoverynet.kernels.effects.covariate import covariate_change
from recoverynet.kernels.effects.declared import COVARIATE, CREATION, DYADIC, ENDOWMENT, INTERACTION, STRUCTURE, Pair
from recoverynet.kernels.effects.structure import structure_change
from recoverynet.kernels.nearby import FIXED, IN_MARK, OUT_MARK, TOUCHED, closing_weights, look_around, touch
from recoverynet.kernels.random_bits import bits_below, next_bits, next_unit

UNCHANGED = -1
MOST_TRIES = 64


@numba.njit(cache=True, nogil=True)
def pair_of(state: State, ego: int, j: int, mutual: int) -> Pair:
    """What ego sees of a tie to j, after ``look_around``."""
    marks, counts = state.marks, state.counts
    return Pair(
        marks[OUT_MARK, j], marks[IN_MARK, j], counts[0, j], counts[1, j], counts[2, j], counts[3, j], counts[4, j],
        state.out.length[ego], state.into.length[ego], mutual, state.out.length[j], state.into.length[j],
        state.ends[0, ego], state.ends[1, j], marks.shape[1],
    )


@numba.njit(cache=True, nogil=True)
def own_change(own, which, ego, j, tied, dense, values):  # type: ignore[no-untyped-def]
    """s_i with the tie minus s_i without it, for a researcher's own effect: it is asked twice."""
    dense[ego, j] = 1
    there = own[which](ego, dense, values)
    dense[ego, j] = 0
    without = own[which](ego, dense, values)
    dense[ego, j] = tied
    return there - without


@numba.njit(cache=True, nogil=True)
def _fill(model, epoch, own, state, ego, j, t, row):  # type: ignore[no-untyped-def]
    """Change statistics of a tie from ego to j, one a column, whatever part of the objective they belong to."""
    ties, numbers, values = model.ties, model.tie_numbers, state.values
    for e in range(ties.shape[0]):
        kind, code, a = ties[e, KIND], ties[e, CODE], ties[e, ATTRIBUTE]
        if kind == STRUCTURE:
            slot = ties[e, SLOT]
            row[e] = structure_change(code, t, numbers[e, 0], state.through[slot, j] if slot >= 0 else 0.0)
        elif kind == COVARIATE:
            known = epoch.known[a, ego] and epoch.known[a, j]
            row[e] = covariate_change(
                code, values[a, ego], values[a, j], known, model.attributes[a, 0], model.attributes[a, 1]
            )
        elif kind == INTERACTION:
            product = row[ties[e, FIRST]] * row[ties[e, SECOND]]
            row[e] = product * row[ties[e, THIRD]] if ties[e, THIRD] >= 0 else product
        elif kind == DYADIC:
            row[e] = epoch.dyadic[a, ego, j]
        else:
            row[e] = own_change(own, code, ego, j, t.tied, state.dense, values[a])


@numba.njit(cache=True, nogil=True)
def _weigh(model, theta, tied, row):  # type: ignore[no-untyped-def]
    """Turn changes of the tie into changes of the objective function; returns what the choice is worth."""
    ties = model.ties
    worth = 0.0
    absent = ENDOWMENT if tied == 0 else CREATION
    sign = 1.0 if tied == 0 else -1.0
    for e in range(ties.shape[0]):
        weight = ties[e, WEIGHT]
        if weight < 0 or ties[e, PART] == absent:
            row[e] = 0.0
            continue
        row[e] *= sign
        worth += theta[weight] * row[e]
    return worth


@numba.njit(cache=True, nogil=True)
def tie_options(model: Model, epoch: Epoch, own, state: State, theta, ego: int) -> int:  # type: ignore[no-untyped-def]
    """List what ego may choose: people near, and classes of all others; returns the number of options.

    Writes ``options`` (a person each), ``shares`` (how many it stands for), ``delta`` and ``utility``. Ego's surroundings
    stay marked until ``forget``.
    """
    mutual = look_around(model, state, ego)
    closing_weights(model, state, ego)
    begin = state.fixed.start[ego]
    for place in range(begin, begin + state.fixed.length[ego]):
        j = state.fixed.pool[place]
        touch(state, j)
        state.marks[FIXED, j] = 1
    n_classes = model.whole[N_CLASSES]
    n = state.marks.shape[1]
    if n_classes == 0:
        for j in range(n):
            if j != ego:
                touch(state, j)
    else:
        begin = state.members.start[n_classes]
        for place in range(begin, begin + state.members.length[n_classes]):
            if state.members.pool[place] != ego:
                touch(state, state.members.pool[place])
    found = 0
    for index in range(state.touched[-1]):
        j = state.touched[index]
        if state.active[j] and state.marks[FIXED, j] == 0:
            state.options[found] = j
            state.shares[found] = 1
            found += 1
    if n_classes > 0:
        found = _class_options(state, n_classes, ego, found)
    for option in range(found):
        j = state.options[option]
        t = pair_of(state, ego, j, mutual)
        _fill(model, epoch, own, state, ego, j, t, state.delta[option])
        state.utility[option] = _weigh(model, theta, t.tied, state.delta[option])
    return found


@numba.njit(cache=True, nogil=True)
def _class_options(state, n_classes, ego, found):  # type: ignore[no-untyped-def]
    """One option a class that has members out of reach: any such member, standing for all."""
    taken, place_of, members = state.taken, state.place, state.members
    if place_of[0, ego] >= 0:
        taken[place_of[0, ego]] += 1
    for index in range(state.touched[-1]):
        which = place_of[0, state.touched[index]]
        if which >= 0:
            taken[which] += 1
    for which in range(n_classes):
        far = members.length[which] - taken[which]
        taken[which] = 0
        if far == 0:
            continue
        at = members.start[which]
        while state.marks[TOUCHED, members.pool[at]]:
            at += 1
        state.options[found] = members.pool[at]
        state.shares[found] = far
        found += 1
    taken[n_classes] = 0
    return found


@numba.njit(cache=True, nogil=True)
def choose_tie(model: Model, state: State, ego: int, n_options: int, scored: bool) -> int:
    """Draw one of the options, or UNCHANGED; the score of the choice is added where wanted.

    The score of parameter k is s_k of what was chosen minus its expectation (Schweinberger & Snijders 2007,
    https://doi.org/10.1111/j.1467-9531.2007.00185.x).
    """
    utility, shares = state.utility, state.shares
    most = 0.0
    for option in range(n_options):
        most = max(most, utility[option])
    stay = math.exp(-most)
    total = stay
    for option in range(n_options):
        utility[option] = shares[option] * math.exp(utility[option] - most)
        total += utility[option]
    left = next_unit(state.random) * total - stay
    chosen = UNCHANGED
    if left >= 0.0:
        chosen = n_options - 1
        for option in range(n_options):
            left -= utility[option]
            if left < 0.0:
                chosen = option
                break
    if scored:
        _score(model, state, n_options, chosen, total)
    if chosen < 0:
        return UNCHANGED
    j = state.options[chosen]
    return j if shares[chosen] == 1 else _member(state, ego, state.place[0, j])


@numba.njit(cache=True, nogil=True)
def _score(model, state, n_options, chosen, total):  # type: ignore[no-untyped-def]
    ties, expected, delta = model.ties, state.expected, state.delta
    n_columns = ties.shape[0]
    for e in range(n_columns):
        expected[e] = 0.0
    for option in range(n_options):
        p = state.utility[option] / total
        for e in range(n_columns):
            expected[e] += p * delta[option, e]
    for e in range(n_columns):
        weight = ties[e, WEIGHT]
        if weight >= 0:
            state.scores[weight] += (delta[chosen, e] if chosen >= 0 else 0.0) - expected[e]


@numba.njit(cache=True, nogil=True)
def _member(state, ego, which):  # type: ignore[no-untyped-def]
    """Somebody of the class who is out of ego's reach, each with the same chance."""
    members = state.members
    begin, length = members.start[which], members.length[which]
    for _ in range(MOST_TRIES):
        j = members.pool[begin + bits_below(next_bits(state.random), length)]
        if state.marks[TOUCHED, j] == 0:
            return j
    far = 0
    for place in range(begin, begin + length):
        far += 1 - state.marks[TOUCHED, members.pool[place]]
    left = bits_below(next_bits(state.random), far)
    for place in range(begin, begin + length):
        j = members.pool[place]
        if state.marks[TOUCHED, j] == 0:
            if left == 0:
                return j
            left -= 1
    return UNCHANGED


@numba.njit(cache=True, nogil=True)
def class_of(model: Model, state: State, j: int) -> int:
    """The class of a person as they are now; the last number for a degree beyond the cap."""
    strides = model.strides
    n_attributes = state.categories.shape[0]
    cap = model.whole[DEGREE_CAP]
    which = 0
    for a in range(n_attributes):
        which += strides[a] * state.categories[a, j]
    if strides[n_attributes] > 0:
        if state.into.length[j] >= cap:
            return model.whole[N_CLASSES]
        which += strides[n_attributes] * state.into.length[j]
    if strides[n_attributes + 1] > 0:
        if state.out.length[j] >= cap:
            return model.whole[N_CLASSES]
        which += strides[n_attributes + 1] * state.out.length[j]
    return which
