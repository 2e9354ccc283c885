"""What a goodness-of-fit test counts, on networks small enough to count by hand."""

from types import SimpleNamespace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from recoverynet.errors import SchemaError
from recoverynet.models.saom.auxiliary import FARTHEST, LEVELS, STATISTICS, auxiliaries, rows_of

# 0 → 1 ↔ 2 → 3 → 4, 2 → 4; 5 is alone.
TIES = np.zeros((6, 6))
for pair in [(0, 1), (1, 2), (2, 1), (2, 3), (3, 4), (2, 4)]:
    TIES[pair] = 1.0
DRINK = {"drink": np.array([1.0, 2.0, 2.0, 4.0, np.nan, 1.0])}


def period(ties=TIES, *, directed=True, ranges=None):
    network = sparse.csr_array(ties)
    ending = (network, DRINK)
    ranges = {"drink": (1, 4)} if ranges is None else ranges
    return SimpleNamespace(directed=directed, ranges=ranges, start=SimpleNamespace(network=network), end=ending)


def counted(name, ties=TIES, behaviour=DRINK, **options):
    (found,) = auxiliaries(name, [period(ties, **options)])
    return dict(zip(found.labels, np.asarray(found.count(sparse.csr_array(ties), behaviour)).tolist(), strict=True))


def test_people_by_number_of_ties_at_most():
    assert counted("outdegree") == {"0": 2, "1": 5, "2": 5, "3": 6, **{str(k): 6 for k in range(4, LEVELS)}}
    assert counted("indegree") == {"0": 2, "1": 4, "2": 6, **{str(k): 6 for k in range(3, LEVELS)}}


def test_levels_reach_the_most_ties_that_anybody_had_at_any_start():
    star = np.zeros((14, 14))
    star[0, 1:] = 1.0
    (sent,), (received,) = (auxiliaries(name, [period(), period(star)]) for name in ("outdegree", "indegree"))
    assert sent.labels == tuple(map(str, np.unique(np.rint(np.linspace(0, 13, 9)).astype(int)))) and sent.labels[-1] == "13"
    assert received.labels == tuple(map(str, range(LEVELS)))
    star[0, 10:] = 0.0
    assert auxiliaries("outdegree", [period(star)])[0].labels == tuple(map(str, range(9)))  # nine ties: up to eight, as ever


def test_pairs_by_steps_at_most_and_those_out_of_reach():
    steps = dict(nx.all_pairs_shortest_path_length(nx.DiGraph(TIES)))
    apart = [steps[i].get(j, 99) for i in range(6) for j in range(6) if i != j]
    expected = {str(most): sum(each <= most for each in apart) for most in range(1, FARTHEST + 1)}
    assert counted("geodesic") == {**expected, "farther": sum(each > FARTHEST for each in apart)}


@pytest.mark.slow
def test_triads_by_class_and_by_number_of_ties_where_these_have_no_direction():
    census = nx.triadic_census(nx.DiGraph(TIES))
    assert counted("triads") == census
    both = np.maximum(TIES, TIES.T)
    # 5 ties are each in 4 triads; degrees of 1, 2, 3, 2 and 2 make 6 pairs at one person, 3 of them in the triangle.
    assert counted("triads", both, directed=False) == {"no tie": 5, "one tie": 11, "two ties": 3, "three ties": 1}


def test_people_at_each_level_and_likeness_of_those_known():
    assert counted("behaviour") == {"1": 2, "2": 2, "3": 0, "4": 1}
    known, z = TIES[np.ix_([0, 1, 2, 3, 5], [0, 1, 2, 3, 5])], np.array([1.0, 2, 2, 4, 1]) - 2.0
    expected = 5 / known.sum() * (z @ known @ z) / (z @ z)
    assert counted("moran") == {"drink": pytest.approx(expected)}
    assert counted("moran", behaviour={"drink": np.full(6, np.nan)}) == {"drink": 0.0}
    assert counted("moran", behaviour={"drink": np.ones(6)}) == {"drink": 0.0}
    assert counted("moran", np.zeros((6, 6))) == {"drink": 0.0}


def test_stored_noughts_are_no_ties():
    stored = sparse.csr_array(TIES)
    stored.data[0] = 0.0
    pointers, columns = rows_of(stored)
    assert pointers.tolist() == [0, 0, 1, 4, 5, 5, 5] and columns.tolist() == [2, 1, 3, 4, 4]
    assert stored.nnz == 6  # whoever handed it over finds it as it was


def names(asked, *periods):
    return [each.name for each in auxiliaries(asked, periods or [period()])]


def test_names_stand_for_one_statistic_or_one_a_behaviour():
    assert names(STATISTICS) == ["outdegree", "indegree", "geodesic", "triads", "behaviour drink", "moran drink"]
    two = period(ranges={"drink": (1, 4), "smoke": (0, 2)})
    assert names(["moran", "geodesic"], two) == ["moran drink", "moran smoke", "geodesic"]
    assert names(["outdegree", "indegree"], period(directed=False)) == ["degree"]
    assert names(STATISTICS, period(ranges={})) == ["outdegree", "indegree", "geodesic", "triads"]
    assert [each.mean for each in auxiliaries(["moran", "geodesic", "behaviour"], [period()])] == [True, False, False]


def test_ones_own_are_tried_on_what_was_observed():
    mine = {"first": lambda network, behaviour: [network.sum()], "second": lambda n, b: pd.Series([1.0, 2.0], ["low", "high"])}
    found = auxiliaries(["triads", mine], [period()])
    assert [(each.name, each.labels) for each in found[1:]] == [("first", ("1",)), ("second", ("low", "high"))]
    assert found[1].count(sparse.csr_array(TIES), DRINK) == [6.0]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("degrees", "'degrees' is not a statistic"),
        ([], "No statistic was named"),
        (["triads", {"triads": lambda n, b: [1.0]}], "'triads' is there twice"),
        (["triads", "triads"], "'triads' is there twice"),
        ([len], "A function needs a name: {'len': function}"),
        ({"mine": 3}, "must be a function"),
        ({"mine": lambda n, b: 3.0}, "one-dimensional"),
        ({"mine": lambda n, b: []}, "one-dimensional"),
        ({"mine": lambda n, b: ["many"]}, "one-dimensional"),
        ({"mine": lambda n, b: b["smoke"]}, "KeyError: 'smoke'"),
    ],
)
def test_what_cannot_be_counted_is_told(asked, words):
    with pytest.raises(SchemaError, match=words):
        auxiliaries(asked, [period()])


def test_behaviour_is_asked_for_by_name_only_where_there_is_some():
    for name in ("behaviour", "moran"):
        with pytest.raises(SchemaError, match=f"'{name}' needs a behaviour"):
            auxiliaries(["triads", name], [period(ranges={})])
