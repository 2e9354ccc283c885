"""Values that name a person, wherever they stand: which columns to look at, and how sure to be."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from recoverynet.tables import identifiers
from recoverynet.tables.engine import Engine, column_sql
from recoverynet.tables.mapped import plain_name
from recoverynet.tables.prepared import PreparedTable
from recoverynet.tables.raw import is_text
from recoverynet.tables.rules import Check

_KINDS_OF_TEXT = ("id", "text")


def identifier_checks(engine: Engine, table: PreparedTable) -> list[Check]:
    """Checks for e-mail addresses, telephone and NHS numbers in text, and for names where ids should be.

    Columns whose very name tells what they hold are passed over: they are told of once, as columns.
    """
    of_group = table.schema.name == "groups"
    return [check for title in text_columns(table)
            if title in table.schema.names or not identifiers.identifying_column(plain_name(title), of_group=of_group)
            for check in _value_checks(engine, table, title)]


def text_columns(table: PreparedTable) -> list[str]:
    """Columns in which a value could name a person: ids, texts, and extra columns of text or whole numbers."""
    own = [column.name for column in table.schema.columns if column.kind in _KINDS_OF_TEXT]
    extra = [title for title in table.extras if _could_name(table.table.schema.field(title).type)]
    return [title for title in (*own, *extra) if table.table[title].null_count < table.table.num_rows]


def _could_name(kind: pa.DataType) -> bool:
    return is_text(kind) or pa.types.is_integer(kind)


def is_person_id(table: PreparedTable, title: str) -> bool:
    """Whether a column holds ids of people."""
    return title in table.schema.names and table.schema[title].person


def _value_checks(engine: Engine, table: PreparedTable, title: str) -> Iterator[Check]:
    """Only what some value of the column calls for, found on its distinct values."""
    value = f"CAST({column_sql(title)} AS VARCHAR)"
    asked = {
        "email": identifiers.has_email(value), "phone": identifiers.has_phone(value),
        "digits_phone": identifiers.is_plain_phone(value), "nhs_number": identifiers.has_nhs_number(value),
        "digits_nhs": identifiers.has_plain_nhs_number(value),
        "name_as_id": identifiers.looks_like_a_name(value) if is_person_id(table, title) else "false",
        "digits": f"regexp_full_match({value}, '[0-9]+')", "ten_digits": identifiers.has_ten_digits(value),
    }
    distinct = f"(SELECT DISTINCT {column_sql(title)} FROM {column_sql(table.schema.name)})"
    counts = engine.row(
        "SELECT " + ", ".join(f"count(*) FILTER (WHERE {predicate})" for predicate in asked.values())
        + f" FROM {distinct}"
    )
    found = dict(zip(asked, counts, strict=True))
    if found["digits_phone"] * 2 < found["digits"]:
        found["digits_phone"] = 0
    if not identifiers.more_than_chance(found["digits_nhs"], found["ten_digits"]):
        found["digits_nhs"] = 0
    for rule, what in _WHAT.items():
        if found[rule]:
            yield Check(
                table.schema.name, title, rule.replace("digits_phone", "phone").replace("digits_nhs", "nhs_number"),
                asked[rule], what, identifiers.PSEUDONYMISE + _NUMBERS_MEANT.get(rule, ""), personal=True,
                extent="row" if title in table.schema.names else "column",
            )


_WHAT = {
    "email": "holds an e-mail address",
    "phone": "holds a telephone number",
    "digits_phone": "holds what looks like telephone numbers",
    "nhs_number": "holds an NHS number",
    "digits_nhs": "holds ten-digit numbers whose check digit is that of NHS numbers",
    "name_as_id": "looks like a person's name where an id should be",
}
_NUMBERS_MEANT = {
    rule: " If they are not, put a letter in front of each." for rule in ("digits_phone", "digits_nhs")
}
