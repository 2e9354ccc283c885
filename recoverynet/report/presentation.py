"""What an evaluator puts on a report: whose it is, a logo, whom to ask, which sections, and words of their own."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from recoverynet.errors import SchemaError
from recoverynet.report.report import ALWAYS, Report, carry_rerun
from recoverynet.report.sections import Prose, Section
from recoverynet.untrusted.opening import read_bytes, read_text
from recoverynet.untrusted.structured import parse_json

MOST_LOGO_BYTES = 5_000_000
MOST_LOGO_PIXELS = 40_000_000
LOGO_SIZE = (600, 240)
_PLACE = re.compile(r"report\[[\"'](\w+)[\"']\]")


@dataclass(frozen=True)
class Presentation:
    """What is put on a report, beside what it says?

    Attributes
    ----------
    service : str
        Name of the service, on the cover.
    contact : str
        Whom to ask, on the cover.
    logo : pathlib.Path or None
        A picture, .png or .jpg.
    sections : sequence of str or None
        Sections to show, in this order; the summary, the limits and the settings always stay. None for all.
    template : pathlib.Path or None
        A notebook template that was edited: its headings and texts take the place of the usual ones.
    """

    service: str = ""
    contact: str = ""
    logo: Path | None = None
    sections: Sequence[str] | None = None
    template: Path | None = None


def present(report: Report, presentation: Presentation) -> Report:
    """The report with a service's name, logo and words on it.

    Raises
    ------
    SchemaError
        The logo is no picture, the template no notebook, or a section is named that the report has not.
    """
    logo = b"" if presentation.logo is None else read_logo(presentation.logo)
    told = report
    if presentation.template is not None:
        told = _worded(told, presentation.template)
    if presentation.sections is not None:
        told = told.arranged(presentation.sections)
    facts = {
        "service": presentation.service,
        "contact": presentation.contact,
        "sections": None if presentation.sections is None else list(presentation.sections),
        "logo": _digest(presentation.logo),
        "template": _digest(presentation.template),
    }
    given = {name: value for name, value in facts.items() if value}
    if not given:
        return report
    manifest = {**told.manifest, "presented": given} if told.manifest else {}
    named = replace(told, service=presentation.service, contact=presentation.contact, logo=logo, manifest=manifest)
    return carry_rerun(told, named)


def read_logo(path: str | Path) -> bytes:
    """A picture as PNG, no larger than a cover has room for and without what a camera wrote into it.

    Raises
    ------
    SchemaError
        It is no picture (.png or .jpg), or too large.
    """
    from PIL import Image

    path = Path(path)
    if not path.is_file():
        raise SchemaError(f"There is no logo {path.name!r}. Give a picture, .png or .jpg.")
    content = read_bytes(path, most=MOST_LOGO_BYTES, remedy="Save the logo smaller.")
    try:
        picture: Image.Image = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
        if picture.width * picture.height > MOST_LOGO_PIXELS:
            raise SchemaError(f"The logo {path.name!r} has {picture.width} × {picture.height} points. Save it smaller.")
        picture = picture.convert("RGBA")
    except SchemaError:
        raise
    except Exception as error:
        raise SchemaError(f"The logo {path.name!r} is no picture that can be read. Give a picture, .png or .jpg.") from error
    picture.thumbnail(LOGO_SIZE)
    kept = io.BytesIO()
    Image.frombytes("RGBA", picture.size, picture.tobytes()).save(kept, "PNG")
    return kept.getvalue()


def _digest(path: Path | None) -> str:
    return "" if path is None or not path.is_file() else hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _worded(report: Report, template: Path) -> Report:
    """The sections a template shows, in its order, with its headings and texts."""
    text = read_text(template, most=MOST_LOGO_BYTES)
    notebook = parse_json(text, f"The template {template.name!r}")
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise SchemaError(f"The template {template.name!r} is not a notebook. Start from a copy: recoverynet template --to FILE.")
    sections, said = [], ""
    for cell in cells:
        source = cell.get("source", "")
        source = "".join(map(str, source)) if isinstance(source, list) else str(source)
        place = _PLACE.fullmatch(source.strip())
        if cell.get("cell_type") == "markdown":
            said = source
        elif place is not None:
            sections.append(_with_words(report[place.group(1)], said))
            said = ""
    if not sections:
        raise SchemaError(
            f'The template {template.name!r} shows no section. A section is shown by a code cell such as report["links"].'
        )
    names = {section.name for section in sections}
    kept = [section for section in report.sections if section.name in ALWAYS and section.name not in names]
    return carry_rerun(report, replace(report, sections=(*sections, *kept)))


def _with_words(section: Section, said: str) -> Section:
    """A section under the heading of a template, with its paragraphs before what the section says."""
    lines = [line.strip() for line in said.strip().splitlines()]
    heading = lines.pop(0).lstrip("#").strip() if lines and lines[0].startswith("#") else ""
    paragraphs = tuple(part.strip() for part in "\n".join(lines).split("\n\n") if part.strip())
    paragraphs = tuple(" ".join(part.split()) for part in paragraphs)
    blocks = (Prose(paragraphs), *section.blocks) if paragraphs else section.blocks
    return replace(section, title=heading or section.title, blocks=blocks)
