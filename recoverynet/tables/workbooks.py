"""Workbooks: one sheet a table, hidden sheets known as such, merged cells filled, headings of several rows joined."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from recoverynet.errors import SchemaError
from recoverynet.tables.areas import Area, joined_heading, told_apart
from recoverynet.tables.raw import RawTable, empty, raw_table
from recoverynet.untrusted.zipped import require_sound_workbook

WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


class Workbook:
    """One sheet a table.

    Attributes
    ----------
    hidden : frozenset of str
        Sheets that whoever opens the workbook does not see, in small letters.
    """

    place = "sheet"

    def __init__(self, path: Path) -> None:
        from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

        self.label = f"The workbook {path.name!r}"
        self._book: Any = None
        try:
            require_sound_workbook(path)
            self._book = _without_panic(CalamineWorkbook.from_path, str(path))
        except PasswordError as error:
            raise SchemaError(f"{self.label} is locked by a password. Open it, save a copy without one, and give that.") from error
        except (CalamineError, OSError) as error:
            raise SchemaError(f"{self.label} cannot be opened: it is damaged, locked or not an .xlsx file.") from error
        sheets = [sheet for sheet in self._book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        self.names = {sheet.name.strip().lower(): sheet.name for sheet in sheets}
        self.hidden = frozenset(sheet.name.strip().lower() for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible)

    def read(self, name: str, known: Iterable[str], area: Area | None = None) -> RawTable:
        """One sheet, or an area of it, as a raw table; rows count as in the sheet."""
        sheet = self.names[name]
        lines, merged = self._cells(sheet)
        origin = f"sheet {sheet!r}" if area is None else f"sheet {sheet!r}, {area.written()}"
        whole = area is None
        if area is None:
            start = next((row for row, line in enumerate(lines) if any(cell_text(cell) for cell in line)), None)
            area = Area() if start is None else Area(first_row=start + 1)
        if not lines or len(lines) < area.first_row:
            return empty(name, origin, "no header and no rows")
        _fill_down(lines, merged, area.last_heading_row)
        heading = [[cell_text(cell) for cell in line[area.columns]] for line in lines[area.first_row - 1 : area.last_heading_row]]
        _fill_across(heading, merged, area)
        header = joined_heading(heading) if whole else told_apart(joined_heading(heading))
        body = [line[area.columns] for line in lines[area.last_heading_row : area.last_row]]
        cells = [_cell_column(column) for column in zip(*body, strict=False)]
        columns = cells or [pa.chunked_array([], pa.large_string())] * len(header)
        rows = pa.array(np.arange(area.last_heading_row + 1, area.last_heading_row + 1 + len(body)))
        raw = raw_table(name, origin, header, columns, rows)
        return RawTable(raw.name, raw.origin, raw.table, raw.problems, _number_columns(raw, header, body))

    def head(self, name: str, n_rows: int) -> list[list[str]]:
        """The first rows of a sheet as text, from its first row and column."""
        page = _without_panic(self._book.get_sheet_by_name, self.names[name])
        return [[cell_text(cell) for cell in line] for line in page.to_python(skip_empty_area=False, nrows=n_rows)]

    def _cells(self, sheet: str) -> tuple[list[list[Any]], list[Any]]:
        return _without_panic(self._lines_of, sheet)  # type: ignore[no-any-return]

    def _lines_of(self, sheet: str) -> tuple[list[list[Any]], list[Any]]:
        page = self._book.get_sheet_by_name(sheet)
        return page.to_python(skip_empty_area=False), list(page.merged_cell_ranges or ())


def _without_panic(ask: Callable[[str], Any], name: str) -> Any:
    """What the workbook answers; where its reader stops in the middle, that is an error like any other."""
    try:
        return ask(name)
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise SchemaError(f"{name!r} cannot be read: the workbook is damaged. Save it again from Excel.") from error


def _fill_down(lines: list[list[Any]], merged: list[Any], heading: int) -> None:
    """Give every cell of a merged range below the heading the value that stands in its first row."""
    for (top, left), (bottom, right) in merged:
        if top < heading or bottom == top:
            continue
        for row in range(top + 1, min(bottom + 1, len(lines))):
            for column in range(left, min(right + 1, len(lines[row]))):
                lines[row][column] = lines[top][column]


def _fill_across(heading: list[list[str]], merged: list[Any], area: Area) -> None:
    """Give every cell of a merged range within the heading its word."""
    for (top, left), (_, right) in merged:
        row = top + 1 - area.first_row
        if not 0 <= row < len(heading):
            continue
        place = left - area.first_column
        if not 0 <= place < len(heading[row]):
            continue
        for column in range(place + 1, min(right - area.first_column + 1, len(heading[row]))):
            heading[row][column] = heading[row][place]


def _cell_column(cells: Sequence[Any]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array([cell if type(cell) is str else cell_text(cell) for cell in cells], pa.large_string())])


def _number_columns(raw: RawTable, header: Sequence[str], lines: Sequence[Sequence[Any]]) -> frozenset[str]:
    return frozenset(
        title
        for place, title in enumerate(header)
        if title in raw.columns and any(type(line[place]) in (int, float) for line in lines)
    )


def cell_text(value: Any) -> str:
    """A cell as text: whole numbers without a point, dates and times as ISO."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.isoformat(sep="T") if value.time() != dt.time() else value.date().isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return str(value)
    return "" if value is None else str(value)
