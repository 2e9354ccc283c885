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
from recoverynet.report.manifest import MANIFEST_FILE
from recoverynet.report.sections import Table
from recoverynet.report.wording import HIDDEN
from recoverynet.untrusted.opening import MOST_SETTINGS_BYTES, read_bytes

INDEX = "tables.csv"
INDEX_COLUMNS = ("file", "number", "section", "title", "population", "denominator", "period", "disclosure", "note")


def write_tables(tables: Iterable[tuple[str, Table]], folder: Path, *, manifest: str = "") -> list[Path]:
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
    return [MANIFEST_FILE, *(name for line in lines if re.fullmatch(r"[0-9]{2,}_\w+[.]csv", name := line.partition(",")[0]))]


def _write_into(tables: Iterable[tuple[str, Table]], folder: Path) -> list[str]:
    listing, written = [], [INDEX]
    for section, table in tables:
        name = f"{table.number:02d}_{table.shown.name}.csv"
        write_csv_into(tidy(table), folder / name, for_spreadsheets=True)
        shown = table.shown
        listing.append(
            (name, table.number, section, shown.title, shown.population, shown.denominator, shown.period, shown.policy, shown.note)
        )
        written.append(name)
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
