"""The shortest ways from a client to each recovery group, and through whom."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pandas as pd

from recoverynet.measures.client_ties import GroupTie, PersonTie
from recoverynet.measures.kept_apart import KeptApart
from recoverynet.measures.moment import Moment
from recoverynet.measures.record_index import RecordIndex

ACTIVE_WITHIN = pd.Timedelta(days=42)
"""Who took part in the last six weeks goes to a group at present."""


class Way(NamedTuple):
    """One row of the ways to recovery groups; see :func:`recoverynet.client_links`."""

    group_id: str
    name: str
    kind: str
    steps: float
    through: tuple[str, ...]


def ways_to_groups(
    index: RecordIndex,
    client_id: str,
    moment: Moment,
    people: Collection[PersonTie],
    groups: Collection[GroupTie],
    apart: KeptApart,
) -> list[Way]:
    """The way to every recovery group that meets at present, the nearest first."""
    going = {group.group_id for group in groups if group.n_contacts > 0}
    through = _ways_through(index, client_id, moment, people, apart)
    ways = []
    for group in index.groups.values():
        if group.carries == "recovery" and group.meets_at(moment.at):
            way = () if group.group_id in going else through.get((group.group_id, group.kind == "mutual_aid"))
            ways.append(Way(group.group_id, group.name, group.kind, np.nan if way is None else len(way) + 1.0, way or ()))
    return sorted(ways, key=lambda way: (way.steps if way.steps == way.steps else np.inf, way.group_id))


def _ways_through(
    index: RecordIndex, client_id: str, moment: Moment, people: Collection[PersonTie], apart: KeptApart
) -> dict[tuple[str, bool], tuple[str, ...]]:
    """The shortest way to each group, for groups that ask for a consented guide and for those that do not."""
    tied = go_betweens(people)
    beyond = one_step_away(index, client_id, tied, moment, apart)
    reach = {person: (person,) for person in tied} | {person: (via, person) for person, via in beyond.items()}
    ways: dict[tuple[str, bool], tuple[str, ...]] = {}
    for person in sorted(reach, key=lambda each: (len(reach[each]), each)):
        agreed = person in index.willing
        for group in index.groups_of(person, moment.at - ACTIVE_WITHIN, moment.at):
            ways.setdefault((group, False), reach[person])
            if agreed:
                ways.setdefault((group, True), reach[person])
    return ways


def go_betweens(people: Collection[PersonTie]) -> list[str]:
    """People of the record through whom a way may lead: in touch or named lately, and who did not refuse."""
    return [tie.person_id for tie in people if tie.may_be_named and tie.known and tie.status != "quiet"]


def one_step_away(index: RecordIndex, client_id: str, tied: Collection[str], moment: Moment, apart: KeptApart) -> dict[str, str]:
    """People who have agreed to introduce others and met somebody the client knows, with the closest such somebody."""
    wanted = index.willing - set(tied) - apart.hidden - {client_id}
    found: dict[str, str] = {}
    for via in tied:
        for other in sorted(index.met_by(via, moment.start, moment.at) & wanted):
            found.setdefault(other, via)
    return found
