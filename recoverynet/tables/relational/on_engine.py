"""A record whose contacts stay on an engine: what grows with people is here, what grows with contacts is asked for."""

from __future__ import annotations

import weakref
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from recoverynet.arguments import whole_number
from recoverynet.atomic import atomic_folder
from recoverynet.errors import SchemaError
from recoverynet.instants import as_length, as_window
from recoverynet.tables.engine import column_sql, list_sql
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.record import RecoveryRecord, Window
from recoverynet.tables.relational import person_waves, spans
from recoverynet.tables.relational.contact_facts import ContactFacts
from recoverynet.tables.relational.contacts import COMMUNITY_ROLES, met_recovery_sql, number_contacts, roles_sql
from recoverynet.tables.relational.first_steps import first_steps_sql
from recoverynet.tables.relational.session import EngineSession
from recoverynet.tables.relational.soundness import require_sound
from recoverynet.tables.relational.ties import large_sql, ties_sql
from recoverynet.tables.schema import TableSchema

EngineName = Literal["duckdb", "spark"]
HERE = ("people", "episodes", "groups")
"""Tables that grow with people and places, and are brought into memory."""


class RecordOnEngine:
    """What does a record say that is too large to hold, asked of an engine?

    Made by :attr:`recoverynet.RecordStore.on_engine`; measures that take it say so.

    Attributes
    ----------
    engine : {"duckdb", "spark"}
    people, episodes, groups : pandas.DataFrame
        The whole of these tables.
    window : (start, end) or None
    tz : str
    """

    def __init__(self, session: EngineSession, sources: Mapping[str, Path | pa.Table], *, window: Window | None, tz: str) -> None:
        self._session, self.window, self.tz, self.engine = session, window, tz, session.name
        for name, schema in RECORD_TABLES.items():
            known_under(session, schema, sources.get(name))
        for name in HERE:
            frame = session.table(f"SELECT * FROM {name}").to_pandas()
            setattr(self, name, RECORD_TABLES[name].typed(frame, tz=tz))
        self.people: pd.DataFrame
        self.episodes: pd.DataFrame
        self.groups: pd.DataFrame
        self.person_ids = pd.Index(self.people["person_id"])
        codes = pa.table(
            {"person_id": pa.array(self.person_ids, pa.string()), "person": np.arange(len(self.people), dtype=np.int32)}
        )
        session.hold("codes", codes)
        self._numbered = False
        self._of: RecordOnEngine | None = None
        self._closing = weakref.finalize(self, session.close)

    @classmethod
    def of_record(cls, session: EngineSession, record: RecoveryRecord) -> RecordOnEngine:
        """The tables of a record in memory, handed to an engine; its contacts from their files where it was read without them."""
        tables: dict[str, Path | pa.Table] = {
            name: pa.Table.from_pandas(frame, preserve_index=False) for name, frame in record.tables().items()
        }
        if record.away is None:
            return cls(session, tables, window=record.window, tz=record.tz)
        there = cls(session, tables | record.away.paths(), window=record.window, tz=record.tz)
        there._keep_to(record.away.within)
        return there

    def __enter__(self) -> RecordOnEngine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<RecordOnEngine {self.engine}: {len(self.people):,} people>"

    def close(self) -> None:
        """Let go of the engine, and of what it put on disk in between."""
        self._closing()

    def with_window(self, window: Window | None) -> RecordOnEngine:
        """The same record, on the same engine, with another period under observation."""
        other = copy(self)
        other.window, other._of = window, self  # the engine is let go of with the first, which so outlives the copy
        return other

    def facts(self) -> ContactFacts:
        """What a report says of contacts."""
        self._number()
        return ContactFacts(self._session, self.person_ids)

    def reached(self) -> pd.DataFrame:
        """Who met the recovery community, each way once a person; see :meth:`ContactFacts.reached`."""
        return self.facts().reached(met_recovery_sql())

    def visits(self, windows: Iterable[Window]) -> pd.DataFrame:
        """How often everybody went to each group in each window; see :meth:`ContactFacts.visits`."""
        return self.facts().visits([(_us(start), _us(end)) for start, end in windows])

    def table_here(self, name: str) -> pd.DataFrame:
        """A whole table, brought into memory."""
        return RECORD_TABLES[name].typed(self._session.table(f"SELECT * FROM file_{name}").to_pandas(), tz=self.tz)

    def n_rows(self, name: str) -> int:
        """How many rows a table has."""
        return int(self._session.table(f"SELECT count(*) AS n FROM {name}")["n"][0].as_py())

    def require_sound(self) -> None:
        """Raise SchemaError with every fault of the tables, counted on the engine; a store was checked when it was written."""
        require_sound(self._session)

    def seen_window(self) -> Window | None:
        """From the first day of any occasion or observation to the day after the last; None where there is none."""
        observed = "SELECT epoch_us(started_at) AS us FROM occasions UNION ALL SELECT epoch_us(observed_at) AS us FROM observations"
        seen = self._first_and_last(observed)
        return None if seen is None else (seen[0].normalize(), seen[1].normalize() + pd.DateOffset(days=1))

    def seen_occasions(self) -> Window | None:
        """When the first and the last occasion began; None where there is none."""
        return self._first_and_last("SELECT epoch_us(started_at) AS us FROM occasions")

    def _first_and_last(self, instants_sql: str) -> Window | None:
        row = self._session.table(f"SELECT min(us) AS first, max(us) AS last FROM ({instants_sql}) seen").to_pylist()[0]
        if row["first"] is None:
            return None
        first, last = (pd.Timestamp(row[name], unit="us", tz="UTC").tz_convert(self.tz).as_unit("us") for name in ("first", "last"))
        return first, last

    def contact_window(self) -> Window:
        """The window of the record, made wider where occasions lie outside it; the first day of 1970 where there are none."""
        self._number()
        first, last = (self._session.table(f"SELECT {ask}(us) AS us FROM numbered")["us"][0].as_py() for ask in ("min", "max"))
        start = pd.Timestamp(0, tz=self.tz).as_unit("us")
        start, end = self.window or (start, start + pd.DateOffset(days=1))
        if first is not None:
            seen = [pd.Timestamp(us, unit="us", tz="UTC").tz_convert(self.tz) for us in (first, last + 1)]
            start, end = min(start, seen[0]), max(end, seen[1])
        return start, end

    def ties(
        self, start: object, end: object, *, weighting: str = "newman", half_life: object | None = None, min_weight: float = 0.0
    ) -> pd.DataFrame:
        """Every tie once: ``a`` < ``b`` (places in ``people``), ``weight``, ``n`` (occasions shared)."""
        query = self._ties_sql(start, end, weighting, half_life, min_weight)
        answer: pd.DataFrame = self._session.table(query).to_pandas()
        return answer

    def write_ties(
        self,
        folder: str | Path,
        start: object,
        end: object,
        *,
        weighting: str = "newman",
        half_life: object | None = None,
        min_weight: float = 0.0,
    ) -> None:
        """The same as Parquet files in a folder, which is there whole or not at all; with ids in place of places.

        Raises
        ------
        NotWrittenError
            The disk is full, or the place cannot be written to.
        EngineError
            The engine went away; nothing is written then.
        """
        query = self._ties_sql(start, end, weighting, half_life, min_weight)
        named = (
            f"SELECT i.person_id AS person_a, j.person_id AS person_b, t.weight, t.n FROM ({query}) t "
            "JOIN codes i ON t.a = i.person JOIN codes j ON t.b = j.person"
        )
        with atomic_folder(folder) as partial:
            self._session.write(named, partial)

    def large_occasions(self, start: pd.Timestamp, end: pd.Timestamp, above: int) -> dict[str, int]:
        """``n_large`` occasions with more people than that, the ``largest``, ``n_pairs`` they make; ``n_unknown`` of no length."""
        self._number()
        row = self._session.table(large_sql(_us(start), _us(end), above)).to_pylist()[0]
        return {name: int(value or 0) for name, value in row.items()}

    def contacts_in_spans(
        self, people: pd.Index, spans_asked: Sequence[tuple[np.ndarray, np.ndarray]], contacts: pa.Table | None = None
    ) -> list[np.ndarray]:
        """How many contacts with the recovery community each person had in each span of days, both included.

        Parameters
        ----------
        people : Index
        spans_asked : sequence of (first, last)
            Days since 1970, one a person, NaN where there is no question.
        contacts : pyarrow.Table, optional
            ``person_id`` and ``day`` in place of the contacts of the record.
        """
        self._contact_days(contacts)
        place = self.person_ids.get_indexer(people)
        counts = [np.zeros(len(people), dtype=np.int64) for _ in spans_asked]
        if _are_calendar(spans_asked):
            self._session.hold("calendar", _calendar(spans_asked))
            found = self._session.table(spans.counts_by_calendar_sql())
        else:
            self._session.hold("asked", _asked(place, spans_asked))
            found = self._session.table(spans.counts_by_person_sql())
        row_of = np.full(len(self.person_ids), -1)
        row_of[place] = np.arange(len(place))
        person, span, number = (found[name].to_numpy() for name in ("person", "span", "n"))
        for place_of, each in enumerate(counts):
            here = span == place_of
            rows = row_of[person[here]]
            each[rows[rows >= 0]] = number[here][rows >= 0]
        return counts

    def first_steps(self, window: Window | None, *, add_participation: bool) -> pd.DataFrame:
        """First day of every stage: ``client_id``, ``group_id``, ``stage``, ``day`` (since 1970, local)."""
        self._number()
        start, end = (None, None) if window is None else (_us(window[0]), _us(window[1]))
        frame = self._session.table(first_steps_sql(start, end, add_participation=add_participation)).to_pandas()
        answer: pd.DataFrame = frame.astype({"client_id": "str", "group_id": "str", "stage": "str", "day": "float64"})
        return answer

    def person_waves(
        self,
        bounds: Sequence[tuple[pd.Timestamp, pd.Timestamp]],
        *,
        holds: Collection[str],
        allowed: Collection[str],
        lasting_us: int | None,
        sources: Sequence[str],
        latest: bool,
        people: np.ndarray | None = None,
        weighting: str = "newman",
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """State and presence of every person at every wave, and what their contacts held at it.

        ``people`` says of each row of the people table whether it is among them. Default: everybody.

        Returns
        -------
        states : pandas.DataFrame
            ``person``, ``wave``, ``present``, ``state``, ``held``, ``lost``; a row for everybody at every wave.
        exposures : pandas.DataFrame
            ``person``, ``wave``, ``n_alters``, ``n_observed``, ``n_holding``, ``n_lost``, ``w_all``, ``w_known``, ``w_holding``,
            ``w_lost``; a row where there is any contact.
        """
        self._number()
        self._require_states(allowed, sources)
        numbers = [(_us(start), _us(end)) for start, end in bounds]
        waves = [{"wave": wave, "start_us": start, "end_us": end} for wave, (start, end) in enumerate(numbers, start=1)]
        self._session.hold("waves", pa.Table.from_pylist(waves))
        self._session.hold("looked", pa.table({"source": list(sources), "place": list(range(len(sources)))}))
        places = np.arange(len(self.person_ids)) if people is None else np.flatnonzero(people)
        self._session.hold("chosen", pa.table({"person": places.astype(np.int32)}))
        self._session.keep("person_waves", person_waves.person_waves_sql(holds, lasting_us=lasting_us, latest=latest))
        person_waves.tie_waves(self._session, numbers, weighting=weighting)
        self._session.keep("exposures", person_waves.exposure_sql())
        states = self._session.table("SELECT person, wave, present, state, held, lost FROM person_waves")
        return states.to_pandas(), self._session.table("SELECT * FROM exposures").to_pandas()

    def risk_sums(self, *, transition: str, lag: int = 1) -> pd.DataFrame:
        """Sums behind a hazard over the waves that :meth:`person_waves` last made; see ``risk_sums_sql``."""
        whole_number(lag, "lag", 1)
        answer: pd.DataFrame = self._session.table(person_waves.risk_sums_sql(int(lag), transition)).to_pandas()
        return answer

    def _ties_sql(self, start: Any, end: Any, weighting: str, half_life: object | None, min_weight: float) -> str:
        self._number()
        start, end = as_window((start, end), self.tz)
        half = None if half_life is None else int(as_length(half_life, "half_life") // pd.Timedelta(1, "us"))
        return ties_sql(_us(start), _us(end), weighting=weighting, half_life_us=half, min_weight=min_weight)

    def _keep_to(self, window: Window | None) -> None:
        """Leave out occasions that begin outside a window, and with them who took part."""
        if window is not None:
            start, end = map(_us, window)
            inside = f"epoch_us(started_at) >= {start} AND epoch_us(started_at) < {end}"
            self._session.define(
                "occasions", f"SELECT * FROM ({typed_sql(self._session, RECORD_TABLES['occasions'])}) o WHERE {inside}"
            )

    def _number(self) -> None:
        """Give contacts their numbers, once."""
        if not self._numbered:
            number_contacts(self._session)
            self._session.define("carriers", roles_sql(COMMUNITY_ROLES))
            self._numbered = True

    def _contact_days(self, contacts: pa.Table | None) -> None:
        self._number()
        if contacts is None:
            self._session.define("contact_days", f"SELECT person, day FROM ({met_recovery_sql()}) met")
            return
        self._session.hold("given", contacts)
        self._session.define("contact_days", "SELECT c.person, g.day FROM given g JOIN codes c ON g.person_id = c.person_id")

    def _require_states(self, allowed: Collection[str], sources: Sequence[str]) -> None:
        """SchemaError where an observation of a state holds a word that is none."""
        wrong = self._session.table(
            f"SELECT value, count(*) AS n FROM observations WHERE variable = 'state' AND source IN {list_sql(sources)} "
            f"AND value NOT IN {list_sql(allowed)} GROUP BY value ORDER BY n DESC, value LIMIT 3"
        ).to_pylist()
        if wrong:
            raise SchemaError(
                f"Column 'value' of the observations of a state holds {', '.join(repr(row['value']) for row in wrong)}; it may be "
                f"{', '.join(allowed)}. Map your words to these, or give the norm a scheme that has them."
            )


def known_under(session: EngineSession, schema: TableSchema, source: Path | pa.Table | None) -> None:
    """Make a table known under its name with every column of its layout, those that its files do not have empty."""
    if isinstance(source, Path):
        session.scan(f"file_{schema.name}", source)
    else:
        table = pa.Table.from_pandas(schema.empty(), preserve_index=False) if source is None else source
        session.hold(f"file_{schema.name}", table)
    there = session.table(f"SELECT * FROM file_{schema.name} LIMIT 0").column_names
    absent = [column.name for column in schema.columns if column.required and column.name not in there and source is not None]
    if absent:
        raise SchemaError(schema.absent_columns_message(absent, there))
    session.define(schema.name, typed_sql(session, schema))


def typed_sql(session: EngineSession, schema: TableSchema) -> str:
    """Every column of a table's layout in its type, those that its files do not have empty."""
    there = session.table(f"SELECT * FROM file_{schema.name} LIMIT 0").column_names
    columns = [
        f"CAST({column_sql(column.name) if column.name in there else 'NULL'} AS {_TYPES.get(column.kind, 'VARCHAR')}) "
        f"AS {column_sql(column.name)}"
        for column in schema.columns
    ]
    return f"SELECT {', '.join(columns)} FROM file_{schema.name}"


_TYPES = {"instant": "TIMESTAMPTZ", "number": "DOUBLE", "flag": "BOOLEAN"}


def _us(instant: Any) -> int:
    """Microseconds since 1970."""
    return int(pd.Timestamp(instant).as_unit("us").asm8.astype("int64"))


def _are_calendar(asked: Sequence[tuple[np.ndarray, np.ndarray]]) -> bool:
    """Whether every span is the same for everybody."""
    return all(len(first) and (first == first[0]).all() and (last == last[0]).all() for first, last in asked)


def _calendar(asked: Sequence[tuple[np.ndarray, np.ndarray]]) -> pa.Table:
    days = [np.arange(int(first[0]), int(last[0]) + 1, dtype=np.int32) for first, last in asked]
    span = np.repeat(np.arange(len(days), dtype=np.int32), [len(each) for each in days])
    return pa.table({"day": np.concatenate(days) if days else np.empty(0, np.int32), "span": span})


def _asked(place: np.ndarray, asked: Sequence[tuple[np.ndarray, np.ndarray]]) -> pa.Table:
    parts = []
    for span, (first, last) in enumerate(asked):
        known = np.isfinite(first) & np.isfinite(last) & (first <= last) & (place >= 0)
        days = first[known].astype(np.int32), last[known].astype(np.int32)
        parts.append(pa.table({"person": place[known].astype(np.int32), "span": np.full(known.sum(), span, np.int32),
                               "first": days[0], "last": days[1]}))  # fmt: skip
    return pa.concat_tables(parts)
