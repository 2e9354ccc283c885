"""Does a fitted actor-oriented model make networks and behaviour like those observed, beyond what it was fitted to?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recoverynet.arguments import whole_number
from recoverynet.draw.violins import draw_violins
from recoverynet.errors import SchemaError
from recoverynet.kernels.simulated_distance import SimulatedDistance, simulated_distance
from recoverynet.models.saom.auxiliary import STATISTICS, Asked, Auxiliary, auxiliaries
from recoverynet.models.saom.ends import Ending, PeriodEnd, observed_ends, simulated_ends
from recoverynet.models.saom.fitted import checked_fit
from recoverynet.progress import track
from recoverynet.randomness import RandomSource, resolve_rng
from recoverynet.results import Check, Result, p_in_words, settings_of

if TYPE_CHECKING:
    from recoverynet.draw.violins import Axes

QUESTION = "Does the fitted model make networks and behaviour like those observed, beyond what it was fitted to?"
ASSUMPTIONS = (
    "The estimates are taken as known. They were fitted to the same data, so that p is, if anything, too large.",
    "What fits on these statistics may still have come about otherwise: a good fit is no proof of the mechanism.",
)
MIDDLE = (0.05, 0.95)
BLOCK = 50
"""Runs simulated and counted at a time."""


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class GoodnessOfFit(Result):
    """How well does a fitted model reproduce what it was not fitted to?

    Parameters
    ----------
    tests : pandas.DataFrame indexed by statistic
        As :meth:`to_frame` gives it.
    tables : mapping of statistic to pandas.DataFrame
        As :meth:`details` gives them.
    simulated : mapping of statistic to pandas.DataFrame
        One row a simulation, one column a value.
    wording : mapping of statistic to mapping
        ``title``, ``classes`` and ``unit``, for figures.
    n_simulations : int

    Examples
    --------
    >>> import numpy as np
    >>> import recoverynet as rn
    >>> draw = np.random.default_rng(1)
    >>> first = (draw.random((25, 25)) < 0.12) & ~np.eye(25, dtype=bool)
    >>> change = (draw.random((25, 25)) < 0.05) & ~np.eye(25, dtype=bool)
    >>> waves = rn.NetworkPanel.from_adjacency([first * 1.0, (first ^ change) * 1.0], network="contact")
    >>> model = rn.Specification(network={"contact": ["density", "recip"]})
    >>> fit = rn.fit_saom(waves, model, n_simulations=200, quiet=True, rng=1)
    >>> fits = rn.goodness_of_fit(fit, "outdegree", n_simulations=100, quiet=True, rng=1)
    >>> list(fits.details("outdegree").columns)
    ['observed', 'mean', 'low', 'high', 'compared']
    """

    tests: pd.DataFrame
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    simulated: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    wording: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    n_simulations: int = 0

    def to_frame(self) -> pd.DataFrame:
        """One row a statistic.

        Returns
        -------
        pandas.DataFrame indexed by statistic
            ``distance`` (Mahalanobis distance of the observed values from the simulated mean), ``p`` (how often a
            simulation lies as far; small where the model does not fit), ``rank`` (directions in which simulations
            vary), ``n_values`` (values of the statistic), ``n_left_out`` (those that never vary), ``n_simulations``.
        """
        return self.tests.copy()

    def details(self, statistic: str) -> pd.DataFrame:
        """Where does one statistic fit, and where not?

        Parameters
        ----------
        statistic : str
            Its name in :meth:`to_frame`, or the first word of it where that is enough.

        Returns
        -------
        pandas.DataFrame indexed by value
            ``observed``, ``mean`` of the simulations, ``low`` and ``high`` (5 and 95 % of them), and ``compared``
            (False where simulations never vary, so that the value is left out of the test).

        Raises
        ------
        SchemaError
            A statistic that was not counted.
        """
        return self.tables[self._named(statistic)].copy()

    def plot(self, statistic: str | None = None, ax: Axes | None = None) -> Axes:  # type: ignore[override]
        """Simulated values of one statistic as violins, the observed ones as a line.

        Parameters
        ----------
        statistic : str, optional
            As for :meth:`details`. Default: the one that fits worst.
        ax : matplotlib.axes.Axes, optional
            Where to draw. Default: new ones.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        SchemaError
            A statistic that was not counted.
        """
        name = self._worst() if statistic is None else self._named(statistic)
        words = self.wording[name]
        return draw_violins(
            self.simulated[name], observed=self.tables[name]["observed"].to_numpy(), p=float(self.tests["p"][name]),
            people=self.n_people, title=words["title"], classes=words["classes"], unit=words["unit"],
            standardised=True if name == "triads" else None, ax=ax,
        )  # fmt: skip

    def _named(self, statistic: str) -> str:
        if statistic in self.tests.index:
            return statistic
        alike = [name for name in self.tests.index if name.split(" ")[0] == statistic]
        if len(alike) == 1:
            return str(alike[0])
        raise SchemaError(f"{statistic!r} was not counted; there are {', '.join(map(repr, self.tests.index))}.")

    def _worst(self) -> str:
        p = self.tests["p"]
        return str(p.index[0] if p.isna().all() else p.idxmin())

    def _claim(self) -> tuple[str, str]:
        return "Null", "networks and behaviour at the end of each period come from the fitted model"

    def _headline(self) -> str:
        worst, p = self._worst(), self.tests["p"]
        runs = f"{self.n_simulations:,} simulations"
        if len(p) == 1:
            return f"{worst}: p = {p_in_words(float(p[worst]))}, {runs}"
        return f"worst fit on {worst}, p = {p_in_words(float(p[worst]))}; {len(p)} statistics, {runs}"


def goodness_of_fit(
    fit: Any,
    statistics: Asked = STATISTICS,
    *,
    period: int | None = None,
    n_simulations: int = 1000,
    rng: RandomSource = None,
    quiet: bool | None = None,
) -> GoodnessOfFit:
    """Does the fitted model make networks and behaviour like those observed, beyond what it was fitted to?

    Parameters
    ----------
    fit : fit of :func:`recoverynet.fit_saom`
    statistics : str, mapping of name to function, or sequence of both
        ``"outdegree"``, ``"indegree"`` (people with at most so many ties; one ``"degree"`` where ties have no
        direction), ``"geodesic"`` (ordered pairs at most 1 to 5 steps apart, and those farther), ``"triads"``
        (triads of each class), ``"behaviour"`` (people at each level) and ``"moran"`` (likeness of tied people).
        A function takes the network (``scipy.sparse.csr_array``, n × n) and the behaviours (dict of name to n
        floats, NaN unknown) and gives a one-dimensional array or Series. Default: all of these.
    period : int, optional
        One period, counted from 1. Default: all, added up (Moran's I: averaged), over groups too.
    n_simulations : int
        Default 1,000.
    rng : None, int, SeedSequence or Generator
    quiet : bool, optional
        True shows no progress bar.

    Returns
    -------
    GoodnessOfFit
        p a statistic. ``details(statistic)`` tells where it fits and where not, ``plot(statistic)`` shows it.

    Raises
    ------
    SchemaError
        A statistic or period that is not known, a function that does not give the same number of values always.

    Notes
    -----
    The values of a statistic at the end of each period, x, are compared with simulated ones by d² = (x − m)ᵀ S⁺ (x
    − m), m and S the mean and covariance of the simulations and S⁺ its pseudo-inverse; p = (simulations at least as
    far + 1) / (n + 1) (Lospinoso & Snijders 2019). A simulation is compared with all others than itself, so that p
    holds with few simulations too. Values that never vary are left out; a check tells where the observed differs
    from one of them, which no p shows. Every period starts from the observed wave. Ties unknown at either end of a
    period are left out of observed and simulated networks, people with an unknown value out of what is counted of
    their behaviour. Where nobody is tied or nothing varies, Moran's I counts as 0.

    Not an answer to whether a parameter belongs in the model: for that see the tests of the fit.

    References
    ----------
    Lospinoso, J. A., & Snijders, T. A. B. (2019). Goodness of fit for stochastic actor-oriented models.
    Methodological Innovations 12(3). https://doi.org/10.1177/2059799119884282

    Examples
    --------
    >>> import numpy as np
    >>> import recoverynet as rn
    >>> draw = np.random.default_rng(1)
    >>> first = (draw.random((25, 25)) < 0.12) & ~np.eye(25, dtype=bool)
    >>> change = (draw.random((25, 25)) < 0.05) & ~np.eye(25, dtype=bool)
    >>> waves = rn.NetworkPanel.from_adjacency([first * 1.0, (first ^ change) * 1.0], network="contact")
    >>> fit = rn.fit_saom(waves, rn.Specification(network={"contact": ["density", "recip"]}), quiet=True, rng=1)
    >>> fits = rn.goodness_of_fit(fit, ["outdegree", "triads"], n_simulations=200, quiet=True, rng=1)
    >>> list(fits.to_frame().index)
    ['outdegree', 'triads']
    """
    checked_fit(fit)
    n_simulations = whole_number(n_simulations, "n_simulations", 1)
    generator = resolve_rng(rng)
    everything = observed_ends(fit)
    places = _places(everything, period)
    periods = [everything[place] for place in places]
    kinds = auxiliaries(statistics, periods)
    observed = [_total(kind, [each.end for each in periods]) for kind in kinds]
    simulated: list[list[np.ndarray]] = [[] for _ in kinds]
    starts = range(0, n_simulations, BLOCK)
    for start in track(starts, f"Simulating {n_simulations:,} times from the fitted model", quiet=quiet):
        for run in simulated_ends(fit, everything, min(BLOCK, n_simulations - start), generator):
            endings = [run[place] for place in places]
            for values, kind in zip(simulated, kinds, strict=True):
                values.append(_total(kind, endings))
    settings = settings_of(generator, statistics=[kind.name for kind in kinds], period=period, n_simulations=n_simulations)
    checks = [*_converged_check(fit), *_known_checks(periods)]
    return _answer(kinds, observed, [np.array(each) for each in simulated], periods, settings, checks)


def _places(periods: Sequence[PeriodEnd], period: int | None) -> list[int]:
    """Where one period stands, or all."""
    places = [place for place, each in enumerate(periods) if period is None or each.period == period]
    if not places:
        known = sorted({each.period for each in periods})
        raise SchemaError(f"There is no period {period!r}; there are {', '.join(map(str, known))}, counted from 1.")
    return places


def _total(kind: Auxiliary, endings: Sequence[Ending]) -> np.ndarray:
    """One statistic over the ends of periods."""
    counted = [np.asarray(kind.count(*state), dtype=float) for state in endings]
    wrong = [values.shape for values in counted if values.shape != (len(kind.labels),)]
    if wrong:
        raise SchemaError(f"Statistic {kind.name!r} must always give {len(kind.labels)} values; it also gave shape {wrong[0]}.")
    total = np.sum(counted, axis=0)
    answer: np.ndarray = total / len(endings) if kind.mean else total
    return answer


def _answer(
    kinds: Sequence[Auxiliary],
    observed: Sequence[np.ndarray],
    simulated: Sequence[np.ndarray],
    periods: Sequence[PeriodEnd],
    settings: Mapping[str, Any],
    checks: list[Check],
) -> GoodnessOfFit:
    """The test of every statistic, put together."""
    runs = len(simulated[0])
    rows, tables = [], {}
    for kind, seen, drawn in zip(kinds, observed, simulated, strict=True):
        found = simulated_distance(seen, drawn.reshape(runs, len(kind.labels)))
        rows.append(
            {
                "distance": found.distance, "p": found.p, "rank": found.rank, "n_values": len(seen),
                "n_left_out": int((~found.used).sum()), "n_simulations": runs,
            }
        )  # fmt: skip
        tables[kind.name] = _table(kind, seen, drawn, found)
        checks += _reached_checks(kind, seen, drawn, found)
    names = [kind.name for kind in kinds]
    tests = pd.DataFrame(rows, index=pd.Index(names, name="statistic"))
    return GoodnessOfFit(
        question=QUESTION, assumptions=ASSUMPTIONS, settings=settings, n_people=_people(periods),
        checks=tuple(checks), tests=tests, tables=tables, n_simulations=runs,
        reason=None if tests["p"].notna().any() else f"{runs:,} simulations do not suffice for any of the statistics.",
        simulated={k.name: pd.DataFrame(drawn, columns=k.labels) for k, drawn in zip(kinds, simulated, strict=True)},
        wording={kind.name: _wording(kind, periods) for kind in kinds},
    )  # fmt: skip


def _table(kind: Auxiliary, observed: np.ndarray, simulated: np.ndarray, found: SimulatedDistance) -> pd.DataFrame:
    """Observed and simulated values side by side."""
    low, high = np.quantile(simulated, MIDDLE, axis=0)
    columns = {
        "observed": observed, "mean": simulated.mean(axis=0), "low": low, "high": high, "compared": found.used
    }  # fmt: skip
    return pd.DataFrame(columns, index=pd.Index(kind.labels, name="value"))


def _wording(kind: Auxiliary, periods: Sequence[PeriodEnd]) -> dict[str, str]:
    """Words of the figure."""
    numbered = sorted({each.period for each in periods})
    when = f"period {numbered[0]}" if len(numbered) == 1 else f"{len(numbered)} periods"
    if kind.mean and len(periods) > 1:
        when = f"mean of {when}" if len(numbered) == len(periods) else f"mean of {len(periods)} networks"
    return {"title": f"{kind.title}, {when}", "classes": kind.classes, "unit": kind.unit}


def _people(periods: Sequence[PeriodEnd]) -> int:
    """People of all groups."""
    return sum({each.group: each.n_people for each in periods}.values())


def _converged_check(fit: Any) -> list[Check]:
    """Did the estimates that simulations come from converge? Nothing where that is not told."""
    converged = getattr(fit, "converged", None)
    return [] if converged is None else [Check("the fit converged", bool(converged), fit.convergence)]


def _known_checks(periods: Sequence[PeriodEnd]) -> list[Check]:
    """Were ties and behaviour known at both ends of the periods?"""
    ties = sum(int(each.unknown_ties.nnz) for each in periods)
    pairs = sum(each.n_people * (each.n_people - 1) for each in periods)
    checks = [Check("ties are known at both ends", ties == 0, f"{ties:,} of {pairs:,} left out of both" * (ties > 0))]
    for name in periods[0].ranges:
        gone = sum(int(each.unknown[name].sum()) for each in periods)
        people = sum(each.n_people for each in periods)
        words = f"{gone:,} of {people:,} values left out of both" * (gone > 0)
        checks.append(Check(f"{name} is known at both ends", gone == 0, words))
    return checks


def _reached_checks(kind: Auxiliary, observed: np.ndarray, simulated: np.ndarray, found: SimulatedDistance) -> list[Check]:
    """Is there a value that simulations never take, so that p cannot show how far off the model is?"""
    if math.isnan(found.p):
        detail = f"{len(simulated):,} simulations vary in {found.rank} directions"
        return [Check(f"{kind.name}: enough simulations that vary", False, detail)]
    said = [
        f"{kind.labels[at]}: observed {observed[at]:.4g}, always {simulated[0, at]:.4g}" for at in np.flatnonzero(found.unreached)
    ]
    if found.outside:
        said.append("the observed values break a rule that all simulations keep")
    unusable = [kind.labels[at] for at in np.flatnonzero(~np.isfinite(simulated).all(axis=0) | ~np.isfinite(observed))]
    if unusable:
        said.append(f"not always a number, left out: {', '.join(unusable)}")
    return [Check(f"{kind.name}: simulations reach what was observed", False, "; ".join(said))] if said else []
