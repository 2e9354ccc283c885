"""Probabilities among competitors by hand, links one to one, and draws as often as they are likely."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from recoverynet.linkage.one_to_one import among_competitors, drawn_rows, linked_rows


def pairs(*rows: tuple[str, str, float]) -> pd.DataFrame:
    a, b, odds = zip(*rows, strict=True)
    return pd.DataFrame({"agency_a": "n", "person_a": a, "agency_b": "s", "person_b": b, "log_odds": [math.log(o) for o in odds]})


def test_two_candidates_as_good_share_what_there_is():
    found = among_competitors(pairs(("a", "x", 99.0), ("a", "y", 99.0), ("b", "z", 3.0)))
    assert found["probability"].tolist() == pytest.approx([99 / 199, 99 / 199, 0.75])
    assert found["n_competitors"].tolist() == [1, 1, 0]


def test_a_second_person_of_an_agency_is_refused():
    both = pairs(("a", "x", 99.0), ("b", "x", 50.0))
    linked, clusters = linked_rows(both, np.array([True, True]), np.array([0, 1]))
    assert linked.tolist() == [True, False]
    assert clusters[("n", "a")] == clusters[("s", "x")] != clusters[("n", "b")]


@pytest.mark.slow
def test_draws_are_as_frequent_as_probable():
    some = pairs(("a", "x", 3.0), ("b", "y", 1.0), ("b", "z", 1.0))
    rng = np.random.default_rng(1)
    drawn = np.array([drawn_rows(some, np.zeros(3, bool), np.ones(3, bool), rng) for _ in range(500)])
    np.testing.assert_allclose(drawn.mean(axis=0), [0.75, 1 / 3, 1 / 3], atol=0.08)
    assert not (drawn[:, 1] & drawn[:, 2]).any()


def test_somebody_whose_own_entry_is_certain_is_no_rival():
    """b is x for certain, so a, who is as like x as y, is y: every set of pairs by hand, 1e6 for b-x and 4 for a-x and a-y."""
    found = among_competitors(pairs(("b", "x", 1e6), ("a", "x", 4.0), ("a", "y", 4.0)))
    sets = 1 + 1e6 + 4 + 4 + 1e6 * 4
    assert found["probability"].tolist() == pytest.approx([(1e6 + 4e6) / sets, 4 / sets, (4 + 4e6) / sets], rel=1e-6)


def test_a_ring_of_people_all_alike_leaves_nobody_certain():
    odds = [("a", "x", 1e12), ("a", "y", 1e12), ("b", "x", 1e12), ("b", "y", 1e12)]
    assert among_competitors(pairs(*odds))["probability"].tolist() == pytest.approx([0.5] * 4, abs=1e-4)


@pytest.mark.slow
def test_draws_of_rivals_are_as_frequent_as_probable():
    some = pairs(("b", "x", 1e4), ("a", "x", 4.0), ("a", "y", 4.0), ("c", "y", 1.0))
    expected = among_competitors(some)["probability"]
    rng = np.random.default_rng(1)
    drawn = np.array([drawn_rows(some, np.zeros(4, bool), np.ones(4, bool), rng) for _ in range(500)])
    np.testing.assert_allclose(drawn.mean(axis=0), expected, atol=0.08)
