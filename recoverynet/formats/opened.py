"""Other people's files, opened with care: bounded in size, told what they are, and read as the text they hold."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from recoverynet.arguments import as_path
from recoverynet.errors import SchemaError
from recoverynet.untrusted.opening import read_bytes, require_regular
from recoverynet.untrusted.zipped import unpacked

MOST_BYTES = 200_000_000
"""Largest file, packed or unpacked."""
MOST_LINES = 10_000_000
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
class PackedFile:
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
    """What a path held: its name, the files, and how many were passed over (hidden ones, another system's shadows)."""

    label: str
    entries: list[PackedFile]
    n_passed_over: int


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
    path = as_path(path, "Opening a file")
    if path.is_dir():
        every = sorted(file for file in path.rglob("*") if file.is_file())
        found = [file for file in every if not _NOT_OURS.search(file.relative_to(path).as_posix())]
        _require_few(path.name, len(every), sum(file.stat().st_size for file in found))
        kept = [PackedFile(file.relative_to(path).as_posix(), _reader(file, path)) for file in found]
        return Opened(path.name, kept, len(every) - len(found))
    if not path.exists():
        raise SchemaError(f"There is no folder or file {str(path)!r}. Look at the spelling and where you stand.")
    if zipfile.is_zipfile(require_regular(path)):
        return _open_zip(path)
    with path.open("rb") as file:
        if file.read(4) == b"PK\x03\x04":
            raise SchemaError(f"The zip file {path.name!r} is damaged or cut short; fetch or export it again.")
    return Opened(path.name, [PackedFile(path.name, _reader(path))], 0)


def read_bounded(path: str | Path) -> bytes:
    """The bytes of one file.

    Raises
    ------
    SchemaError
        It is not there, is a folder, cannot be opened or is too large.
    """
    return read_bytes(path, most=MOST_BYTES, remedy="Split it, or look whether it is the file you meant.")


def decoded(data: bytes, name: str) -> Text:
    """The text of a file in UTF-8, UTF-16 with a mark, or Windows-1252, line by line where they are mixed.

    Raises
    ------
    SchemaError
        The bytes are empty or not text, too many lines, or a page of a web site.
    """
    if not data.strip():
        raise SchemaError(f"{name!r} is empty; export it again.")
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature):
            raise SchemaError(f"{name!r} is {what} and not the text file its name promises; export it again.")
    if data.count(b"\n") > MOST_LINES:
        raise SchemaError(f"{name!r} has more than {MOST_LINES:,} lines, and no more are read. Split it.")
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


def _reader(path: Path, inside: Path | None = None) -> Callable[[], bytes]:
    return lambda: read_bytes(path, most=MOST_BYTES, inside=inside)


def _require_few(name: str, n_entries: int, n_bytes: int) -> None:
    if n_entries > MOST_ENTRIES or n_bytes > MOST_UNPACKED:
        raise SchemaError(
            f"{name!r} holds {n_entries:,} files of {n_bytes / 1e6:,.0f} MB in all; up to {MOST_ENTRIES:,} files and "
            f"{MOST_UNPACKED / 1e6:,.0f} MB are read. Split it, or look whether it is what you meant."
        )


def _open_zip(path: Path) -> Opened:
    packed = _Packed(path)
    infos = [info for info in packed.infos if not info.is_dir()]
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
        kept.append(PackedFile(info.filename, packed.reader(info)))
    return Opened(path.name, kept, len(infos) - len(kept))


class _Packed:
    """A zip file held open while its files are read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise SchemaError(f"The zip file {path.name!r} is damaged or cut short; fetch or export it again.") from None
        self.infos = self._zip.infolist()

    def reader(self, info: zipfile.ZipInfo) -> Callable[[], bytes]:
        """Gives the bytes of one file, no more of them than its header claims."""

        def read() -> bytes:
            parts, size = [], 0
            for part in unpacked(self._path, self._zip, info):
                parts.append(part)
                size += len(part)
                if size > info.file_size:
                    break
            whole = b"".join(parts)
            if size != info.file_size or zlib.crc32(whole) != info.CRC:
                raise SchemaError(f"A file of the zip file {self._path.name!r} is damaged; fetch or export it again.")
            return whole

        return read


def text_lines(text: str) -> list[str]:
    r"""The lines of a text file, which end at a line feed, a carriage return or both, and at no other character.

    Examples
    --------
    >>> text_lines("ann\r\nb\u2028en\n")
    ['ann', 'b\u2028en']
    """
    return [line.rstrip("\n") for line in io.StringIO(text, newline=None)]


def split_rows(text: str, mark: str) -> list[list[str]]:
    """Rows of cells of a text parted by ``mark``; a quotation mark left open costs its own line only."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error:
        return [_split_line(line, mark) for line in text_lines(text)]


def _split_line(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        return [line]
