"""Two controls take a hidden trait out where exposure alone is fooled; a weak instrument answers with its reason."""

import dataclasses
import re

import numpy as np
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.kernels.two_stage import two_stage
from recoverynet.worlds.worlds import simulate_panel

CONTROLS = {"outcome_control": "placebo", "exposure_control": "placebo"}


def test_two_stages_by_hand():
    rng = np.random.default_rng(1)
    u, z = rng.normal(size=(2, 4000))
    w = z + u + rng.normal(size=4000)
    y = 2.0 * w + 3.0 * u
    x = np.ones((4000, 1))
    found = two_stage(y, w, z, x, np.arange(4000))
    assert found.beta[0] == pytest.approx(np.cov(z, y)[0, 1] / np.cov(z, w)[0, 1]) and found.strength > 100
    assert abs(found.beta[0] - 2.0) < 4 * np.sqrt(found.covariance[0, 0])


@pytest.mark.slow
def test_a_hidden_trait_that_fools_exposure_is_taken_out():
    fits = [rn.double_negative_control(simulate_panel(1300, latent=(6.0, 6.0), rng=seed), **CONTROLS) for seed in range(20)]
    assert all(fit.plain.low > 0 for fit in fits)
    assert sum(fit.low > 0 for fit in fits) <= 3
    found = np.array([fit.estimate for fit in fits])
    assert abs(found.mean()) < 0.02 < 0.08 < np.mean([fit.plain.estimate for fit in fits])
    moved = [
        rn.double_negative_control(simulate_panel(2000, latent=(6.0, 6.0), influence=4.0, rng=s), **CONTROLS) for s in range(8)
    ]
    assert np.mean([fit.estimate for fit in moved]) > 0.08


@pytest.mark.parametrize(
    ("controls", "words"),
    [
        ("coins", "hardly goes with the outcome control.*F = .* 10 needed"),
        ("constant", "is constant, or follows from the other terms"),
        ("unknown", "0 people are known in everything"),
    ],
)
def test_controls_that_say_nothing_answer_with_a_reason(controls, words):
    panel = simulate_panel(300, latent=(6.0, 6.0), rng=1)
    made = np.random.default_rng(0).random((300, 6)) < 0.5
    values = {"coins": made * 1.0, "constant": np.ones((300, 6)), "unknown": np.full((300, 6), np.nan)}[controls]
    panel = dataclasses.replace(panel, behaviour={**panel.behaviour, "control": values})
    fit = rn.double_negative_control(panel, "recovery", outcome_control="control", exposure_control="control")
    assert np.isnan(fit.estimate) and re.search(words, fit.reason) and fit.reason in fit.summary()


def test_a_control_is_another_thing_than_the_norm():
    panel = simulate_panel(100, rng=1)
    with pytest.raises(SchemaError, match="outcome_control is the norm 'recovery' itself"):
        rn.double_negative_control(panel, outcome_control="recovery", exposure_control="placebo")
    with pytest.raises(SchemaError):
        rn.double_negative_control(panel, outcome_control="nothing", exposure_control="placebo")


def test_friends_of_friends_say_how_strong_they_are():
    panel = simulate_panel(1300, latent=(6.0, 6.0), rng=1)
    fit = rn.friends_of_friends(panel)
    assert fit.strength > 10 and fit.reason is None and fit.plain is not None
    assert any("hidden trait" in words for words in fit.assumptions)
    weak = rn.friends_of_friends(simulate_panel(200, rng=1))
    assert np.isnan(weak.estimate) and weak.strength < 10 and "10 needed" in weak.reason
