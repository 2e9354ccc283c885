"""The database behind the worker's page: entries that only grow, invitations, sessions and settings; SQLite or PostgreSQL."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from recoverynet.errors import RecoveryNetError
from recoverynet.tables.entries import ENTRY_COLUMNS

WAIT_SECONDS = 5
"""How long to wait for somebody else's write before saying so."""
_OPTIONAL = ("group_id", "person_id", "day", "kind", "stage", "reason", "supersedes")

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
metadata = sa.MetaData()
entries = sa.Table(
    "entries",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    *(
        sa.Column(name, sa.Text, nullable=name in _OPTIONAL, unique=name == "uuid", index=name == "client_id")
        for name in ENTRY_COLUMNS
    ),
    sqlite_autoincrement=True,
)
invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("code_hash", sa.Text, nullable=False, unique=True),
    sa.Column("worker_id", sa.Text, nullable=False),
    sa.Column("made_at", sa.Float, nullable=False),
    sa.Column("ends_at", sa.Float, nullable=False),
    sa.Column("used_at", sa.Float),
    sa.Column("revoked_at", sa.Float),
)
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("worker_id", sa.Text, nullable=False),
    sa.Column("invitation", sa.Text, nullable=False),
    sa.Column("began_at", sa.Float, nullable=False),
    sa.Column("seen_at", sa.Float, nullable=False),
    sa.Column("ended_at", sa.Float),
)
settings = sa.Table(
    "settings", metadata, sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
)  # fmt: skip

_SQLITE_GUARDS = [
    f"CREATE TRIGGER IF NOT EXISTS entries_keep_{what.lower()} BEFORE {what} ON entries BEGIN "
    "SELECT RAISE(ABORT, 'entries are never changed or deleted'); END"
    for what in ("UPDATE", "DELETE")
]
_POSTGRES_GUARDS = [
    "CREATE OR REPLACE FUNCTION recoverynet_entries_keep() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'entries are never changed or deleted'; END $$",
    "CREATE OR REPLACE TRIGGER entries_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON entries "
    "FOR EACH STATEMENT EXECUTE FUNCTION recoverynet_entries_keep()",
]


class StoreError(RecoveryNetError):
    """Something could not be read from or written to the database; nothing was half written.

    Attributes
    ----------
    reason : {"locked", "full", "refused", "unreachable", "damaged"}
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


_TOLD = {
    "locked": "another program holds the database; nothing was saved. Try again in a moment.",
    "full": "the disk is full; nothing was saved. Make room, then save again.",
    "refused": "the database may not be written to; nothing was saved. Look whose its files are.",
    "unreachable": "the database cannot be reached; nothing was saved. Look whether it runs.",
    "damaged": "the database cannot be read: it is damaged or no database of this page.",
}
_SQLITE = {
    "BUSY": "locked", "LOCKED": "locked", "FULL": "full", "IOERR": "full", "READONLY": "refused", "PERM": "refused",
    "CANTOPEN": "refused", "CORRUPT": "damaged", "NOTADB": "damaged",
}  # fmt: skip
_POSTGRES = {"55P03": "locked", "40001": "locked", "40P01": "locked", "57014": "locked", "53100": "full", "42501": "refused"}


def connected(address: str | Path) -> Engine:
    """An engine on a SQLite file, or on the address of a PostgreSQL database; the tables are made where they are not.

    Raises
    ------
    StoreError
        It cannot be opened or written to.
    """
    engine = _postgres(str(address)) if is_postgres(address) else _sqlite(Path(address))
    with told_plainly(), writing(engine) as connection:
        metadata.create_all(connection)
        guards = _SQLITE_GUARDS if engine.dialect.name == "sqlite" else _POSTGRES_GUARDS
        for guard in guards:
            connection.execute(sa.text(guard))
    return engine


def is_postgres(address: str | Path) -> bool:
    """Whether an address names a PostgreSQL database."""
    return isinstance(address, str) and address.split("://")[0].split("+")[0] in ("postgresql", "postgres")


def _sqlite(path: Path) -> Engine:
    with told_plainly():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), pool_size=8, max_overflow=32)

    @event.listens_for(engine, "connect")
    def _open(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where we say so, and take the lock at once
        for pragma in (f"busy_timeout = {WAIT_SECONDS * 1000}", "journal_mode = WAL", "synchronous = FULL", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")

    return engine


def _postgres(address: str) -> Engine:
    url = sa.make_url(address).set(drivername="postgresql+psycopg")
    waits = f"-c lock_timeout={WAIT_SECONDS}s -c statement_timeout={2 * WAIT_SECONDS}s"
    try:
        return sa.create_engine(
            url, pool_size=8, max_overflow=32, pool_pre_ping=True, connect_args={"connect_timeout": WAIT_SECONDS, "options": waits}
        )
    except ImportError as error:
        raise StoreError(
            "unreachable", 'A PostgreSQL database needs one more package: pip install "recoverynet[postgres]".'
        ) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: all of it, or nothing."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def told_plainly() -> Iterator[None]:
    """Whatever the database complains of becomes a StoreError without values in it."""
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise StoreError("locked", _sentence("locked")) from error
    except sa.exc.DBAPIError as error:
        reason = _reason(error)
        raise StoreError(reason, _sentence(reason)) from None
    except OSError as error:
        reason = "full" if error.errno in NO_ROOM else "refused"
        raise StoreError(reason, _sentence(reason)) from error


def _reason(error: sa.exc.DBAPIError) -> str:
    name = str(getattr(error.orig, "sqlite_errorname", "")).removeprefix("SQLITE_").split("_")[0]
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if name:
        return _SQLITE.get(name, "damaged")
    return _POSTGRES.get(state, "unreachable" if not state or state[:2] in ("08", "57", "3D", "28") else "damaged")


def _sentence(reason: str) -> str:
    return f"What is entered on the worker's page: {_TOLD[reason]}"
