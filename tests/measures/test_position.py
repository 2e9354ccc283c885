"""Positions by hand, against networkx and igraph where they define the same thing, and where they differ."""

import igraph
import networkx as nx
import numpy as np
import pytest

import recoverynet as rn
from recoverynet.measures.position import position

NOT_PRESENT_IS_NAN = [
    "betweenness",
    "closeness",
    "closeness_in",
    "eigenvector",
    "constraint",
    "effective_size",
    "efficiency",
    "hierarchy",
    "clustering",
]


def random_graph(*, directed: bool, connected: bool = False) -> nx.Graph:
    """Fifty people, some alone unless connected; strengths are powers of two, so that sums are exact."""
    graph = nx.gnp_random_graph(50, 0.2 if connected else 0.045, seed=4, directed=directed)
    rng = np.random.default_rng(4)
    for one, other in graph.edges:
        graph.edges[one, other]["weight"] = float(2.0 ** rng.integers(-2, 3))
        graph.edges[one, other]["length"] = 1 / graph.edges[one, other]["weight"]
    return graph


def as_network(graph: nx.Graph) -> rn.PersonNetwork:
    weights = nx.to_scipy_sparse_array(graph, nodelist=sorted(graph), weight="weight", dtype=float)
    return rn.PersonNetwork(weights, [str(node) for node in sorted(graph)], directed=graph.is_directed())


def as_igraph(graph: nx.Graph) -> igraph.Graph:
    other = igraph.Graph(n=len(graph), edges=list(graph.edges), directed=graph.is_directed())
    other.es["weight"] = [data["weight"] for _, _, data in graph.edges(data=True)]
    return other


def in_order(found: dict) -> np.ndarray:
    return np.array([found[node] for node in sorted(found)], dtype=float)


@pytest.fixture(scope="module")
def five() -> rn.PersonNetwork:
    # ann–ben 1, ann–cat 2, ben–cat 2, ann–dev 1; eve alone
    return rn.project(rn.ContactGraph(rn.load_sample("five_people")))


def test_five_people(five: rn.PersonNetwork) -> None:
    frame = position(five, weighted=False)
    assert frame["degree"].tolist() == frame["degree_in"].tolist() == frame["degree_out"].tolist() == [3, 2, 2, 1, 0]
    assert frame["strength"].tolist() == [4, 3, 4, 1, 0]
    assert frame["n_reached"].tolist() == [3, 3, 3, 3, 0]
    # of the six pairs of others, ann lies between ben–dev and cat–dev
    assert frame["betweenness"].tolist() == pytest.approx([2 / 6, 0, 0, 0, 0])
    # ann reaches 3 of 4 others at distance 3: (3/4)(3/3); ben 3 at 1 + 1 + 2
    assert frame["closeness"].tolist() == pytest.approx([9 / 12, 9 / 16, 9 / 16, 9 / 20, 0])
    assert frame["core"].tolist() == [2, 2, 2, 1, 0]
    np.testing.assert_allclose(frame["clustering"], [1 / 3, 1, 1, np.nan, np.nan])
    # ann: three alters, one tie among them: 3 − 2·1/3
    np.testing.assert_allclose(frame["effective_size"], [7 / 3, 1, 1, 1, np.nan])
    np.testing.assert_allclose(frame["efficiency"], [7 / 9, 1 / 2, 1 / 2, 1, np.nan])
    # ann: ben and cat (1/3 + 1/3·1/2)² each, dev (1/3)²; dev: 1
    np.testing.assert_allclose(frame["constraint"].iloc[[0, 3]], [1 / 4 + 1 / 4 + 1 / 9, 1])
    np.testing.assert_allclose(frame["hierarchy"].iloc[[3, 4]], [1, np.nan])


@pytest.mark.slow
def test_strength_is_not_distance() -> None:
    # a–b–c by strong ties (2 each: 1/2 + 1/2 long) and a–c by a weak one (1/2: 2 long)
    weights = np.array([[0, 2, 0.5], [2, 0, 2], [0.5, 2, 0]])
    network = rn.PersonNetwork(weights, ["a", "b", "c"])
    assert position(network)["betweenness"].tolist() == [0, 0, 0]
    by_strength = position(network, distance="inverse_strength")
    assert by_strength["betweenness"].tolist() == [0, 1, 0]
    assert by_strength["closeness"].tolist() == pytest.approx([4 / (2 * 1.5), 4 / (2 * 1.0), 4 / (2 * 1.5)])
    assert position(network)["strength"].tolist() == [2.5, 4, 2.5]


def test_equally_long_ways_share_although_sums_are_rounded() -> None:
    # from a to e by b (0.1 + 0.2 is a little more than 0.3) and by c (0.15 + 0.15)
    weights = np.zeros((5, 5))
    for one, other, length in ((0, 1, 0.1), (1, 4, 0.2), (0, 2, 0.15), (2, 4, 0.15), (0, 3, 0.3), (3, 4, 1e9)):
        weights[one, other] = weights[other, one] = 1 / length
    frame = position(rn.PersonNetwork(weights, list("abcde")), distance="inverse_strength")
    assert frame["betweenness"].iloc[1] == pytest.approx(frame["betweenness"].iloc[2])


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_agrees_with_networkx(directed: bool, weighted: bool) -> None:
    graph = random_graph(directed=directed)
    frame = position(as_network(graph), weighted=weighted, distance="inverse_strength" if weighted else "hops")
    length = "length" if weighted else None
    np.testing.assert_allclose(frame["betweenness"], in_order(nx.betweenness_centrality(graph, weight=length)), atol=1e-14)
    theirs = in_order(nx.closeness_centrality(graph, distance=length, wf_improved=True))
    np.testing.assert_allclose(frame["closeness_in"], theirs, atol=1e-14)
    turned = graph.reverse() if directed else graph
    theirs = in_order(nx.closeness_centrality(turned, distance=length, wf_improved=True))
    np.testing.assert_allclose(frame["closeness"], theirs, atol=1e-14)
    strength = dict(graph.degree(weight="weight"))
    np.testing.assert_allclose(frame["strength"], in_order(strength))
    names_somebody = frame["degree_out"].to_numpy() > 0
    for name, function in (("constraint", nx.constraint), ("effective_size", nx.effective_size)):
        theirs = in_order(function(graph, list(graph), weight="weight" if weighted else None))
        np.testing.assert_allclose(frame[name][names_somebody], theirs[names_somebody], atol=1e-12)
    skeleton = nx.Graph(graph)
    np.testing.assert_array_equal(frame["degree"], in_order(dict(skeleton.degree())))
    np.testing.assert_array_equal(frame["core"], in_order(nx.core_number(skeleton)))
    two = frame["degree"].to_numpy() > 1
    np.testing.assert_allclose(frame["clustering"][two], in_order(nx.clustering(skeleton))[two], atol=1e-14)


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_agrees_with_igraph(directed: bool, weighted: bool) -> None:
    graph = random_graph(directed=directed, connected=True)
    theirs, name = as_igraph(graph), "weight" if weighted else None
    frame = position(as_network(graph), weighted=weighted, distance="inverse_strength" if weighted else "hops")
    lengths = [1 / weight for weight in theirs.es["weight"]] if weighted else None
    pairs = (len(graph) - 1) * (len(graph) - 2) / (1 if directed else 2)
    np.testing.assert_allclose(frame["betweenness"] * pairs, theirs.betweenness(weights=lengths), atol=1e-9)
    np.testing.assert_allclose(frame["closeness"], theirs.closeness(mode="out", weights=lengths), atol=1e-12)
    np.testing.assert_allclose(frame["constraint"], theirs.constraint(weights=name), atol=1e-12)
    np.testing.assert_allclose(frame["eigenvector"], theirs.eigenvector_centrality(weights=name), atol=1e-8)
    assert frame["degree_in"].tolist() == theirs.degree(mode="in")
    assert frame["degree_out"].tolist() == theirs.degree(mode="out")
    skeleton = theirs.as_undirected()
    assert frame["core"].tolist() == skeleton.coreness()
    np.testing.assert_allclose(frame["clustering"], skeleton.transitivity_local_undirected(mode="nan"), atol=1e-14)


@pytest.mark.parametrize("directed", [False, True])
def test_eigenvector_agrees_with_networkx_where_connected(directed: bool) -> None:
    graph = random_graph(directed=directed, connected=True)
    theirs = in_order(nx.eigenvector_centrality(graph, weight="weight", max_iter=50_000, tol=1e-13))
    np.testing.assert_allclose(position(as_network(graph))["eigenvector"], theirs / theirs.max(), atol=1e-9)


def test_people_alone_where_the_others_disagree() -> None:
    # somebody alone beside a pair: networkx gives 0 for closeness and clustering, igraph NaN
    graph = nx.Graph([(0, 1, {"weight": 1.0})])
    graph.add_node(2)
    theirs, alone = as_igraph(graph), position(as_network(graph)).loc["2"]
    assert nx.closeness_centrality(graph)[2] == 0 and np.isnan(theirs.closeness()[2])
    assert alone["closeness"] == 0 and alone["betweenness"] == 0 and alone["core"] == 0
    assert nx.clustering(graph)[2] == 0 and np.isnan(theirs.transitivity_local_undirected(mode="nan")[2])
    assert np.isnan(nx.constraint(graph, list(graph))[2]) and np.isnan(theirs.constraint()[2])
    assert alone[["constraint", "effective_size", "efficiency", "hierarchy", "clustering", "eigenvector"]].isna().all()


def test_people_who_are_named_and_name_nobody_are_constrained() -> None:
    graph = nx.DiGraph([(0, 1, {"weight": 1.0}), (2, 1, {"weight": 1.0})])
    frame = position(as_network(graph))
    assert np.isnan(nx.constraint(graph, list(graph))[1])
    assert frame["constraint"].tolist() == as_igraph(graph).constraint() == [1, 0.5, 1]
    assert frame["effective_size"].tolist() == [1, 2, 1]


def test_each_part_has_its_own_eigenvector() -> None:
    graph = nx.disjoint_union(nx.complete_graph(5), nx.star_graph(3))
    nx.set_edge_attributes(graph, 1.0, "weight")
    frame = position(as_network(graph))
    assert frame["eigenvector"].iloc[:6].tolist() == pytest.approx([1] * 6)
    assert frame["eigenvector"].iloc[6:].tolist() == pytest.approx([1 / np.sqrt(3)] * 3)
    spread = in_order(nx.eigenvector_centrality(graph, max_iter=5_000))
    assert spread[5:].max() < 1e-3  # one vector over all parts: the smaller part vanishes


def test_an_eigenvector_that_is_not_determined_is_not_given() -> None:
    chain = np.zeros((4, 4))
    chain[0, 1] = chain[1, 2] = chain[2, 3] = 1
    assert position(rn.PersonNetwork(chain, list("abcd"), directed=True))["eigenvector"].isna().all()
    circles = np.zeros((4, 4))
    circles[0, 1] = circles[1, 0] = circles[2, 3] = circles[3, 2] = circles[1, 2] = 1
    assert position(rn.PersonNetwork(circles, list("abcd"), directed=True))["eigenvector"].isna().all()
    circles[2, 3] = 4  # now the second circle leads (λ = 2); those before it receive nothing from it
    leading = position(rn.PersonNetwork(circles, list("abcd"), directed=True))["eigenvector"]
    assert leading.tolist() == pytest.approx([0, 0, 0.5, 1])


def test_waves_leave_out_those_not_there() -> None:
    ring = np.roll(np.eye(5), 1, axis=1) + np.roll(np.eye(5), -1, axis=1)
    there = np.ones((5, 2), dtype=bool)
    there[4, 1] = False
    with pytest.warns(rn.RecoveryNetWarning):
        panel = rn.NetworkPanel.from_adjacency([ring, ring], present=there, directed=False)
    frame = position(panel)
    assert frame.index.names == ["person_id", "wave"]
    gone = frame.loc[("5", 2)]
    assert not gone["present"] and gone["degree"] == 0 and gone["strength"] == 0
    assert gone[NOT_PRESENT_IS_NAN].isna().all()
    assert frame.loc[("5", 1), "degree"] == 2
    inner = position(panel.at(2).among(["1", "2", "3", "4"]))
    again = frame.xs(2, level="wave").iloc[:4]
    np.testing.assert_allclose(again.to_numpy(dtype=float), inner.to_numpy(dtype=float))


@pytest.mark.parametrize("n_people", [1, 2])
def test_tiny_networks(n_people: int) -> None:
    ties = np.ones((n_people, n_people)) - np.eye(n_people)
    frame = position(rn.PersonNetwork(ties, [str(i) for i in range(n_people)]))
    assert frame["betweenness"].isna().all()
    assert frame["closeness"].isna().all() == (n_people == 1)
    assert frame["degree"].tolist() == [n_people - 1] * n_people


def test_bad_arguments_are_explained(five: rn.PersonNetwork) -> None:
    with pytest.raises(rn.SchemaError, match="inverse_strength"):
        position(five, distance="strength")
    with pytest.raises(rn.SchemaError, match="PersonNetwork"):
        position(five.weights)
