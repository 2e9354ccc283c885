"""Which columns of a register are sessions, and on which day each was."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recoverynet.errors import SchemaError
from recoverynet.formats.meetings.times import clock_of
from recoverynet.formats.proposal.dates import Order, how_written

_DAY_NAME = r"(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)(?:day|nesday|rsday|urday|sday)?\.?,?\s+"
_ISO = re.compile(r"([12][0-9]{3})-([0-9]{2})-([0-9]{2})")
_SLASHED = re.compile(r"\b([0-9]{1,2})[/.-]([0-9]{1,2})(?:[/.-]([0-9]{4}|[0-9]{2}))?\b")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY_MONTH = re.compile(
    rf"\b([0-9]{{1,2}})(?:st|nd|rd|th)?[\s/.-]+(?:of )?{_MONTH}(?:[\s/.,-]+([0-9]{{4}}|[0-9]{{2}}))?\b", re.IGNORECASE
)
_MONTH_DAY = re.compile(rf"\b{_MONTH}(?:\s+([0-9]{{4}}))?\s+([0-9]{{1,2}})(?:st|nd|rd|th)?(?:,?\s+([0-9]{{4}}))?\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(19[89][0-9]|20[0-9]{2})\b")
_NUMBERED = re.compile(r"(?:week|session|wk|meeting|class|s|w|no\.?)\s*\.?\s*([0-9]{1,3})", re.IGNORECASE)
_CLOCK = re.compile(r"(?:T|\s|^)([0-9]{1,2}[:.][0-9]{2}(?: ?[ap]m)?|[0-9]{1,2} ?[ap]m)\b", re.IGNORECASE)


@dataclass(frozen=True)
class RegisterColumn:
    """One column of a register.

    Attributes
    ----------
    title : str
    day : date
    clock : time or None
    """

    title: str
    day: dt.date
    clock: dt.time | None = None


@dataclass(frozen=True)
class Hints:
    """What was said about days that titles do not say.

    Attributes
    ----------
    order : {"day_first", "month_first"} or None
    year : int or None
        Of titles without one.
    given : dict of title to day
    """

    order: Order | None = None
    year: int | None = None
    given: Mapping[str, dt.date] | None = None


def is_session(title: str) -> bool:
    """Whether a column title may stand for a session: a date, a day and month, or a numbered week or session."""
    bare = re.sub(_DAY_NAME, "", title.strip(), flags=re.IGNORECASE)
    bare = re.sub(r"\s*\([0-9]+\)$", "", bare)
    return (
        bool(
            _ISO.match(bare)
            or _SLASHED.search(bare)
            or _DAY_MONTH.search(bare)
            or _MONTH_DAY.search(bare)
            or _NUMBERED.fullmatch(bare)
        )
        and len(bare) <= 60
    )


def sessions_of(titles: Sequence[str], hints: Hints, around: Sequence[str], where: str) -> list[RegisterColumn]:
    """The day of every session; raises SchemaError where it is not certain, with how to say it.

    ``around`` are the lines over the table and the name of the sheet, in which a year may stand.
    """
    order = _order_of(titles, hints, where)
    year = hints.year or _year_of(around)
    made: list[RegisterColumn] = []
    without_year: list[str] = []
    undated: list[str] = []
    given = {title.lower(): day for title, day in (hints.given or {}).items()}
    for title in titles:
        day = given.get(title.lower()) or _day_of(title, order, year)
        if day is None:
            (undated if _NUMBERED.fullmatch(title.strip()) else without_year).append(title)
        else:
            made.append(RegisterColumn(title, day, _clock_in(title)))
    if undated:
        raise SchemaError(
            f'{where}: on which day was {undated[0]!r}{_and_more(undated)}? Say --session "{undated[0]}=2011-03-07" for each, or '
            "--first-session 2011-03-07 where they followed each other every week."
        )
    if without_year:
        raise SchemaError(
            f"{where}: the column {without_year[0]!r}{_and_more(without_year)} names no year, and none stands over the table. "
            "Say --year 2011."
        )
    _require_one_year(made, titles, year, hints, where)
    return made


def _and_more(titles: Sequence[str]) -> str:
    return f" (and {len(titles) - 1} more)" if len(titles) > 1 else ""


def _order_of(titles: Sequence[str], hints: Hints, where: str) -> Order:
    """Which comes first in the titles' dates; asked where no title says it."""
    if hints.order:
        return hints.order
    slashed = [found for title in titles if not _ISO.search(title) and (found := _SLASHED.search(title))]
    if not slashed:
        return "day_first"
    order = how_written(f"{found[1]}/{found[2]}/{found[3] or 2011}" for found in slashed).order
    if order == "either":
        raise SchemaError(
            f"{where}: the dates over its columns could be read day first or month first ({slashed[0][0]}). Which is it? Say "
            "--dates day-first or --dates month-first."
        )
    if order in ("mixed", "none"):
        raise SchemaError(
            f"{where}: the dates over its columns are not all written in one order "
            f"({', '.join(found[0] for found in slashed[:4])} …). "
            "Write them as 2011-03-07."
        )
    return order


def _year_of(around: Sequence[str]) -> int | None:
    """The one year that stands over the table or in the name of the sheet."""
    years = {int(year) for line in around for year in _YEAR.findall(line)}
    return years.pop() if len(years) == 1 else None


def _day_of(title: str, order: Order, year: int | None) -> dt.date | None:
    for pattern, parts in ((_ISO, _iso), (_MONTH_DAY, _month_day), (_DAY_MONTH, _day_month), (_SLASHED, _slashed)):
        found = pattern.search(title)
        if found:
            day, month, said = parts(found, order)
            known = _whole_year(said) if said else year
            try:
                return dt.date(known, month, day) if known else None
            except ValueError:
                return None
    return None


def _iso(found: re.Match[str], order: Order) -> tuple[int, int, str | None]:
    return int(found[3]), int(found[2]), found[1]


def _slashed(found: re.Match[str], order: Order) -> tuple[int, int, str | None]:
    one, other = int(found[1]), int(found[2])
    return (one, other, found[3]) if order != "month_first" else (other, one, found[3])


def _day_month(found: re.Match[str], order: Order) -> tuple[int, int, str | None]:
    return int(found[1]), _MONTHS.index(found[2].lower()) + 1, found[3]


def _month_day(found: re.Match[str], order: Order) -> tuple[int, int, str | None]:
    return int(found[3]), _MONTHS.index(found[1].lower()) + 1, found[2] or found[4]


def _whole_year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _clock_in(title: str) -> dt.time | None:
    found = _CLOCK.search(re.sub(r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}", "", title))
    return clock_of(found[1]) if found else None


def _require_one_year(made: Sequence[RegisterColumn], titles: Sequence[str], year: int | None, hints: Hints, where: str) -> None:
    """Raise where the year was taken for all titles alike although the months pass from December to January."""
    bare = [session for session in made if not _YEAR.search(session.title) and not (found_year(session.title))]
    months = [session.day.month for session in bare]
    if year and any(later < earlier - 6 for earlier, later in zip(months, months[1:], strict=False)):
        raise SchemaError(
            f"{where}: its columns name no year and pass from one year to the next, so {year} cannot hold for all of them. "
            'Write the year into the headings, or say --session "TITLE=2011-03-07" for each.'
        )


def found_year(title: str) -> bool:
    """Whether a title says its year in two digits."""
    found = _SLASHED.search(title) or _DAY_MONTH.search(title)
    return bool(found and found[3])
