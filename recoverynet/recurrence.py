"""When something that recurs takes place: rules of RFC 5545 and plain weekdays, on the clock of a place."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from recoverynet.errors import SchemaError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PARTS = re.compile(r"(?:DTSTART:(?P<start>[0-9]{8})(?:T[0-9]{6}Z?)?\s+)?(?:RRULE:)?(?P<rule>FREQ=[^\s]+)", re.IGNORECASE)
_NEEDS_A_START = re.compile(r"\b(?:COUNT|INTERVAL=(?!1\b))", re.IGNORECASE)
_TOO_FINE = re.compile(r"FREQ=(?:HOURLY|MINUTELY|SECONDLY)|BY(?:HOUR|MINUTE|SECOND)=", re.IGNORECASE)


@dataclass(frozen=True)
class Recurrence:
    """A rule of recurrence of whole days.

    Attributes
    ----------
    rule : str
        ``FREQ=MONTHLY;BYDAY=1SA`` and the like.
    start : date or None
        The day counting begins on; without it every day that fits the rule counts.
    """

    rule: str
    start: dt.date | None = None

    def written(self) -> str:
        """As it stands in the column ``recurrence`` of groups."""
        return f"DTSTART:{self.start:%Y%m%d} RRULE:{self.rule}" if self.start else self.rule

    def days(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """The days from the first to the last, both included, on which it takes place."""
        from dateutil.rrule import rrulestr

        begin = dt.datetime.combine(self.start or first, dt.time())
        found = rrulestr(self.rule, dtstart=begin).between(
            dt.datetime.combine(first, dt.time()), dt.datetime.combine(last, dt.time()), inc=True
        )
        return [moment.date() for moment in found]


def read_recurrence(text: str) -> Recurrence:
    """Which rule does a text such as ``FREQ=MONTHLY;BYDAY=1SA`` state?

    Parameters
    ----------
    text : str
        An RRULE of RFC 5545 by day or longer, with or without ``DTSTART:20200704`` and a space in front.

    Raises
    ------
    SchemaError
        It is no rule of recurrence, recurs within a day, or counts from a start that is not said.

    References
    ----------
    Desruisseaux, B. (2009). Internet Calendaring and Scheduling Core Object Specification. RFC 5545.
    https://doi.org/10.17487/RFC5545
    """
    found = _PARTS.fullmatch(" ".join(text.split()))
    if found is None:
        raise SchemaError(f'A recurrence is written as "FREQ=MONTHLY;BYDAY=1SA", an RRULE of RFC 5545; got {text!r}.')
    rule = found["rule"].upper().rstrip(";")
    if _TOO_FINE.search(rule):
        raise SchemaError(f"The recurrence {text!r} repeats within a day; say the time in start_time, and one group a time.")
    if found["start"] is None and _NEEDS_A_START.search(rule):
        raise SchemaError(
            f'The recurrence {text!r} counts from a first day it does not say; write "DTSTART:20110307 RRULE:{rule}".'
        )
    try:
        start = dt.datetime.strptime(found["start"], "%Y%m%d").date() if found["start"] else None
        made = Recurrence(_with_day_ends(rule), start)
        made.days(start or dt.date(2011, 3, 7), start or dt.date(2011, 3, 7))
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise SchemaError(f"The recurrence {text!r} cannot be read: {error}.") from error
    return made


def _with_day_ends(rule: str) -> str:
    """UNTIL as a bare day: the last day counts whole, whatever time is written behind it."""
    return re.sub(r"UNTIL=([0-9]{8})T[0-9]{6}Z?", r"UNTIL=\1", rule)
