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
    outcome = { from = "Attended?", patterns = { "^dna|did not" = "did_not_attend", "^canc" = "cancelled" } }
    with_person_id = { from = "Keyworker", numbered = "worker" }   # a name each becomes worker-1, worker-2 …

A table may be made of several parts, and one file may fill several tables::

    [[people]]
    file = "contacts_*.csv"                    # or a list of files or sheets: their rows stand one behind the other
    area = "A3:F40"                            # as a spreadsheet writes it: the heading begins in row 3
    heading_rows = 2
    only = { Kind = "^contact" }               # rows in which the pattern is found in their column …
    leave_out = { Client = "^(grand )?total" }  # … and rows to leave out
    once = true                                # one row an id: the first value of each column
    drop = ["Name", "DOB"]                     # columns never taken in
    extras = false                             # no other column rides along either

    [[people]]
    file = "staff.csv"

``default`` fills what is absent or empty and nothing else; ``other`` stands for every word that is neither listed under
``values`` nor one of ours. A column's other common names are suggested in messages and never applied by
themselves: what a column means is for the person who knows the data to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from recoverynet.errors import SchemaError
from recoverynet.tables.areas import Area, read_area
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.mapping_columns import (
    ColumnMap,
    column_of,
    is_texts,
    read_column_map,
    read_pattern,
    require_keys,
    shortened,
    text_of_toml,
    texts_of,
)
from recoverynet.tables.record import LeftOut
from recoverynet.tables.schema import require_time_zone
from recoverynet.untrusted.opening import MOST_SETTINGS_BYTES, read_text
from recoverynet.untrusted.structured import parse_toml

TOP_KEYS = ("time_zone", "states", "window", "left_out")
_PLACE_KEYS = ("file", "sheet", "table")
TABLE_KEYS = (*_PLACE_KEYS, "area", "heading_rows", "only", "leave_out", "once", "missing", "keep", "drop", "extras", "columns")


@dataclass(frozen=True)
class TableMap:
    """Where one table, or one part of it, comes from; ``sources`` is empty where its own name is to be used.

    Attributes
    ----------
    place : {"", "file", "sheet", "table"}
    sources : tuple of str
        Names of files, sheets or tables, or patterns with ``*``; their rows stand one behind the other.
    area : Area or None
        The part of each sheet or file; None for all of it.
    only, leave_out : dict of their column to pattern
        Which rows to take: those in which every pattern of ``only`` is found and none of ``leave_out``.
    once : bool
        One row an id: of several rows the first value of each column that is not missing.
    drop : tuple of str
        Columns of theirs that are never taken in.
    extras : bool
        Whether columns that are none of ours ride along.
    """

    name: str
    place: str
    sources: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    columns: dict[str, ColumnMap] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    area: Area | None = None
    only: dict[str, str] = field(default_factory=dict)
    leave_out: dict[str, str] = field(default_factory=dict)
    once: bool = False
    drop: tuple[str, ...] = ()
    extras: bool = True


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
    tables : dict of str to tuple of TableMap
        The parts each table is made of, most often one.
    """

    label: str
    tz: str | None = None
    states: tuple[str, ...] = ()
    window: tuple[str, str] | None = None
    left_out: tuple[LeftOut, ...] = ()
    tables: dict[str, tuple[TableMap, ...]] = field(default_factory=dict)

    def parts(self, name: str) -> tuple[TableMap, ...]:
        """The parts of one table, none where the mapping does not speak of it."""
        return self.tables.get(name, ())


NO_MAPPING = Mapping("no mapping")


def matches_source(given: str, name: str, *, files: bool) -> bool:
    """Whether a name or pattern in a mapping stands for a source's table (``name`` in small letters)."""
    wanted = given.strip().lower()
    bare = re.sub(r"\.[a-z0-9]{2,7}$", "", wanted) if files else wanted
    return any(known == name or ("*" in known and fnmatch(name, known)) for known in (wanted, bare))


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
    >>> round(mapping.tables["contact_log"][0].columns["duration_min"].factor, 4)
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
    require_keys(label, content, (*TOP_KEYS, *READABLE_TABLES), "table or setting")
    tables = {name: _parts(label, name, section) for name, section in content.items() if name not in TOP_KEYS}
    tz = content.get("time_zone")
    if tz is not None:
        require_time_zone(tz, f"{label}, time_zone")
    states = content.get("states", [])
    window = content.get("window")
    if not is_texts(states):
        raise SchemaError(f"{label}, states: expected a list of words, got {shortened(states)}.")
    if window is not None and not (isinstance(window, list) and len(window) == 2):
        raise SchemaError(f"{label}, window: expected a list of two dates [start, end], got {shortened(window)}.")
    bounds = None if window is None else (text_of_toml(window[0]), text_of_toml(window[1]))
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


def _parts(label: str, name: str, section: Any) -> tuple[TableMap, ...]:
    """The parts of one table: one section [people], or several [[people]]."""
    if isinstance(section, list) and section:
        return tuple(_table(f"{label}, [[{name}]] {place}", name, part) for place, part in enumerate(section, start=1))
    return (_table(f"{label}, [{name}]", name, section),)


def _table(where: str, name: str, section: Any) -> TableMap:
    if not isinstance(section, dict):
        raise SchemaError(f"{where}: expected a section with file = and columns, got {shortened(section)}.")
    require_keys(where, section, TABLE_KEYS, "key")
    places = [key for key in _PLACE_KEYS if key in section]
    if len(places) > 1:
        raise SchemaError(f"{where}: say one of file, sheet and table; it says {' and '.join(places)}.")
    given = section[places[0]] if places else []
    sources = [given] if isinstance(given, str) else given
    columns, once, extras = section.get("columns", {}), section.get("once", False), section.get("extras", True)
    if not is_texts(sources) or not isinstance(columns, dict):
        raise SchemaError(f"{where}: file is a text or a list of texts, and columns a section of ours = theirs.")
    for key, value in (("once", once), ("extras", extras)):
        if not isinstance(value, bool):
            raise SchemaError(f"{where}: {key} is true or false; got {shortened(value)}.")
    maps = {}
    for title, entry in columns.items():
        maps[title] = read_column_map(f"{where[:-1]}.columns] {title}", column_of(name, title), entry)
    area = read_area(where, section.get("area", "A1"), section.get("heading_rows", 1)) if _has_area(section) else None
    return TableMap(
        name,
        places[0] if places else "",
        tuple(sources),
        texts_of(where, section, "missing"),
        maps,
        texts_of(where, section, "keep"),
        area,
        _row_patterns(where, section, "only"),
        _row_patterns(where, section, "leave_out"),
        once,
        texts_of(where, section, "drop"),
        extras,
    )


def _has_area(section: dict[str, Any]) -> bool:
    return "area" in section or "heading_rows" in section


def _row_patterns(where: str, section: dict[str, Any], key: str) -> dict[str, str]:
    given = section.get(key, {})
    if not isinstance(given, dict) or not all(isinstance(pattern, str) for pattern in given.values()):
        raise SchemaError(
            f'{where}: {key} is a section of their column = pattern, such as {{ Client = "^total" }}; got {shortened(given)}.'
        )
    return {str(title): read_pattern(f"{where}, {key}", pattern) for title, pattern in given.items()}
