"""Which birth dates cannot be right, and which stand for one that nobody asked for."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

EARLIEST = pd.Timestamp(1900, 1, 2)
"""Nobody in a record of recovery was born before; and 1 January 1900 is what systems fill in."""
FILLED_IN = (pd.Timestamp(1900, 1, 1), pd.Timestamp(1901, 1, 1), pd.Timestamp(1911, 11, 11))
"""Dates that systems write where none was given. Others, once a system has many of them, weigh little by being common."""


@dataclass(frozen=True)
class ImplausibleBirths:
    """How many birth dates were given, and how many of them cannot be right, each counted once."""

    n_given: int
    n_unread: int
    n_filled_in: int
    n_early: int
    n_late: int
    n_after_known: int

    @property
    def n_wrong(self) -> int:
        """All that are not used."""
        return self.n_unread + self.n_filled_in + self.n_early + self.n_late + self.n_after_known

    def in_words(self) -> str:
        """Which they are, each kind with its number."""
        kinds = [
            (self.n_unread, "that cannot be read"),
            (self.n_filled_in, "that systems fill in, such as 1 January 1900"),
            (self.n_early, "before 1900"),
            (self.n_late, "after today"),
            (self.n_after_known, "after the day the person was first known"),
        ]
        return ", ".join(f"{n:,} {what}" for n, what in kinds if n)


def plausible_births(
    born: pd.Series, given: pd.Series, *, known: pd.Series | None = None, today: pd.Timestamp | None = None
) -> tuple[pd.Series, ImplausibleBirths]:
    """Birth dates that can be right, the others missing, and how many those were.

    Parameters
    ----------
    born : Series of dates
        As far as they could be read.
    given : Series of bool
        Whether a date was given at all.
    known : Series of dates, optional
        A day on which each person was known already; missing where there is none.
    today : Timestamp, optional
        Default: the day it is.
    """
    days = born.dt.tz_localize(None).dt.normalize()
    last = (pd.Timestamp.now() if today is None else today).normalize()
    unread = given & days.isna()
    filled_in = days.isin(FILLED_IN)
    early = ~filled_in & (days < EARLIEST)
    late = days > last
    after = pd.Series(False, index=days.index) if known is None else ~late & ~early & ~filled_in & (days > known)
    counts = [int(one.sum()) for one in (given, unread, filled_in, early, late, after)]
    return days.mask(filled_in | early | late | after), ImplausibleBirths(*counts)
