"""How a report on spread opens and ends: the answer, what it cannot say, how to make it again."""

from __future__ import annotations

import math
import platform
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import pandas as pd

from recoverynet.models.ladder.findings import ADJUSTED, PLACEBO
from recoverynet.models.ladder.words import LEVELS, meaning_in_words
from recoverynet.report import wording
from recoverynet.report.disclosure.audit import appendix
from recoverynet.report.disclosure.estimates import about, decimal_or_dash
from recoverynet.report.sections import KeyFigure, ReportWriter, Section
from recoverynet.report.spread.ladder import cannot_be_seen
from recoverynet.report.spread.setting import SpreadSetting, p_words, placebo_in_words, verdict_sentences
from recoverynet.report.standing import standing
from recoverynet.worlds.calibration import calibration_table
from recoverynet.worlds.record_worlds import EVERY_WORLD

FEW_PEOPLE = 100
LADDER = "evidence ladder"


def brief_section(report: ReportWriter, setting: SpreadSetting) -> Section:
    """The verdict, the numbers it rests on, and the caveat."""
    section = report.section("in_brief", "In brief")
    if setting.too_few:
        section.points([cannot_be_seen(setting), *verdict_sentences(setting)[1:]])
        return section.finish()
    section.key_figures(_key_figures(setting))
    section.points([verdict_sentences(setting)[0], *_numbers(setting), *verdict_sentences(setting)[1:]])
    section.note(standing("spread_caveat"))
    return section.finish()


def _key_figures(setting: SpreadSetting) -> list[KeyFigure]:
    ladder, (n_rows, n_events) = setting.ladder, setting.rows
    figures = [KeyFigure(f"{ladder.level} of 4", "levels of evidence", LEVELS[ladder.level])]
    adjusted = setting.rung(ADJUSTED)
    if adjusted is not None and math.isfinite(adjusted.odds_ratio) and adjusted.n_events >= setting.least:
        figures.append(
            KeyFigure(
                decimal_or_dash(adjusted.odds_ratio),
                "adjusted odds ratio of gaining the norm",
                f"{decimal_or_dash(adjusted.low)} to {decimal_or_dash(adjusted.high)}; all contacts holding it, against none",
            )
        )
    figures.append(KeyFigure(about(n_events), "gains of the norm", f"to the nearest ten; {about(n_rows)} person-waves at risk"))
    return figures


def _numbers(setting: SpreadSetting) -> list[str]:
    null = setting.null
    said = [
        f"Of the contacts of people who went on to gain {setting.norm}, "
        f"{wording.percent(null.observed, digits=1)} held it at the end of the {setting.wave} before. Had "
        f"the same gains fallen by chance, it would be {wording.percent(null.expected, digits=1)} "
        f"({p_words(null.p)})."
    ]
    placebo = setting.rung(PLACEBO)
    if placebo is not None and math.isfinite(placebo.odds_ratio) and placebo.n_events >= setting.least:
        said.append(
            f"For the placebo ({placebo_in_words(setting)}) the same odds ratio is "
            f"{decimal_or_dash(placebo.odds_ratio)} ({decimal_or_dash(placebo.low)} to {decimal_or_dash(placebo.high)}), where "
            "about 1 is expected."
        )
    return said


def limits_section(report: ReportWriter, setting: SpreadSetting) -> Section:
    """What nobody should conclude."""
    section = report.section("limits", "What this cannot say", "What should nobody conclude from this report?")
    panel = setting.waves.panel
    points = [
        standing("spread_caveat", strong=True),
        standing("spread_gaining"),
        standing("spread_unknown"),
        standing("spread_contacts"),
        standing("spread_levels"),
    ]
    if panel.n_people < FEW_PEOPLE:
        points.append(standing("spread_few"))
    section.points(points)
    section.heading("How often the ladder is wrong")
    rates = error_rates(panel.n_people)
    section.say(calibration_in_words(rates))
    if rates is not None:
        section.facts("How often it said “consistent with spread”", calibration_facts(rates))
    section.heading("What the levels mean")
    section.points([f"**{level}, {LEVELS[level]}.** {meaning_in_words(level)}" for level in LEVELS])
    return section.finish()


@dataclass(frozen=True)
class ErrorRates:
    """How often the ladder speaks of spread in simulated worlds of known truth.

    Attributes
    ----------
    n_people, n_kinds : int
        People of a world, and kinds of worlds without influence and without a strong hidden trait.
    quiet : float
        Largest rate among these: speaking of spread where there is none.
    found : (float, float)
        Smallest and largest rate where influence is strong.
    beyond : float
        Largest rate without influence where a hidden trait is strong; NaN where not tried.
    records : (float, float, float)
        Of whole records: largest rate without influence, smallest and largest with strong influence; NaN where not tried.
    """

    n_people: int
    n_kinds: int
    quiet: float
    found: tuple[float, float]
    beyond: float
    records: tuple[float, float, float]


COINS = [name for name, world in EVERY_WORLD.items() if world.settings.get("make") == "coin"]
"""Worlds whose placebo is a coin."""


def error_rates(n_people: int) -> ErrorRates | None:
    """The rates of worlds whose size is nearest to this one; None where the calibration holds none."""
    table = calibration_table()
    table = table[(table["test"] == LADDER) & ~table["world"].isin(COINS)]  # a coin stops the ladder: no rate of its own
    quiet, strong = (table[table["strength"] == strength] for strength in ("none", "strong"))
    sizes = sorted(set(quiet["n_people"]) & set(strong["n_people"]), key=lambda size: abs(size - n_people))
    if not sizes:
        return None
    records = table[table["reach"] == "record"]
    silent, loud = (records.loc[records["strength"] == strength, "rate"] for strength in ("none", "strong"))
    quiet, strong = (part[part["n_people"] == sizes[0]] for part in (quiet, strong))
    within, found = quiet[quiet["reach"] == "within"], strong.loc[strong["reach"] == "within", "rate"]
    return ErrorRates(
        n_people=int(sizes[0]),
        n_kinds=int(within["kind"].nunique()),
        quiet=float(within["rate"].max()),
        found=(float(found.min()), float(found.max())),
        beyond=float(quiet.loc[quiet["reach"] == "beyond", "rate"].max()),
        records=(float(silent.max()), float(loud.min()), float(loud.max())),
    )


def calibration_in_words(rates: ErrorRates | None) -> str:
    """How often the ladder speaks of spread in worlds of known truth."""
    if rates is None:
        return "The sample **calibration** of the package holds the rates for worlds whose truth is known."
    said = (
        f"It was tried in {rates.n_kinds} kinds of simulated worlds of {rates.n_people} people without "
        "any influence, in which like people meet, share places, change their ties or go unrecorded, or a "
        "hidden trait draws them together by odds of up to 2: it said “consistent with spread” in at most "
        f"{wording.percent(rates.quiet, digits=1)} of the worlds of a kind. With strong influence "
        f"(odds ratio 4) it said so in {wording.percent(rates.found[0])} to {wording.percent(rates.found[1])}."
    )
    if not math.isnan(rates.beyond):
        said += (
            " With stronger hidden traits (odds of 3 to 6) and no influence it said so in up to "
            f"{wording.percent(rates.beyond)}; no method that only observes holds there."
        )
    quiet, least, most = rates.records
    if not math.isnan(quiet) and not math.isnan(least):
        said += (
            " In whole simulated records of 650 clients, with states seen now and then and some of them mistaken, it said "
            f"so in at most {wording.percent(quiet, digits=1)} of those of a kind without influence, and in "
            f"{wording.percent(least)} to {wording.percent(most)} with strong influence."
        )
    return f"{said} The sample **calibration** of the package holds every rate."


def calibration_facts(rates: ErrorRates) -> list[tuple[str, str]]:
    """The same rates as pairs of what was tried and how often spread was spoken of."""
    pairs = [
        (
            f"{rates.n_kinds} kinds of worlds of {rates.n_people} people, no influence, hidden traits of odds up to 2",
            f"at most {wording.percent(rates.quiet, digits=1)}",
        ),
        ("The same with strong influence, odds ratio 4", f"{wording.percent(rates.found[0])} to {wording.percent(rates.found[1])}"),
    ]
    if not math.isnan(rates.beyond):
        pairs.append(("No influence, hidden traits of odds 3 to 6", f"up to {wording.percent(rates.beyond)}"))
    quiet, least, most = rates.records
    if not math.isnan(quiet) and not math.isnan(least):
        pairs.append(("Records of 650 clients, no influence", f"at most {wording.percent(quiet, digits=1)}"))
        pairs.append(("Records of 650 clients, strong influence", f"{wording.percent(least)} to {wording.percent(most)}"))
    return pairs


def rerun_section(report: ReportWriter, settings: dict[str, str]) -> Section:
    """What it takes to make the report again."""
    section = report.section("settings", "How to make this report again")
    section.say(standing("spread_again"))
    section.facts("Settings", list(settings.items()))
    section.say(*appendix(report.publication))
    return section.finish()


def settings_in_words(setting: SpreadSetting, policy_words: str, more: dict[str, str]) -> dict[str, str]:
    """Every setting and version by name."""
    norm, ladder = setting.waves.panel.norm, setting.ladder
    held = "" if norm is None else f": {', '.join(state for state in norm.scheme.states if state in norm.holds)}"
    return {
        "Period": setting.period,
        "Waves": f"{setting.waves.panel.n_waves}, each a {setting.wave}",
        "Norm": f"{setting.name}{held}",
        "Adjusted for (adjust)": ", ".join(setting.waves.adjust) or "nothing",
        "Surroundings (surroundings)": ", ".join(setting.waves.surroundings) or "none",
        "Placebo": setting.waves.placebo or "none",
        "Margin": f"odds ratio {ladder.margin:g}",
        "Permutations": f"{setting.n_permutations:,}, seed {setting.seed}",
        **more,
        "Small numbers": policy_words,
        "Made with": f"recoverynet {version('recoverynet')}, Python {platform.python_version()}, pandas "
        f"{pd.__version__}, numpy {np.__version__}",
    }
