"""Counts by category and their variety, by hand."""

import numpy as np

from recoverynet.kernels.composition import entropy, external_internal, index_of_qualitative_variation, simpson, tally


def test_tally() -> None:
    ego, code = np.array([0, 0, 2, 2, 2]), np.array([1, 1, 0, 2, 2])
    strength = np.array([1.0, 2.0, 4.0, 0.5, 0.25])
    np.testing.assert_array_equal(tally(ego, code, strength, 3, 3), [[0, 3, 0], [0, 0, 0], [4, 0, 0.75]])


def test_variety() -> None:
    table = np.array([[4, 0, 0], [2, 2, 2], [1, 1, 0], [0, 0, 0], [3, 1, 0]], dtype=float)
    np.testing.assert_allclose(index_of_qualitative_variation(table), [0, 1, 0.75, np.nan, (1 - 10 / 16) * 1.5], atol=1e-15)
    np.testing.assert_allclose(simpson(table), [0, 2 / 3, 1 / 2, np.nan, 6 / 16], atol=1e-15)
    np.testing.assert_allclose(index_of_qualitative_variation(np.array([[1.0, 1.0], [4, 0], [3, 1]])), [1, 0, 0.75])
    assert np.isnan(index_of_qualitative_variation(np.array([[3.0]]))).all()
    quarter = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    np.testing.assert_allclose(entropy(table), [0, np.log(3), np.log(2), np.nan, quarter], atol=1e-15)


def test_external_internal() -> None:
    other, same = np.array([0.0, 3.0, 1.0, 0.0]), np.array([2.0, 0.0, 3.0, 0.0])
    np.testing.assert_array_equal(external_internal(other, same), [-1, 1, -0.5, np.nan])
