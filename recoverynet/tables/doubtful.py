"""What can be read but may not be meant: unknown variables, scores out of range, odd words, clock changes, repeats."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from difflib import get_close_matches

import pandas as pd

from recoverynet.tables.columns import OFFSET_PATTERN
from recoverynet.tables.engine import Engine, column_sql, list_sql, text_sql
from recoverynet.tables.instruments import REGISTER, Instrument
from recoverynet.tables.known_people import written_alike
from recoverynet.tables.prepared import PreparedTable, read_column
from recoverynet.tables.raw import ROW
from recoverynet.tables.rules import LaidRule

VARIABLES = (
    "state",
    "dependency.days_used",
    "employment.status",
    "employment.paid_days",
    "employment.education_days",
    "offending.reoffended",
    "health.physical",
    "health.psychological",
    "wellbeing.quality_of_life",
    "housing.status",
    "family.contact",
)
"""Variables of observations that measures and reports look for."""

_FAMILIES = (
    "dependency.",
    "intervention.",
    "health.",
    "wellbeing.",
    "housing.",
    "family.",
    "employment.",
    "offending.",
    "instrument.",
)
_RANGES = (
    ("variable = 'wellbeing.quality_of_life'", "wellbeing.quality_of_life", 0, 20),
    ("variable LIKE 'health.%'", "health.*", 0, 20),
    ("variable = 'dependency.days_used'", "dependency.days_used", 0, 28),
    ("variable = 'employment.paid_days'", "employment.paid_days", 0, 28),
)
_STATUS = ("housing.status", "employment.status")
_SURE_WORDS = {"employed", "unemployed", "self_employed", "settled", "unsettled", "temporary", "education"}
_BETWEEN_TWO = r" *(?:&|\+|/|;|,) *| and "
_RARE, _CLOSE, _MOST_NAMED = 20, 0.85, 5


def doubtful_checks(engine: Engine, table: PreparedTable, tz: str) -> Iterator[LaidRule]:
    """Warnings about values that can be read; only those that find something are worth asking."""
    if table.schema.name == "observations":
        yield from _variables(table)
        yield from _scores(table)
        yield from _odd_words(engine)
    if table.schema.name == "contact_log":
        yield _entered_twice()
    yield from _alike_ids(table)
    yield from _two_people(table)
    yield from _clock_changes(table, tz)


def _variables(table: PreparedTable) -> Iterator[LaidRule]:
    """Variables that nothing here looks for, with the one that may be meant."""
    for name in sorted(table.distinct("variable").to_pylist()):
        near = get_close_matches(name.lower(), VARIABLES, n=1, cutoff=0.75)
        known = name in VARIABLES or (name.startswith(_FAMILIES) and not get_close_matches(name, VARIABLES, 1, _CLOSE))
        if known:
            continue
        meant = f"; perhaps {near[0]!r} is meant" if near else ""
        remedy = (
            f"If so, write {near[0]}; otherwise nothing need be done."
            if near
            else "Nothing need be done, unless a report should use it: known are "
            f"{', '.join(VARIABLES)} and instrument.NAME for any other score."
        )
        yield LaidRule(
            "observations",
            "variable",
            "unknown_variable",
            f"variable = {text_sql(name)}",
            f"{name!r} is no variable known here, so no report uses it{meant}",
            remedy,
            "warning",
            whole=True,
        )


def _scores(table: PreparedTable) -> Iterator[LaidRule]:
    """Scores outside the range of the form they come from."""
    for which, name, low, high in _RANGES:
        yield LaidRule(
            "observations",
            "value",
            "out_of_range",
            f"{which} AND TRY_CAST(value AS DOUBLE) NOT BETWEEN {low} AND {high}",
            f"of {name} lies outside {low} to {high}, its range on the Treatment Outcomes Profile",
            "Correct it; if it comes from another questionnaire, call the variable instrument.NAME.",
            "warning",
        )
    for each in REGISTER:
        if each.variable.startswith("instrument.") and not math.isnan(each.low):
            yield _score_of(each)


def _score_of(each: Instrument) -> LaidRule:
    """Scores that say which version of an instrument they are of, outside its range."""
    said = f"lower(regexp_replace(instrument, '[^A-Za-z0-9]', '', 'g')) IN {list_sql(sorted(each.bare_names))}"
    outside = f"TRY_CAST(value AS DOUBLE) NOT BETWEEN {each.low:g} AND {each.high:g}"
    return LaidRule(
        "observations",
        "value",
        "out_of_range",
        f"variable = {text_sql(each.variable)} AND {said} AND {outside}",
        f"of {each.variable} lies outside {each.low:g} to {each.high:g}, the range of {each.label}",
        "Correct it; if it is of another version, say so in the column instrument.",
        "warning",
    )


def _odd_words(engine: Engine) -> Iterator[LaidRule]:
    """Words for a status that are rare and all but spelt like a frequent one."""
    counts = engine.rows(
        f"SELECT variable, value, count(*) FROM observations WHERE variable IN {list_sql(_STATUS)} "
        "AND value IS NOT NULL GROUP BY ALL ORDER BY ALL"
    )
    for variable, word, count in counts:
        frequent = [other for same, other, often in counts if same == variable and often >= _RARE * count]
        near = [] if word.lower() in _SURE_WORDS else get_close_matches(word, frequent, n=1, cutoff=_CLOSE)
        if near:
            yield LaidRule(
                "observations",
                "value",
                "odd_word",
                f"variable = {text_sql(variable)} AND value = {text_sql(word)}",
                f"of {variable} is rare and spelt almost like the frequent {near[0]!r}",
                f"If it is a slip, write {near[0]}; otherwise nothing need be done.",
                "warning",
            )


def _entered_twice() -> LaidRule:
    """The same two people, start and kind in more than one row of a contact log."""
    row, read = column_sql(ROW), column_sql(read_column("started_at"))
    pairs = f"group_id IS NULL AND with_person_id IS NOT NULL AND person_id IS NOT NULL AND {read} IS NOT NULL"
    people = "least(person_id, with_person_id), greatest(person_id, with_person_id)"
    same = f"{read}, coalesce(kind, 'one_to_one'), {people}"
    return LaidRule(
        "contact_log",
        "",
        "entered_twice",
        f"{pairs} AND {row} NOT IN (SELECT min({row}) FROM contact_log WHERE {pairs} GROUP BY {same})",
        "repeats an earlier contact (same start, kind and two people), so both count as one",
        "Nothing need be done if it was entered twice; if there were two contacts, give each its own time.",
        "warning",
    )


def _alike_ids(table: PreparedTable) -> Iterator[LaidRule]:
    """Ids that differ in how they are written alone, in columns that give ids rather than refer to them."""
    for column in table.schema.columns:
        if column.kind != "id" or column.refers_to:
            continue
        known = pd.Series(table.distinct(column.name).to_pandas(), dtype="str")
        alike = [one for same in written_alike(known) for one in same] if column.person else known[_in_capitals_alone(known)]
        if len(alike):
            value = column_sql(column.name)
            yield LaidRule(
                table.schema.name,
                column.name,
                "alike_ids",
                f"{value} IN {list_sql(tuple(alike))}",
                "differs from another id in capitals, spaces or punctuation alone, as c001 and C-001 do, and counts as another",
                "If they mean the same, write them alike; otherwise nothing need be done.",
                "warning",
                personal=column.person,
            )


def _in_capitals_alone(known: pd.Series) -> pd.Series:
    return known.str.lower().duplicated(keep=False)


def _two_people(table: PreparedTable) -> Iterator[LaidRule]:
    """Ids that are two ids of the same column written into one cell, as C001 & C002 is."""
    for column in table.schema.columns:
        if not column.person or table.n_blank(column.name) == table.n_rows or not table.any_like(column.name, _BETWEEN_TWO):
            continue
        known = {str(value) for value in table.distinct(column.name).to_pylist()}
        both = [value for value in sorted(known) if _is_two(value, known)]
        if both:
            yield LaidRule(
                table.schema.name,
                column.name,
                "two_people",
                f"{column_sql(column.name)} IN {list_sql(both)}",
                "names two people, each of whom stands in the column alone as well",
                "Give each their own row.",
                personal=True,
            )


def _is_two(value: str, known: set[str]) -> bool:
    parts = [part.strip() for part in re.split(_BETWEEN_TWO, value)]
    return len(parts) > 1 and all(parts) and any(part in known for part in parts)


def _clock_changes(table: PreparedTable, tz: str) -> Iterator[LaidRule]:
    """Local times that a change of the clocks skips, or makes come twice."""
    for column in table.schema.columns:
        if column.kind != "instant":
            continue
        texts = pd.Series(table.distinct(column.name).to_pandas(), dtype="str")
        texts = texts[texts.str.contains(":", regex=False).astype(bool)]
        texts = texts[~texts.str.contains(f":[0-9.:]*(?:{OFFSET_PATTERN})$", regex=True).astype(bool)]
        naive = pd.to_datetime(texts, format="ISO8601", errors="coerce").dropna()
        for rule, when, told, remedy in _CHANGES:
            found = naive[_at_change(naive, tz, when)]
            if len(found):
                yield LaidRule(
                    table.schema.name,
                    column.name,
                    rule,
                    f"{column_sql(column.name)} IN {list_sql(tuple(texts[found.index]))}",
                    told.format(tz=tz),
                    remedy,
                    "warning",
                )


_CHANGES = (
    (
        "skipped_hour",
        "nonexistent",
        "names a local time that the clocks of {tz} skipped; it is read as the first moment after the gap",
        "Look at the time, or write it with its offset, such as 2011-03-27T02:30+01:00.",
    ),
    (
        "repeated_hour",
        "ambiguous",
        "names a local time that came twice when the clocks of {tz} went back; it is read as the first of the two",
        "Nothing need be done, unless an hour matters: then write the time with its offset, such as 2011-10-30T01:30+00:00.",
    ),
)


def _at_change(naive: pd.Series, tz: str, which: str) -> pd.Series:
    """Which local times do not exist (or come twice) in a time zone."""
    if which == "nonexistent":
        answer: pd.Series = naive.dt.tz_localize(tz, ambiguous=[True] * len(naive), nonexistent="NaT").isna()
        return answer
    answer = naive.dt.tz_localize(tz, ambiguous="NaT", nonexistent="shift_forward").isna()
    return answer
