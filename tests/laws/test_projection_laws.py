"""What any projection of contacts onto people must obey, and what other packages say of the same contacts."""

import tracemalloc
import warnings

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recoverynet as rn
from recoverynet.errors import RecoveryNetWarning, SchemaError
from recoverynet.graphs.projection import WEIGHTINGS

ZONE = "Europe/London"
START = pd.Timestamp("2011-03-01", tz=ZONE)
ADDITIVE = ("newman", "count", "duration")


Meetings = list[tuple[int, int, list[int]]]


def tables_of(meetings: Meetings, n_people: int = 7) -> rn.RecoveryRecord:
    """The tables of meetings given as (day, minutes, people), not checked, so that many can be tried."""
    ids = [f"p{i}" for i in range(n_people)]
    occasions = pd.DataFrame(
        {
            "occasion_id": [f"o{k}" for k in range(len(meetings))],
            "started_at": pd.DatetimeIndex([START + pd.Timedelta(days=day) for day, _, _ in meetings], tz=ZONE),
            "kind": "meeting",
            "duration_min": [float(minutes) for _, minutes, _ in meetings],
        }
    )
    took_part = [(f"o{k}", ids[i]) for k, (_, _, who) in enumerate(meetings) for i in who]
    participation = pd.DataFrame(took_part, columns=["occasion_id", "person_id"], dtype="str")
    people = pd.DataFrame({"person_id": ids, "role": "client"})
    tables = {"people": people, "occasions": occasions, "participation": participation}
    bounds = (START, START + pd.Timedelta("60D"))
    return rn.RecoveryRecord.of_checked(tables, window=tuple(pd.Timestamp(each) for each in bounds), tz=ZONE)


def record_of(meetings: Meetings, n_people: int = 7) -> rn.RecoveryRecord:
    """The same as a record."""
    tables = vars(tables_of(meetings, n_people))
    return rn.RecoveryRecord(**tables)


contacts = st.lists(
    st.tuples(st.integers(0, 59), st.integers(1, 120), st.lists(st.integers(0, 6), unique=True, max_size=7)), max_size=12
)


def dense(record: rn.RecoveryRecord, **arguments) -> np.ndarray:
    return rn.project(rn.ContactGraph(record), **arguments).weights.toarray()


def bipartite(record: rn.RecoveryRecord) -> tuple[nx.Graph, list[str]]:
    graph, people = nx.Graph(), record.people["person_id"].tolist()
    graph.add_nodes_from(people)
    graph.add_edges_from(record.participation[["person_id", "occasion_id"]].itertuples(index=False))
    return graph, people


# --- laws ---------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(meetings=contacts, order=st.permutations(range(7)), weighting=st.sampled_from(WEIGHTINGS))
def test_relabelling_people_permutes_the_network(meetings, order, weighting):
    renamed = [(day, minutes, [order[i] for i in who]) for day, minutes, who in meetings]
    one, other = (dense(tables_of(meetings), weighting=weighting), dense(tables_of(renamed), weighting=weighting))
    np.testing.assert_allclose(other[np.ix_(order, order)], one, rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(meetings=contacts, data=st.data(), weighting=st.sampled_from(WEIGHTINGS))
def test_row_order_is_irrelevant(meetings, data, weighting):
    record = tables_of(meetings)
    orders = {name: data.draw(st.permutations(range(len(getattr(record, name))))) for name in ("occasions", "participation")}
    tables = {**record.tables(), **{name: getattr(record, name).iloc[order] for name, order in orders.items()}}
    shuffled = rn.RecoveryRecord.of_checked(tables, window=record.window, tz=record.tz)
    np.testing.assert_array_equal(dense(record, weighting=weighting), dense(shuffled, weighting=weighting))


@settings(max_examples=40, deadline=None)
@given(meetings=contacts, cut=st.integers(1, 59), weighting=st.sampled_from(ADDITIVE))
def test_the_parts_of_a_window_add_up(meetings, cut, weighting):
    graph = rn.ContactGraph(tables_of(meetings))
    middle, end = START + pd.Timedelta(days=cut), START + pd.Timedelta(days=60)
    parts = [rn.project(graph, window=window, weighting=weighting).weights.toarray() for window in ((START, middle), (middle, end))]
    np.testing.assert_allclose(parts[0] + parts[1], dense(graph.record, weighting=weighting), rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(meetings=contacts, weighting=st.sampled_from(WEIGHTINGS), half_life=st.sampled_from([None, "7D"]))
def test_symmetric_without_diagonal_and_as_a_checked_network(meetings, weighting, half_life):
    network = rn.project(rn.ContactGraph(tables_of(meetings)), weighting=weighting, half_life=half_life)
    assert (network.weights != network.weights.T).nnz == 0
    again = rn.PersonNetwork(network.weights.copy(), network.people)  # passes every check of a network
    assert (again.weights != network.weights).nnz == 0
    assert network.weights.has_canonical_format
    assert (network.weights.data > 0).all()


@settings(max_examples=40, deadline=None)
@given(meetings=contacts)
def test_newman_strengths_are_the_number_of_occasions_shared(meetings):
    shared = np.zeros(7)
    for _, _, who in meetings:
        if len(who) > 1:
            shared[who] += 1
    np.testing.assert_allclose(dense(tables_of(meetings)).sum(axis=1), shared, rtol=1e-12)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(meetings=contacts)
def test_a_person_alone_at_an_occasion_changes_no_strength_but_a_share(meetings):
    more = [*meetings, (3, 30, [0])]
    for weighting in ("newman", "count", "duration"):
        np.testing.assert_array_equal(dense(tables_of(meetings), weighting=weighting), dense(tables_of(more), weighting=weighting))
    assert (dense(tables_of(more), weighting="jaccard") <= dense(tables_of(meetings), weighting="jaccard")).all()


@settings(max_examples=30, deadline=None)
@given(meetings=contacts, least=st.floats(0, 2))
def test_min_weight_keeps_what_reaches_it(meetings, least):
    full = dense(tables_of(meetings))
    np.testing.assert_array_equal(dense(tables_of(meetings), min_weight=least), np.where(full >= least, full, 0))


# --- other packages -----------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(meetings=contacts)
def test_the_same_as_networkx(meetings):
    record = tables_of(meetings)
    graph, people = bipartite(record)
    graph.add_node("somewhere nobody went")  # networkx refuses a graph without occasions
    ours = {name: dense(record, weighting=name) for name in ("newman", "count", "jaccard", "overlap")}
    theirs = {
        "newman": nx.bipartite.collaboration_weighted_projected_graph(graph, people),
        "count": nx.bipartite.weighted_projected_graph(graph, people),
        "jaccard": nx.bipartite.overlap_weighted_projected_graph(graph, people, jaccard=True),
        "overlap": nx.bipartite.overlap_weighted_projected_graph(graph, people, jaccard=False),
    }
    for name, projected in theirs.items():
        expected = nx.to_numpy_array(projected, nodelist=people)
        np.testing.assert_allclose(ours[name], expected, rtol=1e-12, err_msg=name)


@settings(max_examples=20, deadline=None)
@given(meetings=contacts)
def test_the_same_counts_as_igraph(meetings):
    record = tables_of(meetings)
    people, occasions = record.people["person_id"].tolist(), record.occasions["occasion_id"].tolist()
    place = {name: row for row, name in enumerate([*people, *occasions])}
    graph = igraph.Graph.Bipartite(
        [0] * len(people) + [1] * len(occasions),
        [(place[row.person_id], place[row.occasion_id]) for row in record.participation.itertuples()],
    )
    projected = graph.bipartite_projection(which=0, multiplicity=True)
    expected = np.zeros((7, 7))
    for edge in projected.es:
        expected[edge.source, edge.target] = expected[edge.target, edge.source] = edge["weight"]
    np.testing.assert_array_equal(dense(record, weighting="count"), expected)


# --- by hand ------------------------------------------------------------------------------------------------


def test_half_life_is_measured_back_from_the_end_of_the_window():
    # p0 and p1 meet 30 days and 60 days before the end of a window of 60 days, p2 joins the earlier time
    record = record_of([(30, 60, [0, 1]), (0, 60, [0, 1, 2])])
    found = dense(record, half_life="30D")
    assert found[0, 1] == pytest.approx(0.5 + 0.25 / 2)
    assert found[0, 2] == pytest.approx(0.25 / 2)
    assert dense(record, half_life="30D", weighting="jaccard")[0, 2] == pytest.approx(1 / 3)


def test_five_people():
    graph = rn.ContactGraph(rn.load_sample("five_people"))
    ties = rn.project(graph).ties()
    assert ties.to_numpy().tolist() == [["ann", "ben", 1.0], ["ann", "cat", 2.0], ["ann", "dev", 1.0], ["ben", "cat", 2.0]]
    minutes = rn.project(graph, weighting="duration").ties().set_index(["person_id", "other_id"])["strength"]
    assert minutes.to_dict() == {("ann", "ben"): 180, ("ann", "cat"): 270, ("ann", "dev"): 30, ("ben", "cat"): 190}


def test_an_occasion_of_two_thousand_people_is_warned_of_and_stays_small():
    record = record_of([(0, 60, list(range(2000)))], n_people=2000)
    graph = rn.ContactGraph(record)
    graph.biadjacency()
    tracemalloc.start()
    with pytest.warns(RecoveryNetWarning, match="'o0' with 2,000; together they make 1,999,000 pairs"):
        network = rn.project(graph)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert network.n_ties == 1_999_000
    np.testing.assert_allclose(network.weights.sum(axis=1), 1.0)
    assert peak < 150e6


def test_five_hundred_people_are_not_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rn.project(rn.ContactGraph(record_of([(0, 60, list(range(500)))], n_people=500)))


def test_occasions_without_a_duration_add_nothing_and_are_counted():
    record = record_of([(0, 60, [0, 1]), (1, 60, [0, 2])])
    unsaid = record.with_tables(occasions=record.occasions.assign(duration_min=[60.0, None]))
    with pytest.warns(RecoveryNetWarning, match="1 of 2 occasions have no duration"):
        assert dense(unsaid, weighting="duration")[0, :3].tolist() == [0, 60, 0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weighting": "cosine"}, "must be one of newman"),
        ({"half_life": "0D"}, "longer than nothing"),
        ({"half_life": "a while"}, "such as '90D'"),
        ({"min_weight": -1}, "0 or more"),
        ({"min_weight": float("nan")}, "0 or more"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(SchemaError, match=message):
        rn.project(rn.ContactGraph(record_of([])), **arguments)


def test_an_empty_record_projects_to_nobody():
    record = rn.load_sample("five_people")
    empty = rn.RecoveryRecord(record.people.iloc[:0], record.occasions.iloc[:0], record.participation.iloc[:0])
    assert rn.project(rn.ContactGraph(empty)).n_people == 0
    without = rn.RecoveryRecord(record.people, record.occasions.iloc[:0], record.participation.iloc[:0])
    for weighting in WEIGHTINGS:
        network = rn.project(rn.ContactGraph(without), weighting=weighting)
        assert (network.n_people, network.n_ties) == (5, 0)
