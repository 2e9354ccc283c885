"""Which figures must be hidden so that no small count can be worked out from all that is published together.

Small figures are hidden first. While an attack still narrows one down, a second world is sought in which it is something else and
which differs from the first in as few printed figures as can be; those are hidden too. At the end whatever turned out not to be
needed is printed again. The attack is repeated until nothing is found.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from recoverynet.report.disclosure.attack import Attacker, AttackFindings, parts_of
from recoverynet.report.disclosure.linked import HidingRule, LinkedFigures
from recoverynet.report.disclosure.possible import Worlds

LOSS = np.array([1.0, 4.0, 40.0])
"""What is lost by hiding a cell, a margin, and the total of everything."""
FEW, ROUGH = 160, {"mip_rel_gap": 0.02, "node_limit": 200}
MOVED, MOST_ROUNDS = 1e-6, 60


@dataclass(eq=False)
class Hiding:
    """A choice of figures to hide, on its way.

    Attributes
    ----------
    linked : LinkedFigures
    rule : HidingRule
    hidden : bool array (n_figures,)
    first : bool array (n_figures,)
        Those hidden for their own sake.
    worlds : Worlds
    loss : float array (n_figures,)
        What is lost by hiding each.
    """

    linked: LinkedFigures
    rule: HidingRule
    hidden: np.ndarray
    first: np.ndarray
    loss: np.ndarray
    worlds: Worlds = field(default_factory=Worlds)
    scopes: dict[tuple[int, ...], Scope] = field(default_factory=dict)


def figures_to_hide(linked: LinkedFigures, rule: HidingRule, *, tries: int = 1) -> np.ndarray:
    """Which printed figures must be hidden?

    Parameters
    ----------
    linked : LinkedFigures
    rule : HidingRule
    tries : int
        How many orders of the figures to try; the choice that hides least is kept. Default 1.

    Returns
    -------
    bool array (n_figures,)
        True for hidden figures; never for unprinted ones.

    Notes
    -----
    What a figure costs to hide depends on its place in its table alone, never on its size, and ties are broken by a
    digest of all true counts, which nobody outside knows: which figures were chosen tells nothing of how large they are.

    References
    ----------
    Fischetti, M. and Salazar, J. J. (2001). Solving the cell suppression problem on tabular data with linear
    constraints. Management Science 47(7), 1008-1027. https://doi.org/10.1287/mnsc.47.7.1008.9805
    """
    best, least = None, np.inf
    for attempt in range(tries):
        hidden = _one_choice(linked, rule, attempt)
        lost = float((LOSS[linked.level] * hidden).sum())
        if lost < least:
            best, least = hidden, lost
    assert best is not None
    return best


def _one_choice(linked: LinkedFigures, rule: HidingRule, attempt: int) -> np.ndarray:
    first = hidden_first(linked, rule)
    digest = hashlib.sha256(linked.values.astype("<i8").tobytes() + bytes([attempt])).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], "little"))
    loss = LOSS[linked.level] * rng.uniform(0.9, 1.1, len(linked.values))
    state = Hiding(linked, rule, first.copy(), first, loss)
    _cover(state)
    _print_again(state)
    return state.hidden


def hidden_first(linked: LinkedFigures, rule: HidingRule) -> np.ndarray:
    """Figures hidden for their own sake: small ones, those forced, and every part of a total among them."""
    hidden: np.ndarray = ((linked.printed & (linked.small(rule) | linked.forced)) | linked.before) & ~linked.kept
    while True:
        before = hidden.sum()
        for total, parts in linked.lines:
            if hidden[total]:
                hidden[parts] |= linked.printed[parts] & ~linked.kept[parts]
        if hidden.sum() == before:
            return hidden


def _cover(state: Hiding) -> None:
    """Hide more, until an attack finds nothing."""
    for _ in range(MOST_ROUNDS):
        found = Attacker(state.linked, state.rule, state.hidden, state.worlds).attack()
        weak = np.flatnonzero(~found.safe)
        if not len(weak):
            return
        before = state.hidden.sum()
        for index in sorted(weak, key=lambda i: (-state.linked.level[i], -state.loss[i])):
            _cover_one(state, int(index), found)
        if state.hidden.sum() == before and not _hide_near(state, weak):
            return


def _cover_one(state: Hiding, index: int, found: AttackFindings) -> None:
    """Hide what it takes to leave one figure open, upwards and downwards."""
    most, value = state.rule.largest_hidden, float(state.linked.values[index])
    small = bool(state.linked.small(state.rule)[index])
    lowest = 0.0 if state.rule.hide_zeros else 1.0
    goals = [(most + 1.0, True), (lowest, False)] if small else [(value + most, True)]
    for goal, upwards in goals:
        if (found.high[index] >= goal) if upwards else (found.low[index] <= goal):
            continue
        changed = other_world(state, index, goal, upwards, found.large)
        if changed is None and not small and value > most:
            changed = other_world(state, index, max(value - most, 1.0), False, found.large)
        if changed is not None:
            state.hidden |= changed


@dataclass(frozen=True, eq=False)
class Scope:
    """Some of the equations, and the figures in them.

    Attributes
    ----------
    equations : sparse array
    columns : int array
        Figures they are about.
    anchored : int array
        Those of them that stand in other equations as well.
    is_all : bool
        Whether no equation is left out.
    """

    equations: sparse.csr_array
    columns: np.ndarray
    anchored: np.ndarray
    is_all: bool


def other_world(state: Hiding, index: int, goal: float, upwards: bool, large: np.ndarray) -> np.ndarray | None:
    """Printed figures to hide so that one figure can reach its goal, at the least loss; None where nothing helps.

    First only the figures of its own tables may change, those shared with other tables excepted; then all.
    """
    linked = state.linked
    touching = linked.groups[linked.equations[:, [index]].nonzero()[0]]
    own = tuple(sorted(set(touching[touching >= 0].tolist())))
    if own and len(linked.values) > 3 * FEW:
        changed = _change(state, index, goal, upwards, large, _scope(state, own))
        if changed is not None and not (changed & (linked.level > 0)).any():
            return changed
    return _change(state, index, goal, upwards, large, _scope(state, ()))


def _scope(state: Hiding, groups: tuple[int, ...]) -> Scope:
    """The equations of some tables, or all."""
    linked = state.linked
    if groups not in state.scopes:
        inside = np.isin(linked.groups, groups) if groups else np.ones(len(linked.groups), dtype=bool)
        columns = np.unique(linked.equations[inside].nonzero()[1]) if groups else np.arange(len(linked.values))
        elsewhere = linked.equations[~inside][:, columns]
        if groups:
            elsewhere = sparse.vstack([elsewhere, linked.bounds[:, columns]])
        anchored = columns[np.unique(elsewhere.nonzero()[1])]
        state.scopes[groups] = Scope(linked.equations[inside][:, columns], columns, anchored, not groups)
    return state.scopes[groups]


def _change(state: Hiding, index: int, goal: float, upwards: bool, large: np.ndarray, scope: Scope) -> np.ndarray | None:
    """The printed figures that differ in the cheapest other world within a scope."""
    linked, rule, columns = state.linked, state.rule, scope.columns
    low, high = linked.limits(rule, state.hidden, large)
    low[scope.anchored] = high[scope.anchored] = linked.values[scope.anchored]
    could = linked.printed & ~linked.kept & ~state.hidden & (linked.values > 0)
    could[scope.anchored] = False
    bounds = (linked.bounds, linked.bound_low, linked.bound_high) if scope.is_all else None
    place = int(np.searchsorted(columns, index))
    changed = _cheapest(
        scope.equations, bounds, low[columns], high[columns], could[columns], state.loss[columns], place, goal, upwards, rule
    )
    if changed is None:
        return None
    result = np.zeros(len(linked.values), dtype=bool)
    result[columns] = changed
    return result


def _cheapest(
    equations: sparse.csr_array,
    bounds: tuple[sparse.csr_array, np.ndarray, np.ndarray] | None,
    low: np.ndarray,
    high: np.ndarray,
    could: np.ndarray,
    loss: np.ndarray,
    place: int,
    goal: float,
    upwards: bool,
    rule: HidingRule,
) -> np.ndarray | None:
    """Which printed figures change in the cheapest world in which one figure reaches its goal."""
    low[place], high[place] = (max(low[place], goal), high[place]) if upwards else (low[place], min(high[place], goal))
    if low[place] > high[place]:
        return None
    could[place] = False
    n, candidates = len(low), np.flatnonzero(could)
    k, step = len(candidates), 2.0 * (rule.largest_hidden + rule.round_to) + 2.0
    at = equations[:, candidates]
    system, lows, highs = [[equations, at, -at]], [np.zeros(equations.shape[0])], [np.zeros(equations.shape[0])]
    if bounds is not None and bounds[0].shape[0]:
        system.append([bounds[0], bounds[0][:, candidates], -bounds[0][:, candidates]])
        lows.append(bounds[1])
        highs.append(bounds[2])
    fall = np.clip(low[candidates] - 1.0, 0.0, step)
    var_low, var_high = np.concatenate([low, np.zeros(2 * k)]), np.concatenate([high, np.full(k, step), fall])
    cost, whole = np.concatenate([np.zeros(n), loss[candidates], loss[candidates]]), None
    if n <= FEW:
        # A figure is lost whole however much it changes.
        eye = sparse.eye_array(k)
        system = [[*row, None] for row in system] + [[None, eye, eye, -step * eye]]
        lows.append(np.full(k, -np.inf))
        highs.append(np.zeros(k))
        var_low, var_high = np.concatenate([var_low, np.zeros(k)]), np.concatenate([var_high, np.ones(k)])
        cost = np.concatenate([np.zeros(n), np.full(2 * k, 1e-3), loss[candidates]])
        whole = np.concatenate([np.zeros(n + 2 * k), np.ones(k)])
    constraint = LinearConstraint(sparse.csr_array(sparse.block_array(system)), np.concatenate(lows), np.concatenate(highs))
    options = ROUGH if whole is not None else {}
    answer = milp(cost, constraints=constraint, bounds=Bounds(var_low, var_high), integrality=whole, options=options)
    if answer.x is None:
        return None
    moved = answer.x[n : n + k] + answer.x[n + k : n + 2 * k] > MOVED
    changed = np.zeros(n, dtype=bool)
    changed[candidates[moved]] = True
    return changed


def _hide_near(state: Hiding, weak: np.ndarray) -> bool:
    """Where no other world was found, hide the cheapest figure beside a weak one; whether there was any."""
    linked = state.linked
    could = linked.printed & ~linked.kept & ~state.hidden & (linked.values > 0)
    for index in weak:
        near = np.zeros(len(could), dtype=bool)
        rows = linked.equations[np.unique(linked.equations[:, [index]].nonzero()[0])]
        near[np.unique(rows.nonzero()[1])] = True
        for candidates in (could & near, could):
            if candidates.any():
                state.hidden[int(np.argmin(np.where(candidates, state.loss, np.inf)))] = True
                return True
    return False


def _print_again(state: Hiding) -> None:
    """Print again, dearest first, whatever was hidden for another's sake and is not needed."""
    limits = state.linked.limits(state.rule, state.hidden)
    least = state.linked.not_small(state.rule, state.hidden)
    for part in list(parts_of(state.linked, *limits, state.hidden & ~state.first)):
        added = np.flatnonzero((state.hidden & ~state.first)[part.columns])
        if not len(added):
            continue
        alone = state.linked.restricted(part.columns, part.rows, part.low, part.high, least[part.columns])
        hidden, first, loss = (each[part.columns] for each in (state.hidden, state.first, state.loss))
        worlds = Worlds(list(np.unique(state.worlds.of(part.columns).fitting(*alone.limits(state.rule, hidden)), axis=0)))
        large = Attacker(alone, state.rule, hidden, worlds).attack().large
        for index in added[np.argsort(-loss[added])]:
            trial = hidden.copy()
            trial[index] = False
            if any(first[total] and not trial[parts].all() for total, parts in alone.lines):
                continue
            found = Attacker(alone, state.rule, trial, worlds, stop_early=True, known_large=large).attack()
            if found.safe.all():
                hidden, large = trial, found.large
        state.hidden[part.columns] = hidden
