"""What-if courses against what was planted: closed forms, and intervals that cover."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import recoverynet as rn

N = 120


def world(seed: int, n: int = N) -> rn.NetworkPanel:
    """A small panel: random ties, a third hold the norm."""
    draw = np.random.default_rng(seed)
    ties = np.triu(draw.random((n, n)) < 4.0 / n, 1) * 1.0
    held = (draw.random((n, 2)) < 1 / 3) * 1.0
    return rn.NetworkPanel.from_adjacency([ties + ties.T] * 2, directed=False, behaviour={"norm": held})


def course(panel: rn.NetworkPanel, rates: rn.DeclaredRates, plan, rng: int, **more):  # type: ignore[no-untyped-def]
    settings = {"horizon": 8, "n_runs": 200, "quiet": True} | more
    return rn.simulate_spread(rn.spread_source(panel, rates), interventions=plan, rng=rng, **settings)


def test_without_contacts_the_mean_follows_the_closed_form() -> None:
    panel, gain, loss = world(1), 0.08, 0.05
    found = course(panel, rn.DeclaredRates(gain=gain, loss=loss), (), 2, n_runs=2000)
    share = found.without.held[0, 0, 0] / N
    for month in range(1, 9):
        share = share * (1 - loss) + (1 - share) * gain
        mean = found.without.held[:, month, 0].mean()
        assert abs(mean - N * share) < 4 * found.without.held[:, month, 0].std() / np.sqrt(2000)


def test_the_first_month_of_transmission_is_the_sum_over_contacts() -> None:
    panel, gain, loss, passed = world(3), 0.05, 0.1, 0.03
    found = course(panel, rn.DeclaredRates(gain=gain, loss=loss, transmission=passed), (), 2, n_runs=3000, horizon=1)
    held = panel.behaviour["norm"][:, -1]
    contacts = panel.networks[-1].toarray() @ held
    chance = np.where(held == 1, 1 - loss, np.minimum(gain + passed * contacts, 1.0))
    spread = np.sqrt((chance * (1 - chance)).sum() / 3000)
    assert abs(found.without.held[:, 1, 0].mean() - chance.sum()) < 4 * spread


def planted(seed: int, rates: tuple[float, float], plan) -> tuple[float, float, float, bool]:  # type: ignore[no-untyped-def]
    """Difference realised in one world whose rate lies somewhere in the range declared, and the interval told."""
    draw = np.random.default_rng(seed)
    panel, truth = world(seed), rates[0] + (rates[1] - rates[0]) * draw.random()
    common = {"gain": 0.03, "loss": 0.03, "transmission": 0.01, "leaving": 0.1}
    real = course(panel, rn.DeclaredRates(attending=truth, **common), plan, 10_000 + seed, n_runs=20)
    realised = float((real.with_it.held - real.without.held)[0, -1, 0])
    told = course(panel, rn.DeclaredRates(attending=rates, **common), plan, seed)
    differences = (told.with_it.held - told.without.held)[:, -1, 0]
    low, high = np.quantile(differences, [0.025, 0.975])
    return realised, low, high, bool(low <= realised <= high)


@pytest.mark.slow
def test_intervals_cover_a_planted_effect_in_two_hundred_worlds() -> None:
    plan = (rn.NewGroup(group_id="new", capacity=80, hosts=2), rn.Introduction(per_month=8, group_id="new", closure=0.7))
    covered = np.mean([planted(seed, (0.0, 0.4), plan)[3] for seed in range(200)])
    assert covered >= 0.92  # counts are whole numbers, so that intervals may cover somewhat more than 95 in 100, never less


@pytest.mark.slow
def test_without_an_effect_nothing_works_in_two_hundred_worlds() -> None:
    plan = (rn.NewGroup(group_id="new", capacity=80, hosts=0), rn.Introduction(per_month=8, group_id="new", closure=0.7))
    rates = rn.DeclaredRates(gain=0.03, loss=0.03, transmission=0.0, leaving=0.1)
    for seed in range(200):
        found = course(world(seed), rates, plan, seed, n_runs=20)
        assert np.array_equal(found.with_it.held, found.without.held)


def test_a_fitted_model_is_drawn_with_its_uncertainty() -> None:
    from recoverynet.worlds.worlds import simulate_panel

    panel = simulate_panel(1000, influence=8.0, rng=1)
    fit = rn.fit_sisa(panel)
    source = rn.spread_source(panel, rn.FittedRates(fit, wave_months=1.0))
    found = rn.simulate_spread(source, horizon=3, n_runs=100, rng=1, quiet=True)
    assert found.without.held[:, -1, 0].std() > 0 and found.supposition
    wide = dataclasses.replace(fit, covariance=fit.covariance * 100)
    unsure = rn.simulate_spread(
        rn.spread_source(panel, rn.FittedRates(wide, wave_months=1.0)), horizon=3, n_runs=100, rng=1, quiet=True
    )
    assert unsure.without.held[:, -1, 0].std() > 1.5 * found.without.held[:, -1, 0].std()
