"""Tables made to name nobody: identifying columns left out, identifiers in texts masked, people under pseudonyms."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import pandas as pd
import pyarrow as pa

from recoverynet.errors import DisclosureError
from recoverynet.tables import identifiers
from recoverynet.tables.cleaned import Counts, cleaned_frame, open_words
from recoverynet.tables.identifying_values import identifier_checks, is_person_id
from recoverynet.tables.known_people import REMOVED, KnownPeople, written_alike
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.mapped import as_text, plain_name
from recoverynet.tables.prepared import Prepared, PreparedTable, read_column
from recoverynet.tables.pseudonym_ids import pseudonyms_of
from recoverynet.tables.raw import ROW

Patterns = tuple[tuple[str, Callable[[str], bool]], ...]
_BANDS = (18, 25, 35, 45, 55, 65)


@dataclass
class Told:
    """What is told while the tables are gone through."""

    left_out: list[tuple[str, str, str]] = field(default_factory=list)
    masked: list[tuple[str, str, int]] = field(default_factory=list)
    n_age_bands: int = 0
    names: set[str] = field(default_factory=set)
    counts: Counts = field(default_factory=Counts)
    alike: list[tuple[str, ...]] = field(default_factory=list)


def without_identifiers_in(prepared: Prepared, table: PreparedTable, told: Told, keep: Collection[str] = ()) -> PreparedTable:
    """One table with identifying and unknown columns left out and identifiers in texts masked.

    ``keep`` are plain names of extra columns to keep; columns called like what identifies a person go all the same.
    """
    table = _with_age_band(table, told)
    name, kept = table.schema.name, []
    for title in table.extras:
        what = _why_left_out(name, plain_name(title), plain_name(title) in keep)
        if what:
            told.left_out.append((name, title, what))
            if name != "groups" and identifiers.names_somebody(plain_name(title)):
                told.names |= set(as_text(table.table[title]).unique().drop_null().to_pylist())
        else:
            kept.append(title)
    left = [title for title in table.extras if title not in kept]
    table = replace(table, table=table.table.drop_columns(left), extras=tuple(kept))
    prepared.put(table)
    for check in identifier_checks(prepared.engine, table):
        if not _is_id(table, check.column):
            table = _masked(table, check.column, told)
    return table


def _is_id(table: PreparedTable, title: str) -> bool:
    """Whether a column holds ids, which are replaced whole."""
    return is_person_id(table, title) or (title in table.schema.names and table.schema[title].kind == "id")


def _why_left_out(table: str, title: str, keep: bool) -> str:
    """What speaks against an extra column, empty where it stays."""
    of_group = table == "groups"
    what = identifiers.identifying_column(title, of_group=of_group)
    if what:
        return f"it seemed to hold {what}"
    if of_group or keep or identifiers.person_column(title):
        return ""
    if identifiers.free_text_column(title):
        return "it seemed to hold free text"
    return "it is no column of this table, so what it tells of people is not known"


def _masked(table: PreparedTable, title: str, told: Told) -> PreparedTable:
    """Identifiers in one column of texts removed."""
    values = pd.Series(as_text(table.table[title]).to_pandas(), dtype="str")
    known = values.dropna().unique()
    patterns = _PATTERNS if table.schema.name == "groups" else (*_PATTERNS, *_PLACES)
    cut = pd.Series([without_identifiers(value, patterns) for value in known], index=known, dtype="str")
    masked = values.map(cut).astype("str")
    changed = int((masked != values)[values.notna()].sum())
    if changed:
        told.masked.append((table.schema.name, title, changed))
    place = table.table.column_names.index(title)
    column = pa.chunked_array([pa.array(masked, pa.large_string(), from_pandas=True)])
    return replace(table, table=table.table.set_column(place, title, column))


def without_identifiers(text: str, patterns: Patterns | None = None) -> str:
    """A text with e-mail addresses, telephone, NHS and National Insurance numbers replaced by ``[removed]``."""
    for pattern, counts in _PATTERNS if patterns is None else patterns:
        text = re.sub(pattern, partial(_cut, counts=counts), text)
    return text


def _cut(found: re.Match[str], counts: Callable[[str], bool]) -> str:
    inner = found.group(1) if found.re.groups else found.group(0)
    return found.group(0).replace(inner, REMOVED) if counts(inner) else found.group(0)


def _always(_: str) -> bool:
    return True


_PATTERNS: Patterns = (
    (identifiers.EMAIL, _always),
    (identifiers.PHONE, _always),
    (identifiers.NHS, _always),
    (identifiers.TEN_DIGITS, identifiers.is_nhs_number),
    (identifiers.NI_NUMBER, _always),
    (identifiers.NI_NUMBER_ALONE, _always),
)
_PLACES: Patterns = ((identifiers.ADDRESS, _always), (identifiers.POSTCODE, _always), (identifiers.POSTCODE_ALONE, _always))


def _with_age_band(table: PreparedTable, told: Told) -> PreparedTable:
    """The people table with an age band from date of birth and day of joining, where it has none of its own."""
    births = [title for title in table.extras if plain_name(title) in identifiers.BIRTH_COLUMNS]
    if table.schema.name != "people" or not births:
        return table
    if table.table["age_band"].null_count < table.table.num_rows:
        return table
    born = _days(as_text(table.table[births[0]]).to_pandas())
    joined = table.table[read_column("joined_on")].to_pandas().dt.tz_localize(None)
    bands = age_bands(born, joined)
    told.n_age_bands = int(bands.notna().sum())
    place = table.table.column_names.index("age_band")
    column = pa.chunked_array([pa.array(bands, pa.large_string(), from_pandas=True)])
    return replace(table, table=table.table.set_column(place, "age_band", column))


def age_bands(born: pd.Series, at: pd.Series) -> pd.Series:
    """In which band of years people were on a day, missing where either date is."""
    years = at.dt.year - born.dt.year
    years -= ((at.dt.month < born.dt.month) | ((at.dt.month == born.dt.month) & (at.dt.day < born.dt.day))).astype("int64")
    answer: pd.Series = years.map(_band, na_action="ignore").astype("str").mask(years.isna())
    return answer


def _days(texts: pd.Series) -> pd.Series:
    """Dates of birth, ISO or day first; good enough for a band of ten years."""
    iso = pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce", exact=False)
    return iso.fillna(pd.to_datetime(texts, format="%d/%m/%Y", errors="coerce", exact=False))


def _band(years: float) -> str:
    if years < _BANDS[0]:
        return "under 18"
    low = max(bound for bound in _BANDS if bound <= years)
    upper = [bound for bound in _BANDS if bound > years]
    return f"{low}-{upper[0] - 1}" if upper else f"{low}+"


def pseudonymised_tables(
    prepared: Prepared, secret: bytes, told: Told, kept: Mapping[str, Collection[str]]
) -> dict[str, pd.DataFrame]:
    """Every table as text under our names, with pseudonyms for ids, and nobody known and no free text in any cell.

    ``kept`` are, by table, plain names of the columns whose free text stays.
    """
    frames = {name: _as_frame(table) for name, table in prepared.tables.items()}
    return frames_without_people(frames, secret, told, kept, open_words(prepared.states))


def frames_without_people(
    frames: Mapping[str, pd.DataFrame], secret: bytes, told: Told, kept: Mapping[str, Collection[str]], words: Collection[str]
) -> dict[str, pd.DataFrame]:
    """Frames of a record's tables with pseudonyms for ids, and nobody known and no free text in any cell."""
    ids = known_ids(frames)
    told.alike = written_alike(ids)
    known = KnownPeople(ids, told.names, words)
    done = {}
    for name, frame in frames.items():
        keyed = pseudonyms_of(name, frame, secret, ids)
        titles = [title for title in frame.columns if plain_name(str(title)) in kept.get(name, ())]
        cleaned = cleaned_frame(READABLE_TABLES[name], frame.drop(columns=list(keyed)), known, titles, told.counts)
        done[name] = cleaned.assign(**keyed)[list(frame.columns)]
    done["people"] = done["people"].sort_values("person_id", kind="stable")
    return done


def known_ids(frames: Mapping[str, pd.DataFrame]) -> set[str]:
    """Everything that stands for a person in some table: in columns of ids, and in extra ones such as ``keyworker``."""
    own = {
        str(one)
        for name, frame in frames.items()
        for column in READABLE_TABLES[name].person_ids
        if column in frame.columns
        for one in frame[column].dropna().unique()
    }
    extra = {
        str(one)
        for name, frame in frames.items()
        for title in frame.columns
        if title not in READABLE_TABLES[name].names and identifiers.person_column(plain_name(str(title)))
        for one in frame[title].dropna().unique()
    }
    return own | extra


def _as_frame(table: PreparedTable) -> pd.DataFrame:
    """The text columns that say something or are needed, as a frame."""
    schema, arrow = table.schema, table.table
    own = [name for name in schema.names if name in schema.required or arrow[name].null_count < arrow.num_rows]
    columns = {name: as_text(arrow[name]) for name in (*own, *table.extras)}
    answer: pd.DataFrame = pa.table(columns).to_pandas().astype("str")
    return answer


def require_nothing_left(prepared: Prepared, frames: dict[str, pd.DataFrame]) -> None:
    """Raise DisclosureError where a value still looks like an identifier."""
    for name, frame in frames.items():
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        rows = pa.nulls(table.num_rows, pa.int64())
        own = prepared.tables[name]
        filled = {
            title: table[title] if title in frame.columns else pa.nulls(table.num_rows, pa.large_string())
            for title in (*own.schema.names, *own.extras)
        }
        prepared.put(replace(own, table=pa.table({ROW: rows, **filled})))
        left = [check for check in identifier_checks(prepared.engine, prepared.tables[name]) if not _is_id(own, check.column)]
        if left:
            raise DisclosureError(
                f"{name}.{left[0].column} still {left[0].sentence} after masking. Leave the column out of the source."
            )
