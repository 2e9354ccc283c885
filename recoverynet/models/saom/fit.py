"""Fitting a stochastic actor-oriented model of ties and behaviour."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.arguments import number_within, whole_number
from recoverynet.errors import RecoveryNetWarning, SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.saom.actor_model import N_CLASSES
from recoverynet.models.saom.composition_change import ChangeAt
from recoverynet.models.saom.fitted import SaomFit, fitted
from recoverynet.models.saom.not_finite import without_way_back
from recoverynet.models.saom.robbins_monro import Estimation, Phase3, Runaway, converge, phase1
from recoverynet.models.saom.setting import SaomSetting, saom_setting
from recoverynet.models.saom.simulation import Endless, Simulator, warmed_up
from recoverynet.models.saom.specification import Specification
from recoverynet.models.saom.starting import check_change, check_collinear, starting_values
from recoverynet.progress import told_if_slow
from recoverynet.randomness import RandomSource, resolve_rng
from recoverynet.results import settings_of


def fit_saom(
    panel: NetworkPanel,
    specification: Specification,
    *,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    conditional: str | None = None,
    change_at: ChangeAt = 0.5,
    unknown_alters: str = "mean",
    start: SaomFit | None = None,
    n_simulations: int = 2000,
    wanted: float = 0.20,
    most_runs: int = 6,
    by_class: bool | None = None,
    workers: int | None = None,
    quiet: bool | None = None,
    rng: RandomSource = None,
) -> SaomFit:
    """Do people choose those like them, or come to be like those they are tied to, or both?

    Parameters
    ----------
    panel : NetworkPanel
        Two waves or more of ties among the same n people; behaviour in whole numbers.
    specification : Specification
        Which effects may have shaped ties and behaviour.
    bounds : mapping of behaviour to (lowest, highest), optional
        Levels that can be reached. Default: those observed.
    conditional : str, optional
        Name of the network or of a behaviour: simulations end where it has changed as much as observed, and its basic
        rates are estimated from the time that took. Default: none, all rates are estimated with the rest.
    change_at : float, or mapping of people to moments
        People who join or leave within a period do so after this share of it, between 0 and 1; or each at moments of
        their own, counted in waves: ``{"ann": 1.25, "ben": [1.5, 2.8]}``, where 1.25 is a quarter of the way from wave 1
        to wave 2. Those not named move halfway.
    unknown_alters : {"mean", "left_out"}
        In averages, the largest and the smallest of others' behaviour (avAlt, avRecAlt, avInAlt, maxAlt, minAlt), people of
        unknown behaviour count at the mean of all, as in RSiena, or are left out.
    start : SaomFit, optional
        An earlier fit; parameters of the same name start from its estimates.
    n_simulations : int
        Simulations at the estimate (phase 3), 200 or more. 2,000 make standard errors steady; quick looks do with 500, and
        3,000 are usual in publications.
    wanted : float
        Overall maximum convergence ratio to be reached; 0.20 is usual, 0.10 strict.
    most_runs : int
        How often to run phase 3 for it, 1 or more.
    by_class : bool, optional
        Look at people out of reach class by class (True), at everybody (False), or whichever is quicker (default).
    workers : int, optional
        Threads. Default: one a core. The numbers do not depend on it.
    quiet : bool, optional
        Show no progress.
    rng : None, int, numpy.random.SeedSequence or numpy.random.Generator
        Source of randomness.

    Returns
    -------
    SaomFit
        ``to_frame()`` has one row a parameter. Where the estimation ran away, ``reason`` says so and what to try, and
        the estimates are the last that were good.

    Raises
    ------
    SchemaError
        Specification and panel do not fit each other; behaviour is not whole numbers or outside its bounds; arguments
        out of range.
    NotEstimableError
        One wave only; a period without any change; effects that cannot be told apart.

    Warns
    -----
    RecoveryNetWarning
        Few ties last from wave to wave (Jaccard index below 0.2); the fit did not converge.

    Notes
    -----
    Between waves, at random moments (rates), one person at a time may change one tie or their behaviour by one step,
    and favours changes that raise f_i = Σ_k θ_k s_ik(x, z). θ is estimated by the method of moments: expected and
    observed statistics agree (Snijders 2001; Snijders, Steglich & Schweinberger 2007). Standard errors are D⁻¹ Σ D⁻ᵀ
    with D from scores (Schweinberger & Snijders 2007).

    Assumes that the network is complete among the people of the panel (no personal networks), that change is gradual
    and without memory, that everybody follows the same rules given their attributes, and that nothing unrecorded shapes
    both ties and behaviour. Ties unknown at a wave are as last known in simulations and left out of statistics. Not
    meant for fewer than about 20 people, or where few ties last.

    Conventions are RSiena's where it is not said otherwise. A behaviour's centre is the mean of the means of its waves, the
    mean similarity is over all pairs at the starts of periods; where there are groups both, and the range, are those of all
    groups together (of pairs within a group), where RSiena may take them within each. What absent people do is not unknown:
    those who join begin without ties; ties of those who leave count, at the end of that period, as they were at its start.
    ``RateX`` of a modelled behaviour is not centred. Otherwise than in RSiena, nobody may choose people who are not there;
    where a third of the people move between two waves, RSiena's rates differ from ours by about a standard error for it.
    Where people join or leave, no fit is conditional, as in RSiena. Endowment and creation parts of maxAlt and minAlt are
    s_i now less s_i before with ego's own behaviour in both; RSiena leaves ego's behaviour out of them. Creation parts of
    inAct, outAct and outActSqrt take degrees at the start of the period, as RSiena does. The constants of ``balance`` and
    ``inStructEq`` are mean disagreements over pairs of ties that are known, between people who are there, ties fixed from
    outside as they are; on complete data they are RSiena's, where ties are missing they were not compared with it.

    Standard errors of rates are the least steady: at the default length they differ by some 5 % from seed to seed (standard
    deviation; those of a rarely changing behaviour by up to 9 %). Their derivatives are regressions of statistics on scores,
    whose variance is known for rates, over all simulations near the estimate.

    References
    ----------
    Snijders, T. A. B. (2001). The statistical evaluation of social network dynamics. Sociological Methodology 31,
    361-395. https://doi.org/10.1111/0081-1750.00099

    Schweinberger, M. & Snijders, T. A. B. (2007). Markov models for digraph panel data: Monte Carlo-based derivative
    estimation. Computational Statistics & Data Analysis 51, 4465-4483. https://doi.org/10.1016/j.csda.2006.07.014

    Steglich, C., Snijders, T. A. B. & Pearson, M. (2010). Dynamic networks and behavior: separating selection from
    influence. Sociological Methodology 40, 329-393. https://doi.org/10.1111/j.1467-9531.2010.01225.x

    Examples
    --------
    >>> import numpy as np
    >>> import recoverynet as rn
    >>> draw = np.random.default_rng(1)
    >>> first = (draw.random((25, 25)) < 0.12) & ~np.eye(25, dtype=bool)
    >>> change = (draw.random((25, 25)) < 0.05) & ~np.eye(25, dtype=bool)
    >>> waves = rn.NetworkPanel.from_adjacency([first * 1.0, (first ^ change) * 1.0], network="contact")
    >>> fit = rn.fit_saom(waves, rn.Specification(network={"contact": ["density", "recip"]}), quiet=True, rng=1)
    >>> fit.converged
    True
    >>> list(fit.to_frame()["effect"])
    ['Rate', 'density', 'recip']
    """
    _check_arguments(n_simulations, wanted, most_runs)
    generator = resolve_rng(rng)
    how = {"bounds": bounds, "conditional": conditional, "change_at": change_at, "unknown_alters": unknown_alters}
    setting = saom_setting(panel, specification, by_class=by_class, **how)  # type: ignore[arg-type]
    checks = check_change(setting)
    with told_if_slow("Preparing the simulation: the first fit on this machine compiles for half a minute or more.", quiet=quiet):
        by_period = warmed_up(setting)
    estimation, known = _begun(setting, by_period.sum(axis=0), start)
    wish = {"n_simulations": n_simulations, "wanted": wanted, "most_runs": most_runs}
    settings = _settings(generator, setting, specification, how | wish)
    with Simulator(setting, workers) as simulator:
        here, ratio, n_phase3, good, reason = _estimated(simulator, estimation, rng=generator, quiet=quiet, known=known, **wish)
    found = fitted(
        setting,
        estimation,
        here,
        by_period,
        ratio=ratio,
        wanted=wanted,
        n_phase3=n_phase3,
        good=good,
        reason=reason,
        checks=checks,
        settings=settings,
    )
    if not found.converged:
        warnings.warn(found.convergence, RecoveryNetWarning, stacklevel=2)
    return found


def _settings(rng: np.random.Generator, setting: SaomSetting, specification: Specification, how: dict[str, Any]) -> dict[str, Any]:
    """Every argument that decides about the numbers, in plain values."""
    change_at = how["change_at"]
    plain = dict(change_at) if isinstance(change_at, Mapping | pd.Series) else change_at
    by_class = bool(setting.model.whole[N_CLASSES])
    given = {**how, "bounds": dict(how["bounds"] or {}), "change_at": plain, "by_class": by_class}
    return settings_of(rng, **given, specification=repr(specification))


def _estimated(
    simulator: Simulator, estimation: Estimation, *, rng: np.random.Generator, **how: Any
) -> tuple[Phase3 | None, float, int, np.ndarray, str | None]:
    """The last run of phase 3, its ratio, how many there were, the last good θ, and why there are no estimates."""
    parameters, good = simulator.setting.parameters, estimation.theta.copy()
    try:
        runs = phase1(simulator, estimation, rng)
        check_collinear(
            [parameters[k] for k in estimation.free],
            runs.statistics.sum(axis=0)[:, estimation.free],
            [each.label for each in parameters if each.start is not None],
        )
        good = estimation.theta.copy()
        here, ratio, n_phase3 = converge(simulator, estimation, rng=rng, **how)
    except Runaway as error:
        far = " and ".join(f"{parameters[k].label} went to {error.theta[k]:.0f}" for k in error.places)
        return (
            None,
            np.nan,
            0,
            estimation.good,
            (
                f"The estimation ran away: {far}, where nobody has a choice left. Nothing observed speaks against such values "
                "(nobody ever did the opposite), or other terms say the same. What to try: leave the effect out, or hold it with "
                "fixed=0.0 and ask score_test()."
            ),
        )
    except Endless as error:
        good = estimation.trace[-2][1] if len(estimation.trace) > 1 else good  # the last one was never simulated, or failed
        return (
            None,
            np.nan,
            0,
            good,
            (f"{error} What to try: fewer effects, start= from a smaller model that converged, or starting values nearer to 0."),
        )
    return here, ratio, n_phase3, good, _without_way_back(simulator.setting, estimation, here)


def _without_way_back(setting: SaomSetting, estimation: Estimation, here: Phase3) -> str | None:
    """Why estimates are not finite although simulations are like the data; None where they are."""
    places = [k for k in without_way_back(here.sums, estimation.targets) if k in estimation.free]
    if not places:
        return None
    return (
        f"There is no finite estimate of {', '.join(setting.parameters[k].label for k in places)}: what was observed is the least, "
        "or the most, there can be, and nearly all simulations have the same. What to try: leave the effect out, or hold it with "
        "fixed=0.0 and ask score_test()."
    )


def _check_arguments(n_simulations: int, wanted: float, most_runs: int) -> None:
    whole_number(n_simulations, "n_simulations", 200, ", so that standard errors mean something")
    number_within(wanted, "wanted", 0, such_as="0.20", what="a convergence ratio")
    whole_number(most_runs, "most_runs", 1)


def _begun(setting: SaomSetting, targets: np.ndarray, start: SaomFit | None) -> tuple[Estimation, bool]:
    """An estimation at its starting values, and whether an earlier fit of the very same parameters gave them."""
    theta = starting_values(setting, targets)
    same = False
    if start is not None:
        if not isinstance(start, SaomFit):
            raise SchemaError(
                f"start is an earlier fit; got a {type(start).__name__}. Starting values of single terms are given as "
                "Term('recip', start=1.0)."
            )
        earlier = {each.label: value for each, value in zip(start.setting.parameters, start.theta, strict=True)}
        for place, parameter in enumerate(setting.parameters):
            if parameter.label in earlier and parameter.fixed is None and parameter.start is None:
                theta[place] = earlier[parameter.label]
        same = [each.label for each in setting.parameters] == list(earlier) and start.converged
    free = np.flatnonzero([parameter.fixed is None for parameter in setting.parameters])
    if not len(free):
        raise SchemaError("Every parameter is fixed; there is nothing to estimate.")
    rates = np.array([parameter.effect == "Rate" for parameter in setting.parameters])
    return Estimation(theta, free, rates, targets), same
