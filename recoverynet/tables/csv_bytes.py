"""The bytes of a text file as UTF-8, whatever they were written in.

Why no library guesses the encoding: of 94 small tables with British names and signs, written as Windows writes them (cp1252),
charset-normalizer 3.5 read 69 in another code (cp1250, and big5 and cp932 where they are short), which changes signs without a
word. What is not UTF-8 or UTF-16 by its own marks is taken for cp1252 here, and the rows for which that was done are told.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator

import numpy as np

from recoverynet.tables.problems import Problem

_SEQUENCE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
"""What every sign beyond ASCII holds in UTF-8."""
_PIECE = 1 << 24
_SIGNATURES = {
    b"PK\x03\x04": "an Excel workbook or a zip file: save it as CSV, or give it its own ending (.xlsx)",
    b"PAR1": "a Parquet file: give it the ending .parquet",
    b"%PDF": "a PDF: export the table as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls): save it as .xlsx or CSV",
    b"\x1f\x8b": "a compressed file: unpack it first",
}


class NotText(ValueError):
    """The bytes are not a table in text."""


def in_utf8(data: bytes, name: str, problems: list[Problem]) -> bytes:
    """A file's text in UTF-8, from UTF-8 (with or without mark), UTF-16 with mark, or Windows-1252."""
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature):
            raise NotText(f"it is {what}")
    if data[:200].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise NotText("it is a web page, as a server sends in place of a file when something went wrong")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _or_not_text(data, "utf-16").encode("utf-8")
    if b"\x00" in data or _share_of_controls(data) > 0.001:
        raise NotText("it holds characters that are not text")
    return data.removeprefix(codecs.BOM_UTF8) if _is_utf8(data) else _from_windows(data, name, problems)


def _is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8, looked at piece by piece so that no second copy is made."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _PIECE):
            decoder.decode(data[start : start + _PIECE], start + _PIECE >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _or_not_text(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotText(f"it is neither UTF-8 nor {encoding}") from error


def _share_of_controls(data: bytes) -> float:
    sample = np.frombuffer(data[:1_000_000], dtype=np.uint8)
    return float(((sample < 32) & ~np.isin(sample, (9, 10, 13))).mean())


def _from_windows(data: bytes, name: str, problems: list[Problem]) -> bytes:
    """Line by line: UTF-8 where it is that, Windows-1252 where it is not."""
    data = data.removeprefix(codecs.BOM_UTF8)
    if _SEQUENCE.search(data) is None:
        # No line can be UTF-8 beyond ASCII, so that all may be read at once.
        text, rows = _or_not_text(data, "cp1252").encode("utf-8"), _rows_beyond_ascii(data)
    else:
        text, rows = _mixed(data)
    problems.append(
        Problem(
            name,
            "",
            "the file is not in UTF-8 but in Windows-1252 (an older Windows encoding) and was read so",
            "encoding",
            "Look at a name with an accent; if it reads well, nothing need be done.",
            "warning",
            len(rows),
            tuple(rows[:5]),
        )
    )
    return text


def _rows_beyond_ascii(data: bytes) -> list[int]:
    """Numbers of the lines that hold more than ASCII."""
    signs = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(signs == ord("\n"))
    return [int(row) for row in np.unique(np.searchsorted(ends, np.flatnonzero(signs >= 128))) + 1]


def _mixed(data: bytes) -> tuple[bytes, list[int]]:
    text, rows = bytearray(), []
    for number, line in enumerate(io.BytesIO(data), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            rows.append(number)
            line = _or_not_text(line, "cp1252").encode("utf-8")
        text += line
    return bytes(text), rows


def lines_of(text: bytes) -> Iterator[str]:
    """Lines with their ends, as they stand."""
    return io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
