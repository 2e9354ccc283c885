"""To networkx, igraph, GraphML and GEXF and back: nothing lost, nothing misread."""

import subprocess
import sys

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.graphs.person_network import PersonNetwork


@pytest.fixture(scope="module")
def five() -> PersonNetwork:
    return rn.project(rn.ContactGraph(rn.load_sample("five_people")))


def random_network(directed: bool, n_people: int = 30) -> PersonNetwork:
    rng = np.random.default_rng(5)
    weights = rng.random((n_people, n_people)) * (rng.random((n_people, n_people)) < 0.1)
    weights[[3, 7]] = 0
    weights[:, [3, 7]] = 0
    np.fill_diagonal(weights, 0)
    ids = [f"{i:03d}" for i in rng.permutation(n_people)]
    people = pd.DataFrame(
        {
            "sex": rng.choice(["F", "M", None], n_people),
            "score": rng.choice([1.5, 2.0, np.nan], n_people),
            "peer": rng.random(n_people) < 0.5,
        },
        index=pd.Index(ids, name="person_id"),
    )
    return PersonNetwork(weights if directed else weights + weights.T, people, directed=directed)


def same(one: PersonNetwork, other: PersonNetwork) -> None:
    assert one.directed == other.directed
    assert one.person_ids.tolist() == other.person_ids.tolist()
    assert (one.weights != other.weights).nnz == 0
    for name in one.people.columns:
        first, second = one.people[name], other.people[name]
        assert first.isna().tolist() == second.isna().tolist()
        assert first.dropna().tolist() == second.dropna().tolist()


@pytest.mark.parametrize("directed", [False, True])
def test_round_trips_keep_ties_isolates_order_direction_and_attributes(directed, tmp_path):
    network = random_network(directed)
    same(network, PersonNetwork.from_networkx(network.to_networkx()))
    same(network, PersonNetwork.from_igraph(network.to_igraph()))
    network.write_graphml(tmp_path / "network.graphml")
    same(network, PersonNetwork.read_graphml(tmp_path / "network.graphml"))


def test_strength_and_distance_stand_apart(five):
    graph = five.to_networkx()
    assert graph.edges["ann", "cat"] == {"strength": 2.0, "distance": 0.5}
    assert nx.is_isolate(graph, "eve")
    assert graph.nodes["ann"]["person_id"] == "ann"
    assert "area" not in graph.nodes["ann"]  # missing
    assert nx.shortest_path_length(graph, "dev", "cat", weight="distance") == 1.5
    vertex = five.to_igraph().vs.find(name="eve")
    assert (vertex["person_id"], vertex["role"], vertex.degree()) == ("eve", "client", 0)
    assert five.to_igraph().es.attributes() == ["strength", "distance"]


def test_graphml_holds_plain_types_and_is_read_by_igraph(five, tmp_path):
    import igraph

    five.write_graphml(tmp_path / "five.graphml")
    graph = igraph.Graph.Read_GraphML(str(tmp_path / "five.graphml"))
    assert sorted(graph.es["strength"]) == [1.0, 1.0, 2.0, 2.0]
    assert graph.vs["person_id"] == five.person_ids.tolist()
    back = PersonNetwork.read_graphml(tmp_path / "five.graphml")
    assert back.people.loc["ann", "joined_on"] == "2011-01-10T00:00:00+00:00"


def test_gexf_is_the_same_bytes_and_read_by_networkx(five, tmp_path):
    five.write_gexf(tmp_path / "one.gexf")
    five.write_gexf(tmp_path / "two.gexf")
    assert (tmp_path / "one.gexf").read_bytes() == (tmp_path / "two.gexf").read_bytes()
    assert "lastmodifieddate" not in (tmp_path / "one.gexf").read_text(encoding="utf-8")
    graph = nx.read_gexf(tmp_path / "one.gexf")
    assert list(graph.nodes) == five.person_ids.tolist()
    assert graph.edges["ann", "cat"]["strength"] == 2.0
    assert PersonNetwork.from_networkx(graph).n_ties == five.n_ties


def test_mixed_columns_become_text_in_files(tmp_path):
    people = pd.DataFrame({"mixed": [1, "two"], "flag": [True, None]}, index=["a", "b"])
    PersonNetwork(np.zeros((2, 2)), people).write_graphml(tmp_path / "n.graphml")
    back = PersonNetwork.read_graphml(tmp_path / "n.graphml")
    assert back.people["mixed"].tolist() == ["1", "two"]
    assert back.people["flag"].iloc[0] is True or back.people["flag"].iloc[0] == True  # noqa: E712


def test_graphs_made_elsewhere():
    graph = nx.karate_club_graph()
    with pytest.raises(SchemaError, match="78 of 78 ties have no 'strength'; they carry 'weight'"):
        PersonNetwork.from_networkx(graph)
    network = PersonNetwork.from_networkx(graph, strength="weight")
    assert (network.n_people, network.n_ties, network.directed) == (34, 78, False)
    np.testing.assert_array_equal(network.weights.toarray(), nx.to_numpy_array(graph))
    assert network.person_ids[0] == "0"
    assert network.people["club"].iloc[0] == "Mr. Hi"
    assert PersonNetwork.from_networkx(graph, strength=None).weights.sum() == 156


def test_an_igraph_without_names_is_numbered():
    import igraph

    network = PersonNetwork.from_igraph(igraph.Graph([(0, 1), (1, 2)], n=4), strength=None)
    assert network.person_ids.tolist() == ["0", "1", "2", "3"]
    assert network.n_ties == 2


def test_a_network_of_nobody(tmp_path):
    nobody = PersonNetwork(sparse.csr_array((0, 0)), [])
    same(nobody, PersonNetwork.from_networkx(nobody.to_networkx()))
    same(nobody, PersonNetwork.from_igraph(nobody.to_igraph()))
    nobody.write_graphml(tmp_path / "n.graphml")
    nobody.write_gexf(tmp_path / "n.gexf")
    same(nobody, PersonNetwork.read_graphml(tmp_path / "n.graphml"))


def with_edge(kind=nx.Graph, one="a", other="b", **data):
    graph = kind()
    graph.add_edge(one, other, **data)
    return graph


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (with_edge(nx.MultiGraph, strength=1.0), "multigraph"),
        (with_edge(strength=-1.0), "negative"),
        (with_edge(strength=float("nan")), "negative or missing"),
        (with_edge(strength="strong"), "must be numbers"),
        (with_edge(other="a", strength=1.0), "tied to themselves"),
        (with_edge(), "they carry no other"),
        (with_edge(one=1, other="1", strength=1.0), "more than once"),
    ],
)
def test_bad_graphs_are_named(graph, message):
    with pytest.raises(SchemaError, match=message):
        PersonNetwork.from_networkx(graph)


def test_bad_igraphs_are_named():
    import igraph

    with pytest.raises(SchemaError, match="several ties"):
        PersonNetwork.from_igraph(igraph.Graph([(0, 1), (0, 1)]), strength=None)
    with pytest.raises(SchemaError, match="tied to themselves"):
        PersonNetwork.from_igraph(igraph.Graph([(0, 0)]), strength=None)
    weighted = igraph.Graph([(0, 1)], edge_attrs={"weight": [2.0]})
    with pytest.raises(SchemaError, match="1 of 1 ties have no 'strength'; they carry 'weight'"):
        PersonNetwork.from_igraph(weighted)
    named = PersonNetwork(np.zeros((1, 1)), pd.DataFrame({"name": ["x"]}, index=["a"]))
    with pytest.raises(SchemaError, match="rename the column"):
        named.to_igraph()


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / "broken.graphml").write_text("<graphml><graph")
    with pytest.raises(SchemaError, match=r"'broken.graphml' is not a GraphML file"):
        PersonNetwork.read_graphml(tmp_path / "broken.graphml")
    (tmp_path / "empty.graphml").write_text("")
    with pytest.raises(SchemaError, match="not a GraphML file"):
        PersonNetwork.read_graphml(tmp_path / "empty.graphml")


def test_a_network_loads_neither_networkx_nor_igraph():
    program = "import sys; from recoverynet import PersonNetwork; print({'networkx', 'igraph'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
