"""The coarser table that stands in for one nearly all of whose figures have to be hidden.

A coarser table is published like any other, together with all that was published before: its figures are sums of those of the
finer one, and whoever reads it is taken to know which figures of the finer one are hidden, and of every coarser one tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from recoverynet.report import wording
from recoverynet.report.disclosure.counted import Counted, Declaration, Sum
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.disclosure.disclosed import DisclosedTable
from recoverynet.report.disclosure.policy import CountTable, DisclosurePolicy, file_name
from recoverynet.report.disclosure.publication import Publication

NEARLY_ALL, ENOUGH, SOME = 0.75, 0.5, 0.7
"""Share of hidden figures from which a coarser table is sought; up to which no coarser one is; and up to which one is shown."""
ALL_OTHERS = "All others"

Groups = Sequence[tuple[str, ...]]


def disclosed_or_coarser(table: CountTable, policy: DisclosurePolicy, publication: Publication) -> DisclosedTable:
    """A table after disclosure, with a coarser one to stand in its place where nearly all of its figures are hidden.

    Parameters
    ----------
    table : CountTable
    policy : DisclosurePolicy
    publication : Publication
        While tables are gathered no coarser one is sought: what is hidden is not decided yet.

    Returns
    -------
    DisclosedTable
        ``coarser`` is None where enough is shown, and where no coarser table can be shown either.
    """
    shown = table.disclosed(policy, publication)
    if publication.gathering or shown.share_hidden < NEARLY_ALL:
        return shown
    tried = []
    for coarse in coarser_tables(table, table.declared(policy), shown):
        tried.append(coarse.disclosed(policy, publication))
        if tried[-1].share_hidden <= ENOUGH:
            break
    best = min(tried, key=lambda told: told.share_hidden, default=shown)
    return replace(shown, coarser=best) if best.share_hidden <= SOME else shown


def in_its_place(shown: DisclosedTable) -> str:
    """That a coarser table stands in the place of one, or that not even a coarser one can be shown; nothing where neither is so."""
    if shown.coarser is not None:
        return (
            f"**{shown.title}:** nearly all of these numbers have to be hidden, because they are small or give away small ones. In "
            "their place stands a coarser table of the same."
        )
    if shown.share_hidden == 1.0:
        return f"**{shown.title}:** not one of these numbers can be shown, nor can coarser ones."
    return ""


def coarser_tables(table: CountTable, finer: Declaration, shown: DisclosedTable) -> Iterator[CountTable]:
    """Coarser tables of the same people, the finest first: by fewer groups, by rows alone, of all rows together.

    How they are made follows from the labels, their order and the stars alone, so that the choice tells nothing of the counts.
    Of rows that do not add up there is nothing coarser than those that can be shown.
    """
    rows, columns = list(table.counts.index), list(table.counts.columns)
    cut_rows = table.rows == "parts" and len(rows) > 1
    cut_columns = table.columns == "parts" and len(columns) > 1 and not table.measured
    fewer_rows, fewer_columns = _single(rows), _single(columns)
    if cut_rows:
        fewer_rows = _first_and_rest(rows) if rows == columns else _halves(rows)
    if cut_columns:
        fewer_columns = _first_and_rest(columns)
    if len(fewer_rows) < len(rows) or len(fewer_columns) < len(columns):
        yield _pooled(finer, table, fewer_rows, fewer_columns, "in fewer groups")
    if cut_rows and cut_columns:
        yield _pooled(finer, table, fewer_rows, [tuple(columns)], "by row alone")
    if cut_rows and len(columns) > 1:
        yield _pooled(finer, table, [tuple(rows)], _single(columns), "all together")
    if not cut_rows:
        told = [row for row in rows if shown.counts.loc[row].notna().any() or (table.rows == "nested" and row == rows[0])]
        if 1 < len(told) < len(rows) or (len(told) == 1 and table.rows == "separate" and len(rows) > 1):
            yield _pooled(finer, table, _single(told), _single(columns), "as far as it can be shown")


def _single(labels: Iterable[str]) -> Groups:
    return [(label,) for label in labels]


def _halves(labels: Sequence[str]) -> Groups:
    """Labels in their order, put together to two groups."""
    middle = len(labels) // 2
    return [tuple(part) for part in (labels[:middle], labels[middle:]) if part]


def _first_and_rest(labels: Sequence[str]) -> Groups:
    """What a table is about in the first place, and all others."""
    return [(labels[0],), tuple(labels[1:])]


def _pooled(finer: Declaration, table: CountTable, rows: Groups, columns: Groups, how: str) -> CountTable:
    """The table with rows and columns put together."""
    counts = table.counts
    names = [_names(rows, table.population), _names(columns, "Number", rest=ALL_OTHERS)]
    made = [[int(counts.loc[list(row), list(column)].to_numpy().sum()) for column in columns] for row in rows]
    title = f"{table.title}, {how}"
    coarse = replace(
        table,
        counts=pd.DataFrame(made, index=names[0], columns=names[1]),
        title=title,
        name=file_name(f"{how} {table.title}"),
        columns=table.columns if len(columns) > 1 else "separate",
        share_of="column" if len(columns) == 1 else table.share_of,
        differences=(),
        hide_rows=(),
        known=(),
    )
    return replace(coarse, who=_who(finer, table, coarse, rows, columns))


def _names(groups: Groups, whole: str, rest: str = "") -> list[str]:
    """What groups of labels are called; where there is one group alone, as everything is."""
    if len(groups) == 1 and len(groups[0]) > 1:
        return [whole]
    labels = {label for group in groups for label in group}
    joined = [wording.listed([group[0], *map(wording.lower_first, group[1:])], "or") for group in groups]
    return [rest if rest and len(group) > 1 and rest not in labels else name for group, name in zip(groups, joined, strict=True)]


def _who(finer: Declaration, table: CountTable, coarse: CountTable, rows: Groups, columns: Groups) -> Who:
    """Whom the figures of the coarser table count: figures of the finer one, or sums of them."""
    size = tuple(n + (way == "parts" and n > 1) for n, way in zip(table.counts.shape, (table.rows, table.columns), strict=True))
    places = np.arange(len(finer.cells)).reshape(size)
    down, side = (
        _positions(list(labels), groups, n) for labels, groups, n in zip(table.counts.axes, (rows, columns), size, strict=True)
    )
    exactly, sums = dict[tuple[str | None, str | None], Counted](), list[Sum]()
    for row, above in zip([*coarse.counts.index, None], down, strict=False):
        for column, beside in zip([*coarse.counts.columns, None], side, strict=False):
            parts = places[np.ix_(above, beside)].ravel()
            own = [finer.cells[part] for part in parts]
            cell = own[0]
            if len(own) > 1:
                common = frozenset.intersection(*(each.facts for each in own))
                cell = Counted(cell.of, common).who(f"{coarse.name}: {row}, {column}")
                told = tuple((each, int(finer.values[part])) for each, part in zip(own, parts, strict=True))
                sums.append(((cell, int(finer.values[parts].sum())), told))
            exactly[row, column] = cell
    return Who(finer.cells[0], exactly=exactly, sums=tuple(sums))


def _positions(labels: list[str], groups: Groups, size: int) -> list[list[int]]:
    """Where the figures of each group stand among those of the finer table, and of the margin last; the margin for all of them."""
    margin = [size - 1]
    told = [margin if len(group) == len(labels) < size else [labels.index(label) for label in group] for group in groups]
    return [*told, margin] if len(groups) > 1 and size > len(labels) else told
