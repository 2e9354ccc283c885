"""Days and times as meeting lists write them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from recoverynet.recurrence import CODES, WEEKDAYS, Recurrence

SUNDAY_FIRST = ("sunday", *WEEKDAYS[:6])
_CLOCK = re.compile(r"([0-9]{1,2})[:.h]?([0-9]{2})?(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-]00:?00)?\s*([ap])?\.?m?\.?", re.IGNORECASE)
_WORDS = {"noon": dt.time(12), "midday": dt.time(12), "midnight": dt.time(0)}


def clock_of(value: object) -> dt.time | None:
    """The time of day a text means (``19:30``, ``7:30 PM``, ``noon``), None where it means none."""
    text = str(value).strip().lower()
    if text in _WORDS:
        return _WORDS[text]
    found = _CLOCK.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


def length_of(value: object) -> float | None:
    """Minutes a text such as ``01:30:00`` means, None where it means none."""
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?", str(value).strip())
    if found is None or int(found[2]) > 59:
        return None
    minutes = int(found[1]) * 60 + int(found[2])
    return float(minutes) if 0 < minutes <= 1440 else None


def minutes_between(start: dt.time, end: dt.time) -> float | None:
    """How long from one time of day to another, past midnight where the end is the earlier; None for nothing."""
    minutes = (end.hour * 60 + end.minute - start.hour * 60 - start.minute) % 1440
    return float(minutes) or None


def days_of(value: object, names: Sequence[str], first: int) -> tuple[list[str], list[object]]:
    """The weekdays a number, a text or a list of them means, and what means none; ``first`` is the number of names[0]."""
    given = value if isinstance(value, list) else str(value).split(",") if isinstance(value, str) and "," in value else [value]
    days, wrong = [], []
    for one in given:
        text = str(one).strip().lower()
        if text in WEEKDAYS:
            days.append(text)
        elif re.fullmatch(r"[0-9](?:\.0)?", text) and 0 <= int(text[0]) - first < 7:
            days.append(names[int(text[0]) - first])
        else:
            wrong.append(one)
    return sorted(set(days), key=WEEKDAYS.index), wrong


def on_days(days: Sequence[str]) -> tuple[str | None, str | None]:
    """Weekday and recurrence of a group that meets every week on these days: the one or the other."""
    if len(days) < 2:
        return (days[0] if days else None), None
    return None, Recurrence("FREQ=WEEKLY;BYDAY=" + ",".join(CODES[WEEKDAYS.index(day)] for day in days)).written()
