"""In which order dates are written: told by the dates themselves where one of them cannot be read both ways, else asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Order = Literal["iso", "day_first", "month_first", "either", "mixed", "none"]

_SLASHED = re.compile(r"([0-9]{1,2})([/. -])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?:(\s+|T|,\s*)(.+))?")
_NAMED = re.compile(r"([0-9]{1,2})([/. -])([A-Za-z]{3,9})\2([0-9]{4}|[0-9]{2})(?:(\s+|T|,\s*)(.+))?")
_ISO = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}(?:[T ].*)?")
_TIMES = (
    (re.compile(r"[0-9]{1,2}:[0-9]{2}"), "%H:%M"),
    (re.compile(r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}"), "%H:%M:%S"),
    (re.compile(r"[0-9]{1,2}:[0-9]{2} ?[AaPp][Mm]"), "%I:%M %p"),
)


@dataclass(frozen=True)
class Written:
    """How the dates of one column are written.

    Attributes
    ----------
    order : {"iso", "day_first", "month_first", "either", "mixed", "none"}
        ``either``: every date could be read both ways; ``mixed``: some only day first, others only month first.
    n_dates, n_other : int
        How many of the different values are dates, and how many are not.
    forms : tuple of (str, str, str)
        Sign between the parts, year (``%Y`` or ``%y``, with ``%b`` or ``%B`` for named months) and time behind it.
    """

    order: Order
    n_dates: int = 0
    n_other: int = 0
    forms: tuple[tuple[str, str, str], ...] = ()

    @property
    def share(self) -> float:
        """Share of the values that are dates."""
        return self.n_dates / max(self.n_dates + self.n_other, 1)

    def formats(self, order: Order | None = None) -> list[str]:
        """``date_format`` of a mapping for these dates, read in an order."""
        wanted = order or self.order
        made = []
        for sign, year, time in self.forms:
            month = next((code for code in ("%b", "%B") if code in year), "%m")
            parts = ("%d", month) if month != "%m" or wanted != "month_first" else ("%m", "%d")
            made.append(sign.join((*parts, year.replace(month, ""))) + time)
        return list(dict.fromkeys(made))


def how_written(values: Iterable[str]) -> Written:
    """How are these dates written, and does any of them say which comes first, day or month?"""
    forms: dict[tuple[str, str, str], None] = {}
    n_iso = n_slashed = n_named = n_other = only_day = only_month = 0
    for value in values:
        text = value.strip()
        slashed, named = _SLASHED.fullmatch(text), _NAMED.fullmatch(text)
        if _ISO.fullmatch(text):
            n_iso += 1
        elif slashed and _could_be(int(slashed[1]), int(slashed[3])):
            n_slashed += 1
            only_day += int(slashed[1]) > 12
            only_month += int(slashed[3]) > 12
            forms[slashed[2], "%Y" if len(slashed[4]) == 4 else "%y", _time(slashed)] = None
        elif named:
            n_named += 1
            month = "%b" if len(named[3]) == 3 else "%B"
            forms[named[2], month + ("%Y" if len(named[4]) == 4 else "%y"), _time(named)] = None
        else:
            n_other += 1
    n_dates = n_iso + n_slashed + n_named
    return Written(_order(n_iso, n_slashed, n_named, only_day, only_month), n_dates, n_other, tuple(forms))


def _order(n_iso: int, n_slashed: int, n_named: int, only_day: int, only_month: int) -> Order:
    if not n_slashed:
        return "day_first" if n_named else "iso" if n_iso else "none"
    if only_day and only_month:
        return "mixed"
    return "day_first" if only_day else "month_first" if only_month else "either"


def _could_be(one: int, other: int) -> bool:
    return 1 <= min(one, other) <= 12 and max(one, other) <= 31


def _time(found: re.Match[str]) -> str:
    if found[6] is None:
        return ""
    gap = " " if found[5].strip() == "" else found[5]
    return gap + next((code for pattern, code in _TIMES if pattern.fullmatch(found[6].strip())), "%H:%M")
