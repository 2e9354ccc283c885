"""A register with a row a person and session."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.formats.meetings.times import clock_of
from recoverynet.formats.proposal.columns import ColumnProfile, profiles, roles
from recoverynet.formats.proposal.dates import Order
from recoverynet.formats.proposal.found import named_column
from recoverynet.formats.register.layout import Page
from recoverynet.formats.register.marks import MEANINGS, all_marks, meaning_of
from recoverynet.formats.register.sessions import RegisterColumn
from recoverynet.formats.register.sheet import Sheet
from recoverynet.tables.mapped import as_text
from recoverynet.tables.parts import Labels


def read_long(page: Page, order: Order | None, labels: Labels, codes: Mapping[str, str]) -> Sheet:
    """A sheet of attendances; raises SchemaError where no column says who, or when, or in which order days are written."""
    columns = profiles(page.raw)
    told = roles(columns)
    who, when = told.get("person_id") or named_column(tuple(columns)), told.get("started_at")
    if who is None or when is None or page.raw.table is None:
        raise SchemaError(
            f"{page.title} is no register: its columns ({', '.join(repr(c.title) for c in columns[:8])}) are no sessions with days "
            "over them, and no row says who came when. Expected a row a person and a column a session, or columns for both."
        )
    table = page.raw.table
    texts = {
        name: pd.Series(as_text(table[profile.title]).to_pandas(), dtype="str") for name, profile in (("who", who), ("when", when))
    }
    days = _days(texts["when"], when, order, page.title)
    ids = texts["who"]
    if who.holds_names or who.tells_of_persons:
        ids = pd.Series(labels.of(as_text(table[who.title]), "person").to_pandas(), dtype="str")
    good = (ids.notna() & days.notna()).to_numpy()
    moment = _with_clock(days, told, table)
    sheet = Sheet(page.title, page.group, [])
    sheet.counts["all_rows"], sheet.counts["unnamed"] = len(ids), int((~good).sum())
    meaning = _meanings(told, table, sheet, codes)
    place, known_moments = pd.factorize(moment[good], sort=True)
    person, known = pd.factorize(ids[good])
    sheet.sessions = [
        RegisterColumn(str(one), one.date(), one.time() if one.time() != dt.time() else None)
        for one in pd.DatetimeIndex(known_moments)
    ]
    sheet.people = pd.DataFrame({"person_id": pd.Index(known).astype("str")})
    rows = pd.DataFrame({"person": person, "session": place, "outcome": meaning[good]}).drop_duplicates(["person", "session"])
    sheet.there = rows.loc[rows["outcome"] == "attended", ["person", "session"]].reset_index(drop=True)
    sheet.other = rows[rows["outcome"].isin(MEANINGS[1:4])].reset_index(drop=True)
    used = {profile.title for name, profile in told.items() if name in ("person_id", "started_at", "time", "outcome")} | {who.title}
    sheet.dropped = [
        f"{p.title!r} ({p.tells_of_persons or 'nothing here reads it'})" for p in columns if p.title not in used and p.n_filled
    ]
    return sheet


def _days(texts: pd.Series, profile: ColumnProfile, order: Order | None, where: str) -> pd.Series:
    written = profile.written
    if written.order == "either" and order is None:
        raise SchemaError(
            f"{where}, column {profile.title!r}: every date could be read day first or month first ({profile.values[0]}). Which is "
            "it? Say --dates day-first or --dates month-first."
        )
    if written.order == "mixed":
        raise SchemaError(f"{where}, column {profile.title!r}: no one order reads all its dates. Write them as 2011-03-07.")
    formats = written.formats(order if written.order == "either" else written.order)
    days = pd.Series(pd.to_datetime(texts, format="ISO8601", errors="coerce"))
    for pattern in formats:
        days = days.fillna(pd.Series(pd.to_datetime(texts.where(days.isna()), format=pattern, errors="coerce")))
    return days.dt.tz_localize(None) if days.dt.tz is not None else days


def _with_clock(days: pd.Series, told: Mapping[str, ColumnProfile], table: object) -> pd.Series:
    """The day with the time of a column of its own, where there is one."""
    if "time" not in told:
        return days
    texts = pd.Series(as_text(table[told["time"].title]).to_pandas(), dtype="str")  # type: ignore[index]
    clocks = {text: clock_of(text) for text in texts.dropna().unique()}
    minutes = texts.map({text: clock.hour * 60 + clock.minute for text, clock in clocks.items() if clock is not None})
    answer: pd.Series = days.dt.normalize() + pd.to_timedelta(minutes.fillna(0).astype(float), unit="min")
    return answer


def _meanings(told: Mapping[str, ColumnProfile], table: object, sheet: Sheet, codes: Mapping[str, str]) -> np.ndarray:
    """What became of each row; a row of a register that says nothing of it is an attendance."""
    profile = told.get("outcome")
    if profile is None:
        sheet.counts["attended"] = sheet.counts["all_rows"] - sheet.counts["unnamed"]
        return np.full(sheet.counts["all_rows"], "attended", dtype=object)
    texts = pd.Series(as_text(table[profile.title]).to_pandas(), dtype="str")  # type: ignore[index]
    others = all_marks(profile.values)
    known = {mark: meaning_of(mark, others, codes) for mark in texts.dropna().unique()}
    for mark, count in texts.value_counts().items():
        sheet.counts[known[str(mark)] or "unknown"] += int(count)
        if known[str(mark)] is None:
            sheet.unknown[str(mark)[:12]] += int(count)
    return texts.map(known).fillna("unknown").to_numpy(dtype=object)
