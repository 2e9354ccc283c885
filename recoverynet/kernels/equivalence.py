"""How alike are two people's positions in a network? Structural equivalence from geodesic profiles (Burt
1987).

Symbols: z_ij the number of steps from i to j, d_ij the Euclidean distance between the profiles of i and j,
D_i = max_j d_ij. All sums leave out i and j. Burt divides z by its largest value; the weights are the same
without.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import shortest_path


def geodesic_profiles(ties: sparse.csr_array, *, longest: int | None, unreachable: float | None) -> np.ndarray:
    """z, whole numbers as floats, shape (n, n).

    Pairs further apart than ``longest`` or unconnected hold ``unreachable`` or, where that is None, one step
    more than the longest there is.
    """
    steps = shortest_path(ties, unweighted=True)
    if longest is not None:
        steps[steps > longest] = np.inf
    reached = np.isfinite(steps)
    return np.where(reached, steps, steps[reached].max(initial=0.0) + 1.0 if unreachable is None else unreachable)


def profile_distances(profiles: np.ndarray) -> np.ndarray:
    """d: sqrt((z_ij − z_ji)² + Σ_k (z_ik − z_jk)² + Σ_k (z_ki − z_kj)²), k neither i nor j.

    By |a − b|² = |a|² + |b|² − 2 a·b, which loses nothing because z are whole numbers.
    """
    square, turned = profiles**2, profiles.T
    own = square.sum(axis=1) + square.sum(axis=0)
    every = own[:, None] + own[None, :] - 2.0 * (profiles @ turned + turned @ profiles)
    squared = every - 2.0 * (square + square.T) + (profiles - turned) ** 2
    np.fill_diagonal(squared, 0.0)
    answer: np.ndarray = np.sqrt(np.maximum(squared, 0.0))
    return answer


def equivalence_weights(distances: np.ndarray, *, power: float, inverse: bool) -> np.ndarray:
    """(D_i − d_ji)^power over its row sum, 0 on the diagonal; inverse: one over it, 0 for those at D_i."""
    nearness = distances.max(axis=1)[:, None] - distances.T
    np.fill_diagonal(nearness, 0.0)
    nearness[nearness < 1e-12] = 0.0
    weights = np.power(nearness, power, where=nearness > 0, out=np.zeros_like(nearness))
    if inverse:
        weights = np.divide(1.0, weights, where=weights > 0, out=np.zeros_like(weights))
    total = weights.sum(axis=1, keepdims=True)
    answer: np.ndarray = np.divide(weights, total, where=total > 0, out=np.zeros_like(weights))
    return answer
