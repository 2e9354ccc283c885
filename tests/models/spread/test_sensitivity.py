"""E-values and trait bounds against published numbers and against worlds built to order."""

import numpy as np
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.models.spread.sensitivity import e_value, sensitivity, trait_bias
from recoverynet.worlds.worlds import simulate_panel


def test_published_e_values():
    # VanderWeele & Ding 2017: bottle-feeding and deaths 3.9 (1.8, 8.7); breast-feeding and leukaemia 0.80 (0.71, 0.91).
    first = sensitivity(3.9, low=1.8, high=8.7)
    assert (first.e_value, first.e_value_bound) == pytest.approx((7.26, 3.0), abs=0.005)
    second = sensitivity(0.80, low=0.71, high=0.91)
    assert (second.e_value, second.e_value_bound) == pytest.approx((1.81, 1.43), abs=0.005)
    assert second.e_value == pytest.approx(sensitivity(1 / 0.80).e_value)


def test_e_value_is_the_least_strength_that_explains():
    for ratio in (1.2, 2.0, 5.0):
        strength = e_value(ratio)
        assert strength**2 / (2 * strength - 1) == pytest.approx(ratio)
    assert e_value(1.0) == 1.0 and np.isnan(e_value(np.nan))


def test_interval_that_holds_one_needs_no_trait():
    result = sensitivity(1.5, low=0.9, high=2.5)
    assert result.e_value_bound == 1.0
    assert result.to_frame().loc["bound", "risk_ratio"] == 1.0
    assert result.traits["explains_bound"].all()


def test_trait_bias_is_the_ratio_a_trait_makes_where_nothing_else_does():
    # 80 of 100 exposed and 20 of 100 unexposed have it; with it the chance is 0.3, without 0.1.
    exposed, unexposed = 0.8 * 0.3 + 0.2 * 0.1, 0.2 * 0.3 + 0.8 * 0.1
    assert trait_bias(3.0, 0.8, 0.2) == pytest.approx(exposed / unexposed)
    result = sensitivity(exposed / unexposed, outcome_ratios=[3.0], trait_shares=[(0.8, 0.2), (0.6, 0.4)])
    assert result.traits["corrected"].tolist() == pytest.approx([1.0, exposed / unexposed / trait_bias(3, 0.6, 0.4)])
    assert result.traits["explains"].tolist() == [True, False]


def test_curve_joins_pairs_that_just_explain():
    result = sensitivity(2.0, low=1.4, high=2.9)
    for name, ratio in (("estimate", 2.0), ("bound", 1.4)):
        points = result.curve[result.curve["what"] == name]
        gamma, e = points["outcome_ratio"], points["exposure_ratio"]
        np.testing.assert_allclose(gamma * e / (gamma + e - 1), ratio)
    assert sensitivity(1.0).curve.empty


@pytest.mark.parametrize(("ratio", "strength"), [(2.0, 2 + 2**0.5), (0.5, 2 + 2**0.5), (1.25, 1.25 + 0.3125**0.5)])
def test_curve_runs_from_near_its_least_ratio_past_the_e_value(ratio, strength):
    """No outcome ratio up to the estimate explains it; the curve starts a twentieth of the way from there to the E-value."""
    larger = max(ratio, 1 / ratio)
    points = sensitivity(ratio).curve
    assert set(points["what"]) == {"estimate"} and len(points) == 60
    first, last = points.iloc[0], points.iloc[-1]
    assert first["outcome_ratio"] == pytest.approx(larger + (strength - larger) / 20)
    assert last["outcome_ratio"] == pytest.approx(larger + 4 * strength)
    # At its start the exposure ratio is far above the E-value, at its end far below: the crossing is in the figure.
    assert first["exposure_ratio"] == pytest.approx(larger * (first["outcome_ratio"] - 1) / (strength - larger) * 20)
    assert first["exposure_ratio"] > 2 * strength > 2 * last["exposure_ratio"]
    assert points["outcome_ratio"].is_monotonic_increasing and points["exposure_ratio"].is_monotonic_decreasing


def test_common_outcomes_are_converted():
    assert sensitivity(4.0, ratio="odds ratio", outcome_share=0.4).risk_ratio == pytest.approx(2.0)
    assert sensitivity(4.0, ratio="odds ratio", outcome_share=0.1).risk_ratio == 4.0
    hazard = sensitivity(2.0, ratio="hazard ratio", outcome_share=0.5)
    assert hazard.risk_ratio == pytest.approx((1 - 0.5**2**0.5) / (1 - 0.5 ** (0.5**0.5)))
    assert hazard.checks[0].passed is False and "converted" in hazard.checks[0].detail
    # Turned round, the conversion turns round too.
    assert sensitivity(0.5, ratio="hazard ratio", outcome_share=0.5).risk_ratio == pytest.approx(1 / hazard.risk_ratio)


def test_takes_what_the_models_give():
    panel = simulate_panel(650, influence=4.0, base_gain=0.01, rng=1)
    fit = rn.fit_hazard(panel)
    assert fit.n_people_ever / fit.n_people < 0.15
    result = sensitivity(fit)
    assert result.risk_ratio == pytest.approx(np.exp(fit.estimate))
    assert result.settings["ratio"] == "hazard ratio" and result.n_people == fit.n_people
    half = sensitivity(fit, contrast=0.5)
    assert half.risk_ratio == pytest.approx(np.exp(fit.estimate / 2)) and half.e_value < result.e_value
    matched = rn.matched_estimate(panel)
    ratio = matched.table.loc["chance if exposed", "estimate"] / matched.table.loc["chance if not exposed", "estimate"]
    assert sensitivity(matched).risk_ratio == pytest.approx(ratio)


def test_a_fit_without_an_answer_has_none_here_either():
    fit = rn.fit_hazard(simulate_panel(30, rng=2), np.zeros((30, 6)))
    result = sensitivity(fit)
    assert result.reason == fit.reason and np.isnan(result.e_value) and "No answer" in result.summary()
    assert fit.reason in " ".join(text.get_text().replace("\n", " ") for text in result.plot().texts)


def test_plot_marks_both_e_values():
    ax = sensitivity(2.0, low=1.4, high=2.9).plot()
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert any("3.41" in label for label in labels) and any("2.15" in label for label in labels)


def test_without_an_interval_nothing_is_said_of_it():
    result = sensitivity(2.0)
    assert result.e_value == pytest.approx(3.414, abs=1e-3) and np.isnan(result.e_value_bound)
    assert "interval" not in repr(result) and result.reason is None
    assert result.traits["explains_bound"].isna().all() and len(result.plot().lines) >= 2
    assert sensitivity(2.0, low=1.4).e_value_bound == sensitivity(2.0, low=1.4, high=3.0).e_value_bound
    assert np.isnan(sensitivity(2.0, high=3.0).e_value_bound)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (dict(estimate=-1.0), "above 0"),
        (dict(estimate=2.0, low=3.0, high=4.0), "within its interval"),
        (dict(estimate=2.0, ratio="difference"), "ratio must be"),
        (dict(estimate=2.0, trait_shares=[(0.5, 1.2)]), "shares from 0 to 1"),
        (dict(estimate=2.0, outcome_ratios=[1.0]), "above 1"),
        (dict(estimate=2.0, outcome_ratios=2.0), "list of numbers above 1"),
        (dict(estimate=2.0, trait_shares=(0.5, 0.4)), "list of pairs"),
        *((dict(estimate=2.0, outcome_share=share), "outcome_share") for share in (2, -1, float("nan"), "few")),
        *((dict(estimate=2.0, contrast=each), "contrast") for each in (0, -1, 0.5, "half")),
        (dict(estimate=2.0, low="a"), "low"),
        (dict(estimate=2.0, high=-1), "high"),
        (dict(estimate="2"), "estimate"),
    ],
)
def test_wrong_arguments_are_told(arguments, words):
    with pytest.raises(SchemaError, match=words):
        sensitivity(arguments.pop("estimate"), **arguments)


def test_rarity_is_that_of_people_who_ever_gain_and_it_is_said():
    """Many waves make every person-wave rare; the outcome is common all the same."""
    fit = rn.fit_hazard(simulate_panel(300, influence=4.0, n_waves=12, base_gain=0.04, rng=1))
    of_people, of_rows = fit.n_people_ever / fit.n_people, fit.n_events / fit.n_rows
    assert of_rows < 0.15 < of_people
    found = sensitivity(fit)
    assert found.risk_ratio == pytest.approx(
        sensitivity(np.exp(fit.estimate), ratio="hazard ratio", outcome_share=of_people).risk_ratio
    )
    assert found.settings["outcome_share_of"] == "people" and f"{of_people:.0%} of people ever" in found.checks[0].detail
    by_rows = sensitivity(fit, outcome_share=of_rows)
    assert by_rows.e_value > found.e_value and by_rows.settings["outcome_share_of"] == "given"


def test_riverside_by_hand():
    panel = rn.spread_panel(rn.load_sample("riverside"), purpose=None, surroundings=["provider"])
    found = sensitivity(rn.fit_hazard(panel.panel, "recovery", adjust=[*panel.adjust, *panel.surroundings]))
    assert (found.e_value, found.e_value_bound) == pytest.approx((3.21, 1.96), abs=0.005)
