"""What is written is read back as the same: ids, order, strengths to the last digit, direction, attributes and their types."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import recoverynet as rn
from recoverynet.errors import RecoveryNetWarning, SchemaError

FORMATS = {
    "ucinet": (rn.write_ucinet, rn.read_ucinet, "a.dl"),
    "pajek": (rn.write_pajek, rn.read_pajek, "a.net"),
    "vna": (rn.write_vna, rn.read_vna, "a.vna"),
    "graphml": (rn.write_graphml, rn.read_graphml, "a.graphml"),
    "gexf": (rn.write_gexf, rn.read_gexf, "a.gexf"),
}
# Blanks at the ends of a word mean nothing in formats that part words by them.
words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=8).filter(
    lambda word: word == word.strip()
)
strengths = st.one_of(st.integers(1, 5).map(float), st.floats(1e-12, 1e12, allow_nan=False))


@st.composite
def people_frames(draw):  # type: ignore[no-untyped-def]
    ids = draw(st.lists(words, min_size=1, max_size=6, unique=True))
    n = len(ids)
    columns = {
        "word": pd.Series(draw(st.lists(st.one_of(st.none(), words), min_size=n, max_size=n)), dtype="str"),
        "whole": pd.Series(draw(st.lists(st.integers(-1000, 1000), min_size=n, max_size=n)), dtype="int64"),
        "some": pd.Series(draw(st.lists(st.one_of(st.none(), st.integers(0, 9)), min_size=n, max_size=n)), dtype="Int64"),
        "fraction": pd.Series(draw(st.lists(st.floats(-9, 9), min_size=n, max_size=n)), dtype="float64"),
        "truth": pd.Series(draw(st.lists(st.booleans(), min_size=n, max_size=n)), dtype="bool"),
    }
    return pd.DataFrame(columns).set_axis(pd.Index(ids, name="person_id", dtype="str"))


@st.composite
def networks(draw, n_relations=1):  # type: ignore[no-untyped-def]
    people = draw(people_frames())
    n = len(people)
    directed = draw(st.booleans())
    made = []
    for _ in range(n_relations):
        weights = np.zeros((n, n))
        for _ in range(draw(st.integers(0, 2 * n))):
            i, j = draw(st.integers(0, n - 1)), draw(st.integers(0, n - 1))
            if i != j:
                weights[i, j] = draw(strengths)
                if not directed or draw(st.booleans()):
                    weights[j, i] = weights[i, j]
        made.append(rn.PersonNetwork(weights, people, directed=directed))
    return made


TYPED = {"graphml", "gexf"}
"""Formats whose files say which type each column had."""


def same(one: rn.PersonNetwork, other: rn.PersonNetwork, *, attributes: bool, typed: bool = False) -> None:
    assert one.person_ids.tolist() == other.person_ids.tolist()
    assert one.directed == other.directed
    assert (one.weights != other.weights).nnz == 0
    if typed:
        pd.testing.assert_frame_equal(one.people, other.people)
    elif attributes:
        known = other.people.dropna(axis=1, how="all")
        whole = [title for title, values in known.items() if values.dtype == "Int64" and not values.isna().any()]
        pd.testing.assert_frame_equal(one.people[known.columns], known.astype(dict.fromkeys(whole, "int64")))


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_network_comes_back_as_it_went(name: str, data: st.DataObject) -> None:
    network = data.draw(networks())[0]
    write, read, file_name = FORMATS[name]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", RecoveryNetWarning)
        write(network, Path(folder) / file_name)
        came = read(Path(folder) / file_name)
        again = rn.read_network(Path(folder) / file_name)
    same(came.network, network, attributes=name != "ucinet", typed=name in TYPED)
    same(again.network, network, attributes=name != "ucinet", typed=name in TYPED)
    # What formats list both ways is one tie, and a strength of 0 in a table of ties is none; nothing else is left out.
    assert all(row.n_dropped == 0 or "both ways" in row.why for row in came.report.rows)


@pytest.mark.parametrize("name", ["ucinet", "pajek", "vna", "graphml"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_several_networks_come_back_under_their_names(name: str, data: st.DataObject) -> None:
    made = data.draw(networks(n_relations=3))
    given_names = data.draw(st.lists(words, min_size=3, max_size=3, unique_by=str.lower))
    named = dict(zip(given_names, made, strict=True))
    write, read, file_name = FORMATS[name]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", RecoveryNetWarning)
        write(named, Path(folder) / file_name)
        came = read(Path(folder) / file_name)
    assert list(came.networks) == list(named)
    for one, network in named.items():
        same(came.networks[one], network, attributes=False)


@pytest.mark.parametrize("name", FORMATS)
def test_people_without_ties_and_nobody_at_all_come_back(name: str, tmp_path: Path) -> None:
    write, read, file_name = FORMATS[name]
    for directed in (True, False):
        for n in (0, 1, 3):
            network = rn.PersonNetwork(np.zeros((n, n)), [f"p{k}" for k in range(n)], directed=directed)
            write(network, tmp_path / file_name)
            if n == 0:
                assert read(tmp_path / file_name).network.n_people == 0
            else:
                same(read(tmp_path / file_name).network, network, attributes=True)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_network_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    write, _, file_name = FORMATS[name]
    network = rn.PersonNetwork(np.array([[0, 1.5], [0, 0]]), pd.DataFrame({"age": [41, 38]}, index=["a", "b"]), directed=True)
    seen = set()
    for _ in range(2):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RecoveryNetWarning)
            write(network, tmp_path / file_name)
        seen.add((tmp_path / file_name).read_bytes())
    assert len(seen) == 1


def test_what_a_format_cannot_hold_is_said_or_refused(tmp_path: Path) -> None:
    people = pd.DataFrame({"sex": ["f", "m"]}, index=["a", "b"])
    arcs = rn.PersonNetwork(np.array([[0, 1], [0, 0]]), people, directed=True)
    edges = rn.PersonNetwork(np.array([[0, 1], [1, 0]]), people)
    with pytest.warns(RecoveryNetWarning, match="sex"):
        rn.write_ucinet(arcs, tmp_path / "a.dl")
    for write, path in ((rn.write_ucinet, "a.dl"), (rn.write_vna, "a.vna")):
        with pytest.raises(SchemaError, match="direction"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RecoveryNetWarning)
            write({"one": arcs, "two": edges}, tmp_path / path)
    with pytest.raises(SchemaError, match=".net"):
        rn.write_pajek(arcs, tmp_path / "a.paj")
    with pytest.raises(SchemaError, match="one network"):
        rn.write_gexf({"one": arcs, "two": edges}, tmp_path / "a.gexf")  # type: ignore[arg-type]
    broken = rn.PersonNetwork(np.zeros((1, 1)), ["a\nb"])
    for write, path in ((rn.write_ucinet, "a.dl"), (rn.write_vna, "a.vna"), (rn.write_pajek, "a.net")):
        with pytest.raises(SchemaError, match="line break"):
            write(broken, tmp_path / path)
    with pytest.raises(SchemaError, match="a character that GraphML cannot hold"):
        rn.write_graphml(rn.PersonNetwork(np.zeros((1, 1)), ["a\x01"]), tmp_path / "a.graphml")
    with pytest.raises(SchemaError, match="same people"):
        rn.write_pajek({"one": arcs, "two": rn.PersonNetwork(np.zeros((2, 2)), ["b", "a"])}, tmp_path / "a.net")
    rn.write_pajek({"one": arcs, "two": edges}, tmp_path / "mixed.net")
    assert [one.directed for one in rn.read_pajek(tmp_path / "mixed.net").networks.values()] == [True, False]


def test_a_panel_goes_out_as_waves_and_comes_back_as_one(tmp_path: Path) -> None:
    ties = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    panel = rn.NetworkPanel.from_adjacency([ties, ties.T], people=["a", "b", "c"])
    rn.write_ucinet(panel, tmp_path / "waves.dl")
    back = rn.read_ucinet(tmp_path / "waves.dl").panel()
    assert back.n_waves == 2
    assert back.directed
    for wave in (1, 2):
        assert (back.at(wave).weights != panel.at(wave).weights).nnz == 0
    unknown = rn.NetworkPanel.from_adjacency([np.where(ties > 0, np.nan, 0), ties], people=["a", "b", "c"])
    with pytest.warns(RecoveryNetWarning, match="nobody knows"):
        rn.write_vna(unknown, tmp_path / "waves.vna")
