"""Everything behind the pages of one record: the record, what is entered, who may come in, and the log."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recoverynet.web.audit import AuditLog
from recoverynet.web.live_record import LiveRecord, require_served
from recoverynet.web.store import HANDLES, Store
from recoverynet.web.views import Views
from recoverynet.web.way_in import Invitation, WayIn


@dataclass(frozen=True)
class Desk:
    """One record and its pages.

    Attributes
    ----------
    record : LiveRecord
    views : Views
    store : Store
    way_in : WayIn
    log : AuditLog
    """

    record: LiveRecord
    views: Views
    store: Store
    way_in: WayIn
    log: AuditLog

    def invite(self, worker_id: str, hours: float) -> Invitation:
        """A link for a worker of the record.

        Raises
        ------
        UnknownPersonError
            The record knows no such worker, or they have left.
        StoreError
            The link cannot be kept, or not be logged.
        """
        self.record.require_worker(worker_id)
        made = self.way_in.invite(worker_id, hours)
        self.log.note("invited", None, invited=worker_id, link=made.number, durable=True)
        return made

    def close(self) -> None:
        """Let go of files and database."""
        self.record.close()
        self.store.close()


def open_desk(path: Path, *, database: str | None = None, mapping: Path | None = None, at: str | None = None) -> Desk:
    """Open a record and what belongs to its pages.

    Raises
    ------
    SchemaError, UnknownPersonError, TimeOrderError
        The record cannot be read, or ``at`` lies outside it.
    StoreError
        The database cannot be opened or written to.
    """
    require_served(path)
    store = Store(path, database)
    record = LiveRecord(path, mapping=mapping, at=at, secret=store.secret(HANDLES))
    return Desk(record, Views(record), store, WayIn(store.engine), AuditLog(store.folder))
