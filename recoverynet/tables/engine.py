"""One thin wrapper around DuckDB: Arrow tables in, rows or Arrow tables out, nothing written to disk."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


class Engine:
    """An embedded database in memory that asks questions of Arrow tables without copying them."""

    def __init__(self) -> None:
        self._connection = duckdb.connect(":memory:", config=OFFLINE)
        self._connection.execute("SET temp_directory = ''")

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    def hold(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table known under a name, in place of any table so called before."""
        self._connection.register(name, table)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Every row a query answers with."""
        return list(self._connection.sql(query).fetchall())

    def row(self, query: str) -> tuple[Any, ...]:
        """The one row a query answers with."""
        return self.rows(query)[0]

    def table(self, query: str) -> pa.Table:
        """What a query answers with, as an Arrow table."""
        return self._connection.sql(query).to_arrow_table()


def column_sql(name: str) -> str:
    """A column or table name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def text_sql(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def list_sql(texts: object) -> str:
    """Several texts as SQL writes them after IN."""
    return "(" + ", ".join(text_sql(str(text)) for text in texts) + ")"  # type: ignore[attr-defined]


def database_tables(path: str) -> dict[str, pa.Table]:
    """Every table of a DuckDB file, by name; the file is opened for reading only."""
    with duckdb.connect(path, read_only=True, config=OFFLINE) as connection:
        names = [
            row[0]
            for row in connection.sql(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY table_name"
            ).fetchall()
        ]
        return {name: connection.sql(f"SELECT * FROM {column_sql(name)}").to_arrow_table() for name in names}


DatabaseError = duckdb.Error
"""What DuckDB raises when it cannot open a file or answer a query."""
