"""When and where groups meet, against where clients live: gaps in what can be reached at all."""

from __future__ import annotations

import math

import pandas as pd

from recoverynet.by_row import each_row
from recoverynet.measures.meeting_coverage import EVENING, NOWHERE, WEEKS, meeting_coverage, meetings_listed, only_online
from recoverynet.measures.meetings import WEEKDAYS
from recoverynet.report import wording
from recoverynet.report.comparison.counted import Found
from recoverynet.report.comparison.declared import attribute
from recoverynet.report.comparison.setting import YearComparison
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.disclosure.disclosed import DisclosedTable
from recoverynet.report.disclosure.estimates import EstimateTable
from recoverynet.report.disclosure.labels import OTHER
from recoverynet.report.evaluation.setting import CLIENTS
from recoverynet.report.sections import ReportWriter, Section, SectionWriter
from recoverynet.tables.layouts import RECOVERY_GROUP_KINDS

BANDS = (("Before 12:00", 0, 12), ("12:00 to 16:59", 12, EVENING), ("17:00 to 18:59", EVENING, 19), ("19:00 or later", 19, 24))
MEETINGS = "Meetings on the list of groups; places, not people"


def meetings_section(report: ReportWriter, comparison: YearComparison, found: Found) -> Section:
    """Meetings a week by weekday and hour, and by area beside the clients who live there."""
    section = report.section(
        "meetings", "Where and when groups meet", "Is there a meeting near where clients live, at a time they can go?"
    )
    now = comparison.now
    meetings = meetings_listed(now.record, window=now.window)
    if meetings.empty:
        section.note(
            "No group of the recovery community with a day and a time is on the list, so when and where groups meet cannot be "
            "shown. Not listed is not none."
        )
        return section.finish()
    section.say(
        f"Counted are meetings on the list in the last {WEEKS} weeks of the period, of mutual aid, recovery cafés, recovery "
        "communities and peer support. The list says what there was to go to, not who went; groups that are not on it, or meet by "
        "appointment, are missing."
    )
    _by_time(section, comparison, meetings)
    _by_area(section, comparison, found)
    elsewhere = only_online(now.record, meetings)
    if elsewhere.any():
        section.note(
            f"Meetings that can only be joined online, {_a_week(int(elsewhere.sum()))} a week, are in the first table alone."
        )
    return section.finish()


def _a_week(n: float) -> str:
    """Meetings in four weeks as meetings a week, without a point where it is whole."""
    return wording.decimal(n / WEEKS, 0 if n % WEEKS == 0 else 1)


def _by_time(section: SectionWriter, comparison: YearComparison, meetings: pd.DataFrame) -> None:
    section.heading("By weekday and hour")
    counts = {
        day.capitalize(): {
            band: int(((meetings["weekday"] == day) & (meetings["hour"] >= low) & (meetings["hour"] < high)).sum())
            for band, low, high in BANDS
        }
        for day in WEEKDAYS
    }
    empty = [f"{day} ({wording.lower_first(band)})" for day, row in counts.items() for band, n in row.items() if n == 0]
    values = pd.DataFrame(counts).T.map(_a_week).assign(behind=len(meetings))
    section.estimates(
        EstimateTable(
            values,
            title="Meetings a week, by weekday and hour",
            population=MEETINGS,
            period=comparison.now.period,
            heads=tuple(band for band, _, _ in BANDS),
            row_header="Weekday",
            note=f"Times without any meeting: {wording.listed(empty)}." if 0 < len(empty) <= MANY else "",
        )
    )


MANY = 6


def _by_area(section: SectionWriter, comparison: YearComparison, found: Found) -> None:
    """Clients of each area after disclosure, beside the meetings there."""
    now = comparison.now
    coverage = meeting_coverage(now.record, window=now.window)
    section.heading("By area, against where clients live")
    if (coverage["area"] == NOWHERE).all():
        section.note("Neither clients nor groups have an area on record, so that where they live cannot be set against meetings.")
        return
    coverage["area"] = coverage["area"].replace({NOWHERE: wording.NOT_RECORDED, OTHER: wording.label(OTHER)})
    shown = section.disclose(
        now.count_table(
            coverage.set_index("area")["n_clients"].rename(None).rename_axis(None),
            title="Clients by area",
            row_header="Area",
            who=Who(CLIENTS, rows=attribute("area", coverage["area"])),
        )
    )
    section.estimates(
        EstimateTable(
            pd.DataFrame.from_dict({row["area"]: _cells(row, shown) for _, row in coverage.iterrows()}, orient="index"),
            title="Clients and meetings a week, by area",
            population="Clients under observation; meetings that can be gone to",
            period=now.period,
            heads=("Clients", "Meetings a week", "Evening or weekend", "Weekdays", "Clients a meeting"),
            row_header="Area",
            note=f"Evening: from {EVENING}:00 on. Weekdays: days of the week with a meeting. A meeting over the boundary may be "
            "nearer than one within it.",
        )
    )
    _by_kind(section, comparison, coverage)
    found.without_meeting = [
        row.area + ("" if math.isnan(shown.n(row.area)) else f" ({wording.plural(shown.n(row.area), 'client')})")
        for row in each_row(coverage)
        if row.per_week == 0 and row.area not in (wording.NOT_RECORDED, wording.label(OTHER)) and shown.n(row.area) != 0
    ]
    if found.without_meeting:
        section.note(f"**No meeting is listed in**: {wording.listed(found.without_meeting)}.", "caution")


def _cells(row: pd.Series, shown: DisclosedTable) -> dict[str, object]:
    clients, meetings = shown.n(row["area"]), row["per_week"] * WEEKS
    told = wording.HIDDEN if math.isnan(clients) else f"{clients * WEEKS / max(meetings, 1):.0f}"
    return {
        "clients": wording.number(clients),
        "meetings": _a_week(meetings),
        "evening": _a_week(row["per_week_evening"] * WEEKS),
        "days": f"{int(row['n_weekdays'])} of 7",
        "ratio": wording.NO_DENOMINATOR if meetings == 0 else told,
        "behind": 0.0 if math.isnan(clients) else clients,
    }


def _by_kind(section: SectionWriter, comparison: YearComparison, coverage: pd.DataFrame) -> None:
    kinds = [kind for kind in RECOVERY_GROUP_KINDS if coverage[f"per_week_{kind}"].sum() > 0]
    cells = coverage.set_index("area")[[f"per_week_{kind}" for kind in kinds]].map(lambda n: _a_week(n * WEEKS))
    section.estimates(
        EstimateTable(
            cells.assign(behind=1.0),
            title="Meetings a week, by area and kind of group",
            population=MEETINGS,
            period=comparison.now.period,
            heads=tuple(wording.label(kind) for kind in kinds),
            row_header="Area",
        )
    )
