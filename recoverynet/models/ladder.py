"""The evidence ladder: how far does a panel carry the claim that a norm spreads, and where does it stop?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.draw.results import Axes, draw_estimates
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.hidden_trait import trait_strength_for
from recoverynet.measures.behaviours import Behaviour
from recoverynet.models.matching import matched_estimate
from recoverynet.models.risk_set import RiskSet
from recoverynet.models.rungs import (
    ALPHA,
    MARGIN,
    PLACEBO_SIDED,
    LaggedEstimate,
    expected_risk_set,
    future_ties_estimate,
    lagged_estimate,
    permutation_rung,
    risk_rates,
)
from recoverynet.randomness import RandomSource, resolve_rng
from recoverynet.results import Check, Result, p_in_words, settings_of

LEVELS = {
    0: "described",
    1: "associated",
    2: "more than chance",
    3: "consistent with spread",
    4: "consistent with spread, and in a matched comparison too",
}
LIFTS = {
    "described": "more waves, or more people whose state is known at two waves in a row",
    "crude association": "more people or waves: the interval is too wide, or there is nothing to find",
    "permutation": "more people or waves: chance alone could do this",
    "adjusted, beyond the margin": "more people or waves to narrow the interval, and records of what else people share "
    "(place, provider, substance, age) to adjust for",
    "placebo outcome": "a record of the trait or place that makes people alike in things that cannot spread, to adjust for",
    "placebo named": "an outcome that cannot spread between people, recorded at the same waves, passed as placebo=",
    "future ties": "a record of what draws people together before they meet, to adjust for",
    "matched comparison": "more people, so that enough with and without exposure are alike in history and circumstances",
}


@dataclass(frozen=True)
class Rung:
    """One step of the ladder.

    Attributes
    ----------
    level : int
        1 to 4: the level it belongs to.
    name : str
    passed : bool or None
        None where it could not be tried and the ladder does not stop for it.
    odds_ratio, low, high : float
        Estimate and the bounds it was judged by; NaN where there is none.
    p : float
    n_rows, n_events : int
        Person-waves at risk and gains among them.
    detail : str
        What was found, in a sentence.
    """

    level: int
    name: str
    passed: bool | None
    odds_ratio: float = math.nan
    low: float = math.nan
    high: float = math.nan
    p: float = math.nan
    n_rows: int = 0
    n_events: int = 0
    detail: str = ""


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class EvidenceLadder(Result):
    """How far up the ladder of evidence did the panel carry the claim?

    Attributes
    ----------
    level : int
        0 described, 1 associated, 2 more than chance, 3 consistent with spread, 4 in a matched comparison too.
    rungs : tuple of Rung
    failed : str or None
        Name of the first rung that did not hold; None where all did.
    hidden_trait : float
        x such that a trait nobody recorded, making ties within it x times as likely and changing the odds of gaining
        the norm by x, would by itself bring the adjusted estimate; NaN without an estimate, infinite where none would.
    hidden_trait_low : float
        The same for the lower bound of the estimate: 1 where chance alone reaches it.
    margin : float
        Odds ratio the lower bound had to clear.
    lift : str
        What data would lift the answer.
    """

    level: int
    rungs: tuple[Rung, ...]
    failed: str | None
    hidden_trait: float
    hidden_trait_low: float
    margin: float
    lift: str

    @property
    def consistent_with_spread(self) -> bool:
        """Whether level 3 was reached."""
        return self.level >= 3

    @property
    def verdict(self) -> str:
        """The answer in plain words, for somebody who has to act on it."""
        sentences = [f"Level {self.level} of 4: {LEVELS[self.level]}."]
        first = next((rung for rung in self.rungs if rung.name == self.failed), None)
        if self.consistent_with_spread:
            sentences.append(
                "People whose contacts held the norm went on to gain it more often than others like them, by more than "
                "chance, the recorded circumstances and a set margin account for. That is what spread would look like; "
                "it is not proof of it."
            )
        if first is not None:
            sentences.append(f"It stops at “{first.name}”: {first.detail}.")
        if not math.isnan(self.hidden_trait):
            sentences.append(_hidden_in_words(self.hidden_trait, self.hidden_trait_low))
        if self.lift:
            sentences.append(f"What would lift it: {self.lift}.")
        return " ".join(sentences)

    def to_frame(self) -> pd.DataFrame:
        """One row a rung.

        Returns
        -------
        pandas.DataFrame indexed by rung
            ``level``, ``passed`` (missing where it could not be tried), ``odds_ratio``, ``low``, ``high``, ``p``,
            ``n_rows``, ``n_events``, ``detail``.
        """
        frame = pd.DataFrame([vars(rung) for rung in self.rungs]).rename(columns={"name": "rung"}).set_index("rung")
        return frame.astype({"passed": "boolean"})

    def plot(self, ax: Axes | None = None) -> Axes:
        """Every estimate of the ladder with its bounds, the margin as a line.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Default: a new one.

        Returns
        -------
        matplotlib Axes
        """
        frame = self.to_frame()
        frame = frame[np.isfinite(frame["odds_ratio"])]
        table = frame.rename(columns={"odds_ratio": "ratio", "low": "ratio_low", "high": "ratio_high"})
        ax = draw_estimates(table, ratio="odds ratio", level=0.9, people=self.n_people, ax=ax)
        ax.axvline(self.margin, linestyle=":", linewidth=1.2, color="0.35")
        return ax

    def _claim(self) -> tuple[str, str]:
        return "Ladder", "description, association, permutation null, lagged and adjusted with placebos, matched design"

    def _headline(self) -> str:
        stop = f"; stops at “{self.failed}”" if self.failed else ""
        return f"level {self.level} of 4: {LEVELS[self.level]}{stop}"


def evidence_ladder(
    panel: NetworkPanel,
    *,
    behaviour: Behaviour = None,
    adjust: Sequence[str] = (),
    surroundings: Sequence[str] = (),
    placebo: Behaviour = None,
    margin: float = MARGIN,
    direction: str = "out",
    n_permutations: int = 999,
    use_saom: bool = False,
    rng: RandomSource = None,
) -> EvidenceLadder:
    """Is the norm spreading, how sure can we be, and what would make us surer?

    Parameters
    ----------
    panel : NetworkPanel
        Two waves or more.
    behaviour : str, Norm, array (n, W) or None
        The norm: 1 holds it, 0 does not, NaN unknown. Default: the panel's norm.
    adjust : sequence of str
        Covariates that may both draw people together and help them gain the norm.
    surroundings : sequence of str
        Covariates that say which surroundings people share at a wave (a café, a provider, a house); words are taken as
        categories. Values at a wave act on the change to the next.
    placebo : str, Norm, array (n, W) or None
        Another norm-like outcome (1, 0, NaN) that cannot spread between people. Without one the ladder ends at level 2.
    margin : float
        Odds ratio, 1 or more, that the lower bound of the adjusted estimate must clear. The default 1.25 was fixed before
        calibration: a hidden trait with tie odds 2 and outcome odds 2 alone makes an odds ratio of about 1.2.
    direction : {"out", "in", "mutual"}
        Whose state counts as exposure; see :func:`recoverynet.exposure`.
    n_permutations : int
        Permutations of level 2.
    use_saom : bool
        Let a co-evolution model join level 4. Not available in this version.
    rng : None, int, numpy.random.SeedSequence or numpy.random.Generator
        Source of randomness (level 2 only).

    Returns
    -------
    EvidenceLadder
        ``level``, ``verdict``, ``failed``, ``hidden_trait``, ``lift``; ``to_frame()`` with one row a rung.

    Raises
    ------
    SchemaError
        Unknown behaviour, covariate or direction; a margin below 1.
    TimeOrderError
        Dated waves are not in order of time.
    NotEstimableError
        ``use_saom=True``.

    Notes
    -----
    All rungs look at people who do not hold the norm at one wave and ask who holds it at the next, by the share of their
    contacts who held it before. Contacts of unknown state count at the chance of holding the norm given their last known
    state. L1: the lower one-sided 95 % bound of the odds ratio, wave effects only, is above 1. L2: gains dealt out anew
    among those at risk within each wave give p ≤ 0.05. L3: with all adjustments the bound is above ``margin``; the
    placebo outcome shows no positive association with its own exposure (one-sided 97.5 % bound); neither does exposure
    to people met only after the outcome, the ego's state at that meeting held fixed (tried where at least 100
    person-waves and 40 gains allow). L4: matched within waves on adjustment and own history, the difference stays
    positive. Standard errors are clustered on the person.

    Assumes that traits nobody recorded are weak (about odds 2 for ties and odds 2 for the outcome). The verdict says how
    strong one would have to be. Where they are stronger no observational method holds its error rate (Shalizi & Thomas
    2011); the sample ``calibration`` shows how often this ladder is then wrong. It is not meant for fewer than about 100
    people, for networks reported by a few egos only, or for a norm that cannot be lost and regained without adjusting
    the margin.

    References
    ----------
    Shalizi, C. R. & Thomas, A. C. (2011). Homophily and contagion are generically confounded in observational social
    network studies. Sociological Methods & Research 40, 211-239. https://doi.org/10.1177/0049124111404820

    Cohen-Cole, E. & Fletcher, J. M. (2008). Detecting implausible social network effects in acne, height, and headaches.
    BMJ 337, a2533. https://doi.org/10.1136/bmj.a2533

    Examples
    --------
    >>> from recoverynet import evidence_ladder
    >>> from recoverynet.models.worlds import simulate_world
    >>> panel = simulate_world("plain/strong", 650, rng=1)
    >>> ladder = evidence_ladder(panel, behaviour="recovery", placebo="placebo", rng=1)
    >>> ladder.consistent_with_spread
    True
    """
    if not margin >= 1.0:
        raise SchemaError(f"margin is an odds ratio of 1 or more; got {margin!r}.")
    if use_saom:
        raise NotEstimableError("The co-evolution model is not part of this version; leave use_saom=False.")
    generator = resolve_rng(rng)
    terms = [*adjust, *surroundings]
    risk = expected_risk_set(panel, behaviour, direction)
    exposure = risk.at(risk.seen.share)
    crude, adjusted = lagged_estimate(risk, exposure), lagged_estimate(risk, exposure, terms)
    rungs = [
        _described(risk, crude),
        _association(crude),
        _permutation(risk, exposure, n_permutations, generator),
        _adjusted(adjusted, margin),
        _placebo(panel, placebo, terms, direction),
        _future(panel, risk, terms),
    ]
    if all(rung.passed is not False for rung in rungs):
        rungs.append(_matched(panel, behaviour, terms, direction))
    settings = settings_of(
        generator, behaviour=risk.name, adjust=list(adjust), surroundings=list(surroundings), margin=margin,
        placebo=_named(placebo), direction=direction, n_permutations=n_permutations,
    )
    return _climbed(risk, rungs, adjusted, margin, settings)


def reaches_spread(
    panel: NetworkPanel, behaviour: Behaviour, terms: Sequence[str], placebo: Behaviour, *, margin: float = MARGIN,
    direction: str = "out", n_permutations: int = 199, rng: np.random.Generator,
) -> bool:
    """Whether the ladder reaches level 3; the same rungs, cheapest first and no further than the first that fails."""
    risk = expected_risk_set(panel, behaviour, direction)
    exposure = risk.at(risk.seen.share)
    return (
        bool(_adjusted(lagged_estimate(risk, exposure, terms), margin).passed)
        and bool(_association(lagged_estimate(risk, exposure)).passed)
        and bool(_placebo(panel, placebo, terms, direction).passed)
        and bool(_permutation(risk, exposure, n_permutations, rng).passed)
        and _future(panel, risk, terms).passed is not False
    )


def _climbed(
    risk: RiskSet, rungs: list[Rung], adjusted: LaggedEstimate, margin: float, settings: dict
) -> EvidenceLadder:
    failed = next((rung for rung in rungs if rung.passed is False), None)
    level = 4 if failed is None else failed.level - 1
    if failed is not None and failed.name == "described":
        level = 0
    gain, loss = risk_rates(risk)
    low = adjusted.bounds()[0]
    strengths = [
        trait_strength_for(bias, gain=gain, loss=loss, variance=adjusted.variance) for bias in (adjusted.log_odds, low)
    ]
    checks = tuple(Check(rung.name, rung.passed, rung.detail) for rung in rungs)
    n_people = risk.panel.n_people
    return EvidenceLadder(
        question=f"Does {risk.name!r} spread through this network, or do like people meet?",
        assumptions=(
            "Unrecorded traits that draw people together and help them gain the norm are weak: see hidden_trait.",
            "Contacts of unknown state are missing at random given their last known state.",
            "States and ties are recorded in the order they happened: contacts before the outcome.",
        ),
        settings=settings, n_people=adjusted.n_people, n_dropped=n_people - adjusted.n_people, checks=checks,
        reason=adjusted.reason or None, level=max(level, 0), rungs=tuple(rungs), failed=failed.name if failed else None,
        hidden_trait=strengths[0], hidden_trait_low=strengths[1], margin=margin,
        lift=LIFTS[failed.name] if failed else "",
    )


def _from_estimate(level: int, name: str, passed: bool | None, found: LaggedEstimate, side: float, detail: str) -> Rung:
    with np.errstate(over="ignore"):
        low, high = np.exp(found.bounds(side))
        ratio = float(np.exp(found.log_odds))
    return Rung(level, name, passed, ratio, float(low), float(high), math.nan, found.n_rows, found.n_events, detail)


def _described(risk: RiskSet, crude: LaggedEstimate) -> Rung:
    reason = risk.reason or crude.reason
    detail = reason or f"{crude.n_events:,} gains in {crude.n_rows:,} person-waves at risk with known exposure"
    return Rung(1, "described", reason is None, n_rows=crude.n_rows, n_events=crude.n_events, detail=detail)


def _association(found: LaggedEstimate) -> Rung:
    low = found.bounds()[0]
    detail = found.reason or f"{_ratio(found)} for exposure going from none to all contacts, wave effects only"
    return _from_estimate(1, "crude association", bool(low > 0), found, 0.95, detail)


def _permutation(risk: RiskSet, exposure: np.ndarray, n_permutations: int, rng: np.random.Generator) -> Rung:
    _, p = permutation_rung(risk, exposure, n_permutations, rng)
    detail = risk.reason or f"p = {p_in_words(p)} when gains are dealt out anew among those at risk"
    return Rung(2, "permutation", bool(p <= ALPHA), p=p, detail=detail)


def _adjusted(found: LaggedEstimate, margin: float) -> Rung:
    low = found.bounds()[0]
    detail = found.reason or f"{_ratio(found)} after adjustment; the lower bound must clear {margin:g}"
    return _from_estimate(3, "adjusted, beyond the margin", bool(low > math.log(margin)), found, 0.95, detail)


def _placebo(panel: NetworkPanel, placebo: Behaviour, terms: Sequence[str], direction: str) -> Rung:
    if placebo is None:
        return Rung(3, "placebo named", False, detail="no outcome that cannot spread was given to compare with")
    risk = expected_risk_set(panel, placebo, direction)
    found = lagged_estimate(risk, risk.at(risk.seen.share), terms)
    if found.reason is not None:
        return Rung(3, "placebo outcome", False, detail=f"it could not be tried: {found.reason}")
    low = found.bounds(PLACEBO_SIDED)[0]
    detail = f"{_ratio(found, PLACEBO_SIDED)} for an outcome that cannot spread, where about 1 is expected"
    return _from_estimate(3, "placebo outcome", bool(low <= 0), found, PLACEBO_SIDED, detail)


def _future(panel: NetworkPanel, risk: RiskSet, terms: Sequence[str]) -> Rung:
    found = future_ties_estimate(panel, risk, terms)
    if found.reason is not None:
        return Rung(3, "future ties", None, n_rows=found.n_rows, n_events=found.n_events,
                    detail=f"could not be tried: {found.reason}")
    low = found.bounds(PLACEBO_SIDED)[0]
    detail = f"{_ratio(found, PLACEBO_SIDED)} for people met only later, where about 1 is expected"
    return _from_estimate(3, "future ties", bool(low <= 0), found, PLACEBO_SIDED, detail)


def _matched(panel: NetworkPanel, behaviour: Behaviour, terms: Sequence[str], direction: str) -> Rung:
    found = matched_estimate(panel, behaviour, on=tuple(terms), direction=direction)
    detail = f"could not be tried: {found.reason}" if found.reason else (
        f"those exposed gained the norm {100 * found.estimate:.1f} percentage points more often than matched others "
        f"({100 * found.low:.1f} to {100 * found.high:.1f})")
    return Rung(4, "matched comparison", bool(found.low > 0), p=found.p, n_rows=found.n_rows, n_events=found.n_events,
                detail=detail)


def _ratio(found: LaggedEstimate, side: float = 0.95) -> str:
    with np.errstate(over="ignore"):
        ratio, low, high = (float(np.exp(value)) for value in (found.log_odds, *found.bounds(side)))
    return f"odds ratio {ratio:.2f} ({2 * side - 1:.0%} interval {low:.2f} to {high:.2f})"


def _hidden_in_words(strength: float, strength_low: float) -> str:
    if strength <= 1.0:
        return "There is no positive estimate for a hidden trait to explain."
    if not math.isfinite(strength):
        return "No hidden trait, however strong, would by itself bring an estimate this large."
    lower = (
        f"for the lower bound {strength_low:.1f} would do" if strength_low > 1.0 else "chance alone reaches the lower bound"
    )
    return (
        f"A trait nobody recorded would explain the estimate away if ties between people sharing it were {strength:.1f} "
        f"times as likely and it changed the odds of gaining the norm by {strength:.1f}; {lower}."
    )


def _named(behaviour: Behaviour) -> str | None:
    if behaviour is None or isinstance(behaviour, str):
        return behaviour
    return getattr(behaviour, "name", "an array")
