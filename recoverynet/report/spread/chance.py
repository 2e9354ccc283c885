"""What stands beside the ladder: clustering, tests with their null, rates of gain and loss."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.draw.separation import describe_separation, separation_curve
from recoverynet.kernels.transitions import Transition
from recoverynet.measures.autocorrelation import autocorrelation
from recoverynet.measures.clustering import norm_clustering
from recoverynet.models.spread.contagion import CANNOT_TELL, NULLS, Null, contagion_test
from recoverynet.models.spread.hazard import fit_hazard
from recoverynet.models.spread.reasons import Reason
from recoverynet.models.spread.sisa import SisaFit, fit_sisa
from recoverynet.progress import track
from recoverynet.randomness import spawn
from recoverynet.report import wording
from recoverynet.report.disclosure.estimates import EstimateTable, nearest_ten
from recoverynet.report.sections import ReportWriter, Section, SectionWriter
from recoverynet.report.spread.people import wave_labels
from recoverynet.report.spread.setting import SpreadSetting, terms_in_words
from recoverynet.results import Estimates, NullTest, p_in_words

MAX_DISTANCE = 4
N_REWIRINGS = 199
NAMES: dict[Null, str] = {
    "labels": "Courses of states dealt out anew",
    "rewiring": "Ties swapped",
    "time_shuffle": "Times of gain dealt out anew",
    "edge_reversal": "Ties turned round",
}
STATISTICS = {"moran": "Moran's I", "geary": "Geary's C", "assortativity": "Assortativity"}


def clustering_section(report: ReportWriter, setting: SpreadSetting) -> Section:
    """Whether people who hold the norm stand close to each other, at the wave of which most is known."""
    section = report.section("clustering", "Clustering", "Do people who hold the norm stand closer to each other than by chance?")
    held = setting.risk.held
    best = int(np.argmax(np.isfinite(held).sum(axis=0)))
    network = setting.waves.panel.at(best + 1)
    label = wave_labels(setting)[best]
    one, other = spawn(setting.seed, 2)
    state = pd.Series(held[:, best], index=network.person_ids)
    steps = norm_clustering(network, state, max_distance=MAX_DISTANCE, n_permutations=setting.n_permutations, rng=one)
    steps = steps.reset_index()
    n_people = int(steps["n_people"].iloc[0])
    if not np.isfinite(steps["excess"]).any() or n_people < setting.least:
        section.note("Too little is known at any wave to say whether people who hold the norm stand together.", "caution")
        return section.finish()
    section.say(
        f"Looked at is {label}, the wave at which the state of most people is known. People who hold the "
        "norm being near each other is where spread would show. It is also what comes of people choosing "
        "others like themselves, and of sharing a place. **Clustering does not tell these apart.**"
    )
    _steps(section, setting, steps, label)
    alike = autocorrelation(network, state, n_permutations=setting.n_permutations, rng=other).reset_index()
    _alike(section, setting, alike, label)
    return section.finish()


def _steps(section: SectionWriter, setting: SpreadSetting, steps: pd.DataFrame, label: str) -> None:
    able = steps["n_pairs"] >= setting.least
    frame = steps.assign(n_pairs=[nearest_ten(n) for n in steps["n_pairs"]])[able]
    section.figure(
        partial(separation_curve, frame, norm=setting.norm),
        alt=describe_separation(frame, norm=setting.norm),
        caption=f"How much more often than people at large somebody holds {setting.norm} when somebody one "
        f"to {MAX_DISTANCE} steps away does, {label}. Out of: pairs of people of known state so far apart, "
        f"to the nearest ten. Chance: {setting.n_permutations:,} times the norm was dealt out among the "
        "same people, ties left as they are.",
    )
    values = pd.DataFrame(
        {
            "excess": 100 * frame["excess"],
            "low": 100 * frame["null_low"],
            "high": 100 * frame["null_high"],
            "p": [p_in_words(p) for p in frame["p"]],
            "pairs": frame["n_pairs"],
            "behind": frame["n_pairs"],
        }
    )
    values.index = ["1 step", *(f"{steps} steps" for steps in range(2, MAX_DISTANCE + 1))][: len(values)]
    section.estimates(
        EstimateTable(
            values,
            denominator="ordered pairs of people of known state, that far apart, one of whom holds the norm",
            title="Holding the norm more often than people at large, by degree of separation",
            population="Pairs of people of known state",
            period=label,
            heads=("Excess, %", "By chance, %", "p", "Pairs"),
            row_header="Apart",
            digits=dict.fromkeys(("excess", "low", "high"), 0),
            counts=("pairs",),
            note="p: the share of dealings with at least as much clustering. Distances are not independent of each other.",
        )
    )


def _alike(section: SectionWriter, setting: SpreadSetting, alike: pd.DataFrame, label: str) -> None:
    values = pd.DataFrame(
        {
            "observed": alike["observed"],
            "expected": alike["expected"].fillna(alike["null_mean"]),
            "p": [p_in_words(p) for p in alike["p"]],
            "behind": alike["n_people"],
        }
    )
    values.index = [STATISTICS[name] for name in alike["statistic"]]
    section.estimates(
        EstimateTable(
            values,
            denominator="people of known state at the wave",
            title="How alike tied people are in holding the norm",
            population="People of known state",
            period=label,
            heads=("Observed", "Expected", "p"),
            row_header="Statistic",
            digits={"observed": 3, "expected": 3},
            note="p: two-sided, by permutation. Below its expectation, Geary's C speaks for likeness.",
        )
    )


def chance_section(report: ReportWriter, setting: SpreadSetting) -> Section:
    """Tests that each take something to be chance, and what each cannot tell."""
    section = report.section(
        "tests", "Tests against chance", "Could chance of a stated kind have made the link between contacts and gains?"
    )
    draws: dict[Null, int] = {null: setting.n_permutations for null in NAMES}
    draws["rewiring"] = min(setting.n_permutations, N_REWIRINGS)
    found = {
        null: contagion_test(setting.waves.panel, setting.name, null=null, n_permutations=draws[null], rng=child)
        for null, child in zip(track(draws, "Tests against chance"), spawn(setting.seed, len(NAMES)), strict=True)
    }
    section.say(
        "Each test takes something to be chance and asks how often chance would do what was found. Each "
        "says so only of the chance it names: **a low p does not tell influence from like people meeting, "
        "or from places they share.**"
    )
    _tests(section, setting, found)
    section.points([_in_words(null, test) for null, test in found.items()])
    return section.finish()


def _tests(section: SectionWriter, setting: SpreadSetting, found: Mapping[Null, NullTest]) -> None:
    rows = [_as_row(test, setting.rows[1]) for test in found.values()]
    section.estimates(
        EstimateTable(
            pd.DataFrame(rows, index=[NAMES[null] for null in found]),
            denominator="people at risk with a contact whose state is known",
            title="Tests of whether gains go with what contacts held",
            population="People who could gain the norm",
            period=setting.period,
            heads=("Observed", "Expected by chance", "p"),
            row_header="What is taken to be chance",
            digits={"observed": 3, "expected": 3},
            note="Observed: for the first two the mean exposure of those who gained the norm minus that of "
            "others; for the third the slope of first gains on ln(contacts holding it + 1); for the fourth "
            f"the difference of two log odds ratios, 0 by chance. {setting.n_permutations:,} dealings; ties were swapped "
            f"{found['rewiring'].n_permutations:,} times over.",
        )
    )


def _in_words(null: Null, test: NullTest) -> str:
    """What a test takes for granted, what it cannot tell, and why it gives no answer where it gives none."""
    silent = f" Here it gives no answer: {_uncounted(test)}." if test.reason else ""
    return f"**{NAMES[null]}.** Taken for granted: {NULLS[null]}. {CANNOT_TELL[null]}{silent}"


def _uncounted(test: NullTest) -> str:
    """Why a test has no answer, in words that count nobody."""
    return test.reason.uncounted if isinstance(test.reason, Reason) else str(test.reason)


def _as_row(test: NullTest, behind: int) -> dict[str, object]:
    return {
        "observed": test.observed,
        "expected": test.expected,
        "p": "–" if math.isnan(test.p) else p_in_words(test.p),
        "behind": behind,
    }


def rates_section(report: ReportWriter, setting: SpreadSetting) -> Section:
    """Hazards of gaining and losing the norm by exposure, and the SISa rates both ways."""
    section = report.section(
        "rates", "Rates of gain and loss", "How fast is the norm gained and lost, and how does that go with exposure?"
    )
    panel, terms = setting.waves.panel, [*setting.waves.adjust, *setting.waves.surroundings]
    ways: tuple[tuple[str, Transition, Sequence[str]], ...] = (
        ("Gaining it, as it stands", "gain", ()),
        ("Gaining it, adjusted", "gain", terms),
        ("Losing it, as it stands", "loss", ()),
        ("Losing it, adjusted", "loss", terms),
    )
    fits = [(label, fit_hazard(panel, setting.name, transition=way, adjust=given)) for label, way, given in ways]
    values = pd.DataFrame([_hazard_row(fit) for _, fit in fits], index=[label for label, _ in fits])
    section.estimates(
        EstimateTable(
            values,
            denominator="person-waves with a contact of known state",
            title="Hazard ratio of gaining and of losing the norm, for all contacts holding it rather than none",
            population="Person-waves with a contact of known state",
            period=setting.period,
            heads=("Hazard ratio", "95% interval", "Person-waves", "Changes"),
            row_header="Change",
            counts=("rows", "events"),
            note="Discrete time, complementary log-log, wave effects, errors clustered on the person. "
            "Contacts of unknown state are left out here, where the ladder counts them at their chance of "
            f"holding the norm. Adjusted for: {terms_in_words(setting)}. A dash: too few changes to fit it.",
        )
    )
    _sisa(section, setting)
    return section.finish()


def _hazard_row(fit: Estimates) -> dict[str, float]:
    with np.errstate(over="ignore"):
        ratio, low, high = (float(np.exp(value)) for value in (fit.estimate, fit.low, fit.high))
    behind = min(fit.n_events, fit.n_rows - fit.n_events)
    return {"ratio": ratio, "low": low, "high": high, "rows": fit.n_rows, "events": fit.n_events, "behind": behind}


def _sisa(section: SectionWriter, setting: SpreadSetting) -> None:
    """Spontaneous gain, gain per contact, loss; and the mirror image."""
    fit = fit_sisa(setting.waves.panel, setting.name, unknown="not_counted")
    if fit.reason:
        section.note("Rates of spontaneous and of transmitted change cannot be told apart here.")
        return
    table = fit.to_frame()
    behind = int(fit.counts["changed"].groupby("change").sum().min())
    values = pd.DataFrame(
        {"rate": 100 * table["estimate"], "low": 100 * table["low"], "high": 100 * table["high"], "behind": behind}
    )
    values.index = [name[:1].upper() + name[1:] for name in values.index]
    section.estimates(
        EstimateTable(
            values,
            denominator="person-waves whose state is known at both ends",
            title=f"Chances of gaining and losing the norm, per {setting.wave}, in per cent (SISa)",
            population="Person-waves of known state",
            period=setting.period,
            heads=("Chance, %", "95% interval"),
            row_header="Change",
            note="First three rows: gaining may spread and losing is left to itself; last three: the other "
            "way round. Only contacts known to hold (or not to hold) the norm are counted. Transmission is "
            f"a name in this model, not a finding.{_long_run(fit, behind >= setting.least)}",
        )
    )


def _long_run(fit: SisaFit, enough: bool) -> str:
    """Where the rates would lead if nothing changed, in two sentences; empty where that cannot be told."""
    runs: Any = fit.long_run.loc["gain spreads"]
    if not enough or not np.isfinite(runs["prevalence"]):
        return ""
    return (
        " If these rates stayed as they are and everybody met everybody alike, "
        f"{wording.percent(runs['prevalence'])} ({wording.interval(runs['low'], runs['high'])}) would "
        "hold the norm in the long run: arithmetic, not a forecast."
    )
