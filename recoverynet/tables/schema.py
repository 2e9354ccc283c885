"""What a table must look like: its columns, their kinds, units, allowed values and other common names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from recoverynet.errors import SchemaError

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
        Other names the same thing often goes by.
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
    def names(self) -> tuple[str, ...]:
        """Names of all columns, in order."""
        return tuple(column.name for column in self.columns)

    def empty(self, tz: str = "Europe/London") -> pd.DataFrame:
        """The table with every column, typed, and no row."""
        return self.typed(pd.DataFrame({column.name: pd.Series(dtype="str") for column in self.columns}), tz=tz)

    def typed(self, frame: pd.DataFrame, tz: str = "Europe/London") -> pd.DataFrame:
        """The same rows with every column in its own type.

        Parameters
        ----------
        frame : pandas.DataFrame
            Any columns; those of the schema are converted, the others ride along behind them.
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
        absent = [name for name in self.required if name not in frame.columns]
        if absent:
            raise SchemaError(self.absent_columns_message(absent, list(frame.columns)))
        columns = {column.name: typed_column(self.name, column, frame, tz) for column in self.columns}
        rest = {name: frame[name].reset_index(drop=True) for name in frame.columns if name not in columns}
        return pd.DataFrame({**columns, **rest})

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


def typed_column(table: str, column: Column, frame: pd.DataFrame, tz: str) -> pd.Series:
    """One column of a frame in its own type; raises SchemaError naming table, column, count and first rows."""
    if column.name in frame.columns:
        raw = frame[column.name].reset_index(drop=True)
    else:
        raw = pd.Series([None] * len(frame), dtype="object")
    try:
        typed = _convert(raw, column.kind, tz)
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

_FLAGS = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}


def _convert(raw: pd.Series, kind: Kind, tz: str) -> pd.Series:
    if kind == "instant":
        return _to_instants(raw, tz)
    if kind == "number":
        return pd.to_numeric(raw.replace("", None) if raw.dtype in ("object", "str") else raw).astype("float64")
    if kind == "flag":
        return _to_flags(raw)
    if kind == "id" and pd.api.types.is_float_dtype(raw) and raw.notna().any():
        raise ValueError("the ids were read as numbers, so leading zeros may be lost; read the column as text")
    text = raw.astype("str").str.strip() if raw.notna().any() else raw.astype("str")
    text = text.mask(raw.isna())
    return text.mask(text == "").astype("str")


def _to_flags(raw: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(raw):
        return raw.astype("boolean")
    words = raw.astype("str").str.strip().str.lower().mask(raw.isna())
    words = words.mask(words == "")
    unknown = words.dropna()[~words.dropna().isin(_FLAGS)]
    if len(unknown):
        raise ValueError(f"{len(unknown)} values are neither yes nor no, the first being {unknown.iloc[0]!r}")
    return words.map(_FLAGS).astype("boolean")


def _to_instants(raw: pd.Series, tz: str) -> pd.Series:
    if isinstance(raw.dtype, pd.DatetimeTZDtype):
        return raw.dt.tz_convert(tz).dt.as_unit("us")
    if not pd.api.types.is_datetime64_dtype(raw):
        if pd.api.types.is_numeric_dtype(raw) and raw.notna().any():
            raise ValueError("got numbers, which could be days, seconds or row numbers")
        return _parse_instants(raw, tz)
    return raw.dt.as_unit("us").dt.tz_localize(tz, ambiguous=_first_of_two(raw), nonexistent="shift_forward")


def _parse_instants(raw: pd.Series, tz: str) -> pd.Series:
    """ISO 8601 text: with an offset it is that instant, without one it is local time in ``tz``."""
    text = raw.astype("str").str.strip().mask(raw.isna())
    text = text.mask(text == "")
    offset = text.str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$", regex=True, na=False) & text.str.contains(":", na=False)
    aware = pd.to_datetime(text.where(offset), format="ISO8601", utc=True).dt.tz_convert(tz).dt.as_unit("us")
    naive = pd.to_datetime(text.mask(offset), format="ISO8601").dt.as_unit("us")
    local = naive.dt.tz_localize(tz, ambiguous=_first_of_two(naive), nonexistent="shift_forward")
    return aware.where(offset, local)


def _first_of_two(naive: pd.Series) -> list[bool]:
    """The hour that comes twice when clocks go back is read as its first occurrence (summer time)."""
    return [True] * len(naive)
