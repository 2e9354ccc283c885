"""Files that others made: opened only where they are what they seem to be, and no larger than can be read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from recoverynet.arguments import as_path
from recoverynet.errors import SchemaError

MOST_BYTES = 500_000_000
"""Of a file of tables. Everything read is bounded so that a file costs at most about 4 GB of memory, and a refused one far less."""
MOST_SETTINGS_BYTES = 1_000_000
"""Of a file of settings."""
MOST_ROWS = 20_000_000
MOST_COLUMNS = 2_000
MOST_CELLS = 100_000_000
"""Rows times columns of one table."""
MOST_TEXT = 1_000_000_000
"""Bytes of one table as it stands in memory."""
LONGEST_LINE = 1_000_000
"""Bytes between two line ends of a text."""
_CHUNK = 1 << 24


def require_regular(path: str | Path, *, inside: str | Path | None = None) -> Path:
    """The path itself, where it is a file (no pipe, no device) and no link leads out of the folder ``inside``.

    Raises
    ------
    SchemaError

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "a.csv"
    ...     _ = file.write_text("person_id")
    ...     require_regular(file, inside=folder).name
    'a.csv'
    """
    path = as_path(path, "Opening a file")
    why = why_not_to_open(path, inside=inside)
    if why:
        raise SchemaError(f"{path.name!r} cannot be opened: {why}.")
    return path


def why_not_to_open(path: Path, *, inside: str | Path | None = None) -> str:
    """What speaks against opening a file, in words; empty where nothing does."""
    real = Path(os.path.realpath(path))
    if inside is not None and not real.is_relative_to(os.path.realpath(inside)):
        return "it is a link that leads out of the folder; put the file itself there if it belongs to it"
    try:
        kind = os.stat(path).st_mode
    except FileNotFoundError:
        return "it is a link that leads nowhere" if path.is_symlink() else "it is not there; look at the spelling"
    except OSError as error:
        return f"the system refuses it ({error.strerror or error})"
    if stat.S_ISDIR(kind):
        return "it is a folder; name a file"
    return "" if stat.S_ISREG(kind) else "it is a pipe or a device, not a file"


def require_size(path: str | Path, *, most: int = MOST_BYTES, remedy: str = "") -> int:
    """The size of a file in bytes, where it is not above ``most``.

    Raises
    ------
    SchemaError
    """
    size = os.stat(path).st_size
    if size > most:
        raise SchemaError(
            f"{Path(path).name} has {_in_words(size)}, and at most {_in_words(most)} are read.{remedy and ' ' + remedy}"
        )
    return size


def read_bytes(path: str | Path, *, most: int = MOST_BYTES, inside: str | Path | None = None, remedy: str = "") -> bytes:
    """What a file holds, where it is a file, lies in the folder ``inside`` (links followed) and is not too large.

    Parameters
    ----------
    path : path
    most : int
        Largest size in bytes.
    inside : path, optional
        The folder the file must lie in once links are followed. Default: anywhere.
    remedy : str
        What to do about a file that is too large, as a sentence.

    Returns
    -------
    bytes

    Raises
    ------
    SchemaError
        It is not there, a folder, pipe or device, too large, or a link leads out of the folder.
    """
    path = require_regular(path, inside=inside)
    require_size(path, most=most, remedy=remedy)
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise SchemaError(f"{path.name} grew while it was read. Read it again when nobody writes to it.")
    return content


def read_text(path: str | Path, *, most: int = MOST_BYTES, inside: str | Path | None = None, remedy: str = "") -> str:
    """What a text file in UTF-8 (a mark at its beginning aside) holds; see :func:`read_bytes`.

    Raises
    ------
    SchemaError
        As for :func:`read_bytes`, or the file is not in UTF-8.
    """
    content = read_bytes(path, most=most, inside=inside, remedy=remedy)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SchemaError(f"{Path(path).name} is not text in UTF-8 (byte {error.start:,}). Save it as UTF-8.") from error


def count_lines(content: bytes, name: str, *, longest: int = LONGEST_LINE, most: int = MOST_ROWS) -> int:
    r"""How many lines a text has, where none is too long and they are not too many; ``name`` is what messages call it.

    A line ends with a line feed, a carriage return or both. Works on the bytes of any usual encoding.

    Raises
    ------
    SchemaError

    Examples
    --------
    >>> count_lines(b"a,b\r\n1,2\r\n", "a.csv")
    2
    """
    n_lines, last = 0, -1
    for start in range(0, len(content), _CHUNK):
        part = np.frombuffer(content, np.uint8, min(_CHUNK, len(content) - start), start)
        ends = np.flatnonzero((part == 10) | (part == 13)) + start
        gaps = np.diff(ends, prepend=last)
        second_half = (gaps == 1) & (_at(content, ends) == 10) & (_at(content, ends - 1) == 13)
        n_lines += len(ends) - int(second_half.sum())
        last = int(ends[-1]) if len(ends) else last
        longest_here = max(int(gaps.max(initial=0)), min(start + _CHUNK, len(content)) - 1 - last)
        if longest_here > longest:
            raise SchemaError(
                f"{name} holds a line of more than {longest:,} bytes, which no table has. Look whether it is a text with "
                "line ends, and export it again."
            )
        if n_lines > most:
            raise SchemaError(f"{name} has more than {most:,} lines, and no more are read. Split it by period.")
    return n_lines + (last < len(content) - 1)


def _at(content: bytes, places: np.ndarray) -> np.ndarray:
    """The bytes at some places, 0 before the first."""
    return np.where(places >= 0, np.frombuffer(content, np.uint8)[np.maximum(places, 0)], 0)


def require_shape(n_rows: int, n_columns: int, name: str) -> None:
    """Raise SchemaError where a table is larger than can be read; ``name`` is what the message calls it."""
    if n_columns > MOST_COLUMNS:
        raise SchemaError(f"{name} has {n_columns:,} columns, and at most {MOST_COLUMNS:,} are read. Keep those that are needed.")
    if n_rows > MOST_ROWS or n_rows * n_columns > MOST_CELLS:
        raise SchemaError(
            f"{name} claims {n_rows:,} rows of {n_columns:,} columns, and at most {MOST_ROWS:,} rows and {MOST_CELLS:,} cells "
            "are read. Split it by period, or look whether it is what it seems to be."
        )


def files_in(folder: str | Path) -> Iterator[Path]:
    """The files of a folder and links to files, by name, hidden ones and other programs' locks aside."""
    for path in sorted(Path(folder).iterdir()):
        if not path.name.startswith((".", "~")) and not path.is_dir():
            yield path


def _in_words(n_bytes: int) -> str:
    for size, unit in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if n_bytes >= size:
            return f"{n_bytes / size:,.3g} {unit}"
    return f"{n_bytes} bytes"
