"""A network is checked once, keeps its people, and leaves what it was made of alone."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from recoverynet.errors import SchemaError, UnknownPersonError
from recoverynet.graphs.person_network import PersonNetwork

TRIANGLE = np.array([[0, 1.0, 2], [1, 0, 3], [2, 3, 0]])


def test_ties_once_where_undirected_and_every_arc_where_directed():
    undirected = PersonNetwork(TRIANGLE, list("abc"))
    assert undirected.ties().to_numpy().tolist() == [["a", "b", 1.0], ["a", "c", 2.0], ["b", "c", 3.0]]
    directed = PersonNetwork(np.array([[0, 1.0], [4, 0]]), list("ab"), directed=True)
    assert directed.ties().to_numpy().tolist() == [["a", "b", 1.0], ["b", "a", 4.0]]
    assert (undirected.n_ties, directed.n_ties) == (3, 2)
    assert repr(directed) == "<PersonNetwork directed: 2 people, 2 arcs, 0 people without ties>"


def test_among_some_people_in_the_order_asked():
    network = PersonNetwork(TRIANGLE, pd.DataFrame({"person_id": list("abc"), "sex": ["F", "M", None]}))
    some = network.among(["c", "a"])
    assert some.person_ids.tolist() == ["c", "a"]
    assert some.weights.toarray().tolist() == [[0, 2], [2, 0]]
    assert some.people["sex"].tolist()[1] == "F"
    assert network.among(list("abc")) is network
    assert network.among([]).n_people == 0
    with pytest.raises(UnknownPersonError, match="1 of 2 people are not in the network, the first being 'z'"):
        network.among(["a", "z"])
    with pytest.raises(SchemaError, match="named twice: 'a'"):
        network.among(["a", "a"])


def test_what_was_given_stays_as_it_was():
    given = sparse.csr_array((np.array([1.0, 1, 2, 2]), np.array([1, 1, 0, 0]), np.array([0, 2, 4])), shape=(2, 2))
    assert PersonNetwork(given, ["a", "b"], directed=True).weights.toarray().tolist() == [[0, 2], [4, 0]]
    assert given.data.tolist() == [1, 1, 2, 2]
    assert given.indices.tolist() == [1, 1, 0, 0]
    zeros = sparse.csr_array((np.array([0.0, 1]), np.array([1, 0]), np.array([0, 1, 2])), shape=(2, 2))
    assert PersonNetwork(zeros, ["a", "b"], directed=True).n_ties == 1
    assert zeros.nnz == 2


@pytest.mark.parametrize(
    ("weights", "people", "message"),
    [
        (np.zeros((2, 3)), ["a", "b"], r"must be 2 × 2.*got \(2, 3\)"),
        (np.zeros((2, 2)), ["a"], "must be 1 × 1"),
        (np.array([[0, -1.0], [-1, 0]]), ["a", "b"], "0 or more"),
        (np.array([[0, np.nan], [np.nan, 0]]), ["a", "b"], "missing"),
        (np.eye(2), ["a", "b"], "tied to themselves"),
        (np.array([[0, 1.0], [0, 0]]), ["a", "b"], "symmetric"),
        (np.zeros((2, 2)), ["a", "a"], "more than once, the first being 'a'"),
    ],
)
def test_what_is_no_network_is_refused(weights, people, message):
    with pytest.raises(SchemaError, match=message):
        PersonNetwork(weights, people)
