"""What is hidden stays hidden: tables on which a slightly weaker rule gave figures away, and what each part of it is for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, milp

from recoverynet.report.disclosure.suppression import HidingRule, TableFigures, link_figures, possible_range, table_figures_to_hide

NDTMS, NHS, TENS = HidingRule(4), HidingRule(7, round_to=5), HidingRule(9, round_to=10)


def values_printed_alike(value: int, rule: HidingRule) -> list[int]:
    """Every count a reader may think of who sees one printed: all that are printed the same and are not hidden."""
    counts = np.arange(value + 2 * rule.round_to + 1)
    alike = rule.rounded(counts) == rule.rounded(np.array([value]))[0]
    return counts[alike & ~rule.too_small(counts)].tolist()


def worked_out(linked: TableFigures, hidden: np.ndarray, rule: HidingRule, forced: np.ndarray) -> dict[int, tuple[float, float]]:
    """The least and the most each hidden figure may be, in whole people, to one who knows the sums and sees what is printed."""
    low = np.where(hidden & ~forced & (not rule.hide_zeros), 1.0, 0.0)
    high = np.full(len(hidden), np.inf)
    for place in np.flatnonzero(linked.printed & ~hidden):
        possible = values_printed_alike(int(linked.values[place]), rule)
        low[place], high[place] = possible[0], possible[-1]
    sums = LinearConstraint(linked.equations, 0, 0)
    found = {}
    for place in np.flatnonzero(hidden):
        aim, ends = np.zeros(len(hidden)), []
        for sign in (1.0, -1.0):
            aim[place] = sign
            answer = milp(aim, constraints=sums, bounds=(low, high), integrality=np.ones(len(hidden)))
            ends.append(sign * round(answer.fun) if answer.status == 0 else -sign * np.inf)
        found[int(place)] = (ends[0], ends[1])
    return found


def hidden_in(grid: list[list[int]], rule: HidingRule, hide_row: int | None = None) -> tuple[TableFigures, np.ndarray, np.ndarray]:
    """A table whose rows and columns add up, what is hidden of it, and what had to be hidden whatever its size."""
    linked = link_figures(np.array(grid), rows="parts", columns="parts")
    forced = np.zeros(linked.shape, dtype=bool)
    if hide_row is not None:
        forced[hide_row] = True
    return linked, table_figures_to_hide(linked, rule, forced=forced.ravel()), forced.ravel()


FOUND = [
    # The reader of these rounded tables knows that a printed 10 is 10 to 14, not 5 to 14, for 1 to 9 would have been hidden.
    pytest.param([[10, 1, 12], [4, 5, 15], [8, 13, 3], [12, 15, 1]], TENS, None, id="tens: a printed 10 is 10 at least"),
    # With the first row hidden, 20 and 8 must not come out as 16 to 21: too narrow, though neither is small.
    pytest.param([[20, 8], [8, 16]], NHS, 0, id="nhs: a figure hidden with its row"),
    pytest.param([[12, 14, 20], [19, 0, 6], [0, 0, 15]], NHS, 0, id="nhs: a figure over printed zeros"),
    pytest.param([[9, 0], [0, 30]], NHS, 0, id="nhs: a figure that is its column"),
]


@pytest.mark.parametrize(("grid", "rule", "hide_row"), FOUND)
def test_tables_an_attacker_found_stay_closed(grid: list[list[int]], rule: HidingRule, hide_row: int | None) -> None:
    linked, hidden, forced = hidden_in(grid, rule, hide_row)
    for place, (low, high) in worked_out(linked, hidden, rule, forced).items():
        value = linked.values[place]
        assert low <= value <= high
        if value:
            assert high - low >= rule.largest_hidden - 1, f"figure {place} ({value}) is narrowed to {low} to {high}"
        if rule.too_small(linked.values)[place]:
            assert low <= 1 and high >= rule.largest_hidden, f"figure {place} ({value}) is narrowed to {low} to {high}"


@pytest.mark.parametrize("rule", [NDTMS, NHS, TENS, HidingRule(2, round_to=5), HidingRule(4, hide_zeros=True)])
@pytest.mark.parametrize("value", [8, 9, 10, 12, 13, 15, 24, 25, 40])
def test_a_printed_figure_is_known_as_well_as_its_rounding_allows(value: int, rule: HidingRule) -> None:
    """A table of one cell: the range of what is printed is neither wider nor narrower than the counts printed alike."""
    linked = link_figures(np.array([[value]]), rows="separate", columns="separate")
    nothing = np.zeros(1, dtype=bool)
    if rule.too_small(linked.values)[0]:
        assert table_figures_to_hide(linked, rule).all()
        return
    possible = values_printed_alike(value, rule)
    assert possible_range(linked, nothing, rule, 0, nothing) == (possible[0], possible[-1])


def test_a_small_figure_alone_under_a_printed_total_takes_the_cheapest_with_it() -> None:
    linked = link_figures(np.array([[3], [40], [20]]), rows="parts", columns="separate")
    hidden = table_figures_to_hide(linked, NDTMS)
    assert hidden.tolist() == [True, False, True, False]
    assert possible_range(linked, hidden, NDTMS, 0, np.zeros(4, dtype=bool)) == (1, 22), "63 − 40 = 23 are in the two"


def test_all_parts_of_a_small_total_are_hidden_however_it_came_to_be_hidden() -> None:
    """A grand total too small takes margins and cells with it, zeros included, and a forced row its own parts only."""
    small = link_figures(np.array([[1, 0], [0, 1]]), rows="parts", columns="parts")
    assert table_figures_to_hide(small, NDTMS).all()
    # Row totals 2 and 50; the second row stands alone.
    linked, hidden, _ = hidden_in([[2, 0, 0], [10, 20, 20]], NDTMS)
    shown = hidden.reshape(linked.shape)
    assert shown[0].all(), "the zeros of a total of 2 would tell that one part holds both"
    grid = np.array([[6, 7], [30, 40], [9, 8]])
    linked, hidden, _ = hidden_in(grid.tolist(), NDTMS, hide_row=0)
    shown = hidden.reshape(linked.shape)
    assert shown[0].all() and not shown[-1, -1] and not shown[-1, :2].any()


@pytest.mark.slow
def test_parts_of_forced_totals_are_hidden_on_random_tables() -> None:
    """Whatever is forced, every part of a total that is small or forced is hidden: one look at rows, then columns, is enough."""
    rng = np.random.default_rng(6)
    for _ in range(60):
        n_rows, n_columns = rng.integers(1, 4, 2)
        linked = link_figures(rng.integers(0, 6, (n_rows, n_columns)), rows="parts", columns="parts")
        forced = np.zeros(linked.shape, dtype=bool)
        forced[rng.integers(n_rows)] = rng.random() < 0.5
        hidden = table_figures_to_hide(linked, NDTMS, forced=forced.ravel())
        small = NDTMS.too_small(linked.values) | forced.ravel()
        for line in linked.equations:
            if small[line < 0].any():
                assert hidden[line > 0].all()


def test_what_was_hidden_in_vain_is_printed_again() -> None:
    """Nothing is hidden for another's sake that could be shown: with any such figure printed, some other is worked out."""
    grid = [[3, 11, 30], [12, 2, 25], [40, 18, 33]]
    linked, hidden, forced = hidden_in(grid, NDTMS)
    small = NDTMS.too_small(linked.values)
    for place in np.flatnonzero(hidden & ~small):
        trial = hidden.copy()
        trial[place] = False
        ranges = worked_out(linked, trial, NDTMS, forced)
        assert any(
            high - low < NDTMS.largest_hidden - 1 or (small[other] and (low > 1 or high < NDTMS.largest_hidden))
            for other, (low, high) in ranges.items()
        ), f"figure {place} could be printed"
