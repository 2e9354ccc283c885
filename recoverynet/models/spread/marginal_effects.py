"""How much likelier does each term make it, on the scale of chances?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from recoverynet.kernels.hazard_margins import Margin, mean_change, mean_slope
from recoverynet.models.spread.fitted_rows import FittedRows
from recoverynet.models.spread.wave_outcome import DesignTerm
from recoverynet.results import term_table


def effects_table(rows: FittedRows, at: str, discrete: bool, level: float) -> pd.DataFrame:
    """Average marginal effect of every term, the constant, waves and marks of what is unknown aside."""
    terms = [term for column, term in enumerate(rows.terms) if column in rows.kept and term.kind in ("value", "level")]
    made = [margin_of(rows, term, at, discrete) for term in terms]
    spread = np.array([each.std_error(rows.covariance) for each in made])
    return term_table([term.name for term in terms], np.array([each.value for each in made]), spread, level=level)


def difference_row(rows: FittedRows, name: str, one: str, other: str, at: str, level: float) -> pd.DataFrame:
    """The effect of one term less that of another, by the name it goes under."""
    first, second = (margin_of(rows, rows.terms[rows.column(term)], at, True) for term in (one, other))
    made = Margin(first.value - second.value, first.gradient - second.gradient)
    return term_table([name], np.array([made.value]), np.array([made.std_error(rows.covariance)]), level=level)


def margin_of(rows: FittedRows, term: DesignTerm, at: str, discrete: bool) -> Margin:
    """A change from no to yes, or between levels, where asked for and it is one; else the derivative."""
    design = rows.start(at)
    column = rows.column(term.name)
    if not (discrete and _is_step(rows, term)):
        place = int(np.flatnonzero(rows.kept == column)[0])
        return mean_slope(rows.estimated(design), rows.beta, place, rows.link)
    after, before = design, design.copy()
    for each in _together(rows, term):
        after[:, each], before[:, each] = float(each == column), 0.0
    return mean_change(rows.estimated(after), rows.estimated(before), rows.beta, rows.link)


def _is_step(rows: FittedRows, term: DesignTerm) -> bool:
    """Whether a term is no or yes, or a level."""
    return term.kind == "level" or bool(np.isin(rows.design[:, rows.column(term.name)], (0.0, 1.0)).all())


def _together(rows: FittedRows, term: DesignTerm) -> list[int]:
    """Columns of which at most one can be 1: the levels of a category, numbers of contacts, or the term alone."""
    for terms in rows.counts.values():
        if term.name in terms:
            return [rows.column(name) for name in terms]
    return [place for place, each in enumerate(rows.terms) if each.kind == term.kind and each.category == term.category]
