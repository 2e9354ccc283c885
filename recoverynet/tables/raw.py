"""A table as it stood in its source: every cell still text, every row still numbered as the source numbers it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from recoverynet.tables.problems import Problem

ROW = "__file_row"
"""The column that says which row of the source a row was; the header is row 1."""


@dataclass(frozen=True)
class RawTable:
    """One table of a source, before anything is made of it.

    Attributes
    ----------
    name : str
        Name of the file without its ending, of the sheet, or of the database table, in small letters.
    origin : str
        Where it comes from, as a reader would name it (``"people.csv"``).
    table : pyarrow.Table or None
        The cells, with :data:`ROW` in front; None where nothing could be read.
    problems : tuple of Problem
        What is wrong with the file, its header or the shape of its rows.
    as_numbers : frozenset of str
        Columns the source holds as numbers rather than text, where an id may have lost its leading zeros.
    """

    name: str
    origin: str
    table: pa.Table | None
    problems: tuple[Problem, ...] = ()
    as_numbers: frozenset[str] = frozenset()

    @property
    def columns(self) -> list[str]:
        """Names of the columns as the source has them."""
        return [] if self.table is None else [name for name in self.table.column_names if name != ROW]


def raw_table(
    name: str,
    origin: str,
    header: Sequence[str],
    cells: Sequence[pa.ChunkedArray],
    rows: pa.Array,
    problems: Sequence[Problem] = (),
) -> RawTable:
    """A raw table from its columns: space around text goes, empty text is missing, blank rows and columns go."""
    found = list(problems)
    columns = [_stripped(column) for column in cells]
    filled = [len(column) > column.null_count for column in columns]
    names = _column_names(name, header, filled, found)
    kept = {title: column for title, column in zip(names, columns, strict=True) if title}
    numbers = frozenset(title for title, column in kept.items() if _is_number(column.type))
    table = pa.table({ROW: rows, **kept})
    return RawTable(name, origin, _without_blank_rows(table), tuple(found), numbers)


def unreadable(name: str, origin: str, why: str, remedy: str) -> RawTable:
    """A table of which nothing could be read."""
    told = Problem(name, "", f"{origin} cannot be read as a table: {why}", "unreadable_file", remedy, extent="table")
    return RawTable(name, origin, None, (told,))


def empty(name: str, origin: str, why: str) -> RawTable:
    """A table without so much as a header."""
    told = Problem(name, "", f"{origin} is empty ({why})", "empty_file", "Export it again, or delete it.", extent="table")
    return RawTable(name, origin, None, (told,))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def is_text(kind: pa.DataType) -> bool:
    """Whether an Arrow type is text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _stripped(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not is_text(column.type):
        return column
    text = pc.utf8_trim_whitespace(column.cast(pa.large_string()))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)


def _without_blank_rows(table: pa.Table) -> pa.Table:
    blank = None
    for name in table.column_names[1:]:
        missing = pc.is_null(table[name])
        blank = missing if blank is None else pc.and_(blank, missing)
        if not pc.any(blank).as_py():
            return table
    return table if blank is None else table.filter(pc.invert(blank))


def _column_names(table: str, header: Sequence[str], filled: Sequence[bool], problems: list[Problem]) -> list[str]:
    """Names for the columns, empty for those to leave out; nameless and repeated names are told."""
    names = [title.strip() for title in header]
    nameless = [place for place, title in enumerate(names) if not title]
    if nameless:
        problems.append(_nameless(table, [(place, filled[place]) for place in nameless]))
    for place in nameless:
        names[place] = f"column_{place + 1}" if filled[place] else ""
    repeats = [title for title, count in Counter(title.lower() for title in names if title).items() if count > 1]
    if repeats:
        problems.append(
            Problem(
                table,
                repeats[0],
                f"the header names {', '.join(map(repr, repeats))} more than once",
                "repeated_column",
                "Give every column its own name.",
                extent="table",
            )
        )
        seen: set[str] = set()
        for place, title in enumerate(names):
            names[place] = "" if title.lower() in seen else title
            seen.add(title.lower())
    return names


def _nameless(table: str, places: list[tuple[int, bool]]) -> Problem:
    with_values = [place + 1 for place, filled in places if filled]
    if with_values:
        what = f"column {with_values[0]} has values but no name and is carried along as column_{with_values[0]}"
        return Problem(table, "", what, "nameless_column", "Name it in the header, or delete it.", "warning")
    what = f"{len(places)} empty column{'s' * (len(places) != 1)} without a name left out"
    return Problem(table, "", what, "stray_columns", "Nothing need be done; delete them if you like.", "warning")
