"""Degree-preserving rewiring: what stays, what never comes, and that every network comes equally often."""

import itertools
from collections import Counter

import numpy as np
import pytest
from scipy import sparse, stats

from recoverynet.kernels.rewiring import rewired, rewired_with_weights


def random_ties(n, density, directed, seed):
    rng = np.random.default_rng(seed)
    ties = rng.random((n, n)) < density
    np.fill_diagonal(ties, False)
    if not directed:
        ties = np.triu(ties)
        ties = ties | ties.T
    return sparse.csr_array(ties.astype(float))


def dense(row, ties, data=None):
    matrix = np.zeros(ties.shape)
    rows = np.repeat(np.arange(ties.shape[0]), np.diff(ties.indptr))
    np.add.at(matrix, (rows, row), np.ones(len(row)) if data is None else data)
    return matrix


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("density", [0.05, 0.3, 0.9])
def test_degrees_stay_and_nobody_is_tied_to_themselves_or_twice(directed, density):
    ties = random_ties(30, density, directed, 1)
    original = ties.toarray()
    runs = rewired(ties.indptr, ties.indices, 20, np.random.default_rng(2), directed=directed)
    for run in runs:
        matrix = dense(run, ties)
        assert set(np.unique(matrix)) <= {0.0, 1.0}
        assert matrix.trace() == 0
        np.testing.assert_array_equal(matrix.sum(axis=0), original.sum(axis=0))
        np.testing.assert_array_equal(matrix.sum(axis=1), original.sum(axis=1))
        if not directed:
            np.testing.assert_array_equal(matrix, matrix.T)


def test_rewiring_forgets_the_network():
    ties = random_ties(60, 0.1, True, 3)
    runs = rewired(ties.indptr, ties.indices, 50, np.random.default_rng(4), directed=True)
    original = ties.toarray()
    kept = np.mean([(dense(run, ties) * original).sum() for run in runs]) / original.sum()
    expected = (np.outer(original.sum(1), original.sum(0)) / original.sum() * original).sum() / original.sum()
    assert kept == pytest.approx(expected, abs=0.03)


def networks_with_degrees(out, into):
    """Every directed network with these degrees, as sorted rows."""
    n = len(out)
    rows = [list(itertools.combinations([j for j in range(n) if j != i], out[i])) for i in range(n)]
    return [
        chosen for chosen in itertools.product(*rows)
        if [sum(j in row for row in chosen) for j in range(n)] == list(into)
    ]  # fmt: skip


def test_every_directed_network_with_the_degrees_comes_equally_often():
    matrix = np.zeros((5, 5))
    for i, j in [(0, 1), (1, 2), (2, 0), (3, 4), (0, 3), (4, 0)]:
        matrix[i, j] = 1
    ties = sparse.csr_array(matrix)
    possible = networks_with_degrees(matrix.sum(1).astype(int), matrix.sum(0).astype(int))
    runs = rewired(ties.indptr, ties.indices, 20_000, np.random.default_rng(1), directed=True, swaps_per_tie=20)
    seen = Counter(tuple(tuple(sorted(row)) for row in np.split(run, ties.indptr[1:-1])) for run in runs.tolist())
    assert set(seen) <= {tuple(tuple(map(int, row)) for row in network) for network in possible}
    assert stats.chisquare([seen.get(network, 0) for network in possible]).pvalue > 0.001


def test_a_directed_triangle_turns_round():
    """Swaps alone can never do this."""
    ties = sparse.csr_array(np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]]))
    runs = rewired(ties.indptr, ties.indices, 1000, np.random.default_rng(1), directed=True)
    turned = (runs[:, 0] == 2).mean()
    assert 0.4 < turned < 0.6


def test_every_undirected_network_with_the_degrees_comes_equally_often():
    ring = np.roll(np.eye(6), 1, axis=1)
    ties = sparse.csr_array(ring + ring.T)
    runs = rewired(ties.indptr, ties.indices, 14_000, np.random.default_rng(1), directed=False, swaps_per_tie=20)
    seen = Counter(dense(run, ties).tobytes() for run in runs)
    assert len(seen) == 70  # 60 rings of six and 10 pairs of triangles
    assert stats.chisquare(list(seen.values())).pvalue > 0.001


def test_strengths_travel_with_the_ties():
    ties = random_ties(30, 0.2, False, 5)
    rows = np.repeat(np.arange(30), np.diff(ties.indptr))
    strengths = np.minimum(rows, ties.indices) * 100.0 + np.maximum(rows, ties.indices) + 1
    runs, carried = rewired_with_weights(ties.indptr, ties.indices, strengths, 10, np.random.default_rng(1), directed=False)
    for run, data in zip(runs, carried, strict=True):
        matrix = dense(run, ties, data)
        np.testing.assert_array_equal(matrix, matrix.T)
        np.testing.assert_array_equal(np.sort(data), np.sort(strengths))
    ties = random_ties(30, 0.2, True, 6)
    strengths = np.arange(ties.nnz) + 1.0
    _, carried = rewired_with_weights(ties.indptr, ties.indices, strengths, 3, np.random.default_rng(1), directed=True)
    assert (carried == strengths).all()


def test_each_run_stands_alone():
    """The first runs are the same however many follow, so runs may be shared out between workers by seed."""
    ties = random_ties(30, 0.2, True, 7)
    few = rewired(ties.indptr, ties.indices, 5, np.random.default_rng(9), directed=True)
    many = rewired(ties.indptr, ties.indices, 50, np.random.default_rng(9), directed=True)
    np.testing.assert_array_equal(few, many[:5])


@pytest.mark.parametrize("directed", [True, False])
def test_what_cannot_be_rewired_stays(directed):
    for matrix in (np.zeros((4, 4)), np.ones((4, 4)) - np.eye(4)):
        ties = sparse.csr_array(matrix)
        runs = rewired(ties.indptr, ties.indices, 3, np.random.default_rng(1), directed=directed)
        for run in runs:
            np.testing.assert_array_equal(dense(run, ties), matrix)
