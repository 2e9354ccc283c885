"""Links to recovery communities: how far clients get, when, and who is left out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial

import pandas as pd

from recoverynet.by_row import each_row
from recoverynet.draw.coverage import aftercare_bars, coverage_over_time, describe_aftercare, describe_coverage
from recoverynet.draw.funnel import describe_funnel, funnel
from recoverynet.measures.aftercare import DURING, aftercare_coverage
from recoverynet.measures.coverage import coverage_over_time as measure_coverage
from recoverynet.measures.linkage import STAGES, linkage_funnel
from recoverynet.measures.nice import nice_qs11_statement2
from recoverynet.report import wording
from recoverynet.report.disclosure.counted import Counted
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.evaluation.agencies import agencies_told
from recoverynet.report.evaluation.introductions import introductions_told
from recoverynet.report.evaluation.observed import Findings
from recoverynet.report.evaluation.setting import CLIENTS, EvaluationSetting
from recoverynet.report.evaluation.standards import continuity_told, standards_told
from recoverynet.report.evaluation.subgroups import CONTACT, CONTACTED, WITHIN, aftercare_by, by_group, funnel_by, step_facts
from recoverynet.report.sections import ReportWriter, Section, SectionWriter
from recoverynet.tables.layouts import LINKAGE_ENDS, RECOVERY_GROUP_KINDS

INCOMPLETE = " (incomplete)"
IN_TREATMENT = "During treatment"
BOTH = "… and support to reach it"
ANSWERS = ("accepted", "declined", "withdrawn")
"""Stages that many services do not write down."""
CONTINUES_WITHIN = 21
"""Days within which another treatment means that the one before went on."""


def links_section(report: ReportWriter, setting: EvaluationSetting, findings: Findings) -> Section:
    """The funnel, the NICE measure, contact before, during and after treatment, over time, and by group."""
    section = report.section(
        "links",
        "Links to recovery communities",
        "Who is linked to mutual aid, recovery cafés, lived-experience groups and peers, and when?",
    )
    section.say(
        "**Contact with the recovery community** means taking part in a meeting of a mutual-aid or other "
        "recovery group, or a conversation, call or outing with a peer or community member. Contact with "
        "the client's own worker is treatment and does not count. Meetings nobody wrote down are missing, "
        "so true contact is higher than shown."
    )
    unseen = setting.unseen_contact
    if unseen:
        section.note(unseen_in_words(unseen), "caution")
    else:
        _any_contact(section, setting, findings)
    _funnel(section, setting, findings)
    continuity_told(section, setting, findings)
    if not unseen:
        _aftercare(section, setting, findings)
        _over_time(section, setting, findings)
        by_group(section, setting, findings)
    return section.finish()


def unseen_in_words(why: str) -> str:
    """That contact with the recovery community cannot be seen, and what follows, in two sentences."""
    return (
        f"**Contact with the recovery community cannot be seen:** {why}. Not seen is not none, so no share with such contact "
        "is given, before, during or after treatment or at any time."
    )


def _any_contact(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    section.heading("Any contact in the period")
    contacts = setting.reached
    n_clients = setting.n_clients
    rows = {"Any contact": contacts["person_id"]}
    for kind in RECOVERY_GROUP_KINDS:
        if (setting.record.groups["kind"] == kind).any():
            rows[f"Through a group ({wording.lower_first(wording.label(kind))})"] = contacts.loc[
                (contacts["through"] == "group") & (contacts["kind"] == kind), "person_id"
            ]
    rows["Through a person (a peer or community member)"] = contacts.loc[contacts["through"] == "person", "person_id"]
    findings["contact"] = section.table(
        setting.share_table(
            {name: (setting.count_clients(ids), n_clients) for name, ids in rows.items()},
            title="Clients with contact with the recovery community",
            row_header="At least once",
            no="None",
            who=_who_in_contact(rows),
            note="A client may be in several rows below the first.",
        )
    )


def _who_in_contact(ways: Iterable[str]) -> Who:
    """Whoever had any contact had it in one of the ways."""
    facts = {way: CONTACTED if way == "Any contact" else (*CONTACTED, f"contact: {way}") for way in ways}
    parts = tuple(CLIENTS.who(*own) for way, own in facts.items() if way != "Any contact")
    return Who(CLIENTS, rows=facts, unions=((CLIENTS.who(*CONTACTED), parts),))


def _funnel(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    section.heading("From an offer to taking part")
    if setting.record.linkage.empty:
        section.note(
            "No steps towards groups are recorded in the period (the linkage table holds none), so the way from an offer to "
            "taking part cannot be shown, and the NICE QS11 measure cannot be worked out."
        )
        return
    steps = setting.once(linkage_funnel, setting.measured).set_index("stage").loc[_stages_told(setting)]
    rows = {"All clients": setting.n_clients} | {
        wording.label(stage): int(reached) for stage, reached in steps["n_reached_offered"].items()
    }
    shown = findings["funnel"] = section.disclose(
        setting.count_table(
            pd.Series(rows),
            title="How far clients get towards a recovery group",
            row_header="Step recorded",
            rows="nested",
            who=Who(CLIENTS, rows={label: step_facts(label) for label in list(rows)[1:]}),
            note="After the first row: clients offered a group who reached the step with any group. Steps "
            "of clients without a recorded offer are left out. An introduction is not needed to attend, and "
            "stopping can follow any step from then on.",
        )
    )
    frame = shown.to_frame().iloc[1:].rename(columns={"row": "stage"})
    whole, apart = shown.n("All clients"), tuple(wording.label(stage) for stage in LINKAGE_ENDS)
    everybody = "all clients" if math.isnan(whole) else f"all {wording.plural(whole, 'client')}"
    section.figure(
        partial(funnel, frame, denominator=whole, apart=apart, title="How far clients get towards a recovery group"),
        alt=describe_funnel(frame, denominator=whole, apart=apart),
        caption=f"Clients who reached each step towards a recovery group, {setting.period}. Out of: "
        f"{everybody} on the record, those never offered a group included.",
    )
    section.show(shown)
    funnel_by(section, setting, _stages_told(setting))
    _step_times(section, setting, steps)
    introductions_told(section, setting, findings)
    agencies_told(section, setting, findings)
    _nice(section, setting, findings)
    standards_told(section, setting, findings)


def _stages_told(setting: EvaluationSetting) -> list[str]:
    """The steps to show: an answer that no client of this service ever had written down is not told as nobody's."""
    noted = set(setting.record.linkage["stage"])
    return [stage for stage in STAGES if stage in noted or stage not in ANSWERS]


def _step_times(section: SectionWriter, setting: EvaluationSetting, steps: pd.DataFrame) -> None:
    timed = steps[["n_timed", "median_days"]].iloc[1:]
    values = timed.set_axis([wording.label(stage) for stage in timed.index]).rename(columns={"n_timed": "n"})
    section.summary(
        setting.summary_table(
            values.fillna({"median_days": float("nan")}),
            title="Days from the step before it",
            population="Steps of one client towards one group",
            denominator="steps whose date and whose step before are recorded",
            row_header="Step",
            heads=("Steps timed", "Median days"),
            digits=0,
            note="The step before is whichever step recorded for the same client and group comes last before it: "
            "for somebody offered a group who then attended, the offer. Medians rest on those who took the step; "
            "people still waiting are not in them.",
        )
    )


def _nice(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    row = setting.once(nice_qs11_statement2, setting.as_written, window=setting.window).iloc[0]
    total, informed, both = (int(row[name]) for name in ("n_clients", "n_informed", "n_both"))
    if total == 0:
        section.note("NICE QS11 statement 2 is about clients in treatment, and no treatment episode lies in the period.")
        return
    rows = {"All clients in treatment": total, "… given information on a group": informed, BOTH: both}
    shown = findings["nice"] = section.disclose(
        setting.count_table(
            pd.Series(rows),
            title="Information on, and support to reach, self-help groups (after NICE QS11, statement 2)",
            population="Clients in treatment",
            denominator="all clients in treatment in the period",
            row_header="Clients",
            rows="nested",
            with_interval=True,
            who=Who(CLIENTS.who("held: episodes", "in treatment"), rows=dict(zip(list(rows)[1:], NICE_FACTS, strict=True))),
            note="Information: an offer or a talk about a group is recorded. Support: somebody introduced "
            "the client or went along. The NICE statement is about alcohol; here every client in treatment "
            "is counted. Looked back: steps count from the start of the treatment a client is in, also where that is before "
            "the period." + _as_in_funnel(setting, informed),
        )
    )
    section.say(
        "NICE asks what share of people seeking help are given **both** information on community support "
        "networks and self-help groups, and support to reach them. Here: "
        f"{shown.words(BOTH, noun='clients in treatment')}."
    )
    section.show(shown)


NICE_FACTS = (("told of a group",), ("told of a group", "supported", "told and supported"))


def _as_in_funnel(setting: EvaluationSetting, informed: int) -> str:
    """Why numbers repeat those of the funnel, where they do."""
    steps = setting.linked.linkage
    offered = steps.loc[steps["stage"] == "offered", "client_id"].nunique()
    either = steps.loc[steps["stage"].isin(["offered", "discussed"]), "client_id"].nunique()
    if not informed == offered == either:
        return ""
    return (
        " Every client offered a group, or told about one, was in treatment in the period: so some numbers are "
        "those of the way from an offer to taking part."
    )


def _aftercare(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    section.heading("Before, during and after treatment")
    if setting.record.episodes.empty:
        section.note("No treatment episodes are recorded, so contact before, during and after treatment cannot be told apart.")
        return
    measured = setting.once(
        aftercare_coverage, setting.measured, horizons=tuple(WITHIN), before=90, continues_within=CONTINUES_WITHIN
    )
    names = {phase: IN_TREATMENT if phase == DURING else wording.label(phase) for phase in measured["phase"]}
    rows = {names[line.phase]: (int(line.n_covered), int(line.n_clients)) for line in each_row(measured)}
    if not any(total for _, total in rows.values()):
        section.note("No client's treatment has ended with enough time before the end of the record to follow them up.")
        return
    _phases(section, setting, rows, findings)
    aftercare_by(section, setting, min(WITHIN), _who_around_treatment(rows), continues_within=CONTINUES_WITHIN)
    section.say(
        "Left out of every row are clients without a treatment that has ended, and those whose treatment went "
        f"on: another was open when it ended, or began within {CONTINUES_WITHIN} days, and has not ended. "
        "Clients who came back to treatment later than that stay in. Those whose follow-up runs past the end "
        "of the record are left out of that row. Phases differ in length, and a longer one has more room for "
        "a contact: compare treatment, which may last months, with 28 days only with that in mind."
    )


def _phases(section: SectionWriter, setting: EvaluationSetting, rows: dict[str, tuple[int, int]], findings: Findings) -> None:
    after = list(WITHIN.values())
    shown = findings["aftercare"] = section.disclose(
        setting.share_table(
            rows,
            title="Contact with the recovery community around treatment",
            population="Clients whose treatment ended",
            denominator="clients whose whole phase lies within the record",
            row_header="Phase",
            no="No contact",
            who=_who_around_treatment(rows),
            differences=tuple(zip(after[1:], after[:-1], strict=True)),
            note="Each client counts once, by the treatment that ended last. Phases have different "
            "denominators because some began before the record does or run past its end.",
        )
    )
    frame = shown.to_frame().rename(columns={"row": "phase"})
    section.figure(
        partial(aftercare_bars, frame, people="clients", title="Contact with the recovery community, by phase of treatment"),
        alt=describe_aftercare(frame, people="clients"),
        caption="Share of clients with at least one contact with the recovery community in each phase. Out "
        "of: clients whose treatment ended and whose whole phase lies within the record; the numbers stand "
        "in the figure. Lines are 95% intervals.",
    )
    section.show(shown)


def _who_around_treatment(phases: Iterable[str]) -> Who:
    """Those followed for longer were followed for a shorter time as well."""
    ended = CLIENTS.who("held: episodes", "treatment ended")
    of, after = dict[str, Counted](), tuple[str, ...]()
    for phase in phases:
        after = (*after, f"followed: {phase}") if phase in WITHIN.values() else after
        of[phase] = ended.who(*after) if phase in WITHIN.values() else ended.who(f"followed: {phase}")
    return Who(ended, rows={phase: (f"contact: {phase}",) for phase in of}, rows_of=of)


def _over_time(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    every, steps = setting.steps
    if len(steps) < 2 or setting.reached.empty:
        return
    section.heading("Over time")
    measured = setting.once(measure_coverage, setting.over_window, every=every)
    if measured["whole"].sum() < 2:
        section.note(f"The period holds fewer than two whole {every}s, so {every}s are not compared.")
        return
    whole = bool(measured["whole"].all())
    labels = [wording.short_period(line.start, line.end) + ("" if line.whole else INCOMPLETE) for line in each_row(measured)]
    counts = zip(measured["n_covered"].astype(int), measured["n_clients"].astype(int), strict=True)
    shown = findings["over_time"] = section.disclose(
        setting.share_table(
            dict(zip(labels, counts, strict=True)),
            title=f"Clients with contact in each {every}",
            population="Clients under observation or in treatment",
            denominator=f"clients under observation in the {every}",
            row_header=every.capitalize(),
            no="No contact",
            who=Who(
                CLIENTS,
                rows={label: (*CONTACTED, f"contact: {label}") for label in labels},
                rows_of={label: setting.here(line.end) for label, line in zip(labels, each_row(measured), strict=True)},
            ),
            note="" if whole else f"An incomplete {every} had fewer days for a contact: do not read it as a fall.",
        )
    )
    frame = shown.to_frame().rename(columns={"row": "period"})[measured["whole"].to_numpy()]
    section.figure(
        partial(coverage_over_time, frame),
        alt=describe_coverage(frame),
        caption=f"Share of clients {CONTACT}, by {every}. Out of: clients under observation or in treatment "
        f"on any day of the {every}; the number stands under the axis. The band is the 95% interval."
        + ("" if whole else f" Incomplete {every}s stand in the table alone."),
    )
    section.show(shown)
