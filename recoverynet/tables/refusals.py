"""Frames in memory that break what their schemas declare are refused, in words: how many rows, the first, and what may stand."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError, TimeOrderError, UnknownPersonError
from recoverynet.tables.constraints import (
    Apart,
    AtLeast,
    FrameRows,
    InOrder,
    KnownId,
    KnownWord,
    Once,
    WithinTable,
    key_constraints,
    pair_constraints,
    reference_constraints,
    value_constraints,
)
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.schema import TableSchema


def refuse_broken_rows(schema: TableSchema, frame: pd.DataFrame) -> None:
    """Raise for the first fault that one typed table shows by itself: words, bounds, repeats, disorder, self-contact."""
    if not len(frame):
        return
    rows = FrameRows(frame)
    for constraint in chain(value_constraints(schema), key_constraints(schema), pair_constraints(schema)):
        broken = constraint.broken(rows)
        if broken is not None:
            raise _refusal(schema.name, constraint, frame[np.asarray(broken)])


def refuse_unknown_ids(tables: dict[str, pd.DataFrame]) -> None:
    """Raise for the first column whose ids the table it refers to does not hold."""
    lent = {name: FrameRows(frame) for name, frame in tables.items()}
    for name, frame in tables.items():
        if not len(frame):
            continue
        for reference in reference_constraints(RECORD_TABLES[name]):
            broken = reference.broken(lent[name], lent[reference.table].values(RECORD_TABLES[reference.table].key[0]))
            if broken is not None:
                raise _unknown_ids(name, reference, frame[np.asarray(broken)])


def _refusal(table: str, constraint: WithinTable, wrong: pd.DataFrame) -> SchemaError | TimeOrderError:
    if isinstance(constraint, InOrder):
        start, end = constraint.start, constraint.column
        return TimeOrderError(
            f"Table {table!r} holds {len(wrong)} rows whose {end!r} stands before {start!r}, the first being "
            f"{wrong.iloc[0][end]} before {wrong.iloc[0][start]}."
        )
    if isinstance(constraint, Once):
        return SchemaError(
            f"Table {table!r} holds {len(wrong)} rows that repeat an earlier one in {', '.join(constraint.key)}, the "
            f"first being {tuple(wrong.iloc[0][list(constraint.key)])}. Each may occur once."
        )
    if isinstance(constraint, Apart):
        one, other = constraint.one, constraint.column
        return SchemaError(
            f"Table {table!r} holds {len(wrong)} rows whose {one!r} and {other!r} are the same, the first "
            f"being {wrong.iloc[0][one]!r}."
        )
    first = wrong.iloc[0][constraint.column]
    if isinstance(constraint, KnownWord):
        return SchemaError(
            f"Column {constraint.column!r} of table {table!r} holds {len(wrong)} values that are not known, the first "
            f"being {first!r}; it may be {', '.join(constraint.choices)}."
        )
    bound = f"at least {constraint.bound:g}" if isinstance(constraint, AtLeast) else f"at most {constraint.bound}"
    return SchemaError(
        f"Column {constraint.column!r} of table {table!r} must be {bound}; {len(wrong)} values are not, the first being {first:g}."
    )


def _unknown_ids(table: str, reference: KnownId, wrong: pd.DataFrame) -> UnknownPersonError:
    unknown = wrong[reference.column].unique()
    return UnknownPersonError(
        f"Column {reference.column!r} of table {table!r} names {len(unknown)} ids that the table "
        f"{reference.table!r} does not hold, the first being {', '.join(map(repr, unknown[:3]))}. Add "
        f"them to {reference.table!r}, or leave those rows out."
    )
