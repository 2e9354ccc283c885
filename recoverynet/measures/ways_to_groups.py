"""The shortest ways from a client to each recovery group, and through whom."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recoverynet.measures.around_client import ACTIVE_WITHIN, flag, group_activity, met_in_person, occasions_with, recovery_group
from recoverynet.measures.client_ties import Moment
from recoverynet.measures.kept_apart import KeptApart
from recoverynet.measures.meetings import meets_at
from recoverynet.tables.record import RecoveryRecord


def ways_to_groups(
    record: RecoveryRecord, client_id: str, moment: Moment, people: pd.DataFrame, groups: pd.DataFrame, apart: KeptApart
) -> pd.DataFrame:
    """One row a recovery group that meets at present; see :func:`recoverynet.client_links`."""
    open_groups = record.groups[recovery_group(record.groups) & meets_at(record.groups, moment.at)]
    going = set(groups.loc[groups["n_contacts"] > 0, "group_id"])
    ways = _ways_through(record, client_id, moment, people, apart)
    mutual_aid = open_groups["kind"] == "mutual_aid"
    rows = []
    for group, needs_consent in zip(open_groups.itertuples(), mutual_aid, strict=True):
        through = () if group.group_id in going else ways.get((group.group_id, bool(needs_consent)))
        rows.append((group.group_id, group.name, group.kind, np.nan if through is None else len(through) + 1.0, through or ()))
    frame = pd.DataFrame(rows, columns=["group_id", "name", "kind", "steps", "through"])
    return frame.sort_values(["steps", "group_id"], ignore_index=True)


def _ways_through(
    record: RecoveryRecord, client_id: str, moment: Moment, people: pd.DataFrame, apart: KeptApart
) -> dict[tuple[str, bool], tuple[str, ...]]:
    """The shortest way to each group, for groups that ask for a consented guide and for those that do not."""
    tied = [*people.loc[people["may_be_named"] & people["known"] & (people["status"] != "quiet"), "person_id"]]
    beyond = one_step_away(record, client_id, tied, moment, apart)
    consenting = willing(record)
    reach = {person: (person,) for person in tied} | {person: (via, person) for person, via in beyond.items()}
    activity = group_activity(occasions_with(record, reach, moment.at - pd.Timedelta(ACTIVE_WITHIN), moment.at))
    ways: dict[tuple[str, bool], tuple[str, ...]] = {}
    for row in activity.sort_values(["group_id", "person_id"]).itertuples():
        agreed = row.person_id in consenting
        for needs_consent in (True, False):
            if not agreed and (needs_consent or row.person_id in beyond):
                continue
            known, way = ways.get((row.group_id, needs_consent)), reach[row.person_id]
            if known is None or len(way) < len(known):
                ways[row.group_id, needs_consent] = way
    return ways


def willing(record: RecoveryRecord) -> set[str]:
    """Everybody who has agreed to introduce others."""
    people = record.people
    return set(people.loc[flag(people["introducer_consent"], True), "person_id"])


def one_step_away(record: RecoveryRecord, client_id: str, tied: list[str], moment: Moment, apart: KeptApart) -> dict[str, str]:
    """People who have agreed to introduce others and know somebody the client knows, with that somebody."""
    pairs = met_in_person(record, occasions_with(record, tied, moment.start, moment.at))
    pairs = pairs[pairs["other_id"].isin(willing(record) - set(tied) - apart.hidden - {client_id})]
    order = {person: place for place, person in enumerate(tied)}
    pairs = pairs.assign(place=pairs["person_id"].map(order)).sort_values(["other_id", "place"], kind="stable")
    first = pairs.drop_duplicates("other_id")
    return dict(zip(first["other_id"], first["person_id"], strict=True))
