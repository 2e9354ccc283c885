"""What is compared between data and simulation: one statistic a parameter, the same for both.

Statistics follow the method of moments for co-evolution (Snijders, Steglich & Schweinberger 2007; as RSiena computes
them): those of ties take the network at the end of the period and behaviour at its start, those of behaviour the
network at the start and behaviour at the end. Pairs and people unknown at either end are left out. Basic rates are
compared by how much changed. Endowment parts look at ties lost, in the network at the start, with a minus sign; creation
parts at ties gained, in the network at the end.
"""

from __future__ import annotations

import numba
import numpy as np

from recoverynet.kernels.actor_model import (
    ATTRIBUTE,
    CODE,
    CONDITION,
    DIRECTED,
    DONE,
    FIRST,
    KIND,
    ON_EGO,
    PART,
    SECOND,
    THIRD,
    VARIABLE,
    WEIGHT,
    Epoch,
    Model,
    State,
)
from recoverynet.kernels.behaviour_choice import around, column_statistic
from recoverynet.kernels.effects.covariate import covariate_change
from recoverynet.kernels.effects.declared import COVARIATE, CREATION, DYADIC, ENDOWMENT, EVAL, INTERACTION, OWN, STRUCTURE
from recoverynet.kernels.effects.structure import structure_ego, structure_tie
from recoverynet.kernels.growing_lists import drop, holds, push
from recoverynet.kernels.ministeps import begin, fill_lists, rate_value, run_epoch
from recoverynet.kernels.nearby import OUT_MARK, forget, look_around
from recoverynet.kernels.tie_choice import pair_of


@numba.njit(cache=True, nogil=True)
def keep_known(epoch: Epoch, state: State) -> None:
    """Take pairs out that are unknown at either end, and put in those that are fixed at an end."""
    for pair in range(epoch.unknown.shape[0]):
        i, j = epoch.unknown[pair, 0], epoch.unknown[pair, 1]
        if drop(state.out, i, j):
            drop(state.into, j, i)
    for pair in range(epoch.settled.shape[0]):
        i, j, tied = epoch.settled[pair, 0], epoch.settled[pair, 1], epoch.settled[pair, 2]
        if tied == 0 and drop(state.out, i, j):
            drop(state.into, j, i)
        elif tied == 1 and not holds(state.out, i, j):
            push(state.out, i, j)
            push(state.into, j, i)


@numba.njit(cache=True, nogil=True)
def tie_row(model, epoch, state, ego, j, mutual, row):  # type: ignore[no-untyped-def]
    """Tie statistics c_ij of every column, for a tie that is there, after ``look_around``."""
    ties, seen, known = model.ties, epoch.seen, epoch.seen_known
    t = pair_of(state, ego, j, mutual)
    for e in range(ties.shape[0]):
        kind, code, a = ties[e, KIND], ties[e, CODE], ties[e, ATTRIBUTE]
        if kind == STRUCTURE:
            row[e] = structure_tie(code, t, model.tie_numbers[e, 0])
        elif kind == COVARIATE:
            both = known[a, ego] and known[a, j]
            row[e] = covariate_change(code, seen[a, ego], seen[a, j], both, model.attributes[a, 0], model.attributes[a, 1])
        elif kind == INTERACTION:
            product = row[ties[e, FIRST]] * row[ties[e, SECOND]]
            row[e] = product * row[ties[e, THIRD]] if ties[e, THIRD] >= 0 else product
        elif kind == DYADIC:
            row[e] = epoch.dyadic[a, ego, j]
        else:
            row[e] = 0.0


@numba.njit(cache=True, nogil=True)
def lost_rows(model: Model, epoch: Epoch, state: State) -> np.ndarray:
    """Tie statistics of every tie known at both ends, in the network at the start: (m, E); (0, E) if nobody asks."""
    if not (model.ties[:, PART] == ENDOWMENT).any():
        return np.zeros((0, model.ties.shape[0]))
    rows = np.zeros((epoch.base.shape[0], model.ties.shape[0]))
    fill_lists(epoch.base, state.out, state.into)
    first = 0
    while first < epoch.base.shape[0]:
        ego = epoch.base[first, 0]
        mutual = look_around(model, state, ego)
        while first < epoch.base.shape[0] and epoch.base[first, 0] == ego:
            tie_row(model, epoch, state, ego, epoch.base[first, 1], mutual, rows[first])
            first += 1
        forget(state, ego)
    return rows


@numba.njit(cache=True, nogil=True)
def _tie_statistics(model, epoch, own, state, into):  # type: ignore[no-untyped-def]
    """Evaluation and creation parts, at the end of the period; returns ties that are there and were at the start."""
    ties, numbers = model.ties, model.tie_numbers
    row = np.zeros(ties.shape[0])
    for ego in range(state.active.shape[0]):
        mutual = look_around(model, state, ego)
        begin_at = state.out.start[ego]
        for place in range(begin_at, begin_at + state.out.length[ego]):
            j = state.out.pool[place]
            tie_row(model, epoch, state, ego, j, mutual, row)
            gained = not holds(state.base_out, ego, j)
            for e in range(ties.shape[0]):
                if ties[e, PART] == EVAL or (gained and ties[e, PART] == CREATION):
                    into[e] += numbers[e, 1] * row[e]
        at_two = 0
        for index in range(state.touched[-1]):
            j = state.touched[index]
            at_two += state.counts[0, j] > 0 and state.marks[OUT_MARK, j] == 0
        for e in range(ties.shape[0]):
            if ties[e, KIND] == OWN:
                into[e] += own[ties[e, CODE]](ego, state.dense, epoch.seen[ties[e, ATTRIBUTE]])
            elif ties[e, ON_EGO] == 1:
                into[e] += structure_ego(ties[e, CODE], state.out.length[ego], at_two, numbers[e, 0])
        forget(state, ego)


@numba.njit(cache=True, nogil=True)
def _lost_ties(model, epoch, state, lost, into):  # type: ignore[no-untyped-def]
    for tie in range(lost.shape[0]):
        if holds(state.out, epoch.base[tie, 0], epoch.base[tie, 1]):
            continue
        for e in range(model.ties.shape[0]):
            if model.ties[e, PART] == ENDOWMENT:
                into[e] -= model.tie_numbers[e, 1] * lost[tie, e]


@numba.njit(cache=True, nogil=True)
def _behaviour_statistics(model, epoch, state, b, into):  # type: ignore[no-untyped-def]
    """Statistics of behaviour b, in the network at the start; ``into`` has one place a behaviour column.

    Where behaviour went down, an endowment part is s_i(z) − s_i(z at the start); where it went up, a creation part is
    s_i(2 z − z at the start) − s_i(z). Similarity is counted in steps, the other way round. All as RSiena has it.
    """
    n, variable = state.active.shape[0], b + 1
    unknown, row = epoch.z_unknown[b], model.rows[b]
    now, other = np.zeros(n), np.zeros(n)
    for part in (EVAL, ENDOWMENT, CREATION):
        for i in range(n):
            end, first = state.z[b, i] - model.centres[b], epoch.z[b, i] - model.centres[b]
            now[i] = end
            other[i] = first if part == ENDOWMENT else 2.0 * end - first
        for i in range(n):
            change = state.z[b, i] - epoch.z[b, i]
            if unknown[i] or (part == ENDOWMENT and change >= 0) or (part == CREATION and change <= 0):
                continue
            here = around(state.lagged_out, state.lagged_in, now, unknown, i)
            for f in range(model.behaviours.shape[0]):
                column = model.behaviours[f]
                if column[VARIABLE] != variable or column[PART] != part or column[WEIGHT] < 0:
                    continue
                value = column_statistic(model, epoch.seen, here, i, f, 0)
                if part == EVAL:
                    into[f] += value
                    continue
                there = around(state.lagged_out, state.lagged_in, other, unknown, i)
                gap = column_statistic(model, epoch.seen, there, i, f, 0) - value
                gap *= -1.0 if part == ENDOWMENT else 1.0
                similar = column[CODE] in (2, 3, 14, 15) and column[KIND] != INTERACTION
                into[f] += -model.attributes[row, 0] * gap if similar else gap


@numba.njit(cache=True, nogil=True)
def tie_changes(model: Model, epoch: Epoch, state: State, changes: np.ndarray) -> None:
    """How many ties of each person differ from the start, those unknown at either end left out."""
    changes[:] = 0
    for tie in range(epoch.base.shape[0]):
        if not holds(state.out, epoch.base[tie, 0], epoch.base[tie, 1]):
            changes[epoch.base[tie, 0]] += 1
    for i in range(changes.shape[0]):
        begin_at = state.out.start[i]
        for place in range(begin_at, begin_at + state.out.length[i]):
            if not holds(state.base_out, i, state.out.pool[place]):
                changes[i] += 1


@numba.njit(cache=True, nogil=True)
def _rate_statistics(model, epoch, state, result):  # type: ignore[no-untyped-def]
    n = state.active.shape[0]
    changes = np.zeros(n, np.int64)
    for variable in range(epoch.rate_places.shape[0]):
        if variable == 0:
            tie_changes(model, epoch, state, changes)
        else:
            for i in range(n):
                gap = abs(state.z[variable - 1, i] - epoch.z[variable - 1, i])
                changes[i] = 0 if epoch.z_unknown[variable - 1, i] else gap
        both_ways = variable == 0 and model.whole[DIRECTED] == 0
        if variable != model.whole[CONDITION]:
            result[epoch.rate_places[variable]] += changes.sum() / (2.0 if both_ways else 1.0)
        for r in range(model.rates.shape[0]):
            if model.rates[r, VARIABLE] == variable:
                for i in range(n):
                    a = rate_value(model.rates[r], epoch.seen, state.lagged_out, state.lagged_in, i)
                    result[model.rates[r, WEIGHT]] += a * changes[i]


@numba.njit(cache=True, nogil=True)
def epoch_statistics(model: Model, epoch: Epoch, own, state: State, lost, result) -> None:  # type: ignore[no-untyped-def]
    """Statistics of the state an epoch has reached, added to ``result`` (parameters,); leaves the state changed."""
    keep_known(epoch, state)
    if state.dense.shape[0] > 1:
        state.dense[:] = 0
        for i in range(state.active.shape[0]):
            for place in range(state.out.start[i], state.out.start[i] + state.out.length[i]):
                state.dense[i, state.out.pool[place]] = 1
    columns = np.zeros(model.ties.shape[0])
    _tie_statistics(model, epoch, own, state, columns)
    _lost_ties(model, epoch, state, lost, columns)
    for e in range(model.ties.shape[0]):
        if model.ties[e, WEIGHT] >= 0:
            result[model.ties[e, WEIGHT]] += columns[e]
    steps = np.zeros(model.behaviours.shape[0])
    for b in range(model.rows.shape[0]):
        _behaviour_statistics(model, epoch, state, b, steps)
    for f in range(model.behaviours.shape[0]):
        if model.behaviours[f, WEIGHT] >= 0:
            result[model.behaviours[f, WEIGHT]] += steps[f]
    _rate_statistics(model, epoch, state, result)


@numba.njit(cache=True, nogil=True)
def observed_statistics(model, epoch, own, state, end, z_end, result):  # type: ignore[no-untyped-def]
    """Statistics of what was observed: ties (m, 2) and behaviour (B, n) at the end; False where the pool is full."""
    if not begin(model, epoch, state, np.uint64(0)):
        return False
    lost = lost_rows(model, epoch, state)
    if not fill_lists(end, state.out, state.into):
        return False
    state.z[:] = z_end
    epoch_statistics(model, epoch, own, state, lost, result)
    return True


@numba.njit(cache=True, nogil=True)
def simulate_many(model, epoch, own, state, theta, seeds, scored, statistics, scores, ends):  # type: ignore[no-untyped-def]
    """Simulate an epoch once a seed: statistics and scores (runs, parameters), and time and ministeps (runs, 2).

    Returns how it went: DONE, POOL_FULL (try again with more room) or ENDLESS.
    """
    begin(model, epoch, state, np.uint64(0))
    lost = lost_rows(model, epoch, state)
    for run in range(seeds.shape[0]):
        how, time, steps = run_epoch(model, epoch, own, state, theta, seeds[run], scored)
        ends[run, 0] = time
        ends[run, 1] = steps
        if how != DONE:
            return how
        epoch_statistics(model, epoch, own, state, lost, statistics[run])
        scores[run] = state.scores
    return DONE
