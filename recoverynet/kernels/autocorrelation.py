"""Are tied people alike? Moran's I, Geary's C and assortativity, with their moments if values fell at random.

Symbols: W the n × n sparse weights with an empty diagonal, x the values, z = x − mean(x); S0 = Σ W, S1 = ½ Σ
(W_ij + W_ji)², S2 = Σ_i (row sum + column sum)², k = n Σ z⁴ / (Σ z²)². Values come as (n,) or (n, R), one
arrangement a column.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse


class Moments(NamedTuple):
    """Mean and variance over all n! arrangements of the values (randomisation assumption).

    Attributes
    ----------
    expected, variance : float
    """

    expected: float
    variance: float


def row_shares(weights: sparse.csr_array) -> sparse.csr_array:
    """Each row divided by its sum; rows without ties stay empty."""
    total = np.asarray(weights.sum(axis=1)).ravel()
    return sparse.csr_array(sparse.diags_array(np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)) @ weights)


def moran(weights: sparse.csr_array, values: np.ndarray) -> np.ndarray:
    """I = (n / S0) Σ W_ij z_i z_j / Σ z²; NaN where nothing varies or there are no ties."""
    z = values - values.mean(axis=0)
    total, spread = weights.sum(), (z * z).sum(axis=0)
    return _ratio(len(values) * (z * (weights @ z)).sum(axis=0), total * spread)


def geary(weights: sparse.csr_array, values: np.ndarray) -> np.ndarray:
    """C = ((n − 1) / 2 S0) Σ W_ij (x_i − x_j)² / Σ z²; below 1 where tied people are alike."""
    z = values - values.mean(axis=0)
    ends = np.asarray(weights.sum(axis=1)).ravel() + np.asarray(weights.sum(axis=0)).ravel()
    differences = ends @ (z * z) - 2.0 * (z * (weights @ z)).sum(axis=0)
    return _ratio((len(values) - 1) * differences, 2.0 * weights.sum() * (z * z).sum(axis=0))


def assortativity(weights: sparse.csr_array, values: np.ndarray) -> np.ndarray:
    """Pearson correlation of the values at the two ends of a tie, weighted by its strength (Newman 2003)."""
    total = weights.sum()
    out, into = np.asarray(weights.sum(axis=1)).ravel(), np.asarray(weights.sum(axis=0)).ravel()
    z = values - values.mean(axis=0)
    if total == 0:
        return np.full(np.shape(values)[1:], np.nan)
    first, second = out @ z / total, into @ z / total
    together = (z * (weights @ z)).sum(axis=0) / total - first * second
    spread = (out @ (z * z) / total - first**2) * (into @ (z * z) / total - second**2)
    return _ratio(together, np.sqrt(np.maximum(spread, 0.0)), 1e-10 * (z * z).mean(axis=0))


def moran_moments(weights: sparse.csr_array, values: np.ndarray) -> Moments:
    """Mean −1 / (n − 1) and variance of Moran's I (Cliff & Ord 1981); needs n ≥ 4."""
    n, s0, s1, s2, k = _sums(weights, values)
    expected = -1.0 / (n - 1)
    above = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2) - k * (n * (n - 1) * s1 - 2 * n * s2 + 6 * s0**2)
    return Moments(expected, above / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2)


def geary_moments(weights: sparse.csr_array, values: np.ndarray) -> Moments:
    """Mean 1 and variance of Geary's C (Cliff & Ord 1981); needs n of 4 or more and values that vary."""
    n, s0, s1, s2, k = _sums(weights, values)
    above = (
        (n - 1) * s1 * (n * n - 3 * n + 3 - (n - 1) * k)
        - (n - 1) * s2 * (n * n + 3 * n - 6 - (n * n - n + 2) * k) / 4.0
        + s0**2 * (n * n - 3 - (n - 1) ** 2 * k)
    )
    return Moments(1.0, above / (n * (n - 2) * (n - 3) * s0**2))


def _sums(weights: sparse.csr_array, values: np.ndarray) -> tuple[int, float, float, float, float]:
    n = len(values)
    z = values - values.mean()
    both = weights + weights.T
    ends = np.asarray(both.sum(axis=1)).ravel()
    s1 = float(both.multiply(both).sum()) / 2.0
    return n, float(weights.sum()), s1, float((ends**2).sum()), float(n * (z**4).sum() / (z**2).sum() ** 2)


def _ratio(above: np.ndarray, below: np.ndarray, smallest: np.ndarray | float = 0.0) -> np.ndarray:
    """A quotient, NaN where what stands below is not above the smallest that rounding can leave."""
    above, below = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    answer: np.ndarray = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > smallest)
    return answer
