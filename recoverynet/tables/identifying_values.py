"""Values that name a person, wherever they stand: which columns to look at, and how sure to be."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from recoverynet.tables import identifiers
from recoverynet.tables.engine import Engine, column_sql, text_sql
from recoverynet.tables.mapped import plain_name
from recoverynet.tables.prepared import PreparedTable
from recoverynet.tables.problems import Severity
from recoverynet.tables.raw import is_text
from recoverynet.tables.rules import LaidRule

_KINDS_OF_TEXT = ("id", "text")
_IN_IDENTIFIERS = (
    r"@|[0-9](?:[ ()-]{0,3}[0-9]){8}|(?:[0-9]{2} ?){3}[A-Da-d]|[0-9][A-Za-z]{2}(?:[^0-9A-Za-z]|$)"
    r"|[0-9][A-Za-z]?,? +[A-Za-z]"
)
_IN_IDS = r"| |[0-9]{8}|[0-9]{2}[./-][0-9]{2}|\p{L}[._-]\p{L}"
_GOOD_SHARE = 0.25


def identifier_checks(engine: Engine, table: PreparedTable) -> list[LaidRule]:
    """Checks for e-mail addresses, telephone and NHS numbers in text, and for names where ids should be.

    Columns whose very name tells what they hold are passed over: they are told of once, as columns.
    """
    of_group = table.schema.name == "groups"
    told = {title for title in table.extras if identifiers.identifying_column(plain_name(title), of_group=of_group)}
    titles = [title for title in text_columns(table) if title not in told and _could_name_somebody(table, title)]
    if not titles:
        return []
    found = _counts(engine, table, {title: _patterns(table, title) for title in titles})
    digits = {title: _check_digits(title) for title in titles if found[title]["spaced_ten_digits"] or found[title]["ten_digits"]}
    for title, counts in _counts(engine, table, digits).items():
        found[title].update(counts)
    return [check for title in titles for check in _checks(table, title, found[title])]


def text_columns(table: PreparedTable) -> list[str]:
    """Columns in which a value could name a person: ids, texts, and extra columns of text or whole numbers."""
    own = [column.name for column in table.schema.columns if column.kind in _KINDS_OF_TEXT]
    extra = [title for title in table.extras if _could_name(table.table.schema.field(title).type)]
    return [title for title in (*own, *extra) if table.n_blank(title) < table.n_rows]


def _could_name_somebody(table: PreparedTable, title: str) -> bool:
    """Whether some value has what every identifier has: an @, nine digits, or, in an id, a space."""
    return table.any_like(title, _IN_IDENTIFIERS + (_IN_IDS if is_person_id(table, title) else ""))


def _could_name(kind: pa.DataType) -> bool:
    return is_text(kind) or pa.types.is_integer(kind)


def is_person_id(table: PreparedTable, title: str) -> bool:
    """Whether a column holds ids of people, by the schema or by what an extra column is called."""
    if title in table.schema.names:
        return table.schema[title].person
    return identifiers.person_column(plain_name(title))


def _text(title: str) -> str:
    return f"CAST({column_sql(title)} AS VARCHAR)"


def _patterns(table: PreparedTable, title: str) -> dict[str, str]:
    """What is asked of the values of every column."""
    value = _text(title)
    return {
        "email": identifiers.has_email(value),
        "phone": identifiers.has_phone(value),
        "digits_phone": identifiers.is_plain_phone(value),
        "digits": f"regexp_full_match({value}, '[0-9]+')",
        "name_as_id": identifiers.looks_like_a_name(value) if is_person_id(table, title) else "false",
        **_of_places_and_ids(table, title),
        "spaced_ten_digits": identifiers.has_spaced_ten_digits(value),
        "ten_digits": identifiers.has_ten_digits(value),
    }


def _of_places_and_ids(table: PreparedTable, title: str) -> dict[str, str]:
    """What is asked of texts about people (an address says who lives there), and of their ids."""
    value, of_person = _text(title), is_person_id(table, title)
    is_id = title in table.schema.names and table.schema[title].kind == "id"
    about_people = table.schema.name != "groups" and (of_person or not is_id)
    return {
        "ni_number": identifiers.has_ni_number(value),
        "postcode": identifiers.has_postcode(value) if about_people else "false",
        "street_address": identifiers.has_address(value) if about_people else "false",
        "birth_date_in_id": identifiers.has_birth_date(value) if of_person else "false",
        "joined_names": identifiers.joins_names(value) if of_person else "false",
        "distinct": f"{value} IS NOT NULL",
    }


def _severity(table: PreparedTable, title: str, rule: str, found: dict[str, int]) -> Severity:
    """A few ids that look like names may be words; a place outside the people table may be a public one."""
    if rule == "joined_names":
        return "error" if found[rule] >= _GOOD_SHARE * found["distinct"] else "warning"
    if rule in ("postcode", "street_address") and table.schema.name != "people" and not is_person_id(table, title):
        return "warning"
    return "error"


def _check_digits(title: str) -> dict[str, str]:
    """What is asked where some value of a column holds ten digits."""
    value = _text(title)
    return {"nhs_number": identifiers.has_nhs_number(value), "digits_nhs": identifiers.has_plain_nhs_number(value)}


def _counts(engine: Engine, table: PreparedTable, asked: dict[str, dict[str, str]]) -> dict[str, dict[str, int]]:
    """How many distinct values of each column each predicate is true of."""
    parts = []
    for title, predicates in asked.items():
        counts = ", ".join(f"count(*) FILTER (WHERE {predicate})" for predicate in predicates.values())
        distinct = f"(SELECT DISTINCT {column_sql(title)} FROM {column_sql(table.schema.name)})"
        parts.append(f"SELECT {text_sql(title)}, {counts} FROM {distinct}")
    rows = engine.rows(" UNION ALL ".join(parts)) if parts else []
    return {title: dict(zip(asked[title], counts, strict=True)) for title, *counts in rows}


def _checks(table: PreparedTable, title: str, found: dict[str, int]) -> Iterator[LaidRule]:
    """Only what some value of the column calls for."""
    predicates = {**_patterns(table, title), **_check_digits(title)}
    by_chance = {
        "digits_phone": found["digits_phone"] * 2 < found["digits"],
        "digits_nhs": not identifiers.more_than_chance(found.get("digits_nhs", 0), found["ten_digits"]),
    }
    for rule, what in _WHAT.items():
        if found.get(rule) and not by_chance.get(rule, False):
            yield LaidRule(
                table.schema.name,
                title,
                rule.replace("digits_phone", "phone").replace("digits_nhs", "nhs_number"),
                predicates[rule],
                what,
                identifiers.PSEUDONYMISE + _NUMBERS_MEANT.get(rule, ""),
                _severity(table, title, rule, found),
                personal=True,
                extent="row" if title in table.schema.names else "column",
            )


_WHAT = {
    "email": "holds an e-mail address",
    "phone": "holds a telephone number",
    "digits_phone": "holds what looks like telephone numbers",
    "nhs_number": "holds an NHS number",
    "digits_nhs": "holds ten-digit numbers whose check digit is that of NHS numbers",
    "name_as_id": "looks like a person's name where an id should be",
    "ni_number": "holds a National Insurance number",
    "postcode": "holds a postcode",
    "street_address": "holds what looks like a street address",
    "birth_date_in_id": "seems to be made of initials or a name and a date of birth",
    "joined_names": "looks like a first name and a last name joined into an id",
}
_NUMBERS_MEANT = {
    "digits_phone": " If they are not, put a letter in front of each.",
    "digits_nhs": " If they are not, put a letter in front of each.",
    "joined_names": " If they are no names, nothing need be done about a warning.",
    "street_address": " If it is the address of a public place, write the name of the place instead.",
}
