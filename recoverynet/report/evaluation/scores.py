"""Scores and days: each with its form, range, direction and cut-off, and how it changed in the same clients."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import t as student

from recoverynet.draw.change import describe_change, paired_change
from recoverynet.report import wording
from recoverynet.report.disclosure.counted import Bound, Counted
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.disclosure.disclosed import DisclosedSummary
from recoverynet.report.evaluation.observed import Findings
from recoverynet.report.evaluation.setting import CLIENTS, FEWEST_BROKEN_DOWN, EvaluationSetting
from recoverynet.report.outcome_names import KNOWN
from recoverynet.report.sections import SectionWriter
from recoverynet.tables.instruments import REGISTER, Instrument, found_in

DAYS_APART = 28
BOTH = {"population": "Clients with both", "denominator": f"clients with two values at least {DAYS_APART} days apart"}
SCALES = {"days": "days of the last 28", "points": "points on a scale from 0 to 20"}
WAYS = ("Better", "The same", "Worse")


def twice(name: str) -> Counted:
    """Clients with two values of an outcome."""
    return CLIENTS.who("held: outcomes", f"twice: {name}")


def outcome_label(name: str) -> str:
    """A variable as a reader would say it."""
    return KNOWN[name].label if name in KNOWN else wording.label(name.split(".", 1)[-1])


def scores_told(section: SectionWriter, setting: EvaluationSetting, scores: dict[str, pd.DataFrame], findings: Findings) -> None:
    """First and last mean of every score, what is known of its form, which way clients went, and how many reach a cut-off."""
    if not scores:
        return
    section.heading("Scores and days")
    rows = {outcome_label(name): _paired(pair) for name, pair in scores.items()}
    shown = section.summary(
        setting.summary_table(
            pd.DataFrame(rows).T,
            title="First and last value, same clients",
            **BOTH,
            row_header="Outcome",
            heads=("Clients", "First, mean", "Last, mean", "Change", "95% interval"),
            who={outcome_label(name): twice(name) for name in scores},
            note=" ".join([*_directions(scores), "Changes are computed before rounding."]),
        )
    )
    findings.scores = shown
    _scales(section, scores)
    _which_way(section, setting, scores, shown)
    for name, pair in scores.items():
        form = _form(name, pair)
        if form is not None and not math.isnan(form.cut_off):
            _by_cut_off(section, setting, name, pair, form, shown)
    for unit in dict.fromkeys(KNOWN[name].unit for name in scores if name in KNOWN):
        labels = [outcome_label(name) for name in scores if name in KNOWN and KNOWN[name].unit == unit]
        _score_figure(section, setting, shown, labels, unit)


def _directions(scores: dict[str, pd.DataFrame]) -> list[str]:
    """Which way is better, of every score, in sentences; nothing is said of one whose direction is not in the register."""
    better = {name: _better(name, pair) for name, pair in scores.items()}
    spoken = {name: KNOWN[name].name if name in KNOWN else outcome_label(name) for name in scores}
    lower = [f"{spoken[name]}: lower is better" for name, way in better.items() if way == "lower"]
    unknown = [wording.lower_first(spoken[name]) for name, way in better.items() if not way]
    rest = ["For all others higher is better."] if "higher" in better.values() and (lower or unknown) else []
    not_known = [f"Which way is better is not on the register for: {wording.listed(unknown)}."] if unknown else []
    return [*(["; ".join(lower) + "."] if lower else []), *not_known, *rest]


def _form(name: str, pair: pd.DataFrame) -> Instrument | None:
    """The instrument a score is of, as the register has it for the version; None where it has none."""
    return found_in(REGISTER, name, str(pair.attrs["instrument"]) or None)


def _better(name: str, pair: pd.DataFrame) -> str:
    """Which way is better: as known of the variable, else as the register has it for the version."""
    form = _form(name, pair)
    return KNOWN[name].better if name in KNOWN else "" if form is None else form.better


def _score_figure(
    section: SectionWriter, setting: EvaluationSetting, shown: DisclosedSummary, labels: list[str], unit: str
) -> None:
    values = shown.values.loc[labels]
    if values["mean_first"].isna().all() or len(labels) < 2:
        return
    frame = pd.DataFrame(
        {
            "outcome": labels,
            "first": values["mean_first"],
            "last": values["mean_last"],
            "n": values["n"],
            "low": values["low"],
            "high": values["high"],
        }
    ).reset_index(drop=True)
    section.figure(
        partial(paired_change, frame, share=False, unit=unit),
        alt=describe_change(frame, share=False, unit=unit),
        caption=f"First and last mean of the same clients, {setting.period}, in {SCALES.get(unit, unit)}. "
        f"Out of: {BOTH['denominator']}; their number stands in the "
        "figure. The interval is that of the change.",
    )


def _paired(pair: pd.DataFrame) -> dict[str, float]:
    """Number of pairs, both means, and the mean change with its 95 per cent interval (Student's t)."""
    first, last = (pd.to_numeric(pair[name]).to_numpy(dtype=float) for name in ("first", "last"))
    change, n = last - first, len(pair)
    half = float(student.ppf(0.975, n - 1) * change.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
    return {
        "n": n,
        "mean_first": first.mean(),
        "mean_last": last.mean(),
        "change": change.mean(),
        "low": change.mean() - half,
        "high": change.mean() + half,
    }


def _scales(section: SectionWriter, scores: dict[str, pd.DataFrame]) -> None:
    """The form, range, direction and cut-off of every score, as the register has them: facts of the forms, about nobody."""
    told = []
    for name, pair in scores.items():
        form = _form(name, pair)
        if form is None:
            written = str(pair.attrs["instrument"])
            told.append((outcome_label(name), f"{written or 'Form and version not recorded'}; not on the register of instruments"))
            continue
        words = [form.label]
        words += [] if math.isnan(form.low) else [f"from {form.low:g} to {form.high:g}"]
        words += [f"{form.better} is better"] if form.better else ["which way is better is not on the register"]
        words += [] if math.isnan(form.cut_off) else [f"cut-off {form.cut_off:g}: {form.cut_off_means}"]
        told.append((outcome_label(name), ", ".join(words)))
    section.facts("The forms behind these scores", told)


def _which_way(
    section: SectionWriter, setting: EvaluationSetting, scores: dict[str, pd.DataFrame], means: DisclosedSummary
) -> None:
    """For how many clients a score got better, stayed, or got worse, where it is known which way is better."""
    rows, bounds = {}, []
    for name, pair in scores.items():
        way, form = {"higher": 1.0, "lower": -1.0}.get(_better(name, pair)), _form(name, pair)
        if way is None or form is None or math.isnan(form.low) or len(pair) < FEWEST_BROKEN_DOWN:
            continue
        first, last = (pd.to_numeric(pair[moment]).to_numpy(dtype=float) for moment in ("first", "last"))
        gain = way * (last - first)
        rows[outcome_label(name)] = dict(zip(WAYS, (int(n.sum()) for n in (gain > 0, gain == 0, gain < 0)), strict=True))
        low, high = _told(means, name, "change", way)
        least, most = (1.0 if _whole(first, last) else 0.0), form.high - form.low
        better, worse = _went(name, WAYS[0]), _went(name, WAYS[2])
        bounds += [Bound(((better, most), (worse, -least), (twice(name), -low)), low=0.0)] if math.isfinite(low) else []
        bounds += [Bound(((better, least), (worse, -most), (twice(name), -high)), high=0.0)] if math.isfinite(high) else []
    if not rows:
        return
    names = {outcome_label(name): name for name in scores}
    section.table(
        setting.count_table(
            pd.DataFrame(rows).T,
            title="Which way scores went, same clients",
            **BOTH,
            row_header="Outcome",
            rows="separate",
            columns="parts",
            share_of="row",
            who=Who(
                CLIENTS,
                rows_of={label: twice(names[label]) for label in rows},
                cells={(label, word): (_fact(names[label], word),) for label in rows for word in WAYS},
                bounds=tuple(bounds),
            ),
            note=f"Scores of {FEWEST_BROKEN_DOWN} clients or more. Any difference counts, however small: of no form here does "
            "the register say which difference is more than an error of measurement. Very high and very low scores "
            "tend to the middle by themselves.",
        )
    )


def _by_cut_off(
    section: SectionWriter, setting: EvaluationSetting, name: str, pair: pd.DataFrame, form: Instrument, means: DisclosedSummary
) -> None:
    """How many clients scored at a cut-off or above, first and last."""
    if len(pair) < FEWEST_BROKEN_DOWN:
        return
    values = {moment: pd.to_numeric(pair[moment]).to_numpy(dtype=float) for moment in ("first", "last")}
    label, step = f"{form.cut_off:g} or more", 1.0 if _whole(*values.values()) else 0.0
    facts = {f"{moment.capitalize()} score {label}": (f"{moment} {name}: {label}",) for moment in values}
    first, last = (twice(name).who(*own) for own in facts.values())
    bounds = []
    for moment, reached in zip(values, (first, last), strict=True):
        low, high = _told(means, name, f"mean_{moment}", 1.0)
        # Those below the cut-off are all but those who reach it.
        most, least = form.cut_off - step, form.low
        if math.isfinite(low):
            bounds.append(Bound(((reached, form.high - most), (twice(name), most - low)), low=0.0))
            bounds.append(Bound(((reached, form.cut_off - least), (twice(name), least - high)), high=0.0))
    up, down = {"higher": (WAYS[0], WAYS[2]), "lower": (WAYS[2], WAYS[0])}.get(form.better, (None, None))
    if up and down:
        bounds += [Bound.at_most([last], [first, _went(name, up)]), Bound.at_most([first], [last, _went(name, down)])]
    rows = {own: (int((value >= form.cut_off).sum()), len(pair)) for own, value in zip(facts, values.values(), strict=True)}
    section.table(
        setting.share_table(
            rows,
            title=f"{outcome_label(name)}: clients at the cut-off or above",
            **BOTH,
            row_header="Score",
            no="Below",
            who=Who(twice(name), rows=facts, bounds=tuple(bounds)),
            note=f"The cut-off is that of {form.cut_off_means}; it tells groups of people apart in that study and says nothing "
            "about one person.",
        )
    )


def _fact(name: str, way: str) -> str:
    return f"{way.lower()}: {name}"


def _went(name: str, way: str) -> Counted:
    return twice(name).who(_fact(name, way))


def _whole(first: np.ndarray, last: np.ndarray) -> bool:
    """Whether all scores are whole numbers, as those of the forms are."""
    return bool((first == np.round(first)).all() and (last == np.round(last)).all())


def _told(means: DisclosedSummary, name: str, column: str, way: float) -> tuple[float, float]:
    """Between what a published mean says the true one lies; all there is where it is hidden."""
    mean = way * float(means.values[column][outcome_label(name)])
    half = 0.5 * 10.0**-means.digits
    return (-math.inf, math.inf) if math.isnan(mean) else (mean - half, mean + half)
