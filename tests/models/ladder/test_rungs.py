"""The rungs by hand: gains dealt out anew, what an estimate stands on, placebos that see nothing, people met only later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from recoverynet import evidence_ladder
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.transitions import RiskRows
from recoverynet.models.ladder import rungs
from recoverynet.models.ladder.findings import Footing
from recoverynet.models.ladder.intervals import expected_risk_set
from recoverynet.models.ladder.lagged import LaggedEstimate
from recoverynet.models.ladder.rungs import (
    PermutationNull,
    blindness_of,
    contrast_of,
    footing_checks,
    footing_of,
    future_ties_estimate,
    on_enough,
    permutation_null,
    seen_by,
    too_few,
)
from recoverynet.models.spread.reasons import Reason
from recoverynet.models.spread.risk_set import risk_set
from recoverynet.worlds.worlds import simulate_world


def worked() -> tuple:
    """Four people without the norm name one or two of the others' friends; two gain it in the only step."""
    ties = np.zeros((6, 6))
    ties[0, [4]], ties[1, [4]], ties[2, [5]], ties[3, [4, 5]] = 1, 1, 1, 1
    held = np.array([[0, 1], [0, 1], [0, 0], [0, 0], [1, 1], [0, 0]], dtype=float)
    panel = NetworkPanel.from_adjacency([ties, ties], behaviour={"norm": held}, directed=True)
    risk = expected_risk_set(panel, "norm")
    return risk, risk.at(risk.seen.share)


def test_by_hand():
    risk, exposure = worked()
    known = np.isfinite(exposure)
    assert exposure[known].tolist() == [1.0, 1.0, 0.0, 0.5]
    null = permutation_null(risk, exposure, 4000, np.random.default_rng(1))
    assert null.observed == pytest.approx(1.0)
    assert null.expected == pytest.approx(0.625), "mean exposure of the four at risk"
    assert null.n_events == 2
    assert set(np.round(null.draws, 6)) == {0.25, 0.5, 0.75, 1.0}, "means of two of 1, 1, 0 and a half"
    assert null.draws.mean() == pytest.approx(null.expected, abs=0.02)
    assert null.p == pytest.approx(1 / 6, abs=0.025), "one of six pairs is as exposed"


def test_the_ladder_judges_by_these_draws():
    panel = simulate_world("plain/medium", 300, rng=3)
    risk = expected_risk_set(panel, "recovery")
    exposure = risk.at(risk.seen.share)
    null = permutation_null(risk, exposure, 199, np.random.default_rng(5))
    ladder = evidence_ladder(panel, behaviour="recovery", n_permutations=199, rng=5)
    assert ladder.to_frame().loc["permutation", "p"] == null.p


def test_without_gains_there_is_nothing_to_draw():
    risk, exposure = worked()
    null = permutation_null(risk, np.full_like(exposure, np.nan), 99, np.random.default_rng(1))
    assert np.isnan([null.observed, null.expected, null.p]).all() and not len(null.draws)


def test_gains_are_dealt_out_within_a_wave_and_within_each_length_of_interval():
    """At wave 2 one of two gains, the other one being exposed; at wave 3 one of three; the third of those has jumped a wave.

    Within waves alone the jump could swap with its neighbours; with lengths told apart it stays, alone in its kind."""
    risk, _ = worked()
    rows = RiskRows(np.arange(5), np.array([1, 1, 2, 2, 2]), np.array([1.0, 0, 1, 0, 1]))
    exposure = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
    plain = permutation_null(replace(risk, rows=rows, reason=None), exposure, 999, np.random.default_rng(1))
    assert plain.observed == pytest.approx(2 / 3) and plain.n_events == 3
    # wave 2: mean 1/2 once; wave 3: mean 2/3 twice
    assert plain.expected == pytest.approx((1 / 2 + 2 * 2 / 3) / 3)
    assert set(np.round(plain.draws * 3).astype(int)) == {1, 2, 3}
    jumped = replace(risk, rows=rows, reason=None, steps=np.array([1, 1, 1, 1, 2]))
    told = permutation_null(jumped, exposure, 999, np.random.default_rng(1))
    assert told.expected == pytest.approx((1 / 2 + 1 / 2 + 1) / 3)
    assert set(np.round(told.draws * 3).astype(int)) == {1, 2, 3} and (told.draws * 3).mean() == pytest.approx(2, abs=0.08)
    with_all = permutation_null(replace(jumped, rows=rows._replace(outcome=np.ones(5))), exposure, 9, np.random.default_rng(1))
    assert with_all.n_events == 5 and np.isnan(with_all.observed)


def test_one_gain_falls_on_whoever_is_exposed_in_one_case_of_four():
    risk, _ = worked()
    rows = RiskRows(np.arange(4), np.ones(4, dtype=int), np.array([1.0, 0, 0, 0]))
    null = permutation_null(replace(risk, rows=rows), np.array([1.0, 0, 0, 0]), 2000, np.random.default_rng(1))
    assert set(np.round(null.draws, 9)) == {0.0, 1.0} and null.draws.mean() == pytest.approx(0.25, abs=0.03)
    assert (null.observed, null.expected, null.n_events) == (1.0, 0.25, 1)


def test_p_counts_draws_at_least_as_large_and_the_one_observed():
    null = PermutationNull(0.5, 0.3, np.array([0.1, 0.5, 0.5 - 1e-12, 0.7]), 4)
    assert null.p == pytest.approx(4 / 5), "three of four draws, and the observation among five"
    assert np.isnan(PermutationNull(0.5, 0.3, np.empty(0), 4).p)


def estimate(log_odds=1.0, std_error=0.3, **counts):
    return LaggedEstimate(log_odds, std_error, **{"n_rows": 500, "n_events": 100, "n_people": 200, **counts})


def test_two_estimates_of_the_same_people_are_set_against_each_other_person_by_person():
    """People 0, 1 and 3 pull the one, 1 and 2 the other: of person 1 the difference counts, of the others what there is."""
    one = estimate(1.2, people=np.array([0, 1, 3]), influence=np.array([0.1, 0.3, -0.2]))
    other = estimate(0.5, people=np.array([1, 2]), influence=np.array([0.2, 0.4]))
    found = contrast_of(one, other)
    assert found.log_odds == pytest.approx(0.7)
    assert found.std_error == pytest.approx(np.sqrt(0.1**2 + (0.3 - 0.2) ** 2 + 0.2**2 + 0.4**2))
    reach = stats.norm.ppf(0.9) * found.std_error
    assert found.bounds(0.9) == pytest.approx((0.7 - reach, 0.7 + reach))
    assert contrast_of(other, one).std_error == pytest.approx(found.std_error)
    assert np.isnan(contrast_of(one, estimate())).all() and np.isnan(contrast_of(estimate(), one)).all()


def test_a_placebo_sees_what_it_shows_in_four_cases_of_five():
    """At that odds ratio a one-sided test of 5 % is significant with power 0.8."""
    found = estimate(std_error=0.4)
    power = stats.norm.sf(stats.norm.ppf(0.95) - np.log(seen_by(found)) / 0.4)
    assert power == pytest.approx(0.8)
    assert seen_by(estimate(std_error=1e4)) == np.inf


def stays(n_held, n_kept, n_free, n_gained):
    """People at two waves: of those holding it at first so many keep it, of those who do not so many gain it."""
    held = np.concatenate([np.arange(n_held) < n_kept, np.arange(n_free) < n_gained]).astype(float)
    return np.column_stack([np.repeat([1.0, 0.0], [n_held, n_free]), held])


@pytest.mark.parametrize(
    ("held", "std_error", "code"),
    [
        (stays(100, 80, 100, 20), 0.2, None),
        (stays(100, 50, 100, 50), 0.2, "placebo_fleeting"),  # a coin
        (stays(100, 56, 100, 44), 0.2, "placebo_fleeting"),  # 12 points, standard error 7: chance does that
        (stays(9000, 4950, 9000, 4050), 0.2, None),  # the least that counts: 10 points
        (stays(9000, 4900, 9000, 4050), 0.2, "placebo_fleeting"),  # 9.4 points, and surely so
        (stays(100, 80, 100, 20), 0.6, "placebo_blind"),  # exp(2.486 × 0.6) is 4.4
        (stays(100, 80, 100, 20), 0.55, None),  # exp(2.486 × 0.55) is 3.9
        (stays(100, 80, 0, 0), 0.2, None),
    ],
)
def test_a_placebo_that_does_not_last_or_varies_too_little_sees_no_trait(held, std_error, code):
    found = blindness_of(held, estimate(std_error=std_error))
    assert (None if found is None else found.code) == code


def test_every_pair_of_waves_known_at_both_ends_tells_whether_a_placebo_lasts():
    """A coin between the first two waves and for good from then on: 450 of 600 stay. What is unknown of one end tells nothing."""
    rng = np.random.default_rng(1)
    first, second = rng.permuted(np.arange(300) % 2), np.arange(300) % 2
    held = np.column_stack([first, second, second]).astype(float)
    found = estimate(std_error=0.2)
    assert blindness_of(held[:, :2], found).code == "placebo_fleeting" and blindness_of(held, found) is None
    gone = np.column_stack([second, np.where(second == 1, np.nan, first), second]).astype(float)
    assert blindness_of(gone, found).code == "placebo_fleeting", "of those holding it nothing is known in between"


def test_one_gain_is_one_gain():
    assert "1 gain in 500" in too_few(estimate(n_events=1)) and "2 gains in 500" in too_few(estimate(n_events=2))


@pytest.mark.parametrize(
    ("counts", "enough"),
    [
        ({"n_people": 30, "n_events": 10, "n_rows": 20}, True),
        ({"n_people": 29, "n_events": 10, "n_rows": 20}, False),
        ({"n_people": 30, "n_events": 9, "n_rows": 20}, False),
        ({"n_people": 30, "n_events": 11, "n_rows": 20}, False),  # nine without
    ],
)
def test_what_carries_a_claim(counts, enough):
    found = estimate(**counts)
    assert (too_few(found) is None) is enough
    kept = on_enough(found)
    assert np.isfinite([kept.log_odds, kept.std_error]).all() == enough
    assert enough or (kept.reason.code, too_few(found, code="placebo_too_few").code) == ("too_few", "placebo_too_few")
    silent = estimate(**counts, reason=Reason("separated"))
    assert on_enough(silent) is silent


@pytest.mark.parametrize(
    ("counts", "steady"),
    [
        ({"n_people": 100, "n_events": 40, "n_rows": 80}, True),
        ({"n_people": 99, "n_events": 40, "n_rows": 80}, False),
        ({"n_people": 100, "n_events": 39, "n_rows": 80}, False),
        ({"n_people": 100, "n_events": 41, "n_rows": 80}, False),
    ],
)
def test_what_needs_no_word_of_caution(counts, steady):
    found = estimate(**counts)
    assert footing_of(found) == Footing(counts["n_people"], counts["n_rows"], counts["n_events"], steady)
    assert footing_checks(found)[0].passed is steady
    assert [check.passed for check in footing_checks(found)[1:]] == [None] * 4, "no term was fitted"


def test_checks_of_the_footing():
    """Ten terms need a hundred of the rarer outcome."""
    fine = footing_checks(estimate(n_terms=10))
    assert [check.passed for check in fine] == [True] * 5
    poor = footing_checks(estimate(n_terms=10, n_events=99, n_silent=3, lost=("age",), apart=True))
    assert [check.passed for check in poor] == [True] + [False] * 4
    assert (
        "99 for 10 terms" in poor[1].detail and poor[2].detail.startswith("3 person-waves") and poor[3].detail == "left out: 'age'"
    )


@pytest.mark.parametrize("direction", ["out", "in", "mutual"])
def test_people_met_only_after_the_outcome_by_going_through_pairs(monkeypatch, direction):
    """Exposure of a row: what those newly tied in the wave after the outcome held a wave before it, as expected where unknown."""
    rng = np.random.default_rng(4)
    ties = (rng.random((5, 14, 14)) < 0.25) & ~np.eye(14, dtype=bool)
    held = (rng.random((14, 5)) < 0.4).astype(float)
    unknown = (rng.random((5, 14, 14)) < 0.03) & ~ties & ~np.eye(14, dtype=bool)
    networks = [np.where(unsure, np.nan, tie.astype(float)) for tie, unsure in zip(ties, unknown, strict=True)]
    panel = NetworkPanel.from_adjacency(networks, behaviour={"norm": held}, directed=True)
    risk = risk_set(panel, "norm", direction=direction)
    given = {}
    monkeypatch.setattr(
        rungs, "lagged_estimate", lambda risk, exposure, adjust, **more: given.update(more, exposure=exposure) or estimate()
    )
    future_ties_estimate(panel, risk, ())
    way = {"out": lambda m: m, "in": lambda m: m.transpose(0, 2, 1), "mutual": lambda m: m & m.transpose(0, 2, 1)}[direction]
    perhaps = {"out": unknown, "in": unknown.transpose(0, 2, 1), "mutual": unknown | unknown.transpose(0, 2, 1)}[direction]
    tied = way(ties)
    for row, (i, column) in enumerate(zip(risk.rows.person, risk.rows.column, strict=True)):
        if column + 1 >= 5:
            assert np.isnan(given["exposure"][row]) and np.isnan(given["also"][row, 0])
            continue
        fresh = tied[column + 1, i] & ~(tied[: column + 1, i] | perhaps[: column + 1, i]).any(axis=0)
        assert given["also"][row, 0] == held[i, column + 1]
        expected = held[fresh, column - 1].mean() if fresh.any() else np.nan
        assert given["exposure"][row] == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("counts", "answers"), [((100, 40), True), ((99, 40), False), ((100, 39), False)])
def test_future_ties_need_a_hundred_rows_and_forty_gains(monkeypatch, counts, answers):
    risk, _ = worked()
    found = estimate(n_rows=counts[0], n_events=counts[1])
    monkeypatch.setattr(rungs, "lagged_estimate", lambda *_, **__: found)
    made = future_ties_estimate(risk.panel, risk, ())
    assert made == found if answers else (made.reason.code == "too_few_new_ties" and np.isnan(made.log_odds))
