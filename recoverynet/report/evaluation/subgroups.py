"""Links broken down: contact, the way to a group and contact after treatment, by substance, area, provider or another column."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from recoverynet.draw.bars import describe_intervals, interval_bars
from recoverynet.measures.aftercare import aftercare_coverage, phase_within
from recoverynet.measures.linkage import linkage_funnel
from recoverynet.measures.subgroups import NOT_RECORDED as EMPTY
from recoverynet.measures.subgroups import level_of_each
from recoverynet.report import wording
from recoverynet.report.disclosure.counted import label_facts, of_column
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.disclosure.disclosed import DisclosedTable
from recoverynet.report.evaluation.observed import Findings
from recoverynet.report.evaluation.setting import CLIENTS, EvaluationSetting
from recoverynet.report.sections import SectionWriter

CONTACT = "with any contact with the recovery community"
CONTACTED = ("contact",)
WITHIN = {days: wording.label(phase_within(days)) for days in (28, 90)}
"""How the phases after treatment are called, by their days."""
MAIN_STEPS = ("offered", "introduced", "attended", "involved")
"""Steps told of every subgroup: as many columns as a page holds."""


def client_labels(setting: EvaluationSetting, column: str) -> pd.Series:
    """What each client is called by one column, as it may be told; indexed by person id."""
    levels = pd.Series(level_of_each(setting.record, column, setting.clients), index=setting.clients).replace(EMPTY, None)
    return setting.told(levels).map(wording.label).where(levels.notna(), wording.NOT_RECORDED)


def in_order(labels: pd.Index | np.ndarray) -> list[str]:
    """Labels by the alphabet, those not recorded last."""
    return sorted(labels, key=lambda text: (text == wording.NOT_RECORDED, text))


def by_group(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    """Who has contact with the recovery community, by every column asked for."""
    if setting.reached.empty or not setting.by:
        return
    section.heading("Who is reached, and who is not")
    linked = setting.clients.isin(setting.reached["person_id"])
    pictures = []
    for column in setting.by:
        counts = pd.crosstab(client_labels(setting, column).to_numpy(), linked).reindex(columns=[True, False], fill_value=0)
        shown = findings[f"by_{column}"] = _contact_by(section, setting, column, counts)
        frame = shown.to_frame().query("row != 'All'")
        pictures.append(frame.assign(label=wording.label(column) + ": " + frame["row"], value=frame["share"]))
    frame = pd.concat(pictures, ignore_index=True)
    title = f"Share of clients {CONTACT}"
    section.figure(
        partial(interval_bars, frame, title=title),
        alt=describe_intervals(frame, title=title),
        caption=f"Clients {CONTACT}, {setting.period}, by "
        f"{wording.listed([wording.label(name).lower() for name in setting.by])}. Out of: clients of the "
        "same group; the numbers stand in the figure. Lines are 95% intervals: where they overlap widely, "
        "groups may not differ.",
    )
    for column in setting.by:
        section.show(findings[f"by_{column}"])


def _contact_by(section: SectionWriter, setting: EvaluationSetting, column: str, counts: pd.DataFrame) -> DisclosedTable:
    spoken = wording.lower_first(wording.label(column))
    counts = counts.set_axis(["Contact", "No contact"], axis=1).rename_axis(index=None)
    return section.disclose(
        setting.count_table(
            counts.loc[in_order(counts.index)],
            title=f"Clients {CONTACT}, by {spoken}",
            denominator=f"clients of the same {spoken}",
            row_header=wording.label(column),
            columns="parts",
            measured=True,
            with_interval=True,
            who=Who(CLIENTS, label_facts(of_column(column), counts.index), {"Contact": CONTACTED, "No contact": ("not contact",)}),
        )
    )


def funnel_by(section: SectionWriter, setting: EvaluationSetting, stages: list[str]) -> None:
    """How far clients get towards a group, by every column that was asked for by name; the clients of each group are its whole."""
    stages = [stage for stage in MAIN_STEPS if stage in stages]
    for column in setting.by if setting.by_was_asked else ():
        labels, spoken = client_labels(setting, column), wording.lower_first(wording.label(column))
        steps = setting.once(linkage_funnel, setting.measured, by=column)
        told = dict(zip(level_of_each(setting.measured, column, setting.clients), labels, strict=True))
        kept = steps[steps["stage"].isin(stages) & steps["level"].isin(list(told))]
        reached = kept["n_reached_offered"].groupby([kept["level"].map(told), kept["stage"]]).sum().unstack("stage")[stages]
        counts = reached.rename(columns=wording.label).reindex(in_order(labels.unique()), fill_value=0)
        counts.insert(0, "All clients", labels.value_counts().reindex(counts.index))
        if len(counts) < 2:
            continue
        section.table(
            setting.count_table(
                counts.rename_axis(index=None, columns=None),
                title=f"How far clients get towards a recovery group, by {spoken}",
                denominator=f"clients of the same {spoken}",
                row_header=wording.label(column),
                columns="separate",
                share_of="first",
                who=Who(
                    CLIENTS,
                    rows=label_facts(of_column(column), counts.index),
                    columns={"All clients": ()} | {name: step_facts(name) for name in counts.columns[1:]},
                ),
            )
        )


def step_facts(label: str) -> tuple[str, ...]:
    """What is true of clients offered a group who reached a step, as every table of the report names it."""
    return "held: linkage", "offered", f"step: {label}"


def aftercare_by(section: SectionWriter, setting: EvaluationSetting, days: int, around: Who, *, continues_within: int) -> None:
    """Who has contact soon after treatment, by every column that was asked for by name."""
    for column in setting.by if setting.by_was_asked else ():
        measured = setting.once(
            aftercare_coverage, setting.measured, horizons=(days,), before=None, by=column, continues_within=continues_within
        )
        measured = measured[measured["phase"] == phase_within(days)]
        of_people = column in setting.record.people.columns
        label = "treatment that ended, " + column if not of_people else of_column(column)
        told = dict(zip(level_of_each(setting.measured, column, setting.clients), client_labels(setting, column), strict=True))
        names = measured["level"].map(lambda level, told=told: told.get(level, wording.label(level)))
        sums = measured[["n_covered", "n_clients"]].groupby(names.to_numpy()).sum()
        sums = sums.loc[in_order(sums.index)]
        sums = sums[sums["n_clients"] > 0]
        if len(sums) < 2:
            continue
        counts = pd.DataFrame({"Contact": sums["n_covered"], "No contact": sums["n_clients"] - sums["n_covered"]}).astype(int)
        spoken = wording.lower_first(wording.label(column))
        section.table(
            setting.count_table(
                counts,
                title=f"Contact within {days} days after treatment, by {spoken}",
                population="Clients whose treatment ended",
                denominator=f"clients of the same {spoken} whose {days} days lie within the record",
                row_header=wording.label(column),
                columns="parts",
                measured=True,
                with_interval=True,
                who=Who(
                    around.rows_of[WITHIN[days]],
                    label_facts(label, counts.index),
                    {"Contact": around.rows[WITHIN[days]], "No contact": (f"not {around.rows[WITHIN[days]][-1]}",)},
                ),
                note="" if of_people else f"The {spoken} is that of the treatment that ended last.",
            )
        )
