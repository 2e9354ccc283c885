"""Page one of a what-if: the answer, how sure, and every assumption; and what is tried."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.models.interventions.comparison import AS_PLANNED
from recoverynet.models.interventions.courses import HORIZON_CHECK
from recoverynet.report import wording
from recoverynet.report.disclosure.policy import CountTable
from recoverynet.report.sections import KeyFigure, ReportWriter, Section
from recoverynet.report.standing import standing
from recoverynet.report.what_if.declared import who_at_the_start
from recoverynet.report.what_if.setting import WhatIf
from recoverynet.report.what_if.wording import RULE_LABELS, interventions_in_words, signed, within

TOO_FEW = "So few clients are on this record that nothing can be shown without telling of one of them."


def brief_section(report: ReportWriter, what_if: WhatIf) -> Section:
    """The answer in numbers, how sure, and every assumption."""
    section = report.section("in_brief", "In brief")
    if what_if.too_few:
        section.points([TOO_FEW])
        return section.finish()
    section.points(interventions_in_words(what_if.plan.interventions, what_if.source.standing.group_names))
    section.key_figures(_key_figures(what_if))
    section.points([text for text in (_linked(what_if), _gained(what_if), _apart(what_if), _tips(what_if)) if text])
    section.note(standing("what_if_caveat", basis=what_if.basis), "caution")
    section.heading("Everything this assumes")
    section.points([*what_if.found.assumptions, *_limits_found(what_if)])
    return section.finish()


def _key_figures(what_if: WhatIf) -> list[KeyFigure]:
    row: Any = what_if.frame.loc[what_if.lead]
    months = what_if.plan.horizon
    rule = RULE_LABELS[what_if.lead].lower()
    figures = []
    for word, label in (("linked", "clients going to a recovery group"), ("gained", "clients holding the norm")):
        if what_if.shows("linked" if word == "linked" else "holding"):
            detail = f"{within(row[f'{word}_low'], row[f'{word}_high'])}, of {_about(what_if.n)}, after {months} months; {rule}"
            figures.append(KeyFigure(signed(row[word]), f"more {label}", detail))
    cost = f"£{row['pounds']:,.0f} besides; " if row["pounds"] else ""
    figures.append(
        KeyFigure(f"{row['hours']:,.0f}", "hours", f"{cost}{row['proposed']:.0f} proposals, {row['followed']:.0f} followed")
    )
    return figures


def _about(count: float) -> str:
    return f"about {10 * round(count / 10):,} clients"


def _linked(what_if: WhatIf) -> str:
    if not what_if.shows("linked"):
        return "How many more would go to a recovery group is not shown: too few do at the start."
    row: Any = what_if.frame.loc[what_if.lead]
    said = (
        f"**Links.** After {what_if.plan.horizon} months {signed(row['linked'])} clients "
        f"({within(row['linked_low'], row['linked_high'])}) "
        "go to a recovery group who would not without."
    )
    if math.isfinite(row["hours_per_linked"]):
        said += f" That is {row['hours_per_linked']:.0f} hours for each client more who is linked at the end."
    return said


def _gained(what_if: WhatIf) -> str:
    if not what_if.shows("holding"):
        return "How many more would hold the norm is not shown: too few do, or do not, at the start."
    row: Any = what_if.frame.loc[what_if.lead]
    said = (
        f"**The norm.** {signed(row['gained'])} clients ({within(row['gained_low'], row['gained_high'])}) hold it who "
        f"would not without."
    )
    if row["gained_low"] <= 0 <= row["gained_high"]:
        return (
            said
            + " That interval includes no difference: under these assumptions nobody can say that it does anything for the norm."
        )
    if math.isfinite(row["hours_per_gained"]):
        said += f" That is {row['hours_per_gained']:.0f} hours for each."
    return said


def _apart(what_if: WhatIf) -> str:
    rules = what_if.found.rules
    if len(rules) < 2:
        return ""
    between = what_if.found.between()
    for outcome, words in (("linked", "clients linked"), ("holding", "clients holding the norm")):
        apart = between[(between["outcome"] == outcome) & between["told_apart"]]
        if len(apart) and what_if.shows(outcome):
            return (
                f"**How clients are chosen.** Of {len(rules)} ways, {len(apart)} pairs can be told apart by {words}; the "
                f"table shows which."
            )
    return f"**How clients are chosen** cannot be told to matter: no two of {len(rules)} ways are told apart."


def _tips(what_if: WhatIf) -> str:
    led = what_if.tipping.tips()
    if len(what_if.found.rules) < 2:
        return ""
    certain = led.loc[led["ever_leads"], "assumption"].tolist()
    if certain:
        return (
            f"**If assumptions were otherwise**, one way would be told apart from the next under some value of "
            f"{wording.listed(certain)}."
        )
    return "**If assumptions were otherwise**, still no way would be told apart from the next."


def _limits_found(what_if: WhatIf) -> list[str]:
    """What was looked at and did not hold, in sentences."""
    said = []
    for check in what_if.found.checks:
        if check.passed is False and check.name == HORIZON_CHECK:
            said.append(f"The horizon reaches beyond what the record covers: {check.detail}.")
    unfilled = float(what_if.frame["unfilled"][what_if.lead])
    if unfilled >= 1:
        said.append(f"About {unfilled:.0f} of the proposals found nobody: no client, group or introducer fitted.")
    return said


def plan_section(report: ReportWriter, what_if: WhatIf) -> Section:
    """What is tried, on whom, and from where they start."""
    section = report.section("plan", "What is tried", "What is done, for whom, and where do they start?")
    section.points(interventions_in_words(what_if.plan.interventions, what_if.source.standing.group_names))
    if what_if.found.rules != (AS_PLANNED,):
        ways = [RULE_LABELS[name].lower() for name in what_if.found.rules]
        section.say(
            f"Clients are chosen among those who go to no recovery group, in {wording.plural(len(ways), 'way')}: "
            f"{wording.listed(ways)}. "
            "No way looks at a number about anybody's chances; whoever was asked is not asked again for three months."
        )
    section.say(what_if.source.rates_in_words)
    section.table(_start_table(what_if))
    return section.finish()


def _start_table(what_if: WhatIf) -> CountTable:
    """Clients by known state and link at the start."""
    at = what_if.source.standing.community
    known = at.state >= 0
    holds = np.where(known, at.holds[np.maximum(at.state, 0)], False)
    linked = (at.active & at.recovery).any(axis=1)
    rows = {"Holds the norm": known & holds, "Does not hold it": known & ~holds, "State not on record": ~known}
    counts = pd.DataFrame(
        {
            name: [int((at.client & which & (linked == goes)).sum()) for which in rows.values()]
            for name, goes in (("Goes to a recovery group", True), ("Goes to none", False))
        },
        index=list(rows),
    )
    return CountTable(
        counts,
        title="Clients at the start, by state and link",
        population="Clients who agreed to evaluation and are still there",
        denominator="all clients",
        period=what_if.period,
        row_header="State",
        share_of="row",
        name="start",
        who=who_at_the_start(rows, counts.columns),
    )
