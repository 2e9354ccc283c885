"""How an evaluation opens and ends: in brief, what the record cannot show, and how to make it again."""

from __future__ import annotations

import hashlib
import math
import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import version

import numpy as np
import pandas as pd

from recoverynet.models.ladder.words import LEVELS
from recoverynet.report import wording
from recoverynet.report.disclosure.audit import audited, earlier_in_words, in_words
from recoverynet.report.disclosure.disclosed import DisclosedTable
from recoverynet.report.disclosure.estimates import about
from recoverynet.report.evaluation.change import HOLDS, NOT_KNOWN, norm_frame
from recoverynet.report.evaluation.links import unseen_in_words
from recoverynet.report.evaluation.network import NOT_WORKERS
from recoverynet.report.evaluation.observed import AGREED, CONTACTED, DECLINED, NOT_ASKED, STATE_EVER, Findings
from recoverynet.report.evaluation.setting import UNDATED, Setting
from recoverynet.report.evaluation.subgroups import WITHIN_28
from recoverynet.report.sections import KeyFigure, ReportWriter, Section
from recoverynet.tables.contacts_away import CONTACTS
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.measurable import engine_of
from recoverynet.tables.record import RecoveryRecord, filled_columns

CLEAR_LEAD = 0.1
"""Share of those with any contact by which the commonest way must lead to be named as such."""


def brief_section(report: ReportWriter, setting: Setting, findings: Findings) -> Section:
    """The summary: a few numbers and four to seven sentences, all from tables after disclosure."""
    section = report.section("in_brief", "In brief")
    section.key_figures(_key_figures(setting, findings))
    tellers = (_tell_people, _tell_left_out, _tell_contact, _tell_aftercare, _tell_alone, _tell_change)
    tellers += (_tell_outcomes, _tell_spread)
    section.points([text for tell in tellers if (text := tell(setting, findings))])
    if math.isnan(findings["people"].n("Clients")):
        section.note("So few people are on this record that nearly every number has to be hidden.", "caution")
    section.note(
        "These figures describe what was recorded. They do not show that a link to a recovery community "
        "changed anybody's state; the section on what this record cannot show says why."
    )
    return section.finish()


def _key_figures(setting: Setting, findings: Findings) -> list[KeyFigure]:
    figures = [
        KeyFigure(
            wording.number(findings["people"].n("Clients")), "clients", f"observed {setting.period}" if setting.window else UNDATED
        )
    ]
    wanted = [
        ("contact", "Any contact", "had contact with the recovery community"),
        ("aftercare", WITHIN_28, "had contact within 28 days after treatment"),
    ]
    for name, row, label in wanted:
        table = findings.get(name)
        if table is not None and row in table.counts.index and not math.isnan(table.share(row)):
            figures.append(KeyFigure(wording.percent(table.share(row)), label, _out_of(table, row)))
    if "norm" in findings:
        last = norm_frame(findings["norm"]).iloc[-1]
        if not math.isnan(last["share"]):
            figures.append(
                KeyFigure(
                    wording.percent(last["share"]),
                    f"held the {setting.norm.name} norm at the end",
                    f"of {wording.number(last['n_known'])} clients whose state was known",
                )
            )
    return figures


def _out_of(table: DisclosedTable, row: str) -> str:
    return f"{wording.number(table.n(row))} of {wording.number(table.total(row))} clients"


def _tell_people(setting: Setting, findings: Findings) -> str:
    clients = wording.plural(findings["people"].n("Clients"), "client")
    observed = f", observed {setting.period}" if setting.window else ""
    text = f"The record is about **{clients}**{observed}"
    if CONTACTED not in findings["flow"].counts.index:
        return f"{text}; whom they met cannot be seen, because no contact is on record.{_tell_consent(findings)}"
    return f"{text}; {findings['flow'].words(CONTACTED)} have at least one recorded contact.{_tell_consent(findings)}"


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


def _tell_left_out(setting: Setting, findings: Findings) -> str:
    """How many rows were left out while reading, in a sentence; empty where none were."""
    lost = setting.whole.left_out
    if not lost:
        return ""
    tables = [f"{each.n_rows:,} of {each.n_of:,} rows of {each.table}" if each.n_of else f"all of {each.table}" for each in lost]
    return f"**Left out while reading: {wording.listed(tables)}.** Why is told under “Who was observed”."


def _tell_contact(setting: Setting, findings: Findings) -> str:
    table, funnel = findings.get("contact"), findings.get("funnel")
    if table is None:
        return unseen_in_words(setting.unseen_contact)
    linked = f"**{table.words('Any contact', noun='clients')}**"
    text = f"{linked} had contact with the recovery community at least once{_commonest_way(table)}."
    if funnel is None:
        return text
    offered, attended = funnel.n(wording.label("offered")), funnel.n(wording.label("attended"))
    return (
        f"{text} A recovery group was offered to {wording.plural(offered, 'client')}, of whom "
        f"{wording.number(attended)} went at least once."
    )


def _commonest_way(table: DisclosedTable) -> str:
    """The way most clients had contact, where no way is hidden and the lead is clear."""
    ways = table.counts.iloc[:, 0].drop("Any contact").sort_values(ascending=False)
    if len(ways) < 2 or ways.isna().any() or ways.iloc[0] - ways.iloc[1] <= CLEAR_LEAD * table.n("Any contact"):
        return ""
    name = wording.lower_first(str(ways.index[0]))
    return f", most often {name}: {wording.plural(ways.iloc[0], 'client')}"


def _tell_aftercare(setting: Setting, findings: Findings) -> str:
    table = findings.get("aftercare")
    if table is None or WITHIN_28 not in table.counts.index or table.total(WITHIN_28) == 0:
        return ""
    reached = f"**{table.words(WITHIN_28, noun='clients')}**"
    text = f"Within 28 days after their treatment ended, {reached} had such contact"
    if "During treatment" in table.counts.index and not math.isnan(table.share("During treatment")):
        share = wording.percent(table.share("During treatment"))
        text += f"; over the whole of their treatment, which may last much longer than that, it was {share}"
    return text + "."


def _tell_alone(setting: Setting, findings: Findings) -> str:
    table = findings.get("ties")
    return (
        ""
        if table is None
        else (
            f"**{table.words(NOT_WORKERS, '0', noun='clients')}** are on record together with no other person but workers, or "
            "with nobody; going to a group at which nobody else is on record ties to nobody."
        )
    )


def _tell_change(setting: Setting, findings: Findings) -> str:
    if "norm" not in findings:
        return ""
    table, norm = findings["norm"], f"the {setting.norm.name} norm"
    frame = norm_frame(table)
    first, last = frame.iloc[0], frame.iloc[-1]
    if len(frame) < 2 or math.isnan(first["share"]) or math.isnan(last["share"]):
        return ""
    text = (
        f"Of clients whose state is known, {wording.percent(first['share'])} held {norm} at the end of "
        f"{first['period']} and **{wording.percent(last['share'])}** at the end of {last['period']}; for "
        f"{wording.percent(table.share(last['period'], NOT_KNOWN))} of the clients under observation it was then not known."
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


def _tell_outcomes(setting: Setting, findings: Findings) -> str:
    scores = findings.scores
    label = "Quality of life (0 to 20)"
    if scores is None or label not in scores.values.index or math.isnan(scores.values.at[label, "change"]):
        return ""
    row = scores.values.loc[label]
    first, last = wording.decimal(row["mean_first"]), wording.decimal(row["mean_last"])
    went = (
        f"was {first} of 20 both times"
        if first == last
        else (f"{'rose' if row['change'] > 0 else 'fell'} from {first} to {last} of 20")
    )
    return f"Among {wording.plural(row['n'], 'client')} who rated their quality of life twice, the mean {went}."


def _tell_spread(setting: Setting, findings: Findings) -> str:
    level = findings.level
    return "" if level is None else f"On whether the norm is spreading the record reaches **level {level} of 4: {LEVELS[level]}**."


NEEDED = {
    "episodes": "treatment episodes", "linkage": "steps towards groups",
    "observations": "states and outcomes", "groups": "groups",
}  # fmt: skip
"""Tables without which sections are empty, as a reader would call them."""


def limits_section(report: ReportWriter, setting: Setting, findings: Findings) -> Section:
    """What the record cannot show, from what is in it."""
    section = report.section("limits", "What this record cannot show", "What should nobody conclude from this report?")
    section.points([*_limits_of_any_record(findings), *_limits_of_this_record(setting, findings)])
    section.note(
        f"{report.policy.in_words()} Suppression works on all tables of this report at once; those of another report on the "
        "same people should not be set against them to get at a hidden figure."
    )
    return section.finish()


def _limits_of_any_record(findings: Findings) -> list[str]:
    return [
        "**Clustering is not contagion.** People in recovery may be tied to each other because they came "
        "together after they had changed, because the same place shaped them, or because they shaped each "
        "other. These leave the same footprints. The section on spread sets aside what the record holds of the first two; "
        "what nobody recorded, no table here can set aside.",
        "**A record is not a life.** Contacts nobody wrote down are missing, mutual-aid groups keep no "
        f"registers{_words_without_contact(findings)}. Shares with contact are lower bounds.",
        "**No comparison group.** Clients linked to recovery communities may have differed from others "
        "before they were linked. Change over time in the same clients is not the effect of a service.",
    ]


def _limits_of_this_record(setting: Setting, findings: Findings) -> list[str]:
    points, n_rows = [], setting.n_rows
    if len(setting.states_seen):
        points.append("**States are known for some, some of the time.** " + _words_on_states(setting, findings))
    if setting.observations["source"].isin(["self", "worker"]).any():
        points.append(
            "**Most of it is self-report or the worker's view.** Tables name the source. Reoffending is "
            "counted only where a source outside the service reports it."
        )
    if n_rows["groups"]:
        points.append(
            "**Groups are places, not rosters.** Only people on the record appear; nothing is inferred "
            "about anybody else who goes to a group."
        )
    absent = [words for name, words in NEEDED.items() if not n_rows[name]]
    if absent:
        points.append(f"**Not in the record:** {wording.listed(absent)}. The sections that need them say so.")
    return points


def _words_without_contact(findings: Findings) -> str:
    flow = findings["flow"]
    if CONTACTED not in flow.counts.index or math.isnan(flow.share(CONTACTED)):
        return ", and clients may have contacts that are not here"
    if flow.share(CONTACTED) < 1:
        return f", and only {flow.words(CONTACTED, noun='clients')} have any recorded contact at all"
    return ", and even clients with contacts have others that are not here"


def _words_on_states(setting: Setting, findings: Findings) -> str:
    flow = findings["flow"]
    told = not math.isnan(flow.share(STATE_EVER))
    known = f"A state was observed at least once for {flow.words(STATE_EVER, noun='clients')}. " if told else ""
    return known + (
        "Those observed may differ from those not observed, who may have left, moved or lost touch. An "
        f"observation counts for {pd.Timedelta(setting.valid_for).days} days."
    )


def rerun_section(report: ReportWriter, setting: Setting, findings: Findings, settings: dict[str, str]) -> Section:
    """What it takes to make the report again, and to show that it was made from the same data."""
    section = report.section("settings", "How to make this report again")
    section.say(
        "Whoever holds the same record gets the same report, number for number, with the settings below. "
        "The fingerprint changes if any cell of any table does."
    )
    section.facts("Settings", list(settings.items()))
    # Exact numbers of rows are sums of figures hidden elsewhere.
    off = report.policy.is_off
    rows = [(name, f"{number:,}" if off else about(number)) for name, number in setting.n_rows.items()]
    section.facts("Rows read, by table" + ("" if off else ", to the nearest ten"), rows)
    if not off:
        section.say(in_words(audited(report.publication)), earlier_in_words(report.publication))
    return section.finish()


def settings_in_words(setting: Setting, policy_words: str) -> dict[str, str]:
    """Every setting, version and fingerprint by name."""
    norm = setting.norm
    return {
        "Period": setting.period,
        "Periods compared": wording.listed([label for label, _, _ in setting.periods]) or "none",
        "Norm": f"{norm.name}: {', '.join(state for state in norm.scheme.states if state in norm.holds)}",
        "An observed state counts for": f"{pd.Timedelta(setting.valid_for).days} days",
        "Links broken down by": wording.listed([wording.lower_first(wording.label(name)) for name in setting.by]) or "nothing",
        "Consent": "those who did not agree to evaluation are in no figure; those whose answer is not recorded are "
        + ("counted" if setting.agreed.unknown_consent == "count" else "left out"),
        "Small numbers": policy_words,
        "Fingerprint of the record": fingerprint(setting.looked_back_as_written),
        "Made with": f"recoverynet {version('recoverynet')}, Python {platform.python_version()}, pandas "
        f"{pd.__version__}, numpy {np.__version__}",
    }


def fingerprint(record: RecoveryRecord) -> str:
    """A short text that changes if any cell of the record does, and not with the order of its rows.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    digest = hashlib.sha256()
    for _, told in _tables_told_apart(record):
        digest.update(told)
    return digest.hexdigest()[:16]


def fingerprints(record: RecoveryRecord) -> dict[str, str]:
    """The same table by table, those with rows."""
    return {name: hashlib.sha256(told).hexdigest()[:16] for name, told in _tables_told_apart(record)}


def _tables_told_apart(record: RecoveryRecord) -> Iterator[tuple[str, bytes]]:
    """Of every table with rows, bytes that change if any cell of it does; contacts that are away are read part by part."""
    there = engine_of(record)
    for name, table in record.tables().items():
        if there is not None and name in CONTACTS:
            parts = (RECORD_TABLES[name].typed(part, tz=record.tz) for part in there.facts().rows(name))
            filled = there.facts().filled(name)
        else:
            parts, filled = iter([table]), filled_columns(table)
        told = _told_apart(name, parts, sorted(filled))
        if told:
            yield name, told
    if there is not None:
        there.close()


def _told_apart(name: str, parts: Iterable[pd.DataFrame], filled: list[str]) -> bytes:
    """Bytes that change if any cell of a table does, and not with the order of its rows; none where it has no row."""
    hashes = []
    for part in parts:
        cells = pd.DataFrame({column: _plain_cells(part[column]) for column in filled}, index=part.index)
        hashes.append(pd.util.hash_pandas_object(cells, index=False).to_numpy())
    rows = np.sort(np.concatenate(hashes)) if hashes else np.empty(0)
    return f"{name}:{','.join(filled)}:".encode() + rows.astype("<u8").tobytes() if len(rows) else b""


def _plain_cells(column: pd.Series) -> pd.Series:
    """The cells in a type that does not depend on how the table was stored."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]").astype("int64")
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.astype("Float64").astype("float64")
    return column.astype("str").fillna("")
