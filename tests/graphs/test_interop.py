"""To networkx, igraph, GraphML and GEXF and back: nothing lost, nothing misread."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import sparse

import recoverynet as rn
from recoverynet.errors import RecoveryNetWarning, SchemaError
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
    five.write_graphml(tmp_path / "five.graphml")
    graph = igraph.Graph.Read_GraphML(str(tmp_path / "five.graphml"))
    assert sorted(graph.es["strength"]) == [1.0, 1.0, 2.0, 2.0]
    assert graph.vs["person_id"] == five.person_ids.tolist()
    back = PersonNetwork.read_graphml(tmp_path / "five.graphml")
    assert back.people.loc["ann", "joined_on"] == pd.Timestamp("2011-01-10", tz="Europe/London")
    assert ">2011-01-10T00:00:00+00:00<" in (tmp_path / "five.graphml").read_text(encoding="utf-8")


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
    with pytest.warns(RecoveryNetWarning, match="'mixed' hold something else"):
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


INSTANTS = ["2011-03-27T01:00:00.5Z", None, "2011-01-01T00:00Z", "2011-07-01T12:00Z", "2011-10-30T01:30Z"]
EVERY_TYPE = {
    "text": pd.Series(["x", None, "", "None", "nan"], dtype="str"),
    "object text": pd.Series(["x", None, "", "None", "ü & <b> \u2028\t\r\n'\""], dtype=object),
    "string": pd.Series(["x", None, "007", "NA", "y"], dtype="string"),
    "flag": pd.Series([True, False, True, False, True]),
    "flag or unknown": pd.Series([True, None, False, None, True], dtype="boolean"),
    "object flag": pd.Series([True, None, False, None, True], dtype=object),
    "number": pd.Series([0.1, np.nan, 1e300, -2.5, 1 / 3]),
    "single": pd.Series([0.5, np.nan, 1, 2, 3], dtype="float32"),
    "Float64": pd.Series([0.5, None, 1, 2, 3], dtype="Float64"),
    "whole": pd.Series([1, 2, -3, 0, 2**40]),
    "whole or unknown": pd.Series([1, None, -3, 0, 2**40], dtype="Int64"),
    "long": pd.Series([12345678901234567, None, 12345678901234568, 1, 2], dtype="Int64"),
    "small": pd.Series([1, 2, 3, 4, 5], dtype="int8"),
    "category": pd.Series(["a", None, "b", "a", "b"], dtype="category"),
    "category of numbers": pd.Series([1, 2, 1, 2, None]).astype("category"),
    "instant": pd.Series(pd.to_datetime(INSTANTS,
                                        format="ISO8601")).dt.as_unit("us").dt.tz_convert("Europe/London"),
    "naive": pd.Series(pd.to_datetime(["2011-03-07", None, "2011-03-08", "2011-03-09", "2011-03-10"])),
    "day": pd.Series([dt.date(2011, 3, 7), None, dt.date(2011, 3, 8), dt.date(2011, 3, 9), dt.date(2011, 3, 10)], dtype=object),
    "Arrow flag": pd.Series([True, None, False, None, True], dtype=pd.ArrowDtype(pa.bool_())),
    "Arrow text": pd.Series(["x", None, "", "None", "y"], dtype=pd.ArrowDtype(pa.string())),
    "Arrow whole": pd.Series([1, None, 3, 4, 5], dtype=pd.ArrowDtype(pa.int64())),
    "nothing": pd.Series([None] * 5, dtype="str"),
}  # fmt: skip
IDS = ["007", "NA", "None", "n3", "ä b"]


def every_type(column: str, *, directed: bool = False) -> PersonNetwork:
    weights = np.zeros((5, 5))
    weights[0, 1] = weights[1, 0] = 0.25
    weights[3, 4] = weights[4, 3] = 3.0
    values = EVERY_TYPE[column].set_axis(IDS)
    return PersonNetwork(weights, pd.DataFrame({column: values}), directed=directed)


def through_graphml(network: PersonNetwork, folder: Path) -> PersonNetwork:
    network.write_graphml(folder / "n.graphml")
    return PersonNetwork.read_graphml(folder / "n.graphml")


def ours_read_by_igraph(network: PersonNetwork, folder: Path) -> PersonNetwork:
    network.write_graphml(folder / "n.graphml")
    return PersonNetwork.from_igraph(igraph.Graph.Read_GraphML(str(folder / "n.graphml")))


def written_by_igraph(network: PersonNetwork, folder: Path) -> PersonNetwork:
    network.to_igraph().write_graphml(str(folder / "n.graphml"))
    return PersonNetwork.read_graphml(folder / "n.graphml")


def there_and_back_by_igraph(network: PersonNetwork, folder: Path) -> PersonNetwork:
    network.to_igraph().write_graphml(str(folder / "n.graphml"))
    return PersonNetwork.from_igraph(igraph.Graph.Read_GraphML(str(folder / "n.graphml")))


def pickled_by_igraph(network: PersonNetwork, folder: Path) -> PersonNetwork:
    network.to_igraph().write_pickle(str(folder / "n.pickle"))
    return PersonNetwork.from_igraph(igraph.Graph.Read_Pickle(str(folder / "n.pickle")))


def gexf(network: PersonNetwork, folder: Path) -> PersonNetwork:
    network.write_gexf(folder / "n.gexf")
    return PersonNetwork.from_networkx(nx.read_gexf(folder / "n.gexf"))


ROUTES = {
    "networkx": lambda network, folder: PersonNetwork.from_networkx(network.to_networkx()),
    "igraph": lambda network, folder: PersonNetwork.from_igraph(network.to_igraph()),
    "GraphML": through_graphml,
    "GraphML read by igraph": ours_read_by_igraph,
    "written by igraph": written_by_igraph,
    "igraph there and back": there_and_back_by_igraph,
    "pickled by igraph": pickled_by_igraph,
}


@pytest.mark.parametrize("column", EVERY_TYPE)
@pytest.mark.parametrize("route", ROUTES)
def test_every_type_of_column_comes_back_as_it_was(route: str, column: str, tmp_path: Path) -> None:
    network = every_type(column)
    wanted = network.people[column]
    if route in ("written by igraph", "igraph there and back") and column == "object text":
        wanted = wanted.str.replace("\r\n", "\n").astype(object).where(wanted.notna(), None)  # igraph writes no carriage return
    back = ROUTES[route](network, tmp_path)
    assert back.person_ids.tolist() == IDS
    assert (back.weights != network.weights).nnz == 0
    assert back.people.columns.tolist() == [column]
    digits = 1e-14 if "igraph" in route else 0.0  # igraph writes fifteen
    pd.testing.assert_series_equal(
        back.people[column], wanted, check_names=False, check_categorical=False, check_exact=False, rtol=digits, atol=0.0
    )


@pytest.mark.parametrize("column", [name for name in EVERY_TYPE if name != "nothing"])
def test_gexf_keeps_values_and_gaps(column: str, tmp_path: Path) -> None:
    network = every_type(column)
    back = gexf(network, tmp_path)
    assert back.person_ids.tolist() == IDS
    assert back.people[column].isna().tolist() == network.people[column].isna().tolist()
    if column in ("text", "flag or unknown", "number", "whole or unknown", "object text", "category"):
        assert back.people[column].dropna().tolist() == network.people[column].dropna().tolist()


def test_a_file_of_igraph_that_names_its_vertices_keeps_the_names(tmp_path: Path) -> None:
    graph = igraph.Graph([(0, 1)], n=3)
    graph.vs["name"], graph.vs["age"] = ["ann", "ben", "cat"], [30, 40, None]
    graph.write_graphml(str(tmp_path / "n.graphml"))
    network = PersonNetwork.read_graphml(tmp_path / "n.graphml", strength=None)
    assert network.person_ids.tolist() == ["ann", "ben", "cat"]
    assert network.people.columns.tolist() == ["age"]


def test_a_person_id_on_the_nodes_is_the_id() -> None:
    graph = nx.Graph()
    graph.add_node(0, person_id="007", name="not an id")
    graph.add_node(1, person_id=8.0)
    graph.add_edge(0, 1, strength=1.0)
    network = PersonNetwork.from_networkx(graph)
    assert network.person_ids.tolist() == ["007", "8"] and network.people.columns.tolist() == ["name"]
    del graph.nodes[1]["person_id"]
    with pytest.raises(SchemaError, match="1 of 2 ids are missing"):
        PersonNetwork.from_networkx(graph)


@pytest.mark.parametrize("name", ["id", "label", "pid", "start", "end", "parents", "slices", "spells", "viz", "for"])
@pytest.mark.parametrize("value", ["x", 3, True])
def test_columns_gexf_keeps_for_itself_are_written_under_another_name(name: str, value: object, tmp_path: Path) -> None:
    people = pd.DataFrame({name: [value] * 2, f"{name}_": ["taken", "taken"]}, index=["ann", "ben"])
    network = PersonNetwork(np.array([[0, 1], [1, 0]]), people)
    with pytest.warns(RecoveryNetWarning, match=f"GEXF keeps some names for itself.*'{name}' as '{name}__'"):
        network.write_gexf(tmp_path / "n.gexf")
    back = PersonNetwork.from_networkx(nx.read_gexf(tmp_path / "n.gexf"))
    assert back.person_ids.tolist() == ["ann", "ben"]
    assert back.people[f"{name}__"].tolist() == [value] * 2 and back.people[f"{name}_"].tolist() == ["taken"] * 2
    same(network, through_graphml(network, tmp_path))


@pytest.mark.parametrize("write", [PersonNetwork.write_graphml, PersonNetwork.write_gexf])
@pytest.mark.parametrize(
    ("people", "words"),
    [
        (pd.DataFrame({"note": ["fine", "b\x07d"]}, index=["ann", "ben"]), "Column 'note' of 'ben' holds .* U\\+0007 at place 2"),
        (pd.DataFrame({"note": ["\ud800", ""]}, index=["ann", "ben"], dtype=object), "U\\+D800"),
        (pd.DataFrame({"no\x00te": [1, 2]}, index=["ann", "ben"]), "name of the column"),
        (pd.DataFrame(index=["ann", "b\x1ben"]), "The id"),
    ],
)
def test_a_character_xml_cannot_hold_is_refused(write, people: pd.DataFrame, words: str, tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=words):
        write(PersonNetwork(np.zeros((2, 2)), people), tmp_path / "n.xml")
    assert not (tmp_path / "n.xml").exists()


def test_two_columns_of_one_name_are_refused() -> None:
    for names, words in (([1, "1"], "two columns are called '1'"), (["a", "unknown_columns"], "a name recoverynet uses itself")):
        network = PersonNetwork(np.zeros((1, 1)), pd.DataFrame([[1, 2]], columns=names, index=["a"]))
        for turn in (network.to_networkx, network.to_igraph):
            with pytest.raises(SchemaError, match=words):
                turn()


HEAD = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("boolean", " true ", True), ("boolean", "FALSE", False), ("boolean", "1", True), ("boolean", " ", None),
        ("boolean", "", None), ("int", " 3 ", 3), ("long", "3.0", 3), ("double", "INF", np.inf), ("float", "", None),
        ("string", " x ", " x "), ("string", "", ""),
    ],
)  # fmt: skip
def test_values_in_graphml_may_stand_in_space_or_be_empty(kind: str, text: str, value: object, tmp_path: Path) -> None:
    path = tmp_path / "n.graphml"
    path.write_text(
        f'{HEAD}<key id="k" for="node" attr.name="x" attr.type="{kind}"/><graph edgedefault="directed"><node id="ann">'
        f'<data key="k">{text}</data></node><node id="ben"/></graph></graphml>', encoding="utf-8"
    )  # fmt: skip
    people = PersonNetwork.read_graphml(path).people
    if value is None:
        assert "x" not in people or people["x"].isna().all()
    else:
        assert people.loc["ann", "x"] == value and people["x"].isna().tolist() == [False, True]


@pytest.mark.parametrize(("kind", "text"), [("boolean", "maybe"), ("int", "3.5"), ("int", "three"), ("double", "much")])
def test_a_value_of_another_type_is_named(kind: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "n.graphml"
    path.write_text(
        f'{HEAD}<key id="k" for="node" attr.name="x" attr.type="{kind}"/><graph edgedefault="directed"><node id="ann">'
        f'<data key="k">{text}</data></node></graph></graphml>', encoding="utf-8"
    )  # fmt: skip
    with pytest.raises(SchemaError, match=f"'n.graphml': a value of the attribute 'x' should be .* it is '{text}'"):
        PersonNetwork.read_graphml(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="'no.graphml' cannot be opened"):
        PersonNetwork.read_graphml(tmp_path / "no.graphml")


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / "broken.graphml").write_text("<graphml><graph")
    with pytest.raises(SchemaError, match=r"broken.graphml'? is not (XML|a GraphML file)"):
        PersonNetwork.read_graphml(tmp_path / "broken.graphml")
    (tmp_path / "empty.graphml").write_text("")
    with pytest.raises(SchemaError, match="not XML|not a GraphML file"):
        PersonNetwork.read_graphml(tmp_path / "empty.graphml")


def test_a_network_loads_neither_networkx_nor_igraph():
    program = "import sys; from recoverynet import PersonNetwork; print({'networkx', 'igraph'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
