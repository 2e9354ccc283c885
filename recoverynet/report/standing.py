"""Texts of reports that stand whatever a record holds: kept in one file, which whoever makes a report can copy and change."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from recoverynet.errors import SchemaError
from recoverynet.report.rendering import TEMPLATES
from recoverynet.report.sections import Block, Heading, Note, Points, Prose, Section
from recoverynet.untrusted.opening import MOST_SETTINGS_BYTES, read_text
from recoverynet.untrusted.structured import parse_toml

FILE = "wording.toml"
LONGEST = 2_000
_PLACE = re.compile(r"\{(\w+)\}")


class Standing(str):
    """A sentence that stands in a report whatever the record holds, which remembers which one it is.

    Attributes
    ----------
    name : str
        Its name in the file of texts.
    values : mapping of str to str
        What stands at its places.
    strong : bool
        Whether all of it is emphasised.
    """

    name: str
    values: Mapping[str, str]
    strong: bool

    def __new__(cls, text: str, name: str = "", values: Mapping[str, str] | None = None, strong: bool = False) -> Standing:
        """The text with its places filled."""
        told = super().__new__(cls, _filled(text, values or {}, strong))
        told.name, told.values, told.strong = name, dict(values or {}), strong
        return told


def standing(name: str, *, strong: bool = False, **values: str) -> Standing:
    """A standing text by its name in the file, its places filled."""
    return Standing(_usual()["texts"][name], name, values, strong)


def usual_wording() -> str:
    """The file of texts as it ships with the package, to copy and change."""
    return (TEMPLATES / FILE).read_text(encoding="utf-8")


def read_wording(path: str | Path, kind: str) -> dict[str, str]:
    """The texts of one's own for a kind of report.

    Parameters
    ----------
    path : str or pathlib.Path
        A copy of the file that ships, changed; what is left out stays as it is.
    kind : {"evaluation", "spread", "comparison", "what_if"}

    Returns
    -------
    dict of str to str
        By name, as :meth:`recoverynet.report.report.Report.worded` takes them; only those that differ.

    Raises
    ------
    SchemaError
        It is no such file: a name that is not known, a text that is empty, too long or holds signs that cannot be printed, or one
        that lacks a place (such as ``{basis}``) or has another.
    """
    path = Path(path)
    if not path.is_file():
        raise SchemaError(f"There is no wording {path.name!r}. Start from a copy: recoverynet wording --to FILE.")
    own = parse_toml(read_text(path, most=MOST_SETTINGS_BYTES), f"The wording {path.name!r}")
    usual, told = dict(_leaves(_usual())), {}
    for name, text in _leaves(own):
        if name not in usual:
            near = difflib.get_close_matches(".".join(name), [".".join(each) for each in usual], 1)
            raise SchemaError(
                f"The wording {path.name!r} has {'.'.join(name)!r}, and no text is called so"
                + (f"; did you mean {near[0]!r}?" if near else ". Start from a copy: recoverynet wording --to FILE.")
            )
        cleaned = _checked(text, usual[name], f"{'.'.join(name)!r} of the wording {path.name!r}")
        if cleaned != usual[name]:
            told[name] = cleaned
    return {flat: text for name, text in told.items() if (flat := _flat(name, kind))}


def reworded(sections: Iterable[Section], own: Mapping[str, str]) -> tuple[Section, ...]:
    """Sections with texts of one's own in the places of those that stand, and a sentence in the settings that says so."""
    told = []
    for section in sections:
        title, lead = (own.get(f"sections.{section.name}.{part}", getattr(section, part)) for part in ("title", "lead"))
        blocks = tuple(_reworded_block(block, own) for block in section.blocks)
        blocks += (Prose((_said_so(own),)),) if section.name == "settings" and own else ()
        told.append(replace(section, title=title, lead=lead, blocks=blocks))
    return tuple(told)


def _said_so(own: Mapping[str, str]) -> str:
    names = ", ".join(sorted(own))
    return (
        "Headings and sentences that stand whatever the record holds were worded by whoever made this report, in place of the "
        f"usual ones: {names}. No figure, and nothing that is hidden, depends on them."
    )


def _reworded_block(block: Block, own: Mapping[str, str]) -> Block:
    if isinstance(block, Prose):
        return replace(block, paragraphs=tuple(_own(text, own) for text in block.paragraphs))
    if isinstance(block, Points):
        return replace(block, items=tuple(_own(text, own) for text in block.items))
    if isinstance(block, Note):
        return replace(block, text=_own(block.text, own))
    if isinstance(block, Heading):
        return replace(block, text=own.get(f"headings.{block.text}", block.text))
    return block


def _own(text: str, own: Mapping[str, str]) -> str:
    if not isinstance(text, Standing) or f"texts.{text.name}" not in own:
        return text
    return _filled(own[f"texts.{text.name}"], text.values, text.strong)


def _filled(text: str, values: Mapping[str, str], strong: bool) -> str:
    """A text with its places filled; nothing in what is filled in is a place again."""
    told = _PLACE.sub(lambda place: values.get(place.group(1), place.group(0)), text)
    return f"**{told.replace('**', '')}**" if strong else told


@cache
def _usual() -> dict[str, Any]:
    return parse_toml(usual_wording(), FILE)


def _leaves(tree: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterable[tuple[tuple[str, ...], Any]]:
    for name, each in tree.items():
        if isinstance(each, dict):
            yield from _leaves(each, (*above, name))
        else:
            yield (*above, name), each


def _flat(name: tuple[str, ...], kind: str) -> str:
    """How a text is called within a report of this kind; empty where it is that of another."""
    if name[0] == "titles":
        return "title" if name[1] == kind else ""
    if name[0] == "sections":
        return ".".join(("sections", *name[2:])) if name[1] == kind else ""
    return ".".join(name)


def _checked(text: Any, usual: str, what: str) -> str:
    """A text of one's own, on one line, refused in words where it cannot stand there."""
    if not isinstance(text, str) or not text.strip():
        raise SchemaError(f"{what} is a text, and not an empty one; leave the line out to keep the usual text.")
    told = " ".join(text.split())
    unprintable = sorted({f"U+{ord(sign):04X}" for sign in told if not sign.isprintable()})
    if unprintable:
        raise SchemaError(f"{what} holds signs that cannot be printed ({', '.join(unprintable[:3])}). Take them out.")
    if len(told) > LONGEST:
        raise SchemaError(f"{what} has {len(told):,} signs, and {LONGEST:,} at most have room. Make it shorter.")
    has, needs = set(_PLACE.findall(told)), set(_PLACE.findall(usual))
    if has != needs:
        places = ", ".join(f"{{{each}}}" for each in sorted(needs)) or "none"
        odd = ", ".join(f"{{{each}}}" for each in sorted(has ^ needs))
        raise SchemaError(f"{what} has to have these places, which the report fills: {places}. Missing or unknown: {odd}.")
    return told
