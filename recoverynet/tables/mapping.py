"""Foreign shapes: which file is which table, which column is which, in what units and words.

A mapping is a TOML file::

    time_zone = "Europe/Berlin"                # times without an offset are local there
    states = ["using", "reduced", "abstinent", "unknown"]   # words a state may take; default: the usual six
    window = ["2016-11-30", "2016-12-02"]      # period under observation, its end not included

    [people]
    file = "clients.csv"                       # or sheet = "Clients", table = "clients"; default: the table's name
    missing = ["NA"]                           # words for nothing recorded, in every column but ids
    keep = ["seniority"]                       # extra columns that pseudonymising keeps; default: none of them

    [people.columns]                           # ours = theirs
    area = "ward"
    role = { from = "type", values = { 1 = "client", 2 = "peer" }, missing = ["9"], other = "community" }
    joined_on = { from = "registered", date_format = "%d/%m/%Y" }

    [contact_log.columns]
    duration_min = { from = "duration_s", unit = "seconds" }   # or factor = 0.0167
    started_at = { from = ["Date", "Time"], date_format = "%d/%m/%Y %H:%M" }   # two columns, joined by a space

``default`` fills what is absent or empty and nothing else; ``other`` stands for every word that is neither listed under
``values`` nor one of ours. A column's other common names are suggested in messages and never applied by
themselves: what a column means is for the person who knows the data to say.
"""

from __future__ import annotations

import datetime as dt
import reprlib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from recoverynet.errors import SchemaError
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.record import LeftOut
from recoverynet.tables.schema import Column, require_time_zone
from recoverynet.untrusted.opening import MOST_SETTINGS_BYTES, read_text
from recoverynet.untrusted.structured import parse_toml

MINUTES = {"milliseconds": 1 / 60_000, "seconds": 1 / 60, "minutes": 1.0, "hours": 60.0, "days": 1440.0}
_TOP_KEYS = ("time_zone", "states", "window", "left_out")
_PLACE_KEYS = ("file", "sheet", "table")
_TABLE_KEYS = (*_PLACE_KEYS, "missing", "keep", "columns")
_COLUMN_KEYS = ("from", "missing", "values", "unit", "factor", "date_format", "default", "other")


@dataclass(frozen=True)
class ColumnMap:
    """Where one column comes from, and how its values are to be read; factor and formats as in the file.

    ``joined`` are further columns whose values stand behind those of ``source``, after a space.
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


@dataclass(frozen=True)
class TableMap:
    """Where one table comes from; ``source`` is empty where its own name is to be used."""

    name: str
    place: str
    source: str = ""
    missing: tuple[str, ...] = ()
    columns: dict[str, ColumnMap] = field(default_factory=dict)
    keep: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mapping:
    """How the tables of one source become those of a record.

    Attributes
    ----------
    label : str
        What messages call it.
    tz : str or None
        IANA time zone, None where the mapping does not say.
    states : tuple of str
        Words a state may take; empty where the mapping does not say.
    window : tuple of two texts or None
    left_out : tuple of LeftOut
        What an earlier reading left out, where the tables were written after it.
    tables : dict of str to TableMap
    """

    label: str
    tz: str | None = None
    states: tuple[str, ...] = ()
    window: tuple[str, str] | None = None
    left_out: tuple[LeftOut, ...] = ()
    tables: dict[str, TableMap] = field(default_factory=dict)


NO_MAPPING = Mapping("no mapping")


def read_mapping(mapping: str | Path | dict[str, Any] | Mapping | None, *, inside: Path | None = None) -> Mapping:
    """How is this source to be read?

    Parameters
    ----------
    mapping : path, dict, Mapping or None
        A TOML file, what such a file holds as a dict, or a mapping already read. None maps nothing.
    inside : path, optional
        The folder the file must lie in once links are followed. Default: anywhere.

    Returns
    -------
    Mapping

    Raises
    ------
    SchemaError
        The file is missing or not TOML; a table, column, unit, key or time zone in it is unknown. The message names the
        place in the file.

    Examples
    --------
    >>> from recoverynet.tables.mapping import read_mapping
    >>> mapping = read_mapping({"contact_log": {"columns": {"duration_min": {"from": "secs", "unit": "seconds"}}}})
    >>> round(mapping.tables["contact_log"].columns["duration_min"].factor, 4)
    0.0167
    """
    if mapping is None:
        return NO_MAPPING
    if isinstance(mapping, Mapping):
        return mapping
    if isinstance(mapping, dict):
        return _mapping("the mapping", mapping)
    path = Path(mapping)
    if not path.exists() or path.is_dir():
        raise SchemaError(f"There is no mapping file {str(path)!r}.")
    text = read_text(path, most=MOST_SETTINGS_BYTES, inside=inside, remedy="A mapping is a short file of settings; is this it?")
    return _mapping(path.name, parse_toml(text, f"The mapping {path.name}"))


def _mapping(label: str, content: dict[str, Any]) -> Mapping:
    _require_keys(label, content, (*_TOP_KEYS, *READABLE_TABLES), "table or setting")
    tables = {name: _table(f"{label}, [{name}]", name, section) for name, section in content.items() if name not in _TOP_KEYS}
    tz = content.get("time_zone")
    if tz is not None:
        require_time_zone(tz, f"{label}, time_zone")
    states = content.get("states", [])
    window = content.get("window")
    if not _is_texts(states):
        raise SchemaError(f"{label}, states: expected a list of words, got {_shown(states)}.")
    if window is not None and not (isinstance(window, list) and len(window) == 2):
        raise SchemaError(f"{label}, window: expected a list of two dates [start, end], got {_shown(window)}.")
    bounds = None if window is None else (_as_text(window[0]), _as_text(window[1]))
    return Mapping(label, tz, tuple(states), bounds, _left_out(label, content.get("left_out", [])), tables)


def _left_out(label: str, given: Any) -> tuple[LeftOut, ...]:
    """What ``write_record`` noted of an earlier reading."""
    try:
        return tuple(
            LeftOut(str(each["table"]), int(each["n_rows"]), int(each["n_of"]), tuple((str(why), int(n)) for why, n in each["why"]))
            for each in given
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SchemaError(
            f"{label}, left_out: expected sections [[left_out]] with table, n_rows, n_of and why, as write_record writes them."
        ) from error


def _table(where: str, name: str, section: Any) -> TableMap:
    if not isinstance(section, dict):
        raise SchemaError(f"{where}: expected a section with file = and columns, got {_shown(section)}.")
    _require_keys(where, section, _TABLE_KEYS, "key")
    places = [key for key in _PLACE_KEYS if key in section]
    if len(places) > 1:
        raise SchemaError(f"{where}: say one of file, sheet and table; it says {' and '.join(places)}.")
    source = section[places[0]] if places else ""
    columns = section.get("columns", {})
    if not isinstance(source, str) or not isinstance(columns, dict):
        raise SchemaError(f"{where}: file is a text and columns a section of ours = theirs.")
    maps = {}
    for title, entry in columns.items():
        maps[title] = _column(f"{where[:-1]}.columns] {title}", _column_of(name, title), entry)
    return TableMap(
        name, places[0] if places else "", source, _texts(where, section, "missing"), maps, _texts(where, section, "keep")
    )


def _column_of(table: str, title: str) -> Column:
    """The schema's column, or a plain text column where the schema has none: extra columns may be mapped too."""
    schema = READABLE_TABLES[table]
    return schema[title] if title in schema.names else Column(title, "text", "")


def _column(where: str, column: Column, entry: Any) -> ColumnMap:
    if isinstance(entry, str):
        return ColumnMap(column.name, entry)
    if not isinstance(entry, dict):
        raise SchemaError(f"{where}: expected the name of their column or {{ from = …, … }}, got {_shown(entry)}.")
    _require_keys(where, entry, _COLUMN_KEYS, "key")
    sources = _sources(where, column, entry.get("from", column.name))
    default, other, values = entry.get("default"), entry.get("other"), entry.get("values", {})
    if not isinstance(values, dict):
        raise SchemaError(f"{where}: values is a section of theirs = ours; got {_shown(values)}.")
    texts = {str(theirs): _as_text(ours) for theirs, ours in values.items()}
    default, other = (None if given is None else _as_text(given) for given in (default, other))
    _require_choices(where, column, [*texts.values(), *(given for given in (default, other) if given is not None)])
    if other is not None:
        texts = {**{word: word for word in column.choices}, **texts}
    return ColumnMap(
        column.name,
        sources[0],
        _texts(where, entry, "missing"),
        texts,
        _factor(where, column, entry),
        _formats(where, column, entry),
        default,
        other,
        sources[1:],
    )


def _sources(where: str, column: Column, given: Any) -> tuple[str, ...]:
    """The columns one of ours comes from: one, or, for dates and texts, several to be joined."""
    if isinstance(given, str):
        return (given,)
    if not _is_texts(given) or not given:
        raise SchemaError(f"{where}: from is the name of their column, or a list of names to be joined; got {_shown(given)}.")
    if len(given) > 1 and column.kind not in ("instant", "text"):
        raise SchemaError(f"{where}: only columns of dates and texts can be joined; {column.name} is neither.")
    return tuple(given)


def _require_choices(where: str, column: Column, words: list[str]) -> None:
    wrong = [word for word in words if column.choices and word not in column.choices]
    if wrong:
        raise SchemaError(f"{where}: {_shown(wrong[0])} is not one of {', '.join(column.choices)}.")


def _factor(where: str, column: Column, entry: dict[str, Any]) -> float | None:
    unit, factor = entry.get("unit"), entry.get("factor")
    if unit is None and factor is None:
        return None
    if column.kind not in ("number", "text") or (unit is not None and factor is not None):
        raise SchemaError(f"{where}: a number may have one of unit and factor, other columns neither.")
    if unit is not None:
        if column.unit != "minutes" or not isinstance(unit, str) or unit not in MINUTES:
            raise SchemaError(f"{where}: unit is one of {', '.join(MINUTES)}, for columns in minutes; got {_shown(unit)}.")
        return MINUTES[unit]
    if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not 0 < abs(factor) < 1e300:
        raise SchemaError(f"{where}: factor is a number other than 0; got {_shown(factor)}.")
    return float(factor)


def _formats(where: str, column: Column, entry: dict[str, Any]) -> tuple[str, ...]:
    given = entry.get("date_format")
    formats = _texts(where, {"date_format": [given] if isinstance(given, str) else given or []}, "date_format")
    if formats and column.kind not in ("instant", "text"):
        raise SchemaError(f"{where}: date_format is for columns of dates; {column.name} holds another kind.")
    for pattern in formats:
        try:
            probe = dt.datetime(2011, 3, 7, 19, 30)
            readable = "%" in pattern and dt.datetime.strptime(probe.strftime(pattern), pattern).date() == probe.date()
        except ValueError:
            readable = False
        if not readable:
            raise SchemaError(f'{where}: {_shown(pattern)} does not say a whole date; write it as "%d/%m/%Y".')
    return formats


def _shown(value: Any) -> str:
    """What came, in a message: short, however long it is."""
    return reprlib.repr(value)


def _texts(where: str, section: dict[str, Any], key: str) -> tuple[str, ...]:
    given = section.get(key, [])
    if not _is_texts(given):
        raise SchemaError(f'{where}: {key} is a list of texts such as ["NA"]; got {_shown(given)}.')
    return tuple(given)


def _is_texts(given: Any) -> bool:
    return isinstance(given, (list, tuple)) and all(isinstance(text, str) for text in given)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else str(value)


def _require_keys(where: str, section: dict[str, Any], allowed: tuple[str, ...], what: str) -> None:
    for key in section:
        if key not in allowed:
            near = get_close_matches(str(key), allowed, n=1)
            meant = f" Did you mean {near[0]!r}?" if near else f" Known are {', '.join(allowed)}."
            raise SchemaError(f"{where}: {_shown(key)} is no {what} of a mapping.{meant}")
