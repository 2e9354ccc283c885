"""The rungs of the evidence ladder, each a small question put to a panel, each answered with its numbers.

Every constant of the ladder stands here. They were chosen on the worlds of :mod:`recoverynet.worlds.worlds` marked
``tuning`` and then held fixed: what they do there and under a second mechanism is in the sample ``calibration``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.expectation import expected_states, turnover_rates
from recoverynet.kernels.hazard import fit_binary, independent_columns, is_separated, separating_terms
from recoverynet.kernels.significance import permutation_p, permuted
from recoverynet.kernels.transitions import lagged_exposure, ties_of
from recoverynet.measures.behaviours import Behaviour
from recoverynet.models.ladder.findings import Footing
from recoverynet.models.spread.reasons import Reason
from recoverynet.models.spread.risk_set import RiskSet, risk_set
from recoverynet.results import Check, Estimates

MARGIN = 1.25
"""Odds ratio that the lower bound of the adjusted estimate must clear before spread is spoken of."""

ONE_SIDED = 0.95
"""Coverage of one-sided bounds of the norm's own estimates."""

PLACEBO_SIDED = 0.975
"""Coverage of the one-sided bounds of placebos: what ought to show nothing fails where it clearly shows something."""

ALPHA = 0.05
WAYS = {"out": ("out",), "in": ("in",), "mutual": ("out", "in")}
LEAST_ROWS, LEAST_EVENTS = 100, 40
"""What the future-ties placebo needs; below it the placebo is said not to be possible."""

FEWEST_PEOPLE, FEWEST_GAINS = 30, 10
"""People, and gains as well as person-waves without one, that the adjusted estimate, the placebo and the matched
comparison need each. What stands on little more is said with a word of caution."""

STEADY_PEOPLE, STEADY_GAINS, GAINS_A_TERM = 100, 40, 10
STEADY_CHECK = "100 people and 40 gains or more"
"""What an answer needs to be given without a word of caution; gains a term are a check alone."""

SEPARATED = Reason("separated")

ABSURD = 10.0
"""A log odds ratio or standard error beyond which a fit says only that it has no answer."""


@dataclass(frozen=True)
class LaggedEstimate:
    """How do the odds of gaining the norm go with lagged exposure?

    Attributes
    ----------
    log_odds, std_error : float
        Of exposure going from 0 to 1; NaN where not estimable.
    n_rows, n_events, n_people : int
        Person-waves at risk with known exposure, gains among them, and people behind them.
    variance : float
        Variance of the exposure among the rows.
    reason : Reason or None
        Why there is no estimate.
    n_terms : int
        Terms of the fit, wave effects among them.
    lost : tuple of str
        Terms that did not vary on their own and were left out.
    apart : bool
        Whether a wave or another term tells gaining and not gaining apart: rows it settles say nothing of exposure.
    """

    log_odds: float = np.nan
    std_error: float = np.nan
    n_rows: int = 0
    n_events: int = 0
    n_people: int = 0
    variance: float = np.nan
    reason: Reason | None = None
    n_terms: int = 0
    lost: tuple[str, ...] = ()
    apart: bool = False

    def bounds(self, one_sided: float = ONE_SIDED) -> tuple[float, float]:
        """Lower and upper one-sided bound of the log odds ratio."""
        reach = float(ndtri(one_sided)) * self.std_error
        return self.log_odds - reach, self.log_odds + reach


def expected_risk_set(panel: NetworkPanel, behaviour: Behaviour, direction: str = "out") -> RiskSet:
    """Chances to gain the norm, exposure counting unknown contacts at their expected state.

    Leaving unknown contacts out would measure exposure with error and pull the estimate towards none; see
    :func:`recoverynet.kernels.expectation.expected_states`.
    """
    return risk_set(panel, behaviour, direction=direction, unknown="expected")


def lagged_estimate(
    risk: RiskSet, exposure: np.ndarray, adjust: Sequence[str] = (), *, also: np.ndarray | None = None
) -> LaggedEstimate:
    """Log odds ratio of gaining the norm for exposure, with wave effects, adjustment and person-clustered errors.

    ``exposure`` holds one value a row of ``risk`` (NaN: the row is left out), ``also`` further terms of the same rows.
    """
    if risk.reason is not None:
        return LaggedEstimate(reason=risk.reason)
    others = risk.covariates(list(adjust))
    terms = [exposure[:, None], others.values]
    design = np.column_stack(terms if also is None else [*terms, also])
    known = np.isfinite(design).all(axis=1)
    outcome, person, column = (values[known] for values in (risk.rows.outcome, risk.rows.person, risk.rows.column))
    counts = {"n_rows": int(known.sum()), "n_events": int(outcome.sum()), "n_people": len(np.unique(person))}
    if not known.any() and np.isfinite(exposure).any():
        return LaggedEstimate(**counts, reason=Reason("adjusted_unknown"))
    if counts["n_events"] in (0, counts["n_rows"]):
        return LaggedEstimate(**counts, reason=Reason("one_outcome"))
    variance = float(design[known, 0].var())
    waves = (column[:, None] == np.unique(column)).astype(np.float64)
    alike = _alike(risk, design[known, 0], waves)
    if alike:
        return LaggedEstimate(**counts, reason=alike)
    full = np.column_stack([waves, design[known, 1:], design[known, 0]])
    kept = independent_columns(full)
    if not kept[-1]:
        return LaggedEstimate(**counts, reason=Reason("combination"))
    lost = tuple(name for name, stays in zip(others.terms, kept[waves.shape[1] :], strict=False) if not stays)
    found = _fitted(full[:, kept], outcome, np.unique(person, return_inverse=True)[1])
    return replace(found, **counts, variance=variance, n_terms=int(kept.sum()), lost=lost)


def _alike(risk: RiskSet, exposure: np.ndarray, waves: np.ndarray) -> Reason | None:
    """Why exposure sets nobody apart; None where it does. ``waves`` (N, W) marks the wave of each row."""
    if exposure.var() < 1e-12:
        why = Reason("same_exposure")
    elif (exposure - waves @ ((exposure @ waves) / waves.sum(axis=0))).var() < 1e-12:
        why = Reason("same_exposure_by_wave")
    else:
        return None
    ties = ties_of(risk.panel.networks, risk.direction, directed=risk.panel.directed)
    seen = lagged_exposure(ties, np.where(risk.panel.present, risk.source_held, np.nan), risk.lag)
    if np.isfinite(risk.at(seen.share)).any():
        return why
    return Reason("exposure_undefined")


def _fitted(design: np.ndarray, outcome: np.ndarray, cluster: np.ndarray) -> LaggedEstimate:
    """The fit, or why there is none; exposure stands last. Terms that separate the outcome are said, not estimated."""
    fit = fit_binary(design, outcome, cluster=cluster)
    if fit.suspect and is_separated(design, outcome, design.shape[1] - 1):
        return LaggedEstimate(reason=SEPARATED)
    log_odds, square = float(fit.beta[-1]), float(fit.covariance[-1, -1])
    if not (abs(log_odds) < ABSURD and 0 < square < ABSURD**2):
        return LaggedEstimate(reason=Reason("not_fitted"))
    apart = fit.suspect and bool(separating_terms(design, outcome).any())
    return LaggedEstimate(log_odds, square**0.5, apart=apart)


def on_enough(found: LaggedEstimate) -> LaggedEstimate:
    """The estimate, or none where it stands on too few people or gains to carry a claim."""
    why = None if found.reason else too_few(found)
    return replace(found, log_odds=np.nan, std_error=np.nan, reason=why) if why else found


def too_few(found: LaggedEstimate | Estimates, *, code: str = "too_few") -> Reason | None:
    """Why an estimate stands on too few people or gains; None where it stands on enough."""
    n_rows, n_events = found.n_rows, found.n_events
    if found.n_people >= FEWEST_PEOPLE and min(n_events, n_rows - n_events) >= FEWEST_GAINS:
        return None
    return Reason(
        code,
        n_events=n_events,
        gains="gain" if n_events == 1 else "gains",
        n_rows=n_rows,
        n_people=found.n_people,
        fewest_gains=FEWEST_GAINS,
        fewest_people=FEWEST_PEOPLE,
    )


def footing_of(found: LaggedEstimate) -> Footing:
    """What the adjusted estimate stands on."""
    rarer = min(found.n_events, found.n_rows - found.n_events)
    steady = found.n_people >= STEADY_PEOPLE and rarer >= STEADY_GAINS
    return Footing(found.n_people, found.n_rows, found.n_events, steady)


def footing_checks(found: LaggedEstimate) -> tuple[Check, ...]:
    """Whether the estimate stands on enough people and gains, and on every term asked for."""
    counted = f"{found.n_people:,} people, {found.n_rows:,} person-waves, {found.n_events:,} gains"
    rarer = min(found.n_events, found.n_rows - found.n_events)
    lost = f"left out: {', '.join(map(repr, found.lost))}" if found.lost else ""
    return (
        Check(STEADY_CHECK, found.n_people >= STEADY_PEOPLE and rarer >= STEADY_GAINS, counted),
        Check(
            "10 gains a term",
            rarer >= GAINS_A_TERM * found.n_terms if found.n_terms else None,
            f"{rarer:,} for {found.n_terms} terms" if found.n_terms else "",
        ),
        Check("every term varies on its own", not found.lost if found.n_terms else None, lost),
        Check(
            "both outcomes at every wave and level",
            not found.apart if found.n_terms else None,
            "a wave or a term settles the outcome of some rows, which say nothing of exposure" if found.apart else "",
        ),
    )


@dataclass(frozen=True, eq=False)
class PermutationNull:
    """How exposed were those who gained the norm, and how exposed would they be had gains been dealt out by chance?

    Attributes
    ----------
    observed : float
        Mean exposure of those who gained; NaN where it cannot be told.
    expected : float
        Mean exposure of all at risk, each wave counting as often as there were gains in it.
    draws : float array
        Mean exposure of those who would have gained, one value a dealing.
    n_events : int
        Gains.
    """

    observed: float
    expected: float
    draws: np.ndarray
    n_events: int

    @property
    def p(self) -> float:
        """One-sided p of ``observed`` among the draws; NaN without draws."""
        if not len(self.draws):
            return np.nan
        slack = 1e-9 * max(1.0, abs(self.observed))
        return float(permutation_p(int((self.draws >= self.observed - slack).sum()), len(self.draws)))


def permutation_null(risk: RiskSet, exposure: np.ndarray, n_permutations: int, rng: np.random.Generator) -> PermutationNull:
    """Mean exposure of those who gained, and what dealing gains out anew makes of it.

    Null: within a wave, who of those at risk gained the norm has nothing to do with exposure. Gains are dealt out
    anew within each wave. Similar exposure of people alike in other ways is not ruled out by it.
    """
    known = np.isfinite(exposure)
    outcome, column, share = risk.rows.outcome[known], risk.rows.column[known], exposure[known]
    n_events = int(outcome.sum())
    if risk.reason is not None or n_events in (0, len(outcome)):
        return PermutationNull(np.nan, np.nan, np.empty(0), n_events)
    sums, observed, expected = np.zeros(n_permutations), 0.0, 0.0
    for wave in np.unique(column):
        inside = column == wave
        middle = share[inside].mean()
        centred = share[inside] - middle
        observed += float(outcome[inside] @ centred)
        expected += float(outcome[inside].sum() * middle)
        sums += np.concatenate([block @ centred for block in permuted(outcome[inside], n_permutations, rng)])
    return PermutationNull((expected + observed) / n_events, expected / n_events, (expected + sums) / n_events, n_events)


def permutation_rung(risk: RiskSet, exposure: np.ndarray, n_permutations: int, rng: np.random.Generator) -> tuple[float, float]:
    """Mean exposure of those who gained minus that of all at risk at the same waves, and its one-sided p."""
    null = permutation_null(risk, exposure, n_permutations, rng)
    return null.observed - null.expected, null.p


def future_ties_estimate(panel: NetworkPanel, risk: RiskSet, adjust: Sequence[str]) -> LaggedEstimate:
    """The same estimate for exposure to people met only in the wave after the outcome.

    They cannot have influenced a gain before they were met. People do choose others in their own state, so the ego's
    state at the time of the new tie is held fixed: what association is left speaks of traits that nobody recorded.
    A pair whose tie was unknown at an earlier wave may have met then and is left out.
    """
    person, column, _ = risk.rows
    exposure, later = np.full(len(person), np.nan), np.full(len(person), np.nan)
    filled = np.where(panel.present, expected_states(risk.held), np.nan)
    ties = ties_of(panel.networks, risk.direction, directed=panel.directed)
    perhaps = ties
    for way in WAYS[risk.direction]:
        unknown = ties_of(panel.missing, way, directed=panel.directed)
        perhaps = [tie.maximum(unsure) for tie, unsure in zip(perhaps, unknown, strict=True)]
    met = perhaps[0]
    for wave in range(1, panel.n_waves - 1):
        met = met.maximum(perhaps[wave])
        after = ties[wave + 1]
        fresh = after - after.multiply(met)
        fresh.eliminate_zeros()
        seen = lagged_exposure([fresh, fresh], np.column_stack([filled[:, wave - 1], filled[:, wave]]))
        rows = column == wave
        exposure[rows] = seen.share[person[rows], 1]
        later[rows] = risk.held[person[rows], wave + 1]
    found = lagged_estimate(risk, exposure, adjust, also=later[:, None])
    if found.n_rows < LEAST_ROWS or found.n_events < LEAST_EVENTS:
        return replace(
            found,
            log_odds=np.nan,
            std_error=np.nan,
            reason=Reason(
                "too_few_new_ties", n_rows=found.n_rows, n_events=found.n_events, least_rows=LEAST_ROWS, least_events=LEAST_EVENTS
            ),
        )
    return found


def risk_rates(risk: RiskSet) -> tuple[float, float]:
    """Chances of gaining and of losing the norm from one wave to the next."""
    return tuple(turnover_rates(risk.held))
