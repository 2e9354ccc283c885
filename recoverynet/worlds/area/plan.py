"""The dials of a synthetic area and its calendar of days and months."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError

Odds = tuple[float, float]
AREAS = ("Millfield", "Quayside", "Castle Hill", "Eastmoor", "Weirside", "Old Town")
PROVIDERS = ("Northgate", "Southbank", "Weir House")
ROLES = ("client", "peer", "family", "community", "worker")
CLIENT, PEER, FAMILY, COMMUNITY, WORKER = range(5)
SHOCK_STARTS, SHOCK_STAYS = 0.10, 0.80
SHARE_SHOCKED = SHOCK_STARTS / (SHOCK_STARTS + 1.0 - SHOCK_STAYS)


@dataclass(frozen=True)
class AreaPlan:
    """Every argument of synthetic_record but the randomness."""

    n_clients: int
    n_peers: int
    n_workers: int
    n_groups: int
    months: int
    start: pd.Timestamp
    homophily: float
    influence: float
    surroundings: float
    latent: Odds
    base_gain: float
    base_loss: float
    missing: float

    def check(self) -> None:
        """Raise SchemaError for the first argument out of its range."""
        odds = np.array([self.homophily, self.influence, self.surroundings, *self.latent], dtype=float)
        rules = [
            (self.n_clients >= 10, "n_clients must be 10 or more"),
            (self.n_peers >= 10, "n_peers must be 10 or more"),
            (self.n_workers >= 1, "n_workers must be 1 or more"),
            (self.n_groups >= 10, "n_groups must be 10 or more, so that every kind of group is there"),
            (self.months >= 2, "months must be 2 or more"),
            (self.start.day == 1 and self.start == self.start.normalize(), "start must be the first of a month"),
            (len(self.latent) == 2, "latent is a pair (tie odds, outcome odds)"),
            (
                np.isfinite(odds).all() and (odds > 0).all(),
                "homophily, influence, surroundings and latent are odds ratios above 0; 1 means no effect",
            ),
            (0 < self.base_gain < 1 and 0 < self.base_loss < 1, "base_gain and base_loss are chances"),
            (0 <= self.missing < 1, "missing must lie between 0 and 1"),
        ]
        for holds, rule in rules:
            if not holds:
                given = ", ".join(f"{item.name}={getattr(self, item.name)!r}" for item in fields(self))
                raise SchemaError(f"{rule}; got {given}.")

    @property
    def n_people(self) -> int:
        """Everybody: clients, those around them, workers."""
        return self.n_clients + self.n_peers + self.n_workers

    @cached_property
    def month_starts(self) -> np.ndarray:
        """Day numbers of the first of each month and of the day after the last; the start is day 0."""
        firsts = pd.date_range(self.start, periods=self.months + 1, freq="MS")
        return (firsts - self.start).days.to_numpy()

    @property
    def n_days(self) -> int:
        """Days in the whole period."""
        return int(self.month_starts[-1])

    def month_of(self, days: np.ndarray) -> np.ndarray:
        """Month number of each day, below 0 or above the last month for days outside the period."""
        return np.searchsorted(self.month_starts, days, side="right") - 1

    def stamps(self, days: np.ndarray, minutes: np.ndarray | int = 0) -> pd.Series:
        """Local times without a zone from day numbers and minutes of the day; missing days stay missing."""
        known = np.isfinite(np.asarray(days, dtype=float))
        whole = np.where(known, days, 0).astype("int64") * 1440 + minutes
        stamps = pd.Series(self.start.to_datetime64() + whole.astype("timedelta64[m]"))
        return stamps.where(known)


def inverse_logit(log_odds: np.ndarray) -> np.ndarray:
    """The chance that goes with log odds."""
    answer: np.ndarray = 1.0 / (1.0 + np.exp(-log_odds))
    return answer


def logit(share: float | np.ndarray) -> np.ndarray:
    """The log odds that go with a chance."""
    answer: np.ndarray = np.log(share) - np.log1p(-np.asarray(share))
    return answer
