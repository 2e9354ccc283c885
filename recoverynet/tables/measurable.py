"""What a measure may be asked of: a record in memory, or one whose contacts stay on an engine."""

from __future__ import annotations

from recoverynet.tables.record import RecoveryRecord, require_record
from recoverynet.tables.relational.on_engine import RecordOnEngine
from recoverynet.tables.relational.start import as_settings
from recoverynet.tables.store import RecordStore


def on_engine(record: RecoveryRecord, engine: object = None) -> RecordOnEngine:
    """A record in memory handed to an engine, which is let go of when nobody asks it any more.

    Parameters
    ----------
    record : RecoveryRecord
    engine : {"duckdb", "spark"} or EngineSettings, optional
        Default: the one that a record whose contacts are away says; else DuckDB.

    Raises
    ------
    SchemaError
        There is no such engine.
    EngineError
        It cannot start.
    """
    away = record.away
    settings = as_settings(engine or (away.settings if away else "duckdb"))
    session = settings.start(tz=record.tz, within=away.folder if away else None)
    try:
        return RecordOnEngine.of_record(session, record)
    except BaseException:
        session.close()
        raise


def engine_of(record: RecoveryRecord, engine: object = None) -> RecordOnEngine | None:
    """The record on the engine asked for, or on the one where its contacts are; None where it is all here and none is asked for."""
    return None if engine is None and record.away is None else on_engine(record, engine)


def require_measurable(record: object, what: str) -> RecoveryRecord | RecordOnEngine:
    """A record in memory, or one on an engine, from either or from a store; SchemaError for anything else.

    Parameters
    ----------
    record : RecoveryRecord, RecordStore or RecordOnEngine
    what : str
        What asks for it, such as ``"aftercare_coverage()"``.
    """
    if isinstance(record, RecordStore):
        return record.on_engine
    if isinstance(record, RecordOnEngine):
        return record
    require_record(record, what)
    return record  # type: ignore[return-value]
