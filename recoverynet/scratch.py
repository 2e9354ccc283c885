"""Private folders for what does not fit into memory: they go with the process; what a killed one left goes at the next start."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import time
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows, where a file in use cannot be removed: what a killed process left there has to go by hand
    fcntl = None  # type: ignore[assignment]

_IN_USE = "in_use"
_BEING_MADE = 60.0
"""Seconds within which a folder may not have its lock yet."""
_HELD: dict[Path, IO[bytes]] = {}


def private_folder(prefix: str, within: str | Path | None = None) -> Path:
    """A new folder that only the owner may read, for this process alone.

    Parameters
    ----------
    prefix : str
        How its name begins. Folders of the same beginning whose process is gone are removed first.
    within : path, optional
        The folder it is made in. Default: the place for temporary files of this machine.

    Returns
    -------
    Path
        Give it back with :func:`remove_private`; what is left is removed when the process ends by itself or by SystemExit.

    Raises
    ------
    OSError
        The folder cannot be made.
    """
    place = Path(tempfile.gettempdir() if within is None else within)
    _sweep(place, prefix)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    lock = (folder / _IN_USE).open("wb")
    if fcntl is not None:
        fcntl.flock(lock, fcntl.LOCK_EX)
    _HELD[folder] = lock
    return folder


def remove_private(folder: Path) -> None:
    """Remove such a folder with all that is in it."""
    lock = _HELD.pop(folder, None)
    if lock is not None:
        lock.close()
    shutil.rmtree(folder, ignore_errors=True)


@atexit.register
def _remove_all() -> None:
    for folder in list(_HELD):
        remove_private(folder)


def _sweep(place: Path, prefix: str) -> None:
    """Remove folders whose process was killed: nobody holds their lock any more."""
    if fcntl is None:
        return
    for folder in place.glob(f"{prefix}*"):
        try:
            if folder.is_symlink() or time.time() - folder.stat().st_mtime < _BEING_MADE and not (folder / _IN_USE).exists():
                continue
            with (folder / _IN_USE).open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # in use, or another person's
            continue
