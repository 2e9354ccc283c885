"""Where tables come from: a folder of files, a workbook, a database; each lists its tables and reads one at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from recoverynet.arguments import as_path
from recoverynet.atomic import require_finished
from recoverynet.errors import SchemaError
from recoverynet.tables.csv_text import read_csv_text
from recoverynet.tables.engine import DatabaseError, column_sql, database_table, database_tables
from recoverynet.tables.handover import is_offer, taken_over
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.parquet import NotParquet, parquet_table
from recoverynet.tables.problems import Problem
from recoverynet.tables.raw import RawTable, empty, raw_table, unreadable
from recoverynet.untrusted.opening import files_in, require_regular, require_size, why_not_to_open
from recoverynet.untrusted.zipped import require_sound_workbook

TEXT_ENDINGS = (".csv", ".tsv")
DATABASE_ENDINGS = (".duckdb", ".db")
MOST_DATABASE_BYTES = 4_000_000_000
TABLE_ENDINGS = (*TEXT_ENDINGS, ".parquet")


class Source(Protocol):
    """Tables by name, read when asked for.

    Attributes
    ----------
    label : str
        What a reader would call it: the folder or file.
    place : {"file", "sheet", "table"}
        What one table of it is.
    names : dict of str to str
        Name of each table in small letters, and what its file, sheet or table is called.
    """

    label: str
    place: str
    names: dict[str, str]

    def read(self, name: str, known: Iterable[str]) -> RawTable:
        """One table; ``known`` are column names to be expected."""


def open_source(path: str | Path) -> Source:
    """The tables of a folder, a workbook (.xlsx) or a DuckDB file (.duckdb, .db).

    Raises
    ------
    SchemaError
        There is nothing there, it is of another kind, it holds no table at all, or what it holds is larger than can be
        read.
    """
    if isinstance(path, str | Path) and is_offer(path):
        return Offered(str(path))
    path = as_path(path, "Reading a record")
    if path.is_dir():
        return Folder(path)
    if not path.exists():
        raise SchemaError(f"There is no folder or file {str(path)!r}. Look at the spelling and where you stand.")
    ending = path.suffix.lower()
    if ending in (".xlsx", ".xlsm"):
        return Workbook(path)
    if ending in DATABASE_ENDINGS:
        return Database(path)
    advice = f"give the folder it lies in ({str(path.parent)!r})" if ending in TABLE_ENDINGS else "give one of those"
    raise SchemaError(
        f"A record is read from a folder of CSV or Parquet files, a workbook (.xlsx) or a DuckDB file (.duckdb, .db); "
        f"{path.name!r} is none of them: {advice}."
    )


class Folder:
    """One file a table."""

    place = "file"

    def __init__(self, path: Path) -> None:
        require_finished(path)
        self.label = f"The folder {str(path)!r}"
        self._folder = path
        self._files: dict[str, list[Path]] = {}
        here = list(files_in(path))
        for file in here:
            if file.suffix.lower() in TABLE_ENDINGS:
                self._files.setdefault(file.stem.lower(), []).append(file)
        self.names = {name: files[0].name for name, files in self._files.items()}
        if not self._files:
            raise SchemaError(f"{self.label} holds no table. {_what_is_here(here)}")

    def read(self, name: str, known: Iterable[str]) -> RawTable:
        """One file as a raw table."""
        files = self._files[name]
        if len(files) > 1:
            both = " and ".join(file.name for file in files)
            told = Problem(
                name,
                "",
                f"the folder holds {both}, and only one of them can be the table",
                "two_files",
                "Keep one of them.",
                extent="table",
            )
            return RawTable(name, both, None, (told,))
        file = files[0]
        refused = why_not_to_open(file, inside=self._folder)
        if refused:
            return unreadable(name, file.name, refused, "Put the file itself into the folder, or take it away.")
        try:
            return _read_parquet(file) if file.suffix.lower() == ".parquet" else read_csv_text(file, known)
        except SchemaError as error:
            return unreadable(name, file.name, str(error), "Give a smaller or sound file, or take this one away.")
        except OSError as error:
            why = f"the file cannot be opened ({error.strerror or error})"
            return unreadable(name, file.name, why, "Look whether another program has it open, and whose it is.")


def _what_is_here(files: list[Path]) -> str:
    wanted = "Expected people.csv and either occasions.csv with participation.csv, or contact_log.csv (or .parquet)"
    whole = [file.name for file in files if file.suffix.lower() in (".xlsx", *DATABASE_ENDINGS)]
    if whole:
        return f"{wanted}. To read {whole[0]!r}, give that file instead of the folder."
    return f"{wanted}; it holds {', '.join(file.name for file in files[:5]) or 'nothing'}."


def _read_parquet(path: Path) -> RawTable:
    name = path.stem.lower()
    if path.stat().st_size == 0:
        return empty(name, path.name, "0 bytes")
    try:
        table, problems = parquet_table(path, name)
    except NotParquet:
        return unreadable(name, path.name, "it is cut short or is not Parquet", "Export or copy it again.")
    return _numbered(name, path.name, table, problems)


def _numbered(name: str, origin: str, table: pa.Table, problems: Sequence[Problem] = ()) -> RawTable:
    """A raw table of typed columns; rows count as if a header stood in row 1."""
    rows = pa.array(np.arange(2, table.num_rows + 2))
    return raw_table(name, origin, table.column_names, table.columns, rows, problems)


class Workbook:
    """One sheet a table."""

    place = "sheet"

    def __init__(self, path: Path) -> None:
        from python_calamine import CalamineError, CalamineWorkbook

        self.label = f"The workbook {path.name!r}"
        self._book = None
        try:
            require_sound_workbook(path)
            self._book = _without_panic(CalamineWorkbook.from_path, str(path))
        except (CalamineError, OSError) as error:
            raise SchemaError(f"{self.label} cannot be opened: it is damaged, locked or not an .xlsx file.") from error
        self.names = {sheet.strip().lower(): sheet for sheet in self._book.sheet_names}

    def _lines(self, sheet: str) -> list[list[Any]]:
        return self._book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)

    def read(self, name: str, known: Iterable[str]) -> RawTable:
        """One sheet as a raw table; rows count as in the sheet."""
        sheet = self.names[name]
        lines = _without_panic(self._lines, sheet)
        start = next((row for row, line in enumerate(lines) if any(_cell(cell) for cell in line)), None)
        origin = f"sheet {sheet!r}"
        if start is None:
            return empty(name, origin, "no header and no rows")
        cells = [_cell_column(column) for column in zip(*lines[start + 1 :], strict=False)]
        width = len(lines[start])
        columns = cells or [pa.chunked_array([], pa.large_string())] * width
        rows = pa.array(np.arange(start + 2, len(lines) + 1))
        raw = raw_table(name, origin, [_cell(cell) for cell in lines[start]], columns, rows)
        numbers = _number_columns(raw, lines[start], lines[start + 1 :])
        return RawTable(raw.name, raw.origin, raw.table, raw.problems, numbers)


def _without_panic(ask: Callable[[str], Any], name: str) -> Any:
    """What the workbook answers; where its reader stops in the middle, that is an error like any other."""
    try:
        return ask(name)
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise SchemaError(f"{name!r} cannot be read: the workbook is damaged. Save it again from Excel.") from error


def _cell_column(cells: Sequence[Any]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array([_cell(cell) for cell in cells], pa.large_string())])


def _number_columns(raw: RawTable, header: Sequence[Any], lines: Sequence[Sequence[Any]]) -> frozenset[str]:
    return frozenset(
        title
        for place, cell in enumerate(header)
        if (title := _cell(cell).strip()) in raw.columns
        and any(isinstance(line[place], (int, float)) and not isinstance(line[place], bool) for line in lines)
    )


def _cell(value: Any) -> str:
    """A cell as text: whole numbers without a point, dates and times as ISO."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.isoformat(sep="T") if value.time() != dt.time() else value.date().isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return "" if value is None else str(value)


class Database:
    """One table of a DuckDB file a table."""

    place = "table"

    def __init__(self, path: Path) -> None:
        self.label = f"The database {path.name!r}"
        self._path = str(require_regular(path))
        require_size(path, most=MOST_DATABASE_BYTES, remedy="Keep the tables of a record in a file of their own.")
        try:
            tables, self._views = database_tables(self._path)
        except DatabaseError as error:
            raise self._closed() from error
        self.names = {name.lower(): name for name in (*self._views, *tables)}
        if not self.names:
            raise SchemaError(f"{self.label} holds no table.")

    def _closed(self) -> SchemaError:
        return SchemaError(
            f"{self.label} cannot be opened: it is not a DuckDB file, was written by a newer DuckDB, or another "
            "program has it open. Close that program, or export the tables to a folder of Parquet files."
        )

    def read(self, name: str, known: Iterable[str]) -> RawTable:
        """One table of the file as a raw table."""
        title = self.names[name]
        origin = f"table {title!r}"
        if title in self._views:
            why = "it is a view, a question that may be about any file of this machine, and is not asked"
            remedy = f"Make a table of it: CREATE TABLE new AS SELECT * FROM {column_sql(title)}, then DROP VIEW and rename."
            return unreadable(name, f"view {title!r}", why, remedy)
        try:
            return _numbered(name, origin, database_table(self._path, title))
        except SchemaError as error:
            return unreadable(name, origin, str(error), "Give a smaller table.")
        except DatabaseError as error:
            raise self._closed() from error


class Offered:
    """One table another process hands over a table."""

    place = "table"
    label = "The record handed over"

    def __init__(self, address: str) -> None:
        self._tables, _ = taken_over(address)
        self.names = {name: name for name in self._tables}

    def read(self, name: str, known: Iterable[str]) -> RawTable:
        """One table as a raw table."""
        return _numbered(name, f"table {name!r}", self._tables[name])


def known_columns(name: str) -> set[str]:
    """Names a column of a table may go by, in small letters."""
    schema = READABLE_TABLES.get(name)
    if schema is None:
        return set()
    return {alias for column in schema.columns for alias in (column.name, *column.aliases)}
