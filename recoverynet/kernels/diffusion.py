"""Who gained a norm when, who came after whom, and how fast the whole went.

Symbols: a_i the wave (from 1) at which person i gained the norm, 0 where they never did; W waves; x_ji(w) = 1
where j is exposed to i at wave w; w_k the discount of k waves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import least_squares


class Adoption(NamedTuple):
    """What each person's values over the waves say about the first gain; integer arrays (n,), waves from 1.

    Attributes
    ----------
    first_known, last_known : first and last wave with a value; 0 where there is none
    last_without : last wave known without the norm before it was first seen; 0 where there is none
    first_held : first wave with the norm; 0 where there is none
    n_known : number of waves with a value
    """

    first_known: np.ndarray
    last_known: np.ndarray
    last_without: np.ndarray
    first_held: np.ndarray
    n_known: np.ndarray


def adoption_times(held: np.ndarray) -> Adoption:
    """First gain of a norm from 1, 0 or NaN, shape (n, W)."""
    n_waves = held.shape[1]
    known, holding = np.isfinite(held), held == 1
    wave = np.arange(1, n_waves + 1)
    first_known = np.where(known.any(axis=1), known.argmax(axis=1) + 1, 0)
    last_known = (known * wave).max(axis=1)
    first_held = np.where(holding.any(axis=1), holding.argmax(axis=1) + 1, 0)
    before = np.where(first_held > 0, first_held, n_waves + 1)
    without = (held == 0) & (wave[None, :] < before[:, None])
    return Adoption(first_known, last_known, (without * wave).max(axis=1), first_held, known.sum(axis=1))


def discounts(n_periods: int, rate: float | None) -> np.ndarray:
    """w_k for k = 1 … n_periods: k itself, or (1 + rate)^(k − 1)."""
    k = np.arange(1, n_periods + 1, dtype=np.float64)
    return k if rate is None else (1.0 + rate) ** (k - 1.0)


def followers(
    networks: list[sparse.csr_array], adopted: np.ndarray, weights: np.ndarray, *, forwards: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Discounted sums behind infectiousness (forwards) and susceptibility (backwards); NaN where unseen.

    Returns, per person i who gained at wave a: Σ_k of those tied who gained exactly k waves later (or
    earlier); of those tied who had not gained before then (or had by then); and of everybody who gained then,
    tied or not. ``networks`` are rows of whom each person is exposed to: for infectiousness of j → i at wave
    a + k − 1, for susceptibility of i → j at wave a − k + 1.
    """
    n, n_waves = len(adopted), len(networks)
    timed, open_, everybody = (np.full(n, np.nan) for _ in range(3))
    turned = [sparse.csr_array(network.T) for network in networks] if forwards else networks
    later = np.where(adopted > 0, adopted, n_waves + 1)
    for i in np.flatnonzero(adopted):
        for k, weight in enumerate(weights, start=1):
            wave, looked = (adopted[i] + k, adopted[i] + k - 1) if forwards else (adopted[i] - k, adopted[i] - k + 1)
            if not 1 <= wave <= n_waves:
                continue
            rows = turned[looked - 1]
            tied = rows.indices[rows.indptr[i] : rows.indptr[i + 1]]
            strength = rows.data[rows.indptr[i] : rows.indptr[i + 1]]
            could = later[tied] >= wave if forwards else later[tied] <= wave
            parts = ((strength * (later[tied] == wave)).sum(), (strength * could).sum(), (later == wave).sum())
            for total, part in zip((timed, open_, everybody), parts, strict=True):
                total[i] = np.nan_to_num(total[i]) + part / weight
    return timed, open_, everybody


def bass_curve(time: np.ndarray, p: float, q: float) -> np.ndarray:
    """F(t) = (1 − exp(−(p + q) t)) / (1 + (q / p) exp(−(p + q) t)) (Bass 1969)."""
    decay = np.exp(-(p + q) * np.asarray(time, dtype=np.float64))
    return (1.0 - decay) / (1.0 + q / p * decay)


def fit_bass(time: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    """Least-squares p and q of a cumulative share, their covariance, and whether the search settled.

    p > 0 by searching over its logarithm; q may be negative (people drawn in slow others down).
    """

    def residual(theta: np.ndarray) -> np.ndarray:
        answer: np.ndarray = bass_curve(time, np.exp(theta[0]), theta[1]) - share
        return answer

    first = min(max(float(share[0]) / max(float(time[0]), 1.0), 1e-3), 0.5)
    fits = []
    for start in ((np.log(first), 0.1), (np.log(0.03), 0.4), (np.log(0.3), 0.01)):
        with np.errstate(over="ignore", invalid="ignore"):
            try:
                fits.append(least_squares(residual, start, method="lm", xtol=1e-14, ftol=1e-14, gtol=1e-14))
            except ValueError:
                continue
    fits = [fit for fit in fits if fit.status > 0 and np.isfinite(fit.x).all() and np.isfinite(fit.cost)]
    if not fits:
        return np.full(2, np.nan), np.full((2, 2), np.nan), False
    best = min(fits, key=lambda fit: fit.cost)
    estimate = np.array([np.exp(best.x[0]), best.x[1]])
    scale = np.diag([estimate[0], 1.0])
    spread = 2.0 * best.cost / max(len(time) - 2, 1)
    information = best.jac.T @ best.jac
    if len(time) <= 2 or np.linalg.cond(information) > 1e14:
        return estimate, np.full((2, 2), np.nan), True
    return estimate, scale @ np.linalg.inv(information) @ scale * spread, True
