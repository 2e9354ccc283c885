"""Files of networks keep the type of every column of people, with what is not known."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn

DATES = ["2011-03-07 00:00", None, "2012-01-01 10:00"]
COLUMNS = {
    "words": pd.array(["x", None, ""], dtype="str"),
    "yes or no": pd.array([True, None, False], dtype="boolean"),
    "known yes or no": [True, False, True],
    "whole": pd.array([1, None, 3], dtype="Int64"),
    "small": np.array([1, 2, 3], dtype="int8"),
    "beyond a number with a point": [2**60, 2**53 + 1, 3],
    "unsigned": np.array([2**64 - 1, 1, 2], dtype="uint64"),
    "unsigned with gaps": pd.array([2**64 - 1, None, 2], dtype="UInt64"),
    "numbers": [1.5, np.nan, -np.inf],
    "short numbers": np.array([0.1, np.nan, 2], dtype="float32"),
    "instants": pd.to_datetime(DATES),
    "instants of a place": pd.to_datetime(DATES).tz_localize("Europe/London"),
    "Arrow instants": pd.array(pd.to_datetime(DATES).tz_localize("UTC"), dtype="timestamp[us, tz=UTC][pyarrow]"),
    "days": [dt.date(2011, 3, 7), None, dt.date(2012, 1, 1)],
    "Arrow yes or no": pd.array([True, None, False], dtype="bool[pyarrow]"),
    "classes": pd.Categorical(["v", None, "u"]),
    "classes in order": pd.Categorical(["low", None, "high"], categories=["low", "middle", "high"], ordered=True),
    "classes of numbers": pd.Categorical([1, None, 2]),
    "nobody knows": pd.array([None] * 3, dtype="Int64"),
    "look like others": ["007", "True", "None"],
}
WRITERS: dict[str, Callable[[rn.PersonNetwork, Path], object]] = {
    "GraphML": lambda network, path: rn.write_graphml(network, path),
    "GraphML of the network": lambda network, path: network.write_graphml(path),
    "GEXF": lambda network, path: rn.write_gexf(network, path),
    "GEXF of the network": lambda network, path: network.write_gexf(path),
}


def network(**columns: object) -> rn.PersonNetwork:
    people = pd.DataFrame(columns, index=pd.Index(["ann", "ben", "cat"], name="person_id"))
    return rn.PersonNetwork(np.array([[0, 2, 1.0], [2, 0, 0], [1, 0, 0]]), people)


def read_back(made: rn.PersonNetwork, writer: str, folder: Path) -> rn.PersonNetwork:
    path = folder / f"made.{writer.split()[0].lower()}"
    WRITERS[writer](made, path)
    reader = rn.read_gexf if writer.startswith("GEXF") else rn.read_graphml
    return reader(path, keep=[str(name) for name in made.people.columns]).network


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_comes_back_as_it_was(column: str, writer: str, tmp_path: Path) -> None:
    made = network(**{column: COLUMNS[column], "after": ["a", "b", "c"]})
    found = read_back(made, writer, tmp_path)
    pd.testing.assert_frame_equal(found.people, made.people)
    assert (found.weights != made.weights).nnz == 0


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", ["id", "parents", "viz", "spells", "label", "start", "key", "", "name", "a b", 'q"<>&'])
def test_a_column_of_any_name_comes_back_under_its_name(name: str, writer: str, tmp_path: Path) -> None:
    made = network(**{name: ["q", "r", "s"]})
    assert read_back(made, writer, tmp_path).people[name].tolist() == ["q", "r", "s"]


@pytest.mark.parametrize("writer", WRITERS)
def test_what_a_file_cannot_hold_becomes_text_with_a_warning(writer: str, tmp_path: Path) -> None:
    with pytest.warns(rn.RecoveryNetWarning, match="'mixed' hold something else"):
        found = read_back(network(mixed=[1, "a", None]), writer, tmp_path)
    assert found.people["mixed"].tolist()[:2] == ["1", "a"] and found.people["mixed"].isna().tolist() == [False, False, True]


def test_two_networks_in_one_file_keep_their_own_types(tmp_path: Path) -> None:
    both = {"calls": network(told=pd.array([True, None, False], dtype="boolean")), "visits": network(told=[1.5, np.nan, 2])}
    rn.write_graphml(both, tmp_path / "both.graphml")
    found = rn.read_graphml(tmp_path / "both.graphml").networks
    for name, made in both.items():
        pd.testing.assert_frame_equal(found[name].people, made.people)


def test_unknown_words_and_yes_or_no_survive_igraph(tmp_path: Path) -> None:
    igraph = pytest.importorskip("igraph")
    made = network(word=["x", None, "y"], flag=pd.array([True, None, False], dtype="boolean"))
    rn.write_graphml(made, tmp_path / "ours.graphml")
    igraph.Graph.Read_GraphML(str(tmp_path / "ours.graphml")).write_graphml(str(tmp_path / "theirs.graphml"))
    found = rn.read_graphml(tmp_path / "theirs.graphml").network
    assert found.person_ids.tolist() == ["ann", "ben", "cat"]
    assert found.people["word"].isna().tolist() == found.people["flag"].isna().tolist() == [False, True, False]


HOSTILE = [
    '{"told": ["text", "S999999999"]}',
    '{"told": ["text", "V99999999"]}',
    "[" * 200_000,
    '{"told": 3}',
    '{"gone": ["whole", "x"]}',
]


@pytest.mark.parametrize("note", HOSTILE)
def test_a_note_that_is_not_ours_changes_nothing(note: str, tmp_path: Path) -> None:
    path = tmp_path / "forged.graphml"
    rn.write_graphml(network(told=["q", "r", "s"]), path)
    text = path.read_text(encoding="utf-8")
    begun = text.index('<data key="recoverynet_columns">') + len('<data key="recoverynet_columns">')
    path.write_text(text[:begun] + note.replace('"', "&quot;") + text[text.index("</data>", begun) :], encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for found in (rn.read_graphml(path).network, rn.PersonNetwork.read_graphml(path)):
            assert found.people["told"].tolist() == ["q", "r", "s"]
