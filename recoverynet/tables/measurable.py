"""What a measure may be asked of: a record in memory, or one whose contacts stay on an engine."""

from __future__ import annotations

from recoverynet.tables.record import RecoveryRecord, require_record
from recoverynet.tables.relational.on_engine import RecordOnEngine
from recoverynet.tables.store import RecordStore


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
