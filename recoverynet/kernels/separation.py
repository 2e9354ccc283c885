"""How often do two people at each degree of separation both hold a norm?

Symbols: ``indptr``, ``indices`` the rows of a sparse matrix of ties without self-ties; distance d is the
number of steps of the shortest path, through anybody; D the largest looked at; X the n × R block of 0 and 1,
one arrangement of the norm a column, 0 where unknown; ``known`` whom anything is known of. Ego is the start
of the path, alter its end.
"""

from __future__ import annotations

import numpy as np

from recoverynet.kernels.compiled import compiled


@compiled(nogil=True)
def _walk(
    indptr: np.ndarray, indices: np.ndarray, start: int, max_distance: int, stamp: np.ndarray, queue: np.ndarray, bounds: np.ndarray
) -> None:
    """Everybody within reach of ``start`` into ``queue``, level by level; level d begins at ``bounds[d]``."""
    stamp[start] = start
    queue[0] = start
    bounds[0], bounds[1] = 0, 1
    end = 1
    for distance in range(1, max_distance + 1):
        for place in range(bounds[distance - 1], bounds[distance]):
            person = queue[place]
            for slot in range(indptr[person], indptr[person + 1]):
                other = indices[slot]
                if stamp[other] != start:
                    stamp[other] = start
                    queue[end] = other
                    end += 1
        bounds[distance + 1] = end


@compiled(nogil=True)
def holding_pairs(
    indptr: np.ndarray, indices: np.ndarray, known: np.ndarray, block: np.ndarray, max_distance: int
) -> tuple[np.ndarray, np.ndarray]:
    """Ordered pairs of known people at distance 1 … D whose alter holds the norm, and those where both do.

    Two integer arrays (D, R), a column for each of ``block``.
    """
    n, n_runs = block.shape
    alters = np.zeros((max_distance, n_runs), dtype=np.int64)
    both = np.zeros((max_distance, n_runs), dtype=np.int64)
    stamp = np.full(n, -1, dtype=np.int32)
    queue = np.empty(n, dtype=np.int32)
    bounds = np.empty(max_distance + 2, dtype=np.int64)
    sums = np.empty(n_runs, dtype=np.int32)
    for ego in range(n):
        if not known[ego]:
            continue
        _walk(indptr, indices, ego, max_distance, stamp, queue, bounds)
        for distance in range(1, max_distance + 1):
            sums[:] = 0
            for place in range(bounds[distance], bounds[distance + 1]):
                alter = queue[place]
                for run in range(n_runs):
                    sums[run] += block[alter, run]
            for run in range(n_runs):
                alters[distance - 1, run] += sums[run]
                both[distance - 1, run] += sums[run] * block[ego, run]
    return alters, both


@compiled(nogil=True)
def known_pairs(indptr: np.ndarray, indices: np.ndarray, known: np.ndarray, max_distance: int) -> np.ndarray:
    """Ordered pairs of known people at distance 1 … D; integer array (D,)."""
    n = len(known)
    pairs = np.zeros(max_distance, dtype=np.int64)
    stamp = np.full(n, -1, dtype=np.int32)
    queue = np.empty(n, dtype=np.int32)
    bounds = np.empty(max_distance + 2, dtype=np.int64)
    for ego in range(n):
        if not known[ego]:
            continue
        _walk(indptr, indices, ego, max_distance, stamp, queue, bounds)
        for distance in range(1, max_distance + 1):
            for place in range(bounds[distance], bounds[distance + 1]):
                pairs[distance - 1] += known[queue[place]]
    return pairs


def excess(alters: np.ndarray, both: np.ndarray, prevalence: float) -> np.ndarray:
    """P(ego holds | alter holds) over the prevalence, minus 1; NaN where no alter holds."""
    among = np.divide(both, alters, out=np.full(np.shape(both), np.nan), where=np.asarray(alters) > 0)
    answer: np.ndarray = among / prevalence - 1.0
    return answer
