"""Whom a rule comes to and where somebody may go: each bar by itself, orders by counting, shares by reckoning all ways."""

import numpy as np
import pytest

from recoverynet.kernels.reversible_spread.chances import CHOOSE, PLACE, SURVEY, unit
from recoverynet.kernels.reversible_spread.choosing import (
    DEGREE,
    ISOLATED,
    RANDOM,
    SURVEYED,
    may_go,
    nominated,
    place_for,
    wish,
)  # fmt: skip

SEED, KEYS = np.uint64(9), np.arange(40, 52, dtype=np.uint64)
CONTACTS = [[1, 2, 3], [0], [0, 3], [0, 2], [], [6], [5], [8, 9, 10, 11], [7], [7], [7], [7]]
INDPTR = np.cumsum([0, *map(len, CONTACTS)])
INDICES = np.array(sum(CONTACTS, []))
NOBODY = np.zeros((0, 2), np.int64)


@pytest.fixture(autouse=True)
def _hashes_overflow():
    with np.errstate(over="ignore"):
        yield


def a_town():
    """Three people and two groups where everything goes: who is where, who may, how many are there, room, who is kept apart."""
    return {
        "active": np.zeros((3, 2), bool),
        "allowed": np.ones((3, 2), bool),
        "going": np.array([1, 2]),
        "room": np.array([2, 9]),
        "apart": NOBODY,
    }


@pytest.mark.parametrize(
    ("bar", "opens"),
    [
        ({}, True),
        ({"allowed": np.array([[0, 1], [1, 1], [1, 1]], bool)}, False),
        ({"allowed": np.array([[1, 0], [0, 0], [0, 0]], bool)}, True),
        ({"active": np.array([[1, 0], [0, 0], [0, 0]], bool)}, False),
        ({"active": np.array([[0, 1], [1, 0], [1, 0]], bool)}, True),
        ({"going": np.array([2, 2])}, False),
        ({"room": np.array([-1, 9]), "going": np.array([0, 2])}, False),
        ({"room": np.array([0, 9]), "going": np.array([0, 2])}, False),
        ({"room": np.array([2, 0])}, True),
    ],
)
def test_one_bar_keeps_somebody_out_and_bars_elsewhere_do_not(bar, opens):
    assert may_go(0, 0, **{**a_town(), **bar}) == opens


@pytest.mark.parametrize(
    ("pairs", "there", "opens"),
    [
        ([(1, 2), (0, 2)], 2, False),  # the second pair counts as the first
        ([(0, 2)], 1, True),
        ([(1, 2)], 2, True),
        ([(2, 0)], 2, True),  # of (person, other): the other way round is about the other
    ],
)
def test_people_kept_apart_are_not_brought_together(pairs, there, opens):
    town = {**a_town(), "apart": np.array(pairs)}
    town["active"][there, 0] = True
    assert may_go(0, 0, **town) == opens
    assert may_go(0, 1, **town)


def placed(wanted, month, near=(0.0, 0.0, 0.0), allowed=(True, True, True), room=(9, 9, 9)):
    none = np.zeros((1, 3), bool)
    return place_for(
        0, wanted, SEED, KEYS[0], month, none, np.array([allowed]), np.array([near]), np.zeros(3, np.int64), np.array(room), NOBODY
    )


def test_the_group_wanted_or_none():
    assert {placed(0, month) for month in range(9)} == {0} and placed(1, 1) == 1
    assert placed(1, 1, room=(9, 0, 9)) == -1
    assert placed(-1, 1, allowed=(False, False, False)) == -1


def test_groups_of_the_area_come_first_and_chance_decides_among_equals():
    luck = np.array([[unit(SEED, KEYS[0], month, PLACE, group) for group in range(3)] for month in range(60)])
    assert [placed(-1, month) for month in range(60)] == luck.argmax(axis=1).tolist()
    assert set(luck.argmax(axis=1)) == {0, 1, 2}
    near = [placed(-1, month, near=(0.0, 1.0, 1.0)) for month in range(60)]
    assert near == (1 + luck[:, 1:].argmax(axis=1)).tolist()
    assert all(placed(-1, month, near=(0.0, 1.0, 0.0), room=(9, 0, 9)) in (0, 2) for month in range(9))
    assert placed(-1, 1, near=(0.0, 1.0, 0.0), room=(9, 0, 9)) >= 0


def wishes(rule, seed=SEED, month=3, slot=2):
    return np.array([wish(rule, who, seed, KEYS[who], month, slot, INDPTR, INDICES, KEYS) for who in range(12)])


def test_each_rule_looks_at_contacts_its_own_way_with_chance_below_one_contact():
    n_ties = np.diff(INDPTR)
    luck = np.array([unit(SEED, key, 3, CHOOSE, 2) for key in KEYS])
    np.testing.assert_array_equal(wishes(RANDOM), luck)
    np.testing.assert_allclose(wishes(DEGREE), n_ties + luck)
    np.testing.assert_allclose(wishes(ISOLATED), luck - n_ties)
    for seed in range(30):
        asked = np.array([unit(np.uint64(seed), key, 0, SURVEY, 0) < 0.2 for key in KEYS])
        seen = [sum(asked[who] or asked[other] for other in CONTACTS[who]) for who in range(12)]
        np.testing.assert_array_equal(np.floor(wishes(SURVEYED, np.uint64(seed))), seen)


def test_one_in_five_is_asked_by_a_survey():
    """Those tied to one another, once each: somebody is seen where either of the two was asked, 1 − 0.8² of pairs."""
    pairs = 4000
    keys = np.arange(2 * pairs, dtype=np.uint64)
    indptr, indices = np.arange(2 * pairs + 1), np.arange(2 * pairs) ^ 1
    seen = np.mean([wish(SURVEYED, 2 * k, SEED, keys[2 * k], 1, 0, indptr, indices, keys) >= 1 for k in range(pairs)])
    assert seen == pytest.approx(0.36, abs=4 * np.sqrt(0.36 * 0.64 / pairs))


def test_nominations_come_to_contacts_of_people_asked_at_random():
    """Somebody asked at random of twelve names one of their contacts; who is not free is passed over, and another is asked."""
    free = np.array([1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1], bool)
    chances = np.zeros(12)
    for contacts in CONTACTS:
        for other in contacts:
            chances[other] += free[other] / 12 / len(contacts)
    chances /= chances.sum()
    times = 3000
    counts = np.bincount([nominated(SEED, 1, slot, free, INDPTR, INDICES) for slot in range(times)], minlength=12)
    assert not counts[[2, 4, 8]].any()
    some = chances > 0
    assert ((counts - times * chances)[some] ** 2 / (times * chances[some])).sum() < 26.1  # chi-squared, 8 df, p = .001


def test_nobody_is_named_where_nobody_is_free_or_tied():
    alone = np.zeros(5, np.int64), np.zeros(0, np.int64)
    assert nominated(SEED, 1, 0, np.zeros(12, bool), INDPTR, INDICES) == -1
    assert nominated(SEED, 1, 0, np.ones(4, bool), *alone) == -1
