"""Control limits against the formula of the paper, and what must hold of any."""

from __future__ import annotations

import math

import numpy as np
import pytest

from recoverynet.kernels.control_limits import binomial_limits


def distribution(r: int, n: int, theta: float) -> float:
    return sum(math.comb(n, k) * theta**k * (1 - theta) ** (n - k) for k in range(r + 1))


@pytest.mark.parametrize(("n", "theta", "coverage"), [(10, 0.5, 0.95), (37, 0.12, 0.95), (250, 0.4, 0.998), (3, 0.9, 0.998)])
def test_as_the_formula_of_the_paper(n: int, theta: float, coverage: float) -> None:
    for p, bound in zip(((1 - coverage) / 2, (1 + coverage) / 2), binomial_limits(theta, n, coverage), strict=True):
        r = next(r for r in range(n + 1) if distribution(r, n, theta) > p)
        above, below = distribution(r, n, theta), distribution(r - 1, n, theta) if r else 0.0
        expected = (r - (above - p) / (above - below)) / n
        assert float(bound) == pytest.approx(min(max(expected, 0.0), 1.0), abs=1e-9)


def test_limits_close_in_as_units_grow_and_hold_the_target() -> None:
    low, high = binomial_limits(0.3, np.array([20, 50, 100, 500, 5000]), 0.95)
    assert (np.diff(high - low) < 0).all()
    assert ((low < 0.3) & (high > 0.3)).all()
    far_low, far_high = binomial_limits(0.3, np.array([20, 50, 100, 500, 5000]), 0.998)
    assert ((far_low <= low) & (far_high >= high)).all()


def test_about_as_many_units_lie_outside_as_said() -> None:
    rng = np.random.default_rng(7)
    n = rng.integers(50, 400, 4000)
    share = rng.binomial(n, 0.25) / n
    low, high = binomial_limits(0.25, n, 0.95)
    assert 0.03 < np.mean((share < low) | (share > high)) < 0.08


def test_nobody_and_the_ends() -> None:
    assert np.isnan(binomial_limits(0.2, [0, np.nan], 0.95)).all()
    assert [bound.tolist() for bound in binomial_limits(0.0, [5], 0.95)] == [[0.0], [0.0]]


def test_what_is_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match=r"share between 0 and 1; got 1\.2"):
        binomial_limits(1.2, 10, 0.95)
    with pytest.raises(ValueError, match="coverage must lie between 0 and 1"):
        binomial_limits(0.2, 10, 95)
