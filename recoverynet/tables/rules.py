"""The catalogue of rules for files: one SQL predicate, one plain sentence and one remedy each.

What the schemas declare is found by :mod:`recoverynet.tables.constraints` and given its words here; the predicates are about
how values are written, which only files show. A predicate is true of a faulty row. In predicates and sentences ``{c}`` stands
for the column, ``{read}`` for the instants read from it, ``{broken}`` for the rows that break what is declared of it, ``{t}``
for the table, ``{row}`` for the row number, ``{low}``, ``{high}``, ``{unit}`` and ``{words}`` for what the schema says of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from recoverynet.tables.constraints import AtLeast, AtMost, Constraint, KnownWord, value_constraints
from recoverynet.tables.engine import column_sql, list_sql, text_sql
from recoverynet.tables.prepared import APART, PreparedTable, read_column
from recoverynet.tables.problems import Extent, Severity
from recoverynet.tables.raw import ROW
from recoverynet.tables.schema import CLOCK_PATTERN, FLAGS, NUMBER_PATTERN, Column, TableSchema

_MAY_LIE_AHEAD = ("ended_on", "left_on", "valid_from", "valid_to")
_DAY_FIRST = r"[0-9]{1,2}[/. -](?:[0-9]{1,2}|[A-Za-z]{3,9})[/. -][0-9]{2,4}(?:[ T].*)?"
_DAY_NUMBER = r"[0-9]{5}(?:\.[0-9]+)?"
_ISO_WANTED = "Write it as 2011-03-07 or 2011-03-07T19:30"


@dataclass(frozen=True)
class Rule:
    """One thing that must not be so.

    Attributes
    ----------
    name : str
        Short name, shown in the column ``rule`` of find_problems.
    applies : callable of (TableSchema, Column) -> bool
        Which columns it is about.
    predicate, sentence, remedy : str
        With the placeholders the module names.
    severity : {"error", "warning"}
    only_if : str
        A pattern that some value of the column must hold for the rule to be worth asking; empty asks always.
    """

    name: str
    applies: Callable[[TableSchema, Column], bool]
    predicate: str
    sentence: str
    remedy: str
    severity: Severity = "error"
    only_if: str = ""


@dataclass(frozen=True)
class LaidRule:
    """A rule laid on one column of one table, ready to be asked.

    ``constraint`` is what a schema declares, where that is what the rule asks: its faulty rows are marked in a column that
    the predicate names. ``whole`` says that the sentence names its own subject; ``words`` that the faulty values are words
    of a fixed choice, to be counted and shown.
    """

    table: str
    column: str
    rule: str
    predicate: str
    sentence: str
    remedy: str
    severity: Severity = "error"
    extent: Extent = "row"
    personal: bool = False
    only_if: str = ""
    constraint: Constraint | None = None
    whole: bool = False
    words: bool = False


def broken_column(rule: str, column: str) -> str:
    """The column in which the rows that break a constraint are marked."""
    return f"{rule}{APART}{column}"


def _is(kind: str) -> Callable[[TableSchema, Column], bool]:
    return lambda _, column: column.kind == kind


def _happened(schema: TableSchema, column: Column) -> bool:
    return column.kind == "instant" and column.name not in _MAY_LIE_AHEAD and "outcome" not in schema.names


def _column_called(table: str, name: str) -> Callable[[TableSchema, Column], bool]:
    return lambda schema, column: schema.name == table and column.name == name


def _pattern(pattern: str) -> str:
    """A pattern as SQL writes it, its braces kept apart from placeholders."""
    return text_sql(pattern).replace("{", "{{").replace("}", "}}")


_UNREAD = "{c} IS NOT NULL AND {read} IS NULL"
_ANY_READ = "EXISTS (SELECT 1 FROM {t} WHERE {read} IS NOT NULL)"
_LOOKS_DAY_FIRST = f"regexp_full_match({{c}}, {_pattern(_DAY_FIRST)})"
_LOOKS_NUMBERED = f"regexp_full_match({{c}}, {_pattern(_DAY_NUMBER)})"
_NO_NUMBER = (
    f"{{c}} IS NOT NULL AND NOT (regexp_full_match({{c}}, {_pattern(NUMBER_PATTERN)}) AND isfinite(TRY_CAST({{c}} AS DOUBLE)))"
)
_IS_DIGITS = "regexp_full_match({c}, '[0-9]+')"
_FULL_WIDTH = "(SELECT max(length({c})) FROM {t} WHERE regexp_full_match({c}, '[0-9]+'))"

RULES: tuple[Rule, ...] = (
    Rule(
        "blank",
        lambda _, column: column.required,
        "{c} IS NULL",
        "is blank, and every row needs it",
        "Fill it in, or delete the row.",
    ),
    Rule(
        "mixed_dates",
        _is("instant"),
        f"{_UNREAD} AND {_LOOKS_DAY_FIRST} AND {_ANY_READ}",
        "is written day first (or month first) among dates written 2011-03-07",
        f'{_ISO_WANTED}, or say date_format = "%d/%m/%Y" for the column in a mapping file if the day comes first.',
    ),
    Rule(
        "date_format",
        _is("instant"),
        f"{_UNREAD} AND {_LOOKS_DAY_FIRST} AND NOT {_ANY_READ}",
        "is written so that day and month cannot be told apart for certain",
        f'{_ISO_WANTED}, or say date_format = "%d/%m/%Y" for the column in a mapping file if the day comes first.',
    ),
    Rule(
        "day_number",
        _is("instant"),
        f"{_UNREAD} AND {_LOOKS_NUMBERED}",
        "is a number where a date is needed, perhaps a spreadsheet's day number",
        "Format the column as a date (yyyy-mm-dd) in the spreadsheet and export it again.",
    ),
    Rule(
        "not_a_date",
        _is("instant"),
        f"{_UNREAD} AND NOT {_LOOKS_DAY_FIRST} AND NOT {_LOOKS_NUMBERED}",
        "cannot be read as a date or time",
        f"{_ISO_WANTED}.",
    ),
    Rule(
        "future_date",
        _happened,
        "{read} > now() + INTERVAL 1 DAY",
        "lies in the future, but says what has happened",
        "Look for a wrong year; leave planned contacts out.",
    ),
    Rule(
        "future_date",
        lambda schema, column: column.kind == "instant" and "outcome" in schema.names,
        "{read} > now() + INTERVAL 1 DAY AND coalesce(outcome, 'attended') IN ('attended', 'did_not_attend')",
        "lies in the future, but says what has happened",
        "Look for a wrong year; of a contact that is only planned say outcome = booked.",
    ),
    Rule(
        "placeholder_date",
        _is("instant"),
        "{read} < TIMESTAMPTZ '1950-01-01 00:00:00+00'",
        "lies before 1950, as placeholders for an unknown date do",
        "Put the true date, or leave it empty.",
    ),
    Rule(
        "unknown_word",
        lambda _, column: bool(column.choices),
        "{broken}",
        "is none of the words known: {words}",
        'Use one of those (in small letters), or say in a mapping file values = { theirs = "ours" }, with '
        'other = "…" for every word not listed there (default = "…" fills empty cells only).',
    ),
    Rule(
        "unknown_state",
        _column_called("observations", "value"),
        "variable = 'state' AND {c} NOT IN {states}",
        "is no state known: {state_words}",
        'Use one of those, or name your own states in a mapping file: states = ["using", …, "unknown"].',
    ),
    Rule("not_a_number", _is("number"), _NO_NUMBER, "is not a number", "Write a number with a decimal point and without a unit."),
    Rule(
        "too_low",
        lambda _, column: column.low is not None,
        "{broken}",
        "is below {low}{unit}",
        "Correct it, or leave it empty where it is not known.",
    ),
    Rule(
        "too_high",
        lambda _, column: column.high is not None,
        "{broken}",
        "is above {high}{unit}",
        "Correct it (a wrong unit?), or leave it empty where it is not known.",
    ),
    Rule(
        "not_yes_or_no",
        _is("flag"),
        f"lower({{c}}) NOT IN {list_sql(FLAGS)}",
        "is neither yes nor no",
        "Write yes or no (true, false, y, n, 1 and 0 are understood).",
    ),
    Rule(
        "not_a_clock",
        _is("clock"),
        f"NOT regexp_full_match({{c}}, {_pattern(CLOCK_PATTERN)})",
        "is not a time of day",
        "Write it as 19:30.",
    ),
    Rule(
        "rounded_id",
        _is("id"),
        "regexp_full_match({c}, '[0-9](\\.[0-9]+)?[eE][+][0-9][0-9][0-9]?')",
        "is a long id that a spreadsheet has rounded",
        "Format the column as text and export it again.",
        only_if="^[0-9]",
    ),
    Rule(
        "id_as_decimal",
        _is("id"),
        "regexp_full_match({c}, '[0-9]+[.]0')",
        "ends in .0, so a program has read the ids as numbers and leading zeros may be lost",
        "Keep the column as text where it was exported.",
        "warning",
        only_if="^[0-9]",
    ),
    Rule(
        "lost_zeros",
        _is("id"),
        f"{_IS_DIGITS} AND length({{c}}) < {_FULL_WIDTH} AND EXISTS (SELECT 1 FROM {{t}} WHERE {_IS_DIGITS} AND "
        f"starts_with({{c}}, '0') AND length({{c}}) = {_FULL_WIDTH})",
        "is shorter than other ids of the column that begin with 0, so its own leading zeros may be lost",
        "If 7 means 007, format the column as text and export it again; otherwise nothing need be done.",
        "warning",
        only_if="^0",
    ),
    Rule(
        "line_break",
        lambda _, column: column.kind in ("text", "id"),
        "contains({c}, chr(10))",
        "runs over several lines, as happens when a quotation mark is left open",
        "Look at the row; if the text is meant so, nothing need be done.",
        "warning",
        only_if="\n",
    ),
    Rule(
        "own_account",
        _column_called("observations", "source"),
        "starts_with(variable, 'offending.') AND {c} <> 'external'",
        "reports offending from another source than an external one; reports leave it out",
        "Take reoffending from an external source such as police or court records.",
        "warning",
    ),
    Rule(
        "whose_view",
        _column_called("observations", "perceived_by"),
        "source = 'perceived' AND {c} IS NULL",
        "is blank where the source is perceived, so it is not known whose view it is",
        "Fill in whose perception it is.",
        "warning",
    ),
)
"""Rules about one value at a time."""

UNREAD_RULES = ("mixed_dates", "date_format", "day_number", "not_a_date")
"""Rules about values of which no instant could be read."""


_NAMES: dict[type[KnownWord | AtLeast | AtMost], str] = {KnownWord: "unknown_word", AtLeast: "too_low", AtMost: "too_high"}
"""The rule that tells of each constraint on one value."""


def column_checks(table: PreparedTable, states: tuple[str, ...]) -> Iterator[LaidRule]:
    """Every rule of the catalogue laid on every column of a table it is about."""
    schema = table.schema
    declared = {(_NAMES[type(one)], one.column): one for one in value_constraints(schema)}
    for column in schema.columns:
        for rule in RULES:
            if rule.applies(schema, column):
                fill = {**_fillings(schema, column, states), "broken": column_sql(broken_column(rule.name, column.name))}
                yield LaidRule(
                    schema.name,
                    column.name,
                    rule.name,
                    rule.predicate.format(**fill),
                    rule.sentence.format(**fill),
                    rule.remedy,
                    rule.severity,
                    personal=column.person or column.kind == "text",
                    only_if=rule.only_if,
                    constraint=declared.get((rule.name, column.name)),
                    words=rule.name in ("unknown_word", "unknown_state"),
                )


def _fillings(schema: TableSchema, column: Column, states: tuple[str, ...]) -> dict[str, str]:
    return {
        "c": column_sql(column.name),
        "read": column_sql(read_column(column.name)),
        "t": column_sql(schema.name),
        "row": column_sql(ROW),
        "words": ", ".join(column.choices),
        "states": list_sql(states),
        "state_words": ", ".join(states),
        "unit": f" {column.unit}" if column.unit else "",
        "low": f"{column.low:g}" if column.low is not None else "",
        "high": f"{column.high:g}" if column.high is not None else "",
    }
