"""Covariances that let rows of tied people, or of one group, depend on each other.

Symbols: S people × terms sums of scores, A the inverse of the information ("bread"), d the steps between two people, r the reach;
the covariance is A (Σ over pairs with d ≤ r of s_i s_jᵀ) A, the truncated kernel of Kojevnikov, Marmer & Song (2021). One that
falls with the steps takes too little account of people who share a place, who depend on each other alike at one step and two.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.linalg import eigh


def closeness(networks: Sequence[sparse.csr_array], reach: int) -> sparse.csr_array:
    """1 for every two people up to ``reach`` steps apart over ties of any wave and either direction, and for oneself."""
    n = networks[0].shape[0]
    ties = sparse.csr_array((n, n), dtype=np.float64)
    for network in networks:
        ties = ties + abs(network) + abs(network).T
    step = sparse.csr_array(((ties != 0).astype(np.float64) + sparse.eye_array(n)) != 0).astype(np.float64)
    reached = sparse.csr_array(sparse.eye_array(n))
    for _ in range(reach):
        reached = sparse.csr_array((reached @ step) != 0).astype(np.float64)
    return reached


def of_tied_people(sums: np.ndarray, bread: np.ndarray, near: sparse.csr_array) -> np.ndarray:
    """Covariance where people a few steps apart may depend on each other; never below that of people taken as independent.

    Parameters
    ----------
    sums : float array (n, K)
        Scores of each person, 0 for people without rows.
    bread : float array (K, K)
    near : sparse (n, n)
        As of :func:`closeness`.

    Returns
    -------
    float array (K, K)
    """
    held = int(np.any(sums != 0, axis=1).sum())
    alone, together = sums.T @ sums, sums.T @ (near @ sums)
    return _sandwich(_not_below(together, alone), bread, held)


def of_groups(sums: np.ndarray, groups: np.ndarray, both: np.ndarray, bread: np.ndarray) -> np.ndarray:
    """Covariance where rows of one person and rows of one group may depend on each other.

    Parameters
    ----------
    sums, groups, both : float arrays (G, K)
        Scores summed over people, over groups, and over people within groups.
    bread : float array (K, K)

    Returns
    -------
    float array (K, K)
        Two-way: of people plus of groups less of both, never below that of people.
    """
    alone = sums.T @ sums
    held = int(np.any(groups != 0, axis=1).sum())
    return _sandwich(_not_below(alone + groups.T @ groups - both.T @ both, alone), bread, held)


def _sandwich(meat: np.ndarray, bread: np.ndarray, held: int) -> np.ndarray:
    """A B A with the correction for few clusters; NaN where there are fewer than two."""
    if held < 2:
        return np.full(bread.shape, np.nan)
    return np.asarray(held / (held - 1) * (bread @ meat @ bread))


def _not_below(meat: np.ndarray, least: np.ndarray) -> np.ndarray:
    """``least`` and what of ``meat`` lies above it: a dependence that would only narrow errors is taken as chance."""
    try:
        values, vectors = eigh(meat - least, least)
    except np.linalg.LinAlgError:
        return np.full(meat.shape, np.nan)
    pull = least @ vectors
    return np.asarray(least + (pull * np.maximum(values, 0.0)) @ pull.T)
