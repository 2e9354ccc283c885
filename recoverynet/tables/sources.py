"""Where tables come from: a folder of files, a workbook, a database; each lists its tables and reads one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from recoverynet.arguments import as_path
from recoverynet.atomic import require_finished
from recoverynet.errors import SchemaError
from recoverynet.tables.areas import Area
from recoverynet.tables.csv_text import csv_head, read_csv_text
from recoverynet.tables.engine import DatabaseError, column_sql, database_table, database_tables
from recoverynet.tables.handover import is_offer, taken_over
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.parquet import NotParquet, parquet_table
from recoverynet.tables.problems import Problem
from recoverynet.tables.raw import ROW, RawTable, empty, raw_table, unreadable
from recoverynet.tables.workbooks import WORKBOOK_ENDINGS, Workbook
from recoverynet.untrusted.opening import files_in, require_regular, require_size, why_not_to_open

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
    hidden : frozenset of str
        Those among them that whoever opens the source does not see.
    """

    label: str
    place: str
    names: dict[str, str]
    hidden: frozenset[str]

    def read(self, name: str, known: Iterable[str], area: Area | None = None) -> RawTable:
        """One table, or the part of it that stands in an area; ``known`` are column names to be expected."""

    def head(self, name: str, n_rows: int) -> list[list[str]]:
        """The first rows of a table as text, its heading among them; empty where it cannot be read."""


def open_source(path: str | Path, *, one_file: bool = False) -> Source:
    """The tables of a folder, a workbook (.xlsx) or a DuckDB file (.duckdb, .db); with ``one_file`` also of one CSV.

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
    if ending in WORKBOOK_ENDINGS:
        return Workbook(path)
    if ending in DATABASE_ENDINGS:
        return Database(path)
    if one_file and ending in (*TABLE_ENDINGS, ".txt"):
        return Folder(path.parent, only=path.name)
    advice = f"give the folder it lies in ({str(path.parent)!r})" if ending in TABLE_ENDINGS else "give one of those"
    raise SchemaError(
        f"A record is read from a folder of CSV or Parquet files, a workbook (.xlsx) or a DuckDB file (.duckdb, .db); "
        f"{path.name!r} is none of them: {advice}."
    )


class Folder:
    """One file a table."""

    place = "file"
    hidden: frozenset[str] = frozenset()

    def __init__(self, path: Path, only: str | None = None) -> None:
        require_finished(path)
        self.label = f"The folder {str(path)!r}" if only is None else f"The file {only!r}"
        self._folder = path
        self._files: dict[str, list[Path]] = {}
        here = list(files_in(path))
        for file in here:
            if file.name == only or (only is None and file.suffix.lower() in TABLE_ENDINGS):
                self._files.setdefault(file.stem.lower(), []).append(file)
        self.names = {name: files[0].name for name, files in self._files.items()}
        if not self._files:
            raise SchemaError(f"{self.label} holds no table. {_what_is_here(here)}")

    def read(self, name: str, known: Iterable[str], area: Area | None = None) -> RawTable:
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
            if file.suffix.lower() != ".parquet":
                return read_csv_text(file, known, area)
            _require_no_area(file.name, area)
            return _read_parquet(file)
        except SchemaError as error:
            return unreadable(name, file.name, str(error), "Give a smaller or sound file, or take this one away.")
        except OSError as error:
            why = f"the file cannot be opened ({error.strerror or error})"
            return unreadable(name, file.name, why, "Look whether another program has it open, and whose it is.")

    def head(self, name: str, n_rows: int) -> list[list[str]]:
        """The first rows of one file as text."""
        file = self._files[name][0]
        if why_not_to_open(file, inside=self._folder):
            return []
        return _head_of(self.read(name, ()), n_rows) if file.suffix.lower() == ".parquet" else csv_head(file, n_rows)


def _head_of(raw: RawTable, n_rows: int) -> list[list[str]]:
    """The names and first values of a table whose columns are typed already."""
    if raw.table is None:
        return []
    rows = raw.table.drop_columns([ROW]).slice(0, n_rows - 1).to_pylist()
    return [raw.columns, *[["" if value is None else str(value) for value in row.values()] for row in rows]]


def _require_no_area(origin: str, area: Area | None) -> None:
    if area is not None:
        raise SchemaError(f"The mapping gives an area of {origin}; areas are for sheets and text files only.")


def _what_is_here(files: list[Path]) -> str:
    wanted = "Expected people.csv and either occasions.csv with participation.csv, or contact_log.csv (or .parquet)"
    whole = [file.name for file in files if file.suffix.lower() in (*WORKBOOK_ENDINGS, *DATABASE_ENDINGS)]
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


class Database:
    """One table of a DuckDB file a table."""

    place = "table"
    hidden: frozenset[str] = frozenset()

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

    def read(self, name: str, known: Iterable[str], area: Area | None = None) -> RawTable:
        """One table of the file as a raw table."""
        _require_no_area(f"table {self.names[name]!r}", area)
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

    def head(self, name: str, n_rows: int) -> list[list[str]]:
        """The names and first values of one table."""
        return _head_of(self.read(name, ()), n_rows)


class Offered:
    """One table another process hands over a table."""

    place = "table"
    label = "The record handed over"
    hidden: frozenset[str] = frozenset()

    def __init__(self, address: str) -> None:
        self._tables, _ = taken_over(address)
        self.names = {name: name for name in self._tables}

    def read(self, name: str, known: Iterable[str], area: Area | None = None) -> RawTable:
        """One table as a raw table; what is handed over has no areas."""
        return _numbered(name, f"table {name!r}", self._tables[name])

    def head(self, name: str, n_rows: int) -> list[list[str]]:
        """The names and first values of one table."""
        return _head_of(self.read(name, ()), n_rows)


def known_columns(name: str) -> set[str]:
    """Names a column of a table may go by, in small letters."""
    schema = READABLE_TABLES.get(name)
    if schema is None:
        return set()
    return {alias for column in schema.columns for alias in (column.name, *column.aliases)}
