"""When and where groups of the recovery community meet, against where clients live."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recoverynet.errors import NotEstimableError
from recoverynet.instants import as_window
from recoverynet.measures.days import resolved_window
from recoverynet.measures.meetings import WEEKDAYS, next_meetings
from recoverynet.tables.layouts import RECOVERY_GROUP_KINDS
from recoverynet.tables.period import observed_within
from recoverynet.tables.record import RecoveryRecord, require_record

WEEKS = 4
EVENING = 17
USING = "using"


def meetings_listed(record: RecoveryRecord, *, window: tuple[object, object] | None = None) -> pd.DataFrame:
    """Which meetings of recovery groups were on the list in the last four weeks of a period?

    Parameters
    ----------
    record : RecoveryRecord
        Its ``groups``: those of mutual aid, recovery cafés, recovery communities and peer support whose norm is not using.
    window : (start, end), optional
        Half-open period. Default: the window of the record.

    Returns
    -------
    pandas.DataFrame
        One row a meeting, in order of time: ``group_id``, ``kind``, ``area``, ``online``, ``weekday`` (``"monday"`` …),
        ``hour`` (0 to 23, on the clock of the place), ``starts_at``.

    Raises
    ------
    NotEstimableError
        Nothing on the record is dated and no window is given.
    TimeOrderError
        The window does not end after it starts.

    Notes
    -----
    What is listed, not what was gone to. Four weeks hold every weekly meeting four times, and most monthly ones once. Groups
    without a weekday or a time meet by appointment and are left out.

    Examples
    --------
    >>> import recoverynet as rn
    >>> meetings = rn.meetings_listed(rn.load_sample("five_people"))
    >>> meetings[["group_id", "weekday", "hour"]].drop_duplicates().to_numpy().tolist()
    [['g1', 'tuesday', 19]]
    """
    require_record(record, "meetings_listed()")
    period = resolved_window(record, window)
    if period is None:
        raise NotEstimableError("Nothing on the record is dated: give window=(start, end) to say when meetings are looked for.")
    groups = record.groups
    groups = groups[groups["kind"].isin(RECOVERY_GROUP_KINDS) & ~(groups["norm"] == USING).fillna(False).astype(bool)]
    start = as_window((period[1] - pd.DateOffset(days=7 * WEEKS), period[1]), record.tz)[0]
    found = next_meetings(groups, at=start, days=7 * WEEKS, tz=record.tz)
    day = found["starts_at"].dt.day_of_week.map(dict(enumerate(WEEKDAYS))).astype("str")
    hour = found["local_start"].str.slice(0, 2).astype(float).astype("Int64")
    kept = found[["group_id", "kind", "area", "online", "starts_at"]]
    return kept.assign(weekday=day, hour=hour)[["group_id", "kind", "area", "online", "weekday", "hour", "starts_at"]]


def meeting_coverage(record: RecoveryRecord, *, window: tuple[object, object] | None = None) -> pd.DataFrame:
    """Where do clients live, and how many meetings of recovery groups a week are near them?

    Parameters
    ----------
    record : RecoveryRecord
    window : (start, end), optional
        Half-open period: clients under observation in it, meetings of its last four weeks. Default: the window of the record.

    Returns
    -------
    pandas.DataFrame
        One row an area of a client or a meeting, by the alphabet, ``"not recorded"`` last; fresh row index. Columns:

        - ``area``.
        - ``n_clients``: clients under observation in the period who live there.
        - ``per_week``: meetings a week there that can be gone to, of any kind; ``per_week_<kind>`` of each of the four kinds.
        - ``n_weekdays``: days of the week (0 to 7) with such a meeting.
        - ``per_week_evening``: meetings a week from 17:00 on or at a weekend, when people in work can go.
        - ``clients_per_meeting``: n_clients / per_week, NaN where there is no meeting.

    Raises
    ------
    NotEstimableError
        Nothing on the record is dated and no window is given.
    TimeOrderError
        The window does not end after it starts.

    Notes
    -----
    Areas are compared by their names as written. Meetings that can only be joined online stand near nobody and everybody,
    and are not in here: :func:`meetings_listed` has them. A meeting over the boundary may be nearer than one within it.

    Examples
    --------
    >>> import recoverynet as rn
    >>> coverage = rn.meeting_coverage(rn.load_sample("riverside"))
    >>> coverage.loc[coverage["area"] == "Quayside", ["n_clients", "per_week", "n_weekdays"]].to_numpy().tolist()
    [[127.0, 5.0, 4.0]]
    """
    meetings = meetings_listed(record, window=window)
    meetings = meetings[~only_online(record, meetings)]
    people = record.people
    clients = people[(people["role"] == "client") & observed_within(people, resolved_window(record, window))]
    lives, held = clients["area"].fillna(NOWHERE), meetings["area"].fillna(NOWHERE)
    areas = sorted({*lives, *held}, key=lambda name: (name == NOWHERE, name.casefold()))
    late = (meetings["hour"] >= EVENING) | meetings["weekday"].isin(WEEKDAYS[5:])
    rows = {
        "n_clients": lives.value_counts().reindex(areas, fill_value=0),
        "per_week": _a_week(held, areas),
        **{f"per_week_{kind}": _a_week(held[meetings["kind"] == kind], areas) for kind in RECOVERY_GROUP_KINDS},
        "n_weekdays": meetings["weekday"].groupby(held).nunique().reindex(areas, fill_value=0),
        "per_week_evening": _a_week(held[late.to_numpy(dtype=bool)], areas),
    }
    frame = pd.DataFrame(rows, index=pd.Index(areas, name="area")).reset_index()
    ratio = frame["n_clients"] / frame["per_week"].where(frame["per_week"] > 0, np.nan)
    return frame.assign(clients_per_meeting=ratio)


NOWHERE = "not recorded"


def only_online(record: RecoveryRecord, meetings: pd.DataFrame) -> np.ndarray:
    """Which meetings nobody can go to: online, and not said to be in person as well."""
    there = record.groups.set_index("group_id")["in_person"].reindex(meetings["group_id"])
    online = meetings["online"].fillna(False).to_numpy(dtype=bool)
    answer: np.ndarray = online & ~there.fillna(False).to_numpy(dtype=bool)
    return answer


def _a_week(areas: pd.Series, order: list[str]) -> pd.Series:
    return areas.value_counts().reindex(order, fill_value=0) / WEEKS
