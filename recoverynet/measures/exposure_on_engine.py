"""Exposure of a record whose contacts stay on an engine: the sums over contacts are worked out there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from recoverynet.arguments import whole_number
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.graphs.waves import wave_windows
from recoverynet.kernels.proportions import share
from recoverynet.measures.behaviours import Behaviour
from recoverynet.observed import OWN_SOURCES, SourceRule, checked_rule, checked_sources, microseconds_in
from recoverynet.states import RECOVERY_NORM, Norm
from recoverynet.tables.consent import Purpose, UnknownConsent, agreeing, require_consent_words
from recoverynet.tables.relational.on_engine import RecordOnEngine

COUNTS = ("n_alters", "n_observed", "n_holding", "n_lost", "n_unknown")


def person_waves(
    record: RecordOnEngine,
    *,
    breaks: Iterable[object] | None,
    norm: Behaviour = RECOVERY_NORM,
    weighting: str = "newman",
    valid_for: object | None = "90D",
    sources: Sequence[str] = OWN_SOURCES,
    conflict: SourceRule = "priority",
    purpose: Purpose | None = "research",
    unknown_consent: UnknownConsent = "count",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """In which state was everybody at each wave, and what did their contacts hold then?

    Parameters
    ----------
    record : RecordOnEngine
        As :attr:`recoverynet.RecordStore.on_engine` gives it.
    breaks, norm, weighting, valid_for, sources, conflict, purpose, unknown_consent
        As for :func:`recoverynet.panel`.

    Returns
    -------
    states : pandas.DataFrame indexed by (person_id, wave)
        A row for everybody at every wave: ``present``, ``state`` (``"unknown"`` where nobody knows), ``held`` and ``lost`` (1, 0
        or NaN).
    sums : pandas.DataFrame indexed by (person_id, wave)
        The same rows: ``n_alters``, ``n_observed``, ``n_holding``, ``n_lost``, and the strengths ``w_all``, ``w_known``,
        ``w_holding`` and ``w_lost`` behind them; 0 where there is no contact.

    Raises
    ------
    SchemaError
        No breaks, an argument that does not exist, or a behaviour that is no norm.
    TimeOrderError
        A break does not stand after the one before it.
    EngineError
        The engine cannot start, or went away.
    """
    norm = RECOVERY_NORM if norm is None else norm
    if breaks is None or not isinstance(norm, Norm):
        what = "say where waves begin and end with breaks=" if breaks is None else f"the behaviour must be a Norm; got {norm!r}"
        raise SchemaError(f"Of a store, {what}. For other behaviours read the record into memory: read_record(folder).")
    waves = wave_windows(breaks, record.tz)
    kept = np.ones(len(record.people), dtype=bool)
    if purpose is not None:
        require_consent_words(purpose, unknown_consent)
        kept = agreeing(record.people, purpose, unknown_consent)
    states, sums = record.person_waves(
        list(zip(waves["start"], waves["end"], strict=True)),
        holds=norm.holds,
        allowed=norm.scheme.states,
        lasting_us=microseconds_in(valid_for),
        sources=checked_sources(sources),
        latest=checked_rule(conflict) == "latest",
        people=kept,
        weighting=weighting,
    )
    index = pd.MultiIndex.from_product([record.person_ids[kept].rename("person_id"), waves.index], names=["person_id", "wave"])
    states, sums = (_in_order(frame, kept, len(waves), index) for frame in (states, sums))
    return states.assign(state=states["state"].astype("str").fillna("unknown")), sums.fillna(0.0)


def _in_order(frame: pd.DataFrame, kept: np.ndarray, n_waves: int, index: pd.MultiIndex) -> pd.DataFrame:
    """Rows by person and wave, those that the engine had nothing to say about included."""
    place = np.cumsum(kept) - 1
    row = place[frame["person"].to_numpy(dtype=np.int64)] * n_waves + frame["wave"].to_numpy(dtype=np.int64) - 1
    values = frame.drop(columns=["person", "wave"]).set_axis(row, axis=0)
    return values.reindex(np.arange(len(index))).set_axis(index, axis=0)


def exposure_on_engine(
    record: RecordOnEngine,
    behaviour: Behaviour,
    *,
    breaks: Iterable[object] | None,
    lag: int,
    normalise: bool,
    isolates: str,
    weighted: bool,
    unknown: str,
    weighting: str,
) -> pd.DataFrame:
    """As :func:`recoverynet.exposure`; ties of contacts have no direction."""
    lag = whole_number(lag, "lag", 0)
    states, sums = person_waves(record, breaks=breaks, norm=behaviour, weighting=weighting)
    n_waves = int(states.index.get_level_values("wave").nunique())
    if lag >= n_waves:
        raise NotEstimableError(f"There are {n_waves} waves, and exposure {lag} waves earlier needs {lag + 1}: cut more waves.")
    counts = sums.assign(n_unknown=sums["n_alters"] - sums["n_observed"])[list(COUNTS)]
    by = "w" if weighted else "n"
    every, known, holding, lost = (
        sums[f"{by}_{name}"].to_numpy(dtype=float)
        for name in (("all", "known", "holding", "lost") if weighted else ("alters", "observed", "holding", "lost"))
    )
    below = known if unknown == "leave_out" else every
    seen = (counts["n_observed"] > 0).to_numpy()
    asked = {
        "exposure": (holding, below, seen),
        "exposure_lost": (lost, below, seen),
        "exposure_unknown": (every - known, every, (counts["n_alters"] > 0).to_numpy()),
    }
    shares = {
        name: np.where(where, share(number, denominator) if normalise else number, np.nan)
        for name, (number, denominator, where) in asked.items()
    }
    present = states["present"].to_numpy(dtype=bool)
    if isolates == "zero":
        shares["exposure"] = np.where((counts["n_alters"] == 0).to_numpy() & present, 0.0, shares["exposure"])
    table = counts.assign(**shares)[["exposure", *COUNTS, "exposure_lost", "exposure_unknown"]].astype(float)
    return table.groupby(level="person_id", sort=False).shift(lag).astype(dict.fromkeys(COUNTS, "Int64"))


def risk_sums(
    record: RecordOnEngine,
    *,
    breaks: Iterable[object],
    norm: Norm = RECOVERY_NORM,
    transition: str = "gain",
    lag: int = 1,
    purpose: Purpose | None = "research",
) -> pd.DataFrame:
    """How many could gain (or lose) the norm at each wave, and how many did, by what their contacts held before?

    The sums a discrete-time hazard of exposure, and the ladder's first steps, are made of, however many contacts there are.

    Parameters
    ----------
    record : RecordOnEngine
    breaks : sequence of instants
    norm : Norm
    transition : {"gain", "loss", "holding"}
        As for :func:`recoverynet.models.spread.risk_set.risk_set`.
    lag : int
        Waves from exposure to outcome, 1 or more.
    purpose : {"care", "evaluation", "research"} or None
        Only people who did not decline it.

    Returns
    -------
    pandas.DataFrame
        In order of wave and of what contacts held: ``wave`` (of the outcome), ``n_alters``, ``n_observed``, ``n_holding``,
        ``n_at_risk``, ``n_happened``.

    Raises
    ------
    SchemaError
        There is no such transition, or ``lag`` is not a whole number of 1 or more.
    """
    if transition not in ("gain", "loss", "holding"):
        raise SchemaError(f"transition must be 'gain', 'loss' or 'holding'; got {transition!r}.")
    person_waves(record, breaks=breaks, norm=norm, purpose=purpose)
    frame = record.risk_sums(transition=transition, lag=lag).astype("int64")
    return frame.sort_values(list(frame.columns[:4]), ignore_index=True)
