"""Providers or areas side by side: funnel plots with control limits and the mix of their clients, never a league table."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pandas as pd

from recoverynet.by_row import each_row
from recoverynet.draw.control_chart import control_chart, describe_control_chart
from recoverynet.kernels.control_limits import binomial_limits
from recoverynet.report import wording
from recoverynet.report.comparison.counted import Found, share_of, share_told
from recoverynet.report.comparison.declared import attribute, who_by_unit, with_unit
from recoverynet.report.comparison.figures import AFTERCARE, CONTACT, NORM, YES, MainFigure
from recoverynet.report.comparison.setting import UNIT_WORDS, YearComparison
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.disclosure.disclosed import TOTAL, DisclosedTable
from recoverynet.report.disclosure.estimates import EstimateTable
from recoverynet.report.disclosure.labels import OTHER
from recoverynet.report.sections import ReportWriter, Section, SectionWriter

TOLD = (CONTACT, AFTERCARE, NORM)
MIX = ("substance", "sex", "age_band")
INSIDE, OUTSIDE_95, OUTSIDE_998 = "within", "outside 95%", "outside 99.8%"


def units_section(report: ReportWriter, comparison: YearComparison, found: Found) -> Section:
    """Which providers or areas lie further from the whole than chance would put them, and whom each works with."""
    one, many = UNIT_WORDS[comparison.by]
    section = report.section(
        "units", f"{many.capitalize()} side by side", f"Do {many} differ by more than chance, given how many clients each has?"
    )
    units = comparison.units(comparison.now).dropna().astype("str").replace(OTHER, wording.label(OTHER))
    names = sorted(units.unique(), key=str.casefold)
    if len(names) < 2:
        there = f"All of them are with one {one}" if names else f"No client's {one} is recorded"
        section.note(f"{there} in this period, so there is nothing to set side by side.")
        return section.finish()
    section.say(
        f"{many.capitalize()} stand in alphabetical order. They are not ranked: the first and the last of a ranking are mostly "
        f"small, and small {many} lie far from the whole by chance alone. A **funnel plot** sets the share of each against its "
        "size: inside the broken curves lie 95 of 100 units that differ by nothing but chance, inside the whole curves 998 of "
        "1,000. Outside them is a reason to ask, not an answer: whom a unit works with, and what it writes down, move the share "
        "as well.",
        _without_unit(comparison, len(units)),
    )
    for figure in found.told:
        if figure.name in TOLD:
            _one_figure(section, comparison, found, figure, units, names)
    _case_mix(section, comparison, units, names)
    return section.finish()


def _without_unit(comparison: YearComparison, n_with: int) -> str:
    if n_with == comparison.now.n_clients:
        return ""
    why = "not in treatment in the period, or their provider is not recorded" if comparison.by == "provider" else "not recorded"
    whose = "are" if comparison.by == "provider" else "live in an area that is"
    return f"Some clients {whose} {why}; they are not in this section. " + (
        "Who had several providers in the period counts for that of the treatment begun last."
        if comparison.by == "provider"
        else ""
    )


def _one_figure(
    section: SectionWriter, comparison: YearComparison, found: Found, figure: MainFigure, units: pd.Series, names: list[str]
) -> None:
    one, many = UNIT_WORDS[comparison.by]
    counts = comparison.counts(figure, comparison.now, units, names)
    counts = counts[counts.sum(axis=1) > 0]
    if len(counts) < 2:
        return
    section.heading(figure.label)
    shown = section.disclose(
        comparison.now.count_table(
            counts,
            title=f"{figure.label}, by {one}",
            denominator=f"{figure.out_of}, of the same {one}",
            row_header=one.capitalize(),
            columns="parts",
            share_of="row",
            who=who_by_unit(figure, comparison.by, counts.index),
        )
    )
    target = shown.share(TOTAL, YES)
    if math.isnan(target):
        section.note(f"Too few people stand behind this to set {many} side by side.")
        return
    frame = _with_limits(shown, list(counts.index), target)
    found.outside[figure.label] = _outside(frame)
    title = f"{figure.label}, by {one}"
    section.figure(
        partial(control_chart, frame, _limit_lines(frame, target), target=target, title=title, units=many),
        alt=describe_control_chart(frame, target=target, title=title, where=dict(zip(frame["label"], frame["where"], strict=True))),
        caption=f"Clients who {figure.spoken}, by {one}, {comparison.now.period}, with exact binomial control limits around the "
        f"share of all together ({wording.percent(target)}). Out of: {figure.out_of}.",
    )
    section.estimates(_unit_table(comparison, figure, frame, title))


def _with_limits(shown: DisclosedTable, names: list[str], target: float) -> pd.DataFrame:
    """One row a unit: share, limits for its size, and where it lies; NaN and nothing where it is hidden."""
    shares = [share_of(shown, name) for name in names]
    frame = pd.DataFrame(shares, columns=["n", "total"]).assign(label=names)
    frame["share"] = frame["n"] / frame["total"].where(frame["total"] > 0)
    for name, coverage in (("95", 0.95), ("998", 0.998)):
        frame[f"low_{name}"], frame[f"high_{name}"] = binomial_limits(target, frame["total"].to_numpy(), coverage)
    known = frame["share"].notna()
    out = {name: (frame["share"] < frame[f"low_{name}"]) | (frame["share"] > frame[f"high_{name}"]) for name in ("95", "998")}
    where = np.select([~known, out["998"], out["95"]], ["", OUTSIDE_998, OUTSIDE_95], INSIDE)
    return frame.assign(where=where)


def _limit_lines(frame: pd.DataFrame, target: float) -> pd.DataFrame:
    """The limits for sizes from the smallest to the largest unit shown."""
    known = frame[frame["share"].notna()]
    if known.empty:
        return pd.DataFrame(columns=["total", "low_95", "high_95", "low_998", "high_998"], dtype=float)
    sizes = np.unique(np.linspace(max(known["total"].min() / 2, 5.0), known["total"].max() * 1.05, 120).round())
    lines = pd.DataFrame({"total": sizes})
    for name, coverage in (("95", 0.95), ("998", 0.998)):
        lines[f"low_{name}"], lines[f"high_{name}"] = binomial_limits(target, sizes, coverage)
    return lines


def _unit_table(comparison: YearComparison, figure: MainFigure, frame: pd.DataFrame, title: str) -> EstimateTable:
    one, _ = UNIT_WORDS[comparison.by]
    cells = {
        row.label: {
            "share": share_told((row.n, row.total)),
            "limits": wording.interval(row.low_95, row.high_95) if row.where else wording.HIDDEN,
            "wide": wording.interval(row.low_998, row.high_998) if row.where else wording.HIDDEN,
            "where": row.where or wording.HIDDEN,
            "behind": row.total,
        }
        for row in each_row(frame)
    }
    return EstimateTable(
        pd.DataFrame.from_dict(cells, orient="index"),
        title=title,
        population="Clients",
        period=comparison.now.period,
        heads=(YES, "95% limits", "99.8% limits", "Lies"),
        row_header=one.capitalize(),
        denominator=f"{figure.out_of}, of the same {one}",
        note="Limits are those of a unit of that size that differs from all together by chance alone (Spiegelhalter 2005).",
    )


def _outside(frame: pd.DataFrame) -> list[str]:
    """Units outside the wider limits, in alphabetical order, then how many could not be shown."""
    hidden = int((frame["where"] == "").sum())
    return frame.loc[frame["where"] == OUTSIDE_998, "label"].tolist() + ([f"{hidden} not shown"] if hidden else [])


def _case_mix(section: SectionWriter, comparison: YearComparison, units: pd.Series, names: list[str]) -> None:
    one, many = UNIT_WORDS[comparison.by]
    rows = comparison.now.client_rows
    columns = [name for name in MIX if rows.loc[units.index, name].notna().any()]
    section.heading("Whom they work with")
    if not columns:
        section.note(f"Neither substance nor sex nor age is recorded, so nothing can be said of whom {many} work with.")
        return
    section.say(
        f"The shares above are **not adjusted** for whom {many} work with. Where the mix of clients differs, so may the share, "
        "whatever is done."
    )
    for column in columns:
        labels = rows.loc[units.index, column].map(wording.label)
        counts = pd.crosstab(units, labels).reindex(names, fill_value=0).rename_axis(index=None, columns=None)
        section.table(
            comparison.now.count_table(
                counts,
                title=f"Clients of each {one}, by {wording.lower_first(wording.label(column))}",
                denominator=f"clients of the same {one}",
                row_header=one.capitalize(),
                columns="parts",
                share_of="row",
                who=Who(with_unit(comparison.by), attribute(comparison.by, names), attribute(column, counts.columns)),
            )
        )
