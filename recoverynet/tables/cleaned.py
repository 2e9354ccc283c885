"""Texts of tables cleaned of people: nobody known is left in a cell, and free text goes."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

import pandas as pd

from recoverynet.states import RECOVERY_STATES
from recoverynet.tables.columns import INSTANT_PATTERN
from recoverynet.tables.doubtful import VARIABLES
from recoverynet.tables.known_people import REMOVED, KnownPeople
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.schema import CLOCK_PATTERN, FLAGS, Column, TableSchema

FEW_ROWS = 5
"""A text that fewer rows hold is rare: a label of a drop-down list stands in more."""
_LONG, _MANY_WORDS, _VERY_LONG, _VERY_MANY_WORDS = 40, 5, 80, 10
_SENTENCE = re.compile(r"[.!?;]\s+\S|\n")
_TITLES = frozenset(("provider", "area", "instrument", "modality", "substance", "sex", "age_band", "variable", "exit_reason"))
"""Columns whose words are names of places, services and forms, and so look like names of people."""
_SCORES = frozenset(("value", "age_band", "instrument", "variable"))
"""Columns in which a number alone is a score or an age."""
_NUMBER = r"[+-]?[0-9]+(?:[.,][0-9]+)?"
_DATE = r"[0-9]{1,2}[./ -](?:[0-9]{1,2}|[A-Za-z]{3,9})[./ -][0-9]{2,4}(?:[ T][0-9:. ]*(?:[AaPp][Mm])?)?"


@dataclass
class Counts:
    """In how many rows of which column something was taken out."""

    people: list[tuple[str, str, int]] = field(default_factory=list)
    free_text: list[tuple[str, str, int]] = field(default_factory=list)


def open_words(states: Collection[str] = ()) -> set[str]:
    """The vocabulary of the tables, which is no secret even where somebody is called so."""
    choices = {word for schema in READABLE_TABLES.values() for column in schema.columns for word in column.choices}
    return {*choices, *RECOVERY_STATES.states, *states, *VARIABLES, *FLAGS, REMOVED}


def cleaned_frame(
    schema: TableSchema, frame: pd.DataFrame, known: KnownPeople, kept: Collection[str], counts: Counts
) -> pd.DataFrame:
    """One table without people known and free text in its texts; ids are left to whoever replaces them.

    ``kept`` are columns whose free text stays; nobody known stays there either.
    """
    changed = {}
    for title in frame.columns:
        own = schema[title] if title in schema.names else Column(str(title), "text", "")
        if own.kind == "id" or not pd.api.types.is_string_dtype(frame[title]):
            continue
        free = title in kept or title not in schema.names or schema.name == "groups"
        changed[title] = _cleaned(schema.name, own, frame[title], known, counts, free_text_stays=free)
    return frame.assign(**changed)


def _cleaned(
    table: str, column: Column, values: pd.Series, known: KnownPeople, counts: Counts, *, free_text_stays: bool
) -> pd.Series:
    rows = values.value_counts()
    cut, gone = dict[str, str](), set[str]()
    for text, n_rows in zip(rows.index.astype(str), rows, strict=True):
        rare = n_rows < FEW_ROWS
        if _is_sound(column, text):
            continue
        if not free_text_stays and _is_free_text(column.name, text, rare=rare):
            cut[text] = REMOVED
            gone.add(text)
            continue
        without = known.without(text, rare=rare and table != "groups", parts=table != "groups", scores=column.name in _SCORES)
        if without != text:
            cut[text] = without
    for told, texts in ((counts.free_text, gone), (counts.people, cut.keys() - gone)):
        if texts:
            told.append((table, column.name, int(sum(rows[text] for text in texts))))
    return values.map(lambda text: cut.get(text, text), na_action="ignore").astype("str") if cut else values


def _is_sound(column: Column, text: str) -> bool:
    """Whether a value is one that a column of its kind may hold, and so tells nothing beside."""
    if column.kind == "category":
        return text in column.choices
    if column.kind == "flag":
        return text.lower() in FLAGS
    patterns = {"instant": f"{INSTANT_PATTERN}|{_DATE}", "number": _NUMBER, "clock": CLOCK_PATTERN}
    return column.kind in patterns and re.fullmatch(patterns[column.kind], text) is not None


def _is_free_text(title: str, text: str, *, rare: bool) -> bool:
    """Whether a value is a text of somebody's own rather than one of a list."""
    words = text.split()
    if len(text) > _VERY_LONG or len(words) >= _VERY_MANY_WORDS or _SENTENCE.search(text):
        return True
    if not rare:
        return False
    return len(text) > _LONG or len(words) > _MANY_WORDS or (title not in _TITLES and _looks_like_a_name(words))


def _looks_like_a_name(words: list[str]) -> bool:
    return len(words) > 1 and all(word[0].isupper() and word[1:].replace("-", "").replace("'", "").isalpha() for word in words)
