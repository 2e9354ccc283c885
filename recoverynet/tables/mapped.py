"""A raw table brought under our names, units and words."""

from __future__ import annotations

from difflib import get_close_matches

import pyarrow as pa
import pyarrow.compute as pc

from recoverynet.errors import SchemaError
from recoverynet.tables.columns import INSTANT_PATTERN
from recoverynet.tables.engine import Engine, column_sql, list_sql, text_sql
from recoverynet.tables.mapping import TableMap
from recoverynet.tables.mapping_columns import ColumnMap
from recoverynet.tables.problems import Problem
from recoverynet.tables.raw import ROW, RawTable
from recoverynet.tables.schema import TableSchema

_RAW = "raw_table"


def plain_name(name: str) -> str:
    """A column's name in small letters with _ between words, so that ``Person ID`` is person_id."""
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())


def mapped(
    table: pa.Table, raw: RawTable, schema: TableSchema, table_map: TableMap | None, engine: Engine, label: str
) -> tuple[pa.Table, dict[str, str], list[Problem], set[str]]:
    """The cells of ``raw`` with our columns, which source column each came from, what to know of it, and columns used.

    Columns already called as ours (up to capitals, spaces and hyphens) need no mapping; the others ride along.
    """
    maps = {} if table_map is None else table_map.columns
    missing = () if table_map is None else table_map.missing
    where = f"{label}, [{schema.name}.columns]"
    problems: list[Problem] = []
    if table_map is not None:
        raw, table, problems = _chosen_rows(raw, table, schema, table_map, engine, f"{label}, [{schema.name}]")
    origin = _origins(raw, schema, maps, where)
    problems += _unused(raw, schema, maps, origin) if table_map is None or table_map.extras else []
    unused = {problem.example for problem in problems if problem.rule == "unused_column"}
    behind = {name: _behind(raw, maps[name], f"{where} {name}") for name in maps if maps[name].joined}
    taken = {*origin.values(), *(title for titles in behind.values() for title in titles)} | unused
    needed = {source for name, source in origin.items() if name in maps or missing}
    needed |= {title for titles in behind.values() for title in titles}
    rest = [name for name in raw.columns if name not in taken] if table_map is None or table_map.extras else []
    texts = {name: as_text(table[name]) for name in {*needed, *(rest if missing else ())}}
    for name, column in texts.items():
        table = table.set_column(table.column_names.index(name), name, column)
    engine.hold(_RAW, table)
    parts = [column_sql(ROW)]
    for name in (*schema.names, *(name for name in maps if name not in schema.names)):
        if name in origin or name in maps:
            ids = name in schema.names and schema[name].kind == "id"
            value = _value_sql(origin.get(name), maps.get(name), () if ids else missing, behind.get(name, ()))
            parts.append(f"{value} AS {column_sql(name)}")
    for name in rest:
        parts.append(f"{_value_sql(name, None, missing)} AS {column_sql(name)}")
    if not maps and not missing and list(origin) == list(origin.values()):
        made = table.select([ROW, *origin, *rest])
    else:
        made = engine.table(f"SELECT {', '.join(parts)} FROM {_RAW} ORDER BY {column_sql(ROW)}")
    if table_map is not None and table_map.once:
        made = once_each(made, schema, engine)
    return made, origin, problems, {*taken, *rest} - unused


def _chosen_rows(
    raw: RawTable, table: pa.Table, schema: TableSchema, table_map: TableMap, engine: Engine, where: str
) -> tuple[RawTable, pa.Table, list[Problem]]:
    """The rows a part of a mapping is about, without the columns it drops; rows left out are told."""
    by_plain_name = {plain_name(name): name for name in raw.columns}
    for title in (*table_map.only, *table_map.leave_out):
        if plain_name(title) not in by_plain_name:
            raise _no_column(raw, title, where)
    gone = [by_plain_name[plain_name(title)] for title in table_map.drop if plain_name(title) in by_plain_name]
    problems = []
    if table_map.only or table_map.leave_out:
        engine.hold(_RAW, table)
        taken = [_found_in(by_plain_name[plain_name(title)], pattern) for title, pattern in table_map.only.items()]
        left = [_found_in(by_plain_name[plain_name(title)], pattern) for title, pattern in table_map.leave_out.items()]
        keep, drop = " AND ".join(taken) or "true", " OR ".join(left) or "false"
        kept = engine.table(f"SELECT * FROM {_RAW} WHERE ({keep}) AND NOT ({drop}) ORDER BY {column_sql(ROW)}")
        out = engine.rows(f"SELECT {column_sql(ROW)} FROM {_RAW} WHERE ({keep}) AND ({drop}) ORDER BY 1")
        if out:
            problems.append(_left_out_by_mapping(schema, raw, table_map, [int(row) for (row,) in out]))
        table = kept.cast(table.schema)
    table = table.drop_columns(gone)
    return RawTable(raw.name, raw.origin, table, raw.problems, raw.as_numbers), table, problems


def _left_out_by_mapping(schema: TableSchema, raw: RawTable, table_map: TableMap, rows: list[int]) -> Problem:
    return Problem(
        schema.name,
        "",
        f"of {raw.origin} the mapping leaves out rows whose {' or '.join(map(repr, table_map.leave_out))} holds what it names",
        "left_out_by_mapping",
        "Nothing need be done if that is meant, as with rows of totals.",
        "warning",
        len(rows),
        tuple(rows[:5]),
    )


def _found_in(title: str, pattern: str) -> str:
    return f"coalesce(regexp_matches(CAST({column_sql(title)} AS VARCHAR), {text_sql(pattern)}), false)"


def once_each(table: pa.Table, schema: TableSchema, engine: Engine) -> pa.Table:
    """One row a key, the row number of its first, and of each column the first value that is not missing."""
    keys = [name for name in schema.key if name in table.column_names]
    if not keys:
        return table
    engine.hold(_RAW, table)
    named, row = ", ".join(map(column_sql, keys)), column_sql(ROW)
    parts = [f"CAST(min({row}) AS BIGINT) AS {row}"]
    for title in table.column_names:
        if title != ROW:
            value = column_sql(title)
            first = value if title in keys else f"first({value} ORDER BY {row}) FILTER (WHERE {value} IS NOT NULL)"
            parts.append(f"{first} AS {value}")
    filled = " AND ".join(f"{column_sql(name)} IS NOT NULL" for name in keys if schema[name].required) or "true"
    return engine.table(f"SELECT {', '.join(parts)} FROM {_RAW} WHERE {filled} GROUP BY {named} ORDER BY 1")


def _origins(raw: RawTable, schema: TableSchema, maps: dict[str, ColumnMap], where: str) -> dict[str, str]:
    """Which source column fills which of ours."""
    by_plain_name = {plain_name(name): name for name in raw.columns}
    origin = {name: by_plain_name[name] for name in schema.names if name in by_plain_name and name not in maps}
    for name, column_map in maps.items():
        source = by_plain_name.get(plain_name(column_map.source))
        if source is not None:
            origin[name] = source
        elif column_map.default is None or column_map.source != name:
            raise _no_column(raw, column_map.source, f"{where} {name}")
    return {name: origin[name] for name in (*schema.names, *maps) if name in origin}


def _behind(raw: RawTable, column_map: ColumnMap, where: str) -> tuple[str, ...]:
    """The columns of the source whose values stand behind the first."""
    by_plain_name = {plain_name(name): name for name in raw.columns}
    for title in column_map.joined:
        if plain_name(title) not in by_plain_name:
            raise _no_column(raw, title, where)
    return tuple(by_plain_name[plain_name(title)] for title in column_map.joined)


def _no_column(raw: RawTable, title: str, where: str) -> SchemaError:
    near = get_close_matches(title, raw.columns, n=1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    has = ", ".join(map(repr, raw.columns)) or "none"
    return SchemaError(f"{where}: {raw.origin} has no column {title!r}; it has {has}.{meant}")


def _unused(raw: RawTable, schema: TableSchema, maps: dict[str, ColumnMap], origin: dict[str, str]) -> list[Problem]:
    """Source columns whose name is ours but whose place the mapping gives to another."""
    return [
        Problem(
            schema.name,
            plain_name(name),
            f"the column {name!r} of {raw.origin} is not used, because the mapping "
            f"fills {plain_name(name)} from {origin.get(plain_name(name), 'its default')!r}",
            "unused_column",
            "Nothing need be done if that is meant.",
            "warning",
            example=name,
        )
        for name in raw.columns
        if plain_name(name) in maps and name not in origin.values()
    ]


def _value_sql(source: str | None, column_map: ColumnMap | None, missing: tuple[str, ...], behind: tuple[str, ...] = ()) -> str:
    value = "CAST(NULL AS VARCHAR)" if source is None else column_sql(source)
    if behind:
        # A clock of one digit (9:30) gets its zero, as ISO times need.
        more = ", ".join(f"regexp_replace({column_sql(title)}, '^([0-9]):', '0\\1:')" for title in behind)
        value = f"CASE WHEN {value} IS NULL THEN NULL ELSE concat_ws(' ', {value}, {more}) END"
    nothing = (*missing, *(column_map.missing if column_map else ()))
    if nothing:
        value = f"CASE WHEN {value} IN {list_sql(nothing)} THEN NULL ELSE {value} END"
    if column_map is None:
        return value
    if column_map.values or column_map.patterns:
        cases = [f"WHEN {value} = {text_sql(old)} THEN {text_sql(new)}" for old, new in column_map.values.items()]
        cases += [f"WHEN regexp_matches({value}, {text_sql(old)}) THEN {text_sql(new)}" for old, new in column_map.patterns]
        rest = value
        if column_map.other is not None:
            rest = f"CASE WHEN {value} IS NULL THEN NULL ELSE {text_sql(column_map.other)} END"
        value = f"CASE {' '.join(cases)} ELSE {rest} END"
    if column_map.factor is not None:
        value = f"coalesce(CAST(TRY_CAST({value} AS DOUBLE) * {column_map.factor!r}::DOUBLE AS VARCHAR), {value})"
    if column_map.date_formats:
        formats = "[" + ", ".join(map(text_sql, _formats(column_map.date_formats, joined=bool(behind)))) + "]"
        parsed = f"strftime(try_strptime({value}, {formats}), '%Y-%m-%dT%H:%M:%S.%f')"
        iso = f"regexp_full_match({value}, {text_sql(INSTANT_PATTERN)})"
        value = f"CASE WHEN {iso} THEN {value} ELSE coalesce({parsed}, {value}) END"
    if column_map.default is not None:
        value = f"coalesce({value}, {text_sql(column_map.default)})"
    return value


def _formats(given: tuple[str, ...], *, joined: bool) -> tuple[str, ...]:
    """The formats of a column; of a date joined with a time also the date alone, and the date with a usual time."""
    if not joined:
        return given
    dates = [pattern.split(" ")[0] for pattern in given]
    timed = [f"{day} {clock}" for day in dates for clock in ("%H:%M", "%H:%M:%S")]
    return tuple(dict.fromkeys([*given, *timed, *dates]))


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as text: whole numbers without a point, instants as ISO, empty text missing."""
    kind = column.type
    if pa.types.is_floating(kind):
        whole = column.cast(pa.float64())
        known = whole.drop_null()
        if pc.all(pc.and_(pc.is_finite(known), pc.equal(pc.floor(known), known))).as_py() and _fits(known):
            return whole.cast(pa.int64()).cast(pa.large_string())
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.chunked_array([pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.large_string())])
    return column.cast(pa.large_string())


def _fits(known: pa.ChunkedArray) -> bool:
    return len(known) == 0 or abs(pc.max(pc.abs(known)).as_py()) < 2**53
