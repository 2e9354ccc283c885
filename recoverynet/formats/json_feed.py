"""JSON as feeds deliver it: an error page under its name, cut short, a text left open at the end of its line."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverynet.arguments import as_path
from recoverynet.errors import SchemaError
from recoverynet.untrusted.structured import whole_characters

LARGEST = 200_000_000
_OPEN_TEXT = re.compile(r'^((?:[^"\\]|\\.|"(?:[^"\\]|\\.)*")*)"((?:[^"\\]|\\.)*)$')


@dataclass(frozen=True)
class Feed:
    """What a JSON file held.

    Attributes
    ----------
    content : object
        Dicts, lists, texts and numbers.
    mended : tuple of str
        What had to be done before it could be read, in plain sentences.
    """

    content: Any
    mended: tuple[str, ...] = ()


def read_feed(path: str | Path) -> Feed:
    """What does this JSON file hold?

    Parameters
    ----------
    path : path
        UTF-8 or UTF-16, at most 200 MB.

    Returns
    -------
    Feed

    Raises
    ------
    SchemaError
        It is missing, empty, too large, a web page, another kind of file or cut short; the message says which, and on
        which line reading stopped.
    """
    path = as_path(path, "Reading a feed")
    text = _text_of(path)
    try:
        return _read(path, text)
    except RecursionError as error:
        raise SchemaError(
            f"{path.name} is no list of meetings or services: its parts stand inside one another without end."
        ) from error
    except SchemaError:
        raise
    except ValueError as error:  # Python's bound on the digits of a whole number
        raise SchemaError(f"{path.name} is no list of meetings or services: it holds a number of thousands of digits.") from error


def _read(path: Path, text: str) -> Feed:
    try:
        return Feed(whole_characters(_loaded(text), text))
    except json.JSONDecodeError as error:
        mended = _mended(text)
        if mended is not None:
            return mended
        raise SchemaError(_in_words(path, text, error)) from error


def _loaded(text: str) -> Any:
    return json.loads(text, parse_constant=lambda _: None)


def _text_of(path: Path) -> str:
    if path.is_dir():
        raise SchemaError(f"{str(path)!r} is a folder; give the JSON file in it.")
    if not path.is_file():
        raise SchemaError(f"There is no file {str(path)!r}. Look at the spelling and where you stand.")
    size = path.stat().st_size
    if size > LARGEST:
        raise SchemaError(
            f"{path.name} holds {size / 1e6:,.0f} MB; a feed is read up to {LARGEST / 1e6:,.0f} MB. Fetch fewer areas."
        )
    data = path.read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            raise SchemaError(f"{path.name} is not JSON: it holds characters that are not text.") from error
    if not text.strip():
        raise SchemaError(f"{path.name} is empty ({size} bytes). Fetch it again.")
    start = text.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html", "<?xml", "<head", "<body")):
        what = "a web page" if "xml" not in start[:5] else "XML"
        raise SchemaError(f"{path.name} is {what}, not JSON; the server may have answered with an error page. Fetch it again.")
    return text


def _in_words(path: Path, text: str, error: json.JSONDecodeError) -> str:
    if not text.lstrip().startswith(("[", "{")):
        return f"{path.name} is not JSON: it begins with neither [ nor {{. A meeting list or directory export in JSON is expected."
    ended = error.pos >= len(text.rstrip()) - 1
    if ended or text.rstrip()[-1] not in "]}":
        last = text.count("\n") + 1
        return f"{path.name} is cut short: it ends on line {last} before its last bracket is closed. Fetch it again."
    return f"{path.name} is not JSON from line {error.lineno} on ({error.msg.lower()}). Correct that line, or fetch it again."


def _mended(text: str) -> Feed | None:
    """The content once texts left open are closed at the end of their line and what stands behind the end is left aside."""
    lines, closed = [], 0
    for line in text.split("\n"):
        bare = line.rstrip("\r")
        if bare.count('"') % 2 and _OPEN_TEXT.match(bare):
            bare, closed = bare + '"', closed + 1
        lines.append(bare)
    whole = "\n".join(lines)
    start = len(whole) - len(whole.lstrip())
    try:
        content, end = json.JSONDecoder(parse_constant=lambda _: None).raw_decode(whole, start)
    except (json.JSONDecodeError, RecursionError):
        return None
    done = []
    if closed:
        done.append(f"{closed:,} texts without a closing quotation mark were closed at the end of their line.")
    behind = whole[end:].strip()
    if behind:
        done.append(f"{len(behind):,} characters behind the end of the list were left aside.")
    return Feed(whole_characters(content, text), tuple(done))
