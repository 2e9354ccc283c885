"""Turns: rates by their formula, scores by differences of the log-likelihood, and who has the next turn by counting."""

import numpy as np
import pytest
from driving import random_panel, started

from recoverynet.kernels.saom.actor_model import ACTIVE
from recoverynet.kernels.saom.rate_function import fill_rate_function, score_ministep, score_wait, which_variable, whose_ministep
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.specification import Specification

EFFECTS = [("RateX", "age"), "outRate", "inRate", "recipRate", "outRateInv", ("RateX", "drink")]
ALPHA = np.array([0.3, -0.2, 0.15, 0.25, 0.8, -0.1])


@pytest.fixture(scope="module")
def town():
    """Nine people, the last not there; rate effects of ties, and one of behaviour alone; places of their parameters in θ."""
    panel = random_panel(np.random.default_rng(2), 9, density=0.3)
    setting = saom_setting(panel, Specification({"friend": [*EFFECTS, "density"]}, {"drink": ["outRate", "linear"]}))
    state = started(setting)
    state.people[8, ACTIVE] = 0
    x, drink, age = panel.networks[0].toarray(), panel.behaviour["drink"], panel.covariates["age"]
    values = np.array([age - age.mean(), x.sum(axis=1), x.sum(axis=0), (x * x.T).sum(axis=1), 1 / (1 + x.sum(axis=1)), drink[:, 0]])
    kinds = [(each.dependent, each.type, each.effect) for each in setting.parameters]
    ties = [place for place, each in enumerate(kinds) if each[:2] == ("friend", "rate") and each[2] != "Rate"]
    return setting, state, values, ties, kinds.index(("drink", "rate", "outRate"))


def filled(setting, state, theta):
    individual, totals = np.empty((2, 9)), np.empty(2)
    fill_rate_function(setting.model, theta, state.values, state.people, state.pool, individual, totals)
    return individual, totals


def theta_of(setting, ties, steps, alpha=ALPHA, beta=-0.4):
    theta = np.zeros(len(setting.parameters))
    theta[ties], theta[steps] = alpha, beta
    return theta


def test_rates_are_exponentials_of_weighted_sums_behaviour_as_it_was_asked(town):
    setting, state, values, ties, steps = town
    individual, totals = filled(setting, state, theta_of(setting, ties, steps))
    there = np.arange(9) < 8
    np.testing.assert_allclose(individual, there * np.exp([ALPHA @ values, -0.4 * values[1]]))
    np.testing.assert_allclose(totals, individual.sum(axis=1))


def test_scores_are_derivatives_of_the_log_likelihood_of_waiting_and_of_a_turn(town):
    """Nothing for a time t: −t Σ_v ρ_v Σ_i λ_vi; then somebody's turn: log λ_vi."""
    setting, state, _, ties, steps = town
    rho, span, i = np.array([3.0, 1.5]), 0.7, 4

    def log_likelihood(theta, variable):
        individual, totals = filled(setting, state, theta)
        return -span * (rho @ totals) + np.log(individual[variable, i])

    theta = theta_of(setting, ties, steps)
    individual, _ = filled(setting, state, theta)
    for variable in (0, 1):
        scores = np.zeros(len(theta))
        score_wait(setting.model, state.values, state.people, state.pool, individual, rho, span, scores)
        score_ministep(setting.model, state.values, state.people, state.pool, variable, i, scores)
        for place, step in enumerate(1e-5 * np.eye(len(theta))):
            slope = (log_likelihood(theta + step, variable) - log_likelihood(theta - step, variable)) / 2e-5
            assert scores[place] == pytest.approx(slope * (place in (*ties, steps)), abs=1e-6)


def fits(counts, chances, critical):
    expected = counts.sum() * chances
    assert not counts[expected == 0].any()
    some = expected > 0
    assert ((counts - expected)[some] ** 2 / expected[some]).sum() < critical


@pytest.mark.slow
def test_turns_come_in_proportion_to_rates():
    random, draws = np.array([5], np.uint64), 4000
    individual = np.array([[0.0, 0.5, 0.0, 2.0, 1.5, 0.0], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]])
    totals = individual.sum(axis=1)
    with np.errstate(over="ignore"):
        whose = [whose_ministep(individual, totals, 0, True, random) for _ in range(draws)]
        anybody = [whose_ministep(individual, totals, 1, False, random) for _ in range(draws)]
        which = [which_variable(np.array([1.0, 3.0, 0.0]), np.array([4.0, 2.0, 9.0]), 10.0, random) for _ in range(draws)]
    fits(np.bincount(whose, minlength=6), individual[0] / 4.0, 13.8)  # chi-squared, p = .001 on 2, 5 and 1 df
    fits(np.bincount(anybody, minlength=6), np.full(6, 1 / 6), 20.5)
    fits(np.bincount(which, minlength=3), np.array([0.4, 0.6, 0.0]), 10.8)
    assert len(which) == draws


def test_rounding_at_the_end_gives_the_turn_to_the_last_who_may_have_one():
    random, individual = np.array([5], np.uint64), np.array([[1.0, 1.0, 0.0]])
    with np.errstate(over="ignore"):
        assert {whose_ministep(individual, np.array([1e9]), 0, True, random) for _ in range(5)} == {1}
        assert {which_variable(np.ones(2), np.ones(2), 1e9, random) for _ in range(5)} == {1}
