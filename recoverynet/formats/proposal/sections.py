"""One section of a proposed mapping: what it says, and its doubts as comments."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from recoverynet.tables.areas import Area

Value = str | bool | Sequence[str] | Mapping[str, object]


@dataclass
class MappingSection:
    """A part of one table.

    Attributes
    ----------
    table : str
    place : {"file", "sheet", "table"}
    sources : list of str
        What its files or sheets are called.
    area : Area or None
    settings : dict
        ``once``, ``leave_out`` and the like.
    columns : dict of ours to what fills it
    comments : list of str
        What was not certain, or not taken; stands over the section.
    beside : dict of ours to str
        A remark on one column; stands over its line.
    asked : dict of ours to str
        Lines that stand commented out until somebody answers.
    """

    table: str
    place: str
    sources: list[str]
    area: Area | None = None
    settings: dict[str, Value] = field(default_factory=dict)
    columns: dict[str, Value] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    beside: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)

    def same_shape(self, other: MappingSection) -> bool:
        """Whether another section differs in the name of its file or sheet alone."""
        mine = (self.table, self.place, self.area, self.settings, self.columns, self.asked)
        return mine == (other.table, other.place, other.area, other.settings, other.columns, other.asked)

    def written(self) -> str:
        """The section as TOML."""
        lines = [line for comment in self.comments for line in commented(comment)]
        lines.append(f"[[{self.table}]]")
        lines.append(f"{self.place} = {toml(self.sources[0] if len(self.sources) == 1 else self.sources)}")
        if self.area is not None:
            lines.append(f"area = {toml(self.area.written())}")
            lines += [f"heading_rows = {self.area.heading_rows}"] * (self.area.heading_rows > 1)
        lines += [f"{key} = {toml(value)}" for key, value in self.settings.items()]
        lines.append("extras = false")
        lines.append(f"[{self.table}.columns]")
        for name, value in self.columns.items():
            lines += commented(self.beside.get(name, ""))
            lines.append(f"{name} = {toml(value)}")
        for name, line in self.asked.items():
            lines += commented(self.beside.get(name, ""))
            lines.append(f"# {line}")
        return "\n".join(lines)


def toml(value: object) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(str(key))} = {toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(toml(inner) for inner in value) + "]"
    return str(value)


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare and name else json.dumps(name, ensure_ascii=False)


def commented(text: str) -> list[str]:
    """A text as lines of comment, none for an empty one."""
    safe = "".join(sign if sign.isprintable() else " " for sign in text)
    return [f"# {line}" for line in textwrap.wrap(safe, 110)]


def some_of(words: Sequence[str], most: int = 8) -> str:
    """Some words for a comment, the first of many."""
    named = ", ".join(json.dumps(word, ensure_ascii=False) for word in words[:most])
    return named + (f" and {len(words) - most} more" if len(words) > most else "")
