"""A Pajek file cut into its sections, each with its heading, its lines and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from recoverynet.errors import SchemaError
from recoverynet.formats.opened import text_lines
from recoverynet.formats.raw_networks import require_number_of_people

_RELATION = re.compile(r":\s*(\d+)(?:\s+(.*))?$")
_ENTITY = re.compile(r"&#(\d{1,7});")
WORD = re.compile(r'"[^"]*"|\[[^\]]*\]|[^\s"]+')
LIST_SECTIONS = ("arcs", "edges", "arcslist", "edgeslist", "matrix")


class PajekSection(NamedTuple):
    """One section: ``vertices``, ``arcs`` and so on, what stands behind that word, its lines, and comments before it."""

    kind: str
    rest: str
    lines: list[tuple[int, str]]
    comments: list[str]

    def relation(self) -> tuple[int, str]:
        """Number and name of the relation, as in ``*Arcs :1 "friends"``; 1 and nothing where there are none."""
        found = _RELATION.search(self.rest)
        return (int(found.group(1)), label_of(found.group(2) or "")) if found else (1, "")

    def size(self, name: str) -> tuple[int, int]:
        """Number of vertices, and how many of them are of the first set (all, in a network of one set)."""
        words = self.rest.split()
        if not words or not all(word.isdecimal() and len(word) < 10 for word in words[:2]):
            raise SchemaError(f"{name!r} does not say how many vertices it holds: '*Vertices {self.rest[:40]}'.")
        n = require_number_of_people(int(words[0]), name)
        first = int(words[1]) if len(words) > 1 else n
        if first > n:
            raise SchemaError(f"{name!r} declares {n} vertices, {first} of them in the first set.")
        return n, first


def sections_of(text: str, name: str) -> Iterator[PajekSection]:
    """Sections in their order; comments (``%``, ``/*``) belong to the section after them.

    Raises
    ------
    SchemaError
        The file does not begin with a section.
    """
    current: PajekSection | None = None
    comments: list[str] = []
    for number, line in enumerate(text_lines(text), start=1):
        bare = line.strip()
        if not bare or bare == "\x1a":
            continue
        if bare.startswith(("%", "/*")):
            comments.append(bare.lstrip("%/* ").removesuffix("*/").strip())
        elif bare.startswith("*"):
            if current is not None:
                yield current
            kind, _, rest = bare[1:].lstrip().partition(" ")
            word, colon, number_behind = kind.partition(":")
            current = PajekSection(word.lower(), (colon + number_behind + " " + rest).strip(), [], comments)
            comments = []
        elif current is None:
            raise SchemaError(f"{name!r} is no Pajek file: it does not begin with *Vertices or *Network.")
        else:
            current.lines.append((number, bare))
    if current is not None:
        yield current


def words_of(line: str) -> list[str]:
    """Words of a line; what stands in quotation marks or square brackets is one."""
    return WORD.findall(line) or [line]


def label_of(text: str) -> str:
    """A label without its quotation marks, with ``&#34;`` and the like as the signs they stand for."""
    bare = text.strip()
    if len(bare) > 1 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1]
    return _ENTITY.sub(lambda found: chr(min(int(found.group(1)), 0x10FFFF)), bare)


def quoted(label: str) -> str:
    """A label as Pajek writes it."""
    return '"' + label.replace("&#", "&#38;#").replace('"', "&#34;") + '"'
