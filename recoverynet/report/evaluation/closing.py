"""How an evaluation ends: what the record cannot show, and how to make the report again."""

from __future__ import annotations

import hashlib
import math
import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import version

import numpy as np
import pandas as pd

from recoverynet.report import wording
from recoverynet.report.disclosure.audit import appendix
from recoverynet.report.disclosure.estimates import about
from recoverynet.report.evaluation.observed import CONTACTED, STATE_EVER, Findings
from recoverynet.report.evaluation.setting import EvaluationSetting
from recoverynet.report.sections import ReportWriter, Section
from recoverynet.report.standing import standing
from recoverynet.tables.contacts_away import CONTACTS
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.measurable import engine_of
from recoverynet.tables.record import RecoveryRecord, filled_columns

NEEDED = {
    "episodes": "treatment episodes", "linkage": "steps towards groups",
    "observations": "states and outcomes", "groups": "groups",
}  # fmt: skip
"""Tables without which sections are empty, as a reader would call them."""


def limits_section(report: ReportWriter, setting: EvaluationSetting, findings: Findings) -> Section:
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
        standing("clustering_is_not_contagion"),
        "**A record is not a life.** Contacts nobody wrote down are missing, mutual-aid groups keep no "
        f"registers{_words_without_contact(findings)}. Shares with contact are lower bounds.",
        standing("no_comparison_group"),
    ]


def _limits_of_this_record(setting: EvaluationSetting, findings: Findings) -> list[str]:
    points, n_rows = [], setting.n_rows
    if len(setting.states_seen):
        points.append("**States are known for some, some of the time.** " + _words_on_states(setting, findings))
    if setting.observations["source"].isin(["self", "worker"]).any():
        points.append(standing("self_report"))
    if n_rows["groups"]:
        points.append(standing("places_not_rosters"))
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


def _words_on_states(setting: EvaluationSetting, findings: Findings) -> str:
    flow = findings["flow"]
    told = not math.isnan(flow.share(STATE_EVER))
    known = f"A state was observed at least once for {flow.words(STATE_EVER, noun='clients')}. " if told else ""
    return known + (
        "Those observed may differ from those not observed, who may have left, moved or lost touch. An "
        f"observation counts for {pd.Timedelta(setting.valid_for).days} days."
    )


def rerun_section(report: ReportWriter, setting: EvaluationSetting, findings: Findings, settings: dict[str, str]) -> Section:
    """What it takes to make the report again, and to show that it was made from the same data."""
    section = report.section("settings", "How to make this report again")
    section.say(standing("again"))
    section.facts("Settings", list(settings.items()))
    # Exact numbers of rows are sums of figures hidden elsewhere.
    off = report.policy.is_off
    rows = [(name, f"{number:,}" if off else about(number)) for name, number in setting.n_rows.items()]
    section.facts("Rows read, by table" + ("" if off else ", to the nearest ten"), rows)
    section.say(*appendix(report.publication))
    return section.finish()


def settings_in_words(setting: EvaluationSetting, policy_words: str) -> dict[str, str]:
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
            parts: Iterable[pd.DataFrame] = (RECORD_TABLES[name].typed(part, tz=record.tz) for part in there.facts().rows(name))
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
        answer: pd.Series = column.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]").astype("int64")
        return answer
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.astype("Float64").astype("float64")
    return column.astype("str").fillna("")
