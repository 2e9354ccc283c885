"""Schedules of a directory as days, times and rules of recurrence."""

from __future__ import annotations

import datetime as dt
from typing import Any

from recoverynet.errors import SchemaError
from recoverynet.formats.meetings.listing import MeetingList
from recoverynet.formats.meetings.times import clock_of, minutes_between
from recoverynet.formats.particulars import said
from recoverynet.recurrence import CODES, WEEKDAYS, Recurrence, read_recurrence
from recoverynet.tables.schema import require_time_zone

_RULE_PARTS = ("interval", "byday", "bymonthday", "byyearday", "byweekno", "wkst", "count")

_BOTH = (
    "a weekly schedule also names days of the month or weeks of the year, which RFC 5545 does not allow; its weekdays were taken."
)


def times_of(schedule: dict[str, Any], listing: MeetingList, tz: str) -> dict[str, Any]:
    """Weekday or recurrence, start, length, zone and dates of validity of one schedule."""
    row: dict[str, Any] = {"timezone": _zone(schedule, listing, tz)}
    start = _clock(schedule, "opens_at", listing)
    end = _clock(schedule, "closes_at", listing)
    if start is not None:
        row["start_time"] = f"{start:%H:%M}"
        row["duration_min"] = None if end is None else minutes_between(start, end)
    rule = _rule(schedule, listing)
    if rule is not None:
        row.update(_days(rule))
    valid_from, valid_to = (_date(schedule, name, listing) for name in ("valid_from", "valid_to"))
    row["valid_from"] = valid_from.isoformat() if valid_from else (rule.start.isoformat() if rule and rule.start else None)
    row["valid_to"] = (valid_to + dt.timedelta(days=1)).isoformat() if valid_to else None
    return row


def _days(rule: Recurrence) -> dict[str, str]:
    """The weekday of what meets every week on one, the rule of everything else."""
    parts = dict(part.split("=", 1) for part in rule.rule.split(";"))
    code = parts.get("BYDAY", "")
    weekly_only = set(parts) <= {"FREQ", "BYDAY", "WKST"} or (
        set(parts) == {"FREQ", "BYDAY", "INTERVAL"} and parts["INTERVAL"] == "1"
    )
    if parts["FREQ"] == "WEEKLY" and code in CODES and weekly_only:
        return {"weekday": WEEKDAYS[CODES.index(code)]}
    return {"recurrence": rule.written()}


def _rule(schedule: dict[str, Any], listing: MeetingList) -> Recurrence | None:
    """The rule of a schedule; None where it names no frequency or cannot be read (which is counted)."""
    if not said(schedule.get("freq")):
        return None
    parts = [f"FREQ={str(schedule['freq']).upper()}"]
    parts += [f"{name.upper()}={str(schedule[name]).replace(' ', '')}" for name in _RULE_PARTS if said(schedule.get(name))]
    if parts[0] == "FREQ=WEEKLY":
        parts = [part for part in parts if not part.startswith(("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"))]
        if any(said(schedule.get(name)) for name in ("bymonthday", "byyearday", "byweekno")):
            listing.notes.append(_BOTH)
    until, start = _date(schedule, "until", listing), _date(schedule, "dtstart", listing)
    if until is not None:
        parts = [part for part in parts if not part.startswith("COUNT")] + [f"UNTIL={until:%Y%m%d}"]
    text = ";".join(parts)
    try:
        return read_recurrence(f"DTSTART:{start:%Y%m%d} RRULE:{text}" if start else text)
    except SchemaError:
        listing.read("rules of recurrence", None, "cannot be read as a rule of RFC 5545")
        return None


def _clock(schedule: dict[str, Any], name: str, listing: MeetingList) -> dt.time | None:
    if not said(schedule.get(name)):
        return None
    return listing.read("opening times", clock_of(schedule[name]), "no time of day")  # type: ignore[no-any-return]


def _date(schedule: dict[str, Any], name: str, listing: MeetingList) -> dt.date | None:
    if not said(schedule.get(name)):
        return None
    try:
        day = dt.date.fromisoformat(str(schedule[name])[:10])
    except ValueError:
        day = None
    return listing.read("dates of schedules", day, "no date written 2011-03-07")  # type: ignore[no-any-return]


def _zone(schedule: dict[str, Any], listing: MeetingList, tz: str) -> str:
    given = schedule.get("timezone")
    if not said(given):
        return tz
    try:
        require_time_zone(given, "timezone")
    except SchemaError:
        listing.read("time zones", None, f"no time zone of a place; taken to be {tz}")
        return tz
    return str(listing.read("time zones", given, ""))
