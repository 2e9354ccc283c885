"""Weights of matching against looking through every pair, and the difference they give by hand."""

from __future__ import annotations

import numpy as np
import pytest

from recoverynet.kernels.matching import nearest_weights, stratum_weights, weighted_difference


def test_unexposed_rows_of_a_stratum_share_in_standing_for_its_exposed_ones() -> None:
    # stratum 0: one exposed, two not; 1: two and one; 2: nobody to stand for; 3: nobody who could
    code, treated = np.array([0, 0, 0, 1, 1, 1, 2, 3]), np.array([1, 0, 0, 1, 1, 0, 0, 1], dtype=bool)
    assert stratum_weights(code, treated).tolist() == [1, 0.5, 0.5, 1, 1, 2, 0, 0]
    assert stratum_weights(np.array([], dtype=int), np.array([], dtype=bool)).tolist() == []


def by_every_pair(values: np.ndarray, code: np.ndarray, treated: np.ndarray, neighbours: int, caliper: float | None) -> np.ndarray:
    """Mahalanobis distance in units of the covariance left once each side's mean is taken away."""
    centred = values.copy()
    for side in (treated, ~treated):
        centred[side] -= values[side].mean(axis=0)
    inverse = np.linalg.inv(np.atleast_2d(centred.T @ centred / (len(values) - 1)))
    weights = np.zeros(len(values))
    for row in np.flatnonzero(treated):
        others = np.flatnonzero(~treated & (code == code[row]))
        apart = values[others] - values[row]
        distance = np.sqrt(np.einsum("ij,jk,ik->i", apart, inverse, apart))
        chosen = [k for k in np.argsort(distance, kind="stable")[:neighbours] if caliper is None or distance[k] < caliper]
        if chosen:
            weights[row] = 1.0
            weights[others[chosen]] += 1.0 / len(chosen)
    return weights


@pytest.mark.parametrize("n_columns", [1, 2, 3])
@pytest.mark.parametrize(("neighbours", "caliper"), [(1, None), (3, None), (2, 0.4), (50, None)])
def test_nearest_rows_are_those_of_every_pair(n_columns: int, neighbours: int, caliper: float | None) -> None:
    rng = np.random.default_rng(7)
    values = rng.normal(size=(60, n_columns)) @ (np.eye(n_columns) + 0.8 * np.tri(n_columns, k=-1)) * 5.0
    code, treated = rng.integers(0, 3, 60), rng.random(60) < 0.4
    code[treated.argmax()] = 9  # nobody to stand for the first
    found = nearest_weights(values, code, treated, neighbours=neighbours, caliper=caliper)
    assert found == pytest.approx(by_every_pair(values, code, treated, neighbours, caliper))
    assert found[treated].sum() == pytest.approx(found[~treated].sum()) and found[treated.argmax()] == 0


def test_difference_of_weighted_means_by_hand() -> None:
    """Exposed 1, 1, 0; unexposed 1 and 0 with weights 1 and 2: 2/3 against 1/3."""
    outcome, treated = np.array([1, 1, 0, 1, 0]), np.array([1, 1, 1, 0, 0], dtype=bool)
    weights = np.array([1.0, 1, 1, 1, 2])
    made = weighted_difference(outcome, treated, weights, np.zeros((5, 0)), np.arange(5))
    assert (made.exposed, made.unexposed, made.difference) == pytest.approx((2 / 3, 1 / 3, 1 / 3))
    # deviations of the exposed from their mean over their number: 1/9, 1/9, −2/9; of the others 2/3 and 2 · −1/3 over 3
    exposed = 5 / 4 * 4 / 3 * (1 / 81 + 1 / 81 + 4 / 81)
    other = 5 / 4 * 4 / 3 * (4 / 81 + 4 / 81)
    assert np.diag(made.covariance) == pytest.approx([exposed, other, exposed + other])
    twice = weighted_difference(
        *(np.tile(each, 2) for each in (outcome, treated, weights)), np.zeros((10, 0)), np.tile(np.arange(5), 2)
    )
    assert np.diag(twice.covariance) == pytest.approx(np.diag(made.covariance) * (9 / 8) / (4 / 3)), "rows of one person count once"
