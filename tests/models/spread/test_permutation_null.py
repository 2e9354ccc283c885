"""What stands behind level 2: the exposure of those who gained, against gains dealt out anew."""

from __future__ import annotations

import numpy as np
import pytest

from recoverynet import evidence_ladder
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.ladder.intervals import expected_risk_set
from recoverynet.models.ladder.rungs import permutation_null
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
