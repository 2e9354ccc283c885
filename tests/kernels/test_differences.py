"""Differences of shares against the worked examples of the paper, statsmodels, and what must hold of any."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from recoverynet.kernels.differences import difference_interval, paired_difference_interval

PAPER = [
    ((56, 70, 48, 80), (0.2000, 0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.6000, 0.1705, 0.8090)),
    ((10, 10, 0, 20), (1.0000, 0.6791, 1.0000)),
    ((5, 56, 0, 29), (0.0893, -0.0381, 0.1926)),
]
"""Newcombe 1998, table II, method 10."""


@pytest.mark.parametrize(("given", "expected"), PAPER)
def test_as_in_the_paper(given: tuple[int, ...], expected: tuple[float, ...]) -> None:
    assert [float(each) for each in difference_interval(*given)] == pytest.approx(expected, abs=6e-5)


def test_as_statsmodels() -> None:
    rng = np.random.default_rng(1)
    n, m = rng.integers(1, 400, 50), rng.integers(1, 400, 50)
    a, b = rng.binomial(n, 0.3), rng.binomial(m, 0.5)
    _, low, high = difference_interval(a, n, b, m, 0.9)
    theirs = [confint_proportions_2indep(*row, method="newcomb", compare="diff", alpha=0.1) for row in zip(a, n, b, m, strict=True)]
    np.testing.assert_allclose(np.column_stack([low, high]), theirs, atol=1e-12)


def test_turned_round_it_changes_sign() -> None:
    one, other = difference_interval(5, 30, 12, 40), difference_interval(12, 40, 5, 30)
    assert one[0] == -other[0]
    assert (one[1], one[2]) == pytest.approx((-other[2], -other[1]))


def test_nobody_gives_nothing() -> None:
    assert np.isnan(difference_interval(0, 0, 3, 10)).all()
    assert np.isnan(paired_difference_interval(0, 0, 0, 0)).all()
    assert np.isnan(difference_interval(np.nan, 20, 3, 10)).all()


def test_a_count_above_its_total_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and its total; got 4 of 3"):
        difference_interval(4, 3, 1, 2)


def test_pairs_by_hand() -> None:
    """20 both, 12 first only, 2 second only, 16 neither: 32 and 22 of 50."""
    low_1, high_1 = 0.50140, 0.75864  # Wilson, 32 of 50
    low_2, high_2 = 0.31165, 0.57695  # Wilson, 22 of 50
    phi = (20 * 16 - 12 * 2 - 25) / (32 * 18 * 22 * 28) ** 0.5
    below = ((0.64 - low_1) ** 2 - 2 * phi * (0.64 - low_1) * (high_2 - 0.44) + (high_2 - 0.44) ** 2) ** 0.5
    above = ((high_1 - 0.64) ** 2 - 2 * phi * (high_1 - 0.64) * (0.44 - low_2) + (0.44 - low_2) ** 2) ** 0.5
    found = [float(each) for each in paired_difference_interval(20, 12, 2, 16)]
    assert found == pytest.approx([0.2, 0.2 - below, 0.2 + above], abs=2e-5)


def test_pairs_that_never_differ_are_surer_than_two_groups() -> None:
    _, low, high = paired_difference_interval(30, 1, 1, 30)
    _, apart_low, apart_high = difference_interval(31, 62, 31, 62)
    assert apart_low < low < 0 < high < apart_high


def test_pairs_without_a_margin_have_no_correlation() -> None:
    paired, apart = paired_difference_interval(0, 20, 0, 0), difference_interval(20, 20, 0, 20)
    assert [float(each) for each in paired] == pytest.approx([float(each) for each in apart])
