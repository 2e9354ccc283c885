"""Who lies within a step or two and which ties run between them, by going through everybody."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from recoverynet.graphs.neighbourhoods import counts_within, neighbourhoods, ties_within


def network(seed: int, *, directed: bool, n: int = 14) -> np.ndarray:
    rng = np.random.default_rng(seed)
    ties = rng.integers(1, 5, (n, n)) * (rng.random((n, n)) < 0.2) * (1 - np.eye(n, dtype=int))
    return ties.astype(float) if directed else np.maximum(ties, ties.T).astype(float)


ROWS = np.array([5, 0, 9])
"""The egos, in an order of their own."""


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("radius", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_everybody_within_reach_stands_once_nearest_first(seed: int, radius: int, directed: bool) -> None:
    ties = network(seed, directed=directed)
    expected = []
    for place, ego in enumerate(ROWS):
        near = np.flatnonzero(ties[ego])
        expected += [(place, alter, ties[ego, alter], 1) for alter in near]
        beyond = {other for alter in near for other in np.flatnonzero(ties[alter])} - set(near) - {ego}
        expected += [(place, alter, -1.0, 2) for alter in sorted(beyond)] if radius == 2 else []
    ego, alter, weight, distance = neighbourhoods(sparse.csr_array(ties), ROWS, radius)
    assert list(zip(ego, alter, np.nan_to_num(weight, nan=-1.0), distance, strict=True)) == expected
    assert (np.isnan(weight) == (distance == 2)).all()


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("radius", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_ties_between_alters_of_one_ego(seed: int, radius: int, directed: bool) -> None:
    ties = network(seed, directed=directed)
    ego, alter, *_ = neighbourhoods(sparse.csr_array(ties), ROWS, radius)
    expected = {
        (place, one, other, ties[one, other])
        for place in range(len(ROWS))
        for one in alter[ego == place]
        for other in alter[ego == place]
        if ties[one, other] and (directed or one < other)
    }
    found = list(zip(*ties_within(sparse.csr_array(ties), ego, alter, len(ROWS), directed=directed), strict=True))
    assert len(found) == len(expected) and set(found) == expected
    counted = counts_within(sparse.csr_array(ties), ego, alter, len(ROWS), directed=directed)
    assert counted.tolist() == [sum(row[0] == place for row in expected) for place in range(len(ROWS))]


def test_an_ego_without_ties_is_counted_as_having_none() -> None:
    ties = sparse.csr_array(np.array([[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0.0]]))
    ego, alter, *_ = neighbourhoods(ties, np.array([3, 0]), 1)
    assert counts_within(ties, ego, alter, 2, directed=False).tolist() == [0, 1]
