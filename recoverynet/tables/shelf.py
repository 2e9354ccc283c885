"""The index behind a record store: occasions by person, who met whom, meetings by group; in memory or as Parquet."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from recoverynet.tables.engine import column_sql, locked_connection, text_sql
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.record import RecoveryRecord, Window

INDEX = "index"
INDEXES = ("by_person", "met", "by_group", "guides")
_TIMED = {"observations": "observed_at", "linkage": "at"}
_SORTED = {
    "observations": "person_id", "linkage": "client_id", "nominations": "ego_id", "episodes": "person_id", "alter_ties": "ego_id",
}  # fmt: skip
_PARQUET = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 16384"
PERSONAL_KINDS = ("one_to_one", "call", "text", "outreach", "social")
_BUILD = {
    "by_person": "SELECT p.person_id, p.part, o.*, epoch_us(o.started_at) AS us FROM participation p JOIN occasions o USING "
    "(occasion_id) ORDER BY p.person_id, us",
    "met": "SELECT a.person_id, b.person_id AS other_id, epoch_us(o.started_at) AS us FROM occasions o JOIN participation a USING "
    "(occasion_id) JOIN participation b USING (occasion_id) WHERE o.group_id IS NULL AND o.kind IN "
    f"({', '.join(map(text_sql, PERSONAL_KINDS))}) AND a.person_id <> b.person_id ORDER BY a.person_id, us",
    "guides": "SELECT p.person_id, p.part, o.*, epoch_us(o.started_at) AS us FROM participation p JOIN occasions o USING "
    "(occasion_id) JOIN people q USING (person_id) WHERE q.introducer_consent AND o.group_id IS NOT NULL ORDER BY us",
    "by_group": "SELECT o.*, epoch_us(o.started_at) AS us FROM occasions o WHERE o.group_id IS NOT NULL ORDER BY o.group_id, us",
}


class Shelf:
    """Tables and indexes under one DuckDB connection, answering with frames."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, tz: str | None = None) -> None:
        self._connection, self._tz = connection, tz

    @classmethod
    def in_memory(cls, record: RecoveryRecord) -> Shelf:
        """The tables of a record, indexed in memory."""
        connection = locked_connection()
        _hold(connection, record)
        for name, query in _BUILD.items():
            connection.execute(f"CREATE TABLE {name} AS {query}")
        return cls(connection)

    @classmethod
    def on_disk(cls, folder: Path) -> Shelf:
        """The tables and indexes of a folder, read when asked for."""
        folder = Path(os.path.realpath(folder))
        connection = locked_connection(within=folder)
        empty = RecoveryRecord(*(RECORD_TABLES[name].empty() for name in ("people", "occasions", "participation")))
        _hold(connection, empty, [name for name in RECORD_TABLES if not (folder / f"{name}.parquet").is_file()])
        paths = {name: folder / f"{name}.parquet" for name in RECORD_TABLES}
        paths |= {name: folder / INDEX / f"{name}.parquet" for name in INDEXES}
        for name, path in paths.items():
            if path.is_file():
                connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({text_sql(str(path))})")
        return cls(connection)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def whole(self, name: str) -> pd.DataFrame:
        """A whole table."""
        return self._frame(f"SELECT * FROM {name}")

    def seen_window(self, tz: str) -> Window | None:
        """From the first day of any occasion or observation to the day after the last."""
        bounds = self._frame(
            "SELECT min(seen) AS first, max(seen) AS last FROM (SELECT started_at AS seen FROM occasions UNION ALL "
            "SELECT observed_at FROM observations)"
        ).iloc[0]
        if pd.isna(bounds["first"]):
            return None
        first, last = (pd.Timestamp(bounds[name]).tz_convert(tz) for name in ("first", "last"))
        return first.normalize(), last.normalize() + pd.DateOffset(days=1)

    def met_by(self, people: Iterable[str], start: pd.Timestamp, end: pd.Timestamp) -> set[str]:
        """Whom some people met as persons in [start, end)."""
        found = self._of("SELECT DISTINCT other_id FROM met", "person_id", people, _between("us", start, end))
        return set(found["other_id"])

    def named_with(self, people: Iterable[str]) -> set[str]:
        """Whom some people named, and who named them."""
        ids = list(people)
        named = self._of("SELECT DISTINCT alter_id AS person FROM nominations", "ego_id", ids)
        naming = self._of("SELECT DISTINCT ego_id AS person FROM nominations", "alter_id", ids)
        return set(named["person"]) | set(naming["person"])

    def tables_around(
        self, core: set[str], others: set[str], begin: pd.Timestamp, since: pd.Timestamp, end: pd.Timestamp, *, guides: bool
    ) -> dict[str, pd.DataFrame]:
        """The tables of a small record but people, groups and separations.

        Of others only occasions dated from ``since`` on; with ``guides`` also the latest meeting since then of each
        person and group, of everybody who has agreed to introduce others.
        """
        people, before = core | others, f"< {_us(end)}"
        seen = f"epoch_us(observed_at) >= {_us(begin)} AND epoch_us(observed_at) {before}"
        occasions, participation = self._contacts(core, others, begin, since, end, guides)
        return {
            "occasions": occasions,
            "participation": participation,
            "episodes": self._of("SELECT * FROM episodes", "person_id", people),
            "observations": self._of("SELECT * FROM observations", "person_id", people, seen),
            "nominations": self._of("SELECT * FROM nominations", "ego_id", people),
            "alter_ties": self._of("SELECT * FROM alter_ties", "ego_id", core),
            "linkage": self._linkage(people, since, end, guides),
        }

    def _contacts(
        self, core: set[str], others: set[str], begin: pd.Timestamp, since: pd.Timestamp, end: pd.Timestamp, guides: bool
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Occasions and participation, the other meetings of the groups of ``core`` included: with nobody listed."""
        rows, lately = "SELECT * EXCLUDE (us) FROM by_person", _between("us", since, end)
        parts = [self._of(rows, "person_id", core, _between("us", begin, end)), self._of(rows, "person_id", others, lately)]
        if guides:
            latest = "QUALIFY row_number() OVER (PARTITION BY person_id, group_id ORDER BY us DESC) = 1"
            parts.append(self._frame(f"SELECT * EXCLUDE (us) FROM guides WHERE {lately} {latest}"))
        taken = pd.concat(parts, ignore_index=True).drop_duplicates(["occasion_id", "person_id"])
        groups = parts[0]["group_id"].dropna().unique()
        meetings = self._of("SELECT * EXCLUDE (us) FROM by_group", "group_id", groups, _between("us", begin, end))
        occasions = pd.concat([taken.drop(columns=["person_id", "part"]), meetings], ignore_index=True)
        participation = taken[["occasion_id", "person_id", "part"]].reset_index(drop=True)
        return occasions.drop_duplicates("occasion_id", ignore_index=True), participation

    def _linkage(self, people: Iterable[str], since: pd.Timestamp, end: pd.Timestamp, guides: bool) -> pd.DataFrame:
        """Steps of some people towards groups, those they made others take, and introductions made since."""
        ids = _listed(people)
        made = f"OR (stage IN ('accepted', 'introduced') AND epoch_us(\"at\") >= {_us(since)})" if guides else ""
        whose = f"client_id IN ({ids}) OR by_person_id IN ({ids}) {made}"
        return self._frame(f'SELECT * FROM linkage WHERE epoch_us("at") < {_us(end)} AND ({whose})')

    def _of(self, query: str, column: str, ids: Iterable[str], also: str = "TRUE") -> pd.DataFrame:
        """A query narrowed to some ids."""
        return self._frame(f"{query} WHERE {column_sql(column)} IN ({_listed(ids)}) AND {also}")

    def _frame(self, query: str) -> pd.DataFrame:
        return self._connection.sql(query).to_arrow_table().to_pandas()


def write_index(record: RecoveryRecord, folder: Path) -> None:
    """Write the indexes of a record beside its tables, and its tables in the order they are looked up."""
    folder = Path(os.path.realpath(folder))
    (folder / INDEX).mkdir(parents=True, exist_ok=True)
    connection = locked_connection(within=folder)
    _hold(connection, record)
    queries = {folder / INDEX / f"{name}.parquet": query for name, query in _BUILD.items()}
    queries |= {
        folder / f"{name}.parquet": f"SELECT * FROM {name} ORDER BY {key}"
        for name, key in _SORTED.items()
        if len(getattr(record, name))
    }
    for path, query in queries.items():
        connection.execute(f"COPY ({query}) TO {text_sql(str(path))} ({_PARQUET})")
    connection.close()


def _hold(connection: duckdb.DuckDBPyConnection, record: RecoveryRecord, names: Iterable[str] = tuple(RECORD_TABLES)) -> None:
    """Tables of a record as tables of the connection."""
    for name in names:
        connection.register("given", pa.Table.from_pandas(getattr(record, name), preserve_index=False))
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        connection.unregister("given")


def _listed(ids: Iterable[str]) -> str:
    """Ids as SQL writes them between the brackets of IN; NULL, which nothing equals, where there are none."""
    return ", ".join(text_sql(each) for each in sorted(ids)) or "NULL"


def _between(column: str, start: pd.Timestamp, end: pd.Timestamp) -> str:
    return f"{column} >= {_us(start)} AND {column} < {_us(end)}"


def _us(instant: Any) -> int:
    """Microseconds since 1970."""
    return int(pd.Timestamp(instant).as_unit("us").asm8.astype("int64"))
