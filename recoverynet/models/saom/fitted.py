"""What a fitted actor-oriented model answers: whether it converged, its parameters, and tests about them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.draw.convergence import draw_convergence
from recoverynet.draw.results import Axes, describe_estimates, draw_estimates
from recoverynet.draw.style import described
from recoverynet.errors import SchemaError
from recoverynet.models.saom.fit_table import covariance_of, table_of, trace_of
from recoverynet.models.saom.hypotheses import ParameterTest, heterogeneity_test, score_test, wald_test
from recoverynet.models.saom.not_finite import what_is_wrong
from recoverynet.models.saom.robbins_monro import Estimation, Phase3
from recoverynet.models.saom.setting import SaomSetting
from recoverynet.plain import plain
from recoverynet.results import Check, Result

ASSUMPTIONS = (
    "The network is complete among these people: whoever could be tied to them was asked about.",
    "Change is gradual and without memory: one tie or one step of behaviour at a time, by the rules in the model.",
    "Nothing that is not in the model shapes both ties and behaviour.",
    "People follow the same rules, given their ties, behaviour and covariates.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class SaomFit(Result):
    """Which rules would make networks and behaviour change as they did?

    Attributes
    ----------
    table : pandas.DataFrame
        See :meth:`to_frame`.
    theta : float array (P,)
        Estimates, fixed parameters included, in the order of ``setting.parameters``.
    covariance : float array (P, P)
        Of the estimates; NaN for fixed ones.
    targets : float array (periods, P)
        Observed statistics.
    overall_ratio : float
        Overall maximum convergence ratio: largest t-ratio of convergence of any combination of statistics.
    wanted : float
        Ratio that was asked for.
    setting : Setting
        Panel and specification as they were simulated.
    stay : Phase3 or None
        The last simulations at the estimate.
    trace : pandas.DataFrame
        ``iteration``, ``subphase``, ``parameter``, ``value``: the way θ went.
    n_simulations : int
        Simulations in all.
    """

    table: pd.DataFrame
    theta: np.ndarray
    covariance: np.ndarray
    targets: np.ndarray
    overall_ratio: float
    wanted: float
    setting: SaomSetting
    stay: Phase3 | None
    trace: pd.DataFrame
    n_simulations: int

    @property
    def converged(self) -> bool:
        """Whether the overall maximum convergence ratio, which no t-ratio exceeds, is below what was wanted."""
        return self.reason is None and self.overall_ratio < self.wanted

    @property
    def largest_ratio(self) -> float:
        """Largest t-ratio of convergence of a single estimated parameter."""
        ratios = self.table.loc[~self.table["fixed"], "t_ratio"].abs()
        return float(ratios.max()) if len(ratios) else math.nan

    @property
    def convergence(self) -> str:
        """Whether the fit can be read, in a sentence."""
        if self.reason is not None:
            return f"NOT CONVERGED: {self.reason} The values below are not to be reported."
        numbers = (
            f"overall maximum convergence ratio {self.overall_ratio:.3f} (wanted: below {self.wanted:g}), largest t-ratio of a "
            f"single parameter {self.largest_ratio:.3f}"
        )
        if self.converged:
            return f"Converged: {numbers}."
        parameters = self.setting.parameters
        ratios = self.table["t_ratio"].iloc[self._first_row :].to_numpy(dtype=float)
        rates = np.array([each.effect == "Rate" for each in parameters])
        wrong = what_is_wrong([each.label for each in parameters], self.theta, self.covariance, ratios, rates)
        return (
            f"NOT CONVERGED: {numbers}. The estimates below are not to be reported. {wrong} Fit again with start= this fit, more "
            "simulations, or fewer effects."
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a parameter.

        Returns
        -------
        pandas.DataFrame
            ``dependent`` (network or behaviour), ``effect``, ``covariate``, ``type`` ("rate", "eval", "endow",
            "creation"), ``period`` (of basic rates), ``group`` where several are pooled, ``estimate``, ``std_error``,
            ``t_ratio`` (of convergence: mean simulated minus observed statistic in standard deviations), ``p``
            (two-sided, of the parameter being 0; none for basic rates), ``low`` and ``high`` (95 %), ``target``
            (observed statistic), ``fixed``.
        """
        return self.table.copy()

    def to_dict(self) -> dict[str, Any]:
        """The answer in plain Python values that JSON can hold: neither people nor simulations.

        Returns
        -------
        dict
            One entry a field, but for ``setting``, ``stay`` and ``trace``.
        """
        kept = [each.name for each in fields(self) if each.name not in ("setting", "stay", "trace")]
        return {name: plain(getattr(self, name)) for name in kept}

    def summary(self) -> str:
        """The whole answer as plain text; convergence comes before any number.

        Returns
        -------
        str
        """
        return f"{self.convergence}\n\n{super().summary()}"

    def plot(self, ax: Axes | None = None) -> Axes:
        """Estimates with 95 % intervals, basic rates left out; in new Axes where none are given."""
        rows = self.table.iloc[self._first_row :].set_axis([each.label for each in self.setting.parameters], axis=0)
        shown = rows[(rows["effect"] != "Rate") & ~rows["fixed"]]
        ax = draw_estimates(shown, people=self.n_people, ax=ax)
        if not self.converged:
            ax.set_xlabel(f"{ax.get_xlabel()}\nNot converged: not to be reported")
            described(ax, f"Not converged: not to be reported. {describe_estimates(shown, people=self.n_people)}")
        return ax

    def plot_trace(self, ax: Axes | None = None) -> Axes:
        """The way the parameters went during the estimation; in new Axes where none are given."""
        return draw_convergence(self.trace, ratio=self.overall_ratio, ax=ax)

    def wald_test(self, parameters: Iterable[object] | None = None, *, matrix: object | None = None) -> ParameterTest:
        """Could all of these parameters be 0?

        Parameters
        ----------
        parameters : sequence of int, or of short names, or of (short name, covariate), optional
            Rows of :meth:`to_frame`. Default: every estimated one but basic rates.
        matrix : array (k, P), optional
            Linear combinations that are 0 under the null, one a row, instead of ``parameters``.

        Returns
        -------
        ParameterTest

        Raises
        ------
        SchemaError
            No such parameter, one held fixed, or a matrix of another width.
        NotEstimableError
            The fit has no estimates.

        Notes
        -----
        χ² = (A θ)′ (A C A′)⁻¹ (A θ), C the covariance of the estimates and A the matrix, or the rows of the identity that
        pick the parameters; as many degrees of freedom as A C A′ has rank. Holds where estimates are about normal.
        """
        return wald_test(self, self._places(parameters), matrix)

    def score_test(self, parameters: Iterable[object] | None = None) -> ParameterTest:
        """Do parameters that were held fixed have the values they were held at?

        Nothing is estimated anew.

        Parameters
        ----------
        parameters : sequence as for :meth:`wald_test`, optional
            Default: all fixed ones.

        Returns
        -------
        ParameterTest

        Raises
        ------
        SchemaError
            Nothing is held fixed, or a parameter named is not.
        NotEstimableError
            The fit has no estimates.

        Notes
        -----
        χ² = r′ V⁻¹ r with r = g₂ − D₂₁ D₁₁⁻¹ g₁: gaps of the tested statistics (observed less simulated mean) without what
        the estimated parameters (1) could still mend, and V its covariance in the simulations. Good for effects that
        have no finite estimate.

        References
        ----------
        Schweinberger, M. (2012). Statistical modelling of network panel data: goodness of fit. British Journal of
        Mathematical and Statistical Psychology 65, 263-281. https://doi.org/10.1111/j.2044-8317.2011.02022.x
        """
        fixed = [place for place, each in enumerate(self.setting.parameters) if each.fixed is not None]
        return score_test(self, self._places(parameters) if parameters is not None else fixed)

    def time_test(self, parameters: Iterable[object] | None = None) -> ParameterTest:
        """Are the parameters the same in all periods?

        Parameters
        ----------
        parameters : sequence as for :meth:`wald_test`, optional
            Default: every estimated one but rates.

        Returns
        -------
        ParameterTest
            One row a parameter and period after the first.

        Raises
        ------
        SchemaError
            No such parameter.
        NotEstimableError
            The panel has one period, or the fit has no estimates.

        Notes
        -----
        A score-type test, as :meth:`score_test`, of one dummy a parameter and period after the first being 0.

        References
        ----------
        Lospinoso, J. A., Schweinberger, M., Snijders, T. A. B. & Ripley, R. M. (2011). Assessing and accounting for time
        heterogeneity in stochastic actor oriented models. Advances in Data Analysis and Classification 5, 147-176.
        https://doi.org/10.1007/s11634-010-0076-1
        """
        return heterogeneity_test(self, self._places(parameters))

    def _places(self, parameters: str | Iterable[object] | None) -> list[int]:
        if parameters is None:
            return [place for place, each in enumerate(self.setting.parameters) if each.fixed is None and each.type != "rate"]
        found = [self._place(each) for each in ([parameters] if isinstance(parameters, str) else parameters)]
        if not found:
            raise SchemaError("No parameter was named; leave parameters out to test all, or name some, as in ['recip'].")
        return found

    def _place(self, given: object) -> int:
        if isinstance(given, int | np.integer) and self._first_row <= int(given) < len(self.table):
            return int(int(given) - self._first_row)
        wanted = (given, None) if isinstance(given, str) else given
        if isinstance(wanted, Sequence) and len(wanted) == 2:
            found = [
                place
                for place, each in enumerate(self.setting.parameters)
                if each.effect == wanted[0] and wanted[1] in (None, each.covariate, each.dependent)
            ]
            if len(found) == 1:
                return found[0]
            if found:
                several = ", ".join(self.setting.parameters[place].label for place in found)
                raise SchemaError(f"{given!r} names several parameters: {several}. Give rows of to_frame(), counted from 0.")
        labels = ", ".join(each.label for each in self.setting.parameters)
        raise SchemaError(
            f"{given!r} does not name one parameter that is estimated with the others or held fixed; there are: {labels}. Rows "
            "of to_frame() count from 0."
        )

    @property
    def _first_row(self) -> int:
        """Row of the first parameter; rates of a variable conditioned on stand before it."""
        return len(self.table) - len(self.theta)

    def _claim(self) -> tuple[str, str]:
        return "Estimated", "what ties and behaviour people favour: log-odds of one change over another, all else equal"

    def _headline(self) -> str:
        if not self.converged:
            return "NOT CONVERGED; do not report these estimates"
        return f"{len(self.table)} parameters from {self.n_simulations:,} simulations; the estimation converged"

    def _repr_html_(self) -> str:
        return f"<p><strong>{self.convergence}</strong></p>{super()._repr_html_()}"


def checked_fit(fit: Any) -> Any:
    """The fit itself; raises SchemaError for anything that is none."""
    if not (hasattr(fit, "setting") and hasattr(fit, "theta")):
        raise SchemaError(f"This reads a fit of fit_saom(); got a {type(fit).__name__}.")
    return fit


def fitted(
    setting: SaomSetting,
    estimation: Estimation,
    here: Phase3 | None,
    targets: np.ndarray,
    *,
    ratio: float,
    wanted: float,
    n_phase3: int,
    good: np.ndarray,
    reason: str | None,
    checks: tuple[Check, ...],
    settings: dict[str, Any],
) -> SaomFit:
    """The result of an estimation; where it ran away (``reason``), at the last values that were good."""
    free, n_parameters = estimation.free, len(setting.parameters)
    covariance, t_ratios = np.full((n_parameters, n_parameters), np.nan), np.full(n_parameters, np.nan)
    theta = good if here is None else here.theta
    if here is not None and reason is None:
        covariance[np.ix_(free, free)] = covariance_of(here, free)
        gap = here.sums.mean(axis=0) - targets.sum(axis=0)
        spread = here.sums.std(axis=0)
        t_ratios = np.divide(gap, spread, out=np.full(n_parameters, np.nan), where=spread > 0)
    table = table_of(setting, theta, covariance, t_ratios, targets.sum(axis=0), here if reason is None else None)
    ever = setting.panel.present.any(axis=1)
    name = " and ".join([f"ties ({setting.specification.network_name})", *setting.specification.behaviour])
    found = SaomFit(
        question=f"Which rules would make {name} change as they did?",
        assumptions=ASSUMPTIONS,
        settings={**settings, "phase3_runs": n_phase3},
        n_people=int(ever.sum()),
        n_dropped=int((~ever).sum()),
        checks=(),
        reason=reason,
        table=table,
        theta=theta,
        covariance=covariance,
        targets=targets,
        overall_ratio=float(ratio),
        wanted=wanted,
        setting=setting,
        stay=here,
        trace=trace_of(setting.parameters, estimation),
        n_simulations=estimation.n_runs,
    )
    return replace(found, checks=(Check("the estimation converged", found.converged, found.convergence), *checks))
