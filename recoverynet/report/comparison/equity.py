"""Who is reached less than others: gaps between subgroups, with the interval of each."""

from __future__ import annotations

from functools import partial

import pandas as pd

from recoverynet.draw.gaps import describe_gaps, draw_gaps
from recoverynet.report import wording
from recoverynet.report.comparison.counted import Apart, Found, Share, apart, difference_table, gap_frame, share_of
from recoverynet.report.comparison.declared import who_by_column
from recoverynet.report.comparison.figures import CONTACT, NORM, MainFigure
from recoverynet.report.comparison.setting import EQUITY, YearComparison
from recoverynet.report.sections import ReportWriter, Section, SectionWriter

TOLD = (CONTACT, NORM)
UNKNOWN = wording.NOT_RECORDED


def equity_section(report: ReportWriter, comparison: YearComparison, found: Found) -> Section:
    """For every subgroup its share, that of everybody else, and how far they are apart."""
    section = report.section("equity", "Who is reached, and who is not", "Which groups of clients are reached less than others?")
    absent = [name for name in EQUITY if name not in comparison.equity]
    if absent:
        spoken = wording.listed([wording.lower_first(wording.label(name)) for name in absent])
        section.note(f"Not recorded for any client of this period, so that a gap could be there unseen: {spoken}.")
    if not comparison.equity:
        return section.finish()
    section.say(
        "Each group stands beside **everybody else** whose group is recorded; of two groups the first is shown, and the other is "
        "everybody else. Clients whose group is not recorded are told, and "
        "are in no gap. Groups differ in more than their name: a gap says where to look, not why it is there. Of twenty gaps "
        "that are nothing but chance, about one has an interval that does not hold 0."
    )
    for figure in found.told:
        if figure.name in TOLD:
            _one_figure(section, comparison, found, figure)
    return section.finish()


def _one_figure(section: SectionWriter, comparison: YearComparison, found: Found, figure: MainFigure) -> None:
    rows: dict[str, tuple[Share, Share, Apart]] = {}
    unknown: list[str] = []
    for column in comparison.equity:
        told, without = _one_column(section, comparison, figure, column)
        rows |= told
        unknown += without
    gaps = {label: gap for label, (_, others, gap) in rows.items() if others[1] != 0}
    if not gaps:
        return
    section.heading(figure.label)
    title = f"{figure.label}: each group less everybody else"
    frame = gap_frame(gaps)
    section.figure(
        partial(draw_gaps, frame, title=title),
        alt=describe_gaps(frame, title=title),
        caption=f"Clients who {figure.spoken}, {comparison.now.period}: the share of each group less that of everybody else, in "
        f"percentage points. Out of: {figure.out_of}, whose group is recorded.",
    )
    section.estimates(
        difference_table(
            rows,
            heads=("This group", "Everybody else"),
            comparison=comparison,
            title=f"{figure.label}, by group",
            population="Clients",
            row_header="Group",
            denominator=f"{figure.out_of}, whose group is recorded",
            note=f"Interval: Newcombe 1998. {' '.join(unknown)}".strip(),
        )
    )
    sure = {label: gap for label, gap in gaps.items() if gap[1] > 0 or gap[2] < 0}
    found.n_gaps += len(gaps)
    found.gaps += [f"{label} ({wording.lower_first(figure.label)})" for label in sure]


def _one_column(
    section: SectionWriter, comparison: YearComparison, figure: MainFigure, column: str
) -> tuple[dict[str, tuple[Share, Share, Apart]], list[str]]:
    """The gaps of one column, and how many its group is not recorded of, in words."""
    spoken = wording.label(column)
    levels = comparison.now.client_rows[column]
    labels = levels.map(wording.label).where(levels.notna(), UNKNOWN).astype(object)
    asked = labels.reindex(comparison.answers(figure, comparison.now).index)
    known = sorted(set(asked) - {UNKNOWN})
    order = [*known, *([UNKNOWN] if (asked == UNKNOWN).any() else [])]
    if not order:
        return {}, []
    shown = section.disclose(
        comparison.now.count_table(
            comparison.counts(figure, comparison.now, labels, order),
            title=f"{figure.label}, by {wording.lower_first(spoken)}",
            denominator=f"{figure.out_of}, of the same {wording.lower_first(spoken)}",
            row_header=spoken,
            columns="parts",
            share_of="row",
            who=who_by_column(figure, column, order),
        )
    )
    whole, nothing = share_of(shown), share_of(shown, UNKNOWN)
    rows = {}
    for level in known if len(known) != 2 else known[:1]:
        own = share_of(shown, level)
        others = whole[0] - nothing[0] - own[0], whole[1] - nothing[1] - own[1]
        others = others if 0 <= others[0] <= others[1] or pd.isna(sum(others)) else (float("nan"), float("nan"))
        rows[f"{spoken}: {level}"] = (own, others, apart(own, others))
    return rows, [f"{spoken} not recorded: {wording.said_of(nothing[1], whole[1], share=False)}."] if UNKNOWN in order else []
