"""Linear models of dependent people: errors against the curvature of the likelihood, written out with full matrices."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from recoverynet.kernels.autoregression import fit_autoregression, largest_rho, least_squares, log_determinant, row_normalised

N = 60


def world(seed: int, *, kind: str, normalised: bool) -> tuple[np.ndarray, np.ndarray, sparse.csr_array]:
    """Values of sixty people with errors of variance 9, far enough from 1 that its powers differ."""
    rng = np.random.default_rng(seed)
    ties = sparse.csr_array(np.triu(rng.random((N, N)) < 0.08, 1).astype(float))
    weights = row_normalised(ties + ties.T) if normalised else sparse.csr_array((ties + ties.T) * 0.1)
    x = np.column_stack([np.ones(N), rng.normal(size=N)])
    invert = np.linalg.inv(np.eye(N) - 0.4 * weights.toarray())
    noise = 3.0 * rng.normal(size=N)
    fitted = x @ np.array([1.0, 2.0])
    return invert @ (fitted + noise) if kind == "lag" else fitted + invert @ noise, x, weights


def log_likelihood(theta: np.ndarray, y: np.ndarray, x: np.ndarray, weights: np.ndarray, kind: str) -> float:
    """ℓ of (ρ, β, σ²) with A = I − ρW in full."""
    rho, beta, sigma2 = theta[0], theta[1:-1], theta[-1]
    a = np.eye(len(y)) - rho * weights
    rest = a @ y - x @ beta if kind == "lag" else a @ (y - x @ beta)
    return float(np.linalg.slogdet(a)[1] - 0.5 * len(y) * np.log(2 * np.pi * sigma2) - rest @ rest / (2 * sigma2))


def curvature(function, at: np.ndarray) -> np.ndarray:  # type: ignore[no-untyped-def]
    """Second derivatives by central differences."""
    steps = np.diag(1e-3 * np.maximum(np.abs(at), 0.1))
    return np.array(
        [
            [
                sum(a * b * function(at + a * one + b * other) for a in (1, -1) for b in (1, -1)) / (4 * one.sum() * other.sum())
                for other in steps
            ]
            for one in steps
        ]
    )


@pytest.mark.parametrize("normalised", [True, False])
@pytest.mark.parametrize("kind", ["lag", "error"])
def test_estimates_and_errors_are_those_of_the_likelihood(kind: str, normalised: bool) -> None:
    y, x, weights = world(3, kind=kind, normalised=normalised)
    fit = fit_autoregression(y, x, weights, kind)  # type: ignore[arg-type]
    theta = np.array([fit.rho, *fit.beta, fit.sigma2])

    def at(theta: np.ndarray) -> float:
        return log_likelihood(theta, y, x, weights.toarray(), kind)

    assert fit.inside and fit.log_likelihood == pytest.approx(at(theta), rel=1e-10)
    slope = [(at(theta + step) - at(theta - step)) / (2 * step.sum()) for step in 1e-4 * np.eye(4)]
    assert slope == pytest.approx(np.zeros(4), abs=1e-4)
    np.testing.assert_allclose(fit.covariance, np.linalg.inv(-curvature(at, theta))[:-1, :-1], rtol=2e-3, atol=1e-6)


@pytest.mark.parametrize("kind", ["lag", "error"])
def test_expected_information_is_that_of_ord_with_full_matrices(kind: str) -> None:
    y, x, weights = world(4, kind=kind, normalised=True)
    fit = fit_autoregression(y, x, weights, kind, "expected")  # type: ignore[arg-type]
    w = weights.toarray()
    g = w @ np.linalg.inv(np.eye(N) - fit.rho * w)
    terms = x if kind == "lag" else (np.eye(N) - fit.rho * w) @ x
    pull = g @ x @ fit.beta if kind == "lag" else np.zeros(N)
    s = fit.sigma2
    information = np.zeros((4, 4))
    information[0, 0] = np.trace(g @ g) + np.trace(g.T @ g) + pull @ pull / s
    information[0, 1:3] = information[1:3, 0] = terms.T @ pull / s
    information[0, 3] = information[3, 0] = np.trace(g) / s
    information[1:3, 1:3], information[3, 3] = terms.T @ terms / s, N / (2 * s**2)
    np.testing.assert_allclose(fit.covariance, np.linalg.inv(information)[:-1, :-1], rtol=1e-4, atol=1e-8)


def test_largest_rho_and_determinant_against_eigenvalues() -> None:
    for normalised in (True, False):
        _, _, weights = world(5, kind="lag", normalised=normalised)
        radius = np.abs(np.linalg.eigvals(weights.toarray())).max()
        assert 0.9 / radius <= largest_rho(weights) <= (1 + 1e-9) / radius
        assert log_determinant(weights, 0.3) == pytest.approx(np.linalg.slogdet(np.eye(N) - 0.3 * weights.toarray())[1])
    assert largest_rho(sparse.csr_array((4, 4))) == 20.0


def test_rows_add_up_to_one_or_are_empty() -> None:
    weights = row_normalised(sparse.csr_array(np.array([[0.0, 1, 3], [0, 0, 0], [2, 0, 0]])))
    assert weights.toarray().tolist() == [[0, 0.25, 0.75], [0, 0, 0], [1, 0, 0]]


def test_least_squares_by_hand() -> None:
    # mean 2, residuals −1, 0, 1: variance 2/3
    beta, log_likelihood = least_squares(np.array([1.0, 2, 3]), np.ones((3, 1)))
    assert beta.tolist() == pytest.approx([2.0])
    assert log_likelihood == pytest.approx(-1.5 * (1 + np.log(2 * np.pi * 2 / 3)))
