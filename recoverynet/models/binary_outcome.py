"""Fitting a yes-or-no outcome with every safeguard: what cannot be estimated is left out, or is why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.kernels.hazard import Link, fit_binary, independent_columns, separating_terms
from recoverynet.results import Check, empty_table, term_table

EVENTS_A_TERM = 10
FEW_CLUSTERS = 30


@dataclass(frozen=True, eq=False)
class Rows:
    """What a model of a yes-or-no outcome is fitted to.

    Attributes
    ----------
    outcome : float array (N,) of 0 and 1
    terms : list of str, one a column of ``values``; the constant and wave effects are added by the fit
    values : float array (N, K), NaN where unknown
    wave : int array (N,)
        Labels of the waves of the outcomes.
    cluster : int array (N,)
        Whose rows may depend on each other.
    marks : tuple of str
        Terms that only mark what is unknown; they may be left out without a word.
    """

    outcome: np.ndarray
    terms: list[str]
    values: np.ndarray
    wave: np.ndarray
    cluster: np.ndarray
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Fitted:
    """What came of it: table, covariance, checks, or the reason why there is nothing.

    Attributes
    ----------
    table : pandas.DataFrame indexed by term
    covariance : pandas.DataFrame or None
    checks : tuple of Check
    reason : str or None
    used : bool array (N,), rows the fit stands on
    log_likelihood : float
    """

    table: pd.DataFrame
    covariance: pd.DataFrame | None
    checks: tuple[Check, ...]
    reason: str | None
    used: np.ndarray
    log_likelihood: float = np.nan


def fit_rows(
    rows: Rows,
    *,
    link: Link,
    focus: Sequence[str],
    wave_effects: bool = True,
    clustered: bool = True,
    level: float = 0.95,
) -> Fitted:
    """Fit the model, leaving out what cannot be estimated and saying so.

    Parameters
    ----------
    rows : Rows
    link : {"logit", "cloglog"}
    focus : sequence of str
        Terms without which there is no answer.
    wave_effects : bool
        One constant a wave.
    clustered : bool
        Sandwich covariance over clusters, or that of the model.
    level : float

    Returns
    -------
    Fitted
    """
    checks: list[Check] = []
    used = _complete(rows, checks)
    if wave_effects:
        used &= _in_telling_waves(rows, used, checks)
    outcome = rows.outcome[used]
    if len(outcome) == 0 or outcome.min() == outcome.max():
        return _nothing(rows, used, checks, "the rows left have no event, or nothing but events")
    terms, design = design_of(rows, used, wave_effects)
    kept = independent_columns(design)
    lost = [term for term, keep in zip(terms, kept, strict=True) if not keep]
    if set(lost) - set(rows.marks):
        words = ", ".join(map(repr, lost))
        checks.append(Check("every term varies on its own", False, f"left out: {words}"))
    if set(focus) & set(lost):
        return _nothing(rows, used, checks, _dull(rows, used, focus, lost))
    terms, design = [term for term in terms if term not in lost], design[:, kept]
    if len(outcome) <= len(terms):
        return _nothing(rows, used, checks, f"{len(outcome)} rows are too few for {len(terms)} terms")
    cluster = np.unique(rows.cluster[used], return_inverse=True)[1]
    fit = fit_binary(design, outcome, link=link, cluster=cluster if clustered else None)
    if fit.suspect:
        apart = [term for term, split in zip(terms, separating_terms(design, outcome), strict=True) if split]
        if apart or not fit.converged:
            return _nothing(rows, used, checks, _separated(apart))
    checks += _size_checks(outcome, len(terms), int(cluster.max()) + 1)
    table = term_table(terms, fit.beta, np.sqrt(np.diag(fit.covariance)), level=level)
    covariance = pd.DataFrame(fit.covariance, index=table.index, columns=table.index)
    return Fitted(table, covariance, tuple(checks), None, used, fit.log_likelihood)


def _complete(rows: Rows, checks: list[Check]) -> np.ndarray:
    """Rows in which every term is known."""
    unknown = ~np.isfinite(rows.values)
    if unknown.any():
        first = np.unique(unknown, axis=1, return_index=True)[1]
        counts = [f"{rows.terms[k]} {n:,}" for k in sorted(first) if (n := int(unknown[:, k].sum()))]
        detail = f"left out of {len(unknown):,} rows, unknown: {', '.join(counts)}"
        checks.append(Check("every term known in every row", False, detail))
    return ~unknown.any(axis=1)


def _in_telling_waves(rows: Rows, used: np.ndarray, checks: list[Check]) -> np.ndarray:
    """Rows of waves with both outcomes: where each wave has its own level, the others say nothing."""
    waves, code = np.unique(rows.wave, return_inverse=True)
    size, happened = (np.bincount(code[used], weights, len(waves)) for weights in (None, rows.outcome[used]))
    telling = (happened > 0) & (happened < size)
    if not telling[size > 0].all():
        names = ", ".join(str(wave) for wave in waves[(size > 0) & ~telling])
        checks.append(Check("both outcomes at every wave", False, f"left out, all alike: wave {names}"))
    return telling[code]


def design_of(rows: Rows, used: np.ndarray, wave_effects: bool) -> tuple[list[str], np.ndarray]:
    """Constant, wave effects and terms."""
    waves = np.unique(rows.wave[used])[1:] if wave_effects else np.empty(0, dtype=int)
    marks = (rows.wave[used, None] == waves).astype(np.float64)
    design = np.column_stack([np.ones(int(used.sum())), rows.values[used], marks])
    order = [0, *range(1 + len(rows.terms), design.shape[1]), *range(1, 1 + len(rows.terms))]
    terms = ["constant", *(f"wave {wave}" for wave in waves), *rows.terms]
    return terms, np.ascontiguousarray(design[:, order])


def _size_checks(outcome: np.ndarray, n_terms: int, n_clusters: int) -> list[Check]:
    """Whether there is enough to stand on."""
    rarer = int(min(outcome.sum(), len(outcome) - outcome.sum()))
    return [
        Check("10 events a term", rarer >= EVENTS_A_TERM * n_terms, f"{rarer:,} for {n_terms} terms"),
        Check("people enough for the covariance", n_clusters >= FEW_CLUSTERS, f"{n_clusters:,} people"),
    ]


def _dull(rows: Rows, used: np.ndarray, focus: Sequence[str], lost: list[str]) -> str:
    """Why a term in focus could not stay."""
    name = next(term for term in focus if term in lost)
    values = rows.values[used, rows.terms.index(name)]
    if values.min() == values.max():
        return f"{name} is the same ({values[0]:.3g}) in every row"
    return f"{name} cannot be told apart from the other terms"


def _separated(apart: list[str]) -> str:
    words = ", ".join(map(repr, apart)) or "the terms"
    return (
        f"{words} tell the outcome apart perfectly (separation), so that no finite estimate exists; merge "
        "levels, leave a term out, or gather more waves"
    )


def _nothing(rows: Rows, used: np.ndarray, checks: list[Check], reason: str) -> Fitted:
    return Fitted(empty_table(rows.terms), None, tuple(checks), reason, used)
