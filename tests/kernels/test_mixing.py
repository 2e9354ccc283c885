"""Ties within categories, by hand and at their two ends."""

import numpy as np
import pytest

from recoverynet.kernels.mixing import expected_within, within_beyond_chance

TABLE = np.array([[6, 2, 0], [1, 3, 0], [3, 5, 0]])


def test_expected_by_hand():
    # rows add up to 8, 4, 8; columns to 10, 10, 0; 20 ties in all
    assert expected_within(TABLE).tolist() == [4.0, 2.0, 0.0]
    assert np.isnan(expected_within(np.zeros((2, 2)))).all()


def test_ties_that_do_not_look_who_they_go_to_are_as_expected():
    independent = np.outer([2, 3, 5], [1, 4, 5])
    assert expected_within(independent) == pytest.approx(np.diag(independent))


def test_beyond_chance_by_hand():
    # 8 sent, 4 expected within: 6 within are half of the way from chance to all, 2 as far below it
    assert within_beyond_chance(np.array([6, 4, 8, 2]), np.full(4, 4.0), np.full(4, 8.0)).tolist() == [0.5, 0.0, 1.0, -0.5]


@pytest.mark.parametrize("sent", [0.0, 1.0, 1e9])
def test_no_answer_where_chance_leaves_nothing_outside(sent):
    assert np.isnan(within_beyond_chance(sent, sent * (1 - 1e-15), sent))
    assert within_beyond_chance(sent + 1.0, sent, sent + 1.0) == 1.0
