"""What scores say about statistics: derivatives and means that are steadier than the plain ones, and no less true."""

import numpy as np
import pytest

import recoverynet as rn
from recoverynet.models.saom.regression import Together, known_information
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.simulation import Simulator


def drawn(n_runs, seed, slope=2.0, rate=4.0, people=10.0):
    """Statistics and scores of one epoch: turns are Poisson, the first statistic grows with them, the second with a choice."""
    draw = np.random.default_rng(seed)
    turns, choice = draw.poisson(rate * people, n_runs), draw.normal(size=n_runs)
    scores = np.column_stack([turns / rate - people, choice, np.zeros(n_runs)])
    statistics = np.column_stack([slope * turns + 3.0 * choice + draw.normal(size=n_runs), choice, turns])
    return statistics, scores


INFORMATION = np.array([[10.0 / 4.0, np.nan, np.nan]])


def test_a_derivative_worked_by_hand():
    """E turns = 10 ρ, so that the first statistic grows by 20 a unit of ρ, the third by 10, the second not at all."""
    statistics, scores = drawn(4000, 1)
    found = Together.of([statistics], [scores]).derivative(INFORMATION)
    np.testing.assert_allclose(found[:, 0], [20.0, 0.0, 10.0], atol=0.15)
    np.testing.assert_allclose(found[:2, 1], [3.0, 1.0], atol=0.25)
    assert not found[:, 2].any()


def test_it_is_steadier_than_the_plain_covariance():
    many = [Together.of([s], [u]) for s, u in (drawn(300, seed) for seed in range(60))]
    plain, known = (np.array(each)[:, 0, 0] for each in ([m.covariance for m in many], [m.derivative(INFORMATION) for m in many]))
    assert known.std() < 0.5 * plain.std()
    assert abs(known.mean() - 20.0) < 4 * known.std() / np.sqrt(60)


def test_batches_add_up_and_few_runs_are_taken_as_they_are():
    batches = [Together.of([s], [u]) for s, u in (drawn(40, seed) for seed in range(5))]
    whole = sum(batches[1:], batches[0])
    assert (whole.n_runs, whole.n_batches) == (200, 5)
    np.testing.assert_allclose(whole.means, np.mean([each.means for each in batches], axis=0))
    np.testing.assert_allclose(whole.covariance * 195, sum(each.covariance * 39 for each in batches))
    few = Together.of(*([each[:20]] for each in drawn(40, 1)))
    np.testing.assert_array_equal(few.derivative(INFORMATION), few.covariance)
    assert not few.by_chance().any()


def test_means_are_freed_of_chance():
    """100 runs each: what is left of the distance to the expected statistic is a fraction of it."""
    plain, freed = [], []
    for seed in range(50):
        statistics, scores = drawn(100, seed)
        plain.append(statistics[:, 0].mean() - 80.0)
        freed.append(plain[-1] - Together.of([statistics], [scores]).by_chance()[0])
    assert np.std(freed) < 0.3 * np.std(plain)


def panel_with_movers():
    draw = np.random.default_rng(2)
    apart = ~np.eye(20, dtype=bool)
    ties = [((draw.random((20, 20)) < 0.15) & apart) * 1.0 for _ in range(3)]
    there = np.ones((20, 3), bool)
    there[0, 0] = there[1, 2] = False
    for wave in range(3):
        away = ~there[:, wave]
        ties[wave][away] = ties[wave][:, away] = np.nan
    drink = draw.integers(1, 4, (20, 3)).astype(float)
    return rn.NetworkPanel.from_adjacency(ties, network="friend", behaviour={"drink": drink}, present=there)


MODEL = rn.Specification({"friend": ["density", "recip"]}, {"drink": ["linear"]})


def test_information_about_rates_is_the_variance_of_their_scores():
    """Somebody joins a quarter into the first period, somebody leaves a quarter into the second: 19.75 and 19.25 people there."""
    setting = saom_setting(panel_with_movers(), MODEL, change_at=0.25)
    theta = np.array([3.0 if each.effect == "Rate" else -1.0 if each.effect == "density" else 0.2 for each in setting.parameters])
    known = known_information(setting, theta)
    rates = [place for place, each in enumerate(setting.parameters) if each.effect == "Rate"]
    found = {place: np.nansum(known[:, place]) for place in rates}
    assert sorted(np.array(list(found.values())) * 3.0) == pytest.approx([19.25, 19.25, 19.75, 19.75])
    with Simulator(setting, workers=1) as simulator:
        scores = simulator.run(theta, 1500, np.random.default_rng(1)).scores.sum(axis=0)
    for place in rates:
        assert scores[:, place].var() == pytest.approx(found[place], rel=0.15)


@pytest.mark.parametrize(("model", "how"), [
    (MODEL, {"conditional": "friend"}),
    (rn.Specification({"friend": ["density", "outRate"]}, {}), {}),
])  # fmt: skip
def test_it_is_not_known_where_turns_depend_on_more(model, how):
    draw = np.random.default_rng(2)
    ties = [((draw.random((20, 20)) < 0.15) & ~np.eye(20, dtype=bool)) * 1.0 for _ in range(2)]
    drink = draw.integers(1, 4, (20, 2)).astype(float)
    panel = rn.NetworkPanel.from_adjacency(ties, network="friend", behaviour={"drink": drink} if model.behaviour else {})
    setting = saom_setting(panel, model, **how)
    assert np.isnan(known_information(setting, np.full(len(setting.parameters), 2.0))).all()
