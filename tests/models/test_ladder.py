"""The evidence ladder on worlds of known truth, on bad input and in words."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from recoverynet.errors import SchemaError, TimeOrderError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.ladder import evidence_ladder, reaches_spread
from recoverynet.models.rungs import MARGIN, expected_risk_set, future_ties_estimate, lagged_estimate, permutation_rung
from recoverynet.models.worlds import WORLD_ADJUST, WORLD_SURROUNDINGS, simulate_panel, simulate_world

ASKED = {"behaviour": "recovery", "placebo": "placebo", "adjust": WORLD_ADJUST, "surroundings": WORLD_SURROUNDINGS}


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
        reaches_spread(simulate_world(world, 650, rng=seed), "recovery", (*WORLD_ADJUST, *WORLD_SURROUNDINGS), "placebo",
                       rng=np.random.default_rng(seed))
        for seed in range(60)
    ]
    assert sum(called) <= 6  # 5 % of 60 is 3; above 6 has a chance under 1 in 50 at that rate


def test_the_quick_ladder_agrees_with_the_whole_one():
    for seed in range(6):
        panel = simulate_world("latent_2_changing_ties/medium", 650, rng=seed)
        whole = climb(panel, rng=np.random.default_rng(seed))
        quick = reaches_spread(
            panel, "recovery", (*WORLD_ADJUST, *WORLD_SURROUNDINGS), "placebo", rng=np.random.default_rng(seed)
        )
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
        panel, people=panel.people.iloc[order], networks=tuple(m[order][:, order] for m in panel.networks),
        behaviour={name: values[order] for name, values in panel.behaviour.items()},
        covariates={name: values[order] for name, values in panel.covariates.items()},
        present=panel.present[order], missing=None, structural=None,
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
        networks=tuple(sparse.csr_array((n, n)) for _ in range(waves)), behaviour={"recovery": held},
    )


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (np.zeros((9, 3)), "nobody holds"), (np.ones((9, 3)), "everybody holds"),
        (np.full((9, 3), np.nan), "known at any wave"), (np.eye(9)[:, :3], "no ties"), (np.zeros((9, 1)), "1 wave"),
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
    from recoverynet.models.risk_set import risk_set

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


def test_permutation_p_keeps_its_size():
    p_values = []
    for seed in range(300):
        panel = simulate_panel(120, rng=seed)
        risk = expected_risk_set(panel, "recovery")
        p_values.append(permutation_rung(risk, risk.at(risk.seen.share), 99, np.random.default_rng(seed))[1])
    p_values = np.array(p_values)
    assert p_values.min() > 0
    for alpha in (0.01, 0.05, 0.10):
        assert (p_values <= alpha).mean() <= alpha + 3 * math.sqrt(alpha * (1 - alpha) / 300)


def test_future_ties_look_the_way_exposure_does():
    """Ties turned round and looked at from the other end are the same ties."""
    panel = simulate_world("latent_2_changing_ties/none", 650, rng=3)
    turned = dataclasses.replace(panel, networks=tuple(sparse.csr_array(m.T) for m in panel.networks))
    into, out = (
        future_ties_estimate(each, expected_risk_set(each, "recovery", way), ())
        for each, way in ((panel, "in"), (turned, "out"))
    )
    plain = future_ties_estimate(panel, expected_risk_set(panel, "recovery"), ())
    assert into == out and np.isfinite(into.log_odds) and into != plain


def test_a_pair_that_may_have_met_before_is_no_future_tie():
    panel = simulate_world("changing_ties/none", 650, rng=3)
    everything = sparse.csr_array(np.ones((650, 650)) - np.eye(650)).astype(bool)
    unasked = dataclasses.replace(panel, missing=(everything, *panel.missing[1:]))
    assert future_ties_estimate(panel, expected_risk_set(panel, "recovery"), ()).n_rows > 100
    assert future_ties_estimate(unasked, expected_risk_set(unasked, "recovery"), ()).n_rows == 0
