"""Courses, ways of choosing, who gains, and where the answer tips."""

from __future__ import annotations

from functools import partial

import pandas as pd

from recoverynet.by_row import each_row
from recoverynet.draw.courses import describe_courses, draw_courses
from recoverynet.draw.dots import GAINED, describe_dots, draw_dots
from recoverynet.draw.tipping import WORDS, describe_tipping, draw_tipping
from recoverynet.models.interventions.comparison import NOBODY, dots_frame
from recoverynet.readable import true_minus
from recoverynet.report import wording
from recoverynet.report.disclosure.estimates import EstimateTable
from recoverynet.report.sections import ReportWriter, Section
from recoverynet.report.what_if.setting import WhatIf
from recoverynet.report.what_if.wording import RULE_LABELS, amount, signed, within

LINKED = "More clients going to a recovery group at the end than without"
COSTS = {
    "hours": "Hours",
    "hours_per_linked": "Hours a client linked",
    "hours_per_gained": "Hours a client gaining",
    "pounds": "Pounds",
    "pounds_per_linked": "Pounds a client linked",
    "pounds_per_gained": "Pounds a client gaining",
}
BY = {"sex": "Sex", "age_band": "Age", "substance": "Substance", "area": "Area"}


def courses_section(report: ReportWriter, what_if: WhatIf) -> Section:
    """Month by month, with and without."""
    section = report.section("courses", "How it would go", "How many hold the norm and go to a group, with the plan and without?")
    frame = what_if.found.courses_frame()
    kept = frame[frame["course"].isin(["without", what_if.lead])].replace({"course": {what_if.lead: "with"}})
    for outcome, words in (("linked", "going to a recovery group"), ("holding", "holding the norm")):
        if what_if.shows(outcome):
            draw = partial(draw_courses, kept, outcome=outcome, supposition=what_if.found.supposition)
            caption = f"Clients {words}, with the plan ({RULE_LABELS[what_if.lead].lower()}) and without. {what_if.basis}."
            section.figure(draw, alt=describe_courses(kept, outcome=outcome), caption=caption)
        else:
            section.note(f"The course of clients {words} is not shown: too few are at the start, or too few are not.")
    section.say(
        "Bands hold 95 in 100 simulated courses: chance, and what is not known about rates, together. The bands of the two "
        "courses overlap far "
        "more than their difference is unsure, because both meet the same luck in every run; the difference has an "
        "interval of its own."
    )
    return section.finish()


def rules_section(report: ReportWriter, what_if: WhatIf) -> Section:
    """Ways of choosing side by side."""
    section = report.section(
        "rules", "Ways of choosing, side by side", "Does it matter how clients are chosen, and what does each way cost?"
    )
    for outcome, title in (("linked", LINKED), ("gained", GAINED)):
        if what_if.shows("linked" if outcome == "linked" else "holding"):
            dots = dots_frame(what_if.frame, outcome)
            draw = partial(draw_dots, dots, title=title, supposition=what_if.found.supposition)
            section.figure(draw, alt=describe_dots(dots, title=title), caption=f"{title}. {what_if.basis}.")
    section.estimates(_rules_table(what_if))
    if len(what_if.found.rules) > 1:
        section.estimates(_between_table(what_if))
    return section.finish()


def _rules_table(what_if: WhatIf) -> EstimateTable:
    frame = what_if.frame.drop(index=NOBODY)
    costs = [name for name in COSTS if not (name.startswith("pounds") and (frame["pounds"] == 0).all())]
    rows = pd.DataFrame(
        {
            "followed": [f"{row.followed:.0f} of {row.proposed:.0f}" for row in each_row(frame)],
            "linked": [_difference(what_if, row, "linked") for _, row in frame.iterrows()],
            "gained": [_difference(what_if, row, "gained") for _, row in frame.iterrows()],
            **{name: frame[name].to_numpy() for name in costs},
            "behind": what_if.n,
        },
        index=[RULE_LABELS.get(str(name), str(name)) for name in frame.index],
    )
    return EstimateTable(
        rows,
        title="What each way of choosing changes, and what it costs",
        population="Clients at the end, more than without",
        period=f"{what_if.plan.horizon} months",
        row_header="Who is introduced",
        heads=("Followed", "More linked", "More holding the norm", *(COSTS[name] for name in costs)),
        digits=dict.fromkeys(costs, 0),
        note=f"{what_if.basis}. Means of {what_if.plan.runs:,} simulated courses with 95 % intervals; a dash where a "
        "difference is not told apart from none.",
        name="rules",
    )


def _difference(what_if: WhatIf, row: pd.Series, word: str) -> str:
    if not what_if.shows("linked" if word == "linked" else "holding"):
        return wording.HIDDEN
    return true_minus(f"{row[word]:+.1f} ({within(row[f'{word}_low'], row[f'{word}_high'])})")


def _between_table(what_if: WhatIf) -> EstimateTable:
    between = what_if.found.between()
    lead = what_if.lead
    rows = between[(between["outcome"] == "linked") & ((between["rule"] == lead) | (between["than"] == lead))]
    turned = [(-1 if row.than == lead else 1) for row in each_row(rows)]
    others = [row.rule if row.than == lead else row.than for row in each_row(rows)]
    told = [
        true_minus(f"{sign * row.difference:+.1f} ({within(*sorted((sign * row.low, sign * row.high)))})")
        for sign, row in zip(turned, each_row(rows), strict=True)
    ]
    apart = ["yes" if row.told_apart else "no" for row in each_row(rows)]
    shown = told if what_if.shows("linked") else [wording.HIDDEN] * len(told)
    return EstimateTable(
        pd.DataFrame({"difference": shown, "apart": apart, "behind": what_if.n}, index=[RULE_LABELS[name] for name in others]),
        title=f"{RULE_LABELS[lead]}, against the other ways",
        population="Clients linked at the end, on the same luck",
        period=f"{what_if.plan.horizon} months",
        row_header="Against",
        heads=("Difference", "Told apart"),
        note=f"{what_if.basis}.",
        name="rules_between",
    )


def who_section(report: ReportWriter, what_if: WhatIf) -> Section:
    """Who gains and who does not."""
    section = report.section(
        "who", "Who gains, and who does not", "Does the plan reach women and men, ages, substances and areas alike?"
    )
    gains = what_if.found.who_gains()
    part = gains[(gains["rule"] == what_if.lead) & (gains["by"] != "all") & (gains["n"] > 0)]
    labels = [f"{BY.get(row.by, row.by)}: {wording.label(row.level)}" for row in each_row(part)]
    texts = {
        word: [
            f"{signed(getattr(row, word), 1)} ({within(getattr(row, f'{word}_low'), getattr(row, f'{word}_high'), 1)})"
            if row.n >= what_if.least and what_if.shows(outcome)
            else wording.HIDDEN
            for row in each_row(part)
        ]
        for word, outcome in (("linked", "linked"), ("gained", "holding"))
    }
    section.estimates(
        EstimateTable(
            pd.DataFrame({"n": part["n"].to_numpy(), **texts, "behind": part["n"].to_numpy()}, index=labels),
            title="More linked and more holding the norm, per 100 clients of each subgroup",
            population=f"Clients; {RULE_LABELS[what_if.lead].lower()}",
            period=f"{what_if.plan.horizon} months",
            row_header="Subgroup",
            heads=("Clients", "More linked", "More holding the norm"),
            counts=("n",),
            note=f"{what_if.basis}. Chances are the same for everybody in the same state, so that "
            "differences here come from places, ties and groups alone.",
            name="who_gains",
        )
    )
    return section.finish()


def tipping_section(report: ReportWriter, what_if: WhatIf) -> Section:
    """How the order changes under each assumption."""
    section = report.section("tipping", "Where the answer tips", "Would another assumption change which way is best?")
    frame = what_if.tipping.to_frame()
    spans = frame.groupby("assumption", sort=False)["gained"].agg(lambda gained: gained.max() - gained.min())
    most = str(spans.idxmax())
    if what_if.shows("holding"):
        draw = partial(draw_tipping, frame, assumption=most, supposition=what_if.found.supposition)
        caption = f"More clients holding the norm than without, along the assumption that moves it most. {what_if.basis}."
        section.figure(draw, alt=describe_tipping(frame, assumption=most), caption=caption)
    tips = what_if.tipping.tips()
    rows = pd.DataFrame(
        {
            "tried": [f"{amount(row.lowest)} to {amount(row.highest)}" for row in each_row(tips)],
            "best": [RULE_LABELS[row.best] for row in each_row(tips)],
            "tips": [_tip(row) for row in each_row(tips)],
            "leads": ["yes" if row.ever_leads else "no" for row in each_row(tips)],
            "behind": what_if.n,
        },
        index=[WORDS[name] for name in tips["assumption"]],
    )
    section.estimates(
        EstimateTable(
            rows,
            title="Which way gains most, as one assumption changes",
            population="Clients holding the norm at the end",
            period=f"{what_if.plan.horizon} months",
            row_header="Assumption",
            heads=("Tried", "Most at the lowest", "Changes", "Ever told apart"),
            note=f"{what_if.basis}. Where no way is told apart from the next, a change of the highest mean is chance.",
            name="tipping_points",
        )
    )
    return section.finish()


def _tip(row: object) -> str:
    between = row.tips_between  # type: ignore[attr-defined]
    if not isinstance(between, tuple):
        return "no"
    return f"between {amount(between[0])} and {amount(between[1])}: {RULE_LABELS[row.then].lower()}"  # type: ignore[attr-defined]
