"""Where tables come from: a folder of files, a workbook, a database; each lists its tables and reads one at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from recoverynet.errors import SchemaError
from recoverynet.tables.csv_text import read_csv_text
from recoverynet.tables.engine import DatabaseError, database_tables
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.problems import Problem
from recoverynet.tables.raw import RawTable, empty, raw_table, unreadable

TEXT_ENDINGS = (".csv", ".tsv")
DATABASE_ENDINGS = (".duckdb", ".db")
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
        There is nothing there, it is of another kind, or it holds no table at all.
    """
    if not isinstance(path, str | PathLike):
        raise SchemaError(
            f"A record is read from a folder, a workbook (.xlsx) or a DuckDB file: give its path, such as 'my_folder'; got a "
            f"{type(path).__name__}. Tables in memory go to RecoveryRecord(people, occasions, participation)."
        )
    path = Path(path)
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
        self.label = f"The folder {str(path)!r}"
        self._files: dict[str, list[Path]] = {}
        here = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith((".", "~")))
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
        try:
            return _read_parquet(file) if file.suffix.lower() == ".parquet" else read_csv_text(file, known)
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
        table = pyarrow.parquet.ParquetFile(path).read()
    except (pa.ArrowException, OSError, ValueError):
        return unreadable(name, path.name, "it is cut short or is not Parquet", "Export or copy it again.")
    return _numbered(name, path.name, table)


def _numbered(name: str, origin: str, table: pa.Table) -> RawTable:
    """A raw table of typed columns; rows count as if a header stood in row 1."""
    rows = pa.array(np.arange(2, table.num_rows + 2))
    return raw_table(name, origin, table.column_names, table.columns, rows)


class Workbook:
    """One sheet a table."""

    place = "sheet"

    def __init__(self, path: Path) -> None:
        from python_calamine import CalamineError, CalamineWorkbook

        self.label = f"The workbook {path.name!r}"
        try:
            self._book = CalamineWorkbook.from_path(str(path))
        except (CalamineError, OSError) as error:
            raise SchemaError(f"{self.label} cannot be opened: it is damaged, locked or not an .xlsx file.") from error
        self.names = {sheet.strip().lower(): sheet for sheet in self._book.sheet_names}

    def read(self, name: str, known: Iterable[str]) -> RawTable:
        """One sheet as a raw table; rows count as in the sheet."""
        sheet = self.names[name]
        lines = self._book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
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
        try:
            self._tables = database_tables(str(path))
        except DatabaseError as error:
            raise SchemaError(
                f"{self.label} cannot be opened: it is not a DuckDB file, was written by a newer DuckDB, or another "
                "program has it open. Close that program, or export the tables to a folder of Parquet files."
            ) from error
        self.names = {name.lower(): name for name in self._tables}
        if not self.names:
            raise SchemaError(f"{self.label} holds no table.")

    def read(self, name: str, known: Iterable[str]) -> RawTable:
        """One table of the file as a raw table."""
        return _numbered(name, f"table {self.names[name]!r}", self._tables[self.names[name]])


def known_columns(name: str) -> set[str]:
    """Names a column of a table may go by, in small letters."""
    schema = READABLE_TABLES.get(name)
    if schema is None:
        return set()
    return {alias for column in schema.columns for alias in (column.name, *column.aliases)}
