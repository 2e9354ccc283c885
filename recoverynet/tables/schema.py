"""What a table must look like: its columns, their kinds, units, allowed values and other common names."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from recoverynet.errors import RecoveryNetWarning, SchemaError
from recoverynet.ids import ids_of_column

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
        return self.typed(pd.DataFrame({column.name: pd.Series(dtype="str") for column in self.columns}), tz=tz)

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
        outside = [name for name in frame.index.names if name in self.names and name not in frame.columns]
        frame = frame.reset_index(outside) if outside else frame
        absent = [name for name in self.required if name not in frame.columns]
        if absent:
            raise SchemaError(self.absent_columns_message(absent, list(frame.columns)))
        columns = {column.name: typed_column(self.name, column, frame, tz) for column in self.columns}
        rest = {name: frame[name].reset_index(drop=True) for name in frame.columns if name not in columns}
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
        nothing = {"instant": pd.DatetimeTZDtype("us", tz), "number": "float64", "flag": "boolean"}.get(column.kind, "str")
        return pd.Series(np.nan if nothing in ("float64", "str") else None, index=frame.index, dtype=nothing)
    values = frame[column.name]
    if column.kind == "instant":
        return values.dt.tz_convert(tz).dt.as_unit("us")
    wanted = {"number": "float64", "flag": "boolean"}.get(column.kind, "str")
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

OFFSET_PATTERN = r"[ ]?(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)"
INSTANT_PATTERN = (
    r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}"
    rf"(?:[T ][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,9}})?)?(?:{OFFSET_PATTERN})?)?"
)
"""An ISO date, or date and time, with or without an offset, of the years 1000 to 2999."""
_WITH_OFFSET = f":[0-9.:]*(?:{OFFSET_PATTERN})$"
NUMBER_PATTERN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
CLOCK_PATTERN = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"


def _convert(raw: pd.Series, kind: Kind, tz: str) -> pd.Series:
    if kind == "instant":
        return _to_instants(raw, tz)
    if kind == "number":
        return _to_numbers(raw)
    if kind == "flag":
        return _to_flags(raw)
    text = stripped(raw)
    if kind == "clock":
        _refuse(text, text.notna() & ~text.str.fullmatch(CLOCK_PATTERN, na=False), "are not times of day")
    return text


def stripped(raw: pd.Series) -> pd.Series:
    """Text without space around it, whole numbers without a point; empty text is missing."""
    missing = raw.isna()
    if missing.all():
        return pd.Series(np.nan, index=raw.index, dtype="str", name=raw.name)
    if pd.api.types.is_float_dtype(raw) and _all_whole(raw):
        raw = raw.astype("Float64").astype("Int64")
    text = raw.astype("str").str.strip()
    blank = missing | (text == "")
    return text.mask(blank).astype("str") if blank.any() else text


def _all_whole(raw: pd.Series) -> bool:
    known = raw.dropna().to_numpy(dtype=np.float64)
    return bool((np.isfinite(known) & (known == np.floor(known)) & (np.abs(known) < 2.0**53)).all())


def _refuse(text: pd.Series, wrong: pd.Series, what: str) -> None:
    if wrong.any():
        first = text[wrong].iloc[0]
        raise ValueError(f"{int(wrong.sum())} of {len(text)} values {what}, the first being {first!r}")


def _to_numbers(raw: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(raw):
        return raw.astype("float64")
    text = stripped(raw)
    _refuse(text, text.notna() & ~text.str.fullmatch(NUMBER_PATTERN, na=False), "are not numbers")
    return pd.to_numeric(text).astype("float64")


def _to_flags(raw: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(raw):
        return raw.astype("boolean")
    words = stripped(raw).str.lower()
    _refuse(words, words.notna() & ~words.isin(FLAGS), "are neither yes nor no")
    return words.map(FLAGS).astype("boolean")


def _to_instants(raw: pd.Series, tz: str) -> pd.Series:
    raw = _out_of_its_wrapping(raw)
    if isinstance(raw.dtype, pd.DatetimeTZDtype):
        return raw.dt.tz_convert(tz).dt.as_unit("us")
    if pd.api.types.is_datetime64_dtype(raw):
        warn_of_gap(in_gap(raw.dt.as_unit("us"), tz), raw, tz)
        return _local(raw.dt.as_unit("us"), tz)
    if pd.api.types.is_numeric_dtype(raw) and raw.notna().any():
        raise ValueError("got numbers, which could be days, seconds or row numbers")
    instants = parse_instants(raw, tz)
    text = stripped(raw)
    _refuse(text, text.notna() & instants.isna(), "cannot be read as dates")
    naive = _parsed(text.mask(text.str.contains(_WITH_OFFSET, regex=True, na=False)), utc=False)
    warn_of_gap(in_gap(naive, tz), text, tz)
    return instants


def in_gap(naive: pd.Series, tz: str) -> pd.Series:
    """Which local times the clocks of a time zone skipped."""
    read = naive.dt.tz_localize(tz, ambiguous=np.ones(len(naive), dtype=bool), nonexistent="NaT")
    return naive.notna() & read.isna()


def warn_of_gap(skipped: pd.Series, given: pd.Series, tz: str) -> None:
    """Say that some clock times never were, and what they were read as."""
    if skipped.any():
        warnings.warn(
            f"{int(skipped.sum()):,} local times of {str(given.name)!r} name an hour that the clocks of {tz} skipped, the first "
            f"being {str(given[skipped].iloc[0])}; each is read as the first moment after the gap. Give them an offset (+00:00) "
            "if another moment is meant.",
            RecoveryNetWarning,
            stacklevel=3,
        )


def instants_of_column(raw: pd.Series, what: str, tz: Any = None) -> pd.Series:
    """A column as instants with a time zone, whether pandas, Arrow or ISO text holds them; missing where nothing stands.

    Parameters
    ----------
    raw : pandas.Series
    what : str
        What the column is, for the message.
    tz : str or tzinfo, optional
        Zone in which naive instants are local, and that of the answer. Default: naive ones are refused, and the others keep
        their zone (UTC for text).

    Returns
    -------
    pandas.Series of datetime64[us, tz]

    Raises
    ------
    SchemaError
        Some are no dates; or naive, and no time zone is given.

    Examples
    --------
    >>> instants_of_column(pd.Series(["2011-03-07T12:00+00:00"]), "The dates").dt.hour.tolist()
    [12]
    """
    raw = _out_of_its_wrapping(raw)
    if isinstance(raw.dtype, pd.DatetimeTZDtype):
        return (raw if tz is None else raw.dt.tz_convert(tz)).dt.as_unit("us")
    try:
        read = _to_instants(raw, tz or "UTC")
    except (ValueError, TypeError) as error:
        raise SchemaError(f"{what} must hold instants, such as 2011-03-07T19:30+00:00: {error}.") from error
    text = stripped(raw)
    naive = text[text.notna() & ~text.str.contains(_WITH_OFFSET, regex=True, na=False)]
    if tz is None and len(naive):
        raise SchemaError(
            f"{what} must hold instants with a time zone; {len(naive):,} of {len(text):,} have none, the first being "
            f"{naive.iloc[0]!r}. Take the frame from a record, or give it a zone with .dt.tz_localize('Europe/London')."
        )
    return read


def _out_of_its_wrapping(raw: pd.Series) -> pd.Series:
    """Instants held as categories, as objects or by Arrow in pandas' own type."""
    if isinstance(raw.dtype, pd.CategoricalDtype):
        raw = raw.astype(raw.cat.categories.dtype)
    if pd.api.types.is_object_dtype(raw):
        raw = raw.infer_objects()
    kind = raw.dtype.pyarrow_dtype if isinstance(raw.dtype, pd.ArrowDtype) else None
    zone = getattr(kind, "tz", None)
    return raw if zone is None else raw.astype(pd.DatetimeTZDtype("us", zone))


def parse_instants(raw: pd.Series, tz: str) -> pd.Series:
    """Instants of ISO text, NaT where it is none: with an offset that instant, without one local time in ``tz``."""
    text = stripped(raw)
    if text.isna().all():
        return pd.Series(pd.NaT, index=raw.index, dtype=pd.DatetimeTZDtype("us", tz), name=raw.name)
    text = text.where(text.str.fullmatch(INSTANT_PATTERN, na=False))
    text = text.str.replace(r"(\.[0-9]{6})[0-9]+", r"\1", regex=True)
    offset = text.str.contains(_WITH_OFFSET, regex=True, na=False)
    if offset.all():
        return _parsed(text, utc=True).dt.tz_convert(tz)
    if not offset.any():
        return _local(_parsed(text, utc=False), tz)
    aware = _parsed(text.where(offset), utc=True).dt.tz_convert(tz)
    local = _local(_parsed(text.mask(offset), utc=False), tz)
    return aware.where(offset, local)


def _parsed(text: pd.Series, *, utc: bool) -> pd.Series:
    return pd.to_datetime(text, format="ISO8601", utc=utc, errors="coerce").dt.as_unit("us")


def _local(naive: pd.Series, tz: str) -> pd.Series:
    """Local times in ``tz``: an hour that comes twice is its first occurrence, one that is skipped moves forward."""
    return naive.dt.tz_localize(tz, ambiguous=np.ones(len(naive), dtype=bool), nonexistent="shift_forward")
