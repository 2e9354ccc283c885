"""What workers enter: rows that are added, never changed; each with who, when and what it takes the place of."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid as uuids
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from recoverynet.atomic import atomic_file
from recoverynet.errors import SchemaError
from recoverynet.tables.entries import CONTACT, COPY, DATABASE, ENTRY_COLUMNS, STEP, TAKEN_BACK, entered_folder
from recoverynet.web.schema import connected, entries, is_postgres, settings, told_plainly, writing

HANDLES = "key of the handles in addresses"


@dataclass(frozen=True)
class Entry:
    """One thing a worker entered.

    Attributes
    ----------
    uuid : str
        Made where the form is made: sending the form twice enters it once.
    recorded_at : str
        When it was entered, in UTC.
    worker_id : str
        Who entered it.
    what : {"contact", "step", "taken_back"}
    client_id : str
    group_id, person_id : str or None
        The group; with whom, or who makes the step happen.
    day : str or None
        The day it is about, as 2011-03-07.
    kind, stage, reason : str or None
        Kind of contact; step towards a group, and why it ended.
    supersedes : str or None
        uuid of the entry it takes the place of.
    """

    uuid: str
    recorded_at: str
    worker_id: str
    what: str
    client_id: str
    group_id: str | None = None
    person_id: str | None = None
    day: str | None = None
    kind: str | None = None
    stage: str | None = None
    reason: str | None = None
    supersedes: str | None = None

    def __post_init__(self) -> None:
        if self.what not in (CONTACT, STEP, TAKEN_BACK):
            raise SchemaError(f"An entry is a contact, a step or taken_back; got {self.what!r}.")
        whole = {
            CONTACT: bool(self.day and self.kind and (self.person_id or self.group_id)),
            STEP: bool(self.day and self.stage and self.group_id),
            TAKEN_BACK: bool(self.supersedes),
        }
        if not whole[self.what]:
            raise SchemaError(f"An entry of the sort {self.what!r} lacks what it is about: the day, with whom or where, or which.")

    def says_the_same(self, other: Entry) -> bool:
        """Whether two entries say the same, whenever they were sent."""
        return all(getattr(self, name) == getattr(other, name) for name in ENTRY_COLUMNS if name != "recorded_at")


def new_uuid() -> str:
    """An id for a new entry."""
    return str(uuids.uuid4())


def as_uuid(text: str) -> str:
    """The one way to write a uuid.

    Raises
    ------
    SchemaError
        It is none.
    """
    try:
        return str(uuids.UUID(text))
    except ValueError as error:
        raise SchemaError("The form has lost its number. Open the page again and enter it once more.") from error


def derived_uuid(uuid: str, word: str) -> str:
    """The id of an entry that comes with another, the same each time."""
    return str(uuids.uuid5(uuids.UUID(uuid), word))


def utc_now() -> str:
    """The present moment, in UTC, as text that sorts."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")


class Store:
    """Entries in SQLite or PostgreSQL.

    Parameters
    ----------
    record : path
        Folder or file of the record: the SQLite file lies beside it, and so does the copy of a PostgreSQL database that
        :func:`recoverynet.read_record` folds in.
    database : str, optional
        Address of a PostgreSQL database, such as ``postgresql://user@host/name``. Default: SQLite.

    Raises
    ------
    StoreError
        The database cannot be opened or written to.
    """

    def __init__(self, record: str | Path, database: str | None = None) -> None:
        if database is not None and not is_postgres(database):
            raise SchemaError(
                "A database is given as postgresql://user@host/name; without one, entries are kept beside the record."
            )
        self.folder = entered_folder(record)
        with told_plainly():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.engine = connected(database or self.folder / DATABASE)
        self._copies = database is not None
        self._copying = Lock()
        if self._copies:
            self._copy()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def add(self, new: Sequence[Entry], before_saving: Callable[[], None] = lambda: None) -> bool:
        """Save entries, all or none; whether they were new.

        Parameters
        ----------
        new : sequence of Entry
        before_saving : callable
            Called when all is ready and nothing is saved yet; what it raises stops the saving.

        Raises
        ------
        SchemaError
            An entry of the same uuid says something else, or one of these takes the place of no entry of that client.
        StoreError
            Nothing was saved.
        """
        with told_plainly(), writing(self.engine) as connection:
            fresh = [entry for entry in new if self._is_fresh(connection, entry)]
            if fresh:
                connection.execute(self._insert().on_conflict_do_nothing(index_elements=["uuid"]), [vars(entry) for entry in fresh])
                before_saving()
        if fresh and self._copies:
            self._copy()
        return bool(fresh)

    def _insert(self) -> sqlite.Insert | postgresql.Insert:
        answer: sqlite.Insert | postgresql.Insert = (sqlite if self.engine.dialect.name == "sqlite" else postgresql).insert(entries)
        return answer

    def _is_fresh(self, connection: sa.Connection, entry: Entry) -> bool:
        held = connection.execute(_chosen().where(entries.c.uuid == entry.uuid)).first()
        if held is not None:
            if not Entry(*held).says_the_same(entry):
                raise SchemaError("This form was sent before and said something else then. Open the page again and enter it anew.")
            return False
        if entry.supersedes is not None:
            earlier = connection.execute(_chosen().where(entries.c.uuid == entry.supersedes)).first()
            if earlier is None or Entry(*earlier).client_id != entry.client_id:
                raise SchemaError("There is no such entry of this client to take back.")
        return True

    def of_client(self, client_id: str) -> list[Entry]:
        """Every entry about one client that holds, whoever entered it, the latest first."""
        with told_plainly(), self.engine.connect() as connection:
            found = [Entry(*row) for row in connection.execute(_chosen().where(entries.c.client_id == client_id))]
        replaced = {entry.supersedes for entry in found}
        return [entry for entry in reversed(found) if entry.what != TAKEN_BACK and entry.uuid not in replaced]

    def _copy(self) -> None:
        """Write every entry as a Parquet file beside the record, in one move."""
        with self._copying, told_plainly():
            with self.engine.connect() as connection:
                rows = connection.execute(_chosen()).all()
            columns = list(zip(*rows, strict=True)) or [()] * len(ENTRY_COLUMNS)
            table = pa.table({name: pa.array(column, pa.string()) for name, column in zip(ENTRY_COLUMNS, columns, strict=True)})
            with atomic_file(self.folder / COPY, private=True) as partial:
                pyarrow.parquet.write_table(table, partial)

    def secret(self, name: str) -> bytes:
        """A secret of this database, made the first time it is asked for."""
        with told_plainly(), writing(self.engine) as connection:
            made = secrets.token_hex(32)
            insert = (sqlite if self.engine.dialect.name == "sqlite" else postgresql).insert(settings)
            connection.execute(insert.values(name=name, value=made).on_conflict_do_nothing(index_elements=["name"]))
            value = connection.execute(sa.select(settings.c.value).where(settings.c.name == name)).scalar_one()
        return bytes.fromhex(value)


def _chosen() -> sa.Select[Any]:
    return sa.select(*(entries.c[name] for name in ENTRY_COLUMNS)).order_by(entries.c.seq)
