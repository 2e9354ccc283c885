"""What a reader knows of each figure by itself: rounding against trying every count, lines of totals by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from recoverynet.report.disclosure.linked import HidingRule, LinkedFigures

RULES = [HidingRule(*given) for given in [(0,), (4,), (7, 5), (9, 10), (2, 5), (2, 7), (1, 4), (4, 1, True), (7, 5, True)]]
COUNTS = np.arange(60)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_small_counts_are_those_from_one_to_the_largest_hidden(rule: HidingRule) -> None:
    small = COUNTS[rule.too_small(COUNTS)].tolist()
    assert small == list(range(0 if rule.hide_zeros else 1, rule.largest_hidden + 1))


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_printed_figure_may_be_any_count_printed_alike(rule: HidingRule) -> None:
    low, high = rule.told(COUNTS)
    printed = rule.rounded(COUNTS)
    shown = ~rule.too_small(COUNTS) | (COUNTS == 0)
    assert (np.abs(printed - COUNTS) * 2 <= rule.round_to).all() and (printed % rule.round_to == 0).all()
    for count in COUNTS[shown & (COUNTS < 50)]:
        alike = COUNTS[shown & (printed == printed[count])]
        assert (low[count], high[count]) == (alike.min(), alike.max())


def figures(values: list[int], lines: list[tuple[int, list[int]]], **more: object) -> LinkedFigures:
    n = len(values)
    whole = tuple((total, np.array(parts)) for total, parts in lines)
    return LinkedFigures(
        np.array(values), np.ones(n, dtype=bool), np.ones(n, dtype=bool), np.zeros(n, dtype=int), sparse.csr_array((0, n)),
        np.zeros(0, dtype=int), whole, **more,
    )  # fmt: skip


RULE = HidingRule(4)
FIVE = [(4, [0, 1, 2, 3])]  # four parts and their total


def test_a_star_is_one_or_more_and_what_is_printed_is_itself() -> None:
    low, high = figures([3, 20, 30, 0, 53], FIVE).limits(RULE, np.array([True, True, False, False, False]))
    assert low.tolist() == [1, 1, 30, 0, 53] and high.tolist() == [np.inf, np.inf, 30, 0, 53]


def test_where_a_whole_line_is_hidden_zeros_are_hidden_with_it() -> None:
    low, _ = figures([1, 0, 2, 0, 3], FIVE).limits(RULE, np.ones(5, dtype=bool))
    assert low.tolist() == [0, 0, 0, 0, 1]


def test_a_hidden_total_with_a_printed_part_is_not_small() -> None:
    linked, hidden = figures([3, 20, 30, 0, 53], FIVE), np.array([True, True, True, False, True])
    assert linked.not_small(RULE, hidden).tolist() == [0, 0, 0, 0, 5]
    assert linked.limits(RULE, hidden)[0].tolist() == [1, 1, 1, 0, 5]
    assert linked.not_small(RULE, np.ones(5, dtype=bool)).tolist() == [0] * 5, "the whole line is hidden"
    assert linked.not_small(RULE, np.array([True, False, False, False, False])).tolist() == [0] * 5, "the total is printed"


def test_what_is_known_otherwise_narrows_and_what_is_forced_may_be_nobody() -> None:
    known = {"known_low": np.array([2.0, 0, 0, 0, 0]), "known_high": np.array([9.0, np.inf, 25, np.inf, np.inf])}
    forced = np.array([False, True, False, False, False])
    linked = figures([3, 20, 30, 0, 53], FIVE, forced=forced, **known)
    low, high = linked.limits(RULE, np.array([True, True, True, False, False]))
    assert low.tolist() == [2, 0, 1, 0, 53] and high.tolist() == [9, np.inf, 25, 0, 53]
    large = np.array([True, False, False, False, False])
    assert linked.limits(RULE, np.array([True, True, True, False, False]), large)[0][0] == 5


def test_a_figure_that_is_not_printed_is_anything_until_it_is_hidden() -> None:
    linked = figures([3, 20], [])
    object.__setattr__(linked, "printed", np.array([False, True]))
    low, high = linked.limits(RULE, np.array([False, False]))
    assert low.tolist() == [0, 20] and high.tolist() == [np.inf, 20]
    assert linked.limits(RULE, np.array([True, False]))[0].tolist() == [1, 20]


def test_parts_of_a_total_printed_as_nobody_are_surely_nobody() -> None:
    lines = [(4, [0, 1]), (5, [2, 3]), (6, [4, 5])]
    linked = figures([0, 0, 2, 1, 0, 3, 3], lines)
    kept = linked.without_sure_zeros(np.zeros(7, dtype=bool)).lines
    assert [(total, parts.tolist()) for total, parts in kept] == [(5, [2, 3]), (6, [4, 5])]
    hidden_total = np.array([False] * 4 + [True] + [False] * 2)
    assert [total for total, _ in linked.without_sure_zeros(hidden_total).lines] == [4, 5, 6]


def test_some_figures_alone_keep_what_is_known_and_the_lines_among_them() -> None:
    linked = figures([1, 2, 3, 4, 10], [(4, [0, 1, 2, 3]), (2, [0, 1])], known_low=np.array([1.0, 0, 0, 0, 0]))
    columns = np.array([0, 1, 2])
    rows, ends = sparse.csr_array(np.array([[1.0, 1.0, -1.0]])), (np.array([0.0]), np.array([0.0]))
    alone = linked.restricted(columns, rows, *ends, np.array([0.0, 2.0, 3.0]))
    assert alone.values.tolist() == [1, 2, 3] and alone.known_low.tolist() == [1, 2, 3]
    assert [(total, parts.tolist()) for total, parts in alone.lines] == [(2, [0, 1])]
    assert alone.bounds.toarray().tolist() == [[1, 1, -1]] and alone.equations.shape == (0, 3)


def test_small_figures_count_people() -> None:
    linked = figures([3, 3, 5, 0], [])
    object.__setattr__(linked, "people", np.array([True, False, True, True]))
    assert linked.small(RULE).tolist() == [True, False, False, False]
