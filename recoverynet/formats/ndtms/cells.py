"""The cells of a return: nulls, dates of one order, days and scores within their range, yes and no."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import pyarrow as pa

from recoverynet.errors import SchemaError
from recoverynet.formats.ndtms.columns import DATES, ColumnParts, Item
from recoverynet.formats.proposal.dates import Order, how_written
from recoverynet.tables.mapped import as_text

NULLS = ("NA", "N/A", "NULL", "null", "na", "")
_YES, _NO = frozenset(("y", "yes", "1", "true")), frozenset(("n", "no", "0", "false"))


def text_frame(table: pa.Table, titles: Iterable[str]) -> pd.DataFrame:
    """Columns of a table as text, NA and the like missing."""
    frame = pd.DataFrame({title: pd.Series(as_text(table[title]).to_pandas(), dtype="str") for title in titles})
    return frame.mask(frame.isin(NULLS))


def date_order(frame: pd.DataFrame, columns: ColumnParts, order: Order | None, source: str) -> dict[str, list[str]]:
    """The formats of each date column; raises SchemaError where the order cannot be known from any of them.

    All dates of a file are taken to be written in one order, so one date that can be read one way only tells it of all.
    """
    titles = [columns.parts[part] for part in DATES if part in columns.parts]
    written = {title: how_written(frame[title].dropna().unique()) for title in titles}
    orders = {how.order for how in written.values()} - {"none", "iso"}
    told = orders - {"either"}
    if "mixed" in told or len(told) > 1:
        raise SchemaError(f"{source}: some of its dates can only be read day first and others only month first. Export it again.")
    if orders and not told and order is None:
        raise SchemaError(
            f"{source}: every date could be read day first or month first. Which is it? Say "
            "--dates day-first or --dates month-first."
        )
    known = next(iter(told)) if told else order
    return {title: how.formats(known if how.order == "either" else how.order) for title, how in written.items()}


def dates_of(texts: pd.Series, formats: list[str]) -> pd.Series:
    """Dates as naive timestamps, NaT where a text is none."""
    days = pd.Series(pd.to_datetime(texts, format="ISO8601", errors="coerce"), index=texts.index)
    days = days.dt.tz_localize(None) if getattr(days.dtype, "tz", None) is not None else days
    for pattern in formats:
        missing = days.isna() & texts.notna()
        if missing.any():
            read = pd.to_datetime(texts[missing], format=pattern, errors="coerce")
            days = days.astype("datetime64[us]").where(
                ~missing, pd.Series(read, index=texts.index[missing]).reindex(texts.index).astype("datetime64[us]")
            )
    return days.astype("datetime64[us]")


def answers_of(texts: pd.Series, item: Item) -> tuple[pd.Series, int]:
    """Answers to one item as text, and how many were none it can have."""
    if item.high is None:
        small = texts.str.lower()
        found = small.map({**dict.fromkeys(_YES, "yes"), **dict.fromkeys(_NO, "no")}).astype("str")
    else:
        number = pd.to_numeric(texts, errors="coerce")
        good = number.between(0, item.high) & (number == number.round())
        found = number.where(good).map(lambda value: f"{value:.0f}", na_action="ignore").astype("str")
        found = found.where(good)
    return found, int((texts.notna() & found.isna()).sum())


def is_yes(texts: pd.Series) -> pd.Series:
    """Whether a flag is set."""
    return texts.str.lower().isin(_YES)
