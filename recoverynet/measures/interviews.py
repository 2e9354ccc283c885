"""Interviews about important people: who was named in which, and what was answered about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.graphs.egos import EgoNetworks
from recoverynet.graphs.nominated import wave_numbers
from recoverynet.ids import id_index, ids_in, require_shared
from recoverynet.tables.columns import instants_of_column


@dataclass(frozen=True)
class RatedItem:
    """In which column does an item stand, and which number does each of its codes count as?

    Parameters
    ----------
    column : str
        Column of the nominations.
    numbers : mapping of code to number, optional
        Every code that may occur with the number it counts as; the more of what the item's name says, the
        higher. A code may be text or a number, and 7, 7.0 and "7" are the same. ``None`` as the number of a
        code means that it is no answer ("unknown"). Default: the column holds numbers, used as they are.

    Raises
    ------
    SchemaError
        The column has no name, or a number is infinite.

    Examples
    --------
    >>> from recoverynet.measures.important_people import RatedItem
    >>> RatedItem("perceived_state", {"abstinent": 0, "reduced": 1, "using": 2}).numbers["using"]
    2.0
    """

    column: str
    numbers: Mapping[object, float | None] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.column, str) or not self.column:
            raise SchemaError(f"An item needs the name of its column; got {self.column!r}.")
        if self.numbers is not None:
            numbers = {code_of(c): np.nan if x is None else float(x) for c, x in self.numbers.items()}
            if np.isinf(list(numbers.values())).any():
                raise SchemaError(f"A code of {self.column!r} counts as infinite; give it a number or None.")
            object.__setattr__(self, "numbers", numbers)


def interviews_of(nominations: pd.DataFrame | EgoNetworks, people: Iterable[str] | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Members, each with the row of its interview; and the interviews in order of person and wave."""
    if isinstance(nominations, EgoNetworks):
        rows = nominations.alters[nominations.alters["distance"] == 1].assign(wave=1)
        everyone = nominations.egos.index if people is None else id_index(people, "people")
    else:
        rows = _with_wave(nominations)
        everyone = id_index([] if people is None else people, "people")
    require_shared(pd.Index(rows["ego_id"].unique()), everyone, "the nominations", "the people interviewed")
    if "weight" in rows.columns:
        rows = rows[~(pd.to_numeric(rows["weight"]) == 0)]
    asked = rows["asked_at"] if "asked_at" in rows.columns else pd.Series(pd.NaT, index=rows.index)
    rows = rows.assign(asked_at=asked)
    held: Any = rows.groupby(["ego_id", "wave"], as_index=False)["asked_at"].min()
    held = held.rename(columns={"ego_id": "person_id"})
    silent = everyone.unique().difference(held["person_id"], sort=False).tolist()
    none = pd.DataFrame({"person_id": silent, "wave": 1}).astype({"wave": "int64"})
    interviews = pd.concat([held, none], ignore_index=True) if silent else held
    interviews = interviews.sort_values(["person_id", "wave"], ignore_index=True)
    members = rows.groupby(["ego_id", "wave", "alter_id"], sort=False).first().reset_index()
    place = pd.MultiIndex.from_frame(interviews[["person_id", "wave"]])
    row = place.get_indexer(pd.MultiIndex.from_frame(members[["ego_id", "wave"]]))
    return members.assign(interview=row), interviews


def _with_wave(nominations: pd.DataFrame) -> pd.DataFrame:
    """The nominations with ``wave``: as given, or each person's interviews counted by local day."""
    columns = ("ego_id", "alter_id", "asked_at", "wave")
    nominations = ids_in(nominations, columns, "nominations", ids=("ego_id", "alter_id"))
    absent = [name for name in ("ego_id", "alter_id") if name not in nominations.columns]
    if absent or not {"asked_at", "wave"} & set(nominations.columns):
        raise SchemaError(
            "Nominations need the columns ego_id, alter_id and asked_at (or wave); they have "
            f"{', '.join(map(repr, nominations.columns))}."
        )
    if nominations[["ego_id", "alter_id"]].isna().any(axis=None):
        raise SchemaError("Every nomination needs both who names and who is named; some rows lack one.")
    if "asked_at" in nominations.columns and not pd.api.types.is_datetime64_dtype(nominations["asked_at"]):
        nominations = nominations.assign(asked_at=instants_of_column(nominations["asked_at"], "Column 'asked_at'"))
    if "wave" in nominations.columns:
        return nominations.assign(wave=wave_numbers(nominations, "nominations"))
    day = nominations["asked_at"].dt.normalize()
    return nominations.assign(wave=day.groupby(nominations["ego_id"]).rank(method="dense").astype("int64"))


def code_of(value: object) -> str:
    """A code as text, the same for 7, 7.0 and "7"."""
    try:
        return f"{float(value):g}"  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return str(value).strip()


def _codes(members: pd.DataFrame, item: RatedItem) -> pd.Series:
    """The codes of one item as text, missing where nothing was answered."""
    if item.column not in members.columns:
        raise SchemaError(f"The scheme names the column {item.column!r}, which the nominations do not have.")
    answers = members[item.column]
    codes = answers.map({answer: code_of(answer) for answer in answers.dropna().unique()}).astype("object")
    no_answer = [code for code, x in (item.numbers or {}).items() if x is None or np.isnan(x)]
    return codes.mask(codes.isin(no_answer))


def numbers_of(members: pd.DataFrame, item: RatedItem | None) -> np.ndarray:
    """The number of every member on an item, NaN where not answered or not declared; SchemaError for an
    unknown code.
    """
    if item is None:
        return np.full(len(members), np.nan)
    codes = _codes(members, item)
    numbers = pd.to_numeric(codes, errors="coerce") if item.numbers is None else codes.map(dict(item.numbers)).astype(float)
    wrong = codes[codes.notna() & numbers.isna()]
    if len(wrong):
        first = wrong.tolist()[0]
        raise SchemaError(
            f"{len(wrong)} answers in {item.column!r} have no number, the first being {first!r}. "
            f"Declare every code: RatedItem({item.column!r}, {{{first!r}: …}})."
        )
    return numbers.to_numpy(dtype=np.float64)


def marked_as(members: pd.DataFrame, item: RatedItem | None, codes: frozenset[object]) -> np.ndarray:
    """1 for a member whose code is one of those named, 0 for another, NaN where not answered."""
    if item is None or not codes:
        return np.full(len(members), np.nan)
    given = _codes(members, item)
    return np.where(given.isna(), np.nan, given.isin(list(codes)).astype(float))
