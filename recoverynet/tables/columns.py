"""Columns of text and of instants as they come, whatever type holds them, made what the tables hold."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.errors import RecoveryNetWarning, SchemaError

OFFSET_PATTERN = r"[ ]?(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)"
INSTANT_PATTERN = (
    r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}"
    rf"(?:[T ][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,9}})?)?(?:{OFFSET_PATTERN})?)?"
)
"""An ISO date, or date and time, with or without an offset, of the years 1000 to 2999."""
_WITH_OFFSET = f":[0-9.:]*(?:{OFFSET_PATTERN})$"


def stripped(raw: pd.Series) -> pd.Series:
    """Text without space around it, whole numbers without a point; empty text is missing."""
    missing = raw.isna()
    if missing.all():
        return pd.Series(np.nan, index=raw.index, dtype="str", name=raw.name)
    if pd.api.types.is_float_dtype(raw) and _all_whole(raw):
        raw = raw.astype("Float64").astype("Int64")
    text = raw.astype("str").str.strip()
    blank = missing | (text == "")
    return text.mask(blank).astype("str") if blank.any() else text


def _all_whole(raw: pd.Series) -> bool:
    known = raw.dropna().to_numpy(dtype=np.float64)
    return bool((np.isfinite(known) & (known == np.floor(known)) & (np.abs(known) < 2.0**53)).all())


def refuse(text: pd.Series, wrong: pd.Series, what: str) -> None:
    """Raise ValueError saying how many values are wrong, and the first of them."""
    if wrong.any():
        first = text[wrong].iloc[0]
        raise ValueError(f"{int(wrong.sum())} of {len(text)} values {what}, the first being {first!r}")


def instants_of_column(raw: pd.Series, what: str, tz: Any = None) -> pd.Series:
    """A column as instants with a time zone, whether pandas, Arrow or ISO text holds them; missing where nothing stands.

    Parameters
    ----------
    raw : pandas.Series
    what : str
        What the column is, for the message.
    tz : str or tzinfo, optional
        Zone in which naive instants are local, and that of the answer. Default: naive ones are refused, and the others keep
        their zone (UTC for text).

    Returns
    -------
    pandas.Series of datetime64[us, tz]

    Raises
    ------
    SchemaError
        Some are no dates; or naive, and no time zone is given.

    Examples
    --------
    >>> instants_of_column(pd.Series(["2011-03-07T12:00+00:00"]), "The dates").dt.hour.tolist()
    [12]
    """
    raw = _out_of_its_wrapping(raw)
    if isinstance(raw.dtype, pd.DatetimeTZDtype):
        answer: pd.Series = (raw if tz is None else raw.dt.tz_convert(tz)).dt.as_unit("us")
        return answer
    try:
        read = to_instants(raw, tz or "UTC")
    except (ValueError, TypeError) as error:
        raise SchemaError(f"{what} must hold instants, such as 2011-03-07T19:30+00:00: {error}.") from error
    text = stripped(raw)
    naive = text[text.notna() & ~text.str.contains(_WITH_OFFSET, regex=True, na=False)]
    if tz is None and len(naive):
        raise SchemaError(
            f"{what} must hold instants with a time zone; {len(naive):,} of {len(text):,} have none, the first being "
            f"{naive.iloc[0]!r}. Take the frame from a record, or give it a zone with .dt.tz_localize('Europe/London')."
        )
    return read


def to_instants(raw: pd.Series, tz: str) -> pd.Series:
    """Instants in a time zone, naive ones being local there; raises ValueError where some are no dates."""
    raw = _out_of_its_wrapping(raw)
    if isinstance(raw.dtype, pd.DatetimeTZDtype):
        answer: pd.Series = raw.dt.tz_convert(tz).dt.as_unit("us")
        return answer
    if pd.api.types.is_datetime64_dtype(raw):
        warn_of_gap(in_gap(raw.dt.as_unit("us"), tz), raw, tz)
        return _local(raw.dt.as_unit("us"), tz)
    if pd.api.types.is_numeric_dtype(raw) and raw.notna().any():
        raise ValueError("got numbers, which could be days, seconds or row numbers")
    instants = parse_instants(raw, tz)
    text = stripped(raw)
    refuse(text, text.notna() & instants.isna(), "cannot be read as dates")
    naive = _parsed(text.mask(text.str.contains(_WITH_OFFSET, regex=True, na=False)), utc=False)
    warn_of_gap(in_gap(naive, tz), text, tz)
    return instants


def _out_of_its_wrapping(raw: pd.Series) -> pd.Series:
    """Instants held as categories, as objects or by Arrow in pandas' own type."""
    if isinstance(raw.dtype, pd.CategoricalDtype):
        raw = raw.astype(raw.cat.categories.dtype)
    if pd.api.types.is_object_dtype(raw):
        raw = raw.infer_objects()
    kind = raw.dtype.pyarrow_dtype if isinstance(raw.dtype, pd.ArrowDtype) else None
    zone = getattr(kind, "tz", None)
    return raw if zone is None else raw.astype(pd.DatetimeTZDtype("us", zone))


def in_gap(naive: pd.Series, tz: str) -> pd.Series:
    """Which local times the clocks of a time zone skipped."""
    read = naive.dt.tz_localize(tz, ambiguous=np.ones(len(naive), dtype=bool), nonexistent="NaT")
    answer: pd.Series = naive.notna() & read.isna()
    return answer


def warn_of_gap(skipped: pd.Series, given: pd.Series, tz: str) -> None:
    """Say that some clock times never were, and what they were read as."""
    if skipped.any():
        warnings.warn(
            f"{int(skipped.sum()):,} local times of {str(given.name)!r} name an hour that the clocks of {tz} skipped, the first "
            f"being {str(given[skipped].iloc[0])}; each is read as the first moment after the gap. Give them an offset (+00:00) "
            "if another moment is meant.",
            RecoveryNetWarning,
            stacklevel=3,
        )


def parse_instants(raw: pd.Series, tz: str) -> pd.Series:
    """Instants of ISO text, NaT where it is none: with an offset that instant, without one local time in ``tz``."""
    text = stripped(raw)
    if text.isna().all():
        return pd.Series(pd.NaT, index=raw.index, dtype=pd.DatetimeTZDtype("us", tz), name=raw.name)
    text = text.where(text.str.fullmatch(INSTANT_PATTERN, na=False))
    text = text.str.replace(r"(\.[0-9]{6})[0-9]+", r"\1", regex=True)
    offset = text.str.contains(_WITH_OFFSET, regex=True, na=False)
    if offset.all():
        answer: pd.Series = _parsed(text, utc=True).dt.tz_convert(tz)
        return answer
    if not offset.any():
        return _local(_parsed(text, utc=False), tz)
    aware = _parsed(text.where(offset), utc=True).dt.tz_convert(tz)
    local = _local(_parsed(text.mask(offset), utc=False), tz)
    answer = aware.where(offset, local)
    return answer


def _parsed(text: pd.Series, *, utc: bool) -> pd.Series:
    return pd.to_datetime(text, format="ISO8601", utc=utc, errors="coerce").dt.as_unit("us")


def _local(naive: pd.Series, tz: str) -> pd.Series:
    """Local times in ``tz``: an hour that comes twice is its first occurrence, one that is skipped moves forward."""
    answer: pd.Series = naive.dt.tz_localize(tz, ambiguous=np.ones(len(naive), dtype=bool), nonexistent="shift_forward")
    return answer
