"""The audit log: one JSON line for every view, export, entry and refusal, each carrying the hash of the line before."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from recoverynet.errors import SchemaError
from recoverynet.web.schema import NO_ROOM, StoreError
from recoverynet.web.store import utc_now

try:
    import fcntl
except ImportError:  # Windows has no such module; there one process writes the log
    fcntl = None  # type: ignore[assignment]

FILE = "audit.jsonl"
START = "0" * 64
_TAIL = 8192
_LONGEST = 64


@dataclass(frozen=True)
class Verified:
    """What became of a check of the log.

    Attributes
    ----------
    n_lines : int
    first_wrong : int or None
        Number of the first line that does not follow from the one before it, from 1.
    """

    n_lines: int
    first_wrong: int | None


class AuditLog:
    """An append-only file of JSON lines.

    Parameters
    ----------
    folder : path
        Where it lies.

    Notes
    -----
    A line holds when, who (a worker's id), what, and ids of what it was done to: never a name, a code or what was
    entered. ``before`` is the SHA-256 of the bytes of the line before it, without its end; of the first line it is
    zeros. Several processes may append.
    """

    def __init__(self, folder: str | Path) -> None:
        self.path = Path(folder) / FILE
        self._lock = Lock()

    def note(self, what: str, worker_id: str | None = None, *, durable: bool = False, **ids: str | None) -> None:
        """Append one line.

        Parameters
        ----------
        what : str
            view, export, entry, refusal and the like.
        worker_id : str, optional
        durable : bool
            Whether to wait until it is on disk.
        **ids : str
            Ids of what it is about, short words for why.

        Raises
        ------
        StoreError
            It cannot be written.
        """
        said = {name: value[:_LONGEST] for name, value in ids.items() if value is not None}
        try:
            with self._lock, self._open() as handle:
                last = _last_line(handle)
                line = {"at": utc_now(), "what": what, "worker": worker_id, **said, "before": _digest(last)}
                _append(handle, (json.dumps(line, ensure_ascii=True) + "\n").encode("ascii"), broken=last is not None and last[1])
                if durable:
                    os.fsync(handle)
        except OSError as error:
            reason = "full" if error.errno in NO_ROOM else "refused"
            why = "the disk is full" if reason == "full" else "it may not be written to"
            raise StoreError(reason, f"The audit log cannot be kept ({why}), and without it nothing is shown or saved.") from error

    @contextmanager
    def _open(self) -> Iterator[int]:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if fcntl is not None:
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)


def _last_line(handle: int) -> tuple[bytes, bool] | None:
    """The last line of a file, and whether its end is missing; None where there is no line."""
    size = os.lseek(handle, 0, os.SEEK_END)
    if not size:
        return None
    os.lseek(handle, max(0, size - _TAIL), os.SEEK_SET)
    tail = os.read(handle, _TAIL)
    broken = not tail.endswith(b"\n")
    return tail.removesuffix(b"\n").rsplit(b"\n", 1)[-1], broken


def _digest(last: tuple[bytes, bool] | None) -> str:
    return START if last is None else hashlib.sha256(last[0]).hexdigest()


def _append(handle: int, line: bytes, *, broken: bool) -> None:
    """Append a whole line, or nothing of it."""
    size = os.lseek(handle, 0, os.SEEK_END)
    data = b"\n" * broken + line
    try:
        written = os.write(handle, data)
        if written < len(data):
            os.write(handle, data[written:])
    except OSError:
        os.ftruncate(handle, size)
        raise


def verify_log(path: str | Path) -> Verified:
    """Whether every line of a log follows from the one before it.

    Raises
    ------
    SchemaError
        There is no such file.
    """
    path = Path(path)
    if not path.is_file():
        raise SchemaError(f"There is no audit log {str(path)!r}: nobody has opened the worker's page of this record yet.")
    before, number = START, 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            bare = line.removesuffix(b"\n")
            if _before(bare) not in (before, None):
                return Verified(number, number)
            before = hashlib.sha256(bare).hexdigest()
    return Verified(number, None)


def _before(line: bytes) -> str | None:
    """What a line says of the one before it; None where the machine stopped in the middle of writing it."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return str(said.get("before", "")) if isinstance(said, dict) else ""
