"""Worlds with selection, influence or both switched off: what is switched, how it is drawn, and how parts add up."""

from types import SimpleNamespace

import numpy as np
import pytest
import statsmodels.api as sm
from driving import random_panel

from recoverynet.models.saom.counterfactuals import Counterfactual, by_part, standard_errors, switched_terms
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.simulation import Endless
from recoverynet.models.saom.specification import Specification, Term

MODEL = Specification(
    {"friend": [
        "outRate", "density", ("simX", "drink"), ("egoX", "drink"), ("egoSqX", "drink"), ("altX", "age"),
        Term("egoX", "drink", times=["recip"]), Term("egoX", "age", times=[("altX", "drink")]),
    ]},
    {"drink": ["linear", "avAlt", "outdeg", Term("linear", times=["totAlt"]), Term("avSim", type="endow"), ("effFrom", "age")]},
)  # fmt: skip


def test_selection_looks_at_contacts_and_influence_at_their_behaviour():
    """Who has more ties (egoX alone) is no selection, the number of contacts no influence."""
    setting = saom_setting(random_panel(np.random.default_rng(1), 8), MODEL)
    selection, influence = switched_terms(SimpleNamespace(setting=setting), "drink")
    names = [each.label for each in setting.parameters]
    assert [names[place] for place in selection] == ["friend: simX drink", "friend: egoX × altX age × drink"]
    assert [names[place] for place in influence] == ["drink: avAlt", "drink: linear × totAlt", "drink: avSim (endow)"]


class Ends:
    """Simulations whose 'network' is θ and whose 'behaviour' is a draw of their own, the same for the same seed."""

    def __init__(self):
        self.seeds, self.sizes = [], []

    def ends(self, theta, n_runs, rng):
        if theta[2] > 50:
            raise Endless("too far")
        luck = rng.random((n_runs, 2))
        self.seeds.append(luck[0, 0])
        self.sizes.append(n_runs)
        return SimpleNamespace(network=lambda run, place: theta, behaviour=lambda run, place: luck[run, place])


def a_world(theta=(2.0, 1.0, 3.0, 5.0), covariance=None):
    """Likeness is selection plus influence plus luck, in two periods; a rate, and a parameter held fixed."""
    parameters = [SimpleNamespace(effect=name) for name in ("Rate", "simX", "avSim", "linear")]
    covariance = np.diag([1.0, 0.25, 0.0, np.nan]) if covariance is None else covariance
    fit = SimpleNamespace(theta=np.array(theta), covariance=covariance, setting=SimpleNamespace(parameters=parameters))
    likeness = SimpleNamespace(count=lambda network, behaviour: [network[1] + 10 * network[2] + behaviour])
    period = SimpleNamespace(known=lambda network, behaviour: (network, behaviour))
    return Counterfactual(fit, ([1], [2]), likeness, [period, period], Ends())


def test_each_source_is_switched_off_under_the_same_luck():
    world = a_world()
    found = world.likenesses(world.fit.theta, 6, np.random.default_rng(1))
    assert found.shape == (4, 6) and len(set(world.simulator.seeds)) == 1
    luck = found[3]
    np.testing.assert_allclose(found - luck, np.array([31.0, 30.0, 1.0, 0.0])[:, None] * np.ones(6))
    assert luck.std() > 0 and world.fit.theta.tolist() == [2.0, 1.0, 3.0, 5.0]
    means = world.means(world.fit.theta, 120, np.random.default_rng(2), True)
    np.testing.assert_allclose(means - means[3], [31.0, 30.0, 1.0, 0.0])
    assert means[3] == pytest.approx(0.5, abs=0.1) and len(set(world.simulator.seeds)) == 4
    assert world.simulator.sizes == [6] * 4 + [50] * 8 + [20] * 4


def test_draws_are_normal_around_the_estimates_each_also_backwards_and_rates_stay_above_a_tenth():
    world = a_world(theta=(0.5, 1.0, 3.0, 5.0))
    steps, drawn = world._drawn(2001, np.random.default_rng(3))
    assert steps.shape == (2001, 2) and drawn.shape == (2001, 4)
    np.testing.assert_array_equal(steps[:1000], -steps[1001:])
    assert (drawn[:, 2:] == [3.0, 5.0]).all()
    assert drawn[:, 1].std() == pytest.approx(0.5, rel=0.08) and drawn[:1000, 1].mean() + drawn[1001:, 1].mean() == pytest.approx(2)
    assert drawn[:, 0].min() == pytest.approx(0.05) and (drawn[:, 0] > 1.5).any()
    mixed = np.array([[1.0, 0.9, 0, 0], [0.9, 1.0, 0, 0], [0, 0, 1.0, np.nan], [0, 0, np.nan, 1.0]])
    mixed[3, :2] = mixed[:2, 3] = mixed[3, 3] = np.nan
    _, together = a_world(theta=(9.0, 1.0, 3.0, 5.0), covariance=mixed)._drawn(4000, np.random.default_rng(4))
    np.testing.assert_allclose(np.cov(together[:, :3].T), mixed[:3, :3], atol=0.1)


def test_draws_that_come_to_nothing_are_counted_and_left_out():
    covariance = np.diag([0.01, 0.25, 900.0, np.nan])
    world = a_world(theta=(2.0, 1.0, 30.0, 5.0), covariance=covariance)
    steps, found, lost = world.draws(60, np.random.default_rng(5), True)
    expected = world._drawn(60, np.random.default_rng(5))[1][:, 2] <= 50
    assert lost == 60 - expected.sum() > 0 and len(steps) == len(found) == expected.sum() and found.shape[1] == 4
    np.testing.assert_allclose(found[:, 0] - found[:, 2], 10 * world._drawn(60, np.random.default_rng(5))[1][expected, 2])


def test_parts_add_up_in_both_orders():
    drawn = np.random.default_rng(1).normal(size=(20, 4, 7))
    parts = by_part(drawn)
    np.testing.assert_allclose(parts.sum(axis=1), drawn[:, 0])
    whole, no_selection, no_influence, neither = drawn.transpose(1, 0, 2)
    np.testing.assert_allclose(parts[:, 0], neither)
    first, second = whole - no_selection, no_influence - neither  # of selection, influence there or not
    np.testing.assert_allclose(parts[:, 1], (first + second) / 2)


def drawn_around(rng, slopes, chance, n_draws=1000):
    """Steps away from estimates, and likeness without anything that moves with them by ``slopes``; the whole model alike."""
    steps = rng.standard_normal((n_draws, len(slopes)))
    return steps, np.tile((0.2 + steps @ slopes + rng.normal(0.0, chance, n_draws))[:, None], (1, 4))


def test_standard_errors_are_the_length_of_the_slopes():
    steps, drawn = drawn_around(np.random.default_rng(2), np.array([0.3, -0.4, 0.0]), 1e-9)
    np.testing.assert_allclose(standard_errors(steps, drawn, 1000), [0.5, 0.0, 0.0, 0.5], atol=1e-6)
    assert np.isnan(standard_errors(steps[:4], drawn[:4], 1000)).all()


def test_standard_errors_are_slopes_less_chance_with_what_is_unsure_put_on():
    rng = np.random.default_rng(5)
    steps = rng.standard_normal((40, 3))
    drawn = np.column_stack([0.3 + steps @ slopes + rng.normal(0, 0.4, 40) for slopes in rng.normal(size=(4, 3)) / 3])
    parts = by_part(drawn.T).T
    expected = []
    for part in (*parts.T, parts.sum(axis=1)):  # what is beyond the model moves against the sum of the parts
        fit = sm.OLS(part, sm.add_constant(steps)).fit()
        chance = fit.mse_resid / 40
        squared = max((fit.params[1:] ** 2).sum() - 3 * chance, 0.0)
        expected.append(np.sqrt(squared + np.sqrt(4 * squared * chance + 2 * 3 * chance**2) + fit.mse_resid / 500))
    np.testing.assert_allclose(standard_errors(steps, drawn, 500), expected)
    assert np.isfinite(standard_errors(steps[:5], drawn[:5], 500)).all()
    assert np.isnan(standard_errors(steps[:3], drawn[:3], 500)).all()


@pytest.mark.parametrize("length", [0.0, 0.05, 0.3])
def test_standard_errors_do_not_collapse_where_chance_hides_slopes(length):
    """One simulation a draw says little of small slopes; what cannot be told apart from none is not none."""
    rng, slopes = np.random.default_rng(3), np.array([0.6, 0.8, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]) * length
    found = [standard_errors(*drawn_around(rng, slopes, 0.25), 1000)[0] for _ in range(200)]
    real = np.hypot(length, 0.25 / np.sqrt(1000))
    assert np.quantile(found, 0.05) > 0.85 * real
    assert np.quantile(found, 0.95) < 1.6 * real + 0.02
