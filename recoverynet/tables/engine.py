"""One thin wrapper around DuckDB: Arrow tables in, rows or Arrow tables out, nothing written to disk, nothing let in or out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from recoverynet.errors import SchemaError
from recoverynet.untrusted.opening import MOST_TEXT, require_shape

MEMORY = "2GB"
"""What one connection may take."""
_THREADS = 4


def locked_connection(
    path: str | Path = ":memory:",
    *,
    read_only: bool = False,
    within: str | Path | None = None,
    memory: str = "",
    threads: int | None = None,
    spill: str | Path | None = None,
    tz: str = "UTC",
) -> duckdb.DuckDBPyConnection:
    """The one way to open DuckDB: a connection that reaches no other file and no network, within bounds nobody can lift.

    Parameters
    ----------
    path : path
        A DuckDB file, or ``":memory:"``.
    read_only : bool
        Whether the file may only be read.
    within : path, optional
        The one folder whose files may be read and written. Default: none.
    memory : str
        What it may take, such as ``"3GB"``. Default: :data:`MEMORY`.
    threads : int, optional
        How many cores it may keep busy. Default: four, or as many as there are.
    spill : path, optional
        A private folder for what does not fit into memory. Default: nothing is put on disk, and what does not fit fails.
    tz : str
        Time zone in which an instant has its day.

    Returns
    -------
    duckdb.DuckDBPyConnection
        Arrow tables and frames may be registered with it. ``read_text``, ``read_csv``, COPY to files (outside ``folder``),
        ATTACH, INSTALL and LOAD are refused by DuckDB, and so is any SET.
    """
    bounds: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "allow_persistent_secrets": False,
        "memory_limit": memory or MEMORY,
        "threads": threads or min(_THREADS, os.cpu_count() or 1),
        "temp_directory": "" if spill is None else str(spill),
        "preserve_insertion_order": spill is None,
    }
    connection = duckdb.connect(str(path), read_only=read_only, config=bounds)
    if within is not None:
        connection.execute(f"SET allowed_directories = [{text_sql(os.path.join(os.path.realpath(within), ''))}]")
    for setting in (
        f"TimeZone = {text_sql(tz)}",
        "parquet_metadata_cache = true",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")
    return connection


class Engine:
    """An embedded database in memory that asks questions of Arrow tables without copying them."""

    def __init__(self) -> None:
        self._connection = locked_connection()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    def hold(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table known under a name, in place of any table so called before."""
        self._connection.register(name, table)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Every row a query answers with."""
        with _room_told():
            return list(self._connection.sql(query).fetchall())

    def row(self, query: str) -> tuple[Any, ...]:
        """The one row a query answers with."""
        return self.rows(query)[0]

    def table(self, query: str) -> pa.Table:
        """What a query answers with, as an Arrow table."""
        with _room_told():
            return self._connection.sql(query).to_arrow_table()


@contextmanager
def _room_told() -> Iterator[None]:
    """Too little memory, in words."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise SchemaError(
            f"These tables need more than the {MEMORY} of memory that are set aside for asking questions of them. Split them "
            "by period, or leave out columns that are not needed."
        ) from error


def column_sql(name: str) -> str:
    """A column or table name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def text_sql(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def list_sql(texts: object) -> str:
    """Several texts as SQL writes them after IN."""
    return "(" + ", ".join(text_sql(str(text)) for text in texts) + ")"  # type: ignore[attr-defined]


def database_tables(path: str) -> tuple[list[str], list[str]]:
    """Names of the tables of a DuckDB file, and of its views, which are questions and are never asked."""
    with locked_connection(path, read_only=True) as connection:
        rows = connection.sql(
            "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'main' ORDER BY table_name"
        ).fetchall()
    tables = [name for name, kind in rows if kind == "BASE TABLE"]
    return tables, [name for name, kind in rows if kind != "BASE TABLE"]


def database_table(path: str, name: str) -> pa.Table:
    """One table of a DuckDB file, opened for reading only; raises SchemaError where it is larger than can be read."""
    with locked_connection(path, read_only=True) as connection, _room_told():
        whole = connection.sql(f"SELECT * FROM main.{column_sql(name)}")
        n_rows = connection.sql(f"SELECT count(*) FROM main.{column_sql(name)}").fetchall()[0][0]
        require_shape(int(n_rows), len(whole.columns), f"table {name!r}")
        texts = [column_sql(title) for title, kind in zip(whole.columns, whole.types, strict=True) if kind.id not in _OF_FIXED_SIZE]
        lengths = " + ".join(f"coalesce(sum(strlen(CAST({title} AS VARCHAR))), 0)" for title in texts) or "0"
        size = int(connection.sql(f"SELECT {lengths} FROM main.{column_sql(name)}").fetchall()[0][0])
        if size > MOST_TEXT:
            raise SchemaError(
                f"table {name!r} holds {size / 1e9:,.1f} GB of text, and at most {MOST_TEXT / 1e9:,.0f} GB are read. Split it "
                "by period, or leave out columns that are not needed."
            )
        return whole.to_arrow_table()


_OF_FIXED_SIZE = (
    *("boolean", "tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"),
    *("float", "double", "decimal", "date", "time", "time with time zone", "interval", "uuid"),
    *("timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns", "timestamp with time zone"),
)

DatabaseError = duckdb.Error
"""What DuckDB raises when it cannot open a file or answer a query."""
