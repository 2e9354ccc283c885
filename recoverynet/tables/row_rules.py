"""Rules for files about several values: order in time, a person with themselves, repeats, and ids of other tables.

All but one are declared by the schemas, found by :mod:`recoverynet.tables.constraints` and given their words here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from recoverynet.tables.constraints import Apart, InOrder, KnownId, key_constraints, pair_constraints
from recoverynet.tables.engine import column_sql
from recoverynet.tables.prepared import PreparedTable
from recoverynet.tables.rules import LaidRule, broken_column
from recoverynet.tables.schema import TableSchema, columns_in_words


def pair_checks(table: PreparedTable) -> Iterator[LaidRule]:
    """Rules about two columns of one row: order in time, a person with themselves, a contact with nobody."""
    schema = table.schema
    for pair in pair_constraints(schema):
        yield _order_check(schema.name, pair) if isinstance(pair, InOrder) else _apart_check(schema.name, pair)
    if schema.name == "contact_log":
        yield LaidRule(
            schema.name,
            "with_person_id",
            "with_nobody",
            "with_person_id IS NULL AND group_id IS NULL AND coalesce(outcome, 'attended') = 'attended'",
            "with_person_id and group_id are both blank, so the contact is with nobody",
            "Say with whom (with_person_id) or at which group (group_id).",
            whole=True,
        )


def _order_check(table: str, pair: InOrder) -> LaidRule:
    told = f"lies before {pair.start}"
    return _declared(
        pair,
        table,
        "end_before_start",
        told,
        "Look which of the two is wrong; leave the end empty while it goes on.",
        personal=False,
    )


def _apart_check(table: str, pair: Apart) -> LaidRule:
    told = f"is the same as {pair.one}; nobody has contact with themselves"
    return _declared(pair, table, "same_person", told, "Correct one of them, or delete the row.", personal=True)


def _declared(
    declared: InOrder | Apart | KnownId, table: str, rule: str, sentence: str, remedy: str, *, personal: bool
) -> LaidRule:
    """A check that asks what a schema declares of a column."""
    predicate = column_sql(broken_column(rule, declared.column))
    return LaidRule(table, declared.column, rule, predicate, sentence, remedy, personal=personal, constraint=declared)


def repeat_checks(table: PreparedTable) -> Iterator[LaidRule]:
    """The rule that what identifies a row occurs once; the first of several is not a fault."""
    schema = table.schema
    for once in key_constraints(schema):
        if len(once.key) == 1:
            column, rule, told = once.key[0], "repeated_id", "stands in more than one row (the first not counted)"
            remedy, personal = "Keep one of the rows, or give each its own id.", schema[once.key[0]].person
        else:
            named = " and ".join((", ".join(once.key[:-1]), once.key[-1]))
            column, rule, told = "", "repeated_row", f"says the same {named} as an earlier row"
            remedy, personal = "Keep one of them.", False
        predicate = column_sql(broken_column(rule, column))
        yield LaidRule(schema.name, column, rule, predicate, told, remedy, personal=personal, constraint=once)


def reference_checks(schema: TableSchema, reference: KnownId, known: TableSchema, *, there: bool) -> Iterator[LaidRule]:
    """The rules that an id is known to the table it refers to, and that its row was not left out.

    ``there`` says whether that table was read.
    """
    column = schema[reference.column]
    optional = not column.required and schema.name != "contact_log"
    what = {"people": "a person", "groups": "a group", "occasions": "an occasion"}[known.name]
    unknown = _declared(
        reference,
        schema.name,
        "unknown_id",
        f"names {what} that the table {known.name} does not hold"
        if there
        else f"names {what}, but there is no usable table {known.name}",
        f"Add the missing rows to {known.name}, or correct the id."
        if there
        else f"Add a table {known.name} with {columns_in_words(known)}; or correct the id.",
        personal=column.person,
    )
    yield replace(unknown, extent="value" if optional else "row")
    if there:
        told, remedy = f"names {what} whose row in {known.name} was left out", f"Mend the row in {known.name}."
        left_out = _declared(reference, schema.name, "left_out_id", told, remedy, personal=column.person)
        yield replace(left_out, extent="value" if optional else "row")
