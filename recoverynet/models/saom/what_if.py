"""Simulating ties and behaviour under parameters of one's own: what would happen if, and panels whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.arguments import whole_number
from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.saom.columns import parameter_frame
from recoverynet.models.saom.composition_change import ChangeAt
from recoverynet.models.saom.epochs import epochs_of
from recoverynet.models.saom.named_values import Values, theta_of
from recoverynet.models.saom.setting import SaomSetting, saom_setting
from recoverynet.models.saom.simulation import simulate_end_states, target_statistics
from recoverynet.models.saom.specification import Specification
from recoverynet.progress import track
from recoverynet.randomness import RandomSource, resolve_rng

CHUNK = 200


class WaveEnd(NamedTuple):
    """Ties and behaviour of everybody at the end of a period.

    Attributes
    ----------
    network : scipy.sparse.csr_array (n, n)
    behaviour : dict of name to float array (n,)
        NaN for people who are not there.
    """

    network: sparse.csr_array
    behaviour: Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False, repr=False)
class SimulatedPanels:
    """Where would ties and behaviour be if these were the rules?

    Attributes
    ----------
    setting : Setting
        Panel and specification that were simulated.
    theta : float array (P,)
        Parameters, in the order of ``setting.parameters``.
    chain : bool
        Whether each period starts where the one before it ended in the same run.
    statistics : float array (runs, P)
        Target statistics of each run, summed over periods.
    observed : float array (P,)
        The same of the panel as it was observed.
    ends : tuple of tuples of WaveEnd
        A run each, a period each.
    """

    setting: SaomSetting
    theta: np.ndarray
    chain: bool
    statistics: np.ndarray
    observed: np.ndarray
    ends: tuple[tuple[WaveEnd, ...], ...]

    @property
    def n(self) -> int:
        """Number of runs."""
        return len(self.ends)

    def network(self, run: int, period: int) -> sparse.csr_array:
        """Ties (n, n) of 0 and 1 at the end of a period.

        Parameters
        ----------
        run : int
            From 0.
        period : int
            From 1.

        Raises
        ------
        SchemaError
            There is no such run or period.
        """
        return self._end(run, period).network.copy()

    def behaviour(self, run: int, period: int) -> dict[str, np.ndarray]:
        """Each modelled behaviour (n,) at the end of a period, NaN for people who are not there; see :meth:`network`."""
        return {name: values.copy() for name, values in self._end(run, period).behaviour.items()}

    def panel(self, run: int) -> NetworkPanel:
        """The first wave as simulations started from it (nothing unknown), and the simulated waves after it.

        Raises
        ------
        SchemaError
            There is no such run; or of three waves and more, each period was started from what was observed, so that
            the waves of a run do not follow each other.
        """
        panel = self.setting.panel
        if panel.n_waves > 2 and not self.chain:
            raise SchemaError(
                f"Each of the {panel.n_waves - 1} periods was simulated from its observed start, so that simulated waves do not "
                "follow each other. Simulate with chain=True."
            )
        for period in range(1, panel.n_waves):
            panel = with_wave(panel, period, self._end(run, period))
        return replace(with_wave(panel, 0, start_of(self.setting)), settings={"made_from": "simulate", "run": run})

    def to_frame(self) -> pd.DataFrame:
        """How far from what was observed do simulations end?

        Returns
        -------
        pandas.DataFrame
            One row a parameter: ``dependent``, ``effect``, ``covariate``, ``type``, ``period``, ``group`` where several
            are pooled, ``value`` (of the parameter), ``mean`` and ``sd`` of its target statistic over runs, and
            ``observed``.
        """
        frame = parameter_frame(self.setting.parameters).assign(
            value=self.theta, mean=self.statistics.mean(axis=0), sd=self.statistics.std(axis=0), observed=self.observed
        )
        return frame if frame["group"].notna().any() else frame.drop(columns="group")

    def __repr__(self) -> str:
        return f"<SimulatedPanels {self.n} runs{' in a chain' if self.chain else ''}: {self.setting.specification!r}>"

    def _end(self, run: int, period: int) -> WaveEnd:
        n_periods = self.setting.panel.n_waves - 1
        if run not in range(self.n) or period not in range(1, n_periods + 1):
            raise SchemaError(
                f"Runs go from 0 to {self.n - 1} and periods from 1 to {n_periods}; got run {run!r}, period {period!r}."
            )
        return self.ends[run][period - 1]


def simulate(
    specification: Specification,
    parameters: Values,
    panel: NetworkPanel,
    n: int,
    *,
    rng: RandomSource = None,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    change_at: ChangeAt = 0.5,
    unknown_alters: str = "mean",
    chain: bool = False,
    quiet: bool | None = None,
) -> SimulatedPanels:
    """Where would ties and behaviour be if these were the rules?

    Parameters
    ----------
    specification : Specification
        Effects on ties and behaviour.
    parameters : sequence of float, mapping to float, or SaomFit
        One number a parameter. A sequence in the order of :meth:`SaomFit.to_frame` of such a model: each dependent
        variable in turn, its basic rates first. A mapping by label (``"friend: rate, period 1"``), by short name where
        that is enough (``"recip"``, ``"simX drink"``) or by pair or triple (``("simX", "drink")``, ``("density",
        "friend", "creation")``); ``("Rate", "friend")`` is the rate of all periods. Terms held with ``fixed=`` may be
        left out. A fit gives its estimates for parameters of the same name.
    panel : NetworkPanel
        Two waves or more; who is there, covariates, and where each period starts. Ends of periods are not looked at,
        but for means, ranges and ``observed``.
    n : int
        Number of runs, 1 or more.
    rng : None, int, numpy.random.SeedSequence or numpy.random.Generator
        Source of randomness.
    bounds : mapping of behaviour to (lowest, highest), optional
        Levels that can be reached. Default: those observed.
    change_at : float, or mapping of people to moments
        As for :func:`recoverynet.fit_saom`.
    unknown_alters : {"mean", "left_out"}
        As for :func:`recoverynet.fit_saom`.
    chain : bool
        Start each period where the one before it ended in the same run, instead of at what was observed: whole panels
        whose truth is known.
    quiet : bool, optional
        Show no progress.

    Returns
    -------
    SimulatedPanels
        ``network(run, period)``, ``behaviour(run, period)``, ``panel(run)``, ``to_frame()``.

    Raises
    ------
    SchemaError
        Specification and panel do not fit each other; a parameter is missing, unknown, named twice or not a number, or
        a rate is negative; ``n`` is below 1.
    NotEstimableError
        The panel has one wave, or a simulation did not come to an end.

    Notes
    -----
    Covariates and behaviour are centred at their means in ``panel``, in every run and period. A panel that was
    simulated has means of its own, so that a fit to it speaks of slightly other numbers where effects depend on where 0
    is (``linear`` with ``avAlt`` or ``quad``, ``density`` with ``egoX`` or ``simX``).

    Examples
    --------
    >>> import numpy as np
    >>> import recoverynet as rn
    >>> draw = np.random.default_rng(1)
    >>> ties = ((draw.random((20, 20)) < 0.1) & ~np.eye(20, dtype=bool)) * 1.0
    >>> waves = rn.NetworkPanel.from_adjacency([ties, ties], network="contact")
    >>> model = rn.Specification(network={"contact": ["density", "recip"]})
    >>> returned = rn.simulate(model, {"Rate": 4.0, "density": -2.0, "recip": 3.0}, waves, 50, rng=1, quiet=True)
    >>> returned
    <SimulatedPanels 50 runs: <Specification contact: density, recip>>
    >>> table = returned.to_frame().set_index("effect")
    >>> bool(table.loc["recip", "mean"] > table.loc["recip", "observed"])
    True
    """
    n = whole_number(n, "n, the number of runs,", 1)
    setting = saom_setting(panel, specification, bounds=bounds, change_at=change_at, unknown_alters=unknown_alters)
    theta = theta_of(setting.parameters, parameters)
    runs = (chained_runs if chain else _apart)(setting, theta, n, resolve_rng(rng), quiet)
    statistics, ends = zip(*runs, strict=True)
    return SimulatedPanels(setting, theta, chain, np.array(statistics), target_statistics(setting).sum(axis=0), tuple(ends))


def _apart(
    setting: SaomSetting, theta: np.ndarray, n: int, rng: np.random.Generator, quiet: bool | None
) -> Iterator[tuple[np.ndarray, tuple[WaveEnd, ...]]]:
    """Runs in which every period starts at what was observed: statistics and ends."""
    sizes = [min(CHUNK, n - begin) for begin in range(0, n, CHUNK)]
    for size, child in zip(track(sizes, "simulating", quiet=quiet), rng.spawn(len(sizes)), strict=True):
        yield from _simulated(setting, theta, size, child)


def _simulated(
    setting: SaomSetting, theta: np.ndarray, n: int, rng: np.random.Generator, before: int = 0
) -> Iterator[tuple[np.ndarray, tuple[WaveEnd, ...]]]:
    """Statistics and ends of some runs; ``before`` periods of the panel went before those of the setting."""
    found = simulate_end_states(setting, theta, n, int(rng.integers(2**63)))
    for run in range(n):
        states = [(found.network(run, place), found.behaviour(run, place)) for place in range(len(setting.epochs))]
        yield found.statistics[run], tuple(_joined(setting, period, before + period, states) for period in setting.periods)


def chained_runs(
    setting: SaomSetting,
    theta: np.ndarray,
    n: int,
    rng: np.random.Generator,
    quiet: bool | None,
    mended: Callable[[int, WaveEnd], WaveEnd] = lambda _, end: end,
) -> Iterator[tuple[np.ndarray, tuple[WaveEnd, ...]]]:
    """Runs in which every period starts where the one before it ended: statistics and ends.

    ``mended`` makes of a wave (from 0) and its simulated end the one that the next period starts from.
    """
    places = {(epoch.group, epoch.period): epoch.arrays.rate_places for epoch in setting.epochs}
    for child in track(rng.spawn(n), "simulating", quiet=quiet):
        panel, statistics, ends = setting.panel, np.zeros(len(theta)), []
        for period in setting.periods:
            epochs = epochs_of(
                panel,
                setting.attributes,
                list(setting.specification.behaviour),
                changes=setting.changes,
                condition=-1,
                periods=[period],
            )
            for epoch in epochs:
                epoch.arrays.rate_places[:] = places[epoch.group, epoch.period]
            alone = replace(setting, epochs=tuple(replace(epoch, period=1) for epoch in epochs))
            ((found, (end,)),) = _simulated(alone, theta, 1, child, before=period - 1)
            statistics += found
            ends.append(mended(period, end))
            panel = with_wave(panel, period, ends[-1])
        yield statistics, tuple(ends)


def _joined(
    setting: SaomSetting, period: int, wave: int, states: Sequence[tuple[sparse.csr_array, Mapping[str, np.ndarray]]]
) -> WaveEnd:
    """The groups of a period as one; NaN for people who are not there at a wave (from 0)."""
    panel = setting.panel
    parts = [(epoch.people, *state) for epoch, state in zip(setting.epochs, states, strict=True) if epoch.period == period]
    rows, columns = [], []
    behaviour = {name: np.full(panel.n_people, np.nan) for name in setting.specification.behaviour}
    for people, network, values in parts:
        inner = sparse.coo_array(network)
        rows.append(people[inner.row])
        columns.append(people[inner.col])
        for name in behaviour:
            behaviour[name][people] = values[name]
    where = (np.concatenate(rows), np.concatenate(columns))
    network = sparse.csr_array((np.ones(len(where[0])), where), shape=(panel.n_people,) * 2)
    here = panel.present[:, wave]
    there = sparse.diags_array(here.astype(float))
    network = sparse.csr_array(there @ network @ there)
    network.eliminate_zeros()
    return WaveEnd(network, {name: np.where(here, values, np.nan) for name, values in behaviour.items()})


def start_of(setting: SaomSetting) -> WaveEnd:
    """The first wave as simulations start from it."""
    states = [
        (
            sparse.csr_array((np.ones(len(e.arrays.start)), e.arrays.start.T), shape=(e.n_people,) * 2),
            dict(zip(e.behaviours, e.arrays.z, strict=True)),
        )
        for e in setting.epochs
    ]
    return _joined(setting, 1, 0, states)


def with_wave(panel: NetworkPanel, wave: int, end: WaveEnd) -> NetworkPanel:
    """A panel with a wave (from 0) replaced, nothing unknown in it."""
    networks, missing = list(panel.networks), list(panel.missing or ())
    networks[wave] = end.network
    missing[wave] = sparse.csr_array(end.network.shape, dtype=bool)
    behaviour = {name: values.copy() for name, values in panel.behaviour.items()}
    for name, values in end.behaviour.items():
        behaviour[name][:, wave] = values
    return replace(panel, networks=tuple(networks), missing=tuple(missing), behaviour=behaviour, states=None, norm=None, notes=())
