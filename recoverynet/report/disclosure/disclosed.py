"""Tables after disclosure: what is left once small counts are hidden, and all that is computed from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.errors import DisclosureError, SchemaError
from recoverynet.kernels.proportions import wilson_interval
from recoverynet.report import wording

TOTAL = "All"


@dataclass(frozen=True)
class Grid:
    """A table as texts: what a reader sees in every format.

    Attributes
    ----------
    columns : tuple of str
        Column headings; the first is that of the row labels.
    rows : tuple of tuple of str
        Cells, the row label first.
    last_is_total : bool
        Whether the last row is the sum of those above.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    last_is_total: bool = False


@dataclass(frozen=True, eq=False)
class DisclosedTable:
    """How many people are in each row and column, as far as may be shown?

    Made by ``CountTable.disclosed``; it holds no count that the policy hides, and every share and interval
    is computed from the counts it does hold.

    Attributes
    ----------
    name : str
        Short name in lower case, used for files and anchors.
    title, population, denominator, period, note : str
        What is counted, of whom, out of what (in words), over which time, and anything to add.
    row_header : str
        What the rows are.
    counts : pandas.DataFrame of float
        Rows × columns, margins (``"All"``) included, NaN where hidden.
    layout : {"one_way", "list", "of_which", "nested", "cross"}
        One column of parts; one column of unrelated counts, without shares; rows of "n of N"; stages; rows
        by columns.
    share_of : {"row", "column", "all", "first", ""}
        What each count is a share of in a cross table, ``first`` the first figure of its row; empty shows counts alone.
    with_interval : bool
        Whether shares carry a 95 per cent Wilson interval.
    policy : str
        Name of the disclosure policy.
    smallest_shown : int
        Smallest count other than 0 that the policy shows.
    zeros_hidden : bool
        Whether 0 is hidden too.
    known : tuple of str
        Columns that are not "not known": a last column then shows what share of these the first of them is.
    coarser : DisclosedTable or None
        What a report shows in its place, because nearly all figures of this one are hidden.
    """

    name: str
    title: str
    population: str
    denominator: str
    period: str
    row_header: str
    counts: pd.DataFrame = field(repr=False)
    layout: str
    share_of: str
    with_interval: bool
    policy: str
    smallest_shown: int
    note: str = ""
    known: tuple[str, ...] = ()
    zeros_hidden: bool = False
    coarser: DisclosedTable | None = None

    def __post_init__(self) -> None:
        values = self.counts.to_numpy(dtype=float)
        small = int(((values > 0) & (values < self.smallest_shown)).sum())
        if small:
            raise DisclosureError(
                f"Table {self.title!r} would show {small} counts under {self.smallest_shown}; make it with "
                "CountTable(...).disclosed(policy), which hides them."
            )

    @property
    def n_hidden(self) -> int:
        """How many figures of the table are hidden."""
        return int(self.counts.isna().to_numpy().sum())

    @property
    def share_hidden(self) -> float:
        """How many of the figures are hidden, as a share of them all; 0 where there are none."""
        return self.n_hidden / self.counts.size if self.counts.size else 0.0

    def n(self, row: str = TOTAL, column: str | None = None) -> float:
        """One count, NaN where it is hidden; the first column where none is named.

        Raises
        ------
        SchemaError
            The table has no such row or column.
        """
        column = self.counts.columns[0] if column is None else column
        for wanted, known, what in ((row, self.counts.index, "row"), (column, self.counts.columns, "column")):
            if wanted not in known:
                raise SchemaError(f"Table {self.title!r} has no {what} {wanted!r}; it has {', '.join(map(str, known))}.")
        return float(self.counts[column][row])

    def total(self, row: str = TOTAL, column: str | None = None) -> float:
        """What the count is out of, NaN where that is hidden."""
        column = self.counts.columns[0] if column is None else column
        # A whole of one part has no margin of its own: the part is the whole.
        all_rows = TOTAL if TOTAL in self.counts.index else row
        all_columns = TOTAL if TOTAL in self.counts.columns else column
        if self.layout == "of_which" or (self.layout == "cross" and self.share_of == "row"):
            return self.n(row, all_columns)
        if self.layout == "nested":
            return self.n(str(self.counts.index[0]), column)
        if self.share_of == "first" and self.layout == "cross":
            return self.n(row, str(self.counts.columns[0]))
        if self.layout == "list":
            return math.nan
        whole = self.layout == "cross" and self.share_of == "all"
        return self.n(all_rows, all_columns if whole else column)

    def words(self, row: str = TOTAL, column: str | None = None, *, noun: str = "") -> str:
        """For a sentence: one count as ``52 of 650 (8%)``, or with a noun as ``52 of 650 clients (8%)``."""
        return wording.said_of(self.n(row, column), self.total(row, column), noun)

    def share(self, row: str = TOTAL, column: str | None = None) -> float:
        """One count divided by what it is out of; NaN where either is hidden or the denominator is 0."""
        total = self.total(row, column)
        return self.n(row, column) / total if total > 0 else math.nan

    @property
    def known_heading(self) -> str:
        """Heading of the share among the known columns; empty where the table has none."""
        return f"{self.known[0]}, of those known" if self.known else ""

    def share_of_known(self, row: str = TOTAL) -> float:
        """The first of the known columns divided by their sum; NaN where one is hidden or the sum is 0."""
        total = sum(self.n(row, column) for column in self.known)
        return self.n(row, self.known[0]) / total if total > 0 else math.nan

    def to_frame(self) -> pd.DataFrame:
        """The table in long form.

        Returns
        -------
        pandas.DataFrame
            One row a shown figure: ``row``, ``column``, ``n``, ``total``, ``share``, ``low``, ``high``
            (Wilson, 95 per cent; NaN unless the table carries intervals) and ``hidden``. NaN where hidden or
            not computable.
        """
        columns = [self.counts.columns[0]] if self.layout == "of_which" else list(self.counts.columns)
        cells = [(row, column) for row in self.counts.index for column in columns]
        frame = pd.DataFrame(cells, columns=["row", "column"])
        frame["n"] = [self.n(*cell) for cell in cells]
        shares = self.layout != "cross" or bool(self.share_of)
        frame["total"] = [self.total(*cell) if shares else math.nan for cell in cells]
        frame["share"] = frame["n"] / frame["total"].where(frame["total"] > 0)
        frame["low"], frame["high"] = self._intervals(frame)
        frame["hidden"] = frame["n"].isna()
        return frame

    def _intervals(self, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        if not self.with_interval:
            return np.full(len(frame), np.nan), np.full(len(frame), np.nan)
        known = frame[["n", "total"]].notna().all(axis=1)
        if self.layout == "nested":
            known &= frame["row"] != self.counts.index[0]
        return wilson_interval(frame["n"].where(known).to_numpy(), frame["total"].where(known).to_numpy())

    def grid(self) -> Grid:
        """The table as texts, ``*`` where a figure is hidden."""
        if self.layout == "cross":
            return self._cross_grid()
        if self.layout == "list":
            counts = tuple((str(row), wording.number(self.n(row))) for row in self.counts.index)
            return Grid((self.row_header, "Number"), counts)
        out_of = self.layout in ("of_which", "nested")
        heads = [self.row_header, "Number", *(["Out of"] if out_of else []), "Per cent"]
        heads += ["95% interval"] if self.with_interval else []
        lines = self.to_frame().to_dict("records")
        rows = tuple(self._cells(line, out_of, first=number == 0) for number, line in enumerate(lines))
        return Grid(tuple(heads), rows, last_is_total=self.counts.index[-1] == TOTAL)

    def _cells(self, line: Mapping[Any, Any], out_of: bool, *, first: bool) -> tuple[str, ...]:
        """One row of the long form as texts."""
        cells = [str(line["row"]), wording.number(line["n"])]
        if out_of:
            cells.append(wording.number(line["total"]))
        cells.append(wording.percent(line["share"], of=line["total"]))
        if self.with_interval:
            exists = line["total"] != 0 and not (self.layout == "nested" and first)
            cells.append(wording.interval(line["low"], line["high"]) if exists else wording.NO_DENOMINATOR)
        return tuple(cells)

    def _cross_grid(self) -> Grid:
        rows = []
        for row in self.counts.index:
            cells = [str(row)]
            for column in self.counts.columns:
                text = wording.number(self.n(row, column))
                is_base = TOTAL in (row, column) and self.total(row, column) == self.n(row, column)
                is_base |= self.share_of == "first" and column == self.counts.columns[0]
                share = self.share(row, column)
                if self.share_of and not is_base and share > 0:
                    text += f" ({wording.percent(share)})"
                cells.append(text)
            if self.known:
                known = sum(self.n(row, column) for column in self.known)
                cells.append(wording.n_of(self.n(row, self.known[0]), known))
            rows.append(tuple(cells))
        heads = (self.row_header, *map(str, self.counts.columns))
        heads += (self.known_heading,) if self.known else ()
        return Grid(heads, tuple(rows), last_is_total=self.counts.index[-1] == TOTAL)

    def remarks(self) -> tuple[str, ...]:
        """What stands under the table: the denominator, what a star means, anything to add."""
        out_of = f"Out of: {self.denominator}." if self.denominator else ""
        star = ""
        if self.n_hidden:
            small = f"a number from {0 if self.zeros_hidden else 1} to {self.smallest_shown - 1}"
            star = f"* {small.capitalize()}, or one hidden so that such a number cannot be worked out."
        return tuple(text for text in (out_of, self.note, star) if text)


@dataclass(frozen=True, eq=False)
class DisclosedSummary:
    """What are the means or medians of each row, where enough people stand behind them?

    Made by ``SummaryTable.disclosed``.

    Attributes
    ----------
    name, title, population, denominator, period, row_header, note : str
        As in :class:`DisclosedTable`.
    values : pandas.DataFrame
        Rows × columns; ``n`` is the number of people behind a row, the others are statistics, NaN where
        hidden.
    heads : tuple of str
        Column headings; one heading for ``low`` and ``high`` together.
    digits : int
        Digits after the point.
    policy : str
    smallest_shown, min_for_mean : int
    """

    name: str
    title: str
    population: str
    denominator: str
    period: str
    row_header: str
    values: pd.DataFrame = field(repr=False)
    heads: tuple[str, ...]
    digits: int
    policy: str
    smallest_shown: int
    min_for_mean: int
    note: str = ""

    def __post_init__(self) -> None:
        n = self.values["n"]
        small = (n > 0) & (n < self.smallest_shown)
        behind = n.isna() | (n < self.min_for_mean)
        statistics = self.values.drop(columns="n").notna().any(axis=1)
        if small.any() or (behind & statistics).any():
            raise DisclosureError(
                f"Table {self.title!r} would show a statistic of fewer than {self.min_for_mean} people; "
                "make it with SummaryTable(...).disclosed(policy), which hides those."
            )

    @property
    def n_hidden(self) -> int:
        """How many figures of the table are hidden, those of no people at all not counted."""
        return int(self.values[self.values["n"] != 0].isna().to_numpy().sum())

    def to_frame(self) -> pd.DataFrame:
        """The values with the row labels in a column ``row`` in front, NaN where hidden."""
        return self.values.rename_axis("row").reset_index()

    def grid(self) -> Grid:
        """The table as texts, ``*`` where a figure is hidden."""
        rows = []
        for row, values in self.values.iterrows():
            none = values["n"] == 0
            cells = [
                wording.number(value) if column == "n" else wording.NO_DENOMINATOR if none else wording.decimal(value, self.digits)
                for column, value in values.items()
                if column not in ("low", "high")
            ]
            if "low" in values:
                ends = [wording.decimal(values[end], self.digits) for end in ("low", "high")]
                hidden = wording.HIDDEN in ends
                cells.append(wording.NO_DENOMINATOR if none else wording.HIDDEN if hidden else " to ".join(ends))
            rows.append((str(row), *cells))
        return Grid((self.row_header, *self.heads), tuple(rows))

    def remarks(self) -> tuple[str, ...]:
        """What stands under the table: the denominator, what a star means, anything to add."""
        out_of = f"Out of: {self.denominator}." if self.denominator else ""
        star = f"* Fewer than {self.min_for_mean} people stand behind the figure." if self.n_hidden else ""
        return tuple(text for text in (out_of, self.note, star) if text)
