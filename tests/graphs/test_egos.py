"""Personal networks from nominations and from contacts, by hand and against networkx."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import recoverynet as rn
from recoverynet.errors import SchemaError, TimeOrderError, UnknownPersonError
from recoverynet.graphs.egos import EgoNetworks, ego_networks
from recoverynet.graphs.person_network import PersonNetwork
from recoverynet.kernels import neighbours

ALTER_COLUMNS = ["ego_id", "alter_id", "weight", "distance", "in_record"]


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return rn.load_sample("five_people")


@pytest.fixture(scope="module")
def named(record) -> EgoNetworks:
    return ego_networks(record)


def random_network(directed: bool, n_people: int = 40, share: float = 0.12) -> PersonNetwork:
    rng = np.random.default_rng(11)
    weights = rng.integers(1, 5, (n_people, n_people)) * (rng.random((n_people, n_people)) < share)
    weights = weights if directed else np.triu(weights, 1) + np.triu(weights, 1).T
    weights[0] = weights[:, 0] = 0
    np.fill_diagonal(weights, 0)
    return PersonNetwork(weights, [f"p{i:02d}" for i in range(n_people)], directed=directed)


def edges_of(graph: nx.Graph) -> list[tuple[str, str, float]]:
    pairs = [(u, v) if graph.is_directed() else tuple(sorted((u, v))) for u, v in graph.edges]
    return sorted((u, v, graph.edges[u, v]["strength"]) for u, v in pairs)


# --- from nominations ---------------------------------------------------------------------------------------


def test_five_people_name(named):
    assert named.alters.columns[:5].tolist() == ALTER_COLUMNS
    assert list(zip(named.alters["ego_id"], named.alters["alter_id"], named.alters["in_record"], strict=True)) == [
        ("ann", "ben", True),
        ("ann", "cat", True),
        ("ann", "x1", False),
        ("ben", "ann", True),
    ]
    assert named.alters["perceived_state"].tolist() == ["abstinent", "in_recovery", "using", "using"]
    assert named.alters["relation"].tolist() == ["friend", "sponsor", "friend", "friend"]
    assert named.alter_ties.to_dict("records") == [{"ego_id": "ann", "alter_a": "ben", "alter_b": "cat", "weight": 1.0}]
    assert named.egos.index.tolist() == ["ann", "ben", "cat", "dev", "eve"]


def test_egos_without_alters_stay(named):
    assert named.sizes().tolist() == [3, 1, 0, 0, 0]
    np.testing.assert_array_equal(named.densities(), [1 / 3, np.nan, np.nan, np.nan, np.nan])
    assert named.sizes().index.name == "person_id"
    assert named.network("eve").n_people == 1
    assert named.network("eve", include_ego=False).n_people == 0


def test_one_personal_network(named):
    ann = named.network("ann")
    assert ann.person_ids.tolist() == ["ann", "ben", "cat", "x1"]
    assert ann.n_ties == 4
    alters = named.network("ann", include_ego=False)
    assert alters.ties().to_numpy().tolist() == [["ben", "cat", 1.0]]
    assert alters.people.loc["x1", "perceived_state"] == "using"
    with pytest.raises(UnknownPersonError, match="'zoe' is none of the 5 egos"):
        named.network("zoe")


def test_egos_can_be_chosen(record):
    chosen = ego_networks(record, egos=["ben", "ann"])
    assert chosen.egos.index.tolist() == ["ben", "ann"]
    assert chosen.alters["ego_id"].tolist() == ["ben", "ann", "ann", "ann"]
    assert chosen.sizes().tolist() == [1, 3]
    with pytest.raises(UnknownPersonError, match="first being 'x1'"):
        ego_networks(record, egos=["x1"])
    with pytest.raises(SchemaError, match="named twice"):
        ego_networks(record, egos=["ann", "ann"])


def test_windows_are_half_open_and_the_last_naming_describes(record):
    again = record.nominations[record.nominations["alter_id"] == "x1"].assign(
        asked_at=pd.Timestamp("2011-04-01", tz="Europe/London"), perceived_state="abstinent", weight=3.0
    )
    more = record.with_tables(nominations=pd.concat([record.nominations, again]))
    assert ego_networks(more).alters.set_index("alter_id").loc["x1", ["weight", "perceived_state"]].tolist() == [3.0, "abstinent"]
    april = ego_networks(more, window=("2011-04-01", "2011-05-01"))
    assert april.sizes()["ann"] == 1
    assert april.alter_ties.empty
    march = ego_networks(more, window=("2011-03-01", "2011-04-01"))
    assert march.alters.set_index("alter_id").loc["x1", "perceived_state"] == "using"
    with pytest.raises(TimeOrderError):
        ego_networks(more, window=("2011-04-01", "2011-04-01"))


def test_two_relations_to_one_person_are_one_alter(record):
    second = record.nominations.iloc[[0]].assign(relation="friend", weight=2.0)
    more = record.with_tables(nominations=pd.concat([record.nominations, second]))
    cat = ego_networks(more).alters.set_index(["ego_id", "alter_id"]).loc[("ann", "cat")]
    assert (cat["relation"], cat["weight"]) == ("friend; sponsor", 2.0)
    assert ego_networks(more, relation="sponsor").sizes().tolist() == [1, 0, 0, 0, 0]


def test_ties_with_people_not_named_are_left_out_and_said(record):
    stray = record.alter_ties.assign(alter_b="x9")
    back = record.alter_ties.assign(alter_a=record.alter_ties["alter_b"], alter_b=record.alter_ties["alter_a"], weight=5)
    more = ego_networks(record.with_tables(alter_ties=pd.concat([record.alter_ties, stray, back])))
    assert more.alter_ties["weight"].tolist() == [5.0]  # the same pair told both ways is one tie
    assert "left out: 1" in more.notes[0]


def test_nobody_named_anybody(record):
    nothing = record.with_tables(nominations=record.nominations.iloc[:0], alter_ties=record.alter_ties.iloc[:0])
    found = ego_networks(nothing)
    assert found.sizes().tolist() == [0] * 5
    assert found.densities().isna().all()
    assert found.alters.columns[:5].tolist() == ALTER_COLUMNS
    assert found.alter_ties.columns.tolist() == ["ego_id", "alter_a", "alter_b", "weight"]
    assert found.network("ann").n_people == 1


# --- from contacts ------------------------------------------------------------------------------------------


def test_five_people_meet(record):
    contacts = ego_networks(rn.project(rn.ContactGraph(record)))
    assert contacts.sizes().to_dict() == {"ann": 3, "ben": 2, "cat": 2, "dev": 1, "eve": 0}
    ann = contacts.alters[contacts.alters["ego_id"] == "ann"]
    assert ann[["alter_id", "weight", "role"]].to_numpy().tolist() == [
        ["ben", 1.0, "client"],
        ["cat", 2.0, "peer"],
        ["dev", 1.0, "worker"],
    ]
    assert contacts.alter_ties.to_numpy().tolist() == [
        ["ann", "ben", "cat", 2.0],
        ["ben", "ann", "cat", 2.0],
        ["cat", "ann", "ben", 1.0],
    ]
    np.testing.assert_array_equal(contacts.densities(), [1 / 3, 1, 1, np.nan, np.nan])


@pytest.mark.parametrize("radius", [1, 2])
@pytest.mark.parametrize("directed", [False, True])
def test_the_same_as_networkx_ego_graphs(directed, radius):
    network = random_network(directed)
    found = ego_networks(network, radius=radius)
    graph = network.to_networkx()
    densities = found.densities()
    for ego in network.person_ids:
        wanted = nx.ego_graph(graph, ego, radius=radius, center=False)
        assert found.sizes()[ego] == wanted.number_of_nodes()
        own = found.network(ego, include_ego=False)
        assert set(own.person_ids) == set(wanted)
        assert edges_of(own.to_networkx()) == edges_of(wanted)
        if wanted.number_of_nodes() > 1:
            assert densities[ego] == pytest.approx(nx.density(wanted))
        else:
            assert np.isnan(densities[ego])


def test_distances_and_unknown_strengths_of_two_steps():
    path = PersonNetwork(np.diag([2.0, 3.0, 4.0], 1) + np.diag([2.0, 3.0, 4.0], -1), list("abcd"))
    found = ego_networks(path, radius=2, egos=["a"])
    assert found.alters["alter_id"].tolist() == ["b", "c"]
    assert found.alters["distance"].tolist() == [1, 2]
    np.testing.assert_array_equal(found.alters["weight"], [2.0, np.nan])
    assert found.network("a").ties().to_numpy().tolist() == [["a", "b", 2.0], ["b", "c", 3.0]]


def test_blocks_change_nothing(monkeypatch):
    network = random_network(False)
    whole = ego_networks(network, radius=2)
    monkeypatch.setattr(neighbours, "BLOCK", 7)
    pd.testing.assert_frame_equal(whole.alter_ties, ego_networks(network, radius=2).alter_ties)


def test_a_network_without_ties_or_people():
    alone = ego_networks(PersonNetwork(np.zeros((3, 3)), list("abc")), radius=2)
    assert alone.sizes().tolist() == [0, 0, 0]
    assert alone.alter_ties.empty
    assert ego_networks(PersonNetwork(np.zeros((0, 0)), [])).egos.empty


def test_bad_questions(record):
    network = rn.project(rn.ContactGraph(record))
    with pytest.raises(SchemaError, match="1 or 2 steps; got 3"):
        ego_networks(network, radius=3)
    with pytest.raises(SchemaError, match="needs a network"):
        ego_networks(record, radius=2)
    with pytest.raises(SchemaError, match="has its window"):
        ego_networks(network, window=("2011-03-01", "2011-04-01"))


def _all_tied(*sizes: int) -> rn.PersonNetwork:
    """Parts in which everybody is tied to everybody."""
    weights = sparse.block_diag([np.ones((n, n)) - np.eye(n) for n in sizes], format="csr")
    ids = pd.Index([f"p{i}" for i in range(sum(sizes))], name="person_id", dtype="str")
    return rn.PersonNetwork(sparse.csr_array(weights), pd.DataFrame(index=ids))


def test_ties_of_the_largest_personal_networks_are_counted_and_not_listed(monkeypatch):
    monkeypatch.setattr("recoverynet.graphs.egos.MOST_LISTED", 40)
    networks = rn.ego_networks(_all_tied(9, 4))
    assert networks.tie_counts.tolist() == [8 * 7 // 2] * 9 + [3] * 4
    assert set(networks.alter_ties["ego_id"]) == {"p9", "p10", "p11", "p12"}
    assert networks.densities().tolist() == [1.0] * 13
    assert "9 of 13 egos, those with 28 or more" in networks.notes[0]
    with pytest.raises(rn.NotEstimableError, match="counted and not listed.*egos="):
        networks.network("p0")
    assert networks.network("p9").weights.nnz == 4 * 3
    alone = rn.ego_networks(_all_tied(9, 4), egos=["p0"])
    assert alone.network("p0").weights.nnz == 9 * 8 and not alone.notes


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("radius", [1, 2])
def test_counted_ties_are_as_many_as_those_listed(directed, radius):
    rng = np.random.default_rng(5)
    chosen = np.triu(rng.random((30, 30)) < 0.2, 1)
    matrix = (rng.random((30, 30)) < 0.2) & ~np.eye(30, dtype=bool) if directed else chosen | chosen.T
    ids = pd.Index([f"p{i}" for i in range(30)], name="person_id", dtype="str")
    network = rn.PersonNetwork(sparse.csr_array(matrix.astype(float)), pd.DataFrame(index=ids), directed=directed)
    networks = rn.ego_networks(network, radius=radius)
    listed = networks.alter_ties.groupby("ego_id").size().reindex(ids, fill_value=0)
    assert networks.tie_counts.tolist() == listed.tolist() and listed.sum() > 50
