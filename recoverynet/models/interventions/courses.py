"""What would happen if: courses of a community with and without interventions, on the same luck."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from recoverynet.arguments import require_level, whole_number
from recoverynet.draw.courses import draw_courses
from recoverynet.errors import SchemaError
from recoverynet.kernels.random_bits import seeds_of
from recoverynet.kernels.reversible_spread.courses import courses as run_courses
from recoverynet.models.interventions.arrays import PreparedCommunity, prepared
from recoverynet.models.interventions.declared import Intervention, require_interventions
from recoverynet.models.interventions.rates import draw_rates, uniform
from recoverynet.models.interventions.source import SpreadSource
from recoverynet.progress import track
from recoverynet.randomness import RandomSource, resolve_rng
from recoverynet.results import Check, Result, settings_of

if TYPE_CHECKING:
    from recoverynet.draw.courses import Axes

CHUNK = 25
LONGEST = 120
HORIZON_CHECK = "the horizon lies within what the record covers"
ASSUMPTIONS = (
    "States move once a month, by chances that depend on the state and contacts a month before, and on nothing else.",
    "Clients of unknown state start in one drawn from the others’; other people of unknown state are no contacts.",
    "A group counts among contacts by those of its people who are on record, and by no visitor whom nobody wrote down.",
    "Proposals are followed as the plan says, or as in the record, whoever is chosen and however many are made; who is linked by "
    "one leaves as often as others do.",
    "Nobody joins or leaves the caseload; what happens to people whom nobody recorded is not in here.",
)


class Courses(NamedTuple):
    """Runs of one plan: clients by state (R, T + 1, K); holding the norm and linked by subgroup (R, T + 1, L); proposals made,
    followed and not filled (R, T + 1, 3).
    """

    states: np.ndarray
    held: np.ndarray
    linked: np.ndarray
    done: np.ndarray


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Simulated(Result):
    """What every answer from simulated courses says of its people.

    Parameters
    ----------
    states : tuple of str
    levels : tuple of (column, level)
        Subgroups of clients; the first is everybody.
    n_level : int array
        Clients in each.
    level : float
        Coverage of intervals.
    supposition : bool
        Whether what passes between people is supposed and not shown by the evidence ladder.
    """

    states: tuple[str, ...]
    levels: tuple[tuple[str, str], ...]
    n_level: np.ndarray
    level: float
    supposition: bool


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class SpreadCourses(Simulated):
    """How would it go with an intervention, and without?

    Parameters
    ----------
    without, with_it : Courses
        The same runs twice.
    """

    without: Courses
    with_it: Courses

    def to_frame(self) -> pd.DataFrame:
        """How many clients hold the norm and go to a group, month by month?

        Returns
        -------
        pandas.DataFrame
            One row a course (``"without"``, ``"with"``, ``"difference"``), month and outcome (``"holding"``, ``"linked"``):
            ``mean``, ``low`` and ``high`` over runs, in clients; ``n`` (clients) and ``basis`` (``"supposition"`` or
            ``"consistent with spread"``).
        """
        rows = []
        for outcome in ("held", "linked"):
            one, other = (getattr(each, outcome)[:, :, 0].astype(float) for each in (self.without, self.with_it))
            for name, values in (("without", one), ("with", other), ("difference", other - one)):
                low, high = ends_of(values, self.level)
                rows.append(
                    pd.DataFrame(
                        {
                            "course": name,
                            "outcome": "holding" if outcome == "held" else "linked",
                            "month": np.arange(values.shape[1]),
                            "mean": values.mean(axis=0),
                            "low": low,
                            "high": high,
                        }
                    )
                )
        return pd.concat(rows, ignore_index=True).assign(n=self.n_people, basis=basis_of(self.supposition))

    def states_frame(self) -> pd.DataFrame:
        """How many clients are in each state, month by month?

        Returns
        -------
        pandas.DataFrame
            One row a course (``"without"``, ``"with"``, ``"difference"``), month and ``state``: ``mean``, ``low`` and ``high`` over
            runs, in clients; ``n`` and ``basis`` as in :meth:`to_frame`.
        """
        one, other = (each.states.astype(float) for each in (self.without, self.with_it))
        parts = []
        for name, values in (("without", one), ("with", other), ("difference", other - one)):
            low, high = ends_of(values, self.level)
            index = pd.MultiIndex.from_product([range(values.shape[1]), self.states], names=["month", "state"])
            numbers = {"mean": values.mean(axis=0).ravel(), "low": low.ravel(), "high": high.ravel()}
            parts.append(pd.DataFrame(numbers, index=index).reset_index().assign(course=name))
        columns = ["course", "month", "state", "mean", "low", "high"]
        return pd.concat(parts, ignore_index=True)[columns].assign(n=self.n_people, basis=basis_of(self.supposition))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Both courses with bands, in new Axes where none are given."""
        return draw_courses(self.to_frame(), supposition=self.supposition, ax=ax)

    def _claim(self) -> tuple[str, str]:
        return "Estimated", "clients who hold the norm at the end, with the interventions less without them, on the same luck"

    def _headline(self) -> str:
        last = self.to_frame().query("course == 'difference' and outcome == 'holding'").iloc[-1]
        within = f"after {last['month']} months ({last['low']:+.0f} to {last['high']:+.0f})"
        said = f"{last['mean']:+.1f} clients of {self.n_people:,} hold the norm {within}"
        return said + (", supposing what passes between people" if self.supposition else "")


def basis_of(supposition: bool) -> str:
    """On what the part that passes between people rests, in a word."""
    return "supposition" if supposition else "consistent with spread"


def ends_of(values: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper quantiles over runs, each a value that was met: whole numbers of counts, at least ``level`` between."""
    low = np.quantile(values, (1 - level) / 2, axis=0, method="lower")
    return low, np.quantile(values, (1 + level) / 2, axis=0, method="higher")


def simulate_spread(
    source: SpreadSource,
    *,
    interventions: Sequence[Intervention] | Intervention = (),
    horizon: int = 18,
    n_runs: int = 1000,
    rng: RandomSource = None,
    turnover: bool = True,
    level: float = 0.95,
    workers: int | None = None,
    quiet: bool | None = None,
) -> SpreadCourses:
    """What would happen with these interventions, and what without them?

    Parameters
    ----------
    source : SpreadSource
        A community with its rates; see :func:`recoverynet.spread_source`.
    interventions : sequence of Introduction, NewGroup, Champion, BridgeRemoved, GroupClosed or HoursMoved
        What is done. Default: nothing; both courses are then the same.
    horizon : int
        Months, 1 to 120. Default 18.
    n_runs : int
        Runs, 20 or more. Default 1,000.
    rng : None, int, numpy.random.SeedSequence or numpy.random.Generator
        Source of randomness. A run meets the same luck with and without interventions.
    turnover : bool
        Whether links to groups and ties end and others take their place (default), or the network stays as it stands. Links that an
        introduction made end either way.
    level : float
        Coverage of intervals: of chance and of what is not known about rates together.
    workers : int, optional
        Threads. Answers do not depend on it. Default: as many as there are processors, 4 at most.
    quiet : bool, optional
        Show no progress.

    Returns
    -------
    SpreadCourses
        ``to_frame()`` month by month, ``states_frame()`` by state, ``plot()``, ``summary()``.

    Raises
    ------
    SchemaError
        An argument is out of its range; interventions contradict each other, ask more than somebody agreed to, or reach nobody.
    UnknownPersonError
        The plan names somebody who is not on the record.
    NotEstimableError
        The record cannot say how proposals are followed, and the plan does not.

    Notes
    -----
    Each month: links to groups end; proposals are made and followed; then everybody's state moves by the chances of
    :class:`recoverynet.models.interventions.rates.DeclaredRates`, P(gain) = a + β n + γ (goes to a recovery group), where n are
    contacts who hold the norm. Draws are a hash of run, person, month and purpose, so that two courses differ only by what is
    done and what follows from it. A difference is one of simulated courses under these assumptions: no evaluation, and nobody's
    forecast.

    References
    ----------
    Hill, A. L., Rand, D. G., Nowak, M. A. & Christakis, N. A. (2010). Infectious disease modeling of social contagion in networks.
    PLoS Computational Biology 6, e1000968. https://doi.org/10.1371/journal.pcbi.1000968

    Examples
    --------
    >>> import recoverynet as rn
    >>> source = rn.spread_source(rn.load_sample("riverside"), rn.DeclaredRates(attending=0.02))
    >>> plan = rn.Introduction(per_month=4.35)
    >>> found = rn.simulate_spread(source, interventions=plan, horizon=6, n_runs=20, rng=1, quiet=True)
    >>> bool(found.to_frame().query("course == 'difference' and outcome == 'linked' and month == 6")["mean"].iloc[0] > 0)
    True
    """
    every = require_interventions(interventions)
    setting = ArmSetting(source, horizon, n_runs, turnover, level, workers, quiet)
    found = run_arms(setting, {"without": (), "with": every}, rng)
    more: dict[str, Any] = answer_fields(setting, found["without"])
    return SpreadCourses(
        question=f"How many clients hold {source.norm.name!r} in {setting.horizon} months with these interventions, and without?",
        settings=settings_of(horizon=setting.horizon, n_runs=setting.n_runs, turnover=turnover, level=level),
        without=found["without"],
        with_it=found["with"],
        **more,
    )


@dataclass(frozen=True)
class ArmSetting:
    """Arguments that every arm shares, checked."""

    source: SpreadSource
    horizon: int
    n_runs: int
    turnover: bool
    level: float
    workers: int | None
    quiet: bool | None

    def __post_init__(self) -> None:
        if not isinstance(self.source, SpreadSource):
            raise SchemaError(f"A what-if starts from what spread_source() gives; got {type(self.source).__name__}.")
        whole_number(self.n_runs, "n_runs, the number of runs,", 20, ", for an interval")
        if whole_number(self.horizon, "horizon, in months,", 1) > LONGEST:
            raise SchemaError(f"horizon is a number of months from 1 to {LONGEST}; got {self.horizon!r}.")
        require_level(self.level)
        if self.workers is not None:
            whole_number(self.workers, "workers", 1)


def run_arms(setting: ArmSetting, arms: Mapping[str, tuple[Intervention, ...]], rng: RandomSource) -> dict[str, Courses]:
    """Courses of every plan on the same draws of rates and the same luck."""
    months = int(setting.horizon)
    plans = {name: prepared(setting.source.standing, plan, months) for name, plan in arms.items()}
    parent = resolve_rng(rng)
    seeds = seeds_of(parent, setting.n_runs)
    rate_seed, closure_seed = parent.integers(2**63, size=2).tolist()
    found = {}
    for name in track(list(plans), "simulating", quiet=setting.quiet):
        closure = _closures(plans[name], setting, closure_seed)
        found[name] = _run(setting, plans[name], seeds, np.random.default_rng(rate_seed), closure)
    return found


def _closures(plan: PreparedCommunity, setting: ArmSetting, seed: int) -> np.ndarray:
    """How often the proposals of each slot are followed in each run (R, S): the same draw wherever the same is said."""
    closure = np.zeros((setting.n_runs, len(plan.closures)))
    for place, said in enumerate(plan.closures):
        rng = np.random.default_rng(seed)
        if isinstance(said, str):
            closure[:, place] = setting.source.standing.seen.draw_closure(said, setting.n_runs, rng)
        else:
            closure[:, place] = uniform(said, setting.n_runs, rng)
    return closure


def _run(setting: ArmSetting, plan: PreparedCommunity, seeds: np.ndarray, rng: np.random.Generator, closure: np.ndarray) -> Courses:
    standing, months, n_runs = plan.standing, int(setting.horizon), setting.n_runs
    source = setting.source
    rates = draw_rates(source.rates, source.standing.seen, source.behaviour, closure, n_runs, rng)
    at = standing.community
    if not source.counts_by_strength:
        at = at._replace(strength=(at.strength > 0).astype(float))
    counts = [
        np.zeros((n_runs, months + 1, size), dtype=np.int64) for size in (len(standing.seen.states), *[len(standing.levels)] * 2, 3)
    ]

    def chunk(first: int) -> None:
        end = min(first + CHUNK, n_runs)
        run_courses(seeds, first, end, months, source.mode, setting.turnover, at, plan.plan, rates, *counts)

    workers = setting.workers or min(os.cpu_count() or 1, 4)
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(chunk, range(0, n_runs, CHUNK)))
    return Courses(*counts)


def answer_fields(setting: ArmSetting, without: Courses) -> dict[str, object]:
    """What every answer says of its people, assumptions and checks."""
    source, standing = setting.source, setting.source.standing
    return {
        "assumptions": (source.ladder_in_words, source.rates_in_words, *ASSUMPTIONS),
        "n_people": standing.n_clients,
        "n_dropped": standing.n_left_out,
        "checks": _checks(setting, without),
        "states": standing.seen.states,
        "levels": standing.levels,
        "n_level": standing.n_level,
        "level": setting.level,
        "supposition": source.supposition,
    }


def _checks(setting: ArmSetting, without: Courses) -> tuple[Check, ...]:
    standing, covered = setting.source.standing, round(setting.source.standing.seen.n_months)
    low, high = ends_of(without.held[:, :, 0].astype(float), setting.level)
    width, inside = high - low, int(min(covered, setting.horizon))
    detail = ""
    if setting.horizon > covered:
        detail = (
            f"the record covers {covered:.0f} months; the interval of clients holding the norm is {width[inside]:.0f} wide after "
            f"{inside} months and {width[-1]:.0f} after {setting.horizon}, and what lies beyond {covered:.0f} months was never seen"
        )
    unknown = int((standing.community.client & (standing.community.state < 0)).sum())
    return (
        Check(HORIZON_CHECK, setting.horizon <= covered, detail),
        Check(
            "every client's state is on record at the start",
            not unknown,
            f"{unknown:,} of {standing.n_clients:,} drawn" if unknown else "",
        ),
    )
