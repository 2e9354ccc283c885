"""Does the norm spread, where a hidden trait draws people together? Two answers that lean on what the analyst knows beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.arguments import list_of_names
from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.exposure import two_steps
from recoverynet.kernels.hazard import independent_columns
from recoverynet.kernels.transitions import Transition, lagged_exposure, ties_of
from recoverynet.kernels.two_stage import clustered_least_squares, two_stage
from recoverynet.measures.behaviours import Behaviour, norm_values
from recoverynet.models.spread.risk_set import RiskSet, coverage_checks, risk_set
from recoverynet.results import Check, Estimates, empty_table, settings_of, term_table

STRONG = 10.0
"""F of the first stage from which on an instrument is taken to be strong (Staiger & Stock 1997)."""

LEAST_PEOPLE, LEAST_EVENTS = 30, 10
EXPOSURE, CONTROL, WAVE = "exposure", "outcome control", "wave"
NEGATIVE_CONTROLS = (
    "Contacts' holding of the norm does not move the outcome control.",
    "What contacts hold of the exposure control moves neither the norm nor the outcome control.",
    "What was left out and draws people together shows in both controls, and moves norm and outcome control in proportion.",
    "Nobody chooses contacts by the state of a control itself.",
    "Chances go with exposure and with what was left out in straight lines, given the other terms.",
    "Rows of the same person may depend on each other; different people are taken as independent given the terms.",
)
FRIENDS_OF_FRIENDS = (
    "What friends of friends held moves a person by way of their friends alone.",
    "Nothing left out is shared with friends of friends and moves the norm: a hidden trait that draws people together reaches "
    "two steps, so that this does not mend homophily on what nobody recorded; it mends what a person and their friends meet "
    "together and others do not.",
    "Ties do not follow from what friends of friends do.",
    "Chances go with exposure in straight lines, given the other terms.",
    "Rows of the same person may depend on each other; different people are taken as independent given the terms.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class InstrumentedFit(Estimates):
    """A change in the chance of the norm, by an instrument, beside the answer without it.

    Attributes
    ----------
    strength : float
        F of the first stage, one instrument, errors by person; NaN where there is none.
    plain : Estimates or None
        The same rows without the instrument.
    """

    strength: float = float("nan")
    plain: Estimates | None = None


def double_negative_control(
    panel: NetworkPanel,
    behaviour: Behaviour = None,
    *,
    outcome_control: Behaviour,
    exposure_control: Behaviour,
    transition: Transition = "gain",
    adjust: Sequence[str] = (),
    categories: Sequence[str] = (),
    lag: int = 1,
    direction: str = "out",
    level: float = 0.95,
) -> InstrumentedFit:
    """By how many points does exposure change the chance, once a hidden trait that both controls show is taken out?

    Parameters
    ----------
    panel : NetworkPanel
        Two waves or more.
    behaviour : str, Norm, array (n, W) or None
        The norm. Default: the panel's.
    outcome_control : str, Norm or array (n, W)
        Negative-control outcome: something of the person, 1 or 0, that contacts cannot move and the hidden trait does, as it
        stands at the wave of the outcome. Named from knowledge of the field; never searched for.
    exposure_control : str, Norm or array (n, W)
        Negative-control exposure: something of contacts, 1 or 0, that moves nobody but goes with their hidden trait; its share
        among contacts at the wave of exposure counts. May be the outcome control, held by contacts.
    transition : {"gain", "loss", "holding"}
    adjust, categories : sequence of str
        As in :func:`recoverynet.fit_hazard`.
    lag : int
    direction : {"out", "in", "mutual"}
    level : float
        Coverage of intervals.

    Returns
    -------
    InstrumentedFit
        Differences of probabilities: ``exposure`` in focus, ``outcome control``, and the other terms; ``strength`` (F of the
        first stage) and ``plain``, the answer without controls. NaN with a ``reason`` where the exposure control is too weak to say
        anything, or too few people are left.

    Raises
    ------
    SchemaError
        Unknown behaviour, covariate or argument; a control that is not a norm of 1 and 0, or is the norm itself.

    Notes
    -----
    Two-stage least squares of the outcome on exposure, outcome control and terms, the outcome control instrumented by the exposure
    control: with a hidden trait u, outcome = b E + c u + …, control = d u + …, so that outcome = b E + (c/d) control + noise, and
    the exposure control, which goes with u and with nothing else here, frees the control of its noise. It rests on all of
    ``assumptions``; none of them can be tested on the panel, and choosing controls by what they give makes the answer worthless.

    With 2,600 people, ten worlds each and a placebo that carries the trait as the norm does as both controls, the answer lay above
    none in 0, 0 and 1 without influence (hidden trait 3/3, 6/3, 6/6; without controls in 9, 10 and 10), and in 9 of the 9 that had
    one with strong influence and 6/3. Where nothing is hidden the controls have nothing in common, and there is no answer.

    References
    ----------
    Egami, N. & Tchetgen Tchetgen, E. J. (2024). Identification and estimation of causal peer effects using double negative controls
    for unmeasured network confounding. Journal of the Royal Statistical Society Series B.
    https://arxiv.org/abs/2109.01933

    Staiger, D. & Stock, J. H. (1997). Instrumental variables regression with weak instruments. Econometrica 65, 557-586.
    https://doi.org/10.2307/2171753

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.worlds.worlds import simulate_panel
    >>> alike = simulate_panel(2000, latent=(9.0, 9.0), rng=1)  # nothing spreads
    >>> fit = rn.double_negative_control(alike, outcome_control="placebo", exposure_control="placebo")
    >>> bool(fit.plain.low > 0), bool(fit.low < 0 < fit.high)
    (True, True)
    """
    adjust, categories = list_of_names(adjust, "adjust"), list_of_names(categories, "categories")
    risk = risk_set(panel, behaviour, transition=transition, lag=lag, direction=direction)
    own, of_own = norm_values(panel, outcome_control)
    theirs, of_theirs = norm_values(panel, exposure_control)
    _require_another(risk, {"outcome_control": of_own, "exposure_control": of_theirs})
    ties = ties_of(panel.networks, direction, directed=panel.directed)
    seen = lagged_exposure(ties, np.where(panel.present, of_theirs, np.nan), risk.lag)
    settings = settings_of(
        behaviour=risk.name, outcome_control=own, exposure_control=theirs, transition=transition, adjust=list(adjust),
        categories=list(categories), lag=lag, direction=direction, level=level,
    )  # fmt: skip
    return _answer(
        risk, settings, adjust, categories, CONTROL, risk.at(of_own), risk.at(seen.share), [EXPOSURE, CONTROL], NEGATIVE_CONTROLS
    )


def friends_of_friends(
    panel: NetworkPanel,
    behaviour: Behaviour = None,
    *,
    by: Behaviour = None,
    transition: Transition = "gain",
    adjust: Sequence[str] = (),
    categories: Sequence[str] = (),
    lag: int = 1,
    direction: str = "out",
    level: float = 0.95,
) -> InstrumentedFit:
    """By how many points does exposure change the chance, where only what friends of friends moved of it counts?

    Parameters
    ----------
    panel : NetworkPanel
    behaviour : str, Norm, array (n, W) or None
        The norm. Default: the panel's.
    by : str, Norm, array (n, W) or None
        What of friends of friends is looked at, 1 or 0. Default: the norm, one wave before contacts' state.
    transition, adjust, categories, lag, direction, level
        As in :func:`double_negative_control`.

    Returns
    -------
    InstrumentedFit
        Differences of probabilities: ``exposure`` in focus, and the other terms; ``strength`` and ``plain``. NaN with a
        ``reason`` where the instrument is too weak to say anything, or too few people are left.

    Raises
    ------
    SchemaError
        Unknown behaviour, covariate or argument; ``by`` that is not of 1 and 0.

    Notes
    -----
    Exposure is instrumented by the share of people exactly two steps away (contacts of contacts, no contacts) who held ``by``
    one wave before contacts were looked at. It helps against what a person and their friends meet together; it does not
    against a hidden trait that draws people together, which reaches friends of friends too: see ``assumptions``. A strong
    instrument may be a sign of such a trait rather than of influence: with 2,600 people, ten worlds each, a hidden trait of 6/3
    and no influence gave an answer in 10 and lay above none in all 10 (median F 145); strong influence and no trait gave one in 3,
    above none in 1 (F 7); nothing planted gave none. It is no rung of the ladder for that reason.

    References
    ----------
    Bramoullé, Y., Djebbari, H. & Fortin, B. (2009). Identification of peer effects through social networks. Journal of Econometrics
    150, 41-55. https://doi.org/10.1016/j.jeconom.2008.12.021

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.worlds.worlds import simulate_panel
    >>> fit = rn.friends_of_friends(simulate_panel(200, rng=1))
    >>> fit.reason.split(" (")[0]
    'what friends of friends held hardly moves exposure'
    """
    adjust, categories = list_of_names(adjust, "adjust"), list_of_names(categories, "categories")
    risk = risk_set(panel, behaviour, transition=transition, lag=lag, direction=direction)
    name, held = (risk.name, risk.held) if by is None else norm_values(panel, by)
    ties = [two_steps(each) for each in ties_of(panel.networks, direction, directed=panel.directed)]
    seen = lagged_exposure(ties, np.where(panel.present, held, np.nan), risk.lag + 1)
    settings = settings_of(
        behaviour=risk.name, by=name, transition=transition, adjust=list(adjust), categories=list(categories), lag=lag,
        direction=direction, level=level,
    )  # fmt: skip
    share = risk.at(risk.seen.share)
    return _answer(risk, settings, adjust, categories, EXPOSURE, share, risk.at(seen.share), [EXPOSURE], FRIENDS_OF_FRIENDS)


def _require_another(risk: RiskSet, controls: dict[str, np.ndarray]) -> None:
    """SchemaError where a control is the norm itself, or is the norm turned round."""
    for word, values in controls.items():
        if np.array_equal(values, risk.held, equal_nan=True) or np.array_equal(1.0 - values, risk.held, equal_nan=True):
            raise SchemaError(f"{word} is the norm {risk.name!r} itself; name something that contacts cannot move.")


def _answer(
    risk: RiskSet,
    settings: dict[str, Any],
    adjust: Sequence[str],
    categories: Sequence[str],
    instrumented: str,
    term: np.ndarray,
    instrument: np.ndarray,
    terms: list[str],
    assumptions: tuple[str, ...],
) -> InstrumentedFit:
    """The fit, or why there is none; ``terms`` start with those in front of waves and adjustment."""
    others = risk.covariates(adjust, categories=categories, beside=(EXPOSURE, CONTROL, WAVE))
    exposure = risk.at(risk.seen.share)
    known = np.isfinite(np.column_stack([exposure, term, instrument, others.values])).all(axis=1)
    names = [*terms, *others.terms]
    person, outcome = risk.rows.person[known], risk.rows.outcome[known]
    people, cluster = np.unique(person, return_inverse=True)
    reason = str(risk.reason) if risk.reason else _too_few(len(people), outcome)
    left_out = f"{int((~known).sum()):,} rows left out"
    checks = (*coverage_checks(risk), Check("every term known in every row", bool(known.all()), left_out))
    found = _Found(empty_table(names), reason=reason)
    if reason is None:
        waves = (risk.rows.column[known, None] == np.unique(risk.rows.column[known])).astype(float)
        front, first = ([], []) if instrumented == EXPOSURE else ([exposure[known, None]], [EXPOSURE])
        x = np.column_stack([waves, *front, others.values[known]])
        free = independent_columns(x)
        kept = [*[WAVE] * waves.shape[1], *first, *others.terms]
        kept = [name for name, stays in zip(kept, free, strict=True) if stays]
        rows = (outcome, term[known], instrument[known], x[:, free], cluster)
        found = _found(names, kept, instrumented, rows, settings["level"])
        if found.tried:
            plain = _plainly(kept, names, exposure[known], rows, settings["level"])
            shared = _shared(
                risk, settings, ("Nothing left out both draws people together and moves them.",), checks, people, outcome
            )
            found = replace(found, plain=Estimates(**shared, table=plain[0], covariance=plain[1]))
            detail = f"F = {found.strength:.3g}, {STRONG:g} needed"
            checks = (*checks, Check("instrument strong", found.strength >= STRONG, detail))
    return InstrumentedFit(
        **_shared(risk, settings, assumptions, checks, people, outcome),
        table=found.table,
        covariance=found.covariance,
        reason=found.reason,
        strength=found.strength,
        plain=found.plain,
    )


@dataclass(frozen=True, eq=False)
class _Found:
    """What came of the two stages, or why nothing did."""

    table: pd.DataFrame
    covariance: pd.DataFrame | None = None
    strength: float = float("nan")
    reason: str | None = None
    plain: Estimates | None = None

    @property
    def tried(self) -> bool:
        """Whether the design allowed for a first stage."""
        return bool(np.isfinite(self.strength))


def _found(names: list[str], kept: list[str], instrumented: str, rows: tuple[np.ndarray, ...], level: float) -> _Found:
    """The two stages; no estimate where the instrument is weak."""
    outcome, term, instrument, x, cluster = rows
    reason = _why_not(kept, instrumented, term, instrument, x)
    if reason:
        return _Found(empty_table(names), reason=reason)
    made = two_stage(outcome, term, instrument, x, cluster)
    weak = _weak(instrumented, made.strength)
    if weak:
        return _Found(empty_table(names), strength=made.strength, reason=weak)
    table, covariance = _table([instrumented, *kept], made.beta, made.covariance, level)
    return _Found(table.loc[[name for name in names if name in table.index]], covariance, made.strength)


def _shared(
    risk: RiskSet,
    settings: dict[str, Any],
    assumptions: tuple[str, ...],
    checks: tuple[Check, ...],
    people: np.ndarray,
    outcome: np.ndarray,
) -> dict[str, Any]:
    happens = {"gain": "gaining", "loss": "losing", "holding": "holding"}[risk.transition]
    return {
        "question": f"Does {happens} {risk.name!r} go with what contacts held before, a hidden likeness aside?",
        "estimand": f"change in the probability of {happens} {risk.name!r} from one wave to the next for every contact holding it "
        "rather than none, as a share of 1",
        "assumptions": assumptions,
        "settings": settings,
        "focus": EXPOSURE,
        "level": settings["level"],
        "checks": checks,
        "n_people": len(people),
        "n_dropped": risk.panel.n_people - risk.n_never_at_risk - len(people),
        "n_rows": len(outcome),
        "n_events": int(outcome.sum()),
    }


def _plainly(
    kept: list[str], names: list[str], exposure: np.ndarray, rows: tuple[np.ndarray, ...], level: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same rows without controls or instrument."""
    outcome, _, _, x, cluster = rows
    if EXPOSURE not in kept:
        x, kept = np.column_stack([x, exposure]), [*kept, EXPOSURE]
    table, covariance = _table(kept, *clustered_least_squares(outcome, x, cluster), level)
    return table.loc[[name for name in names if name in table.index]], covariance


def _table(names: list[str], beta: np.ndarray, covariance: np.ndarray, level: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimates but those of waves, and their covariance."""
    shown = [place for place, name in enumerate(names) if name != "wave"]
    labels = [names[place] for place in shown]
    table = term_table(labels, beta[shown], np.sqrt(np.diag(covariance))[shown], level=level)
    return table, pd.DataFrame(covariance[np.ix_(shown, shown)], index=labels, columns=labels)


def _too_few(n_people: int, outcome: np.ndarray) -> str | None:
    rarer = int(min(outcome.sum(), len(outcome) - outcome.sum()))
    if n_people >= LEAST_PEOPLE and rarer >= LEAST_EVENTS:
        return None
    needed = f"{LEAST_PEOPLE} and {LEAST_EVENTS} are needed"
    return f"{n_people:,} people are known in everything, with {rarer:,} of the rarer outcome; {needed}"


def _why_not(kept: list[str], instrumented: str, term: np.ndarray, instrument: np.ndarray, x: np.ndarray) -> str | None:
    """Why the design holds no answer; None where it may."""
    if instrumented != EXPOSURE and EXPOSURE not in kept:
        return "exposure cannot be told apart from the other terms"
    by = "what friends of friends held" if instrumented == EXPOSURE else "what contacts hold of the exposure control"
    for word, values in ((instrumented if instrumented == EXPOSURE else f"the {instrumented}", term), (by, instrument)):
        if not independent_columns(np.column_stack([x, values]))[-1]:
            return f"{word} is constant, or follows from the other terms; name another"
    return None


def _weak(instrumented: str, strength: float) -> str | None:
    if strength >= STRONG:
        return None
    what = "what friends of friends held hardly moves exposure" if instrumented == EXPOSURE else (
        "the exposure control hardly goes with the outcome control, so that they show no hidden trait in common"
    )  # fmt: skip
    return f"{what} (F = {strength:.3g} in the first stage, {STRONG:g} needed)"
