"""Moran's I, Geary's C and assortativity by hand, and their moments against every arrangement."""

import itertools

import numpy as np
import pytest
from scipy import sparse

from recoverynet.kernels.autocorrelation import assortativity, geary, geary_moments, moran, moran_moments, row_shares

PATH = sparse.csr_array(np.diag(np.ones(3), 1) + np.diag(np.ones(3), -1))


def test_by_hand_on_a_path():
    # values 0, 0, 1, 1: z = ∓½; products of neighbours ¼, −¼, ¼, each counted twice
    values = np.array([[0.0], [0], [1], [1]])
    assert moran(PATH, values) == pytest.approx(4 / 6 * (2 * 0.25) / 1.0)
    assert geary(PATH, values) == pytest.approx(3 / (2 * 6) * 2 / 1.0)
    assert assortativity(PATH, values) == pytest.approx(1 / 3)


@pytest.mark.parametrize(("statistic", "moments"), [(moran, moran_moments), (geary, geary_moments)])
def test_moments_are_those_of_every_arrangement(statistic, moments):
    rng = np.random.default_rng(2)
    matrix = rng.random((6, 6)) * (rng.random((6, 6)) < 0.5)
    np.fill_diagonal(matrix, 0)
    values = rng.normal(size=6) ** 3
    every = statistic(sparse.csr_array(matrix), np.array(list(itertools.permutations(values))).T)
    ours = moments(sparse.csr_array(matrix), values)
    assert ours.expected == pytest.approx(every.mean(), abs=1e-12)
    assert ours.variance == pytest.approx(every.var(), abs=1e-12)


def test_rows_add_up_to_one_or_nothing():
    shares = row_shares(sparse.csr_array(np.array([[0, 2.0, 6], [0, 0, 0], [1, 0, 0]]))).toarray()
    np.testing.assert_allclose(shares, [[0, 0.25, 0.75], [0, 0, 0], [1, 0, 0]])


def test_nothing_to_compare_gives_nothing():
    empty = sparse.csr_array((4, 4))
    values = np.arange(4.0)[:, None]
    for statistic in (moran, geary, assortativity):
        assert np.isnan(statistic(empty, values)).all()
        assert np.isnan(statistic(PATH, np.ones((4, 1)))).all()
    star = sparse.csr_array(np.array([[0.0, 1, 1], [0, 0, 0], [0, 0, 0]]))
    assert np.isnan(assortativity(star, np.array([[1.0], [2], [3]]))).all()  # every tie starts at the same person
