"""Figures of all tables together: nothing stays open, nothing is hidden in vain, and cells go before totals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from recoverynet.report.disclosure.attack import Attacker
from recoverynet.report.disclosure.hiding import figures_to_hide, hidden_first
from recoverynet.report.disclosure.linked import INNER, MARGIN, WHOLE, HidingRule, LinkedFigures

NDTMS, NHS = HidingRule(4), HidingRule(7, round_to=5)


def two_way(grid: list[list[int]], **more: object) -> LinkedFigures:
    """A table with the totals of its rows and columns, all printed."""
    cells = np.array(grid)
    cells = np.column_stack([cells, cells.sum(axis=1)])
    cells = np.vstack([cells, cells.sum(axis=0)])
    index = np.arange(cells.size).reshape(cells.shape)
    lines = [*index, *index.T]
    equations = np.zeros((len(lines), cells.size))
    for number, line in enumerate(lines):
        equations[number, line[:-1]], equations[number, line[-1]] = 1.0, -1.0
    level = np.full(cells.shape, INNER)
    level[-1] = level[:, -1] = MARGIN
    level[-1, -1] = WHOLE
    yes = np.ones(cells.size, dtype=bool)
    return LinkedFigures(
        cells.ravel(), yes, yes, level.ravel(), sparse.csr_array(equations), np.zeros(len(lines), dtype=int),
        tuple((int(line[-1]), line[:-1]) for line in lines), **more,
    )  # fmt: skip


def is_open(linked: LinkedFigures, hidden: np.ndarray, rule: HidingRule) -> bool:
    return not Attacker(linked, rule, hidden).attack().safe.all()


@pytest.mark.parametrize("rule", [NDTMS, NHS, HidingRule(4, hide_zeros=True)], ids=["ndtms", "nhs", "zeros too"])
def test_random_tables_stay_closed_and_hide_nothing_in_vain(rule: HidingRule) -> None:
    rng = np.random.default_rng(11)
    extra = 0
    for _ in range(12):
        linked = two_way(rng.integers(0, 30, rng.integers(2, 5, 2)).tolist())
        hidden, first = figures_to_hide(linked, rule), hidden_first(linked, rule)
        assert hidden[first].all() and not is_open(linked, hidden, rule)
        for place in np.flatnonzero(hidden & ~first):
            trial = hidden.copy()
            trial[place] = False
            whole_lines = all(trial[parts].all() for total, parts in linked.lines if first[total])
            assert not whole_lines or is_open(linked, trial, rule), f"figure {place} of {linked.values.tolist()} could be printed"
            extra += 1
    assert extra >= 12


def test_a_small_cell_among_large_ones_takes_three_cells_and_no_total() -> None:
    linked = two_way([[3, 31, 40], [28, 35, 44], [39, 47, 52]])
    hidden = figures_to_hide(linked, NDTMS)
    assert hidden.sum() == 4 and hidden[0] and (linked.level[hidden] == INNER).all()


def test_of_one_row_a_cell_is_hidden_before_its_total() -> None:
    linked = two_way([[3, 31, 40]])
    only = LinkedFigures(
        linked.values[:4], linked.printed[:4], linked.people[:4], np.array([INNER, INNER, INNER, MARGIN]),
        linked.equations[[0]][:, :4], np.zeros(1, dtype=int), linked.lines[:1],
    )  # fmt: skip
    hidden = figures_to_hide(only, NDTMS)
    assert hidden.sum() == 2 and hidden[0] and not hidden[3]


def test_what_is_shown_already_stays_and_what_was_hidden_stays_hidden() -> None:
    grid, n = [[3, 31, 40], [28, 35, 44], [39, 47, 52]], 16
    kept, before = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    kept[[5, 6]], before[10] = True, True
    hidden = figures_to_hide(two_way(grid, kept=kept, before=before), NDTMS)
    assert hidden[0] and hidden[10] and not hidden[[5, 6]].any()


def test_every_part_of_a_small_total_is_hidden_first_however_deep() -> None:
    linked = two_way([[1, 0], [0, 1]])
    assert hidden_first(linked, NDTMS).all()
    linked = two_way([[2, 0], [30, 40]])
    assert hidden_first(linked, NDTMS).reshape(3, 3).tolist() == [[True, True, True], [False] * 3, [False] * 3]
    forced = np.zeros(9, dtype=bool)
    forced[8] = True
    assert hidden_first(two_way([[20, 30], [30, 40]], forced=forced), NDTMS).all(), (
        "the whole takes its margins, and they their cells"
    )


def test_of_several_tries_the_one_that_hides_least_is_kept() -> None:
    linked = two_way(np.random.default_rng(5).integers(0, 30, (4, 4)).tolist())

    def lost(tries: int) -> int:
        return int(figures_to_hide(linked, NDTMS, tries=tries).sum())

    assert lost(4) <= lost(1)
