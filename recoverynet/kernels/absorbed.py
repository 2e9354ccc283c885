"""A logit within strata: effects of places at a wave are absorbed, however many there are, and never estimated one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from recoverynet.kernels.hazard import cluster_sums

MAX_STEPS, TOLERANCE = 40, 1e-8
MAX_SWEEPS, SETTLED = 200, 1e-10
LARGEST_ETA = 30.0


class AbsorbedFit(NamedTuple):
    """Coefficients, their sandwich covariance, each cluster's pull on them (G, K), and whether the fit settled."""

    beta: np.ndarray
    covariance: np.ndarray
    influence: np.ndarray
    converged: bool


def telling_rows(outcome: np.ndarray, factors: Sequence[np.ndarray], least: int = 2) -> np.ndarray:
    """Rows of strata that hold both outcomes and ``least`` rows or more, in every factor at once.

    A stratum in which everybody, or nobody, gained says nothing in a comparison within it.
    """
    kept = np.ones(len(outcome), dtype=bool)
    while True:
        telling = kept.copy()
        for codes in factors:
            size = np.bincount(codes[kept], minlength=codes.max(initial=0) + 1)
            gained = np.bincount(codes[kept], outcome[kept], len(size))
            telling &= ((size >= least) & (gained > 0) & (gained < size))[codes]
        if telling.sum() == kept.sum():
            return kept
        kept = telling


def centred(values: np.ndarray, weights: np.ndarray, factors: Sequence[np.ndarray]) -> np.ndarray:
    """Columns less their weighted mean in every stratum of every factor, by alternating projections."""
    rest = values.copy()
    meaning = [_meaning(weights, codes) for codes in factors]
    for _ in range(MAX_SWEEPS):
        moved = 0.0
        for codes, over in zip(factors, meaning, strict=True):
            means = over @ rest
            rest -= means[codes]
            moved = max(moved, float(np.abs(means).max(initial=0.0)))
        if len(factors) < 2 or moved < SETTLED:
            break
    return rest


def _meaning(weights: np.ndarray, codes: np.ndarray) -> csr_array:
    """The matrix that takes the weighted mean of a column in every stratum."""
    total = np.bincount(codes, weights)
    return csr_array((weights / np.maximum(total, 1e-300)[codes], (codes, np.arange(len(codes)))), shape=(len(total), len(codes)))


def fit_absorbed(x: np.ndarray, outcome: np.ndarray, factors: Sequence[np.ndarray], cluster: np.ndarray) -> AbsorbedFit:
    """How do the odds of the outcome go with each term, among rows of one stratum?

    Parameters
    ----------
    x : float array (N, K)
        Terms that vary within strata and are no combination of each other there.
    outcome : float array (N,) of 0 and 1
        With both outcomes in every stratum (see :func:`telling_rows`).
    factors : sequence of int array (N,)
        Codes from 0 of the strata; one constant a stratum is absorbed for each.
    cluster : int array (N,)
        Codes 0 … G − 1 of the clusters whose rows may depend on each other.

    Returns
    -------
    AbsorbedFit

    Notes
    -----
    The maximum of the likelihood with one constant a stratum, by weighted least squares on what is left after the strata are
    projected out. Coefficients are those of a logit with a dummy a stratum; so is the sandwich, but for its correction, which
    is G/(G − 1) here.
    """
    beta, eta = np.zeros(x.shape[1]), np.zeros(len(outcome))
    nothing = AbsorbedFit(beta * np.nan, np.full((len(beta), len(beta)), np.nan), np.empty((0, len(beta))), False)
    converged = False
    for _ in range(MAX_STEPS):
        chance = 1.0 / (1.0 + np.exp(-eta))
        weights = np.maximum(chance * (1.0 - chance), 1e-9)
        left = centred(np.column_stack([eta + (outcome - chance) / weights, x]), weights, factors)
        aim, terms = left[:, 0], left[:, 1:]
        try:
            stepped = np.linalg.solve((terms * weights[:, None]).T @ terms, terms.T @ (weights * aim))
        except np.linalg.LinAlgError:
            return nothing
        target = eta + (outcome - chance) / weights - (aim - terms @ stepped)
        if not np.isfinite(target).all():
            return nothing
        moved = float(np.abs(stepped - beta).max(initial=0.0))
        beta, eta = stepped, np.clip(target, -LARGEST_ETA, LARGEST_ETA)
        if moved < TOLERANCE:
            converged = True
            break
    score = (outcome - 1.0 / (1.0 + np.exp(-eta)))[:, None] * terms
    bread = np.linalg.pinv((terms * weights[:, None]).T @ terms)
    n_clusters = int(cluster.max()) + 1
    influence = cluster_sums(score, cluster, n_clusters) @ bread
    return AbsorbedFit(beta, influence.T @ influence * n_clusters / max(n_clusters - 1, 1), influence, converged)
