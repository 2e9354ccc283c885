"""XML as other programs write it, read without entities, document types or anything outside the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias
from xml.parsers import expat

from recoverynet.errors import SchemaError
from recoverynet.formats.opened import decoded
from recoverynet.untrusted.structured import MOST_ELEMENTS, MOST_XML_BYTES

MOST_DEPTH = 64
Start: TypeAlias = Callable[[str, dict[str, str]], None]
End: TypeAlias = Callable[[str, str], None]


class _Refused(Exception):
    """The file holds what no network file needs."""


def walk_xml(data: bytes, name: str, start: Start, end: End) -> None:
    """Call ``start(tag, attributes)`` and ``end(tag, text)`` for every element; prefixes of names are left out.

    Raises
    ------
    SchemaError
        The file is empty, cut short, no XML, nested beyond reason, or declares a document type or entities.
    """
    decoded(data[:4096], name)
    if len(data) > MOST_XML_BYTES:
        raise SchemaError(f"{name!r} has {len(data):,} bytes of XML, and at most {MOST_XML_BYTES:,} are read. Split it.")
    walker = _Walker(start, end)
    try:
        walker.parser.Parse(data, True)
    except _Refused as refused:
        raise SchemaError(f"{name!r} was not read: {refused}") from None
    except (expat.ExpatError, LookupError, ValueError) as error:
        line = f" at line {error.lineno:,}" if isinstance(error, expat.ExpatError) else ""
        raise SchemaError(f"{name!r} is not sound XML{line}: it is cut short or of another kind. Export it again.") from None


class _Walker:
    """An expat parser with a stack of texts."""

    def __init__(self, start: Start, end: End) -> None:
        self._start, self._end = start, end
        self._texts: list[list[str]] = []
        self._n_elements = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._open
        self.parser.EndElementHandler = self._close
        self.parser.CharacterDataHandler = self._write
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.EntityDeclHandler = self._refuse_doctype
        self.parser.ExternalEntityRefHandler = self._refuse_doctype

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._texts) >= MOST_DEPTH:
            raise _Refused(f"its elements are nested more than {MOST_DEPTH} deep.")
        self._n_elements += 1
        if self._n_elements > MOST_ELEMENTS:
            raise _Refused(f"it holds more than {MOST_ELEMENTS:,} elements. Split it.")
        self._texts.append([])
        self._start(_bare(tag), {_bare(key): value for key, value in attributes.items()})

    def _close(self, tag: str) -> None:
        self._end(_bare(tag), "".join(self._texts.pop()))

    def _write(self, text: str) -> None:
        if self._texts:
            self._texts[-1].append(text)

    def _refuse_doctype(self, *_: object) -> int:
        raise _Refused("it declares a document type or entities, which can reach outside the file. Export it without.")


def _bare(name: str) -> str:
    return name.rpartition(":")[2]
