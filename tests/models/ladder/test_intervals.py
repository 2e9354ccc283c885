"""Intervals that jump waves of unknown state, and gains and losses of a placebo told as one odds ratio."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.ladder.intervals import LEAST_CHANGES, expected_risk_set, judged_risk_set, with_jumps
from recoverynet.models.ladder.lagged import lagged_estimate
from recoverynet.models.ladder.rungs import permutation_null
from recoverynet.worlds.worlds import simulate_world

UNKNOWN = np.nan


def repeated(states: list[list[float]], times: int) -> NetworkPanel:
    """Each history as often as asked, everybody naming the next person."""
    held = np.repeat(np.array(states, dtype=float), times, axis=0)
    ties = np.roll(np.eye(len(held)), 1, axis=1)
    return NetworkPanel.from_adjacency([ties] * held.shape[1], behaviour={"norm": held}, directed=True)


def rows_of(panel: NetworkPanel, **asked) -> pd.DataFrame:
    risk = judged_risk_set(panel, "norm", **asked)
    steps = np.ones(len(risk.rows.person), dtype=int) if risk.steps is None else risk.steps
    frame = pd.DataFrame({"column": risk.rows.column, "steps": steps, "outcome": risk.rows.outcome})
    return frame.value_counts().rename("n").reset_index().sort_values(["column", "steps", "outcome"], ignore_index=True)


def test_by_hand():
    """Of four histories, each ten times: one wave, two and three to the next known state, and four, which is too far."""
    panel = repeated(
        [[0, UNKNOWN, 1, 1, 1], [0, UNKNOWN, 0, UNKNOWN, 0], [0, UNKNOWN, UNKNOWN, 1, 1], [0, UNKNOWN, UNKNOWN, 0, 1]], 10
    )
    found = rows_of(panel)
    expected = [(1, 2, 0.0, 10), (1, 2, 1.0, 10), (1, 3, 0.0, 10), (1, 3, 1.0, 10), (3, 2, 0.0, 10), (4, 1, 1.0, 10)]
    assert [tuple(row) for row in found.itertuples(index=False)] == expected


def test_four_waves_are_too_far_and_lengths_with_few_changes_are_left_out():
    far = repeated([[0, UNKNOWN, UNKNOWN, UNKNOWN, 1], [0, 1, 1, 1, 1], [0, 0, 0, 0, 0]], 20)
    assert set(rows_of(far)["steps"]) == {1}
    histories = [[0, UNKNOWN, 0], [0, UNKNOWN, 1], [0, 1, 1], [0, 0, 0]]
    few = np.repeat(np.array(histories, dtype=float), [30, LEAST_CHANGES - 1, 20, 20], axis=0)
    ties = np.roll(np.eye(len(few)), 1, axis=1)
    panel = NetworkPanel.from_adjacency([ties] * 3, behaviour={"norm": few}, directed=True)
    assert set(rows_of(panel)["steps"]) == {1}
    held = np.vstack([few, [[0, UNKNOWN, 1]]])
    ties = np.roll(np.eye(len(held)), 1, axis=1)
    enough = NetworkPanel.from_adjacency([ties] * 3, behaviour={"norm": held}, directed=True)
    assert set(rows_of(enough)["steps"]) == {1, 2}


def test_where_everything_is_known_nothing_is_added():
    panel = simulate_world("plain/strong", 300, rng=1)
    risk = expected_risk_set(panel, "recovery")
    assert with_jumps(risk) is risk


def test_what_came_after_the_start_of_an_interval_is_not_looked_at():
    """Exposure and covariates of a jump are those of its start, whatever contacts do in between."""
    panel = simulate_world("plain/strong", 300, missing=0.3, rng=2)
    risk = judged_risk_set(panel, "recovery")
    plain = expected_risk_set(panel, "recovery")
    long = np.flatnonzero(risk.steps > 1)
    assert len(long) > 30
    assert np.isnan(risk.held[risk.rows.person[long], risk.rows.column[long]]).all(), "unknown right after the start"
    assert np.array_equal(
        risk.at(risk.seen.share)[long], plain.seen.share[risk.rows.person[long], risk.rows.column[long]], equal_nan=True
    )


@pytest.mark.parametrize("places", [(), ("place",)])
def test_gains_and_losses_tell_of_one_odds_ratio_as_a_logit_with_a_constant_a_wave_and_state(places):
    panel = simulate_world("plain/strong", 400, rng=3)
    place = (np.arange(400) % 5).astype(float)
    panel = NetworkPanel.from_adjacency(
        [network.toarray() for network in panel.networks],
        behaviour={"norm": panel.behaviour["recovery"]},
        covariates={"place": place},
        directed=True,
    )
    risk = judged_risk_set(panel, "norm", transition="holding")
    exposure = risk.at(risk.seen.share)
    found = lagged_estimate(risk, exposure, within=places)
    person, column, outcome = risk.rows
    known = np.isfinite(exposure)
    before = risk.held[person, column - 1]
    cells = pd.Series(list(zip(column, before, place[person] if places else before, strict=True)))[known]
    design = pd.get_dummies(cells.astype(str), dtype=float).assign(exposure=exposure[known])
    reference = sm.Logit(outcome[known], design.to_numpy()).fit(disp=0, maxiter=100)
    assert found.log_odds == pytest.approx(reference.params[-1], abs=1e-5)
    assert found.n_events == int((outcome != before)[known].sum()), "changes, either way"


def test_gains_dealt_out_anew_stay_within_their_length_of_interval():
    """Jumps gained it more often and were less exposed; dealt out across lengths that would look like exposure protecting."""
    panel = simulate_world("plain/none", 650, missing=0.3, rng=4)
    risk = judged_risk_set(panel, "recovery")
    exposure = np.where(risk.steps > 1, 0.0, 1.0) + 1e-9 * np.arange(len(risk.steps))
    null = permutation_null(risk, exposure, 50, np.random.default_rng(1))
    assert null.observed == pytest.approx(null.expected, abs=1e-3)


@pytest.mark.parametrize("missing", [0.3, 0.5])
def test_jumps_add_a_third_and_more_to_what_is_seen(missing):
    panel = simulate_world("plain/strong", 650, missing=missing, rng=5)
    more, near = judged_risk_set(panel, "recovery"), expected_risk_set(panel, "recovery")
    assert len(more.rows.person) > 1.25 * len(near.rows.person)
    assert {*zip(near.rows.person, near.rows.column, strict=True)} <= {*zip(more.rows.person, more.rows.column, strict=True)}
