"""Who was observed: the people on the record, what is known of them, and what is missing."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from recoverynet.draw.funnel import describe_funnel, funnel
from recoverynet.report import wording
from recoverynet.report.disclosure.counted import Counted, label_facts, of_column
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.disclosure.disclosed import DisclosedSummary, DisclosedTable
from recoverynet.report.evaluation.asked import EQUITY_COLUMNS
from recoverynet.report.evaluation.setting import CLIENTS, EvaluationSetting
from recoverynet.report.sections import ReportWriter, Section, SectionWriter
from recoverynet.states import STATE_VARIABLE
from recoverynet.tables.period import observed_within


class Findings(dict[str, DisclosedTable]):
    """Tables after disclosure that later sections and the summary speak about, by short name.

    Attributes
    ----------
    scores : DisclosedSummary or None
        First and last means of the outcomes.
    level : int or None
        Level of evidence on spread; None where it could not be asked.
    """

    scores: DisclosedSummary | None = None
    level: int | None = None

    def keep_level(self, level: int) -> None:
        """Remember how far up the ladder of evidence the record carries."""
        self.level = level


CONTACTED = "… with at least one recorded contact"
STATE_SEEN = "… and whose state was observed at least once"
STATE_EVER = "State observed at least once, with or without contacts"
NAMED = ("named somebody",)
HELD_FACTS = (("held: episodes",), ("held: linkage",), ("held: outcomes",), NAMED)
MAX_LEVELS = 15
BY_SENSE = (
    "Settled", "Temporary", "No fixed abode", "None", "Some", "Regular", "Employed", "Education", "Unemployed",
)  # fmt: skip
"""Answers that have an order of their own; all others stand by the alphabet."""


def observed_section(report: ReportWriter, setting: EvaluationSetting, findings: Findings) -> Section:
    """Coverage and missing data come first: everything after rests on them."""
    section = report.section("observed", "Who was observed", "Whom is this report about, and how much is known of them?")
    _people(section, setting, findings)
    consent_block(section, setting, findings)
    _left_out(section, setting)
    section.heading("The clients")
    _client_tables(section, setting, findings)
    section.heading("What is recorded, and what is missing")
    _flow(section, setting, findings)
    _other_information(section, setting, findings)
    section.heading("The contacts on record")
    _occasions(section, setting, findings)
    return section.finish()


def _people(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    roles = setting.record.people.loc[observed_within(setting.record.people, setting.window), "role"]
    order = ["client", "peer", "family", "community", "worker"]
    counts = pd.Series({wording.label(role): int((roles == role).sum()) for role in order if (roles == role).any()})
    shown = findings["people"] = section.disclose(
        setting.count_table(
            counts,
            title="People on the record, by role",
            population="Everybody under observation in the period",
            denominator="",
            row_header="Role",
            rows="separate",
            who=Who(Counted("people"), rows_of={"Clients": CLIENTS}),
        )
    )
    section.say(
        f"The record covers this period: {setting.period}. It is about "
        f"**{wording.plural(shown.n('Clients'), 'client')}**; the other people are in it because they took "
        "part in contacts with clients or belong to the recovery community. Percentages in this report are "
        "out of clients unless a table says otherwise. Clients without any recorded contact stay in every "
        "denominator.",
        looked_back_in_words(setting),
    )
    section.show(shown)


def looked_back_in_words(setting: EvaluationSetting) -> str:
    """What of the time before the period is used, and what is not; empty where nothing is dated."""
    if setting.window is None:
        return ""
    days = pd.Timedelta(setting.valid_for).days
    return (
        "Contacts, observations, interviews and steps towards a group count only where they fall into the period. Looked back "
        f"on is this alone: a state observed up to {days} days before still counts, and NICE QS11 counts steps from the start "
        "of a treatment. Treatments are taken whole, with their true beginnings and ends."
    )


AGREED, NOT_ASKED = "Agreed to evaluation", "Answer not recorded, counted"
DECLINED, NOT_ASKED_OUT = "Did not agree, in no figure", "Answer not recorded, in no figure"
AWAY = "Not under observation in the period"


def consent_block(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    """Which clients of the record the report is about, and which agreement that rests on."""
    roles: Any = setting.agreed.roles.loc["client"]
    n_all, n_declined, n_unknown = int(roles.sum()), int(roles["n_declined"]), int(roles["n_unknown"])
    counted = setting.agreed.unknown_consent == "count"
    if n_unknown == n_all:
        section.note(
            "Whether clients agree to the use of their record for evaluation is not recorded for any of them; they are counted "
            "all the same, as the settings of this report say (unknown_consent='count')."
        )
    answers = setting.client_rows["consent_evaluation"]
    rows = {
        AGREED: int((answers == True).sum()),  # noqa: E712 - a nullable flag
        NOT_ASKED: int(answers.isna().sum()),
        DECLINED: n_declined,
        NOT_ASKED_OUT: 0 if counted else n_unknown,
    }
    rows[AWAY] = n_all - sum(rows.values())
    rows = {label: n for label, n in rows.items() if n}
    if len(rows) < 2:
        return
    shown = section.disclose(
        setting.count_table(
            pd.Series(rows),
            title="From the clients on the record to those this report is about",
            population="Clients on the record",
            denominator="all clients on the record",
            row_header="Clients",
            who=_who_agreed(rows, setting.n_clients),
        )
    )
    if shown.n_hidden:
        section.note(
            "Some clients on the record are in no figure, because they did not agree to evaluation, their answer is not "
            "recorded, or they were not under observation in the period. They are too few for their number to be told."
        )
        return
    findings["consent"] = section.show(shown)


def _who_agreed(rows: dict[str, int], n_clients: int) -> Who:
    """Those counted are the clients of the report."""
    asked = Counted("clients on the record")
    counted = [label for label in (AGREED, NOT_ASKED) if label in rows]
    facts = {label: (f"consent: {label}",) for label in rows}
    if len(counted) == 1 and rows[counted[0]] == n_clients:
        return Who(asked, rows=facts, rows_of={counted[0]: CLIENTS})
    parts = tuple((asked.who(*facts[label]), rows[label]) for label in counted)
    return Who(asked, rows=facts, sums=(((CLIENTS, n_clients), parts),) if sum(n for _, n in parts) == n_clients else ())


def _left_out(section: SectionWriter, setting: EvaluationSetting) -> None:
    """How many rows of the files could not be read, and why: counts of rows, which are about nobody."""
    pairs = []
    for lost in setting.whole.left_out:
        why = "; ".join(words if not n else f"{words} ({n:,})" for words, n in lost.why)
        how_many = f"{lost.n_rows:,} of {lost.n_of:,} rows" if lost.n_of else "the whole table"
        pairs.append((lost.table, f"{how_many}: {why}"))
    if pairs:
        section.facts("Left out while reading, by table", pairs)


def _client_tables(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    rows = setting.client_rows
    filled = [name for name in EQUITY_COLUMNS if rows[name].notna().any()]
    if not filled:
        section.note("Neither substance, sex nor age band is recorded for any client, so clients cannot be told apart here.")
        return
    across = "substance" if "substance" in filled else ""
    for name in [column for column in filled if column != across] or filled:
        frame = cross_counts(rows[name], rows[across] if across and across != name else None)
        spoken = wording.lower_first(wording.label(name))
        findings[f"clients_by_{name}"] = section.table(
            setting.count_table(
                frame,
                title=f"Clients by {spoken}" + (" and main substance" if frame.shape[1] > 1 else ""),
                denominator="clients in the same column" if frame.shape[1] > 1 else "all clients",
                row_header=wording.label(name),
                columns="parts",
                who=Who(CLIENTS, label_facts(of_column(name), frame.index), label_facts(of_column(across), frame.columns)),
            )
        )
    missing = [wording.lower_first(wording.label(name)) for name in EQUITY_COLUMNS if name not in filled]
    if missing:
        section.note(f"Not recorded for any client: {wording.listed(missing)}.")


def cross_counts(rows: pd.Series, columns: pd.Series | None = None) -> pd.DataFrame:
    """Counts of people by one or two of their attributes, labelled, those not recorded last."""
    down = _labelled(rows)
    if columns is None:
        return down.value_counts().reindex(_in_order(down)).to_frame("Number")
    side = _labelled(columns)
    table = pd.crosstab(down, side).reindex(index=_in_order(down), columns=_in_order(side), fill_value=0)
    return table.rename_axis(index=None, columns=None)


def _labelled(values: pd.Series) -> pd.Series:
    """Codes as labels; rare ones beyond the number a table can take are put together."""
    labels = values.map(wording.label, na_action=None).astype("object").where(values.notna(), wording.NOT_RECORDED)
    counts = labels.value_counts()
    if len(counts) > MAX_LEVELS:
        labels = labels.where(labels.isin([*counts.index[: MAX_LEVELS - 2], wording.NOT_RECORDED]), "All others")
    return labels


def _in_order(labels: pd.Series) -> list[str]:
    last = {"Other": 1, "All others": 2, wording.NOT_RECORDED: 3}
    place = {label: number for number, label in enumerate(BY_SENSE)}
    return sorted(labels.unique(), key=lambda text: (last.get(text, 0), place.get(text, len(place)), text))


def _flow(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    if not setting.has_contacts:
        section.note("No contact is on record in this period, so who had contact cannot be seen. Not seen is not none.", "caution")
    shown = findings["flow"] = section.disclose(
        setting.count_table(
            pd.Series(_flow_rows(setting)),
            title="From all clients to those whose change can be followed",
            row_header="Clients",
            rows="nested",
            who=Who(CLIENTS, rows=_flow_facts(setting)),
            differences=() if not setting.has_contacts else ((STATE_EVER, STATE_SEEN),),
            note=""
            if not setting.has_contacts
            else "Each row but the last counts some of those in the row above. The last counts clients with "
            "or without a recorded contact.",
        )
    )
    frame = shown.to_frame().rename(columns={"row": "stage"})
    frame = frame[frame["stage"] != STATE_EVER]
    whole = shown.n("All clients")
    if len(frame) > 1:
        section.figure(
            partial(funnel, frame, denominator=whole, title="How many clients the record says enough about"),
            alt=describe_funnel(frame, denominator=whole),
            caption=f"Clients by how much is recorded of them, {setting.period}. Out of: "
            f"{wording.plural(whole, 'client')}. Whatever is said below about states and change rests on the "
            "last rows.",
        )
    section.show(shown)


def _flow_facts(setting: EvaluationSetting) -> dict[str, tuple[str, ...]]:
    met, seen = "recorded contact", "state seen"
    always = {_seen_always(setting): (met, seen, "state seen in every period")}
    return {CONTACTED: (met,), STATE_SEEN: (met, seen), STATE_EVER: (seen,)} | always


def _seen_always(setting: EvaluationSetting) -> str:
    """The row of clients whose state was observed in each period compared."""
    number = {2: "both periods"}.get(len(setting.periods), f"all {len(setting.periods)} periods")
    return f"… and whose state was observed in {number} compared"


def _flow_rows(setting: EvaluationSetting) -> dict[str, int]:
    """Clients by how much is known of them; nothing of contacts where none are on record."""
    clients = pd.Series(setting.clients)
    ever = clients.isin(setting.states_seen["person_id"].unique())
    rows = {"All clients": len(clients)}
    if setting.has_contacts:
        contacted = clients.isin(setting.in_contact)
        seen = contacted & ever
        rows |= {CONTACTED: int(contacted.sum()), STATE_SEEN: int(seen.sum())}
        if len(setting.periods) > 1:
            every = seen.copy()
            for _, start, end in setting.periods:
                table = setting.states_seen
                inside = table[(table["observed_at"] >= start) & (table["observed_at"] < end)]
                every &= clients.isin(inside["person_id"].unique())
            rows[_seen_always(setting)] = int(every.sum())
    return rows | {STATE_EVER: int(ever.sum())}


def _other_information(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    record, clients = setting.record, setting.n_clients
    outcomes = setting.observations[setting.observations["variable"] != STATE_VARIABLE]
    held = {
        "A treatment episode": record.episodes["person_id"],
        "A step towards a recovery group (linkage)": record.linkage["client_id"],
        "An outcome (dependency, work, offending, health, housing, family)": outcomes["person_id"],
        "People they named themselves": record.nominations["ego_id"],
    }
    findings["held"] = section.table(
        setting.share_table(
            {name: (setting.count_clients(ids), clients) for name, ids in held.items()},
            title="Other information, by number of clients it is recorded for",
            row_header="Recorded at least once",
            with_interval=False,
            no=wording.NOT_RECORDED,
            who=Who(CLIENTS, rows=dict(zip(held, HELD_FACTS, strict=True))),
        )
    )
    empty = [name for name, ids in held.items() if ids.empty]
    if empty:
        section.note(
            "Nothing at all is recorded of: "
            f"{wording.listed([wording.lower_first(name) for name in empty])}. The sections that need it "
            "say so."
        )
    if record.notes:
        section.note(
            "Some rows of the record could not be used as they were: they were corrected, left out or "
            "interpreted. Whoever holds the record has the list; it is not printed here because it may be about "
            "single people."
        )


def _occasions(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    if not setting.n_rows["occasions"]:
        section.note("No contact is recorded in this period.", "caution")
        return
    labelled = _labelled(setting.kinds.index.to_series())
    counts = setting.kinds.groupby(labelled).sum().reindex(_in_order(labelled)).rename_axis(None)
    kinds, present = counts["n"], counts["n_with"]
    frame = pd.DataFrame({"At least one client": present, "No client": kinds - present})
    findings["occasions"] = section.table(
        setting.count_table(
            frame,
            title="Recorded contacts, by kind and by whether a client took part",
            population="Contacts (occasions)",
            denominator="contacts of the same kind",
            row_header="Kind of contact",
            columns="parts",
            share_of="row",
            note="A meeting of thirty people and a phone call of two both count as one contact.",
        )
    )
