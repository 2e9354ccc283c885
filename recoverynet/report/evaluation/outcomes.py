"""Outcomes in the four domains, and housing and family: first value against last, in the same people."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from recoverynet.measures.days import local_days
from recoverynet.report import wording
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.evaluation.observed import Findings, cross_counts
from recoverynet.report.evaluation.scores import BOTH, DAYS_APART, outcome_label, scores_told, twice
from recoverynet.report.evaluation.setting import CLIENTS, EvaluationSetting
from recoverynet.report.sections import ReportWriter, Section, SectionWriter
from recoverynet.states import STATE_VARIABLE

TWICE = "First and last"
DOMAINS = {
    "dependency": "Dependency",
    "employment": "Employment",
    "offending": "Reoffending",
    "health": "Health and wellbeing",
    "wellbeing": "Health and wellbeing",
    "housing": "Housing",
    "family": "Family",
    "instrument": "Other scores",
}
"""Prefix of a variable's name and the domain it belongs to, in the order they are shown."""


def outcomes_section(report: ReportWriter, setting: EvaluationSetting, findings: Findings) -> Section:
    """Every outcome with its denominator and its source; reoffending only from outside."""
    section = report.section("outcomes", "Outcomes", "What became of dependency, work, offending, health, housing and family?")
    table = setting.observations
    table = table[(table["variable"] != STATE_VARIABLE) & (table["source"] != "perceived")]
    if table.empty:
        section.note(
            "No outcomes are recorded for clients in this period, in none of the domains: dependency, "
            "employment, reoffending, health and wellbeing, housing, family.",
            "caution",
        )
        return section.finish()
    own = table[table["variable"] != "offending.reoffended"]
    found = {str(name): first_and_last(rows) for name, rows in own.groupby("variable")}
    pairs = {name: found[name] for name in sorted(found, key=_place)}
    section.say(
        "For each outcome the first and the last value of the same client are compared, at least "
        f"{DAYS_APART} days apart and from the same source and form. Clients asked only once are not in the "
        "comparison; those asked twice are often those who stayed. There is no comparison group: a change "
        "is not the effect of a service."
    )
    _known_for(section, setting, own, pairs, findings)
    pairs = _told(section, pairs, findings)
    scores = {name: pair for name, pair in pairs.items() if is_number(pair)}
    scores_told(section, setting, scores, findings)
    for name, pair in pairs.items():
        if name not in scores:
            _status(section, setting, name, pair)
    _reoffending(section, setting, table, findings)
    _absent_domains(section, table)
    _sources(section, setting, table)
    return section.finish()


def first_and_last(rows: pd.DataFrame) -> pd.DataFrame:
    """First and last value of each person from the commonest source and form, where far enough apart.

    Returns a frame indexed by person_id with columns ``first`` and ``last`` (text), and ``attrs["source"]``,
    ``attrs["instrument"]``.
    """
    rows = rows.assign(form=rows["instrument"].fillna(""))
    commonest: Any = rows.groupby(["source", "form"]).size().idxmax()
    source, form = commonest
    rows = rows[(rows["source"] == source) & (rows["form"] == form)].sort_values(["person_id", "observed_at"], kind="stable")
    by_person = rows.groupby("person_id")
    pair = pd.DataFrame({"first": by_person["value"].first(), "last": by_person["value"].last()})
    day = pd.Series(local_days(rows["observed_at"]), index=rows.index).groupby(rows["person_id"])
    pair = pair[day.max() - day.min() >= DAYS_APART]
    pair.attrs = {"source": source, "instrument": form}
    return pair


def is_number(pair: pd.DataFrame) -> bool:
    """Whether every value is a number."""
    values = pd.to_numeric(pd.concat([pair["first"], pair["last"]]), errors="coerce")
    return bool(len(values)) and bool(values.notna().all())


def _place(name: str) -> tuple[int, str]:
    prefixes = list(DOMAINS)
    prefix = name.split(".", 1)[0]
    return (prefixes.index(prefix) if prefix in prefixes else len(prefixes), name)


def _domain(name: str) -> str:
    return DOMAINS.get(name.split(".", 1)[0], "Other outcomes")


def _known_for(
    section: SectionWriter, setting: EvaluationSetting, rows: pd.DataFrame, pairs: dict[str, pd.DataFrame], findings: Findings
) -> None:
    if not pairs:
        return
    counts = {}
    for name, pair in pairs.items():
        seen = setting.count_clients(rows.loc[rows["variable"] == name, "person_id"])
        counts[_full_label(name)] = {TWICE: len(pair), "Once": seen - len(pair), "Never": setting.n_clients - seen}
    findings["known_for"] = section.table(
        setting.count_table(
            pd.DataFrame(counts).T,
            title="How many clients each outcome is known for",
            row_header="Outcome",
            rows="separate",
            columns="parts",
            share_of="row",
            who=Who(
                CLIENTS,
                rows_of=dict.fromkeys(counts, CLIENTS),
                cells={(_full_label(name), TWICE): tuple(twice(name).facts) for name in pairs}
                | {(_full_label(name), "Once"): ("held: outcomes", f"once: {name}") for name in pairs}
                | {(_full_label(name), "Never"): (f"never: {name}",) for name in pairs},
            ),
        )
    )


def _full_label(name: str) -> str:
    return f"{_domain(name)}: {wording.lower_first(outcome_label(name))}"


def _told(section: SectionWriter, pairs: dict[str, pd.DataFrame], findings: Findings) -> dict[str, pd.DataFrame]:
    """The outcomes whose number of clients may be told: the tables that follow print it as their total."""
    hidden = [name for name in pairs if math.isnan(findings["known_for"].n(_full_label(name), TWICE))]
    if hidden:
        section.note(
            "Not told further, because the number of clients with two values would give away a small number: "
            f"{wording.listed([wording.lower_first(outcome_label(name)) for name in hidden])}."
        )
    return {name: pair for name, pair in pairs.items() if name not in hidden}


def _status(section: SectionWriter, setting: EvaluationSetting, name: str, pair: pd.DataFrame) -> None:
    section.heading(outcome_label(name))
    if pair.empty:
        section.note(f"Nobody has two values of this at least {DAYS_APART} days apart.")
        return
    both = setting.told(pd.concat([pair["first"], pair["last"]]))
    first, last = (cross_counts(part)["Number"] for part in (both[: len(pair)], both[len(pair) :]))
    order = cross_counts(both).index
    frame = pd.DataFrame({"First": first.reindex(order, fill_value=0), "Last": last.reindex(order, fill_value=0)})
    section.table(
        setting.count_table(
            frame,
            title=f"{outcome_label(name)}, first and last value of the same clients",
            **BOTH,
            row_header=outcome_label(name),
            columns="separate",
            who=_who_by_status(name, frame),
            note=f"Source: {wording.lower_first(wording.label(pair.attrs['source']))}.",
        )
    )


def _who_by_status(name: str, frame: pd.DataFrame) -> Who:
    """The same clients by their first value and by their last."""
    cells = {(str(row), column): (f"{column.lower()} {name}: {row}",) for row in frame.index for column in frame.columns}
    of = twice(name)
    columns = dict.fromkeys(map(str, frame.columns), ())
    return Who(of, rows_of=dict.fromkeys(map(str, frame.index), of), columns=columns, cells=cells)


def _reoffending(section: SectionWriter, setting: EvaluationSetting, table: pd.DataFrame, findings: Findings) -> None:
    section.heading("Reoffending")
    rows = table[table["variable"] == "offending.reoffended"]
    outside = rows[rows["source"] == "external"]
    if outside.empty:
        section.note(
            "Reoffending is reported only from a source outside the service, and the record holds none."
            + (" What clients or workers said about it themselves is left out." if len(rows) else "")
        )
        return
    ever = outside["value"].str.lower().isin(["yes", "true", "1"]).groupby(outside["person_id"]).any()
    findings["reoffending"] = section.table(
        setting.share_table(
            {"Reoffended at least once": (int(ever.sum()), len(ever))},
            title="Reoffending, from an external source",
            population="Clients with an external report",
            denominator="clients an external source reported on",
            row_header="Outcome",
            no="Not reported",
            who=Who(CLIENTS.who("held: outcomes", "outside report"), rows={"Reoffended at least once": ("reoffended",)}),
        )
    )
    if len(rows) > len(outside):
        section.note(
            "What clients or workers said about offending themselves is on record too and is left out: such "
            "answers have not proved reliable."
        )


def _absent_domains(section: SectionWriter, table: pd.DataFrame) -> None:
    present = {_domain(name) for name in table["variable"].unique()}
    absent = [
        domain
        for domain in dict.fromkeys(DOMAINS.values())
        if domain not in present and domain not in ("Other scores", "Reoffending")
    ]
    if absent:
        section.note(f"Nothing is recorded in this period on: {wording.listed([domain.lower() for domain in absent])}.")


def _sources(section: SectionWriter, setting: EvaluationSetting, table: pd.DataFrame) -> None:
    section.heading("Who says so")
    domain = table["variable"].map(_domain)
    order = [name for name in [*dict.fromkeys(DOMAINS.values()), "Other outcomes"] if (domain == name).any()]
    sources = table["source"].map({"self": "Client", "worker": "Worker", "peer": "Peer", "external": "Outside source"})
    counts = pd.crosstab(domain, sources).reindex(index=order)
    columns = [name for name in ("Client", "Worker", "Peer", "Outside source") if name in counts.columns]
    section.table(
        setting.count_table(
            counts[columns].rename_axis(index=None, columns=None),
            title="Source of every outcome on record",
            population="Recorded outcome values of clients",
            denominator="values in the same domain" if len(columns) > 1 else "all values",
            row_header="Domain",
            columns="parts",
            share_of="row",
        )
    )
