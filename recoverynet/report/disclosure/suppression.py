"""Which figures of a table must be hidden so that no small count can be worked out from the others.

A table is taken as a reader sees it: whole numbers of people linked by sums (a row adds up to its total, a
stage of a funnel is its successor plus those who went no further). A hidden figure is safe only if the sums
leave it open; how far they leave it open is found by linear programming, which is what the best-equipped
reader would do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import linprog

from recoverynet.report.disclosure.linked import HidingRule

Relation = Literal["parts", "separate", "nested"]
TOTAL_COST, GRAND_TOTAL_COST = 1e7, 1e10


@dataclass(frozen=True)
class TableFigures:
    """Figures of one table and the sums a reader knows to hold among them.

    Attributes
    ----------
    values : int array (n_figures,)
        The printed figures row by row, margins included, then the unprinted ones that follow from them.
    equations : float array (n_equations, n_figures)
        ``equations @ values == 0``.
    printed : bool array (n_figures,)
        Whether the table prints the figure; differences between the stages of a funnel are not printed but
        follow.
    cost : float array (n_figures,)
        What is lost by hiding it: small for small cells, large for totals.
    shape : (int, int)
        Printed rows and columns, margins included.
    """

    values: np.ndarray
    equations: np.ndarray
    printed: np.ndarray
    cost: np.ndarray
    shape: tuple[int, int]


def link_figures(
    counts: np.ndarray, *, rows: Relation, columns: Relation, differences: Sequence[tuple[int, int]] = ()
) -> TableFigures:
    """Lay out a table with its margins and write down every sum a reader can form.

    Parameters
    ----------
    counts : int array (n_rows, n_columns)
    rows : {"parts", "separate", "nested"}
        Whether the rows add up to a total, are unrelated, or are stages, each counting some of those of the
        first row and, where it is not larger, some of those of the row above.
    columns : {"parts", "separate"}
        Whether the columns add up to a row's total.
    differences : sequence of (row, row)
        Rows whose difference counts people as well.

    Returns
    -------
    LinkedFigures
    """
    grid = np.asarray(counts, dtype=np.int64)
    n_rows, n_columns = grid.shape
    row_total, column_total = rows == "parts" and n_rows > 1, columns == "parts" and n_columns > 1
    if column_total:
        grid = np.column_stack([grid, grid.sum(axis=1)])
    if row_total:
        grid = np.vstack([grid, grid.sum(axis=0)])
    index = np.arange(grid.size).reshape(grid.shape)
    sums = [(line[-1], line[:-1]) for line in index] if column_total else []
    sums += [(line[-1], line[:-1]) for line in index.T] if row_total else []
    steps = _steps(index, grid, rows == "nested", differences)
    equations = np.zeros((len(sums) + len(steps), grid.size + len(steps)))
    for number, (total, parts) in enumerate(sums):
        equations[number, parts], equations[number, total] = 1.0, -1.0
    for number, (above, below) in enumerate(steps):
        equations[len(sums) + number, [above, below, grid.size + number]] = -1.0, 1.0, 1.0
    gaps = [grid.flat[above] - grid.flat[below] for above, below in steps]
    cost = grid + TOTAL_COST * (_is_last(grid.shape, 0, row_total) | _is_last(grid.shape, 1, column_total))
    cost = cost + GRAND_TOTAL_COST * (_is_last(grid.shape, 0, row_total) & _is_last(grid.shape, 1, column_total))
    if rows == "nested":
        cost[0] += TOTAL_COST
    return TableFigures(
        values=np.concatenate([grid.ravel(), np.asarray(gaps, dtype=np.int64)]),
        equations=equations,
        printed=np.arange(grid.size + len(steps)) < grid.size,
        cost=np.concatenate([cost.ravel(), np.zeros(len(steps))]),
        shape=grid.shape,
    )


def _steps(index: np.ndarray, grid: np.ndarray, nested: bool, differences: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pairs of figures, the larger first, whose difference counts people.

    In a funnel these are a stage and the one above it, and each stage and the first.
    """
    pairs = [(j, i) for i in range(1, len(grid)) for j in sorted({0, i - 1})] if nested else []
    oriented = pairs + [pair for one, other in differences for pair in ((one, other), (other, one))]
    found = []
    for column in range(grid.shape[1]):
        for above, below in oriented:
            gap = grid[above, column] - grid[below, column]
            if gap > 0 or (gap == 0 and above < below):
                found.append((index[above, column], index[below, column]))
    return found


def _is_last(shape: tuple[int, int], axis: int, wanted: bool) -> np.ndarray:
    """Mask of the last row or column, empty where it is no margin."""
    answer: np.ndarray = (np.indices(shape)[axis] == shape[axis] - 1) & wanted
    return answer


def table_figures_to_hide(linked: TableFigures, rule: HidingRule, *, forced: np.ndarray | None = None) -> np.ndarray:
    """Which printed figures must be hidden?

    Parameters
    ----------
    linked : LinkedFigures
    rule : HidingRule
    forced : bool array (n_figures,), optional
        Figures to hide in any case (a group too small to be described).

    Returns
    -------
    bool array (n_figures,)
        True for hidden figures; never for unprinted ones.

    Notes
    -----
    Small figures are hidden first, and where a total is small all its parts with it, zeros included:
    otherwise the number of parts that are not 0 would tell how small it is at least. While one of them can
    still be narrowed down (see :func:`is_safe`), the cheapest figure standing in a sum with it is hidden
    too. At the end every figure hidden for another's sake is printed again where all stay safe without it.
    This is a heuristic for the cell suppression problem: always safe, seldom minimal.

    References
    ----------
    Fischetti, M. and Salazar, J. J. (2001). Solving the cell suppression problem on tabular data with linear
    constraints. Management Science 47(7), 1008-1027. https://doi.org/10.1287/mnsc.47.7.1008.9805
    """
    small = rule.too_small(linked.values)
    forced = _with_parts_of_small_totals(linked, small, forced)
    hidden = linked.printed & (small | forced)
    waiting = set(np.flatnonzero(hidden | (small & ~linked.printed)).tolist())
    added: list[int] = []
    while waiting:
        # Margins first: while they are open to calculation, hiding cells under them is in vain.
        target = max(waiting, key=lambda index: (linked.cost[index], -index))
        choice = None if is_safe(linked, hidden, rule, target, forced) else _next_to_hide(linked, hidden, target)
        if choice is None:
            waiting.remove(target)
            continue
        hidden[choice] = True
        added.append(choice)
        waiting.add(choice)
    return _printed_again(linked, hidden, rule, forced, added)


def _with_parts_of_small_totals(linked: TableFigures, small: np.ndarray, forced: np.ndarray | None) -> np.ndarray:
    """The figures to hide in any case, the parts of every small or forced total added, margins first."""
    forced = np.zeros(len(linked.values), dtype=bool) if forced is None else forced & linked.printed
    sums = linked.equations[~(linked.equations[:, ~linked.printed] != 0).any(axis=1)]
    for _ in range(2):
        for line in sums:
            total, parts = line < 0, line > 0
            if (small | forced)[total].any():
                forced = forced | parts
    return forced


def _printed_again(linked: TableFigures, hidden: np.ndarray, rule: HidingRule, forced: np.ndarray, added: list[int]) -> np.ndarray:
    """Give back, dearest first, whatever was hidden for another's sake and turned out not to be needed."""
    small = rule.too_small(linked.values)
    for index in sorted(added, key=lambda i: -linked.cost[i]):
        trial = hidden.copy()
        trial[index] = False
        needed = np.flatnonzero(trial | (small & ~linked.printed)).tolist()
        if all(is_safe(linked, trial, rule, other, forced) for other in needed):
            hidden = trial
    return hidden


def _next_to_hide(linked: TableFigures, hidden: np.ndarray, target: int) -> int | None:
    """The cheapest printed figure near the target: in its least open sum, in any of its sums, or further off.

    Margins come last, unless it is a margin that has to be covered: readers often know them from elsewhere.
    """
    unknown = hidden | ~linked.printed
    open_ = ~unknown & (linked.values > 0)
    within = linked.equations != 0
    touching = within[:, target]
    others = np.where(touching & (within & open_).any(axis=1), (within & unknown).sum(axis=1), within.shape[1] + 1)
    lonely = touching & (others == others.min(initial=within.shape[1] + 1))
    chained = (within & unknown).any(axis=1)
    reach = [within[rows].any(axis=0) for rows in (lonely, touching, chained)] + [np.ones(len(hidden), dtype=bool)]
    level = TOTAL_COST if linked.cost[target] < TOTAL_COST else GRAND_TOTAL_COST
    cheap = linked.cost < level
    for candidates in [open_ & cheap & near for near in reach] + [open_ & near for near in reach]:
        if candidates.any():
            elsewhere = within & ~touching[:, None] & chained[:, None]
            cost = linked.cost * np.where(elsewhere.any(axis=0), 0.5, 1.0)
            return int(np.argmin(np.where(candidates, cost, np.inf)))
    return None


def is_safe(linked: TableFigures, hidden: np.ndarray, rule: HidingRule, index: int, forced: np.ndarray) -> bool:
    """Does a reader learn no more of a figure than that it is hidden?

    A small figure must be able to be anything from 1 to the largest hidden count; any hidden figure must be
    able to take at least that many values, and two at the very least. A zero that is hidden only as part of
    a small total may come out, for zeros are no secret; what it would give away is checked on the figures
    beside it.
    """
    if linked.values[index] == 0 and not rule.hide_zeros:
        return True
    low, high = possible_range(linked, hidden, rule, index, forced)
    if high - low < max(rule.largest_hidden - 1, 1):
        return False
    if not rule.too_small(linked.values[index : index + 1])[0]:
        return True
    return low <= (0 if rule.hide_zeros else 1) and high >= rule.largest_hidden


def possible_range(
    linked: TableFigures, hidden: np.ndarray, rule: HidingRule, index: int, forced: np.ndarray
) -> tuple[float, float]:
    """Smallest and largest value of one figure that fits everything printed."""
    low, high = _known_bounds(linked, hidden, rule, forced)
    free = high > low
    if not free[index]:
        return low[index], high[index]
    known = linked.equations[:, ~free] @ low[~free]
    rows = (linked.equations[:, free] != 0).any(axis=1)
    system, right = linked.equations[rows][:, free], -known[rows]
    target = np.zeros(int(free.sum()))
    target[int(free[:index].sum())] = 1.0
    ends = [_extreme(sign * target, system, right, low[free], high[free]) for sign in (1.0, -1.0)]
    return ends[0], -ends[1]


def _extreme(target: np.ndarray, system: np.ndarray, right: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    if not len(system):
        return float(np.where(target > 0, low, -high)[target != 0][0])
    answer = linprog(target, A_eq=system, b_eq=right, bounds=np.column_stack([low, high]), method="highs")
    return -np.inf if answer.status in (3, 4) else float(np.round(answer.fun, 6))


def _known_bounds(linked: TableFigures, hidden: np.ndarray, rule: HidingRule, forced: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a reader knows of each figure by itself: zeros are printed, so a hidden figure is 1 or more."""
    printed = rule.rounded(linked.values).astype(float)
    low = np.maximum(printed - rule.round_to // 2, 0.0)
    high = printed + (rule.round_to - 1) // 2
    low = np.where(printed > 0, np.maximum(low, rule.largest_hidden + 1), low)
    if rule.largest_hidden >= rule.round_to // 2:
        high = np.where(printed > 0, high, 0.0)
    least = np.where(forced | rule.hide_zeros, 0.0, 1.0)
    low, high = np.where(hidden, least, low), np.where(hidden, np.inf, high)
    return np.where(linked.printed, low, 0.0), np.where(linked.printed, high, np.inf)
