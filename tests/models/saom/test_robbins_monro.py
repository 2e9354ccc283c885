"""The walk to an estimate in a world whose answer is known: statistics are normal around a linear function of θ."""

from types import SimpleNamespace

import numpy as np
import pytest

from recoverynet.models.saom import robbins_monro as walk
from recoverynet.models.saom.regression import Together
from recoverynet.models.saom.robbins_monro import Estimation, Runaway
from recoverynet.models.saom.simulation import Endless

SLOPES = np.array([[4.0, 1.0, 0.5], [0.5, 3.0, -1.0], [0.0, 1.0, 2.0]])
ANSWER = np.array([2.0, -1.0, 0.8])
TARGETS = np.array([30.0, 12.0, -5.0])


class LinearWorld:
    """s ~ N(t + A (θ − θ*), Σ), whose scores are A′ Σ⁻¹ (s − mean), so that D is A."""

    setting = SimpleNamespace(condition=0, epochs=[None], parameters=[None] * 3)

    def __init__(self, noise=1.0):
        self.root, self.asked = noise * np.array([[2.0, 0, 0], [0.5, 1.5, 0], [0.3, -0.4, 1.0]]), []

    def run(self, theta, n_runs, rng, *, scored=True):
        self.asked.append((theta.copy(), n_runs, scored))
        away = rng.standard_normal((n_runs, 3))
        statistics = TARGETS + SLOPES @ (theta - ANSWER) + away @ self.root.T
        scores = away @ np.linalg.pinv(self.root) @ SLOPES if self.root.any() else np.zeros((n_runs, 3))
        together = Together.of([statistics], [scores])
        return SimpleNamespace(
            statistics=statistics[None], scores=scores[None], together=together, times=np.ones((1, n_runs)), n_steps=100 * n_runs
        )


def begun(theta=(1.0, 0.0, 0.0), free=(0, 1, 2), spread=(2.0, 1.6, 1.1), derivative=SLOPES, unit=(0.1, 0.1, 0.1)):
    return Estimation(
        np.array(theta), np.array(free), np.array([True, False, False]), TARGETS, derivative, np.array(spread), unit=np.array(unit)
    )


def converged(estimation, world=None, *, known=False):
    return walk.converge(
        world or LinearWorld(),
        estimation,
        n_simulations=1000,
        wanted=0.2,
        most_runs=4,
        rng=np.random.default_rng(2),
        quiet=True,
        known=known,
    )


def test_the_walk_ends_at_the_answer_with_the_derivative_and_the_spread():
    world, estimation = LinearWorld(), begun()
    walk.phase1(world, estimation, np.random.default_rng(1))
    here, ratio, run = converged(estimation, world)
    assert ratio < 0.2 and run >= 1 and here.sums.shape == (1000, 3)
    error = np.sqrt(np.diag(np.linalg.inv(SLOPES) @ world.root @ world.root.T @ np.linalg.inv(SLOPES).T))
    assert (np.abs(here.theta - ANSWER) < 0.25 * error).all()
    np.testing.assert_allclose(here.derivative, SLOPES, atol=0.4)
    np.testing.assert_allclose(here.spread, world.root @ world.root.T, atol=0.5)
    assert estimation.theta is here.theta or (estimation.theta == here.theta).all()
    assert estimation.n_runs == sum(n for _, n, _ in world.asked)


def test_parameters_held_stay_where_they_are():
    world, estimation = LinearWorld(), begun(theta=(1.0, 0.3, 0.0), free=(0, 2))
    walk.phase1(world, estimation, np.random.default_rng(1))
    here, _, _ = converged(estimation, world)
    assert all(theta[1] == 0.3 for theta, _, _ in world.asked)
    gap = here.sums.mean(axis=0) - TARGETS
    assert np.abs(gap[[0, 2]]).max() < 0.3 < np.abs(gap[1])


def test_a_walk_that_knows_where_to_begin_leaves_phase_2_out():
    world, estimation = LinearWorld(), begun(theta=ANSWER)
    converged(estimation, world, known=True)
    assert all(scored for _, _, scored in world.asked) and not estimation.trace
    assert sum(n for _, n, _ in world.asked) == 2000  # to aim, and to stay


def test_phase_1_looks_around_and_takes_half_a_step(monkeypatch):
    world, estimation = LinearWorld(), begun(theta=(2.5, 0.0, 0.0), derivative=np.empty((0, 0)))
    runs = walk.phase1(world, estimation, np.random.default_rng(1))
    assert world.asked[0][1] == 60 == estimation.n_runs and (estimation.good == [2.5, 0.0, 0.0]).all()
    sums = runs.statistics[0]
    np.testing.assert_allclose(estimation.spread, sums.std(axis=0))
    np.testing.assert_allclose(estimation.unit, runs.scores[0].std(axis=0) / 10.0)  # a hundred turns a run
    again = begun(theta=(2.5, 0.0, 0.0), spread=estimation.spread, derivative=estimation.derivative)
    walk._move(again, sums.mean(axis=0) - TARGETS, 0.5)
    np.testing.assert_allclose(estimation.theta, again.theta)
    monkeypatch.setattr(walk, "_move", lambda *given: None)
    walk.phase1(world, begun(free=[0, 1, 2] * 5), np.random.default_rng(1))
    assert world.asked[1][1] == 70  # ten and four a parameter, where that is more


def test_a_step_is_the_gap_through_the_drawn_in_derivative():
    """Gaps of 1, −1 and 2 with spreads of 2, 1.6 and 1.1: none calls for a limit; off-diagonals count for four fifths."""
    estimation, gap = begun(theta=(5.0, 0.0, 0.0)), np.array([1.0, -1.0, 2.0])
    drawn_in = 0.8 * SLOPES + 0.2 * np.diag(np.diag(SLOPES))
    walk._move(estimation, gap, 0.4)
    np.testing.assert_allclose(estimation.theta, [5.0, 0, 0] - 0.4 * np.linalg.solve(drawn_in, gap))
    far = begun(theta=(5.0, 0.0, 0.0))
    walk._move(far, 10 * gap, 0.4)  # 20 of the third in spreads of 1.1: it answers to three spreads of it
    np.testing.assert_allclose(far.theta, [5.0, 0, 0] - 0.4 * 3.3 / 20 * np.linalg.solve(drawn_in, 10 * gap))


@pytest.mark.parametrize(
    ("now", "step", "taken"),
    [
        (4.0, -10.0, -2.0),  # a rate goes down by half at most
        (4.0, 100.0, 8.0),  # and up to three times
        (0.2, 100.0, 2.0),  # or by two, where it is small
        (0.015, -1.0, -0.005),  # and never below 0.01
        (4.0, 0.5, 0.5),
    ],
)
def test_steps_are_limited(now, step, taken):
    estimation = begun(theta=(now, 0.0, 0.0))
    np.testing.assert_allclose(walk._limited(estimation, np.array([step, 7.0, -7.0])), [taken, 2.0, -2.0])


def test_a_derivative_that_cannot_be_right_is_left_out():
    flat = np.array([[4.0, 1.0, 1.0], [1.0, 1e-9, 1.0], [1.0, 1.0, 2.0]])
    found = walk._step_matrix(begun(derivative=flat))
    np.testing.assert_allclose(np.diag(found), [4.0, 1.6, 2.0])  # the spread in place of next to nothing
    falling = np.diag([-4.0, 2.0, 2.0])
    np.testing.assert_allclose(walk._step_matrix(begun(derivative=falling)), falling)
    small = np.array([[4e-9, 0, 0], [0, 3.0, 0], [0, 1.0, 2e9]])  # statistics of other sizes can be told apart all the same
    sizes = begun(derivative=small, spread=(1e-9, 1.0, 1e9))
    np.testing.assert_allclose(walk._step_matrix(sizes), [[4e-9, 0, 0], [0, 3.0, 0], [0, 0.8, 2e9]])
    same = np.array([[4.0, 0, 0], [0, 1.0, 1.25], [0, 1.25, 1.0]])  # at four fifths, two statistics are one
    np.testing.assert_allclose(walk._step_matrix(begun(derivative=same)), np.diag([4.0, 1.0, 1.0]))
    part = walk._step_matrix(begun(free=(0, 2)))
    np.testing.assert_allclose(part, [[4.0, 0.4], [0.0, 2.0]])


def test_where_nobody_has_a_choice_left_the_walk_stops():
    """A parameter times what it weighs in a choice: 15 and more are too many log-odds; rates and what is held are no choices."""
    for theta, places in [([1.0, 200.0, 0.0], [1]), ([1.0, 0.0, -200.0], [2]), ([1.0, np.nan, 0.0], [1])]:
        with pytest.raises(Runaway) as told:
            walk._near(begun(), np.array(theta))
        assert told.value.places.tolist() == places and told.value.theta.tolist() == pytest.approx(theta, nan_ok=True)
    for theta, free in [([200.0, 140.0, -140.0], (0, 1, 2)), ([1.0, 200.0, 0.0], (0, 2))]:
        assert walk._near(begun(free=free), np.array(theta)).tolist() == theta


def test_the_weight_of_a_choice_is_the_spread_of_scores_over_steps():
    scores = np.random.default_rng(3).normal(0.0, [1.0, 2.0], (5000, 2)) * 10.0
    np.testing.assert_allclose(walk._unit(scores, 100.0), [1.0, 2.0], rtol=0.05)
    np.testing.assert_allclose(walk._unit(scores, 0.0), scores.std(axis=0))


class Straight:
    """One statistic that is θ itself, without chance."""

    def run(self, theta, n_runs, rng, *, scored):
        assert not scored and n_runs == walk.BATCH
        return SimpleNamespace(statistics=np.full((1, n_runs, 1), theta[0]))


@pytest.mark.parametrize(("gain", "steps"), [(0.5, 12), (1.5, 6)])
def test_a_subphase_ends_early_where_gaps_change_sides_and_at_the_mean_of_its_second_half(gain, steps):
    """θ goes to θ − gain θ: gaps shrink on one side with a gain of 0.5, and change sides at every step with 1.5."""
    estimation = Estimation(np.array([1.0]), np.array([0]), np.array([False]), np.zeros(1), np.eye(1), np.ones(1), unit=np.zeros(1))
    walk._subphase(Straight(), estimation, np.random.default_rng(1), np.eye(1), 2, gain, 6)
    way = (1.0 - gain) ** np.arange(1, steps + 1)
    np.testing.assert_allclose([theta[0] for _, theta in estimation.trace], way)
    assert {subphase for subphase, _ in estimation.trace} == {2} and estimation.n_runs == steps * walk.BATCH
    assert estimation.theta[0] == pytest.approx(way[steps // 2 :].mean()) and estimation.good[0] == estimation.theta[0]


def test_gains_halve_and_subphases_grow(monkeypatch):
    seen = []
    monkeypatch.setattr(walk, "_subphase", lambda *given: seen.append(given[4:]))
    walk.phase2(None, begun(), None, True)
    assert seen == [(1, 0.4, 8), (2, 0.2, 15)]  # 6 and a half for each of three parameters, doubled
    seen.clear()
    walk.phase2(None, begun(free=(0,)), None, True, first=2)
    assert seen == [(2, 0.2, 13)]


def stayed(sums, derivative=SLOPES, theta=ANSWER):
    together = SimpleNamespace(by_chance=lambda: np.array([0.5, 0.0, -0.25]))
    return SimpleNamespace(sums=sums, derivative=derivative, theta=theta, together=together)


def test_the_overall_ratio_is_the_largest_of_any_combination():
    rng = np.random.default_rng(4)
    sums = TARGETS + [0.4, -0.2, 0.1] + rng.normal(size=(500, 3)) @ rng.normal(size=(3, 3))
    gap = sums.mean(axis=0) - TARGETS
    expected = np.sqrt(gap @ np.linalg.inv(np.cov(sums.T, ddof=0)) @ gap)
    assert walk.overall_ratio(stayed(sums), begun()) == pytest.approx(expected)
    two = np.sqrt(gap[:2] @ np.linalg.inv(np.cov(sums[:, :2].T, ddof=0)) @ gap[:2])
    assert walk.overall_ratio(stayed(sums), begun(free=(0, 1))) == pytest.approx(two)
    one = walk.overall_ratio(stayed(sums), begun(free=(2,)))
    assert one == pytest.approx(abs(gap[2]) / sums[:, 2].std())


def test_what_simulations_never_vary_in_is_met_or_never():
    rng = np.random.default_rng(5)
    sums = TARGETS + rng.normal(size=(500, 3))
    still = sums * [1, 0, 1] + [0, 12.0, 0]
    assert walk.overall_ratio(stayed(still), begun()) == np.inf
    tied = sums.copy()
    tied[:, 2] = tied[:, 1] - 17.0  # −5 where the second is 12: always as observed together
    gap = (tied.mean(axis=0) - TARGETS)[:2]
    assert walk.overall_ratio(stayed(tied), begun()) == pytest.approx(
        np.sqrt(gap @ np.linalg.inv(np.cov(tied[:, :2].T, ddof=0)) @ gap)
    )
    tied[:, 2] += 1.0
    assert walk.overall_ratio(stayed(tied), begun()) == np.inf


def test_a_run_says_where_the_answer_is_with_chance_taken_off():
    sums = np.tile(TARGETS + [0.9, -0.6, 0.35], (10, 1))
    expected = ANSWER - np.linalg.solve(SLOPES, [0.4, -0.6, 0.6])
    np.testing.assert_allclose(walk.said_by(stayed(sums), begun()), expected)
    held = walk.said_by(stayed(sums), begun(free=(0, 2)))
    assert held[1] == ANSWER[1]
    np.testing.assert_allclose(held[[0, 2]], ANSWER[[0, 2]] - np.linalg.solve(SLOPES[np.ix_([0, 2], [0, 2])], [0.4, 0.6]))
    low = walk.said_by(stayed(sums + [50.0, 0, 0]), begun())
    assert low[0] == walk.LEAST_RATE


class Script:
    """An estimation whose runs have the overall ratios of a list and say that θ is 10, 20, 30 …, the walk between them noted."""

    def __init__(self, monkeypatch, ratios, raises=None):
        self.ratios, self.sizes, self.begun_at, self.walked, self.near = list(ratios), [], [], [], None
        self.raises = raises
        monkeypatch.setattr(walk, "phase2", self.phase2)
        monkeypatch.setattr(walk, "phase3", self.phase3)
        monkeypatch.setattr(walk, "overall_ratio", lambda here, estimation: self.ratios[here.number])
        monkeypatch.setattr(walk, "said_by", lambda here, estimation: np.array([10.0 * (here.number + 1)]))
        monkeypatch.setattr(walk, "_steadied", self.steadied)

    def phase2(self, simulator, estimation, rng, quiet, first="whole"):
        self.walked.append(first)
        if self.raises is not None and len(self.walked) > 1:
            raise self.raises

    def phase3(self, simulator, estimation, n_runs, rng, quiet):
        self.sizes.append(n_runs)
        self.begun_at.append(float(estimation.theta[0]))
        return SimpleNamespace(number=len(self.sizes) - 1, sums=np.zeros((n_runs, 1)), theta=estimation.theta.copy())

    def steadied(self, simulator, best, near):
        self.near = [each.number for each in near]
        return best

    def run(self, *, n_simulations=3000, most_runs=5, known=False):
        estimation = Estimation(np.ones(1), np.array([0]), np.array([False]), np.zeros(1), unit=np.zeros(1))
        here, ratio, run = walk.converge(
            None, estimation, n_simulations=n_simulations, wanted=0.2, most_runs=most_runs, rng=None, quiet=True, known=known
        )
        assert ratio == self.ratios[here.number] and estimation.theta is here.theta
        return here.number, run


def test_a_short_run_aims_and_whole_runs_follow_until_one_is_near_enough(monkeypatch):
    """What runs say is weighed by their sizes; the run that aims never is the answer."""
    script = Script(monkeypatch, [0.05, 0.6, 0.4, 0.19])
    assert script.run() == (3, 3) and script.sizes == [1500, 3000, 3000, 3000] and script.walked == ["whole"]
    np.testing.assert_allclose(script.begun_at, [1.0, 10.0, (10 + 2 * 20) / 3, (10 + 2 * 20 + 2 * 30) / 5])
    assert script.near == [0, 2, 3]
    few = Script(monkeypatch, [0.05, 0.1])
    assert few.run(n_simulations=1200, known=True) == (1, 1) and few.sizes == [1000, 1200] and few.walked == []
    assert Script(monkeypatch, [0.05, 0.1]).run(n_simulations=300) == (1, 1)


def test_runs_that_are_far_away_are_forgotten_and_the_walk_goes_on(monkeypatch):
    script = Script(monkeypatch, [0.5, 1.0, 3.1, 3.0, 0.7, 0.1])
    assert script.run() == (5, 5) and script.walked == ["whole", 2, 1, 2]
    assert script.begun_at[-1] == 50.0 and script.near == [5]


@pytest.mark.parametrize(("ratios", "best"), [([0.01, 0.5, 0.6], 1), ([0.01, 0.6, 0.5], 2), ([9.0, 0.5, 0.5], 1)])
def test_after_the_last_run_the_best_whole_one_stands(monkeypatch, ratios, best):
    assert Script(monkeypatch, ratios).run(most_runs=2) == (best, 2)


def test_a_walk_that_does_not_come_back_leaves_the_best_run_if_there_is_one_and_did_not_run_away(monkeypatch):
    assert Script(monkeypatch, [0.5, 1.5, 9.9], Endless("")).run() == (1, 1)
    with pytest.raises(Endless):
        Script(monkeypatch, [1.5, 1.5], Endless("")).run()
    with pytest.raises(Runaway):
        Script(monkeypatch, [0.5, 1.5], Runaway(np.zeros(1), np.zeros(1))).run()
