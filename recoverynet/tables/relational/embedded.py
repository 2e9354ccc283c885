"""DuckDB as the engine: in this process, within a bound of memory, the rest in a private folder that goes again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet

from recoverynet.errors import EngineError, SchemaError
from recoverynet.scratch import private_folder, remove_private
from recoverynet.tables.engine import column_sql, locked_connection, text_sql

MEMORY = "2.5GB"
"""What DuckDB itself may take by default; with Python and the answers that is under 4 GB for the whole process."""
_BATCH = 1 << 17


class EmbeddedSession:
    """DuckDB over Parquet or over tables in memory; see :class:`recoverynet.tables.relational.session.EngineSession`."""

    name = "duckdb"

    def __init__(
        self,
        *,
        within: Path | None = None,
        tz: str,
        memory: str = MEMORY,
        threads: int | None = None,
        spill_into: str | Path | None = None,
    ) -> None:
        self.memory = memory
        self._kept: set[str] = set()
        self._defined: set[str] = set()
        try:
            self._spill = private_folder("recoverynet-spill-", spill_into)
        except OSError as error:
            raise EngineError(f"No private folder for what does not fit into memory can be made in {spill_into}.") from error
        try:
            self._connection = locked_connection(within=within, memory=memory, threads=threads, spill=self._spill, tz=tz)
        except duckdb.Error as error:
            remove_private(self._spill)
            raise SchemaError(
                f"memory must be a size such as '3GB' and threads a whole number of 1 or more; got {memory!r} and {threads!r}."
            ) from error

    def hold(self, name: str, table: pa.Table) -> None:
        """Make a table in memory known under a name."""
        self._connection.register(name, table)

    def scan(self, name: str, path: Path) -> None:
        """Make a Parquet file, or a folder of them, known under a name without reading it."""
        files = f"{path}/*.parquet" if path.is_dir() else str(path)
        self.define(name, f"SELECT * FROM read_parquet({text_sql(files)})")

    def define(self, name: str, query: str) -> None:
        """Give a query a name."""
        self._run(f"CREATE OR REPLACE VIEW {column_sql(name)} AS {query}")
        self._defined.add(name)

    def keep(self, name: str, query: str) -> None:
        """Give the answer to a query a name, worked out once; on disk where it does not fit."""
        self._run(f"CREATE OR REPLACE TABLE {column_sql(name)} AS {query}")
        self._kept.add(name)

    def drop(self, name: str) -> None:
        """Forget what was held, defined or kept under a name."""
        if name in self._kept:
            self._run(f"DROP TABLE {column_sql(name)}")
        elif name in self._defined:
            self._run(f"DROP VIEW {column_sql(name)}")
        else:
            self._connection.unregister(name)
        self._kept.discard(name)
        self._defined.discard(name)

    def table(self, query: str) -> pa.Table:
        """What a query answers with, brought here."""
        with self._told():
            return self._connection.sql(query).to_arrow_table()

    def write(self, query: str, folder: Path) -> None:
        """What a query answers with, as Parquet files in a folder, without bringing it here."""
        with self._told():
            reader = self._connection.sql(query).to_arrow_reader(_BATCH)
            with pyarrow.parquet.ParquetWriter(folder / "part-0.parquet", reader.schema, compression="zstd") as writer:
                for batch in reader:
                    writer.write_batch(batch)

    def close(self) -> None:
        """Let go of everything, files in between included."""
        self._connection.close()
        remove_private(self._spill)

    def _run(self, statement: str) -> None:
        with self._told():
            self._connection.execute(statement)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong inside DuckDB, in words."""
        try:
            yield
        except duckdb.OutOfMemoryException as error:
            raise EngineError(
                f"This needs more than the {self.memory} of memory set aside for it, and more than fits on the disk it may use "
                "besides. Ask for a shorter window, set memory= higher, or name a larger disk with spill_into=. Nothing was "
                "written, and everything is safe to repeat."
            ) from error
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise SchemaError(
                "A file of the record is missing, cut short or not what it was, or the disk for what does not fit into memory is "
                "full. Nothing was written: look at the folder, free some space, and ask again."
            ) from error
