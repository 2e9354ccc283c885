"""What the terms of an actor-oriented model add to the log-odds of moving up, against the objective itself; moments of draws."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from recoverynet.models.interventions.actor_rates import ALONE, HOLDING, KNOWN, SHARE, START, ActorRates, _weights, _with_rate

MIDDLE = 0.3


def objective(effect: str, own: int, others: np.ndarray) -> float:
    """What one unit of a parameter is worth at 0 or 1, centred on the middle; the average of no contacts is 0."""
    z, alters = own - MIDDLE, others - MIDDLE
    alike = 1 - np.abs(own - others)
    some = len(others) > 0
    return {
        "linear": z,
        "quad": z**2,
        "avAlt": z * alters.mean() if some else 0.0,
        "totAlt": z * alters.sum(),
        "avSim": alike.mean() if some else 0.0,
        "totSim": alike.sum(),
        "effFrom": 0.0,
    }[effect]


@pytest.mark.parametrize("effect", ["linear", "quad", "avAlt", "totAlt", "avSim", "totSim", "effFrom"])
@pytest.mark.parametrize("others", [[], [1], [0], [1, 0, 0], [1, 1, 0, 1]])
def test_the_line_of_a_term_is_what_moving_up_changes_in_the_objective(effect: str, others: list[int]) -> None:
    contacts = np.array(others, dtype=float)
    line = _weights(effect, MIDDLE)
    assert line is not None
    known, holding = len(contacts), contacts.sum()
    said = line[ALONE] if not known else line[START] + line[SHARE] * holding / known + line[HOLDING] * holding + line[KNOWN] * known
    assert said == pytest.approx(objective(effect, 1, contacts) - objective(effect, 0, contacts))


def test_a_term_that_courses_cannot_carry_has_no_line() -> None:
    assert _weights("indeg", MIDDLE) is None


def test_draws_have_the_moments_of_the_estimates_and_a_rate_a_floor() -> None:
    theta, covariance = np.array([0.5, -1.0, 2.0]), np.diag([0.04, 0.09, 1.0]) + np.array([[0, 0.03, 0], [0.03, 0, 0], [0, 0, 0.0]])
    lines = np.arange(15.0).reshape(5, 3)
    rates = ActorRates(theta, covariance, lines, np.array([1.0, 1.0, 0.0]))
    drawn = rates.draw(20_000, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.lines.mean(axis=0), lines @ theta, atol=0.35)
    np.testing.assert_allclose(np.cov(drawn.lines.T), lines @ covariance @ lines.T, rtol=0.05, atol=0.5)
    assert drawn.likeness.mean() == pytest.approx(-0.5, abs=0.01) and drawn.likeness.var() == pytest.approx(
        0.04 + 0.09 + 0.06, rel=0.05
    )
    assert drawn.rate.min() == pytest.approx(0.2), "a tenth of the estimate"
    assert (drawn.rate > 0.2).mean() > 0.95


def fit_of(rates: list[tuple[str, float, float]], theta: list[float], covariance: np.ndarray) -> SimpleNamespace:
    """A table of rates first, then other parameters, as fits have it; ``theta`` may hold the rates or not."""
    others = len(theta) if len(theta) < 4 else len(theta) - len(rates)
    rows = [("Rate", name, estimate, error) for name, estimate, error in rates]
    rows += [("linear", "norm", 0.1 * place, 0.2) for place in range(others)]
    table = pd.DataFrame(
        rows, columns=["effect", "dependent", "estimate", "std_error"], index=[f"row {place}" for place in range(len(rows))]
    )
    return SimpleNamespace(theta=np.array(theta), covariance=covariance, table=table)


RATES = [("network", 5.0, 0.5), ("norm", 1.0, 0.1), ("norm", 2.0, 0.3)]


def test_a_rate_of_its_own_stands_behind_the_estimates_with_its_own_error() -> None:
    """A parameter that was held has no variance."""
    inner = np.array([[0.04, np.nan], [np.nan, np.nan]])
    theta, covariance = _with_rate(fit_of(RATES, [0.7, 0.2], inner), "norm")  # type: ignore[arg-type]
    assert theta.tolist() == [0.7, 0.2, 2.0]
    np.testing.assert_allclose(covariance, np.diag([0.04, 0.0, 0.09]))


def test_a_rate_that_was_estimated_with_the_others_keeps_what_goes_with_them() -> None:
    root = np.random.default_rng(1).normal(size=(5, 5))
    inner = root @ root.T
    theta, covariance = _with_rate(fit_of(RATES, [5.0, 1.0, 2.0, 0.7, 0.2], inner), "norm")  # type: ignore[arg-type]
    assert theta.tolist() == [5.0, 1.0, 2.0, 0.7, 0.2, 2.0]
    np.testing.assert_allclose(covariance[:5, :5], inner)
    np.testing.assert_allclose(covariance[5], [*inner[2], inner[2, 2]])
