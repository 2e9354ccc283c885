"""What is known of the same people at several waves, as arrays: presence, states, outcomes, attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError, TimeOrderError
from recoverynet.graphs.alignment import values_of
from recoverynet.instants import as_instant
from recoverynet.observed import Looks, SourceRule, look_up
from recoverynet.states import STATE_VARIABLE, UNKNOWN, StateScheme
from recoverynet.tables.columns import instants_of_column

NOT_COVARIATES = (
    "joined_on",
    "left_on",
    "introducer_consent",
    "max_introductions",
    "consent_care",
    "consent_evaluation",
    "consent_research",
)


def wave_windows(breaks: Iterable[object], tz: str) -> pd.DataFrame:
    """Which half-open window does each wave hold?

    Parameters
    ----------
    breaks : sequence of W + 1 instants
        In order; wave w runs from break w to break w + 1. Naive ones are local time in ``tz``.
    tz : str
        IANA time zone.

    Returns
    -------
    pandas.DataFrame
        Indexed by wave (1 … W): ``start``, ``end``.

    Raises
    ------
    SchemaError
        There are fewer than two breaks, or one is not a date.
    TimeOrderError
        A break does not stand after the one before it.
    """
    if isinstance(breaks, str):
        raise SchemaError(f"breaks must be two or more instants; got the text {breaks!r}.")
    instants = [as_instant(value, tz) for value in breaks]
    if len(instants) < 2:
        raise SchemaError(f"Waves need two breaks or more, the start and the end of each; got {len(instants)}.")
    for place, (one, other) in enumerate(zip(instants[:-1], instants[1:], strict=True), start=1):
        if not one < other:
            raise TimeOrderError(f"Waves must follow each other: break {place} is {one}, break {place + 1} is {other}.")
    stamps = pd.DatetimeIndex(instants).as_unit("us")
    return pd.DataFrame({"start": stamps[:-1], "end": stamps[1:]}, index=wave_index(len(stamps) - 1))


def wave_index(n_waves: int) -> pd.RangeIndex:
    """1 … W, named wave."""
    return pd.RangeIndex(1, n_waves + 1, name="wave")


def undated_waves(n_waves: int) -> pd.DataFrame:
    """Waves that are numbered and not dated."""
    nothing = pd.Series(pd.NaT, index=wave_index(n_waves), dtype="datetime64[us, UTC]")
    return pd.DataFrame({"start": nothing, "end": nothing})


def presence(people: pd.DataFrame, waves: pd.DataFrame) -> np.ndarray:
    """Boolean (n, W): whether [joined_on, left_on) overlaps the wave; a missing date sets no bound.

    Where waves are not dated everybody is present.
    """
    here = np.ones((len(people), len(waves)), dtype=bool)
    if waves["start"].isna().any():
        return here
    joined, left = (_instants_or_none(people, name) for name in ("joined_on", "left_on"))
    for column, (start, end) in enumerate(zip(waves["start"], waves["end"], strict=True)):
        if joined is not None:
            here[:, column] &= (joined.isna() | (joined < end)).to_numpy(dtype=bool)
        if left is not None:
            here[:, column] &= (left.isna() | (left > start)).to_numpy(dtype=bool)
    if joined is not None and left is not None:
        here[(joined >= left).to_numpy(dtype=bool)] = False
    return here


def _instants_or_none(people: pd.DataFrame, name: str) -> pd.Series | None:
    if name not in people.columns or people[name].isna().all():
        return None
    return instants_of_column(people[name], f"Column {name!r} of the people")


def covariates_of(people: pd.DataFrame) -> dict[str, np.ndarray]:
    """Attributes as arrays: numbers and flags as float with NaN, words as objects with None.

    Empty columns, instants and agreements (consents) are left out.
    """
    found: dict[str, np.ndarray] = {}
    for name, values in people.items():
        is_instant = pd.api.types.is_datetime64_any_dtype(values)
        if is_instant or name in NOT_COVARIATES or values.isna().all():
            continue
        array = values_of(values)
        found[str(name)] = array if array.dtype == object else array.astype(np.float64)
    return found


def codes_by_wave(
    looks: Looks, people: pd.Index, moments: Sequence[int], *, n_sources: int, lasting: Sequence[int | None], rule: SourceRule
) -> np.ndarray:
    """Codes (n, W) that hold for the people at each moment; a look holds for ``lasting``, one a wave."""
    person = looks.people.get_indexer(people)
    columns = [
        looks.current(person, np.full(len(people), moment), n_sources=n_sources, lasting=valid, rule=rule)
        for moment, valid in zip(moments, lasting, strict=True)
    ]
    return np.column_stack(columns) if columns else np.empty((len(people), 0), dtype=np.int64)


def words_by_wave(codes: np.ndarray, scheme: StateScheme, people: pd.Index) -> pd.DataFrame:
    """States as words, people × waves."""
    words = np.array([*scheme.states, UNKNOWN], dtype=object)[codes]
    return pd.DataFrame(words, index=people, columns=wave_index(codes.shape[1]), dtype="str")


def numbers_by_wave(codes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Numbers (n, W) where ``values`` says what each code is worth; NaN for unknown."""
    answer: np.ndarray = np.append(values, np.nan)[codes]
    return answer


def worth(variable: str, values: Sequence[object], counted: Iterable[str] | None) -> np.ndarray:
    """What each value of an outcome is worth: itself, or 1.0 where words are counted and it is one."""
    words = pd.Series(list(values), dtype="object")
    if counted is not None:
        wanted = {counted} if isinstance(counted, str) else set(counted)
        return words.isin(wanted).to_numpy(dtype=np.float64)
    numbers = pd.to_numeric(words, errors="coerce").to_numpy(dtype=np.float64)
    wrong = [word for word, number in zip(values, numbers, strict=True) if np.isnan(number) and word != UNKNOWN]
    if wrong:
        raise SchemaError(
            f"The outcome {variable!r} holds {len(wrong)} different values that are not numbers, the first "
            "being "
            f"{wrong[0]!r}. Say which words count as 1: outcomes={{{variable!r}: {{{wrong[0]!r}}}}}."
        )
    return numbers


def outcomes_by_wave(
    observations: pd.DataFrame,
    outcomes: Mapping[str, Iterable[str] | None] | Sequence[str],
    people: pd.Index,
    moments: Sequence[int],
    *,
    sources: Sequence[str],
    lasting: int | None,
    rule: SourceRule,
) -> dict[str, np.ndarray]:
    """Each outcome as float (n, W): its last value that still holds at each moment."""
    wanted = outcomes if isinstance(outcomes, Mapping) else dict.fromkeys((outcomes,) if isinstance(outcomes, str) else outcomes)
    found = {}
    for variable, counted in wanted.items():
        if variable == STATE_VARIABLE:
            raise SchemaError("The state is carried by the norm; name other variables as outcomes.")
        looks = look_up(observations, variable, sources)
        codes = codes_by_wave(looks, people, moments, n_sources=len(sources), lasting=[lasting] * len(moments), rule=rule)
        found[variable] = numbers_by_wave(codes, worth(variable, looks.values, counted))
    return found
