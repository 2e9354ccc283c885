"""Simulating a fitted actor-oriented model with selection, influence or both switched off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recoverynet.models.saom.auxiliary import Auxiliary
from recoverynet.models.saom.ends import PeriodEnd
from recoverynet.models.saom.fitted import SaomFit
from recoverynet.models.saom.reading import terms_of
from recoverynet.models.saom.simulation import Endless, Simulator
from recoverynet.progress import track

RUNS_A_DRAW, BLOCK = 2, 50
"""Simulations at each draw of parameters, and at the estimates at a time."""
ABOUT_EGO = ("egoX", "egoSqX")
BY_CONTACTS = (
    "avSim", "totSim", "avAlt", "totAlt", "avRecAlt", "avInAlt", "totInAlt", "maxAlt", "minAlt", "avAttHigher",
    "avAttLower", "avSimRecip", "totSimRecip",
)
"""Effects on behaviour that look at the behaviour of contacts, rather than at their number."""


def switches(fit: SaomFit, behaviour: str) -> tuple[list[int], list[int]]:
    """Places of the parameters of selection on a behaviour, and of influence on it."""
    selection = [
        place for place, term in terms_of(fit, fit.setting.specification.network_name)
        if any(each.about == behaviour and each.effect not in ABOUT_EGO for each in (term, *term.times))
    ]
    influence = [
        place for place, term in terms_of(fit, behaviour)
        if any(each.effect in BY_CONTACTS for each in (term, *term.times))
    ]
    return selection, influence


@dataclass(frozen=True)
class World:
    """A fit whose selection and influence can be switched off."""

    fit: SaomFit
    off: tuple[list[int], list[int]]
    likeness: Auxiliary
    periods: list[PeriodEnd]
    simulator: Simulator

    def means(
        self, theta: np.ndarray, n_runs: int, rng: np.random.Generator, quiet: bool | None
    ) -> np.ndarray:
        """Mean likeness of the whole model, without selection, without influence, without both."""
        blocks = [min(BLOCK, n_runs - start) for start in range(0, n_runs, BLOCK)]
        found = [
            self.likenesses(theta, size, rng)
            for size in track(blocks, f"Simulating {n_runs:,} times with each source switched off", quiet=quiet)
        ]
        return np.concatenate(found, axis=1).mean(axis=1)

    def draws(
        self, n_draws: int, rng: np.random.Generator, quiet: bool | None
    ) -> tuple[np.ndarray, int]:
        """Likeness (draws, 4, runs) at drawn parameters, and how many draws came to nothing."""
        found, wrong = [], 0
        for theta in track(self._drawn(n_draws, rng), "Simulating at drawn parameters", total=n_draws, quiet=quiet):
            try:
                found.append(self.likenesses(theta, RUNS_A_DRAW, rng))
            except Endless:
                wrong += 1
        return np.array(found).reshape(-1, 4, RUNS_A_DRAW), wrong

    def likenesses(self, theta: np.ndarray, n_runs: int, rng: np.random.Generator) -> np.ndarray:
        """Likeness (4, runs), simulated from one seed."""
        seed = int(rng.integers(2**62))
        selection, influence = self.off
        return np.array([
            self._runs(theta, places, n_runs, seed) for places in ([], selection, influence, [*selection, *influence])
        ])

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
        return found.mean(axis=1)

    def _drawn(self, n_draws: int, rng: np.random.Generator) -> np.ndarray:
        """θ from its normal distribution, a row a draw; rates no lower than a tenth of their estimate."""
        held = np.isnan(np.diag(self.fit.covariance))
        covariance = np.where(held[:, None] | held[None, :], 0.0, self.fit.covariance)
        values, directions = np.linalg.eigh((covariance + covariance.T) / 2.0)
        steps = rng.standard_normal((n_draws, len(values))) * np.sqrt(np.maximum(values, 0.0))
        drawn = self.fit.theta + steps @ directions.T
        rates = np.array([each.effect == "Rate" for each in self.fit.setting.parameters])
        return np.where(rates, np.maximum(drawn, 0.1 * self.fit.theta), drawn)


def parts_of(levels: np.ndarray) -> np.ndarray:
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
    >>> parts_of(np.array([[0.5], [0.4], [0.3], [0.1]])).ravel().round(2).tolist()
    [0.1, 0.15, 0.25]
    """
    whole, no_selection, no_influence, neither = np.moveaxis(levels, -2, 0)
    selection = (whole - no_selection + no_influence - neither) / 2.0
    influence = (whole - no_influence + no_selection - neither) / 2.0
    return np.stack([neither, selection, influence], axis=-2)


def spread_of(drawn: np.ndarray, n_simulations: int) -> np.ndarray:
    """Deviations (draws, 4) of the parts, and of what is beyond the model, that drawn parameters make.

    Means of few simulations vary more than what they are means of; deviations are scaled to what is left when the
    chance in them is taken off, and the chance that the estimate itself has in ``n_simulations`` is put on. What is left is
    the difference of two noisy variances, and can come out as nothing by luck: a standard error of it, that of the larger
    variance, is put on as well, so that intervals err towards being wide.
    """
    parts = parts_of(drawn)
    parts = np.concatenate([parts, -parts.sum(axis=1, keepdims=True)], axis=1)
    means = parts.mean(axis=2)
    if len(means) < 2:
        return np.full((1, 4), np.nan)
    seen, chance = means.var(axis=0, ddof=1), parts.var(axis=2, ddof=1).mean(axis=0)
    unsure = seen * np.sqrt(2.0 / (len(means) - 1))
    wanted = np.maximum(seen - chance / parts.shape[2], 0.0) + unsure + chance / n_simulations
    scale = np.sqrt(np.divide(wanted, seen, out=np.zeros(4), where=seen > 0))
    return (means - means.mean(axis=0)) * scale
