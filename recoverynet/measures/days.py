"""Calendar days in local time, as plain numbers that can be compared and subtracted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recoverynet.instants import as_window
from recoverynet.tables.record import RecoveryRecord, Window

_DAY = np.timedelta64(1, "D")
_EPOCH = pd.Timestamp("1970-01-01")


def local_days(instants: pd.Series) -> np.ndarray:
    """Local calendar day of every instant as days since 1970, NaN where it is missing."""
    local = instants.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
    days = (local.astype("datetime64[D]") - np.datetime64("1970-01-01", "D")) / _DAY
    return np.where(np.isnat(local), np.nan, days)


def days_within(window: Window | None) -> tuple[float, float]:
    """First and last day a half-open window holds from midnight to midnight, NaN without a window."""
    if window is None:
        return np.nan, np.nan
    first, end = local_days(pd.Series(list(window)))
    starts_late = window[0] != window[0].normalize()
    return float(first + starts_late), float(end - 1)


def resolved_window(record: RecoveryRecord, window: tuple[object, object] | None) -> Window | None:
    """The window asked for as instants of the record's time zone; by default the window of the record."""
    if window is None:
        return record.window
    return as_window(window, record.tz)


def midnight(day: float, tz: str) -> pd.Timestamp:
    """The local midnight at which a day counted since 1970 begins."""
    naive = (_EPOCH + pd.Timedelta(days=int(day))).as_unit("us")
    return naive.tz_localize(tz, ambiguous=True, nonexistent="shift_forward")
