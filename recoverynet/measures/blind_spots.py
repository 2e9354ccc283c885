"""What a record cannot see of one client: how much is written down, how lately, and by whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from recoverynet.measures.client_ties import PersonTie, latest_interview
from recoverynet.measures.moment import Moment
from recoverynet.measures.record_index import Occasion, Person, RecordIndex, to_us
from recoverynet.observed import UNKNOWN
from recoverynet.tables.record import RecoveryRecord

_WEEK = 7 * 86_400 * 1_000_000


@dataclass(frozen=True)
class BlindSpot:
    """One thing the record cannot tell about a client, as facts.

    Attributes
    ----------
    code : str
        ``care_consent`` (the client refused the use of their records for care), ``record_ends`` (before the day looked
        at), ``last_entry`` or ``no_entry``, ``weeks_without_entry``, ``last_interview`` or ``no_interview``,
        ``states_unknown``, ``own_state`` (when anybody last looked how the client is), ``meetings`` (always there:
        those nobody wrote down are missing).
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
    on: Any = None
    source: str | None = None


def blind_spots(
    record: RecoveryRecord,
    index: RecordIndex,
    client: Person,
    moment: Moment,
    mine: Collection[Occasion],
    people: Collection[PersonTie],
) -> tuple[BlindSpot, ...]:
    """What the page of a client must not be taken to say."""
    spots = [BlindSpot("care_consent")] if client.consent_care is False else []
    if record.window is not None and record.window[1] < moment.at:
        spots.append(BlindSpot("record_ends", on=record.window[1]))
    looks, named = _looks(index, client.person_id, moment), latest_interview(index, client.person_id, moment.at)
    asked = [said["asked_at"] for _, said in named]
    spots += [_last_entry(index, client.person_id, moment, mine, looks, asked), _weeks(moment, mine)]
    if named:
        spots.append(BlindSpot("last_interview", n=len({alter for alter, _ in named}), on=max(asked)))
    else:
        spots.append(BlindSpot("no_interview"))
    unknown = sum(tie.state == UNKNOWN for tie in people)
    if unknown:
        spots.append(BlindSpot("states_unknown", n=unknown, of=len(people)))
    return (*spots, _own_state(looks), BlindSpot("meetings"))


class Look(NamedTuple):
    """One observation: when, of what, and who says so."""

    observed_at: Any
    variable: str
    source: str


def _looks(index: RecordIndex, client_id: str, moment: Moment) -> list[Look]:
    """Everything observed about the client within what is looked at."""
    looks = [Look(*row) for row in index.values("observations", client_id, Look._fields)]
    return [look for look in looks if moment.furthest <= look.observed_at < moment.at]


def _last_entry(
    index: RecordIndex, client_id: str, moment: Moment, mine: Collection[Occasion], looks: list[Look], asked: list[Any]
) -> BlindSpot:
    """The latest row about the client in any table, within what is looked at."""
    dates = {
        "contacts": [index.instant(max(occasion.time for occasion in mine))] if mine else [],
        "observations": [look.observed_at for look in looks],
        "nominations": asked,
        "linkage": [at for (at,) in index.values("linkage", client_id, ("at",))],
    }
    known = {
        table: max(recent)
        for table, stamps in dates.items()
        if (recent := [at for at in stamps if moment.furthest <= at < moment.at])
    }
    if not known:
        return BlindSpot("no_entry", on=moment.furthest)
    table = max(known, key=lambda name: known[name])
    return BlindSpot("last_entry", on=known[table], source=table)


def _weeks(moment: Moment, mine: Collection[Occasion]) -> BlindSpot:
    """In how many weeks of the window no contact at all was written down."""
    weeks = int(np.ceil(moment.window / pd.Timedelta(days=7)))
    now, start = to_us(moment.at), to_us(moment.start)
    seen = {(now - occasion.time) // _WEEK for occasion in mine if occasion.time >= start}
    return BlindSpot("weeks_without_entry", n=weeks - len(seen), of=weeks)


def _own_state(looks: list[Look]) -> BlindSpot:
    """How lately anybody looked how the client is; never what they found."""
    states = [look for look in looks if look.variable == "state" and look.source != "perceived"]
    if not states:
        return BlindSpot("own_state")
    last = max(states, key=lambda look: look.observed_at)
    return BlindSpot("own_state", on=last.observed_at, source=last.source)
