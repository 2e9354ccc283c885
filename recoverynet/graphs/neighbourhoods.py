"""Who lies within a step or two of each person, and which ties run between those."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from recoverynet.kernels.neighbours import closed_pairs
from recoverynet.kernels.products import product_on_ties


def neighbourhoods(
    weights: sparse.csr_array, rows: np.ndarray, radius: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(place of the ego in ``rows``, alter, weight, distance) of everybody within ``radius`` steps.

    Ordered by ego, distance, alter; the weight is NaN beyond one step.
    """
    near = weights[rows].tocoo()
    ego, alter, weight = near.row.astype(np.int64), near.col.astype(np.int64), near.data
    distance = np.ones(len(ego), dtype=np.int64)
    if radius == 2:
        reach = ((weights[rows] != 0).astype(np.float64) @ (weights != 0).astype(np.float64)).tocoo()
        n_people = weights.shape[0]
        far = (reach.col != rows[reach.row]) & ~np.isin(reach.row.astype(np.int64) * n_people + reach.col, ego * n_people + alter)
        ego = np.concatenate([ego, reach.row[far].astype(np.int64)])
        alter = np.concatenate([alter, reach.col[far].astype(np.int64)])
        weight = np.concatenate([weight, np.full(int(far.sum()), np.nan)])
        distance = np.concatenate([distance, np.full(int(far.sum()), 2)])
    order = np.lexsort((alter, distance, ego))
    return ego[order], alter[order], weight[order], distance[order]


def counts_within(weights: sparse.csr_array, ego: np.ndarray, alter: np.ndarray, n_egos: int, *, directed: bool) -> np.ndarray:
    """How many ties each ego has between two of its alters, counted without listing one."""
    members = _members(ego, alter, n_egos, weights.shape[0])
    ties = sparse.csr_array((weights != 0).astype(np.float64))
    owner = np.repeat(np.arange(n_egos), np.diff(members.indptr))
    meeting = product_on_ties(members, ties, members)
    counted = np.rint(np.bincount(owner, weights=meeting, minlength=n_egos)).astype(np.int64)
    return counted if directed else counted // 2


def ties_within(
    weights: sparse.csr_array, ego: np.ndarray, alter: np.ndarray, n_egos: int, *, directed: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(place of the ego, one alter, other alter, weight) of every tie between two alters of one ego."""
    ties = weights if directed else sparse.csr_array(sparse.triu(weights, k=1))
    return closed_pairs(_members(ego, alter, n_egos, weights.shape[0]), ties)


def _members(ego: np.ndarray, alter: np.ndarray, n_egos: int, n_people: int) -> sparse.csr_array:
    members = sparse.csr_array((np.ones(len(ego)), (ego, alter)), shape=(n_egos, n_people))
    members.sort_indices()
    return members
