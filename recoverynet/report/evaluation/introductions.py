"""What became of introductions: how many proposals came to an end that is known, and to which."""

from __future__ import annotations

import pandas as pd

from recoverynet.measures.introduction_outcomes import introduction_courses
from recoverynet.report import wording
from recoverynet.report.disclosure.counted import Counted, Sum
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.evaluation.observed import Findings
from recoverynet.report.evaluation.setting import EvaluationSetting
from recoverynet.report.sections import SectionWriter

PROPOSALS = Counted("proposals")

ENDS = {"attended": "Went", "declined": "Said no", "withdrawn": "Called off", "open": "Not known"}


def introductions_told(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    """Proposals of a group to a client by how they ended, by kind of group and by month or quarter."""
    courses = setting.once(introduction_courses, setting.record)
    courses = courses[courses["client_id"].isin(setting.clients)]
    if courses.empty:
        return
    section.heading("What became of introductions")
    section.say(
        "A **proposal** is the offer of one group to one client, until they went, said no, or it was called off. The loop is "
        "closed where somebody knows which of these it was; referral schemes that publish it close about half. Going is "
        "counted up to the end of the period, so proposals of the last weeks have had little time."
    )
    ended = pd.Categorical(courses["outcome"].map(ENDS), categories=list(ENDS.values()))
    counts = pd.crosstab(courses["kind"].map(wording.label), ended, dropna=False).rename_axis(index=None, columns=None)
    findings["introductions"] = section.table(
        setting.count_table(
            counts,
            title="Proposals of a group, by how they ended",
            population="Proposals of a group to a client",
            denominator="proposals that ended in the same way",
            row_header="Kind of group",
            columns="parts",
            who=Who(PROPOSALS, rows={kind: kind_facts(kind) for kind in counts.index}, columns={"Not known": ("not known",)}),
            note="A client offered two groups has two proposals. Not known: neither going, nor a no, nor a calling off "
            "is written down.",
        )
    )
    _by_time(section, setting, courses, findings)


def kind_facts(kind: str) -> tuple[str, ...]:
    """What is true of proposals of a kind of group."""
    return (f"group kind: {kind}",)


def _who_by_time(closed: dict[str, tuple[int, int]], courses: pd.DataFrame) -> Who:
    """Proposals of all times are those of the table by kind of group, as far as none lies outside."""
    of = {label: PROPOSALS.who(f"made {label}") for label in closed}
    facts = {label: (f"ended {label}",) for label in closed}
    sums: tuple[Sum, ...] = ()
    if sum(n for _, n in closed.values()) == len(courses):
        unknown = tuple((of[label].who(f"not ended {label}"), n - ended) for label, (ended, n) in closed.items())
        open_ = PROPOSALS.who("not known")
        sums = (
            ((PROPOSALS, len(courses)), tuple((of[label], n) for label, (_, n) in closed.items())),
            ((open_, sum(n for _, n in unknown)), unknown),
        )
    return Who(PROPOSALS, rows=facts, rows_of=of, sums=sums)


def _by_time(section: SectionWriter, setting: EvaluationSetting, courses: pd.DataFrame, findings: Findings) -> None:
    """The closure rate by month or quarter of the proposal."""
    every, steps = setting.steps
    spans = [
        (wording.short_period(start, end), courses[(courses["proposed_at"] >= start) & (courses["proposed_at"] < end)])
        for start, end in steps
    ]
    closed = {label: (int((part["outcome"] != "open").sum()), len(part)) for label, part in spans}
    if len(closed) < 2:
        return
    findings["introductions_closed"] = section.table(
        setting.share_table(
            closed,
            title=f"Proposals whose end is known, by {every}",
            population="Proposals of a group to a client",
            denominator=f"proposals made in the {every}",
            row_header=f"{every.capitalize()} of the proposal",
            no="Not known",
            who=_who_by_time(closed, courses),
        )
    )
