"""p-values from rearrangements, worked by hand."""

import itertools

import numpy as np
import pytest

from recoverynet.kernels.significance import arrangements, n_arrangements, p_from_null, permutation_p, permuted, rearranged


def test_permutation_p_is_never_zero_and_counts_the_observed_one():
    assert permutation_p(0, 999) == 0.001
    assert permutation_p(999, 999) == 1.0


@pytest.mark.parametrize(("alternative", "expected"), [("greater", 2 / 5), ("less", 5 / 5), ("two-sided", 4 / 5)])
def test_p_from_null_by_hand(alternative, expected):
    # observed 3 against runs 1, 2, 3, 3... one run ties, none exceeds it
    assert p_from_null(3.0, np.array([1.0, 2.0, 3.0, 0.0]), alternative=alternative) == expected


def test_a_run_without_a_value_counts_as_extreme():
    assert p_from_null(3.0, np.array([1.0, np.nan, 0.0]), alternative="greater") == 2 / 4
    assert p_from_null(0.0, np.array([1.0, np.nan, 2.0]), alternative="less") == 2 / 4


def test_rounding_does_not_break_a_tie():
    assert p_from_null(0.3, np.array([0.1 + 0.2, 0.3 - 1e-16]), alternative="greater") == 1.0


def test_no_statistic_or_no_runs_gives_no_p():
    assert np.isnan(p_from_null(np.nan, np.array([1.0])))
    assert np.isnan(p_from_null(1.0, np.empty(0)))


def test_exact_p_has_the_number_of_arrangements_below():
    assert p_from_null(2.0, np.array([0.0, 1.0, 2.0]), alternative="greater", exact=True) == pytest.approx(1 / 3)


@pytest.mark.parametrize("values", [[0, 0, 1, 1, 1], [1.5, 2.5, 2.5, 3.5], [1], [2, 2, 2]])
def test_every_arrangement_comes_once(values):
    every = arrangements(np.array(values))
    expected = set(itertools.permutations(values))
    assert n_arrangements(np.array(values)) == len(every) == len(expected)
    assert {tuple(row) for row in every.tolist()} == expected


def test_few_arrangements_are_listed_and_many_are_drawn():
    rng = np.random.default_rng(1)
    blocks, exact = rearranged(np.array([1, 0, 0, 0]), 4, rng)
    assert exact and sum(len(block) for block in blocks) == 4
    blocks, exact = rearranged(np.array([1, 0, 0, 0]), 3, rng)
    assert not exact and sum(len(block) for block in blocks) == 3


def test_draws_do_not_depend_on_the_size_of_the_blocks():
    values = np.arange(40)
    small, large = (np.vstack(list(permuted(values, 50, np.random.default_rng(5), block=block))) for block in (7, 50))
    np.testing.assert_array_equal(small, large)
    assert (np.sort(small, axis=1) == values).all()
