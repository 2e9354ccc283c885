"""Fitted models as a source of courses: each goes on as its own formula says, and a fit without an answer is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.models.interventions.actor_rates import actor_rates
from recoverynet.worlds.worlds import simulate_panel

RUNS = 2000


@pytest.fixture(scope="module")
def panel() -> rn.NetworkPanel:
    return simulate_panel(400, influence=6.0, base_gain=0.1, base_loss=0.1, rng=1)


@pytest.fixture(scope="module")
def hazards(panel):  # type: ignore[no-untyped-def]
    return rn.fit_hazard(panel), rn.fit_hazard(panel, transition="loss")


@pytest.fixture(scope="module")
def small() -> rn.NetworkPanel:
    return simulate_panel(60, n_waves=2, influence=6.0, ties_change=0.15, base_gain=0.2, base_loss=0.15, rng=4)


@pytest.fixture(scope="module")
def actors(small):  # type: ignore[no-untyped-def]
    model = rn.Specification(
        network={"network": ["density", "recip", ("simX", "recovery")]}, behaviour={"recovery": ["linear", "avAlt"]}
    )
    return rn.fit_saom(small, model, n_simulations=300, wanted=0.3, rng=1, quiet=True)


def surely(fit):  # type: ignore[no-untyped-def]
    """The same fit without any doubt, so that courses can be told apart from its formula by chance alone."""
    return dataclasses.replace(fit, covariance=fit.covariance * 1e-12)


def first_month(source, **more):  # type: ignore[no-untyped-def]
    found = rn.simulate_spread(source, horizon=1, n_runs=RUNS, rng=3, turnover=False, quiet=True, **more)
    held = found.without.held[:, 1, 0]
    return held.mean(), held.std() / np.sqrt(RUNS)


def exposure(panel: rn.NetworkPanel) -> tuple[np.ndarray, np.ndarray]:
    held = panel.behaviour["recovery"][:, -1]
    ties = panel.networks[-1].toarray()
    named = ties.sum(axis=1)
    return held, np.where(named > 0, ties @ held / np.maximum(named, 1), np.nan)


@pytest.mark.slow
def test_a_hazard_multiplies_the_records_own_chance(panel, hazards) -> None:  # type: ignore[no-untyped-def]
    source = rn.spread_source(panel, rn.FittedRates(surely(hazards[0]), loss=surely(hazards[1])))
    held, share = exposure(panel)
    waves = panel.behaviour["recovery"]
    before, after = waves[:, :-1].ravel(), waves[:, 1:].ravel()
    expected = 0.0
    for way, fit in ((0, hazards[0]), (1, hazards[1])):
        plain = (after[before == way] != way).mean()
        there = held == way
        ratio = np.exp(fit.estimate * share[there])
        ratio = np.where(np.isnan(ratio), 1.0, ratio / np.nanmean(ratio))
        moves = 1.0 - (1.0 - plain) ** ratio
        expected += (moves if way == 0 else 1.0 - moves).sum()
    mean, error = first_month(source)
    assert abs(mean - expected) < 4 * error + 0.5  # the record's own chance is drawn as well


def test_a_hazard_alone_leaves_losses_as_they_were(panel, hazards) -> None:  # type: ignore[no-untyped-def]
    gain, _ = hazards
    with_loss = rn.simulate_spread(rn.spread_source(panel, rn.FittedRates(gain)), horizon=6, n_runs=100, rng=1, quiet=True)
    assert with_loss.supposition and "fitted hazard of gaining" in " ".join(with_loss.assumptions)


def test_people_without_contacts_move_by_the_fits_own_term_for_them(panel) -> None:  # type: ignore[no-untyped-def]
    fit = surely(rn.fit_hazard(panel, isolates="zero"))
    lines = (
        rn.spread_source(panel, rn.FittedRates(fit))
        .rates.draw(rn.spread_source(panel).standing.seen, "recovery", 3, np.random.default_rng(1))
        .lines
    )
    start, alone = lines[0, 0, 0], lines[0, 0, 4]
    assert alone - start == pytest.approx(fit.table.loc["no contacts", "estimate"], abs=1e-4)


def test_three_months_of_a_chance_are_the_wave_it_was_seen_in(panel) -> None:  # type: ignore[no-untyped-def]
    seen = rn.spread_source(panel).standing.seen
    wave, month = (seen.draw_base(months, 50, np.random.default_rng(1)) for months in (1.0, 3.0))
    assert np.allclose(month.diagonal(axis1=1, axis2=2) ** 3, wave.diagonal(axis1=1, axis2=2))
    assert np.allclose(month.sum(axis=2), 1.0)


def test_uncertainty_of_the_hazard_is_drawn_through(panel, hazards) -> None:  # type: ignore[no-untyped-def]
    wide = dataclasses.replace(hazards[0], covariance=hazards[0].covariance * 100)
    plan = (rn.NewGroup(group_id="new", capacity=100, hosts=2), rn.Introduction(per_month=20, group_id="new", closure=0.9))
    spreads = []
    for fit in (surely(hazards[0]), wide):
        found = rn.simulate_spread(
            rn.spread_source(panel, rn.FittedRates(fit)), interventions=plan, horizon=6, n_runs=100, rng=1, quiet=True
        )
        spreads.append((found.with_it.held - found.without.held)[:, -1, 0].std())
    assert spreads[1] > 1.5 * spreads[0]


@pytest.mark.slow
def test_an_actor_oriented_model_goes_on_as_its_own_simulation(small, actors) -> None:  # type: ignore[no-untyped-def]
    assert actors.converged
    fit = surely(actors)
    ended = rn.simulate(fit.setting.specification, fit, small, 600, rng=5, quiet=True)
    real = np.array([np.nansum(ended.behaviour(run, 1)["recovery"]) for run in range(600)])
    again = dataclasses.replace(
        small, networks=(small.networks[0],) * 2, behaviour={name: each[:, [0, 0]] for name, each in small.behaviour.items()}
    )
    source = rn.spread_source(again, rn.FittedRates(fit, wave_months=6.0, ties_ending=0.03))
    found = rn.simulate_spread(source, horizon=6, n_runs=600, rng=5, quiet=True).without.held[:, -1, 0]
    assert abs(found.mean() - real.mean()) < 4 * np.sqrt((found.var() + real.var()) / 600) + 0.01 * len(small.people)
    assert 0.7 < found.std() / real.std() < 1.4


@pytest.mark.slow
def test_new_ties_go_to_ones_like_as_the_model_says(small, actors) -> None:  # type: ignore[no-untyped-def]
    rates = actor_rates(actors, "recovery")
    labels = [each.label for each in actors.setting.parameters]
    assert rates.likeness[labels.index("network: simX recovery")] == 1.0 and rates.likeness.sum() == 1.0


REFUSED = [
    (lambda panel: rn.FittedRates(rn.fit_hazard(panel, link="logit")), SchemaError, "link='cloglog'"),
    (lambda panel: rn.FittedRates(rn.fit_hazard(panel, transition="loss")), SchemaError, "transition='gain'"),
    (lambda panel: rn.FittedRates(rn.fit_hazard(panel, complex=True)), SchemaError, "complex=False"),
    (lambda panel: rn.FittedRates(rn.fit_hazard(panel, lag=2)), SchemaError, "lag=1"),
    (lambda panel: rn.FittedRates(rn.fit_hazard(panel, exposure_to="placebo")), SchemaError, "contacts who hold"),
    (lambda panel: rn.FittedRates(rn.fit_hazard(panel), loss=rn.fit_hazard(panel)), SchemaError, "transition='loss'"),
    (lambda panel: rn.FittedRates(rn.fit_sisa(panel), 1.0, rn.fit_hazard(panel)), SchemaError, "loss goes with"),
    (lambda panel: rn.FittedRates(rn.fit_sisa(panel)), SchemaError, "wave_months is missing"),
    (lambda panel: rn.FittedRates(rn.fit_sisa(panel), wave_months=0), SchemaError, "wave_months"),
    (lambda panel: rn.FittedRates("a model"), SchemaError, "fit_sisa"),
    (lambda panel: rn.FittedRates(rn.dyadic_influence(panel)), SchemaError, "what fit_hazard"),
    (
        lambda panel: rn.spread_source(panel, rn.FittedRates(rn.fit_hazard(panel, "placebo"))),
        SchemaError,
        "fitted to 'placebo', and the what-if is of 'recovery'",
    ),
]


@pytest.mark.parametrize(("make", "error", "words"), REFUSED)
def test_fits_that_ask_something_else_are_refused(panel, make, error, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=words):
        make(panel)


def test_a_hazard_without_an_answer_is_refused() -> None:
    ties = [1.0 - np.eye(12)] * 2
    never = rn.NetworkPanel.from_adjacency(ties, behaviour={"norm": np.zeros((12, 2))})
    with pytest.raises(NotEstimableError, match="no answer to go on from"):
        rn.FittedRates(rn.fit_hazard(never, "norm"))


def test_an_actor_oriented_model_that_did_not_converge_is_refused(actors) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NotEstimableError, match="did not converge"):
        rn.FittedRates(dataclasses.replace(actors, overall_ratio=0.9), wave_months=3.0)


def test_a_model_of_another_behaviour_is_refused(small, actors) -> None:  # type: ignore[no-untyped-def]
    other = dataclasses.replace(small, behaviour={"sober": small.behaviour["recovery"]}, norm=None)
    with pytest.raises(SchemaError, match="among its behaviours"):
        rn.spread_source(other, rn.FittedRates(actors, wave_months=3.0))


def test_terms_that_courses_cannot_carry_are_named(small) -> None:
    model = rn.Specification(network={"network": ["density"]}, behaviour={"recovery": ["linear", "indeg"]})
    fit = rn.fit_saom(small, model, n_simulations=200, most_runs=1, wanted=5.0, rng=1, quiet=True)
    with pytest.raises(SchemaError, match="cannot carry: recovery: indeg"):
        rn.spread_source(small, rn.FittedRates(fit, wave_months=3.0))
