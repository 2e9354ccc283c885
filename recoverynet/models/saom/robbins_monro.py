"""Estimation by the method of moments: the values of θ at which simulations are, on average, like the data.

Three phases (Snijders 2001, https://doi.org/10.1111/0081-1750.00099). Phase 1 finds how expected statistics answer to
parameters, D, from scores (Schweinberger & Snijders 2007). Phase 2 moves: θ goes −a D⁻¹ (simulated − observed), with a
gain a that is halved from one subphase to the next; each ends at the mean of the second half
of its steps. Phase 3 stays at θ and tells
how far the simulations are from the data, D, and the spread of the statistics, from which standard errors follow. Each
run of phase 3 also says where θ would have to be, θ − D⁻¹ (mean simulated − observed), the mean freed of what scores say
is chance. A short run comes first, to aim; a run that has not come near enough is followed by another, at the mean of what
all runs say, weighted by their numbers of simulations. D is that of all runs near the estimate.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add

import numpy as np

from recoverynet.models.saom.regression import Together, known_information
from recoverynet.models.saom.simulation import Endless, Runs, Simulator
from recoverynet.progress import track

GAIN, N_SUBPHASES, BATCH = 0.4, 2, 16
"""Batches are large enough to keep every core at work, and gains as large as their means are steady."""
GROWTH = 2.0
STEPS_A_PARAMETER = 0.5
LEAST_AIM = 1000
NEAR = 0.5
"""Overall ratio up to which D of a run counts for the estimate."""
DIAGONALISE = 0.2
MOST_STEP = 3.0
"""Largest move of a statistic, in standard deviations, that one step may answer to."""
LEAST_RATE, CHUNK = 0.01, 200
FARTHEST = 15.0
"""A parameter times the spread of what it weighs in one choice: log-odds beyond which nobody has a choice left."""


@dataclass(eq=False)
class Estimation:
    """An estimation on its way.

    Attributes
    ----------
    theta : float array (P,)
    free : int array
        Places of the parameters that are estimated.
    rates : bool array (P,)
        Which are basic rates, which stay above 0.
    targets : float array (P,)
    derivative : float array (P, P)
        D: change of expected statistics (rows) by parameter (columns).
    spread : float array (P,)
        Standard deviations of the statistics.
    trace : list of (subphase, θ)
    n_runs : int
        Simulations so far.
    unit : float array (P,)
        Spread of what each parameter weighs in one choice.
    good : float array (P,)
        θ at the end of the last whole subphase.
    """

    theta: np.ndarray
    free: np.ndarray
    rates: np.ndarray
    targets: np.ndarray
    derivative: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    spread: np.ndarray = field(default_factory=lambda: np.empty(0))
    trace: list[tuple[int, np.ndarray]] = field(default_factory=list)
    n_runs: int = 0
    unit: np.ndarray = field(default_factory=lambda: np.empty(0))
    good: np.ndarray = field(default_factory=lambda: np.empty(0))


class Runaway(Endless):
    """Parameters went where nobody has a choice left; ``places`` says which, ``theta`` where to."""

    def __init__(self, places: np.ndarray, theta: np.ndarray) -> None:
        super().__init__("The estimation ran away.")
        self.places, self.theta = places, theta


@dataclass(frozen=True, eq=False)
class Phase3:
    """Many simulations at one θ (phase 3).

    Attributes
    ----------
    theta : float array (P,)
    statistics, scores : float arrays (periods, runs, P)
    derivative : float array (P, P)
    times : float array (epochs, runs)
    spread : float array (P, P)
        Covariance of the summed statistics: periods are simulated apart, so that it is the sum of theirs.
    together : Together
        How statistics and scores went together.
    """

    theta: np.ndarray
    statistics: np.ndarray
    scores: np.ndarray
    derivative: np.ndarray
    spread: np.ndarray
    times: np.ndarray
    together: Together

    @property
    def sums(self) -> np.ndarray:
        """Statistics summed over periods (runs, P)."""
        answer: np.ndarray = self.statistics.sum(axis=0)
        return answer


def phase1(simulator: Simulator, estimation: Estimation, rng: np.random.Generator) -> Runs:
    """Phase 1: D and the spread of the statistics, and a first, cautious move."""
    n_runs = max(60, 10 + 4 * len(estimation.free))
    runs = simulator.run(estimation.theta, n_runs, rng)
    estimation.n_runs += n_runs
    _take_in(estimation, runs.statistics.sum(axis=0), runs.together.covariance)
    estimation.unit = _unit(runs.scores.sum(axis=0), runs.n_steps / n_runs)
    estimation.good = estimation.theta.copy()
    _move(estimation, runs.statistics.sum(axis=0).mean(axis=0) - estimation.targets, 0.5)
    return runs


def _unit(scores: np.ndarray, n_steps: float) -> np.ndarray:
    """Spread of what each parameter weighs in one choice: scores are sums of it, less its mean, over ministeps."""
    answer: np.ndarray = scores.std(axis=0) / np.sqrt(max(n_steps, 1.0))
    return answer


def _near(estimation: Estimation, theta: np.ndarray) -> np.ndarray:
    """θ itself; raises Runaway where nobody would have a choice left."""
    far = np.abs(theta) * estimation.unit > FARTHEST
    far[estimation.rates] = False
    far &= np.isin(np.arange(len(theta)), estimation.free)
    if far.any() or not np.isfinite(theta).all():
        raise Runaway(np.flatnonzero(far | ~np.isfinite(theta)), theta)
    return theta


def _take_in(estimation: Estimation, sums: np.ndarray, derivative: np.ndarray) -> None:
    estimation.spread = sums.std(axis=0)
    estimation.derivative = derivative


def _step_matrix(estimation: Estimation) -> np.ndarray:
    """D among free parameters, drawn towards its diagonal, with what cannot be right left out."""
    d = estimation.derivative[np.ix_(estimation.free, estimation.free)]
    diagonal = np.diag(d).copy()
    spread = np.maximum(estimation.spread[estimation.free], 1e-9)
    diagonal = np.where(np.abs(diagonal) > 1e-3 * spread, diagonal, spread)
    mixed = (1.0 - DIAGONALISE) * d
    mixed[np.diag_indices(len(diagonal))] = diagonal
    return mixed if np.linalg.cond(mixed / np.outer(spread, np.ones(len(spread)))) < 1e8 else np.diag(diagonal)


def _move(estimation: Estimation, gap: np.ndarray, gain: float, inverse: np.ndarray | None = None) -> None:
    """θ goes −gain D⁻¹ gap, no further than MOST_STEP standard deviations of the gap call for, rates staying above 0."""
    gap = gap[estimation.free]
    size = np.max(np.abs(gap) / np.maximum(estimation.spread[estimation.free], 1e-9))
    inverse = np.linalg.inv(_step_matrix(estimation)) if inverse is None else inverse
    step = -gain * min(1.0, MOST_STEP / max(size, 1e-12)) * (inverse @ gap)
    theta = estimation.theta.copy()
    theta[estimation.free] += _limited(estimation, step)
    estimation.theta = _near(estimation, theta)


def _limited(estimation: Estimation, step: np.ndarray) -> np.ndarray:
    """Steps of at most 2, and of at most half of a basic rate."""
    now, rates = estimation.theta[estimation.free], estimation.rates[estimation.free]
    limit = np.where(rates, np.maximum(0.5 * np.abs(now), LEAST_RATE), 2.0)
    answer: np.ndarray = np.maximum(
        np.clip(step, -limit, np.where(rates, np.maximum(2.0 * now, 2.0), 2.0)), np.where(rates, LEAST_RATE - now, -np.inf)
    )
    return answer


def phase2(simulator: Simulator, estimation: Estimation, rng: np.random.Generator, quiet: bool | None, first: int = 1) -> None:
    """Phase 2, from subphase ``first`` on."""
    inverse = np.linalg.inv(_step_matrix(estimation))
    for subphase in track(range(first, N_SUBPHASES + 1), "estimating", quiet=quiet):
        gain = GAIN / 2.0 ** (subphase - 1)
        least = int(np.ceil(GROWTH ** (subphase - 1) * (6 + STEPS_A_PARAMETER * len(estimation.free))))
        _subphase(simulator, estimation, rng, inverse, subphase, gain, least)


def _subphase(
    simulator: Simulator,
    estimation: Estimation,
    rng: np.random.Generator,
    inverse: np.ndarray,
    subphase: int,
    gain: float,
    least: int,
) -> None:
    """Steps of one gain; ends where gaps of successive steps no longer go together, at the mean of their second half."""
    before, together = None, np.zeros(len(estimation.free))
    steps: list[np.ndarray] = []
    for step in range(1, 2 * least + 1):
        runs = simulator.run(estimation.theta, BATCH, rng, scored=False)
        gap = runs.statistics.sum(axis=0).mean(axis=0) - estimation.targets
        estimation.n_runs += BATCH
        if before is not None:
            together += gap[estimation.free] * before[estimation.free]
        before = gap
        _move(estimation, gap, gain, inverse)
        steps.append(estimation.theta.copy())
        estimation.trace.append((subphase, steps[-1]))
        if step >= least and (together < 0).all():
            break
    estimation.theta = np.mean(steps[len(steps) // 2 :], axis=0)
    estimation.good = estimation.theta.copy()


def phase3(simulator: Simulator, estimation: Estimation, n_runs: int, rng: np.random.Generator, quiet: bool | None) -> Phase3:
    """Phase 3: many simulations at θ."""
    sizes = [CHUNK] * (n_runs // CHUNK) + ([n_runs % CHUNK] if n_runs % CHUNK else [])
    found = [simulator.run(estimation.theta, size, rng) for size in track(sizes, "simulating at the estimate", quiet=quiet)]
    estimation.n_runs += n_runs
    statistics = np.concatenate([each.statistics for each in found], axis=1)
    scores = np.concatenate([each.scores for each in found], axis=1)
    together = reduce(add, [each.together for each in found])
    derivative = together.derivative(known_information(simulator.setting, estimation.theta))
    times = np.concatenate([each.times for each in found], axis=1)
    spread = np.sum([np.cov(period.T).reshape(derivative.shape) for period in statistics], axis=0)
    here = Phase3(estimation.theta.copy(), statistics, scores, derivative, spread, times, together)
    _take_in(estimation, here.sums, here.derivative)
    return here


def overall_ratio(here: Phase3, estimation: Estimation) -> float:
    """Largest t-ratio of convergence of any linear combination of the free statistics: √(g′ Σ⁻¹ g)."""
    sums = here.sums[:, estimation.free]
    gap = sums.mean(axis=0) - estimation.targets[estimation.free]
    spread = sums.std(axis=0)
    if (spread == 0).any():
        return float("inf")
    values, directions = np.linalg.eigh(np.corrcoef(sums.T).reshape(len(gap), len(gap)))
    along = directions.T @ (gap / spread)
    flat = values < 1e-10
    if (np.abs(along[flat]) > 1e-6).any():
        return float("inf")
    return float(np.sqrt((along[~flat] ** 2 / values[~flat]).sum()))


def said_by(here: Phase3, estimation: Estimation) -> np.ndarray:
    """Where a run of phase 3 says θ is: one Newton step, of at most one standard error a parameter or so."""
    d = here.derivative[np.ix_(estimation.free, estimation.free)]
    gap = (here.sums.mean(axis=0) - here.together.by_chance() - estimation.targets)[estimation.free]
    theta = here.theta.copy()
    theta[estimation.free] -= np.linalg.lstsq(d, gap)[0]
    return np.where(estimation.rates, np.maximum(theta, LEAST_RATE), theta)


def converge(
    simulator: Simulator,
    estimation: Estimation,
    *,
    n_simulations: int,
    wanted: float,
    most_runs: int,
    rng: np.random.Generator,
    quiet: bool | None,
    known: bool,
) -> tuple[Phase3, float, int]:
    """Phases 2 and 3, again and again until the overall ratio is below what is wanted; returns the best run of phase 3.

    An estimation that runs away after a whole run of phase 3 ends the estimation there: what that run found is kept.

    ``known`` tells that θ and D are those of an earlier fit, so that phase 2 is left out.
    """
    if not known:
        phase2(simulator, estimation, rng, quiet)
    said: list[tuple[int, np.ndarray]] = []
    near: list[Phase3] = []
    best: tuple[float, Phase3] | None = None
    aiming = min(n_simulations, max(n_simulations // 2, LEAST_AIM))
    for run in range(most_runs + 1):
        here = phase3(simulator, estimation, n_simulations if run else aiming, rng, quiet)
        ratio = overall_ratio(here, estimation)
        if run and (best is None or ratio < best[0]):
            best = (ratio, here)
        near += [here] if ratio < NEAR else []
        if run and ratio < wanted or run == most_runs:
            break
        if ratio < 1.0:
            said.append((here.sums.shape[0], said_by(here, estimation)))
            estimation.theta = _near(
                estimation, np.average([theta for _, theta in said], axis=0, weights=[size for size, _ in said])
            )
            continue
        said = []
        try:
            phase2(simulator, estimation, rng, quiet, first=1 if ratio > 3.0 else 2)
        except Endless as error:
            if best is None or isinstance(error, Runaway):
                raise
            break
    assert best is not None  # there is a run at the least
    estimation.theta = best[1].theta
    return _steadied(simulator, best[1], near), best[0], run


def _steadied(simulator: Simulator, best: Phase3, near: list[Phase3]) -> Phase3:
    """The best run of phase 3, with D from all that were near."""
    if best not in near:
        return best
    together = reduce(add, [each.together for each in near])
    return replace(best, derivative=together.derivative(known_information(simulator.setting, best.theta)))
