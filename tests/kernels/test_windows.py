"""Counting dated events between two days: by hand, and against a plain loop."""

import numpy as np

from recoverynet.kernels.windows import events_between


def test_worked_by_hand() -> None:
    who, day = np.array([0, 0, 1, 0]), np.array([10.0, 12.0, 11.0, 12.0])
    person = np.array([0, 0, 0, 1, 1, 2])
    first = np.array([10.0, 11.0, 12.0, 11.0, 12.0, 0.0])
    last = np.array([12.0, 11.0, 12.0, 11.0, 20.0, 99.0])
    assert events_between(who, day, person, first, last).tolist() == [3, 0, 2, 1, 0, 0]


def test_missing_and_empty_windows_hold_nothing() -> None:
    who, day = np.array([0]), np.array([5.0])
    first, last = np.array([np.nan, 5.0, 6.0, 5.0]), np.array([9.0, np.nan, 4.0, 5.0])
    assert events_between(who, day, np.zeros(4, dtype=int), first, last).tolist() == [0, 0, 0, 1]
    assert events_between(who[:0], day[:0], np.zeros(4, dtype=int), first, last).tolist() == [0, 0, 0, 0]


def test_like_a_loop_and_indifferent_to_order() -> None:
    rng = np.random.default_rng(3)
    who, day = rng.integers(0, 8, 300), rng.integers(-40, 40, 300).astype(float)
    person = rng.integers(0, 10, 200)
    first = rng.integers(-60, 60, 200).astype(float)
    last = first + rng.integers(-2, 30, 200)
    counted = events_between(who, day, person, first, last)
    slow = [int(((who == p) & (day >= a) & (day <= b)).sum()) for p, a, b in zip(person, first, last, strict=True)]
    assert counted.tolist() == slow
    mixed = rng.permutation(300)
    np.testing.assert_array_equal(events_between(who[mixed], day[mixed], person, first, last), counted)
