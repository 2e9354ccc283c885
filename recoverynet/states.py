"""States of recovery over time: several, reversible, and known only where someone has looked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError

STATE_VARIABLE = "state"
UNKNOWN = "unknown"
SourceRule = Literal["latest", "priority"]


@dataclass(frozen=True)
class StateScheme:
    """Which states can a person be in, and which of them count as using?

    Parameters
    ----------
    states : tuple of str
        Every state, ``"unknown"`` included, in the order they are shown.
    using : frozenset of str
        States in which the person is using as before. Being stable on opioid substitution is not among them.

    Raises
    ------
    SchemaError
        ``"unknown"`` is missing, a state is named twice, or ``using`` names one that is not in ``states``.
    """

    states: tuple[str, ...] = ("using", "reduced", "ost_stable", "abstinent", "in_recovery", UNKNOWN)
    using: frozenset[str] = frozenset({"using"})

    def __post_init__(self) -> None:
        object.__setattr__(self, "states", tuple(self.states))
        object.__setattr__(self, "using", frozenset(self.using))
        if UNKNOWN not in self.states or len(set(self.states)) < len(self.states):
            raise SchemaError(f"A scheme names each state once and includes 'unknown'; got {self.states}.")
        self.require(self.using)

    def require(self, names: Iterable[str]) -> None:
        """Raise SchemaError unless every name is a known state other than unknown."""
        wrong = sorted(set(names) - (set(self.states) - {UNKNOWN}))
        if wrong:
            known = ", ".join(state for state in self.states if state != UNKNOWN)
            raise SchemaError(f"{', '.join(map(repr, wrong))} cannot be used here; the states are {known}.")


RECOVERY_STATES = StateScheme()
"""The states of the design: using, reduced, ost_stable, abstinent, in_recovery, unknown."""


@dataclass(frozen=True)
class Norm:
    """Which states hold the norm in question?

    Abstinence is one norm among several: whoever runs the analysis says which states hold it.

    Parameters
    ----------
    name : str
        Name of the norm, used for columns and labels.
    holds : set of str
        States in which a person holds the norm.
    scheme : StateScheme
        The states there are.

    Raises
    ------
    SchemaError
        ``holds`` is empty, or names an unknown state.

    Examples
    --------
    >>> from recoverynet import Norm
    >>> recovery = Norm("recovery", holds={"abstinent", "in_recovery", "ost_stable"})
    >>> recovery.held(["abstinent", "using", "unknown"])
    array([ 1.,  0., nan])
    """

    name: str
    holds: frozenset[str]
    scheme: StateScheme = RECOVERY_STATES

    def __post_init__(self) -> None:
        if isinstance(self.holds, str):
            raise SchemaError(f"holds must be a set of states, such as {{{self.holds!r}}}.")
        object.__setattr__(self, "holds", frozenset(self.holds))
        if not self.holds:
            raise SchemaError(f"The norm {self.name!r} must be held in at least one state.")
        self.scheme.require(self.holds)

    def held(self, states: Iterable[str] | pd.Series | np.ndarray) -> np.ndarray:
        """1.0 where a state holds the norm, 0.0 where it does not, NaN where it is unknown or missing.

        Parameters
        ----------
        states : sequence of str

        Returns
        -------
        numpy.ndarray of float, same length
        """
        series = pd.Series(list(states), dtype="object")
        known = series.notna() & (series != UNKNOWN)
        return np.where(known, series.isin(self.holds).astype(float), np.nan)


RECOVERY_NORM = Norm("recovery", frozenset({"abstinent", "in_recovery", "ost_stable"}))
"""The norm used where none is named: abstinent, in recovery, or stable on opioid substitution."""
