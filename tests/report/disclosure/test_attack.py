"""The attack against trying every world: whole numbers that fit, how near their goals they come, and what it takes to be known."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import sparse

from recoverynet.report.disclosure import attack
from recoverynet.report.disclosure.attack import Attacker, Part, parts_of, pushed, tightened
from recoverynet.report.disclosure.linked import INNER, HidingRule, LinkedFigures
from recoverynet.report.disclosure.possible import Worlds

NDTMS, SMALL = HidingRule(4), HidingRule(2)


def random_part(seed: int) -> tuple[Part, np.ndarray, np.ndarray]:
    """Four figures of 0 to 6 under two sums that some world fits."""
    rng = np.random.default_rng(seed)
    truth, rows = rng.integers(0, 7, 4), rng.integers(-1, 2, (2, 4)).astype(float)
    rows[0] = [1, 1, 0, -1]
    slack = rng.integers(0, 2, 2)
    part = Part(np.arange(4), sparse.csr_array(rows), rows @ truth - slack, rows @ truth + slack)
    return part, np.zeros(4), np.full(4, 6.0)


def every_world(part: Part, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    ranges = [range(int(a), int(b) + 1) for a, b in zip(low, high, strict=True)]
    worlds = np.array(list(product(*ranges)))
    sums = worlds @ part.dense.T
    return worlds[((part.low <= sums) & (sums <= part.high)).all(axis=1)]


@pytest.mark.parametrize("upwards", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_one_figure_is_pushed_as_far_as_any_world_goes(seed: int, upwards: bool) -> None:
    part, low, high = random_part(seed)
    worlds = every_world(part, low, high)
    for place in range(4):
        goal = 5.0 if upwards else 1.0
        world = pushed(part, low, high, np.array([place]), np.array([goal]), upwards)
        assert world is not None and (worlds == world).all(axis=1).any(), "it fits"
        best = min(worlds[:, place].max(), goal) if upwards else max(worlds[:, place].min(), goal)
        assert (min(world[place], goal) if upwards else max(world[place], goal)) == best


@pytest.mark.parametrize("hide_zeros", [True, False])
@pytest.mark.parametrize("upwards", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_with_a_cause_one_of_those_that_may_be_is_small(seed: int, upwards: bool, hide_zeros: bool) -> None:
    part, low, high = random_part(seed)
    rule = HidingRule(2, hide_zeros=hide_zeros)
    for cause in ([True, True, False, False], [False, True, True, True]):
        mask = np.array(cause)
        worlds = every_world(part, low, high)
        worlds = worlds[rule.too_small(worlds[:, mask]).any(axis=1)]
        for place in range(4):
            goal = 6.0 if upwards else 0.0
            world = pushed(part, low, high, np.array([place]), np.array([goal]), upwards, cause=mask, rule=rule)
            assert (world is None) == (len(worlds) == 0)
            if world is not None:
                assert (worlds == world).all(axis=1).any()
                assert world[place] == (worlds[:, place].max() if upwards else worlds[:, place].min())
    assert pushed(part, low, high, np.array([0]), np.array([0.0]), False, cause=np.zeros(4, dtype=bool), rule=rule) is None


@pytest.mark.parametrize("seed", range(10))
def test_limits_read_off_single_relations_leave_every_world_in(seed: int) -> None:
    part, low, high = random_part(seed)
    worlds = every_world(part, low, high)
    below, above = tightened(part, low, high)
    assert (below <= worlds.min(axis=0)).all() and (worlds.max(axis=0) <= above).all()
    assert (below >= low).all() and (above <= high).all()


def test_limits_of_one_sum_by_hand() -> None:
    """Two of 1 or more that add up to 5 are 1 to 4, of three with one of 3 at least the others are 1."""
    part = Part(np.arange(2), sparse.csr_array(np.array([[1.0, 1]])), np.array([5.0]), np.array([5.0]))
    low, high = tightened(part, np.ones(2), np.full(2, np.inf))
    assert low.tolist() == [1, 1] and high.tolist() == [4, 4]
    part = Part(np.arange(3), sparse.csr_array(np.array([[1.0, 1, 1]])), np.array([5.0]), np.array([5.0]))
    low, high = tightened(part, np.array([1.0, 1, 3]), np.full(3, np.inf))
    assert high.tolist() == [1, 1, 3]


def sums(values: list[int], lines: list[tuple[int, list[int]]], **more: object) -> LinkedFigures:
    n = len(values)
    equations = np.zeros((len(lines), n))
    for number, (total, parts) in enumerate(lines):
        equations[number, parts], equations[number, total] = 1.0, -1.0
    yes = np.ones(n, dtype=bool)
    whole = tuple((total, np.array(parts)) for total, parts in lines)
    return LinkedFigures(
        np.array(values), yes, yes, np.full(n, INNER), sparse.csr_array(equations), np.zeros(len(lines), dtype=int), whole, **more
    )  # type: ignore[arg-type]


def attacked(linked: LinkedFigures, hidden: list[int], rule: HidingRule = NDTMS, **more: object) -> Attacker:
    mask = np.zeros(len(linked.values), dtype=bool)
    mask[hidden] = True
    return Attacker(linked, rule, mask, **more)  # type: ignore[arg-type]


def test_a_star_alone_under_its_total_is_known() -> None:
    found = attacked(sums([3, 20, 23], [(2, [0, 1])]), [0]).attack()
    assert (found.low[0], found.high[0]) == (3, 3) and found.safe.tolist() == [False, True, True]


def test_two_stars_that_add_up_to_twelve_cover_each_other() -> None:
    """3 and 9: the first may be 1 to 11, so each may be small or not, and neither is told to be large."""
    found = attacked(sums([3, 9, 20, 32], [(3, [0, 1, 2])]), [0, 1]).attack()
    assert found.safe.all() and not found.large.any()
    assert found.low[0] <= 1 and found.high[0] >= 5


def test_a_star_that_cannot_be_every_small_count_is_told_to_be_large() -> None:
    """3 and 7 of ten, of which somebody knows that the second is 3 or more: 1 and 2 are not among what it may be."""
    known = {"known_low": np.array([0.0, 3, 0, 0])}
    found = attacked(sums([3, 7, 20, 30], [(3, [0, 1, 2])], **known), [0, 1]).attack()
    assert found.large.tolist() == [False, True, False, False]
    naive = attacked(sums([3, 7, 20, 30], [(3, [0, 1, 2])], **known), [0, 1], knows_algorithm=False).attack()
    assert not naive.large.any()


def test_one_of_the_stars_is_small_and_whoever_knows_that_knows_more() -> None:
    """11 and 4 of fifteen: without a small one among them nothing would have been hidden, so 5 to 10 are out for both."""
    linked = sums([4, 11, 20, 35], [(3, [0, 1, 2])])
    attacker = attacked(linked, [0, 1])
    (part,) = parts_of(linked, *linked.limits(NDTMS, attacker.hidden), attacker.hidden)
    worlds = every_world(part, np.ones(2), np.full(2, 15.0))
    assert len(worlds) == 14 and NDTMS.too_small(worlds).any(axis=1).sum() == 8
    assert attacker.attack().safe.all()


def test_figures_that_have_nothing_to_do_with_each_other_are_looked_at_apart() -> None:
    linked = sums([3, 9, 12, 4, 8, 12, 50], [(2, [0, 1]), (5, [3, 4])])
    hidden = np.array([True, True, False, True, True, False, False])
    low, high = linked.limits(NDTMS, hidden)
    assert [part.columns.tolist() for part in parts_of(linked, low, high, hidden)] == [[0, 1], [3, 4]]
    wanted = np.array([False] * 3 + [True] + [False] * 3)
    assert [part.columns.tolist() for part in parts_of(linked, low, high, wanted)] == [[3, 4]]
    (part,) = parts_of(linked, low, high, wanted)
    assert part.dense.tolist() == [[1, 1]] and part.low.tolist() == part.high.tolist() == [12]


def test_worlds_are_kept_while_they_fit() -> None:
    worlds = Worlds([np.array([1, 5]), np.array([3, 3])])
    assert worlds.fitting(np.array([0, 4]), np.array([9, 9])).tolist() == [[1, 5]]
    worlds.rows.append(np.array([0, 6]))
    assert worlds.fitting(np.array([0, 4]), np.array([9, 9])).tolist() == [[1, 5], [0, 6]]
    assert [row.tolist() for row in worlds.of(np.array([1])).rows] == [[5], [3], [6]]
    assert Worlds().fitting(np.zeros(2), np.ones(2)).shape == (0, 2)
    joined = Worlds()
    joined.join(np.array([7, 8, 9]), [(np.array([0]), [np.array([1]), np.array([2])]), (np.array([2]), [np.array([5])])])
    assert [row.tolist() for row in joined.rows] == [[1, 8, 5], [2, 8, 9]]


def test_a_part_that_stays_as_it_is_is_not_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hiding more in one table asks nothing again of another; another rule, or another limit there, does."""
    lines = [(2, [0, 1]), (6, [3, 4, 5])]
    linked = sums([3, 9, 12, 4, 8, 11, 23, 50], lines)
    asked: list[list[int]] = []
    plain = attack.pushed

    def told(part: Part, *given: object, **more: object) -> np.ndarray | None:
        asked.append(part.columns.tolist())
        return plain(part, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(attack, "pushed", told)
    worlds = Worlds()
    first = attacked(linked, [0, 1, 3, 4], worlds=worlds).attack()
    assert [0, 1] in asked and [3, 4] in asked
    asked.clear()
    more = attacked(linked, [0, 1, 3, 4, 5], worlds=worlds).attack()
    assert asked and [0, 1] not in asked
    assert (more.low[:2] == first.low[:2]).all() and (more.high[:2] == first.high[:2]).all()
    for changed in (
        {"rule": SMALL},
        {"linked": sums([3, 9, 12, 4, 8, 11, 23, 50], lines, known_high=np.array([4.0] + [np.inf] * 7))},
    ):
        asked.clear()
        given = {"linked": linked, "rule": NDTMS} | changed
        again = attacked(given["linked"], [0, 1, 3, 4, 5], given["rule"], worlds=worlds).attack()
        alone = attacked(given["linked"], [0, 1, 3, 4, 5], given["rule"]).attack()
        assert (again.safe == alone.safe).all() and (again.large == alone.large).all()
        assert (again.low[:2] == alone.low[:2]).all() and (again.high[:2] == alone.high[:2]).all()
