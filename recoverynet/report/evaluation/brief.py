"""How an evaluation opens: the few figures and sentences to take away, each of them one that can be shown."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from recoverynet.models.ladder.words import LEVELS
from recoverynet.report import wording
from recoverynet.report.disclosure.disclosed import DisclosedTable
from recoverynet.report.evaluation.change import HOLDS, NOT_KNOWN, norm_frame
from recoverynet.report.evaluation.links import IN_TREATMENT, unseen_in_words
from recoverynet.report.evaluation.network import NOT_WORKERS
from recoverynet.report.evaluation.observed import AGREED, CONTACTED, DECLINED, NOT_ASKED, STATE_EVER, STATE_SEEN, Findings
from recoverynet.report.evaluation.setting import UNDATED, EvaluationSetting
from recoverynet.report.evaluation.subgroups import WITHIN
from recoverynet.report.sections import KeyFigure, ReportWriter, Section
from recoverynet.report.standing import standing

CLEAR_LEAD = 0.1
"""Share of those with any contact by which the commonest way must lead to be named as such."""


def brief_section(report: ReportWriter, setting: EvaluationSetting, findings: Findings, asked: Narrowed) -> Section:
    """The summary: a few numbers and four to seven sentences, all from tables after disclosure, none of them a star."""
    section = report.section("in_brief", "In brief")
    section.key_figures(_key_figures(setting, findings))
    people = (_tell_people, _tell_left_out, _tell_contact, _tell_aftercare, _tell_alone, _tell_change)
    section.points([text for tell in (*people, _tell_outcomes, _tell_spread) if (text := tell(setting, findings))])
    if hidden := _nearly_all_hidden(setting, findings, asked):
        section.note(hidden, "caution")
    section.note(standing("evaluation_caveat"))
    return section.finish()


def _key_figures(setting: EvaluationSetting, findings: Findings) -> list[KeyFigure]:
    """Of each kind the first figure that can be shown; a figure that is hidden is no headline."""
    clients = findings["people"].n("Clients")
    figures = []
    if not math.isnan(clients):
        figures.append(KeyFigure(wording.number(clients), "clients", f"observed {setting.period}" if setting.window else UNDATED))
    for name, rows in TILES.items():
        row = _first_shown(findings.get(name), rows)
        if row:
            figures.append(KeyFigure(wording.percent(findings[name].share(row)), rows[row], _out_of(findings[name], row)))
    if "norm" in findings:
        shown = norm_frame(findings["norm"]).dropna(subset=["share"])
        if len(shown):
            last, at_end = shown.iloc[-1], shown.index[-1] == len(findings["norm"].counts) - 1
            figures.append(
                KeyFigure(
                    wording.percent(last["share"]),
                    f"held the {setting.norm.name} norm at the end" + ("" if at_end else f" of {last['period']}"),
                    f"of {wording.number(last['n_known'])} clients whose state was known",
                )
            )
    return figures


TILES = {
    "contact": {
        "Any contact": "had contact with the recovery community",
        "Through a group (mutual aid)": "went to mutual aid",
        "Through a person (a peer or community member)": "had contact with a peer or community member",
    },
    "aftercare": {
        **{name: f"had contact within {days} days after treatment" for days, name in WITHIN.items()},
        IN_TREATMENT: "had contact during treatment",
    },
}
"""Rows of a table that may stand at the head of a report, the best first, and what each says."""


def _first_shown(table: DisclosedTable | None, rows: Iterable[str]) -> str:
    """The first of some rows that the table has and whose share is not hidden; empty where none is."""
    if table is None:
        return ""
    return next((row for row in rows if row in table.counts.index and not math.isnan(table.share(row))), "")


def _out_of(table: DisclosedTable, row: str) -> str:
    return f"{wording.number(table.n(row))} of {wording.number(table.total(row))} clients"


def _tell_people(setting: EvaluationSetting, findings: Findings) -> str:
    n, flow = findings["people"].n("Clients"), findings["flow"]
    clients = "clients whose number cannot be told" if math.isnan(n) else wording.plural(n, "client")
    observed = f", observed {setting.period}" if setting.window else ""
    text = f"The record is about **{clients}**{observed}"
    if CONTACTED not in flow.counts.index:
        return f"{text}; whom they met cannot be seen, because no contact is on record.{_tell_consent(findings)}"
    row = _first_shown(flow, RECORDED)
    recorded = f"; {flow.words(row)} {RECORDED[row]}" if row else f"; {UNTOLD.format('have a recorded contact')}"
    return f"{text}{recorded}.{_tell_consent(findings)}"


RECORDED = {
    CONTACTED: "have at least one recorded contact",
    STATE_SEEN: "have a recorded contact and a state that was observed",
    STATE_EVER: "have a state that was observed",
}
UNTOLD = "how many {} cannot be told without telling of a few people"


def _tell_consent(findings: Findings) -> str:
    """How many of the record's clients are in no figure because they did not agree, in a sentence; empty where none."""
    table = findings.get("consent")
    if table is None or DECLINED not in table.counts.index:
        return ""
    counted = [table.n(row) for row in (AGREED, NOT_ASKED) if row in table.counts.index]
    return (
        f" That is {wording.number(sum(counted))} of {wording.plural(table.n(), 'client')} on the record; "
        f"{wording.number(table.n(DECLINED))} did not agree to evaluation and are in no figure."
    )


def _tell_left_out(setting: EvaluationSetting, findings: Findings) -> str:
    """How many rows were left out while reading, in a sentence; empty where none were."""
    lost = setting.whole.left_out
    if not lost:
        return ""
    tables = [f"{each.n_rows:,} of {each.n_of:,} rows of {each.table}" if each.n_of else f"all of {each.table}" for each in lost]
    return f"**Left out while reading: {wording.listed(tables)}.** Why is told under “Who was observed”."


def _tell_contact(setting: EvaluationSetting, findings: Findings) -> str:
    table = findings.get("contact")
    if table is None:
        return unseen_in_words(setting.unseen_contact)
    row = _first_shown(table, table.counts.index)
    if row == "Any contact":
        linked = f"**{table.words(row, noun='clients')}**"
        text = f"{linked} had contact with the recovery community at least once{_commonest_way(table)}."
    elif row:
        linked = f"**{table.words(row, noun='clients')}**"
        text = f"{linked} had contact with the recovery community {wording.lower_first(row)}; the number with any is hidden."
    else:
        text = f"{UNTOLD[:1].upper()}{UNTOLD[1:].format('had contact with the recovery community')}."
    return f"{text}{_tell_offers(findings)}"


def _tell_offers(findings: Findings) -> str:
    """How many clients were offered a group and went, as far as it can be told; with a space in front."""
    funnel = findings.get("funnel")
    if funnel is None:
        return ""
    offered, attended = funnel.n(wording.label("offered")), funnel.n(wording.label("attended"))
    if math.isnan(offered):
        return ""
    went = "" if math.isnan(attended) else f", of whom {wording.number(attended)} went at least once"
    return f" A recovery group was offered to {wording.plural(offered, 'client')}{went}."


def _commonest_way(table: DisclosedTable) -> str:
    """The way most clients had contact, where no way is hidden and the lead is clear."""
    ways = table.counts.iloc[:, 0].drop("Any contact").sort_values(ascending=False)
    if len(ways) < 2 or ways.isna().any() or ways.iloc[0] - ways.iloc[1] <= CLEAR_LEAD * table.n("Any contact"):
        return ""
    name = wording.lower_first(str(ways.index[0]))
    return f", most often {name}: {wording.plural(ways.iloc[0], 'client')}"


def _tell_aftercare(setting: EvaluationSetting, findings: Findings) -> str:
    table = findings.get("aftercare")
    row = _first_shown(table, WITHIN.values())
    if table is None or not row:
        return ""
    reached = f"**{table.words(row, noun='clients')}**"
    text = f"{row} their treatment ended, {reached} had such contact"
    if _first_shown(table, (IN_TREATMENT,)):
        share = wording.percent(table.share(IN_TREATMENT))
        text += f"; over the whole of their treatment, which may last much longer than that, it was {share}"
    return text + "."


def _tell_alone(setting: EvaluationSetting, findings: Findings) -> str:
    table = findings.get("ties")
    if table is None or math.isnan(table.share(NOT_WORKERS, "0")):
        return ""
    return (
        f"**{table.words(NOT_WORKERS, '0', noun='clients')}** are on record together with no other person but workers, or "
        "with nobody; going to a group at which nobody else is on record ties to nobody."
    )


def _tell_change(setting: EvaluationSetting, findings: Findings) -> str:
    if "norm" not in findings:
        return ""
    table, norm = findings["norm"], f"the {setting.norm.name} norm"
    frame = norm_frame(table)
    first, last = frame.iloc[0], frame.iloc[-1]
    if len(frame) < 2 or math.isnan(first["share"]) or math.isnan(last["share"]):
        return ""
    text = (
        f"Of clients whose state is known, {wording.percent(first['share'])} held {norm} at the end of "
        f"{first['period']} and **{wording.percent(last['share'])}** at the end of {last['period']}"
    )
    unknown = table.share(last["period"], NOT_KNOWN)
    text += (
        "." if math.isnan(unknown) else f"; for {wording.percent(unknown)} of the clients under observation it was then not known."
    )
    return " ".join(part for part in (text, _ties_before_and_after(findings)) if part)


def _ties_before_and_after(findings: Findings) -> str:
    table = findings.get("composition")
    if table is None or len(table.counts) < 2:
        return ""
    ends = str(table.counts.index[0]), str(table.counts.index[-1])
    shares = [table.share(end, HOLDS) for end in ends]
    unknown = [table.share(end, NOT_KNOWN) for end in ends]
    if any(math.isnan(share) for share in (*shares, *unknown)) or max(unknown) == 1:
        return ""
    return (
        f"Of their ties to people other than workers, {wording.percent(shares[0])} were to people known to "
        f"hold it in {ends[0]}, and {wording.percent(shares[1])} in {ends[1]}; for "
        f"{wording.percent(unknown[0])} and {wording.percent(unknown[1])} of ties the other person's state "
        "is not known."
    )


def _tell_outcomes(setting: EvaluationSetting, findings: Findings) -> str:
    scores = findings.scores
    label = "Quality of life (0 to 20)"
    if scores is None or label not in scores.values.index or math.isnan(scores.values["change"][label]):
        return ""
    row: Any = scores.values.loc[label]
    first, last = wording.decimal(row["mean_first"]), wording.decimal(row["mean_last"])
    went = (
        f"was {first} of 20 both times"
        if first == last
        else (f"{'rose' if row['change'] > 0 else 'fell'} from {first} to {last} of 20")
    )
    return f"Among {wording.plural(row['n'], 'client')} who rated their quality of life twice, the mean {went}."


def _tell_spread(setting: EvaluationSetting, findings: Findings) -> str:
    level = findings.level
    return "" if level is None else f"On whether the norm is spreading the record reaches **level {level} of 4: {LEVELS[level]}**."


@dataclass(frozen=True)
class Narrowed:
    """By what whoever asked made a report about fewer people than it might be.

    Attributes
    ----------
    window, place, listed, broken_down : bool
        A period was given; an area or provider; a list of clients; columns to break down by.
    """

    window: bool
    place: bool
    listed: bool
    broken_down: bool

    def wider(self) -> list[str]:
        """What a coarser report would be."""
        words = {
            "the whole period of the record": self.window,
            "all areas and providers together": self.place,
            "all clients instead of a list": self.listed,
            "no subgroups (by=(), or --by '')": self.broken_down,
        }
        return [text for text, is_so in words.items() if is_so]


def _nearly_all_hidden(setting: EvaluationSetting, findings: Findings, asked: Narrowed) -> str:
    """That a policy leaves next to nothing, or not even how many there are, and what could be told instead; else empty."""
    values = np.concatenate([table.counts.to_numpy(dtype=float).ravel() for table in findings.values()])
    counted = values[~(values == 0)]
    hidden = np.isnan(counted)
    if not hidden.any() or (hidden.mean() < MOST and not math.isnan(findings["people"].n("Clients"))):
        return ""
    much = "Nearly every number has" if hidden.mean() >= MOST else "Many numbers have"
    wider = asked.wider() or ["a record of a longer time", "several services together"]
    return (
        f"**{much} to be hidden:** {int(hidden.sum()):,} of the {len(counted):,} figures in the main tables that "
        f"are not 0, because so few people are behind them. A coarser report can tell more: one of {wording.listed(wider, 'or')}."
    )


MOST = 0.8
"""Share of figures other than 0 from which on a report is said to tell next to nothing."""
