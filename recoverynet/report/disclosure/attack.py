"""The attack: what the best-equipped reader can work out of figures that are hidden.

The attacker reads every printed figure, knows how they add up and contain each other, that people come in whole numbers, the
policy and its rounding, that zeros are printed, and how figures were chosen to be hidden: a star that cannot be small was hidden
for another's sake, and among stars that hang together one at least is small.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse.csgraph import connected_components

from recoverynet.report.disclosure.linked import HidingRule, LinkedFigures
from recoverynet.report.disclosure.possible import Worlds

ROUGH = {"mip_rel_gap": 0.02, "node_limit": 400}
LARGE = 1e7
WHOLE = 1e-6
"""How near a number must be to a whole one to be one."""


@dataclass(frozen=True, eq=False)
class Part:
    """Unknown figures that hang together, and all that is known of them.

    Attributes
    ----------
    columns : int array
        Their places among all figures.
    rows : sparse array, low, high : float arrays
        Relations between them.
    """

    columns: np.ndarray
    rows: sparse.csr_array
    low: np.ndarray
    high: np.ndarray

    @cached_property
    def dense(self) -> np.ndarray:
        """The relations as a plain array."""
        answer: np.ndarray = self.rows.toarray().astype(float)
        return answer


@dataclass(frozen=True, eq=False)
class AttackFindings:
    """What an attack found.

    Attributes
    ----------
    looked_at : bool array (n_figures,)
        Figures that must not be worked out: hidden ones, and small ones that follow without being printed.
    low, high : float array (n_figures,)
        Smallest and largest value found to fit; exact where the figure is not safe, otherwise far enough apart.
    safe : bool array (n_figures,)
    large : bool array (n_figures,)
        Hidden figures that a reader can tell not to be small: they were hidden for another's sake, and no more is told.
    """

    looked_at: np.ndarray
    low: np.ndarray
    high: np.ndarray
    safe: np.ndarray
    large: np.ndarray


@dataclass(eq=False)
class Attacker:
    """One attack on figures of which some are hidden.

    Attributes
    ----------
    linked : LinkedFigures
    rule : HidingRule
    hidden : bool array (n_figures,)
    worlds : Worlds
        Filled as the attack goes on.
    knows_algorithm : bool
        Whether the attacker also draws on how figures were chosen to be hidden.
    stop_early : bool
        Whether one figure that is not safe is enough to know.
    known_large : bool array (n_figures,), optional
        Hidden figures known not to be small from an attack on no less hidden.
    """

    linked: LinkedFigures
    rule: HidingRule
    hidden: np.ndarray
    worlds: Worlds = field(default_factory=Worlds)
    knows_algorithm: bool = True
    stop_early: bool = False
    known_large: np.ndarray | None = None

    def __post_init__(self) -> None:
        told = self.linked.kept | self.linked.moot
        self.small = self.linked.small(self.rule) & ~told
        self.looked_at = (self.hidden | (self.small & ~self.linked.printed)) & ~told
        start = np.zeros(len(self.small), dtype=bool) if self.known_large is None else self.known_large
        self.large = start & self.hidden

    def attack(self) -> AttackFindings:
        """How far every figure that must not be known can be narrowed down."""
        found = self._narrow()
        while self.knows_algorithm:
            # A star that does not cover all small counts would have been covered, were it small.
            other = self.hidden & ~self.small & (self.linked.values > self.rule.largest_hidden)
            grown = self.large | (other & ~self._covers(found.low, found.high))
            if (grown == self.large).all() or (self.stop_early and not found.safe.all()):
                return found
            self.large = grown
            found = self._narrow()
        return found

    def _covers(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Where every small count and one that is not small are possible."""
        most, none = self.rule.largest_hidden, 0 if self.rule.hide_zeros else 1
        return ((low <= none) & (high > most)) | ((low <= 0) & (high >= most) & (not self.rule.hide_zeros))

    def _safe(self, low: np.ndarray, high: np.ndarray, small: np.ndarray) -> np.ndarray:
        return np.where(small, self._covers(low, high), high - low >= self.rule.largest_hidden)

    def _narrow(self) -> AttackFindings:
        self.limits = self.linked.limits(self.rule, self.hidden, self.large)
        low, high = self.linked.values.astype(float), self.linked.values.astype(float)
        fitting, kept = self.worlds.fitting(*self.limits), []
        safe = np.ones(len(low), dtype=bool)
        for part in parts_of(self.linked, *self.limits, self.looked_at):
            search = Search(self, part, fitting[:, part.columns])
            key = search.key()
            if key in self.worlds.ends:
                search.low, search.high = self.worlds.ends[key]
            else:
                search.widen()
            low[part.columns], high[part.columns] = search.low, search.high
            kept.append((part.columns, search.worlds))
            safe[part.columns] = ~search.looked_at | self._safe(search.low, search.high, search.small)
            if self.stop_early and not safe.all():
                break
            self.worlds.ends[key] = search.low, search.high
        known = self.looked_at & (self.limits[0] == self.limits[1])
        self.worlds.join(self.linked.values, kept)
        return AttackFindings(self.looked_at, low, high, safe & ~known, self.large)


@dataclass(eq=False)
class Search:
    """Worlds for one part of the figures, sought until every figure of it is safe or its ends are known.

    Attributes
    ----------
    attacker : Attacker
    part : Part
    """

    attacker: Attacker
    part: Part
    fitting: np.ndarray

    def __post_init__(self) -> None:
        attacker, columns = self.attacker, self.part.columns
        linked = attacker.linked
        self.values = linked.values[columns].astype(float)
        self.small, self.looked_at = attacker.small[columns], attacker.looked_at[columns]
        self.floor, self.ceiling = tightened(self.part, *(limit[columns] for limit in attacker.limits))
        self.low, self.high = self.values.copy(), self.values.copy()
        self.beyond = self.values > attacker.rule.largest_hidden
        self.worlds: list[np.ndarray] = []
        cause = (attacker.hidden & ~attacker.large) | (~linked.printed & linked.people)
        self.cause = cause[columns]
        self.needs_cause = attacker.knows_algorithm and not linked.forced[columns].any()

    def key(self) -> bytes:
        """All that the answer hangs on but the worlds to begin with."""
        part = self.part
        told = (part.columns, part.rows.indptr, part.rows.indices, part.rows.data, part.low, part.high, self.values)
        digest = blake2b(repr((self.attacker.rule, self.attacker.stop_early, self.needs_cause)).encode(), digest_size=16)
        for values in (*told, self.floor, self.ceiling, self.small, self.looked_at, self.cause):
            digest.update(repr(values.shape).encode() + np.ascontiguousarray(values).tobytes())
        return digest.digest()

    def widen(self) -> None:
        """Find how far each figure can go."""
        if not self.looked_at.any():
            return
        self._take(self.fitting)
        most, none = float(self.attacker.rule.largest_hidden), 0.0 if self.attacker.rule.hide_zeros else 1.0
        self._reach(np.full(len(self.values), none), self.looked_at, upwards=False)
        self._reach(np.full(len(self.values), most + 1), self.looked_at & self.small, upwards=True)
        # Where one more than the largest hidden count is out of reach, 0 will do; where not all small counts are, the width.
        short = self.looked_at & self.small & (self.high == most) & (self.low > 0)
        self._reach(np.zeros(len(self.values)), short, upwards=False)
        narrow = self.looked_at & ~self.small & (self.high - self.low < most)
        self._reach(self.low + most, narrow, upwards=True)
        self.high = np.where(self._open(most), most + 1, self.high)

    def _open(self, most: float) -> np.ndarray:
        """Figures that can be every small count, and more by all that is printed: that a star by itself is small is its meaning."""
        answer: np.ndarray = self.small & self.beyond & (self.high == most)
        return answer

    def _reach(self, goal: np.ndarray, wanted: np.ndarray, *, upwards: bool) -> None:
        """Push figures towards their goals, all at once while that helps, then one by one."""
        together, tried = True, ~wanted
        goal = np.minimum(goal, self.ceiling) if upwards else np.maximum(goal, self.floor)
        ends, most = self.high if upwards else self.low, float(self.attacker.rule.largest_hidden)
        while True:
            short = (ends < goal) & ~self._open(most) if upwards else ends > goal
            chosen = np.flatnonzero(~tried & short)
            if not len(chosen):
                return
            if not together:
                chosen = chosen[:1]
            before = ends[chosen].copy()
            world = self._pushed(chosen, goal[chosen], upwards)
            if world is not None:
                self.worlds.append(world)
                self._take(world[np.newaxis])
            if not together:
                tried[chosen] = True
                failed = ((ends < goal) & ~self._open(most) if upwards else ends > goal)[chosen]
                if self.attacker.stop_early and failed.any() and self.small[chosen].all():
                    return
            together = together and len(chosen) > 1 and world is not None and bool((ends[chosen] != before).any())

    def _take(self, worlds: np.ndarray) -> None:
        """Let worlds widen what is possible; those in which nothing had to be hidden only tell what goes beyond small counts."""
        np.logical_or(self.beyond, (worlds > self.attacker.rule.largest_hidden).any(axis=0), out=self.beyond)
        likely = worlds[self._have_cause(worlds)]
        if len(likely):
            np.minimum(self.low, likely.min(axis=0), out=self.low)
            np.maximum(self.high, likely.max(axis=0), out=self.high)

    def _have_cause(self, worlds: np.ndarray) -> np.ndarray:
        if not self.needs_cause:
            return np.ones(len(worlds), dtype=bool)
        found: np.ndarray = np.asarray(self.attacker.rule.too_small(worlds[:, self.cause]).any(axis=1))
        return found

    def _pushed(self, chosen: np.ndarray, goal: np.ndarray, upwards: bool) -> np.ndarray | None:
        """A world in which the chosen figures are as near their goals as can be; None where there is none."""
        arguments = (self.part, self.floor, self.ceiling, chosen, goal, upwards)
        world = pushed(*arguments)
        if world is None or self._have_cause(world[np.newaxis])[0]:
            return world
        self._take(world[np.newaxis])
        return pushed(*arguments, cause=self.cause, rule=self.attacker.rule)


def parts_of(linked: LinkedFigures, low: np.ndarray, high: np.ndarray, wanted: np.ndarray) -> Iterator[Part]:
    """The unknown figures, in parts that have nothing to do with each other; those without a wanted figure left out."""
    free = np.flatnonzero(high > low)
    if not len(free):
        return
    fixed = np.where(high > low, 0.0, low)
    own, told = linked.equations[:, free], linked.bounds[:, free]
    right = -(linked.equations @ fixed)
    shift = linked.bounds @ fixed
    rows = sparse.csr_array(sparse.vstack([own, told]))
    row_low = np.concatenate([right, linked.bound_low - shift])
    row_high = np.concatenate([right, linked.bound_high - shift])
    used = np.flatnonzero(np.diff(rows.indptr) > 0)
    rows, row_low, row_high = rows[used], row_low[used], row_high[used]
    touching = sparse.csr_array(abs(rows))
    joint = sparse.csr_array(touching.T @ touching)
    n_parts, label = connected_components(joint, directed=False)
    row_part = label[rows.indices[rows.indptr[:-1]]] if len(used) else np.zeros(0, dtype=int)
    order = np.argsort(label, kind="stable")
    splits = np.split(order, np.cumsum(np.bincount(label, minlength=n_parts))[:-1])
    row_order = np.argsort(row_part, kind="stable")
    row_splits = np.split(row_order, np.cumsum(np.bincount(row_part, minlength=n_parts))[:-1])
    for columns, lines in zip(splits, row_splits, strict=True):
        if not wanted[free[columns]].any():
            continue
        yield Part(free[columns], sparse.csr_array(rows[lines][:, columns]), row_low[lines], row_high[lines])


def pushed(
    part: Part,
    low: np.ndarray,
    high: np.ndarray,
    chosen: np.ndarray,
    goal: np.ndarray,
    upwards: bool,
    *,
    cause: np.ndarray | None = None,
    rule: HidingRule | None = None,
) -> np.ndarray | None:
    """Whole numbers that fit, the chosen ones as near their goals as can be.

    Parameters
    ----------
    part : Part
    low, high : float array (n,)
        Limits of each figure.
    chosen : int array
        Places of the figures to push, up or down.
    goal : float array
        How far; beyond it nothing is gained.
    upwards : bool
    cause : bool array (n,), optional
        At least one of these must be small.
    rule : HidingRule, optional
        With ``cause``.

    Returns
    -------
    int array (n,) or None
    """
    n, m, sign = len(part.columns), len(chosen), 1.0 if upwards else -1.0
    k = 0 if cause is None else int(cause.sum())
    if cause is not None and not k:
        return None
    system, lows, highs = np.zeros((part.rows.shape[0] + m + 2 * k + (k > 0), n + m + k)), [part.low], [part.high]
    system[: part.rows.shape[0], :n] = part.dense
    row = part.rows.shape[0]
    system[row + np.arange(m), chosen], system[row + np.arange(m), n + np.arange(m)] = 1.0, -1.0
    lows.append(np.zeros(m) if upwards else np.full(m, -np.inf))
    highs.append(np.full(m, np.inf) if upwards else np.zeros(m))
    cost = np.concatenate([np.zeros(n), np.full(m, -sign), np.zeros(k)])
    var_low = np.concatenate([low, np.full(m, -np.inf) if upwards else goal, np.zeros(k)])
    var_high = np.concatenate([high, goal if upwards else np.full(m, np.inf), np.ones(k)])
    if cause is not None and rule is not None:
        # One binary a possible cause: 1 where it is small. One of them at least is.
        places, big, row = np.flatnonzero(cause), _most(part, high), row + m
        upper, lower = row + np.arange(k), row + k + np.arange(k)
        system[upper, places], system[upper, n + m + np.arange(k)] = 1.0, big
        system[lower, places], system[lower, n + m + np.arange(k)] = 1.0, 0.0 if rule.hide_zeros else -1.0
        system[-1, n + m :] = 1.0
        lows += [np.full(k, -np.inf), np.zeros(k), np.ones(1)]
        highs += [np.full(k, rule.largest_hidden + big), np.full(k, np.inf), np.full(1, np.inf)]
    constraint = LinearConstraint(sparse.csc_array(system), np.concatenate(lows), np.concatenate(highs))
    limits = Bounds(var_low, var_high)
    if cause is None:
        # Sums of a table mostly have whole corners: try without asking for whole numbers first.
        answer = milp(cost, constraints=constraint, bounds=limits)
        if answer.x is None:
            return None
        nearest = np.round(answer.x)
        if np.abs(answer.x - nearest).max(initial=0.0) < WHOLE:
            result: np.ndarray | None = nearest[:n].astype(np.int64)
            return result
    whole = np.ones(n + m + k)
    answer = milp(cost, constraints=constraint, bounds=limits, integrality=whole, options=ROUGH if m > 1 else {})
    if m == 1 and (answer.x is None or abs(answer.x[n] - goal[0]) > WHOLE):
        # Presolving once lost the best of all worlds: what falls short of the goal is asked again without.
        answer = milp(cost, constraints=constraint, bounds=limits, integrality=whole, options={"presolve": False})
    return None if answer.x is None else np.round(answer.x[:n]).astype(np.int64)


def tightened(part: Part, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Limits of each figure once every relation was read a few times by itself."""
    rows, low, high = part.rows, low.copy(), high.copy()
    own, weight, n_rows = rows.indices, rows.data.astype(float), rows.shape[0]
    row = np.repeat(np.arange(n_rows), np.diff(rows.indptr))
    for _ in range(3):
        top = np.where(np.isfinite(high), high, LARGE)[own]
        most, least = weight * np.where(weight > 0, top, low[own]), weight * np.where(weight > 0, low[own], top)
        rest_high = np.bincount(row, most, n_rows)[row] - most
        rest_low = np.bincount(row, least, n_rows)[row] - least
        one, other = (part.low[row] - rest_high) / weight, (part.high[row] - rest_low) / weight
        np.maximum.at(low, own, np.ceil(np.minimum(one, other) - WHOLE))
        up = np.floor(np.maximum(one, other) + WHOLE)
        np.minimum.at(high, own, np.where(up < LARGE / 4, up, np.inf))
    return low, high


def _most(part: Part, high: np.ndarray) -> float:
    """A number no figure of the part needs to exceed."""
    sizes = [abs(bound[np.isfinite(bound)]).max(initial=0.0) for bound in (part.low, part.high, high)]
    return float(2.0 * sum(sizes) + 100.0)
