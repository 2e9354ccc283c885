"""Chances, their slopes and their running total out of a fitted yes-or-no model, each with its gradient.

Symbols: X the rows × terms design, β the estimates, η = Xβ, F(η) the chance, f = F′, f′ = F″; H the cumulated hazard
−Σ log(1 − F). A gradient is that of the value in β, so that gᵀVg is its variance (delta method) where V is that of β.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from recoverynet.kernels.hazard import Link

FARTHEST = 50.0


class Margin(NamedTuple):
    """A number out of a fit and its gradient (K,) in the estimates."""

    value: float
    gradient: np.ndarray

    def std_error(self, covariance: np.ndarray) -> float:
        """Its standard error by the delta method."""
        return float(np.sqrt(max(float(self.gradient @ covariance @ self.gradient), 0.0)))


def chance(eta: np.ndarray, link: Link) -> np.ndarray:
    """F(η): the chance of the outcome."""
    if link == "logit":
        return np.asarray(expit(eta))
    return np.asarray(-np.expm1(-np.exp(np.minimum(eta, FARTHEST))))


def slope(eta: np.ndarray, link: Link) -> np.ndarray:
    """f(η): how fast the chance grows."""
    if link == "logit":
        p = expit(eta)
        return np.asarray(p * (1.0 - p))
    eta = np.minimum(eta, FARTHEST)
    return np.asarray(np.exp(eta - np.exp(eta)))


def bend(eta: np.ndarray, link: Link) -> np.ndarray:
    """f′(η): how fast the slope grows."""
    if link == "logit":
        answer: np.ndarray = slope(eta, link) * (1.0 - 2.0 * expit(eta))
        return answer
    answer = slope(eta, link) * (1.0 - np.exp(np.minimum(eta, FARTHEST)))
    return answer


def mean_chance(design: np.ndarray, beta: np.ndarray, link: Link) -> Margin:
    """Mean chance over the rows."""
    eta = design @ beta
    return Margin(float(chance(eta, link).mean()), slope(eta, link) @ design / len(design))


def mean_change(after: np.ndarray, before: np.ndarray, beta: np.ndarray, link: Link) -> Margin:
    """Mean over the rows of the chance with one design less the chance with another."""
    one, other = mean_chance(after, beta, link), mean_chance(before, beta, link)
    return Margin(one.value - other.value, one.gradient - other.gradient)


def mean_slope(design: np.ndarray, beta: np.ndarray, column: int, link: Link) -> Margin:
    """Mean over the rows of the derivative of the chance in one column."""
    eta = design @ beta
    steep = slope(eta, link)
    gradient = beta[column] * (bend(eta, link) @ design) / len(design)
    gradient[column] += steep.mean()
    return Margin(float(beta[column] * steep.mean()), gradient)


def mean_incidence(designs: Sequence[np.ndarray | None], beta: np.ndarray, link: Link, certain: Sequence[float]) -> list[Margin]:
    """Mean over the rows of the chance that it has happened by each step, one design (N, K) a step.

    Parameters
    ----------
    designs : sequence of float array (N, K) or None
        None where everybody's chance is known to be ``certain`` at that step.
    beta : float array (K,)
    link : {"logit", "cloglog"}
    certain : sequence of float
        0 or 1 where a design is None.

    Returns
    -------
    list of Margin
        1 − mean of exp(−H).
    """
    first = next(each for each in designs if each is not None)
    left, pull = np.ones(len(first)), np.zeros(first.shape)
    answers = []
    for design, known in zip(designs, certain, strict=True):
        if design is None:
            left = left * (1.0 - known)
        else:
            eta = design @ beta
            left = left * (1.0 - chance(eta, link))
            pull = pull + _hazard_slope(eta, link)[:, None] * design
        answers.append(Margin(float(1.0 - left.mean()), left @ pull / len(left)))
    return answers


def _hazard_slope(eta: np.ndarray, link: Link) -> np.ndarray:
    """d(−log(1 − F))/dη."""
    return np.asarray(expit(eta) if link == "logit" else np.exp(np.minimum(eta, FARTHEST)))


def interval_of_chance(value: float, std_error: float, reach: float, link: Link) -> tuple[float, float]:
    """An interval that stays between 0 and 1: symmetrical on the scale of the link; ``reach`` in standard errors."""
    if not (0.0 < value < 1.0 and np.isfinite(std_error)):
        return (value, value) if std_error == 0.0 else (np.nan, np.nan)
    if link == "logit":
        middle, stretch = np.log(value) - np.log1p(-value), 1.0 / (value * (1.0 - value))
    else:
        left = -np.log1p(-value)
        middle, stretch = np.log(left), 1.0 / ((1.0 - value) * left)
    ends = np.array([middle - reach * std_error * stretch, middle + reach * std_error * stretch])
    low, high = chance(ends, link)
    return float(low), float(high)
