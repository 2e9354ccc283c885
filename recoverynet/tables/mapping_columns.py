"""How one column of ours is filled: from which of theirs, in what units, words, patterns and dates."""

from __future__ import annotations

import datetime as dt
import re
import reprlib
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from recoverynet.errors import SchemaError
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.schema import Column

MINUTES = {"milliseconds": 1 / 60_000, "seconds": 1 / 60, "minutes": 1.0, "hours": 60.0, "days": 1440.0}
COLUMN_KEYS = ("from", "missing", "values", "patterns", "unit", "factor", "date_format", "default", "other", "numbered")


@dataclass(frozen=True)
class ColumnMap:
    """Where one column comes from, and how its values are to be read; factor and formats as in the file.

    ``joined`` are further columns whose values stand behind those of ``source``, after a space. ``patterns`` are pairs
    of a regular expression and the word that stands for every value it is found in. ``numbered`` is the word that each
    value becomes, with a number, where the values may name people.
    """

    name: str
    source: str
    missing: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    factor: float | None = None
    date_formats: tuple[str, ...] = ()
    default: str | None = None
    other: str | None = None
    joined: tuple[str, ...] = ()
    patterns: tuple[tuple[str, str], ...] = ()
    numbered: str = ""


def column_of(table: str, title: str) -> Column:
    """The schema's column, or a plain text column where the schema has none: extra columns may be mapped too."""
    schema = READABLE_TABLES[table]
    return schema[title] if title in schema.names else Column(title, "text", "")


def read_column_map(where: str, column: Column, entry: Any) -> ColumnMap:
    """How one column is filled, from what a mapping says of it; raises SchemaError naming the place."""
    if isinstance(entry, str):
        return ColumnMap(column.name, entry)
    if not isinstance(entry, dict):
        raise SchemaError(f"{where}: expected the name of their column or {{ from = …, … }}, got {shortened(entry)}.")
    require_keys(where, entry, COLUMN_KEYS, "key")
    sources = _sources(where, column, entry.get("from", column.name), numbered="numbered" in entry)
    default, other, values = entry.get("default"), entry.get("other"), entry.get("values", {})
    if not isinstance(values, dict):
        raise SchemaError(f"{where}: values is a section of theirs = ours; got {shortened(values)}.")
    texts = {str(theirs): text_of_toml(ours) for theirs, ours in values.items()}
    default, other = (None if given is None else text_of_toml(given) for given in (default, other))
    patterns = _patterns(where, entry.get("patterns", {}))
    words = [*texts.values(), *(ours for _, ours in patterns), *(given for given in (default, other) if given is not None)]
    _require_choices(where, column, words)
    if other is not None:
        texts = {**{word: word for word in column.choices}, **texts}
    return ColumnMap(
        column.name,
        sources[0],
        texts_of(where, entry, "missing"),
        texts,
        _factor(where, column, entry),
        _formats(where, column, entry),
        default,
        other,
        sources[1:],
        patterns,
        _label(where, column, entry.get("numbered", "")),
    )


def _patterns(where: str, given: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, dict):
        raise SchemaError(f"{where}: patterns is a section of pattern = ours; got {shortened(given)}.")
    return tuple((read_pattern(where, pattern), text_of_toml(ours)) for pattern, ours in given.items())


def read_pattern(where: str, pattern: Any) -> str:
    """A regular expression that can be used; small and capital letters count alike unless it says otherwise."""
    try:
        re.compile(pattern)
        too_clever = re.search(r"\(\?(?:[=!]|<[=!]|P=|\()|\\[1-9]", pattern)
    except (re.error, TypeError) as error:
        raise SchemaError(f"{where}: {shortened(pattern)} is not a pattern (a regular expression): {error}.") from error
    if too_clever:
        raise SchemaError(f"{where}: the pattern {shortened(pattern)} looks ahead, behind or back, which cannot be done here.")
    return pattern if pattern.startswith("(?") else f"(?i){pattern}"


def _label(where: str, column: Column, given: Any) -> str:
    if given == "":
        return ""
    if not isinstance(given, str) or not re.fullmatch(r"[A-Za-z][A-Za-z_-]*", given):
        raise SchemaError(
            f'{where}: numbered is one word such as "worker", which becomes worker-1, worker-2 …; got {shortened(given)}.'
        )
    if column.kind not in ("id", "text"):
        raise SchemaError(f"{where}: only ids and texts can be numbered; {column.name} is neither.")
    return given


def _sources(where: str, column: Column, given: Any, *, numbered: bool) -> tuple[str, ...]:
    """The columns one of ours comes from: one, or, for dates and texts, several to be joined."""
    if isinstance(given, str):
        return (given,)
    if not is_texts(given) or not given:
        raise SchemaError(f"{where}: from is the name of their column, or a list of names to be joined; got {shortened(given)}.")
    if len(given) > 1 and column.kind not in ("instant", "text") and not (column.kind == "id" and numbered):
        raise SchemaError(
            f"{where}: only columns of dates and texts can be joined, and ids made of names that are "
            f"numbered; {column.name} is neither."
        )
    return tuple(given)


def _require_choices(where: str, column: Column, words: list[str]) -> None:
    wrong = [word for word in words if column.choices and word not in column.choices]
    if wrong:
        raise SchemaError(f"{where}: {shortened(wrong[0])} is not one of {', '.join(column.choices)}.")


def _factor(where: str, column: Column, entry: dict[str, Any]) -> float | None:
    unit, factor = entry.get("unit"), entry.get("factor")
    if unit is None and factor is None:
        return None
    if column.kind not in ("number", "text") or (unit is not None and factor is not None):
        raise SchemaError(f"{where}: a number may have one of unit and factor, other columns neither.")
    if unit is not None:
        if column.unit != "minutes" or not isinstance(unit, str) or unit not in MINUTES:
            raise SchemaError(f"{where}: unit is one of {', '.join(MINUTES)}, for columns in minutes; got {shortened(unit)}.")
        return MINUTES[unit]
    if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not 0 < abs(factor) < 1e300:
        raise SchemaError(f"{where}: factor is a number other than 0; got {shortened(factor)}.")
    return float(factor)


def _formats(where: str, column: Column, entry: dict[str, Any]) -> tuple[str, ...]:
    given = entry.get("date_format")
    formats = texts_of(where, {"date_format": [given] if isinstance(given, str) else given or []}, "date_format")
    if formats and column.kind not in ("instant", "text"):
        raise SchemaError(f"{where}: date_format is for columns of dates; {column.name} holds another kind.")
    for pattern in formats:
        try:
            probe = dt.datetime(2011, 3, 7, 19, 30)
            readable = "%" in pattern and dt.datetime.strptime(probe.strftime(pattern), pattern).date() == probe.date()
        except ValueError:
            readable = False
        if not readable:
            raise SchemaError(f'{where}: {shortened(pattern)} does not say a whole date; write it as "%d/%m/%Y".')
    return formats


def shortened(value: Any) -> str:
    """What came, in a message: short, however long it is."""
    return reprlib.repr(value)


def texts_of(where: str, section: dict[str, Any], key: str) -> tuple[str, ...]:
    """A list of texts under a key, empty where there is none; raises SchemaError for anything else."""
    given = section.get(key, [])
    if not is_texts(given):
        raise SchemaError(f'{where}: {key} is a list of texts such as ["NA"]; got {shortened(given)}.')
    return tuple(given)


def is_texts(given: Any) -> bool:
    """Whether something is a list of texts."""
    return isinstance(given, (list, tuple)) and all(isinstance(text, str) for text in given)


def text_of_toml(value: Any) -> str:
    """What TOML holds, as the text a table would hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else str(value)


def require_keys(where: str, section: dict[str, Any], allowed: tuple[str, ...], what: str) -> None:
    """Raise SchemaError where a section has a key it cannot have."""
    for key in section:
        if key not in allowed:
            near = get_close_matches(str(key), allowed, n=1)
            meant = f" Did you mean {near[0]!r}?" if near else f" Known are {', '.join(allowed)}."
            raise SchemaError(f"{where}: {shortened(key)} is no {what} of a mapping.{meant}")
