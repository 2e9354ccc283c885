"""Where on a sheet a table stands: ``A3:F40``, as spreadsheets write it, and how many rows its heading has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from recoverynet.errors import SchemaError

_WRITTEN = re.compile(r"([A-Za-z]{0,3})([0-9]{0,7})(?::([A-Za-z]{0,3})([0-9]{0,7}))?")
MOST_HEADING_ROWS = 3


@dataclass(frozen=True)
class Area:
    """A part of a sheet or text file that holds one table, its heading included.

    Attributes
    ----------
    first_row : int
        Row the heading begins in, the first of the sheet being 1.
    last_row : int or None
        Last row of the table; None to the end.
    first_column, last_column : int, int or None
        Counted from 0; None to the last.
    heading_rows : int
        Rows the heading takes; the words of several rows are joined by a space.
    """

    first_row: int = 1
    last_row: int | None = None
    first_column: int = 0
    last_column: int | None = None
    heading_rows: int = 1

    @property
    def columns(self) -> slice:
        """The columns as a slice of the cells of a row."""
        return slice(self.first_column, None if self.last_column is None else self.last_column + 1)

    @property
    def last_heading_row(self) -> int:
        """The row before the first row of values."""
        return self.first_row + self.heading_rows - 1

    def written(self) -> str:
        """The area as spreadsheets write it."""
        first = f"{_letters(self.first_column)}{self.first_row}"
        if self.last_column is None and self.last_row is None:
            return first
        last_column = "" if self.last_column is None else _letters(self.last_column)
        return f"{first}:{last_column}{'' if self.last_row is None else self.last_row}"


def read_area(where: str, text: object, heading_rows: object = 1) -> Area:
    """Which part of a sheet does ``A3:F40`` name?

    Parameters
    ----------
    where : str
        The place in the mapping, for messages.
    text : str
        ``A3:F40``, ``A3:F`` (to the last row), ``A3`` (to the last column and row) or ``3:40`` (whole rows).
    heading_rows : int
        1 to 3.

    Raises
    ------
    SchemaError
        It is not written so, or ends before it begins.
    """
    found = _WRITTEN.fullmatch(text.strip().replace("$", "")) if isinstance(text, str) else None
    if found is None or not any(found.groups()):
        raise SchemaError(f'{where}: area is written as in a spreadsheet, "A3:F40" or "A3" for all from there; got {text!r}.')
    if isinstance(heading_rows, bool) or not isinstance(heading_rows, int) or not 1 <= heading_rows <= MOST_HEADING_ROWS:
        raise SchemaError(f"{where}: heading_rows is a whole number from 1 to {MOST_HEADING_ROWS}; got {heading_rows!r}.")
    first_letters, first_row, last_letters, last_row = found.groups()
    area = Area(
        int(first_row or 1),
        int(last_row) if last_row else None,
        _place(first_letters) if first_letters else 0,
        _place(last_letters) if last_letters else None,
        heading_rows,
    )
    backwards = (area.last_row is not None and area.last_row < area.last_heading_row) or (
        area.last_column is not None and area.last_column < area.first_column
    )
    if area.first_row < 1 or backwards:
        raise SchemaError(f"{where}: the area {text!r} ends before it begins.")
    return area


def _place(letters: str) -> int:
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def joined_heading(rows: Sequence[Sequence[str]]) -> list[str]:
    """One title a column from the rows of a heading.

    A word of an upper row stands for the blank cells to its right as well, where the row below has words there, as it
    does under merged cells; a word that the row above says already is not said twice.
    """
    width = max((len(row) for row in rows), default=0)
    padded = [[cell.strip() for cell in row] + [""] * (width - len(row)) for row in rows]
    for place, upper in enumerate(padded[:-1]):
        below = padded[place + 1]
        for column in range(1, width):
            if not upper[column] and below[column] and upper[column - 1]:
                upper[column] = upper[column - 1]
    return [" ".join(dict.fromkeys(word for word in words if word)) for words in zip(*padded, strict=True)]


def told_apart(titles: Sequence[str]) -> list[str]:
    """Titles of which none stands twice: the second of a name is followed by (2)."""
    seen: dict[str, int] = {}
    apart = []
    for title in titles:
        count = seen[title.lower()] = seen.get(title.lower(), 0) + 1
        apart.append(f"{title} ({count})" if title and count > 1 else title)
    return apart
