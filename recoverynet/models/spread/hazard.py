"""The hazard of gaining and of losing a norm, wave by wave, and how it goes with what contacts held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.arguments import list_of_names
from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.hazard import Link
from recoverynet.kernels.transitions import Transition
from recoverynet.measures.behaviours import Behaviour
from recoverynet.models.spread.dependence import dependence_of
from recoverynet.models.spread.engine_risk import risk_set_on_engine
from recoverynet.models.spread.fitted_rows import HOLDING, rows_behind
from recoverynet.models.spread.future_ties import After, future_exposure
from recoverynet.models.spread.risk_set import Isolates, RiskSet, coverage_checks, risk_set, waves_in_words
from recoverynet.models.spread.wave_fit import HazardFit
from recoverynet.models.spread.wave_outcome import Fitted, OutcomeRows, fit_rows
from recoverynet.results import empty_table, settings_of, term_table
from recoverynet.tables.relational.on_engine import RecordOnEngine
from recoverynet.tables.store import RecordStore

RATIO = {"logit": "odds ratio", "cloglog": "hazard ratio"}
SOURCES = ("1 contact", "2 contacts", "3 or more contacts")
JUMP = "2 contacts over 1"
FUTURE = "future ties"
OWN_TERMS = ("exposure", *SOURCES, "own state", "no contacts", FUTURE, f"{FUTURE} known")
CAN = {
    "gain": "Are people more likely to gain {norm} where more of their contacts held {source} before?",
    "loss": "Are people less likely to lose {norm} where more of their contacts held {source} before?",
    "holding": "Are people more likely to hold {norm} where more of their contacts held {source} before?",
}
ASSUMPTIONS = (
    "Nothing left out of the model both draws people together and moves them: like people meet, and people "
    "share surroundings, and either leaves the same trace as influence.",
    "What counts is what contacts held at the wave looked at; changes within a wave are not seen.",
    "People whose state or ties are unknown are like those whose are known, given the terms.",
    "Rows of the same person may depend on each other; different people, even tied ones, are taken as independent given the terms.",
)


def fit_hazard(
    panel: NetworkPanel | RecordStore | RecordOnEngine,
    behaviour: Behaviour = None,
    *,
    breaks: Iterable[object] | None = None,
    transition: Transition = "gain",
    link: Link = "cloglog",
    adjust: Sequence[str] = (),
    categories: Sequence[str] = (),
    complex: bool = False,
    lag: int = 1,
    direction: str = "out",
    weighted: bool = False,
    isolates: Isolates = "nan",
    exposure_to: Behaviour = None,
    future_ties: bool | After = False,
    wave_effects: bool = True,
    errors: str = "person",
    level: float = 0.95,
) -> HazardFit:
    """How much more likely are people to gain (or lose) a norm where more of their contacts held it before?

    Parameters
    ----------
    panel : NetworkPanel, RecordStore or RecordOnEngine
        Two waves or more. Or a store, cut into waves by ``breaks``: its contacts are added up on its engine, and what comes
        here is a row a person and wave. Then the norm is a Norm, covariates are columns of the people, and the answer is that
        of ``fit_hazard(panel(ContactGraph(record), breaks=breaks))``; see Notes.
    behaviour : str, Norm, array (n, W) or None
        The norm whose gain or loss is the outcome: 1 holds it, 0 does not, NaN unknown. Default: the
        panel's norm.
    breaks : sequence of instants, optional
        Of a store: where waves begin and end. Of a panel: none, as it has its waves.
    transition : {"gain", "loss", "holding"}
        Gaining among people who do not hold it (default); losing among people who do; or holding it at
        the next wave among everybody, their own state being a term.
    link : {"cloglog", "logit"}
        ``"cloglog"`` (default) gives hazard ratios that do not depend on how long waves are; ``"logit"``
        odds ratios.
    adjust : sequence of str
        Other terms: covariates or behaviours of the panel and columns of its people, as they stood a wave
        before the outcome; ``"n_alters"`` (contacts of known state); ``"history"`` (share of earlier
        waves at which the person held the norm, and whether none is known).
    categories : sequence of str
        Names in ``adjust`` whose numbers are codes.
    complex : bool
        Count contacts who hold the norm (0, 1, 2, 3 or more) instead of their share, with ``n_alters`` as
        a further term, and ask whether a second one adds to the first.
    lag : int
        Waves from exposure to outcome, 1 or more. Default 1.
    direction : {"out", "in", "mutual"}
        Exposed to people named (default), to people who name one, or to those who do both.
    weighted : bool
        Weigh contacts by the strength of the tie. Default: all count alike.
    isolates : {"nan", "zero"}
        People without contacts are left out (default), or have exposure 0 and a term of their own.
    exposure_to : behaviour, optional
        What contacts hold, where it is not the outcome: with a placebo for ``behaviour``, an outcome that
        this exposure cannot move. Default: the outcome's norm.
    future_ties : bool or {"exposure", "outcome"}
        Add the share of people one is tied to only later who held the norm (term ``future ties``), and
        whether there were any; see :func:`recoverynet.models.spread.future_ties.future_tie_exposure`. True
        stands for "exposure".
    wave_effects : bool
        One level a wave. Default True.
    errors : {"person", "network", "component", "model"} or the name of a covariate
        Which rows may depend on each other: those of a person (default); besides, those of people up to two steps apart
        (``"network"``), of a component of the network, or of one level of a covariate (a place); none, as the model has it.
    level : float
        Coverage of intervals.

    Returns
    -------
    HazardFit
        Logarithms of hazard or odds ratios, one row a term: ``exposure`` (from no contact to every
        contact holding the norm) in focus. With ``complex``: ``1 contact``, ``2 contacts``, ``3 or more
        contacts`` against none, and in focus ``2 contacts over 1``. p is NaN and ``reason`` says why
        where nothing can be estimated. Asked further, it says how likely it is for people of a kind (``predict``), by how many
        points each term changes the chance (``marginal_effects``), and by when it has happened to how many (``time_to_event``);
        never for a named person.

    Raises
    ------
    SchemaError
        Unknown behaviour, covariate or argument; a behaviour that is not a norm; breaks of a panel, or none of a store; of a
        store ``exposure_to`` or ``future_ties``.
    NotEstimableError
        Of a store: nobody agreed to research.
    TimeOrderError
        Of a store: a break does not stand after the one before it.
    EngineError
        Of a store: its engine cannot start, or went away.

    Notes
    -----
    log(−log(1 − p)) or logit p = wave + b · E + terms, over person-waves at risk, by maximum
    likelihood; p the chance of the transition and E the exposure of :func:`recoverynet.exposure`. cloglog
    is the proportional-hazards model for times grouped into waves (Prentice & Gloeckler 1978). Left out,
    with a check that says so: rows with an unknown term, waves at which all outcomes are alike, constant
    terms. The model cannot tell influence from likeness that the terms do not describe (Shalizi & Thomas
    2011): see :func:`recoverynet.sensitivity`, ``exposure_to`` and ``future_ties``.

    Where a level of a category, or a mark of what is unknown, holds rows of one outcome only, these rows
    say nothing of the other terms and are left out, with a check; where anything else tells the outcome
    apart perfectly there is no answer.

    Errors: rows of a person may depend on each other. Where people of a place share good and bad months, so do rows of
    different people, and errors by person are too small where ties are many and within places. Of 100 worlds of 640 people in
    40 places in which nothing spread (:func:`recoverynet.worlds.shared_months.shared_months`, 300 replications) the lower
    one-sided 95 % bound lay above none in 14 with ``errors="person"``, 7 with ``"network"`` and 5 with ``"place"``; without
    such months (150 replications) in 5 with each. Name the place where it is known: it holds its level, and ``"network"`` nearly.
    ``"network"`` adds the products of scores of people up to two steps apart (Kojevnikov, Marmer & Song 2021), a group those of
    the same group beside those of the same person (two-way); neither is let fall below errors by person. They widen errors and
    do not mend bias: months that last longer than a wave draw exposure along and are a matter of ``adjust``. A group needs 8
    levels or more; two steps say little where they reach more than a quarter of all pairs.

    How often this test cries wolf when people merely choose their like: homophily on a trait that also
    moves the norm raises ``exposure`` unless the trait is among the terms; homophily on the state alone
    hardly does, as ties are looked at before the outcome. Of 100 panels of 650 people in which nothing
    spread, the lower one-sided 95 % bound of ``exposure`` (logit) lay above none in 60 where a recorded
    trait drew people together and moved the norm, odds 3 and 3, and was not among the terms, in 3 where
    it was; in 62 where the trait was hidden; in 8 where people chose their own state (200 replications
    each; sample ``calibration``).

    Of a store, the sums over contacts (how many, of how many the state is known, how many held the norm, by person and wave)
    are worked out where the contacts are. ``future_ties`` and ``exposure_to`` need the ties themselves: project them.

    References
    ----------
    Kojevnikov, D., Marmer, V. & Song, K. (2021). Limit theorems for network dependent random variables. Journal of Econometrics
    222, 882-908.

    Prentice, R. L. & Gloeckler, L. A. (1978). Regression analysis of grouped
    survival data with application to breast cancer data. Biometrics 34, 57-67.
    https://doi.org/10.2307/2529588

    Shalizi, C. R. & Thomas, A. C. (2011). Homophily and contagion are generically confounded in
    observational social network studies. Sociological Methods & Research 40, 211-239.
    https://doi.org/10.1177/0049124111404820

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.worlds.worlds import simulate_panel
    >>> fit = rn.fit_hazard(simulate_panel(400, influence=4.0, rng=1), link="logit")
    >>> fit.focus, bool(fit.low < np.log(4) < fit.high)
    ('exposure', True)

    On five people there is too little to go by, and the result says so:

    >>> graph = rn.ContactGraph(rn.load_sample("five_people"))
    >>> months = rn.panel(graph, graph.record.observations, breaks=["2011-03-01", "2011-04-01", "2011-05-01"])
    >>> rn.fit_hazard(months).p
    nan
    """
    adjust, categories = list_of_names(adjust, "adjust"), list_of_names(categories, "categories")
    _require_words(link, future_ties)
    asked: dict[str, Any] = {"transition": transition, "lag": lag, "direction": direction, "weighted": weighted}
    risk = _risk(panel, behaviour, breaks, exposure_to, future_ties, errors, asked | {"isolates": isolates})
    settings = settings_of(
        behaviour=risk.name,
        transition=transition,
        link=link,
        adjust=list(adjust),
        categories=list(categories),
        complex=complex,
        lag=lag,
        direction=direction,
        weighted=weighted,
        isolates=isolates,
        exposure_to=risk.source,
        future_ties=future_ties,
        wave_effects=wave_effects,
        errors=errors,
        level=level,
    )
    rows = _rows(risk, adjust, categories, complex, isolates, future_ties)
    dependence = dependence_of(risk, errors)
    focus = SOURCES[:2] if complex else ("exposure",)
    if risk.reason:
        nobody = np.zeros(len(rows.outcome), dtype=bool)
        fitted = Fitted(empty_table(rows.terms), None, (), risk.reason, nobody)
    else:
        fitted = fit_rows(rows, link=link, focus=focus, wave_effects=wave_effects, errors=dependence, level=level)
    return _estimates(risk, rows, fitted, settings)


def _risk(
    source: NetworkPanel | RecordStore | RecordOnEngine,
    behaviour: Behaviour,
    breaks: Iterable[object] | None,
    exposure_to: Behaviour,
    future_ties: bool | After,
    errors: str,
    asked: dict[str, Any],
) -> RiskSet:
    """The risk set of a panel, or of a store with the sums over contacts from its engine."""
    if isinstance(source, RecordStore | RecordOnEngine):
        needing = {"exposure_to": exposure_to is not None, "future_ties": future_ties is not False}
        needing |= {f"errors={errors!r}": errors in ("network", "component")}
        strange = [name for name, given in needing.items() if given]
        if strange:
            raise SchemaError(
                f"Of a store, {' and '.join(strange)} cannot be set: that needs the ties themselves. Read the record into memory "
                "with read_record(folder), and pass panel(ContactGraph(record), breaks=…)."
            )
        there = source.on_engine if isinstance(source, RecordStore) else source
        return risk_set_on_engine(there, behaviour, breaks=breaks, **asked)
    if breaks is not None:
        raise SchemaError("breaks= cuts the contacts of a store into waves; a panel has its waves already. Leave it out.")
    return risk_set(source, behaviour, exposure_to=exposure_to, **asked)


def _require_words(link: str, future_ties: bool | str) -> None:
    for word, given, allowed in (("link", link, tuple(RATIO)), ("future_ties", future_ties, (False, True, "exposure", "outcome"))):
        if given not in allowed:
            raise SchemaError(f"{word} must be one of {', '.join(map(repr, allowed))}; got {given!r}.")


def _rows(
    risk: RiskSet, adjust: Sequence[str], categories: Sequence[str], complex: bool, isolates: Isolates, future_ties: bool | After
) -> OutcomeRows:
    """Every term of the model, row by row."""
    share, holding = risk.at(risk.seen.share), risk.at(risk.seen.n_holding)
    terms, columns = ["exposure"], [share]
    if complex:
        terms = list(SOURCES)
        counted = np.where(np.isfinite(share), holding, np.nan)
        columns = [counted == 1, counted == 2, counted >= 3]
        columns = [np.where(np.isnan(counted), np.nan, each) for each in columns]
        adjust = ["n_alters", *(name for name in adjust if name != "n_alters")]
    if risk.transition == "holding":
        terms.append("own state")
        columns.append(risk.held[risk.rows.person, risk.rows.column - 1])
    if isolates == "zero":
        terms.append("no contacts")
        columns.append(risk.at(risk.seen.n_alters) == 0)
    if future_ties:
        after = "exposure" if future_ties is True else future_ties
        seen = future_exposure(risk.panel, risk.source_held, lag=risk.lag, direction=risk.direction, after=after)
        later = risk.at(seen.share)
        found = np.isfinite(later)
        middle = later[found].mean() if found.any() else 0.0
        terms += [FUTURE, f"{FUTURE} known"]
        columns += [np.where(found, later - middle, 0.0), found]
    others = risk.covariates(adjust, categories=categories, beside=OWN_TERMS)
    values = np.column_stack([*(np.asarray(each, dtype=np.float64) for each in columns), others.values])
    wave = risk.panel.waves.index.to_numpy()[risk.rows.column]
    marks = (f"{FUTURE} known", "history unknown", "no contacts")
    return OutcomeRows(
        risk.rows.outcome, terms + others.terms, values, wave, risk.rows.person, marks, others.level_of, others.first_of
    )


def _estimates(risk: RiskSet, rows: OutcomeRows, fitted: Fitted, settings: dict[str, Any]) -> HazardFit:
    """The result in its public shape."""
    complex, link = settings["complex"], settings["link"]
    table = _with_jump(fitted, settings["level"]) if complex else fitted.table
    n_people = len(np.unique(risk.rows.person[fitted.used]))
    contrast = "a second contact holding it" if complex else "every contact holding it rather than none"
    source = "it" if risk.source == risk.name else repr(risk.source)
    outcome = {"gain": "gaining", "loss": "losing", "holding": "holding"}[risk.transition]
    counts = {HOLDING: SOURCES} if complex else {}
    return HazardFit(
        question=CAN[risk.transition].format(norm=repr(risk.name), source=source),
        estimand=(
            f"{RATIO[link]} of {outcome} {risk.name!r} from one wave to the next for {contrast} "
            f"(looked at {waves_in_words(risk.lag)} before), given the other terms"
        ),
        assumptions=ASSUMPTIONS,
        settings=settings,
        table=table,
        focus=JUMP if complex else "exposure",
        ratio=RATIO[link],
        level=settings["level"],
        covariance=fitted.covariance,
        reason=fitted.reason,
        checks=(*coverage_checks(risk), *fitted.checks),
        n_people=n_people,
        n_dropped=risk.panel.n_people - risk.n_never_at_risk - n_people,
        n_rows=int(fitted.used.sum()),
        n_events=int(risk.rows.outcome[fitted.used].sum()),
        n_people_ever=len(np.unique(risk.rows.person[fitted.used & (risk.rows.outcome == 1)])),
        outcome=f"{outcome} {risk.name!r}",
        jump=SOURCES[:2] if complex else None,
        transition=risk.transition,
        _rows=rows_behind(rows, fitted, link=link, wave_effects=settings["wave_effects"], counts=counts),
        _ids=risk.panel.people.index,
    )


def _with_jump(fitted: Fitted, level: float) -> pd.DataFrame:
    """The table with one more row: the second contact over the first."""
    table, covariance = fitted.table, fitted.covariance
    first, second = SOURCES[:2]
    estimate, spread = np.nan, np.nan
    if covariance is not None:
        estimate = float(table["estimate"][second] - table["estimate"][first])
        inner = covariance.loc[[first, second], [first, second]].to_numpy()
        spread = np.sqrt(inner[0, 0] + inner[1, 1] - 2 * inner[0, 1])
    return pd.concat([table, term_table([JUMP], np.array([estimate]), np.array([spread]), level=level)])
