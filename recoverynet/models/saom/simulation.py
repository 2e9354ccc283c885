"""Simulating an actor-oriented model: many runs at once, on every core, the same whatever their number."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy import sparse

from recoverynet.arguments import whole_number
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.kernels.random_bits import seeds_of
from recoverynet.kernels.saom.actor_model import DONE, FIRST_CATEGORY, POOL_FULL, ActorModel, State, new_state
from recoverynet.kernels.saom.moments import observed_statistics, simulate_many
from recoverynet.models.saom.epochs import PanelEpoch
from recoverynet.models.saom.regression import Together
from recoverynet.models.saom.setting import SaomSetting
from recoverynet.randomness import RandomSource, resolve_rng

ROOM = 4.0
MOST_ROOM = 4096.0


@contextmanager
def without_note() -> Iterator[None]:
    """Leave out numba's note that functions as arguments are experimental.

    Warning filters belong to the whole process: for the thread that hands out work, never for its workers.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="First-class function type feature is experimental")
        yield


class Endless(NotEstimableError):
    """A simulation did not come to an end, or an estimation ran away."""


@dataclass(frozen=True, eq=False)
class Runs:
    """What many simulations came to.

    Attributes
    ----------
    statistics, scores : float arrays (periods, runs, parameters)
        Summed over the groups of a period.
    together : Together
        How statistics and scores went together in each epoch.
    times : float array (epochs, runs)
        Time each simulation took (1 unless conditional).
    n_steps : int
        Ministeps of all simulations.
    """

    statistics: np.ndarray
    scores: np.ndarray
    together: Together
    times: np.ndarray
    n_steps: int


def target_statistics(setting: SaomSetting) -> np.ndarray:
    """Statistics of what was observed: (periods, parameters), summed over groups."""
    found = np.zeros((len(setting.periods), len(setting.parameters)))
    for epoch in setting.epochs:
        into = np.zeros(len(setting.parameters))

        def observe(state: State, epoch: PanelEpoch = epoch, into: np.ndarray = into) -> int:
            into[:] = 0.0
            fine = observed_statistics(setting.model, epoch.arrays, setting.own, state, epoch.end, epoch.z_end, into)
            return DONE if fine else POOL_FULL

        with without_note():
            Workspace(setting.model, epoch).use(observe)
        found[epoch.period - 1] += into
    _all_finite(setting, found, "what was observed")
    return found


def warmed_up(setting: SaomSetting) -> np.ndarray:
    """Statistics of what was observed, with the kernels of simulations compiled, or fetched from their cache, on the way."""
    found = target_statistics(setting)
    with Simulator(setting, workers=1) as simulator:
        simulator.run(np.full(len(setting.parameters), 1e-3), 1, np.random.default_rng(0))
    return found


def _all_finite(setting: SaomSetting, statistics: np.ndarray, what: str) -> None:
    """Every statistic (…, P) is a number; only own effects can give others."""
    wrong = ~np.isfinite(statistics).reshape(-1, statistics.shape[-1]).all(axis=0)
    if wrong.any():
        label = setting.parameters[int(np.flatnonzero(wrong)[0])].label
        raise SchemaError(f"The statistic of {label} is not a finite number for {what}; mend the function, so that it always is.")


class Workspace:
    """A state to simulate an epoch in, made anew with twice the room where it turns out too small.

    Parameters
    ----------
    model : Model
    epoch : PanelEpoch
    """

    def __init__(self, model: ActorModel, epoch: PanelEpoch) -> None:
        self._model, self._epoch, self._room = model, epoch, ROOM
        self._state: State | None = None

    def use(self, attempt: Callable[[State], int]) -> None:
        """Try something that answers DONE, POOL_FULL or ENDLESS, until there is room for it.

        Raises
        ------
        Endless
            It does not end, or no room is enough.
        """
        while True:
            if self._state is None:
                self._state = new_state(self._model, self._epoch.arrays, self._room)
            how = attempt(self._state)
            if how == DONE:
                return
            if how != POOL_FULL or self._room > MOST_ROOM:
                raise Endless(
                    "A simulation did not come to an end: at these parameters people change too often. Rates that are lower, or "
                    "parameters nearer to 0, make fewer changes."
                )
            self._room, self._state = 2.0 * self._room, None


class Simulator:
    """Runs of a setting, shared out among threads.

    Parameters
    ----------
    setting : Setting
    workers : int, optional
        Threads. Default: one a core. The numbers do not depend on it.
    """

    def __init__(self, setting: SaomSetting, workers: int | None = None) -> None:
        if workers is not None:
            workers = whole_number(workers, "workers", 1)
        self.setting = setting
        self.workers = workers or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self.workers)
        self._spaces = [[Workspace(setting.model, epoch) for _ in range(self.workers)] for epoch in setting.epochs]

    def __enter__(self) -> Simulator:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def run(self, theta: np.ndarray, n_runs: int, rng: np.random.Generator, *, scored: bool = True) -> Runs:
        """Simulate every epoch ``n_runs`` times at θ.

        Raises
        ------
        Endless
            A simulation did not end: rates have become too high.
        """
        return self._gathered(self._shared_out(partial(self._statistics, theta, scored), n_runs, rng), n_runs)

    def ends(self, theta: np.ndarray, n_runs: int, rng: np.random.Generator) -> EndStates:
        """Where ``n_runs`` simulations of every epoch end; raises as :meth:`run` does."""
        done = self._shared_out(partial(self._ends, theta), n_runs, rng)
        ties = [[end for part in parts for end in part[0]] for parts in done]
        steps, statistics = ([np.concatenate([part[kind] for part in parts]) for parts in done] for kind in (1, 2))
        return EndStates(self.setting, ties, steps, np.sum(statistics, axis=0))

    def _shared_out(self, work: Callable[..., Any], n_runs: int, rng: np.random.Generator) -> list[list[Any]]:
        """What ``work`` (epoch, workspace, seeds) makes of every epoch, a list of shares each; seeds are drawn up front."""
        n_epochs = len(self.setting.epochs)
        seeds = seeds_of(rng, n_runs * n_epochs).reshape(n_epochs, n_runs)
        jobs = [
            (place, self._spaces[place][worker], share)
            for place in range(n_epochs)
            for worker, share in enumerate(np.array_split(seeds[place], min(self.workers, n_runs)))
        ]
        with without_note():
            tasks = [self._pool.submit(work, *job) for job in jobs]
            wait(tasks)  # all of them, as the filter of warnings must outlast every one
            done = [task.result() for task in tasks]
        size = len(done) // n_epochs
        return [done[place * size : (place + 1) * size] for place in range(n_epochs)]

    def _statistics(
        self, theta: np.ndarray, scored: bool, place: int, space: Workspace, seeds: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Statistics, scores, and times and ministeps of some runs of an epoch."""
        setting, shape = self.setting, (len(seeds), len(self.setting.parameters))
        found = (np.zeros(shape), np.zeros(shape), np.zeros((len(seeds), 3)))
        no_ties, arrays = np.zeros((0, 2), np.int32), setting.epochs[place].arrays

        def attempt(state: State) -> int:
            for each in found:
                each[:] = 0.0
            return int(simulate_many(setting.model, arrays, setting.own, state, theta, seeds, scored, *found, no_ties))

        space.use(attempt)
        return found

    def _ends(
        self, theta: np.ndarray, place: int, space: Workspace, seeds: np.ndarray
    ) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
        """Ties, behaviour and statistics at the end of some runs of an epoch."""
        setting, arrays = self.setting, self.setting.epochs[place].arrays
        ties: list[np.ndarray] = []
        steps = np.zeros((len(seeds), *arrays.z.shape), np.int64)
        statistics = np.zeros((len(seeds), len(setting.parameters)))
        scores, ends = np.zeros((1, len(setting.parameters))), np.zeros((1, 3))

        def attempt(state: State) -> int:
            last = np.zeros((len(state.pool) // 2, 2), np.int32)
            while len(ties) < len(seeds):
                one = slice(len(ties), len(ties) + 1)
                statistics[one] = 0.0
                found = (statistics[one], scores, ends, last)
                how = int(simulate_many(setting.model, arrays, setting.own, state, theta, seeds[one], False, *found))
                if how != DONE:
                    return how
                steps[one] = state.people[:, FIRST_CATEGORY + state.values.shape[0] :].T
                ties.append(last[: int(ends[0, 2])].copy())
            return DONE

        space.use(attempt)
        return ties, steps, statistics

    def _gathered(self, done: list[list[Any]], n_runs: int) -> Runs:
        n_parameters = len(self.setting.parameters)
        by_period = np.zeros((2, len(self.setting.periods), n_runs, n_parameters))
        times, n_steps = np.zeros((len(self.setting.epochs), n_runs)), 0
        by_epoch: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
        for place, epoch in enumerate(self.setting.epochs):
            statistics, scores, ends = (np.concatenate([part[kind] for part in done[place]]) for kind in range(3))
            by_period[0, epoch.period - 1] += statistics
            by_period[1, epoch.period - 1] += scores
            by_epoch[0].append(statistics)
            by_epoch[1].append(scores)
            times[place] = ends[:, 0]
            n_steps += int(ends[:, 1].sum())
        _all_finite(self.setting, by_period[0], "a simulated network")
        return Runs(by_period[0], by_period[1], Together.of(*by_epoch), times, n_steps)


class EndStates:
    """Networks and behaviour at the end of each epoch, for each of many simulations.

    Attributes
    ----------
    setting : Setting
    epochs : tuple of PanelEpoch
    n_runs : int
    statistics : float array (runs, parameters)
        Target statistics, summed over epochs.
    """

    def __init__(self, setting: SaomSetting, ties: list[list[np.ndarray]], steps: list[np.ndarray], statistics: np.ndarray) -> None:
        self.setting = setting
        self.epochs = setting.epochs
        self.n_runs = len(ties[0]) if ties else 0
        self._ties = ties
        self._steps = steps
        self.statistics = statistics

    def network(self, run: int, epoch: int) -> sparse.csr_array:
        """The simulated network (n, n) of 0 and 1 at the end of an epoch; undirected ties both ways."""
        return csr_of(self._ties[epoch][run], self.epochs[epoch].n_people)

    def behaviour(self, run: int, epoch: int) -> dict[str, np.ndarray]:
        """Simulated behaviour (n,) at the end of an epoch."""
        return dict(zip(self.epochs[epoch].behaviours, self._steps[epoch][run], strict=True))


def csr_of(pairs: np.ndarray, n_people: int) -> sparse.csr_array:
    """Ties (m, 2) as a matrix of 0 and 1."""
    ones = np.ones(len(pairs))
    return sparse.csr_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(n_people, n_people))


def simulate_end_states(setting: SaomSetting, theta: Sequence[float] | np.ndarray, n: int, rng: RandomSource) -> EndStates:
    """Where do ``n`` simulations of every epoch end?

    Raises
    ------
    Endless
        A simulation did not end.
    """
    with Simulator(setting) as simulator:
        return simulator.ends(np.asarray(theta, float), n, resolve_rng(rng))
