"""What a report says of contacts, asked of an engine: how many, of which kind, with whom, at which groups."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import pandas as pd
import pyarrow as pa

from recoverynet.tables.engine import list_sql
from recoverynet.tables.relational.session import EngineSession

Bounds = Sequence[tuple[int, int]]
_CHUNK_US = 28 * 86_400 * 1_000_000
"""Rows are read four weeks at a time: as much as fits into memory, however long the record is."""


class ContactFacts:
    """Facts about contacts that an engine knows, each as long as the people or the groups and no longer.

    Made by :meth:`recoverynet.tables.relational.on_engine.RecordOnEngine.facts`.
    """

    def __init__(self, session: EngineSession, person_ids: pd.Index) -> None:
        self._session, self._ids = session, person_ids

    @property
    def n_occasions(self) -> int:
        """How many occasions there are."""
        return self._number("numbered")

    @property
    def n_participations(self) -> int:
        """How many people took part, added up over occasions."""
        return self._number("attended")

    def people_seen(self) -> pd.Index:
        """Who took part in anything."""
        return self._named(self._session.table("SELECT DISTINCT person FROM attended"))

    def kinds(self, among: Collection[str]) -> pd.DataFrame:
        """Occasions by kind: ``n``, and ``n_with`` those at which any of some people was."""
        self._session.hold("among", pa.table({"person_id": pa.array(list(among), pa.string())}))
        frame = self._session.table(
            "WITH theirs AS (SELECT DISTINCT a.occasion FROM attended a JOIN codes c ON a.person = c.person JOIN among m ON "
            "c.person_id = m.person_id) SELECT o.kind, count(*) AS n, count(t.occasion) AS n_with FROM occasions o JOIN numbered k "
            "ON o.occasion_id = k.occasion_id LEFT JOIN theirs t ON k.occasion = t.occasion GROUP BY o.kind"
        ).to_pandas()
        answer: pd.DataFrame = frame.set_index("kind").astype("int64").sort_index()
        return answer

    def reached(self, met_sql: str) -> pd.DataFrame:
        """Who met the recovery community, through a group (of which ``kind``) or a person; each way once a person."""
        frame = self._session.table(
            "SELECT DISTINCT m.person, CASE WHEN o.through_group THEN 'group' ELSE 'person' END AS through, g.kind "
            f"FROM ({met_sql}) m JOIN numbered o ON m.occasion = o.occasion LEFT JOIN groups g ON o.group_id = g.group_id"
        ).to_pandas()
        frame.insert(0, "person_id", self._ids.to_numpy()[frame.pop("person").to_numpy(dtype="int64")])
        answer: pd.DataFrame = frame.sort_values(["person_id", "through", "kind"], ignore_index=True)
        return answer

    def ties_at(self, kinds: Collection[str]) -> pd.DataFrame:
        """Who shared an occasion of some kinds with whom: ``a`` < ``b`` (places), ``n``."""
        answer: pd.DataFrame = self._session.table(
            "WITH chosen AS (SELECT a.person, a.occasion FROM attended a JOIN numbered k ON a.occasion = k.occasion JOIN occasions "
            f"o ON k.occasion_id = o.occasion_id WHERE o.kind IN {list_sql(kinds)}) "
            "SELECT x.person AS a, y.person AS b, count(*) AS n FROM chosen x JOIN chosen y ON x.occasion = y.occasion AND "
            "x.person < y.person GROUP BY x.person, y.person"
        ).to_pandas()
        return answer

    def visits(self, bounds: Bounds) -> pd.DataFrame:
        """How often everybody went to each group in each wave: ``person_id``, ``group_id``, ``wave`` (from 0), ``times``."""
        waves = [{"wave": wave, "start_us": start, "end_us": end} for wave, (start, end) in enumerate(bounds)]
        self._session.hold("visited_waves", pa.Table.from_pylist(waves))
        frame = self._session.table(
            "SELECT a.person, k.group_id, w.wave, count(*) AS times FROM attended a JOIN numbered k ON a.occasion = k.occasion "
            "JOIN visited_waves w ON k.us >= w.start_us AND k.us < w.end_us WHERE k.group_id IS NOT NULL "
            "GROUP BY a.person, k.group_id, w.wave"
        ).to_pandas()
        frame.insert(0, "person_id", self._ids.to_numpy()[frame.pop("person").to_numpy(dtype="int64")])
        answer: pd.DataFrame = frame.astype({"group_id": "str", "wave": "int64", "times": "int64"})
        return answer

    def filled(self, name: str) -> list[str]:
        """Columns of a table of contacts, those of its files included, in which anything is recorded."""
        columns = self._session.table(f"SELECT * FROM file_{name} LIMIT 0").column_names
        asked = ", ".join(f'count(f."{column}") AS "{column}"' for column in columns)
        counts = self._session.table(f"SELECT {asked} FROM {self._kept(name)}").to_pylist()[0]
        return [column for column, number in counts.items() if number]

    def rows(self, name: str) -> Iterator[pd.DataFrame]:
        """The rows of a table of contacts as its files hold them, four weeks at a time."""
        seen = self._session.table("SELECT min(us) AS first, max(us) AS last FROM numbered").to_pylist()[0]
        if seen["first"] is None:
            return
        for start in range(seen["first"], seen["last"] + 1, _CHUNK_US):
            where = f"WHERE k.us >= {start} AND k.us < {start + _CHUNK_US}"
            yield self._session.table(f"SELECT f.* FROM {self._kept(name)} {where}").to_pandas()

    def _kept(self, name: str) -> str:
        """The rows of a file that count: of occasions in the window, and of people on the record."""
        people = "JOIN codes c ON f.person_id = c.person_id" if name == "participation" else ""
        return f"file_{name} f JOIN numbered k ON f.occasion_id = k.occasion_id {people}"

    def _number(self, name: str) -> int:
        return int(self._session.table(f"SELECT count(*) AS n FROM {name}")["n"][0].as_py())

    def _named(self, table: pa.Table) -> pd.Index:
        answer: pd.Index = pd.Index(self._ids.to_numpy()[table["person"].to_numpy()], name="person_id")
        return answer
