"""How a report speaks: numbers, shares, dates and codes in plain British English."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import pandas as pd

from recoverynet.readable import true_minus

HIDDEN = "*"
"""In a cell of a table or on a figure, which say below them what it means; a sentence says :data:`HIDDEN_NUMBER`."""
HIDDEN_NUMBER = "a hidden number"
NO_DENOMINATOR = "–"

WORDS = {
    "opiate_crack": "Opiates or crack",
    "other": "Other",
    "client": "Clients",
    "peer": "Peers",
    "worker": "Workers",
    "family": "Family members",
    "community": "Community members",
    "using": "Using",
    "reduced": "Reduced use",
    "ost_stable": "Stable on OST",
    "abstinent": "Abstinent",
    "in_recovery": "In recovery",
    "unknown": "Not known",
    "offered": "Offered a group",
    "discussed": "Discussed it",
    "accepted": "Said yes",
    "declined": "Said no",
    "withdrawn": "Called off",
    "introduced": "Introduced by someone",
    "attended": "Attended once",
    "repeated": "Attended again",
    "involved": "Became involved",
    "stopped": "Stopped going",
    "mutual_aid": "Mutual aid",
    "recovery_cafe": "Recovery café",
    "recovery_community": "Recovery community",
    "peer_support": "Peer support",
    "treatment": "Treatment",
    "self": "Self-report",
    "external": "External source",
    "perceived": "Seen by another",
    "quality_of_life": "Quality of life",
    "substance": "Main substance",
    "sex": "Sex",
    "age_band": "Age band",
    "one_to_one": "One to one",
    "F": "Female",
    "M": "Male",
    "f": "Female",
    "m": "Male",
    "ost": "OST",
}
"""Codes whose reading is not plain from the code itself; the others lose their underscores."""


NOT_RECORDED = "Not recorded"
"""How anything missing reads."""
_RANGE = re.compile(r"(?<=\d)-(?=\d)")


def label(code: object) -> str:
    """A code as a reader would say it: ``"opiate_crack"`` as Opiates or crack, missing as Not recorded.

    Parameters
    ----------
    code : object
        A code of the record; anything missing reads "Not recorded".

    Returns
    -------
    str
    """
    if code is None or (isinstance(code, float) and math.isnan(code)) or code is pd.NA:
        return NOT_RECORDED
    text = str(code)
    spoken = WORDS.get(text, _RANGE.sub("–", text.replace("_", " ")))
    return spoken[:1].upper() + spoken[1:]


def number(value: float) -> str:
    """A count with thousands separated; ``*`` where it is hidden."""
    return HIDDEN if math.isnan(value) else f"{value:,.0f}"


def percent(share: float, *, of: float = math.nan, digits: int = 0) -> str:
    """A share as a whole per cent; ``*`` where it is hidden, a dash where the denominator is known to be 0.

    Parameters
    ----------
    share : float
        Between 0 and 1, NaN where it cannot be told.
    of : float
        The denominator, to tell a hidden share from one that does not exist.
    digits : int
        Digits after the point.

    Returns
    -------
    str

    Examples
    --------
    >>> percent(0.347), percent(0.002), percent(float("nan")), percent(float("nan"), of=0)
    ('35%', 'under 1%', '*', '–')
    """
    if math.isnan(share):
        return NO_DENOMINATOR if of == 0 else HIDDEN
    step = 10.0**-digits
    if 0 < share * 100 < step / 2:
        return f"under {step:.{digits}f}%"
    if 100 - step / 2 <= share * 100 < 100:
        return f"over {100 - step:.{digits}f}%"
    return f"{share * 100:.{digits}f}%"


def interval(low: float, high: float) -> str:
    """Two shares as a range, ``23% to 30%``; ``*`` where it is hidden."""
    if math.isnan(low) or math.isnan(high):
        return HIDDEN
    return f"{low * 100:.0f}% to {high * 100:.0f}%"


def n_of(count: float, total: float, noun: str = "") -> str:
    """A count, what it is out of, and the share.

    Examples
    --------
    >>> n_of(52, 650), n_of(float("nan"), 650, "clients")
    ('52 of 650 (8%)', '* of 650 clients')
    """
    text = f"{number(count)} of {number(total)}{' ' if noun else ''}{noun}"
    return text if math.isnan(count) or math.isnan(total) or total == 0 else f"{text} ({percent(count / total)})"


def said_of(count: float, total: float, noun: str = "", *, share: bool = True) -> str:
    """The same as :func:`n_of` for a sentence, which tells in words what it cannot tell in figures; the share if wanted.

    Examples
    --------
    >>> said_of(52, 650, "clients"), said_of(float("nan"), 650, "clients")
    ('52 of 650 clients (8%)', 'a hidden number of 650 clients')
    >>> said_of(5, float("nan"), "clients"), said_of(float("nan"), float("nan"), "clients")
    ('5 of a hidden number of clients', 'a hidden number of clients')
    """
    if not math.isnan(count + total):
        return n_of(count, total, noun) if share else f"{number(count)} of {number(total)}{' ' if noun else ''}{noun}"
    of_noun = f" of {noun}" if noun else ""
    if not math.isnan(count):
        return f"{number(count)} of {HIDDEN_NUMBER}{of_noun}"
    return HIDDEN_NUMBER + (of_noun if math.isnan(total) else f" of {number(total)}{' ' if noun else ''}{noun}")


def decimal(value: float, digits: int = 1) -> str:
    """A mean or median with a fixed number of digits, a true minus sign, and ``*`` where it is hidden."""
    if math.isnan(value):
        return HIDDEN
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else true_minus(text)


def day(instant: pd.Timestamp) -> str:
    """A day as 7 March 2011."""
    return f"{instant.day} {instant:%B %Y}"


def period(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """A half-open window as its first and last day.

    Examples
    --------
    >>> period(pd.Timestamp("2011-01-01"), pd.Timestamp("2011-07-01"))
    '1 January 2011 to 30 June 2011'
    """
    last = end - pd.Timedelta(microseconds=1)
    return day(start) if start.date() == last.date() else f"{day(start)} to {day(last)}"


def short_period(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """A half-open window in months where it is whole months: ``Jan–Mar 2011``; else its days."""
    last = end - pd.Timedelta(microseconds=1)
    whole = start.is_month_start and (last + pd.Timedelta(days=1)).is_month_start
    if start.date() == last.date():
        return f"{start.day} {start:%b %Y}"
    if not whole:
        years = f" {start.year}" if start.year != last.year else ""
        return f"{start.day} {start:%b}{years} – {last.day} {last:%b %Y}"
    if (start.year, start.month) == (last.year, last.month):
        return f"{start:%b %Y}"
    return f"{start:%b}–{last:%b %Y}" if start.year == last.year else f"{start:%b %Y} – {last:%b %Y}"


def listed(items: Sequence[str], joint: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    items = list(items)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {joint} {items[-1]}" if items else ""


def plural(count: float, noun: str, nouns: str | None = None) -> str:
    """For a sentence: ``1 client``, ``12 clients``, ``a hidden number of clients``."""
    told = f"{HIDDEN_NUMBER} of" if math.isnan(count) else number(count)
    return f"{told} {noun if count == 1 else nouns or noun + 's'}"


def lower_first(text: str) -> str:
    """The text with a small first letter, unless its first word is an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
