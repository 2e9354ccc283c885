"""Incidence and its projections on three people and three occasions, by hand."""

import numpy as np
import pytest
from scipy import sparse

from recoverynet.kernels.incidence import (
    drop_diagonal,
    incidence,
    incidence_in_order,
    newman,
    shared_over_smaller,
    shared_over_union,
    weighted_product,
)

# rows: people a, b, c; columns: a meeting of three, a talk of a and b, c alone
BY_HAND = np.array([[1.0, 1, 0], [1, 1, 0], [1, 0, 1]])
ALL = np.ones(3)


@pytest.fixture
def matrix() -> sparse.csr_array:
    return sparse.csr_array(BY_HAND)


def test_incidence_from_codes_counts_a_person_once():
    made = incidence(np.array([0, 0, 1, 2, 0, 1, 2]), np.array([0, 0, 0, 0, 1, 1, 2]), 3, 3)
    np.testing.assert_array_equal(made.toarray(), BY_HAND)


def test_incidence_in_order_is_the_same():
    made = incidence_in_order(np.array([0, 1, 2, 0, 1, 2]), np.array([0, 3, 5, 6]), 3)
    np.testing.assert_array_equal(made.toarray(), BY_HAND)
    assert made.has_sorted_indices
    assert incidence_in_order(np.empty(0, dtype=int), np.zeros(1, dtype=int), 3).shape == (3, 0)


def test_newman_by_hand(matrix):
    with np.errstate(all="raise"):  # c alone shares nothing, rather than an endless amount with nobody
        np.testing.assert_array_equal(newman(matrix, ALL).toarray(), [[0, 1.5, 0.5], [1.5, 0, 0.5], [0.5, 0.5, 0]])
    faded = newman(matrix, np.array([0.5, 1, 1])).toarray()
    np.testing.assert_array_equal(faded, [[0, 1.25, 0.25], [1.25, 0, 0.25], [0.25, 0.25, 0]])


def test_count_and_duration_by_hand(matrix):
    np.testing.assert_array_equal(weighted_product(matrix, ALL).toarray(), [[0, 2, 1], [2, 0, 1], [1, 1, 0]])
    minutes = weighted_product(matrix, np.array([90.0, 10, 30])).toarray()
    np.testing.assert_array_equal(minutes, [[0, 100, 90], [100, 0, 90], [90, 90, 0]])


def test_jaccard_and_overlap_by_hand(matrix):
    jaccard = shared_over_union(matrix, ALL).toarray()
    np.testing.assert_allclose(jaccard, [[0, 1, 1 / 3], [1, 0, 1 / 3], [1 / 3, 1 / 3, 0]])
    overlap = shared_over_smaller(matrix, ALL).toarray()
    np.testing.assert_allclose(overlap, [[0, 1, 0.5], [1, 0, 0.5], [0.5, 0.5, 0]])


def test_no_stored_zeros_and_sorted(matrix):
    product = weighted_product(matrix, np.array([0.0, 1, 1]))
    assert product.nnz == 2
    rng = np.random.default_rng(1)
    large = sparse.random_array((200, 300), density=0.05, rng=rng, format="csr", data_sampler=lambda size: np.ones(size))
    result = newman(sparse.csr_array(large), rng.random(300))
    assert (np.diff(result.indices)[np.diff(np.repeat(np.arange(200), np.diff(result.indptr))) == 0] > 0).all()
    assert (result != result.T).nnz == 0
    assert not result.diagonal().any()


def test_drop_diagonal_in_place():
    matrix = sparse.csr_array(np.array([[5.0, 1], [1, 5]]))
    drop_diagonal(matrix)
    assert matrix.nnz == 2
    np.testing.assert_array_equal(matrix.toarray(), [[0, 1], [1, 0]])
