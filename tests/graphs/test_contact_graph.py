"""The two-mode graph: half-open windows, order of time, everybody kept."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError, TimeOrderError
from recoverynet.graphs.contact_graph import ContactGraph


@pytest.fixture(scope="module")
def graph() -> ContactGraph:
    return ContactGraph(rn.load_sample("five_people"))


def test_biadjacency_by_hand(graph):
    matrix, people, occasions = graph.biadjacency()
    assert people.tolist() == ["ann", "ben", "cat", "dev", "eve"]
    assert occasions.tolist() == ["o1", "o2", "o3", "o4", "o5", "o6"]
    assert matrix.toarray().astype(int).tolist() == [
        [1, 1, 1, 0, 1, 0],
        [1, 0, 0, 1, 1, 1],
        [1, 0, 1, 1, 1, 0],
        [0, 1, 0, 0, 0, 0],
        [0] * 6,
    ]


def test_windows_are_half_open(graph):
    some = graph.between("2011-03-07T10:00", "2011-03-15T12:00")
    assert some.occasions["occasion_id"].tolist() == ["o2", "o3"]
    assert some.biadjacency().matrix.shape == (5, 2)
    assert some.people.tolist() == graph.people.tolist()
    assert graph.between("2012-01-01", "2012-02-01").biadjacency().matrix.shape == (5, 0)


def test_a_window_of_a_window_is_taken_from_the_record(graph):
    narrow = graph.between("2011-03-01", "2011-03-02")
    wide = narrow.between("2011-03-01", "2011-05-01")
    np.testing.assert_array_equal(wide.biadjacency().matrix.toarray(), graph.biadjacency().matrix.toarray())


def test_windows_made_apart_and_from_one_graph_are_the_same(graph):
    apart = ContactGraph(graph.record, "2011-03-05", "2011-04-10")
    shared = graph.between("2011-03-05", "2011-04-10")
    assert (apart.biadjacency().matrix != shared.biadjacency().matrix).nnz == 0
    pd.testing.assert_frame_equal(apart.occasions, shared.occasions)
    assert apart.participation()["occasion_id"].nunique() == 4


def test_every_occasion_is_in_the_default_window():
    record = rn.load_sample("five_people")
    narrow = rn.RecoveryRecord(**{**record.tables(), "window": ("2011-03-02", "2011-03-20")})
    assert len(ContactGraph(narrow).occasions) == 6


def test_a_record_without_occasions(graph):
    record = graph.record
    without = rn.RecoveryRecord(record.people, record.occasions.iloc[:0], record.participation.iloc[:0])
    assert without.window is None
    empty = ContactGraph(without)
    assert empty.biadjacency().matrix.shape == (5, 0)
    assert "0 occasions" in repr(empty)


def test_bad_windows(graph):
    with pytest.raises(TimeOrderError, match="must end after it starts"):
        graph.between("2011-04-01", "2011-04-01")
    with pytest.raises(SchemaError, match="not a date"):
        graph.between("soon", "later")
