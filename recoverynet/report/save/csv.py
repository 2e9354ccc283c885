"""Every table of a report as a CSV file of its own, small numbers already hidden."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from recoverynet.report.disclosure.disclosed import DisclosedSummary, DisclosedTable
from recoverynet.report.sections import Table
from recoverynet.report.wording import HIDDEN

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet program takes for the beginning of a formula."""
INDEX = "tables.csv"
INDEX_COLUMNS = ("file", "number", "section", "title", "population", "denominator", "period", "disclosure", "note")


def write_tables(tables: Iterable[tuple[str, Table]], folder: Path) -> list[Path]:
    """Write the tables, and one file that lists them.

    Parameters
    ----------
    tables : iterable of (section name, Table)
    folder : pathlib.Path
        Made where it does not exist; files of the same name are written over.

    Returns
    -------
    list of pathlib.Path
        The files written, the list (``tables.csv``) first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    listing, written = [], [folder / INDEX]
    for section, table in tables:
        path = folder / f"{table.number:02d}_{table.shown.name}.csv"
        _write(tidy(table), path)
        shown = table.shown
        listing.append(
            (
                path.name,
                table.number,
                section,
                shown.title,
                shown.population,
                shown.denominator,
                shown.period,
                shown.policy,
                shown.note,
            )
        )
        written.append(path)
    _write(pd.DataFrame(listing, columns=list(INDEX_COLUMNS)), folder / INDEX)
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
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _write(frame: pd.DataFrame, path: Path) -> None:
    """CSV in UTF-8 with a byte-order mark, which spreadsheet programs need to show £ and ü."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(frame.columns)
        writer.writerows(frame.itertuples(index=False, name=None))
