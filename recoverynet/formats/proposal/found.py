"""The tables a source holds, each with its columns looked at: where it stands, and what it may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import pyarrow.compute as pc

from recoverynet.formats.proposal.blocks import TOTALS, Block, find_blocks, is_date_like
from recoverynet.formats.proposal.columns import ColumnProfile, profiles, roles
from recoverynet.tables.areas import Area
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.mapped import as_text, plain_name
from recoverynet.tables.raw import RawTable
from recoverynet.tables.sources import Source, known_columns

Sort = Literal["ours", "register", "contacts", "episodes", "people", "nominations", "observations", "unknown"]
_HEAD_OF_TEXT, _HEAD_OF_SHEET = 200, 100_000


@dataclass(frozen=True)
class FoundTable:
    """One table of a source.

    Attributes
    ----------
    name, title : str
        In small letters, and as the source calls it.
    place : str
    area : Area or None
        None where it fills the file or sheet from its first row on.
    raw : RawTable
    columns : tuple of Profile
    roles : dict of str to Profile
    sort : str
    leave_out : dict of their column to pattern
        Rows of totals.
    above : tuple of str
        Lines over the table.
    """

    name: str
    title: str
    place: str
    area: Area | None
    raw: RawTable
    columns: tuple[ColumnProfile, ...]
    roles: dict[str, ColumnProfile]
    sort: Sort
    leave_out: dict[str, str]
    above: tuple[str, ...] = ()


def tables_of(source: Source) -> Iterator[FoundTable]:
    """Every table a reader of the source would see, hidden sheets left aside."""
    for name, title in source.names.items():
        if name in source.hidden:
            continue
        for area, above in areas_of(source, name):
            raw = source.read(name, known_columns(name), area)
            if raw.table is None or not raw.columns:
                continue
            leave_out = _totals(profiles(raw))
            raw = _without(raw, leave_out)
            columns = tuple(profiles(raw))
            told = roles(list(columns))
            yield FoundTable(name, title, source.place, area, raw, columns, told, _sort(name, columns, told), leave_out, above)


def areas_of(source: Source, name: str, *, always: bool = False) -> list[tuple[Area | None, tuple[str, ...]]]:
    """The parts of one sheet or file that hold a table; None where it is all of it, unless an area is ``always`` wanted.

    Under an area two columns of one title are told apart; without one the second would be left out.
    """
    if source.place == "table" or source.names[name].lower().endswith(".parquet"):
        return [(None, ())]
    rows = source.head(name, _HEAD_OF_SHEET if source.place == "sheet" else _HEAD_OF_TEXT)
    blocks = find_blocks(rows)
    if not blocks:
        return [(None, ())]
    if source.place == "file":
        return [(_open_ended(blocks[0], rows, always), blocks[0].above)]
    if len(blocks) == 1:
        last = max(number for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row))
        area = _open_ended(blocks[0], rows, always) if blocks[0].area.last_row == last else blocks[0].area
        return [(area, blocks[0].above)]
    return [(block.area, block.above) for block in blocks]


def _open_ended(block: Block, rows: list[list[str]], always: bool) -> Area | None:
    """The area of a table alone on its sheet: to the end, whatever is added; None where it begins at the top."""
    first = next((number for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)), 1)
    area = block.area
    if area.first_row == first and area.heading_rows == 1 and not always:
        return None
    return Area(area.first_row, None, 0, None, area.heading_rows)


def _sort(name: str, columns: tuple[ColumnProfile, ...], told: dict[str, ColumnProfile]) -> Sort:
    titles = {plain_name(profile.title) for profile in columns}
    if name in READABLE_TABLES and {*READABLE_TABLES[name].required} <= titles:
        return "ours"
    dated = [profile for profile in columns if is_date_like(profile.title) or re.search(r"\d{1,2}[/.-]\d{1,2}", profile.title)]
    if len(dated) >= 3 and len(dated) >= 0.4 * len(columns):
        return "register"
    if {"ego_id", "alter_id"} <= set(told):
        return "nominations"
    if {"person_id", "variable", "value"} <= set(told):
        return "observations"
    who = told.get("person_id") or named_column(columns)
    if who is None:
        return "unknown"
    if "started_at" in told:
        return "contacts"
    if "started_on" in told:
        return "episodes"
    return "people" if who.n_distinct == who.n_filled else "unknown"


def named_column(columns: tuple[ColumnProfile, ...]) -> ColumnProfile | None:
    """The first column that names persons, where one does."""
    return next(iter(named_columns(columns)), None)


def named_columns(columns: tuple[ColumnProfile, ...]) -> list[ColumnProfile]:
    """The columns that name the persons a row is about: one, or first name and surname, never two whole names."""
    named = [profile for profile in columns if profile.tells_of_persons == "a person's name" and profile.n_filled]
    of_staff = re.compile(r"worker|staff|practitioner|mentor|facilitator|emergency|kin|gp|doctor")
    named = [profile for profile in named if not of_staff.search(profile.words)]
    parts = [profile for profile in named if re.search(r"first|fore|given|sur|last|family|initial|middle", profile.words)]
    return parts if len(parts) > 1 else named[:1]


def _totals(columns: list[ColumnProfile]) -> dict[str, str]:
    """Columns among the first in which rows of totals say that they are some, and by which words."""
    found = {}
    for profile in columns[:4]:
        told = [pattern for pattern in TOTALS if any(re.search(pattern, value, re.IGNORECASE) for value in profile.values)]
        if told and profile.n_distinct > 1:
            found[profile.title] = "|".join(told)
    return found


def _without(raw: RawTable, leave_out: dict[str, str]) -> RawTable:
    """The table without rows of totals."""
    table = raw.table
    for title, pattern in leave_out.items():
        if table is not None:
            found = pc.match_substring_regex(as_text(table[title]), f"(?i){pattern}")
            table = table.filter(pc.invert(pc.fill_null(found, False)))
    return replace(raw, table=table)
