"""Prompts for a conversation: a rule that holds today, the rows behind it and its date; never a score."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from recoverynet.measures.client_links import ClientLinks, client_links
from recoverynet.measures.moment import Moment, require_client
from recoverynet.measures.record_index import Occasion, Person, RecordIndex, index_of
from recoverynet.tables.record import RecoveryRecord

QUIET_DAYS = 28
LEAVES_WITHIN = pd.Timedelta(days=28)
APPOINTMENT_WITHIN = pd.Timedelta(days=21)
RELEASE_TOLD_FOR = pd.Timedelta(days=90)
CUSTODY, RELEASED = "custody.status", "released"

RULES = {
    "no_recovery_contact": f"No contact with the recovery community is on record for {QUIET_DAYS} days or more.",
    "sole_link": "All recovery links of the last window run through one person or group.",
    "leaves_treatment": "Treatment ends within 28 days, or ended within the last 28, and no tie outside services is on record.",
    "stopped_after_venue_change": "The client went to a group at least twice, it moved, and it has met at least twice since "
    "without them.",
    "released_no_appointment": "The client was released from prison and no appointment with a service is on record within three "
    "weeks.",
}
"""The rule behind each prompt, in one sentence."""
ASKS_FOR_CONTACT = frozenset({"no_recovery_contact", "stopped_after_venue_change", "released_no_appointment"})
"""Prompts that ask somebody to get in touch: never shown of a client whom it is not safe to contact."""


@dataclass(frozen=True)
class Explanation:
    """Why a prompt is shown.

    Attributes
    ----------
    rule : str
        The rule that holds, in one sentence.
    rows : pandas.DataFrame
        The rows of the record it rests on.
    on : pandas.Timestamp
        The day it holds from, or the date it is about.
    """

    rule: str
    rows: pd.DataFrame
    on: pd.Timestamp


@dataclass(frozen=True, eq=False, repr=False)
class Prompt:
    """One thing worth talking about with a client, as facts.

    Attributes
    ----------
    code : str
        One of ``RULES``.
    client_id : str
    at : pandas.Timestamp
        The day looked at.
    on : pandas.Timestamp
        The date it is about: of the last contact, the end of treatment, the move, the release.
    facts : dict
        What differs from client to client: ``days``; ``layer`` and ``id``; ``group_id``, ``name``.
    rows : pandas.DataFrame
        The rows behind it.
    """

    code: str
    client_id: str
    at: pd.Timestamp
    on: pd.Timestamp
    facts: dict[str, Any] = field(default_factory=dict)
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def asks_for_contact(self) -> bool:
        """Whether somebody is asked to get in touch."""
        return self.code in ASKS_FOR_CONTACT

    def explain(self) -> Explanation:
        """The rule, the rows behind it and its date.

        Returns
        -------
        Explanation
        """
        return Explanation(RULES[self.code], self.rows, self.on)

    def __repr__(self) -> str:
        return f"<Prompt {self.code!r} of {self.client_id!r}, {self.on:%Y-%m-%d}>"


def prompts(record: RecoveryRecord, client_id: str, *, at: object, links: ClientLinks | None = None) -> tuple[Prompt, ...]:
    """What is worth talking about with this client today?

    Parameters
    ----------
    record : RecoveryRecord
        The whole record, or the small one that :meth:`recoverynet.tables.store.RecordStore.around` gives.
    client_id : str
        One client.
    at : instant
        The day looked at.
    links : ClientLinks, optional
        What :func:`recoverynet.client_links` answered for the same client and day, where it is at hand.

    Returns
    -------
    tuple of Prompt
        Those whose rule holds, in the order no_recovery_contact, sole_link, leaves_treatment,
        stopped_after_venue_change, released_no_appointment. ``prompt.explain()`` gives the rule, the rows and the date.

    Raises
    ------
    UnknownPersonError
        The record does not know the client, or knows them in another role.
    TimeOrderError
        ``at`` lies outside the record.

    Notes
    -----
    A prompt is a rule that anybody can check; none of them predicts anything or weighs a person. Of a client marked as
    not safe to contact no prompt is shown that asks somebody to get in touch. Somebody who joined less than 28 days ago
    and had no recovery contact yet is not prompted for. Release from prison is read from observations of
    ``custody.status`` whose value is ``released``.

    References
    ----------
    OHID (2023). Continuity of care after release from prison: an appointment within three weeks.

    Examples
    --------
    >>> import recoverynet as rn
    >>> [prompt.code for prompt in rn.prompts(rn.load_sample("five_people"), "eve", at="2011-04-12")]
    ['no_recovery_contact']
    """
    index = index_of(record)
    client = require_client(index, client_id)
    links = links or client_links(record, client_id, at=at)
    found = [
        *_no_recovery_contact(record, client, links),
        *_sole_link(links),
        *_leaves_treatment(index, links),
        *_stopped_after_move(index, links),
        *_released(index, links),
    ]
    return tuple(prompt for prompt in found if links.safe_contact is not False or not prompt.asks_for_contact)


def _no_recovery_contact(record: RecoveryRecord, client: Person, links: ClientLinks) -> list[Prompt]:
    last, days = links.last_recovery_contact, links.days_since_recovery
    if not pd.isna(last):
        if days < QUIET_DAYS:
            return []
        rows = links.contacts[links.contacts["started_at"] == last]
        return [_prompt("no_recovery_contact", links, last, {"days": int(days), "ever": True}, rows)]
    moment = Moment(links.at, links.window)
    begun = [moment.furthest, *(day for day in (client.joined_on, record.window and record.window[0]) if day is not None)]
    since = max(begun)
    days = moment.days_since(since)
    return [_prompt("no_recovery_contact", links, since, {"days": int(days), "ever": False})] if days >= QUIET_DAYS else []


def _sole_link(links: ClientLinks) -> list[Prompt]:
    sole = links.sole_link
    if sole is None:
        return []
    rows = links.contacts[links.contacts["id"] == sole.id]
    on = rows["started_at"].max() if len(rows) else links.at
    return [_prompt("sole_link", links, on, {"layer": sole.layer, "id": sole.id, "n_contacts": sole.n_contacts}, rows)]


def _leaves_treatment(index: RecordIndex, links: ClientLinks) -> list[Prompt]:
    spans = index.values("episodes", links.client_id, ("started_on", "ended_on"))
    first, last = links.at - LEAVES_WITHIN, links.at + LEAVES_WITHIN
    begun = [(place, end) for place, (start, end) in enumerate(spans) if start is not None and start < links.at]
    ending = [(place, end) for place, end in begun if end is not None and first <= end < last]
    goes_on = any(end is None or end >= last for _, end in begun)
    if not ending or goes_on or links.n_outside_services:
        return []
    rows = index.rows("episodes", links.client_id).iloc[[place for place, _ in ending]]
    return [_prompt("leaves_treatment", links, max(end for _, end in ending), {"n_ties": links.n_ties}, rows)]


def _stopped_after_move(index: RecordIndex, links: ClientLinks) -> list[Prompt]:
    furthest = Moment(links.at, links.window).furthest
    mine = index.occasions_of(links.client_id, furthest, links.at)
    found = []
    for tie in links.found.groups:
        group, name, carries = tie.group_id, tie.name, tie.carries
        been = [occasion.time for occasion in mine if occasion.group_id == group]
        if carries != "recovery" or len(been) < 2:
            continue
        meetings = [meeting for meeting in index.meetings_of(group, furthest, links.at) if meeting.setting is not None]
        moved = _moved_at(meetings)
        if moved is None or sum(time < moved for time in been) < 2 or max(been) >= moved:
            continue
        rows = pd.DataFrame(
            {
                "started_at": [index.instant(meeting.time) for meeting in meetings],
                "group_id": group,
                "setting": [meeting.setting for meeting in meetings],
                "client_was_there": [meeting.time in been for meeting in meetings],
            }
        )
        found.append(_prompt("stopped_after_venue_change", links, index.instant(moved), {"group_id": group, "name": name}, rows))
    return found


def _moved_at(meetings: list[Occasion]) -> int | None:
    """When a group last moved: two meetings or more in one setting after two or more in another; None where it did not."""
    settings = [meeting.setting for meeting in meetings]
    changes = [place for place in range(1, len(settings)) if settings[place] != settings[place - 1]]
    if not changes:
        return None
    last = changes[-1]
    earlier = settings[max(last - 2, 0) : last]
    steady = len(settings) - last >= 2 and len(earlier) == 2 and len(set(earlier)) == 1
    return meetings[last].time if steady else None


def _released(index: RecordIndex, links: ClientLinks) -> list[Prompt]:
    looks = index.values("observations", links.client_id, ("observed_at", "variable", "value"))
    held = [(on, place) for place, (on, variable, _) in enumerate(looks) if variable == CUSTODY and on < links.at]
    if not held or looks[max(held)[1]][2] != RELEASED:
        return []
    released, latest = max(held)
    due = released + APPOINTMENT_WITHIN
    if not due <= links.at < released + RELEASE_TOLD_FOR or _seen_by_service(index, links.client_id, released, due):
        return []
    rows = index.rows("observations", links.client_id).iloc[[latest]]
    return [_prompt("released_no_appointment", links, released, {"days": int(APPOINTMENT_WITHIN.days)}, rows)]


def _seen_by_service(index: RecordIndex, client_id: str, start: pd.Timestamp, end: pd.Timestamp) -> bool:
    """Whether the client met a worker, was at a treatment group or began treatment in [start, end)."""
    for occasion in index.occasions_of(client_id, start, end):
        there = (index.people[other].role for other, _ in index.others_at(occasion, client_id))
        if "worker" in there or (occasion.group_id is not None and index.groups[occasion.group_id].kind == "treatment"):
            return True
    begun = [day for (day,) in index.values("episodes", client_id, ("started_on",)) if day is not None]
    return any(start <= day < end for day in begun)


def _prompt(code: str, links: ClientLinks, on: pd.Timestamp, facts: dict[str, Any], rows: pd.DataFrame | None = None) -> Prompt:
    kept = pd.DataFrame() if rows is None else rows.reset_index(drop=True)
    return Prompt(code, links.client_id, links.at, on, facts, kept)
