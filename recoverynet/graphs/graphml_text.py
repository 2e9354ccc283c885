"""GraphML as other programs write it, made fit to be read: numbers and yes or no without space, nothing where nothing stands."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from recoverynet.errors import SchemaError
from recoverynet.untrusted.structured import parse_xml

_SPACE = "{http://graphml.graphdrawing.org/xmlns}"
_FLAGS = {"true": "true", "1": "true", "false": "false", "0": "false"}
_WHOLE, _NUMBERS = ("int", "integer", "long"), ("float", "double")


def readable_graphml(written: bytes, name: str) -> str:
    """The text of a GraphML file with every value written as its type is.

    Parameters
    ----------
    written : bytes
        What the file holds.
    name : str
        Name of the file, for messages.

    Returns
    -------
    str

    Raises
    ------
    SchemaError
        It is not XML, or a value is not of the type its attribute says.
    """
    try:
        root = parse_xml(written, name)
    except ElementTree.ParseError as error:
        raise SchemaError(f"{name!r} is not a GraphML file that can be read: {error}.") from error
    keys = {key.get("id"): key for key in root.iter(f"{_SPACE}key")}
    for key in keys.values():
        for default in key.findall(f"{_SPACE}default"):
            if not _settle(default, key, name):
                key.remove(default)
    for parent in root.iter():
        for data in parent.findall(f"{_SPACE}data"):
            kind = keys.get(data.get("key"))
            if kind is not None and not _settle(data, kind, name):
                parent.remove(data)
    # A reader makes a line feed of a bare carriage return.
    return ElementTree.tostring(root, encoding="unicode").replace("\r", "&#13;")


def _settle(element: ElementTree.Element, key: ElementTree.Element, name: str) -> bool:
    """Write a value as its type is; False where none stands there."""
    kind, title = key.get("attr.type", "string"), key.get("attr.name", key.get("id"))
    if kind not in (*_WHOLE, *_NUMBERS, "boolean") or len(element):
        return True
    text = (element.text or "").strip()
    if not text:
        return False
    try:
        element.text = _as_kind(text, kind)
    except (ValueError, KeyError, OverflowError):
        what = "true or false" if kind == "boolean" else "a whole number" if kind in _WHOLE else "a number"
        raise SchemaError(f"{name!r}: a value of the attribute {title!r} should be {what} ({kind}); it is {text!r}.") from None
    return True


def _as_kind(text: str, kind: str) -> str:
    if kind == "boolean":
        return _FLAGS[text.lower()]
    if kind in _NUMBERS:
        return repr(float(text))
    try:
        return str(int(text))
    except ValueError:
        number = float(text)
        if not number.is_integer():
            raise
        return str(int(number))
