"""Where on a sheet tables stand: below titles, above totals, one under another or side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from recoverynet.tables.areas import Area, joined_heading

Rows = Sequence[Sequence[str]]
_LONGEST_TITLE, _LOOK_BELOW = 80, 12
_NUMBER = re.compile(r"[-+£$€(]?\s?[0-9][0-9.,:/\s%)-]*")
_DATE_LIKE = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun)?[a-z]*,?\s*(?:[0-9]{1,4}[-/. ](?:[0-9]{1,2}|[a-z]{3,9})(?:[-/. ][0-9]{2,4})?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:t.*)?"
    r"|[0-9]{1,2}(?:st|nd|rd|th)?\s+[a-z]{3,9}(?:\s+[0-9]{2,4})?)(?:\s+(?:am|pm|[0-9]{1,2}[:.][0-9]{2}.*))?",
    re.IGNORECASE,
)
_PART_OF_A_DATE = re.compile(
    r"[0-9]{1,2}|am|pm|a\.m\.|p\.m\.|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|[0-9]{1,2}[:.][0-9]{2}", re.IGNORECASE
)
TOTALS = (
    r"^(?:sub|grand )?[- ]?totals?\b",
    r"^(?:sum|average|mean|count)\b",
    r"^(?:no\.?|number)(?: of)? (?:attend|present|clients|people)",
    r"^(?:printed|end of report|report run)\b",
)
"""What a row of totals, or the foot of a printed list, begins with."""


@dataclass(frozen=True)
class Block:
    """One table on a sheet.

    Attributes
    ----------
    area : Area
    titles : tuple of str
        One a column, the rows of the heading joined.
    above : tuple of str
        Lines that stand over it, as titles do.
    """

    area: Area
    titles: tuple[str, ...]
    above: tuple[str, ...] = ()


def is_date_like(text: str) -> bool:
    """Whether a text is written as a date is, with or without a time."""
    return bool(_DATE_LIKE.fullmatch(text.strip()))


def find_blocks(rows: Rows) -> list[Block]:
    """The tables on a sheet, from the top to the bottom and from left to right.

    A heading is the first row as wide as what stands below it whose cells are words or dates; a row over it is joined
    where it names columns the heading leaves blank, or whose names would repeat.
    """
    found: list[Block] = []
    above: list[str] = []
    for first, last in _stretches(rows):
        start = _heading_row(rows, first, last)
        if start is None:
            if found and _belongs(rows, first, last, found[-1]):
                found[-1] = _extended(found[-1], last)
            else:
                above += [" ".join(cell.strip() for cell in rows[row] if cell.strip()) for row in range(first, last + 1)]
            continue
        top, start = _top_of_heading(rows, first, start), _bottom_of_heading(rows, start, last)
        above += [" ".join(cell.strip() for cell in rows[row] if cell.strip()) for row in range(first, top)]
        found += [_block(rows, top, start, last, columns, tuple(above)) for columns in _side_by_side(rows, start, last)]
        above = []
    return found


def _stretches(rows: Rows) -> list[tuple[int, int]]:
    """Runs of rows that are not blank, first and last included."""
    runs, begun = [], None
    for number in range(len(rows) + 1):
        filled = number < len(rows) and any(cell.strip() for cell in rows[number])
        if filled and begun is None:
            begun = number
        elif not filled and begun is not None:
            runs.append((begun, number - 1))
            begun = None
    return runs


def _filled(row: Sequence[str]) -> list[int]:
    return [place for place, cell in enumerate(row) if cell.strip()]


def _is_title(cell: str) -> bool:
    text = cell.strip()
    return len(text) <= _LONGEST_TITLE and (is_date_like(text) or not _NUMBER.fullmatch(text))


def _heading_row(rows: Rows, first: int, last: int) -> int | None:
    for row in range(first, min(last, first + 15)):
        below = [len(_filled(rows[other])) for other in range(row + 1, min(last, row + _LOOK_BELOW) + 1)]
        places = _filled(rows[row])
        if len(places) < 2 or not below:
            continue
        usual = sorted(below)[len(below) // 2]
        titles = [rows[row][place].strip() for place in places]
        partial = sum(bool(_PART_OF_A_DATE.fullmatch(title)) for title in titles)
        named = sum(_is_title(title) for title in titles)
        wide = len(places) >= 0.5 * usual
        if (
            wide
            and (named >= 0.8 * len(titles) or named + partial >= 0.95 * len(titles))
            and not _like_those_below(rows, row, last)
        ):
            return row
    return None


def _like_those_below(rows: Rows, row: int, last: int) -> bool:
    """Whether a row is one of the values: in every column it is of the sort of those below it, and in one it is data."""
    same = different = 0
    for place in _filled(rows[row]):
        column = [rows[other][place] for other in range(row + 1, min(last, row + _LOOK_BELOW) + 1) if place < len(rows[other])]
        known = [cell.strip() for cell in column if cell.strip()]
        if not known:
            continue
        mine, theirs = _sort_of(rows[row][place]), [_sort_of(cell) for cell in known]
        if theirs.count(mine) * 2 >= len(theirs) and mine != "word":
            same += 1
        elif mine == "word" and theirs.count("word") * 2 < len(theirs):
            different += 1
    return same > 0 and different == 0


def _sort_of(cell: str) -> str:
    text = cell.strip()
    if is_date_like(text):
        return "date"
    if _NUMBER.fullmatch(text):
        return "number"
    return "code" if re.search(r"[0-9]", text) and len(text) <= 12 and " " not in text else "word"


def _top_of_heading(rows: Rows, first: int, start: int) -> int:
    """The upper row of a heading of two, where it is needed to name every column apart."""
    if start == first:
        return start
    upper, lower = rows[start - 1], rows[start]
    titles = [cell.strip().lower() for cell in lower if cell.strip()]
    repeated = len(set(titles)) < len(titles)
    bare = sum(bool(_PART_OF_A_DATE.fullmatch(title)) for title in titles) >= 2
    named_above = [place for place in _filled(upper) if place >= len(lower) or not lower[place].strip()]
    names_columns = any(
        place < len(rows[row]) and rows[row][place].strip()
        for place in named_above
        for row in range(start + 1, min(len(rows), start + 6))
    )
    joined = len(_filled(upper)) >= 2 or (len(_filled(upper)) == 1 and _filled(upper)[0] > 0)
    return start - 1 if joined and (repeated or bare or names_columns) else start


def _bottom_of_heading(rows: Rows, start: int, last: int) -> int:
    """The lower row of a heading of two: it names columns the upper leaves blank, and is no row of values itself."""
    if start + 2 > last:
        return start
    upper, lower = set(_filled(rows[start])), _filled(rows[start + 1])
    new = [place for place in lower if place not in upper]
    cells = [rows[start + 1][place].strip() for place in lower]
    labels = all(_is_title(cell) or _PART_OF_A_DATE.fullmatch(cell) for cell in cells)
    first_column = min(upper)
    blank_first = first_column not in lower and any(_is_filled(rows[row], first_column) for row in range(start + 2, last + 1))
    return start + 1 if new and labels and blank_first and not _like_those_below(rows, start + 1, last) else start


def _is_filled(row: Sequence[str], place: int) -> bool:
    return place < len(row) and bool(row[place].strip())


def _side_by_side(rows: Rows, start: int, last: int) -> list[tuple[int, int]]:
    """First and last column of each table of a stretch: two where an empty column parts tables with a title in common."""
    used = sorted({place for row in range(start, last + 1) for place in _filled(rows[row])})
    parts, begun = [], used[0]
    for place, following in zip(used, [*used[1:], None], strict=True):
        if following is None or following > place + 1:
            parts.append((begun, place))
            begun = following if following is not None else place
    wide = [part for part in parts if part[1] > part[0]]
    heads = [{cell.strip().lower() for cell in rows[start][a : b + 1] if cell.strip()} for a, b in wide]
    if len(wide) > 1 and len(wide) == len(parts) and all(heads[0] & head for head in heads[1:]):
        return wide
    return [(used[0], used[-1])]


def _block(rows: Rows, top: int, start: int, last: int, columns: tuple[int, int], above: tuple[str, ...]) -> Block:
    heading = [
        [row[place] if place < len(row) else "" for place in range(columns[0], columns[1] + 1)] for row in rows[top : start + 1]
    ]
    area = Area(top + 1, last + 1, columns[0], columns[1], start - top + 1)
    return Block(area, tuple(joined_heading(heading)), above)


def _belongs(rows: Rows, first: int, last: int, block: Block) -> bool:
    """Whether rows behind a blank one still are those of a table: they stand in its columns, the first of them too."""
    area = block.area
    places = {place for row in range(first, last + 1) for place in _filled(rows[row])}
    inside = all(area.first_column <= place <= (area.last_column or 0) for place in places)
    return inside and area.first_column in places and len(places) > 1


def _extended(block: Block, last: int) -> Block:
    area = block.area
    return Block(Area(area.first_row, last + 1, area.first_column, area.last_column, area.heading_rows), block.titles, block.above)
