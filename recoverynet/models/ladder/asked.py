"""Whether what is asked of the ladder makes sense: its margin, its permutations, its placebo."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real

import numpy as np

from recoverynet.arguments import whole_number
from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.ladder.rungs import LEAST_ROWS


def require_other(placebo: np.ndarray | None, held: np.ndarray, panel: NetworkPanel, terms: Sequence[str]) -> None:
    """SchemaError where the placebo is the norm, at any wave or turned round, or something that is adjusted for."""
    _require_no_covariate(panel, placebo, terms)
    for word, values in (("itself", placebo), ("turned round", None if placebo is None else 1.0 - placebo)):
        if values is None:
            continue
        if np.array_equal(values, held, equal_nan=True):
            raise SchemaError(f"The placebo is the norm {word}; name an outcome that cannot spread between people.")
        for lag in range(1, held.shape[1] - 1):
            for one, other in ((values[:, lag:], held[:, :-lag]), (values[:, :-lag], held[:, lag:])):
                both = np.isfinite(one) & np.isfinite(other)
                if both.sum() >= LEAST_ROWS and np.array_equal(one[both], other[both]) and np.ptp(one[both]) > 0:
                    raise SchemaError(
                        f"The placebo is the norm {word}, {lag} wave{'s' * (lag > 1)} away; name an outcome that cannot spread."
                    )


def _require_no_covariate(panel: NetworkPanel, placebo: np.ndarray | None, terms: Sequence[str]) -> None:
    """SchemaError where the placebo is something that is adjusted for: held fixed, it can show nothing."""
    if placebo is None:
        return
    for name in terms:
        values = np.asarray(panel.covariates.get(name, np.nan))
        if values.dtype.kind not in "fiub" or not np.isfinite(values.astype(float)).any():
            continue
        wide = np.broadcast_to(values[:, None] if values.ndim == 1 else values, placebo.shape).astype(float)
        both = np.isfinite(wide) & np.isfinite(placebo)
        if both.any() and (np.array_equal(wide[both], placebo[both]) or np.array_equal(1.0 - wide[both], placebo[both])):
            raise SchemaError(
                f"The placebo is {name!r}, which is adjusted for; leave it out of the adjustment or name another outcome."
            )


def required(margin: float, n_permutations: object) -> int:
    """How many permutations; SchemaError unless both arguments make sense."""
    if isinstance(margin, bool) or not isinstance(margin, Real) or not 1.0 <= margin < math.inf:
        raise SchemaError(f"margin is an odds ratio of 1 or more; got {margin!r}.")
    return whole_number(n_permutations, "n_permutations", 1)
