"""Margins of a yes-or-no model: gradients against differences, chances against their formulas."""

import numpy as np
import pytest

from recoverynet.kernels.hazard_margins import (
    Margin,
    bend,
    chance,
    interval_of_chance,
    mean_chance,
    mean_change,
    mean_incidence,
    mean_slope,
    slope,
)  # fmt: skip

LINKS = ["logit", "cloglog"]
BETA = np.array([-0.7, 0.9, -0.4])
STEP = 1e-5


def design(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.column_stack([np.ones(12), rng.normal(size=(12, 2))])


def test_chances_by_hand():
    assert chance(np.array([0.0, np.log(3.0)]), "logit").tolist() == pytest.approx([0.5, 0.75])
    assert chance(np.array([0.0, np.log(np.log(4.0))]), "cloglog").tolist() == pytest.approx([1 - np.exp(-1), 0.75])
    assert chance(np.array([-800.0, 800.0]), "cloglog").tolist() == [0.0, 1.0]


@pytest.mark.parametrize("link", LINKS)
def test_slope_and_bend_are_derivatives(link):
    eta = np.linspace(-4, 2, 25)
    assert slope(eta, link) == pytest.approx((chance(eta + STEP, link) - chance(eta - STEP, link)) / (2 * STEP), abs=1e-9)
    assert bend(eta, link) == pytest.approx((slope(eta + STEP, link) - slope(eta - STEP, link)) / (2 * STEP), abs=1e-9)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("what", ["chance", "change", "slope", "incidence"])
def test_gradients_are_derivatives_of_the_values(link, what):
    one, other = design(1), design(2)

    def margins(beta: np.ndarray) -> list[Margin]:
        return {
            "chance": lambda: [mean_chance(one, beta, link)],
            "change": lambda: [mean_change(one, other, beta, link)],
            "slope": lambda: [mean_slope(one, beta, 1, link)],
            "incidence": lambda: mean_incidence([one, None, other, None], beta, link, [0, 0.0, 0, 1.0]),
        }[what]()

    up, down = ([margins(BETA + sign * STEP * unit) for unit in np.eye(3)] for sign in (1, -1))
    for place, margin in enumerate(margins(BETA)):
        slopes = [(a[place].value - b[place].value) / (2 * STEP) for a, b in zip(up, down, strict=True)]
        assert margin.gradient == pytest.approx(slopes, abs=1e-8)


@pytest.mark.parametrize("link", LINKS)
def test_values_are_means_over_rows(link):
    one, other = design(1), design(2)
    before, after = chance(one @ BETA, link), chance(other @ BETA, link)
    assert mean_chance(one, BETA, link).value == pytest.approx(before.mean())
    assert mean_change(other, one, BETA, link).value == pytest.approx(after.mean() - before.mean())
    moved = [chance((one + STEP * sign * np.eye(3)[1]) @ BETA, link).mean() for sign in (1, -1)]
    assert mean_slope(one, BETA, 1, link).value == pytest.approx((moved[0] - moved[1]) / (2 * STEP), abs=1e-8)
    by_step = [margin.value for margin in mean_incidence([one, None, other, None], BETA, link, [0, 0.0, 0, 1.0])]
    assert by_step == pytest.approx([before.mean(), before.mean(), (1 - (1 - before) * (1 - after)).mean(), 1.0])


def test_standard_error_by_hand():
    # variance 2² · 1 + 2 · 2 · (−1) · 0.5 + 1 · 4 = 6
    margin = Margin(0.3, np.array([2.0, -1.0]))
    assert margin.std_error(np.array([[1.0, 0.5], [0.5, 4.0]])) == pytest.approx(np.sqrt(6))
    assert Margin(0.3, np.array([1.0, 0.0])).std_error(np.diag([-1e-18, 1.0])) == 0.0


@pytest.mark.parametrize("link", LINKS)
def test_interval_is_that_of_the_predictor_carried_through_the_link(link):
    # one row and one term: the standard error of eta is known, so that the interval is F(eta − 1.96 s), F(eta + 1.96 s)
    eta, error = -0.8, 0.35
    value = float(chance(np.array(eta), link))
    low, high = interval_of_chance(value, error * float(slope(np.array(eta), link)), 1.96, link)
    assert [low, high] == pytest.approx(chance(np.array([eta - 1.96 * error, eta + 1.96 * error]), link).tolist())


@pytest.mark.parametrize("link", LINKS)
def test_interval_at_the_ends(link):
    assert interval_of_chance(1.0, 0.0, 1.96, link) == (1.0, 1.0)
    assert interval_of_chance(0.4, 0.0, 1.96, link) == pytest.approx((0.4, 0.4))
    for value, error in [(0.0, 0.1), (1.0, 0.1), (0.4, np.nan)]:
        assert np.isnan(interval_of_chance(value, error, 1.96, link)).all()
