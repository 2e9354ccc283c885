"""Who was observed: the people on the record, what is known of them, and what is missing."""

from __future__ import annotations

import pandas as pd

from recoverynet.draw.funnel import describe_funnel, funnel
from recoverynet.report import wording
from recoverynet.report.disclosure.disclosed import DisclosedSummary, DisclosedTable
from recoverynet.report.evaluation.setting import EQUITY_COLUMNS, Setting
from recoverynet.report.sections import ReportWriter, Section, SectionWriter
from recoverynet.states import STATE_VARIABLE


class Findings(dict[str, DisclosedTable]):
    """Tables after disclosure that later sections and the summary speak about, by short name.

    Attributes
    ----------
    scores : DisclosedSummary or None
        First and last means of the outcomes.
    """

    scores: DisclosedSummary | None = None


NOT_RECORDED = "Not recorded"
CONTACTED = "… with at least one recorded contact"
STATE_SEEN = "… and whose state was observed at least once"
STATE_EVER = "State observed at least once, with or without contacts"
MAX_LEVELS = 15
BY_SENSE = (
    "Settled", "Temporary", "No fixed abode", "None", "Some", "Regular", "Employed", "Education", "Unemployed",
)  # fmt: skip
"""Answers that have an order of their own; all others stand by the alphabet."""


def observed_section(report: ReportWriter, setting: Setting, findings: Findings) -> Section:
    """Coverage and missing data come first: everything after rests on them."""
    section = report.section("observed", "Who was observed", "Whom is this report about, and how much is known of them?")
    _people(section, setting, findings)
    section.heading("The clients")
    _client_tables(section, setting, findings)
    section.heading("What is recorded, and what is missing")
    _flow(section, setting, findings)
    _other_information(section, setting, findings)
    section.heading("The contacts on record")
    _occasions(section, setting, findings)
    return section.finish()


def _people(section: SectionWriter, setting: Setting, findings: Findings) -> None:
    roles = setting.record.people["role"]
    roles = roles[(roles != "client") | setting.record.people["person_id"].isin(setting.clients)]
    order = ["client", "peer", "family", "community", "worker"]
    counts = pd.Series({wording.label(role): int((roles == role).sum()) for role in order if (roles == role).any()})
    shown = findings["people"] = section.disclose(
        setting.count_table(
            counts,
            title="People on the record, by role",
            population="Everybody on the record",
            denominator="",
            row_header="Role",
            rows="separate",
        )
    )
    section.say(
        f"The record covers this period: {setting.period}. It is about "
        f"**{wording.plural(shown.n('Clients'), 'client')}**; the other people are in it because they took "
        "part in contacts with clients or belong to the recovery community. Percentages in this report are "
        "out of clients unless a table says otherwise. Clients without any recorded contact stay in every "
        "denominator."
    )
    section.show(shown)


def _client_tables(section: SectionWriter, setting: Setting, findings: Findings) -> None:
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
    labels = values.map(wording.label, na_action=None).astype("object").where(values.notna(), NOT_RECORDED)
    counts = labels.value_counts()
    if len(counts) > MAX_LEVELS:
        labels = labels.where(labels.isin([*counts.index[: MAX_LEVELS - 2], NOT_RECORDED]), "All others")
    return labels


def _in_order(labels: pd.Series) -> list[str]:
    last = {"Other": 1, "All others": 2, NOT_RECORDED: 3}
    place = {label: number for number, label in enumerate(BY_SENSE)}
    return sorted(labels.unique(), key=lambda text: (last.get(text, 0), place.get(text, len(place)), text))


def _flow(section: SectionWriter, setting: Setting, findings: Findings) -> None:
    clients = pd.Series(setting.clients)
    contacted = clients.isin(setting.participation["person_id"].unique())
    ever = clients.isin(setting.states_seen["person_id"].unique())
    seen = contacted & ever
    rows = {"All clients": len(clients), CONTACTED: int(contacted.sum()), STATE_SEEN: int(seen.sum())}
    if len(setting.periods) > 1:
        every = seen.copy()
        for _, start, end in setting.periods:
            table = setting.states_seen
            inside = table[(table["observed_at"] >= start) & (table["observed_at"] < end)]
            every &= clients.isin(inside["person_id"].unique())
        number = {2: "both periods"}.get(len(setting.periods), f"all {len(setting.periods)} periods")
        rows[f"… and whose state was observed in {number} compared"] = int(every.sum())
    rows[STATE_EVER] = int(ever.sum())
    shown = findings["flow"] = section.disclose(
        setting.count_table(
            pd.Series(rows),
            title="From all clients to those whose change can be followed",
            row_header="Clients",
            rows="nested",
            differences=((STATE_EVER, STATE_SEEN),),
            note="Each row but the last counts some of those in the row above. The last counts clients with "
            "or without a recorded contact.",
        )
    )
    frame = shown.to_frame().rename(columns={"row": "stage"})
    frame = frame[frame["stage"] != STATE_EVER]
    whole = shown.n("All clients")
    section.figure(
        funnel(frame, denominator=whole, title="How many clients the record says enough about"),
        alt=describe_funnel(frame, denominator=whole),
        caption=f"Clients by how much is recorded of them, {setting.period}. Out of: "
        f"{wording.plural(whole, 'client')}. Whatever is said below about states and change rests on the "
        "last rows.",
    )
    section.show(shown)


def _other_information(section: SectionWriter, setting: Setting, findings: Findings) -> None:
    record, clients = setting.record, setting.n_clients
    outcomes = setting.observations[setting.observations["variable"] != STATE_VARIABLE]
    held = {
        "A treatment episode": record.episodes["person_id"],
        "A step towards a recovery group (linkage)": setting.within(record.linkage, "at")["client_id"],
        "An outcome (dependency, work, offending, health, housing, family)": outcomes["person_id"],
        "People they named themselves": setting.within(record.nominations, "asked_at")["ego_id"],
    }
    findings["held"] = section.table(
        setting.share_table(
            {name: (setting.count_clients(ids), clients) for name, ids in held.items()},
            title="Other information, by number of clients it is recorded for",
            row_header="Recorded at least once",
            with_interval=False,
            no="Not recorded",
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


def _occasions(section: SectionWriter, setting: Setting, findings: Findings) -> None:
    occasions = setting.graph.occasions
    if occasions.empty:
        section.note("No contact is recorded in this period.", "caution")
        return
    attended = setting.participation[setting.participation["person_id"].isin(setting.clients)]
    with_client = occasions[occasions["occasion_id"].isin(attended["occasion_id"])]
    kinds = cross_counts(occasions["kind"])["Number"]
    present = cross_counts(with_client["kind"])["Number"].reindex(kinds.index, fill_value=0)
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
