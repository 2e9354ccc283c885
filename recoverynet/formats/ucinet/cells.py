"""The data of a DL file: matrices cell by cell, and lists tie by tie."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from recoverynet.errors import SchemaError
from recoverynet.formats.opened import text_lines
from recoverynet.formats.raw_networks import RelationTies, require_number_of_ties
from recoverynet.formats.ucinet.head import TOKEN, Head, unquoted

_MISSING = {"na", ".", "nan"}
_MOST_CELLS, _MOST_WORDS = 50_000_000, 40_000_000


class Body(NamedTuple):
    """Layers with the places of rows and of columns, each counted from 0, and who stands in those places."""

    layers: list[RelationTies]
    rows: list[str]
    columns: list[str]


def full_and_half_matrices(text: str, head: Head, name: str, directed: bool | None) -> Body:
    """Full and half matrices.

    Raises
    ------
    SchemaError
        There are more or fewer values than the sizes allow, one is no number, or the matrix is beyond reason.
    """
    tokens = [unquoted(token) for token in TOKEN.findall(text)] if head.embedded or '"' in text else _cells_of(text, name)
    n_rows, n_columns = head.n_rows or 0, head.n_columns or 0
    if n_rows * n_columns > _MOST_CELLS:
        raise SchemaError(f"{name!r} declares {n_rows:,} × {n_columns:,} cells, too many to read; export it as edgelist1.")
    layers, at = [], 0
    for k in range(head.n_matrices):
        cells, at = _one_matrix(tokens, at, head, (n_rows, n_columns), name)
        row, column = np.nonzero(cells != 0)
        layers.append(
            RelationTies(head.matrix_name(k), row, column, cells[row, column], None if head.form == "fullmatrix" else False)
        )
        layers[-1].asked(directed)
    if at != len(tokens):
        raise SchemaError(f"{name!r} holds {len(tokens) - at:,} more values than the sizes it declares leave room for.")
    return Body(layers, head.row_labels or _numbers_to(n_rows), head.column_labels or _numbers_to(n_columns))


def _cells_of(text: str, name: str) -> Sequence[str] | np.ndarray:
    """The numbers of a text, or its words where some of them are none."""
    text = text.replace(",", " ")
    if not text.strip():
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)
            return np.fromstring(text, dtype=np.float64, sep=" ")
    except (DeprecationWarning, ValueError):
        if len(text) > _MOST_WORDS:
            raise SchemaError(f"{name!r} holds something among its cells that is no number.") from None
        return text.split()


def _numbers_to(n: int) -> list[str]:
    return [str(number) for number in range(1, n + 1)]


def _one_matrix(
    tokens: Sequence[str] | np.ndarray, at: int, head: Head, shape: tuple[int, int], name: str
) -> tuple[np.ndarray, int]:
    if "columns" in head.embedded:
        head.column_labels, at = list(tokens[at : at + shape[1]]), at + shape[1]
    if head.form == "fullmatrix" and head.diagonal and not head.embedded and at + shape[0] * shape[1] <= len(tokens):
        end = at + shape[0] * shape[1]
        return _numbers(tokens[at:end], name).reshape(shape), end
    rows, columns = _listed_cells(head, shape)
    labelled = "rows" in head.embedded
    n_values = len(rows) + shape[0] * labelled
    if at + n_values > len(tokens):
        raise SchemaError(
            f"{name!r} is cut short: each matrix it declares takes {n_values:,} values, and only {max(len(tokens) - at, 0):,} are "
            "left for the last."
        )
    mine = tokens[at : at + n_values]
    if labelled:
        starts = set((np.searchsorted(rows, np.arange(shape[0])) + np.arange(shape[0])).tolist())
        head.row_labels = [token for place, token in enumerate(mine) if place in starts]
        mine = [token for place, token in enumerate(mine) if place not in starts]
        head.two_sets = head.column_labels is not None and head.row_labels != head.column_labels
    cells = np.zeros(shape)
    cells[rows, columns] = _numbers(mine, name)
    return cells, at + n_values


def _listed_cells(head: Head, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the cells a matrix lists, in the order it lists them."""
    listed = np.ones(shape, dtype=bool)
    if head.form == "lowerhalf":
        listed = np.tril(listed)
    if head.form == "upperhalf":
        listed = np.triu(listed)
    if not head.diagonal:
        np.fill_diagonal(listed, False)
    rows, columns = np.nonzero(listed)
    return rows, columns


def _numbers(tokens: Sequence[str] | np.ndarray, name: str) -> np.ndarray:
    try:
        return np.array(tokens, dtype=np.float64)
    except ValueError:
        return np.array([_number(token, name) for token in tokens])


def _number(token: str, name: str) -> float:
    if token.lower() in _MISSING:
        return float("nan")
    try:
        return float(token)
    except ValueError:
        raise SchemaError(f"{name!r} holds {token[:40]!r} where a number was expected.") from None


def read_lists(text: str, head: Head, name: str, directed: bool | None) -> Body:
    """Edge lists and node lists; several matrices stand one after the other with ``!`` between them.

    Raises
    ------
    SchemaError
        A line lacks an end, names nobody the file knows, or there are more or fewer matrices than declared.
    """
    require_number_of_ties(text.count("\n") if head.form.startswith("edge") else text.count(" "), name)
    rows = _Members(head.row_labels, head.n_rows, "rows" in head.embedded, name)
    two_lists = head.form.endswith("2")
    columns = _Members(head.column_labels, head.n_columns, "columns" in head.embedded, name) if two_lists else rows
    layers = []
    for k, part in enumerate(re.split(r"(?m)^[ \t]*!.*$", text)):
        lines = ([unquoted(token) for token in TOKEN.findall(line)] for line in text_lines(part))
        ties = list(_ties(head.form, (cells for cells in lines if cells), name))
        ends = [(rows.place(tie[0]), columns.place(tie[1])) for tie in ties]
        one, other = [end[0] for end in ends], [end[1] for end in ends]
        layers.append(RelationTies(head.matrix_name(k), one, other, [tie[2] for tie in ties]))
        layers[-1].asked(directed)
    if len(layers) != head.n_matrices:
        raise SchemaError(f"{name!r} declares {head.n_matrices} matrices and holds {len(layers)}, parted by lines of '!'.")
    head.two_sets = two_lists
    return Body(layers, rows.everybody(), columns.everybody())


def _ties(form: str, lines: Iterator[list[str]], name: str) -> Iterator[tuple[str, str, float]]:
    for number, cells in enumerate(lines, start=1):
        if form.startswith("edgelist"):
            if len(cells) < 2:
                raise SchemaError(f"{name!r} is cut short: an edge needs two ends, and line {number:,} of its data has one.")
            yield cells[0], cells[1], _number(cells[2], name) if len(cells) > 2 else 1.0
        elif form == "nodelist1b":
            if not cells[0].isdecimal() or len(cells) - 1 != int(cells[0]):
                raise SchemaError(f"{name!r} promises {cells[0]} people on line {number:,} of its data and lists {len(cells) - 1}.")
            yield from ((str(number), other, 1.0) for other in cells[1:])
        else:
            yield from ((cells[0], other, 1.0) for other in cells[1:])


class _Members:
    """The people of one side, named by number or, where labels are embedded, by label."""

    def __init__(self, labels: list[str] | None, n: int | None, embedded: bool, name: str) -> None:
        self._labels, self._n, self._embedded, self._name = list(labels or []), n, embedded, name
        self._place = {label.lower(): place for place, label in reversed(list(enumerate(self._labels)))}

    def place(self, token: str) -> int:
        """Where somebody stands, -1 for a number beyond the last."""
        known = self._place.get(token.lower())
        if self._embedded and known is None:
            known = self._place[token.lower()] = len(self._labels)
            self._labels.append(token)
        if known is not None and (self._embedded or not token.isdecimal()):
            return known
        if not token.isdecimal():
            raise SchemaError(f"{self._name!r} names {token[:40]!r} in its data, which is neither a number nor one of its labels.")
        return int(token) - 1 if 1 <= int(token) <= (self._n or 0) else -1

    def everybody(self) -> list[str]:
        """Labels of all, those without any tie included."""
        n = self._n or 0
        if self._embedded and n and len(self._labels) > n:
            raise SchemaError(f"{self._name!r} declares {n} people and names {len(self._labels)} in its data.")
        return self._labels + [str(number) for number in range(len(self._labels) + 1, n + 1)]
