"""Who stands in a panel about spread, how much is known of them, and next to whom a norm is gained."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.draw.norm_share import describe_norm_share, norm_share_curve
from recoverynet.kernels.proportions import wilson_interval
from recoverynet.kernels.transitions import risk_rows
from recoverynet.report import wording
from recoverynet.report.disclosure.disclosed import DisclosedTable
from recoverynet.report.disclosure.policy import CountTable
from recoverynet.report.disclosure.summary import SummaryTable
from recoverynet.report.sections import ReportWriter, Section, SectionWriter
from recoverynet.report.spread.declared import who_agreed, who_at_waves, who_by_dose, who_in_stages, who_known
from recoverynet.report.spread.setting import SpreadSetting

HOLDS, HOLDS_NOT, NOT_KNOWN = "Hold the norm", "Do not hold it", "Not known"
ALONE = "Without any contact"
DOSES = (
    (("none", 0, 0), ("1", 1, 1), ("2", 2, 2), ("3 to 5", 3, 5), ("6 or more", 6, np.inf)),
    (("none", 0, 0), ("1 or more", 1, np.inf)),
)
"""Numbers of contacts, finely, and coarsely for where that leaves too few in a row."""


def people_section(report: ReportWriter, setting: SpreadSetting) -> Section:
    """Who is in the panel, and how many of them say anything about spread."""
    section = report.section(
        "people", "Who is looked at", "Whose states and contacts does the answer rest on, and how much of them is known?"
    )
    panel = setting.waves.panel
    section.say(
        f"{_extent(setting)} Ties are "
        f"{'nominations' if panel.directed else 'contacts shared within a wave'}; the state of a wave is "
        "that at its end. Exposure of a person is the share of their contacts who held the norm at the end "
        "of the wave before; contacts whose state is not known count at the chance that they held it, "
        "given when it was last known.",
        f"{setting.norm[:1].upper()}{setting.norm[1:]} is held by people who are {_states(setting)}." if panel.norm else "",
    )
    states = section.disclose(_states_table(setting))
    section.points([*_roles(setting), *setting.waves.notes, *_not_known(states)])
    _consent(section, setting)
    _flow(section, setting)
    _waves(section, setting, states)
    return section.finish()


def _states(setting: SpreadSetting) -> str:
    norm = setting.waves.panel.norm
    if norm is None:
        return ""
    held = [state for state in norm.scheme.states if state in norm.holds]
    return wording.listed([wording.lower_first(wording.label(state)) for state in held], "or")


def _extent(setting: SpreadSetting) -> str:
    """Over which time the panel runs, and in how many waves."""
    n_waves = setting.waves.panel.n_waves
    if setting.waves.panel.waves.isna().to_numpy().any():
        return f"The panel has {n_waves} waves."
    return f"The panel covers {setting.period} in {n_waves} waves, each a {setting.wave}."


def _roles(setting: SpreadSetting) -> list[str]:
    """Whose states and ties are looked at, by role."""
    kept, out = (
        wording.listed([wording.lower_first(wording.label(role)) for role in roles])
        for roles in (setting.waves.roles, setting.waves.roles_left_out)
    )
    if not kept:
        return []
    left_out = f" Left out, because no state is on record for most of them: {out}." if out else ""
    return [f"Looked at are {kept}.{left_out}"]


def _consent(section: SectionWriter, setting: SpreadSetting) -> None:
    """How many people of the roles looked at agreed to research, and what became of those not asked."""
    agreed = setting.waves.agreed
    if agreed is None:
        return
    answers = agreed.roles[agreed.roles.index.isin(setting.waves.roles)].sum()
    if answers["n_unknown"] == answers.sum():
        section.note(
            f"Whether people agree to the use of their record for {agreed.purpose} is not recorded for any of them; they are "
            "counted all the same (unknown_consent='count')."
        )
        return
    counted = agreed.unknown_consent == "count"
    rows = {
        f"Agreed to {agreed.purpose}": answers["n_agreed"],
        "Answer not recorded, " + ("counted" if counted else "in no figure"): answers["n_unknown"],
        "Did not agree, in no figure": answers["n_declined"],
    }
    shown = section.disclose(
        CountTable(
            pd.Series({label: int(n) for label, n in rows.items() if n}),
            title=f"Who agreed to {agreed.purpose}",
            population="People on the record of the roles looked at",
            denominator="everybody on the record of these roles",
            period=setting.period,
            row_header="Answer",
            who=who_agreed(
                setting,
                [label for label, n in rows.items() if n],
                {label: int(n) for label, n in list(rows.items())[: 1 + counted]},
            ),
        )
    )
    if shown.n_hidden:
        section.note(
            f"Some people on the record are in no figure, because they did not agree to {agreed.purpose}. They are too few for "
            "their number to be told."
        )
    else:
        section.show(shown)


def _flow(section: SectionWriter, setting: SpreadSetting) -> None:
    """From everybody in the panel to those who gained the norm with known exposure: people."""
    risk, panel = setting.judged, setting.waves.panel
    exposed = np.isfinite(risk.at(risk.seen.share))
    near = risk_rows(risk.held, "holding", panel.present).person
    twice = np.union1d(near, risk.rows.person)
    once = np.isfinite(risk.held).any(axis=1)
    person, outcome = risk.rows.person, risk.rows.outcome
    counts = {
        "Everybody in the panel": panel.n_people,
        "with a state known at some wave": int(once.sum()),
        "and at two waves, in a row or with one or two unknown between them": len(twice),
        "and without the norm at the first of them, so that they could gain it": len(np.unique(person)),
        "and with a contact at that wave": len(np.unique(person[exposed])),
        "and who gained it": len(np.unique(person[exposed & (outcome == 1)])),
    }
    section.table(
        CountTable(
            pd.Series(counts),
            title="From everybody in the panel to those the answer rests on",
            population="People in the panel",
            denominator="everybody in the panel",
            period=setting.period,
            row_header="People",
            rows="nested",
            who=who_in_stages(setting, list(counts)),
            note="Each row counts some of those in the row above. What is said about spread rests on the last two.",
        )
    )


def _states_table(setting: SpreadSetting) -> CountTable:
    """How many hold the norm at each wave, and of how many that is not known."""
    panel, held = setting.waves.panel, setting.risk.held
    rows = {}
    for column, label in enumerate(wave_labels(setting)):
        now = held[panel.present[:, column], column]
        rows[label] = {HOLDS: int((now == 1).sum()), HOLDS_NOT: int((now == 0).sum()), NOT_KNOWN: int(np.isnan(now).sum())}
    return CountTable(
        pd.DataFrame(rows).T,
        title=f"People by state at the end of each {setting.wave}",
        population="People present at the wave",
        denominator="everybody present",
        period=setting.period,
        row_header="Wave",
        rows="separate",
        columns="parts",
        share_of="row",
        known=(HOLDS, HOLDS_NOT),
        who=who_at_waves(setting, list(rows), (HOLDS, HOLDS_NOT, NOT_KNOWN)),
    )


def _not_known(shown: DisclosedTable) -> list[str]:
    """Of what share of people the state is not known, from the wave with the fewest to that with the most."""
    shares = [shown.share(str(wave), NOT_KNOWN) for wave in shown.counts.index]
    if any(math.isnan(share) for share in shares) or not max(shares, default=0.0):
        return []
    least, most = wording.percent(min(shares)), wording.percent(max(shares))
    extent = f"{least} to {most}" if least != most else least
    return [f"The state is not known of {extent} of people present at a wave."]


def _waves(section: SectionWriter, setting: SpreadSetting, shown: DisclosedTable) -> None:
    """How many hold the norm at each wave, of those whose state is known."""
    if len(shown.counts) > 1:
        frame = _norm_frame(shown)
        words: dict[str, Any] = {"people": "people", "norm": setting.norm}
        section.figure(
            partial(norm_share_curve, frame, **words),
            alt=describe_norm_share(frame, **words),
            caption=f"Share of people holding {setting.norm} at the end of each {setting.wave}. Out of: "
            "people whose state is known then; the strip shows the share whose state is not known.",
        )
    section.show(shown)


def wave_labels(setting: SpreadSetting) -> list[str]:
    """What each wave is called: its dates in short, or its number."""
    waves = setting.waves.panel.waves
    if waves.isna().to_numpy().any():
        return [f"Wave {wave}" for wave in waves.index]
    return [wording.short_period(start, end) for start, end in zip(waves["start"], waves["end"], strict=True)]


def _norm_frame(shown: DisclosedTable) -> pd.DataFrame:
    """Share holding the norm of those known, with its interval, computed from disclosed counts."""
    known = shown.counts[HOLDS] + shown.counts[HOLDS_NOT]
    held = shown.counts[HOLDS].where(known.notna())
    low, high = wilson_interval(held.to_numpy(), known.to_numpy())
    return pd.DataFrame(
        {
            "period": shown.counts.index,
            "share": (held / known.where(known > 0)).to_numpy(),
            "low": low,
            "high": high,
            "n_known": known.to_numpy(),
            "n": shown.counts["All"].to_numpy(),
        }
    )


def exposure_section(report: ReportWriter, setting: SpreadSetting) -> Section:
    """How often the norm is gained, by how many contacts held it."""
    section = report.section(
        "exposure", "Exposure and gains", "How often is the norm gained next to people who hold it, and next to people who do not?"
    )
    risk = setting.risk
    if risk.reason is not None:
        section.note("Nothing can be said about gains of the norm in these records: see the verdict.", "caution")
        return section.finish()
    gained = risk.rows.outcome == 1
    doses = _doses(setting)
    rows = {ALONE: ~(risk.at(risk.seen.n_alters) > 0)} | doses
    shares = {label: (int((inside & gained).sum()), int(inside.sum())) for label, inside in rows.items()}
    section.table(
        CountTable.of_shares(
            {label: pair for label, pair in shares.items() if pair[1]},
            yes="Gained it",
            no="Did not",
            title="Gains of the norm by the next wave, by how many contacts held it",
            population=f"Each {setting.wave} of each person without the norm",
            denominator="all such person-waves in the row",
            period=setting.period,
            row_header="Contacts at the wave before",
            who=who_by_dose(setting, doses, ALONE),
            with_interval=False,
            note="The same person counts at every wave at which they could have gained the norm. People "
            "with many contacts differ from people with few, so the rows cannot be compared as they stand.",
        )
    )
    _means(section, setting)
    return section.finish()


def _doses(setting: SpreadSetting) -> dict[str, np.ndarray]:
    """Which chances stand in each row with contacts: as finely as leaves no small number, and in one row where nothing else does.

    Which of the three it is tells that some number is small in a table nobody sees, and not which.
    """
    risk, holding = setting.risk, setting.known_holding
    met, gained, rule = risk.at(risk.seen.n_alters) > 0, risk.rows.outcome == 1, setting.policy.rule()
    for doses in DOSES:
        rows = {
            f"With contacts, {label} known to hold it": met & (holding >= least) & (holding <= most) for label, least, most in doses
        }
        counts = np.array([int((row & which).sum()) for row in rows.values() for which in (gained, ~gained)])
        if setting.policy.is_off or not rule.too_small(counts).any():
            return rows
    return {"With contacts": met}


def _means(section: SectionWriter, setting: SpreadSetting) -> None:
    """Mean exposure of those who gained the norm and of those who did not."""
    risk = setting.risk
    share, gained = risk.at(risk.seen.share), risk.rows.outcome == 1
    known = np.isfinite(share)
    rows = {
        label: {"n": int(inside.sum()), "mean": 100 * float(share[inside].mean()) if inside.any() else np.nan}
        for label, inside in (("Gained the norm", known & gained), ("Did not gain it", known & ~gained))
    }
    section.summary(
        SummaryTable(
            pd.DataFrame(rows).T[["n", "mean"]],
            title="Mean exposure at the wave before, in per cent of contacts",
            population="Person-waves without the norm, with at least one contact",
            denominator="contacts of each person at the wave before",
            period=setting.period,
            heads=("Person-waves", "Mean exposure"),
            row_header="By the next wave",
            digits=1,
            who=who_known(setting, {"Gained the norm": True, "Did not gain it": False}),
        )
    )
