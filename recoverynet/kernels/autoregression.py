"""Linear models in which the values, or the errors, of people who are tied depend on each other.

Symbols: W the n × n weights, ρ their strength, A = I − ρW, X the n × k terms, β their coefficients, ε
independent normal errors of variance σ², G = WA⁻¹, ω the eigenvalues of W, ℓ the log-likelihood.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import minimize_scalar

Kind = Literal["lag", "error"]
GRID, FARTHEST = 80, 20.0


class AutoregressionFit(NamedTuple):
    """Maximum-likelihood estimates.

    Attributes
    ----------
    rho, sigma2, log_likelihood : float
    beta : float array (k,)
    covariance : float array (1 + k, 1 + k) of ρ and β, from the observed information
    inside : bool, whether the maximum lies inside the range of ρ searched
    """

    rho: float
    beta: np.ndarray
    sigma2: float
    log_likelihood: float
    covariance: np.ndarray
    inside: bool


def row_normalised(weights: sparse.csr_array) -> sparse.csr_array:
    """Every row divided by its sum; rows without ties stay 0."""
    total = np.asarray(weights.sum(axis=1)).ravel()
    scale = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
    return sparse.csr_array(sparse.diags_array(scale) @ weights)


def least_squares(y: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, float]:
    """Coefficients, and the log-likelihood at the maximum."""
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    variance = float(((y - x @ beta) ** 2).mean())
    return beta, -0.5 * len(y) * (1.0 + np.log(2.0 * np.pi * variance))


def rho_range(eigenvalues: np.ndarray) -> tuple[float, float]:
    """Between which ρ I − ρW stays invertible, counted from 0."""
    real = eigenvalues.real[np.abs(eigenvalues.imag) < 1e-9 * max(1.0, np.abs(eigenvalues).max(initial=0.0))]
    low, high = real.min(initial=0.0), real.max(initial=0.0)
    return (
        max(1.0 / low, -FARTHEST) if low < -1.0 / FARTHEST else -FARTHEST,
        min(1.0 / high, FARTHEST) if high > 1.0 / FARTHEST else FARTHEST,
    )


def fit_autoregression(y: np.ndarray, x: np.ndarray, weights: sparse.csr_array, kind: Kind) -> AutoregressionFit:
    """Fit y = ρWy + Xβ + ε (lag) or y = Xβ + u, u = ρWu + ε (error) by maximum likelihood.

    Given ρ both are least squares, so that ℓ is searched over ρ alone, on a grid and then by Brent's method.
    """
    eigenvalues = np.linalg.eigvals(weights.toarray())
    lagged_y, lagged_x = weights @ y, weights @ x

    def at(rho: float) -> tuple[np.ndarray, np.ndarray]:
        """Outcome and terms from which the dependence is taken away."""
        return y - rho * lagged_y, x if kind == "lag" else x - rho * lagged_x

    def negative(rho: float) -> float:
        log_determinant = float(np.log(np.abs(1.0 - rho * eigenvalues)).sum())
        return -(least_squares(*at(rho))[1] + log_determinant)

    low, high = rho_range(eigenvalues)
    inner = 1e-6 * (high - low)
    grid = np.linspace(low + inner, high - inner, GRID)
    best = int(np.argmin([negative(rho) for rho in grid]))
    bounds = grid[max(best - 1, 0)], grid[min(best + 1, GRID - 1)]
    rho = float(minimize_scalar(negative, bounds=bounds, method="bounded", options={"xatol": 1e-11}).x)
    outcome, terms = at(rho)
    beta = least_squares(outcome, terms)[0]
    sigma2 = float(((outcome - terms @ beta) ** 2).mean())
    rest = outcome - terms @ beta
    moved = lagged_y if kind == "lag" else lagged_y - lagged_x @ beta
    mixed = terms.T @ moved + (lagged_x.T @ rest if kind == "error" else 0.0)
    curvature = float(((eigenvalues / (1.0 - rho * eigenvalues)) ** 2).sum().real)
    covariance = _covariance(terms, moved, mixed, rest, sigma2, curvature)
    return AutoregressionFit(rho, beta, sigma2, -negative(rho), covariance, 0 < best < GRID - 1)


def _covariance(
    terms: np.ndarray, moved: np.ndarray, mixed: np.ndarray, rest: np.ndarray, sigma2: float, curvature: float
) -> np.ndarray:
    """Of ρ and β, from the observed information of (ρ, β, σ²).

    With e what is left and m = −∂e/∂ρ: −∂²ℓ/∂ρ² = m'm/σ² + tr(GG), −∂²ℓ/∂ρ∂σ² = e'm/σ⁴, −∂²ℓ/∂(σ²)² = n/2σ⁴.
    """
    n, k = terms.shape
    information = np.zeros((k + 2, k + 2))
    information[0, 0] = moved @ moved / sigma2 + curvature
    information[0, 1:-1] = information[1:-1, 0] = mixed / sigma2
    information[0, -1] = information[-1, 0] = rest @ moved / sigma2**2
    information[1:-1, 1:-1] = terms.T @ terms / sigma2
    information[-1, -1] = n / (2.0 * sigma2**2)
    return np.linalg.inv(information)[:-1, :-1]
