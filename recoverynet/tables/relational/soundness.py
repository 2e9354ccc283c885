"""Whether tables on an engine are sound: the rules of the layouts as one query a table, told all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from recoverynet.errors import SchemaError
from recoverynet.tables import identifiers
from recoverynet.tables.engine import column_sql, list_sql
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.relational.session import EngineSession
from recoverynet.tables.schema import Column, TableSchema


def require_sound(session: EngineSession, names: Iterable[str] = tuple(RECORD_TABLES)) -> None:
    """Raise SchemaError with every fault of the tables a session holds: how many rows have it, and how to mend it."""
    faults = []
    for name in names:
        rules = [*_rules(RECORD_TABLES[name]), *_identifying(RECORD_TABLES[name])]
        query = " UNION ALL ".join(
            f"SELECT {place} AS rule, CAST(count(*) AS BIGINT) AS n FROM ({rows}) r{place}" for place, (_, rows) in enumerate(rules)
        )
        for row in session.table(query).to_pylist():
            if row["n"]:
                faults.append(f"table {name!r}: {rules[row['rule']][0].format(n=row['n'])}")
    if faults:
        raise SchemaError(
            "The tables cannot be used as they are:\n- "
            + "\n- ".join(faults)
            + "\nMend these rows where they come from, or read the "
            "folder with read_record(folder, on_problems='leave_out') and write it anew with write_store()."
        )


def _rules(schema: TableSchema) -> Iterator[tuple[str, str]]:
    """What is wrong, with a place for the number of rows, and a query for these rows."""
    table = schema.name
    for column in schema.columns:
        yield from _column_rules(table, column)
    if schema.key:
        key = ", ".join(map(column_sql, schema.key))
        yield (
            f"{{n:,}} times {', '.join(schema.key)} stand in more than one row; each may occur once",
            f"SELECT count(*) AS again FROM {table} GROUP BY {key} HAVING count(*) > 1",
        )
    for start, end in schema.ordered:
        yield (
            f"{{n:,}} rows whose {end!r} stands before {start!r}",
            f"SELECT 1 AS one FROM {table} WHERE {column_sql(end)} < {column_sql(start)}",
        )
    for one, other in schema.distinct:
        yield (
            f"{{n:,}} rows whose {one!r} and {other!r} are the same",
            f"SELECT 1 AS one FROM {table} WHERE {column_sql(one)} = {column_sql(other)}",
        )


def _column_rules(table: str, column: Column) -> Iterator[tuple[str, str]]:
    name = column_sql(column.name)
    if column.required:
        yield f"{{n:,}} rows without {column.name!r}", f"SELECT 1 AS one FROM {table} WHERE {name} IS NULL"
    if column.choices:
        yield (
            f"{{n:,}} rows whose {column.name!r} is not one of {', '.join(column.choices)}",
            f"SELECT 1 AS one FROM {table} WHERE {name} NOT IN {list_sql(column.choices)}",
        )
    for bound, sign, words in ((column.low, "<", "below"), (column.high, ">", "above")):
        if bound is not None:
            yield (
                f"{{n:,}} rows whose {column.name!r} is {words} {bound:g}",
                f"SELECT 1 AS one FROM {table} WHERE {name} {sign} {float(bound)!r}",
            )
    if column.refers_to:
        key = column_sql(RECORD_TABLES[column.refers_to].key[0])
        yield (
            f"{{n:,}} rows whose {column.name!r} the table {column.refers_to!r} does not hold",
            f"SELECT 1 AS one FROM {table} t LEFT JOIN {column.refers_to} k ON t.{name} = k.{key} WHERE t.{name} IS NOT NULL "
            f"AND k.{key} IS NULL",
        )


def _identifying(schema: TableSchema) -> Iterator[tuple[str, str]]:
    """Values that tell who somebody is; of ids only where they are given, as elsewhere they must be one of these."""
    for column in schema.columns:
        if column.kind not in ("id", "text") or column.refers_to:
            continue
        name = column_sql(column.name)
        for what, predicate in _IDENTIFIERS.items():
            yield (
                f"{{n:,}} values of {column.name!r} hold {what}: pseudonymise the record before it comes here (recoverynet "
                "pseudonymise)",
                f"SELECT 1 AS one FROM (SELECT DISTINCT {name} FROM {schema.name}) d WHERE {predicate(name)}",
            )


_IDENTIFIERS = {
    "an e-mail address": identifiers.has_email,
    "a telephone number": identifiers.has_phone,
    "an NHS number": identifiers.has_nhs_number,
}
