"""The evidence ladder on worlds of known truth, on bad input and in words."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
import pickle
from html import escape

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from recoverynet.errors import SchemaError, TimeOrderError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.ladder import ladder as ladder_module
from recoverynet.models.ladder.findings import ADJUSTED, FUTURE_TIES, PLACEBO, Rung
from recoverynet.models.ladder.intervals import expected_risk_set
from recoverynet.models.ladder.ladder import _matched, evidence_ladder, reaches_spread
from recoverynet.models.ladder.lagged import SEPARATED, LaggedEstimate, lagged_estimate
from recoverynet.models.ladder.rungs import MARGIN, future_ties_estimate, on_enough, permutation_null
from recoverynet.models.ladder.words import hidden_in_words, meaning_in_words, rung_in_words
from recoverynet.models.spread.matching import matched_estimate
from recoverynet.models.spread.reasons import Reason
from recoverynet.worlds.record_worlds import world_asked
from recoverynet.worlds.worlds import WORLD_ADJUST, WORLD_SURROUNDINGS, simulate_panel, simulate_world

ASKED = {"behaviour": "recovery", "placebo": "placebo", "adjust": WORLD_ADJUST, "surroundings": WORLD_SURROUNDINGS}

ASKED_BARE = {"placebo": None, "adjust": (), "surroundings": ()}


def climb(panel, **changes):
    return evidence_ladder(panel, **{**ASKED, "rng": 1, "n_permutations": 199, **changes})


def test_strong_influence_is_found_consistent_with_spread():
    ladder = climb(simulate_world("plain/strong", 650, rng=2))
    assert ladder.level == 4 and ladder.consistent_with_spread and ladder.failed is None
    assert ladder.to_frame().loc["adjusted, beyond the margin", "low"] > MARGIN
    assert ladder.lift == ""
    assert 2 < ladder.hidden_trait_low < ladder.hidden_trait


@pytest.mark.parametrize("world", ["plain/none", "state_homophily/none", "surroundings/none", "covariate_homophily/none"])
def test_no_influence_is_rarely_called_spread(world):
    called = [
        reaches_spread(
            simulate_world(world, 650, rng=seed),
            "recovery",
            WORLD_ADJUST,
            WORLD_SURROUNDINGS,
            "placebo",
            rng=np.random.default_rng(seed),
        )
        for seed in range(60)
    ]
    assert sum(called) <= 6  # 5 % of 60 is 3; above 6 has a chance under 1 in 50 at that rate


def test_the_quick_ladder_agrees_with_the_whole_one():
    for seed in range(6):
        panel = simulate_world("latent_2_changing_ties/medium", 650, rng=seed)
        whole = climb(panel, rng=np.random.default_rng(seed))
        quick = reaches_spread(panel, "recovery", WORLD_ADJUST, WORLD_SURROUNDINGS, "placebo", rng=np.random.default_rng(seed))
        assert whole.consistent_with_spread == quick


def test_without_a_placebo_it_stops_at_level_two_and_says_so():
    ladder = climb(simulate_world("plain/strong", 650, rng=2), placebo=None)
    assert ladder.level == 2 and ladder.failed == "placebo named"
    assert "cannot spread" in ladder.verdict and "placebo" in ladder.lift


def test_it_stops_where_the_placebo_shows_the_same():
    ladder = climb(simulate_world("latent_6_6/none", 650, rng=3))
    assert ladder.level == 2
    assert not ladder.to_frame().loc["placebo outcome", "passed"]


def test_a_wider_margin_is_harder_to_clear():
    panel = simulate_world("plain/strong", 650, rng=2)
    assert climb(panel, margin=50.0).failed == "adjusted, beyond the margin"
    with pytest.raises(SchemaError, match="1 or more"):
        climb(panel, margin=0.9)


def test_same_seed_same_answer_and_people_in_any_order():
    panel = simulate_world("changing_ties/medium", 300, rng=4)
    order = np.random.default_rng(0).permutation(panel.n_people)
    turned = dataclasses.replace(
        panel,
        people=panel.people.iloc[order],
        networks=tuple(m[order][:, order] for m in panel.networks),
        behaviour={name: values[order] for name, values in panel.behaviour.items()},
        covariates={name: values[order] for name, values in panel.covariates.items()},
        present=panel.present[order],
        missing=None,
        structural=None,
    )
    one, same, other = climb(panel), climb(panel), climb(turned)
    assert one.to_dict() == same.to_dict()
    compared = ["odds_ratio", "low", "high", "n_rows", "n_events"]
    pd.testing.assert_frame_equal(one.to_frame()[compared], other.to_frame()[compared], rtol=1e-6)


def test_words_never_claim_a_cause():
    for world, seed in (("plain/strong", 2), ("latent_6_6/none", 3), ("plain/none", 1)):
        ladder = climb(simulate_world(world, 650, rng=seed))
        text = (ladder.verdict + ladder.summary() + repr(ladder) + ladder._repr_html_()).lower()
        assert "caus" not in text and "contag" not in text and "proves" not in text
        assert "nobody recorded" in text or ladder.hidden_trait <= 1
        json.dumps(ladder.to_dict())


def test_the_figure_shows_every_estimate_and_the_margin():
    ax = climb(simulate_world("changing_ties/strong", 650, rng=2)).plot()
    labels = " ".join(tick.get_text() for tick in ax.get_yticklabels()).replace("\n", " ")
    assert "placebo outcome" in labels and "future ties" in labels and "adjusted" in labels


def empty_panel(held):
    n, waves = held.shape
    start = pd.date_range("2010-01-01", periods=waves + 1, freq="MS", tz="Europe/London")
    return NetworkPanel(
        people=pd.DataFrame(index=[f"p{i}" for i in range(n)]),
        waves=pd.DataFrame({"start": start[:-1], "end": start[1:]}, index=pd.RangeIndex(1, waves + 1, name="wave")),
        networks=tuple(sparse.csr_array((n, n)) for _ in range(waves)),
        behaviour={"recovery": held},
    )


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (np.zeros((9, 3)), "nobody holds"),
        (np.ones((9, 3)), "everybody holds"),
        (np.full((9, 3), np.nan), "known at any wave"),
        (np.eye(9)[:, :3], "no ties"),
        (np.zeros((9, 1)), "1 wave"),
    ],
)
def test_a_panel_that_can_say_nothing_stays_on_the_ground(held, why):
    ladder = evidence_ladder(empty_panel(held), behaviour="recovery", rng=1)
    assert ladder.level == 0 and ladder.failed == "described"
    assert why in ladder.reason and why in ladder.verdict
    assert math.isnan(ladder.hidden_trait)


def test_waves_out_of_order_and_unknown_names_are_refused():
    panel = simulate_panel(60, rng=1)
    with pytest.raises(TimeOrderError):
        climb(dataclasses.replace(panel, waves=panel.waves.iloc[::-1].set_axis(panel.waves.index)))
    with pytest.raises(SchemaError, match="shoe_size"):
        climb(panel, adjust=["shoe_size"])
    with pytest.raises(SchemaError, match="no behaviour"):
        climb(panel, placebo="shoe_size")


def test_constant_covariates_change_nothing():
    panel = simulate_world("plain/medium", 300, rng=5)
    more = dataclasses.replace(panel, covariates={**panel.covariates, "same": np.ones(panel.n_people)})
    risk, other = expected_risk_set(panel, "recovery"), expected_risk_set(more, "recovery")
    plain = lagged_estimate(risk, risk.at(risk.seen.share))
    assert lagged_estimate(other, other.at(other.seen.share), ["same"]).log_odds == pytest.approx(plain.log_odds)


def test_expected_states_take_away_the_pull_towards_nothing():
    """30 % missing: leaving unknown contacts out shrinks the estimate, expected states do not."""
    from recoverynet.models.spread.risk_set import risk_set

    kept, left_out = [], []
    for seed in range(40):
        panel = simulate_world("missing_values/strong", 650, rng=seed)
        risk, bare = expected_risk_set(panel, "recovery"), risk_set(panel, "recovery")
        kept.append(lagged_estimate(risk, risk.at(risk.seen.share)).log_odds)
        left_out.append(lagged_estimate(bare, bare.at(bare.seen.share)).log_odds)
    error = np.std(kept) / np.sqrt(40)
    assert np.mean(kept) == pytest.approx(math.log(4), abs=3 * error)
    assert np.mean(left_out) < math.log(4) - 3 * error


def test_future_ties_are_quiet_under_homophily_on_the_state():
    """New ties follow the state; holding the later state fixed leaves nothing."""
    found = []
    for seed in range(30):
        panel = simulate_world("state_homophily/none", 650, rng=seed)
        found.append(future_ties_estimate(panel, expected_risk_set(panel, "recovery"), ()).log_odds)
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(30)


@pytest.mark.slow
def test_permutation_p_keeps_its_size():
    p_values = []
    for seed in range(300):
        panel = simulate_panel(120, rng=seed)
        risk = expected_risk_set(panel, "recovery")
        p_values.append(permutation_null(risk, risk.at(risk.seen.share), 99, np.random.default_rng(seed)).p)
    p_values = np.array(p_values)
    assert p_values.min() > 0
    for alpha in (0.01, 0.05, 0.10):
        assert (p_values <= alpha).mean() <= alpha + 3 * math.sqrt(alpha * (1 - alpha) / 300)


def test_future_ties_look_the_way_exposure_does():
    """Ties turned round and looked at from the other end are the same ties."""
    panel = simulate_world("latent_2_changing_ties/none", 650, rng=3)
    turned = dataclasses.replace(panel, networks=tuple(sparse.csr_array(m.T) for m in panel.networks))
    into, out = (
        future_ties_estimate(each, expected_risk_set(each, "recovery", way), ()) for each, way in ((panel, "in"), (turned, "out"))
    )
    plain = future_ties_estimate(panel, expected_risk_set(panel, "recovery"), ())
    assert into == out and np.isfinite(into.log_odds) and into != plain


def test_a_pair_that_may_have_met_before_is_no_future_tie():
    panel = simulate_world("changing_ties/none", 650, rng=3)
    everything = sparse.csr_array(np.ones((650, 650)) - np.eye(650)).astype(bool)
    unasked = dataclasses.replace(panel, missing=(everything, *panel.missing[1:]))
    assert future_ties_estimate(panel, expected_risk_set(panel, "recovery"), ()).n_rows > 100
    assert future_ties_estimate(unasked, expected_risk_set(unasked, "recovery"), ()).n_rows == 0


def separated_panel():
    """Twenty people, six gains: of those at risk only people with a contact who holds it gain it, but for one."""
    ties, held = np.zeros((20, 20)), np.zeros((20, 3))
    ties[:5, 10] = ties[5:10, 11] = 1
    held[10] = held[12:, 0] = held[12:, 1] = 1
    held[:5, 2] = held[5, 2] = 1
    held[12:16, 2] = 0
    return NetworkPanel.from_adjacency([ties] * 3, behaviour={"y": held})


@pytest.mark.parametrize(
    "panel", [separated_panel(), simulate_panel(120, base_gain=0.01, base_loss=0.02, rng=2, n_waves=4, mean_degree=2)]
)
def test_a_separated_estimate_is_no_estimate(panel):
    ladder = evidence_ladder(panel, behaviour=next(iter(panel.behaviour)), rng=0)
    frame = ladder.to_frame()
    for name in ("crude association", "adjusted, beyond the margin"):
        assert not frame.loc[name, "passed"] and math.isnan(frame.loc[name, "odds_ratio"])
        assert "perfectly" in frame.loc[name, "detail"]
    assert ladder.level == 0 and "hidden trait" not in ladder.verdict and math.isnan(ladder.hidden_trait)


def test_a_wave_in_which_nobody_gains_is_said_and_changes_nothing():
    panel = simulate_world("plain/strong", 300, rng=2)
    held = panel.behaviour["recovery"].copy()
    still = np.where(held[:, -1] == 1, 1.0, held[:, -1])  # one more wave, at which everybody stays as they were
    more = NetworkPanel.from_adjacency([*panel.networks, panel.networks[-1]], behaviour={"y": np.column_stack([held, still])})
    plain, longer = (
        lagged_estimate(risk, risk.at(risk.seen.share))
        for risk in (expected_risk_set(panel, "recovery"), expected_risk_set(more, "y"))
    )
    assert longer.apart and not plain.apart
    assert longer.log_odds == pytest.approx(plain.log_odds, rel=1e-4)
    assert longer.std_error == pytest.approx(plain.std_error, rel=0.01)


def test_future_ties_warn_and_never_stop(monkeypatch):
    panel = simulate_world("changing_ties/strong", 300, rng=2)
    monkeypatch.setattr(
        ladder_module, "future_ties_estimate", lambda *_, **__: LaggedEstimate(n_rows=120, n_events=50, reason=SEPARATED)
    )
    ladder = climb(panel)
    assert ladder.failed != "future ties" and [each.name for each in ladder.warned] == ["future ties"]
    assert "A warning" in ladder.verdict and "does not stop" in ladder.verdict and ladder.to_dict()["warned"] == ["future ties"]


@pytest.mark.slow
@pytest.mark.parametrize("family", ["rewired", "attended"])
def test_choice_by_the_state_and_places_that_drift_do_not_hide_strong_influence_nor_feign_it(family):
    """Nine in ten of strong; at most 2 of 12 without: more than that has a chance of 2 in 100 at a rate of 5 %."""
    found = {strength: 0 for strength in ("none", "strong")}
    for strength in found:
        for seed in range(12):
            asked = world_asked(f"{family}_everything/{strength}", 650, missing=0.0, rng=seed)
            rng = np.random.default_rng(seed)
            found[strength] += reaches_spread(asked.panel, "recovery", asked.adjust, asked.surroundings, "placebo", rng=rng)
    assert found["none"] <= 2 and found["strong"] >= 9


def test_a_coin_is_no_placebo():
    panel = simulate_world("plain/strong", 650, rng=2)
    ladder = climb(panel, placebo=np.random.default_rng(1).integers(0, 2, (650, panel.n_waves)).astype(float))
    assert ladder.failed == "placebo outcome" and ladder.stopped_at.reason.code == "placebo_fleeting"
    assert "does not stay with people" in ladder.verdict and "changes more often" not in ladder.verdict.split("What would lift")[0]


def test_a_placebo_that_is_adjusted_for_or_the_norm_at_another_wave_is_refused():
    panel = simulate_world("plain/strong", 650, rng=2)
    trait = np.tile(panel.covariates["observed_trait"][:, None], panel.n_waves)
    with pytest.raises(SchemaError, match="adjusted for"):
        climb(panel, placebo=trait)
    held = panel.behaviour["recovery"]
    with pytest.raises(SchemaError, match="1 waves away|1 wave away"):
        climb(panel, placebo=np.column_stack([held[:, :1], held[:, :-1]]))
    constant = climb(panel, placebo=np.ones((650, panel.n_waves)))
    assert constant.failed == "placebo outcome" and constant.stopped_at.reason


def with_covariate(panel, values):
    return dataclasses.replace(panel, covariates={**panel.covariates, "thing": values})


@pytest.mark.parametrize("words", [{0: "no", 1: "yes"}, {0: "b", 1: "a"}, {0: 3.0, 1: 1.0}])
@pytest.mark.parametrize("argument", ["adjust", "surroundings"])
def test_a_placebo_that_follows_from_what_is_adjusted_for_is_refused_in_words_and_codes(words, argument):
    panel = simulate_world("plain/strong", 300, missing=0.1, rng=2)
    placebo = panel.behaviour["placebo"]
    values = np.array([[None if np.isnan(each) else words[each] for each in row] for row in placebo], dtype=object)
    if isinstance(words[0], float):
        values = values.astype(float)
    with pytest.raises(SchemaError, match="'thing', or follows from it"):
        evidence_ladder(with_covariate(panel, values), placebo="placebo", **{argument: ["thing"]})


def test_a_placebo_that_is_a_number_cut_or_kinds_lumped_together_is_refused():
    panel, rng = simulate_world("plain/strong", 300, rng=2), np.random.default_rng(1)
    placebo = panel.behaviour["placebo"]
    score = placebo * 10 + rng.random(placebo.shape)
    kinds = np.where(placebo == 1, "settled", rng.choice(["street", "hostel"], placebo.shape)).astype(object)
    for values in (score, -score, kinds):
        with pytest.raises(SchemaError, match="'thing', or follows from it"):
            evidence_ladder(with_covariate(panel, values), placebo="placebo", adjust=["thing"])
    with pytest.raises(SchemaError, match="'placebo', or follows from it"):
        evidence_ladder(panel, placebo="placebo", adjust=["placebo"])
    names = np.array([f"p{i}" for i in range(300)], dtype=object)
    assert evidence_ladder(with_covariate(panel, names), placebo="placebo", surroundings=["thing"], n_permutations=9).level <= 2


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("lag", [0, 1, 2])
def test_a_placebo_that_is_the_norm_with_a_few_slips_is_refused(turned, lag):
    panel = simulate_world("plain/strong", 300, rng=2)
    placebo = np.roll(panel.behaviour["recovery"], lag, axis=1)
    placebo[::50, 4] = 1 - placebo[::50, 4]
    with pytest.raises(SchemaError, match="or all but"):
        evidence_ladder(panel, placebo=1 - placebo if turned else placebo)


def test_what_is_asked_for_by_who_reads_it_fits_the_reason():
    panel = simulate_world("plain/strong", 300, rng=2)
    coin = (np.random.default_rng(0).random((300, 6)) < 0.5).astype(float)
    assert "stays with them" in climb(panel, placebo=coin).lift and "−0.0" in climb(panel, placebo=coin).verdict
    own = with_covariate(panel, np.array([f"p{i}" for i in range(300)], dtype=object))
    ladder = climb(own, surroundings=["thing"])
    assert "coarser" in ladder.lift and "0 people" not in ladder.verdict
    nowhere = climb(with_covariate(panel, np.array([None] * 300, dtype=object)), surroundings=["thing"])
    assert nowhere.stopped_at.reason.code == "adjusted_unknown" and "of more people" in nowhere.lift


def test_one_place_for_everybody_is_named_as_left_out():
    panel = with_covariate(simulate_world("plain/strong", 300, rng=2), np.array(["hall"] * 300, dtype=object))
    checks = {check.name: check for check in climb(panel, surroundings=["thing"]).checks}
    assert checks["every term varies on its own"].passed is False and "'thing'" in checks["every term varies on its own"].detail
    assert {check.name: check for check in climb(panel).checks}["every term varies on its own"].passed


@pytest.mark.parametrize(("place", "level"), [(np.arange(650).astype(str).astype(object), 2), (np.zeros(650), 4)])
def test_a_place_for_each_answers_with_a_reason_and_one_for_all_changes_nothing(place, level):
    panel = simulate_world("plain/strong", 650, rng=2)
    panel = dataclasses.replace(panel, covariates={**panel.covariates, "house": place})
    ladder = climb(panel, surroundings=["house"])
    assert ladder.level == level
    if level == 2:
        assert ladder.stopped_at.reason.code == "strata_silent" and "coarser" in ladder.verdict
    else:
        bare = climb(panel, surroundings=())
        assert ladder.rung(ADJUSTED).odds_ratio == pytest.approx(bare.rung(ADJUSTED).odds_ratio, rel=1e-4)


def test_a_panel_unlike_those_calibrated_is_said():
    panel = simulate_panel(650, influence=4.0, n_waves=3, mean_degree=9.0, rng=1)
    ladder = climb(panel)
    assert [each.what for each in ladder.outside] == ["waves", "contacts a person"]
    assert ladder.level == 0 or "was not measured for such a panel: waves 3, measured from 6 to 6" in ladder.verdict
    assert climb(simulate_world("plain/strong", 650, rng=2)).outside == ()


def test_the_lower_bound_is_named_even_where_no_trait_would_do():
    assert "chance alone" in hidden_in_words(math.inf, 1.0)
    assert "lower bound 3.0 would do" in hidden_in_words(math.inf, 3.0)
    assert "nor one as large as its lower bound" in hidden_in_words(math.inf, math.inf)


def test_a_placebo_that_hardly_changes_clears_nothing():
    panel = simulate_world("plain/strong", 650, rng=2)
    once = np.zeros((650, panel.n_waves))
    once[3, 2:] = 1
    ladder = climb(panel, placebo=once)
    assert ladder.failed == "placebo outcome" and "too seldom" in ladder.verdict and ": 1 gain in" in ladder.verdict
    assert "changes more often" in ladder.lift
    for turned in (1 - panel.behaviour["recovery"], panel.behaviour["recovery"]):
        with pytest.raises(SchemaError, match="placebo is the norm"):
            climb(panel, placebo=turned)


def test_a_handful_of_people_carries_no_claim():
    few = LaggedEstimate(3.0, 0.5, n_rows=19, n_events=3, n_people=13, variance=0.1)
    assert math.isnan(on_enough(few).log_odds) and "3 gains in 19 person-waves of 13 people" in on_enough(few).reason
    enough = dataclasses.replace(few, n_rows=90, n_events=12, n_people=40)
    assert on_enough(enough) is enough
    matched = matched_estimate(simulate_world("plain/strong", 650, rng=2), "recovery")
    small = dataclasses.replace(matched, n_people=13, n_rows=19, n_events=3)
    assert _matched(matched).passed and _matched(small).passed is False and _matched(small).reason.code == "too_few"


def test_few_people_are_said_with_caution():
    small = next(
        ladder for seed in range(40) if (ladder := climb(simulate_world("plain/strong", 100, rng=seed))).consistent_with_spread
    )
    assert "Caution" in small.verdict and f"{small.n_people} people" in small.caution
    assert any(check.name == "10 gains a term" for check in small.checks)
    large = climb(simulate_world("plain/strong", 650, rng=2))
    assert {"states of contacts known", "both outcomes at every wave and level"} <= {each.name for each in large.checks}
    assert "Caution" not in large.verdict
    assert any(check.name.startswith("matched comparison: balance") for check in large.checks)


def test_the_verdict_names_what_was_adjusted_for_and_nothing_else():
    panel = simulate_world("plain/strong", 650, rng=2)
    bare, whole = climb(panel, adjust=(), surroundings=()), climb(panel)
    assert "Nothing was adjusted for" in bare.verdict and "recorded circumstances" not in bare.verdict
    assert "adjustment" not in bare.verdict + bare.to_frame().loc["adjusted, beyond the margin", "detail"]
    assert WORLD_ADJUST[0] in whole.verdict and "Nothing was adjusted for" not in whole.verdict
    assert WORLD_ADJUST[0] in whole.to_frame().loc["adjusted, beyond the margin", "detail"]


def test_the_answer_as_plain_values_goes_into_strict_json():
    for ladder in (climb(simulate_world("plain/strong", 650, rng=2)), climb(empty_panel(np.zeros((9, 3))), **ASKED_BARE)):
        plain = json.loads(json.dumps(dataclasses.replace(ladder, hidden_trait=math.inf).to_dict(), allow_nan=False))
        assert plain["hidden_trait"] == "infinity" and plain["verdict"].startswith("Level")
        assert plain["rungs"][0]["name"] == "described" and isinstance(plain["rungs"][2]["n_rows"], int)
    permutation = climb(simulate_world("plain/strong", 650, rng=2)).to_frame().loc["permutation"]
    assert permutation["n_rows"] > 500 and permutation["n_events"] > 50


def test_contacts_nobody_knows_of_are_named_as_such():
    panel = simulate_panel(60, rng=1)
    held = panel.behaviour["recovery"].copy()
    held[30:] = np.nan
    ties = np.zeros((60, 60))
    ties[:30, 30:] = 1  # those of known state name only people of whom nothing is known
    unseen = NetworkPanel.from_adjacency([ties] * panel.n_waves, behaviour={"y": held})
    ladder = evidence_ladder(unseen, behaviour="y", rng=1)
    assert "no contact" in ladder.verdict or "undefined for all" in ladder.verdict


def test_the_figure_names_the_interval_of_each_row_and_the_reason_where_there_is_none():
    ax = climb(simulate_world("changing_ties/strong", 650, rng=2)).plot()
    labels = [tick.get_text().replace("\n", " ") for tick in ax.get_yticklabels()]
    assert any("placebo" in label and "95%" in label for label in labels)
    assert any("adjusted" in label and "90%" in label for label in labels) and "90%" not in ax.get_xlabel()
    silent = climb(empty_panel(np.zeros((9, 3))), **ASKED_BARE).plot()
    assert "nobody holds" in " ".join(text.get_text().replace("\n", " ") for text in silent.texts)


def rung(name, **numbers):
    return Rung(3, name, numbers.pop("passed", True), **numbers)


def test_level_four_on_thin_evidence_says_what_was_not_tried_and_which_placebo_says_nothing():
    whole = climb(simulate_world("plain/strong", 650, rng=2))
    assert whole.level == 4
    few = Reason("too_few_new_ties", n_rows=12, n_events=3, least_rows=100, least_events=40)
    thin = dataclasses.replace(
        whole,
        rungs=(
            *(each for each in whole.rungs if each.name not in (ADJUSTED, PLACEBO, FUTURE_TIES)),
            rung(ADJUSTED, odds_ratio=6.0, low=2.1, high=17.0, n_rows=300, n_events=41, margin=1.25),
            rung(PLACEBO, odds_ratio=2.5, low=0.7, high=9.3, n_rows=280, n_events=39, sided=0.975),
            rung(FUTURE_TIES, passed=None, n_rows=12, n_events=3, reason=few),
        ),
    )
    assert [each.name for each in thin.untried] == [FUTURE_TIES] and [each.name for each in thin.weak_placebos] == [PLACEBO]
    assert "“future ties” could not be tried: too few new ties" in thin.verdict
    assert "2.50 (0.70 to 9.30) leaves room for one as large as the norm's own, 6.00" in thin.verdict
    assert thin.to_dict()["untried"] == [FUTURE_TIES] and thin.to_dict()["weak_placebos"] == [PLACEBO]
    shared = " ".join(thin.sentences(counted=False, found=lambda each: rung_in_words(each, counted=False)))
    assert "too few new ties" in shared and "12 person-waves" not in shared
    strong = dataclasses.replace(thin, rungs=(*thin.rungs[:-2], rung(PLACEBO, odds_ratio=0.9, low=0.5, high=1.6, sided=0.975)))
    assert not strong.untried and not strong.weak_placebos and "leaves room" not in strong.verdict


def test_a_matched_comparison_on_few_changes_is_told_with_caution():
    whole = climb(simulate_world("plain/strong", 650, rng=2))
    *others, matched = whole.rungs
    assert matched.name == "matched comparison" and whole.thin_match is None and "matched comparison rests" not in whole.verdict
    thin = dataclasses.replace(whole, rungs=(*others, dataclasses.replace(matched, n_rows=182, n_events=16)))
    assert "the matched comparison rests on 16 gains in 182 person-waves" in thin.verdict
    assert not [each for each in thin.sentences(counted=False, found=lambda _: "") if "16" in each]


def test_the_meaning_of_a_level_is_written_once():
    ladder = climb(simulate_world("plain/strong", 650, rng=2))
    assert meaning_in_words(ladder.level, ladder.adjusted_for) in ladder.verdict
    assert ladder.level_in_words() in ladder.verdict and all(sentence in ladder.verdict for sentence in ladder.sentences())


def test_a_notebook_shows_the_verdict():
    for ladder in (climb(simulate_world("plain/strong", 650, rng=2)), climb(empty_panel(np.zeros((9, 3))), **ASKED_BARE)):
        html = ladder._repr_html_()
        assert html.startswith(f"<div><p><strong>{escape(ladder.level_in_words())}")
        assert all(escape(sentence) in html for sentence in ladder.sentences())


def test_reasons_survive_copies_and_pickles():
    reason = Reason("all_alike", who="nobody", happened="gained it", n_rows=3)
    for again in (pickle.loads(pickle.dumps(reason)), copy.deepcopy(reason)):  # noqa: S301 - our own
        assert again == reason and again.code == "all_alike" and again.uncounted == "nobody at risk gained it"
    assert json.dumps(reason) == '"nobody at risk gained it (3 person-waves)"'
