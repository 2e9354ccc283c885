"""The ends of periods, observed and simulated, as a goodness-of-fit test compares them: only what was known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from recoverynet.kernels.saom.actor_model import UNKNOWN, pairs_of
from recoverynet.models.saom.epochs import PanelEpoch
from recoverynet.models.saom.simulation import csr_of, simulate_end_states


class Ending(NamedTuple):
    """A network and the behaviour of its people at the end of a period.

    Attributes
    ----------
    network : scipy.sparse.csr_array (n, n)
        1 for a tie; a tie unknown at either end of the period is none.
    behaviour : dict of name to float array (n,)
        NaN for those unknown at either end.
    """

    network: sparse.csr_array
    behaviour: Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class PeriodEnd:
    """One period of one group, as it was observed.

    Attributes
    ----------
    period : int
        Counted from 1.
    group : object
        None where there is one.
    directed : bool
    ranges : dict of name to (int, int)
        Lowest and highest value that each behaviour may take.
    start, end : Ending
        ``start`` is where simulations set out from, complete.
    unknown_ties : scipy.sparse.csr_array (n, n)
        1 where a tie is unknown at either end.
    unknown : dict of name to boolean array (n,)
    """

    period: int
    group: object
    directed: bool
    ranges: Mapping[str, tuple[int, int]]
    start: Ending
    end: Ending
    unknown_ties: sparse.csr_array
    unknown: Mapping[str, np.ndarray]

    @property
    def n_people(self) -> int:
        """Number of people, those not there yet or any more included."""
        return int(self.end.network.shape[0])

    def known(self, network: sparse.csr_array, behaviour: Mapping[str, np.ndarray]) -> Ending:
        """What can be compared of a network and behaviour at the end of this period."""
        if self.unknown_ties.nnz:
            network = sparse.csr_array(network - network.multiply(self.unknown_ties))
            network.eliminate_zeros()
        return Ending(network, {name: np.where(self.unknown[name], np.nan, values) for name, values in behaviour.items()})


def observed_ends(fit: Any) -> list[PeriodEnd]:
    """Every period of every group of a fit's panel, as it was observed.

    Parameters
    ----------
    fit : fit of :func:`recoverynet.fit_saom`
        Its ``setting`` is read.

    Returns
    -------
    list of PeriodEnd
    """
    bounds = fit.setting.attributes.bounds
    return [_observed(epoch, bounds) for epoch in fit.setting.epochs]


def simulated_ends(fit: Any, observed: list[PeriodEnd], n_runs: int, rng: np.random.Generator) -> Iterator[list[Ending]]:
    """Simulate every period from the estimates of a fit.

    Parameters
    ----------
    fit : fit of :func:`recoverynet.fit_saom`
        Its ``setting`` and estimates ``theta`` are read.
    observed : list of PeriodEnd
        From :func:`observed_ends`; tells what may be compared.
    n_runs : int
    rng : numpy.random.Generator

    Yields
    ------
    list of Ending
        A run each, in the order of ``observed``.

    Raises
    ------
    NotEstimableError
        A simulation did not come to an end.
    """
    ends = simulate_end_states(fit.setting, fit.theta, n_runs, rng)
    for run in range(n_runs):
        yield [epoch.known(ends.network(run, place), ends.behaviour(run, place)) for place, epoch in enumerate(observed)]


def _observed(epoch: PanelEpoch, bounds: np.ndarray) -> PeriodEnd:
    """One epoch of a simulation as it was observed."""
    names, arrays, n_people = epoch.behaviours, epoch.arrays, epoch.n_people
    start = Ending(csr_of(arrays.start, n_people), dict(zip(names, arrays.z.astype(float), strict=True)))
    observed = PeriodEnd(
        period=epoch.period,
        group=epoch.group,
        directed=epoch.directed,
        ranges={name: (int(low), int(high)) for name, (low, high) in zip(names, bounds, strict=True)},
        start=start,
        end=start,
        unknown_ties=csr_of(pairs_of(arrays.given, UNKNOWN, arrays.pool), n_people),
        unknown=dict(zip(names, arrays.z_unknown, strict=True)),
    )
    end = observed.known(csr_of(epoch.end, n_people), dict(zip(names, epoch.z_end, strict=True)))
    return replace(observed, end=end)
