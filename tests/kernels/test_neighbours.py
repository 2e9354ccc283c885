"""Ties inside overlapping sets, against asking every set about every pair."""

import numpy as np
import pytest
from scipy import sparse

from recoverynet.kernels import neighbours


def every_pair(members: np.ndarray, ties: np.ndarray) -> list[tuple[int, int, int, float]]:
    return sorted(
        (place, int(one), int(other), float(ties[one, other]))
        for place, row in enumerate(members)
        for one in np.flatnonzero(row)
        for other in np.flatnonzero(row)
        if ties[one, other]
    )


@pytest.mark.parametrize("block", [1, 7, 4_000_000])
def test_same_as_asking_every_pair(block, monkeypatch):
    monkeypatch.setattr(neighbours, "BLOCK", block)
    rng = np.random.default_rng(3)
    for n_sets, n_people, share in [(1, 1, 1.0), (6, 9, 0.4), (12, 20, 0.2), (5, 8, 0.0)]:
        members = rng.random((n_sets, n_people)) < 0.4
        ties = rng.integers(1, 5, (n_people, n_people)) * (rng.random((n_people, n_people)) < share)
        found = neighbours.closed_pairs(sparse.csr_array(members.astype(float)), sparse.csr_array(ties.astype(float)))
        assert sorted(zip(*(part.tolist() for part in found), strict=True)) == every_pair(members, ties)


def test_nobody_in_any_set():
    found = neighbours.closed_pairs(sparse.csr_array((3, 4)), sparse.csr_array(np.ones((4, 4))))
    assert [len(part) for part in found] == [0, 0, 0, 0]
