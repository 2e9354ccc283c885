"""What became of an appointment: what was attended is a contact, what was missed, cancelled or only booked is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from recoverynet.tables.engine import column_sql, list_sql
from recoverynet.tables.layouts import OUTCOMES
from recoverynet.tables.prepared import PreparedTable
from recoverynet.tables.raw import is_text
from recoverynet.tables.rules import LaidRule

OUTCOME_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"cancel|\bcan[cx]?\b|\bcnx\b|postpon|re-?schedul|re-?arrang|called off|unable to attend|\buta\b", "cancelled"),
    (
        r"^dna\b|\bdnas?$|did ?n[o'’]?t attend|has ?n[o'’]?t attend|not? attend|non[- ]?attend|failed to attend|\bfta\b"
        r"|no[- ]?show|^absent|^missed|not seen|did ?n[o'’]?t (?:arrive|turn up|show)|^a/?w/?o/?l$",
        "did_not_attend",
    ),
    (r"^book|^schedul|^plann|^upcoming|^pending|appointment (?:made|booked|offered)|to be confirmed|^tbc$|^invited", "booked"),
    (r"^attend|^present|^arriv|^seen\b|took place|^complete|^held$|^came\b|^late$|^here$", "attended"),
)
"""Words services use, each with what it means; the first pattern found in a text (small letters) holds."""
OUTCOME_IN_WORDS = {"attended": "attended", "did_not_attend": "did not attend", "cancelled": "cancelled", "booked": "only booked"}
_CONTACT_TABLES = ("contact_log", "occasions", "participation")
_LONGEST_WORD, _MOST_WORDS = 40, 200


def outcome_of(text: str) -> str | None:
    """What a word says became of an appointment, None where it says nothing of it."""
    small = " ".join(text.lower().split())
    return next((outcome for pattern, outcome in OUTCOME_PATTERNS if re.search(pattern, small)), None)


def attendance_checks(table: PreparedTable) -> Iterator[LaidRule]:
    """Rows that say of themselves that nobody came, in columns that nothing reads; and rows that do not say."""
    if table.schema.name not in _CONTACT_TABLES or not table.n_rows:
        return
    of_text = [column.name for column in table.schema.columns if column.kind == "text"]
    extra = [title for title in table.extras if is_text(table.table.schema.field(title).type)]
    for title in (*of_text, *extra):
        words = _no_contacts(table, title)
        if words:
            value, outcome = column_sql(title), column_sql("outcome")
            named = ", ".join(map(repr, words[:4])) + " …" * (len(words) > 4)
            yield LaidRule(
                table.schema.name,
                title,
                "not_a_contact",
                f"CAST({value} AS VARCHAR) IN {list_sql(words)} AND {outcome} IS NULL",
                f"says that no contact took place ({named}), and would count as one",
                f'Say in a mapping file outcome = {{ from = "{title}", patterns = {{ … }} }}, or let `recoverynet map` '
                "write it; such rows become appointments.",
            )
    if 0 < table.n_blank("outcome") < table.n_rows:
        yield LaidRule(
            table.schema.name,
            "outcome",
            "outcome_unknown",
            "outcome IS NULL",
            "is blank, so it is not known whether anybody came; the row counts as a contact",
            "Fill in what became of it, or leave the row out in a mapping file.",
            "warning",
        )


def _no_contacts(table: PreparedTable, title: str) -> list[str]:
    known = [str(value) for value in table.distinct(title).to_pylist()]
    if len(known) > _MOST_WORDS:
        return []
    return sorted(word for word in known if len(word) <= _LONGEST_WORD and outcome_of(word) not in (None, "attended"))


def with_appointments(tables: dict[str, pd.DataFrame]) -> list[str]:
    """Move what was not attended out of contacts and into the table appointments; says how many, and of what sort."""
    moved, notes = [], []
    if "contact_log" in tables:
        log = tables["contact_log"]
        missed = _missed(log["outcome"])
        rows = log[missed].rename(columns={"started_at": "at"})
        moved.append(rows)
        notes += _told("contact_log", rows)
        tables["contact_log"] = log[~missed].drop(columns="outcome").reset_index(drop=True)
    if "participation" in tables and "occasions" in tables:
        rows = _out_of_occasions(tables)
        moved.append(rows)
        notes += _told("participation", rows)
    for name in ("participation", "occasions"):
        if name in tables:
            tables[name] = tables[name].drop(columns="outcome", errors="ignore")
    moved = [rows for rows in moved if len(rows)]
    if moved:
        held = [tables["appointments"]] if "appointments" in tables else []
        titles = ["person_id", "at", "outcome", "with_person_id", "group_id", "kind", "source"]
        every = pd.concat([*held, *(rows.reindex(columns=titles) for rows in moved)], ignore_index=True)
        tables["appointments"] = every.sort_values(["at", "person_id"], kind="stable", ignore_index=True)
    return notes


def _missed(outcome: pd.Series) -> pd.Series:
    return outcome.notna() & (outcome != OUTCOMES[0])


def _out_of_occasions(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Who did not come to which occasion; occasions that did not take place go with everybody at them."""
    occasions, taking_part = tables["occasions"], tables["participation"]
    gone = occasions[_missed(occasions["outcome"])]
    at_gone = taking_part["occasion_id"].isin(gone["occasion_id"])
    missed = at_gone | _missed(taking_part["outcome"])
    if not missed.any() and gone.empty:
        return taking_part.head(0)
    whole = taking_part["occasion_id"].map(dict(zip(gone["occasion_id"], gone["outcome"], strict=True)))
    outcome = whole.astype("object").where(at_gone, taking_part["outcome"])
    rows = taking_part[missed].assign(outcome=outcome[missed])
    details = occasions.set_index("occasion_id")[["started_at", "group_id", "kind"]]
    rows = rows.join(details, on="occasion_id").rename(columns={"started_at": "at"})
    tables["participation"] = taking_part[~missed].reset_index(drop=True)
    tables["occasions"] = occasions[~_missed(occasions["outcome"])].reset_index(drop=True)
    return rows


def _told(table: str, rows: pd.DataFrame) -> list[str]:
    if rows.empty:
        return []
    counts = rows["outcome"].value_counts()
    parts = [f"{counts[word]:,} {OUTCOME_IN_WORDS[word]}" for word in OUTCOMES[1:] if word in counts.index]
    what = "row is an appointment and no contact" if len(rows) == 1 else "rows are appointments and no contacts"
    return [f"{table}: {len(rows):,} {what}: {', '.join(parts)}."]
