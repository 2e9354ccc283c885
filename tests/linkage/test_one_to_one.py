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


def test_draws_are_as_frequent_as_probable():
    some = pairs(("a", "x", 3.0), ("b", "y", 1.0), ("b", "z", 1.0))
    rng = np.random.default_rng(1)
    drawn = np.array([drawn_rows(some, np.zeros(3, bool), np.ones(3, bool), rng) for _ in range(3_000)])
    np.testing.assert_allclose(drawn.mean(axis=0), [0.75, 1 / 3, 1 / 3], atol=0.035)
    assert not (drawn[:, 1] & drawn[:, 2]).any()
