"""Simulating an actor-oriented model: many runs at once, on every core, the same whatever their number."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.actor_model import DONE, FIRST_CATEGORY, OUT, POOL_FULL, Model, State, new_state, pairs_of
from recoverynet.kernels.ministeps import run_epoch
from recoverynet.kernels.moments import observed_statistics, simulate_many
from recoverynet.kernels.own_effects import own_functions
from recoverynet.kernels.random_bits import seeds_of
from recoverynet.models.saom.attributes import Attributes, attributes_of
from recoverynet.models.saom.columns import Parameter, build_columns, build_model
from recoverynet.models.saom.effects import quietly
from recoverynet.models.saom.epochs import PanelEpoch, epochs_of
from recoverynet.models.saom.specification import Specification, Term, check_names
from recoverynet.randomness import RandomSource, resolve_rng

ROOM = 4.0
MOST_ROOM = 4096.0


@dataclass(frozen=True, eq=False)
class Setting:
    """A specification put onto a panel: all that a simulation needs but θ.

    Attributes
    ----------
    panel : NetworkPanel
    specification : Specification
    parameters : tuple of Parameter
        What θ holds, in order.
    model : Model
    epochs : tuple of PanelEpoch
    own : tuple of compiled functions
    attributes : Attributes
    condition : int
        Variable conditioned on, −1 for none.
    """

    panel: NetworkPanel
    specification: Specification
    parameters: tuple[Parameter, ...]
    model: Model
    epochs: tuple[PanelEpoch, ...]
    own: tuple[Callable[..., float], ...]
    attributes: Attributes
    condition: int = -1

    @property
    def periods(self) -> list[int]:
        """Periods in order, counted from 1."""
        return sorted({epoch.period for epoch in self.epochs})


@dataclass(frozen=True, eq=False)
class Runs:
    """What many simulations came to.

    Attributes
    ----------
    statistics, scores : float arrays (periods, runs, parameters)
        Summed over the groups of a period.
    covariances : float array (parameters, parameters)
        Σ over epochs of the covariance of statistics (rows) with scores (columns): the derivative of expected
        statistics by parameters.
    times : float array (epochs, runs)
        Time each simulation took (1 unless conditional).
    n_steps : int
        Ministeps of all simulations.
    """

    statistics: np.ndarray
    scores: np.ndarray
    covariances: np.ndarray
    times: np.ndarray
    n_steps: int


def saom_setting(
    panel: NetworkPanel,
    specification: Specification,
    *,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    conditional: str | None = None,
    change_at: float = 0.5,
    by_class: bool | None = None,
) -> Setting:
    """What does a simulation of this panel under this specification start from?

    Parameters
    ----------
    panel : NetworkPanel
        Two waves or more.
    specification : Specification
    bounds : mapping of behaviour to (lowest, highest), optional
        Default: what was observed.
    conditional : str, optional
        Network or behaviour whose amount of change is taken as given; its basic rates are then not estimated with the rest.
    change_at : float
        Share of a period, above 0 and below 1, after which people who join or leave within it do so.
    by_class : bool, optional
        Look at people out of reach class by class (True), at everybody (False), or whichever is quicker (default).

    Returns
    -------
    Setting

    Raises
    ------
    SchemaError
        Names, effects, behaviour or bounds do not suit the panel.
    NotEstimableError
        The panel has one wave, or a condition cannot be met.
    """
    check_names(specification, panel)
    if panel.n_waves < 2:
        raise NotEstimableError("Change needs two waves or more; the panel has one.")
    if not 0.0 < change_at < 1.0:
        raise SchemaError(f"change_at is a share of a period above 0 and below 1; got {change_at!r}.")
    behaviours = list(specification.behaviour)
    condition = _condition(conditional, [specification.network_name, *behaviours], panel)
    used, pairs = _names_used(specification)
    attributes = attributes_of(panel, used, behaviours, pairs, dict(bounds or {}))
    epochs = epochs_of(panel, attributes, behaviours, change_at=change_at, condition=condition)
    columns = build_columns(specification, attributes, [(each.group, each.period) for each in epochs], condition)
    for (epoch, variable), place in columns.rate_places.items():
        epochs[epoch].arrays.rate_places[variable] = place
    degree = max((int(np.bincount(side).max()) for each in epochs for ties in (each.arrays.start, each.end)
                  for side in ties.T if len(side)), default=0)
    model = build_model(
        columns, attributes, directed=panel.directed, n_people=max(each.n_people for each in epochs), most_degree=degree,
        condition=condition, by_class=by_class,
    )
    return Setting(
        panel, specification, tuple(columns.parameters), model, tuple(epochs), own_functions(columns.own), attributes,
        condition,
    )


def _condition(conditional: str | None, names: list[str], panel: NetworkPanel) -> int:
    if conditional is None:
        return -1
    if conditional not in names:
        raise SchemaError(f"conditional is one of {', '.join(names)}; got {conditional!r}.")
    if (panel.present[:, 1:] != panel.present[:, :-1]).any():
        raise NotEstimableError("Where people join or leave within a period the model is not conditional; leave it out.")
    return names.index(conditional)


def _names_used(specification: Specification) -> tuple[list[str], list[str]]:
    """Covariates and behaviours, and covariates of pairs, that terms refer to."""
    used: list[str] = []
    pairs: list[str] = []

    def note(term: Term, network: bool) -> None:
        for each in (term, *term.times):
            if each.about is not None and (network or each.about != specification.network_name):
                (pairs if each.effect == "X" else used).append(each.about)

    for term in specification.network[specification.network_name]:
        note(term, True)
    for terms in specification.behaviour.values():
        for term in terms:
            note(term, False)
    return used, pairs


def target_statistics(setting: Setting) -> np.ndarray:
    """Statistics of what was observed: (periods, parameters), summed over groups."""
    found = np.zeros((len(setting.periods), len(setting.parameters)))
    for epoch in setting.epochs:
        room = ROOM
        while True:
            state, into = new_state(setting.model, epoch.arrays, room), np.zeros(len(setting.parameters))
            if quietly(observed_statistics, setting.model, epoch.arrays, setting.own, state, epoch.end, epoch.z_end, into):
                break
            room *= 2.0
        found[epoch.period - 1] += into
    return found


class Simulator:
    """Runs of a setting, shared out among threads.

    Parameters
    ----------
    setting : Setting
    workers : int, optional
        Threads. Default: one a core. The numbers do not depend on it.
    """

    def __init__(self, setting: Setting, workers: int | None = None) -> None:
        self.setting = setting
        self.workers = max(1, workers or os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(self.workers)
        self._states: dict[tuple[int, int], tuple[float, State]] = {}

    def __enter__(self) -> Simulator:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def run(self, theta: np.ndarray, n_runs: int, rng: np.random.Generator, *, scored: bool = True) -> Runs:
        """Simulate every epoch ``n_runs`` times at θ.

        Raises
        ------
        NotEstimableError
            A simulation did not end: rates have become too high.
        """
        seeds = seeds_of(rng, n_runs * len(self.setting.epochs)).reshape(len(self.setting.epochs), n_runs)
        shares = np.array_split(np.arange(n_runs), min(self.workers, n_runs))
        jobs = [
            (place, worker, share)
            for place in range(len(self.setting.epochs))
            for worker, share in enumerate(shares)
        ]
        done = list(self._pool.map(lambda job: self._share(theta, seeds, scored, *job), jobs))
        return self._gathered(jobs, done, n_runs)

    def _share(
        self, theta: np.ndarray, seeds: np.ndarray, scored: bool, place: int, worker: int, share: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Some runs of one epoch, with more room where they need it."""
        setting, epoch = self.setting, self.setting.epochs[place].arrays
        while True:
            room, state = self._states.get((place, worker), (ROOM, None))
            if state is None:
                state = new_state(setting.model, epoch, room)
                self._states[place, worker] = (room, state)
            shape = (len(share), len(setting.parameters))
            statistics, scores, ends = np.zeros(shape), np.zeros(shape), np.zeros((len(share), 2))
            how = quietly(simulate_many, setting.model, epoch, setting.own, state, theta, seeds[place, share], scored,
                          statistics, scores, ends)
            if how == DONE:
                return statistics, scores, ends
            if how != POOL_FULL or room > MOST_ROOM:
                raise NotEstimableError(
                    "A simulation did not come to an end: rates of change have become too high. Start from smaller values, "
                    "or take terms out."
                )
            self._states[place, worker] = (2.0 * room, None)

    def _gathered(self, jobs: list, done: list, n_runs: int) -> Runs:
        n_parameters = len(self.setting.parameters)
        by_period = np.zeros((2, len(self.setting.periods), n_runs, n_parameters))
        covariances, times = np.zeros((n_parameters, n_parameters)), np.zeros((len(self.setting.epochs), n_runs))
        n_steps = 0
        for place, epoch in enumerate(self.setting.epochs):
            parts = [found for job, found in zip(jobs, done, strict=True) if job[0] == place]
            statistics, scores, ends = (np.concatenate([part[kind] for part in parts]) for kind in range(3))
            by_period[0, epoch.period - 1] += statistics
            by_period[1, epoch.period - 1] += scores
            covariances += (statistics - statistics.mean(axis=0)).T @ scores / n_runs
            times[place] = ends[:, 0]
            n_steps += int(ends[:, 1].sum())
        return Runs(by_period[0], by_period[1], covariances, times, n_steps)


class EndStates:
    """Networks and behaviour at the end of each epoch, for each of many simulations.

    Attributes
    ----------
    setting : Setting
    epochs : tuple of PanelEpoch
    n_runs : int
    """

    def __init__(self, setting: Setting, ties: list[list[np.ndarray]], steps: list[np.ndarray]) -> None:
        self.setting = setting
        self.epochs = setting.epochs
        self.n_runs = len(ties[0]) if ties else 0
        self._ties = ties
        self._steps = steps

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


def simulate_end_states(setting: Setting, theta: Sequence[float], n: int, rng: RandomSource) -> EndStates:
    """Where do ``n`` simulations of every epoch end?

    Raises
    ------
    NotEstimableError
        A simulation did not end.
    """
    generator, theta = resolve_rng(rng), np.asarray(theta, float)
    seeds = seeds_of(generator, n * len(setting.epochs)).reshape(len(setting.epochs), n)
    ties, steps = [], []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        jobs = [(epoch, row) for epoch, row in zip(setting.epochs, seeds, strict=True)]
        for found in pool.map(lambda job: _ends_of(setting, theta, *job), jobs):
            ties.append(found[0])
            steps.append(found[1])
    return EndStates(setting, ties, steps)


def _ends_of(setting: Setting, theta: np.ndarray, epoch: PanelEpoch, seeds: np.ndarray) -> tuple[list, np.ndarray]:
    room, ties, run = ROOM, [], 0
    steps = np.zeros((len(seeds), *epoch.arrays.z.shape), np.int64)
    state = new_state(setting.model, epoch.arrays, room)
    while run < len(seeds):
        how, _, _ = quietly(run_epoch, setting.model, epoch.arrays, setting.own, state, theta, seeds[run], False)
        if how == DONE:
            ties.append(pairs_of(state.people, OUT, state.pool))
            steps[run] = state.people[:, FIRST_CATEGORY + state.values.shape[0] :].T
            run += 1
        elif how == POOL_FULL and room < MOST_ROOM:
            room *= 2.0
            state = new_state(setting.model, epoch.arrays, room)
        else:
            raise NotEstimableError("A simulation did not come to an end: rates of change are too high.")
    return ties, steps
