"""Tables laid out for checking: our columns as text, instants read, the rest behind, all in one engine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from recoverynet.errors import SchemaError
from recoverynet.progress import track
from recoverynet.states import RECOVERY_STATES
from recoverynet.tables.columns import parse_instants
from recoverynet.tables.engine import Engine
from recoverynet.tables.layouts import READABLE_TABLES, TABLE_ALIASES
from recoverynet.tables.mapped import as_text, plain_name
from recoverynet.tables.mapping import Mapping
from recoverynet.tables.parts import Joined, Labels, ReadOnce, Wanted, read_joined, wanted_parts
from recoverynet.tables.problems import Problem
from recoverynet.tables.raw import ROW, RawTable
from recoverynet.tables.record import RecoveryRecord
from recoverynet.tables.schema import CLOCK_PATTERN, Column, TableSchema, columns_in_words
from recoverynet.tables.sources import Source

APART = "\x1f"
"""What parts the names of columns made here from what they are about; no column of a source may hold it."""
_READ = f"{APART}read"
_CLOCKS = ("time", "start_time", "time_of_day", "clock")
_BARE_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T00:00:00(?:[.]0+)?)?|[0-9]{1,2}[/. -][0-9]{1,2}[/. -][0-9]{2,4}"


@dataclass(frozen=True)
class PreparedTable:
    """One table whose every column is there as text, with the instants read beside it.

    Attributes
    ----------
    schema : TableSchema
    origin : str
        File, sheet or table it comes from.
    table : pyarrow.Table
        The row number, every column of the schema as text (absent ones all missing), an instant beside each column of
        instants (:func:`read_column`), and the extra columns as they came.
    extras : tuple of str
        Columns that are not in the schema.
    as_numbers : frozenset of str
        Columns of the schema that the source held as numbers.
    origins : tuple of str
        What each part was read from, where there are several.
    """

    schema: TableSchema
    origin: str
    table: pa.Table
    extras: tuple[str, ...] = ()
    as_numbers: frozenset[str] = frozenset()
    origins: tuple[str, ...] = ()
    _distinct: dict[str, pa.Array] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.table.num_rows)

    def n_blank(self, title: str) -> int:
        """Number of rows in which a column says nothing."""
        return int(self.table[title].null_count)

    def distinct(self, title: str) -> pa.Array:
        """The values of a column as text, each once, the missing one left out."""
        if title not in self._distinct:
            self._distinct[title] = as_text(pa.chunked_array([pc.unique(self.table[title]).drop_null()]))
        return self._distinct[title]

    def values(self, title: str) -> Any:
        """A column as text."""
        return self.table[title]

    def instants(self, title: str) -> Any:
        """The instants read from a column."""
        return self.table[read_column(title)]

    def any_like(self, title: str, pattern: str) -> bool:
        """Whether some value of a column holds a pattern (RE2)."""
        return bool(pc.any(pc.match_substring_regex(self.distinct(title), pattern)).as_py())


@dataclass
class Prepared:
    """Every table of one source in one engine, and what was wrong before any value was looked at.

    ``columns`` holds, for each file or sheet, the columns it has and those of them that were used.
    """

    engine: Engine
    label: str
    tz: str
    states: tuple[str, ...]
    tables: dict[str, PreparedTable] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    labels: Labels = field(default_factory=Labels)
    columns: dict[str, tuple[list[str], set[str]]] = field(default_factory=dict)

    def put(self, table: PreparedTable) -> None:
        """Take in a table, in place of any of that name."""
        self.tables[table.schema.name] = table
        self.engine.hold(table.schema.name, table.table)


def read_column(name: str) -> str:
    """The column that holds the instants read from the column ``name``."""
    return name + _READ


@contextmanager
def prepared_source(source: Source, mapping: Mapping, tz: str, secret: bytes | None = None) -> Iterator[Prepared]:
    """The tables of a folder, workbook or database under a mapping, ready to be checked.

    ``secret`` is the key of pseudonyms for values that the mapping has numbered; without one they are numbered.
    """
    with Engine() as engine:
        states = mapping.states or RECOVERY_STATES.states
        prepared = Prepared(engine, source.label, tz, states, labels=Labels(secret))
        once = source if isinstance(source, ReadOnce) else ReadOnce(source)
        wanted = wanted_parts(source, mapping)
        for name, parts in track(wanted.items(), "Reading tables", total=len(wanted)):
            joined = read_joined(once, parts, READABLE_TABLES[name], mapping.label, engine, prepared.labels)
            _take_in(prepared, joined, READABLE_TABLES[name])
        once.forget()
        used = {known for parts in wanted.values() for _, known in parts}
        prepared.problems += _unknown_tables(source, wanted, used)
        prepared.problems += _absent_tables(prepared, source, wanted)
        prepared.problems = _told_once(prepared.problems)
        yield prepared


def _told_once(problems: list[Problem]) -> list[Problem]:
    """Warnings about one and the same thing, told of the first table they concern."""
    kept: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        table = problem.table if problem.severity == "error" else ""
        kept.setdefault((table, problem.column, problem.problem, problem.rows), problem)
    return list(kept.values())


def _take_in(prepared: Prepared, joined: Joined, schema: TableSchema) -> None:
    """Lay out one table that stands under our names; tables with a column missing stay out."""
    prepared.problems += joined.problems
    for place, titles, used in joined.columns:
        prepared.columns.setdefault(place, (list(titles), set()))[1].update(used)
    table, raw = joined.table, joined.raw
    if table is None or raw is None:
        return
    absent = [name for name in schema.required if name not in table.column_names]
    if absent:
        prepared.problems += [_missing_column(schema, name, raw) for name in absent]
        return
    origin = " and ".join(dict.fromkeys(joined.origins))
    if table.num_rows == 0:
        prepared.problems.append(
            Problem(
                schema.name,
                "",
                f"{origin} has a header and no rows",
                "empty_table",
                f"Add one row a person, with {columns_in_words(schema)}: without people there is nothing to read."
                if schema.name == "people"
                else "Export it again if it should hold rows; otherwise nothing need be done.",
                "error" if schema.name == "people" else "warning",
                extent="record" if schema.name == "people" else "table",
            )
        )
    prepared.problems += _aliases_unused(schema, raw, table)
    made = laid_out(schema, origin, table, prepared.tz, joined.as_numbers)
    prepared.put(replace(made, origins=joined.origins if len(joined.origins) > 1 else ()))
    prepared.problems += _times_apart(prepared.tables[schema.name], joined.sources)


def _times_apart(table: PreparedTable, origin: dict[str, str]) -> Iterator[Problem]:
    """A time of day that stands unused beside a column of bare dates."""
    days = [name for name in ("started_at", "observed_at") if name in table.schema.names]
    if not days or not table.n_rows or not all(re.fullmatch(_BARE_DATE, text) for text in _texts(table, days[0])):
        return
    for title in table.extras:
        texts = _texts(table, title)
        if texts and all(re.fullmatch(CLOCK_PATTERN, text) for text in texts):
            yield Problem(
                table.schema.name,
                title,
                f"the column seems to hold the time of day of {days[0]}, which is a bare date; as it stands it rides along unused",
                "time_apart",
                f"Write in a mapping file under [{table.schema.name}.columns] {days[0]} = {{ from = "
                f'["{origin[days[0]]}", "{title}"] }}.',
                "warning",
            )


def _texts(table: PreparedTable, title: str) -> list[str]:
    return [str(text) for text in table.distinct(title).to_pylist()]


def _aliases_unused(schema: TableSchema, raw: RawTable, table: pa.Table) -> Iterator[Problem]:
    """Extra columns that may be an optional column under another of its names."""
    for column in schema.columns:
        meant = [title for title in table.column_names if plain_name(title) in column.aliases]
        if column.name not in table.column_names and meant and meant[0] not in schema.names:
            yield Problem(
                schema.name,
                meant[0],
                f"the column may be what is called {column.name} here ({column.meaning}); as it stands it rides along unused",
                "alias",
                f"If so, write in a mapping file under [{schema.name}.columns] {_mapping_line(column, meant[0])}.",
                "warning",
            )


def _mapping_line(column: Column, theirs: str) -> str:
    """What to write in a mapping file so that their column fills ours."""
    if column.unit == "minutes" and plain_name(theirs) not in ("minutes", "mins"):
        unit = "seconds" if plain_name(theirs).endswith(("_s", "sec", "seconds")) else "hours"
        unit = unit if plain_name(theirs) not in ("duration", "length") else "minutes"
        return f'{column.name} = {{ from = "{theirs}", unit = "{unit}" }}'
    return f'{column.name} = "{theirs}"'


def laid_out(schema: TableSchema, origin: str, table: pa.Table, tz: str, as_numbers: frozenset[str] = frozenset()) -> PreparedTable:
    """A table with every column of the schema as text and its instants read."""
    nothing = pa.nulls(table.num_rows, pa.large_string())
    columns: dict[str, Any] = {ROW: table[ROW]}
    for column in schema.columns:
        given = table[column.name] if column.name in table.column_names else nothing
        columns[column.name] = as_text(given) if column.name in table.column_names else nothing
        if column.kind == "instant":
            columns[read_column(column.name)] = _instants(given, columns[column.name], tz)
    extras = tuple(name for name in table.column_names if name not in schema.names and name != ROW)
    if any(APART in name for name in extras):
        raise SchemaError(f"{origin} has a column whose name holds a control character (unit separator). Rename the column.")
    columns.update({name: table[name] for name in extras})
    return PreparedTable(schema, origin, pa.table(columns), extras, as_numbers)


def _instants(given: Any, text: Any, tz: str) -> pa.Array:
    """The instants of a column, missing where there is none to be read; in UTC."""
    if pa.types.is_timestamp(given.type) and given.type.tz is not None:
        return given.cast(pa.timestamp("us", "UTC"), safe=False)
    series = pd.Series(text.to_pandas(), dtype="str")
    known = series.dropna().unique()
    if len(known) * 2 < len(series):
        read = parse_instants(pd.Series(known, dtype="str"), tz)
        instants = pd.Series(read.array.take(_places(series, known), allow_fill=True))
    else:
        instants = parse_instants(series, tz)
    return pa.array(instants.dt.tz_convert("UTC"), pa.timestamp("us", "UTC"))


def _places(series: pd.Series, known: Any) -> np.ndarray:
    return np.asarray(pd.Index(known).get_indexer(series))


def prepared_record(record: RecoveryRecord, engine: Engine) -> Prepared:
    """The tables of a record in memory; rows count as if they stood in files with a header."""
    prepared = Prepared(engine, "The record", record.tz, record.states or RECOVERY_STATES.states)
    for name, frame in record.tables().items():
        if len(frame):
            table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
            rows = pa.array(np.arange(2, len(frame) + 2))
            numbered = table.add_column(0, ROW, rows)
            prepared.put(laid_out(READABLE_TABLES[name], f"table {name!r}", numbered, record.tz))
    return prepared


def _missing_column(schema: TableSchema, name: str, raw: RawTable) -> Problem:
    aliases = schema[name].aliases
    meant = [title for title in raw.columns if plain_name(title) in aliases]
    near = meant or get_close_matches(name, raw.columns, n=1, cutoff=0.75)
    has = ", ".join(map(repr, raw.columns))
    if near:
        days = [title for title in meant if plain_name(title) not in _CLOCKS]
        clocks = [title for title in raw.columns if plain_name(title) in _CLOCKS]
        joined = schema[name].kind == "instant" and days and clocks
        line = f'{name} = {{ from = ["{days[0]}", "{clocks[0]}"] }}' if joined else _mapping_line(schema[name], near[0])
        which = f"{days[0]!r} with {clocks[0]!r}" if joined else repr(near[0])
        remedy = (
            f"Perhaps {which} is meant: {'' if joined else 'rename it, or '}write in a mapping file under "
            f"[{schema.name}.columns] {line}."
        )
    else:
        remedy = f"Add the column ({schema[name].meaning}), or name the one that holds it in a mapping file."
    return Problem(
        schema.name,
        name,
        f"{raw.origin} lacks the column {name!r}; it has {has or 'no columns'}",
        "missing_column",
        remedy,
        extent="table",
    )


def _unknown_tables(source: Source, wanted: Wanted, used: set[str]) -> Iterator[Problem]:
    """Files, sheets or tables that are none of ours, with what they may have been meant for."""
    for name, title in source.names.items():
        if name in used:
            continue
        if name in source.hidden:
            what = f"the sheet {title!r} is hidden in the workbook and was not read"
            yield Problem(name, "", what, "hidden_sheet", "Nothing need be done, unless it should be read.", "warning")
            continue
        open_places = [known for known in READABLE_TABLES if known not in wanted]
        meant = next((known for known in open_places if plain_name(name) in TABLE_ALIASES[known]), None)
        meant = meant or next(iter(get_close_matches(plain_name(name), open_places, n=1, cutoff=0.7)), None)
        if meant is None:
            yield Problem(
                name,
                "",
                f"the {source.place} {title!r} is no table of a record and was not read",
                "unknown_table",
                f"Nothing need be done, unless it should be read: the tables are {', '.join(READABLE_TABLES)}.",
                "warning",
            )
        else:
            yield Problem(
                name,
                "",
                f"the {source.place} {title!r} is no table of a record; perhaps {meant!r} is meant",
                "unknown_table",
                f'Give it the name {meant!r}, or write in a mapping file under [{meant}] {source.place} = "{title}".',
                extent="table",
            )


def _absent_tables(prepared: Prepared, source: Source, wanted: Wanted) -> Iterator[Problem]:
    """What a record cannot do without."""
    kind = {"file": "a file people.csv (or .parquet)", "sheet": "a sheet 'people'", "table": "a table 'people'"}
    if "people" not in wanted:
        yield Problem(
            "people",
            "",
            f"{source.label} holds no table of people",
            "missing_table",
            f"Add {kind[source.place]} with one row a person and {columns_in_words(READABLE_TABLES['people'])}.",
            extent="record",
        )
    pair = [name for name in ("occasions", "participation") if name in wanted]
    if len(pair) == 1:
        other = "participation" if pair == ["occasions"] else "occasions"
        yield Problem(
            other,
            "",
            f"{source.label} holds {pair[0]} but not {other}; each needs the other",
            "missing_table",
            f"Add {other}, or give the contacts as one contact_log.",
            extent="record",
        )
    if not pair and "contact_log" not in wanted:
        yield Problem(
            "participation",
            "",
            f"{source.label} holds no contacts",
            "missing_table",
            "Add occasions with participation, or contact_log, if there are any.",
            "warning",
            extent="record",
        )
