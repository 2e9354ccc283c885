"""The index behind a record store: occasions by person, who met whom, meetings by group; in memory or as Parquet."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from recoverynet.errors import SchemaError
from recoverynet.tables.engine import column_sql, locked_connection, text_sql
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.record import RecoveryRecord, Window

INDEX = "index"
INDEXES = ("by_person", "met", "by_group", "guides")
_TIMED = {"observations": "observed_at", "linkage": "at"}
_SORTED = {
    "observations": "person_id", "linkage": "client_id", "nominations": "ego_id", "episodes": "person_id", "alter_ties": "ego_id",
}  # fmt: skip
_PARQUET = "FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE 32768"
PERSONAL_KINDS = ("one_to_one", "call", "text", "outreach", "social")
_BUILD = {
    "by_person": "SELECT p.person_id, p.part, o.*, epoch_us(o.started_at) AS us FROM participation p JOIN occasions o USING "
    "(occasion_id) ORDER BY p.person_id, us",
    "met": "SELECT a.person_id, b.person_id AS other_id, b.part AS other_part, o.occasion_id, epoch_us(o.started_at) AS us FROM "
    "occasions o JOIN participation a USING (occasion_id) JOIN participation b USING (occasion_id) WHERE o.group_id IS NULL AND "
    f"o.kind IN ({', '.join(map(text_sql, PERSONAL_KINDS))}) AND a.person_id <> b.person_id ORDER BY a.person_id, us",
    "guides": "SELECT p.person_id, p.part, o.*, epoch_us(o.started_at) AS us FROM participation p JOIN occasions o USING "
    "(occasion_id) JOIN people q USING (person_id) WHERE q.introducer_consent AND o.group_id IS NOT NULL ORDER BY us",
    "by_group": "SELECT o.*, epoch_us(o.started_at) AS us FROM occasions o WHERE o.group_id IS NOT NULL ORDER BY o.group_id, us",
}


@dataclass(frozen=True)
class Reach:
    """Whom a small record is about, and in which time.

    Attributes
    ----------
    core : set of str
        The people asked for: everything from ``begin`` to ``end``, and whoever was there with them as persons.
    others : set of str
        People they met or named, and who could introduce them: occasions from ``since`` to ``end``.
    apart : set of str
        People kept apart from ``core``: as others, and whoever was there with them as persons or named them. Beside
        these, everybody who has agreed to introduce others may be there as a *guide*: with their latest meeting of each
        group since then.
    begin, since, end : pandas.Timestamp
    companions : pandas.DataFrame
        Whoever was there when ``core`` met somebody as a person.
    """

    core: set[str]
    others: set[str]
    apart: set[str]
    begin: pd.Timestamp
    since: pd.Timestamp
    end: pd.Timestamp
    companions: pd.DataFrame

    @property
    def everybody(self) -> set[str]:
        """All of them."""
        return self.core | self.others


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
                with _readable():
                    connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({text_sql(str(path))})")
        return cls(connection)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def whole(self, name: str) -> pd.DataFrame:
        """A whole table."""
        return self._frame(f"SELECT * FROM {name}")

    def arrow(self, name: str) -> pa.Table:
        """A whole table as Arrow has it."""
        with _readable():
            return self._connection.sql(f"SELECT * FROM {name}").to_arrow_table()

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

    def companions(self, people: Iterable[str], start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
        """Whoever was there when some people met somebody as a person: occasion_id, person_id, part."""
        query = "SELECT occasion_id, other_id AS person_id, other_part AS part FROM met"
        return self._of(query, "person_id", people, _between("us", start, end))

    def named_by(self, people: Iterable[str]) -> set[str]:
        """Whom some people named."""
        return set(self._of("SELECT DISTINCT alter_id AS person FROM nominations", "ego_id", people)["person"])

    def tables_around(self, reach: Reach, *, guides: bool) -> dict[str, pd.DataFrame]:
        """The tables of a small record but people, groups and separations; ``guides`` as :class:`Reach` says."""
        people, apart = reach.everybody, _listed(reach.apart)
        seen = _between("epoch_us(observed_at)", reach.begin, reach.end)
        named = f"SELECT * FROM nominations WHERE ego_id IN ({_listed(people)}) OR alter_id IN ({apart})"
        occasions, participation = self._contacts(reach, guides)
        return {
            "occasions": occasions,
            "participation": participation,
            "episodes": self._of("SELECT * FROM episodes", "person_id", people),
            "observations": self._of("SELECT * FROM observations", "person_id", people, seen),
            "nominations": self._frame(named),
            "alter_ties": self._of("SELECT * FROM alter_ties", "ego_id", reach.core),
            "linkage": self._linkage(people, reach.since, reach.end, guides),
        }

    def _contacts(self, reach: Reach, guides: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Occasions and participation, the other meetings of the groups of ``core`` included: with nobody listed."""
        rows, whole = "SELECT * EXCLUDE (us) FROM by_person", _between("us", reach.begin, reach.end)
        lately = _between("us", reach.since, reach.end)
        parts = [self._of(rows, "person_id", reach.core, whole), self._of(rows, "person_id", reach.others, lately)]
        if guides:
            latest = "QUALIFY row_number() OVER (PARTITION BY person_id, group_id ORDER BY us DESC) = 1"
            parts.append(self._frame(f"SELECT * EXCLUDE (us) FROM guides WHERE {lately} {latest}"))
        taken = pd.concat(parts, ignore_index=True)
        groups = parts[0]["group_id"].dropna().unique()
        meetings = self._of("SELECT * EXCLUDE (us) FROM by_group", "group_id", groups, whole)
        occasions = pd.concat([taken.drop(columns=["person_id", "part"]), meetings], ignore_index=True)
        there = [taken[["occasion_id", "person_id", "part"]], *([reach.companions] if guides else [])]
        if guides and reach.apart:
            there.append(self.companions(reach.apart, reach.since, reach.end))
        participation = pd.concat(there, ignore_index=True)
        return (
            occasions.drop_duplicates("occasion_id", ignore_index=True),
            participation.drop_duplicates(["occasion_id", "person_id"], ignore_index=True),
        )

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
        with _readable():
            answer: pd.DataFrame = self._connection.sql(query).to_arrow_table().to_pandas()
            return answer


@contextmanager
def _readable() -> Iterator[None]:
    """A file of the store that cannot be read, in words."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise SchemaError(
            "A file of the store is missing, cut short or not what it was, so the store cannot be read. Write it anew from the "
            "record with write_store(record, folder)."
        ) from error


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


def is_store(folder: Path) -> bool:
    """Whether a folder is one that :func:`write_store` wrote."""
    return all((folder / INDEX / f"{name}.parquet").is_file() for name in INDEXES)


def is_unindexed(folder: Path) -> bool:
    """Whether a folder holds the tables of a record as Parquet, and no index by person."""
    needed = [folder / f"{name}.parquet" for name in ("people", "occasions", "participation")]
    return all(path.exists() for path in needed) and not is_store(folder)
