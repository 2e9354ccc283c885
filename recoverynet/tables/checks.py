"""Every fault of every table at once, told in plain words; and, on request, the faulty rows left out."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from recoverynet.tables.attendance import attendance_checks
from recoverynet.tables.constraints import KnownId, Mask, reference_constraints
from recoverynet.tables.doubtful import doubtful_checks
from recoverynet.tables.engine import Engine, column_sql
from recoverynet.tables.identifiers import PSEUDONYMISE, free_text_column, identifying_column
from recoverynet.tables.identifying_values import identifier_checks
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.mapped import plain_name
from recoverynet.tables.mapping import Mapping, read_mapping
from recoverynet.tables.parts import whereabouts
from recoverynet.tables.prepared import Prepared, PreparedTable, prepared_record, prepared_source, read_column
from recoverynet.tables.problems import MOST_WORDS, Problem, example_of, problems_frame, rows_in_words, word_of
from recoverynet.tables.raw import ROW
from recoverynet.tables.record import RecoveryRecord
from recoverynet.tables.row_rules import pair_checks, reference_checks, repeat_checks
from recoverynet.tables.rules import UNREAD_RULES, LaidRule, broken_column, column_checks
from recoverynet.tables.schema import FLAGS, require_time_zone
from recoverynet.tables.sidecar import mapping_of
from recoverynet.tables.sources import open_source

_REFERENCE_ORDER = (
    "people",
    "groups",
    "occasions",
    *(name for name in READABLE_TABLES if name not in ("people", "groups", "occasions")),
)


def find_problems(
    record_or_folder: RecoveryRecord | str | Path,
    *,
    mapping: str | Path | dict[str, Any] | Mapping | None = None,
    tz: str = "Europe/London",
) -> pd.DataFrame:
    """What is wrong with these tables, where, and how is it mended?

    Parameters
    ----------
    record_or_folder : path or RecoveryRecord
        A folder of CSV or Parquet files, a workbook (.xlsx), a DuckDB file (.duckdb, .db), or a record in memory.
    mapping : path, dict or Mapping, optional
        How foreign shapes become ours; see :mod:`recoverynet.tables.mapping`. Default: names are taken as they stand.
    tz : str
        IANA time zone of times without an offset. A mapping's ``time_zone`` comes first.

    Returns
    -------
    pandas.DataFrame
        One row a fault, errors first; no rows where all is well. Columns: ``table``; ``column`` (empty where the fault
        is the file's or the table's); ``problem`` (one sentence); ``n_rows`` (rows touched, 0 for a file or header);
        ``rows`` (list of the first five, as the file counts, the header being row 1; tables without a header count as
        if they had one); ``example`` (the first faulty value, masked where it may be personal); ``remedy``;
        ``severity`` (``"error"`` stops :func:`recoverynet.read_record`, ``"warning"`` does not); ``rule`` (its short
        name).

    Raises
    ------
    SchemaError
        There is nothing to read at that place, or the mapping or time zone is wrong.

    Notes
    -----
    All tables are read as text and every rule of the catalogue (:mod:`recoverynet.tables.rules`) is asked of every
    column it is about, so one pass tells everything. A value that is blank or unreadable is not told twice. Ids of
    ten digits are taken for NHS numbers only where more of a column hold the check digit than chance would let (one in
    eleven), by three standard errors; telephone numbers written as digits alone only where they are at least half of
    the digit-only values of their column. No rule can find every name: read the tables before you share them.

    Examples
    --------
    >>> import recoverynet as rn
    >>> problems = rn.find_problems(rn.load_sample("five_people"))
    >>> len(problems)
    0
    """
    how = read_mapping(mapping) if isinstance(record_or_folder, RecoveryRecord) else mapping_of(record_or_folder, mapping)
    with _prepared(record_or_folder, how, tz) as prepared:
        return problems_frame(examine(prepared))


@contextmanager
def _prepared(what: RecoveryRecord | str | Path, mapping: Mapping, tz: str) -> Any:
    if isinstance(what, RecoveryRecord):
        with Engine() as engine:
            yield prepared_record(what, engine)
    else:
        require_time_zone(tz, "tz")
        with prepared_source(open_source(what), mapping, mapping.tz or tz) as prepared:
            yield prepared


def examine(prepared: Prepared, *, leave_out: bool = False) -> list[Problem]:
    """Every problem of the tables; with ``leave_out`` faulty rows, values and columns are taken out as they are found.

    Taking out goes from the table referred to, to the table that refers, so that a row whose person or occasion was
    left out is found and told as well.
    """
    problems = list(prepared.problems)
    first = dict(prepared.tables)
    for name in list(prepared.tables):
        problems += _header_problems(prepared, name, leave_out)
        for checks in _rounds(prepared, name, leave_out):
            problems += _asked(prepared, name, checks, first, leave_out)
    for name in _REFERENCE_ORDER:
        if leave_out and name in prepared.tables:
            problems += _asked(prepared, name, _reference_checks(prepared, name, leave_out), first, leave_out)
    return problems


def _rounds(prepared: Prepared, name: str, leave_out: bool) -> list[list[LaidRule]]:
    """The checks of one table: all at once, or, where rows are left out between them, values first, then repeats."""
    table = prepared.tables[name]
    values = [*identifier_checks(prepared.engine, table), *column_checks(table, prepared.states), *pair_checks(table)]
    values += [*doubtful_checks(prepared.engine, table, prepared.tz), *attendance_checks(table)]
    values, repeat = _worth_asking(table, values), _worth_asking(table, repeat_checks(table))
    if leave_out:
        return [values, repeat]
    return [[*values, *repeat, *_reference_checks(prepared, name, leave_out)]]


def _header_problems(prepared: Prepared, name: str, leave_out: bool) -> list[Problem]:
    """What the header tells: columns that identify people or hold free text, and ids stored as numbers."""
    table = prepared.tables[name]
    named = [problem for title in table.extras if (problem := _told_by_name(table, title)) is not None]
    problems = [
        *named,
        *(_stored_as_numbers(table, title) for title in sorted(table.as_numbers) if table.schema[title].kind == "id"),
    ]
    if leave_out:
        dropped = {problem.column for problem in problems if problem.extent == "column"}
        kept = [title for title in table.table.column_names if title not in dropped]
        extras = tuple(title for title in table.extras if title not in dropped)
        prepared.put(replace(table, table=table.table.select(kept), extras=extras))
    return problems


def _told_by_name(table: PreparedTable, title: str) -> Problem | None:
    """What speaks against an extra column because of what it is called."""
    name = table.schema.name
    what = identifying_column(plain_name(title), of_group=name == "groups")
    if what and table.n_blank(title) < table.n_rows and not _says_yes_or_no(table, title):
        return Problem(
            name,
            title,
            f"the column seems to hold {what}, which a record never holds",
            "identifying_column",
            f"{PSEUDONYMISE} Or delete the column.",
            extent="column",
        )
    if free_text_column(plain_name(title)) and name != "groups":
        return Problem(
            name,
            title,
            "the column seems to hold free text, in which people may be named",
            "free_text",
            "Delete the column unless it is needed, or read it through first.",
            "warning",
        )
    return None


def _stored_as_numbers(table: PreparedTable, title: str) -> Problem:
    return Problem(
        table.schema.name,
        title,
        f"the ids are stored as numbers in {table.origin}, so leading zeros may be lost",
        "ids_as_numbers",
        "Store ids as text if 7 may mean 007; otherwise nothing need be done.",
        "warning",
    )


def _says_yes_or_no(table: PreparedTable, title: str) -> bool:
    """Whether a column only says yes or no, as ``carer`` does where it tells whether there is one."""
    return {value.lower() for value in table.distinct(title).to_pylist()} <= set(FLAGS)


def _worth_asking(table: PreparedTable, checks: Iterable[LaidRule]) -> list[LaidRule]:
    """Checks that the distinct values of their column leave room for; the others cannot find anything."""
    return [check for check in checks if table.n_rows and _could_find(table, check)]


def _could_find(table: PreparedTable, check: LaidRule) -> bool:
    if not check.column or check.rule in ("whose_view", "with_nobody", "outcome_unknown"):
        return True
    blank = table.n_blank(check.column)
    if check.rule == "blank":
        return blank > 0
    if blank == table.n_rows:
        return False
    if check.rule in UNREAD_RULES:
        return table.n_blank(read_column(check.column)) > blank
    return not check.only_if or table.any_like(check.column, check.only_if)


def _reference_checks(prepared: Prepared, name: str, leave_out: bool) -> list[LaidRule]:
    table = prepared.tables[name]
    told_absent = {problem.table for problem in prepared.problems if problem.severity == "error"}
    checks: list[LaidRule] = []
    for reference in reference_constraints(table.schema):
        there = reference.table in prepared.tables
        if there or reference.table not in told_absent or leave_out:
            checks += reference_checks(table.schema, reference, READABLE_TABLES[reference.table], there=there)
    return [check for check in _worth_asking(table, checks) if leave_out or check.rule != "left_out_id"]


def _broken(prepared: Prepared, check: LaidRule, first: dict[str, PreparedTable]) -> Mask:
    """The rows that break what a schema declares, None where there are none; of ids left out, those that were there at first."""
    rows, constraint = prepared.tables[check.table], check.constraint
    if not isinstance(constraint, KnownId):
        return None if constraint is None else constraint.broken(rows)
    unknown = constraint.broken(rows, _ids(first, constraint.table))
    if check.rule != "left_out_id":
        return unknown
    gone = constraint.broken(rows, _ids(prepared.tables, constraint.table))
    return gone if gone is None or unknown is None else pc.and_not(gone, unknown)


def _ids(tables: dict[str, PreparedTable], name: str) -> Any:
    return tables[name].distinct(READABLE_TABLES[name].key[0]) if name in tables else None


def _asked(
    prepared: Prepared, name: str, checks: list[LaidRule], first: dict[str, PreparedTable], leave_out: bool
) -> list[Problem]:
    """The problems that some checks find in one table; ``first`` holds the tables as they were before any row was left out."""
    masks = {broken_column(check.rule, check.column): _broken(prepared, check, first) for check in checks if check.constraint}
    found = {title: mask for title, mask in masks.items() if mask is not None}
    checks = [check for check in checks if check.constraint is None or broken_column(check.rule, check.column) in found]
    if not checks:
        return []
    if found:
        table = prepared.tables[name].table
        marked = pa.table({**dict(zip(table.column_names, table.columns, strict=True)), **found})
        prepared.engine.hold(name, marked)
    problems = _told(prepared, name, checks, leave_out)
    prepared.engine.hold(name, prepared.tables[name].table)
    return problems


def _told(prepared: Prepared, name: str, checks: list[LaidRule], leave_out: bool) -> list[Problem]:
    """The problems of one table in which the broken rows are marked."""
    counts = prepared.engine.row(
        "SELECT " + ", ".join(f"count(*) FILTER (WHERE {check.predicate})" for check in checks) + f" FROM {column_sql(name)}"
    )
    found = [(check, int(count)) for check, count in zip(checks, counts, strict=True) if count]
    problems = [_problem(prepared, check, count) for check, count in found]
    if leave_out:
        _take_out(prepared, name, [check for check, _ in found if check.severity == "error"])
    return problems


def _problem(prepared: Prepared, check: LaidRule, count: int) -> Problem:
    column = column_sql(check.column) if check.column else "NULL"
    first = prepared.engine.rows(
        f"SELECT {column_sql(ROW)}, CAST({column} AS VARCHAR) FROM {column_sql(check.table)} "
        f"WHERE {check.predicate} ORDER BY 1 LIMIT 5"
    )
    dated = bool(check.column) and READABLE_TABLES[check.table].is_instant(check.column)
    example = _words_found(prepared, check) if check.words else example_of(first[0][1], personal=check.personal, dated=dated)
    remedy = check.remedy + _lost_zeros_hint(prepared, check)
    rows, origin = whereabouts([int(row) for row, _ in first], prepared.tables[check.table].origins)
    return Problem(
        check.table,
        check.column,
        _sentence(check) + (f", first in {origin}" if origin else ""),
        check.rule,
        remedy,
        check.severity,
        count,
        rows,
        example,
        check.extent,
    )


def _sentence(check: LaidRule) -> str:
    """What is wrong, so that it reads well after the name of the table and column."""
    if check.whole:
        return check.sentence
    if not check.column:
        return f"a row {check.sentence}"
    schema = READABLE_TABLES[check.table]
    is_id = check.column in schema.names and schema[check.column].kind == "id"
    return f"{'an id' if is_id else 'a value'} {check.sentence}"


def _words_found(prepared: Prepared, check: LaidRule) -> str:
    """The wrong words of a column of fixed choices, the most frequent first, with their counts."""
    counts = prepared.engine.rows(
        f"SELECT {column_sql(check.column)}, count(*) FROM {column_sql(check.table)} WHERE {check.predicate} "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_WORDS + 1}"
    )
    told = [f"{word_of(word)} ({count:,})" for word, count in counts[:MOST_WORDS]]
    return ", ".join(told) + (" and more" if len(counts) > MOST_WORDS else "")


def _lost_zeros_hint(prepared: Prepared, check: LaidRule) -> str:
    """Whether unknown ids would be known with leading zeros put back, or in other capitals."""
    if check.rule != "unknown_id" or check.column == "":
        return ""
    known = READABLE_TABLES[READABLE_TABLES[check.table][check.column].refers_to]
    if known.name not in prepared.tables:
        return ""
    key, value = column_sql(known.key[0]), column_sql(check.column)
    for told, form in (
        ("once leading zeros are left aside, so zeros were lost on the way", "regexp_replace({}, '^0+|[.]0$', '', 'g')"),
        ("in other capitals", "lower({})"),
    ):
        count = prepared.engine.row(
            f"SELECT count(*) FROM {column_sql(check.table)} WHERE {check.predicate} AND {form.format(value)} IN "
            f"(SELECT {form.format(key)} FROM {column_sql(known.name)} WHERE {key} IS NOT NULL)"
        )[0]
        if count:
            return f" {count:,} of them are known {told}."
    return ""


def _take_out(prepared: Prepared, name: str, checks: list[LaidRule]) -> None:
    """Leave faulty rows out of a table; of a row whose optional reference is unknown, only that value."""
    if not checks:
        return
    table = prepared.tables[name]
    gone = {check.column for check in checks if check.extent == "column"}
    emptied = {check.column: check.predicate for check in checks if check.extent == "value"}
    faulty = [f"NOT coalesce({check.predicate}, false)" for check in checks if check.extent == "row"]
    columns = ", ".join(
        f"CASE WHEN {emptied[title]} THEN NULL ELSE {column_sql(title)} END AS {column_sql(title)}"
        if title in emptied
        else column_sql(title)
        for title in table.table.column_names
        if title not in gone
    )
    kept = prepared.engine.table(
        f"SELECT {columns} FROM {column_sql(name)} WHERE {' AND '.join(faulty) or 'true'} ORDER BY {column_sql(ROW)}"
    )
    extras = tuple(title for title in table.extras if title not in gone)
    prepared.put(replace(table, table=_same_types(kept, table.table), extras=extras))


def _same_types(kept: pa.Table, before: pa.Table) -> pa.Table:
    return kept.cast(pa.schema([(title, before.schema.field(title).type) for title in kept.column_names]))


def left_out_in_words(problem: Problem) -> str:
    """One sentence for the notes of a record: what was left out, of which table, and why."""
    where = rows_in_words(problem.n_rows, problem.rows)
    why = problem.problem
    if problem.extent == "value":
        return f"{problem.table}: {problem.column} emptied in {where}, because {why}."
    if problem.extent == "column":
        return f"{problem.table}: the column {problem.column!r} was left out: {why}."
    if problem.extent == "table":
        return f"{problem.table}: left out whole, because {why}."
    return f"{problem.table}: left out {where}, because {why}."
