"""What is not a panel, not a list or not a share is refused in words, by every test and model of spread alike."""

from __future__ import annotations

import numpy as np
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.measures.curves import bass_fit, hazard_curve, prevalence_curve
from recoverynet.measures.infectiousness import infectiousness, susceptibility
from recoverynet.models.future_ties import future_tie_exposure
from recoverynet.models.spread_panel import SpreadPanel
from recoverynet.models.worlds import simulate_panel

ASKED_OF_A_PANEL = (
    rn.contagion_test, rn.fit_hazard, rn.fit_sisa, rn.dyadic_influence, rn.matched_estimate, rn.evidence_ladder,
    rn.adoption, rn.thresholds, hazard_curve, prevalence_curve, bass_fit, infectiousness, susceptibility,
    future_tie_exposure,
)


@pytest.fixture(scope="module")
def panel():
    return simulate_panel(60, rng=1)


@pytest.mark.parametrize("ask", ASKED_OF_A_PANEL)
def test_what_is_not_a_panel_is_named_and_how_to_make_one(ask, panel):
    record = rn.load_sample("five_people")
    for given in (record, rn.ContactGraph(record), None):
        with pytest.raises(SchemaError, match=f"Expected a NetworkPanel; got a {type(given).__name__}.*spread_panel"):
            ask(given)
    with pytest.raises(SchemaError, match="pass its .panel"):
        ask(SpreadPanel(panel))


def test_a_record_is_asked_for_where_one_is_needed(panel):
    with pytest.raises(SchemaError, match="Expected a RecoveryRecord"):
        rn.spread_panel(panel)


@pytest.mark.parametrize(("ask", "word"), [
    (rn.fit_hazard, "adjust"), (rn.fit_hazard, "categories"), (rn.dyadic_influence, "adjust"),
    (rn.matched_estimate, "on"), (rn.contagion_test, "within"), (rn.evidence_ladder, "adjust"),
    (rn.evidence_ladder, "surroundings"),
])
def test_one_name_is_not_read_letter_by_letter(ask, word, panel):
    with pytest.raises(SchemaError, match=rf"{word} takes a list of names.*\['observed_trait'\]"):
        ask(panel, behaviour="recovery", **{word: "observed_trait"})


def test_terms_of_an_autocorrelation_model_are_a_list(panel):
    with pytest.raises(SchemaError, match="list of names"):
        rn.network_autocorrelation(panel, "recovery", "observed_trait", wave=1)


@pytest.mark.parametrize("ask", [rn.fit_hazard, rn.fit_sisa, rn.dyadic_influence, rn.matched_estimate])
@pytest.mark.parametrize("level", [95, 0, 1.0, -0.5])
def test_a_level_is_a_share(ask, level):
    with pytest.raises(SchemaError, match="level must lie between 0 and 1"):
        ask(simulate_panel(200, rng=1), level=level)


@pytest.mark.parametrize("number", [0, -1, 2.5, True])
def test_the_ladder_needs_permutations(number, panel):
    with pytest.raises(SchemaError, match="n_permutations must be a whole number"):
        rn.evidence_ladder(panel, n_permutations=number)


def test_the_norm_is_not_its_own_placebo(panel):
    for same in ("recovery", panel.norm, panel.behaviour["recovery"]):
        with pytest.raises(SchemaError, match="placebo is the norm itself"):
            rn.evidence_ladder(panel, behaviour="recovery", placebo=same)


@pytest.mark.parametrize("ratio", ["2", None, True, [2.0]])
def test_sensitivity_is_of_a_ratio(ratio):
    with pytest.raises(SchemaError, match="estimate must be a ratio"):
        rn.sensitivity(ratio)


def test_a_covariate_nobody_knows_of_is_said(panel):
    unknown = np.full((60, 6), np.nan)
    dated = simulate_panel(60, rng=1)
    dated = rn.NetworkPanel(**{**vars(dated), "covariates": {"age": unknown}})
    assert "known in everything matched on" in rn.matched_estimate(dated, on=["age"]).reason
    ladder = rn.evidence_ladder(dated, adjust=["age"], n_permutations=9, rng=1)
    adjusted = ladder.to_frame().loc["adjusted, beyond the margin"]
    assert adjusted["passed"] is False or not adjusted["passed"]
    assert "known in everything adjusted for" in adjusted["detail"]


def test_matched_people_who_all_fare_alike_say_nothing_of_chance():
    """Everybody exposed gains the norm and nobody else: no chance, so no standard error."""
    ties = np.kron(np.eye(20), np.array([[0, 1], [1, 0]]))
    held = np.zeros((40, 2))
    held[0:20:2, 0] = 1  # ten pairs in which one holds it; their partner gains it
    held[:20, 1] = 1
    found = rn.matched_estimate(rn.NetworkPanel.from_adjacency([ties] * 2, behaviour={"norm": held}), "norm")
    assert np.isnan(found.p) and "everybody exposed and nobody unexposed changed" in found.reason


def test_a_network_that_cannot_be_rewired_gives_no_p():
    held = np.array([[0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0], [0, 1, 1]], dtype=float)
    everybody = rn.NetworkPanel.from_adjacency([1 - np.eye(6)] * 3, behaviour={"norm": held})
    found = rn.contagion_test(everybody, "norm", null="rewiring", n_permutations=19, rng=1)
    assert np.isnan(found.p) and "no two ties can be swapped" in found.reason
