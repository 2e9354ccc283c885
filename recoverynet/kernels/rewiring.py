"""Networks in which everybody keeps their number of ties and nothing else: random degree-preserving swaps.

Two ties a → b and c → d become a → d and c → b, unless that would tie somebody to themselves or tie a pair
twice; an attempt that would is spent, which is what makes every network with these degrees equally likely in
the long run. For directed networks one attempt in eight, at random, turns a directed triangle round instead
(Rao, Jana & Bandyopadhyay 1996, Sankhyā A 58, 225–242): swaps alone cannot do that. Symbols: ``indptr``,
``indices``, ``weights`` are the rows of a sparse matrix; an undirected network holds each tie in both rows.
Rewired columns are not in order within a row.
"""

from __future__ import annotations

import numpy as np

from recoverynet.kernels.compiled import compiled
from recoverynet.kernels.random_bits import bits_below, next_bits, seeds_of

SWAPS_PER_TIE = 10


def rewired(
    indptr: np.ndarray,
    indices: np.ndarray,
    n_runs: int,
    rng: np.random.Generator,
    *,
    directed: bool,
    swaps_per_tie: int = SWAPS_PER_TIE,
) -> np.ndarray:
    """``n_runs`` rewired networks as rows of column numbers, shape (n_runs, len(indices)); ``indptr`` stays.

    Seeds are drawn up front, so run r is the same however the runs are shared out.
    """
    seeds = seeds_of(rng, n_runs)
    no_weights = np.ones((1, len(indices)))
    answer: np.ndarray = _rewire_many(
        indptr.astype(np.int64), indices.astype(np.int32), no_weights, seeds, directed, swaps_per_tie
    )[0]
    return answer


def rewired_with_weights(
    indptr: np.ndarray,
    indices: np.ndarray,
    weights: np.ndarray,
    n_runs: int,
    rng: np.random.Generator,
    *,
    directed: bool,
    swaps_per_tie: int = SWAPS_PER_TIE,
) -> tuple[np.ndarray, np.ndarray]:
    """As :func:`rewired`, with strengths carried along.

    They stay with the person who has the tie (directed) or move with one end of it (undirected, where the
    matrix stays symmetric).
    """
    seeds = seeds_of(rng, n_runs)
    carried = np.tile(np.asarray(weights, dtype=np.float64), (n_runs, 1))
    answer: tuple[np.ndarray, np.ndarray] = _rewire_many(
        indptr.astype(np.int64), indices.astype(np.int32), carried, seeds, directed, swaps_per_tie
    )
    return answer


@compiled()
def _slot(indptr: np.ndarray, indices: np.ndarray, row: int, column: int) -> int:
    """Where the row holds the column; −1 where it does not."""
    for slot in range(indptr[row], indptr[row + 1]):
        if indices[slot] == column:
            return slot
    return -1


@compiled()
def _swap_arcs(indptr: np.ndarray, indices: np.ndarray, source: np.ndarray, bits: np.uint64) -> None:
    """One attempt for a directed network."""
    first, second = bits_below(bits >> np.uint64(32), len(indices)), bits_below(bits, len(indices))
    a, b, c, d = source[first], indices[first], source[second], indices[second]
    if a in (c, d) or b in (c, d):
        return
    if _slot(indptr, indices, a, d) >= 0 or _slot(indptr, indices, c, b) >= 0:
        return
    indices[first], indices[second] = d, b


@compiled()
def _turn_triangle(indptr: np.ndarray, indices: np.ndarray, source: np.ndarray, bits: np.uint64) -> None:
    """Turn a → b → c → a round where none of the three ways back exists."""
    first = bits_below(bits >> np.uint64(32), len(indices))
    a, b = source[first], indices[first]
    reach = indptr[b + 1] - indptr[b]
    if reach == 0:
        return
    second = indptr[b] + bits_below(bits, reach)
    c = indices[second]
    third = _slot(indptr, indices, c, a)
    if c == a or third < 0:
        return
    if _slot(indptr, indices, b, a) >= 0 or _slot(indptr, indices, c, b) >= 0 or _slot(indptr, indices, a, c) >= 0:
        return
    indices[first], indices[second], indices[third] = c, a, b


@compiled()
def _swap_ties(indptr: np.ndarray, indices: np.ndarray, weights: np.ndarray, source: np.ndarray, bits: np.uint64) -> None:
    """One attempt for an undirected network; both rows of either tie are kept in step."""
    first, second = bits_below(bits >> np.uint64(32), len(indices)), bits_below(bits, len(indices))
    a, b, c, d = source[first], indices[first], source[second], indices[second]
    if a in (c, d) or b in (c, d):
        return
    if _slot(indptr, indices, a, d) >= 0 or _slot(indptr, indices, c, b) >= 0:
        return
    back_first, back_second = _slot(indptr, indices, b, a), _slot(indptr, indices, d, c)
    indices[first], indices[second] = d, b
    indices[back_first], indices[back_second] = c, a
    weights[back_first], weights[back_second] = weights[second], weights[first]


@compiled(nogil=True)
def _rewire_many(
    indptr: np.ndarray, indices: np.ndarray, weights: np.ndarray, seeds: np.ndarray, directed: bool, swaps_per_tie: int
) -> tuple[np.ndarray, np.ndarray]:
    """Every run from the same start; one row of weights means that nobody wants them."""
    n_slots, n_runs = len(indices), len(seeds)
    source = np.empty(n_slots, dtype=np.int32)
    for row in range(len(indptr) - 1):
        source[indptr[row] : indptr[row + 1]] = row
    n_attempts = swaps_per_tie * (n_slots if directed else n_slots // 2)
    runs = np.empty((n_runs, n_slots), dtype=np.int32)
    carried = weights.copy()
    state = np.empty(1, dtype=np.uint64)
    for run in range(n_runs):
        state[0] = seeds[run]
        now = indices.copy()
        strength = carried[run if len(carried) == n_runs else 0]
        for _ in range(n_attempts):
            bits = next_bits(state)
            if not directed:
                _swap_ties(indptr, now, strength, source, bits)
            elif bits & np.uint64(7) == np.uint64(0):  # the lowest bits choose no tie: there are too few of those
                _turn_triangle(indptr, now, source, bits)
            else:
                _swap_arcs(indptr, now, source, bits)
        runs[run] = now
    return runs, carried
