"""How a comparison opens and ends: in brief, what it cannot say, and how to make it again."""

from __future__ import annotations

import math
import platform
from importlib.metadata import version

import numpy as np
import pandas as pd

from recoverynet.report import wording
from recoverynet.report.comparison.counted import Found, Share, apart, apart_in_pairs, points, points_range
from recoverynet.report.comparison.figures import AFTERCARE, CONTACT, NORM, MainFigure
from recoverynet.report.comparison.setting import UNIT_WORDS, YearComparison
from recoverynet.report.disclosure.audit import appendix
from recoverynet.report.disclosure.disclosed import TOTAL
from recoverynet.report.evaluation.closing import fingerprint
from recoverynet.report.evaluation.links import unseen_in_words
from recoverynet.report.sections import KeyFigure, ReportWriter, Section
from recoverynet.report.standing import standing

FIRST = (CONTACT, NORM, AFTERCARE)


def brief_section(report: ReportWriter, comparison: YearComparison, found: Found) -> Section:
    """The few figures and sentences to take away, all from tables after disclosure."""
    section = report.section("in_brief", "In brief")
    section.key_figures(_key_figures(comparison, found))
    section.points([text for text in _sentences(comparison, found) if text])
    section.note(standing("comparison_caveat"))
    return section.finish()


def _key_figures(comparison: YearComparison, found: Found) -> list[KeyFigure]:
    now = comparison.label(comparison.now)
    figures = []
    for figure in _first(found):
        share = found.share(figure.name, now)
        if share[1] > 0 and not math.isnan(share[0] / share[1]):
            detail = f"{wording.number(share[0])} of {wording.plural(share[1], 'client')}"
            detail += _before_in_words(comparison, found, figure)
            figures.append(KeyFigure(wording.percent(share[0] / share[1]), figure.spoken, detail))
    return figures


def _first(found: Found) -> list[MainFigure]:
    return [figure for name in FIRST for figure in found.told if figure.name == name]


def _before_in_words(comparison: YearComparison, found: Found, figure: MainFigure) -> str:
    if comparison.before is None:
        return ""
    n, total = found.share(figure.name, comparison.label(comparison.before))
    return f"; a year before {wording.percent(n / total)}" if total > 0 and not math.isnan(n) else ""


def _sentences(comparison: YearComparison, found: Found) -> list[str]:
    now = comparison.label(comparison.now)
    if comparison.now.unseen_contact:
        opening = unseen_in_words(comparison.now.unseen_contact)
    elif comparison.before is None:
        opening = f"**{now} stands alone.** {comparison.why_not}"
    else:
        opening = f"**{now}** is compared with **{comparison.label(comparison.before)}**, the same time of the year before."
    return [
        opening,
        *(_change_in_words(comparison, found, figure) for figure in _first(found)),
        _same_in_words(found),
        _units_in_words(comparison, found),
        _gaps_in_words(found),
        _meetings_in_words(found),
    ]


def _change_in_words(comparison: YearComparison, found: Found, figure: MainFigure) -> str:
    """What became of one figure, and whether chance alone could have done it."""
    if comparison.before is None:
        return ""
    one, other = (found.share(figure.name, comparison.label(setting)) for setting in comparison.settings)
    difference, low, high = apart(other, one)
    if math.isnan(difference):
        return ""
    return (
        f"{_percent(other)} {figure.spoken}, against {_percent(one)} a year before: {points(difference)} points "
        f"({points_range(low, high)}), {_verdict(low, high)}."
    )


def _percent(share: Share) -> str:
    return f"**{wording.percent(share[0] / share[1])}** of {wording.plural(share[1], 'client')}"


def _verdict(low: float, high: float) -> str:
    """Whether chance alone might have made a difference."""
    return "which may be chance" if low <= 0 <= high else "more than chance would make"


def _same_in_words(found: Found) -> str:
    """The same people, first figure that can be told."""
    for figure in _first(found) if found.pairs is not None else []:
        if found.pairs is None or figure.label not in found.pairs.counts.index:
            continue
        difference, low, high = apart_in_pairs(found.pairs, figure.label)
        if not math.isnan(difference):
            people = wording.plural(found.pairs.n(figure.label, TOTAL), "client")
            return (
                f"Among the **same people** ({people} in both periods) the share who {figure.spoken} changed by "
                f"{points(difference)} points ({points_range(low, high)}), {_verdict(low, high)}."
            )
    return ""


def _units_in_words(comparison: YearComparison, found: Found) -> str:
    """Where units lie outside the wider limits, in alphabetical order."""
    if not found.outside:
        return ""
    many = UNIT_WORDS[comparison.by][1]
    named = [f"{wording.lower_first(label)}: {wording.listed(units)}" for label, units in found.outside.items() if units]
    asked = wording.plural(len(found.outside), "figure")
    if not named:
        return f"**{many.capitalize()}**: in {asked} set side by side none lies outside the limits that 998 in 1,000 keep."
    return f"**{many.capitalize()}** outside the limits that 998 in 1,000 keep, in {asked}: {'; '.join(named)}."


def _gaps_in_words(found: Found) -> str:
    if not found.n_gaps:
        return ""
    if not found.gaps:
        return f"None of {found.n_gaps} **gaps between groups** of clients has an interval that leaves 0 out."
    named = wording.listed(found.gaps[:4]) + (f" and {len(found.gaps) - 4} more" if len(found.gaps) > 4 else "")
    return f"Of {found.n_gaps} **gaps between groups** of clients {len(found.gaps)} have an interval that leaves 0 out: {named}."


def _meetings_in_words(found: Found) -> str:
    return f"**No meeting is listed** in {wording.listed(found.without_meeting)}." if found.without_meeting else ""


def limits_section(report: ReportWriter, comparison: YearComparison, found: Found) -> Section:
    """What nobody should conclude."""
    many = UNIT_WORDS[comparison.by][1]
    section = report.section("limits", "What this cannot say", "What should nobody conclude from this report?")
    section.points(
        [
            standing("comparison_worked"),
            standing("comparison_best", many=many),
            standing("comparison_gap"),
            standing("comparison_reached"),
            standing("comparison_chance"),
        ]
    )
    section.note(report.policy.in_words())
    return section.finish()


def settings_in_words(comparison: YearComparison, policy_words: str) -> dict[str, str]:
    """Every setting, version and fingerprint by name."""
    now = comparison.now
    norm = now.norm
    return {
        "Period": now.period,
        "Compared with": f"none: {comparison.why_not}" if comparison.before is None else comparison.before.period,
        "Side by side": UNIT_WORDS[comparison.by][1],
        "Norm": f"{norm.name}: {', '.join(state for state in norm.scheme.states if state in norm.holds)}",
        "An observed state counts for": f"{pd.Timedelta(now.valid_for).days} days",
        "Consent": "those who did not agree to evaluation are in no figure; those whose answer is not recorded are "
        + ("counted" if now.agreed.unknown_consent == "count" else "left out"),
        "Small numbers": policy_words,
        "Fingerprint of the record": fingerprint(now.as_written),
        "Made with": f"recoverynet {version('recoverynet')}, Python {platform.python_version()}, pandas {pd.__version__}, "
        f"numpy {np.__version__}",
    }


def again_section(report: ReportWriter, settings: dict[str, str]) -> Section:
    """How to make the report again."""
    section = report.section("settings", "How to make this report again")
    section.say(standing("comparison_again"))
    section.facts("Settings", list(settings.items()))
    section.say(*appendix(report.publication))
    return section.finish()
