"""Where a page's record comes from: one held in memory with all that was entered, or a store of which little is read at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

import pandas as pd

from recoverynet.measures.record_index import index_of
from recoverynet.tables.entries import NOTHING_ENTERED, Entered, EnteredBeside, fold_in
from recoverynet.tables.files import read_record
from recoverynet.tables.opening import open_record
from recoverynet.tables.record import RecoveryRecord, Window
from recoverynet.tables.shelf import is_store
from recoverynet.web.marks import LatestMarks, Marks

_AT_ONCE, _KEPT = 2, 500


class PageRecord(Protocol):
    """A record with what was entered.

    Attributes
    ----------
    people, separations : pandas.DataFrame
    window : (start, end) or None
    tz : str
    """

    people: pd.DataFrame
    separations: pd.DataFrame
    window: Window | None
    tz: str

    def entered(self) -> Entered:
        """Everything entered so far that holds."""

    def expect(self, clients: Sequence[str], at: pd.Timestamp) -> None:
        """Make ready for several clients at once."""

    def around(self, client_id: str, at: pd.Timestamp) -> RecoveryRecord:
        """A record that holds what the page of one client needs."""

    def close(self) -> None:
        """Let go of files."""


def source_of(path: Path, mapping: Path | None) -> PageRecord:
    """The record of a path, as it is best held.

    Raises
    ------
    SchemaError, UnknownPersonError, TimeOrderError
        It cannot be read.
    """
    return StoreOnDisk(path) if is_store(path) else WholeRecord(path, mapping)


class WholeRecord:
    """A record in memory; what is entered is folded in as it comes.

    Parameters
    ----------
    path : Path
    mapping : Path or None
    """

    def __init__(self, path: Path, mapping: Path | None) -> None:
        self._record = self._bare = read_record(path, mapping=mapping, entries=False)
        self.people, self.separations = self._bare.people, self._bare.separations
        self.window, self.tz = self._bare.window, self._bare.tz
        self._beside, self._folded, self._lock = EnteredBeside(path, self.tz), Marks(NOTHING_ENTERED), Lock()
        self._marks = LatestMarks()

    def entered(self) -> Entered:
        """Everything entered so far that holds."""
        return self._beside.now()

    def expect(self, clients: Sequence[str], at: pd.Timestamp) -> None:
        """Nothing to make ready: all is in memory."""

    def around(self, client_id: str, at: pd.Timestamp) -> RecoveryRecord:
        """The whole record, with everything entered that concerns this client."""
        with self._lock:
            entered, folded = self.entered(), self._folded
            if entered is folded.entered or self.window is None:
                return self._record
            marks = self._marks.of(entered)
            if not folded.tells_of(client_id, marks):
                new = _beyond(folded.entered, entered)
                bare = self._bare if new is None else self._record
                tables, _ = fold_in(bare.tables(), entered if new is None else new, self.tz)
                folded_in = RecoveryRecord.of_checked(tables, window=self.window, tz=self.tz, states=bare.states)
                index_of(folded_in, goes_on_from=bare)
                self._record, self._folded = folded_in, marks
            return self._record

    def close(self) -> None:
        """Nothing to let go of."""


def _beyond(before: Entered, now: Entered) -> Entered | None:
    """What was entered since; None where something of before does not hold any more."""
    contacts, steps = len(before.contacts), len(before.steps)
    same_contacts = now.contacts["uuid"].iloc[:contacts].tolist() == before.contacts["uuid"].tolist()
    same_steps = not steps or now.steps.iloc[:steps].equals(before.steps)
    return Entered(now.contacts.iloc[contacts:], now.steps.iloc[steps:]) if same_contacts and same_steps else None


@dataclass(frozen=True)
class _Read:
    """A small record around several clients, and what had been entered by then."""

    small: RecoveryRecord
    at: pd.Timestamp
    marks: Marks

    def serves(self, client_id: str, at: pd.Timestamp, marks: Marks) -> bool:
        """Whether it still says of a client what the whole record says."""
        return self.at == at and self.marks.tells_of(client_id, marks)


class StoreOnDisk:
    """A store on disk, of which what is around a client is read when asked for; of a whole list at once, where one is expected.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self._store = open_record(path)
        self.people, self.separations = self._store.people, self._store.separations
        self.window, self.tz = self._store.window, self._store.tz
        self._marks = LatestMarks()
        self._latest: OrderedDict[str, _Read] = OrderedDict()
        self._lock, self._reading = Lock(), Lock()

    def entered(self) -> Entered:
        """Everything entered so far that holds."""
        return self._store.entered()

    def expect(self, clients: Sequence[str], at: pd.Timestamp) -> None:
        """Read what is around several clients at once: much less work than one by one."""
        if len(clients) <= _AT_ONCE:
            return
        marks = self._marked()
        read = _Read(self._read(clients, at), at, marks)
        with self._lock:
            for client in clients:
                self._latest.pop(client, None)
                self._latest[client] = read
            while len(self._latest) > _KEPT:
                self._latest.popitem(last=False)

    def around(self, client_id: str, at: pd.Timestamp) -> RecoveryRecord:
        """The small record read for a whole list, unless something was entered since; else one around this client."""
        with self._lock:
            read = self._latest.get(client_id)
        if read is not None and read.serves(client_id, at, self._marked()):
            return read.small
        return self._read([client_id], at)

    def _read(self, clients: Sequence[str], at: pd.Timestamp) -> RecoveryRecord:
        with self._reading:
            return self._store.around(list(clients), at if self.window is None else self.window[0], at)

    def _marked(self) -> Marks:
        return self._marks.of(self._store.entered())

    def close(self) -> None:
        """Let go of the files."""
        with self._reading:
            self._store.close()
