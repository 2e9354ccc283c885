"""What must hold within and between the tables, declared by their schemas, and the one engine that finds where it does not.

Files and frames are checked alike: both lend their columns as Arrow arrays (:class:`Rows`), and each constraint gives the
rows that break it. Only the words differ: :mod:`recoverynet.tables.rules` has those for files (every fault at once, rows as
the file counts, a remedy each), :mod:`recoverynet.tables.refusals` those for frames.

Why no library: tried on a million rows of participation with 100,000 faults, pandera took 23 s and 9 GB, because it makes a
record of every failing cell that repeats the whole rule. pointblank took 0.6 s and keeps row numbers, but counts the first of
several equal rows as a fault too and knows no remedy, so every word and every row left out would be ours all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from recoverynet.tables.schema import NUMBER_PATTERN, TableSchema

Mask = Any
"""A boolean Arrow array with a value a row; pyarrow brings no types."""


class Rows(Protocol):
    """The rows of one table, column by column."""

    @property
    def n_rows(self) -> int:
        """Number of rows."""

    def distinct(self, title: str) -> Any:
        """The values of a column, each once, the missing one left out."""

    def values(self, title: str) -> Any:
        """A column as it is held."""

    def instants(self, title: str) -> Any:
        """The instants of a column."""


class FrameRows:
    """A frame whose columns are in their own types, lent column by column as asked for."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._lent: dict[str, Any] = {}

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self._frame)

    def values(self, title: str) -> Any:
        """A column as Arrow holds it."""
        if title not in self._lent:
            self._lent[title] = pa.array(self._frame[title], from_pandas=True)
        return self._lent[title]

    instants = values

    def distinct(self, title: str) -> Any:
        """The values of a column, each once, the missing one left out."""
        return pc.unique(self.values(title)).drop_null()


@dataclass(frozen=True)
class KnownWord:
    """A value is one of a fixed choice."""

    column: str
    choices: tuple[str, ...]

    def broken(self, rows: Rows) -> Mask:
        """Rows that hold another word."""
        words = rows.distinct(self.column)
        return _among(rows, self.column, words.filter(pc.invert(pc.is_in(words, pa.array(self.choices, words.type)))))


@dataclass(frozen=True)
class AtLeast:
    """A number is not below a bound; text that is no number is not asked."""

    column: str
    bound: float

    def broken(self, rows: Rows) -> Mask:
        """Rows with a smaller number."""
        known = rows.distinct(self.column)
        return _among(rows, self.column, known.filter(pc.less(_numbers(known), self.bound)))


@dataclass(frozen=True)
class AtMost:
    """A number is not above a bound; text that is no number is not asked."""

    column: str
    bound: float

    def broken(self, rows: Rows) -> Mask:
        """Rows with a larger number."""
        known = rows.distinct(self.column)
        return _among(rows, self.column, known.filter(pc.greater(_numbers(known), self.bound)))


@dataclass(frozen=True)
class InOrder:
    """An end does not lie before its start; either may be missing."""

    start: str
    column: str

    def broken(self, rows: Rows) -> Mask:
        """Rows that end first."""
        return _found(pc.less(rows.instants(self.column), rows.instants(self.start)))


@dataclass(frozen=True)
class Apart:
    """Two ids of a row differ; either may be missing."""

    one: str
    column: str

    def broken(self, rows: Rows) -> Mask:
        """Rows in which they are the same."""
        return _found(pc.equal(rows.values(self.one), rows.values(self.column)))


@dataclass(frozen=True)
class Once:
    """What identifies a row stands in one row only; where something needed is missing, nothing is compared.

    ``instants`` and ``needed`` are the columns of the key that hold instants, and those that no row may lack.
    """

    key: tuple[str, ...]
    instants: tuple[str, ...]
    needed: tuple[str, ...]

    def broken(self, rows: Rows) -> Mask:
        """Rows that repeat an earlier one; the first of them is none."""
        compared = np.ones(rows.n_rows, dtype=bool)
        for name in self.needed:
            compared &= np.asarray(pc.is_valid(rows.values(name)))
        places, n_places = np.zeros(rows.n_rows, dtype=np.int64), 1
        for name in self.key:
            column = rows.instants(name) if name in self.instants else rows.values(name)
            places, n_places = _numbered(places, n_places, column)
        compared[compared] = pd.Series(places[compared]).duplicated().to_numpy()
        return pa.array(compared) if compared.any() else None


@dataclass(frozen=True)
class KnownId:
    """An id stands in the table it refers to."""

    column: str
    table: str

    def broken(self, rows: Rows, held: Any) -> Mask:
        """Rows that name an id not among those held, or any where the other table is not there (None)."""
        named = rows.distinct(self.column)
        unknown = named if held is None else named.filter(pc.invert(pc.is_in(named, held.cast(named.type))))
        return _among(rows, self.column, unknown)


WithinTable = KnownWord | AtLeast | AtMost | InOrder | Apart | Once
Constraint = WithinTable | KnownId


def value_constraints(schema: TableSchema) -> Iterator[KnownWord | AtLeast | AtMost]:
    """What must hold of one value, column by column."""
    for column in schema.columns:
        if column.choices:
            yield KnownWord(column.name, column.choices)
        if column.low is not None:
            yield AtLeast(column.name, column.low)
        if column.high is not None:
            yield AtMost(column.name, column.high)


def key_constraints(schema: TableSchema) -> Iterator[Once]:
    """That what identifies a row stands once; none where rows may repeat."""
    if schema.key:
        instants = tuple(name for name in schema.key if schema.is_instant(name))
        yield Once(schema.key, instants, tuple(name for name in schema.key if schema[name].required))


def pair_constraints(schema: TableSchema) -> Iterator[InOrder | Apart]:
    """What must hold between two values of a row."""
    yield from (InOrder(start, end) for start, end in schema.ordered)
    yield from (Apart(one, other) for one, other in schema.distinct)


def reference_constraints(schema: TableSchema) -> Iterator[KnownId]:
    """Which ids must be known to which table."""
    yield from (KnownId(column.name, column.refers_to) for column in schema.columns if column.refers_to)


def _among(rows: Rows, title: str, faulty: Any) -> Mask:
    """Rows that hold one of some values; None where there are none to look for."""
    return pc.is_in(rows.values(title), faulty) if len(faulty) else None


def _numbered(places: np.ndarray, n_places: int, column: Any) -> tuple[np.ndarray, int]:
    """Numbers that tell rows apart, told apart by a further column as well; missing values are one value."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = whole.dictionary_encode()
    codes = np.asarray(pc.add(pc.fill_null(encoded.indices.cast(pa.int64()), -1), 1))
    size = len(encoded.dictionary) + 1
    if n_places * size >= 2**62:
        places, words = pd.factorize(places)
        n_places = len(words)
    return places * size + codes, n_places * size


def _found(mask: Any) -> Mask:
    """A mask without missing values; None where no row is in it."""
    return pc.fill_null(mask, False) if pc.any(mask).as_py() else None


def _numbers(values: Any) -> Any:
    """Numbers, or the finite numbers that text writes; missing where it writes none."""
    if pa.types.is_floating(values.type):
        return values
    written = pc.match_substring_regex(values, f"^(?:{NUMBER_PATTERN})$")
    read = pc.cast(pc.utf8_ltrim(pc.if_else(written, values, None), "+"), pa.float64())
    return pc.if_else(pc.is_finite(read), read, None)
