"""Files and folders that appear whole under their name, or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from recoverynet.arguments import as_path
from recoverynet.errors import NotWrittenError, SchemaError

try:
    import fcntl
except ImportError:  # Windows has no such locks: what a killed writer left is not swept there
    fcntl = None  # type: ignore[assignment]

UNFINISHED = ".unfinished"
"""Stands in a folder while files that were there before are being replaced; whoever finds it later reads a mixture."""
_PARTIAL = ".partial"
_FULL = "the disk is full"
_REASONS = {
    errno.ENOSPC: (_FULL, "Free some space, or write elsewhere"),
    errno.EDQUOT: (_FULL + ", or your share of it", "Free some space, or write elsewhere"),
    errno.EFBIG: ("it would be larger than a file may be here", "Write elsewhere, or ask for a larger limit"),
    errno.EROFS: ("this place can only be read", "Write elsewhere"),
    errno.EACCES: ("it may not be written there, or another program has it open", "Close that program, or write elsewhere"),
    errno.EPERM: ("it may not be written there, or another program has it open", "Close that program, or write elsewhere"),
    errno.ENOENT: ("the folder it should stand in is not there", "Make that folder, or look at the spelling"),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "Look at the spelling"),
    errno.EISDIR: ("a folder of that name is there", "Choose another name"),
    errno.ENOTEMPTY: ("a folder of that name has come into being meanwhile", "Choose another name"),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter one"),
}


@contextmanager
def atomic_file(path: str | Path, *, private: bool = False) -> Iterator[Path]:
    """A file that appears whole under its name, or not at all.

    Write to the path that is handed out: it lies in the same folder under a hidden name, and takes the right name, on
    disk for certain, when the block ends well. Where the block fails it goes, and what stood there before stays.

    Parameters
    ----------
    path : path
        Where the file is to stand. A file there is replaced; a link is followed; a device or pipe is written into.
    private : bool
        Whether only the owner may read it (0600). Default: as the machine has it for new files, or as the file had it
        that is replaced.

    Yields
    ------
    pathlib.Path
        The path to write to.

    Raises
    ------
    NotWrittenError
        The disk is full, the folder is not there or may not be written to; the message names ``path``.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_file(Path(folder) / "a.txt") as partial:
    ...         _ = partial.write_text("whole")
    ...     [file.name for file in Path(folder).iterdir()]
    ['a.txt']
    """
    path = as_path(path, "Writing")
    with _told(path):
        goal = Path(os.path.realpath(path))
        if goal.exists() and not goal.is_file() and not goal.is_dir():
            with _into_stream(goal) as partial:
                yield partial
            return
        if goal.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        _sweep(goal)
        partial = _partial_beside(goal)
        opened = _held(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666))
        try:
            yield partial
            _settle(partial)
            if goal.exists() and not private:
                shutil.copymode(goal, partial)
            os.replace(partial, goal)
            _settle_folder(goal.parent)
        finally:
            _let_go(opened)
            partial.unlink(missing_ok=True)


def write_bytes(path: str | Path, content: bytes, *, private: bool = False) -> None:
    """Write a file of bytes, whole or not at all; see :func:`atomic_file`."""
    with atomic_file(path, private=private) as partial:
        partial.write_bytes(content)


def write_text(path: str | Path, content: str, *, private: bool = False) -> None:
    """Write a file of text (UTF-8, line ends as they stand), whole or not at all; see :func:`atomic_file`."""
    write_bytes(path, content.encode("utf-8"), private=private)


@contextmanager
def atomic_folder(path: str | Path, *, private: bool = False, replacing: Collection[str] = ()) -> Iterator[Path]:
    """A folder of files that appear together under its name, or not at all.

    Write into the folder that is handed out. A folder that was not there takes its name when everything in it is on
    disk. In one that was, all files are first written beside the old ones under a hidden name, and then put in their
    places while :data:`UNFINISHED` stands there, so that nobody reads a mixture; see :func:`require_finished`. Other
    files in it stay.

    Parameters
    ----------
    path : path
        The folder; those above it are made where they do not exist.
    private : bool
        Whether only the owner may read what is written: files 0600, and 0700 for a folder that was not there or was
        empty.
    replacing : collection of str
        Files of a folder that was there which go with its old content, where they are not written anew.

    Yields
    ------
    pathlib.Path
        The folder to write into.

    Raises
    ------
    NotWrittenError
        As for :func:`atomic_file`.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with atomic_folder(Path(place) / "tables") as partial:
    ...         _ = (partial / "people.csv").write_text("person_id,role")
    ...     sorted(file.name for file in Path(place).rglob("*"))
    ['people.csv', 'tables']
    """
    path = as_path(path, "Writing")
    with _told(path):
        goal = Path(os.path.realpath(path))
        if goal.exists() and not goal.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
        was_there = goal.is_dir()
        goal.parent.mkdir(parents=True, exist_ok=True)
        _sweep(goal / goal.name if was_there else goal)
        partial = _partial_beside(goal / goal.name if was_there else goal)
        os.mkdir(partial, 0o700 if private else 0o777)
        opened = None if fcntl is None else _held(os.open(partial, os.O_RDONLY))
        try:
            yield partial
            _settle_tree(partial, private=private)
            if was_there:
                _put_in_place(partial, goal, private=private, replacing=replacing)
            else:
                os.rename(partial, goal)
            _settle_folder(goal.parent)
        finally:
            _let_go(opened)
            shutil.rmtree(partial, ignore_errors=True)


def make_folder(path: str | Path) -> Path:
    """Make a folder and those above it where they do not exist; raises NotWrittenError where it cannot be made."""
    path = as_path(path, "Writing")
    with _told(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


def require_finished(folder: str | Path) -> None:
    """Raise SchemaError where the files of a folder were being replaced when the writing was cut off."""
    if (Path(folder) / UNFINISHED).exists():
        raise SchemaError(
            f"The files of the folder {str(folder)!r} were being replaced when the writing was cut off, so new and old may "
            "stand side by side. Write them again into this folder, or empty it."
        )


def is_leftover(path: Path) -> bool:
    """Whether a file or folder is one that a writer works on, or left when it was killed."""
    return path.name == UNFINISHED or (path.name.startswith(".") and path.name.endswith(_PARTIAL))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What the system says against writing, in words that name the file."""
    try:
        yield
    except NotWrittenError:
        raise
    except OSError as error:
        reason, remedy = _REASONS.get(error.errno or 0, (error.strerror or str(error), "Look at the place, or write elsewhere"))
        raise NotWrittenError(f"{path} was not written: {reason}. {remedy}; what stood there before is untouched.") from error


def _partial_beside(goal: Path) -> Path:
    return goal.with_name(f".{goal.name[:80]}.{secrets.token_hex(4)}{_PARTIAL}")


def _held(opened: int) -> int | None:
    """Lock what is being written, so that nobody sweeps it; the lock goes with the process, however that ends."""
    if fcntl is None:
        os.close(opened)  # an open file cannot be renamed there
        return None
    with suppress(OSError):  # some shared drives know no locks
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return opened


def _let_go(opened: int | None) -> None:
    if opened is not None:
        os.close(opened)


def _sweep(goal: Path) -> None:
    """Remove what writers of the same name left when they were killed."""
    if fcntl is None or not goal.parent.is_dir():
        return
    for left in goal.parent.glob(f".{_glob_safe(goal.name[:80])}.????????{_PARTIAL}"):
        with suppress(OSError):
            opened = os.open(left, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            finally:
                os.close(opened)


def _glob_safe(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "[]*?" else sign for sign in name)


@contextmanager
def _into_stream(goal: Path) -> Iterator[Path]:
    """For a device or pipe, which has no name to take: everything is made first, and then written into it."""
    with tempfile.TemporaryDirectory() as folder:
        yield (partial := Path(folder) / "partial")
        with partial.open("rb") as whole, goal.open("wb") as stream:
            shutil.copyfileobj(whole, stream)


def _settle(file: Path) -> None:
    """Wait until a file is on disk."""
    opened = os.open(file, os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _settle_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk, where the system can say so."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _settle_tree(folder: Path, *, private: bool) -> None:
    for each in folder.rglob("*"):
        if each.is_file():
            _settle(each)
        if private:
            each.chmod(0o700 if each.is_dir() else 0o600)
    _settle_folder(folder)


def _put_in_place(partial: Path, goal: Path, *, private: bool, replacing: Collection[str]) -> None:
    """Move every file of one folder into another that was there before."""
    before = [each for each in goal.iterdir() if not is_leftover(each)]
    if private and not before:
        goal.chmod(0o700)
    mark = goal / UNFINISHED
    if before:
        mark.write_text("These files were being replaced when the writing was cut off. Write them again.\n", encoding="utf-8")
        _settle_folder(goal)
    for name in replacing:
        (goal / name).unlink(missing_ok=True)
    for each in sorted(partial.rglob("*")):
        place = goal / each.relative_to(partial)
        if each.is_dir():
            place.mkdir(exist_ok=True)
        else:
            os.replace(each, place)
    _settle_folder(goal)
    mark.unlink(missing_ok=True)
