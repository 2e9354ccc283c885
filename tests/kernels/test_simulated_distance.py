"""An observed vector among simulated ones: what p is where the model is right, and what does not move it."""

import numpy as np
import pytest
from scipy import stats

from recoverynet.kernels.simulated_distance import simulated_distance


def mixed(rng, runs, k):
    """Correlated, skewed values with one that follows from the others, and one that never varies."""
    values = rng.gamma(2.0, size=(runs, k)) @ np.tri(k)
    return np.column_stack([values, values.sum(axis=1), np.full(runs, 7.0)])


@pytest.mark.parametrize(("runs", "k"), [(200, 3), (30, 8)])
def test_p_is_uniform_where_the_observed_is_one_more_simulation(runs, k):
    rng = np.random.default_rng(20)
    ps = []
    for _ in range(1500):
        values = mixed(rng, runs + 1, k)
        ps.append(simulated_distance(values[0], values[1:]).p)
    assert min(ps) >= 1 / (runs + 1)
    blurred = np.array(ps) - rng.random(len(ps)) / (runs + 1)
    assert stats.kstest(blurred, "uniform").pvalue > 0.001
    for level in (0.01, 0.05, 0.1):
        assert np.mean(np.array(ps) <= level) <= level + 3 * np.sqrt(level * (1 - level) / len(ps))


def test_p_is_never_0_and_small_for_what_lies_far_away():
    simulated = np.random.default_rng(1).normal(size=(99, 4))
    far = simulated_distance(np.full(4, 50.0), simulated)
    assert far.p == pytest.approx(0.01)
    assert far.distance > 50


def test_units_and_shifts_do_not_matter():
    rng = np.random.default_rng(2)
    values = mixed(rng, 120, 4)
    factors, shifts = 10.0 ** rng.integers(-4, 5, 6), rng.normal(size=6) * 100
    plain = simulated_distance(values[0], values[1:])
    moved = simulated_distance(values[0] * factors + shifts, values[1:] * factors + shifts)
    assert moved.distance == pytest.approx(plain.distance, rel=1e-6)
    assert (moved.p, moved.rank) == (plain.p, plain.rank)


def test_distance_is_that_of_the_formula():
    rng = np.random.default_rng(3)
    simulated, observed = rng.normal(size=(60, 3)) @ rng.normal(size=(3, 3)), rng.normal(size=3)
    apart = observed - simulated.mean(axis=0)
    wanted = np.sqrt(apart @ np.linalg.inv(np.cov(simulated.T)) @ apart)
    found = simulated_distance(observed, simulated)
    assert found.distance == pytest.approx(wanted)
    assert found.rank == 3
    one = np.delete(simulated, 17, axis=0)
    apart = simulated[17] - one.mean(axis=0)
    assert found.simulated[17] == pytest.approx(np.sqrt(apart @ np.linalg.inv(np.cov(one.T)) @ apart))


def test_one_that_follows_from_the_others_adds_nothing():
    rng = np.random.default_rng(4)
    simulated, observed = rng.normal(size=(80, 3)), rng.normal(size=3)
    both = simulated_distance(np.append(observed, observed.sum()), np.column_stack([simulated, simulated.sum(axis=1)]))
    alone = simulated_distance(observed, simulated)
    assert both.rank == 3 and not both.outside
    assert both.distance == pytest.approx(alone.distance)
    assert both.p == alone.p
    broken = simulated_distance(np.append(observed, 99.0), np.column_stack([simulated, simulated.sum(axis=1)]))
    assert broken.outside


def test_values_that_never_vary_are_left_out_and_told():
    rng = np.random.default_rng(5)
    simulated = np.column_stack([rng.normal(size=50), np.full(50, 3.0), np.full(50, 0.0), np.full(50, np.nan)])
    found = simulated_distance(np.array([0.0, 3.0, 1.0, 1.0]), simulated)
    assert found.used.tolist() == [True, False, False, False]
    assert found.unreached.tolist() == [False, False, True, False]
    assert found.rank == 1


@pytest.mark.parametrize("simulated", [np.ones((50, 2)), np.empty((0, 2)), np.eye(2)])
def test_without_anything_to_compare_there_is_no_p(simulated):
    found = simulated_distance(np.zeros(2), simulated)
    assert np.isnan(found.p) and np.isnan(found.distance)


def test_too_few_simulations_for_so_many_values_give_no_p():
    simulated = np.random.default_rng(6).normal(size=(6, 9))
    assert np.isnan(simulated_distance(np.zeros(9), simulated).p)


def test_a_simulation_that_alone_has_a_value_lies_farther_than_any_other():
    simulated = np.column_stack([np.random.default_rng(7).normal(size=40), np.zeros(40)])
    simulated[11, 1] = 1.0
    assert np.isinf(simulated_distance(np.zeros(2), simulated).simulated[11])
