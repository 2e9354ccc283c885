"""Days and instants: one way in, always with a time zone, and one way to say them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import Any

import pandas as pd
from pandas.api.typing import NaTType

from recoverynet.errors import RecoveryNetWarning, SchemaError, TimeOrderError

_ISO = re.compile(r"\s*\d{4}-\d{2}-\d{2}")


def as_instant(value: object, tz: Any) -> pd.Timestamp:
    """Which instant is meant by a date, a text or a timestamp?

    Parameters
    ----------
    value : date, datetime, pandas.Timestamp or str
        Text is ISO 8601, such as ``2011-03-07`` or ``2011-03-07T19:30``. Naive values are local time in ``tz``; an hour
        that comes twice is its first occurrence, one that is skipped the first moment after it, with a warning.
    tz : str or tzinfo
        Time zone of the answer.

    Returns
    -------
    pandas.Timestamp
        Tz-aware.

    Raises
    ------
    SchemaError
        The value is missing or not a date.

    Warns
    -----
    RecoveryNetWarning
        The clocks of ``tz`` skipped the hour.
    """
    if isinstance(value, str) and not _ISO.match(value) or isinstance(value, int | float) and not pd.isna(value):
        raise SchemaError(f"{value!r} is not a date; write it as 2011-03-07 or 2011-03-07T19:30.")
    try:
        stamp: pd.Timestamp | NaTType = pd.Timestamp(value)  # type: ignore[arg-type]
    except (ValueError, TypeError) as error:
        raise SchemaError(f"{value!r} is not a date; write it as 2011-03-07 or 2011-03-07T19:30.") from error
    if isinstance(stamp, NaTType):
        raise SchemaError("A date is missing where one is needed.")
    if stamp.tzinfo is None:
        if stamp.tz_localize(tz, ambiguous=True, nonexistent="NaT") is pd.NaT:
            warnings.warn(
                f"{stamp} names an hour that the clocks of {tz} skipped; it is read as the first moment after the gap.",
                RecoveryNetWarning,
                stacklevel=2,
            )
        answer: pd.Timestamp = stamp.tz_localize(tz, ambiguous=True, nonexistent="shift_forward")
        return answer
    return stamp.tz_convert(tz)


def as_length(value: object, name: str) -> pd.Timedelta:
    """How long a time is meant by a text or a timedelta?

    Parameters
    ----------
    value : str, datetime.timedelta or pandas.Timedelta
        Text names its unit, such as ``"90D"`` or ``"12h"``: a bare number could be days, hours or anything else.
    name : str
        What the length is called, for the message.

    Returns
    -------
    pandas.Timedelta
        Longer than nothing.

    Raises
    ------
    SchemaError
        The value is not a length of time, has no unit, or is not longer than nothing.
    """
    wrong = f"{name} must be a length of time with its unit, such as '90D'; got {value!r}."
    if isinstance(value, str) and not re.search(r"[A-Za-z:]", value) or isinstance(value, int | float):
        raise SchemaError(wrong)
    try:
        length = pd.Timedelta(value)  # type: ignore[arg-type]
    except (ValueError, TypeError) as error:
        raise SchemaError(wrong) from error
    if pd.isna(length) or not length > pd.Timedelta(0):
        raise SchemaError(f"{name} must be longer than nothing; got {value!r}.")
    return length


def as_window(value: object, tz: object) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Which half-open window [start, end) is meant by a pair of instants?

    Raises
    ------
    SchemaError
        The value is not a pair of dates.
    TimeOrderError
        It does not end after it starts.
    """
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) != 2:
        raise SchemaError(f"A window is a pair of dates (start, end), such as ('2011-03-01', '2011-04-01'); got {value!r}.")
    start, end = (as_instant(bound, tz) for bound in value)
    if not start < end:
        raise TimeOrderError(f"The window must end after it starts; it runs from {start} to {end}.")
    return start, end


def require_day_of(instant: pd.Timestamp, window: tuple[pd.Timestamp, pd.Timestamp] | None, slack: pd.Timedelta) -> None:
    """Refuse a day of which a record over a window can say nothing.

    Raises
    ------
    TimeOrderError
        There is no window, or the day lies before it or more than ``slack`` after it.
    """
    if window is None:
        raise TimeOrderError("The record holds no dated row, so nothing can be said about any day.")
    start, end = window
    if not start <= instant <= end + slack:
        where = "before it" if instant < start else f"more than {slack.days} days after it"
        raise TimeOrderError(
            f"The record runs from {day_in_words(start)} to {day_in_words(end - pd.Timedelta(microseconds=1))}, and "
            f"{day_in_words(instant)} lies {where}. Ask about a day of the record, or read in newer entries."
        )


def day_in_words(instant: pd.Timestamp) -> str:
    """A day as 7 March 2011."""
    return f"{instant.day} {instant:%B %Y}"
