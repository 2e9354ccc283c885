"""What is known of people as values other programs can hold, and back: nothing known is lost, nothing unknown becomes known.

Beside the columns go two notes. ``recoverynet_columns``, of the graph, says which type each column had; ``unknown_columns``, of
each person, lists what is not known of them: igraph writes an unknown yes or no as false and an unknown word as ``None``.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from recoverynet.errors import RecoveryNetWarning, SchemaError
from recoverynet.ids import EXACT, PERSON_ID

NAMELESS = ("",)
"""Names that no XML file keeps for an attribute."""
COLUMNS, UNKNOWN = "recoverynet_columns", "unknown_columns"
_ARROW_TEXT = "Arrow text"
"""pandas gives this type and its own text the same name."""
_KINDS = {
    "boolean": "flag",
    "integer": "whole",
    "floating": "number",
    "mixed-integer-float": "number",
    "decimal": "number",
    "string": "text",
    "datetime": "instant",
    "datetime64": "instant",
    "date": "day",
    "empty": "text",
}
_KNOWN_TYPES = re.compile(
    r"object|str|string(\[\w+\])?|category|bool|boolean|[Uu]?[Ii]nt\d{1,2}|[Ff]loat\d{1,2}|complex\d{1,3}|Arrow text"
    r"|(datetime64|timedelta64|period)\[[^\[\]]{1,60}\]|[^\[\]]{1,40}(\[[^\[\]]{1,60}\])?\[pyarrow\]"
)
"""Types a note may ask for; numpy takes others that reserve any amount of memory."""
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Held(NamedTuple):
    """Columns of people in Python's own types.

    Attributes
    ----------
    values : dict of str to list
        One value a person, None where it is not known.
    columns : str
        JSON that says of each column its kind and the type it had.
    unknown : list of str, or None
        JSON list of the columns not known of each person; None where everything is known of everybody.
    """

    values: dict[str, list[Any]]
    columns: str
    unknown: list[str] | None


class Noted(NamedTuple):
    """What the note says of a column: its kind, the type it had, its classes in their order, and the name it had.

    Attributes
    ----------
    kind, dtype : str
    categories : tuple, or None
    ordered : bool
    name : str or None
        The name it had before the format wanted another.
    """

    kind: str
    dtype: str
    categories: tuple[Any, ...] | None = None
    ordered: bool = False
    name: str | None = None


def held(people: pd.DataFrame, *, plain: bool, reserved: Iterable[str] = (), program: str = "") -> Held:
    """The columns of people as other programs can hold them.

    Parameters
    ----------
    people : pandas.DataFrame indexed by person_id
    plain : bool
        Text, numbers and yes or no only, one type a column: for files. Default: instants stay instants.
    reserved : iterable of str
        Names the format keeps for itself; a column of that name is renamed with a warning.
    program : str
        Name of the format, for messages.

    Returns
    -------
    Held

    Raises
    ------
    SchemaError
        Two columns have the same name as text, or one is called as the notes are.

    Warns
    -----
    RecoveryNetWarning
        A column is renamed, or holds values of several kinds and becomes text.
    """
    names = _names([str(name) for name in people.columns], set(reserved), program)
    values, columns, mixed = {}, {}, []
    for place, name in enumerate(names):
        column = people.iloc[:, place]
        kind = _kind(column)
        values[name] = _native(column, kind, plain=plain)
        columns[name] = _noted(column, kind, name)
        mixed += [name] if kind == "other" else []
    if mixed and plain:
        warnings.warn(
            f"{program} holds text, numbers, yes or no and instants; {', '.join(map(repr, mixed))} hold something else, or several "
            "of these, and are written as text.",
            RecoveryNetWarning,
            stacklevel=5,
        )
    gaps = [[name for name in values if values[name][row] is None] for row in range(len(people))]
    unknown = [json.dumps(each) for each in gaps] if any(gaps) else None
    return Held(values, json.dumps(columns), unknown)


def _noted(column: pd.Series, kind: str, name: str) -> list[Any]:
    """What the note says of a column: kind and type, and, where there is more to say, that by name."""
    more: dict[str, Any] = {} if str(column.name) == name else {"name": str(column.name)}
    if isinstance(column.dtype, pd.CategoricalDtype):
        classes = column.cat.categories
        more |= {"categories": _native(pd.Series(classes), kind, plain=True), "ordered": bool(column.cat.ordered)}
    return [kind, _ARROW_TEXT if column.dtype == _arrow_text() else str(column.dtype), *([more] if more else [])]


def _names(names: Sequence[str], reserved: set[str], program: str) -> list[str]:
    notes = {COLUMNS, UNKNOWN, PERSON_ID} & set(names)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or notes:
        why = f"two columns are called {twice[0]!r}" if twice else f"{sorted(notes)[0]!r} is a name recoverynet uses itself"
        raise SchemaError(f"The columns of people cannot be handed on: {why}. Rename one.")
    found, renamed = [], []
    for name in names:
        new = name
        while new in reserved or (new != name and new in names):
            new += "_"
        found.append(new)
        renamed += [f"{name!r} as {new!r}"] if new != name else []
    if renamed:
        warnings.warn(
            f"{program} keeps some names for itself; these columns of people are written under others: {', '.join(renamed)}.",
            RecoveryNetWarning,
            stacklevel=6,
        )
    return found


def _kind(values: pd.Series) -> str:
    """Flag, whole, number, text, instant, day, or other."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return _kind(pd.Series(values.cat.categories))
    if isinstance(values.dtype, pd.ArrowDtype):
        values = values.astype(object)
    known = values.dropna()
    return _KINDS.get(pd.api.types.infer_dtype(known, skipna=True), "other")


def _native(values: pd.Series, kind: str, *, plain: bool) -> list[Any]:
    """Python's own types, None where missing; whole numbers too long for a number with a point are text in files."""
    found = [None if missing else value for value, missing in zip(values.tolist(), values.isna(), strict=True)]
    into = {"flag": bool, "whole": int, "number": float}.get(kind)
    if into is not None:
        found = [None if value is None else into(value) for value in found]
    if not plain:
        return found
    if kind in ("instant", "day"):
        return [None if value is None else value.isoformat() for value in found]
    long = kind == "whole" and any(abs(value) >= EXACT for value in found if value is not None)
    if kind == "other" or long:
        return [None if value is None else str(value) for value in found]
    return found


def restored(attributes: pd.DataFrame, columns: object) -> pd.DataFrame:
    """Columns of people as they were before they were handed on; those added on the way stay as they came.

    Parameters
    ----------
    attributes : pandas.DataFrame
        What each node carries, with :data:`UNKNOWN` where it was noted.
    columns : object
        The note :data:`COLUMNS` of the graph; anything else than one of ours is passed over.

    Returns
    -------
    pandas.DataFrame
    """
    known = _read_note(columns)
    unknown = [_read_list(each) for each in attributes[UNKNOWN]] if UNKNOWN in attributes.columns else [()] * len(attributes)
    frame = attributes.drop(columns=[UNKNOWN], errors="ignore").copy()
    for name in frame.columns:
        gap = np.array([name in each for each in unknown], dtype=bool)
        if gap.any():
            frame[name] = frame[name].astype(object).mask(gap, None)
    if known is None:
        return frame.infer_objects()
    for name, noted in known.items():
        given = frame[name] if name in frame.columns else pd.Series([None] * len(frame), index=frame.index, dtype=object)
        frame[name] = _typed(given, noted)
    others = [name for name in frame.columns if name not in known]
    before = {name: noted.name for name, noted in known.items() if noted.name is not None and noted.name not in frame.columns}
    return pd.concat([frame[list(known)].rename(columns=before), frame[others].infer_objects()], axis=1)


def names_noted(columns: object) -> set[str]:
    """Names of the columns that a note of a graph speaks of."""
    return set(_read_note(columns) or ())


def _read_note(columns: object) -> dict[str, Noted] | None:
    note = _read_json(columns)
    if not isinstance(note, Mapping):
        return None
    return {name: _read_noted(*told) for name, told in note.items() if isinstance(told, list) and 2 <= len(told) <= 3}


def _read_noted(kind: object, dtype: object, more: object = None) -> Noted:
    said = more if isinstance(more, Mapping) else {}
    classes, name = said.get("categories"), said.get("name")
    return Noted(
        str(kind),
        str(dtype),
        tuple(classes) if isinstance(classes, list) else None,
        said.get("ordered") is True,
        name if isinstance(name, str) else None,
    )


def _read_json(text: object) -> object:
    """What a note says, None where it is none of ours: files come from others."""
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def _read_list(text: object) -> tuple[str, ...]:
    names = _read_json(text)
    return tuple(map(str, names)) if isinstance(names, list) else ()


def _typed(values: pd.Series, noted: Noted) -> pd.Series:
    """Values of one kind in the type they had; as they came where they are no longer of that kind."""
    values = values.astype(object).where(values.notna(), None)
    dtype = noted.dtype
    if not _KNOWN_TYPES.fullmatch(dtype):
        return values
    try:
        if dtype == "category":
            return _in_classes(values, noted)
        read = _of_kind(values, noted.kind, dtype)
        read = read.astype(_arrow_text() if dtype == _ARROW_TEXT else dtype)  # type: ignore[arg-type]
        return read.where(read.notna(), None) if dtype == "object" else read
    except (TypeError, ValueError, OverflowError, KeyError, NotImplementedError, pa.ArrowException):
        return values


def _of_kind(values: pd.Series, kind: str, dtype: str) -> pd.Series:
    """Values as flags, whole numbers, numbers, instants or days; as they are where they are text or anything else."""
    if kind == "instant":
        zoned = "UTC" in dtype or "tz" in dtype or "," in dtype
        return pd.to_datetime(values.map(str, na_action="ignore"), format="ISO8601", utc=zoned)
    if kind == "day":
        return pd.to_datetime(values.map(lambda value: str(value)[:10], na_action="ignore"), format="%Y-%m-%d").dt.date
    if kind == "flag":
        return values.map(_flag, na_action="ignore").astype("boolean")
    if kind == "whole":
        whole = [None if value is None else _whole(value) for value in values]
        return pd.Series(pd.array(whole, dtype="UInt64" if dtype.lower().startswith("uint") else "Int64"), index=values.index)
    if kind == "number":
        return values.map(float, na_action="ignore").astype("float64")
    return values


def _in_classes(values: pd.Series, noted: Noted) -> pd.Series:
    """Values as classes, in the order they had where the note says it."""
    one = {"flag": "boolean", "whole": "Int64", "number": "float64"}.get(noted.kind, "object")
    read = _of_kind(values, noted.kind, one)
    if noted.categories is None:
        return read.astype("category")
    told = _of_kind(pd.Series(list(noted.categories), dtype=object), noted.kind, one)
    classes = told.astype("int64") if noted.kind == "whole" else told.astype("str") if noted.kind == "text" else told
    known = [None if pd.isna(value) else value for value in read]
    return pd.Series(pd.Categorical(known, categories=classes, ordered=noted.ordered), index=values.index)


def _arrow_text() -> pd.ArrowDtype:
    return pd.ArrowDtype(pa.string())


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | str) else int(float(value))  # type: ignore[arg-type]


def _flag(value: object) -> bool:
    return _FLAGS[str(value).strip().lower()]


_FLAGS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}


def require_writable(people: pd.DataFrame, values: Mapping[str, Sequence[Any]], program: str) -> None:
    """Raise SchemaError where an id, a name of a column or a text holds a character that XML cannot hold."""
    for name in values:
        _refuse(name, f"The name of the column {name!r}", program)
    for person in people.index:
        _refuse(person, f"The id {person!r}", program)
    for name, column in values.items():
        for person, value in zip(people.index, column, strict=True):
            _refuse(value, f"Column {name!r} of {person!r}", program)


def _refuse(value: object, where: str, program: str) -> None:
    found = _NOT_IN_XML.search(value) if isinstance(value, str) else None
    if found:
        raise SchemaError(
            f"{where} holds a character that {program} cannot hold, U+{ord(found.group()):04X} at place {found.start() + 1}: a "
            "control character or half of a sign. Take it out, for instance with "
            ".str.replace(r'[\\x00-\\x08\\x0b-\\x1f]', '', regex=True)."
        )
