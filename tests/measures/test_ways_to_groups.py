"""The shortest ways from a client to each recovery group, against every way there is."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.kept_apart import KeptApart
from recoverynet.measures.moment import Moment
from recoverynet.measures.record_index import index_of
from recoverynet.measures.ways_to_groups import ways_to_groups

TZ = "Europe/London"
AT = pd.Timestamp("2011-06-15", tz=TZ)
MOMENT = Moment(AT, pd.Timedelta(days=90))
OCCASION = ["occasion_id", "started_at", "kind", "group_id"]
GROUPS = {"aa": "mutual_aid", "na": "mutual_aid", "cafe": "recovery_cafe", "walk": "recovery_community", "pub": "other"}


def world(seed: int) -> rn.RecoveryRecord:
    """Ten peers, some of whom agreed to introduce others, call ann and each other and go to groups, lately or long ago."""
    rng = np.random.default_rng(seed)
    peers = [f"p{number}" for number in range(10)]
    people = pd.DataFrame({"person_id": ["ann", *peers], "role": ["client", *["peer"] * 10]})
    people["introducer_consent"] = [None, *(rng.random(10) < 0.5)]
    contacts = []
    for one, other in itertools.combinations(people["person_id"], 2):
        if rng.random() < 0.2:
            contacts.append((AT - pd.Timedelta(days=int(rng.integers(1, 120))), "call", None, [one, other]))
    for person in people["person_id"]:
        for group in GROUPS:
            if rng.random() < (0.1 if person == "ann" else 0.25):
                contacts.append((AT - pd.Timedelta(days=int(rng.integers(1, 60))), "meeting", group, [person]))
    there = [(f"o{place}", person) for place, (*_, who) in enumerate(contacts) for person in who]
    return rn.RecoveryRecord(
        people,
        pd.DataFrame([(f"o{place}", *each[:3]) for place, each in enumerate(contacts)],
                     columns=["occasion_id", "started_at", "kind", "group_id"]),
        pd.DataFrame(there, columns=["occasion_id", "person_id"]),
        groups=pd.DataFrame({"group_id": list(GROUPS), "name": list(GROUPS), "kind": list(GROUPS.values()),
                             "norm": ["recovery"] * 4 + ["using"]}),
        window=("2010-01-01", AT),
        tz=TZ,
    )  # fmt: skip


def met(record: rn.RecoveryRecord, since: pd.Timestamp) -> set[frozenset[str]]:
    """Pairs who called each other."""
    calls = record.occasions[record.occasions["group_id"].isna() & (record.occasions["started_at"] >= since)]
    there = record.participation[record.participation["occasion_id"].isin(calls["occasion_id"])]
    return {frozenset(part) for _, part in there.groupby("occasion_id")["person_id"]}


@pytest.mark.parametrize("seed", [0, 2, 6, 8, 10, 11])
def test_a_way_is_as_short_as_any_and_into_mutual_aid_leads_somebody_who_agreed(seed: int) -> None:
    record = world(seed)
    links = rn.client_links(record, "ann", at=AT, window="90D")
    known = links.people.set_index("person_id")
    tied = [person for person in known.index if known.loc[person, "status"] != "quiet"]
    willing = set(record.people.loc[record.people["introducer_consent"].fillna(False).astype(bool), "person_id"])
    pairs = met(record, AT - pd.Timedelta(days=90))
    went = record.occasions.merge(record.participation, on="occasion_id").dropna(subset=["group_id"])
    lately = went[went["started_at"] >= AT - pd.Timedelta(days=42)]
    going = {group: set(part["person_id"]) for group, part in lately.groupby("group_id")}
    mine = set(went.loc[(went["person_id"] == "ann") & (went["started_at"] >= AT - pd.Timedelta(days=90)), "group_id"])
    beyond = {
        other: via for via in reversed(tied) for other in sorted(willing)
        if frozenset({via, other}) in pairs and other not in tied and other != "ann"
    }  # fmt: skip
    for way in links.ways.itertuples():
        guides = going.get(way.group_id, set()) & (
            willing if GROUPS[way.group_id] == "mutual_aid" else set(record.people["person_id"])
        )
        one = sorted(person for person in tied if person in guides)
        two = sorted(person for person in beyond if person in guides)
        if way.group_id in mine:
            assert (way.steps, way.through) == (1, ())
        elif one:
            assert (way.steps, way.through) == (2, (one[0],))
        elif two:
            assert (way.steps, way.through) == (3, (beyond[two[0]], two[0]))
        else:
            assert np.isnan(way.steps) and way.through == ()
    assert set(links.ways["group_id"]) == set(GROUPS) - {"pub"}
    steps = links.ways["steps"].fillna(99)
    assert steps.isin([2, 3]).any(), "a world without a way would pass"
    assert (
        steps.is_monotonic_increasing and links.ways.groupby(steps)["group_id"].apply(lambda ids: ids.is_monotonic_increasing).all()
    )


def test_a_group_that_does_not_meet_at_present_is_no_end_of_a_way() -> None:
    record = world(1)
    over = record.groups.assign(
        valid_to=["2011-06-15", "2011-06-16", None, None, None], closed_temporarily=[None, None, True, None, None]
    )
    index = index_of(record.with_tables(groups=over))
    ways = ways_to_groups(index, "ann", MOMENT, [], [], KeptApart("ann"))
    assert [way.group_id for way in ways] == ["na", "walk"] and all(np.isnan(way.steps) for way in ways)


def test_whom_the_view_hides_is_no_way() -> None:
    """dan knows both eva and fay, who agreed; eva is hidden."""
    people = pd.DataFrame({"person_id": ["ann", "dan", "eva", "fay"], "role": ["client", "peer", "peer", "peer"],
                           "introducer_consent": [None, None, True, True]})  # fmt: skip
    contacts = [("2011-06-01", "call", None, ["ann", "dan"]), ("2011-06-01", "call", None, ["dan", "eva", "fay"]),
                ("2011-06-01", "meeting", "aa", ["eva"]), ("2011-06-01", "meeting", "aa", ["fay"])]  # fmt: skip
    record = rn.RecoveryRecord(
        people,
        pd.DataFrame(
            [(f"o{n}", *each[:3]) for n, each in enumerate(contacts)], columns=["occasion_id", "started_at", "kind", "group_id"]
        ),
        pd.DataFrame([(f"o{n}", who) for n, each in enumerate(contacts) for who in each[3]], columns=["occasion_id", "person_id"]),
        groups=pd.DataFrame({"group_id": ["aa"], "name": ["AA"], "kind": ["mutual_aid"], "norm": ["recovery"]}),
        window=("2010-01-01", AT),
        tz=TZ,
    )
    ties = rn.client_links(record, "ann", at=AT).found.people
    for hidden, through in ((frozenset(), ("dan", "eva")), (frozenset({"eva"}), ("dan", "fay"))):
        (way,) = ways_to_groups(index_of(record), "ann", MOMENT, ties, [], KeptApart("ann", hidden=hidden))
        assert way.through == through
