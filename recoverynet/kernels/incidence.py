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


def incidence_in_order(person: np.ndarray, indptr: np.ndarray, n_people: int) -> sparse.csr_array:
    """B from the people of each occasion, one occasion after the other, nobody twice at one."""
    ones = np.ones(len(person), dtype=np.float64)
    by_occasion = sparse.csc_array((ones, person, indptr), shape=(n_people, len(indptr) - 1))
    return by_occasion.tocsr()


def weighted_product(matrix: sparse.csr_array, occasion_weight: np.ndarray) -> sparse.csr_array:
    """Σ_k w_k B_ik B_jk for i ≠ j: every projection below is one of these."""
    scaled = sparse.csr_array((occasion_weight[matrix.indices], matrix.indices, matrix.indptr), shape=matrix.shape)
    # Symmetric to the last bit, as both ways the same terms are added in order of occasion: its columns,
    # which come out sorted at a fraction of the cost of sorting, are its rows.
    by_column = (scaled @ matrix.T).tocsc()
    product = sparse.csr_array((by_column.data, by_column.indices, by_column.indptr), shape=by_column.shape)
    drop_diagonal(product)
    return product


def drop_diagonal(matrix: sparse.csr_array) -> None:
    """Remove the diagonal and stored zeros, in place."""
    row = np.repeat(np.arange(matrix.shape[0], dtype=matrix.indices.dtype), np.diff(matrix.indptr))
    matrix.data[matrix.indices == row] = 0.0
    matrix.eliminate_zeros()


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
