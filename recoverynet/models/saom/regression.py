"""What scores say about statistics: how expected statistics answer to parameters, and how far a mean is off by chance.

A score is a sum of surprises, 0 on average. Statistics of a simulation that had more turns than expected differ from those of
one that had fewer; the regression of statistics on scores, B, tells by how much. D, the derivative of expected statistics, is B
times the information, and of basic rates that is known without simulating: a variance of (expected number of turns) / ρ², and
no covariance with anything else. So D of rates is about a third steadier than the plain covariance of statistics and scores
is, and the mean of statistics less B times the mean of scores is nearer to the expected statistics than the plain mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recoverynet.kernels.saom.actor_model import VARIABLE
from recoverynet.models.saom.epochs import PanelEpoch
from recoverynet.models.saom.setting import SaomSetting

LEAST_RUNS = 10
"""Runs a parameter below which a regression would be less steady than what it replaces."""


@dataclass(frozen=True, eq=False)
class Together:
    """How statistics and scores of each epoch went together, over many simulations.

    Attributes
    ----------
    n_runs : int
    n_batches : int
        Batches these are made of, each measured from its own means.
    both : float array (epochs, P, P)
        Σ over runs of statistics (rows), less their mean, by scores (columns).
    scores : float array (epochs, P, P)
        Σ over runs of scores by scores, less their means.
    means : float array (epochs, P)
        Mean scores.
    """

    n_runs: int
    n_batches: int
    both: np.ndarray
    scores: np.ndarray
    means: np.ndarray

    @classmethod
    def of(cls, statistics: list[np.ndarray], scores: list[np.ndarray]) -> Together:
        """Of one batch: statistics and scores (runs, P) of every epoch."""
        off = [each - each.mean(axis=0) for each in scores]
        both = np.stack([each.T @ score for each, score in zip(statistics, off, strict=True)])
        squares = np.stack([each.T @ each for each in off])
        return cls(len(scores[0]), 1, both, squares, np.stack([each.mean(axis=0) for each in scores]))

    def __add__(self, other: Together) -> Together:
        n = self.n_runs + other.n_runs
        means = (self.n_runs * self.means + other.n_runs * other.means) / n
        return Together(n, self.n_batches + other.n_batches, self.both + other.both, self.scores + other.scores, means)

    @property
    def covariance(self) -> np.ndarray:
        """D (P, P) as the plain covariance of statistics (rows) with scores (columns)."""
        return np.asarray(self.both.sum(axis=0) / max(self.n_runs - self.n_batches, 1))

    @property
    def is_enough(self) -> bool:
        """Whether there are runs enough for a regression."""
        return bool(self.n_runs >= LEAST_RUNS * self.both.shape[1])

    def derivative(self, information: np.ndarray) -> np.ndarray:
        """D (P, P), with the information about basic rates (epochs, P) put in where it is known (not NaN)."""
        if not self.is_enough:
            return self.covariance
        found = np.zeros(self.both.shape[1:])
        for place, both in enumerate(self.both):
            known = np.flatnonzero(np.isfinite(information[place]))
            covered = self.scores[place] / (self.n_runs - self.n_batches)
            covered[known] = covered[:, known] = 0.0
            covered[known, known] = information[place, known]
            found += _slopes(both, self.scores[place]) @ covered
        return found

    def by_chance(self) -> np.ndarray:
        """How far the means of statistics (P,), summed over epochs, are off because scores did not average 0."""
        if not self.is_enough:
            return np.zeros(self.both.shape[1])
        slopes = [_slopes(both, squares) for both, squares in zip(self.both, self.scores, strict=True)]
        answer: np.ndarray = np.sum([slope @ mean for slope, mean in zip(slopes, self.means, strict=True)], axis=0)
        return answer


def _slopes(both: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Slopes (statistics, scores) of the regression of statistics on scores; 0 for scores that never vary."""
    found = np.zeros_like(both)
    live = np.flatnonzero(np.diag(scores) > 0.0)
    scale = np.sqrt(np.diag(scores)[live])
    alike = scores[np.ix_(live, live)] / np.outer(scale, scale)
    found[:, live] = np.linalg.lstsq(alike, (both[:, live] / scale).T, rcond=1e-10)[0].T / scale
    return found


def known_information(setting: SaomSetting, theta: np.ndarray) -> np.ndarray:
    """Information about basic rates (epochs, P), the variance of their scores; NaN where it is not known beforehand.

    It is not where turns also depend on rate effects, or simulations end when enough has changed.
    """
    found = np.full((len(setting.epochs), len(setting.parameters)), np.nan)
    if setting.condition >= 0:
        return found
    varying = set(setting.model.rates[:, VARIABLE].tolist())
    for place, epoch in enumerate(setting.epochs):
        for variable, parameter in enumerate(epoch.arrays.rate_places.tolist()):
            if variable not in varying:
                found[place, parameter] = _person_periods(epoch) / theta[parameter]
    return found


def _person_periods(epoch: PanelEpoch) -> float:
    """Time that people are there in an epoch, summed over people."""
    there = epoch.arrays.active.astype(float)
    for moment, (person, comes) in zip(epoch.arrays.moments, epoch.arrays.movers, strict=True):
        there[person] = 1.0 - moment if comes else there[person] - (1.0 - moment)
    return float(there.sum())
