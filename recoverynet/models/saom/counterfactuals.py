"""Simulating a fitted actor-oriented model with selection, influence or both switched off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recoverynet.models.saom.auxiliary import Auxiliary
from recoverynet.models.saom.combinations import terms_of
from recoverynet.models.saom.ends import PeriodEnd
from recoverynet.models.saom.fitted import SaomFit
from recoverynet.models.saom.simulation import Endless, Simulator
from recoverynet.progress import track

BLOCK = 50
"""Simulations at the estimates at a time."""
ABOUT_EGO = ("egoX", "egoSqX")
BY_CONTACTS = (
    "avSim",
    "totSim",
    "avAlt",
    "totAlt",
    "avRecAlt",
    "avInAlt",
    "totInAlt",
    "maxAlt",
    "minAlt",
    "avAttHigher",
    "avAttLower",
    "avSimRecip",
    "totSimRecip",
)
"""Effects on behaviour that look at the behaviour of contacts, rather than at their number."""


def switched_terms(fit: SaomFit, behaviour: str) -> tuple[list[int], list[int]]:
    """Places of the parameters of selection on a behaviour, and of influence on it."""
    selection = [
        place
        for place, term in terms_of(fit, fit.setting.specification.network_name)
        if any(each.about == behaviour and each.effect not in ABOUT_EGO for each in (term, *term.times))
    ]
    influence = [
        place for place, term in terms_of(fit, behaviour) if any(each.effect in BY_CONTACTS for each in (term, *term.times))
    ]
    return selection, influence


@dataclass(frozen=True)
class Counterfactual:
    """A fit whose selection and influence can be switched off."""

    fit: SaomFit
    off: tuple[list[int], list[int]]
    likeness: Auxiliary
    periods: list[PeriodEnd]
    simulator: Simulator

    def means(self, theta: np.ndarray, n_runs: int, rng: np.random.Generator, quiet: bool | None) -> np.ndarray:
        """Mean likeness of the whole model, without selection, without influence, without both."""
        blocks = [min(BLOCK, n_runs - start) for start in range(0, n_runs, BLOCK)]
        found = [
            self.likenesses(theta, size, rng)
            for size in track(blocks, f"Simulating {n_runs:,} times with each source switched off", quiet=quiet)
        ]
        answer: np.ndarray = np.concatenate(found, axis=1).mean(axis=1)
        return answer

    def draws(self, n_draws: int, rng: np.random.Generator, quiet: bool | None) -> tuple[np.ndarray, np.ndarray, int]:
        """Steps away from the estimates (draws, directions), likeness (draws, 4) there, and how many came to nothing."""
        steps, drawn = self._drawn(n_draws, rng)
        ended, found = [], []
        for place in track(range(n_draws), "Simulating at drawn parameters", quiet=quiet):
            try:
                found.append(self.likenesses(drawn[place], 1, rng)[:, 0])
                ended.append(place)
            except Endless:
                continue
        return steps[ended], np.array(found).reshape(-1, 4), n_draws - len(ended)

    def likenesses(self, theta: np.ndarray, n_runs: int, rng: np.random.Generator) -> np.ndarray:
        """Likeness (4, runs), simulated from one seed."""
        seed = int(rng.integers(2**62))
        selection, influence = self.off
        return np.array(
            [self._runs(theta, places, n_runs, seed) for places in ([], selection, influence, [*selection, *influence])]
        )

    def _runs(self, theta: np.ndarray, places: Sequence[int], n_runs: int, seed: int) -> np.ndarray:
        """Likeness (runs,) with some parameters at 0, averaged over the ends of periods."""
        changed = theta.copy()
        changed[list(places)] = 0.0
        ends = self.simulator.ends(changed, n_runs, np.random.default_rng(seed))
        found = np.zeros((n_runs, len(self.periods)))
        for place, period in enumerate(self.periods):
            for run in range(n_runs):
                state = period.known(ends.network(run, place), ends.behaviour(run, place))
                found[run, place] = np.asarray(self.likeness.count(*state))[0]
        answer: np.ndarray = found.mean(axis=1)
        return answer

    def _drawn(self, n_draws: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Steps in independent directions of the normal distribution of θ, each also backwards, and θ there.

        Rates are no lower than a tenth of their estimate.
        """
        held = np.isnan(np.diag(self.fit.covariance))
        covariance = np.where(held[:, None] | held[None, :], 0.0, self.fit.covariance)
        values, directions = np.linalg.eigh((covariance + covariance.T) / 2.0)
        free = values > values.max() * 1e-12
        forwards = rng.standard_normal(((n_draws + 1) // 2, int(free.sum())))
        steps = np.concatenate([forwards, -forwards])[:n_draws]
        drawn = self.fit.theta + (steps * np.sqrt(values[free])) @ directions[:, free].T
        rates = np.array([each.effect == "Rate" for each in self.fit.setting.parameters])
        return steps, np.where(rates, np.maximum(drawn, 0.1 * self.fit.theta), drawn)


def by_part(levels: np.ndarray) -> np.ndarray:
    """What goes with neither, with selection and with influence; adds up to the whole model.

    Parameters
    ----------
    levels : float array (…, 4, R)
        Likeness in the whole model, without selection, without influence, without both.

    Returns
    -------
    float array (…, 3, R)

    Examples
    --------
    >>> by_part(np.array([[0.5], [0.4], [0.3], [0.1]])).ravel().round(2).tolist()
    [0.1, 0.15, 0.25]
    """
    whole, no_selection, no_influence, neither = np.moveaxis(levels, -2, 0)
    selection = (whole - no_selection + no_influence - neither) / 2.0
    influence = (whole - no_influence + no_selection - neither) / 2.0
    return np.stack([neither, selection, influence], axis=-2)


def standard_errors(steps: np.ndarray, drawn: np.ndarray, n_simulations: int) -> np.ndarray:
    """Standard errors (4,) of the parts, and of what is beyond the model, from simulations at drawn parameters.

    One simulation says little of the mean at its parameters, but all of them together say how the mean moves with the
    parameters: the parts are regressed on the steps, and what the estimates leave open is the sum of the squared
    slopes, as steps are independent of variance 1 (the delta method), less what chance adds to it. Where chance hides
    slopes, none are found; a standard error of that sum is put on, so that intervals err towards being wide, and so is
    the chance that the estimate itself has in ``n_simulations``.

    Parameters
    ----------
    steps : float array (draws, directions)
        Independent and standard normal.
    drawn : float array (draws, 4)
        Likeness in the whole model, without selection, without influence, without both.
    n_simulations : int
        That the estimates come from.

    Returns
    -------
    float array (4,)
        NaN where there are not enough draws.
    """
    parts = by_part(drawn.T).T
    parts = np.column_stack([parts, -parts.sum(axis=1)])
    n_draws, n_slopes = steps.shape
    if n_draws < n_slopes + 2:
        return np.full(4, np.nan)
    design = np.column_stack([np.ones(n_draws), steps])
    slopes = np.linalg.lstsq(design, parts, rcond=None)[0]
    chance = ((parts - design @ slopes) ** 2).sum(axis=0) / (n_draws - n_slopes - 1)
    squared = (slopes[1:] ** 2).sum(axis=0) - chance * n_slopes / n_draws
    squared = np.maximum(squared, 0.0)
    unsure = np.sqrt(4.0 * squared * chance / n_draws + 2.0 * n_slopes * (chance / n_draws) ** 2)
    answer: np.ndarray = np.sqrt(squared + unsure + chance / n_simulations)
    return answer
