"""The community of a record at its end: who agreed to be counted, their states, ties and groups, and the record's own rates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import NotEstimableError
from recoverynet.kernels.reversible_spread.courses import Community
from recoverynet.measures.doors import Wishes, barriers, kilometres, middle_of
from recoverynet.measures.introduction_outcomes import introduction_courses
from recoverynet.measures.introductions import room_this_month
from recoverynet.measures.record_index import Group, Person, index_of
from recoverynet.measures.recovery_contacts import PERSONAL_KINDS
from recoverynet.measures.subgroups import level_of_each, levels_in_order
from recoverynet.measures.ways_to_groups import ACTIVE_WITHIN
from recoverynet.models.interventions.community import (
    BARRIERS,
    MONTH_DAYS,
    AtStart,
    RecordedRates,
    StandingCommunity,
    both_ways,
    contacts_at_start,
    keys_of,
    starting_states,
)
from recoverynet.states import UNKNOWN, Norm, state_at
from recoverynet.tables.consent import consenting
from recoverynet.tables.record import RecoveryRecord

QUARTER = pd.Timedelta(days=90)
NOMINATED_WITHIN = pd.Timedelta(days=180)
TIME_TO_FOLLOW = pd.Timedelta(days=60)
MOST_AT_PERSONAL = 10
SUBGROUPS = ("sex", "age_band", "substance", "area")


class _Links(NamedTuple):
    """Who was at which group when, in codes of people and groups."""

    person: np.ndarray
    group: np.ndarray
    at: np.ndarray

    def between(self, start: pd.Timestamp, end: pd.Timestamp, shape: tuple[int, int]) -> np.ndarray:
        """Boolean (people, groups): been there in [start, end)."""
        there = np.zeros(shape, dtype=bool)
        inside = (self.at >= _utc(start)) & (self.at < _utc(end))
        there[self.person[inside], self.group[inside]] = True
        return there


def standing_of(record: RecoveryRecord, norm: Norm, reach: Wishes | None = None) -> StandingCommunity:
    """The community of a record as it stands at its end."""
    agreed = consenting(record, "evaluation")
    kept, at = agreed.record, record.required_window()[1]
    people = kept.people[~(kept.people["left_on"] <= at).fillna(False).to_numpy(dtype=bool)].sort_values("person_id")
    people = people[~(people["joined_on"] >= at).fillna(False).to_numpy(dtype=bool)]
    ids = pd.Index(people["person_id"], name="person_id")
    client = (people["role"] == "client").to_numpy()
    if not client.any():
        raise NotEstimableError("Nobody on the record is a client who agreed to be counted and is still there.")
    states = tuple(state for state in norm.scheme.states if state != UNKNOWN)
    codes = _codes_at(kept, at, ids, states)
    state, drawn = starting_states(codes, client, len(states))
    groups = kept.groups.reset_index(drop=True)
    links = _links_of(kept, ids, pd.Index(groups["group_id"]))
    index = index_of(kept)
    going = [group.meets_at(at) for group in index.groups.values()]
    active = links.between(at - ACTIVE_WITHIN, at, (len(ids), len(groups))) & np.array(going, dtype=bool)
    recovery = np.array([group.carries == "recovery" for group in index.groups.values()], dtype=bool)
    barrier, near, ost = _suiting(kept, ids, client, codes, states, at, reach or Wishes())
    allowed = (barrier == 0) & client[:, None]
    levels, level_codes, n_level = _levels(kept, ids, client)
    willing, refused = _introducers(kept, at)
    kinds = pd.factorize(people["role"] + "|" + people["sex"].astype("str").fillna(""))[0]
    room = np.array([willing.get(person, 0.0) for person in ids])
    community = Community(
        keys_of(ids), state, drawn, np.array([each in norm.holds for each in states]), *both_ways(_ties(kept, ids, at), False),
        active, kinds, client, recovery, allowed, near, _like(people),
        _apart(kept, ids), room, level_codes,
    )  # fmt: skip
    seen = _rates(kept, ids, client, recovery, links, states, community.holds, contacts_at_start(community))
    return StandingCommunity(
        community, ids, pd.Index(groups["group_id"]), dict(zip(groups["group_id"], groups["name"], strict=True)),
        tuple(group.area for group in index.groups.values()), people["area"].to_numpy(dtype=object),
        people["sex"].astype("str").str.lower().isin(["f", "female"]).to_numpy(), ost, levels, n_level, seen, willing, refused,
        agreed.n_left_out, f"the record as it stood at its end, {record.period_in_words()}", barrier, reach or Wishes(),
        {area: middle for area in people["area"].dropna().unique() if (middle := middle_of(index, area)) is not None},
    )  # fmt: skip


def _utc(instant: pd.Timestamp) -> np.datetime64:
    return instant.tz_convert("UTC").tz_localize(None).to_datetime64()


def _codes_at(record: RecoveryRecord, at: pd.Timestamp, ids: pd.Index, states: tuple[str, ...]) -> np.ndarray:
    return pd.Index(states).get_indexer(pd.Index(state_at(record.observations, at, people=list(ids))))


def _links_of(record: RecoveryRecord, ids: pd.Index, group_ids: pd.Index) -> _Links:
    there = record.participation.merge(record.occasions[["occasion_id", "group_id", "started_at"]], on="occasion_id")
    person, group = ids.get_indexer(pd.Index(there["person_id"])), group_ids.get_indexer(pd.Index(there["group_id"]))
    times = there["started_at"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    kept = (person >= 0) & (group >= 0)
    return _Links(person[kept], group[kept], times[kept])


def _ties(record: RecoveryRecord, ids: pd.Index, at: pd.Timestamp) -> sparse.csr_array:
    """People who met as persons within a quarter, or one of whom named the other within half a year."""
    occasions = record.occasions
    personal = occasions["group_id"].isna() & occasions["kind"].isin(PERSONAL_KINDS) & (occasions["started_at"] >= at - QUARTER)
    there = record.participation[
        record.participation["occasion_id"].isin(occasions.loc[personal & (occasions["started_at"] < at), "occasion_id"])
    ]
    person, place = ids.get_indexer(pd.Index(there["person_id"])), pd.factorize(there["occasion_id"])[0]
    known = person >= 0
    meetings = sparse.csr_array((np.ones(known.sum()), (person[known], place[known])), shape=(len(ids), place.max(initial=0) + 1))
    small = meetings.sum(axis=0) <= MOST_AT_PERSONAL
    met = meetings[:, np.flatnonzero(small)]
    named = record.nominations[(record.nominations["asked_at"] >= at - NOMINATED_WITHIN) & (record.nominations["asked_at"] < at)]
    ego, alter = ids.get_indexer(pd.Index(named["ego_id"])), ids.get_indexer(pd.Index(named["alter_id"]))
    both = (ego >= 0) & (alter >= 0)
    naming = sparse.csr_array((np.ones(both.sum()), (ego[both], alter[both])), shape=(len(ids), len(ids)))
    ties = sparse.csr_array(met @ met.T + naming + naming.T)
    ties.data[:] = 1.0
    return ties


def _suiting(
    record: RecoveryRecord, ids: pd.Index, client: np.ndarray, codes: np.ndarray, states: tuple[str, ...], at: pd.Timestamp,
    reach: Wishes,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """What keeps each client from each group, which are of their area, and who is on opioid substitution."""
    index = index_of(record)
    episodes = record.episodes
    open_now = (episodes["started_on"] < at) & ~(episodes["ended_on"] <= at).fillna(False)
    prescribed = episodes.loc[open_now & (episodes["modality"].astype("str").str.lower() == "prescribing"), "person_id"]
    ost = ids.isin(prescribed) | ((codes == states.index("ost_stable")) if "ost_stable" in states else False)
    groups = list(index.groups.values())
    barrier, near = np.zeros((len(ids), len(groups)), dtype=np.int64), np.zeros((len(ids), len(groups)))
    answers: dict[tuple[str | None, str | None, bool], list[int]] = {}
    for place in np.flatnonzero(client):
        person = index.people[str(ids[int(place)])]
        asked = (person.sex, person.area, bool(ost[place]))
        if asked not in answers:
            home = middle_of(index, person.area)
            answers[asked] = [_barrier(group, person, asked[2], at, home, reach) for group in groups]
        barrier[place] = answers[asked]
        near[place] = [group.area is not None and group.area == person.area for group in groups]
    return barrier, near, np.asarray(ost, dtype=bool)


def _barrier(group: Group, person: Person, ost: bool, at: pd.Timestamp, home: tuple[float, float] | None, reach: Wishes) -> int:
    """The first thing that keeps somebody from a group, as a place in ``BARRIERS``."""
    if not group.meets_at(at):
        return BARRIERS.index("closed")
    found = barriers(group, person, reach, ost)
    if found:
        return BARRIERS.index(found[0])
    own_area = group.area is not None and group.area == person.area
    far = reach.max_km is not None and not own_area and not kilometres(reach.home or home, group) <= reach.max_km
    return BARRIERS.index("distance") if far else 0


def _levels(
    record: RecoveryRecord, ids: pd.Index, client: np.ndarray
) -> tuple[tuple[tuple[str, str], ...], np.ndarray, np.ndarray]:
    """Subgroups of clients, the places of each person's own, and how many clients are in each."""
    names: list[tuple[str, str]] = [("all", "all")]
    columns = [np.zeros(len(ids), dtype=np.int64)]
    for by in SUBGROUPS:
        levels = level_of_each(record, by, ids)
        order = levels_in_order(levels[client])
        columns.append(pd.Index(order).get_indexer(pd.Index(levels)) + len(names))
        names += [(by, level) for level in order]
    codes = np.maximum(np.column_stack(columns), 0)
    return tuple(names), codes, np.bincount(codes[client].ravel(), minlength=len(names))


def _like(people: pd.DataFrame) -> np.ndarray:
    """Sex and area as codes (n, 2), −1 where not recorded: who is like whom."""
    return np.column_stack([pd.factorize(people["sex"])[0], pd.factorize(people["area"])[0]]).astype(np.int64)


def _apart(record: RecoveryRecord, ids: pd.Index) -> np.ndarray:
    pairs = np.column_stack([ids.get_indexer(pd.Index(record.separations[name])) for name in ("person_id", "other_id")])
    pairs = pairs[(pairs >= 0).all(axis=1)]
    return np.concatenate([pairs, pairs[:, ::-1]]).astype(np.int64)


def _introducers(record: RecoveryRecord, at: pd.Timestamp) -> tuple[dict[str, float], dict[str, str]]:
    """How many a month each introducer agreed to, and why others may not introduce anybody."""
    index = index_of(record)
    free = set(room_this_month(index, at))
    willing, refused = {}, {}
    for name, person in index.people.items():
        most = 1.0 if person.max_introductions is None else float(person.max_introductions)
        if name not in index.willing:
            refused[name] = "has not agreed to introduce others"
        elif person.safe_contact is False:
            refused[name] = "may not safely be contacted"
        elif person.left_on is not None and person.left_on <= at:
            refused[name] = "has left"
        elif most < 1.0:
            refused[name] = "agreed to no introductions a month"
        else:
            willing[name] = most if name in free else max(most, 1.0)
    return willing, refused


def _rates(
    record: RecoveryRecord, ids: pd.Index, client: np.ndarray, recovery: np.ndarray, links: _Links, states: tuple[str, ...],
    holds: np.ndarray, start: AtStart,
) -> RecordedRates:  # fmt: skip
    """Moves between states month by month, links lost within six weeks, and introductions followed."""
    begin, end = record.required_window()
    n_months = (end - begin).days / MONTH_DAYS
    moves, before = np.zeros((len(states), len(states))), None
    for month in range(int(n_months) + 1):
        now = _codes_at(record, begin + pd.Timedelta(days=MONTH_DAYS) * month, ids, states)
        if before is not None:
            both = client & (before >= 0) & (now >= 0)
            np.add.at(moves, (before[both], now[both]), 1.0)
        before = now
    left = stayed = 0
    shape, span = (len(ids), len(recovery)), ACTIVE_WITHIN
    for back in range(int((end - begin) / span) - 1):
        first, then = (links.between(end - span * (back + far), end - span * (back + far - 1), shape) for far in (2, 1))
        first = first & recovery & client[:, None]
        left, stayed = left + int((first & ~then).sum()), stayed + int((first & then).sum())
    courses = introduction_courses(record)
    courses = courses[courses["proposed_at"] < end - TIME_TO_FOLLOW]
    agreed = courses[courses["accepted_at"].notna() | courses["met_at"].notna()]
    closures = {
        name: (int((some["outcome"] == "attended").sum()), int((some["outcome"] != "attended").sum()))
        for name, some in (("accepted", agreed), ("offered", courses))
    }
    gone, kept = _ties_kept(record, ids, end)
    return RecordedRates(states, holds, moves, left, stayed, closures, start, n_months, gone, kept, QUARTER.days / MONTH_DAYS)


def _ties_kept(record: RecoveryRecord, ids: pd.Index, end: pd.Timestamp) -> tuple[int, int]:
    """Ties that were gone, and that were still there, a quarter later, over the quarters of the record."""
    gone = kept = 0
    begin = record.required_window()[0]
    quarters = [_ties(record, ids, end - QUARTER * back) for back in range(int((end - begin) / QUARTER))]
    for then, first in zip(quarters, quarters[1:], strict=False):
        both = int(first.multiply(then).sum()) // 2
        gone, kept = gone + int(first.nnz) // 2 - both, kept + both
    return gone, kept
