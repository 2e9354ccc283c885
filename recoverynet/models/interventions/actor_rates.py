"""What an actor-oriented model says of moving up and down a behaviour of two levels, and of whom new ties go to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from recoverynet.errors import SchemaError
from recoverynet.models.saom.combinations import terms_of
from recoverynet.models.saom.fitted import SaomFit

LIKENESS = ("simX", "sameX")
LEVELS = 2
START, SHARE, HOLDING, KNOWN, ALONE = range(5)


class ActorDraws(NamedTuple):
    """One run a row: steps a period, lines (R, 5) of the log-odds of up over staying, log-odds that a tie is to one's like."""

    rate: np.ndarray
    lines: np.ndarray
    likeness: np.ndarray


@dataclass(frozen=True, eq=False)
class ActorRates:
    """Weights of parameters in what courses need.

    Attributes
    ----------
    theta : float array (P + 1,)
        Estimates, then the rate of the last period.
    covariance : float array (P + 1, P + 1)
        0 for parameters that were held.
    lines : float array (5, P + 1)
    likeness : float array (P + 1,)
    """

    theta: np.ndarray
    covariance: np.ndarray
    lines: np.ndarray
    likeness: np.ndarray

    def draw(self, n_runs: int, rng: np.random.Generator) -> ActorDraws:
        """Drawn from estimates and covariance; a rate is no lower than a tenth of its estimate."""
        draws = rng.multivariate_normal(self.theta, self.covariance, n_runs, check_valid="ignore")
        rate = np.maximum(draws[:, -1], 0.1 * self.theta[-1])
        return ActorDraws(rate, draws @ self.lines.T, draws @ self.likeness)


def actor_rates(fit: SaomFit, behaviour: str) -> ActorRates:
    """The parts of a fit that courses of one behaviour go by.

    Raises
    ------
    SchemaError
        The behaviour is not modelled, has more than two levels, or moves by terms that courses cannot carry.
    """
    modelled = list(fit.setting.specification.behaviour)
    if behaviour not in modelled:
        raise SchemaError(
            f"The actor-oriented model is of {', '.join(map(repr, modelled)) or 'ties alone'}, and the what-if of {behaviour!r}. "
            f"Fit it with {behaviour!r} among its behaviours."
        )
    low, high = _bounds(fit, behaviour)
    if high - low + 1 != LEVELS:
        raise SchemaError(
            f"The behaviour {behaviour!r} has {high - low + 1:.0f} levels in the model; a what-if carries on one of two, holding a "
            "norm or not. Fit the model to the norm."
        )
    n_parameters = len(fit.theta)
    lines, likeness = np.zeros((5, n_parameters + 1)), np.zeros(n_parameters + 1)
    middle = fit.setting.attributes.centres[fit.setting.attributes.names.index(behaviour)] - low
    cannot = []
    for place, term in terms_of(fit, behaviour):
        effect = fit.setting.parameters[place]
        weights = None if term.times or effect.type != "eval" else _weights(effect.effect, middle)
        if weights is None:
            cannot.append(effect.label)
        else:
            lines[:, place] = weights
    if cannot:
        raise SchemaError(
            f"The actor-oriented model moves {behaviour!r} by terms that courses of a what-if cannot carry: {', '.join(cannot)}. "
            "They carry linear, quad, avAlt, totAlt, avSim, totSim and effFrom."
        )
    for place, term in terms_of(fit, fit.setting.specification.network_name):
        effect = fit.setting.parameters[place]
        if effect.effect in LIKENESS and term.about == behaviour and not term.times and effect.type == "eval":
            likeness[place] += 1.0
    theta, covariance = _with_rate(fit, behaviour)
    return ActorRates(theta, covariance, lines, likeness)


def _weights(effect: str, middle: float) -> np.ndarray | None:
    """What one unit of a parameter adds to the log-odds of up: from the start, by share, by contact holding and known, alone."""
    added = {
        "linear": {START: 1.0, ALONE: 1.0},
        "quad": {START: 1.0 - 2.0 * middle, ALONE: 1.0 - 2.0 * middle},
        "avAlt": {START: -middle, SHARE: 1.0},
        "totAlt": {HOLDING: 1.0, KNOWN: -middle},
        "avSim": {START: -1.0, SHARE: 2.0},
        "totSim": {HOLDING: 2.0, KNOWN: -1.0},
        "effFrom": {},
    }.get(effect)
    if added is None:
        return None
    weights = np.zeros(5)
    for place, value in added.items():
        weights[place] = value
    return weights


def _bounds(fit: SaomFit, behaviour: str) -> tuple[float, float]:
    """Lowest and highest level that simulations can reach."""
    place = list(fit.setting.specification.behaviour).index(behaviour)
    low, high = fit.setting.model.bounds[place]
    return float(low), float(high)


def _with_rate(fit: SaomFit, behaviour: str) -> tuple[np.ndarray, np.ndarray]:
    """Estimates and covariance with the rate of the behaviour's last period behind them."""
    held = np.isnan(np.diag(fit.covariance))
    inner = np.where(held[:, None] | held[None, :], 0.0, fit.covariance)
    rows = fit.table[(fit.table["effect"] == "Rate") & (fit.table["dependent"] == behaviour)]
    last = rows.iloc[-1]
    place = int(fit.table.index.get_indexer(rows.index[-1:])[0]) - (len(fit.table) - len(fit.theta))
    n_parameters = len(fit.theta)
    picks = np.vstack([np.eye(n_parameters), np.zeros(n_parameters)])
    if place >= 0:
        picks[-1, place] = 1.0
        return picks @ fit.theta, picks @ inner @ picks.T
    covariance = picks @ inner @ picks.T
    covariance[-1, -1] = float(np.nan_to_num(last["std_error"])) ** 2
    return np.append(fit.theta, float(last["estimate"])), covariance
