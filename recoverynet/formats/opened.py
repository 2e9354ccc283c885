"""Other people's files, opened with care: bounded in size, told what they are, and read as the text they hold."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from recoverynet.errors import SchemaError
from recoverynet.untrusted.opening import require_regular, why_not_to_open

MOST_BYTES = 256 << 20
"""Largest file, packed or unpacked."""
MOST_UNPACKED = 1 << 30
"""Largest sum of what a zip file or a folder holds."""
MOST_ENTRIES = 100_000
MOST_TIMES_PACKED, SMALL = 250, 1 << 20
_NOT_OURS = re.compile(r"(?:^|/)(?:__MACOSX(?:/|$)|\.|~\$|Thumbs\.db$)")
_SIGNATURES = {
    b"PK\x03\x04": "a zip file or an Excel workbook",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"\x1f\x8b": "a compressed file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}


@dataclass(frozen=True)
class Entry:
    """One file of a folder or zip file, read when asked for.

    Attributes
    ----------
    name : str
        Path within the folder or zip file, with ``/``.
    read : callable
        Gives the bytes.
    """

    name: str
    read: Callable[[], bytes]

    @property
    def file_name(self) -> str:
        """The name without the folders it lies in."""
        return self.name.rpartition("/")[2]


class Opened(NamedTuple):
    """What a path held: its name, the files, and the names of files passed over (another system's shadows)."""

    label: str
    entries: list[Entry]
    passed_over: list[str]


class Text(NamedTuple):
    """A file as text, and how many of its lines were in Windows-1252 rather than UTF-8."""

    text: str
    n_windows: int


def open_bounded(path: str | Path) -> Opened:
    """Every file of a folder or zip file, or the one file itself; nothing is unpacked to disk.

    Raises
    ------
    SchemaError
        There is nothing there, it is too large, the zip file is damaged, locked or packed beyond reason.
    """
    path = Path(path)
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.is_file() and not why_not_to_open(file, inside=path))
        names = {file.relative_to(path).as_posix(): file for file in found}
        _require_few(path.name, len(names), sum(file.stat().st_size for file in found))
        kept = [Entry(name, _reader(file)) for name, file in names.items() if not _NOT_OURS.search(name)]
        return Opened(path.name, kept, [name for name in names if _NOT_OURS.search(name)])
    if not path.exists():
        raise SchemaError(f"There is no folder or file {str(path)!r}. Look at the spelling and where you stand.")
    if zipfile.is_zipfile(path):
        return _open_zip(path)
    return Opened(path.name, [Entry(path.name, _reader(path))], [])


def read_bounded(path: str | Path) -> bytes:
    """The bytes of one file.

    Raises
    ------
    SchemaError
        It is not there, is a folder, cannot be opened or is too large.
    """
    path = Path(path)
    if path.is_dir():
        raise SchemaError(f"{path.name!r} is a folder; give the file itself.")
    if path.exists():
        require_regular(path)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise SchemaError(
                f"{path.name!r} holds {size / 1e6:,.0f} MB; files of up to {MOST_BYTES / 1e6:,.0f} MB are read. Split it, or "
                "look whether it is the file you meant."
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise SchemaError(f"There is no file {str(path)!r}. Look at the spelling and where you stand.") from None
    except OSError as error:
        raise SchemaError(f"{path.name!r} cannot be opened: {error.strerror or error}.") from None


def decoded(data: bytes, name: str) -> Text:
    """The text of a file in UTF-8, UTF-16 with a mark, or Windows-1252, line by line where they are mixed.

    Raises
    ------
    SchemaError
        The bytes are empty or not text, or are a page of a web site.
    """
    if not data.strip():
        raise SchemaError(f"{name!r} is empty; export it again.")
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature):
            raise SchemaError(f"{name!r} is {what} and not the text file its name promises; export it again.")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return _not_a_page(Text(data.decode("utf-16"), 0), name)
        except UnicodeDecodeError:
            raise SchemaError(f"{name!r} is cut short or is not text; export it again.") from None
    if b"\x00" in data or _share_of_controls(data) > 0.001:
        raise SchemaError(f"{name!r} holds characters that are not text; look whether it is the file you meant.")
    try:
        return _not_a_page(Text(data.decode("utf-8-sig"), 0), name)
    except UnicodeDecodeError:
        return _not_a_page(_line_by_line(data), name)


def _line_by_line(data: bytes) -> Text:
    lines, n_windows = [], 0
    for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            n_windows += 1
            lines.append(line.decode("cp1252", errors="replace"))
    return Text("\n".join(lines), n_windows)


def _not_a_page(text: Text, name: str) -> Text:
    start = text.text[:2000].lstrip().lower()
    if start.startswith(("<!doctype html", "<html")):
        raise SchemaError(f"{name!r} is a page of a web site, perhaps one that tells of an error; fetch the file again.")
    return text


def _share_of_controls(data: bytes) -> float:
    sample = np.frombuffer(data[:1_000_000], dtype=np.uint8)
    return float(((sample < 32) & ~np.isin(sample, (9, 10, 12, 13, 26))).mean())


def _reader(path: Path) -> Callable[[], bytes]:
    return lambda: read_bounded(path)


def _require_few(name: str, n_entries: int, n_bytes: int) -> None:
    if n_entries > MOST_ENTRIES or n_bytes > MOST_UNPACKED:
        raise SchemaError(
            f"{name!r} holds {n_entries:,} files of {n_bytes / 1e6:,.0f} MB in all; up to {MOST_ENTRIES:,} files and "
            f"{MOST_UNPACKED / 1e6:,.0f} MB are read. Split it, or look whether it is what you meant."
        )


def _open_zip(path: Path) -> Opened:
    try:
        with zipfile.ZipFile(path) as packed:
            infos = [info for info in packed.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError):
        raise SchemaError(f"The zip file {path.name!r} is damaged or cut short; fetch or export it again.") from None
    _require_few(path.name, len(infos), sum(info.file_size for info in infos))
    kept = []
    for info in infos:
        if _NOT_OURS.search(info.filename):
            continue
        if info.flag_bits & 1:
            raise SchemaError(f"The zip file {path.name!r} is locked with a password; unpack it and give the folder.")
        if info.file_size > max(SMALL, MOST_TIMES_PACKED * max(info.compress_size, 1)) or info.file_size > MOST_BYTES:
            raise SchemaError(
                f"The zip file {path.name!r} holds a file that unpacks to {info.file_size / 1e6:,.0f} MB from "
                f"{info.compress_size / 1e6:,.2f} MB; such files are not opened. Unpack it yourself if you trust it."
            )
        kept.append(Entry(info.filename, _zip_reader(path, info.filename)))
    return Opened(path.name, kept, [info.filename for info in infos if _NOT_OURS.search(info.filename)])


def _zip_reader(path: Path, name: str) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with zipfile.ZipFile(path) as packed:
                return packed.read(name)
        except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError):
            raise SchemaError(f"A file of the zip file {path.name!r} is damaged or packed in a way not known here.") from None

    return read
