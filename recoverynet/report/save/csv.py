"""Every table of a report as a CSV file of its own, small numbers already hidden."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from recoverynet.atomic import atomic_folder, write_text
from recoverynet.csv_files import write_csv_into
from recoverynet.report.disclosure.disclosed import DisclosedSummary, DisclosedTable
from recoverynet.report.disclosure.estimates import DisclosedEstimates
from recoverynet.report.manifest import MANIFEST_FILE
from recoverynet.report.sections import Table
from recoverynet.report.wording import HIDDEN
from recoverynet.untrusted.opening import MOST_SETTINGS_BYTES, read_bytes

INDEX = "tables.csv"
DICTIONARY = "dictionary.csv"
DICTIONARY_COLUMNS = ("file", "column", "description", "unit", "denominator", "marks")
INDEX_COLUMNS = ("file", "number", "section", "title", "population", "denominator", "period", "disclosure", "note")


def write_report_tables(tables: Iterable[tuple[str, Table]], folder: Path, *, manifest: str = "") -> list[Path]:
    """Write the tables, and one file that lists them.

    Parameters
    ----------
    tables : iterable of (section name, Table)
    folder : pathlib.Path
        Made where it does not exist; tables of a report written there before go.
    manifest : str
        JSON that goes into a file of its own; empty for none.

    Returns
    -------
    list of pathlib.Path
        The files written, the list (``tables.csv``) first.
    """
    with atomic_folder(folder, replacing=_written_before(folder)) as partial:
        names = _write_into(tables, partial)
        if manifest:
            write_text(partial / MANIFEST_FILE, manifest)
            names.append(MANIFEST_FILE)
    return [folder / name for name in names]


def _written_before(folder: Path) -> list[str]:
    """The tables of a report that was written into this folder before, by its list."""
    index = folder / INDEX
    if not index.is_file():
        return []
    lines = read_bytes(index, most=MOST_SETTINGS_BYTES).decode("utf-8-sig", errors="replace").splitlines()
    return [
        MANIFEST_FILE,
        DICTIONARY,
        *(name for line in lines if re.fullmatch(r"[0-9]{2,}_\w+[.]csv", name := line.partition(",")[0])),
    ]


def _write_into(tables: Iterable[tuple[str, Table]], folder: Path) -> list[str]:
    listing, meanings, written = [], [], [INDEX, DICTIONARY]
    for section, table in tables:
        name = f"{table.number:02d}_{table.shown.name}.csv"
        frame = tidy(table)
        write_csv_into(frame, folder / name, for_spreadsheets=True)
        meanings += [(name, str(column), *column_meaning(table, str(column))) for column in frame.columns]
        shown = table.shown
        listing.append(
            (name, table.number, section, shown.title, shown.population, shown.denominator, shown.period, shown.policy, shown.note)
        )
        written.append(name)
    write_csv_into(pd.DataFrame(meanings, columns=list(DICTIONARY_COLUMNS)), folder / DICTIONARY, for_spreadsheets=True)
    write_csv_into(pd.DataFrame(listing, columns=list(INDEX_COLUMNS)), folder / INDEX, for_spreadsheets=True)
    return written


def tidy(table: Table) -> pd.DataFrame:
    """A table in long form as it is written: ``*`` where a figure is hidden, empty where there is none.

    Counts have the columns ``row``, ``column``, ``n``, ``total``, ``share``, ``low`` and ``high``; means
    those of the table.
    """
    frame = table.shown.to_frame()
    if isinstance(table.shown, DisclosedSummary):
        return _starred(frame, frame.notna() | (frame[["n"]] == 0).to_numpy())
    if not isinstance(table.shown, DisclosedTable):
        return frame.map(_text)
    no_shares = table.shown.layout == "list" or (table.shown.layout == "cross" and not table.shown.share_of)
    none = frame["total"].isna() & no_shares
    exists = pd.DataFrame(True, index=frame.index, columns=frame.columns)
    for column in ("total", "share", "low", "high"):
        exists[column] = ~none
    for column in ("share", "low", "high"):
        exists[column] &= frame["total"] != 0
    if table.shown.layout == "nested":
        exists.loc[0, ["low", "high"]] = False
    if not table.shown.with_interval:
        exists[["low", "high"]] = False
    return _starred(frame.drop(columns="hidden"), (frame.notna() | ~exists).drop(columns="hidden"))


def column_meaning(table: Table, column: str) -> tuple[str, str, str, str]:
    """What a column of a table means: description, unit, denominator, and the marks that stand for figures not given."""
    shown = table.shown
    if isinstance(shown, DisclosedEstimates):
        place = shown.columns.index(column) if column in shown.columns else -1
        heading = shown.heads[place] if 0 <= place < len(shown.heads) else shown.row_header
        meaning = (_ESTIMATES.get(column, heading), "as the description says")
    else:
        meaning = _COLUMNS.get(column, (column.replace("_", " "), "as the title of the table says"))
    if column in ("row", "column"):
        return meaning[0], "text", "", ""
    share = column in ("share", "low", "high") and isinstance(shown, DisclosedTable)
    marks = f"{HIDDEN}: hidden under the policy {shown.policy}, or it would give a hidden figure away; empty: there is none"
    return *meaning, shown.denominator if share or column == "total" else "", marks


_COLUMNS = {
    "row": ("What the row is about", "text"),
    "column": ("What the column of a two-way table is about", "text"),
    "n": ("How many there are", "count"),
    "total": ("How many they are out of", "count"),
    "share": ("n divided by total", "proportion, 0 to 1"),
    "low": ("Lower bound of the 95 per cent interval", "as of what it bounds"),
    "high": ("Upper bound of the 95 per cent interval", "as of what it bounds"),
}
_ESTIMATES = {"low": "Lower bound of the interval", "high": "Upper bound of the interval", "row": "What the row is about"}


def _starred(frame: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Numbers as short texts, a star where a figure is not known and should be."""
    written = {}
    for column in frame.columns:
        texts = [_text(value) for value in frame[column]]
        written[column] = [text if fine else HIDDEN for text, fine in zip(texts, known[column], strict=True)]
    return pd.DataFrame(written)


def _text(value: object) -> str:
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{value:.6g}" if value != round(value) else f"{value:.0f}"
    return str(value)
