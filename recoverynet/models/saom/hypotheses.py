"""Tests about parameters of an actor-oriented model: of estimates, of values held fixed, of being the same over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtr

from recoverynet.draw.results import Axes, describe_estimates, draw_estimates
from recoverynet.draw.style import described
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.models.saom.interpretation import Interpretation
from recoverynet.models.saom.robbins_monro import Phase3
from recoverynet.models.saom.setting import SaomSetting
from recoverynet.results import Check, p_in_words


class TestedFit(Protocol):
    """What a test needs of a fit; see :class:`recoverynet.models.saom.fitted.SaomFit`."""

    @property
    def theta(self) -> np.ndarray:
        """Estimates, one a parameter."""

    @property
    def covariance(self) -> np.ndarray:
        """Their covariance."""

    @property
    def targets(self) -> np.ndarray:
        """Statistics that were observed."""

    @property
    def setting(self) -> SaomSetting:
        """Panel, specification and what follows from them."""

    @property
    def stay(self) -> Phase3 | None:
        """The last phase 3; None where it was not kept."""

    @property
    def n_people(self) -> int:
        """People the fit rests on."""

    @property
    def n_dropped(self) -> int:
        """People of the panel it does not rest on."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Arguments and versions."""

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the estimates take for granted."""

    @property
    def checks(self) -> tuple[Check, ...]:
        """What was looked at."""

    @property
    def reason(self) -> str | None:
        """Why there is no answer; None where there is one."""

    @property
    def converged(self) -> bool:
        """Whether the simulations meet what was observed."""

    @property
    def convergence(self) -> str:
        """That in words."""


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class ParameterTest(Interpretation):
    """Does the model without these parameters do?

    Attributes
    ----------
    null : str
    statistic : float
        Approximately chi-squared under the null.
    df : int
    p : float
    table : pandas.DataFrame
        One row a parameter: see :meth:`to_frame`.
    """

    null: str
    statistic: float
    df: int
    p: float
    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """One row a parameter tested.

        Returns
        -------
        pandas.DataFrame indexed by parameter
            ``estimate`` (of Wald tests; of others one step from the value held, each by itself), ``std_error`` of Wald tests, ``z``
            (one parameter by itself) and its two-sided ``p``.
        """
        return self.table.copy()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Each parameter by itself as z, with the range −1.96 to 1.96 around it; in new Axes where none are given."""
        frame = self.table.assign(estimate=self.table["z"], low=self.table["z"] - 1.96, high=self.table["z"] + 1.96)
        ax = draw_estimates(frame, people=self.n_people, ax=ax)
        ax.set_xlabel(f"z with ±1.96, n = {self.n_people:,} people")
        return described(ax, f"z of each parameter by itself, with ±1.96. {describe_estimates(frame, level=None)}")

    def _claim(self) -> tuple[str, str]:
        return "Null", self.null

    def _headline(self) -> str:
        return f"χ² = {self.statistic:.2f} on {self.df} degrees of freedom, p = {p_in_words(self.p)}"


def _answer(fit: TestedFit, question: str, null: str, statistic: float, df: int, table: pd.DataFrame) -> ParameterTest:
    return ParameterTest(
        question=question,
        null=null,
        statistic=float(statistic),
        df=int(df),
        p=float(chdtrc(df, statistic)),
        table=table.assign(p=2 * ndtr(-np.abs(table["z"]))),
        n_people=fit.n_people,
        n_dropped=fit.n_dropped,
        settings=fit.settings,
        assumptions=fit.assumptions,
        checks=fit.checks,
        warning=None if fit.converged else fit.convergence,
    )


def _stay_of(fit: TestedFit) -> Phase3:
    if fit.stay is None or fit.reason is not None:
        raise NotEstimableError(f"The fit has no estimates to test: {fit.reason}")
    return fit.stay


def _named(fit: TestedFit, places: Sequence[int]) -> pd.Index:
    return pd.Index([fit.setting.parameters[place].label for place in places], name="parameter")


def wald_test(fit: TestedFit, places: Sequence[int], matrix: object | None = None) -> ParameterTest:
    """Wald test that parameters, or linear combinations of them, are 0: b′ (A C A′)⁻¹ b with b = A θ."""
    _stay_of(fit)
    if matrix is None:
        combinations = np.eye(len(fit.theta))[list(places)]
        index = _named(fit, places)
    else:
        combinations = np.atleast_2d(np.asarray(matrix, float))
        if combinations.shape[1] != len(fit.theta):
            raise SchemaError(f"matrix needs {len(fit.theta)} columns, one a parameter; got {combinations.shape[1]}.")
        index = pd.Index([f"combination {k + 1}" for k in range(len(combinations))], name="parameter")
    held = np.isnan(np.diag(fit.covariance))
    if (combinations[:, held] != 0).any():
        raise SchemaError("Parameters held fixed have no estimate to test; use score_test().")
    covariance = np.where(held[:, None] | held[None, :], 0.0, fit.covariance)
    value, spread = combinations @ fit.theta, combinations @ covariance @ combinations.T
    table = pd.DataFrame({"estimate": value, "std_error": np.sqrt(np.diag(spread))}, index=index)
    table["z"] = table["estimate"] / table["std_error"]
    statistic = value @ np.linalg.pinv(spread, hermitian=True) @ value
    return _answer(fit, "Could all of these be 0?", "all of these are 0", statistic, np.linalg.matrix_rank(spread), table)


def score_test(fit: TestedFit, places: Sequence[int]) -> ParameterTest:
    """Score-type test that fixed parameters have the values they were held at."""
    here = _stay_of(fit)
    if not len(places) or any(fit.setting.parameters[place].fixed is None for place in places):
        raise SchemaError("score_test() is about parameters held fixed: give them fixed=, as in Term('cycle3', fixed=0.0).")
    free = [place for place, each in enumerate(fit.setting.parameters) if each.fixed is None]
    order = [*free, *places]
    gap = fit.targets.sum(axis=0)[order] - here.sums.mean(axis=0)[order]
    derivative = here.derivative[np.ix_(order, order)]
    return _score_answer(
        fit,
        "Do parameters have the values they were held at?",
        "these parameters have the values they were held at",
        gap,
        derivative,
        here.sums[:, order],
        len(free),
        _named(fit, places),
    )


def _score_answer(
    fit: TestedFit,
    question: str,
    null: str,
    gap: np.ndarray,
    derivative: np.ndarray,
    sums: np.ndarray,
    n_free: int,
    index: pd.Index,
) -> ParameterTest:
    """Gaps of tested statistics with what the free ones explain taken off, against their spread."""
    part = derivative[n_free:, :n_free] @ np.linalg.pinv(derivative[:n_free, :n_free])
    taken = np.hstack([-part, np.eye(len(gap) - n_free)])
    spread = taken @ np.cov(sums.T) @ taken.T
    rest = taken @ gap
    slope = derivative[n_free:, n_free:] - part @ derivative[:n_free, n_free:]
    z = rest / np.sqrt(np.maximum(np.diag(spread), 1e-300))
    own = np.diag(slope)
    step = np.divide(rest, own, out=np.full(len(rest), np.nan), where=own > 0)
    statistic = rest @ np.linalg.pinv(spread, hermitian=True) @ rest
    table = pd.DataFrame({"estimate": step, "std_error": np.nan, "z": z}, index=index)
    return _answer(fit, question, null, statistic, np.linalg.matrix_rank(spread), table)


def heterogeneity_test(fit: TestedFit, places: Sequence[int]) -> ParameterTest:
    """Score-type test that dummies of every period after the first are 0."""
    here = _stay_of(fit)
    periods = fit.setting.periods[1:]
    if not periods:
        raise NotEstimableError("The panel has one period; whether parameters change over time needs two or more.")
    free = [place for place, each in enumerate(fit.setting.parameters) if each.fixed is None]
    dummies = [(place, period) for place in places for period in periods]
    later = np.column_stack([here.statistics[period - 1][:, place] for place, period in dummies])
    scores = np.column_stack([here.scores[period - 1][:, place] for place, period in dummies])
    sums = np.column_stack([here.sums[:, free], later])
    gap = np.concatenate(
        [fit.targets.sum(axis=0)[free], [fit.targets[period - 1, place] for place, period in dummies]]
    ) - sums.mean(axis=0)
    every = np.column_stack([here.scores.sum(axis=0)[:, free], scores])
    derivative = (sums - sums.mean(axis=0)).T @ every / len(sums)
    derivative[: len(free), : len(free)] = here.derivative[np.ix_(free, free)]
    index = pd.Index([f"{fit.setting.parameters[place].label}, period {period}" for place, period in dummies], name="parameter")
    return _score_answer(
        fit,
        "Are parameters the same in all periods?",
        "these parameters are the same in all periods",
        gap,
        derivative,
        sums,
        len(free),
        index,
    )
