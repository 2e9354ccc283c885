"""Exposure sums on networks small enough to do in the head."""

import numpy as np
from scipy import sparse

from recoverynet.kernels.exposure import binary, directed_ties, exposure_sums, two_steps

# 0 → 1 (strength 2), 0 → 2, 1 → 0 (strength 5), 2 → 3
ARCS = sparse.csr_array(np.array([[0, 2, 1, 0], [5, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]], dtype=float))


def test_directions():
    np.testing.assert_array_equal(directed_ties(ARCS, "out", weighted=True).toarray(), ARCS.toarray())
    np.testing.assert_array_equal(directed_ties(ARCS, "in", weighted=True).toarray(), ARCS.toarray().T)
    mutual = directed_ties(ARCS, "mutual", weighted=True).toarray()
    assert mutual[0, 1] == mutual[1, 0] == 2 and mutual.sum() == 4
    assert directed_ties(ARCS, "mutual", weighted=False).toarray().sum() == 2
    assert binary(ARCS).toarray().max() == 1


def test_sums_keep_the_unknown_apart():
    sums = exposure_sums(ARCS, np.array([1.0, 1.0, np.nan, 0.0]))
    np.testing.assert_array_equal(sums.all, [3, 5, 1, 0])
    np.testing.assert_array_equal(sums.known, [2, 5, 1, 0])
    np.testing.assert_array_equal(sums.value, [2, 5, 0, 0])


def test_sums_of_many_columns_are_those_of_each():
    rng = np.random.default_rng(1)
    block = rng.random((4, 6))
    block[block < 0.3] = np.nan
    together = exposure_sums(ARCS, block)
    for column in range(6):
        alone = exposure_sums(ARCS, block[:, column])
        for whole, one in zip(together, alone, strict=True):
            np.testing.assert_array_equal(whole[:, column], one)


def test_two_steps_leave_out_oneself_and_ones_own_contacts():
    path = sparse.csr_array(np.array([[0, 3, 0, 0], [3, 0, 2, 0], [0, 2, 0, 4], [0, 0, 4, 0]], dtype=float))
    np.testing.assert_array_equal(two_steps(path).toarray(), [[0, 0, 6, 0], [0, 0, 0, 8], [6, 0, 0, 0], [0, 8, 0, 0]])
    triangle = sparse.csr_array(np.ones((3, 3)) - np.eye(3))
    assert two_steps(triangle).nnz == 0


def test_two_steps_against_shortest_paths():
    rng = np.random.default_rng(4)
    matrix = (rng.random((25, 25)) < 0.12).astype(float)
    np.fill_diagonal(matrix, 0)
    steps = sparse.csgraph.shortest_path(matrix, unweighted=True)
    np.testing.assert_array_equal(binary(two_steps(sparse.csr_array(matrix))).toarray(), steps == 2)
