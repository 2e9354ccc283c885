"""A report's tables as a workbook: a first sheet that says what it is, then one sheet a table."""

from __future__ import annotations

import datetime
import io
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from recoverynet.atomic import write_bytes
from recoverynet.report.disclosure.disclosed import TOTAL, DisclosedSummary, DisclosedTable
from recoverynet.report.disclosure.estimates import DisclosedEstimates, as_number
from recoverynet.report.rendering import without_emphasis
from recoverynet.report.sections import Section, Table
from recoverynet.report.wording import HIDDEN, NO_DENOMINATOR, lower_first

_EPOCH = datetime.datetime(2000, 1, 1)
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_LEADING = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "before",
        "between",
        "by",
        "for",
        "from",
        "in",
        "of",
        "on",
        "or",
        "over",
        "the",
        "to",
        "with",
        "who",
        "their",
        "than",
    ]
)
Cell = tuple[object, str]
"""A value (a star where it is hidden) and the name of its format."""


def write_workbook(
    title: str, about: Sequence[tuple[str, str]], sections: Sequence[Section], path: Path, *, properties: Mapping[str, str]
) -> None:
    """Write every table of the sections into one workbook.

    Parameters
    ----------
    title : str
        Heading of the first sheet.
    about : sequence of (name, value)
        What stands on the first sheet: period, disclosure, summary.
    sections : sequence of Section
    path : pathlib.Path
        File to write. The same report gives the same file, byte for byte.
    properties : mapping of str to str
        Custom properties of the file: its manifest, in pieces.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, options) as book:
        book.set_properties({"title": title, "created": _EPOCH, "author": "recoverynet"})
        for name, value in properties.items():
            book.set_custom_property(name, value, "text")
        formats = _formats(book)
        front = book.add_worksheet("About")
        names = _sheet_names([table for section in sections for table in section.tables()])
        _write_front(front, title, about, sections, names, formats)
        for section in sections:
            for table in section.tables():
                _write_table(book.add_worksheet(names[table.number]), table, section.title, formats)
    write_bytes(path, whole.getvalue())


def _formats(book: xlsxwriter.Workbook) -> dict[str, Any]:
    body: dict[str, object] = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
    shapes: dict[str, dict[str, object]] = {
        "text": {},
        "wrap": {"text_wrap": True},
        "title": {"bold": True, "font_size": 16, "font_color": "#0B4A6F"},
        "muted": {"font_color": "#4A5763", "text_wrap": True},
        "head": {"bold": True, "bottom": 2, "text_wrap": True},
        "head_number": {"bold": True, "bottom": 2, "text_wrap": True, "align": "right"},
        "bold": {"bold": True},
        "count": {"num_format": "#,##0"},
        "share": {"num_format": "0%"},
        "mean": {"num_format": "0.0"},
        "star": {"align": "right"},
        "link": {"font_color": "#0B4A6F", "underline": 1},
    }
    return {name: book.add_format({**body, **shape}) for name, shape in shapes.items()}


def _sheet_names(tables: Sequence[Table]) -> dict[int, str]:
    """A name of at most 31 letters for every table, its number in front."""
    wanted = {table.number: " ".join(_FORBIDDEN.sub(" ", table.shown.title).split()) for table in tables}
    names = {number: _whole_words(f"{number} {name}") for number, name in wanted.items()}
    told = Counter(name.partition(" ")[2] for name in names.values())
    return {
        number: name if told[name.partition(" ")[2]] == 1 else _by_its_end(number, wanted[number]) for number, name in names.items()
    }


def _by_its_end(number: int, title: str, longest: int = 31) -> str:
    """The first two words and the last ones that there is room for: what tells apart tables that begin alike."""
    words = title.split()
    head, tail = f"{number} {' '.join(words[:2])} …", words[2:]
    while len(" ".join([head, *tail])) > longest and len(tail) > 1:
        tail.pop(0)
    return " ".join([head, *tail])[:longest].rstrip()


def _whole_words(name: str, longest: int = 31) -> str:
    """As many whole words as a sheet's name has room for, and none that leads to a word left out."""
    words = name.split()
    while len(" ".join(words)) > longest and len(words) > 2:
        words.pop()
    shortened = len(words) < len(name.split())
    while shortened and len(words) > 2 and words[-1].lower().strip(",;") in _LEADING:
        words.pop()
    return " ".join(words)[:longest].rstrip(" ,;:")


def _write_front(
    sheet: Any,
    title: str,
    about: Sequence[tuple[str, str]],
    sections: Sequence[Section],
    names: Mapping[int, str],
    formats: Mapping[str, Any],
) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    sheet.set_column(2, 2, 70)
    sheet.write_string(0, 0, title, formats["title"])
    row = 2
    for name, value in about:
        sheet.write_string(row, 0, name, formats["bold"])
        sheet.write_string(row, 1, without_emphasis(value), formats["wrap"])
        row += 1
    row += 1
    for column, head in enumerate(("Tables", "Title", "Note")):
        sheet.write_string(row, column, head, formats["head"])
    for section in sections:
        for table in section.tables():
            row += 1
            sheet.write_string(row, 0, section.title, formats["text"])
            link = f"internal:'{names[table.number]}'!A1"
            sheet.write_url(row, 1, link, formats["link"], f"Table {table.number}. {table.shown.title}"[:255])
            if table.shown.note:
                sheet.write_string(row, 2, without_emphasis(table.shown.note), formats["muted"])


def _write_table(sheet: Any, table: Table, section: str, formats: Mapping[str, Any]) -> None:
    shown = table.shown
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, f"Table {table.number}. {shown.title}", formats["title"])
    sheet.write_string(1, 0, f"{section}. {shown.population}, {shown.period}.", formats["text"])
    heads, rows = _cells(shown)
    widths = [max(len(str(heads[0])), *(len(str(row[0][0])) for row in rows), 12)] if rows else [12]
    sheet.set_column(0, 0, min(widths[0] + 2, 60))
    sheet.set_column(1, max(len(heads) - 1, 1), 14)
    for column, head in enumerate(heads):
        sheet.write_string(3, column, head, formats["head" if column == 0 else "head_number"])
    for number, row in enumerate(rows):
        for column, (value, form) in enumerate(row):
            write = sheet.write_number if isinstance(value, float | int) else sheet.write_string
            write(4 + number, column, value, formats[form])
    for number, remark in enumerate(shown.remarks()):
        sheet.write_string(5 + len(rows) + number, 0, remark, formats["text"])
    sheet.freeze_panes(4, 1)


def _cells(shown: DisclosedTable | DisclosedSummary | DisclosedEstimates) -> tuple[list[str], list[list[Cell]]]:
    """Headings and rows; counts beside shares, each in a column of its own."""
    if isinstance(shown, DisclosedEstimates):
        rows = [[(label, "text"), *(_estimate(text) for text in texts)] for label, *texts in shown.cells]
        return [shown.row_header, *shown.columns], rows
    if isinstance(shown, DisclosedSummary):
        return _summary_cells(shown)
    frame = shown.to_frame()
    if shown.layout == "cross":
        return _cross_cells(shown)
    if shown.layout == "list":
        return [shown.row_header, "Number"], [[(row, "text"), _cell(shown.n(row), "count")] for row in shown.counts.index]
    heads, kinds = ([shown.row_header, "Number", "Out of", "Share"], [("n", "count"), ("total", "count"), ("share", "share")])
    if shown.with_interval:
        heads, kinds = [*heads, "95% low", "95% high"], [*kinds, ("low", "share"), ("high", "share")]
    rows = []
    for line in frame.to_dict("records"):
        base = shown.layout == "nested" and not rows
        cells = [
            _cell(line[name], form, none=(form == "share" and line["total"] == 0) or (base and name in ("low", "high")))
            for name, form in kinds
        ]
        rows.append([(str(line["row"]), "text"), *cells])
    return heads, rows


def _summary_cells(shown: DisclosedSummary) -> tuple[list[str], list[list[Cell]]]:
    """Number of people and statistics, a bound in a column of its own."""
    rows = [
        [
            (str(label), "text"),
            *(
                _cell(value, "count" if name == "n" else "mean", none=name != "n" and values["n"] == 0)
                for name, value in values.items()
            ),
        ]
        for label, values in shown.values.iterrows()
    ]
    heads = [*shown.heads[:-1], "95% low", "95% high"] if "low" in shown.values else list(shown.heads)
    return [shown.row_header, *heads], rows


def _cross_cells(shown: DisclosedTable) -> tuple[list[str], list[list[Cell]]]:
    columns = list(shown.counts.columns)
    heads = [shown.row_header, *columns]
    shares = [name for name in columns if not (shown.share_of == "row" and name == TOTAL)] if shown.share_of else []
    out_of = lower_first(str(shown.counts.columns[0])) if shown.share_of == "first" else shown.share_of
    heads += [f"{name}, share of {out_of}" for name in shares]
    heads += [shown.known_heading] if shown.known else []
    rows = []
    for row in shown.counts.index:
        cells = [_cell(shown.n(row, name), "count") for name in columns]
        cells += [_cell(shown.share(row, name), "share", none=shown.total(row, name) == 0) for name in shares]
        if shown.known:
            none = sum(shown.n(row, name) for name in shown.known) == 0
            cells.append(_cell(shown.share_of_known(row), "share", none=none))
        rows.append([(str(row), "text"), *cells])
    return heads, rows


def _estimate(text: str) -> Cell:
    """An estimate as a number, a star or dash as it stands."""
    return (text if text in (HIDDEN, NO_DENOMINATOR) else as_number(text)), "star"


def _cell(value: float, form: str, *, none: bool = False) -> Cell:
    if none:
        return NO_DENOMINATOR, "star"
    return (HIDDEN, "star") if math.isnan(value) else (float(value), form)
