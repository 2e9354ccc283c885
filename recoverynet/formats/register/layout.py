"""Which sheets of a source are registers, which group each is of, and which columns are sessions."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from recoverynet.errors import SchemaError
from recoverynet.formats.proposal.found import areas_of
from recoverynet.formats.register.sessions import Hints, RegisterColumn, is_session, sessions_of
from recoverynet.tables.raw import RawTable
from recoverynet.tables.sources import Source, known_columns

_GENERIC = re.compile(r"(?:sheet|table|tabelle|feuil|data|register|attendance|export)\s*[0-9]*", re.IGNORECASE)
_PERIOD = re.compile(
    r"(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|q[1-4]|spring|summer|autumn|winter|term ?[0-9]?|week ?[0-9]*)?"
    r"[\s_-]*(?:(?:19|20)?[0-9]{2})?(?:[\s_/-]+(?:19|20)?[0-9]{2})?",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"\b(?:attendance|register|sheet|weekly|monthly|report|list)\b|\b(?:19|20)[0-9]{2}(?:[/-][0-9]{2,4})?\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Page:
    """One sheet, or one part of a sheet, that is a register.

    Attributes
    ----------
    title : str
    group : str
        Name of the group.
    raw : RawTable
    sessions : list of Session
        Empty where the sheet is long: a row a person and session.
    """

    title: str
    group: str
    raw: RawTable
    sessions: list[RegisterColumn]


def pages_of(source: Source, hints: Hints, group: str | None, stem: str, first: dt.date | None) -> tuple[list[Page], list[str]]:
    """The registers of a source, and why other sheets were left aside."""
    pages, aside = [], []
    for name, title in source.names.items():
        if name in source.hidden:
            aside.append(f"the sheet {title!r} is hidden and was left aside.")
            continue
        for area, above in areas_of(source, name, always=True):
            raw = source.read(name, known_columns(name), area)
            if raw.table is None or not raw.columns:
                aside.append(f"{title} holds no table.")
                continue
            where = f"{title}" if area is None else f"{title}, {area.written()}"
            named = group or _group_of(title.rsplit(".", 1)[0] if source.place == "file" else title, above, stem)
            titles = [column for column in raw.columns if is_session(column)]
            if first is not None:
                hints = _weekly(titles, hints, first)
            around = (*above, title, stem)
            if len(titles) >= 2 or (titles and len(titles) * 2 >= len(raw.columns)):
                pages.append(Page(where, named, raw, sessions_of(titles, hints, around, where)))
            else:
                pages.append(Page(where, named, raw, []))
    return pages, aside


def _weekly(titles: list[str], hints: Hints, first: dt.date) -> Hints:
    """Numbered sessions that follow one another every week from a first day."""
    numbered: dict[str, dt.date] = {}
    for title in titles:
        found = re.fullmatch(r"\D*([0-9]{1,3})", title.strip())
        if found:
            numbered[title] = first + dt.timedelta(weeks=int(found[1]) - 1)
    return Hints(hints.order, hints.year, {**numbered, **(hints.given or {})})


def _group_of(sheet: str, above: tuple[str, ...], stem: str) -> str:
    """The name of a group: that of the sheet, else the first line over the table, else that of the file."""
    name = sheet.strip().replace("_", " ")
    if name and not _GENERIC.fullmatch(name) and not _PERIOD.fullmatch(name):
        return name
    for line in above:
        bare = " ".join(_NOISE.sub(" ", line).split()).strip(" -–—:,.|")
        if len(bare) > 2 and not _PERIOD.fullmatch(bare):
            return bare
    bare = " ".join(_NOISE.sub(" ", stem.replace("_", " ")).split()).strip(" -–—:,.")
    return bare if bare and not _GENERIC.fullmatch(bare) else "Group"


def days_given(given: Mapping[str, str] | None) -> dict[str, dt.date]:
    """Days of sessions as they were said; raises SchemaError for what is no day."""
    made = {}
    for title, text in (given or {}).items():
        try:
            made[title] = dt.date.fromisoformat(str(text))
        except ValueError as error:
            raise SchemaError(f"The session {title!r} cannot have been on {text!r}; write the day as 2011-03-07.") from error
    return made
