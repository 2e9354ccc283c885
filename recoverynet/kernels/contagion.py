"""Statistics of spread, worked out again for every rearrangement of a panel.

Symbols: n people, W waves, R runs. All networks of a panel lie on one set of slots, the ties that exist
at any wave: ``indptr`` and ``indices`` are rows of a sparse matrix, ``strength[k, w]`` is that of tie k
at wave w (0: none), and ``tie[s]`` says which of them slot s is. ``held`` is n × W: 1 holds the norm, 0
does not, NaN unknown or not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from recoverynet.kernels.compiled import compiled
from recoverynet.kernels.every_rewiring import MOST_TIES, every_rewiring
from recoverynet.kernels.rewiring import rewired, rewired_with_weights

NEWTON_STEPS, NEWTON_TOLERANCE, LARGEST_SLOPE = 50, 1e-10, 50.0


class Slots(NamedTuple):
    """Every tie there is at any wave.

    Attributes
    ----------
    indptr, indices : int arrays
        Rows of people, columns of those they are exposed to.
    tie : int array
        Number of the tie in each slot; both ways of an undirected tie have the same.
    strength : float array (ties, W)
    """

    indptr: np.ndarray
    indices: np.ndarray
    tie: np.ndarray
    strength: np.ndarray


def slots_of(ties: Sequence[sparse.csr_array], *, directed: bool) -> Slots:
    """The ties of every wave on one set of slots."""
    n = ties[0].shape[0]
    union = sparse.csr_array((n, n))
    for network in ties:
        union = sparse.csr_array(union.maximum((network != 0).astype(np.float64)))
    union.sort_indices()
    row = np.repeat(np.arange(n, dtype=np.int64), np.diff(union.indptr))
    column = union.indices.astype(np.int64)
    key = row * n + column
    strength = np.zeros((len(key), len(ties)))
    for wave, network in enumerate(ties):
        tie = network.tocoo()
        strength[np.searchsorted(key, tie.row.astype(np.int64) * n + tie.col), wave] = tie.data
    tie_of_slot = np.arange(len(key))
    if not directed:
        _, first, tie_of_slot = np.unique(
            np.minimum(row, column) * n + np.maximum(row, column), return_index=True, return_inverse=True
        )
        strength = strength[first]
    indptr, indices = union.indptr.astype(np.int64), union.indices.astype(np.int32)
    return Slots(indptr, indices, tie_of_slot.astype(np.int64), strength)


def rewired_slots(slots: Slots, n_runs: int, rng: np.random.Generator, *, directed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Ends and ties of each slot, (R, slots), after degree-preserving swaps of ties there are at any wave.

    A tie keeps the waves it exists at, and stays with the person who has it (directed) or with one of the
    two.
    """
    if directed:
        return rewired(slots.indptr, slots.indices, n_runs, rng, directed=True), slots.tie[None, :]
    numbers = slots.tie.astype(np.float64)
    ends, carried = rewired_with_weights(slots.indptr, slots.indices, numbers, n_runs, rng, directed=False)
    return ends, carried.astype(np.int64)


def every_rewired_slots(slots: Slots, limit: int, *, directed: bool) -> tuple[np.ndarray, np.ndarray] | None:
    """As :func:`rewired_slots`, every arrangement once, where there are no more than ``limit``; else None."""
    row = np.repeat(np.arange(len(slots.indptr) - 1), np.diff(slots.indptr))
    once = np.ones(len(row), dtype=bool) if directed else row < slots.indices
    if once.sum() > MOST_TIES:
        return None
    kind = np.unique(slots.strength[slots.tie], axis=0, return_inverse=True)[1].ravel()
    found = every_rewiring(row[once], slots.indices[once], kind[once], limit, directed=directed)
    if found is None:
        return None
    ends, ties = (np.empty((len(found), len(row)), dtype=kind) for kind in (np.int32, np.int64))
    for run, pairs in enumerate(found):
        ways = pairs if directed else np.concatenate([pairs, pairs[:, ::-1]])
        tie = np.tile(slots.tie[once], 1 if directed else 2)
        order = np.lexsort((ways[:, 1], ways[:, 0]))
        ends[run], ties[run] = ways[order, 1], tie[order]
    return ends, ties


@compiled(nogil=True)
def gain_contrasts(
    indptr: np.ndarray,
    ends: np.ndarray,
    ties: np.ndarray,
    strength: np.ndarray,
    held: np.ndarray,
    orders: np.ndarray,
    lag: int,
    state: float,
) -> np.ndarray:
    """Mean lagged exposure of people who changed minus that of people who did not, within waves, run by run.

    Each wave weighs n₁n₀/(n₁ + n₀), n₁ people having changed and n₀ not. ``state`` is that of the people
    at risk: 0 (gaining) or 1 (losing; the sign is turned, so that more is always in favour of spread).
    ``ends`` and ``ties`` (R or 1 rows) and ``orders`` (R or 1 rows: whose states each person is given)
    say what a run rearranges.
    """
    n, n_waves = held.shape
    n_runs = max(len(ends), len(orders))
    answer = np.full(n_runs, np.nan)
    y = np.empty((n, n_waves))
    for run in range(n_runs):
        order = orders[run if len(orders) > 1 else 0]
        end = ends[run if len(ends) > 1 else 0]
        tie = ties[run if len(ties) > 1 else 0]
        for i in range(n):
            y[i] = held[order[i]]
        total, weight = 0.0, 0.0
        for w in range(lag, n_waves):
            count, changed, sum_all, sum_changed = 0, 0, 0.0, 0.0
            for i in range(n):
                if y[i, w - 1] != state or np.isnan(y[i, w]):
                    continue
                known, holding = 0.0, 0.0
                for slot in range(indptr[i], indptr[i + 1]):
                    value = strength[tie[slot], w - lag]
                    if value == 0.0:
                        continue
                    theirs = y[end[slot], w - lag]
                    if not np.isnan(theirs):
                        known += value
                        holding += value * theirs
                if known > 0.0:
                    count += 1
                    sum_all += holding / known
                    if y[i, w] != state:
                        changed += 1
                        sum_changed += holding / known
            if 0 < changed < count:
                total += sum_changed - changed / count * sum_all
                weight += changed * (count - changed) / count
        if weight > 0.0:
            answer[run] = total / weight if state == 0.0 else -total / weight
    return answer


class Activations(NamedTuple):
    """When each person was first seen to hold the norm; columns of waves counted from 0.

    Attributes
    ----------
    entered, left : int array (n,), first and last wave at which the state is known; −1 where it never is
    active : int array (n,), first wave at which the norm is held; W where it never is
    """

    entered: np.ndarray
    left: np.ndarray
    active: np.ndarray


def activations(held: np.ndarray) -> Activations:
    """When was each person first and last seen, and first seen to hold the norm?"""
    n_waves = held.shape[1]
    known = np.isfinite(held)
    any_known = known.any(axis=1)
    entered = np.where(any_known, known.argmax(axis=1), -1)
    left = np.where(any_known, n_waves - 1 - known[:, ::-1].argmax(axis=1), -1)
    holding = held == 1
    active = np.where(holding.any(axis=1), holding.argmax(axis=1), n_waves)
    return Activations(entered, left, active)


@compiled(nogil=True)
def activation_slopes(
    indptr: np.ndarray,
    indices: np.ndarray,
    tie: np.ndarray,
    strength: np.ndarray,
    entered: np.ndarray,
    left: np.ndarray,
    active: np.ndarray,
    movers: np.ndarray,
    times: np.ndarray,
    lag: int,
) -> np.ndarray:
    """Slope α of logit P(activation) = α ln(a + 1) + β, a being contacts active ``lag`` waves before.

    ``times`` (R, movers) are the activation waves of ``movers`` in each run; everybody else keeps theirs.
    """
    n, largest = len(entered), 0
    for i in range(n):
        largest = max(largest, indptr[i + 1] - indptr[i])
    answer = np.full(len(times), np.nan)
    when = active.copy()
    for run in range(len(times)):
        for k in range(len(movers)):
            when[movers[k]] = times[run, k]
        yes, no = np.zeros(largest + 1), np.zeros(largest + 1)
        for i in range(n):
            if entered[i] < 0:
                continue
            for w in range(max(entered[i] + 1, lag), min(left[i], when[i]) + 1):
                a = 0
                for slot in range(indptr[i], indptr[i + 1]):
                    if strength[tie[slot], w - lag] != 0.0 and when[indices[slot]] <= w - lag:
                        a += 1
                if w == when[i]:
                    yes[a] += 1
                else:
                    no[a] += 1
        answer[run] = _slope(yes, no)
    return answer


@compiled(nogil=True)
def _slope(yes: np.ndarray, no: np.ndarray) -> float:
    """α by Newton steps on the counts; NaN where there is no maximum."""
    total_yes, total_no = yes.sum(), no.sum()
    if total_yes == 0 or total_no == 0:
        return np.nan
    alpha, beta = 0.0, np.log(total_yes / total_no)
    for _ in range(NEWTON_STEPS):
        g0, g1, h00, h01, h11 = 0.0, 0.0, 0.0, 0.0, 0.0
        for a in range(len(yes)):
            size = yes[a] + no[a]
            if size == 0:
                continue
            x = np.log(a + 1.0)
            p = 1.0 / (1.0 + np.exp(-(alpha * x + beta)))
            rest, spread = yes[a] - size * p, size * p * (1.0 - p)
            g0 += rest
            g1 += rest * x
            h00 += spread
            h01 += spread * x
            h11 += spread * x * x
        determinant = h00 * h11 - h01 * h01
        if determinant <= 1e-12 * h00 * h11 or h00 == 0.0:
            return np.nan
        step_alpha = (h00 * g1 - h01 * g0) / determinant
        step_beta = (h11 * g0 - h01 * g1) / determinant
        alpha += step_alpha
        beta += step_beta
        if abs(alpha) > LARGEST_SLOPE:
            return np.nan
        if abs(step_alpha) + abs(step_beta) < NEWTON_TOLERANCE:
            return alpha
    return np.nan
