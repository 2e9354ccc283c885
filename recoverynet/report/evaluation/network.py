"""The network: how many people clients are in contact with, and who those people are."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.draw.bars import describe_intervals, interval_bars
from recoverynet.draw.distribution import describe_distribution, tie_distribution
from recoverynet.report import wording
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.disclosure.disclosed import DisclosedTable
from recoverynet.report.evaluation.named import named_told
from recoverynet.report.evaluation.observed import Findings
from recoverynet.report.evaluation.setting import CLIENTS, EvaluationSetting
from recoverynet.report.sections import ReportWriter, Section, SectionWriter

BANDS = (("0", 0, 0), ("1–2", 1, 2), ("3–5", 3, 5), ("6 or more", 6, np.inf))
ROLES = {
    "client": "another client",
    "peer": "a peer",
    "family": "a family member",
    "community": "a community member",
    "worker": "a worker",
}
WORKERS_ONLY = "Tied to workers and to nobody else"
ANYBODY, NOT_WORKERS, PERSONAL = "Anybody", "Anybody but workers", "Anybody but workers, outside meetings"
NO_TIE = {
    PERSONAL: ("no tie outside meetings",),
    NOT_WORKERS: ("no tie outside meetings", "no tie but to workers"),
    ANYBODY: ("no tie outside meetings", "no tie but to workers", "no tie"),
}
"""What is true of clients without a tie of a kind."""


def network_section(report: ReportWriter, setting: EvaluationSetting, findings: Findings) -> Section:
    """Ties of clients as a distribution and by role; no picture in which a person could be found."""
    section = report.section(
        "network", "The network around clients", "How many people are clients in contact with, and who are they?"
    )
    if not setting.has_contacts:
        section.note(
            "No contact is on record, so whom clients are in contact with cannot be seen. Not seen is not none.", "caution"
        )
        return section.finish()
    if setting.network.n_ties == 0:
        section.note(
            "No two people took part in the same recorded contact in this period, so there is no network to describe.", "caution"
        )
        return section.finish()
    section.say(
        "Two people are tied here if at least one contact is on record in which both took part: a "
        "conversation, a call, a meeting. A large meeting ties everybody who was recorded at it. A tie says "
        "that two people met; it does not say that they are close. Networks are shown as numbers only, "
        "because a drawing could let people be recognised."
    )
    ties = ties_by_role(setting, setting.network.weights)
    _distribution(section, setting, ties, findings)
    _roles(section, setting, ties, findings)
    named_told(section, setting)
    return section.finish()


def ties_by_role(setting: EvaluationSetting, weights: sparse.csr_array) -> pd.DataFrame:
    """Number of people of each role each client is tied to, one row a client, one column a role."""
    people = setting.network.people
    roles = people["role"].to_numpy()
    rows = people.index.get_indexer(setting.clients)
    tied = (weights[rows] > 0).astype(np.int64)
    counts = {role: np.asarray(tied[:, np.flatnonzero(roles == role)].sum(axis=1)).ravel() for role in ROLES}
    return pd.DataFrame(counts, index=setting.clients)


def _distribution(section: SectionWriter, setting: EvaluationSetting, ties: pd.DataFrame, findings: Findings) -> None:
    personal = ties_by_role(setting, setting.personal_ties)
    kinds = {
        ANYBODY: ties.sum(axis=1),
        NOT_WORKERS: ties.drop(columns="worker").sum(axis=1),
        PERSONAL: personal.drop(columns="worker").sum(axis=1),
    }
    counts = {
        kind: {name: int(((number >= low) & (number <= high)).sum()) for name, low, high in BANDS} for kind, number in kinds.items()
    }
    shown = findings["ties"] = section.disclose(
        setting.count_table(
            pd.DataFrame(counts).T,
            title="Clients by number of people they are tied to",
            row_header="Ties to",
            rows="separate",
            columns="parts",
            share_of="row",
            differences=((ANYBODY, NOT_WORKERS), (NOT_WORKERS, PERSONAL), (ANYBODY, PERSONAL)),
            who=_who_tied(),
            note="Outside meetings: conversations, calls, texts, outreach and outings.",
        )
    )
    frame = _one_row(shown, NOT_WORKERS).rename(columns={"column": "ties"})
    whole = shown.n(NOT_WORKERS, "All")
    title = "How many people other than workers each client is tied to"
    section.figure(
        partial(tie_distribution, frame, denominator=whole, title=title),
        alt=f"{title}. {describe_distribution(frame, denominator=whole)}",
        caption=f"Clients by number of ties to people other than workers, {setting.period}. Out of: "
        f"{wording.plural(whole, 'client')}, those without any tie included.",
    )
    section.show(shown)
    _averages(section, setting, kinds)


def _who_tied() -> Who:
    """Who has no tie to anybody has none to others than workers either, and none outside meetings."""
    cells: dict[tuple[str, str], tuple[str, ...]] = {
        (kind, band): (f"ties to {kind}: {band}",) for kind in NO_TIE for band, *_ in BANDS
    }
    cells |= {(kind, BANDS[0][0]): facts for kind, facts in NO_TIE.items()}
    return Who(CLIENTS, rows_of=dict.fromkeys(NO_TIE, CLIENTS), cells=cells)


def _averages(section: SectionWriter, setting: EvaluationSetting, kinds: dict[str, pd.Series]) -> None:
    values = pd.DataFrame(
        {
            "n": [len(number) for number in kinds.values()],
            "mean": [number.mean() for number in kinds.values()],
            "median": [number.median() for number in kinds.values()],
        },
        index=list(kinds),
    )
    section.summary(
        setting.summary_table(
            values,
            title="Average number of people a client is tied to",
            denominator="all clients, those without ties counted as 0",
            row_header="Ties to",
            heads=("Clients", "Mean", "Median"),
            who=dict.fromkeys(map(str, values.index), CLIENTS),
        )
    )


def _one_row(shown: DisclosedTable, row: str) -> pd.DataFrame:
    """One row of a cross table as a frame of its columns, the total left out."""
    frame = shown.to_frame()
    return frame[(frame["row"] == row) & (frame["column"] != "All")]


def _roles(section: SectionWriter, setting: EvaluationSetting, ties: pd.DataFrame, findings: Findings) -> None:
    people = setting.record.people["role"]
    rows = {f"Tied to {words}": (int((ties[role] > 0).sum()), len(ties)) for role, words in ROLES.items() if (people == role).any()}
    if (people == "worker").any() and not findings["ties"].counts["0"].isna().any():
        # Those without a tie to anybody but workers, less this row, are those without any tie.
        only = int(((ties["worker"] > 0) & (ties.drop(columns="worker").sum(axis=1) == 0)).sum())
        rows[WORKERS_ONLY] = (only, len(ties))
    shown = findings["roles"] = section.disclose(
        setting.share_table(
            rows,
            title="Who clients are tied to",
            row_header="At least one tie",
            no="Not tied",
            who=_who_with_roles(rows, ties),
            note="A client may be in several rows.",
        )
    )
    frame = shown.to_frame().rename(columns={"row": "label", "share": "value"})
    title = "Share of clients with at least one such tie"
    section.figure(
        partial(interval_bars, frame, title=title),
        alt=describe_intervals(frame, title=title),
        caption=f"Clients by the roles of the people they are tied to, {setting.period}. Out of: "
        f"{wording.plural(shown.total(str(shown.counts.index[0])), 'client')}; a client may be counted in "
        "several rows.",
    )
    section.show(shown)


def _who_with_roles(rows: dict[str, tuple[int, int]], ties: pd.DataFrame) -> Who:
    """Those tied to workers alone are those tied to nobody else, less those tied to nobody."""
    alone = CLIENTS.who(*_who_tied().cells[NOT_WORKERS, "0"])
    nobody = CLIENTS.who(*_who_tied().cells[ANYBODY, "0"])
    only = CLIENTS.who(*alone.facts, WORKERS_ONLY)
    n_alone, n_nobody = (int((table.sum(axis=1) == 0).sum()) for table in (ties.drop(columns="worker"), ties))
    facts = {label: (label,) for label in rows} | {WORKERS_ONLY: (*alone.facts, WORKERS_ONLY)}
    sums = (((alone, n_alone), ((only, n_alone - n_nobody), (nobody, n_nobody))),)
    return Who(CLIENTS, rows=facts, sums=sums)
