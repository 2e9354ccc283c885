"""Zip files and workbooks that others made: unpacked once without keeping anything, to see how large they really are."""

from __future__ import annotations

import re
import xml.parsers.expat as expat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from recoverynet.errors import SchemaError
from recoverynet.untrusted.opening import MOST_BYTES, MOST_COLUMNS, require_regular, require_size

MOST_MEMBERS = 5_000
MOST_UNPACKED = 500_000_000
"""Bytes of all members together."""
MOST_SHEET_CELLS = 10_000_000
"""Cells of the smallest rectangle that holds everything in a sheet."""
MOST_SHEET_TEXT = 300_000_000
"""Characters of one sheet, a text that many cells share counted in each."""
_CHUNK = 1 << 20
_MACROS = "vbaproject.bin"
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"
_UNPACK_AGAIN = "Look whether it is what it seems to be, and save it again."


def require_sound_zip(path: str | Path, *, most: int = MOST_UNPACKED) -> None:
    """Raise SchemaError where a file is no zip file, or unpacks to more than ``most`` bytes, whatever it claims.

    Memory: about 2 MB, however large the file unpacks.
    """
    path = require_regular(path)
    require_size(path, most=MOST_BYTES)
    left = most
    with _opened(path) as book:
        for member in book.infolist():
            for part in unpacked(path, book, member):
                left -= len(part)
                if left < 0:
                    raise SchemaError(f"{path.name} unpacks to more than {most / 1e6:,.0f} MB, and is not read. {_UNPACK_AGAIN}")


def read_member(path: str | Path, name: str, *, most: int = MOST_UNPACKED) -> bytes:
    """One member of a zip file, where it unpacks to no more than ``most`` bytes.

    Raises
    ------
    SchemaError
    """
    path = require_regular(path)
    found: list[bytes] = []
    with _opened(path) as book:
        if name not in book.namelist():
            raise SchemaError(f"{path.name} holds no {name!r}; it holds {', '.join(book.namelist()[:5]) or 'nothing'}.")
        for part in unpacked(path, book, book.getinfo(name)):
            found.append(part)
            most -= len(part)
            if most < 0:
                raise SchemaError(f"{name!r} in {path.name} unpacks to more than can be read. {_UNPACK_AGAIN}")
    return b"".join(found)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        book = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        what = "an .xlsx file" if path.suffix.lower() in (".xlsx", ".xlsm") else "a zip file"
        raise SchemaError(f"{path.name} cannot be opened: it is damaged, locked or not {what}.") from error
    if len(book.infolist()) > MOST_MEMBERS:
        book.close()
        raise SchemaError(f"{path.name} holds more than {MOST_MEMBERS:,} files, and is not read. {_UNPACK_AGAIN}")
    return book


def unpacked(path: Path, book: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """A member piece by piece, as its bytes unpack and not as its header claims.

    Raises
    ------
    SchemaError
    """
    damaged = SchemaError(f"{path.name} cannot be opened: {member.filename[:60]!r} in it is damaged, locked or packed unusually.")
    if member.flag_bits & 0x1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise damaged
    with path.open("rb") as file:
        file.seek(member.header_offset)
        header = file.read(30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise damaged
        file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
        left = member.compress_size
        inflate = zlib.decompressobj(-zlib.MAX_WBITS) if member.compress_type == zipfile.ZIP_DEFLATED else None
        while left > 0 and not (inflate and inflate.eof):
            packed = file.read(min(_CHUNK, left))
            if not packed:
                raise damaged
            left -= len(packed)
            try:
                yield from _inflated(inflate, packed)
            except zlib.error as error:
                raise damaged from error


def _inflated(inflate: zlib._Decompress | None, packed: bytes) -> Iterator[bytes]:
    if inflate is None:
        yield packed
        return
    while packed and not inflate.eof:
        yield inflate.decompress(packed, _CHUNK)
        packed = inflate.unconsumed_tail


@dataclass
class _Sheet:
    """How far the cells of one sheet reach, and what text they share."""

    name: str
    row: int = 0
    column: int = 0
    first_row: int = 0
    last_row: int = 0
    first_column: int = 0
    last_column: int = 0
    n_shared: int = 0
    shared: list[int] = field(default_factory=list)

    def n_cells(self) -> int:
        """Cells of the smallest rectangle around everything."""
        return (self.last_row - self.first_row + 1) * (self.last_column - self.first_column + 1)


def require_sound_workbook(path: str | Path) -> None:
    """Raise SchemaError where a workbook (.xlsx) would not fit in memory once opened, however small the file is.

    Looked at are the unpacked size, the rectangle that the cells of each sheet span, and the text they share. Memory: a
    few MB, and up to :data:`MOST_UNPACKED` where the file is one long piece of text.
    """
    path = require_regular(path)
    require_sound_zip(path)
    with _opened(path) as book:
        members = [member for member in book.infolist() if member.filename.lower().endswith(".xml")]
        texts = [member for member in members if "sharedstrings" in member.filename.lower()]
        lengths = [length for member in texts for length in _shared_lengths(path, book, member)]
        for member in members:
            if member not in texts:
                _require_sound_sheet(path, book, member, lengths)
        for member in book.infolist():
            if re.fullmatch(r"(?i)xl/_rels/workbook[^/]*[.]rels", member.filename):
                _require_sheets_in_xml(path, book, member)


def _require_sheets_in_xml(path: Path, book: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Raise SchemaError where a workbook points to a sheet that was not looked at because it is not called .xml."""
    targets: list[str] = []

    def opened(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "Relationship" and attributes.get("TargetMode", "") != "External":
            targets.append(attributes.get("Target", ""))

    _parse(path, book, member, opened)
    for target in targets:
        if not target.lower().endswith(".xml") and not target.lower().endswith(_MACROS):
            raise SchemaError(f"{path.name} keeps a sheet under the unusual name {target[:60]!r}, and is not read. {_UNPACK_AGAIN}")
        if target.lower().endswith(_MACROS):
            _require_no_xml(path, book, target)


def _require_no_xml(path: Path, book: zipfile.ZipFile, target: str) -> None:
    ending = target.rpartition("/")[2].lower()
    for member in book.infolist():
        if member.filename.lower().endswith(ending) and next(unpacked(path, book, member), b"")[:4] != _COMPOUND_FILE:
            raise SchemaError(f"{path.name} cannot be opened: {member.filename[:60]!r} in it is not what its name says.")


def _shared_lengths(path: Path, book: zipfile.ZipFile, member: zipfile.ZipInfo) -> list[int]:
    """How long each shared text is."""
    lengths: list[int] = []

    def opened(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "si":
            lengths.append(0)

    def said(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    _parse(path, book, member, opened, said)
    return lengths


def _require_sound_sheet(path: Path, book: zipfile.ZipFile, member: zipfile.ZipInfo, lengths: list[int]) -> None:
    sheet = _Sheet(member.filename)
    longest = max(lengths, default=0)

    def opened(tag: str, attributes: dict[str, str]) -> None:
        if tag == "v":
            return
        local = _local(tag)
        if local == "row":
            sheet.row, sheet.column = _row_number(path, attributes.get("r"), sheet.row + 1), 0
        elif local == "c":
            _reach(path, sheet, attributes)

    _parse(path, book, member, opened)
    if sheet.n_shared * longest > MOST_SHEET_TEXT and _shared_text(path, book, member, lengths) > MOST_SHEET_TEXT:
        raise SchemaError(
            f"{path.name} repeats long texts in so many cells that they would not fit in memory ({sheet.name}). {_UNPACK_AGAIN}"
        )


def _reach(path: Path, sheet: _Sheet, attributes: dict[str, str]) -> None:
    """Take in one cell."""
    name = attributes.get("r")
    if name is None:
        row, sheet.column = max(sheet.row, 1), sheet.column + 1
    else:
        letters = name.rstrip("0123456789")
        row = int(name[len(letters) :]) if 0 < len(name) - len(letters) < 8 else 0
        sheet.column = _column_number(letters)
        if not row or not sheet.column:
            raise SchemaError(f"{path.name} cannot be opened: a cell in it is called {name[:20]!r}.")
    sheet.n_shared += attributes.get("t") == "s"
    if sheet.first_row <= row <= sheet.last_row and sheet.first_column <= sheet.column <= sheet.last_column:
        return
    if not sheet.last_row:
        sheet.first_row, sheet.first_column = row, sheet.column
    sheet.first_row, sheet.last_row = min(sheet.first_row, row), max(sheet.last_row, row)
    sheet.first_column, sheet.last_column = min(sheet.first_column, sheet.column), max(sheet.last_column, sheet.column)
    if sheet.n_cells() > MOST_SHEET_CELLS or sheet.last_column > MOST_COLUMNS:
        raise SchemaError(
            f"A sheet of {path.name} ({sheet.name}) has a cell at row {row:,} and column {sheet.column:,}, so that it spans "
            f"more than can be read ({MOST_SHEET_CELLS:,} cells, {MOST_COLUMNS:,} columns). Delete what stands far outside "
            "the table (in Excel, Ctrl+End goes there), or save the sheet as CSV."
        )


def _shared_text(path: Path, book: zipfile.ZipFile, member: zipfile.ZipInfo, lengths: list[int]) -> int:
    """Characters of the shared texts in all cells of a sheet."""
    total, shared, place = 0, False, ""

    def opened(tag: str, attributes: dict[str, str]) -> None:
        nonlocal total, shared, place
        if _local(tag) == "c":
            total, place = total + _length_at(lengths, place), ""
            shared = attributes.get("t") == "s"

    def said(text: str) -> None:
        nonlocal place
        place += text[:12] if shared else ""

    _parse(path, book, member, opened, said)
    return total + _length_at(lengths, place)


def _length_at(lengths: list[int], place: str) -> int:
    digits = place.strip()
    number = int(digits) if digits.isdecimal() and len(digits) < 10 else -1
    return lengths[number] if 0 <= number < len(lengths) else 0


def _parse(
    path: Path,
    book: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    opened: Callable[[str, dict[str, str]], None],
    said: Callable[[str], None] | None = None,
) -> None:
    """Walk through one XML member piece by piece."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = opened
    if said is not None:
        parser.CharacterDataHandler = said

    def declared(entity: str, *more: object) -> None:
        raise SchemaError(f"{path.name} declares an XML entity ({entity[:40]!r}), as no workbook does, and is not read.")

    parser.EntityDeclHandler = declared
    try:
        _feed(parser, unpacked(path, book, member))
    except expat.ExpatError as error:
        raise SchemaError(f"{path.name} cannot be opened: {member.filename[:60]!r} in it is damaged ({error}).") from error


def _feed(parser: expat.XMLParserType, parts: Iterator[bytes]) -> None:
    """Give a parser all parts; where a long piece of text does not end, more and more of them at once.

    Some versions of expat begin such a piece anew with every part, which takes minutes for one of 300 MB.
    """
    waiting: list[bytes] = []
    n_waiting, enough = 0, 0
    for part in parts:
        waiting.append(part)
        n_waiting += len(part)
        if n_waiting < enough:
            continue
        before = parser.CurrentByteIndex
        parser.Parse(b"".join(waiting), False)
        enough = 0 if parser.CurrentByteIndex > before else max(2 * n_waiting, 2 * enough)
        waiting, n_waiting = [], 0
    parser.Parse(b"".join(waiting), True)


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _row_number(path: Path, text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    if not (text.isdecimal() and len(text) < 10):
        raise SchemaError(f"{path.name} cannot be opened: a row in it is numbered {text[:20]!r}.")
    return int(text)


@lru_cache(maxsize=4096)
def _column_number(letters: str) -> int:
    """The number of a column by its letters, 0 where they are none."""
    if not re.fullmatch("[A-Za-z]{1,3}", letters):
        return 0
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
