"""Fitting a yes-or-no outcome with every safeguard: what cannot be estimated is left out, or is why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from recoverynet.kernels.hazard import BinaryFit, Link, independent_columns, separating_direction
from recoverynet.models.spread.dependence import BY_PERSON, FEWEST_GROUPS, Dependence, fit_dependent
from recoverynet.results import Check, empty_table, term_table

EVENTS_A_TERM = 10
FEW_CLUSTERS = 30
SMALLEST = 1e-18
NO_CHANCE = "the rows left leave nothing to tell chance from"


class DesignTerm(NamedTuple):
    """One column of a design: its name, what sort of column it is, and of a level the category it belongs to."""

    name: str
    kind: Literal["constant", "wave", "level", "mark", "value"]
    category: str = ""


@dataclass(frozen=True, eq=False)
class OutcomeRows:
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
    level_of : mapping of term to category
        Terms that mark a level of a category.
    first_of : mapping of category to level
        The level others are compared with, which has no term.
    """

    outcome: np.ndarray
    terms: list[str]
    values: np.ndarray
    wave: np.ndarray
    cluster: np.ndarray
    marks: tuple[str, ...] = ()
    level_of: Mapping[str, str] = field(default_factory=dict)
    first_of: Mapping[str, str] = field(default_factory=dict)

    def term(self, name: str) -> DesignTerm:
        """One of the terms with its kind."""
        kind: Literal["mark", "level", "value"] = "mark" if name in self.marks else "level" if name in self.level_of else "value"
        return DesignTerm(name, kind, self.level_of.get(name, name))


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
    columns : int array
        Columns of :func:`design_of` that the rows of the table belong to.
    """

    table: pd.DataFrame
    covariance: pd.DataFrame | None
    checks: tuple[Check, ...]
    reason: str | None
    used: np.ndarray
    log_likelihood: float = np.nan
    columns: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))


def fit_rows(
    rows: OutcomeRows,
    *,
    link: Link,
    focus: Sequence[str],
    wave_effects: bool = True,
    errors: Dependence = BY_PERSON,
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
    errors : Dependence
        Which rows may depend on each other. Default: those of the same person.
    level : float

    Returns
    -------
    Fitted
    """
    checks: list[Check] = []
    used = _complete(rows, checks)
    if not used.any():
        return _nothing(rows, used, checks, _unknown(rows))
    certain: list[str] = []
    while True:
        if wave_effects:
            used &= _in_telling_waves(rows, used, checks)
        terms, design, lost, columns = _full_rank(rows, used, wave_effects)
        names = [term.name for term in terms]
        reason = _nothing_to_fit(rows, used, terms, lost, focus)
        if reason:
            return _nothing(rows, used, checks, reason)
        fit = fit_dependent(design, rows.outcome[used], rows.cluster[used], used, link=link, errors=errors)
        direction = separating_direction(design, rows.outcome[used]) if fit.suspect else np.zeros(len(terms))
        apart = [term for term, share in zip(terms, direction, strict=True) if abs(share) > 1e-7]
        if not apart:
            break
        told = np.abs(design @ direction) > 1e-9
        if not _of_levels(apart) or not told.any():
            return _nothing(rows, used, checks, _separated(apart))
        used = _without_certain(used, told, apart, checks)
        certain += [term.name for term in apart]
    n_clusters = errors.n_clusters(rows.cluster[used], used)
    reason = _no_chance(fit, names, focus, n_clusters, errors)
    if reason:
        return _nothing(rows, used, checks, reason)
    checks += _lost_checks(lost, certain)
    checks += _size_checks(rows.outcome[used], len(terms), n_clusters, errors.of) + errors.checks()
    table = term_table(names, fit.beta, np.sqrt(np.diag(fit.covariance)), level=level)
    covariance = pd.DataFrame(fit.covariance, index=table.index, columns=table.index)
    return Fitted(table, covariance, tuple(checks), None, used, fit.log_likelihood, columns)


def _lost_checks(lost: list[DesignTerm], certain: list[str]) -> list[Check]:
    """Whether every term stayed; marks of the unknown, and levels that were dealt with before, go without a word."""
    told = [term.name for term in lost if term.kind != "mark" and term.name not in certain]
    return [Check("every term varies on its own", False, f"left out: {', '.join(map(repr, told))}")] if told else []


def _nothing_to_fit(
    rows: OutcomeRows, used: np.ndarray, terms: list[DesignTerm], lost: list[DesignTerm], focus: Sequence[str]
) -> str | None:
    """Why the rows left hold no answer; None where they may."""
    outcome = rows.outcome[used]
    if len(outcome) == 0 or outcome.min() == outcome.max():
        return "the rows left have no event, or nothing but events"
    dull = [term.name for term in lost if term.name in focus]
    if dull:
        return _dull(rows, used, dull[0])
    return f"{len(outcome)} rows are too few for {len(terms)} terms" if len(outcome) <= len(terms) else None


def _no_chance(fit: BinaryFit, terms: list[str], focus: Sequence[str], n_clusters: int, errors: Dependence) -> str | None:
    """Why the fit gives no standard errors that mean anything; None where it does."""
    if not fit.converged:
        return _separated([])
    if errors.groups is not None and n_clusters < FEWEST_GROUPS:
        few = f"{n_clusters} {errors.of} are too few to tell chance from"
        return f"{few}; take errors='person', or something of {FEWEST_GROUPS} or more"
    if errors.kind in ("person", "network") and n_clusters <= len(terms):
        return f"{n_clusters} people are too few to tell chance from, with {len(terms)} terms; adjust for less"
    variance = np.diag(fit.covariance)
    smallest = variance[[terms.index(term) for term in focus]].min()
    if not ((variance >= 0).all() and smallest > SMALLEST):
        return NO_CHANCE
    return None


def _full_rank(
    rows: OutcomeRows, used: np.ndarray, wave_effects: bool
) -> tuple[list[DesignTerm], np.ndarray, list[DesignTerm], np.ndarray]:
    """Terms that vary on their own with their design, those that do not, and where the former stand among all."""
    terms, design = design_of(rows, used, wave_effects)
    kept = independent_columns(design)
    lost = [term for term, keep in zip(terms, kept, strict=True) if not keep]
    return [term for term, keep in zip(terms, kept, strict=True) if keep], design[:, kept], lost, np.flatnonzero(kept)


def _of_levels(apart: list[DesignTerm]) -> bool:
    """Whether the outcome is told apart by levels of a category or marks of the unknown, and by nothing else."""
    kinds = {term.kind for term in apart}
    return bool(kinds & {"level", "mark"}) and "value" not in kinds


def _without_certain(used: np.ndarray, certain: np.ndarray, apart: list[DesignTerm], checks: list[Check]) -> np.ndarray:
    """Rows but those whose outcome a level leaves no doubt about: they say nothing of the other terms."""
    left = used.copy()
    left[np.flatnonzero(used)[certain]] = False
    names = dict.fromkeys(term.category for term in apart if term.kind in ("level", "mark"))
    detail = f"{int(certain.sum()):,} rows left out, all alike at their level of {', '.join(map(repr, names))}"
    checks.append(Check("both outcomes at every level", False, detail))
    return left


def _complete(rows: OutcomeRows, checks: list[Check]) -> np.ndarray:
    """Rows in which every term is known."""
    unknown = ~np.isfinite(rows.values)
    if unknown.any():
        first = np.unique(unknown, axis=1, return_index=True)[1]
        counts = [f"{rows.term(rows.terms[k]).category} {n:,}" for k in sorted(first) if (n := int(unknown[:, k].sum()))]
        detail = f"left out of {len(unknown):,} rows, unknown: {', '.join(counts)}"
        checks.append(Check("every term known in every row", False, detail))
    answer: np.ndarray = ~unknown.any(axis=1)
    return answer


def _in_telling_waves(rows: OutcomeRows, used: np.ndarray, checks: list[Check]) -> np.ndarray:
    """Rows of waves with both outcomes: where each wave has its own level, the others say nothing."""
    waves, code = np.unique(rows.wave, return_inverse=True)
    size, happened = (np.bincount(code[used], weights, len(waves)) for weights in (None, rows.outcome[used]))
    telling = (happened > 0) & (happened < size)
    if not telling[size > 0].all():
        names = ", ".join(str(wave) for wave in waves[(size > 0) & ~telling])
        checks.append(Check("both outcomes at every wave", False, f"left out, all alike: wave {names}"))
    return telling[code]


def design_of(rows: OutcomeRows, used: np.ndarray, wave_effects: bool) -> tuple[list[DesignTerm], np.ndarray]:
    """Constant, wave effects and terms."""
    waves = np.unique(rows.wave[used])[1:] if wave_effects else np.empty(0, dtype=int)
    marks = (rows.wave[used, None] == waves).astype(np.float64)
    design = np.column_stack([np.ones(int(used.sum())), rows.values[used], marks])
    order = [0, *range(1 + len(rows.terms), design.shape[1]), *range(1, 1 + len(rows.terms))]
    own = [rows.term(name) for name in rows.terms]
    terms = [DesignTerm("constant", "constant"), *(DesignTerm(f"wave {wave}", "wave") for wave in waves), *own]
    return terms, np.ascontiguousarray(design[:, order])


def _size_checks(outcome: np.ndarray, n_terms: int, n_clusters: int, of: str) -> list[Check]:
    """Whether there is enough to stand on."""
    rarer = int(min(outcome.sum(), len(outcome) - outcome.sum()))
    return [
        Check("10 events a term", rarer >= EVENTS_A_TERM * n_terms, f"{rarer:,} for {n_terms} terms"),
        Check(f"{of} enough for the covariance", n_clusters >= FEW_CLUSTERS, f"{n_clusters:,} {of}"),
    ]


def _unknown(rows: OutcomeRows) -> str:
    """Which terms nobody knows anything of."""
    names = [term for term, column in zip(rows.terms, rows.values.T, strict=True) if not np.isfinite(column).any()]
    if not names:
        return "no row is known in every term; adjust for less"
    return f"{', '.join(map(repr, names))} is not known for anybody at risk; leave it out"


def _dull(rows: OutcomeRows, used: np.ndarray, name: str) -> str:
    """Why a term in focus could not stay."""
    values = rows.values[used, rows.terms.index(name)]
    if values.min() == values.max():
        return f"{name} is the same ({values[0]:.3g}) in every row"
    return f"{name} cannot be told apart from the other terms"


def _separated(apart: list[DesignTerm]) -> str:
    words = f"{', '.join(repr(term.name) for term in apart)} tell{'s' * (len(apart) == 1)}" if apart else "the terms tell"
    return (
        f"{words} the outcome apart perfectly (separation), so that no finite estimate exists; merge levels, leave a "
        "term out, or gather more waves"
    )


def _nothing(rows: OutcomeRows, used: np.ndarray, checks: list[Check], reason: str) -> Fitted:
    return Fitted(empty_table(rows.terms), None, tuple(checks), reason, used)
