"""How the people around a person are tied: Burt's measures, clustering and cores, in sparse algebra.

Symbols: W the n × n matrix of strengths (row to column, empty diagonal), or of ones in their place where
strengths are not used; A = W + Wᵀ, so that a tie both ways counts twice; S its pattern, 1 where two people
are tied either way; n_i the number of alters of i; p_ij = a_ij / Σ_q a_iq the share of i's strength that goes
to j; m_jq = a_jq / max_k a_jk the strength of j's tie with q against j's strongest.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from recoverynet.kernels.products import product_on_ties


def pattern(weights: sparse.csr_array) -> sparse.csr_array:
    """S: 1.0 where two people are tied in either direction."""
    both = sparse.csr_array(weights + weights.T)
    both.data = np.ones_like(both.data)
    return both


def _row_scaled(matrix: sparse.csr_array, divisor: np.ndarray) -> sparse.csr_array:
    """Every row divided by its divisor; empty rows stay empty."""
    scaled = matrix.copy()
    scaled.data = matrix.data / np.repeat(divisor, np.diff(matrix.indptr))
    return scaled


def burt(weights: sparse.csr_array, *, weighted: bool) -> dict[str, np.ndarray]:
    """Constraint, effective size, efficiency and hierarchy of everybody (Burt 1992), NaN without alters.

    - constraint: Σ_j c_ij over alters j, c_ij = (p_ij + Σ_q p_iq p_qj)², q ≠ i, j.
    - effective_size: Σ_j (1 − Σ_q p_iq m_jq); for strengths all alike n_i − 2 t_i / n_i, t_i the ties among
      alters.
    - efficiency: effective_size / n_i.
    - hierarchy: Σ_j r_ij ln r_ij / (n_i ln n_i), r_ij = c_ij / (constraint_i / n_i); 1 for a single alter.
    """
    ties = pattern(weights)
    given = weights if weighted else (weights > 0).astype(np.float64)
    strength = sparse.csr_array(given + given.T)
    strength.sort_indices()
    n_people = ties.shape[0]
    alters = np.diff(strength.indptr)
    row = np.repeat(np.arange(n_people), alters)
    share = _row_scaled(strength, np.asarray(strength.sum(axis=1)))
    strongest = strength.max(axis=1).toarray().ravel() if strength.nnz else np.zeros(n_people)
    relative = _row_scaled(strength, strongest)
    indirect = product_on_ties(share, share, strength)
    redundant = product_on_ties(share, sparse.csr_array(relative.T), strength)
    dyadic = (share.data + indirect) ** 2

    def summed(values: np.ndarray) -> np.ndarray:
        return np.bincount(row, weights=values, minlength=n_people)

    none = alters == 0
    n = np.where(none, np.nan, alters)
    constraint = np.where(none, np.nan, summed(dyadic))
    size = n - summed(redundant)
    ratio = dyadic * n[row] / constraint[row]
    uneven = summed(ratio * np.log(ratio))
    with np.errstate(divide="ignore", invalid="ignore"):
        hierarchy = np.where(alters == 1, 1.0, uneven / (n * np.log(n)))
    return {"constraint": constraint, "effective_size": size, "efficiency": size / n, "hierarchy": hierarchy}


def clustering(weights: sparse.csr_array) -> np.ndarray:
    """Share of the pairs of a person's alters that are tied to each other; NaN with fewer than two alters."""
    ties = pattern(weights)
    alters = np.diff(ties.indptr).astype(np.float64)
    closed = np.bincount(
        np.repeat(np.arange(ties.shape[0]), np.diff(ties.indptr)),
        weights=product_on_ties(ties, ties, ties),
        minlength=ties.shape[0],
    )
    pairs = alters * (alters - 1)
    answer: np.ndarray = np.divide(closed, pairs, out=np.full(len(alters), np.nan), where=pairs > 0)
    return answer


def core_numbers(weights: sparse.csr_array) -> np.ndarray:
    """The largest k such that a person is one of a set who all have k alters within it; 0 without alters."""
    ties = pattern(weights)
    left = np.diff(ties.indptr).astype(np.int64)
    core = np.zeros(len(left), dtype=np.int64)
    alive = np.ones(len(left), dtype=bool)
    k = 0
    while alive.any():
        k = max(k, int(left[alive].min()))
        going = np.flatnonzero(alive & (left <= k))
        while len(going):
            core[going] = k
            alive[going] = False
            left -= np.bincount(ties[going].indices, minlength=len(left))
            going = np.flatnonzero(alive & (left <= k))
    return core
