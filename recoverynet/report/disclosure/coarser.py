"""The coarser table that stands in for one nearly all of whose figures have to be hidden.

Its figures are figures of the finer one: its rows, its columns, or the rows that can be shown. So it is hidden where the finer one
is and tells no more than that, and the audit of a report, which takes a reader to know every star of the finer table, covers it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from recoverynet.report import wording
from recoverynet.report.disclosure.counted import Declaration
from recoverynet.report.disclosure.disclosed import TOTAL, DisclosedTable
from recoverynet.report.disclosure.policy import CountTable, DisclosurePolicy, file_name
from recoverynet.report.disclosure.publication import Publication

NEARLY_ALL, ENOUGH, SOME = 0.75, 0.5, 0.7
"""Share of hidden figures from which a coarser table is sought; up to which no coarser one is; and up to which one is shown."""


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
    best = shown
    for coarse in _coarser(shown):
        best = min(best, coarse, key=lambda told: told.share_hidden)
        if best.share_hidden <= ENOUGH:
            break
    if best.share_hidden > SOME:
        return shown
    publication.declared.append(_declared(table.declared(policy), shown, best))
    return replace(shown, coarser=best)


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


def _coarser(shown: DisclosedTable) -> Iterator[DisclosedTable]:
    """Rows of a table alone, all rows together, or the rows that can be shown where rows do not add up."""
    counts, rows = shown.counts, list(shown.counts.index)
    adds_up, across = rows[-1] == TOTAL, counts.columns[-1] == TOTAL
    whole = {"denominator": f"all {wording.lower_first(shown.population)}"}
    if adds_up and across and shown.layout == "cross":
        yield _part(shown, "by row alone", columns=[TOTAL], layout="one_way", share_of="column", **whole)
    if adds_up and shown.layout in ("cross", "of_which"):
        yield _part(shown, "all together", rows=[TOTAL], share_of="row" if across else shown.share_of, **whole)
    number = counts[counts.columns[0]]
    told = [row for row in rows if number[row] >= 0 or (shown.layout == "nested" and row == rows[0])]
    if not adds_up and number.iloc[int(shown.layout == "nested") :].max() > 0:
        yield _part(shown, "as far as it can be shown", rows=told)


def _part(shown: DisclosedTable, how: str, *, rows: Sequence[str] = (), columns: Sequence[str] = (), **ways: str) -> DisclosedTable:
    """Some rows and columns of a table; all where none are named."""
    counts = shown.counts.loc[list(rows or shown.counts.index), list(columns or shown.counts.columns)]
    told = ways | {"title": f"{shown.title}, {how}", "name": file_name(f"{how} {shown.title}")}
    return replace(shown, counts=counts, known=(), **told)  # type: ignore[arg-type]


def _declared(finer: Declaration, shown: DisclosedTable, coarse: DisclosedTable) -> Declaration:
    """The coarser table as it enters the model: the same figures, of which the finer one tells how they hang together."""
    places = np.arange(len(finer.cells)).reshape(shown.counts.shape)
    down, side = (own.get_indexer(part) for own, part in zip(shown.counts.axes, coarse.counts.axes, strict=True))
    chosen = places[np.ix_(down, side)].ravel()
    return Declaration(coarse.name, tuple(finer.cells[place] for place in chosen), finer.values[chosen], finer.printed[chosen])
