"""What every engine can be asked for, whichever it is."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pyarrow as pa


class EngineSession(Protocol):
    """A connection to an engine that knows tables by name and answers queries in the one dialect.

    Attributes
    ----------
    name : str
        ``"duckdb"`` or ``"spark"``.
    """

    name: str

    def hold(self, name: str, table: pa.Table) -> None:
        """Make a table in memory known under a name."""

    def scan(self, name: str, path: Path) -> None:
        """Make a Parquet file, or a folder of them, known under a name without reading it."""

    def define(self, name: str, query: str) -> None:
        """Give a query a name."""

    def keep(self, name: str, query: str) -> None:
        """Give the answer to a query a name, worked out once; on disk where it does not fit."""

    def drop(self, name: str) -> None:
        """Forget what was held, defined or kept under a name."""

    def table(self, query: str) -> pa.Table:
        """What a query answers with, brought here."""

    def write(self, query: str, folder: Path) -> None:
        """What a query answers with, as Parquet files in a folder, without bringing it here."""

    def close(self) -> None:
        """Let go of everything, files in between included."""
