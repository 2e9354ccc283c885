"""Two-stage least squares with one instrument for one term, and a covariance over clusters.

Symbols: y the outcome, w the term instrumented, z its instrument, X the other terms (the constant included); R = [w X], Z = [z X].
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from recoverynet.kernels.hazard import cluster_sums


class TwoStage(NamedTuple):
    """Estimates of [w X], their covariance, and how strongly z moves w given X (the robust F of the first stage)."""

    beta: np.ndarray
    covariance: np.ndarray
    strength: float


def clustered_least_squares(y: np.ndarray, x: np.ndarray, cluster: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Estimates and their covariance over clusters (codes from 0)."""
    return _solved(y, x, x, cluster)


def two_stage(y: np.ndarray, w: np.ndarray, z: np.ndarray, x: np.ndarray, cluster: np.ndarray) -> TwoStage:
    """How does the outcome go with w and X, where only what z moves of w is let count?

    Parameters
    ----------
    y, w, z : float arrays (N,)
    x : float array (N, K)
        Full column rank.
    cluster : int array (N,)
        Codes from 0.

    Returns
    -------
    TwoStage
        NaN where z does not move w at all.
    """
    first, spread = clustered_least_squares(w, np.column_stack([z, x]), cluster)
    strength = float(first[0] ** 2 / spread[0, 0]) if spread[0, 0] > 0 else 0.0
    beta, covariance = _solved(y, np.column_stack([w, x]), np.column_stack([z, x]), cluster)
    return TwoStage(beta, covariance, strength)


def _solved(y: np.ndarray, x: np.ndarray, z: np.ndarray, cluster: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(ZᵀX)⁻¹Zᵀy and its sandwich with the usual correction for few clusters; NaN where it is singular."""
    n_rows, n_terms = x.shape
    held = int(cluster.max()) + 1
    try:
        bread = np.linalg.inv(z.T @ x)
    except np.linalg.LinAlgError:
        return np.full(n_terms, np.nan), np.full((n_terms, n_terms), np.nan)
    beta = bread @ (z.T @ y)
    sums = cluster_sums(z * (y - x @ beta)[:, None], cluster, held)
    correction = held / max(held - 1, 1) * (n_rows - 1) / max(n_rows - n_terms, 1)
    return beta, correction * bread @ (sums.T @ sums) @ bread.T
