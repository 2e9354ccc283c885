"""The rungs of the evidence ladder, each a small question put to a panel, each answered with its numbers.

Every constant of the ladder stands here, but for those of the intervals it looks at. They were chosen on the worlds of
:mod:`recoverynet.worlds.worlds` marked ``tuning`` and then held fixed: what they do there and elsewhere is in the sample
``calibration``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.expectation import expected_states, turnover_rates
from recoverynet.kernels.significance import permutation_p, permuted
from recoverynet.kernels.transitions import lagged_exposure, ties_of
from recoverynet.models.ladder.findings import Footing
from recoverynet.models.ladder.lagged import ONE_SIDED, LaggedEstimate, lagged_estimate
from recoverynet.models.spread.reasons import Reason
from recoverynet.models.spread.risk_set import RiskSet
from recoverynet.readable import true_minus
from recoverynet.results import Check, Estimates

MARGIN = 1.25
"""Odds ratio that the lower bound of the adjusted estimate must clear before spread is spoken of."""

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

LEAST_STAYS, SEES = 0.1, 4.0
"""How much likelier a placebo must be to hold after holding than after not holding, and the odds ratio it must be able to show."""


class Contrast(NamedTuple):
    """The norm's log odds less the placebo's, with the standard error of the difference."""

    log_odds: float
    std_error: float

    def bounds(self, one_sided: float = ONE_SIDED) -> tuple[float, float]:
        """Lower and upper one-sided bound."""
        reach = float(ndtri(one_sided)) * self.std_error
        return self.log_odds - reach, self.log_odds + reach


def contrast_of(norm: LaggedEstimate, placebo: LaggedEstimate) -> Contrast:
    """How much more does the norm go with exposure than its placebo does? Paired on the person: both are of the same people.

    The variance of the difference is the sum over people of the squared difference of their pulls on either estimate.
    """
    if norm.influence is None or placebo.influence is None or norm.people is None or placebo.people is None:
        return Contrast(np.nan, np.nan)
    pulls = np.zeros((2, max(norm.people.max(), placebo.people.max()) + 1))
    pulls[0, norm.people], pulls[1, placebo.people] = norm.influence, placebo.influence
    return Contrast(norm.log_odds - placebo.log_odds, float(np.sqrt(((pulls[0] - pulls[1]) ** 2).sum())))


def blindness_of(held: np.ndarray, found: LaggedEstimate) -> Reason | None:
    """Why a placebo could have seen no hidden trait; None where it could.

    What a person brings along shows in an outcome only if the outcome stays with the person: a state that says nothing of the
    next one (a coin at every wave) carries nothing. And one whose bounds would hide an odds ratio of ``SEES`` sees nothing.
    """
    before, after = held[:, :-1], held[:, 1:]
    known = np.isfinite(before) & np.isfinite(after)
    one, other = after[known & (before == 1)], after[known & (before == 0)]
    if not (len(one) and len(other)):
        return None
    stays = one.mean() - other.mean()
    error = np.sqrt(one.var() / len(one) + other.var() / len(other))
    if stays - float(ndtri(PLACEBO_SIDED)) * error <= 0 or stays < LEAST_STAYS:
        return Reason("placebo_fleeting", stays=true_minus(f"{stays:.2f}"))
    return Reason("placebo_blind", sees=f"{seen_by(found):.1f}") if seen_by(found) > SEES else None


def seen_by(found: LaggedEstimate) -> float:
    """Odds ratio that a placebo with this standard error would show in four cases of five."""
    with np.errstate(over="ignore"):
        return float(np.exp((float(ndtri(ONE_SIDED)) + float(ndtri(0.8))) * found.std_error))


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
        Check(
            "surroundings in which some gained and others did not",
            not found.n_silent if found.n_terms else None,
            f"{found.n_silent:,} person-waves left out: too few, or all alike, in their surroundings" if found.n_silent else "",
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
    anew within each wave, and within each length of interval where some jump a wave. Similar exposure of people alike in
    other ways is not ruled out by it.
    """
    known = np.isfinite(exposure)
    outcome, share = risk.rows.outcome[known], exposure[known]
    column = (risk.rows.column if risk.steps is None else risk.rows.column + risk.steps * risk.panel.n_waves)[known]
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


def future_ties_estimate(panel: NetworkPanel, risk: RiskSet, adjust: Sequence[str], within: Sequence[str] = ()) -> LaggedEstimate:
    """The same estimate for exposure to people met only in the wave after the outcome.

    They cannot have influenced a gain before they were met. The ego's state at the time of the new tie is held fixed, but where
    ties are chosen by the state before the change a true gain draws them all the same: this warns, and never stops the ladder.
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
    found = lagged_estimate(risk, exposure, adjust, within=within, also=later[:, None])
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
    gain, loss = turnover_rates(risk.held)
    return gain, loss
