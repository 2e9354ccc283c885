"""The rearrangements behind a contagion test: what may be dealt to whom, every one where they are few, and one estimate a way."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.spread import contagion_nulls as nulls
from recoverynet.models.spread.risk_set import RiskSet, risk_set
from recoverynet.worlds.worlds import simulate_panel

NAN = np.nan


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def risk_of(
    ties: np.ndarray, held: list | np.ndarray, *, directed: bool = True, asked: dict | None = None, **more: object
) -> RiskSet:
    held = np.array(held, dtype=float)
    panel = NetworkPanel.from_adjacency([ties] * held.shape[1], behaviour={"norm": held}, directed=directed, **more)  # type: ignore[arg-type]
    return risk_set(panel, "norm", **(asked or {}))  # type: ignore[arg-type]


STRATA, KINDS = np.array([0, 1, 0, 1, 1, 0]), np.array([5, 6, 5, 7, 7, 8])
"""Three people of 5, 5 and 8, in three ways; three of 6, 7 and 7, in three."""


def dealt(orders: np.ndarray) -> list[tuple[int, ...]]:
    """What kind each person is given, once it is sure that nobody is given anything from another stratum."""
    assert (STRATA[orders] == STRATA).all()
    return [tuple(KINDS[row]) for row in orders]


def test_where_they_are_few_every_distinct_order_stands_once() -> None:
    orders, exact = nulls._orders(STRATA, KINDS, 9, rng())
    expected = {
        (one[0], other[0], one[1], other[1], other[2], one[2])
        for one in set(itertools.permutations([5, 5, 8])) for other in set(itertools.permutations([6, 7, 7]))
    }  # fmt: skip
    assert exact and len(orders) == 9 and set(dealt(orders)) == expected


def test_where_they_are_many_each_is_drawn_as_often_as_any_other() -> None:
    orders, exact = nulls._orders(STRATA, KINDS, 8, rng())
    assert not exact and orders.shape == (8, 6)
    many, _ = nulls._orders(np.zeros(40, int), np.arange(40), 900, rng())
    assert all(sorted(row) == list(range(40)) for row in many.tolist()) and len(set(map(tuple, many.tolist()))) == 900
    drawn, exact = nulls._orders(np.r_[STRATA, np.full(995, 2)], np.r_[KINDS, np.full(995, 1)], 4500, rng())
    assert not exact, "of more than a thousand people none is looked up"
    counts = Counter(tuple(np.r_[KINDS, 1][np.minimum(row[:6], 6)]) for row in drawn)
    assert len(counts) == 9 and min(counts.values()) > 400 and max(counts.values()) < 600


def test_things_are_dealt_between_people_alike_in_every_key_and_of_one_group() -> None:
    groups = np.array(["n", "n", "s", "s", "s"])
    ties = np.zeros((5, 5))
    ties[0, 1] = ties[2, 3] = 1
    risk = risk_of(ties, [[0, 1], [0, 0], [1, 1], [0, 1], [0, 0]], groups=groups)
    codes = nulls._strata(risk, [np.array(["x", "x", "x", "x", None], dtype=object), np.array([1, 1, 1, 1, 1])])
    assert [(codes == code).sum() for code in codes] == [2, 2, 2, 2, 1] and codes[0] == codes[1] != codes[2] == codes[3]
    alone = nulls._strata(risk, [np.array(["x", "y", "x", "x", "y"], dtype=object)])
    assert len(set(alone.tolist())) == 4


def test_what_people_are_dealt_within_does_not_change_over_waves() -> None:
    ties = np.roll(np.eye(3), 1, axis=1)
    risk = risk_of(ties, [[0, 1], [0, 0], [1, 1]], covariates={"sex": ["F", "M", "F"], "mood": [[1, 2], [2, 3], [3, 4]]})
    assert list(nulls._fixed(risk, "sex")) == ["F", "M", "F"]
    with pytest.raises(SchemaError, match="'mood' does"):
        nulls._fixed(risk, "mood")
    with pytest.raises(SchemaError, match="'height'; there are 'sex', 'mood'"):
        nulls._fixed(risk, "height")


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
def test_courses_are_dealt_among_people_there_at_the_same_waves() -> None:
    """The last two are there at the first wave alone: two times 4! / (2! 1! 1!) and 2, less what is the same."""
    ties = np.roll(np.eye(6), 1, axis=1)
    here = np.array([[1, 1]] * 4 + [[1, 0]] * 2, dtype=bool)
    risk = risk_of(ties, [[0, 1], [0, 0], [1, 1], [0, 0], [1, 1], [0, 0]], present=here)
    run = nulls.labels(risk, 999, rng(), weighted=False, within=())
    assert run.exact and len(run.draws) == 12 * 2 and run.checks[0].passed
    alone = np.array([[1, 1]] * 5 + [[1, 0]], dtype=bool)
    risk = risk_of(ties, [[0, 1], [0, 0], [1, 1], [0, 0], [1, 1], [0, 0]], present=alone)
    assert nulls.labels(risk, 9, rng(), weighted=False, within=()).checks[0].detail == "1 people have nobody"


def test_what_is_observed_is_the_difference_of_mean_exposure() -> None:
    """At risk a and b, of whom a gains it: a names the holder c, b names d who does not hold it. Losing: signs turned."""
    ties = np.zeros((4, 4))
    ties[0, 2] = ties[1, 3] = ties[2, 3] = ties[3, 2] = 1
    gain = risk_of(ties, [[0, 1], [0, 0], [1, 1], [0, NAN]])
    assert nulls.labels(gain, 99, rng(), weighted=False, within=()).observed == 1
    swapped = nulls.rewiring(gain, 99, rng(), weighted=False)
    assert swapped.observed == 1 and swapped.exact and len(swapped.draws) < 99, "every way there is, once"
    loss = risk_of(ties, [[1, 0], [1, 1], [1, 1], [0, NAN]], asked={"transition": "loss"})
    # a, who loses it, sees all of its contacts hold it; b sees none, and c none: 0 on average; turned, −1
    assert nulls.labels(loss, 99, rng(), weighted=False, within=()).observed == pytest.approx(-1)


@pytest.mark.parametrize(
    ("directed", "direction", "one_way"), [(True, "out", True), (True, "mutual", False), (False, "out", False)]
)
def test_a_tie_says_nothing_of_the_way_back_only_where_it_has_a_direction(directed: bool, direction: str, one_way: bool) -> None:
    ring = np.roll(np.eye(4), 1, axis=1) + np.roll(np.eye(4), -1, axis=1)
    risk = risk_of(ring, [[0, 1], [0, 0], [1, 1], [0, 0]], directed=directed, asked={"direction": direction})
    assert nulls._one_way(risk) is one_way
    slots = nulls._slots(risk, False)
    assert (len(slots.strength) == len(slots.indices)) is one_way, "both ways of a tie are one"


def test_strengths_count_where_asked_for() -> None:
    ties = np.zeros((4, 4))
    ties[0, 2], ties[0, 3], ties[1, 3] = 3, 1, 1
    risk = risk_of(ties, [[0, 1], [0, 0], [1, 1], [0, NAN]])
    assert nulls.labels(risk, 9, rng(), weighted=True, within=()).observed == 0.75
    assert nulls.labels(risk, 9, rng(), weighted=False, within=()).observed == 0.5


def test_waves_of_gain_are_dealt_among_those_who_gained_and_were_seen_over_the_same_waves() -> None:
    """a, b and c gain at waves 2, 3 and 3; d held it from the start; e, seen later, gains alone; f never does."""
    ties = np.roll(np.eye(6), 1, axis=1) + np.roll(np.eye(6), 2, axis=1)
    held = [[0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1], [1, 1, 1, 1], [NAN, 0, 1, 1], [0, 0, 0, 0]]
    run = nulls.time_shuffle(risk_of(ties, held), 99, rng())
    assert run.exact and len(run.draws) == 3, "one of the three gains at wave 2"
    assert run.checks[0].passed is False and run.checks[0].detail == "3 of 4 people who gained it"
    single = nulls.time_shuffle(risk_of(ties, [[0, 1, 1, 1], *[[1, 1, 1, 1]] * 2, *[[0, 0, 0, 0]] * 3]), 99, rng())
    assert single.reason.code == "too_few_gainers" and single.reason.startswith("one person is")


def theirs(risk: RiskSet) -> float:
    """statsmodels' log odds of gaining for exposure, with a level a wave in which some gained and others did not."""
    share = risk.at(risk.seen.share)
    known = np.isfinite(share)
    column, outcome = risk.rows.column[known], risk.rows.outcome[known]
    telling = [wave for wave in np.unique(column) if 0 < outcome[column == wave].mean() < 1]
    rows = np.isin(column, telling)
    levels = (column[rows][:, None] == telling).astype(float)
    return sm.Logit(outcome[rows], np.column_stack([share[known][rows], levels])).fit(disp=0).params[0]


def test_edges_turned_round_compare_the_two_ways_and_every_bootstrap_is_of_people() -> None:
    panel = simulate_panel(200, influence=4.0, rng=3)
    run = nulls.edge_reversal(risk_set(panel, "recovery"), 60, rng())
    out, into = (theirs(risk_set(panel, "recovery", direction=way)) for way in ("out", "in"))
    assert run.observed == pytest.approx(out - into, rel=1e-4)
    assert len(run.draws) == 60 and not run.exact and np.isfinite(run.draws).all() and run.checks[0].passed
    assert abs(run.draws.mean() - run.observed) < run.draws.std()
    undirected = NetworkPanel.from_adjacency(
        [np.ones((3, 3)) - np.eye(3)] * 2, behaviour={"norm": np.array([[0, 1], [0, 0], [1, 1.0]])}
    )
    assert nulls.edge_reversal(risk_set(undirected, "norm"), 9, rng()).reason.code == "no_direction"


def test_a_bootstrap_sample_counts_people_as_often_as_they_were_drawn() -> None:
    """A sample in which everybody is drawn once is the estimate; one of half the people twice, that of the half."""
    panel = simulate_panel(300, influence=4.0, rng=3)
    risk = risk_set(panel, "recovery")
    half = (np.arange(300) % 2 == 0).astype(float)
    found = nulls._one_way_estimate(risk, "out", np.array([np.ones(300), 2 * half, np.zeros(300)]))
    assert found.estimate == pytest.approx(theirs(risk), rel=1e-4) and found.draws[0] == pytest.approx(found.estimate, rel=1e-6)
    share = risk.seen._replace(share=np.where(half[:, None] == 1, risk.seen.share, NAN))
    assert found.draws[1] == pytest.approx(theirs(replace(risk, seen=share)), rel=1e-4) and np.isnan(found.draws[2])
    assert found.left_out == ()
