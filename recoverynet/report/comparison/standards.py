"""The measures commissioners ask for, side by side: NICE quality standards, continuity of care, closure of introductions."""

from __future__ import annotations

import pandas as pd

from recoverynet.measures.continuity import continuity_of_care
from recoverynet.measures.introduction_outcomes import introduction_courses
from recoverynet.measures.nice import nice_qs11_statement2, nice_qs23_statement7
from recoverynet.report.comparison.counted import Apart, Found, Share, apart, difference_table, plain_table
from recoverynet.report.comparison.declared import clients_of
from recoverynet.report.comparison.setting import YearComparison
from recoverynet.report.disclosure.counted import Counted
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.evaluation.setting import EvaluationSetting
from recoverynet.report.sections import ReportWriter, Section, SectionWriter

QS11 = "NICE QS11 statement 2: told of a group and helped to reach it"
QS23 = "NICE QS23 statement 7: helped to reach recovery services (drugs)"
PRISON = "Continuity of care: seen within three weeks of release"
CLOSED = "Introductions whose end is known"
ROWS = (QS11, QS23, PRISON, CLOSED)


def standards_section(report: ReportWriter, comparison: YearComparison, found: Found) -> Section:
    """Each measure with its own denominator, now and a year before; those the record cannot feed are said to be absent."""
    section = report.section(
        "standards", "Measures commissioners ask for", "How do quality standards, continuity of care and introductions stand?"
    )
    counts = [(setting, standards(setting)) for setting in comparison.settings]
    absent = [row for row in ROWS if not any(each[row][1] for _, each in counts)]
    if absent:
        section.note(f"Nothing to count in the record of {'either' if len(counts) > 1 else 'this'} period: {'; '.join(absent)}.")
    told = [row for row in ROWS if row not in absent]
    if not told:
        return section.finish()
    section.say(
        "Each of these has a definition and a denominator of its own. They count what is written down here as a step towards a "
        "group; national figures count what a return asks about, and the two need not agree."
    )
    shares = _disclosed(section, comparison, counts, told)
    words = {
        "title": "Measures commissioners ask for",
        "population": "Clients; proposals of a group for introductions",
        "row_header": "Measure",
        "denominator": "those each measure is about",
        "note": _definitions(told),
    }
    labels = [comparison.label(setting) for setting in comparison.settings]
    if len(counts) == 1:
        alone = {row: each[0] for row, each in shares.items()}
        section.estimates(plain_table(alone, head=labels[0], comparison=comparison, **words))
        return section.finish()
    rows: dict[str, tuple[Share, Share, Apart]] = {row: (one, other, apart(other, one)) for row, (one, other) in shares.items()}
    section.estimates(difference_table(rows, heads=(labels[0], labels[1]), comparison=comparison, **words))
    return section.finish()


def _disclosed(
    section: SectionWriter,
    comparison: YearComparison,
    counts: list[tuple[EvaluationSetting, dict[str, tuple[int, int]]]],
    told: list[str],
) -> dict[str, list[Share]]:
    """Each measure in each period, as it may be told."""
    shares: dict[str, list[Share]] = {row: [] for row in told}
    for setting, each in counts:
        shown = section.disclose(
            setting.share_table(
                {row: each[row] for row in told},
                title=f"Measures commissioners ask for, {comparison.label(setting)}",
                denominator="those each measure is about",
                row_header="Measure",
                with_interval=False,
                who=_who(clients_of(comparison, setting), each),
            )
        )
        for row in told:
            shares[row].append((shown.n(row), shown.total(row)))
    return shares


def _who(clients: Counted, counts: dict[str, tuple[int, int]]) -> Who:
    """Told and helped are some of those helped; where everybody is in drug treatment, of the same people."""
    treated = clients.who("in treatment")
    drugs = treated if counts[QS11][1] == counts[QS23][1] else treated.who("treated for drugs")
    own = {PRISON: Counted(f"{clients.of}, released"), CLOSED: Counted(f"proposals to {clients.of}")}
    facts = {QS11: ("supported", "told and supported"), QS23: ("supported",), PRISON: ("seen",), CLOSED: ("ended",)}
    return Who(clients, rows=facts, rows_of=own | {QS11: treated, QS23: drugs})


def standards(setting: EvaluationSetting) -> dict[str, tuple[int, int]]:
    """Each measure of a period as how many of how many."""
    qs11 = nice_qs11_statement2(setting.as_written, window=setting.window).iloc[0]
    qs23 = nice_qs23_statement7(setting.as_written, window=setting.window).iloc[0]
    prison = continuity_of_care(setting.as_written, window=setting.window).iloc[0]
    return {
        QS11: (int(qs11["n_both"]), int(qs11["n_clients"])),
        QS23: (int(qs23["n_supported"]), int(qs23["n_clients"])),
        PRISON: (int(prison["n_seen"]), int(prison["n_followed"])),
        CLOSED: _closed(setting),
    }


def _closed(setting: EvaluationSetting) -> tuple[int, int]:
    """Proposals whose end came to be known within the period, of those made in it."""
    courses: pd.DataFrame = introduction_courses(setting.record)
    courses = courses[courses["client_id"].isin(setting.clients)]
    return int((courses["outcome"] != "open").sum()), len(courses)


DEFINITIONS = {
    QS11: "QS11 statement 2: of clients in treatment, those of whom both information on a group and support to reach it are "
    "recorded; the statement is about alcohol, here every client in treatment counts.",
    QS23: "QS23 statement 7: of clients in treatment for drugs, those introduced or accompanied to a group.",
    PRISON: "Continuity of care: of clients released from prison in the period and followed for three weeks, those seen by a "
    "service in that time.",
    CLOSED: "Introductions: of proposals of a group to a client made in the period, those that ended in it in going, a no or "
    "being called off.",
}


def _definitions(told: list[str]) -> str:
    return " ".join([*(DEFINITIONS[row] for row in told), "Interval: Newcombe 1998."])
