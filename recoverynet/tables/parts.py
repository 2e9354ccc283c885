"""The parts a table is made of: several files or sheets one behind the other, brought under one set of names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from recoverynet.errors import SchemaError
from recoverynet.tables.areas import Area
from recoverynet.tables.engine import Engine
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.mapped import as_text, mapped, once_each
from recoverynet.tables.mapping import Mapping, TableMap, matches_source
from recoverynet.tables.problems import Problem
from recoverynet.tables.pseudonym_ids import pseudonym
from recoverynet.tables.raw import ROW, RawTable
from recoverynet.tables.schema import TableSchema
from recoverynet.tables.sources import Source, known_columns

PART_ROWS = 10**9
"""Rows of the second part of a table are numbered from here, of the third from twice this, and so on."""


@dataclass
class Labels:
    """Numbers, or with a key pseudonyms, for values that may name people: the same value, the same label everywhere.

    Attributes
    ----------
    secret : bytes or None
        With it labels are pseudonyms, the same in every source; without it numbers in the order of first appearance.
    given : dict of str to dict of str to str
        For each word the labels given so far, by value in small letters.
    """

    secret: bytes | None = None
    given: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, values: pa.ChunkedArray, word: str) -> pa.Array:
        """The label of each value, missing where the value is."""
        series = pd.Series(values.to_pandas(), dtype="str")
        plain = series.str.casefold().str.split().str.join(" ").str.strip(" .,;")
        plain = plain.mask(plain == "")
        known = self.given.setdefault(word, {})
        for value in plain.dropna().unique():
            if value not in known:
                known[value] = pseudonym(f"{word}:{value}", self.secret) if self.secret else f"{word}-{len(known) + 1}"
        return pa.array(plain.map(known).astype("str"), pa.large_string(), from_pandas=True)

    def in_words(self) -> list[str]:
        """How many values became labels, a sentence a word."""
        what = "pseudonyms made with the key" if self.secret else "numbers in the order of first appearance"
        return [f"{len(labels):,} different names became {word} ids ({what})." for word, labels in self.given.items() if labels]


class ReadOnce:
    """A source whose tables are read once, however often they are asked for; what is wrong with a file is told once."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.label, self.place, self.names, self.hidden = source.label, source.place, source.names, source.hidden
        self._held: dict[tuple[str, Area | None], RawTable] = {}
        self._told: set[tuple[str, Area | None]] = set()

    def read(self, name: str, known: Iterable[str], area: Area | None = None) -> RawTable:
        """One table of the source, or a part of it."""
        if (name, area) not in self._held:
            self._held[name, area] = self.source.read(name, known, area)
        return self._held[name, area]

    def read_telling_once(self, name: str, known: Iterable[str], area: Area | None) -> RawTable:
        """The same, without problems that were told when it was asked for before."""
        raw = self.read(name, known, area)
        told = (name, area) in self._told
        self._told.add((name, area))
        return replace(raw, problems=()) if told and raw.table is not None else raw

    def forget(self) -> None:
        """Let go of what was read, once nothing more will be asked."""
        self._held.clear()

    def head(self, name: str, n_rows: int) -> list[list[str]]:
        """The first rows of a table as text."""
        return self.source.head(name, n_rows)


@dataclass(frozen=True)
class Joined:
    """One table of ours from all its parts.

    Attributes
    ----------
    table : pyarrow.Table or None
        None where no part could be read.
    origins : tuple of str
        What each part was read from.
    sources : dict of str to str
        Which source column each of ours came from, in the first part that has it.
    as_numbers : frozenset of str
        Columns of ours the sources held as numbers.
    problems : tuple of Problem
    raw : RawTable or None
        The first part as it stood, to suggest columns from.
    columns : tuple of (origin, columns there, columns used)
        One a part.
    """

    table: pa.Table | None
    origins: tuple[str, ...]
    sources: dict[str, str]
    as_numbers: frozenset[str]
    problems: tuple[Problem, ...]
    raw: RawTable | None
    columns: tuple[tuple[str, tuple[str, ...], frozenset[str]], ...] = ()


Wanted = dict[str, list[tuple[TableMap | None, str]]]


def wanted_parts(source: Source, mapping: Mapping) -> Wanted:
    """Which of the source's tables make up which of ours; raises SchemaError where a mapping names what is not there."""
    files = source.place == "file"
    wanted: Wanted = {}
    for name in READABLE_TABLES:
        for part in mapping.parts(name) or (None,):
            for given in (part.sources if part is not None else ()) or (name,):
                found = [known for known in source.names if matches_source(given, known, files=files)]
                if found:
                    wanted.setdefault(name, []).extend((part, known) for known in found)
                elif part is not None:
                    raise _nothing_called(source, mapping, name, given)
    return wanted


def _nothing_called(source: Source, mapping: Mapping, name: str, given: str) -> SchemaError:
    bare = given.strip().lower()
    near = get_close_matches(bare.rsplit(".", 1)[0] if source.place == "file" else bare, source.names, n=1)
    meant = f" Did you mean {source.names[near[0]]!r}?" if near else ""
    has = ", ".join(source.names.values())
    return SchemaError(f"{mapping.label}, [{name}]: {source.label} has no {source.place} {given!r}; it has {has}.{meant}")


def read_joined(source: ReadOnce, parts: list[tuple[TableMap | None, str]], schema: TableSchema, label: str, engine: Engine,
                labels: Labels) -> Joined:  # fmt: skip
    """One table of ours from its parts, under our names; rows of the second part on are numbered by :data:`PART_ROWS`."""
    tables: list[pa.Table] = []
    origins: list[str] = []
    sources: dict[str, str] = {}
    problems: list[Problem] = []
    numbers: set[str] = set()
    columns: list[tuple[str, tuple[str, ...], frozenset[str]]] = []
    first = None
    for part, source_name in parts:
        known = known_columns(schema.name) | _mapped_names(part)
        raw = source.read_telling_once(source_name, known, None if part is None else part.area)
        problems += [_renamed(problem, schema.name) for problem in raw.problems]
        problems += _hidden(source, source_name, schema.name)
        if raw.table is None:
            continue
        first = first or raw
        table, origin, told, used = mapped(raw.table, raw, schema, part, engine, label)
        problems += told
        columns.append((raw.origin, tuple(raw.columns), frozenset(used)))
        table = _labelled(table, part, labels)
        table = table.set_column(0, ROW, pc.add(table[ROW].cast(pa.int64()), len(tables) * PART_ROWS)) if tables else table
        numbers |= {name for name, title in origin.items() if title in raw.as_numbers}
        sources = {**origin, **sources}
        tables.append(table)
        origins.append(raw.origin)
    joined = None if not tables else tables[0] if len(tables) == 1 else _one_behind_the_other(tables)
    if joined is not None and len(tables) > 1 and any(part is not None and part.once for part, _ in parts):
        joined = once_each(joined, schema, engine)
    return Joined(joined, tuple(origins), sources, frozenset(numbers), tuple(problems), first, tuple(columns))


def _labelled(table: pa.Table, part: TableMap | None, labels: Labels) -> pa.Table:
    for entry in () if part is None else part.columns.values():
        if entry.numbered and entry.name in table.column_names:
            made = labels.of(as_text(table[entry.name]), entry.numbered)
            table = table.set_column(table.column_names.index(entry.name), entry.name, made)
    return table


def _one_behind_the_other(tables: list[pa.Table]) -> pa.Table:
    """Rows of all tables, columns of any; columns whose types differ become text."""
    kinds: dict[str, set[pa.DataType]] = {}
    for table in tables:
        for title in table.column_names:
            kinds.setdefault(title, set()).add(table.schema.field(title).type)
    mixed = {title for title, types in kinds.items() if len({kind for kind in types if not pa.types.is_null(kind)}) > 1}
    ready = []
    for table in tables:
        columns = {title: as_text(table[title]) if title in mixed else table[title] for title in table.column_names}
        ready.append(pa.table(columns))
    return pa.concat_tables(ready, promote_options="permissive")


def whereabouts(rows: list[int], origins: tuple[str, ...]) -> tuple[tuple[int, ...], str]:
    """Rows as their files count them, those of the first file concerned; and that file, where there are several."""
    if len(origins) < 2 or not rows:
        return tuple(rows), ""
    part = rows[0] // PART_ROWS
    told = tuple(int(row % PART_ROWS) for row in rows if row // PART_ROWS == part)
    return told, origins[part] if part < len(origins) else ""


def _mapped_names(table_map: TableMap | None) -> set[str]:
    maps = () if table_map is None else table_map.columns.values()
    return {title.lower() for entry in maps for title in (entry.source, *entry.joined)}


def _renamed(problem: Problem, table: str) -> Problem:
    return Problem(**{**problem.__dict__, "table": table})


def _hidden(source: ReadOnce, name: str, table: str) -> list[Problem]:
    """A sheet that nobody sees is read where it is asked for, and said to be hidden."""
    if name not in source.hidden:
        return []
    what = f"the sheet {source.names[name]!r} is hidden in the workbook and was read"
    return [Problem(table, "", what, "hidden_sheet", "Nothing need be done if that is meant.", "warning")]
