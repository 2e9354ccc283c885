"""When groups meet next, in local time, whatever the clocks do."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.instants import as_instant
from recoverynet.measures.around_client import flag
from recoverynet.tables.layouts import GROUPS

WEEKDAYS = GROUPS["weekday"].choices
COLUMNS = ("group_id", "name", "kind", "starts_at", "ends_at", "local_start", "timezone", "place", "area", "online")


def next_meetings(groups: pd.DataFrame, *, at: object, days: int = 7, tz: str = "Europe/London") -> pd.DataFrame:
    """When and where does each group meet in the coming days?

    Parameters
    ----------
    groups : pandas.DataFrame
        As ``record.groups``: one weekly meeting a row, with ``weekday``, ``start_time`` (HH:MM, local) and
        ``timezone``.
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
        ``at`` or ``tz`` cannot be read, ``days`` is below 1, or a group names a time zone that does not exist.

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
    if isinstance(days, bool) or not isinstance(days, int | np.integer) or days < 1:
        raise SchemaError(f"days must be a whole number, 1 or more; got {days!r}.")
    start = as_instant(at, tz)
    end = start + pd.DateOffset(days=int(days))
    rows = groups[groups["weekday"].notna() & groups["start_time"].notna() & ~flag(groups["closed_temporarily"], True)]
    zones = rows["timezone"].fillna(tz) if len(rows) else rows["timezone"]
    parts = [_meetings_of(part, start, end, _zone(str(zone), part)) for zone, part in rows.groupby(zones, sort=True)]
    found = pd.concat(parts, ignore_index=True) if parts else rows.assign(starts_at=[], local_start=[], zone=[])
    starts = pd.to_datetime(found["starts_at"], utc=True).dt.tz_convert(tz).dt.as_unit("us")
    ends = starts + pd.to_timedelta(found["duration_min"], unit="min").astype("timedelta64[us]")
    found = found.assign(starts_at=starts, ends_at=ends, timezone=found["zone"])
    begun = ~(found["valid_from"] > found["starts_at"]) & ~(found["valid_to"] <= found["starts_at"])
    return found[begun].sort_values(["starts_at", "group_id"], ignore_index=True)[list(COLUMNS)]


def meets_at(groups: pd.DataFrame, at: pd.Timestamp) -> np.ndarray:
    """Which groups are going at a date: begun, not over and not closed for the time being."""
    begun = ~(groups["valid_from"] > at) & ~(groups["valid_to"] <= at)
    return begun.to_numpy(dtype=bool) & ~flag(groups["closed_temporarily"], True)


def _zone(name: str, groups: pd.DataFrame) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        which = ", ".join(groups["group_id"].astype("str").head(3))
        raise SchemaError(
            f"{len(groups)} groups (the first: {which}) name the time zone {name!r}, which does not exist; write it as "
            '"Europe/London", or leave it empty.'
        ) from error


def _meetings_of(groups: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, zone: ZoneInfo) -> pd.DataFrame:
    """Meetings in [start, end) of groups that share a time zone; ``starts_at`` in UTC."""
    first = start.tz_convert(zone).tz_localize(None).normalize()
    last = end.tz_convert(zone).tz_localize(None).normalize()
    days = pd.date_range(first, last, freq="D")
    weekday = groups["weekday"].map({name: i for i, name in enumerate(WEEKDAYS)}).to_numpy()
    group, day = np.nonzero(weekday[:, None] == days.day_of_week.to_numpy()[None, :])
    clock = pd.to_timedelta(groups["start_time"].str.replace(r"^(\d{1,2}:\d{2})$", r"\1:00", regex=True))
    naive = pd.Series(days[day].to_numpy() + clock.to_numpy()[group])
    local = naive.dt.tz_localize(zone, ambiguous=np.ones(len(naive), dtype=bool), nonexistent="shift_forward")
    found = groups.iloc[group].assign(
        starts_at=local.dt.tz_convert("UTC").to_numpy(), local_start=naive.dt.strftime("%H:%M").to_numpy(), zone=str(zone)
    )
    return found[((local >= start) & (local < end)).to_numpy()]
