"""Person × occasion incidence and its one-mode projections, in sparse algebra.

Symbols: B the n × m incidence matrix (1 where person i took part in occasion k), n_k the number of people at
occasion k, d_k the decay of occasion k (1 without decay), t_k its minutes. Every result is n × n, symmetric,
with an empty diagonal and no stored zeros.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse


def incidence(person: np.ndarray, occasion: np.ndarray, n_people: int, n_occasions: int) -> sparse.csr_array:
    """B from parallel integer codes; a person entered twice at one occasion counts once."""
    ones = np.ones(len(person), dtype=np.float64)
    matrix = sparse.csr_array((ones, (person, occasion)), shape=(n_people, n_occasions))
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix


def without_diagonal(matrix: sparse.csr_array) -> sparse.csr_array:
    """The same matrix with the diagonal and stored zeros removed."""
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    keep = (matrix.indices != row) & (matrix.data != 0)
    indptr = np.concatenate(([0], np.cumsum(np.bincount(row[keep], minlength=matrix.shape[0]))))
    return sparse.csr_array((matrix.data[keep], matrix.indices[keep], indptr), shape=matrix.shape)


def weighted_product(matrix: sparse.csr_array, occasion_weight: np.ndarray) -> sparse.csr_array:
    """Σ_k w_k B_ik B_jk for i ≠ j: every projection below is one of these."""
    scaled = matrix.copy()
    scaled.data = matrix.data * occasion_weight[matrix.indices]
    product = sparse.csr_array(scaled @ matrix.T)
    product.sort_indices()
    return without_diagonal(product)


def newman(matrix: sparse.csr_array, decay: np.ndarray) -> sparse.csr_array:
    """Σ_k d_k B_ik B_jk / (n_k − 1), occasions of one person adding nothing (Newman 2001, eq. 2)."""
    size = np.bincount(matrix.indices, minlength=matrix.shape[1]).astype(np.float64)
    weight = np.divide(decay, size - 1.0, out=np.zeros_like(size), where=size > 1)
    return weighted_product(matrix, weight)


def shared_over_union(matrix: sparse.csr_array, decay: np.ndarray) -> sparse.csr_array:
    """Jaccard: Σ over occasions shared of d_k, divided by Σ over occasions of either."""
    shared = weighted_product(matrix, decay)
    own = matrix @ decay
    row = np.repeat(np.arange(shared.shape[0]), np.diff(shared.indptr))
    shared.data = shared.data / (own[row] + own[shared.indices] - shared.data)
    return shared


def shared_over_smaller(matrix: sparse.csr_array, decay: np.ndarray) -> sparse.csr_array:
    """Overlap: Σ over occasions shared of d_k, divided by the smaller of the two people's own sums."""
    shared = weighted_product(matrix, decay)
    own = matrix @ decay
    row = np.repeat(np.arange(shared.shape[0]), np.diff(shared.indptr))
    shared.data = shared.data / np.minimum(own[row], own[shared.indices])
    return shared
