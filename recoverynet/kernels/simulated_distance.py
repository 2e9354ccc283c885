"""Does an observed vector lie among simulated ones? A Monte-Carlo test by Mahalanobis distance.

Symbols: x the observed vector of k values, Y the simulated ones (R × k), m and S their mean and covariance, d² = (x −
m)ᵀ S⁺ (x − m).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from recoverynet.kernels.significance import permutation_p


class SimulatedDistance(NamedTuple):
    """How far the observed vector lies from the simulated mean, and how often a simulated one lies as far.

    Attributes
    ----------
    distance : d of the observed vector from the mean of the simulations; NaN where nothing can be compared
    p : (simulations at least as far + 1) / (R + 1)
    rank : number of directions in which the simulations vary
    used : bool (k,), False where the simulations never vary, or something is not a finite number
    unreached : bool (k,), True where the simulations never vary and the observed value is another one
    simulated : float (R,), distance of each simulation from the mean of all others, by their covariance
    outside : whether the used values together break a rule that no simulation breaks (such as a fixed sum)
    """

    distance: float
    p: float
    rank: int
    used: np.ndarray
    unreached: np.ndarray
    simulated: np.ndarray
    outside: bool


def simulated_distance(observed: np.ndarray, simulated: np.ndarray, *, tolerance: float = 1e-9) -> SimulatedDistance:
    """The test; ``observed`` (k,), ``simulated`` (R, k).

    Values are brought to a standard deviation of 1 first, so that their units do not matter; directions whose share of
    the variance is at most ``tolerance`` count as fixed and are left out. A simulation is compared with the R − 1
    others, as the observed vector is with all R: were it part of its own yardstick, simulations would look nearer
    than they are and p would come out too small where R is not much larger than k. A simulation that alone makes a
    direction lies infinitely far. With R no larger than the rank + 1 there is no yardstick and p is NaN.
    """
    observed, simulated = np.asarray(observed, dtype=float), np.asarray(simulated, dtype=float)
    runs = len(simulated)
    finite = np.isfinite(observed) & np.isfinite(simulated).all(axis=0)
    values = np.where(finite, simulated, 0.0)
    lowest, highest = (values.min(axis=0), values.max(axis=0)) if runs else (observed, observed)
    size = np.maximum(np.abs(lowest), np.abs(highest))
    varies = finite & (highest - lowest > 1e-12 * size)
    unreached = finite & ~varies & (np.abs(observed - lowest) > 1e-12 * size)
    nothing = SimulatedDistance(np.nan, np.nan, 0, varies, unreached, np.full(runs, np.nan), False)
    if runs < 3 or not varies.any():
        return nothing
    centre = values[:, varies].mean(axis=0)
    spread = values[:, varies].std(axis=0, ddof=1)
    scaled = (values[:, varies] - centre) / spread
    moved = (observed[varies] - centre) / spread
    _, root, axes = np.linalg.svd(scaled / np.sqrt(runs - 1), full_matrices=False)
    kept = root**2 > tolerance * (root**2).sum()
    rank = int(kept.sum())
    whitened = axes[kept] / root[kept][:, None]
    beyond = moved - axes[kept].T @ (axes[kept] @ moved)
    outside = bool(np.abs(beyond).max() > 1e-6 * max(1.0, np.abs(moved).max()))
    distance = float(np.linalg.norm(whitened @ moved))
    if runs <= rank + 1:
        return nothing._replace(distance=distance, rank=rank, outside=outside)
    others = _from_the_others(((scaled @ whitened.T) ** 2).sum(axis=1), runs)
    p = permutation_p(int((others >= distance * (1 - 1e-12)).sum()), runs)
    return SimulatedDistance(distance, float(p), rank, varies, unreached, others, outside)


def _from_the_others(squared: np.ndarray, runs: int) -> np.ndarray:
    """From d² to the mean of all, with itself in mean and covariance, to d from the others (Sherman & Morrison)."""
    left = 1.0 - runs * squared / (runs - 1) ** 2
    factor = (runs / (runs - 1)) ** 2 * (runs - 2) / (runs - 1)
    nearly_alone = left < 1e-9
    return np.where(nearly_alone, np.inf, np.sqrt(factor * squared / np.where(nearly_alone, 1.0, left)))
