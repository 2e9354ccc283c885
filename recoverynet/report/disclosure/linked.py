"""Every figure that is published, and every relation among them that a reader knows: what an attack sets out from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

INNER, MARGIN, WHOLE = 0, 1, 2
"""What a figure is within its table: a cell, the total of a line, the total of everything."""


OF_FIGURES = ("values", "printed", "people", "level", "known_low", "known_high", "forced", "kept", "moot", "before")
"""Attributes with one value a figure."""


@dataclass(frozen=True)
class HidingRule:
    """When is a figure too small to print, and how are the others printed?

    Attributes
    ----------
    largest_hidden : int
        Counts from 1 to this are hidden.
    round_to : int
        Other counts are printed to the nearest multiple of this; 1 prints them as they are.
    hide_zeros : bool
        Whether 0 is hidden like a small count.
    """

    largest_hidden: int
    round_to: int = 1
    hide_zeros: bool = False

    def too_small(self, values: np.ndarray) -> np.ndarray:
        """Where a count is too small to be known."""
        return (values <= self.largest_hidden) & ((values > 0) | self.hide_zeros)

    def rounded(self, values: np.ndarray) -> np.ndarray:
        """Counts as they are printed, halves upwards."""
        return (values + self.round_to // 2) // self.round_to * self.round_to

    def told(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Smallest and largest count that is printed as each of these is."""
        printed = self.rounded(values).astype(float)
        low, high = printed - self.round_to // 2, printed + (self.round_to - 1) // 2
        low = np.where(printed > 0, np.maximum(low, self.largest_hidden + 1), 0.0)
        zero_alone = self.largest_hidden >= (self.round_to - 1) // 2
        return low, np.where((printed > 0) | (not zero_alone), high, 0.0)


_FILLED_IN: Any = None  # of every figure nothing is known, forced or shown before, where nothing is said


@dataclass(frozen=True, eq=False)
class LinkedFigures:
    """Figures, and the relations a reader knows to hold among them.

    Attributes
    ----------
    values : int array (n_figures,)
        True counts. Beside the printed ones stand those that follow from them without being printed: those of a
        whole who are not in a part, for instance.
    printed : bool array (n_figures,)
        Whether the figure is printed.
    people : bool array (n_figures,)
        Whether it counts people (or contacts), so that a small one may not be told.
    level : int array (n_figures,)
        What is lost by hiding it: ``INNER``, ``MARGIN`` or ``WHOLE``.
    equations : sparse array (n_equations, n_figures)
        ``equations @ values == 0``.
    groups : int array (n_equations,)
        Number of the table an equation belongs to; -1 where it links tables.
    lines : tuple of (int, int array)
        Printed totals and their printed parts: where a whole line is hidden, zeros are hidden with it.
    bounds : sparse array (n_bounds, n_figures)
        ``bound_low <= bounds @ values <= bound_high``: what published means and the like tell.
    bound_low, bound_high : float array (n_bounds,)
    known_low, known_high : float array (n_figures,)
        What is known of each figure from elsewhere, earlier reports for instance.
    forced : bool array (n_figures,)
        Figures hidden in any case.
    kept : bool array (n_figures,)
        Figures that cannot be hidden any more, because this report shows them already.
    moot : bool array (n_figures,)
        Figures an earlier report shows: to hide them protects nobody.
    before : bool array (n_figures,)
        Figures that were hidden before, in this report or an earlier one, and stay so.
    """

    values: np.ndarray
    printed: np.ndarray
    people: np.ndarray
    level: np.ndarray
    equations: sparse.csr_array
    groups: np.ndarray
    lines: tuple[tuple[int, np.ndarray], ...] = ()
    bounds: sparse.csr_array = _FILLED_IN
    bound_low: np.ndarray = field(default_factory=lambda: np.zeros(0))
    bound_high: np.ndarray = field(default_factory=lambda: np.zeros(0))
    known_low: np.ndarray = _FILLED_IN
    known_high: np.ndarray = _FILLED_IN
    forced: np.ndarray = _FILLED_IN
    kept: np.ndarray = _FILLED_IN
    moot: np.ndarray = _FILLED_IN
    before: np.ndarray = _FILLED_IN

    def __post_init__(self) -> None:
        n = len(self.values)
        defaults = {
            "known_low": np.zeros(n),
            "known_high": np.full(n, np.inf),
            "forced": np.zeros(n, dtype=bool),
            "kept": np.zeros(n, dtype=bool),
            "moot": np.zeros(n, dtype=bool),
            "before": np.zeros(n, dtype=bool),
            "bounds": sparse.csr_array((0, n)),
        }
        for name, default in defaults.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, default)

    def limits(self, rule: HidingRule, hidden: np.ndarray, large: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Smallest and largest value of each figure that a reader knows of by itself.

        Zeros are printed, so a star stands for 1 or more, except where a whole line of a table is hidden: there zeros
        are hidden with it. The whole line of a small total is hidden, so a hidden total one of whose parts is printed is
        not small.

        Parameters
        ----------
        rule : HidingRule
        hidden : bool array (n_figures,)
        large : bool array (n_figures,), optional
            Hidden figures that a reader knows not to be small.

        Returns
        -------
        (float array, float array)
        """
        low, high = rule.told(self.values)
        least = np.where(self.forced | rule.hide_zeros, 0.0, 1.0)
        whole = self._totals_hidden(hidden) & self._parts_hidden(hidden)
        least[self._members.T @ whole.astype(float) > 0] = 0.0
        least = np.maximum(least, self.not_small(rule, hidden))
        if large is not None:
            least = np.where(large, rule.largest_hidden + 1.0, least)
        low, high = np.where(hidden, least, low), np.where(hidden, np.inf, high)
        told = self.printed | hidden
        low, high = np.where(told, low, 0.0), np.where(told, high, np.inf)
        return np.maximum(low, self.known_low), np.minimum(high, self.known_high)

    def not_small(self, rule: HidingRule, hidden: np.ndarray) -> np.ndarray:
        """What hidden totals are at least, because a part of them is printed; 0 for all others."""
        least = np.zeros(len(self.values))
        open_ = self._totals_hidden(hidden) & ~self._parts_hidden(hidden)
        least[[total for total, is_open in zip((total for total, _ in self.lines), open_, strict=True) if is_open]] = (
            rule.largest_hidden + 1.0
        )
        return least

    @cached_property
    def _members(self) -> sparse.csr_array:
        """Lines × figures: the parts of each line."""
        rows = np.repeat(np.arange(len(self.lines)), [len(parts) for _, parts in self.lines]).astype(int)
        columns = np.concatenate([parts for _, parts in self.lines]).astype(int) if self.lines else np.zeros(0, dtype=int)
        return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(self.lines), len(self.values)))

    def _totals_hidden(self, hidden: np.ndarray) -> np.ndarray:
        answer: np.ndarray = hidden[np.array([total for total, _ in self.lines], dtype=int)]
        return answer

    def _parts_hidden(self, hidden: np.ndarray) -> np.ndarray:
        answer: np.ndarray = self._members @ (~hidden).astype(float) == 0
        return answer

    def restricted(
        self, columns: np.ndarray, rows: sparse.csr_array, low: np.ndarray, high: np.ndarray, least: np.ndarray
    ) -> LinkedFigures:
        """Some of the figures alone, with all that is known of them given as bounds.

        Parameters
        ----------
        columns : int array (n,)
            Which figures.
        rows : sparse array (n_bounds, n)
        low, high : float array (n_bounds,)
        least : float array (n,)
            What each figure is at least, because of the lines it is the total of.
        """
        place = np.full(len(self.values), -1)
        place[columns] = np.arange(len(columns))
        lines = [(int(place[total]), place[parts]) for total, parts in self.lines]
        none = sparse.csr_array((0, len(columns)))
        own = {name: getattr(self, name)[columns] for name in OF_FIGURES}
        inside = tuple((total, parts) for total, parts in lines if total >= 0 and (parts >= 0).all())
        own["known_low"] = np.maximum(own["known_low"], least)
        told = {"bounds": rows, "bound_low": low, "bound_high": high}
        return LinkedFigures(equations=none, groups=np.zeros(0, dtype=int), lines=inside, **own, **told)

    def without_sure_zeros(self, hidden: np.ndarray) -> LinkedFigures:
        """The same, where parts of a total printed as 0 are no longer hidden with the rest of a line: they are known to be 0.

        Parameters
        ----------
        hidden : bool array (n_figures,)
            Those hidden for their own sake.
        """
        sure = np.zeros(len(self.values), dtype=bool)
        for total, parts in self.lines:
            sure[parts] |= self.values[total] == 0 and not hidden[total]
        lines = tuple((total, parts[~sure[parts]]) for total, parts in self.lines if not sure[parts].all())
        return replace(self, lines=lines)

    def small(self, rule: HidingRule) -> np.ndarray:
        """Where a figure counts too few people to be told, printed or not."""
        answer: np.ndarray = self.people & rule.too_small(self.values)
        return answer
