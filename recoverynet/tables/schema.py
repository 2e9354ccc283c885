"""What a table must look like: its columns, their kinds, units, allowed values and other common names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.ids import ids_of_column
from recoverynet.tables.columns import refuse, stripped, to_instants

Kind = Literal["id", "text", "category", "instant", "number", "flag", "clock"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        Its name in recoverynet.
    kind : {"id", "text", "category", "instant", "number", "flag", "clock"}
        Ids are strings and never numbers; instants are tz-aware; flags are true, false or missing; a clock is HH:MM.
    required : bool
        Whether the column must be there and filled in on every row.
    choices : tuple of str
        Allowed values of a category; empty means any.
    unit : str
        Unit of a number (``"minutes"``), empty where there is none.
    low, high : float or None
        Smallest and largest value a number may take.
    refers_to : str
        Table whose key this id must be found in, empty where it may be unknown.
    aliases : tuple of str
        Other names the same thing often goes by: suggested in messages, never applied without being asked for.
    person : bool
        Whether the id stands for a person, known to the record or not, and so is replaced by a pseudonym.
    meaning : str
        One line for a reader.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    choices: tuple[str, ...] = ()
    unit: str = ""
    low: float | None = None
    high: float | None = None
    refers_to: str = ""
    aliases: tuple[str, ...] = ()
    person: bool = False


@dataclass(frozen=True)
class TableSchema:
    """One table: its columns and what identifies a row.

    Attributes
    ----------
    name : str
        Name of the table and of the file it is read from.
    meaning : str
        What one row says.
    columns : tuple of Column
        In the order they are written.
    key : tuple of str
        Columns that together may occur only once; empty where rows may repeat.
    ordered : tuple of (str, str)
        Pairs of instants (start, end); the end may be missing but not before the start.
    distinct : tuple of (str, str)
        Pairs of ids that must differ on a row (a contact with oneself is a fault).
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    distinct: tuple[tuple[str, str], ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that must be there."""
        return tuple(column.name for column in self.columns if column.required)

    def __getitem__(self, name: str) -> Column:
        """The column called ``name``."""
        for column in self.columns:
            if column.name == name:
                return column
        raise SchemaError(f"Table {self.name!r} has no column {name!r}; it has {', '.join(self.names)}.")

    @property
    def person_ids(self) -> tuple[str, ...]:
        """Names of the columns whose ids stand for people."""
        return tuple(column.name for column in self.columns if column.person)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, in order."""
        return tuple(column.name for column in self.columns)

    def is_instant(self, name: str) -> bool:
        """Whether a column of that name is there and holds instants."""
        return name in self.names and self[name].kind == "instant"

    def empty(self, tz: str = "Europe/London") -> pd.DataFrame:
        """The table with every column, typed, and no row."""
        return _without_rows(self, tz).copy()

    def typed(self, frame: pd.DataFrame, tz: str = "Europe/London") -> pd.DataFrame:
        """The same rows with every column in its own type.

        Parameters
        ----------
        frame : pandas.DataFrame
            Any columns; those of the schema are converted, the others ride along behind them. Columns that stand in the
            index are brought out of it.
        tz : str
            IANA time zone: naive instants are read as local time there, aware ones are converted to it.

        Returns
        -------
        pandas.DataFrame
            Schema columns first (missing optional ones added, empty), then the rest. Ids, text and categories are
            ``str``, instants ``datetime64[us, tz]``, numbers ``float64``, flags ``boolean``. A fresh row index.

        Raises
        ------
        SchemaError
            A required column is absent or has missing values, or a value cannot be read as its kind.
        """
        if not isinstance(frame, pd.DataFrame):
            raise SchemaError(
                f"Table {self.name!r} is a pandas DataFrame with {columns_in_words(self)}; got a {type(frame).__name__}."
            )
        outside = [name for name in frame.index.names if name in self.names and name not in frame.columns]
        frame = frame.reset_index(outside) if outside else frame
        absent = [name for name in self.required if name not in frame.columns]
        if absent:
            raise SchemaError(self.absent_columns_message(absent, list(frame.columns)))
        rest = {name: frame[name].reset_index(drop=True) for name in frame.columns if name not in self.names}
        if not len(frame):
            return self.empty(tz).assign(**rest)
        columns = {column.name: typed_column(self.name, column, frame, tz) for column in self.columns}
        return pd.DataFrame({**columns, **rest})

    def typed_again(self, frame: pd.DataFrame, tz: str) -> pd.DataFrame:
        """Rows that were typed once, kept elsewhere and read back, in their own types: quick, and nothing is checked."""
        columns = {column.name: _back_in_type(column, frame, tz) for column in self.columns}
        return pd.DataFrame({**columns, **{name: frame[name] for name in frame.columns if name not in columns}})

    def absent_columns_message(self, absent: list[str], present: list[str]) -> str:
        """Which columns are missing, and which of those present each may have been meant by."""
        parts = []
        for name in absent:
            meant = [other for other in present if str(other).strip().lower() in self[name].aliases]
            hint = f" (perhaps your column {meant[0]!r}? rename it, or map it with a mapping file)" if meant else ""
            parts.append(f"{name!r}{hint}")
        return (
            f"Table {self.name!r} needs the column{'s' * (len(absent) > 1)} {', '.join(parts)}; "
            f"it has {', '.join(map(repr, present)) or 'no columns'}."
        )


@lru_cache(maxsize=64)
def _without_rows(schema: TableSchema, tz: str) -> pd.DataFrame:
    nothing = pd.DataFrame({column.name: pd.Series(dtype="str") for column in schema.columns})
    return pd.DataFrame({column.name: typed_column(schema.name, column, nothing, tz) for column in schema.columns})


def columns_in_words(schema: TableSchema) -> str:
    """The columns a table cannot do without, with the words they may hold, as a reader would be told them."""
    needed = [schema[name] for name in schema.required]
    named = [column.name + (f" (one of {', '.join(column.choices)})" if column.choices else "") for column in needed]
    return f"the columns {', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else f"the column {named[0]}"


def require_time_zone(tz: object, where: str) -> None:
    """Raise SchemaError unless ``tz`` is an IANA time zone."""
    try:
        ZoneInfo(tz)  # type: ignore[arg-type]
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise SchemaError(f'{where}: {tz!r} is not a time zone; write it as "Europe/London".') from error


def _back_in_type(column: Column, frame: pd.DataFrame, tz: str) -> pd.Series:
    """One column of rows read back, in its own type; missing where they have none."""
    if column.name not in frame.columns:
        nothing: Any = {"instant": pd.DatetimeTZDtype("us", tz), "number": "float64", "flag": "boolean"}.get(column.kind, "str")
        typed: pd.Series = pd.Series(np.nan if nothing in ("float64", "str") else None, index=frame.index, dtype=nothing)
        return typed
    values = frame[column.name]
    if column.kind == "instant":
        typed = values.dt.tz_convert(tz).dt.as_unit("us")
        return typed
    wanted: Any = {"number": "float64", "flag": "boolean"}.get(column.kind, "str")
    return values if values.dtype == wanted else values.astype(wanted)


def typed_column(table: str, column: Column, frame: pd.DataFrame, tz: str) -> pd.Series:
    """One column of a frame in its own type; raises SchemaError naming table, column, count and first rows."""
    if column.name in frame.columns:
        raw = frame[column.name].reset_index(drop=True)
    else:
        raw = pd.Series(np.nan, index=pd.RangeIndex(len(frame)), dtype="str")
    try:
        typed = ids_of_column(raw, "they") if column.kind == "id" else _convert(raw, column.kind, tz)
    except (ValueError, TypeError) as error:
        raise SchemaError(
            f"Column {column.name!r} of table {table!r} should hold {_KIND_IN_WORDS[column.kind]}: {error}"
        ) from error
    if column.required and typed.isna().any():
        rows = [int(row) for row in typed.index[typed.isna()][:5]]
        raise SchemaError(
            f"Column {column.name!r} of table {table!r} must be filled in on every row; "
            f"{int(typed.isna().sum())} of {len(typed)} rows are empty (first rows, counted from 0: {rows})."
        )
    return typed.rename(column.name)


_KIND_IN_WORDS = {
    "id": "ids (text)",
    "text": "text",
    "category": "words",
    "instant": "dates or times such as 2011-03-07 or 2011-03-07T19:30",
    "number": "numbers",
    "flag": "true or false",
    "clock": "times of day such as 19:30",
}

FLAGS = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}
"""Words for yes and no, in small letters."""

NUMBER_PATTERN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
CLOCK_PATTERN = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"


def _convert(raw: pd.Series, kind: Kind, tz: str) -> pd.Series:
    if kind == "instant":
        return to_instants(raw, tz)
    if kind == "number":
        return _to_numbers(raw)
    if kind == "flag":
        return _to_flags(raw)
    text = stripped(raw)
    if kind == "clock":
        refuse(text, text.notna() & ~text.str.fullmatch(CLOCK_PATTERN, na=False), "are not times of day")
    return text


def _to_numbers(raw: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(raw):
        return raw.astype("float64")
    text = stripped(raw)
    refuse(text, text.notna() & ~text.str.fullmatch(NUMBER_PATTERN, na=False), "are not numbers")
    return pd.to_numeric(text).astype("float64")


def _to_flags(raw: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(raw):
        return raw.astype("boolean")
    words = stripped(raw).str.lower()
    refuse(words, words.notna() & ~words.isin(FLAGS), "are neither yes nor no")
    return words.map(FLAGS).astype("boolean")
