"""An outsider with the printed tables of a whole report: what can be worked out of the figures that are hidden?

Nothing of the library's own model is used. The outsider reads the tables as printed, knows how each adds up, that "n of N" has a
rest, and takes figures with the same labels out of the same people for the same figure where they are. What a figure truly is
comes from the same report made without disclosure control.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

import recoverynet as rn
from recoverynet.report.disclosure.disclosed import DisclosedTable

ROUNDED = {"ndtms": (4, 1), "nhs": (7, 5)}


def tables_of(report: rn.Report) -> dict[str, DisclosedTable]:
    shown = [table.shown for section in report.sections for table in section.tables()]
    return {table.name: table for table in shown if isinstance(table, DisclosedTable)}


class Outsider:
    """Unknowns, what is printed of them, and sums."""

    def __init__(self, policy: str) -> None:
        self.most, self.step = ROUNDED[policy]
        self.low: list[float] = []
        self.high: list[float] = []
        self.true: list[int] = []
        self.hidden: list[bool] = []
        self.sums: list[dict[int, float]] = []
        self.same: dict[tuple[object, ...], int] = {}

    def cell(self, shown: float, true: int, key: tuple[object, ...] | None = None) -> int:
        place = self.same.get((*key, true)) if key else None
        if place is None:
            place = self._new(true)
            if key:
                self.same[(*key, true)] = place
        if np.isnan(shown):
            self.hidden[place] = self.low[place] == 0 and np.isinf(self.high[place])
        else:
            half = self.step // 2
            low, high = (0.0, 0.0) if shown == 0 else (max(shown - half, self.most + 1), shown + (self.step - 1) // 2)
            self.low[place], self.high[place] = max(self.low[place], low), min(self.high[place], high)
            self.hidden[place] = False
        return place

    def rest(self, whole: int, part: int) -> None:
        other = self._new(self.true[whole] - self.true[part])
        self.sums.append({whole: 1.0, part: -1.0, other: -1.0})

    def adds_up(self, total: int, parts: list[int]) -> None:
        self.sums.append({total: -1.0, **dict.fromkeys(parts, 1.0)})

    def _new(self, true: int) -> int:
        self.low.append(0.0)
        self.high.append(np.inf)
        self.true.append(int(true))
        self.hidden.append(False)
        return len(self.true) - 1

    def read(self, told: DisclosedTable, truth: DisclosedTable) -> None:
        values = told.counts.to_numpy(dtype=float)
        counts, rows, columns = truth.counts.to_numpy(dtype=float).astype(int), list(told.counts.index), list(told.counts.columns)
        key = (told.population, told.period)
        grid = np.empty(values.shape, dtype=int)
        for row, label in enumerate(rows):
            for column, word in enumerate(columns):
                name = (*key, label, "" if word == "All" else word) if told.layout != "cross" or "All" in (label, word) else None
                grid[row, column] = self.cell(values[row, column], counts[row, column], name)
        if told.layout in ("of_which", "cross") and columns[-1] == "All":
            for line in grid:
                self.adds_up(int(line[-1]), list(map(int, line[:-1])))
        if rows and rows[-1] == "All":
            for line in grid.T:
                self.adds_up(int(line[-1]), list(map(int, line[:-1])))
        if told.layout == "nested":
            for line in grid[1:]:
                for column, place in enumerate(line):
                    self.rest(int(grid[0, column]), int(place))

    def reach(self, place: int) -> tuple[float, float]:
        parts = self._touching(place)
        order = {each: number for number, each in enumerate(parts)}
        rows = [terms for terms in self.sums if next(iter(terms)) in order]
        matrix = np.zeros((len(rows), len(parts)))
        for number, terms in enumerate(rows):
            for each, weight in terms.items():
                matrix[number, order[each]] = weight
        low, high = np.array([self.low[each] for each in parts]), np.array([self.high[each] for each in parts])
        ends = []
        for sign in (1.0, -1.0):
            cost = np.zeros(len(parts))
            cost[order[place]] = sign
            rule = [LinearConstraint(matrix, 0, 0)] if rows else []
            answer = milp(cost, constraints=rule, bounds=Bounds(low, high), integrality=np.ones(len(parts)))
            assert answer.status in (0, 3, 4), answer.message
            ends.append(sign * -np.inf if answer.x is None else float(round(answer.x[order[place]])))
        return ends[0], ends[1]

    def _touching(self, place: int) -> list[int]:
        found, waiting = {place}, [place]
        lines: dict[int, list[dict[int, float]]] = {}
        for terms in self.sums:
            for each in terms:
                lines.setdefault(each, []).append(terms)
        while waiting:
            for terms in lines.get(waiting.pop(), []):
                fresh = set(terms) - found
                found |= fresh
                waiting += fresh
        return sorted(found)


def attack(record: rn.RecoveryRecord, policy: str) -> tuple[int, list[tuple[int, float, float]]]:
    """Hidden small figures, and those narrowed: not every small count possible, or nothing else."""
    told = tables_of(rn.evaluation_report(record, disclosure=policy))
    truth = tables_of(rn.evaluation_report(record, disclosure=rn.DisclosurePolicy.none(reason="the truth, for a test")))
    outsider = Outsider(policy)
    for name, table in told.items():
        if name in truth and truth[name].counts.shape == table.counts.shape:
            outsider.read(table, truth[name])
    small = [place for place, hidden in enumerate(outsider.hidden) if hidden and 1 <= outsider.true[place] <= outsider.most]
    narrowed = []
    for place in small:
        low, high = outsider.reach(place)
        if low > 1 or high < outsider.most or (low == 1 and high == outsider.most):
            narrowed.append((outsider.true[place], low, high))
    return len(small), narrowed


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["ndtms", "nhs"])
def test_five_people(policy):
    n_small, narrowed = attack(rn.load_sample("five_people"), policy)
    assert n_small > 20
    assert not narrowed


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["ndtms", "nhs"])
@pytest.mark.parametrize("n_clients", [40, 80, 150, 300])
def test_services_of_other_sizes(policy, n_clients):
    n_small, narrowed = attack(rn.synthetic_record(n_clients, rng=n_clients), policy)
    assert n_small > 0
    assert not narrowed


def test_the_outsider_would_find_a_leak():
    outsider = Outsider("ndtms")
    parts = [outsider.cell(np.nan, 3), outsider.cell(20, 20), outsider.cell(17, 17)]
    outsider.adds_up(outsider.cell(40, 40), parts)
    assert outsider.reach(parts[0]) == (3, 3)
