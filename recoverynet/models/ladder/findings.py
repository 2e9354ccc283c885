"""What each rung of the ladder found, as fields: numbers, codes and names, no sentence among them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from recoverynet.models.spread.reasons import Reason

DESCRIBED, CRUDE, PERMUTATION, ADJUSTED = "described", "crude association", "permutation", "adjusted, beyond the margin"
NO_PLACEBO, PLACEBO, FUTURE_TIES = "placebo named", "placebo outcome", "future ties"
MATCHED, COEVOLUTION = "matched comparison", "co-evolution model"
PLACEBOS = (PLACEBO, FUTURE_TIES)
"""Rungs that look where nothing should be found."""


@dataclass(frozen=True)
class Rung:
    """One step of the ladder.

    Attributes
    ----------
    level : int
        1 to 4: the level it belongs to.
    name : str
    passed : bool or None
        None where it could not be tried and the ladder does not stop for it.
    odds_ratio, low, high : float
        Estimate and the bounds it was judged by; NaN where there is none.
    p : float
    n_rows, n_events : int
        Person-waves at risk and gains among them.
    reason : Reason or None
        Why it has no answer.
    sided : float
        Coverage of each of the two one-sided bounds.
    terms : tuple of str
        What it was adjusted for.
    margin : float
        Odds ratio that ``low`` had to clear; NaN where that is none but 1.
    difference, difference_low, difference_high : float
        Of a matched comparison the difference of two shares, with its interval.
    contrast, contrast_low, contrast_high : float
        Of a placebo the norm's odds ratio divided by its own, with one-sided 95 % bounds paired on the person.
    sees : float
        Of a placebo the odds ratio it would show in four cases of five.
    stops : bool
        Whether the ladder stops where it does not hold; False for a check that only warns.
    """

    level: int
    name: str
    passed: bool | None
    odds_ratio: float = math.nan
    low: float = math.nan
    high: float = math.nan
    p: float = math.nan
    n_rows: int = 0
    n_events: int = 0
    reason: Reason | None = None
    sided: float = 0.95
    terms: tuple[str, ...] = ()
    margin: float = math.nan
    difference: float = math.nan
    difference_low: float = math.nan
    difference_high: float = math.nan
    contrast: float = math.nan
    contrast_low: float = math.nan
    contrast_high: float = math.nan
    sees: float = math.nan
    stops: bool = True

    @property
    def has_estimate(self) -> bool:
        """Whether an estimate or a p was found."""
        return math.isfinite(self.odds_ratio) or math.isfinite(self.difference) or math.isfinite(self.p)


@dataclass(frozen=True)
class Footing:
    """What the adjusted estimate stands on, and whether that is enough to be told without a word of caution."""

    n_people: int = 0
    n_rows: int = 0
    n_events: int = 0
    steady: bool = True
