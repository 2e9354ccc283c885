"""SplitMix64 against the numbers its authors' program prints, and what is made of its bits."""

import numpy as np
import pytest

from recoverynet.kernels.random_bits import bits_below, next_bits, next_unit, seeds_of


def test_published_numbers():
    # the first five of seed 1234567, as they stand in many implementations
    state = np.array([1234567], np.uint64)
    with np.errstate(over="ignore"):
        drawn = [int(next_bits(state)) for _ in range(5)]
    assert drawn == [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]


@pytest.mark.parametrize("limit", [1, 2, 3, 1000, 2**31])
def test_below_takes_the_lower_half_and_keeps_its_order(limit):
    assert bits_below(np.uint64(0), limit) == 0
    assert bits_below(np.uint64(0xFFFFFFFF), limit) == limit - 1
    assert bits_below(np.uint64(0x80000000), limit) == limit // 2
    assert bits_below(np.uint64(0xFFFFFFFF00000000), limit) == 0  # the upper half does not count


def test_units_are_even_and_reach_neither_end():
    state = np.array([5], np.uint64)
    with np.errstate(over="ignore"):
        again = state.copy()
        drawn = np.array([next_unit(state) for _ in range(4000)])
        assert drawn[0] == pytest.approx(int(next_bits(again)) / 2**64)
    assert drawn.min() > 0 and drawn.max() < 1
    counts = np.histogram(drawn, bins=20, range=(0, 1))[0]
    assert ((counts - 200) ** 2 / 200).sum() < 43.8  # chi-squared of 19 degrees of freedom, p = .001


def test_one_seed_a_run():
    seeds = seeds_of(np.random.default_rng(1), 50)
    assert seeds.dtype == np.uint64 and len(set(seeds.tolist())) == 50
    assert seeds_of(np.random.default_rng(1), 3).tolist() == seeds[:3].tolist()
