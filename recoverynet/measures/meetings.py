"""When groups meet next, in local time, whatever the clocks do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

from recoverynet.arguments import whole_number
from recoverynet.errors import SchemaError
from recoverynet.ids import ids_in
from recoverynet.instants import as_instant
from recoverynet.measures.record_index import Group, named_rows
from recoverynet.recurrence import Recurrence, read_recurrence
from recoverynet.tables.layouts import GROUPS

WEEKDAYS = GROUPS["weekday"].choices


def next_meetings(groups: pd.DataFrame, *, at: object, days: int = 7, tz: str = "Europe/London") -> pd.DataFrame:
    """When and where does each group meet in the coming days?

    Parameters
    ----------
    groups : pandas.DataFrame
        As ``record.groups``: one meeting a row, with ``weekday`` or ``recurrence`` (an RRULE of RFC 5545, which stands
        before the weekday), ``start_time`` (HH:MM, local) and ``timezone``.
    at : instant
        From when on; a meeting that has begun is not listed.
    days : int
        For how many days, 1 or more. Default: the coming week, in which every weekly meeting comes once.
    tz : str
        Time zone of the answer, and of groups that name none.

    Returns
    -------
    pandas.DataFrame
        One row a meeting in order of time: ``group_id``, ``name``, ``kind``, ``starts_at`` and ``ends_at`` (instants in
        ``tz``; the end is NaT where no length is recorded), ``local_start`` (HH:MM on the clock of the place),
        ``timezone``, ``place``, ``area``, ``online``.

    Raises
    ------
    SchemaError
        ``at`` or ``tz`` cannot be read, ``days`` is below 1, or a group names a time zone that does not exist or a
        recurrence that is none.
    KeyError
        ``groups`` lacks a column of the table of groups; ``record.groups`` has them all.

    Notes
    -----
    A meeting is at its local time on its weekday, so between two weeks an hour may be lost or gained. Where the clock
    skips that time the meeting begins the moment after, where the time comes twice it is the first. Groups closed for
    the time being, not begun, or over by then are left out, and so are those without a weekday or a time, who meet by
    appointment.

    Examples
    --------
    >>> import recoverynet as rn
    >>> groups = rn.load_sample("riverside").groups
    >>> week = rn.next_meetings(groups[groups["group_id"] == "g11"], at="2011-03-25")
    >>> week[["name", "starts_at"]].to_numpy().tolist()
    [['Eastmoor NA', Timestamp('2011-03-28 19:00:00+0100', tz='Europe/London')]]
    """
    days = whole_number(days, "days", 1)
    start = as_instant(at, tz)
    groups = ids_in(groups, ("group_id",), "groups")
    absent = [name for name in Group._fields if name not in groups.columns]
    if absent:
        raise SchemaError(GROUPS.absent_columns_message(absent, list(groups.columns)))
    found = sorted(
        coming_meetings(named_rows(groups, Group), start, days=int(days), tz=tz), key=lambda row: (row.starts_at, row.group_id)
    )
    columns = dict(zip(Meeting._fields, zip(*found, strict=True) if found else [()] * len(Meeting._fields), strict=True))
    kinds: dict[str, Any] = dict.fromkeys(Meeting._fields, "str") | {"online": "boolean"}
    kinds |= dict.fromkeys(("starts_at", "ends_at"), pd.DatetimeTZDtype("us", tz))
    return pd.DataFrame({name: _column(list(values), kinds[name]) for name, values in columns.items()})


def _column(values: list[Any], kind: Any) -> Any:
    return pd.array(values, dtype=kind) if isinstance(kind, str) else pd.DatetimeIndex(values, dtype=kind)  # type: ignore[call-overload]


class Meeting(NamedTuple):
    """One row of :func:`next_meetings`."""

    group_id: str
    name: str
    kind: str
    starts_at: dt.datetime
    ends_at: Any
    local_start: str
    timezone: str
    place: str | None
    area: str | None
    online: bool | None


def coming_meetings(groups: Iterable[Group], start: pd.Timestamp, *, days: int, tz: str) -> Iterator[Meeting]:
    """The meetings of groups from an instant on, for so many days; in the order of the groups."""
    first, last = start.to_pydatetime(), (start + pd.DateOffset(days=days)).to_pydatetime()
    here = _zone(tz, "")
    for group in groups:
        if (group.weekday is None and group.recurrence is None) or group.start_time is None or group.closed_temporarily is True:
            continue
        zone = _zone(group.timezone or tz, group.group_id)
        for moment in _moments_of(group, zone, first, last):
            if first <= moment < last and group.meets_at(moment):
                ends = None if group.duration_min is None else (moment + dt.timedelta(minutes=group.duration_min)).astimezone(here)
                clock = ":".join(group.start_time.split(":")[:2]).rjust(5, "0")
                yield Meeting(
                    group.group_id,
                    group.name,
                    group.kind,
                    moment.astimezone(here),
                    ends,
                    clock,
                    str(zone),
                    group.place,
                    group.area,
                    group.online,
                )


def _moments_of(group: Group, zone: ZoneInfo, first: dt.datetime, last: dt.datetime) -> tuple[dt.datetime, ...]:
    """Every meeting of a group whose local day lies between two instants, in UTC, as it falls on the clock there."""
    try:
        return _moments(group.recurrence, str(group.weekday), str(group.start_time), zone, first, last)
    except SchemaError as error:
        raise SchemaError(f"Group {group.group_id!r} does not say when it meets: {error}") from error


@lru_cache(maxsize=4096)
def _moments(
    recurrence: str | None, weekday: str, clock: str, zone: ZoneInfo, first: dt.datetime, last: dt.datetime
) -> tuple[dt.datetime, ...]:
    """The same by what is recorded of a group; many groups share a day and an hour."""
    hour, minute, *_ = (int(part) for part in clock.split(":"))
    days = _days(recurrence, weekday, first.astimezone(zone).date(), last.astimezone(zone).date())
    return tuple(_instant(dt.datetime.combine(day, dt.time(hour, minute)), zone) for day in days)


def _days(recurrence: str | None, weekday: str, day: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The days a group meets on, by its rule of recurrence, else by its weekday."""
    if recurrence is not None:
        yield from _recurrence_written(recurrence).days(day, last)
        return
    day += dt.timedelta(days=(WEEKDAYS.index(weekday) - day.weekday()) % 7)
    while day <= last:
        yield day
        day += dt.timedelta(days=7)


def _instant(local: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """A local time as an instant: the first of two, and the moment after the gap where the clock skips it."""
    instant = local.replace(tzinfo=zone).astimezone(dt.UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    return pd.Timestamp(local).tz_localize(zone, nonexistent="shift_forward").to_pydatetime().astimezone(dt.UTC)


@lru_cache(maxsize=256)
def _recurrence_written(text: str) -> Recurrence:
    return read_recurrence(text)


@lru_cache(maxsize=64)
def _zone_called(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _zone(name: str, group_id: str) -> ZoneInfo:
    try:
        return _zone_called(name)
    except (KeyError, ValueError, OSError) as error:
        raise SchemaError(
            f'Group {group_id!r} names the time zone {name!r}, which does not exist; write it as "Europe/London", or '
            "leave it empty."
        ) from error
