"""A step of behaviour: bounds, parts, chances and scores by hand, draws by counting; what is seen around somebody, by loops."""

import numpy as np
import pytest
from driving import place_of, random_network, random_panel, started

from recoverynet.kernels.saom.actor_model import INTO, OUT, VARIABLE, WEIGHT
from recoverynet.kernels.saom.behaviour_choice import around, choose_step, weigh_steps
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.specification import Specification, Term

TERMS = ["linear", Term("linear", type="endow"), Term("quad", type="creation"), Term("effFrom", "age", times=["outdeg"])]


@pytest.mark.parametrize("at_mean", [0.0, 1.0])
def test_around_somebody_those_of_unknown_behaviour_are_left_out_or_at_the_mean(at_mean):
    rng = np.random.default_rng(1)
    for density in (0.2, 0.5, 0.8):
        x = random_network(rng, 8, density)
        x[0] = 0.0
        state = started(saom_setting(random_panel(rng, 8, networks=[x, 1 - np.eye(8)]), Specification({"friend": ["density"]})))
        z, unknown = rng.integers(-2, 3, (2, 8)).astype(float), rng.random((2, 8)) < 0.4
        for i in range(8):
            found = around(state.people, OUT, INTO, state.pool, z, 1, unknown, 1, at_mean, i)
            out, into = np.flatnonzero(x[i]), np.flatnonzero(x[:, i])
            both = np.intersect1d(out, into)
            seen_out, seen_in, seen_both = (each[~unknown[1, each]] for each in (out, into, both))
            gap, gap_both = z[1, seen_out] - z[1, i], z[1, seen_both] - z[1, i]
            met = np.concatenate([z[1, seen_out], np.zeros(int(at_mean) * (len(out) - len(seen_out)))])
            counted = [len(all_) if at_mean else len(seen) for all_, seen in ((out, seen_out), (into, seen_in), (both, seen_both))]
            expected = [
                z[1, i], len(seen_out), len(seen_in), len(seen_both), *counted,
                z[1, seen_out].sum(), z[1, seen_in].sum(), z[1, seen_both].sum(),
                met.max() if len(met) else 0.0, met.min() if len(met) else 0.0,
                abs(gap).sum(), (gap < 0).sum(), (gap == 0).sum(), abs(gap_both).sum(), (gap_both < 0).sum(), (gap_both == 0).sum(),
                gap[gap > 0].sum(), -gap[gap < 0].sum(), x[:, out].sum(), len(out), len(into), len(both),
            ]  # fmt: skip
            assert list(found) == pytest.approx(expected)


@pytest.fixture(scope="module")
def town():
    rng = np.random.default_rng(2)
    smoke = np.tile(np.arange(8) % 3, (2, 1)).T.astype(float)
    smoke[0, 1] = 2
    drink = np.tile(np.arange(8) % 4 + 1, (2, 1)).T.astype(float)
    drink[0, 1] = 3
    panel = random_panel(rng, 8, density=0.4, behaviour={"drink": drink, "smoke": smoke})
    return saom_setting(panel, Specification({"friend": ["density"]}, {"drink": TERMS, "smoke": ["linear"]})), panel


def weighed(setting, theta, i, level, variable=1):
    state, model = started(setting), setting.model
    worth = np.full((3, len(model.behaviours) + 1), 7.0)
    row = model.rows[variable - 1]
    a = around(state.people, OUT, INTO, state.pool, state.values, row, state.nobody, 0, 0, i)
    weigh_steps(model.behaviours, model.rows, model.bounds, model.attributes, state.values, theta, a, level, variable, i, worth)
    return worth


def test_steps_are_worth_what_their_parts_say_and_none_leads_beyond_the_bounds(town):
    """linear counts both ways, its endowment part down only, quad's creation part up only, the product both ways."""
    setting, panel = town
    theta = np.random.default_rng(3).normal(size=len(setting.parameters))
    linear = [(each.dependent, each.effect, each.type) for each in setting.parameters].index(("drink", "linear", "eval"))
    product = place_of(setting, "effFrom × outdeg", about="age")
    down, up = place_of(setting, "linear", type="endow"), place_of(setting, "quad", type="creation")
    for i in range(8):
        level = int(panel.behaviour["drink"][i, 0])
        z = level - panel.behaviour["drink"].mean()
        age = panel.covariates["age"] - panel.covariates["age"].mean()
        slope = theta[linear] + theta[product] * age[i] * panel.networks[0].toarray()[i].sum()
        worth = weighed(setting, theta, i, level)
        assert worth[1, -1] == 0.0
        assert worth[0, -1] == (pytest.approx(-slope - theta[down]) if level > 1 else -np.inf)
        assert worth[2, -1] == (pytest.approx(slope + theta[up] * ((z + 1) ** 2 - z**2)) if level < 4 else -np.inf)


def drawn(columns, worth, variable, times):
    random, counts, gathered = np.array([4], np.uint64), np.zeros(3), np.zeros(6)
    with np.errstate(over="ignore"):
        for _ in range(times):
            again, scores = worth.copy(), np.zeros(6)
            d = choose_step(columns, variable, again, random, scores, True)
            counts[d + 1] += 1
            gathered += scores
    return counts, gathered, again


@pytest.mark.parametrize("last", [[0.4, 0.0, 1.1], [-np.inf, 0.0, -0.5], [900.0, 0.0, 901.0], [-900.0, 0.0, -np.inf]])
def test_draws_follow_the_chances_and_scores_are_what_was_chosen_less_its_expectation(last):
    columns = np.zeros((3, 12), np.int64)
    columns[:, WEIGHT], columns[:, VARIABLE] = [0, 1, -1], [1, 2, 1]
    worth = np.array([[-1.5, 5.0, 3.0, last[0]], [0.0, 0.0, 0.0, 0.0], [2.0, 5.0, 3.0, last[2]]])
    chances = np.exp(np.array(last) - max(last))
    chances /= chances.sum()
    times = 700
    counts, gathered, left = drawn(columns, worth, 1, times)
    np.testing.assert_allclose(left[:, -1], chances)
    assert not counts[chances < 1e-12].any()
    some = chances > 1e-12
    assert ((counts - times * chances)[some] ** 2 / (times * chances[some])).sum() < 13.9  # chi-squared, 2 df, p = .001
    change = np.array([-1.5, 0.0, 2.0])
    expected = np.zeros(6)
    expected[0] = counts @ change - times * (chances @ change)
    np.testing.assert_allclose(gathered, expected, atol=1e-8)


def test_scores_are_left_alone_unless_asked_for():
    columns, scores = np.zeros((1, 12), np.int64), np.zeros(2)
    columns[0, VARIABLE] = 1
    with np.errstate(over="ignore"):
        choose_step(columns, 1, np.array([[-1.0, -1.0], [0.0, 0.0], [1.0, 1.0]]), np.array([4], np.uint64), scores, False)
    assert not scores.any()
