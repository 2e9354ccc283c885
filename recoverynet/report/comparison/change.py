"""One period against the same a year before: all clients, and the same people told from joiners and leavers."""

from __future__ import annotations

from functools import partial

import pandas as pd

from recoverynet.draw.gaps import describe_gaps, draw_gaps
from recoverynet.report import wording
from recoverynet.report.comparison.counted import (
    BOTH,
    NEITHER,
    ONLY_BEFORE,
    ONLY_NOW,
    Found,
    apart,
    apart_in_pairs,
    difference_table,
    disclose_shares,
    gap_frame,
    paired_counts,
    plain_table,
)
from recoverynet.report.comparison.declared import who_in_pairs, who_overlaps
from recoverynet.report.comparison.figures import FIGURES, NORM, TIE
from recoverynet.report.comparison.setting import JOINED, LEFT, SAME, YearComparison
from recoverynet.report.evaluation.change import norm_in_words
from recoverynet.report.evaluation.links import unseen_in_words
from recoverynet.report.sections import ReportWriter, Section, SectionWriter


def change_section(report: ReportWriter, comparison: YearComparison, found: Found) -> Section:
    """The main figures now and a year before, with their denominators and the interval of the difference."""
    section = report.section("change", "This period and the same a year before", "What is different, and for whom?")
    found.told = [figure for figure in FIGURES if len(comparison.answers(figure, comparison.now))]
    _what_is_compared(section, comparison, found)
    _not_shown(section, comparison, found)
    for figure in found.told:
        for setting in comparison.settings:
            found.shares[figure.name, comparison.label(setting)] = disclose_shares(section, comparison, setting, figure)
    if comparison.before is None or not found.told:
        _now_alone(section, comparison, found)
        return section.finish()
    _everybody(section, comparison, found)
    _same_people(section, comparison, found)
    _came_and_went(section, comparison, found)
    return section.finish()


def _what_is_compared(section: SectionWriter, comparison: YearComparison, found: Found) -> None:
    now = comparison.now
    if comparison.before is None:
        section.note(f"**Nothing to compare with.** {comparison.why_not} The figures of this period stand alone.", "caution")
        section.say(f"This period: {now.period}.")
    else:
        section.say(
            f"This period ({now.period}) stands beside the same a year before ({comparison.before.period}), so that the time of "
            "year is the same. A client under observation in both is one of the **same people**; the others **left since** or "
            "**joined since**. What all clients do can change because people do, or because other people are counted: the "
            "tables tell the two apart."
        )
        rows = {comparison.label(setting): (len(comparison.same), setting.n_clients) for setting in comparison.settings}
        found.overlap = section.table(
            now.share_table(
                rows,
                title="Clients who are under observation in the other period as well",
                population="Clients under observation in each period",
                denominator="all clients under observation in the period",
                period=f"{comparison.before.period}; {now.period}",
                row_header="Period",
                no="In this period only",
                who=who_overlaps(comparison, (comparison.label(comparison.before), comparison.label(now))),
                with_interval=False,
            )
        )
    if any(figure.name in (NORM, TIE) for figure in found.told):
        section.say(norm_in_words(now))


def _not_shown(section: SectionWriter, comparison: YearComparison, found: Found) -> None:
    for setting in comparison.settings:
        if setting.unseen_contact:
            section.note(f"{setting.period}: {unseen_in_words(setting.unseen_contact)}", "caution")
    absent = [wording.lower_first(figure.label) for figure in FIGURES if figure not in found.told]
    if absent:
        section.note(f"Not in the tables, because the record of this period does not hold it: {wording.listed(absent)}.")


def _now_alone(section: SectionWriter, comparison: YearComparison, found: Found) -> None:
    if not found.told:
        return
    rows = {figure.label: found.share(figure.name, comparison.label(comparison.now)) for figure in found.told}
    section.estimates(
        plain_table(
            rows,
            head=comparison.label(comparison.now),
            comparison=comparison,
            title="Main figures of this period",
            population="Clients",
            row_header="Clients who …",
            note=_out_of_in_words(found),
        )
    )


def _out_of_in_words(found: Found) -> str:
    return " ".join(f"{figure.label}: of {figure.out_of}." for figure in found.told if figure.why_not is not None)


def _everybody(section: SectionWriter, comparison: YearComparison, found: Found) -> None:
    before, now = (comparison.label(setting) for setting in comparison.settings)
    rows = {}
    for figure in found.told:
        one, other = found.share(figure.name, before), found.share(figure.name, now)
        rows[figure.label] = (one, other, apart(other, one))
    section.heading("All clients")
    title = f"All clients: {now} less {before}"
    frame = gap_frame({label: difference for label, (_, _, difference) in rows.items()})
    section.figure(
        partial(draw_gaps, frame, title=title),
        alt=describe_gaps(frame, title=title),
        caption=f"Difference between the shares of all clients, {now} less {before}, in percentage points. Out of: the numbers in "
        "the table below. Where a line crosses the upright mark, the difference may be chance.",
    )
    section.estimates(
        difference_table(
            rows,
            heads=(before, now),
            comparison=comparison,
            title="Main figures of all clients, now and a year before",
            population="Clients",
            row_header="Clients who …",
            denominator="all clients under observation in the period, unless said otherwise",
            note=f"{_out_of_in_words(found)} The interval (Newcombe 1998) treats the two periods as separate people; many are "
            "in both, so that it is wider than it need be.",
        )
    )


def _same_people(section: SectionWriter, comparison: YearComparison, found: Found) -> None:
    counts = {figure.label: paired_counts(comparison, figure) for figure in found.told}
    counts = {label: row for label, row in counts.items() if row.sum()}
    section.heading("The same people")
    if not counts:
        section.note("Nobody was under observation in both periods, so that the same people cannot be compared.")
        return
    before, now = (comparison.label(setting) for setting in comparison.settings)
    names = BOTH, ONLY_NOW, ONLY_BEFORE, NEITHER
    frame = pd.DataFrame(counts).T[list(names)]
    found.pairs = shown = section.disclose(
        comparison.now.count_table(
            frame,
            title="The same people, now and a year before",
            population="Clients under observation in both periods",
            denominator="the same people, asked both times",
            period=f"{before}; {now}",
            row_header="Clients who …",
            rows="separate",
            columns="parts",
            share_of="row",
            who=who_in_pairs(frame, found.told, names),
        )
    )
    differences = {label: apart_in_pairs(shown, label) for label in counts}
    title = f"The same people: {now} less {before}"
    frame = gap_frame(differences)
    section.figure(
        partial(draw_gaps, frame, title=title),
        alt=describe_gaps(frame, title=title),
        caption=f"Difference between the shares of the same people, {now} less {before}, in percentage points (paired interval, "
        "Newcombe 1998). Out of: clients under observation in both periods of whom the answer is known both times.",
    )
    section.show(shown)


def _came_and_went(section: SectionWriter, comparison: YearComparison, found: Found) -> None:
    before, now = (comparison.label(setting) for setting in comparison.settings)
    rows = {}
    for figure in found.told:
        joined, same = found.share(figure.name, now, JOINED), found.share(figure.name, now, SAME)
        rows[f"{figure.label}: {wording.lower_first(JOINED)}"] = (same, joined, apart(joined, same))
        left, stayed = found.share(figure.name, before, LEFT), found.share(figure.name, before, SAME)
        rows[f"{figure.label}: {wording.lower_first(LEFT)}"] = (stayed, left, apart(left, stayed))
    section.heading("Who joined, and who left")
    section.estimates(
        difference_table(
            rows,
            heads=("Same people", "Joined or left"),
            comparison=comparison,
            title="Who joined since, and who left since, beside the same people of that period",
            population="Clients",
            row_header="Clients who …",
            denominator="clients of the same standing in the same period, unless said otherwise",
            note=f"Joined since: under observation in {now} and not in {before}. Left since: the other way round. "
            "Each stands beside the same people in the same period. Who joined late had less time for a contact.",
        )
    )
