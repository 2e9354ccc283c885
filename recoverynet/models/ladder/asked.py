"""Whether what is asked of the ladder makes sense: its margin, its permutations, its placebo."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real

import numpy as np
import pandas as pd

from recoverynet.arguments import whole_number
from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.ladder.rungs import LEAST_ROWS

ALL_BUT, MOST_WORDS = 0.95, 20
"""Correlation from which on two norms are taken to be one, and levels from which on words are names rather than kinds."""


def require_other(placebo: np.ndarray | None, held: np.ndarray, panel: NetworkPanel, terms: Sequence[str]) -> None:
    """SchemaError where the placebo is the norm, all but, at any wave or turned round, or something that is adjusted for."""
    if placebo is None:
        return
    for name in terms:
        values = _named(panel, name)
        if values is not None and _says(values, placebo):
            raise SchemaError(
                f"The placebo is {name!r}, or follows from it, which is adjusted for; leave it out of the adjustment or name "
                "another outcome."
            )
    for word, values in (("itself", placebo), ("turned round", 1.0 - placebo)):
        if np.array_equal(values, held, equal_nan=True) or _all_but(values, held):
            raise SchemaError(f"The placebo is the norm {word}, or all but; name an outcome that cannot spread between people.")
        for lag in range(1, held.shape[1] - 1):
            if _all_but(values[:, lag:], held[:, :-lag]) or _all_but(values[:, :-lag], held[:, lag:]):
                waves = f"{lag} wave{'s' * (lag > 1)}"
                raise SchemaError(f"The placebo is the norm {word}, or all but, {waves} away; name an outcome that cannot spread.")


def _named(panel: NetworkPanel, name: str) -> np.ndarray | None:
    """Values of what is adjusted for, (n,) or (n, W); None of what is counted from the panel itself."""
    for shelf in (panel.covariates, panel.behaviour, panel.people):
        if name in shelf:
            return np.asarray(shelf[name])
    return None


def _all_but(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two norms go together so closely that one is the other with a few slips."""
    both = np.isfinite(one) & np.isfinite(other)
    first, second = one[both], other[both]
    if len(first) < LEAST_ROWS or np.ptp(first) == 0 or np.ptp(second) == 0:
        return False
    return bool(np.corrcoef(first, second)[0, 1] >= ALL_BUT)


def _says(values: np.ndarray, placebo: np.ndarray) -> bool:
    """Whether a covariate says what the placebo is: each word or code one answer, or a number above which it holds."""
    wide = np.broadcast_to(values[:, None] if values.ndim == 1 else values, placebo.shape)
    both = ~pd.isna(wide) & np.isfinite(placebo)
    known, answer = wide[both], placebo[both]
    if len(known) < LEAST_ROWS or np.ptp(answer) == 0:
        return False
    if values.dtype.kind in "fiub":
        numbers = known.astype(float)
        held, other = numbers[answer == 1], numbers[answer == 0]
        return bool(held.min() > other.max() or other.min() > held.max())
    codes, levels = pd.factorize(known)
    if len(levels) > MOST_WORDS:
        return False
    ends = pd.Series(answer).groupby(codes).agg(["min", "max"])
    return bool((ends["min"] == ends["max"]).all())


def required(margin: float, n_permutations: object) -> int:
    """How many permutations; SchemaError unless both arguments make sense."""
    if isinstance(margin, bool) or not isinstance(margin, Real) or not 1.0 <= margin < math.inf:
        raise SchemaError(f"margin is an odds ratio of 1 or more; got {margin!r}.")
    return whole_number(n_permutations, "n_permutations", 1)
