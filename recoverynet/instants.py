"""Days and instants: one way in, always with a time zone, and one way to say them."""

from __future__ import annotations

import re

import pandas as pd

from recoverynet.errors import SchemaError

_ISO = re.compile(r"\s*\d{4}-\d{2}-\d{2}")


def as_instant(value: object, tz: object) -> pd.Timestamp:
    """Which instant is meant by a date, a text or a timestamp?

    Parameters
    ----------
    value : date, datetime, pandas.Timestamp or str
        Text is ISO 8601, such as ``2011-03-07`` or ``2011-03-07T19:30``. Naive values are local time in ``tz``; an hour
        that comes twice is its first occurrence, one that is skipped the first moment after it.
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
    """
    if isinstance(value, str) and not _ISO.match(value) or isinstance(value, int | float) and not pd.isna(value):
        raise SchemaError(f"{value!r} is not a date; write it as 2011-03-07 or 2011-03-07T19:30.")
    try:
        stamp = pd.Timestamp(value)  # type: ignore[arg-type]
    except (ValueError, TypeError) as error:
        raise SchemaError(f"{value!r} is not a date; write it as 2011-03-07 or 2011-03-07T19:30.") from error
    if stamp is pd.NaT:
        raise SchemaError("A date is missing where one is needed.")
    if stamp.tzinfo is None:
        return stamp.tz_localize(tz, ambiguous=True, nonexistent="shift_forward")
    return stamp.tz_convert(tz)


def day_in_words(instant: pd.Timestamp) -> str:
    """A day as 7 March 2011."""
    return f"{instant.day} {instant:%B %Y}"
