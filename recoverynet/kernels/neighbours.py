"""Ties between the members of many overlapping sets at once."""

from __future__ import annotations

import numpy as np
from scipy import sparse

BLOCK = 4_000_000
"""Candidate pairs looked at in one go; bounds the memory at about 100 MB."""


def closed_pairs(members: sparse.csr_array, ties: sparse.csr_array) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(set, one, other, weight) of every tie whose two ends are in the same set.

    ``members`` (sets × people) is not zero where a person is in a set, ``ties`` (people × people) holds the
    weights. For every member the ties from them are listed, and those kept that end in the same set.
    """
    members, ties = sparse.csr_array(members), sparse.csr_array(ties)
    members.sort_indices()
    n_people = members.shape[1]
    owner = np.repeat(np.arange(members.shape[0], dtype=np.int64), np.diff(members.indptr))
    person = members.indices.astype(np.int64)
    key = owner * n_people + person
    n_ties = np.diff(ties.indptr).astype(np.int64)[person]
    blocks = np.searchsorted(np.cumsum(n_ties), np.arange(BLOCK, n_ties.sum() + BLOCK, BLOCK)) + 1
    found, begin = [], 0
    for end in np.unique(np.minimum(blocks, len(person))):
        found.append(_closed(owner[begin:end], person[begin:end], n_ties[begin:end], key, n_people, ties))
        begin = end
    if not found:
        empty = np.empty(0, dtype=np.int64)
        return empty, empty, empty, np.empty(0)
    return tuple(np.concatenate(part) for part in zip(*found, strict=True))  # type: ignore[return-value]


def _closed(
    owner: np.ndarray, person: np.ndarray, n_ties: np.ndarray, key: np.ndarray, n_people: int, ties: sparse.csr_array
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    first = np.repeat(ties.indptr[person] - np.concatenate([[0], np.cumsum(n_ties)[:-1]]), n_ties)
    place = first + np.arange(int(n_ties.sum()))
    ends, sets = ties.indices[place].astype(np.int64), np.repeat(owner, n_ties)
    asked = sets * n_people + ends
    row = np.minimum(np.searchsorted(key, asked), max(len(key) - 1, 0))
    inside = key[row] == asked
    return sets[inside], np.repeat(person, n_ties)[inside], ends[inside], ties.data[place][inside]
