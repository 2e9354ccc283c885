"""The record behind the page: opened once, opened again when its files change, and which day is today."""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import pandas as pd

from recoverynet.errors import RecoveryNetError, SchemaError, TimeOrderError, UnknownPersonError
from recoverynet.instants import as_instant, day_in_words
from recoverynet.measures.record_index import everybody_apart
from recoverynet.tables.entries import Entered
from recoverynet.tables.record import RecoveryRecord
from recoverynet.tables.shelf import INDEX
from recoverynet.web.sources import source_of

WINDOW = pd.Timedelta(days=90)
_OPENS = pd.Timedelta(hours=9)
_TICK = "30min"
_AFTER_MIDNIGHT = pd.Timedelta(minutes=1)


class LiveRecord:
    """A record on disk as it stands now.

    Parameters
    ----------
    path : path
        What :func:`recoverynet.open_record` opens.
    mapping : path, optional
    at : str, optional
        A day to take for today. Default: today, or the last day of a record that ended more than a quarter ago.
    secret : bytes
        Makes the handles that stand for clients in addresses.

    Attributes
    ----------
    apart : dict of str to frozenset of str
        Whom each of those who must be kept apart from somebody must be kept apart from.

    Raises
    ------
    SchemaError
        The record cannot be read.
    TimeOrderError
        ``at`` lies outside it.
    """

    def __init__(self, path: str | Path, *, mapping: Path | None = None, at: str | None = None, secret: bytes = b"") -> None:
        self._path, self._mapping, self._secret, self._at = Path(path), mapping, secret, at
        self._opening, self._swapping = Lock(), Lock()
        self.version = 0
        self.stale = False
        self.asked_at = 0.0
        self._open()
        self.now()

    def _open(self) -> None:
        seen = self._files()
        opened = source_of(self._path, self._mapping)
        people = opened.people
        workers = people[people["role"] == "worker"]
        with self._swapping:
            before, self._source = getattr(self, "_source", None), opened
            self._clients = people[people["role"] == "client"].set_index("person_id")
            self._workers = dict(zip(workers["person_id"], workers["left_on"], strict=True))
            self._holders = {client: holder for client, holder in self._clients["worker_id"].items() if isinstance(holder, str)}
            self.apart = everybody_apart(opened.separations)
            self._caseloads: dict[str, pd.DataFrame] = {}
            self._fixed = None if self._at is None else as_instant(self._at, opened.tz).normalize() + _OPENS
            self._by_handle = {self.handle(client): client for client in self._clients.index}
            self._seen = seen
            self.version += 1
        if before is not None:
            before.close()

    def _files(self) -> tuple[tuple[str, int, int], ...]:
        """What the files of the record look like from outside; changes when one of them does."""
        inside = [*self._path.iterdir(), *(self._path / INDEX).glob("*.parquet")] if self._path.is_dir() else [self._path]
        files = [file for file in sorted([*inside, *([self._mapping] if self._mapping else [])]) if file.is_file()]
        return tuple((file.name, (stat := file.stat()).st_mtime_ns, stat.st_size) for file in files)

    def refresh(self) -> None:
        """Open the record again where its files have changed; what cannot be read leaves the old one in place."""
        self.asked_at = time.monotonic()
        if self._files() == self._seen and not self.stale:
            return
        with self._opening:
            try:
                if self._files() != self._seen:
                    self._open()
                self.stale = False
            except (RecoveryNetError, OSError):
                self.stale = True

    @property
    def tz(self) -> str:
        """Time zone of the record."""
        return self._source.tz

    def now(self) -> pd.Timestamp:
        """The moment the page looks at, half an hour old at most: what was entered of today stands before it.

        Raises
        ------
        TimeOrderError
            The record holds no dated row, or the day asked for lies outside it.
        """
        window = self._source.window
        if window is None:
            raise TimeOrderError("The record holds no dated row, so there is nothing a page could show.")
        moment = self._fixed
        if moment is not None:
            if not window[0] < moment <= window[1] + WINDOW:
                last = day_in_words(window[1] - pd.Timedelta(microseconds=1))
                raise TimeOrderError(
                    f"The record runs from {day_in_words(window[0])} to {last}; {day_in_words(moment)} lies outside it."
                )
            return moment
        present = pd.Timestamp.now(tz=self.tz)
        now = max(present.floor(_TICK), present.normalize() + _AFTER_MIDNIGHT)
        return now if now <= window[1] + WINDOW else window[1].normalize() - pd.Timedelta(days=1) + _OPENS

    @property
    def last_day(self) -> pd.Timestamp:
        """The last day the record holds."""
        window = self._source.window
        assert window is not None, "a record without dated rows is refused when it is opened"
        return window[1] - pd.Timedelta(microseconds=1)

    def entered(self) -> Entered:
        """Everything entered so far that holds."""
        return self._source.entered()

    def expect(self, clients: Sequence[str], at: pd.Timestamp) -> None:
        """Make ready for several clients at once."""
        self._source.expect(clients, at)

    def around(self, client_id: str, at: pd.Timestamp) -> RecoveryRecord:
        """A record that holds what the page of one client needs."""
        return self._source.around(client_id, at)

    def workers(self) -> list[str]:
        """Everybody in the role of a worker who is there, in order of id."""
        return [worker for worker in sorted(self._workers) if self.is_at_work(worker)]

    def is_at_work(self, worker_id: str) -> bool:
        """Whether somebody is a worker of this record and has not left."""
        return worker_id in self._workers and not bool(self._workers[worker_id] <= self.now())

    def require_worker(self, worker_id: str) -> None:
        """Raise UnknownPersonError unless somebody is a worker who is there."""
        if not self.is_at_work(worker_id):
            known = ", ".join(map(repr, sorted(self._workers)[:3])) or "none"
            left = worker_id in self._workers
            raise UnknownPersonError(
                f"{worker_id!r} has left." if left else f"The record knows no worker {worker_id!r}; the first it knows are {known}."
            )

    def worker_of(self, client_id: str) -> str | None:
        """Who holds the case of a client today."""
        return self._holders.get(client_id)

    def clients_of(self, worker_id: str) -> pd.DataFrame:
        """The clients whose case a worker holds, indexed by person_id, in order of id."""
        held = self._caseloads
        if worker_id not in held:
            held[worker_id] = self._clients[(self._clients["worker_id"] == worker_id).fillna(False).astype(bool)].sort_index()
        return held[worker_id]

    def handle(self, client_id: str) -> str:
        """What stands for a client in an address: it says nothing without the secret."""
        digest = hmac.digest(self._secret, client_id.encode(), "sha256")
        return base64.b32encode(digest[:10]).decode("ascii").lower()

    def client_of(self, handle: str) -> str | None:
        """The client a handle stands for; None where it stands for nobody."""
        return self._by_handle.get(handle)

    def close(self) -> None:
        """Let go of the files."""
        self._source.close()


def require_served(path: Path) -> None:
    """Raise SchemaError where there is nothing to serve."""
    if not path.exists():
        raise SchemaError(f"There is no folder or file {str(path)!r}. Look at the spelling and where you stand.")
