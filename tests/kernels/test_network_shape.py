"""Degrees, distances and triads: against networkx, igraph, and networks counted by hand."""

import igraph
import networkx as nx
import numpy as np
import pytest
from scipy import sparse

from recoverynet.kernels.network_shape import TRIADS, UNDIRECTED_TRIADS, counts_up_to, degrees, distance_counts, triad_census


def rows(matrix):
    ties = sparse.csr_array(np.asarray(matrix, dtype=float))
    return ties.indptr.astype(np.int32), ties.indices.astype(np.int32)


def random_network(n, density, directed, seed):
    rng = np.random.default_rng(seed)
    matrix = rng.random((n, n)) < density
    np.fill_diagonal(matrix, False)
    if not directed:
        matrix = np.triu(matrix) | np.triu(matrix).T
    matrix[: n // 6] = False
    matrix[:, : n // 6] = False
    return matrix


NETWORKS = [
    random_network(n, density, directed, seed)
    for seed, (n, density, directed) in enumerate(
        [(24, 0.05, True), (24, 0.3, True), (24, 0.8, True), (24, 0.1, False), (24, 0.5, False), (60, 0.04, True)]
    )
] + [np.zeros((n, n), dtype=bool) for n in (0, 1, 2, 3, 7)]


@pytest.mark.parametrize("matrix", NETWORKS)
def test_triads_are_those_of_networkx_and_igraph(matrix):
    census = dict(zip(TRIADS, triad_census(*rows(matrix)).tolist(), strict=True))
    assert census == nx.triadic_census(nx.from_numpy_array(matrix.astype(int), create_using=nx.DiGraph))
    if len(matrix) >= 3:
        graph = igraph.Graph(n=len(matrix), edges=np.argwhere(matrix).tolist(), directed=True)
        theirs = graph.triad_census()
        names = {name: getattr(theirs, f"t{name}") for name in TRIADS}
        assert census == names


def test_every_class_of_triad_is_told_from_every_other():
    found = []
    for code in range(64):
        matrix = np.zeros((3, 3), dtype=bool)
        for bit, (i, j) in enumerate([(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)]):
            matrix[i, j] = code >> bit & 1
        census = triad_census(*rows(matrix))
        assert census.sum() == 1
        name = TRIADS[int(census.argmax())]
        assert nx.triadic_census(nx.from_numpy_array(matrix.astype(int), create_using=nx.DiGraph))[name] == 1
        found.append(name)
    assert set(found) == set(TRIADS)


def test_undirected_networks_have_four_classes_only():
    matrix = random_network(20, 0.3, False, 9)
    census = dict(zip(TRIADS, triad_census(*rows(matrix)).tolist(), strict=True))
    assert {name for name, count in census.items() if count} == set(UNDIRECTED_TRIADS)
    assert census["300"] == sum(nx.triangles(nx.from_numpy_array(matrix.astype(int))).values()) // 3
    assert sum(census.values()) == 20 * 19 * 18 // 6


@pytest.mark.parametrize("matrix", NETWORKS)
def test_distances_are_those_of_networkx(matrix):
    counts = distance_counts(*rows(matrix), 4)
    n = len(matrix)
    graph = nx.from_numpy_array(matrix.astype(int), create_using=nx.DiGraph)
    steps = [d for _, reached in nx.all_pairs_shortest_path_length(graph) for d in reached.values() if d > 0]
    assert counts.tolist()[:4] == [sum(d <= far for d in steps) for far in range(1, 5)]
    assert counts[4] == n * (n - 1) - counts[3]


@pytest.mark.parametrize("matrix", NETWORKS)
def test_degrees_count_rows_and_columns(matrix):
    sent, received = degrees(*rows(matrix))
    assert sent.tolist() == matrix.sum(axis=1).tolist()
    assert received.tolist() == matrix.sum(axis=0).tolist()
    levels = np.arange(9)
    assert counts_up_to(sent, levels).tolist() == [(matrix.sum(axis=1) <= k).sum() for k in levels]


def test_ties_to_oneself_and_the_order_of_rows_do_not_matter():
    matrix = random_network(15, 0.3, True, 3)
    indptr, indices = rows(matrix)
    own = matrix | np.eye(15, dtype=bool)
    turned = indices.copy()
    for i in range(15):
        turned[indptr[i] : indptr[i + 1]] = indices[indptr[i] : indptr[i + 1]][::-1]
    for other in ((indptr, turned), rows(own)):
        assert triad_census(*other).tolist() == triad_census(indptr, indices).tolist()
        assert distance_counts(*other, 3).tolist() == distance_counts(indptr, indices, 3).tolist()
        assert degrees(*other)[0].tolist() == degrees(indptr, indices)[0].tolist()


def test_naming_people_otherwise_changes_nothing():
    matrix = random_network(18, 0.2, True, 4)
    order = np.random.default_rng(1).permutation(18)
    shuffled = matrix[np.ix_(order, order)]
    assert triad_census(*rows(matrix)).tolist() == triad_census(*rows(shuffled)).tolist()
    assert distance_counts(*rows(matrix), 5).tolist() == distance_counts(*rows(shuffled), 5).tolist()


def test_a_chain_by_hand():
    chain = np.diag([True] * 4, 1)
    assert distance_counts(*rows(chain), 3).tolist() == [4, 7, 9, 11]
    assert dict(zip(TRIADS, triad_census(*rows(chain)), strict=True))["021C"] == 3
