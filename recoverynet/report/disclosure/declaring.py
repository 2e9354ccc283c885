"""How a table of counts says who is counted in each of its figures, and what that means for the model of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from recoverynet.report.disclosure.counted import Bound, Counted, Declaration, Sum, Union
from recoverynet.report.disclosure.linked import INNER, MARGIN, WHOLE

Facts = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Who:
    """Who is counted in a table of counts: its population, and what is true of those in each row and column.

    Attributes
    ----------
    of : Counted
        Those the table is about.
    rows, columns : mapping of label to facts
        What narrows a row or a column; a label that is not named counts by itself, linked to no other table. The first
        column of a table of "n of N" takes the facts of the row; the second, those of whom they are not true.
    rows_of : mapping of label to Counted
        Those a row is out of, where that is not everybody the table is about.
    cells : mapping of (row label, column label) to facts
        What is true of single cells, in place of those of their column; the whole of the row stays.
    sums : tuple of Sum
    unions : tuple of Union
    bounds : tuple of Bound
        What else is known to hold between figures: whoever is counted in one stands behind another, or a mean tells of both.
    """

    of: Counted
    rows: Facts = field(default_factory=dict)
    columns: Facts = field(default_factory=dict)
    rows_of: Mapping[str, Counted] = field(default_factory=dict)
    cells: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    sums: tuple[Sum, ...] = ()
    unions: tuple[Union, ...] = ()
    bounds: tuple[Bound, ...] = ()


@dataclass(frozen=True)
class TableShape:
    """How the figures of a table hang together.

    Attributes
    ----------
    rows : {"parts", "separate", "nested"}
    columns : {"parts", "separate"}
    measured : bool
        Whether columns are those counted of a row and the rest of it.
    differences : tuple of (int, int)
        Rows whose difference counts people.
    """

    rows: str
    columns: str
    measured: bool
    differences: tuple[tuple[int, int], ...] = ()


def declaration(
    name: str,
    counts: np.ndarray,
    labels: tuple[Sequence[str], Sequence[str]],
    shape: TableShape,
    who: Who | None,
    forced_rows: np.ndarray,
) -> Declaration:
    """A table of counts as it enters the model of a report: figures row by row, margins included.

    Parameters
    ----------
    name : str
    counts : int array (n_rows, n_columns)
        Without margins.
    labels : (row labels, column labels)
    shape : Shape
    who : Who or None
        None for a table nothing else in the report counts the same people as.
    forced_rows : bool array (n_rows,)
        Rows to hide whole.

    Returns
    -------
    Declaration
    """
    who = who or Who(Counted(f"table {name}"))
    n_rows, n_columns = counts.shape
    row_total, column_total = shape.rows == "parts" and n_rows > 1, shape.columns == "parts" and n_columns > 1
    grid = np.column_stack([counts, counts.sum(axis=1)]) if column_total else counts
    grid = np.vstack([grid, grid.sum(axis=0)]) if row_total else grid
    index = np.arange(grid.size).reshape(grid.shape)
    lines = [(int(line[-1]), tuple(map(int, line[:-1]))) for line in index] if column_total else []
    lines += [(int(line[-1]), tuple(map(int, line[:-1]))) for line in index.T] if row_total else []
    level = np.full(grid.shape, INNER)
    if column_total:
        level[:, -1] += 1
    if row_total:
        level[-1] += 1
    if shape.rows == "nested":
        level[0] = MARGIN
    forced = np.zeros(grid.shape, dtype=bool)
    forced[:n_rows] = forced_rows[:, None]
    cells = _cells(name, labels, grid.shape, shape, who)
    return Declaration(
        name=name,
        cells=cells,
        values=grid.ravel(),
        printed=np.ones(grid.size, dtype=bool),
        level=np.minimum(level, WHOLE).ravel(),
        forced=forced.ravel(),
        lines=tuple(lines),
        pairs=tuple(_pairs(index, grid, shape)),
        sums=who.sums,
        unions=who.unions,
        bounds=who.bounds,
    )


def _cells(
    name: str, labels: tuple[Sequence[str], Sequence[str]], size: tuple[int, int], shape: TableShape, who: Who
) -> tuple[Counted, ...]:
    rows, columns = (list(own) + [None] * (n - len(own)) for own, n in zip(labels, size, strict=True))
    cells = []
    for number, row in enumerate(rows):
        whole = _whole(name, row, shape, who, first=number == 0)
        for place, column in enumerate(columns):
            if column is None or (len(labels[1]) == 1 and not shape.measured):
                cells.append(whole)
            elif shape.measured and shape.rows == "separate":
                own = who.rows.get(str(row), (f"{name}: {row}",))
                cells.append(whole.who(*(own if place == 0 else (f"not {own[-1]}",))))
            else:
                usual = who.columns.get(str(column), (f"{name}, column: {column}",))
                cells.append(whole.who(*(usual if row is None else who.cells.get((row, column), usual))))
    return tuple(cells)


def _whole(name: str, row: str | None, shape: TableShape, who: Who, *, first: bool) -> Counted:
    """Those a row is out of; of a funnel, those in it."""
    if row is not None and row in who.rows_of:
        return who.rows_of[row]
    if row is None or (shape.rows == "nested" and first) or (shape.measured and shape.rows == "separate"):
        return who.of
    if row in who.rows:
        return who.of.who(*who.rows[row])
    return who.of.who(f"{name}: {row}")


def _pairs(index: np.ndarray, grid: np.ndarray, shape: TableShape) -> list[tuple[int, int]]:
    """Figures whose difference counts people: a stage and the one above it, and the first; and those named."""
    pairs = [(j, i) for i in range(1, len(grid)) for j in sorted({0, i - 1})] if shape.rows == "nested" else []
    pairs += [pair for one, other in shape.differences for pair in ((one, other), (other, one))]
    found = []
    for column in range(grid.shape[1]):
        for above, below in pairs:
            gap = grid[above, column] - grid[below, column]
            if gap > 0 or (gap == 0 and above < below):
                found.append((int(index[above, column]), int(index[below, column])))
    return found
