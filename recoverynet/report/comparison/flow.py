"""Who was counted and why others were not, from the clients on the record to every figure; the numbers add up."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from recoverynet.draw.flow import describe_flow, draw_flow
from recoverynet.report import wording
from recoverynet.report.comparison.counted import Found
from recoverynet.report.comparison.declared import who_asked
from recoverynet.report.comparison.figures import ASKED, REASONS, MainFigure
from recoverynet.report.comparison.setting import YearComparison
from recoverynet.report.disclosure.counted import Counted
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.disclosure.disclosed import TOTAL, DisclosedTable
from recoverynet.report.disclosure.policy import CountTable
from recoverynet.report.evaluation.setting import CLIENTS, EvaluationSetting
from recoverynet.report.sections import ReportWriter, Section

COUNTED = "Counted in this report"
OTHERS, DECLINED, NOT_ASKED = "Not among those reported on", "Did not agree to evaluation", "Answer on evaluation not recorded"
AWAY = "Not under observation in the period"


def flow_section(report: ReportWriter, comparison: YearComparison, found: Found) -> Section:
    """From all clients on the record to those behind each figure, with a reason for everybody who is not."""
    section = report.section("flow", "Who was counted, and who was not", "Whom do the figures rest on, and who is missing?")
    now = comparison.now
    found.flow = shown = section.disclose(
        now.count_table(
            pd.Series(left_out(comparison)),
            title="From the clients on the record to those counted",
            population="Clients on the record",
            denominator="all clients on the record",
            row_header="Clients",
            who=Who(Counted("clients on the record"), rows_of={COUNTED: CLIENTS}),
        )
    )
    asked = {}
    for figure in found.told:
        if figure.why_not is not None:
            asked[figure.label] = section.disclose(_asked_table(comparison, figure))
    steps = _steps(shown, asked, wording.number)
    title = f"Clients on the record and in the figures, {comparison.label(now)}"
    section.figure(
        partial(draw_flow, steps, title=title),
        alt=describe_flow(_steps(shown, asked, _said), title=title),
        caption=f"Who was counted and why others were not, after STROBE, {now.period}. Contact with the recovery community is "
        "asked of everybody counted; each figure below it of some of them.",
    )
    section.show(shown)
    for table in asked.values():
        section.show(table)
    return section.finish()


def left_out(comparison: YearComparison) -> dict[str, int]:
    """Clients on the record by whether they are counted, and if not, by the first reason why; the parts are the whole."""
    agreed = comparison.now.agreed
    answers: Any = agreed.roles.loc["client"]
    within = int(answers.sum())
    rows = {
        COUNTED: comparison.now.n_clients,
        OTHERS: comparison.n_on_record - within,
        DECLINED: int(answers["n_declined"]),
        NOT_ASKED: int(answers["n_unknown"]) if agreed.unknown_consent == "leave_out" else 0,
    }
    rows[AWAY] = comparison.n_on_record - sum(rows.values())
    return {label: n for label, n in rows.items() if n or label == COUNTED}


def asked_counts(comparison: YearComparison, setting: EvaluationSetting, figure: MainFigure) -> pd.Series:
    """The clients of a setting by whether a figure can be asked of them, and if not, by the first reason why."""
    reasons = comparison.asked(figure, setting)
    order = [ASKED, *(reason for reason in REASONS if (reasons == reason).any())]
    return reasons.value_counts().reindex(order, fill_value=0)


def _asked_table(comparison: YearComparison, figure: MainFigure) -> CountTable:
    counts = asked_counts(comparison, comparison.now, figure)
    return comparison.now.count_table(
        counts.rename(None).rename_axis(None),
        title=f"{figure.label}: whom it is asked of",
        denominator="clients counted in this report",
        row_header="Clients",
        who=who_asked(figure, ASKED, counts.index),
        note=f"Asked of: {figure.out_of}.",
    )


def _said(count: float) -> str:
    """A count for who hears the chart."""
    return wording.HIDDEN_NUMBER if math.isnan(count) else wording.number(count)


def _steps(shown: DisclosedTable, asked: dict[str, DisclosedTable], told: Callable[[float], str]) -> list[tuple[str, list[str]]]:
    """The boxes of the flow chart, from figures after disclosure, as told by a function."""
    whole = shown.n(TOTAL) if TOTAL in shown.counts.index else shown.n(COUNTED)
    reasons = [f"{label}: {told(shown.n(label))}" for label in shown.counts.index if label not in (COUNTED, TOTAL)]
    steps: list[tuple[str, list[str]]] = [
        (f"Clients on the record: {told(whole)}", []),
        (f"{COUNTED}: {told(shown.n(COUNTED))}", reasons),
    ]
    for label, table in asked.items():
        others = [f"{row}: {told(table.n(row))}" for row in table.counts.index if row not in (ASKED, TOTAL)]
        steps.append((f"{label}: asked of {told(table.n(ASKED))} of them", others))
    return steps
