"""CSV as it is found: any separator and encoding, ragged rows, quotation marks left open, rubbish."""

from __future__ import annotations

import csv
from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from recoverynet.csv_files import as_it_was
from recoverynet.tables.areas import Area, joined_heading, told_apart
from recoverynet.tables.csv_bytes import NotText, in_utf8, lines_of
from recoverynet.tables.problems import Problem
from recoverynet.tables.raw import RawTable, empty, raw_table, unreadable
from recoverynet.untrusted.opening import count_lines, read_bytes, require_regular, require_shape

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_CHUNK = 50_000
_HEAD_BYTES = 1 << 20
_MOST_OPEN_QUOTES = 1_000
_MOST_RAGGED = 100_000
_TOO_LARGE = "Split it by period, or save it as Parquet."


@dataclass
class _Shape:
    """What the rows of one file turned out to be like."""

    width: int
    ragged: list[tuple[int, int]] = field(default_factory=list)
    open_quotes: list[int] = field(default_factory=list)
    columns: slice = field(default_factory=lambda: slice(None))
    last_row: int | None = None

    def is_hopeless(self) -> str:
        """Why there is no sense in going on, empty where there is."""
        if len(self.open_quotes) >= _MOST_OPEN_QUOTES:
            return "its quotation marks do not match up in over a thousand rows"
        if len(self.ragged) >= _MOST_RAGGED:
            return f"over {_MOST_RAGGED:,} of its rows have more or fewer cells than its header"
        return ""


def read_csv_text(path: Path, known: Iterable[str], area: Area | None = None) -> RawTable:
    """One CSV file as text, and what is wrong with its bytes, its header or the shape of its rows.

    Parameters
    ----------
    path : Path
        The file. Its name without ending is the name of the table.
    known : iterable of str
        Column names to be expected, in small letters, which tell the separator from other characters.
    area : Area, optional
        The part of the file that holds the table. Default: all of it, its heading being the first row that is not blank.

    Raises
    ------
    SchemaError
        It is larger than can be read: a line, the file, its rows or its columns.

    Returns
    -------
    RawTable
        Rows count as in a spreadsheet: the header is row 1, blank lines count, a value with line breaks does not
        add rows.
    """
    name = path.stem.lower()
    problems: list[Problem] = []
    try:
        content = read_bytes(path, remedy=_TOO_LARGE)
        if not content:
            return empty(name, path.name, "0 bytes")
        n_lines = count_lines(content, path.name)
        text = in_utf8(content, name, problems)
        del content
    except NotText as error:
        return unreadable(name, path.name, str(error), "Export it again as CSV (UTF-8).")
    opening = _opening(text, set(known)) if area is None else _opening_at(text, set(known), area)
    if opening is None:
        return empty(name, path.name, "no header and no rows")
    separator, header, header_row = opening
    if separator != ",":
        problems.append(
            Problem(
                name,
                "",
                f"{path.name} is separated by {SEPARATORS[separator]} and was read so",
                "separator",
                "Nothing need be done; decimal commas, if there are any, must become points.",
                "warning",
            )
        )
    require_shape(n_lines, len(header), path.name)
    shape = _Shape(len(header), columns=area.columns if area else slice(None), last_row=area.last_row if area else None)
    whole_rows = shape.columns in (slice(None), slice(0, None)) and shape.last_row is None
    read = _plain_rows if whole_rows and b'"' not in text else _quoted_rows
    cells, rows = read(text, separator, header_row, shape)
    if shape.is_hopeless():
        return unreadable(name, path.name, shape.is_hopeless(), "Export it again as CSV (UTF-8).")
    problems += _shape_problems(name, shape)
    titles = as_it_was(pa.chunked_array([pa.array(header, pa.large_string())])).to_pylist()
    return raw_table(name, path.name, titles, [as_it_was(column) for column in cells], rows, problems)


def _opening(text: bytes, known: set[str]) -> tuple[str, list[str], int] | None:
    """Separator, header and its row: the first row that is not blank, split in the way that names most columns."""
    for row, line in enumerate(lines_of(text), start=1):
        bare = line.strip()
        if row == 1 and bare.lower().startswith("sep=") and len(bare) == 5:
            continue
        splits = {mark: _split(line.rstrip("\r\n"), mark) for mark in SEPARATORS}
        best = max(splits, key=lambda mark: (_n_known(splits[mark], known), len(splits[mark])))
        if any(cell.strip() for cell in splits[best]):
            return best, splits[best], row
    return None


def _opening_at(text: bytes, known: set[str], area: Area) -> tuple[str, list[str], int] | None:
    """Separator, header and its last row, where the heading is known to stand."""
    heading = list(islice(lines_of(text), area.first_row - 1, area.last_heading_row))
    if not any(line.strip() for line in heading):
        return None
    best = _separator(heading, known)
    rows = [_split(line.rstrip("\r\n"), best) for line in heading]
    width = max(len(row) for row in rows)
    header = told_apart(joined_heading([(row + [""] * (width - len(row)))[area.columns] for row in rows]))
    return best, header, area.last_heading_row


def _separator(lines: list[str], known: set[str]) -> str:
    """The sign that splits some rows in the way that names most columns, or else into most cells."""

    def merit(mark: str) -> tuple[int, int]:
        rows = [_split(line.rstrip("\r\n"), mark) for line in lines]
        return sum(_n_known(row, known) for row in rows), sum(len(row) - 1 for row in rows if row)

    return max(SEPARATORS, key=merit)


def csv_head(path: Path, n_rows: int) -> list[list[str]]:
    """The first rows of a text file, split at whatever separates them; empty where the bytes are not text."""
    require_regular(path)
    with path.open("rb") as file:
        data = file.read(_HEAD_BYTES)
    try:
        text = in_utf8(data.rpartition(b"\n")[0] if len(data) == _HEAD_BYTES else data, "", [])
    except NotText:
        return []
    lines = list(islice(lines_of(text), n_rows))
    if lines and lines[0].strip().lower().startswith("sep=") and len(lines[0].strip()) == 5:
        lines[0] = "\n"
    if not lines:
        return []
    best = _separator(lines, set())
    try:
        return list(csv.reader(lines, delimiter=best))
    except csv.Error:  # a cell of more than a hundred thousand characters
        return [_split(line.rstrip("\r\n"), best) for line in lines]


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:  # a cell of more than a hundred thousand characters
        return []


def _n_known(cells: list[str], known: set[str]) -> int:
    return sum(cell.strip().lower() in known for cell in cells)


def _plain_rows(text: bytes, separator: str, header_row: int, shape: _Shape) -> tuple[list[pa.ChunkedArray], pa.Array]:
    """Rows of a file without quotation marks: one line is one row."""
    names = [str(place) for place in range(shape.width)]
    skipped = array("q")
    mended: list[tuple[int, list[str]]] = []

    def keep_for_later(row: pyarrow.csv.InvalidRow) -> str:
        skipped.append(row.number)
        cells = _fitted(row.number, row.text.split(separator), shape)
        if cells is not None:
            mended.append((row.number, cells))
        return "error" if shape.is_hopeless() else "skip"

    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(text),
            read_options=pyarrow.csv.ReadOptions(use_threads=False, column_names=names, skip_rows=header_row, block_size=1 << 24),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=separator, quote_char=False, ignore_empty_lines=False, invalid_row_handler=keep_for_later
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        if shape.is_hopeless():
            return [], pa.array([], pa.int64())
        return _quoted_rows(text, separator, header_row, _started_again(shape))
    return _with_odd_rows(table, np.array(skipped), mended, header_row)


def _started_again(shape: _Shape) -> _Shape:
    shape.ragged.clear()
    return shape


def _with_odd_rows(
    table: pa.Table, skipped: np.ndarray, mended: list[tuple[int, list[str]]], header_row: int
) -> tuple[list[pa.ChunkedArray], pa.Array]:
    """Number the rows, and put those back whose surplus cells are all empty."""
    numbers = np.arange(header_row + 1, header_row + 1 + table.num_rows + len(skipped))
    rows = pa.array(np.setdiff1d(numbers, skipped, assume_unique=True))
    if mended:
        columns = zip(*(cells for _, cells in mended), strict=True)
        extra = pa.table([pa.array(column, pa.large_string()) for column in columns], names=table.column_names)
        table = pa.concat_tables([table, extra])
        rows = pa.concat_arrays([rows, pa.array([number for number, _ in mended], pa.int64())])
        order = np.argsort(rows.to_numpy(), kind="stable")
        table, rows = table.take(order), rows.take(pa.array(order))
    return table.columns, rows


def _fitted(row: int, cells: list[str], shape: _Shape) -> list[str] | None:
    """The cells of one row, as many as the header has; None where they do not fit or the row is blank."""
    cells = cells[shape.columns]
    if len(cells) == shape.width:
        return cells
    if not any(cell.strip() for cell in cells):
        return None
    if len(cells) > shape.width and not any(cell.strip() for cell in cells[shape.width :]):
        return cells[: shape.width]
    shape.ragged.append((row, len(cells)))
    return None


class _Lines:
    """Lines of a text that can be given back."""

    def __init__(self, text: bytes) -> None:
        self._source = lines_of(text)
        self._again: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._source)
        self.taken.append(line)
        return line

    def give_back_all_but_first(self) -> None:
        self._again.extendleft(reversed(self.taken[1:]))


def _quoted_rows(text: bytes, separator: str, header_row: int, shape: _Shape) -> tuple[list[pa.ChunkedArray], pa.Array]:
    """Rows of a file with quotation marks; a mark left open costs its own line only."""
    chunks: list[list[pa.Array]] = [[] for _ in range(shape.width)]
    numbers = array("q")
    block: list[list[str]] = []
    for row, cells in _records(text, separator, header_row, shape):
        numbers.append(row)
        block.append(cells)
        if len(block) == _CHUNK:
            _store(block, chunks)
    _store(block, chunks)
    columns = [pa.chunked_array(parts, type=pa.large_string()) for parts in chunks]
    return columns, pa.array(np.array(numbers), pa.int64())


def _store(block: list[list[str]], chunks: list[list[pa.Array]]) -> None:
    for parts, column in zip(chunks, zip(*block, strict=True), strict=False):
        parts.append(pa.array(column, pa.large_string()))
    block.clear()


def _records(text: bytes, separator: str, header_row: int, shape: _Shape) -> Iterator[tuple[int, list[str]]]:
    lines = _Lines(text)
    for _ in range(header_row):
        next(lines)
    reader, row = csv.reader(lines, delimiter=separator, strict=True), header_row
    while not shape.is_hopeless():
        lines.taken.clear()
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = []
        if shape.last_row is not None and row > shape.last_row:
            return
        if _quote_left_open(lines.taken, cells[shape.columns], shape.width):
            shape.open_quotes.append(row)
            lines.give_back_all_but_first()
            reader = csv.reader(lines, delimiter=separator, strict=True)
            continue
        fitted = _fitted(row, cells, shape)
        if fitted is not None:
            yield row, fitted


def _quote_left_open(lines: list[str], cells: list[str], width: int) -> bool:
    """Whether a row could not be split, or runs over lines and still has not the cells the header has."""
    unsplit = not cells and any(line.strip() for line in lines)
    return unsplit or (len(lines) > 1 and len(cells) != width)


def _shape_problems(name: str, shape: _Shape) -> Iterator[Problem]:
    if shape.open_quotes:
        yield Problem(
            name,
            "",
            "a quotation mark is opened and not closed, or stands inside a value",
            "open_quote",
            'Close the quotation mark; one that belongs to the value is written twice ("").',
            n_rows=len(shape.open_quotes),
            rows=tuple(shape.open_quotes[:5]),
        )
    if shape.ragged:
        count = shape.ragged[0][1]
        yield Problem(
            name,
            "",
            f"the row has more or fewer cells than the header, which has {shape.width}",
            "ragged_row",
            "Look for a separator inside a value (put the value in quotation marks) or for cells cut off.",
            n_rows=len(shape.ragged),
            rows=tuple(row for row, _ in shape.ragged[:5]),
            example=f"{count} cell{'s' * (count != 1)}",
        )
