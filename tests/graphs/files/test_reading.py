"""Files as other programs write them, with exact counts, and files that are not what they say."""

from __future__ import annotations

import warnings
from pathlib import Path

import igraph as ig
import networkx as nx
import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError

SAMPSON = {"SAMPLK1": 55, "SAMPLK2": 57, "SAMPLK3": 56, "SAMPDLK": 47, "SAMPES": 54, "SAMPDES": 58, "SAMPIN": 53, "SAMPNIN": 50,
           "SAMPPR": 39, "SAMNPR": 41}  # fmt: skip


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_monastery_is_the_same_in_both_programs(shared) -> None:  # type: ignore[no-untyped-def]
    one = rn.read_network(shared("data/netfiles/SAMPSON.DAT"))
    other = rn.read_network(shared("data/netfiles/SAMPSONL.NET"))
    for came in (one, other):
        assert {name: network.n_ties for name, network in came.networks.items()} == SAMPSON
        assert all(network.n_people == 18 and network.directed for network in came.networks.values())
        assert came.report.n_dropped == 0
    for name, network in one.networks.items():
        assert network.person_ids.equals(other.networks[name].person_ids)
        assert ((network.weights != 0) != (other.networks[name].weights != 0)).nnz == 0
    assert one.networks["SAMPLK1"].weights[0, 2] == 2
    assert one.panel(["SAMPLK1", "SAMPLK2", "SAMPLK3"]).n_waves == 3


def test_both_graphs_of_the_two_interviews_come_in(shared) -> None:  # type: ignore[no-untyped-def]
    came = rn.read_network(shared("data/network_canvas/minimal-multiple-networks.graphml"))
    assert [(one.n_people, one.n_ties) for one in came.networks.values()] == [(2, 1), (2, 1)]
    assert not any("Joshua" in str(one.people) for one in came.networks.values())
    assert came.report.n_dropped == 2
    with pytest.raises(SchemaError, match="2 networks"):
        came.network  # noqa: B018


@pytest.mark.parametrize(
    ("text", "ids", "expected"),
    [
        ("dl n=3\ndata:\n0 1 0\n0 0 2\n0 0 0", ["1", "2", "3"], {(0, 1): 1, (1, 2): 2}),
        ("DL\nN=3 FORMAT=LOWERHALF DIAGONAL ABSENT\nDATA:\n1\n0 2\n", ["1", "2", "3"], {(0, 1): 1, (1, 2): 2}),
        ("DL\nN=3, FORMAT=UPPERHALF\nDATA:\n0 1 0\n0 2\n0\n", ["1", "2", "3"], {(0, 1): 1, (1, 2): 2}),
        ("dl n = 3 format = nodelist1\nlabels:\na,b,c\ndata:\n1 2 3\n2 1", ["a", "b", "c"], {(0, 1): 1, (0, 2): 1, (1, 0): 1}),
        ("dl n=3 format=nodelist1b\ndata:\n2 2 3\n0\n1 1\n", ["1", "2", "3"], {(0, 1): 1, (0, 2): 1, (2, 0): 1}),
        ("dl n=3 format=edgelist1\nlabels embedded\ndata:\na b 2\nb c\nA c", ["a", "b", "c"], {(0, 1): 2, (1, 2): 1, (0, 2): 1}),
        ('dl n=2 format=fullmatrix labels embedded data: "Ann B" ben\n"Ann B" 0 1\nben 0 0', ["Ann B", "ben"], {(0, 1): 1}),
        ("\ufeffdl n=2 format=fm\nlabels:\n\"x y\" z\ndata:\n0 3\n0 0", ["x y", "z"], {(0, 1): 3}),
        ("dl nr=2 nc=2 row labels: p q column labels: p q data: 0 1 0 0", ["p", "q"], {(0, 1): 1}),
    ],
)  # fmt: skip
def test_every_form_of_a_dl_file(text: str, ids: list[str], expected: dict[tuple[int, int], float], tmp_path: Path) -> None:
    network = rn.read_ucinet(written(tmp_path, "a.dl", text)).network
    assert network.person_ids.tolist() == ids
    assert network.directed == ("HALF" not in text)
    found = {(i, j): value for i, j, value in zip(*network.weights.tocoo().coords, network.weights.tocoo().data, strict=True)}
    both = expected if network.directed else {**expected, **{(j, i): value for (i, j), value in expected.items()}}
    assert found == both


def test_a_dl_file_of_people_and_meetings_keeps_both(tmp_path: Path) -> None:
    text = "dl nr=2 nc=3\nrow labels:\nann ben\ncolumn labels:\nm1 m2 m3\ndata:\n1 1 0\n0 0 1\n"
    network = rn.read_ucinet(written(tmp_path, "a.dl", text)).network
    assert network.person_ids.tolist() == ["ann", "ben", "m1", "m2", "m3"]
    assert network.people["mode"].tolist() == [1, 1, 2, 2, 2]
    assert not network.directed
    assert network.n_ties == 3
    text = "dl nr=2 nc=2 format=edgelist2\nlabels embedded\ndata:\nann m1\nann m2 4\nben m1\n"
    network = rn.read_ucinet(written(tmp_path, "b.dl", text)).network
    assert network.person_ids.tolist() == ["ann", "ben", "m1", "m2"]
    assert network.n_ties == 3


def test_lists_of_several_matrices_are_parted_by_exclamation_marks(tmp_path: Path) -> None:
    text = "dl n=2 nm=2 format=edgelist1\nmatrix labels:\nlikes helps\ndata:\n1 2 3\n!\n2 1\n1 9\n"
    came = rn.read_ucinet(written(tmp_path, "a.dl", text))
    assert [one.n_ties for one in came.networks.values()] == [1, 1]
    assert came.report.n_dropped == 1


@pytest.mark.parametrize(
    ("text", "n_people", "ties"),
    [
        ("*Vertices 3\n1 a\n2 b\n3 c\n*arcs\n1 2 2\n*edges\n2 3\n", 3, {(0, 1): 2, (1, 2): 1, (2, 1): 1}),
        ("\ufeff*vertices 3\r\n*Arcslist\r\n1 2 3\r\n", 3, {(0, 1): 1, (0, 2): 1}),
        ("% a comment\n*Network friends\n*Vertices 2\n*Edgeslist\n1 2\n", 2, {(0, 1): 1, (1, 0): 1}),
        ('*Vertices 2\n1 "A B" 0.1 0.2 0.5 ic Red\n2 "C"\n*Matrix\n0 1.5\n0 0\n', 2, {(0, 1): 1.5}),
        ("*Vertices 3 2\n*Matrix\n1\n1\n", 3, {(0, 2): 1, (1, 2): 1}),
        ("*Vertices 2\n*Arcs\n1: 1 2 3\n", 2, {(0, 1): 3}),
        ("*Vertices 3\n*Arcs\n1 2 1\n1 2 4\n3 3\n2 3 0\n1 3 1 c Blue [1-3]\n", 3, {(0, 1): 5, (0, 2): 1}),
        ("*Vertices 2\n*Edges\n", 2, {}),
    ],
)
def test_every_form_of_a_pajek_file(text: str, n_people: int, ties: dict[tuple[int, int], float], tmp_path: Path) -> None:
    came = rn.read_pajek(written(tmp_path, "a.net", text))
    network = came.network
    assert network.n_people == n_people
    assert {(i, j): v for i, j, v in zip(*network.weights.tocoo().coords, network.weights.tocoo().data, strict=True)} == ties


def test_a_project_holds_networks_with_their_attributes(tmp_path: Path) -> None:
    text = (
        '*Network calls\n*Vertices 2\n1 "a"\n2 "b"\n*Arcs\n1 2\n*Partition sex\n*Vertices 2\n1\n9999998\n*Vector age\n'
        "*Vertices 2\n41.5\n38\n*Network visits\n*Vertices 3\n*Edges\n1 3\n*Events\nTI 1\n"
    )
    came = rn.read_pajek(written(tmp_path, "a.paj", text))
    assert list(came.networks) == ["calls", "visits"]
    assert came.networks["calls"].people["age"].tolist() == [41.5, 38]
    assert came.networks["calls"].people["sex"].isna().tolist() == [False, True]
    assert came.networks["visits"].n_people == 3
    assert came.report.to_frame().query("n_dropped > 0")["what"].tolist() == ["lines of *events"]


def test_negative_ties_are_a_network_of_their_own_and_doubles_add_up(tmp_path: Path) -> None:
    came = rn.read_pajek(written(tmp_path, "a.net", "*Vertices 3\n*Arcs\n1 2 2\n1 2 3\n2 3 -1\n"))
    assert {name: one.weights.sum() for name, one in came.networks.items()} == {"network": 5, "network (negative)": 1}
    assert came.report.to_frame()["n_dropped"].tolist() == [0, 1]


def test_labels_borne_twice_and_labels_that_are_missing(tmp_path: Path) -> None:
    came = rn.read_pajek(written(tmp_path, "a.net", '*Vertices 4\n1 "ann"\n2 "ann"\n4 ""\n*Arcs\n1 2\n'))
    assert came.network.person_ids.tolist() == ["ann (1)", "ann (2)", "3", "4"]
    assert came.report.to_frame()["n_changed"].iloc[0] == 2


def test_netdraw_columns_are_relations_and_looks_are_left_out(tmp_path: Path) -> None:
    text = (
        '*Node data\nID, "First name", age\nHOLLY Holly 40\nPAM Pam 007\n*Node properties\nID x y color\nHOLLY 1 2 255\n'
        "*Tie data\nfrom to friends strength\nHOLLY PAM 1 0\nPAM HOLLY 0 2\nPAM BILL 1\n"
    )
    came = rn.read_vna(written(tmp_path, "a.vna", text))
    assert list(came.networks) == ["friends", "strength"]
    assert came.networks["friends"].people.columns.tolist() == ["age"]
    assert came.networks["friends"].people["age"].tolist() == ["40", "007"]
    told = came.report.to_frame().set_index("what")
    assert told.loc["rows of tie data", "n_dropped"] == 1
    assert told.loc["rows of node properties", "n_dropped"] == 1
    kept = rn.read_vna(tmp_path / "a.vna", keep=["First name"])
    assert kept.networks["friends"].people["First name"].tolist() == ["Holly", "Pam"]
    with pytest.raises(SchemaError, match="Second name"):
        rn.read_vna(tmp_path / "a.vna", keep=["Second name"])


@pytest.mark.parametrize("directed", [True, False])
def test_what_networkx_and_igraph_write_comes_in(directed: bool, tmp_path: Path) -> None:
    graph = (nx.DiGraph if directed else nx.Graph)()
    graph.add_node("x1", age=41, name="Ann Smith", ost=True)
    graph.add_node("x2", age=38, ost=False)
    graph.add_node("alone")
    graph.add_edge("x1", "x2", weight=2.5, colour="red")
    nx.write_graphml(graph, tmp_path / "a.graphml")
    nx.write_gexf(graph, tmp_path / "a.gexf")
    nx.write_pajek(graph, tmp_path / "a.net")
    for name in ("a.graphml", "a.gexf"):
        came = rn.read_network(tmp_path / name)
        assert came.network.person_ids.tolist() == ["x1", "x2", "alone"]
        assert came.network.directed == directed
        assert came.network.ties()["strength"].tolist() == [2.5]
        assert "name" not in came.network.people.columns
        assert came.network.people["age"].tolist()[:2] == [41, 38]
        assert any("weight" in note for note in came.report.notes)
        assert rn.read_graphml(tmp_path / "a.graphml", strength=None).network.ties()["strength"].tolist() == [1.0]
        with pytest.raises(SchemaError, match="closeness"):
            rn.read_graphml(tmp_path / "a.graphml", strength="closeness")
    assert rn.read_network(tmp_path / "a.net").network.ties()["strength"].tolist() == [2.5]
    other = ig.Graph([(0, 1), (1, 2)], directed=directed)
    other.vs["name"] = ["x1", "x2", "x3"]
    other.vs["age"] = [41.0, 38.5, float("nan")]
    other.es["weight"] = [1.0, 2.0]
    other.write_graphml(str(tmp_path / "i.graphml"))
    other.write_pajek(str(tmp_path / "i.net"))
    came = rn.read_network(tmp_path / "i.graphml")
    assert came.network.person_ids.tolist() == ["x1", "x2", "x3"]
    assert came.network.people["age"].isna().tolist() == [False, False, True]
    assert rn.read_network(tmp_path / "i.net").network.n_ties == 2


def test_networkx_and_igraph_read_what_we_write(tmp_path: Path) -> None:
    people = pd.DataFrame({"age": [41, 38, 20], "sex": ["f", None, "m"]}, index=["x1", "x2", "x3"])
    network = rn.PersonNetwork(np.array([[0, 2.5, 0], [0, 0, 0], [1, 0, 0]]), people, directed=True)
    rn.write_graphml(network, tmp_path / "a.graphml")
    rn.write_gexf(network, tmp_path / "a.gexf")
    rn.write_pajek(network, tmp_path / "a.net")
    for graph in (nx.read_graphml(tmp_path / "a.graphml"), nx.read_gexf(tmp_path / "a.gexf")):
        assert list(graph.nodes) == ["x1", "x2", "x3"]
        assert graph.nodes["x1"]["age"] == 41
        assert "sex" not in graph.nodes["x2"]
        assert sorted(graph.edges) == [("x1", "x2"), ("x3", "x1")]
    assert nx.read_pajek(tmp_path / "a.net")["x1"]["x2"][0]["weight"] == 2.5
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert ig.Graph.Read_GraphML(str(tmp_path / "a.graphml")).ecount() == 2
        assert ig.Graph.Read_Pajek(str(tmp_path / "a.net")).ecount() == 2


def test_graphs_as_the_wild_has_them(tmp_path: Path) -> None:
    text = """<?xml version="1.0"?><!-- made by hand -->
    <graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">
      <key id="d0" for="node" attr.name="age" attr.type="int"><default>30</default></key>
      <key id="d1" for="node" attr.name="age" attr.type="string"/>
      <graph id="G" edgedefault="undirected">
        <node id="a"><data key="d0">41</data><data key="d1">forty</data><data key="d9">x</data><y:ShapeNode/></node>
        <node id="b"/><node id="a"/>
        <node id="g"><graph id="inner" edgedefault="undirected"><node id="c"/></graph></node>
        <edge source="a" target="b" directed="true"/><edge source="b" target="a"/><edge source="b" target="z"/>
        <hyperedge><endpoint node="a"/></hyperedge>
      </graph></graphml>"""
    came = rn.read_graphml(written(tmp_path, "a.graphml", text))
    people = came.network.people
    assert people.index.tolist() == ["a", "b", "g", "c"]
    assert people["age"].tolist() == [41, 30, 30, 30]
    assert people.columns.tolist() == ["age", "age_2", "d9"]
    assert came.network.directed
    assert came.network.ties()["strength"].tolist() == [2.0, 1.0]
    told = came.report.to_frame()
    assert told["n_dropped"].sum() == 4
    assert any("d9" in note for note in came.report.notes)
    text = """<gexf version="1.2"><graph defaultedgetype="directed" mode="dynamic"><attributes class="node">
      <attribute id="0" title="age" type="integer"/></attributes><nodes><node id="7" label="Ann Smith"><attvalues>
      <attvalue for="0" value="41"/><attvalue for="0" value="42"/></attvalues><spells><spell start="1"/></spells></node>
      <node id="8" label="Ben"><nodes><node id="9" label="Cat"/></nodes></node></nodes><edges>
      <edge id="0" source="7" target="8" weight="2.0"/><edge id="1" source="8" target="9" type="mutual"/></edges></graph></gexf>"""
    came = rn.read_gexf(written(tmp_path, "a.gexf", text))
    assert came.network.person_ids.tolist() == ["7", "8", "9"]
    assert came.network.n_ties == 3
    assert "Ann" not in str(came.network.people)
    assert {"earlier values of an attribute that changed over time", "times at which nodes and ties were there"} <= set(
        came.report.to_frame()["what"]
    )


BAD = [
    ("empty.net", b"", "empty"),
    ("blank.dl", b"  \n \n", "empty"),
    ("page.net", b"<!DOCTYPE html><html><body>404</body></html>", "page of a web site"),
    ("page.graphml", b"<html><head/></html>", "page of a web site"),
    ("zip.graphml", b"PK\x03\x04 and more", "zip file"),
    ("picture.dl", b"\x89PNG\r\n\x1a\n\x00\x00", "picture"),
    ("noise.net", bytes(range(256)) * 40, "not text"),
    ("other.vna", b"person_id,age\nann,41\n", "none of the formats"),
    ("cut.dl", b"dl n=3\nlabels:\na b c\ndata:\n0 1 0\n0 0", "cut short"),
    ("cut_head.dl", b"dl n=3\nlabels:\na b", "cut short"),
    ("more.dl", b"dl n=2\ndata:\n0 1 0 1 1", "1 more value"),
    ("words.dl", b"dl n=2\ndata:\n0 x 0 1", "'x'"),
    ("form.dl", b"dl n=2 format=blockmatrix\ndata:\n0 1", "blockmatrix"),
    ("labels.dl", b"dl n=3\nlabels:\na b\ndata:\n0 1 0 1 0 1 1 1 1", "2 labels"),
    ("huge.dl", b"dl n=999999999 format=edgelist1\ndata:\n1 2", "people"),
    ("huge_matrix.dl", b"dl n=1999999\ndata:\n1 2", "cells"),
    ("unknown.dl", b"dl n=2 format=edgelist1\ndata:\nann ben", "'ann'"),
    ("one_end.dl", b"dl n=2 format=edgelist1\ndata:\n1\n", "two ends"),
    ("parts.dl", b"dl n=2 nm=3 format=edgelist1\ndata:\n1 2\n!\n1 2\n", "3 matrices"),
    ("external.dl", b"dl n=2 datafile=other.txt data:", "another file"),
    ("no_size.net", b"*Vertices many\n", "how many"),
    ("huge.net", b"*Vertices 999999999\n", "people"),
    ("beyond.net", b"*Vertices 2\n*Arcs\n1 3\n", "vertex 3"),
    ("cut.net", b"*Vertices 2\n*Arcs\n1", "cut short"),
    ("before.net", b"*Arcs\n1 2\n", "before"),
    ("words.net", b"*Vertices 2\n*Arcs\none two\n", "'one'"),
    ("matrix.net", b"*Vertices 2\n*Matrix\n0 1 0\n", "3 values"),
    ("no_network.net", b"*Network empty\n", "no network"),
    ("strength.vna", b"*tie data\nfrom to strength\na b much\n", "'much'"),
    ("section.vna", b"*node data\nID\na\n*groups\n", "groups"),
    ("cut.vna", b"*node data\n", "cut short"),
    ("cut.graphml", b"<graphml><graph><node id='a'>", "not sound XML"),
    ("none.graphml", b"<graphml></graphml>", "no <graph>"),
    ("bomb.graphml", b'<!DOCTYPE g [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><graphml><graph id="&c;"/></graphml>', "document type"),
    ("outside.gexf", b'<!DOCTYPE g SYSTEM "file:///etc/passwd"><gexf><graph/></gexf>', "document type"),
    ("deep.graphml", b"<graphml>" + b"<a>" * 100, "nested"),
    ("strength.graphml", b"<graphml><key id='w' for='edge' attr.name='weight'/><graph><node id='a'/><node id='b'/>"
     b"<edge source='a' target='b'><data key='w'>much</data></edge></graph></graphml>", "no number"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "message"), BAD, ids=[name for name, _, _ in BAD])
def test_what_cannot_be_read_says_what_was_expected(name: str, data: bytes, message: str, tmp_path: Path) -> None:
    path = written(tmp_path, name, data)
    by_ending = {
        ".dl": rn.read_ucinet,
        ".net": rn.read_pajek,
        ".vna": rn.read_vna,
        ".graphml": rn.read_graphml,
        ".gexf": rn.read_gexf,
    }
    with pytest.raises(SchemaError, match=message) as told:
        rn.read_network(path)
    assert name in str(told.value) or "matrix" in str(told.value)
    assert str(tmp_path) not in str(told.value)
    with pytest.raises(SchemaError):
        by_ending[path.suffix](path)


def test_a_file_of_another_format_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "a.net", "dl n=2 format=edgelist1\ndata:\n1 2\n")
    assert rn.read_network(path).report.kind == "ucinet"
    with pytest.raises(SchemaError, match="read_ucinet"):
        rn.read_pajek(path)
    with pytest.raises(SchemaError, match="folder"):
        rn.read_network(tmp_path)
    with pytest.raises(SchemaError, match="not there"):
        rn.read_network(tmp_path / "nowhere.net")


def test_files_beyond_reason_are_refused_by_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recoverynet.formats.opened.MOST_BYTES", 100)
    with pytest.raises(SchemaError, match="at most"):
        rn.read_network(written(tmp_path, "a.net", b"*Vertices 2\n" + b"%" * 200))


def test_encodings_may_be_mixed(tmp_path: Path) -> None:
    text = '*Vertices 2\n1 "Zoë"\n'.encode() + '2 "André"\n'.encode("cp1252") + b"*Arcs\n1 2\n"
    came = rn.read_pajek(written(tmp_path, "a.net", text))
    assert came.network.person_ids.tolist() == ["Zoë", "André"]
    assert "Windows-1252" in came.report.notes[0]
    wide = rn.read_ucinet(written(tmp_path, "b.dl", "dl n=2\nlabels:\nZoë b\ndata:\n0 1\n0 0".encode("utf-16")))
    assert wide.network.person_ids.tolist() == ["Zoë", "b"]


def test_direction_may_be_told(tmp_path: Path) -> None:
    path = written(tmp_path, "a.net", "*Vertices 3\n*Arcs\n1 2 2\n2 1 3\n2 3 1\n")
    network = rn.read_pajek(path, directed=False).network
    assert not network.directed
    assert network.ties()["strength"].tolist() == [3.0, 1.0]
    path = written(tmp_path, "a.vna", "*tie data\nfrom to\na b\nb a\n")
    assert not rn.read_vna(path).network.directed
    assert rn.read_vna(path, directed=True).network.n_ties == 2


def test_networks_become_tables_of_a_record(tmp_path: Path) -> None:
    text = "*node data\nID sex role\np1 f 1\np2 m 2\n*tie data\nfrom to strength\np1 p2 2\np2 p1 2\n"
    came = rn.read_vna(written(tmp_path, "a.vna", text)).to_tables(asked_at="2011-03-07", role="client")
    record = came.to_record()
    assert record.people["sex"].tolist() == ["f", "m"]
    assert record.people["role"].tolist() == ["client", "client"]
    assert record.people["file_role"].tolist() == [1, 2]
    assert record.nominations[["ego_id", "alter_id", "weight"]].values.tolist() == [["p1", "p2", 2.0], ["p2", "p1", 2.0]]
    came.write(tmp_path / "record")
    assert rn.read_record(tmp_path / "record").nominations["weight"].tolist() == [2.0, 2.0]


def test_names_do_not_become_ids_of_a_record(tmp_path: Path) -> None:
    text = '*Vertices 3\n1 "Ann Smith"\n2 "p2"\n3 "ben@example.org"\n*Arcs\n1 2\n3 1\n'
    came = rn.read_pajek(written(tmp_path, "a.net", text))
    assert came.network.person_ids.tolist() == ["Ann Smith", "p2", "ben@example.org"]
    tables = came.to_tables(asked_at="2011-03-07")
    assert tables.tables["people"]["person_id"].tolist() == ["person 1", "p2", "person 3"]
    assert tables.tables["nominations"][["ego_id", "alter_id"]].values.tolist() == [["person 1", "p2"], ["person 3", "person 1"]]
    assert tables.report.to_frame()["n_changed"].sum() == 2
    with pytest.raises(SchemaError, match="role"):
        came.to_tables(asked_at="2011-03-07", role="friend")
    with pytest.raises(SchemaError, match="date"):
        came.to_tables(asked_at="07/03/2011")
