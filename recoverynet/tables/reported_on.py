"""Whom a report is about: the one rule by which a record becomes that of an area, a provider or a list of clients."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from recoverynet.errors import NotEstimableError, SchemaError, UnknownPersonError
from recoverynet.instants import as_instant
from recoverynet.tables.consent import without_people
from recoverynet.tables.record import RecoveryRecord, Window
from recoverynet.untrusted.opening import MOST_SETTINGS_BYTES, read_text

ID_COLUMN = "person_id"
_NAMED = 12


@dataclass(frozen=True, eq=False)
class ReportedOn:
    """The record of those a report is about, and how they were chosen.

    Attributes
    ----------
    record : RecoveryRecord
        Holding the clients chosen, everybody of another role in touch with them, and the contacts among these.
    area, provider : str or None
        What was asked for.
    listed : bool
        Whether a list of clients was given; the list itself is not kept.
    """

    record: RecoveryRecord
    area: str | None = None
    provider: str | None = None
    listed: bool = False

    @property
    def is_everybody(self) -> bool:
        """Whether nobody was chosen, so that the report is about all clients."""
        return self.area is None and self.provider is None and not self.listed


def reported_on(
    record: RecoveryRecord,
    *,
    window: tuple[object, object] | None = None,
    area: str | None = None,
    provider: str | None = None,
    clients: Iterable[str] | None = None,
) -> ReportedOn:
    """What would a record hold that was kept about some of the clients only?

    Parameters
    ----------
    record : RecoveryRecord
    window : (start, end), optional
        Period in which a treatment by the provider counts. Default: that of the record.
    area : str, optional
        Clients whose ``area`` this is.
    provider : str, optional
        Clients in treatment with this provider on any day of the period. Their other treatments stay.
    clients : iterable of str, optional
        Ids of clients.

    Returns
    -------
    ReportedOn

    Raises
    ------
    SchemaError
        There is no such area or provider, the list is empty or no list, or somebody on it is no client.
    UnknownPersonError
        An id is not on the record.
    NotEstimableError
        No client is all of what was asked for.

    Notes
    -----
    Whoever is not chosen stands nowhere, as if they had never been recorded: other clients, and people of another role
    who neither took part in a contact with a client chosen nor stand beside a fact about one. Groups stay. The window
    stays that of the record, so that an area is reported on over the same time as the whole. Choosing twice is choosing
    once.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.tables.reported_on import reported_on
    >>> chosen = reported_on(rn.load_sample("five_people"), clients=["ben"])
    >>> chosen.record.people.loc[chosen.record.people["role"] == "client", "person_id"].tolist()
    ['ben']
    """
    if area is None and provider is None and clients is None:
        return ReportedOn(record)
    if record.away is not None:
        raise SchemaError(
            "area, provider and clients choose who took part in which contact, and the contacts of this record are not in memory. "
            "Read it with read_record(folder), or leave them out."
        )
    ids = record.people.loc[record.people["role"] == "client", "person_id"]
    kept = set(ids)
    if area is not None:
        kept &= _in_area(record, area)
    if provider is not None:
        kept &= _with_provider(record, provider, window)
    if clients is not None:
        kept &= _listed(record, clients, set(ids))
    if not kept:
        raise NotEstimableError(
            f"There is no client to report on: {_asked(area, provider, clients is not None)}. Ask for fewer of these."
        )
    return ReportedOn(_about(record, kept), area, provider, clients is not None)


def read_clients(path: str | Path) -> list[str]:
    """Ids from a file: a CSV table with the column ``person_id``, or one id a line.

    Raises
    ------
    SchemaError
        The file holds no id, or several columns of which none is ``person_id``.
    """
    rows = [
        [cell.strip() for cell in row]
        for row in csv.reader(read_text(Path(path), most=MOST_SETTINGS_BYTES).lstrip("\ufeff").splitlines())
    ]
    rows = [row for row in rows if any(row)]
    if rows and ID_COLUMN in rows[0]:
        place = rows[0].index(ID_COLUMN)
        ids = [row[place] for row in rows[1:] if len(row) > place and row[place]]
    elif any(len(row) > 1 for row in rows):
        raise SchemaError(
            f"The list of clients {str(path)!r} has several columns and none is called {ID_COLUMN!r}. Name the column of ids "
            f"{ID_COLUMN!r}, or write one id a line."
        )
    else:
        ids = [row[0] for row in rows]
    if not ids:
        raise SchemaError(f"The list of clients {str(path)!r} holds no id. Write one id a line, or a column {ID_COLUMN!r}.")
    return list(dict.fromkeys(ids))


def _asked(area: str | None, provider: str | None, listed: bool) -> str:
    parts = ([f"area {area!r}"] if area is not None else []) + ([f"provider {provider!r}"] if provider is not None else [])
    parts += ["the list of clients"] if listed else []
    return f"nobody fits {' and '.join(parts)}" + (" in the period" if provider is not None else "")


def _in_area(record: RecoveryRecord, area: str) -> set[str]:
    own = record.people[record.people["role"] == "client"]
    _require_known(area, own["area"], "area", "no client has an area on record")
    return set(own.loc[(own["area"] == area).to_numpy(dtype=bool, na_value=False), "person_id"])


def _with_provider(record: RecoveryRecord, provider: str, window: tuple[object, object] | None) -> set[str]:
    episodes = record.episodes
    _require_known(provider, episodes["provider"], "provider", "no treatment has a provider on record")
    theirs = episodes[(episodes["provider"] == provider).to_numpy(dtype=bool, na_value=False)]
    bounds = record.window if window is None else (as_instant(window[0], record.tz), as_instant(window[1], record.tz))
    return set(theirs.loc[_open_within(theirs, bounds), "person_id"])


def _open_within(episodes: pd.DataFrame, window: Window | None) -> pd.Series:
    if window is None:
        return pd.Series(True, index=episodes.index)
    return ~((episodes["started_on"] >= window[1]) | (episodes["ended_on"] < window[0]))


def _require_known(name: object, values: pd.Series, what: str, none: str) -> None:
    known = sorted(values.dropna().unique())
    if name in known:
        return
    if not known:
        raise SchemaError(f"There is no {what} {name!r}: {none}.")
    alike = {other.casefold(): other for other in known}
    near = [alike[other] for other in get_close_matches(str(name).casefold(), list(alike), n=3, cutoff=0.6)]
    told = f"Did you mean {' or '.join(map(repr, near))}?" if near else f"There are {', '.join(map(repr, known[:_NAMED]))}"
    more = "" if near else f" and {len(known) - _NAMED:,} more." if len(known) > _NAMED else "."
    raise SchemaError(f"There is no {what} {name!r} on the record. {told}{more}")


def _listed(record: RecoveryRecord, clients: Iterable[str], ids: set[str]) -> set[str]:
    if isinstance(clients, str):
        raise SchemaError(f"clients is a list of ids, not one text; for a file use read_clients({clients!r}).")
    wanted = [str(each) for each in clients]
    if not wanted:
        raise SchemaError("The list of clients is empty. Leave it out to report on all clients.")
    everybody = set(record.people["person_id"])
    unknown = [each for each in wanted if each not in everybody]
    if unknown:
        raise UnknownPersonError(
            f"{len(unknown)} of {len(wanted)} ids on the list of clients are not on the record, the first being "
            f"{', '.join(map(repr, unknown[:3]))}. Use the ids of the table people."
        )
    others = [each for each in wanted if each not in ids]
    if others:
        raise SchemaError(
            f"{len(others)} of {len(wanted)} ids on the list of clients are of people of another role, the first being "
            f"{', '.join(map(repr, others[:3]))}. A report is about clients."
        )
    return set(wanted)


def _about(record: RecoveryRecord, kept: set[str]) -> RecoveryRecord:
    """The record without other clients, and without people of another role who are not in touch with those kept."""
    taking_part = record.participation
    theirs = taking_part.loc[taking_part["person_id"].isin(kept), "occasion_id"]
    near = set(taking_part.loc[taking_part["occasion_id"].isin(theirs), "person_id"])
    for name, about, beside in _BESIDE:
        frame = getattr(record, name)
        near |= set(frame.loc[frame[about].isin(kept), beside].dropna())
    people = record.people
    stays = people["person_id"].isin(kept) | ((people["role"] != "client") & people["person_id"].isin(near))
    cut = without_people(record, pd.Index(people.loc[~stays, "person_id"]))
    occasions = cut.occasions[cut.occasions["occasion_id"].isin(cut.participation["occasion_id"])]
    return cut.keeping(occasions=occasions, window=record.window)


_BESIDE = (
    ("people", "person_id", "worker_id"),
    ("observations", "person_id", "perceived_by"),
    ("observations", "perceived_by", "person_id"),
    ("nominations", "ego_id", "alter_id"),
    ("nominations", "alter_id", "ego_id"),
    ("linkage", "client_id", "by_person_id"),
    ("appointments", "person_id", "with_person_id"),
    ("separations", "person_id", "other_id"),
    ("separations", "other_id", "person_id"),
)
"""Where another person stands beside a fact about a client: table, column of the client, column of the other."""
