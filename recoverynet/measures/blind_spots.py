"""What a record cannot see of one client: how much is written down, how lately, and by whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.measures.around_client import occasions_with
from recoverynet.measures.client_ties import Moment, latest_interview
from recoverynet.tables.record import RecoveryRecord


@dataclass(frozen=True)
class BlindSpot:
    """One thing the record cannot tell about a client, as facts.

    Attributes
    ----------
    code : str
        ``record_ends``, ``last_entry``, ``no_entry``, ``weeks_without_entry``, ``last_interview``, ``no_interview``,
        ``states_unknown``, ``own_state``, ``care_consent`` or ``meetings``.
    n, of : int or None
        A count and what it is out of.
    on : pandas.Timestamp or None
        A date.
    source : str or None
        Which table, or who said so.
    """

    code: str
    n: int | None = None
    of: int | None = None
    on: pd.Timestamp | None = None
    source: str | None = None


def blind_spots(record: RecoveryRecord, client: pd.Series, moment: Moment, people: pd.DataFrame) -> tuple[BlindSpot, ...]:
    """What the page of a client must not be taken to say."""
    client_id = client["person_id"]
    spots = []
    if pd.notna(client["consent_care"]) and not bool(client["consent_care"]):
        spots.append(BlindSpot("care_consent"))
    if record.window is not None and record.window[1] < moment.at:
        spots.append(BlindSpot("record_ends", on=record.window[1]))
    spots += [_last_entry(record, client_id, moment), _weeks(record, client_id, moment), _interview(record, client_id, moment)]
    unknown = int((people["state"] == "unknown").sum())
    if unknown:
        spots.append(BlindSpot("states_unknown", n=unknown, of=len(people)))
    spots += [_own_state(record, client_id, moment), BlindSpot("meetings")]
    return tuple(spots)


def _last_entry(record: RecoveryRecord, client_id: str, moment: Moment) -> BlindSpot:
    """The latest row about the client in any table, however long ago within what is looked at."""
    contacts = occasions_with(record, {client_id}, moment.furthest, moment.at)
    dates = {"contacts": contacts["started_at"].max()}
    for table, person, when in (
        ("observations", "person_id", "observed_at"),
        ("linkage", "client_id", "at"),
        ("nominations", "ego_id", "asked_at"),
    ):
        frame = getattr(record, table)
        stamps = frame.loc[frame[person] == client_id, when]
        dates[table] = stamps[(stamps < moment.at) & (stamps >= moment.furthest)].max()
    known = {table: stamp for table, stamp in dates.items() if pd.notna(stamp)}
    if not known:
        return BlindSpot("no_entry")
    table = max(known, key=lambda name: known[name])
    return BlindSpot("last_entry", on=known[table], source=table)


def _weeks(record: RecoveryRecord, client_id: str, moment: Moment) -> BlindSpot:
    """In how many weeks of the window nothing at all was written down."""
    contacts = occasions_with(record, {client_id}, moment.start, moment.at)["started_at"]
    weeks = int(np.ceil(moment.window / pd.Timedelta(days=7)))
    seen = int(((moment.at - contacts) // pd.Timedelta(days=7)).nunique())
    return BlindSpot("weeks_without_entry", n=weeks - seen, of=weeks)


def _interview(record: RecoveryRecord, client_id: str, moment: Moment) -> BlindSpot:
    named = latest_interview(record, client_id, moment.at)
    if named.empty:
        return BlindSpot("no_interview")
    return BlindSpot("last_interview", n=named["alter_id"].nunique(), on=named["asked_at"].max())


def _own_state(record: RecoveryRecord, client_id: str, moment: Moment) -> BlindSpot:
    """How lately anybody looked how the client is; never what they found."""
    rows = record.observations
    rows = rows[(rows["person_id"] == client_id) & (rows["variable"] == "state") & (rows["source"] != "perceived")]
    rows = rows[(rows["observed_at"] < moment.at) & (rows["observed_at"] >= moment.furthest)]
    if rows.empty:
        return BlindSpot("own_state")
    last = rows.loc[rows["observed_at"].idxmax()]
    return BlindSpot("own_state", on=last["observed_at"], source=last["source"])
