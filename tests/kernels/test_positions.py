"""Coordinates of a network: the equation they solve, what they see, and networks that have little to show."""

import numpy as np
import pytest
from scipy import sparse

from recoverynet.kernels.positions import spectral_positions


def two_clubs(n: int, within: float, across: float, seed: int) -> tuple[sparse.csr_array, np.ndarray]:
    rng = np.random.default_rng(seed)
    club = rng.integers(0, 2, n)
    chance = np.where(club[:, None] == club, within, across)
    return sparse.csr_array(np.triu(rng.random((n, n)) < chance, 1).astype(float)), club


@pytest.mark.parametrize("n", [60, 400])
def test_they_are_the_eigenvectors_of_the_formula(n):
    ties, _ = two_clubs(n, 8 / n, 2 / n, 1)
    links = (ties + ties.T).toarray()
    degree = links.sum(axis=1)
    root = 1 / np.sqrt(degree + degree.mean())
    matrix = root[:, None] * (links + degree.mean() / n) * root
    values, vectors = np.linalg.eigh(matrix)
    for mine, theirs in zip(spectral_positions(ties, 2).T, vectors[:, [-2, -3]].T, strict=True):
        assert abs(mine @ theirs) / np.sqrt(n) == pytest.approx(1.0, abs=1e-6)
        assert (mine**2).mean() == pytest.approx(1.0)
        assert mine[np.abs(mine).argmax()] > 0
    assert values[-1] == pytest.approx(1.0)


def test_the_first_tells_two_clubs_apart():
    ties, club = two_clubs(500, 0.02, 0.002, 2)
    first = spectral_positions(ties, 1)[:, 0]
    assert abs(np.corrcoef(first, club)[0, 1]) > 0.8


def test_direction_strength_and_ties_to_oneself_do_not_count():
    ties, _ = two_clubs(80, 0.2, 0.02, 3)
    once = spectral_positions(ties, 3)
    heavier = sparse.csr_array((7 * ties.T).tolil())
    again = spectral_positions(heavier + sparse.eye_array(80, format="csr"), 3)
    assert np.allclose(once, again)


def test_networks_that_show_little():
    assert np.array_equal(spectral_positions(sparse.csr_array((10, 10)), 2), np.zeros((10, 2)))
    lone = np.zeros((40, 40))
    lone[:20, :20] = 1 - np.eye(20)
    found = spectral_positions(sparse.csr_array(lone), 1)
    assert np.isfinite(found).all() and np.ptp(found[20:]) < 1e-9
