"""CSV as it is written here: text that no spreadsheet program takes for a formula, and that reads back as it was."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from recoverynet.atomic import atomic_file

_BEGINNINGS = r"=+\-@＝＋－＠\t\r\n"
_ROW_BLOCK = 50_000
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.][0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
# Spaces written out: what \s is to Python is more than what it is to Arrow, and what one puts in the other must take away.
_BEFORE = "['\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*"
_FORMULA = re.compile(rf"{_BEFORE}[{_BEGINNINGS}]")
_MADE_SAFE = rf"^'({_BEFORE}[{_BEGINNINGS}])"


def safe_cell(value: object) -> str:
    """A cell as text; an apostrophe goes before what a spreadsheet program would take for the beginning of a formula.

    Plain numbers stay as they are, minus and all; a missing value is empty.

    Examples
    --------
    >>> [safe_cell(value) for value in ("=1+1", "-1.5", "-x", "ann", None, "'=1")]
    ["'=1+1", '-1.5', "'-x", 'ann', '', "''=1"]
    """
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return ""
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def as_it_was(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts from a CSV file without the apostrophes that :func:`safe_cell` put before them.

    Examples
    --------
    >>> as_it_was(pa.chunked_array([["'=1+1", "ann", "''=1", "'tis"]])).to_pylist()
    ['=1+1', 'ann', "'=1", "'tis"]
    """
    if not pc.any(pc.starts_with(cells, "'")).as_py():
        return cells
    return pc.replace_substring_regex(cells, _MADE_SAFE, r"\1")


def write_csv(frame: pd.DataFrame, path: str | Path, *, for_spreadsheets: bool = False, private: bool = False) -> None:
    """Write a table as CSV, whole or not at all, in which no cell and no heading is a formula.

    Parameters
    ----------
    frame : pandas.DataFrame
        Its columns, without the index; values as ``str`` shows them, missing ones empty.
    path : path
        A file there is replaced.
    for_spreadsheets : bool
        Whether it is to be opened by a spreadsheet program before anything else: a byte-order mark, without which £ and ü
        are lost there, and line ends as Windows has them. Default: plain UTF-8 and line feeds.
    private : bool
        Whether only the owner may read it.

    Raises
    ------
    NotWrittenError

    Notes
    -----
    Text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end, and is no number, gets an apostrophe in front, by
    which spreadsheet programs know text. :func:`recoverynet.read_record` takes it away again.
    """
    with atomic_file(path, private=private) as partial:
        write_csv_into(frame, partial, for_spreadsheets=for_spreadsheets)


def write_csv_into(frame: pd.DataFrame, path: Path, *, for_spreadsheets: bool = False) -> None:
    """The same, straight into a file of a folder that will itself appear whole or not at all."""
    encoding, line_end = ("utf-8-sig", "\r\n") if for_spreadsheets else ("utf-8", "\n")
    with path.open("w", encoding=encoding, newline="") as file:
        file.write(_lines([[safe_cell(title) for title in frame.columns]], line_end))
        for start in range(0, len(frame), _ROW_BLOCK):
            block = frame.iloc[start : start + _ROW_BLOCK]
            columns = [_safe_column(block.iloc[:, place]) for place in range(block.shape[1])]
            file.write(_lines(zip(*columns, strict=True), line_end))


def _safe_column(values: pd.Series) -> list[str]:
    """A column as safe texts, each different text looked at once."""
    safe: dict[str, str] = {}
    found = []
    for value in values.array:
        if type(value) is not str:
            found.append(safe_cell(value))
            continue
        if value not in safe:
            safe[value] = safe_cell(value)
        found.append(safe[value])
    return found


def _lines(rows: Iterable[Sequence[str]], line_end: str) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator=line_end).writerows(rows)
    return text.getvalue()
