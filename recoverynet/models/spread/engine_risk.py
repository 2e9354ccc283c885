"""The risk set of a record whose contacts stay on an engine: a row a person and wave comes here, no tie does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
from scipy import sparse

from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.graphs.person_network import people_frame
from recoverynet.graphs.waves import wave_windows
from recoverynet.kernels.proportions import share
from recoverynet.kernels.transitions import LaggedExposure, Transition
from recoverynet.measures.behaviours import Behaviour
from recoverynet.measures.exposure_on_engine import person_waves
from recoverynet.models.spread.risk_set import Isolates, RiskSet, at_risk, require_words
from recoverynet.states import RECOVERY_NORM, Norm
from recoverynet.tables.relational.on_engine import RecordOnEngine


def risk_set_on_engine(
    record: RecordOnEngine,
    behaviour: Behaviour = None,
    *,
    breaks: Iterable[object] | None,
    transition: Transition = "gain",
    lag: int = 1,
    direction: Literal["out", "in", "mutual"] | str = "out",
    weighted: bool = False,
    isolates: Isolates = "nan",
) -> RiskSet:
    """Who could gain (or lose) a norm when, and what did their contacts hold before, where contacts are too many to hold?

    Parameters
    ----------
    record : RecordOnEngine
        As :attr:`recoverynet.RecordStore.on_engine` gives it.
    behaviour : Norm, optional
        Default: recovery.
    breaks : sequence of instants
        Where waves begin and end.
    transition, lag, direction, weighted, isolates
        As for :func:`recoverynet.models.spread.risk_set.risk_set`; contacts have no direction.

    Returns
    -------
    RiskSet
        That of ``panel(ContactGraph(record), breaks=breaks)``. Its panel knows people, states and presence, and holds no tie:
        the sums over ties were worked out on the engine.

    Raises
    ------
    SchemaError
        No breaks, an argument that does not exist, or a behaviour that is no norm.
    NotEstimableError
        Nobody agreed to research.
    TimeOrderError
        A break does not stand after the one before it.
    EngineError
        The engine cannot start, or went away.
    """
    require_words(transition, direction, isolates, lag)
    breaks = None if breaks is None else list(breaks)
    norm = RECOVERY_NORM if behaviour is None else behaviour
    states, sums = person_waves(record, breaks=breaks, norm=norm)
    if not isinstance(norm, Norm):  # person_waves refuses it with the reason
        raise SchemaError(f"The behaviour must be a Norm; got {norm!r}.")
    ids = states.index.get_level_values("person_id").unique()
    if ids.empty:
        raise NotEstimableError("Nobody on the record agreed to research, so nothing can be said about how a norm spreads.")
    waves = wave_windows(breaks or (), record.tz)
    shape = len(ids), len(waves)
    held = states["held"].to_numpy(dtype=float).reshape(shape)
    nobody = sparse.csr_array((shape[0], shape[0]))
    panel = NetworkPanel(
        people_frame(record.people).loc[ids],
        waves,
        (nobody,) * shape[1],
        directed=False,
        behaviour={norm.name: held},
        states=states["state"].unstack("wave").loc[ids],
        norm=norm,
        present=states["present"].to_numpy(dtype=bool).reshape(shape),
        settings={"made_from": "contacts on an engine"},
    )
    by = {name: sums[name].to_numpy(dtype=float).reshape(shape) for name in sums.columns}
    seen = _seen(by, panel, lag, weighted, isolates)
    return at_risk(panel, norm.name, held, transition=transition, lag=lag, direction=direction, seen=seen,
                   any_tie=bool(by["n_alters"].any()))  # fmt: skip


def _seen(by: dict[str, np.ndarray], panel: NetworkPanel, lag: int, weighted: bool, isolates: Isolates) -> LaggedExposure:
    """What contacts held, moved from the wave it was held at to that of the outcome."""
    above, below = ("w_holding", "w_known") if weighted else ("n_holding", "n_observed")
    part = np.where(by["n_observed"] > 0, share(by[above], by[below]), np.nan)
    if isolates == "zero":
        part = np.where((by["n_alters"] == 0) & panel.present, 0.0, part)
    blocks = [part, by["n_alters"], by["n_observed"], by["n_holding"]]
    moved = [np.full(part.shape, np.nan), *(np.zeros(part.shape) for _ in blocks[1:])]
    for then, now in zip(blocks, moved, strict=True):
        now[:, lag:] = then[:, : part.shape[1] - lag]
    return LaggedExposure(*moved)
