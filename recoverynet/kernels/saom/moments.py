"""What is compared between data and simulation: one statistic a parameter, the same for both.

Statistics follow the method of moments for co-evolution (Snijders, Steglich & Schweinberger 2007; as RSiena computes
them): those of ties take the network at the end of the period and behaviour at its start, those of behaviour the
network at the start and behaviour at the end. Pairs and people unknown at either end are left out. Basic rates are
compared by how much changed. Endowment parts look at ties lost, in the network at the start, with a minus sign;
creation parts at ties gained, in the network at the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from recoverynet.kernels.compiled import compiled
from recoverynet.kernels.linked import linked
from recoverynet.kernels.saom.actor_model import (
    AT_MEAN,
    ATTRIBUTE,
    BASE,
    CODE,
    CONDITION,
    COUNTS,
    DIRECTED,
    DONE,
    FIRST,
    FIRST_CATEGORY,
    INTO,
    KIND,
    LAGGED_IN,
    LAGGED_OUT,
    N_NEAR,
    N_OWN,
    NEAR,
    ON_EGO,
    OUT,
    OUT_MARK,
    PART,
    PATHS,
    POOL_FULL,
    SECOND,
    THIRD,
    UNKNOWN,
    VARIABLE,
    WEIGHT,
    ActorModel,
    Epoch,
    State,
)
from recoverynet.kernels.saom.behaviour_choice import around, column_statistic
from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.effects.behaviour import IN_STEPS
from recoverynet.kernels.saom.effects.covariate import covariate_tie
from recoverynet.kernels.saom.effects.declared import COVARIATE, CREATION, DYADIC, ENDOWMENT, EVAL, INTERACTION, OWN, STRUCTURE
from recoverynet.kernels.saom.effects.structure import structure_creation, structure_ego, structure_tie
from recoverynet.kernels.saom.growing_lists import drop, holds, push
from recoverynet.kernels.saom.ministeps import run_epoch
from recoverynet.kernels.saom.nearby import forget, look_around
from recoverynet.kernels.saom.pairs import pair_of
from recoverynet.kernels.saom.rate_function import rate_value
from recoverynet.kernels.saom.state_changes import begin, fill_ties


@linked(nogil=True)
def keep_known(
    given: np.ndarray, given_pool: np.ndarray, settled: np.ndarray, people: np.ndarray, pool: np.ndarray, used: np.ndarray
) -> bool:
    """Take pairs out that are unknown at either end, and put in those that are fixed at an end; False for a full pool."""
    for i in range(people.shape[0]):
        for place in range(given[i, UNKNOWN], given[i, UNKNOWN] + given[i, UNKNOWN + 1]):
            if drop(people, OUT, i, given_pool[place], pool):
                drop(people, INTO, given_pool[place], i, pool)
    for pair in range(settled.shape[0]):
        i, j, tied = settled[pair, 0], settled[pair, 1], settled[pair, 2]
        if tied == 0 and drop(people, OUT, i, j, pool):
            drop(people, INTO, j, i, pool)
        elif (
            tied == 1
            and not holds(people, OUT, i, j, pool)
            and not (push(people, OUT, i, j, pool, used) and push(people, INTO, j, i, pool, used))
        ):
            return False
    return True


@linked(nogil=True)
def tie_row(model: ActorModel, epoch: Epoch, people: np.ndarray, ego: int, j: int, mutual: int, row: np.ndarray) -> None:
    """Tie statistics c_ij of every column, for a tie that is there, after ``look_around``."""
    t = pair_of(people, ego, j, mutual)
    ties, numbers, attributes, seen, known = model.ties, model.numbers, model.attributes, epoch.seen, epoch.seen_known
    for e in range(ties.shape[0]):
        kind, code, a = ties[e, KIND], ties[e, CODE], ties[e, ATTRIBUTE]
        if kind == STRUCTURE:
            row[e] = (
                structure_creation(code, t, numbers[e, 0]) if ties[e, PART] == CREATION else structure_tie(code, t, numbers[e, 0])
            )
        elif kind == COVARIATE:
            both = known[a, ego] and known[a, j]
            row[e] = covariate_tie(code, seen[a, ego], seen[a, j], both, attributes[a, 0], attributes[a, 1])
        elif kind == INTERACTION:
            product = row[ties[e, FIRST]] * row[ties[e, SECOND]]
            row[e] = product * row[ties[e, THIRD]] if ties[e, THIRD] >= 0 else product
        elif kind == DYADIC:
            row[e] = epoch.dyadic[a, ego, j]
        else:
            row[e] = 0.0


@linked(nogil=True)
def lost_rows(model: ActorModel, epoch: Epoch, state: State) -> tuple[bool, np.ndarray]:
    """Tie statistics of every tie known at both ends, in the network of those ties: (m, E), in order of ego.

    Returns whether the pool was large enough, and the rows: none where no endowment part asks for them. Leaves the
    state at those ties.
    """
    ties, given, people, used = model.ties, epoch.given, state.people, state.used
    if not (ties[:, PART] == ENDOWMENT).any():
        return True, np.zeros((0, ties.shape[0]))
    n_ties = given[:, BASE + 1].sum()
    pairs, rows = np.zeros((n_ties, 2), np.int32), np.zeros((n_ties, ties.shape[0]))
    tie = 0
    for ego in range(people.shape[0]):
        for place in range(given[ego, BASE], given[ego, BASE] + given[ego, BASE + 1]):
            pairs[tie, 0], pairs[tie, 1] = ego, epoch.pool[place]
            tie += 1
    if not fill_ties(people, state.pool, used, pairs):
        return False, rows
    tie = 0
    for ego in range(people.shape[0]):
        mutual = look_around(people, state.pool, used, model.whole[PATHS], ego)
        for _ in range(given[ego, BASE + 1]):
            tie_row(model, epoch, people, ego, pairs[tie, 1], mutual, rows[tie])
            tie += 1
        forget(people, used, state.through, ego)
    return True, rows


@linked(nogil=True)
def tie_statistics(model: ActorModel, epoch: Epoch, own: Any, state: State, lost: np.ndarray, into: np.ndarray) -> None:
    """Statistics of every tie column, at the end of the period; ``into`` has one place a column."""
    ties, numbers, paths = model.ties, model.numbers, model.whole[PATHS]
    seen, given, given_pool = epoch.seen, epoch.given, epoch.pool
    people, pool, used, through, dense = state.people, state.pool, state.used, state.through, state.dense
    row, n_lost, tie = np.zeros(ties.shape[0]), lost.shape[0], 0
    for ego in range(people.shape[0]):
        mutual = look_around(people, pool, used, paths, ego)
        for place in range(people[ego, OUT], people[ego, OUT] + people[ego, OUT + 1]):
            j = pool[place]
            tie_row(model, epoch, people, ego, j, mutual, row)
            gained = not holds(given, BASE, ego, j, given_pool)
            for e in range(ties.shape[0]):
                if ties[e, PART] == EVAL or (gained and ties[e, PART] == CREATION):
                    into[e] += numbers[e, 1] * row[e]
        at_two = 0
        for index in range(used[N_NEAR]):
            j = people[index, NEAR]
            at_two += people[j, COUNTS] > 0 and people[j, OUT_MARK] == 0
        for e in range(ties.shape[0]):
            if ties[e, KIND] == OWN:
                into[e] += own[ties[e, CODE]](ego, dense, seen[ties[e, ATTRIBUTE]])
            elif ties[e, ON_EGO] == 1:
                into[e] += structure_ego(ties[e, CODE], people[ego, OUT + 1], at_two, numbers[e, 0])
        forget(people, used, through, ego)
        if n_lost == 0:
            continue
        for place in range(given[ego, BASE], given[ego, BASE] + given[ego, BASE + 1]):
            if not holds(people, OUT, ego, given_pool[place], pool):
                for e in range(ties.shape[0]):
                    if ties[e, PART] == ENDOWMENT:
                        into[e] -= numbers[e, 1] * lost[tie, e]
            tie += 1


@linked(nogil=True)
def step_statistics(model: ActorModel, epoch: Epoch, state: State, b: int, into: np.ndarray) -> None:
    """Statistics of behaviour b, in the network at the start; ``into`` has one place a behaviour column.

    Where behaviour went down, an endowment part is s_i(z) − s_i(z at the start); where it went up, a creation part is
    s_i(2 z − z at the start) − s_i(z). Similarity is counted in steps, the other way round. All as RSiena has it.
    """
    columns, rows, attributes, seen, unknown = model.behaviours, model.rows, model.attributes, epoch.seen, epoch.z_unknown
    given, given_pool, people = epoch.given, epoch.pool, state.people
    n, level, at_mean = people.shape[0], FIRST_CATEGORY + epoch.values.shape[0] + b, model.whole[AT_MEAN]
    z = np.zeros((2, n))
    for part in (EVAL, ENDOWMENT, CREATION):
        wanted = False
        for f in range(columns.shape[0]):
            wanted = wanted or (columns[f, VARIABLE] == b + 1 and columns[f, PART] == part)
        if not wanted:
            continue
        for i in range(n):
            end, first = people[i, level] - model.centres[b], epoch.z[b, i] - model.centres[b]
            z[0, i] = end
            z[1, i] = first if part == ENDOWMENT else 2.0 * end - first
        for i in range(n):
            change = people[i, level] - epoch.z[b, i]
            if unknown[b, i] or (part == ENDOWMENT and change >= 0) or (part == CREATION and change <= 0):
                continue
            here = around(given, LAGGED_OUT, LAGGED_IN, given_pool, z, 0, unknown, b, at_mean, i)
            there = around(given, LAGGED_OUT, LAGGED_IN, given_pool, z, 1, unknown, b, at_mean, i) if part != EVAL else here
            for f in range(columns.shape[0]):
                if columns[f, VARIABLE] != b + 1 or columns[f, PART] != part or columns[f, WEIGHT] < 0:
                    continue
                value = column_statistic(columns, rows, attributes, seen, here, i, f, 0)
                if part == EVAL:
                    into[f] += value
                    continue
                gap = column_statistic(columns, rows, attributes, seen, there, i, f, 0) - value
                gap *= -1.0 if part == ENDOWMENT else 1.0
                similar = columns[f, CODE] in IN_STEPS and columns[f, KIND] != INTERACTION
                into[f] += -attributes[rows[b], 0] * gap if similar else gap


@linked(nogil=True)
def tie_changes(given: np.ndarray, given_pool: np.ndarray, people: np.ndarray, pool: np.ndarray, changes: np.ndarray) -> None:
    """How many ties of each person differ from the start, those unknown at either end left out."""
    for i in range(people.shape[0]):
        changes[i] = 0
        for place in range(given[i, BASE], given[i, BASE] + given[i, BASE + 1]):
            changes[i] += not holds(people, OUT, i, given_pool[place], pool)
        for place in range(people[i, OUT], people[i, OUT] + people[i, OUT + 1]):
            changes[i] += not holds(given, BASE, i, pool[place], given_pool)


@linked(nogil=True)
def rate_statistics(model: ActorModel, epoch: Epoch, state: State, result: np.ndarray) -> None:
    """How much each variable changed, and how much those did whom rate effects speak of."""
    people, rates, given, n = state.people, model.rates, epoch.given, state.people.shape[0]
    changes = np.zeros(n, np.int64)
    for variable in range(epoch.rate_places.shape[0]):
        if variable == 0:
            tie_changes(given, epoch.pool, people, state.pool, changes)
        else:
            level = FIRST_CATEGORY + epoch.values.shape[0] + variable - 1
            for i in range(n):
                gap = abs(people[i, level] - epoch.z[variable - 1, i])
                changes[i] = 0 if epoch.z_unknown[variable - 1, i] else gap
        both_ways = variable == 0 and model.whole[DIRECTED] == 0
        if variable != model.whole[CONDITION]:
            result[epoch.rate_places[variable]] += changes.sum() / (2.0 if both_ways else 1.0)
        for r in range(rates.shape[0]):
            if rates[r, VARIABLE] == variable:
                for i in range(n):
                    a = rate_value(model, r, epoch.seen, given, LAGGED_OUT, LAGGED_IN, epoch.pool, i)
                    result[rates[r, WEIGHT]] += a * changes[i]


@linked(nogil=True)
def epoch_statistics(model: ActorModel, epoch: Epoch, own: Any, state: State, lost: np.ndarray, result: np.ndarray) -> bool:
    """Statistics of the state an epoch has reached, added to ``result`` (parameters,); False where the pool is full."""
    people, pool, dense = state.people, state.pool, state.dense
    if not keep_known(epoch.given, epoch.pool, epoch.settled, people, pool, state.used):
        return False
    if model.whole[N_OWN] > 0:
        dense[:] = 0
        for i in range(people.shape[0]):
            for place in range(people[i, OUT], people[i, OUT] + people[i, OUT + 1]):
                dense[i, pool[place]] = 1
    columns = np.zeros(model.ties.shape[0])
    tie_statistics(model, epoch, own, state, lost, columns)
    for e in range(model.ties.shape[0]):
        if model.ties[e, WEIGHT] >= 0:
            result[model.ties[e, WEIGHT]] += columns[e]
    steps = np.zeros(model.behaviours.shape[0])
    for b in range(model.rows.shape[0]):
        step_statistics(model, epoch, state, b, steps)
    for f in range(model.behaviours.shape[0]):
        if model.behaviours[f, WEIGHT] >= 0:
            result[model.behaviours[f, WEIGHT]] += steps[f]
    rate_statistics(model, epoch, state, result)
    return True


@compiled(nogil=True)
def observed_statistics(
    model: ActorModel, epoch: Epoch, own: Any, state: State, end: np.ndarray, z_end: np.ndarray, result: np.ndarray
) -> bool:
    """Statistics of what was observed: ties (m, 2) and behaviour (B, n) at the end; False where the pool is full."""
    if not begin(model, epoch, state, np.uint64(0)):
        return False
    fine, lost = lost_rows(model, epoch, state)
    if not fine or not fill_ties(state.people, state.pool, state.used, end):
        return False
    for b in range(z_end.shape[0]):
        for i in range(z_end.shape[1]):
            state.people[i, FIRST_CATEGORY + epoch.values.shape[0] + b] = z_end[b, i]
    return epoch_statistics(model, epoch, own, state, lost, result)


@lean()
def _copy_ties(people: np.ndarray, pool: np.ndarray, into: np.ndarray) -> int:
    """Write ties, in order of ego, into (m, 2); returns how many there are."""
    found = 0
    for i in range(people.shape[0]):
        for place in range(people[i, OUT], people[i, OUT] + people[i, OUT + 1]):
            into[found, 0], into[found, 1] = i, pool[place]
            found += 1
    return found


@compiled(nogil=True)
def simulate_many(
    model: ActorModel,
    epoch: Epoch,
    own: Any,
    state: State,
    theta: np.ndarray,
    seeds: np.ndarray,
    scored: bool,
    statistics: np.ndarray,
    scores: np.ndarray,
    ends: np.ndarray,
    last: np.ndarray,
) -> int:
    """Simulate an epoch once a seed: statistics and scores (runs, parameters), and time, ministeps and ties (runs, 3).

    Ties at the end of the last simulation are written into ``last`` (half the pool, 2), unless it is empty; then they
    are not counted either. Behaviour stands in the state. Returns how it went: DONE, POOL_FULL (try again with more
    room) or ENDLESS.
    """
    fine, lost = lost_rows(model, epoch, state)
    if not fine:
        return POOL_FULL
    for run in range(seeds.shape[0]):
        how, time, steps = run_epoch(model, epoch, own, state, theta, seeds[run], scored)
        ends[run, 0] = time
        ends[run, 1] = steps
        if how != DONE:
            return how
        if last.shape[0] > 0:
            ends[run, 2] = _copy_ties(state.people, state.pool, last)
        if not epoch_statistics(model, epoch, own, state, lost, statistics[run]):
            return POOL_FULL
        for k in range(scores.shape[1]):
            scores[run, k] = state.scores[k]
    return DONE
