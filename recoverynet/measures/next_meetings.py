"""When each group meets next, on its own clock."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.instants import as_instant, as_length
from recoverynet.recurrence import Recurrence, moments, read_recurrence, weekly
from recoverynet.tables.schema import require_time_zone

COLUMNS = ("group_id", "name", "starts_at", "ends_at", "local_time", "timezone", "online", "in_person")


def next_meetings(
    groups: pd.DataFrame, *, at: object, within: object = "7D", tz: str = "Europe/London", first_only: bool = False
) -> pd.DataFrame:
    """Which meetings take place in the coming days, and when?

    Parameters
    ----------
    groups : pandas.DataFrame
        Columns of the table groups; one row a group, as in ``record.groups``.
    at : instant
        From when on; naive ones are local time in ``tz``. A meeting that begins at that very instant counts.
    within : str or pandas.Timedelta
        How far to look ahead, such as ``"7D"``; the end does not count.
    tz : str
        IANA time zone the answer is given in, and of groups that do not say theirs.
    first_only : bool
        Only the next meeting of each group. Default: every one in the period.

    Returns
    -------
    pandas.DataFrame
        One row a meeting, in order of time: ``group_id``, ``name``, ``starts_at`` and ``ends_at`` (tz-aware, in ``tz``;
        the end missing where no duration is known), ``local_time`` (the clock of the group, HH:MM), ``timezone`` (the
        group's), ``online``, ``in_person`` (missing where not known). Groups closed for the time being, out of their
        dates of validity, or without a day and time (by appointment) have no row.

    Raises
    ------
    SchemaError
        A zone, recurrence, weekday or time of a group cannot be read, ``within`` is no length of time, or a column is
        missing.

    Notes
    -----
    A meeting at 19:30 is at 19:30 by the clock of its place before and after the clocks change. An hour the clocks
    skip moves forward; of one that comes twice the first is meant. ``recurrence`` (an RRULE of RFC 5545) stands before
    ``weekday``; ``valid_from`` and ``valid_to`` bound both, the last day not included.

    Examples
    --------
    >>> import pandas as pd
    >>> import recoverynet as rn
    >>> groups = pd.DataFrame({"group_id": ["g"], "name": ["Café"], "weekday": ["sunday"], "start_time": ["10:00"]})
    >>> [f"{start}" for start in rn.next_meetings(groups, at="2011-03-19", within="14D")["starts_at"]]
    ['2011-03-20 10:00:00+00:00', '2011-03-27 10:00:00+01:00']
    """
    require_time_zone(tz, "tz")
    for name in ("group_id", "weekday", "start_time"):
        if name not in groups.columns and not (name == "weekday" and "recurrence" in groups.columns):
            raise SchemaError(f"Groups need the column {name!r} to say when they meet; they have {', '.join(groups.columns)}.")
    start = as_instant(at, tz)
    end = start + as_length(within, "within")
    rows = []
    for group in groups.to_dict("records"):
        found = [(moment, group) for moment in _moments_of(group, start, end, tz)]
        rows += [_row(moment, group, tz) for moment, group in (found[:1] if first_only else found)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"online": "boolean", "in_person": "boolean"})
    for name in ("starts_at", "ends_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.tz_convert(tz).dt.as_unit("us")
    return frame.sort_values(["starts_at", "group_id"], kind="stable", ignore_index=True)


def _moments_of(group: dict[Any, Any], start: pd.Timestamp, end: pd.Timestamp, tz: str) -> list[dt.datetime]:
    recurrence, clock = recurrence_of(group), _said(group, "start_time")
    if recurrence is None or clock is None or _said(group, "closed_temporarily") in (True, "true"):
        return []
    zone = ZoneInfo(_zone(group, tz))
    valid_from, valid_to = (_bound(group, name, tz) for name in ("valid_from", "valid_to"))
    first = start if valid_from is None else max(start, valid_from)
    last = end if valid_to is None else min(end, valid_to)
    if not first < last:
        return []
    found = list(moments(recurrence, _clock(str(clock), group), zone, first.to_pydatetime(), last.to_pydatetime()))
    return sorted(found)


def recurrence_of(group: dict[Any, Any]) -> Recurrence | None:
    """The rule a group meets by, None where it names no day (by appointment).

    Raises
    ------
    SchemaError
        The rule or the weekday cannot be read.
    """
    rule, weekday = _said(group, "recurrence"), _said(group, "weekday")
    try:
        if rule is not None:
            return read_recurrence(str(rule))
        return None if weekday is None else weekly(str(weekday).lower())
    except (SchemaError, ValueError) as error:
        raise SchemaError(f"The group {group['group_id']!r} does not say when it meets: {error}") from error


def _said(group: dict[Any, Any], name: str) -> object:
    value = group.get(name)
    return None if value is None or pd.isna(value) or value == "" else value


def _zone(group: dict[Any, Any], tz: str) -> str:
    zone = str(_said(group, "timezone") or tz)
    require_time_zone(zone, f"The group {group['group_id']!r}, timezone")
    return zone


def _bound(group: dict[Any, Any], name: str, tz: str) -> pd.Timestamp | None:
    value = _said(group, name)
    return None if value is None else as_instant(value, tz)


def _clock(text: str, group: dict[Any, Any]) -> dt.time:
    try:
        hour, minute = text.split(":")[:2]
        return dt.time(int(hour), int(minute))
    except ValueError as error:
        raise SchemaError(f"The group {group['group_id']!r} begins at {text!r}, which is no time of day; write 19:30.") from error


def _row(moment: dt.datetime, group: dict[Any, Any], tz: str) -> list[object]:
    starts = pd.Timestamp(moment).tz_convert(tz)
    minutes = _said(group, "duration_min")
    ends = pd.NaT if minutes is None else starts + pd.Timedelta(minutes=float(str(minutes)))
    online, in_person = (pd.NA if _said(group, name) is None else _said(group, name) for name in ("online", "in_person"))
    return [group["group_id"], group.get("name"), starts, ends, f"{moment:%H:%M}", _zone(group, tz), online, in_person]
