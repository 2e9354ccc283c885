"""What is not a panel, not a list or not a share is refused in words, by every test and model of spread alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError, UnknownPersonError
from recoverynet.measures.autocorrelation import autocorrelation
from recoverynet.measures.curves import bass_fit, hazard_curve, prevalence_curve
from recoverynet.measures.exposure import StructuralEquivalence
from recoverynet.measures.infectiousness import infectiousness, susceptibility
from recoverynet.models.spread.future_ties import future_tie_exposure
from recoverynet.models.spread.spread_panel import SpreadPanel
from recoverynet.worlds.calibration import calibrate, calibration_table
from recoverynet.worlds.worlds import simulate_panel

ASKED_OF_A_PANEL = (
    rn.contagion_test,
    rn.fit_hazard,
    rn.fit_sisa,
    rn.dyadic_influence,
    rn.matched_estimate,
    rn.evidence_ladder,
    rn.adoption,
    rn.thresholds,
    hazard_curve,
    prevalence_curve,
    bass_fit,
    infectiousness,
    susceptibility,
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


@pytest.mark.parametrize(
    ("ask", "word"),
    [
        (rn.fit_hazard, "adjust"),
        (rn.fit_hazard, "categories"),
        (rn.dyadic_influence, "adjust"),
        (rn.matched_estimate, "on"),
        (rn.contagion_test, "within"),
        (rn.evidence_ladder, "adjust"),
        (rn.evidence_ladder, "surroundings"),
    ],
)
def test_one_name_is_not_read_letter_by_letter(ask, word, panel):
    with pytest.raises(SchemaError, match=rf"{word} takes a list of names.*\['observed_trait'\]"):
        ask(panel, behaviour="recovery", **{word: "observed_trait"})


def test_terms_of_an_autocorrelation_model_are_a_list(panel):
    with pytest.raises(SchemaError, match="list of names"):
        rn.network_autocorrelation(panel, "recovery", "observed_trait", wave=1)
    with pytest.raises(SchemaError, match="wave= is for panels"):
        rn.network_autocorrelation(panel.at(1), np.arange(60.0), wave=1)


@pytest.mark.parametrize("ask", [rn.fit_hazard, rn.fit_sisa, rn.dyadic_influence, rn.matched_estimate])
@pytest.mark.parametrize("level", [95, 0, 1.0, -0.5])
def test_a_level_is_a_share(ask, level):
    with pytest.raises(SchemaError, match="level must lie between 0 and 1"):
        ask(simulate_panel(200, rng=1), level=level)


@pytest.mark.parametrize("number", [0, -1, 2.5, True])
def test_the_ladder_needs_permutations(number, panel):
    with pytest.raises(SchemaError, match="n_permutations is a whole number"):
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


@pytest.mark.slow
def test_a_network_that_cannot_be_rewired_gives_no_p():
    held = np.array([[0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0], [0, 1, 1]], dtype=float)
    everybody = rn.NetworkPanel.from_adjacency([1 - np.eye(6)] * 3, behaviour={"norm": held})
    found = rn.contagion_test(everybody, "norm", null="rewiring", n_permutations=19, rng=1)
    assert np.isnan(found.p) and "no two ties can be swapped" in found.reason


TWICE = ["observed_trait", "observed_trait"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda p: rn.fit_hazard(p, adjust=TWICE),
        lambda p: rn.dyadic_influence(p, adjust=TWICE),
        lambda p: rn.matched_estimate(p, on=TWICE),
        lambda p: rn.evidence_ladder(p, adjust=TWICE),
        lambda p: rn.evidence_ladder(p, adjust=TWICE[:1], surroundings=TWICE[:1]),
        lambda p: rn.contagion_test(p, within=TWICE),
        lambda p: rn.spread_report(p, adjust=TWICE),
        lambda p: rn.spread_report(p, adjust=TWICE[:1], surroundings=TWICE[:1]),
        lambda p: rn.network_autocorrelation(p, "recovery", TWICE, wave=1),
        lambda p: rn.network_autocorrelation(p, "recovery", pd.DataFrame(np.ones((60, 2)), p.person_ids, ["a", "a"]), wave=1),
        lambda p: rn.spread_panel(rn.load_sample("five_people"), adjust=["role", "role"]),
    ],
)
def test_a_term_is_named_once(ask):
    with pytest.raises(SchemaError, match="twice|stands in surroundings and in adjust"):
        ask(simulate_panel(60, rng=1))


@pytest.mark.parametrize(
    "ask",
    [
        lambda p: rn.fit_hazard(p, adjust=None),
        lambda p: rn.evidence_ladder(p, surroundings=None),
        lambda p: rn.fit_hazard(p, adjust=[3]),
        lambda p: rn.network_autocorrelation(p, "recovery", 3, wave=1),
    ],
)
def test_what_is_no_list_of_names_is_refused(ask, panel):
    with pytest.raises(SchemaError, match="list of names"):
        ask(panel)


def test_names_may_come_one_by_one(panel):
    fit = rn.fit_hazard(panel, adjust=(name for name in ["observed_trait"]))
    assert fit.settings["adjust"] == ["observed_trait"] and "observed_trait" in fit.table.index
    ladder = rn.evidence_ladder(panel, adjust=(name for name in ["observed_trait"]), n_permutations=9, rng=1)
    assert ladder.settings["adjust"] == ["observed_trait"] and "observed_trait" in ladder.to_frame()["detail"].str.cat()


@pytest.mark.parametrize(
    "asked",
    [
        {"history": 7},
        {"history": 1.5},
        {"history": -1},
        {"exposed": "half"},
        {"exposed": 0},
        {"caliper": "x"},
        {"caliper": 0},
        {"bins": 2.5},
        {"bins": 1},
        {"neighbours": True},
        {"level": "0.95"},
        {"method": "nearest"},
    ],
)
def test_matching_says_which_argument_is_wrong(asked, panel):
    with pytest.raises(SchemaError, match=next(iter(asked))):
        rn.matched_estimate(panel, **asked)


@pytest.mark.parametrize(
    "ask",
    [
        rn.fit_hazard,
        rn.fit_sisa,
        rn.dyadic_influence,
        rn.contagion_test,
        rn.exposure,
        rn.adoption,
        autocorrelation,
        rn.norm_clustering,
        lambda p, b: rn.evidence_ladder(p, behaviour=b),
    ],
)
def test_a_behaviour_is_a_name_a_norm_or_an_array_of_numbers(ask, panel):
    held = panel.behaviour["recovery"]
    for given in (held.tolist(), pd.DataFrame(held), pd.Series(held[:, 0]), ["recovery"]):
        with pytest.raises(SchemaError, match="A behaviour is a name"):
            ask(panel, given)
    with pytest.raises(SchemaError, match="must be numbers"):
        ask(panel, np.full(held.shape, "using", dtype=object))
    with pytest.raises(SchemaError, match="infinite"):
        ask(panel, np.where(held == 1, np.inf, 0.0))


def test_a_placebo_is_no_list(panel):
    for ask in (rn.evidence_ladder, rn.dyadic_influence):
        with pytest.raises(SchemaError, match="A behaviour is a name"):
            ask(panel, placebo=["placebo"])


def test_infinite_values_do_not_enter_a_panel():
    ties, held = np.ones((3, 3)) - np.eye(3), np.array([[0, 1], [1, np.inf], [0, -np.inf]])
    with pytest.raises(SchemaError, match="'y' holds 2 infinite"):
        rn.NetworkPanel.from_adjacency([ties] * 2, behaviour={"y": held})


@pytest.mark.parametrize("level", [95, 2, 0, "0.95", True])
def test_curves_and_models_need_a_level_between_nothing_and_all(level, panel):
    for ask in (hazard_curve, prevalence_curve, rn.fit_hazard, rn.norm_clustering):
        with pytest.raises(SchemaError, match="level must lie between 0 and 1"):
            ask(simulate_panel(200, rng=1), level=level)


@pytest.mark.parametrize("margin", ["1.25", None, True, np.nan, np.inf, 0.5])
def test_a_margin_is_an_odds_ratio(margin, panel):
    with pytest.raises(SchemaError, match="margin is an odds ratio of 1 or more"):
        rn.evidence_ladder(panel, margin=margin)


def test_nothing_asked_for_is_left_out_of_account(panel):
    with pytest.raises(SchemaError, match="has its waves already"):
        rn.exposure(panel, breaks=["2011-01-01", "2011-02-01"])
    for rate in (-1, np.inf, "a"):
        with pytest.raises(SchemaError, match="discount_rate"):
            infectiousness(panel, discount_rate=rate)
    for wrong in ({"power": -1}, {"power": 0}, {"longest": 0}, {"longest": 1.5}, {"unreachable": "far"}):
        with pytest.raises(SchemaError, match=next(iter(wrong))):
            StructuralEquivalence(**wrong)
    with pytest.raises(SchemaError, match="wave is a whole number"):
        rn.network_autocorrelation(panel, "recovery", wave=True)
    network = panel.at(1)
    with pytest.raises(UnknownPersonError, match="Nobody in the series is among the people of the network: the series hold '0'"):
        rn.norm_clustering(network, pd.Series(panel.behaviour["recovery"][:, 0]))


def test_a_calibration_table_that_is_not_there_is_said(tmp_path):
    with pytest.raises(SchemaError, match="There is no file"):
        calibration_table(tmp_path / "nowhere.csv")
    for wrong, words in (
        ({"budget": -1}, "budget"),
        ({"budget": 0, "only": "zzz"}, "No test has 'zzz'"),
        ({"budget": 0, "workers": 0}, "workers"),
    ):
        with pytest.raises(SchemaError, match=words):
            calibrate(tmp_path / "table.csv", **wrong)
