"""The rows a yes-or-no model was fitted to, as they were or as they would be were everybody like a profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.kernels.hazard import Link
from recoverynet.models.spread.wave_outcome import DesignTerm, Fitted, OutcomeRows, design_of

WAVE, EXPOSURE, HOLDING, NO_CONTACTS = "wave", "exposure", "n_holding", "no contacts"


@dataclass(frozen=True, eq=False)
class FittedRows:
    """A fit with the rows behind it.

    Attributes
    ----------
    terms : tuple of Term
        The constant, waves and terms, those that were left out of the fit among them.
    design : float array (N, terms)
    kept : int array (K,)
        Columns of ``design`` that the estimates belong to.
    beta, covariance : float arrays (K,), (K, K)
    link : {"logit", "cloglog"}
    outcome, wave, person : arrays (N,)
        ``person`` counts people from 0 and names nobody.
    first_of : mapping of category to level
        The level others are compared with.
    counts : mapping of column to terms
        Terms for 1, 2, and 3 or more of something counted.
    quiet : mapping of wave to 0.0 or 1.0
        Waves at which all fared alike, which have no term.
    """

    terms: tuple[DesignTerm, ...]
    design: np.ndarray
    kept: np.ndarray
    beta: np.ndarray
    covariance: np.ndarray
    link: Link
    outcome: np.ndarray
    wave: np.ndarray
    person: np.ndarray
    first_of: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    quiet: Mapping[object, float] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Names of all columns of the design."""
        return [term.name for term in self.terms]

    @property
    def waves(self) -> list[Any]:
        """Waves of the outcomes the fit stands on, in order."""
        answer: list[Any] = np.unique(self.wave).tolist()
        return answer

    @property
    def wave_effects(self) -> bool:
        """Whether each wave has a level of its own."""
        return any(term.kind == "wave" for term in self.terms)

    @property
    def nameable(self) -> list[str]:
        """What a profile may say: numbers, categories, a count of contacts, and the wave where each has a level of its own."""
        counted = {name for names in self.counts.values() for name in names}
        own = [term for term in self.terms if term.kind in ("value", "level") and term.name not in counted]
        marks = [term.name for term in self.terms if term.name == NO_CONTACTS]
        return [*self.counts, *dict.fromkeys(term.category for term in own), *marks, *([WAVE] if self.wave_effects else [])]

    def column(self, name: str) -> int:
        """Where a term stands in the design; a covariate may be called as the constant or a wave is."""
        own = (place for place, term in enumerate(self.terms) if term.name == name and term.kind not in ("constant", WAVE))
        return next(own, self.names.index(name))

    def levels(self, category: str) -> dict[str, int | None]:
        """Levels of a category with the column of each; None for the one others are compared with."""
        terms = [term.name for term in self.terms if term.kind == "level" and term.category == category]
        named: dict[str, int | None] = {term[len(category) + 2 :]: self.column(term) for term in terms}
        return {self.first_of[category]: None, **named} if category in self.first_of else named

    def level_of_rows(self, category: str) -> np.ndarray:
        """The level of a category each row stands at, in words."""
        levels = self.levels(category)
        words = np.full(len(self.design), next(iter(levels)), dtype=object)
        for word, column in levels.items():
            if column is not None:
                words[self.design[:, column] == 1] = word
        return words

    def people_behind(self, rows: np.ndarray) -> int:
        """People among some of the rows."""
        return len(np.unique(self.person[rows]))

    def start(self, others: str) -> np.ndarray:
        """The design to change: every row as observed, or one row of means."""
        return self.design.copy() if others == "observed" else self.design.mean(axis=0, keepdims=True)

    def estimated(self, design: np.ndarray) -> np.ndarray:
        """The columns of a design that the estimates belong to."""
        return np.ascontiguousarray(design[:, self.kept])

    def set_wave(self, design: np.ndarray, wave: object) -> None:
        """Everybody at one wave."""
        for column, term in enumerate(self.terms):
            if term.kind == WAVE:
                design[:, column] = float(term.name == f"wave {wave}")

    def set_level(self, design: np.ndarray, category: str, level: str) -> None:
        """Everybody at one level of a category."""
        for word, column in self.levels(category).items():
            if column is not None:
                design[:, column] = float(word == level)

    def set_count(self, design: np.ndarray, name: str, number: int) -> None:
        """Everybody with a number of contacts holding it; the last term stands for as many or more."""
        terms = self.counts[name]
        for step, term in enumerate(terms, start=1):
            design[:, self.column(term)] = float(number == step or (step == len(terms) and number > step))

    def set_number(self, design: np.ndarray, name: str, number: float) -> None:
        """Everybody at one number; what is marked as unknown of it, or as having none, is no longer."""
        design[:, self.column(name)] = number
        if name == NO_CONTACTS and number == 1.0:
            design[:, self.column(EXPOSURE)] = 0.0
        for term, mark in (("history", "history unknown"), (EXPOSURE, NO_CONTACTS)):
            if name == term and mark in self.names:
                design[:, self.column(mark)] = 0.0

    def require_told_apart(self, name: str) -> None:
        """SchemaError where the fit says nothing of a term by itself."""
        columns = self._columns_of(name)
        lost = [self.names[column] for column in columns if column not in self.kept]
        if not lost or self._is_compared_with_another(name, lost):
            return
        raise SchemaError(
            f"{name!r} does not vary on its own among the rows fitted ({', '.join(map(repr, lost))} left out), so that nothing "
            "can be said of it; leave it out of the profiles."
        )

    def _columns_of(self, name: str) -> list[int]:
        if name in self.counts:
            return [self.column(term) for term in self.counts[name]]
        if name == WAVE:
            return []
        return [column for column, term in enumerate(self.terms) if term.category == name or term.name == name]

    def _is_compared_with_another(self, name: str, lost: Sequence[str]) -> bool:
        """Whether one level stands in for the first, nobody being left at that."""
        levels = self.levels(name)
        seen = set(self.level_of_rows(name)) if levels else set()
        lost_here = [word for word, column in levels.items() if column is not None and self.names[column] in lost]
        kept = len(levels) - 1 - len(lost_here)
        return bool(levels) and kept == len(seen) - 1


def rows_behind(
    rows: OutcomeRows, fitted: Fitted, *, link: Link, wave_effects: bool, counts: Mapping[str, Sequence[str]] | None = None
) -> FittedRows | None:
    """The rows of a fit; None where there is no fit."""
    if fitted.covariance is None:
        return None
    terms, design = design_of(rows, fitted.used, wave_effects)
    return FittedRows(
        terms=tuple(terms),
        design=design,
        kept=fitted.columns,
        beta=fitted.table["estimate"].to_numpy(dtype=float),
        covariance=fitted.covariance.to_numpy(dtype=float),
        link=link,
        outcome=rows.outcome[fitted.used],
        wave=rows.wave[fitted.used],
        person=pd.factorize(rows.cluster[fitted.used])[0],
        first_of=dict(rows.first_of),
        counts=dict(counts or {}),
        quiet=_quiet(rows, fitted.used) if wave_effects else {},
    )


def _quiet(rows: OutcomeRows, used: np.ndarray) -> dict[object, float]:
    """Waves left out because all fared alike, and how."""
    known = np.isfinite(rows.values).all(axis=1)
    left_out = np.setdiff1d(rows.wave[known], rows.wave[used])
    shares = {wave: float(rows.outcome[known & (rows.wave == wave)].mean()) for wave in left_out.tolist()}
    return {wave: share for wave, share in shares.items() if share in (0.0, 1.0)}
