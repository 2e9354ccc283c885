"""Worlds of known truth: what is planted is there, and nothing else is."""

import numpy as np
import pytest

from recoverynet.errors import SchemaError
from recoverynet.worlds.dynamics import Dials, drawn_traits, history
from recoverynet.worlds.worlds import (
    STRENGTHS,
    WORLD_ADJUST,
    WORLD_SURROUNDINGS,
    WORLDS,
    simulate_panel,
    simulate_world,
    worlds_table,
)


def logit(outcome, *predictors):
    """Coefficients and standard errors by Newton's method, the constant first."""
    design = np.column_stack([np.ones(len(outcome)), *predictors])
    beta = np.zeros(design.shape[1])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-design @ beta))
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        beta += np.linalg.solve(information, design.T @ (outcome - chance))
    return beta, np.sqrt(np.diag(np.linalg.inv(information)))


def transitions(panel, behaviour="recovery", held=0.0):
    """Person-waves in one state with somebody named: what came next, exposure, covariates."""
    values, rows = panel.behaviour[behaviour], []
    for wave in range(panel.n_waves - 1):
        named = panel.networks[wave].sum(axis=1)
        seen = np.nan_to_num(values[:, wave])
        exposure = (panel.networks[wave] @ seen) / np.maximum(named, 1)
        use = (values[:, wave] == held) & (named > 0) & ~np.isnan(values[:, wave + 1])
        columns = [values[:, wave + 1], exposure, panel.covariates["observed_trait"], panel.covariates["cafe_open"][:, wave]]
        rows.append(np.column_stack(columns)[use])
    return np.vstack(rows).T


def tie_odds_ratio(network, same):
    """Odds of a tie among pairs that share something over those that do not."""
    tied = network.toarray() > 0
    off = ~np.eye(len(tied), dtype=bool)
    shared, across = tied[same & off], tied[~same & off]
    odds = [(part.sum() / (~part).sum()) for part in (shared, across)]
    return odds[0] / odds[1]


def same(values):
    return values[:, None] == values[None, :]


@pytest.mark.parametrize("influence", STRENGTHS.values())
def test_a_lagged_logit_recovers_the_planted_influence(influence):
    gained, exposure, _, _ = transitions(simulate_panel(6000, influence=influence, rng=11))
    beta, error = logit(gained, exposure)
    assert error[1] < 0.12
    assert abs(beta[1] - np.log(influence)) < 3 * error[1]
    assert abs(beta[0] - np.log(0.09 / 0.91)) < 3 * error[0]


def test_losing_is_never_influenced_and_as_likely_as_said():
    kept, exposure, _, _ = transitions(simulate_panel(6000, influence=4.0, rng=12), held=1.0)
    beta, error = logit(1 - kept, exposure)
    assert abs(beta[1]) < 3 * error[1]
    assert 1 - kept.mean() == pytest.approx(0.12, abs=0.01)


def test_the_placebo_is_not_influenced_but_shares_the_confounding():
    free = transitions(simulate_panel(6000, influence=4.0, rng=13), "placebo")
    beta, error = logit(free[0], free[1])
    assert abs(beta[1]) < 3 * error[1]
    confounded = transitions(simulate_panel(6000, latent=(6.0, 6.0), rng=13), "placebo")
    beta, error = logit(confounded[0], confounded[1])
    assert beta[1] > 5 * error[1]


def test_observed_confounders_bite_until_they_are_adjusted_for():
    for dial in ({"homophily_covariate": (3.0, 3.0)}, {"surroundings": (10.0, 3.0)}):
        # Eight cafés a panel: many panels, so that the luck of a few openings evens out.
        panels = [transitions(simulate_panel(800, rng=seed, **dial)) for seed in range(15)]
        gained, exposure, trait, cafe = np.hstack(panels)
        naive, naive_error = logit(gained, exposure)
        fair, fair_error = logit(gained, exposure, trait, cafe)
        assert naive[1] > 3 * naive_error[1]
        assert abs(fair[1]) < 3 * fair_error[1]
        planted = fair[2] if "homophily_covariate" in dial else fair[3]
        assert planted == pytest.approx(np.log(3), abs=0.2)


def test_a_latent_trait_fools_the_lagged_logit_and_is_not_in_the_panel():
    panel = simulate_panel(6000, latent=(3.0, 3.0), rng=15)
    gained, exposure, trait, cafe = transitions(panel)
    beta, error = logit(gained, exposure, trait, cafe)
    assert beta[1] > 3 * error[1]
    assert set(panel.covariates) == {"observed_trait", "cafe", "cafe_open"}


def dials(**given):
    defaults = dict(
        n=2000,
        n_waves=6,
        mean_degree=3.0,
        base_gain=0.09,
        base_loss=0.12,
        influence=1.0,
        homophily_state=1.0,
        homophily_covariate=(1.0, 1.0),
        latent=(1.0, 1.0),
        surroundings=(1.0, 1.0),
        ties_change=0.0,
        missing=0.0,
        missing_ties=0.0,
        mechanism="logit",
        directed=True,
    )
    return Dials(**{**defaults, **given})


def test_the_latent_trait_acts_as_planted_on_ties_gains_and_losses():
    planted = dials(latent=(3.0, 4.0))
    rng = np.random.default_rng(16)
    traits = drawn_traits(planted, rng)
    networks, recovery, _ = history(planted, traits, rng)
    assert tie_odds_ratio(networks[0], same(traits.latent)) == pytest.approx(3.0, rel=0.1)
    for held, sign in ((False, 1), (True, -1)):
        use = recovery[:, :-1] == held
        changed = (recovery[:, 1:] != held)[use].astype(float)
        beta, error = logit(changed, np.repeat(traits.latent[:, None], 5, axis=1)[use])
        assert abs(beta[1] - sign * np.log(4.0)) < 3 * error[1]


def test_the_threshold_mechanism_acts_all_at_once():
    planted = dials(influence=6.0, mechanism="threshold", n=8000)
    rng = np.random.default_rng(17)
    traits = drawn_traits(planted, rng)
    networks, recovery, _ = history(planted, traits, rng)
    degree = np.diff(networks[0].indptr)
    exposure = (networks[0] @ recovery[:, 0].astype(float)) / np.maximum(degree, 1)
    use = ~recovery[:, 0] & (degree > 0)
    reached = (exposure >= traits.threshold)[use].astype(float)
    beta, error = logit(recovery[use, 1].astype(float), reached, exposure[use])
    assert abs(beta[1] - np.log(6.0)) < 3 * error[1]
    assert abs(beta[2]) < 3 * error[2]
    assert len(np.unique(traits.latent)) == 5


@pytest.mark.parametrize("directed", [True, False])
def test_tie_odds_are_those_planted(directed):
    panel = simulate_panel(
        2000, homophily_covariate=(2.5, 1.0), surroundings=(8.0, 1.0), homophily_state=2.0, directed=directed, rng=18
    )
    network = panel.networks[0]
    assert tie_odds_ratio(network, same(panel.covariates["observed_trait"])) == pytest.approx(2.5, rel=0.12)
    assert tie_odds_ratio(network, same(panel.covariates["cafe"])) == pytest.approx(8.0, rel=0.12)
    for behaviour in ("recovery", "placebo"):
        assert tie_odds_ratio(network, same(panel.behaviour[behaviour][:, 0])) == pytest.approx(2.0, rel=0.12)


@pytest.mark.parametrize("n", [20, 100, 650])
def test_mean_degree_is_that_asked_for_even_under_strong_homophily(n):
    degrees = [
        simulate_panel(n, n_waves=1, mean_degree=3.0, latent=(6.0, 1.0), surroundings=(10.0, 1.0), rng=seed).networks[0].nnz / n
        for seed in range(40)
    ]
    assert np.mean(degrees) == pytest.approx(3.0, abs=4 * np.std(degrees) / np.sqrt(40) + 0.05)


def test_ties_stay_or_change_as_asked():
    still = simulate_panel(300, rng=19)
    assert all((still.networks[0] != later).nnz == 0 for later in still.networks)
    panel = simulate_panel(3000, ties_change=0.3, rng=19)
    kept = panel.networks[0].multiply(panel.networks[1]).nnz / panel.networks[0].nnz
    assert kept == pytest.approx(0.7, abs=0.02)
    assert panel.networks[5].nnz == pytest.approx(panel.networks[0].nnz, rel=0.06)


def test_undirected_ties_are_mirrored():
    panel = simulate_panel(200, directed=False, ties_change=0.3, missing_ties=0.2, rng=20)
    assert not panel.directed
    for network, unknown in zip(panel.networks, panel.missing, strict=True):
        assert (network != network.T).nnz == 0
        assert (unknown != unknown.T).nnz == 0
        assert network.multiply(unknown).nnz == 0
        assert network.diagonal().sum() == unknown.diagonal().sum() == 0


def test_missing_values_and_ties_are_as_many_as_asked():
    panel = simulate_panel(1000, missing=0.3, missing_ties=0.2, rng=21)
    assert np.isnan(panel.behaviour["recovery"]).mean() == pytest.approx(0.3, abs=0.02)
    assert (np.isnan(panel.behaviour["recovery"]) == np.isnan(panel.behaviour["placebo"])).all()
    assert sum(unknown.nnz for unknown in panel.missing) / (6 * 1000 * 999) == pytest.approx(0.2, abs=0.02)
    assert not np.isnan(simulate_panel(100, rng=21).behaviour["recovery"]).any()


def test_the_same_seed_gives_the_same_world_and_another_seed_another():
    first, again, other = (simulate_world("everything/weak", 200, rng=seed) for seed in (5, 5, 6))
    assert all((a != b).nnz == 0 for a, b in zip(first.networks, again.networks, strict=True))
    np.testing.assert_array_equal(first.behaviour["recovery"], again.behaviour["recovery"])
    assert any((a != b).nnz for a, b in zip(first.networks, other.networks, strict=True))


@pytest.mark.parametrize("name", WORLDS)
def test_every_world_runs_and_carries_what_a_fair_analysis_needs(name):
    panel = simulate_world(name, 60, rng=1)
    assert panel.n_people == 60 and panel.n_waves == 6
    assert set(panel.behaviour) == {"recovery", "placebo"}
    assert set(WORLD_ADJUST + WORLD_SURROUNDINGS) <= set(panel.covariates)
    assert panel.covariates["cafe_open"].shape == (60, 6)


def test_the_catalogue_holds_every_strength_of_every_kind_and_a_mechanism_kept_for_checking():
    table = worlds_table()
    assert (table.groupby("kind")["strength"].agg(frozenset) == frozenset(STRENGTHS)).all()
    assert set(table.loc[~table["tuning"], "kind"].str.split("_").str[0]) == {"threshold"}
    assert not table.loc[table["tuning"], "settings"].str.contains("mechanism='threshold'").any()
    beyond = set(table.loc[(table["reach"] == "beyond") & table["tuning"], "kind"])
    assert beyond == {"latent_3_3", "latent_6_3", "latent_6_6"}
    assert WORLDS["latent_6_3/strong"].settings["latent"] == (6.0, 3.0)


def test_missing_can_be_set_for_any_world():
    some = simulate_world("plain/none", 500, missing=0.3, rng=2)
    none = simulate_world("missing_values/none", 100, missing=0.0, rng=2)
    assert np.isnan(some.behaviour["recovery"]).mean() > 0.25
    assert not np.isnan(none.behaviour["recovery"]).any()


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 1},
        {"n_waves": 0},
        {"mean_degree": 99.0},
        {"mean_degree": 0.0},
        {"base_gain": 0.0},
        {"base_loss": 1.0},
        {"influence": 0.0},
        {"homophily_state": -1.0},
        {"latent": (2.0,)},
        {"surroundings": (np.nan, 1.0)},
        {"ties_change": 1.5},
        {"missing": 1.0},
        {"missing_ties": -0.1},
        {"mechanism": "viral"},
    ],
)
def test_dials_out_of_range_are_told(wrong):
    with pytest.raises(SchemaError, match=next(iter(wrong))):
        simulate_panel(**{"n": 50, **wrong})


def test_an_unknown_world_is_told_with_those_there_are():
    with pytest.raises(SchemaError, match="latent_6_6"):
        simulate_world("latent_9/none")
