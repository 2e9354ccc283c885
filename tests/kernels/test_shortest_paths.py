"""Shortest paths against distances multiplied out and paths counted one by one."""

import itertools

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse import csgraph

from recoverynet.kernels.shortest_paths import CHUNK, paths_by_hops, paths_by_length


def by_enumeration(lengths: np.ndarray) -> np.ndarray:
    """Betweenness from every simple path between every ordered pair."""
    n = len(lengths)
    between = np.zeros(n)
    for s, t in itertools.permutations(range(n), 2):
        best, paths = np.inf, []
        others = [k for k in range(n) if k not in (s, t)]
        for size in range(n - 1):
            for middle in itertools.permutations(others, size):
                steps = list(itertools.pairwise((s, *middle, t)))
                if all(lengths[one, other] > 0 for one, other in steps):
                    total = sum(lengths[one, other] for one, other in steps)
                    if total < best:
                        best, paths = total, []
                    if total == best:
                        paths.append(middle)
        for middle in paths:
            for k in middle:
                between[k] += 1 / len(paths)
    return between


@pytest.mark.parametrize("seed", range(4))
def test_between_as_defined(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 4, (6, 6)) * (rng.random((6, 6)) < 0.45).astype(float)
    np.fill_diagonal(lengths, 0)
    matrix = sparse.csr_array(lengths)
    np.testing.assert_allclose(paths_by_length(matrix).between, by_enumeration(lengths))
    hops = (lengths > 0).astype(float)
    np.testing.assert_allclose(paths_by_hops(sparse.csr_array(hops)).between, by_enumeration(hops))


def test_distances_both_ways_and_more_people_than_one_chunk() -> None:
    n = CHUNK + 40
    rng = np.random.default_rng(1)
    lengths = sparse.random_array((n, n), density=0.004, rng=rng, format="csr")
    lengths.setdiag(0)
    lengths.eliminate_zeros()
    distance = csgraph.dijkstra(lengths)
    np.fill_diagonal(distance, np.inf)
    paths = paths_by_length(lengths)
    finite = np.where(np.isinf(distance), 0, distance)
    np.testing.assert_allclose(paths.reached, np.isfinite(distance).sum(axis=1))
    np.testing.assert_allclose(paths.reached_by, np.isfinite(distance).sum(axis=0))
    np.testing.assert_allclose(paths.distance, finite.sum(axis=1))
    np.testing.assert_allclose(paths.distance_by, finite.sum(axis=0))
    assert (paths.reached == 0).any() and paths.between.max() > 0


def test_hops_are_lengths_of_one() -> None:
    ties = (sparse.random_array((80, 80), density=0.04, rng=np.random.default_rng(2)) > 0).astype(float).tocsr()
    ties.setdiag(0)
    ties.eliminate_zeros()
    for one, other in zip(paths_by_hops(ties), paths_by_length(ties), strict=True):
        np.testing.assert_allclose(one, other)


def test_what_passes_through_is_what_lies_between() -> None:
    # every shortest path of d steps passes d − 1 people: so Σ between = Σ (d − 1) over pairs
    ties = np.triu(np.random.default_rng(6).random((40, 40)) < 0.08, 1).astype(float)
    paths = paths_by_hops(sparse.csr_array(ties + ties.T))
    assert paths.between.sum() == pytest.approx((paths.distance - paths.reached).sum())
