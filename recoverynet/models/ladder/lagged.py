"""How do the odds of gaining a norm go with what contacts held before, among people of the same surroundings at the same wave?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.special import ndtri

from recoverynet.kernels.absorbed import centred, fit_absorbed, telling_rows
from recoverynet.kernels.hazard import cluster_sums, fit_binary, independent_columns, is_separated, separating_terms
from recoverynet.kernels.transitions import lagged_exposure, ties_of
from recoverynet.models.spread.reasons import Reason
from recoverynet.models.spread.risk_set import RiskSet

ONE_SIDED = 0.95
"""Coverage of one-sided bounds of the norm's own estimates."""

LEAST_IN_STRATUM = 4
"""Person-waves of one place at one wave below which they say nothing; also what a number needs a level to count as a place."""

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
    people, influence : array (G,) or None
        Whose rows they are, and how far those of each move the log odds: sums of squares make the variance.
    n_silent : int
        Person-waves in surroundings at a wave that were too few, or in which all fared alike.
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
    people: np.ndarray | None = field(default=None, compare=False)
    influence: np.ndarray | None = field(default=None, compare=False)
    n_silent: int = 0

    def bounds(self, one_sided: float = ONE_SIDED) -> tuple[float, float]:
        """Lower and upper one-sided bound of the log odds ratio."""
        reach = float(ndtri(one_sided)) * self.std_error
        return self.log_odds - reach, self.log_odds + reach


def lagged_estimate(
    risk: RiskSet, exposure: np.ndarray, adjust: Sequence[str] = (), *, within: Sequence[str] = (), also: np.ndarray | None = None
) -> LaggedEstimate:
    """Log odds ratio of gaining the norm for exposure, with wave effects, adjustment and person-clustered errors.

    Of a risk set of ``"holding"`` gains and losses tell of one odds ratio: that of gaining, and of not losing, for exposure.

    ``exposure`` holds one value a row of ``risk`` (NaN: the row is left out), ``also`` further terms of the same rows.
    ``within`` names surroundings: people are compared within each of them at each wave.
    """
    if risk.reason is not None:
        return LaggedEstimate(reason=risk.reason)
    strata, numbers = strata_of(risk, within)
    others = risk.covariates([*adjust, *numbers])
    design = np.column_stack([exposure[:, None], others.values, *([] if also is None else [also]), _spans(risk)])
    known = np.isfinite(design).all(axis=1)
    for codes in strata:
        known &= codes >= 0
    outcome, person, column = (values[known] for values in (_changed(risk), risk.rows.person, risk.rows.column))
    counts: dict[str, Any] = {"n_rows": int(known.sum()), "n_events": int(outcome.sum()), "n_people": len(np.unique(person))}
    if not known.any() and np.isfinite(exposure).any():
        return LaggedEstimate(**counts, reason=Reason("adjusted_unknown"))
    if counts["n_events"] in (0, counts["n_rows"]):
        return LaggedEstimate(**counts, reason=Reason("one_outcome"))
    variance = float(design[known, 0].var())
    waves = (column[:, None] == np.unique(column)).astype(np.float64)
    alike = _alike(risk, design[known, 0], waves)
    if alike:
        return LaggedEstimate(**counts, reason=alike)
    if strata or risk.transition == "holding":
        everybody = risk.rows.column * 2 + (_before(risk) if risk.transition == "holding" else 0)
        started = [codes[known] for codes in strata or [everybody]]
        found = _within_strata(design[known] * _turned(risk)[known], outcome, person, started, others.terms, variance)
        n_waves = len(np.unique(everybody[known]))
        places = (name for name in within if name not in numbers)
        same = tuple(name for name, codes in zip(places, started, strict=False) if len(np.unique(codes)) == n_waves)
        return replace(found, lost=(*found.lost, *same))
    return replace(_by_wave(waves, design[known], outcome, person, others.terms), **counts, variance=variance)


def _by_wave(
    waves: np.ndarray, design: np.ndarray, outcome: np.ndarray, person: np.ndarray, names: Sequence[str]
) -> LaggedEstimate:
    """The estimate among everybody at a wave; exposure stands first."""
    full = np.column_stack([waves, design[:, 1:], design[:, 0]])
    kept = independent_columns(full)
    if not kept[-1]:
        return LaggedEstimate(reason=Reason("combination"))
    lost = tuple(name for name, stays in zip(names, kept[waves.shape[1] :], strict=False) if not stays)
    return replace(_fitted(full[:, kept], outcome, person), n_terms=int(kept.sum()), lost=lost)


def _changed(risk: RiskSet) -> np.ndarray:
    """1 where it happened; of holding, where the state changed."""
    return np.abs(risk.rows.outcome - _before(risk)) if risk.transition == "holding" else risk.rows.outcome


def _turned(risk: RiskSet) -> np.ndarray:
    """−1 where a change is away from the norm, else 1, one value a row: what helps gaining is what hinders losing."""
    ones = np.ones((len(risk.rows.person), 1))
    return ones - 2.0 * _before(risk)[:, None] if risk.transition == "holding" else ones


def _before(risk: RiskSet) -> np.ndarray:
    """State at the start of each row, 0 or 1."""
    answer: np.ndarray = risk.held[risk.rows.person, risk.rows.column - 1].astype(int)
    return answer


def _spans(risk: RiskSet) -> np.ndarray:
    """A mark for every length of interval beyond one wave; of holding, for every length and state at its start."""
    if risk.steps is None:
        return np.empty((len(risk.rows.person), 0))
    codes = risk.steps * 2 + (_before(risk) if risk.transition == "holding" else 0)
    answer: np.ndarray = (codes[:, None] == np.unique(codes[risk.steps > 1])).astype(np.float64)
    return answer


def strata_of(risk: RiskSet, within: Sequence[str]) -> tuple[list[np.ndarray], list[str]]:
    """Codes of surroundings at a wave, row by row (−1 unknown), and those of too many values to be places.

    A name whose levels hold fewer than ``LEAST_IN_STRATUM`` rows a wave on average is a number if it can be one.
    """
    strata, numbers = [], []
    started = _before(risk) if risk.transition == "holding" else 0
    for name in within:
        values = risk.panel.covariates.get(name)
        if values is not None and np.asarray(values).dtype.kind in "fiu":
            n_levels = len(np.unique(np.asarray(values, dtype=float)))
            if n_levels * LEAST_IN_STRATUM > risk.panel.n_people:
                numbers.append(name)
                continue
        columns = risk.covariates([name], categories=(name,)).values
        whole = np.isfinite(columns).all(axis=1)
        level = np.unique(np.nan_to_num(columns), axis=0, return_inverse=True)[1].ravel() if columns.size else 0 * risk.rows.column
        codes = np.unique((level * risk.panel.n_waves + risk.rows.column) * 2 + started, return_inverse=True)[1]
        strata.append(np.where(whole, codes, -1))
    return strata, numbers


def _within_strata(
    design: np.ndarray, outcome: np.ndarray, person: np.ndarray, strata: list[np.ndarray], names: Sequence[str], variance: float
) -> LaggedEstimate:
    """The estimate among people of the same surroundings at the same wave; exposure stands first."""
    kept = telling_rows(outcome, strata, LEAST_IN_STRATUM)
    x, y, who = design[kept], outcome[kept], person[kept]
    people, cluster = np.unique(who, return_inverse=True)
    counts: dict[str, Any] = {"n_rows": len(y), "n_events": int(y.sum()), "n_people": len(people), "n_silent": int((~kept).sum())}
    if not kept.any():
        return LaggedEstimate(**counts, reason=Reason("strata_silent", n_rows=len(kept), least=LEAST_IN_STRATUM))
    factors = [np.unique(codes[kept], return_inverse=True)[1] for codes in strata]
    x = np.column_stack([x[:, 1:], x[:, 0]])
    free = independent_columns(centred(x, np.ones(len(y)), factors))
    if not free[-1]:
        return LaggedEstimate(**counts, reason=Reason("combination"))
    fit = fit_absorbed(x[:, free], y, factors, cluster)
    lost = tuple(name for name, stays in zip(names, free, strict=False) if not stays)
    counted: dict[str, Any] = {
        **counts,
        "variance": variance,
        "n_terms": int(free.sum()) + sum(len(np.unique(f)) for f in factors),
        "lost": lost,
    }
    log_odds, square = float(fit.beta[-1]), float(fit.covariance[-1, -1])
    if not (abs(log_odds) < ABSURD and 0 < square < ABSURD**2):
        return LaggedEstimate(**counted, reason=SEPARATED if abs(log_odds) >= ABSURD else Reason("not_fitted"))
    scale = (len(people) / max(len(people) - 1, 1)) ** 0.5
    return LaggedEstimate(log_odds, square**0.5, **counted, people=people, influence=fit.influence[:, -1] * scale)


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


def _fitted(design: np.ndarray, outcome: np.ndarray, person: np.ndarray) -> LaggedEstimate:
    """The fit, or why there is none; exposure stands last. Terms that separate the outcome are said, not estimated."""
    people, cluster = np.unique(person, return_inverse=True)
    fit = fit_binary(design, outcome, cluster=cluster)
    if fit.suspect and is_separated(design, outcome, design.shape[1] - 1):
        return LaggedEstimate(reason=SEPARATED)
    log_odds, square = float(fit.beta[-1]), float(fit.covariance[-1, -1])
    if not (abs(log_odds) < ABSURD and 0 < square < ABSURD**2):
        return LaggedEstimate(reason=Reason("not_fitted"))
    apart = fit.suspect and bool(separating_terms(design, outcome).any())
    chance = 1.0 / (1.0 + np.exp(-design @ fit.beta))
    information = (design * (chance * (1.0 - chance))[:, None]).T @ design
    pull = np.linalg.pinv(information)[-1] @ cluster_sums(design * (outcome - chance)[:, None], cluster, len(people)).T
    pull *= square**0.5 / max(float(np.sqrt(pull @ pull)), 1e-300)
    return LaggedEstimate(log_odds, square**0.5, apart=apart, people=people, influence=pull)
