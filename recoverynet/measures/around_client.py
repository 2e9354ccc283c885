"""The rows around one client: contacts, who was there as a person, who goes to which group."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

import numpy as np
import pandas as pd

from recoverynet.errors import TimeOrderError, UnknownPersonError
from recoverynet.instants import as_instant, as_length, day_in_words
from recoverynet.measures.recovery_contacts import PERSONAL_KINDS
from recoverynet.tables.layouts import RECOVERY_GROUP_KINDS
from recoverynet.tables.record import RecoveryRecord

WINDOWS_BACK = 4
"""How many windows back a client page looks for ties that have gone quiet."""
ACTIVE_WITHIN = "42D"
"""Who took part in the last six weeks goes to a group at present."""
_OCCASION = ["occasion_id", "started_at", "kind", "group_id", "setting"]


def require_client(record: RecoveryRecord, client_id: object) -> pd.Series:
    """The row of a client in the table of people.

    Raises
    ------
    UnknownPersonError
        The record does not know the person, or knows them in another role.
    """
    people = record.people
    found = people[people["person_id"] == str(client_id)]
    if found.empty:
        clients = people.loc[people["role"] == "client", "person_id"]
        near = get_close_matches(str(client_id), clients.tolist(), n=1, cutoff=0.8) if len(clients) < 2000 else []
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise UnknownPersonError(
            f"The record knows nobody called {client_id!r}; it holds {len(clients):,} clients, the first being "
            f"{', '.join(map(repr, clients[:3])) or 'none'}.{hint}"
        )
    row = found.iloc[0]
    if row["role"] != "client":
        raise UnknownPersonError(
            f"{client_id!r} stands in the record as {row['role']}, not as client: a page is made for clients only."
        )
    return row


def require_within(record: RecoveryRecord, at: object, window: pd.Timedelta) -> pd.Timestamp:
    """The instant asked about, in the time zone of the record.

    Raises
    ------
    TimeOrderError
        It lies before the record begins, or more than one window after it ends.
    """
    instant = as_instant(at, record.tz)
    if record.window is None:
        raise TimeOrderError("The record holds no dated row, so nothing can be said about any day.")
    start, end = record.window
    if not start <= instant <= end + window:
        last = end - pd.Timedelta(microseconds=1)
        raise TimeOrderError(
            f"The record runs from {day_in_words(start)} to {day_in_words(last)}, and {day_in_words(instant)} lies "
            f"{'before it' if instant < start else f'more than {window.days} days after it'}. Ask about a day of the "
            "record, or read in newer entries."
        )
    return instant


def window_length(window: object) -> pd.Timedelta:
    """The length of the window, one day or more."""
    length = as_length(window, "window")
    if length < pd.Timedelta(days=1):
        raise TimeOrderError(f"window must be a day or longer; got {window!r}.")
    return length


def occasions_with(record: RecoveryRecord, people: Collection[str], start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Every occasion of some people in [start, end): person_id, part and the columns of the occasion, in order of time."""
    there = record.participation[record.participation["person_id"].isin(list(people))]
    begun = record.occasions["started_at"]
    held = record.occasions.loc[(begun >= start) & (begun < end), _OCCASION]
    rows = there[["occasion_id", "person_id", "part"]].merge(held, on="occasion_id")
    return rows.sort_values(["started_at", "occasion_id", "person_id"], ignore_index=True)


def is_personal(occasions: pd.DataFrame) -> pd.Series:
    """Whether people met there as persons: neither a meeting nor any other occasion of a group."""
    return occasions["kind"].isin(PERSONAL_KINDS) & occasions["group_id"].isna()


def met_in_person(record: RecoveryRecord, mine: pd.DataFrame) -> pd.DataFrame:
    """Whom people met as persons: ``mine`` with ``other_id`` and ``other_part``, one row a person, occasion and other.

    Parameters
    ----------
    record : RecoveryRecord
    mine : pandas.DataFrame
        As :func:`occasions_with` gives.
    """
    personal = mine[is_personal(mine)]
    rows = record.participation[record.participation["occasion_id"].isin(personal["occasion_id"].unique())]
    others = rows[["occasion_id", "person_id", "part"]].rename(columns={"person_id": "other_id", "part": "other_part"})
    pairs = personal.merge(others, on="occasion_id")
    return pairs[pairs["person_id"] != pairs["other_id"]].reset_index(drop=True)


def group_activity(occasions: pd.DataFrame) -> pd.DataFrame:
    """Who was at which group, how often and when last: person_id, group_id, n, last; ``occasions`` as above."""
    held = occasions[occasions["group_id"].notna()]
    grouped = held.groupby(["person_id", "group_id"], as_index=False)["started_at"]
    return grouped.agg(["count", "max"]).rename(columns={"count": "n", "max": "last"})


def recovery_group(groups: pd.DataFrame) -> np.ndarray:
    """Which groups make up the recovery community: of such a kind, and not with a using norm."""
    return (groups["kind"].isin(RECOVERY_GROUP_KINDS) & ~(groups["norm"] == "using")).to_numpy(dtype=bool)


def present(people: pd.DataFrame, at: pd.Timestamp) -> pd.Series:
    """Who has not left by an instant."""
    return ~(people["left_on"] <= at)


def flag(values: pd.Series, wanted: bool) -> np.ndarray:
    """Where a flag is recorded and is as wanted; a missing one is neither true nor false."""
    return values.eq(wanted).fillna(False).to_numpy(dtype=bool)
