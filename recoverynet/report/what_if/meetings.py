"""Where and when meetings are missing, and whom one more would reach."""

from __future__ import annotations

import pandas as pd

from recoverynet.by_row import each_row
from recoverynet.models.interventions.meeting_gaps import NOT_KNOWN, MeetingGaps, plan_meetings
from recoverynet.report import wording
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.disclosure.labels import OTHER
from recoverynet.report.disclosure.policy import CountTable
from recoverynet.report.sections import ReportWriter, Section
from recoverynet.report.what_if.declared import who_one_more, who_within_reach
from recoverynet.tables.record import RecoveryRecord

PARTS = {"n_go": "Go to a group", "n_could": "Could go to one and do not", "n_without": "Have none within reach"}


def meetings_section(report: ReportWriter, record: RecoveryRecord, period: str, smallest: int, n_clients: int) -> Section:
    """Clients by what is within their reach, and the time at which one more meeting would reach most."""
    gaps = plan_meetings(record, least=0)  # the policy of the report hides what is small
    section = report.section(
        "meetings", "Meetings, and who could come", "Where is none within reach, and what would one more reach?"
    )
    section.points(gaps.assumptions)
    areas = gaps.areas[gaps.areas["n_clients"] > 0]
    counts = areas[list(PARTS)].astype(int).rename(columns=PARTS)
    rare = {area for area in counts.index if area != NOT_KNOWN and counts.loc[area].sum() < smallest}
    counts = counts.groupby([_place(OTHER if area in rare else area) for area in counts.index], sort=False).sum()
    who = who_within_reach(counts, tuple(PARTS.values()), n_clients)  # type: ignore[arg-type]
    section.table(_within_reach(counts, period, who))
    best = {(area, time): shares for (area, time), shares in _best_of_each(gaps).items() if area not in rare}
    if best:
        section.table(_one_more(best, period, who))
    section.say(_kinds(gaps))
    return section.finish()


def _within_reach(counts: pd.DataFrame, period: str, who: Who) -> CountTable:
    return CountTable(
        counts,
        title="Clients by what is within their reach",
        population="Clients who agreed to be counted",
        denominator="clients of the area",
        period=period,
        row_header="Area",
        columns="parts",
        share_of="row",
        name="meetings_by_area",
        who=who,
    )


def _one_more(best: dict[tuple[str, str], tuple[int, int]], period: str, within: Who) -> CountTable:
    """What one more meeting would reach in each area, which are some of those of the table before."""
    labels = {key: f"{key[0]}: {key[1]}" for key in best}
    return CountTable.of_shares(
        {labels[key]: shares for key, shares in best.items()},
        yes="Would have one",
        no="Could go to another",
        title="What one more meeting would reach, at the time at which it would reach most",
        population="Clients who could come then and go to no recovery group",
        denominator="those clients of the area",
        period=period,
        row_header="Area and time",
        note="Of those who could come then and go to no group, how many have none within reach. Being within reach is not coming.",
        name="one_more_meeting",
        who=who_one_more(within, {label: key for key, label in labels.items()}),
    )


def _place(area: object) -> str:
    return {NOT_KNOWN: "Area not known", OTHER: "Other areas"}.get(str(area), str(area))


def _best_of_each(gaps: MeetingGaps) -> dict[tuple[str, str], tuple[int, int]]:
    """The time without a meeting at which one more would reach most, of each area."""
    frame = gaps.to_frame().reset_index()
    frame = frame[(frame["n_without"] > 0) & (frame["area"] != NOT_KNOWN)].drop_duplicates("area")
    return {
        (str(row.area), f"{str(row.weekday).capitalize()} {row.part}"): (int(row.n_without), int(row.n_go_to_none))
        for row in each_row(frame)
    }


def _kinds(gaps: MeetingGaps) -> str:
    """How many meetings there are, by kind and part of the day."""
    kinds = gaps.meetings.groupby("kind")["n_meetings"].sum().sort_values(ascending=False)
    parts = gaps.meetings.groupby("part")["n_meetings"].sum()
    by_kind = wording.listed([f"{number} of {wording.label(str(kind)).lower()}" for kind, number in kinds.items()])
    by_part = wording.listed(
        [f"{number} {'at a time ' if part == NOT_KNOWN else 'in the '}{part}" for part, number in parts.items()]
    )
    online = int(gaps.meetings["n_online"].sum())
    return f"{int(kinds.sum())} meetings of recovery a week: {by_kind}. By time: {by_part}. {online} online."
