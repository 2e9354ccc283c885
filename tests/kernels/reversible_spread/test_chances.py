"""A month's move: its chances by counting luck, and the promise that more contacts never turn one move into another."""

import numpy as np
import pytest

from recoverynet.kernels.reversible_spread.chances import N_PURPOSES, next_state, unit

BASE = np.array([[0.60, 0.15, 0.15, 0.10], [0.20, 0.50, 0.05, 0.25], [0.10, 0.20, 0.65, 0.05], [0.05, 0.10, 0.00, 0.85]])
HOLDS = np.array([False, False, True, True])
LUCK = (np.arange(2000) + 0.5) / 2000


def shares(state: int, chance: float, base: np.ndarray = BASE) -> np.ndarray:
    went = [next_state(state, base, HOLDS, chance, luck) for luck in LUCK]
    return np.bincount(went, minlength=4) / len(LUCK)


@pytest.mark.parametrize("state", range(4))
def test_with_the_plain_chance_people_move_as_the_table_says(state):
    across = BASE[state, HOLDS[state] != HOLDS].sum()
    assert shares(state, across) == pytest.approx(BASE[state], abs=1e-3)


@pytest.mark.parametrize("state", range(4))
@pytest.mark.parametrize("chance", [0.0, 0.02, 0.4])
def test_the_chance_of_crossing_is_the_one_given_and_is_shared_out_as_before(state, chance):
    crossing, found = HOLDS[state] != HOLDS, shares(state, chance)
    assert found[crossing] == pytest.approx(chance * BASE[state, crossing] / BASE[state, crossing].sum(), abs=1e-3)
    others = ~crossing & (np.arange(4) != state)
    assert found[others] == pytest.approx(BASE[state, others], abs=1e-3)


def test_no_crossing_in_the_table_is_shared_out_evenly_and_none_takes_more_than_there_is():
    base = np.array([[0.7, 0.3, 0.0, 0.0], *BASE[1:].tolist()])
    assert shares(0, 0.2, base) == pytest.approx([0.5, 0.3, 0.1, 0.1], abs=1e-3)
    assert shares(0, 5.0, base) == pytest.approx([0.0, 0.3, 0.35, 0.35], abs=1e-3)
    assert shares(0, -1.0, base) == pytest.approx([0.7, 0.3, 0.0, 0.0], abs=1e-3)


def test_more_contacts_never_take_a_gain_away_nor_a_smaller_chance_add_a_loss():
    for low, high in [(0.05, 0.1), (0.1, 0.3)]:
        for luck in LUCK[::20]:
            fewer, more = (next_state(0, BASE, HOLDS, chance, luck) for chance in (low, high))
            assert HOLDS[more] or not HOLDS[fewer]
            rare, often = (next_state(2, BASE, HOLDS, chance, luck) for chance in (low, high))
            assert not HOLDS[often] or HOLDS[rare]
            assert rare == often or not HOLDS[often]  # moves within the norm stay as they were


def test_units_hang_on_each_of_the_five_and_are_even():
    seed, key = np.uint64(11), np.uint64(22)
    with np.errstate(over="ignore"):
        plain = unit(seed, key, 3, 4, 5)
        assert plain == unit(seed, key, 3, 4, 5)
        others = [
            unit(np.uint64(12), key, 3, 4, 5), unit(seed, np.uint64(23), 3, 4, 5), unit(seed, key, 4, 4, 5),
            unit(seed, key, 3, 5, 5), unit(seed, key, 3, 4, 6),
        ]  # fmt: skip
        assert len({plain, *others}) == 6
        drawn = np.array([unit(seed, key, month, purpose, 0) for month in range(125) for purpose in range(N_PURPOSES)])
    assert len(set(drawn.tolist())) == 2000  # no month's purpose meets another month's
    counts = np.histogram(drawn, bins=20, range=(0, 1))[0]
    assert ((counts - 100) ** 2 / 100).sum() < 43.8  # chi-squared of 19 degrees of freedom, p = .001
