"""The shapes every model answers in: estimates with their uncertainty, tests with their null, checks made."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from recoverynet.arguments import require_level
from recoverynet.draw.results import draw_estimates, draw_null
from recoverynet.plain import plain
from recoverynet.readable import readable

if TYPE_CHECKING:
    from recoverynet.draw.results import Axes

TABLE_COLUMNS = ("estimate", "std_error", "statistic", "p", "low", "high")


@dataclass(frozen=True)
class Check:
    """Did a condition that the answer leans on hold?

    Parameters
    ----------
    name : str
        What was looked at, in a few words.
    passed : bool or None
        None where it could not be looked at.
    detail : str
        What was found, with its numbers.
    """

    name: str
    passed: bool | None
    detail: str = ""

    def __str__(self) -> str:
        mark = {True: "held", False: "did not hold", None: "could not be checked"}[self.passed]
        return f"{self.name}: {mark}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Result(ABC):
    """What every answer carries, whatever its kind.

    Parameters
    ----------
    question : str
        The question answered, as a reader would ask it.
    assumptions : tuple of str
        What must be true for the answer to mean what it says.
    settings : mapping
        Every argument, the versions used and the seed.
    n_people : int
        People the answer stands on.
    n_dropped : int
        People of the panel or network the answer could not use; ``checks`` say why.
    checks : tuple of Check
    reason : str or None
        Why there is no answer; None where there is one.
    """

    question: str
    assumptions: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    n_people: int = 0
    n_dropped: int = 0
    checks: tuple[Check, ...] = ()
    reason: str | None = None

    @abstractmethod
    def to_frame(self) -> pd.DataFrame:
        """The numbers of the answer as a table; each kind of answer says which."""

    @abstractmethod
    def plot(self, ax: Axes | None = None) -> Axes:
        """The answer as a figure; each kind of answer says which."""

    @abstractmethod
    def _claim(self) -> tuple[str, str]:
        """Label and words of what is estimated or of the null."""

    @abstractmethod
    def _headline(self) -> str:
        """The answer in one clause."""

    def summary(self) -> str:
        """The whole answer as plain text: question, claim, numbers, assumptions, checks.

        Returns
        -------
        str
            Several lines, the same on every run with the same seed.
        """
        label, words = self._claim()
        lines = [self.question, f"{label}: {words}", self._people_line(), ""]
        lines.append(f"No answer: {self.reason}" if self.reason else self._headline())
        lines += ["", readable(self.to_frame()).to_string()]
        if self.assumptions:
            lines += ["", "This assumes:"] + [f"  - {each}" for each in self.assumptions]
        if self.checks:
            lines += ["", "Checks:"] + [f"  - {each}" for each in self.checks]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """The whole answer in plain Python values that JSON can hold (NaN becomes None, infinities words).

        Returns
        -------
        dict
            One entry a field, named alike; tables become lists of rows.
        """
        answer: dict[str, Any] = plain(self)
        return answer

    @property
    def headline(self) -> str:
        """The answer in one clause, or why there is none."""
        return f"no answer: {self.reason}" if self.reason else self._headline()

    def _people_line(self) -> str:
        return f"People: {self.n_people:,}" + f"; {self.n_dropped:,} could not be used" * (self.n_dropped > 0)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.headline}>"

    def _repr_html_(self) -> str:
        label, words = self._claim()
        answer = self.headline[:1].upper() + self.headline[1:] if self.reason else self.headline
        table = readable(self.to_frame()).to_html(border=0)
        parts = [f"<p><strong>{escape(self.question)}</strong><br>{escape(label)}: {escape(words)}</p>"]
        parts += [f"<p>{escape(answer)}. {escape(self._people_line())}.</p>", table]
        for title, items in (("This assumes", self.assumptions), ("Checks", self.checks)):
            if items:
                rows = "".join(f"<li>{escape(str(each))}</li>" for each in items)
                parts.append(f"<details><summary>{title}</summary><ul>{rows}</ul></details>")
        return "<div>" + "".join(parts) + "</div>"


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Estimates(Result):
    """How large is it, and how sure are we?

    Parameters
    ----------
    estimand : str
        What the number in ``focus`` stands for, in words.
    table : pandas.DataFrame indexed by term
        Columns ``estimate``, ``std_error``, ``statistic``, ``p``, ``low``, ``high``.
    focus : str
        The term that answers the question.
    level : float
        Coverage of ``low`` to ``high``.
    ratio : str or None
        What exp(estimate) is called where estimates are logarithms ("odds ratio"); None where they are not.
    covariance : pandas.DataFrame or None
        Covariance of the estimates, terms × terms.
    n_rows, n_events : int
        Rows the model was fitted to (person-waves, pairs), and those in which the outcome happened.
    n_people_ever : int or None
        People in whom the outcome ever happened; None where not counted.
    """

    estimand: str
    table: pd.DataFrame
    focus: str
    level: float = 0.95
    ratio: str | None = None
    covariance: pd.DataFrame | None = None
    n_rows: int = 0
    n_events: int = 0
    n_people_ever: int | None = None

    def _value(self, column: str) -> float:
        return float(self.table[column].get(self.focus, math.nan))

    @property
    def estimate(self) -> float:
        """The estimate of the term in focus."""
        return self._value("estimate")

    @property
    def std_error(self) -> float:
        """The standard error of the term in focus."""
        return self._value("std_error")

    @property
    def p(self) -> float:
        """The two-sided p of the term in focus; NaN where there is none."""
        return self._value("p")

    @property
    def low(self) -> float:
        """Lower bound of the term in focus."""
        return self._value("low")

    @property
    def high(self) -> float:
        """Upper bound of the term in focus."""
        return self._value("high")

    def to_frame(self) -> pd.DataFrame:
        """One row a term.

        Returns
        -------
        pandas.DataFrame indexed by term
            ``estimate``, ``std_error``, ``statistic``, ``p``, ``low``, ``high``; where estimates are
            logarithms also ``ratio``, ``ratio_low``, ``ratio_high``, their exponentials.
        """
        frame = self.table.copy()
        if self.ratio:
            for name, column in (("ratio", "estimate"), ("ratio_low", "low"), ("ratio_high", "high")):
                with np.errstate(over="ignore"):
                    frame[name] = np.exp(frame[column].astype(float))
        return frame

    def plot(self, ax: Axes | None = None) -> Axes:
        """Every term with its interval, the one in focus first, ratios on a logarithmic axis; in new Axes where none are given."""
        frame = self.to_frame()
        frame = frame.loc[sorted(frame.index, key=lambda term: term != self.focus)]
        shown: dict[str, Any] = {name: getattr(self, name) for name in ("ratio", "level", "reason", "focus")}
        return draw_estimates(frame, people=self.n_people, **shown, ax=ax)

    def _claim(self) -> tuple[str, str]:
        return "Estimated", self.estimand

    def _headline(self) -> str:
        estimate, low, high = self.estimate, self.low, self.high
        name = self.focus
        if self.ratio:
            with np.errstate(over="ignore"):
                estimate, low, high = (float(value) for value in np.exp([estimate, low, high]))
            name = f"{self.focus}, {self.ratio}"
        p = "" if math.isnan(self.p) else f", p = {p_in_words(self.p)}"
        return f"{name} {estimate:.3g} ({self.level:.0%} interval {low:.3g} to {high:.3g}{p})"


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class NullTest(Result):
    """Could chance of a stated kind have made this?

    Parameters
    ----------
    null : str
        What is taken to be true for the sake of argument, in words.
    statistic : str
        What ``observed`` measures, in words.
    observed : float
    p : float
        NaN where the test could not run; never 0.
    alternative : {"greater", "two-sided"}
        Which outcomes count as at least as extreme as the one observed.
    draws : float array
        The statistic in each arrangement drawn (or bootstrap sample taken).
    null_value : float
        What the statistic would be were the null true, where the draws are bootstrap samples round ``observed``; NaN
        where they are drawn under the null.
    exact : bool
        Whether every arrangement there is was looked at.
    low, high : float
        Interval of ``observed`` where the test has one, else NaN.
    """

    null: str
    statistic: str
    observed: float = math.nan
    p: float = math.nan
    alternative: str = "greater"
    draws: np.ndarray = field(default_factory=lambda: np.empty(0))
    exact: bool = False
    low: float = math.nan
    high: float = math.nan
    null_value: float = math.nan

    @property
    def expected(self) -> float:
        """What the null makes of the statistic: ``null_value``, else the mean of the draws that have a value."""
        if not math.isnan(self.null_value):
            return self.null_value
        drawn = self.draws[np.isfinite(self.draws)]
        return float(drawn.mean()) if len(drawn) else math.nan

    @property
    def n_permutations(self) -> int:
        """Number of draws."""
        return len(self.draws)

    def to_frame(self) -> pd.DataFrame:
        """The test in one row.

        Returns
        -------
        pandas.DataFrame
            Columns ``observed``, ``expected`` (what the null makes of it), ``draws_low`` and ``draws_high``
            (the middle 95 % of the draws), ``low``, ``high``, ``p``, ``n_permutations``, ``exact``; indexed by the statistic's
            name.
        """
        drawn = self.draws[np.isfinite(self.draws)]
        low, high = np.quantile(drawn, [0.025, 0.975]) if len(drawn) else (math.nan, math.nan)
        row = {"observed": self.observed, "expected": self.expected, "draws_low": float(low), "draws_high": float(high)}
        row |= {name: getattr(self, name) for name in ("low", "high", "p", "n_permutations", "exact")}
        return pd.DataFrame([row], index=pd.Index([self.statistic], name="statistic"))

    def plot(self, ax: Axes | None = None) -> Axes:
        """The draws as a histogram, what was observed (and the null's value) as a line; in new Axes by default."""
        bootstrap = not math.isnan(self.null_value)
        return draw_null(
            pd.DataFrame({"draw": self.draws}),
            observed=self.observed,
            p=self.p,
            statistic=self.statistic,
            people=self.n_people,
            null_value=self.null_value,
            kind="bootstrap samples" if bootstrap else "draws",
            reason=self.reason,
            ax=ax,
        )

    def _claim(self) -> tuple[str, str]:
        return "Null", self.null

    def _headline(self) -> str:
        drawn = "draws" if math.isnan(self.null_value) else "bootstrap samples"
        kind = "exact" if self.exact else f"{self.n_permutations:,} {drawn}"
        expected = self.expected if abs(self.expected) > 1e-12 else 0.0
        beside = f", {expected:.3g} expected"
        if not math.isnan(self.low):
            beside = f" (interval {self.low:.3g} to {self.high:.3g})"
        return f"{self.statistic}: {self.observed:.3g}{beside}, p = {p_in_words(self.p)}, {kind}"


def p_in_words(p: float) -> str:
    """A p rounded for reading: three places, and never 0."""
    if math.isnan(p):
        return "not known"
    return f"{p:.3f}" if p >= 0.001 else f"{p:.1g}"


def term_table(terms: list[str], estimate: np.ndarray, std_error: np.ndarray, *, level: float = 0.95) -> pd.DataFrame:
    """A table of estimates with normal intervals and two-sided p.

    Parameters
    ----------
    terms : list of str
    estimate, std_error : float arrays, one value a term
        NaN where there is none.
    level : float
        Coverage of the interval.

    Returns
    -------
    pandas.DataFrame indexed by term
        Columns ``estimate``, ``std_error``, ``statistic``, ``p``, ``low``, ``high``.

    Raises
    ------
    SchemaError
        ``level`` does not lie between 0 and 1.
    """
    level = require_level(level)
    estimate, std_error = np.asarray(estimate, dtype=float), np.asarray(std_error, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = estimate / std_error
    reach = ndtri(0.5 + level / 2) * std_error
    p = 2 * ndtr(-np.abs(statistic))
    values = (estimate, std_error, statistic, p, estimate - reach, estimate + reach)
    return pd.DataFrame(dict(zip(TABLE_COLUMNS, values, strict=True)), index=pd.Index(terms, name="term"))


def empty_table(terms: list[str]) -> pd.DataFrame:
    """The table of a model that could not be fitted: every term, every value NaN."""
    nothing = np.full(len(terms), np.nan)
    return term_table(terms, nothing, nothing)


def settings_of(rng: np.random.Generator | None = None, **arguments: object) -> dict[str, Any]:
    """Arguments of a call with the versions it ran on and the seed it drew from."""
    settings: dict[str, Any] = dict(arguments)
    if rng is not None:
        seeds: Any = rng.bit_generator.seed_seq  # numpy promises no more of it than that it makes seeds
        settings["seed"] = {"entropy": seeds.entropy, "spawn_key": list(seeds.spawn_key)}
    settings["versions"] = dict(_versions())
    return settings


@lru_cache(maxsize=1)
def _versions() -> tuple[tuple[str, str], ...]:
    return tuple((name, version(name)) for name in ("recoverynet", "numpy", "scipy", "pandas"))
