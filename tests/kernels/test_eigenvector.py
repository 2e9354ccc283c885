"""Eigenvector centrality: the equation holds, part by part, and is only solved where it has one answer."""

import numpy as np
import pytest
from scipy import sparse

from recoverynet.kernels import eigenvector
from recoverynet.kernels.eigenvector import eigenvector_centrality


def satisfied(weights: np.ndarray, x: np.ndarray) -> float:
    """Largest deviation of Wᵀx from λx."""
    given = weights.T @ x
    root = given[x.argmax()]
    return float(np.abs(given - root * x).max())


def strong_ring(n: int, seed: int) -> np.ndarray:
    """Everybody reaches everybody: a ring with random arcs across."""
    rng = np.random.default_rng(seed)
    weights = rng.gamma(2.0, 1.0, (n, n)) * (rng.random((n, n)) < 3 / n)
    weights += np.roll(np.eye(n), 1, axis=1)
    np.fill_diagonal(weights, 0)
    return weights


@pytest.mark.parametrize("n", [3, 20, eigenvector.LARGEST_DENSE + 50])
def test_the_equation_holds(n: int) -> None:
    weights = strong_ring(n, seed=n)
    x = eigenvector_centrality(sparse.csr_array(weights), directed=True)
    assert satisfied(weights, x) < 1e-8 and x.max() == 1 and x.min() > 0
    both = weights + weights.T
    x = eigenvector_centrality(sparse.csr_array(both), directed=False)
    assert satisfied(both, x) < 1e-8 and x.max() == 1 and x.min() > 0


def test_handed_on_along_ties() -> None:
    # a strong circle of 3 gives to d, d to e; f gives to the circle and receives nothing
    weights = np.zeros((6, 6))
    weights[0, 1] = weights[1, 2] = weights[2, 0] = 2
    weights[2, 3] = weights[3, 4] = weights[5, 0] = 1
    x = eigenvector_centrality(sparse.csr_array(weights), directed=True)
    # λ = 2: d = 1·1/2, e = d/2
    np.testing.assert_allclose(x, [1, 1, 1, 0.5, 0.25, 0], atol=1e-12)
    assert satisfied(weights, x) < 1e-12


def test_parts_do_not_see_each_other() -> None:
    one, other = strong_ring(12, seed=1), 100 * strong_ring(9, seed=2)
    both = np.zeros((22, 22))
    both[:12, :12], both[12:21, 12:21] = one, other
    x = eigenvector_centrality(sparse.csr_array(both), directed=True)
    np.testing.assert_allclose(x[:12], eigenvector_centrality(sparse.csr_array(one), directed=True), atol=1e-10)
    np.testing.assert_allclose(x[12:21], eigenvector_centrality(sparse.csr_array(other), directed=True), atol=1e-10)
    assert np.isnan(x[21])


def test_not_determined() -> None:
    chain = np.diag([1.0, 1.0], k=1)
    assert np.isnan(eigenvector_centrality(sparse.csr_array(chain), directed=True)).all()
    pairs = np.zeros((5, 5))
    pairs[0, 1] = pairs[1, 0] = pairs[3, 4] = pairs[4, 3] = 1
    pairs[1, 2] = pairs[4, 2] = 1
    assert np.isnan(eigenvector_centrality(sparse.csr_array(pairs), directed=True)).all()
