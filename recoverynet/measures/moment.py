"""The day a client is looked at, the windows before it, and how the two are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.errors import TimeOrderError, UnknownPersonError
from recoverynet.ids import one_id
from recoverynet.instants import as_instant, as_length, require_day_of
from recoverynet.measures.record_index import Person, RecordIndex, to_us
from recoverynet.tables.record import RecoveryRecord

WINDOWS_BACK = 4
"""How many windows back a client page looks for ties that have gone quiet."""
QUARTER = pd.Timedelta(days=90)
_EPOCH = pd.Timestamp("1970-01-01")


@dataclass(frozen=True)
class Moment:
    """The day a client is looked at, and the windows before it.

    Attributes
    ----------
    at : pandas.Timestamp
    window : pandas.Timedelta
    """

    at: pd.Timestamp
    window: pd.Timedelta

    @cached_property
    def start(self) -> pd.Timestamp:
        """Where the window begins."""
        return self.at - self.window

    @cached_property
    def before(self) -> pd.Timestamp:
        """Where the window before it begins."""
        return self.at - 2 * self.window

    @cached_property
    def furthest(self) -> pd.Timestamp:
        """How far back ties that have gone quiet are looked for."""
        return self.at - WINDOWS_BACK * self.window

    def counts(self, times: list[int]) -> tuple[int, int]:
        """How many times lie in the window, and how many in the one before it."""
        start, before = to_us(self.start), to_us(self.before)
        return sum(time >= start for time in times), sum(before <= time < start for time in times)

    def days_since(self, instant: Any) -> float:
        """Local calendar days since an instant; NaN where there is none."""
        if instant is None or instant is pd.NaT:
            return np.nan
        then, now = (each.tz_localize(None).normalize() for each in (instant, self.at))
        return float((now - then).days)


def require_client(index: RecordIndex, client_id: object) -> Person:
    """What the record says of a client.

    Raises
    ------
    UnknownPersonError
        The record does not know the person, or knows them in another role.
    """
    client_id = one_id(client_id, "client_id")
    found = index.people.get(client_id)
    if found is None:
        clients = [person.person_id for person in index.people.values() if person.role == "client"]
        near = get_close_matches(client_id, clients[:5000], n=1, cutoff=0.8)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise UnknownPersonError(
            f"The record knows nobody called {client_id!r}; it holds {len(clients):,} clients, the first being "
            f"{', '.join(map(repr, clients[:3])) or 'none'}.{hint}"
        )
    if found.role != "client":
        raise UnknownPersonError(
            f"{client_id!r} stands in the record as {found.role}, not as client: a page is made for clients only."
        )
    return found


def moment_of(record: RecoveryRecord, at: object, window: object) -> Moment:
    """The moment asked about, in the time zone of the record.

    Raises
    ------
    TimeOrderError
        It lies before the record begins, or more than one window after it ends; or the window is shorter than a day.
    SchemaError
        Instant or window cannot be read.
    """
    length = as_length(window, "window")
    if length < pd.Timedelta(days=1):
        raise TimeOrderError(f"window must be a day or longer; got {window!r}.")
    instant = as_instant(at, record.tz)
    require_day_of(instant, record.window, length)
    return Moment(instant, length)
