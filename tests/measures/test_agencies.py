"""Referrals between agencies, worked by hand, and homophily against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import RecoveryNetError


def instants(days: list[str | None]) -> pd.Series:
    return pd.Series(pd.to_datetime(days)).dt.tz_localize("Europe/London")


def record(episodes: list[tuple[object, ...]], steps: list[tuple[object, ...]]) -> rn.RecoveryRecord:
    """Episodes (person, began, ended, provider) and steps (client, group, stage, at); groups g1 and g2, nobody goes to g3."""
    eps = pd.DataFrame(episodes, columns=["person_id", "started_on", "ended_on", "provider"])
    link = pd.DataFrame(steps, columns=["client_id", "group_id", "stage", "at"])
    return rn.RecoveryRecord(
        people=pd.DataFrame({"person_id": ["a", "b", "c", "d"], "role": "client"}),
        occasions=pd.DataFrame({"occasion_id": [], "started_at": instants([]), "kind": []}),
        participation=pd.DataFrame({"occasion_id": [], "person_id": []}),
        episodes=eps.assign(started_on=instants(eps["started_on"].tolist()), ended_on=instants(eps["ended_on"].tolist())),
        groups=pd.DataFrame(
            {"group_id": ["g1", "g2", "g3"], "name": ["One", "Two", "Three"], "kind": ["mutual_aid", "treatment", "family"]}
        ),
        linkage=link.assign(at=instants(link["at"].tolist())),
        window=("2011-01-01", "2012-01-01"),
    )


EPISODES = [
    ("a", "2011-01-10", "2011-03-31", "North"),
    ("a", "2011-04-15", None, "South"),
    ("b", "2010-06-01", None, "North"),
    ("c", "2011-01-01", "2011-02-01", "South"),
    ("c", "2011-06-01", None, "North"),
    ("d", "2011-01-01", None, None),
]
STEPS = [
    ("a", "g1", "offered", "2011-02-01"),
    ("a", "g1", "introduced", "2011-05-01"),
    ("a", "g1", "attended", "2011-05-01"),
    ("b", "g1", "discussed", "2011-02-01"),
    ("b", "g2", "offered", "2011-02-01"),
    ("b", "g2", "attended", "2011-01-15"),
    ("c", "g1", "offered", "2011-03-01"),
    ("d", "g1", "offered", "2011-03-01"),
    ("c", "g2", "attended", "2011-07-01"),
]
MADE = record(EPISODES, STEPS)


def test_referrals_by_hand() -> None:
    made = rn.agency_network(MADE)
    columns = ["from_agency", "to_agency", "n_clients", "n_offers", "n_taken_up", "n_transfers"]
    assert made.referrals[columns].values.tolist() == [
        ["North", "South", 1, 0, 0, 1],  # a: a fortnight after the end; c came back after four months
        ["North", "g1", 2, 2, 1, 0],  # a came, b did not
        ["North", "g2", 1, 1, 0, 0],  # b had been there before, and not since
    ]
    assert made.n_without_sender == 2  # c was between treatments, of d no provider is known
    assert made.agencies.loc["g3", ["n_sent", "n_received", "n_sends_to", "n_receives_from"]].tolist() == [0, 0, 0, 0]
    assert made.agencies.loc["North", ["sector", "n_sent", "n_sends_to"]].tolist() == ["treatment", 4, 3]
    assert repr(made) == "<AgencyNetwork: 5 agencies, 3 ties, 1 agencies without one>"


def test_longer_after_the_end_is_a_transfer_where_asked() -> None:
    ties = rn.agency_network(MADE, continues_within=120).referrals.set_index(["from_agency", "to_agency"])
    assert ties.loc[("South", "North"), "n_transfers"] == 1
    assert rn.agency_network(MADE, continues_within=14).referrals["n_transfers"].sum() == 0


def test_the_period_decides_what_counts() -> None:
    assert rn.agency_network(MADE, window=("2011-04-01", "2012-01-01")).referrals[["from_agency", "to_agency"]].values.tolist() == [
        ["North", "South"], ["South", "g1"],
    ]  # fmt: skip
    nothing = rn.agency_network(MADE, window=("2009-01-01", "2010-01-01"))
    assert nothing.referrals.empty and len(nothing.agencies) == 5


def test_homophily_by_hand() -> None:
    found = rn.sector_homophily(rn.agency_network(MADE))
    # treatment sends four: one to South, one to g2, two to g1
    assert found.loc["treatment", ["n_agencies", "n_sent", "n_within", "n_outside", "ei"]].tolist() == [3, 4, 2, 2, 0]
    assert found.loc["treatment", ["expected_within", "beyond_chance"]].tolist() == [2, 0]
    assert found.loc["all", ["n_agencies", "n_sent", "n_within", "ei"]].tolist() == [5, 4, 2, 0]
    assert found.loc["family", ["ei", "expected_within", "beyond_chance"]].isna().all()
    own = rn.sector_homophily(rn.agency_network(MADE, sectors={"South": "voluntary", "g1": "voluntary"}))
    assert own.loc["treatment", ["n_sent", "n_within", "ei"]].tolist() == [4, 1, 0.5]
    assert rn.sector_homophily(rn.agency_network(MADE), weighted=False).loc["all", "n_sent"] == 3


@pytest.mark.parametrize("weighted", [True, False])
def test_all_sectors_together_are_as_networkx_has_it(weighted: bool) -> None:
    rng = np.random.default_rng(5)
    names = [f"p{number}" for number in range(6)]
    people = [f"c{number}" for number in range(80)]
    rows = [(one, f"2011-0{month}-01", f"2011-0{month}-20", names[rng.integers(6)]) for one in people for month in range(1, 6)]
    base = record([], [])
    eps = pd.DataFrame(rows, columns=["person_id", "started_on", "ended_on", "provider"])
    eps = eps.assign(started_on=instants(eps["started_on"].tolist()), ended_on=instants(eps["ended_on"].tolist()))
    made = rn.agency_network(
        base.with_tables(people=pd.DataFrame({"person_id": people, "role": "client"}), episodes=eps),
        sectors={name: "even" if number % 2 else "odd" for number, name in enumerate(names)},
    )
    graph = nx.MultiDiGraph()
    for name, sector in made.agencies["sector"].items():
        graph.add_node(name, sector=sector)
    for row in made.referrals.itertuples():
        graph.add_edges_from([(row.from_agency, row.to_agency)] * (row.n_clients if weighted else 1))
    theirs = nx.attribute_assortativity_coefficient(graph, "sector")
    assert rn.sector_homophily(made, weighted=weighted).loc["all", "beyond_chance"] == pytest.approx(theirs, abs=1e-12)
    assert made.referrals["n_clients"].max() > 1


def test_what_is_sent_is_received_and_stays_or_leaves() -> None:
    made = rn.agency_network(rn.load_sample("riverside"))
    agencies, ties = made.agencies, made.referrals
    assert agencies["n_sent"].sum() == agencies["n_received"].sum() == ties["n_clients"].sum() == made.weights.sum() > 0
    assert (agencies["n_sends_to"].sum(), agencies["n_receives_from"].sum()) == (len(ties), len(ties))
    assert (ties["n_taken_up"] <= ties["n_offers"]).all() and (ties["from_agency"] != ties["to_agency"]).all()
    found = rn.sector_homophily(made)
    assert (found["n_within"] + found["n_outside"] == found["n_sent"]).all()
    assert (
        found.drop(index="all")[["n_agencies", "n_sent", "n_within"]].sum()
        == found.loc["all", ["n_agencies", "n_sent", "n_within"]]
    ).all()
    assert made.network().n_people == len(agencies) == len(rn.position(made.network()))


def test_a_record_without_agencies() -> None:
    bare = record([], []).with_tables(groups=pd.DataFrame({"group_id": [], "name": [], "kind": []}))
    made = rn.agency_network(bare)
    assert len(made.agencies) == len(made.referrals) == 0
    assert rn.sector_homophily(made).loc["all", ["ei", "beyond_chance"]].isna().all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sectors": {"West": "NHS"}}, "no provider or group of the record, the first being 'West'"),
        ({"sectors": {"North": ""}}, "A sector is a word"),
        ({"sectors": {"North": "all"}}, "other than 'all'"),
        ({"sectors": ["North"]}, "mapping of agency to sector"),
        ({"continues_within": -1}, "whole number of days, 0 or more"),
        ({"continues_within": "21D"}, "whole number of days, 0 or more"),
        ({"window": ("2011-02-01", "2011-01-01")}, "end"),
    ],
)
def test_bad_input_is_told(options: dict[str, object], words: str) -> None:
    with pytest.raises(RecoveryNetError, match=words):
        rn.agency_network(MADE, **options)  # type: ignore[arg-type]
