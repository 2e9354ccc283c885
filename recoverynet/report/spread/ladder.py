"""The evidence ladder in a report: verdict, what chance makes, every rung, and a hidden trait."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import pandas as pd

from recoverynet.draw.exposure_null import describe_exposure_null, exposure_null
from recoverynet.draw.rungs import describe_rungs, rung_estimates
from recoverynet.draw.sensitivity import draw_sensitivity
from recoverynet.models.ladder.findings import ADJUSTED, PLACEBOS, Rung
from recoverynet.models.ladder.words import NAMES, difference_in_words, hidden_in_words
from recoverynet.models.spread.hazard import fit_hazard
from recoverynet.models.spread.sensitivity import Sensitivity, sensitivity
from recoverynet.report import wording
from recoverynet.report.disclosure.estimates import EstimateTable, about, nearest_ten
from recoverynet.report.sections import ReportWriter, Section, SectionWriter
from recoverynet.report.spread.setting import SpreadSetting, found_at, p_words, placebo_in_words, terms_in_words, verdict_sentences
from recoverynet.results import p_in_words

PASSED = {True: "passed", False: "not passed", None: "not tried"}
TOO_FEW = (
    "So few people are known to have gained the norm, or so few not to, that nothing can be said about how "
    "it spreads, and the figures may not be shown."
)
NO_CONTACT = (
    "**Spread cannot be seen:** of nobody who could have gained the norm is a contact on record with somebody whose state "
    "is known. Not seen is not none, so nothing is said about how the norm passes between people."
)


def cannot_be_seen(setting: SpreadSetting) -> str:
    """Why nothing can be said about spread; empty where something can."""
    if not setting.too_few:
        return ""
    return TOO_FEW if setting.rows[0] else NO_CONTACT


def ladder_section(report: ReportWriter, setting: SpreadSetting) -> Section:
    """The verdict, the figure of exposure against chance, and every rung."""
    section = report.section("ladder", "The evidence ladder", "How far up the ladder of evidence do these records carry?")
    if setting.too_few:
        section.note(cannot_be_seen(setting), "caution")
        section.say(*verdict_sentences(setting)[1:])
        return section.finish()
    section.say(*verdict_sentences(setting))
    null_figure(section, setting)
    null_table(section, setting)
    _rung_figure(section, setting)
    rungs_table(section, setting)
    if contrasts := _contrasts(setting):
        section.facts("The norm against what cannot spread", contrasts)
    section.points([f"**{NAMES[rung.name]}:** {PASSED[rung.passed]}; {found_at(setting, rung)}." for rung in setting.ladder.rungs])
    return section.finish()


def _contrasts(setting: SpreadSetting) -> list[tuple[str, str]]:
    """How many times the odds ratio of a placebo the norm's is, with its 90 % interval."""
    return [
        (NAMES[rung.name], f"{rung.contrast:.2f} times ({rung.contrast_low:.2f} to {rung.contrast_high:.2f})")
        for rung in setting.ladder.rungs
        if math.isfinite(rung.contrast) and rung.n_events >= setting.least
    ]


def rungs_table(section: SectionWriter, setting: SpreadSetting) -> None:
    """Every rung with its numbers, and how strong a hidden trait would have to be."""
    ladder, rungs = setting.ladder, setting.ladder.rungs
    hidden = ""
    if not math.isnan(ladder.hidden_trait):
        values = ladder.hidden_trait, ladder.hidden_trait_low
        strengths = [wording.decimal(value) if math.isfinite(value) else "none" for value in values]
        hidden = (
            f" Strength of a trait nobody recorded that would explain it away: {strengths[0]} for the estimate, {strengths[1]} "
            "for its lower bound."
        )
    section.estimates(
        EstimateTable(
            pd.DataFrame([_as_row(rung, setting.least) for rung in rungs], index=[_label(rung) for rung in rungs]),
            title="The rungs of the ladder",
            population="Person-waves without the norm",
            period=setting.period,
            denominator="person-waves of people who did not hold the norm and had a contact",
            heads=("Result", "Odds ratio", "Bounds", "p", "Matched difference, points", "At risk", "Gains"),
            row_header="Level and rung",
            counts=("rows", "events"),
            note="Odds ratio of gaining the norm by the next wave, all contacts holding it rather than "
            "none. Bounds are one-sided, 95% each; for the two placebos, where about 1 is expected, 97.5%. "
            "Errors are clustered on the person. The adjusted lower bound must clear "
            f"{ladder.margin:g}. Adjusted for: {terms_in_words(setting)}.{hidden}",
        )
    )


def null_table(section: SectionWriter, setting: SpreadSetting) -> None:
    """Exposure of those who gained the norm and what chance makes of it, in numbers."""
    null = setting.null
    rows = {
        "Those who gained it": {"share": 100 * null.observed, "p": p_in_words(null.p), "behind": null.n_events},
        "Expected by chance": {"share": 100 * null.expected, "p": "–", "behind": null.n_events},
    }
    section.estimates(
        EstimateTable(
            pd.DataFrame(rows).T[["share", "p", "behind"]],
            title="Contacts who held the norm at the wave before, in per cent",
            population="Person-waves of people who gained the norm",
            period=setting.period,
            denominator="contacts of those who gained the norm",
            heads=("Per cent", "p"),
            row_header="Whose contacts",
            digits={"share": 1},
            note="By chance: the same gains dealt out anew among those who could have gained it at the same wave.",
        )
    )


def _label(rung: Rung) -> str:
    """A rung with the level it belongs to."""
    return f"L{rung.level} {NAMES[rung.name]}"


def _as_row(rung: Rung, least: int) -> dict[str, object]:
    return {
        "result": PASSED[rung.passed],
        "ratio": rung.odds_ratio,
        "low": rung.low,
        "high": rung.high,
        "p": "–" if math.isnan(rung.p) else p_in_words(rung.p),
        "difference": difference_in_words(rung) if math.isfinite(rung.difference) and rung.n_events >= least else "–",
        "rows": rung.n_rows or math.nan,
        "events": rung.n_events if rung.n_rows else math.nan,
        "behind": rung.n_events,
    }


def null_figure(section: SectionWriter, setting: SpreadSetting) -> None:
    """Exposure of those who gained the norm, against the same gains dealt out by chance."""
    null = setting.null
    gains = float(nearest_ten(null.n_events))
    words: dict[str, Any] = {"observed": null.observed, "expected": null.expected, "gains": gains, "norm": setting.norm}
    draws = pd.DataFrame({"draw": null.draws})
    section.figure(
        partial(exposure_null, draws, **words),
        alt=describe_exposure_null(draws, **words),
        caption=f"Mean share of contacts who held {setting.norm} at the end of the {setting.wave} before, "
        "among people who went on to gain it, and where it would lie had the same gains fallen by chance "
        f"on anybody who could have gained it in the same {setting.wave} ({p_words(null.p)}). Out of: their "
        f"contacts then, about {about(null.n_events)} gains; contacts whose state is not known count at "
        "their chance of holding it.",
    )


def _rung_figure(section: SectionWriter, setting: SpreadSetting) -> None:
    rungs = [rung for rung in setting.ladder.rungs if math.isfinite(rung.odds_ratio) and rung.n_events >= setting.least]
    if not rungs:
        return
    frame = pd.DataFrame(
        {
            "rung": [NAMES[rung.name] for rung in rungs],
            "ratio": [rung.odds_ratio for rung in rungs],
            "low": [rung.low for rung in rungs],
            "high": [rung.high for rung in rungs],
            "placebo": [rung.name in PLACEBOS for rung in rungs],
            "judged": [rung.name == ADJUSTED for rung in rungs],
        }
    )
    margin = setting.ladder.margin
    note = "Lines: bounds of 95% on each side; hollow, where about 1 is expected, 97.5%."
    section.figure(
        partial(rung_estimates, frame, margin=margin, note=note),
        alt=describe_rungs(frame, margin=margin),
        caption=f"Odds of gaining {setting.norm} by the next {setting.wave}: all contacts holding it "
        f"against none. Out of: about {about(setting.rows[0])} person-waves at risk, fewer where adjusted "
        f"or limited to new ties. The placebo is {placebo_in_words(setting)}; people met only later cannot "
        "have influenced a gain before.",
    )


def _e_values(found: Sensitivity, setting: SpreadSetting, behind: int) -> EstimateTable:
    """The estimate and the bound nearer to no association, each with its E-value."""
    return EstimateTable(
        found.to_frame().set_axis(["Estimate", "Bound nearer to 1"]).assign(behind=behind),
        title="E-values of the adjusted hazard ratio",
        population="Person-waves with a contact of known state",
        period=setting.period,
        denominator="person-waves with a contact of known state",
        heads=("As a risk ratio", "E-value"),
        row_header="Of",
        note=f"Rarity: {found.checks[0].detail}. E-value: the risk ratio by which a trait would have to go with exposure and "
        "with gaining the norm, beyond what was adjusted for, to explain it away (VanderWeele & Ding 2017).",
    )


def sensitivity_section(report: ReportWriter, setting: SpreadSetting) -> Section:
    """How strong a trait nobody recorded would have to be."""
    section = report.section(
        "sensitivity",
        "A trait nobody recorded",
        "How strong would something that is not in the records have to be to explain the association away?",
    )
    ladder, panel = setting.ladder, setting.waves.panel
    if setting.too_few or math.isnan(ladder.hidden_trait):
        section.note("There is no estimate to explain away.")
        return section.finish()
    section.say(
        hidden_in_words(ladder.hidden_trait, ladder.hidden_trait_low),
        "Such a trait could be motivation, a health condition, having children, or anything else that "
        "draws people together and helps them gain the norm. The bar of the ladder was set so that a trait "
        "with odds of 2 for ties and 2 for gaining the norm passes it rarely; stronger ones pass it more "
        "often, and no method that only observes can tell.",
    )
    terms = [*setting.waves.adjust, *setting.waves.surroundings]
    fit = fit_hazard(panel, setting.name, adjust=terms)
    behind = min(fit.n_events, fit.n_rows - fit.n_events)
    if fit.reason or fit.estimate <= 0 or behind < setting.least:
        return section.finish()
    found = sensitivity(fit)
    words: dict[str, Any] = {"e_value": found.e_value, "e_value_bound": found.e_value_bound}
    section.estimates(_e_values(found, setting, behind))
    section.figure(
        partial(draw_sensitivity, found.curve, **words),
        alt=f"Curve of the traits that would explain the adjusted hazard ratio of {found.risk_ratio:.2f} "
        "away, by the risk ratio with which they go with exposure and with gaining the norm. Where both "
        f"are equal it takes {found.e_value:.2f} for the estimate and {found.e_value_bound:.2f} for its "
        "interval.",
        caption=f"Traits that would explain the adjusted hazard ratio of gaining {setting.norm} away: those "
        "on the curve or in the shaded part. The E-value is the point where a trait goes equally with "
        "exposure and with the outcome. Dashed: what it takes to bring the interval down to no "
        f"association. Out of: about {about(fit.n_rows)} person-waves with a contact of known state.",
    )
    return section.finish()
