"""Who named whom, wave by wave: nominations as directed matrices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel_shape import settled
from recoverynet.graphs.person_network import people_frame
from recoverynet.graphs.waves import codes_by_wave, numbers_by_wave, presence, undated_waves, wave_windows, words_by_wave
from recoverynet.ids import ids_in, require_shared
from recoverynet.kernels.spells import UNKNOWN_CODE
from recoverynet.observed import (
    Looks,
    SourceRule,
    as_observations,
    checked_rule,
    checked_sources,
    look_up,
    looks_from,
    microseconds_of,
)
from recoverynet.states import STATE_VARIABLE, Norm

WAVE = "wave"


def nomination_waves(
    nominations: pd.DataFrame,
    observations: pd.DataFrame | None,
    *,
    breaks: object,
    norm: Norm | None,
    people: pd.DataFrame | Iterable[str] | None,
    relation: str | Iterable[str] | None,
    sources: Sequence[str],
    conflict: SourceRule,
    tz: str,
) -> dict[str, Any]:
    """The fields of a panel made of nominations, with the arguments of ``NetworkPanel.from_nominations``."""
    used, rule = checked_sources(sources), checked_rule(conflict)
    nominations = ids_in(
        nominations, ("ego_id", "alter_id", "asked_at", WAVE, "relation"), "nominations", ids=("ego_id", "alter_id")
    )
    observations = None if observations is None else as_observations(observations)
    waves, dated = resolve_waves(nominations, observations, breaks, tz)
    named = timed(nominations, "asked_at", "nominations", waves if dated else None)
    frame = people_of(people, nominations, observations)
    _require_known(frame.index, nominations, observations)
    networks, notes = nominated_networks(named, frame.index, len(waves), relation)
    behaviour: dict[str, np.ndarray] = {}
    states: pd.DataFrame | None = None
    if observations is not None:
        seen = timed(observations, "observed_at", "observations", waves if dated else None)
        behaviour, states, more = observed_values(seen, frame.index, waves, dated=dated, norm=norm, sources=used, rule=rule)
        notes += more
    if norm is not None and states is None:
        states = words_by_wave(np.full((len(frame), len(waves)), UNKNOWN_CODE), norm.scheme, frame.index)
        notes.append("Nobody's state was observed, so all are unknown.")
    settings = {"made_from": "nominations", "breaks": breaks, "relation": relation, "sources": used, "conflict": conflict}
    return settled(
        frame,
        waves,
        networks,
        directed=True,
        behaviour=behaviour,
        states=states,
        norm=norm,
        notes=notes,
        present=presence(frame, waves),
        settings=settings,
    )


def _require_known(people: pd.Index, nominations: pd.DataFrame, observations: pd.DataFrame | None) -> None:
    """Raise UnknownPersonError where nobody who names, or nobody observed, is known to the other side."""
    named = [nominations[name] for name in ("ego_id", "alter_id") if name in nominations.columns]
    namers = pd.Index(named[0].dropna().unique()) if named else pd.Index([])
    require_shared(namers, people, "the nominations", "the people of the panel")
    if observations is None or "person_id" not in observations.columns:
        return
    observed = pd.Index(observations["person_id"].dropna().unique())
    require_shared(observed, people, "the observations", "the people of the panel")
    everybody = pd.Index(pd.concat(named).dropna().unique()) if named else namers
    require_shared(observed, everybody, "the observations", "the people of the nominations", unlike=True)


class Timed(NamedTuple):
    """Rows of a table with the wave each falls in, 0 where in none, and when within it."""

    rows: pd.DataFrame
    wave: np.ndarray
    time: np.ndarray


def wave_numbers(frame: pd.DataFrame, table: str) -> np.ndarray:
    """The column ``wave`` as integers from 1; raises SchemaError where it holds anything else."""
    if WAVE not in frame.columns:
        raise SchemaError(f"breaks=\"wave\" needs a column 'wave' in the {table}; it has {', '.join(frame.columns)}.")
    number = pd.to_numeric(frame[WAVE], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~((number >= 1) & (number == np.floor(number)))
    if wrong.any():
        raise SchemaError(
            f"Column 'wave' of the {table} must count 1, 2, 3 …; {int(wrong.sum())} values do not, the first "
            "being "
            f"{frame[WAVE][wrong].iloc[0]!r}."
        )
    return number.astype(np.int64)


def timed(frame: pd.DataFrame, column: str, table: str, waves: pd.DataFrame | None) -> Timed:
    """Each row's wave: by number where ``waves`` is None, else by the window its instant falls in."""
    if waves is None:
        number = wave_numbers(frame, table)
        return Timed(frame, number, number)
    if column not in frame.columns:
        raise SchemaError(f"The {table} need the column {column!r}; they have {', '.join(frame.columns)}.")
    time = microseconds_of(frame[column])
    bounds = pd.DatetimeIndex([*waves["start"], waves["end"].iloc[-1]]).as_unit("us").asi8
    place = np.searchsorted(bounds, time, side="right")
    return Timed(frame, np.where(place > len(waves), 0, place), time)


def resolve_waves(
    nominations: pd.DataFrame, observations: pd.DataFrame | None, breaks: object, tz: str
) -> tuple[pd.DataFrame, bool]:
    """The frame of waves, and whether they are dated."""
    if not (isinstance(breaks, str) and breaks == WAVE):
        return wave_windows(breaks, tz), True  # type: ignore[arg-type]
    numbers = [wave_numbers(nominations, "nominations")]
    if observations is not None:
        numbers.append(wave_numbers(observations, "observations"))
    every = np.concatenate(numbers)
    if not len(every):
        raise SchemaError("There is neither a nomination nor an observation, so the number of waves is unknown.")
    return undated_waves(int(every.max())), False


def nominated_networks(
    named: Timed, people: pd.Index, n_waves: int, relation: str | Iterable[str] | None
) -> tuple[tuple[sparse.csr_array, ...], list[str]]:
    """One matrix a wave from namer to named, and what was left out, in words.

    Somebody named more than once at a wave is one tie, as strong as the last time (the strongest of that
    time).
    """
    frame = _checked_nominations(named.rows)
    ego, alter = people.get_indexer(pd.Index(frame["ego_id"])), people.get_indexer(pd.Index(frame["alter_id"]))
    inside = (named.wave >= 1) & (named.wave <= n_waves)
    if relation is not None:
        inside &= frame["relation"].isin({relation} if isinstance(relation, str) else set(relation)).to_numpy()
    notes = _left_out(frame, inside, ego, alter)
    weight = frame["weight"].to_numpy(dtype=np.float64)
    keep = np.flatnonzero(inside & (ego >= 0) & (alter >= 0))
    keep = keep[np.lexsort((weight[keep], named.time[keep]))]
    networks = []
    for wave in range(1, n_waves + 1):
        rows = keep[named.wave[keep] == wave][::-1]
        _, first = np.unique(ego[rows] * len(people) + alter[rows], return_index=True)
        rows = rows[first]
        matrix = sparse.csr_array((weight[rows], (ego[rows], alter[rows])), shape=(len(people), len(people)))
        matrix.eliminate_zeros()
        networks.append(matrix)
    return tuple(networks), notes


def _checked_nominations(rows: pd.DataFrame) -> pd.DataFrame:
    absent = [name for name in ("ego_id", "alter_id") if name not in rows.columns]
    if absent:
        raise SchemaError(f"The nominations need {', '.join(absent)}; they have {', '.join(rows.columns) or 'none'}.")
    frame = rows[["ego_id", "alter_id"]].copy()
    if frame.isna().any(axis=None):
        raise SchemaError("Every nomination needs both who names and who is named; some rows lack one.")
    own = frame["ego_id"] == frame["alter_id"]
    if own.any():
        raise SchemaError(
            f"{int(own.sum())} nominations name the person who makes them, the first being "
            f"{frame['ego_id'][own].iloc[0]!r}; leave those rows out."
        )
    given = rows["weight"] if "weight" in rows.columns else pd.Series(1.0, index=rows.index)
    frame["weight"] = pd.to_numeric(given).astype("float64").fillna(1.0)
    if ((frame["weight"] < 0) | ~np.isfinite(frame["weight"])).any():
        raise SchemaError("The weight of a nomination must be 0 or more; some are negative or infinite.")
    frame["relation"] = rows["relation"] if "relation" in rows.columns else None
    return frame


def _left_out(frame: pd.DataFrame, inside: np.ndarray, ego: np.ndarray, alter: np.ndarray) -> list[str]:
    notes = []
    strangers = frame["alter_id"][inside & (ego >= 0) & (alter < 0)]
    if len(strangers):
        notes.append(
            f"Named but not among the people of the panel, so no part of it: {strangers.nunique()} "
            "(nominations left "
            f"out: {len(strangers)})."
        )
    unknown = frame["ego_id"][inside & (ego < 0)]
    if len(unknown):
        notes.append(f"Nominations by people outside the panel, left out: {len(unknown)}.")
    if (~inside).any():
        notes.append(f"Nominations in no wave or of another relation, left out: {int((~inside).sum())}.")
    return notes


def people_of(people: object, nominations: pd.DataFrame, observations: pd.DataFrame | None) -> pd.DataFrame:
    """The people given, or everyone who names or is observed, by id."""
    if people is not None:
        return people_frame(people)
    seen = [nominations["ego_id"]] if "ego_id" in nominations.columns else []
    if observations is not None and "person_id" in observations.columns:
        seen.append(observations["person_id"])
    return people_frame(sorted({one for column in seen for one in column.dropna()}))


def observed_values(
    seen: Timed, people: pd.Index, waves: pd.DataFrame, *, dated: bool, norm: Norm | None, sources: Sequence[str], rule: SourceRule
) -> tuple[dict[str, np.ndarray], pd.DataFrame | None, list[str]]:
    """Numeric behaviour (n, W) of every variable, states as words where a norm is given, and notes."""
    behaviour: dict[str, np.ndarray] = {}
    states, notes = None, []
    absent = [name for name in ("person_id", "variable", "value") if name not in seen.rows.columns]
    if absent:
        raise SchemaError(f"The observations need {', '.join(absent)}; they have {', '.join(seen.rows.columns)}.")
    moments, lasting = _last_instants(waves, dated)
    for variable in sorted(set(seen.rows["variable"].dropna())):
        if variable == STATE_VARIABLE and norm is None:
            notes.append("States were observed; name a norm to use them.")
            continue
        allowed = norm.scheme.states if norm is not None and variable == STATE_VARIABLE else None
        looks = _looks(seen, variable, sources, allowed, dated)
        codes = codes_by_wave(looks, people, moments, n_sources=len(sources), lasting=lasting, rule=rule)
        if norm is not None and variable == STATE_VARIABLE:
            states = words_by_wave(codes, norm.scheme, people)
            continue
        numbers = pd.to_numeric(pd.Series(looks.values, dtype="object"), errors="coerce").to_numpy(dtype=np.float64)
        if np.isnan(numbers).all():
            notes.append(f"{variable!r} holds no numbers and is no behaviour of the panel.")
            continue
        _require_numbers(variable, looks, numbers)
        behaviour[str(variable)] = numbers_by_wave(codes, numbers)
    return behaviour, states, notes


def _last_instants(waves: pd.DataFrame, dated: bool) -> tuple[list[int], list[int | None]]:
    """The last moment of each wave, and how long before it a look may lie: as long as the wave."""
    if not dated:
        return list(waves.index), [1] * len(waves)
    start, end = (pd.DatetimeIndex(waves[name]).as_unit("us").asi8 for name in ("start", "end"))
    return list(end - 1), list(end - start)


def _looks(seen: Timed, variable: str, sources: Sequence[str], allowed: Sequence[str] | None, dated: bool) -> Looks:
    if dated:
        return look_up(seen.rows, variable, sources, allowed)
    rows = seen.rows.assign(source="self") if "source" not in seen.rows.columns else seen.rows
    wanted = ((rows["variable"] == variable) & rows["value"].notna() & rows["source"].isin(sources)).to_numpy(dtype=bool)
    return looks_from(rows[wanted], seen.time[wanted], sources, allowed, None)


def _require_numbers(variable: str, looks: Looks, numbers: np.ndarray) -> None:
    wrong = [value for value, number in zip(looks.values, numbers, strict=True) if np.isnan(number) and value != "unknown"]
    if wrong:
        raise SchemaError(
            f"{variable!r} should hold numbers; {len(wrong)} of its {len(looks.values)} different values are "
            "none, the "
            f"first being {wrong[0]!r}."
        )
