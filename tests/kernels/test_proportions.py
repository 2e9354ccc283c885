"""Wilson's interval against published numbers, statsmodels and its own laws."""

import numpy as np
import pytest

from recoverynet.kernels.proportions import share, wilson_interval


def test_worked_by_hand() -> None:
    # 5 of 10: centre 0.69207 / 1.38415 = 0.5; half-width 1.95996 √(0.025 + 0.0096036) / 1.38415 = 0.26341
    low, high = wilson_interval(5, 10)
    assert low == pytest.approx(0.23659, abs=1e-5)
    assert high == pytest.approx(0.76341, abs=1e-5)


def test_nobody_and_everybody_have_exact_bounds_and_width() -> None:
    low, high = wilson_interval([0, 10], [10, 10])
    assert low[0] == 0.0 and high[1] == 1.0
    # 0 of 10: z² / (n + z²) = 3.84146 / 13.84146
    assert high[0] == pytest.approx(3.841459 / 13.841459, abs=1e-6)
    assert low[1] == pytest.approx(1 - high[0])


def test_agrees_with_statsmodels() -> None:
    from statsmodels.stats.proportion import proportion_confint

    count, total = np.array([0, 1, 7, 40, 99, 100]), np.array([3, 5, 20, 41, 100, 100])
    for level in (0.8, 0.95, 0.99):
        low, high = wilson_interval(count, total, level)
        theirs = proportion_confint(count, total, alpha=1 - level, method="wilson")
        np.testing.assert_allclose((low, high), theirs, atol=1e-12)


def test_no_denominator_is_not_zero() -> None:
    low, high = wilson_interval([0, 1], [0, 2])
    assert np.isnan([low[0], high[0]]).all()
    assert np.isfinite([low[1], high[1]]).all()
    assert np.isnan(share(0, 0)) and share([1, 0], [4, 4]).tolist() == [0.25, 0.0]


def test_the_interval_holds_the_share_and_mirrors() -> None:
    total = np.repeat(np.arange(1, 60), 60)
    count = np.tile(np.arange(60), 59)
    count, total = count[count <= total], total[count <= total]
    low, high = wilson_interval(count, total)
    assert ((low >= 0) & (low <= count / total) & (count / total <= high) & (high <= 1)).all()
    other_low, other_high = wilson_interval(total - count, total)
    np.testing.assert_allclose(1 - high, other_low, atol=1e-12)
    np.testing.assert_allclose(1 - low, other_high, atol=1e-12)


@pytest.mark.parametrize("bad", [{"count": -1, "total": 3}, {"count": 4, "total": 3}, {"count": 1, "total": 3, "level": 1.0}])
def test_impossible_counts_are_refused(bad: dict) -> None:
    with pytest.raises(ValueError, match="between 0 and"):
        wilson_interval(**bad)
