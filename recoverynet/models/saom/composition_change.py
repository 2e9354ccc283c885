"""When people join or leave within a period: one share of it for all, or each person's own moment."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from recoverynet.arguments import number_within
from recoverynet.errors import SchemaError, UnknownPersonError
from recoverynet.graphs.panel import NetworkPanel

ChangeAt: TypeAlias = "float | Mapping[str, float | list[float]] | pd.Series"
"""A share of a period, or people with the moments they join or leave, counted in waves: 1.25 is a quarter of the way from
the first wave to the second."""
HALFWAY = 0.5


def shares_of_change(panel: NetworkPanel, change_at: ChangeAt) -> np.ndarray:
    """After which share of each period people join or leave it: (n, periods), NaN where they do not.

    Raises
    ------
    SchemaError
        A share or moment is no number within a period, a person named does not join or leave in that period, or twice.
    UnknownPersonError
        Somebody named is not in the panel.
    """
    moving = panel.present[:, 1:] != panel.present[:, :-1]
    if not isinstance(change_at, Mapping | pd.Series):
        number_within(change_at, "change_at", 0, 1, such_as=0.5, what="a share of a period")
        return np.where(moving, float(change_at), np.nan)
    shares = np.where(moving, HALFWAY, np.nan)
    ids = pd.Index(panel.people.index.astype(str))
    unknown = [person for person in dict(change_at) if str(person) not in ids]
    if unknown:
        raise UnknownPersonError(
            f"change_at names {len(unknown)} people who are not in the panel, such as {unknown[0]!r}; its first are "
            f"{', '.join(map(repr, ids[:3]))}."
        )
    for person, given in change_at.items():
        row = int(ids.get_indexer([str(person)])[0])
        moments: list[Any] = [given] if isinstance(given, Real) else list(given)  # type: ignore[arg-type]
        periods = [_period_of(person, moment, moving[row]) for moment in moments]
        if len(set(periods)) < len(periods):
            raise SchemaError(f"change_at of {person!r} has two moments in one period: {moments}.")
        for moment, period in zip(moments, periods, strict=True):
            shares[row, period] = float(moment) - period - 1
    return shares


def _period_of(person: object, moment: object, moving: np.ndarray) -> int:
    """The period (from 0) a moment lies in, where this person joins or leaves in it."""
    if not isinstance(moment, Real) or not math.isfinite(moment) or moment == math.floor(moment):
        raise SchemaError(
            f"change_at of {person!r} is a moment between two waves, such as 1.25 for a quarter of the way from wave 1 to wave 2; "
            f"got {moment!r}."
        )
    period = int(np.floor(float(moment))) - 1
    if not 0 <= period < len(moving) or not moving[period]:
        when = ", ".join(f"{place + 1} and {place + 2}" for place in np.flatnonzero(moving)) or "none"
        raise SchemaError(
            f"change_at says that {person!r} joins or leaves at {float(moment):g}; the panel has them do so between waves {when}."
        )
    return period
