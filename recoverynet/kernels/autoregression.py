"""Linear models in which the values, or the errors, of people who are tied depend on each other.

Symbols: W the n × n weights, ρ their strength, A = I − ρW, X the n × k terms, β their coefficients, ε
independent normal errors of variance σ², G = WA⁻¹, ℓ the log-likelihood.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import minimize_scalar
from scipy.sparse.linalg import splu

Kind = Literal["lag", "error"]
Information = Literal["expected", "observed"]
GRID, FARTHEST, POWER_STEPS, BLOCK = 25, 20.0, 50, 256


class AutoregressionFit(NamedTuple):
    """Maximum-likelihood estimates.

    Attributes
    ----------
    rho, sigma2, log_likelihood : float
    beta : float array (k,)
    covariance : float array (1 + k, 1 + k) of ρ and β, from the information asked for
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


def largest_rho(weights: sparse.csr_array) -> float:
    """Below which |ρ| the matrix I − ρW is sure to be invertible: one over the spectral radius of W.

    The radius is bounded from above by max((Wx)_i / x_i) for any positive x (Collatz); x approaches the leading
    eigenvector by power steps. For rows that add up to 1 this is 1.
    """
    x = np.ones(weights.shape[0])
    bound = np.inf
    for _ in range(POWER_STEPS):
        moved = weights @ x
        bound = min(bound, float((moved / x).max(initial=0.0)))
        x = moved + x
        x /= x.max()
        x = np.maximum(x, 1e-12)
    return min(1.0 / bound, FARTHEST) if bound > 1.0 / FARTHEST else FARTHEST


def log_determinant(weights: sparse.csr_array, rho: float) -> float:
    """Of I − ρW, from a sparse LU decomposition; it is positive between −:func:`largest_rho` and that."""
    matrix = sparse.csc_array(sparse.eye_array(weights.shape[0]) - rho * weights)
    return float(np.log(np.abs(splu(matrix, permc_spec="MMD_AT_PLUS_A").U.diagonal())).sum())


def fit_autoregression(
    y: np.ndarray, x: np.ndarray, weights: sparse.csr_array, kind: Kind, information: Information = "observed"
) -> AutoregressionFit:
    """Fit y = ρWy + Xβ + ε (lag) or y = Xβ + u, u = ρWu + ε (error) by maximum likelihood.

    Given ρ both are least squares, so that ℓ is searched over ρ alone, on a grid and then by Brent's method.
    """
    lagged_y, lagged_x = weights @ y, weights @ x

    def at(rho: float) -> tuple[np.ndarray, np.ndarray]:
        """Outcome and terms from which the dependence is taken away."""
        return y - rho * lagged_y, x if kind == "lag" else x - rho * lagged_x

    def negative(rho: float) -> float:
        return -(least_squares(*at(rho))[1] + log_determinant(weights, rho))

    reach = (1.0 - 1e-6) * largest_rho(weights)
    grid = np.linspace(-reach, reach, GRID)
    best = int(np.argmin([negative(rho) for rho in grid]))
    bounds = grid[max(best - 1, 0)], grid[min(best + 1, GRID - 1)]
    rho = float(minimize_scalar(negative, bounds=bounds, method="bounded", options={"xatol": 1e-11}).x)
    outcome, terms = at(rho)
    beta = least_squares(outcome, terms)[0]
    rest = outcome - terms @ beta
    sigma2 = float((rest**2).mean())
    if information == "expected":
        matrix = _expected_information(terms, x @ beta, weights, rho, sigma2, kind)
    else:
        moved = lagged_y if kind == "lag" else lagged_y - lagged_x @ beta
        mixed = terms.T @ moved + (lagged_x.T @ rest if kind == "error" else 0.0)
        matrix = _observed_information(terms, moved, mixed, rest, sigma2, _trace_squared(weights, rho))
    return AutoregressionFit(rho, beta, sigma2, -negative(rho), _covariance(matrix), 0 < best < GRID - 1)


def _trace_squared(weights: sparse.csr_array, rho: float) -> float:
    """tr(GG), the second derivative of −log|A|; from five points, so that it holds to six places or so."""
    step = 1e-3 * min(1.0, (largest_rho(weights) - abs(rho)) / 4)
    around = np.array([log_determinant(weights, rho + shift * step) for shift in (-2, -1, 0, 1, 2)])
    return float(around @ np.array([1.0, -16.0, 30.0, -16.0, 1.0])) / (12.0 * step**2)


def _traces(weights: sparse.csr_array, rho: float) -> tuple[float, float, float]:
    """tr(G), tr(GG) and tr(G'G), column by column of G from one factorisation of A, in blocks so that memory is bounded."""
    n = weights.shape[0]
    solve = splu(sparse.csc_array(sparse.eye_array(n) - rho * weights), permc_spec="MMD_AT_PLUS_A").solve
    trace = frobenius = 0.0
    for start in range(0, n, BLOCK):
        columns = np.arange(start, min(start + BLOCK, n))
        unit = np.zeros((n, len(columns)))
        unit[columns, np.arange(len(columns))] = 1.0
        block = weights @ solve(unit)
        trace += float(block[columns, np.arange(len(columns))].sum())
        frobenius += float((block**2).sum())
    return trace, _trace_squared(weights, rho), frobenius


def _expected_information(
    terms: np.ndarray, fitted: np.ndarray, weights: sparse.csr_array, rho: float, sigma2: float, kind: Kind
) -> np.ndarray:
    """Of (ρ, β, σ²), as Ord (1975) gives it; ``fitted`` is Xβ.

    With g = GXβ for the lag model and 0 for the error model: ρρ: tr(GG) + tr(G'G) + g'g/σ², ρβ: X'g/σ², ρσ²: tr(G)/σ².
    """
    n, k = terms.shape
    trace, squared, frobenius = _traces(weights, rho)
    information = np.zeros((k + 2, k + 2))
    information[0, 0] = squared + frobenius
    if kind == "lag":
        matrix = sparse.csc_array(sparse.eye_array(n) - rho * weights)
        moved = weights @ splu(matrix, permc_spec="MMD_AT_PLUS_A").solve(fitted)
        information[0, 0] += moved @ moved / sigma2
        information[0, 1:-1] = information[1:-1, 0] = terms.T @ moved / sigma2
    information[0, -1] = information[-1, 0] = trace / sigma2
    information[1:-1, 1:-1] = terms.T @ terms / sigma2
    information[-1, -1] = n / (2.0 * sigma2**2)
    return information


def _observed_information(
    terms: np.ndarray, moved: np.ndarray, mixed: np.ndarray, rest: np.ndarray, sigma2: float, squared: float
) -> np.ndarray:
    """Of (ρ, β, σ²), at the maximum.

    With e what is left and m = −∂e/∂ρ: −∂²ℓ/∂ρ² = m'm/σ² + tr(GG), −∂²ℓ/∂ρ∂σ² = e'm/σ⁴, −∂²ℓ/∂(σ²)² = n/2σ⁴.
    """
    n, k = terms.shape
    information = np.zeros((k + 2, k + 2))
    information[0, 0] = moved @ moved / sigma2 + squared
    information[0, 1:-1] = information[1:-1, 0] = mixed / sigma2
    information[0, -1] = information[-1, 0] = rest @ moved / sigma2**2
    information[1:-1, 1:-1] = terms.T @ terms / sigma2
    information[-1, -1] = n / (2.0 * sigma2**2)
    return information


def _covariance(information: np.ndarray) -> np.ndarray:
    """Of ρ and β, from the information of (ρ, β, σ²)."""
    try:
        return np.linalg.inv(information)[:-1, :-1]
    except np.linalg.LinAlgError:  # nothing is left of the outcome
        return np.full((len(information) - 1,) * 2, np.nan)
