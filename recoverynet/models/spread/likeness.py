"""How alike are people compared: what they are matched on, and the balance that matching achieved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from recoverynet.models.spread.risk_set import RiskSet
from recoverynet.results import Check

FEW_LEVELS = 5
GOOD_BALANCE, GOOD_SHARE, FEW_PEOPLE = 0.1, 0.8, 30


class Likeness(NamedTuple):
    """Terms to balance, which of them match by nearness, and a code a row: only equal codes may match."""

    terms: list[str]
    values: np.ndarray
    numbers: np.ndarray
    codes: np.ndarray


def likeness_of(risk: RiskSet, on: Sequence[str], categories: Sequence[str], history: int, method: str, bins: int) -> Likeness:
    """What each row is matched on, and the code within which it may be matched."""
    person, column, _ = risk.rows
    exact, terms, values, numbers = [column], [], [], []
    if risk.panel.groups is not None:
        exact.append(pd.factorize(pd.Series(risk.panel.groups, dtype=object))[0][person])
    for back in range(2, history + 2):
        state = np.full(len(person), np.nan)
        state[column >= back] = risk.held[person, column - back][column >= back]
        exact.append(np.where(np.isnan(state), 2, state))
        terms += [f"held it {back} waves before", f"unknown {back} waves before"]
        values += [state == 1, np.isnan(state)]
        numbers += [False, False]
    for name in on:
        part = risk.covariates([name], categories=categories)
        for term, column_values in zip(part.terms, part.values.T, strict=True):
            levels = np.unique(column_values[np.isfinite(column_values)])
            number = len(levels) > FEW_LEVELS and method != "exact"
            terms, values, numbers = [*terms, term], [*values, column_values], [*numbers, number]
            if number and method == "cem":
                known = column_values[np.isfinite(column_values)]
                levels = np.unique(np.quantile(known, np.arange(1, bins) / bins))
                exact.append(np.searchsorted(levels, column_values, side="right"))
            elif not number:
                exact.append(np.searchsorted(levels, column_values))
    codes = np.unique(np.column_stack(exact), axis=0, return_inverse=True)[1].ravel()
    block = np.column_stack(values).astype(np.float64) if values else np.empty((len(person), 0))
    return Likeness(terms, block, np.array(numbers, dtype=bool), codes)


def balance_of(like: Likeness, treated: np.ndarray, known: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """Means of every term among exposed and unexposed rows, before and after."""
    one, other, matched = treated & known, ~treated & known, treated & (weights > 0)
    table = np.full((5, len(like.terms)), np.nan)
    if one.any() and other.any():
        values = like.values
        spread = np.sqrt((values[one].var(axis=0) + values[other].var(axis=0)) / 2)
        table[0], table[1] = values[one].mean(axis=0), values[other].mean(axis=0)
        table[3] = _standard(table[0] - table[1], spread)
        if matched.any():
            table[0] = values[matched].mean(axis=0)
            table[2] = np.average(values[other], weights=weights[other], axis=0)
            table[4] = _standard(table[0] - table[2], spread)
    columns = ["exposed", "unexposed", "unexposed_matched", "difference", "difference_matched"]
    return pd.DataFrame(table.T, index=pd.Index(like.terms, name="term"), columns=columns)


def _standard(difference: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Differences in standard deviations; 0 where there are neither, NaN where there is only a difference."""
    none = np.where(np.abs(difference) < 1e-12, 0.0, np.nan)
    answer: np.ndarray = np.divide(difference, spread, out=none, where=spread > 0)
    return answer


def balance_checks(
    balance: pd.DataFrame, outcome: np.ndarray, treated: np.ndarray, known: np.ndarray, used: np.ndarray, n_people: int
) -> list[Check]:
    """Whether those matched are enough and alike enough."""
    n_exposed, n_matched = int((treated & known).sum()), int((treated & used).sum())
    n_unknown = int((~known).sum())
    share = n_matched / n_exposed if n_exposed else 0.0
    worst = balance["difference_matched"].abs().max()
    changed = [int(outcome[used & side].sum()) for side in (treated, ~treated)]
    both = all(0 < count < (used & side).sum() for count, side in zip(changed, (treated, ~treated), strict=True))
    return [
        Check("every row known in what is matched on", not n_unknown, f"{n_unknown:,} of {len(known):,} not"),
        Check("80% of exposed matched", share >= GOOD_SHARE, f"{n_matched:,} of {n_exposed:,} person-waves"),
        Check(
            "balance within 0.1 standard deviations",
            None if np.isnan(worst) else bool(worst <= GOOD_BALANCE),
            "" if np.isnan(worst) else f"largest difference {worst:.2f}",
        ),
        Check(
            "some changed and some did not, on either side",
            both,
            f"{changed[0]:,} of {n_matched:,} exposed, {changed[1]:,} of {int(used.sum()) - n_matched:,} unexposed",
        ),
        Check("people enough for the covariance", n_people >= FEW_PEOPLE, f"{n_people:,} people"),
    ]
