"""TOML, JSON and XML that others wrote: parsed only as deep and as large as settings and networks are."""

from __future__ import annotations

import json
import re
import tomllib
import xml.etree.ElementTree as ElementTree
import xml.parsers.expat as expat
from typing import Any

from recoverynet.errors import SchemaError

DEEPEST = 50
"""Levels of brackets or elements inside one another."""
MOST_JSON_BYTES = 50_000_000
MOST_XML_BYTES = 100_000_000
MOST_ELEMENTS = 3_000_000
LONGEST_ATTRIBUTE = 1_000_000
_HALF_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """What a TOML text says; ``name`` is what messages call it.

    Raises
    ------
    SchemaError
        It is not TOML, or nested deeper than settings are.

    Examples
    --------
    >>> parse_toml('time_zone = "Europe/Paris"', "record.toml")
    {'time_zone': 'Europe/Paris'}
    """
    try:
        content = tomllib.loads(text)
    except RecursionError:
        raise _too_deep(name, "TOML") from None
    except ValueError as error:  # TOMLDecodeError is one, and so are numbers of thousands of digits
        raise SchemaError(f"{name} is not a TOML file: {error}.") from error
    _require_shallow(content, name, "TOML")
    return content


def parse_json(text: str, name: str, *, most: int = MOST_JSON_BYTES) -> Any:
    """What a JSON text says; ``name`` is what messages call it.

    Raises
    ------
    SchemaError
        It is not JSON, too large, or nested deeper than tables and networks are.

    Examples
    --------
    >>> parse_json('{"nodes": []}', "network.json")
    {'nodes': []}
    """
    if len(text) > most:
        raise SchemaError(f"{name} has {len(text):,} characters of JSON, and at most {most:,} are read. Split it.")
    try:
        content = json.loads(text)
    except RecursionError:
        raise _too_deep(name, "JSON") from None
    except ValueError as error:
        raise SchemaError(f"{name} is not JSON: {error}.") from error
    _require_shallow(content, name, "JSON")
    return whole_characters(content, text)


def whole_characters(content: Any, text: str) -> Any:
    r"""What the JSON ``text`` held, each half of a character replaced by U+FFFD: JSON can escape one, and no file can hold it.

    Examples
    --------
    >>> whole_characters(["\ud800a"], r'["\ud800a"]') == ["\N{REPLACEMENT CHARACTER}a"]
    True
    """
    return _with_whole_characters(content) if _HALF_ESCAPED.search(text) else content


def _with_whole_characters(content: Any) -> Any:
    if isinstance(content, str):
        return _HALF.sub("\N{REPLACEMENT CHARACTER}", content)
    if isinstance(content, list):
        return [_with_whole_characters(each) for each in content]
    if isinstance(content, dict):
        return {_HALF.sub("\N{REPLACEMENT CHARACTER}", key): _with_whole_characters(each) for key, each in content.items()}
    return content


def parse_xml(content: bytes, name: str, *, most: int = MOST_XML_BYTES) -> ElementTree.Element:
    """The root of an XML text; ``name`` is what messages call it.

    Raises
    ------
    SchemaError
        It is not XML, too large, nested too deep, or declares entities of its own, with which a short text can be made to
        stand for gigabytes or for other files of this machine.

    Examples
    --------
    >>> parse_xml(b"<graph><node id='a'/></graph>", "network.xml")[0].attrib
    {'id': 'a'}
    """
    if len(content) > most:
        raise SchemaError(f"{name} has {len(content):,} bytes of XML, and at most {most:,} are read. Split it.")
    _walk(content, name)
    return ElementTree.fromstring(content)


def _walk(content: bytes, name: str) -> None:
    """Go through an XML text once, keeping nothing, and refuse what would be unwise to build."""
    depth = n_elements = 0

    def opened(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, n_elements
        depth, n_elements = depth + 1, n_elements + 1
        if depth > DEEPEST:
            raise _too_deep(name, "XML")
        if n_elements > MOST_ELEMENTS:
            raise SchemaError(f"{name} holds more than {MOST_ELEMENTS:,} elements of XML, and no more are read. Split it.")

    def closed(tag: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(entity: str, *more: object) -> None:
        raise SchemaError(
            f"{name} declares the entity {entity[:40]!r}, with which a short text can stand for a very long one or for another "
            "file, and is not read. Export it again from the program it came from."
        )

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.EntityDeclHandler = opened, closed, declared
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise SchemaError(f"{name} is not XML: {error}. Export it again; perhaps it was cut short.") from error
    except (LookupError, ValueError) as error:
        if isinstance(error, SchemaError):
            raise
        raise SchemaError(f"{name} is not XML that can be read: {error}. Save it in UTF-8.") from error


def _require_shallow(content: Any, name: str, kind: str) -> None:
    level = [content]
    for _ in range(DEEPEST + 1):
        inner = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)]
        level = [each for values in inner for each in values if isinstance(each, dict | list)]
        if not level:
            return
    raise _too_deep(name, kind)


def _too_deep(name: str, kind: str) -> SchemaError:
    return SchemaError(f"{name} is nested more than {DEEPEST} levels deep, which no {kind} of ours is. Look at its brackets.")
