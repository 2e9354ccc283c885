"""The notebook template of a report: what it shows, in which order, under which headings, and with which words of one's own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from recoverynet.atomic import write_text
from recoverynet.errors import SchemaError
from recoverynet.report.rendering import TEMPLATES
from recoverynet.report.sections import Block, Points, Prose
from recoverynet.untrusted.opening import read_text
from recoverynet.untrusted.structured import parse_json

FILES = {"evaluation": "evaluation.ipynb", "spread": "spread.ipynb", "comparison": "comparison.ipynb", "what_if": "what_if.ipynb"}
"""Kinds of reports that have a template, with its file."""
MOST_BYTES = 5_000_000
OWN_METADATA = "recoverynet"
_PLACE = re.compile(r"report\[[\"'](\w+)[\"']\]")
_HEADING = re.compile(r"#+\s*(.*)")
_ITEM = re.compile(r"[-*+]\s+(.*)")
_MARKDOWN = re.compile(r"([\\`_{}\[\]()#+!<>|~$&])")


@dataclass(frozen=True)
class Shown:
    """What a template shows of one section.

    Attributes
    ----------
    name : str
        Of the section.
    heading : str
        Its heading; empty for the report's own.
    said : tuple of Prose or Points
        What stands before what the section says.
    """

    name: str
    heading: str = ""
    said: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Template:
    """What a template shows.

    Attributes
    ----------
    kind : str
        Of which report it is; empty where it does not say.
    shown : tuple of Shown
        In order.
    said_last : tuple of Prose or Points
        What stands below the last section.
    """

    kind: str
    shown: tuple[Shown, ...]
    said_last: tuple[Block, ...] = ()


def template_text(kind: str) -> str:
    """The template of a kind of report as it ships with the package.

    Raises
    ------
    SchemaError
        No such report has a template.
    """
    if kind not in FILES:
        raise SchemaError(f"There is a template for the reports {', '.join(FILES)}; got {kind!r}.")
    return (TEMPLATES / FILES[kind]).read_text(encoding="utf-8")


def copy_template(path: str | Path, kind: str = "evaluation", *, overwrite: bool = False) -> Path:
    """Copy the notebook template of a report to a file of your own, to edit.

    Parameters
    ----------
    path : str or pathlib.Path
        File to write.
    kind : {"evaluation", "spread", "comparison", "what_if"}
        Of which report.
    overwrite : bool
        Whether a file that is there is replaced, once the new one is whole. Default: no.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    SchemaError
        The file is there already, or no such report has a template.
    NotWrittenError
    """
    path, text = Path(path), template_text(kind)
    if path.exists() and not overwrite:
        raise SchemaError(f"{path} is there already, and is not replaced unasked. Choose another name.")
    write_text(path, text)
    return path


def read_template(path: Path, kind: str) -> Template:
    """What a template of this kind of report shows.

    Parameters
    ----------
    path : pathlib.Path
        A copy of a template, edited.
    kind : str
        Of the report that is dressed with it; empty where it is not known.

    Raises
    ------
    SchemaError
        It is no notebook, shows no section, shows one twice or one that such a report never has, or is that of another report.
    """
    if not path.is_file():
        raise SchemaError(f"There is no template {path.name!r}. Start from a copy: recoverynet template --to FILE.")
    text = read_text(path, most=MOST_BYTES, remedy="Take the outputs out of the notebook and save it again.")
    parsed = parse_json(text, f"The template {path.name!r}")
    cells = parsed.get("cells") if isinstance(parsed, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise SchemaError(f"The template {path.name!r} is not a notebook. Start from a copy: recoverynet template --to FILE.")
    require_own(template_kind(parsed.get("metadata")), kind, path.name)
    template = _shown(cells, template_kind(parsed.get("metadata")))
    if not template.shown:
        raise SchemaError(
            f'The template {path.name!r} shows no section. A section is shown by a code cell such as report["limits"].'
        )
    _require_known([each.name for each in template.shown], kind, path.name)
    return template


def template_kind(metadata: Any) -> str:
    """Of which report a notebook with this metadata says it is; empty where it does not say."""
    own = metadata.get(OWN_METADATA) if isinstance(metadata, dict) else None
    said = own.get("kind") if isinstance(own, dict) else None
    return said if isinstance(said, str) else ""


def require_own(said: str, kind: str, name: str) -> None:
    """Refuse the template of another report."""
    if said and kind and said != kind:
        other = kind_in_words(said) if said in FILES else "another"
        raise SchemaError(
            f"The template {name!r} is that of the {other} report, and this is the {kind_in_words(kind)} report. Start from a "
            f"copy of its own: recoverynet template --report {kind_in_words(kind)} --to FILE."
        )


def kind_in_words(kind: str) -> str:
    """The kind of a report as the command line calls it."""
    return kind.replace("_", "-")


@cache
def usual_headings(kind: str) -> dict[str, str]:
    """Every section that a kind of report can have, with its heading in the template that ships; empty where it has none."""
    if kind not in FILES:
        return {}
    notebook = json.loads(template_text(kind))
    return {each.name: each.heading for each in _shown(notebook["cells"], kind).shown}


def section_shown(source: str) -> str:
    """Name of the section that a code cell shows; empty where it does something else."""
    place = _PLACE.fullmatch(source.strip())
    return "" if place is None else place.group(1)


def as_markdown(blocks: Iterable[Block]) -> str:
    """Words of one's own for a notebook: what is no emphasis is text, whatever it looks like."""
    parts = []
    for block in blocks:
        if isinstance(block, Points):
            parts.append("\n".join(f"- {escaped(item)}" for item in block.items))
        elif isinstance(block, Prose):
            parts += [escaped(text) for text in block.paragraphs]
    return "\n\n".join(parts)


def escaped(text: str) -> str:
    """A text that Markdown shows as it stands, except for ``**emphasis**``."""
    plain = _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
    plain = re.sub(r"(?<!\*)\*(?!\*)", r"\\*", plain)
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", re.sub(r"^([-=])", r"\\\1", plain))


def _shown(cells: list[dict[str, Any]], kind: str) -> Template:
    sections, waiting = [], []
    for cell in cells:
        source = cell.get("source", "")
        source = "".join(map(str, source)) if isinstance(source, list) else str(source)
        if cell.get("cell_type") == "markdown":
            waiting.append(source)
        elif cell.get("cell_type") == "code":
            name = section_shown(source)
            if name:
                sections.append(Shown(name, *_heading_and_words("\n\n".join(waiting))))
            waiting = []
    return Template(kind, tuple(sections), _words("\n\n".join(waiting)))


def _heading_and_words(source: str) -> tuple[str, tuple[Block, ...]]:
    lines = source.strip().splitlines()
    found = _HEADING.fullmatch(lines[0].strip()) if lines else None
    return (found.group(1).strip(), _words("\n".join(lines[1:]))) if found else ("", _words(source))


def _words(source: str) -> tuple[Block, ...]:
    """Paragraphs, and lists as lists; a heading further down is a paragraph that stands out."""
    blocks: list[Block] = []
    for part in re.split(r"\n\s*\n", source):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        items = [_ITEM.fullmatch(line) for line in lines]
        if not lines:
            continue
        if all(items):
            blocks.append(Points(tuple(item.group(1) for item in items if item)))
            continue
        heading = _HEADING.fullmatch(lines[0])
        if heading and heading.group(1):
            blocks.append(Prose((f"**{heading.group(1).strip('* ')}**",)))
            lines = lines[1:]
        if lines:
            blocks.append(Prose((" ".join(lines),)))
    return tuple(blocks)


def _require_known(names: list[str], kind: str, file: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SchemaError(f"The template {file!r} shows the section {twice[0]!r} twice. Leave one of the two out.")
    known = usual_headings(kind)
    unknown = [name for name in names if known and name not in known]
    if unknown:
        raise SchemaError(
            f"The template {file!r} shows the section {unknown[0]!r}, and the {kind_in_words(kind)} report has none of that name; "
            f"it has {', '.join(known)}. Is it a template of another report?"
        )
