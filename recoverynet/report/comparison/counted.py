"""The counts a comparison rests on, after disclosure, and the differences made from them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recoverynet.kernels.differences import difference_interval, paired_difference_interval
from recoverynet.report import wording
from recoverynet.report.comparison.declared import who_by_standing
from recoverynet.report.comparison.figures import YES, MainFigure
from recoverynet.report.comparison.setting import JOINED, LEFT, SAME, YearComparison
from recoverynet.report.disclosure.disclosed import TOTAL, DisclosedTable
from recoverynet.report.disclosure.estimates import EstimateTable
from recoverynet.report.evaluation.setting import EvaluationSetting
from recoverynet.report.sections import SectionWriter

BOTH, ONLY_NOW, ONLY_BEFORE, NEITHER = "Both times", "Only now", "Only the year before", "Neither time"
Share = tuple[float, float]
"""How many of how many, NaN where hidden."""
Apart = tuple[float, float, float]
"""A difference of shares and its interval, NaN where hidden."""


@dataclass
class Found:
    """What sections found out, after disclosure, for later sections and the summary.

    Attributes
    ----------
    told : list of MainFigure
        The figures this record can show.
    shares : dict of (figure name, period) to table
        Clients by standing and answer.
    pairs : DisclosedTable or None
        The same people twice.
    outside : dict of figure label to list of str
        Units outside the wider limits, in alphabetical order.
    gaps : list of str
        A sentence a gap whose interval does not hold 0.
    n_gaps : int
    without_meeting : list of str
        Areas where clients live and no meeting is listed.
    overlap : DisclosedTable or None
    flow : DisclosedTable or None
    """

    told: list[MainFigure] = field(default_factory=list)
    shares: dict[tuple[str, str], DisclosedTable] = field(default_factory=dict)
    pairs: DisclosedTable | None = None
    overlap: DisclosedTable | None = None
    flow: DisclosedTable | None = None
    outside: dict[str, list[str]] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)
    n_gaps: int = 0
    without_meeting: list[str] = field(default_factory=list)

    def share(self, figure: str, period: str, part: str = TOTAL) -> Share:
        """How many of how many: of everybody, or of one part."""
        return share_of(self.shares[figure, period], part)


def share_of(table: DisclosedTable, row: str = TOTAL) -> Share:
    """The first column of a row and what it is out of; nobody of nobody where the table has no such row."""
    if row == TOTAL and row not in table.counts.index and len(table.counts):
        row = str(table.counts.index[0])
    return (table.n(row, YES), table.total(row, YES)) if row in table.counts.index else (0.0, 0.0)


def standing_table(comparison: YearComparison, setting: EvaluationSetting, figure: MainFigure) -> pd.DataFrame:
    """Counts of a figure by whether clients are in both periods: what one period of the comparison rests on."""
    alone = JOINED if setting is comparison.now else LEFT
    order = [SAME, alone] if comparison.before is not None else [alone]
    return comparison.counts(figure, setting, comparison.standing(setting), order)


def disclose_shares(
    section: SectionWriter, comparison: YearComparison, setting: EvaluationSetting, figure: MainFigure
) -> DisclosedTable:
    """The counts of one figure in one period, as they may be told."""
    counts = standing_table(comparison, setting, figure)
    return section.disclose(
        setting.count_table(
            counts,
            title=f"{figure.label}, {comparison.label(setting)}",
            denominator=figure.out_of,
            row_header="Clients",
            columns="parts",
            share_of="row",
            who=who_by_standing(comparison, setting, figure),
        )
    )


def paired_counts(comparison: YearComparison, figure: MainFigure) -> pd.Series:
    """The same people by their answer a year before and now."""
    if comparison.before is None:
        return pd.Series(0, index=[BOTH, ONLY_NOW, ONLY_BEFORE, NEITHER])
    now, before = comparison.answers(figure, comparison.now), comparison.answers(figure, comparison.before)
    asked = now.index.intersection(before.index)
    one, other = now[asked] == 1, before[asked] == 1
    return pd.Series(
        {
            BOTH: int((one & other).sum()),
            ONLY_NOW: int((one & ~other).sum()),
            ONLY_BEFORE: int((~one & other).sum()),
            NEITHER: int((~one & ~other).sum()),
        }
    )


def apart(one: Share, other: Share) -> Apart:
    """One share minus another of separate people, with its interval; NaN where a count is hidden."""
    found = difference_interval(one[0], one[1], other[0], other[1])
    difference, low, high = (float(each) for each in found)
    return difference, low, high


def apart_in_pairs(table: DisclosedTable, row: str) -> Apart:
    """Now minus the year before of the same people; NaN where a count is hidden."""
    cells = [table.n(row, name) for name in (BOTH, ONLY_NOW, ONLY_BEFORE, NEITHER)]
    difference, low, high = (float(each) for each in paired_difference_interval(*cells))
    return difference, low, high


def share_told(share: Share) -> str:
    """A share as ``52 of 650 (8%)``; a dash where nobody could be asked."""
    return wording.NO_DENOMINATOR if share[1] == 0 else wording.n_of(*share)


def points(share: float) -> str:
    """A difference of shares in percentage points with its sign; ``*`` where it is hidden."""
    if math.isnan(share):
        return wording.HIDDEN
    text = f"{100 * share:+.1f}"
    return "0.0" if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def points_range(low: float, high: float) -> str:
    """An interval of a difference in percentage points."""
    return wording.HIDDEN if math.isnan(low) else f"{points(low)} to {points(high)}"


def difference_table(
    rows: dict[str, tuple[Share, Share, tuple[float, float, float]]],
    *,
    heads: tuple[str, str],
    comparison: YearComparison,
    **words: str,
) -> EstimateTable:
    """Rows of two shares and how far they are apart, made from figures after disclosure."""
    cells = {}
    for label, (one, other, (difference, low, high)) in rows.items():
        none = min(one[1], other[1]) == 0
        cells[label] = {
            "one": share_told(one),
            "other": share_told(other),
            "points": wording.NO_DENOMINATOR if none else points(difference),
            "range": wording.NO_DENOMINATOR if none else points_range(low, high),
            "behind": np.nanmin([one[1], other[1]]) if not all(map(math.isnan, (one[1], other[1]))) else 0.0,
        }
    return EstimateTable(
        pd.DataFrame.from_dict(cells, orient="index"),
        heads=(*heads, "Difference in points", "95% interval"),
        period=comparison.now.period,
        **words,  # type: ignore[arg-type]
    )


def plain_table(rows: dict[str, Share], *, head: str, comparison: YearComparison, **words: str) -> EstimateTable:
    """Rows of one share, made from figures after disclosure."""
    cells = {label: {"one": share_told(share), "behind": share[1]} for label, share in rows.items()}
    values = pd.DataFrame.from_dict(cells, orient="index")
    return EstimateTable(values, heads=(head,), period=comparison.now.period, **words)  # type: ignore[arg-type]


def gap_frame(rows: dict[str, Apart]) -> pd.DataFrame:
    """Differences as a figure is drawn from them."""
    return pd.DataFrame(
        [(label, *values) for label, values in rows.items()], columns=["label", "difference", "low", "high"]
    ).astype({"difference": float, "low": float, "high": float})
