"""What is wrong with a table, in words: one problem a fault, with its rows and its remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

import pandas as pd

from recoverynet.errors import RecoveryNetError, SchemaError, TimeOrderError, UnknownPersonError

Severity = Literal["error", "warning"]
Extent = Literal["row", "value", "column", "table", "record"]
PROBLEM_COLUMNS = ("table", "column", "problem", "n_rows", "rows", "example", "remedy", "severity", "rule")
MOST_TOLD, MOST_WORDS = 20, 8
LEAVE_OUT = "To leave faulty rows out: --leave-out on the command line, on_problems='leave_out' in Python."
_DATE_PART = re.compile(r"[0-9]{1,4}[-/. ](?:[0-9]{1,2}|[A-Za-z]{3,9})[-/. ][0-9]{1,4}(?=[T ]|$)")
_LONGEST_WORD, _MANY_DIGITS = 40, 9


@dataclass(frozen=True)
class Problem:
    """One fault of one table.

    Attributes
    ----------
    table, column : str
        Where; the column is empty where the fault is the table's.
    problem : str
        One plain sentence.
    n_rows : int
        Rows it touches; 0 where it is the file's or the header's.
    rows : tuple of int
        The first five of them as the file counts, the header being row 1.
    example : str
        The first faulty value, masked where it may be personal.
    remedy : str
        What to do.
    severity : {"error", "warning"}
        An error stops the reading; a warning goes into the notes of the record.
    rule : str
        Short name of the rule broken.
    extent : {"row", "value", "column", "table", "record"}
        What is left out where faults are left out: the rows, one value, the column, the table, or nothing can be.
    """

    table: str
    column: str
    problem: str
    rule: str
    remedy: str
    severity: Severity = "error"
    n_rows: int = 0
    rows: tuple[int, ...] = ()
    example: str = ""
    extent: Extent = "row"

    def in_words(self) -> str:
        """The whole problem as two sentences."""
        place = f"{self.table}.{self.column}" if self.column else self.table
        return f"{place}: {self.problem}{self._whereabouts()}. {self.remedy}"

    def _whereabouts(self) -> str:
        where = rows_in_words(self.n_rows, self.rows)
        example = f"for example {self.example}" if self.example else ""
        inside = "; ".join(part for part in (where, example) if part)
        return f" ({inside})" if inside else ""


def rows_in_words(n_rows: int, rows: tuple[int, ...]) -> str:
    """How many rows, and which come first, as 3 rows: 2, 5, 9."""
    if not n_rows:
        return ""
    listed = ", ".join(f"{row}" for row in rows)
    more = " …" if n_rows > len(rows) else ""
    return f"{n_rows:,} row{'s' * (n_rows != 1)}: {listed}{more}" if rows else f"{n_rows:,} rows"


def problems_frame(problems: Iterable[Problem]) -> pd.DataFrame:
    """Problems as a table, errors first, otherwise in the order they were found."""
    told = sorted(problems, key=lambda problem: problem.severity != "error")
    rows = [{**asdict(problem), "rows": list(problem.rows)} for problem in told]
    frame = pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))
    return frame.astype({name: "str" for name in PROBLEM_COLUMNS if name not in ("n_rows", "rows")}).astype(
        {"n_rows": "int64", "rows": "object"}
    )


def problems_error(errors: list[Problem], source: object, *, may_leave_out: bool) -> RecoveryNetError:
    """The error that tells every fault at once, and whether the faulty rows may be left out."""
    told = [f"- {problem.in_words()}" for problem in errors[:MOST_TOLD]]
    if len(errors) > MOST_TOLD:
        told.append(f"- … and {len(errors) - MOST_TOLD} more; find_problems() lists them all.")
    count = f"{len(errors)} problem{'s' * (len(errors) != 1)}"
    kind = _error_class({problem.rule for problem in errors})
    may_leave_out = may_leave_out and any(problem.extent in ("row", "value", "column") for problem in errors)
    way_out = f"\n{LEAVE_OUT}" if may_leave_out else ""
    return kind(f"{source} has {count}:\n" + "\n".join(told) + way_out)


def _error_class(rules: set[str]) -> type[RecoveryNetError]:
    if rules <= {"unknown_id"}:
        return UnknownPersonError
    if rules <= {"end_before_start", "future_date", "placeholder_date"}:
        return TimeOrderError
    return SchemaError


def masked(value: str) -> str:
    """A value that may be personal, cut down to its first character and its length."""
    first = value[:1] if len(value) > 1 else ""
    return f"{first}••• ({len(value)} character{'s' * (len(value) != 1)})"


def word_of(value: str) -> str:
    """A word of a fixed choice as it stands, masked only where it is long or holds an address or a number."""
    digits = sum(sign.isdigit() for sign in value)
    return masked(value) if len(value) > _LONGEST_WORD or "@" in value or digits >= _MANY_DIGITS else value


def example_of(value: str | None, *, personal: bool, dated: bool = False) -> str:
    """A faulty value as a reader may see it: whole only where it is a number, a date or one short word.

    Of a column of dates (``dated``) the date is shown, whatever stands behind it.
    """
    if value is None:
        return ""
    date = _DATE_PART.match(value) if dated else None
    if date:
        return date.group(0)
    harmless = len(value) <= 24 and (value.isidentifier() or not any(sign.isalpha() or sign == "@" for sign in value))
    return value if harmless and not personal else masked(value)
