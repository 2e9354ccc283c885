"""Weights that make unexposed rows stand for exposed ones, and the difference they give.

Symbols: N rows; ``code`` the stratum a row may be matched in, ``treated`` whether it is exposed, ``w``
its weight: 1 for an exposed row with a match, the number of exposed rows it stands for for an unexposed
one, else 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from recoverynet.kernels.hazard import cluster_sums, independent_columns


class Difference(NamedTuple):
    """Chance of the outcome if exposed, if not, and the difference; and their covariance over clusters."""

    exposed: float
    unexposed: float
    difference: float
    covariance: np.ndarray


def stratum_weights(code: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """Every unexposed row of a stratum shares equally in standing for its exposed rows."""
    size = int(code.max(initial=-1)) + 1
    exposed = np.bincount(code[treated], minlength=size)
    others = np.bincount(code[~treated], minlength=size)
    both = (exposed > 0) & (others > 0)
    stands_for = np.divide(exposed, others, out=np.zeros(size), where=both)
    answer: np.ndarray = np.where(treated, both[code].astype(np.float64), stands_for[code])
    return answer


def nearest_weights(
    values: np.ndarray, code: np.ndarray, treated: np.ndarray, *, neighbours: int, caliper: float | None
) -> np.ndarray:
    """The nearest unexposed rows of the stratum, with replacement, by Mahalanobis distance of ``values``.

    Distance is in units of the pooled covariance within exposed and unexposed rows. Where several rows
    are equally near the earlier ones are taken.
    """
    means = values[treated].mean(axis=0), values[~treated].mean(axis=0)
    centred = values - np.where(treated[:, None], *means)
    covariance = np.atleast_2d(np.cov(centred, rowvar=False))
    inverse = np.linalg.pinv(covariance, hermitian=True)
    whitened = values @ np.linalg.cholesky(inverse + 1e-12 * np.trace(inverse) * np.eye(len(inverse)))
    weights = np.zeros(len(values))
    for stratum in np.unique(code[treated]):
        here = np.flatnonzero(code == stratum)
        exposed, others = here[treated[here]], here[~treated[here]]
        if not len(others):
            continue
        k = min(neighbours, len(others))
        distance, match = cKDTree(whitened[others]).query(
            whitened[exposed], k=np.arange(1, k + 1), distance_upper_bound=caliper or np.inf
        )
        near = np.isfinite(distance)
        found = near.sum(axis=1)
        weights[exposed[found > 0]] = 1.0
        share = np.divide(1.0, found, out=np.zeros(len(found)), where=found > 0)
        np.add.at(weights, others[match[near]], np.broadcast_to(share[:, None], near.shape)[near])
    return weights


def weighted_difference(
    outcome: np.ndarray, treated: np.ndarray, weights: np.ndarray, terms: np.ndarray, cluster: np.ndarray
) -> Difference:
    """Coefficient of exposure in a weighted least-squares fit on ``terms``, with a sandwich over clusters."""
    y, t = outcome.astype(np.float64), treated.astype(np.float64)
    design = np.column_stack([np.ones(len(y)), t, terms])
    design = design[:, independent_columns(design)]
    bread = np.linalg.inv((design * weights[:, None]).T @ design)
    beta = bread @ (design.T @ (weights * y))
    scores = (design * (weights * (y - design @ beta))[:, None]) @ bread[:, 1]
    n_exposed = (t * weights).sum()
    exposed = float((t * weights * y).sum() / n_exposed)
    own = t * weights * (y - exposed) / n_exposed
    codes = np.unique(cluster, return_inverse=True)[1]
    sums = cluster_sums(np.column_stack([own, own - scores, scores]), codes, int(codes.max()) + 1)
    n_rows, n_terms = int((weights > 0).sum()), design.shape[1]
    scale = len(sums) / max(len(sums) - 1, 1) * (n_rows - 1) / max(n_rows - n_terms, 1)
    difference = float(beta[1])
    return Difference(exposed, exposed - difference, difference, scale * sums.T @ sums)
