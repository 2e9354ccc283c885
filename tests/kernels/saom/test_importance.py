"""Chances of a choice and how far two of them are apart, by hand; the whole is held by tests/models/saom/test_combinations.py."""

import numpy as np
import pytest
from scipy.special import softmax

from recoverynet.kernels.saom.importance import chances, distance


def chances_of(worth, count, without=None, weight=0.0):
    into = np.full(len(worth), 9.0)
    chances(np.array(worth, float), np.array(count, float), np.zeros(len(worth)) if without is None else without, weight, into)
    return into


def test_chances_are_those_of_a_softmax_over_people():
    worth, count = [0.3, -1.2, 2.0, -np.inf], [3, 1, 2, 4]
    people = np.repeat(np.arange(4), count)
    each = softmax(np.array(worth)[people])
    found = chances_of(worth, count)
    for option in range(4):
        np.testing.assert_allclose(found[option], each[people == option])
    without = np.array([1.0, -2.0, 0.5, 0.0])
    np.testing.assert_allclose(chances_of(worth, count, without, 0.7), chances_of(np.array(worth) - 0.7 * without, count))


@pytest.mark.parametrize("worth", [[900.0, 901.0], [-900.0, -901.0, 0.0]])
def test_large_worths_do_not_overflow(worth):
    np.testing.assert_allclose(chances_of(worth, np.ones(len(worth))), softmax(worth))


def test_distance_counts_an_option_once_for_each_person():
    first, second = np.array([0.2, 0.1, 0.5]), np.array([0.1, 0.3, 0.3])
    assert distance(first, second, np.array([3.0, 1.0, 1.0])) == pytest.approx(3 * 0.1 + 0.2 + 0.2)
