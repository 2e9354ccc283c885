"""Products of matrices of ties, of which only the entries where there is a tie are wanted.

Symbols: n people; L, R n × n matrices; S the pattern of ties. A sparse product takes a step for every pair of entries of L
and R that meet, several nanoseconds each; a dense one n³ steps of well under one. Where most people are tied to most,
the dense one is faster by tens, and by blocks it holds no n × n matrix.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

BLOCK = 512
"""Rows and columns of one dense block; at 20,000 people it takes 160 MB."""
DENSE_GAIN = 16
"""How many dense steps are done in the time of a sparse one, at the least."""


def product_on_ties(left: sparse.csr_array, right: sparse.csr_array, ties: sparse.csr_array) -> np.ndarray:
    """The entries of left @ right at the stored places of ``ties``, in their sorted order; 0 where there is none."""
    n_people = ties.shape[1]
    steps = float(np.diff(right.indptr).astype(np.float64)[left.indices].sum())
    if steps * DENSE_GAIN > float(left.shape[0]) * right.shape[0] * n_people:
        return _dense(left, right, ties)
    return on_ties(left @ right, ties)


def _dense(left: sparse.csr_array, right: sparse.csr_array, ties: sparse.csr_array) -> np.ndarray:
    marked = sparse.csr_array(ties)
    marked.sort_indices()
    row = np.repeat(np.arange(ties.shape[0]), np.diff(marked.indptr))
    columns, found = sparse.csc_array(right), np.zeros(len(row))
    for low in range(0, ties.shape[1], BLOCK):
        thick = columns[:, low : low + BLOCK].toarray()
        for first in range(0, ties.shape[0], BLOCK):
            begin, end = marked.indptr[first], marked.indptr[min(first + BLOCK, ties.shape[0])]
            here = begin + np.flatnonzero((marked.indices[begin:end] >= low) & (marked.indices[begin:end] < low + BLOCK))
            if len(here):
                product = left[first : first + BLOCK].toarray() @ thick
                found[here] = product[row[here] - first, marked.indices[here] - low]
    return found


def on_ties(values: sparse.csr_array, ties: sparse.csr_array) -> np.ndarray:
    """The entries of ``values`` at the stored places of ``ties``, in their order, 0 where there is none."""
    marked = sparse.csr_array(ties)
    marked.sort_indices()
    n_columns = np.int64(ties.shape[1])
    rows = np.repeat(np.arange(ties.shape[0], dtype=np.int64), np.diff(marked.indptr))
    wanted = rows * n_columns + marked.indices
    held = sparse.csr_array(values)
    held.sort_indices()
    held_rows = np.repeat(np.arange(ties.shape[0], dtype=np.int64), np.diff(held.indptr))
    have = np.append(held_rows * n_columns + held.indices, -1)
    place = np.searchsorted(have[:-1], wanted)
    return np.where(have[place] == wanted, np.append(held.data, 0.0)[place], 0.0)
