"""One sheet of a register: who is on it, which sessions, and every mark counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from recoverynet.errors import SchemaError
from recoverynet.formats.meetings.times import clock_of
from recoverynet.formats.proposal.blocks import TOTALS
from recoverynet.formats.proposal.columns import ColumnProfile, profiles, roles
from recoverynet.formats.proposal.found import named_columns
from recoverynet.formats.register.marks import MEANINGS, NOT_THERE, all_marks, is_clock, meaning_of
from recoverynet.formats.register.sessions import RegisterColumn
from recoverynet.tables.mapped import as_text
from recoverynet.tables.parts import Labels
from recoverynet.tables.raw import RawTable

_TWO_PEOPLE = re.compile(r".*\S\s*(?:&|\+| and |/|;)\s*\S.*", re.IGNORECASE)
_ATTENDED = MEANINGS.index("attended")


@dataclass
class Sheet:
    """One sheet on its way in.

    Attributes
    ----------
    title : str
        Sheet or file, as a reader would name it.
    group_id : str
    sessions : list of Session
    people : pandas.DataFrame
        One row a person: ``person_id`` and whatever else of theirs was taken.
    there : pandas.DataFrame
        One row an attendance: ``person`` (place in people) and ``session`` (place in sessions).
    other : pandas.DataFrame
        The same for what was missed, cancelled or booked, with ``outcome``.
    clocks : dict of int to time
        Earliest time somebody came to a session.
    counts : Counter of str
        What was counted on the way.
    """

    title: str
    group_id: str
    sessions: list[RegisterColumn]
    people: pd.DataFrame = field(default_factory=pd.DataFrame)
    there: pd.DataFrame = field(default_factory=pd.DataFrame)
    other: pd.DataFrame = field(default_factory=pd.DataFrame)
    clocks: dict[int, object] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    dropped: list[str] = field(default_factory=list)


def read_register_sheet(
    title: str, group_id: str, raw: RawTable, sessions: list[RegisterColumn], labels: Labels, codes: Mapping[str, str]
) -> Sheet:
    """A sheet whose columns are known; raises SchemaError where no column says who came."""
    sheet = Sheet(title, group_id, sessions)
    columns = [profile for profile in profiles(raw) if profile.title not in {session.title for session in sessions}]
    told = roles(columns)
    who = told.get("person_id")
    names = named_columns(tuple(columns)) if who is None else []
    who = who or next(iter(names), None) or _first_of_names(columns)
    if who is None or raw.table is None:
        raise SchemaError(
            f"{title}: no column says who came; its columns are {', '.join(repr(c.title) for c in columns[:8]) or 'sessions only'}."
        )
    table = _persons_only(sheet, raw.table, columns, who)
    ids = as_text(table[who.title])
    if who.holds_names or who.tells_of_persons:
        whole = ids if len(names) < 2 else _joined([as_text(table[profile.title]) for profile in names])
        ids = pa.chunked_array([labels.of(whole, "person")])
        sheet.counts["numbered"] = 1
    person, known = pd.factorize(pd.Series(ids.to_pandas(), dtype="str"))
    sheet.counts["rows"], sheet.counts["repeated"] = len(person), len(person) - len(known)
    sheet.people = _attributes(table, person, pd.Index(known), told, who, sheet, columns)
    _read_marks(sheet, table, person, codes)
    return sheet


def _joined(parts: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    """First name and surname as one text."""
    texts = [pd.Series(part.to_pandas(), dtype="str").fillna("") for part in parts]
    whole = texts[0].str.cat(texts[1:], sep=" ")  # type: ignore[arg-type]
    return pa.chunked_array([pa.array(whole, pa.large_string())])


def _first_of_names(columns: list[ColumnProfile]) -> ColumnProfile | None:
    """A first column of texts that are all different, where no title says who came."""
    first = next((profile for profile in columns if profile.n_filled), None)
    few_words = first is not None and first.holds_names and first.n_distinct > 0.9 * first.n_filled
    return first if few_words else None


def _persons_only(sheet: Sheet, table: pa.Table, columns: list[ColumnProfile], who: ColumnProfile) -> pa.Table:
    """Rows that are about one person: no totals, nobody unnamed, no two on one row."""
    totals = pa.array(np.zeros(table.num_rows, dtype=bool))
    for profile in columns[:4]:
        found = pc.match_substring_regex(as_text(table[profile.title]), "(?i)" + "|".join(TOTALS))
        totals = pc.or_(totals, pc.fill_null(found.combine_chunks(), False))
    sheet.counts["all_rows"] = table.num_rows
    sheet.counts["totals"] = int(pc.sum(totals).as_py() or 0)
    table = table.filter(pc.invert(totals))
    named = pc.is_valid(table[who.title])
    sheet.counts["unnamed"] = table.num_rows - int(pc.sum(named).as_py() or 0)
    table = table.filter(named)
    texts = pd.Series(as_text(table[who.title]).to_pandas(), dtype="str")
    two = texts.str.fullmatch(_TWO_PEOPLE.pattern, case=False).to_numpy(dtype=bool)
    if two.mean() > 0.3:
        two[:] = False
    sheet.counts["two_people"] = int(two.sum())
    return table.filter(pa.array(~two))


def _attributes(
    table: pa.Table,
    person: np.ndarray,
    known: pd.Index,
    told: Mapping[str, ColumnProfile],
    who: ColumnProfile,
    sheet: Sheet,
    columns: list[ColumnProfile],
) -> pd.DataFrame:
    """What the sheet says of people besides: area, sex, age band, role; everything else is named as dropped."""
    people = pd.DataFrame({"person_id": known.astype("str")})
    taken = {who.title}
    for name in ("area", "sex", "age_band", "substance", "role"):
        profile = told.get(name)
        if profile is not None and not profile.tells_of_persons:
            values = pd.Series(as_text(table[profile.title]).to_pandas(), dtype="str")
            people[name] = values.groupby(person).first().reindex(range(len(known))).to_numpy()
            taken.add(profile.title)
    for profile in columns:
        if profile.title not in taken and profile.n_filled:
            sheet.dropped.append(f"{profile.title!r} ({profile.tells_of_persons or 'nothing here reads it'})")
    if who.tells_of_persons or who.holds_names:
        sheet.dropped.append(f"{who.title!r} (names became numbers)")
    return people


def _read_marks(sheet: Sheet, table: pa.Table, person: np.ndarray, codes: Mapping[str, str]) -> None:
    encoded = [_encoded(as_text(table[session.title])) for session in sheet.sessions]
    others = all_marks(mark for _, marks in encoded for mark in marks)
    there: list[tuple[np.ndarray, np.ndarray]] = []
    rest: list[pd.DataFrame] = []
    for place, (code, marks) in enumerate(encoded):
        meanings = [meaning_of(mark, others, codes) for mark in marks]
        counts = np.bincount(code[code >= 0], minlength=len(marks))
        for mark, meaning, count in zip(marks, meanings, counts, strict=True):
            sheet.counts[meaning or "unknown"] += int(count)
            if meaning is None:
                sheet.unknown[mark if len(mark) <= 12 else f"a text of {len(mark)} characters"] += int(count)
        clocks = [clock for mark in marks if is_clock(mark) and (clock := clock_of(mark)) is not None]
        if clocks:
            sheet.clocks[place] = min(clocks)
        worth = np.array([MEANINGS.index(meaning) if meaning is not None else -1 for meaning in meanings] + [-1])[code]
        came = np.unique(person[worth == _ATTENDED])
        there.append((came, np.full(len(came), place)))
        for outcome in MEANINGS:
            if outcome not in ("attended", NOT_THERE):
                missed = np.setdiff1d(person[worth == MEANINGS.index(outcome)], came)
                if len(missed):
                    rest.append(pd.DataFrame({"person": missed, "session": place, "outcome": outcome}))
    sheet.there = pd.DataFrame({"person": np.concatenate([a for a, _ in there]), "session": np.concatenate([b for _, b in there])})
    sheet.other = pd.concat(rest, ignore_index=True) if rest else pd.DataFrame({"person": [], "session": [], "outcome": []})


def _encoded(column: pa.ChunkedArray) -> tuple[np.ndarray, list[str]]:
    """Each cell as the place of its mark among the different marks, −1 where it is empty."""
    whole = column.combine_chunks().dictionary_encode()
    code = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return code.astype(np.int64), [str(mark) for mark in whole.dictionary.to_pylist()]
