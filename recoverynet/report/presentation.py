"""What an evaluator puts on a report: whose it is, a logo, whom to ask, which sections, and words of their own."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from recoverynet.errors import SchemaError
from recoverynet.report.report import ALWAYS, IN_BRIEF, Report, carry_rerun
from recoverynet.report.save.ipynb import TemplateWords
from recoverynet.report.sections import Section
from recoverynet.report.standing import read_wording
from recoverynet.report.template import Shown, as_markdown, read_template, usual_headings
from recoverynet.untrusted.opening import read_bytes

MOST_LOGO_BYTES = 5_000_000
MOST_LOGO_PIXELS = 40_000_000
LOGO_SIZE = (600, 240)


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
    wording : pathlib.Path or None
        A file of texts that was edited: they take the place of those that stand whatever the record holds.
    """

    service: str = ""
    contact: str = ""
    logo: Path | None = None
    sections: Sequence[str] | None = None
    template: Path | None = None
    wording: Path | None = None


def present(report: Report, presentation: Presentation) -> Report:
    """The report with a service's name, logo and words on it.

    Raises
    ------
    SchemaError
        The logo is no picture, the template no notebook, the wording no such file, or a section is named that the report has not.
    """
    logo = b"" if presentation.logo is None else read_logo(presentation.logo)
    told = report
    if presentation.wording is not None:
        told = told.worded(_own_words(report, presentation.wording))
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
        "wording": _digest(presentation.wording),
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


def _own_words(report: Report, path: Path) -> dict[str, str]:
    """The texts of a file, without a title where one was asked for by name."""
    own, settings = read_wording(path, str(report.manifest.get("kind", ""))), report.manifest.get("settings")
    if isinstance(settings, Mapping) and settings.get("title"):
        own.pop("title", None)
    return own


def _worded(report: Report, path: Path) -> Report:
    """The sections a template shows, in its order, with its headings and texts; what the record cannot feed stays out."""
    kind = str(report.manifest.get("kind", ""))
    template, usual = read_template(path, kind), usual_headings(kind)
    has = {section.name for section in report.sections}
    shown = [each for each in template.shown if each.name in has or each.name not in usual]
    sections = [_with_words(report[each.name], each, usual) for each in shown]
    if sections and template.said_last:
        sections[-1] = replace(sections[-1], blocks=(*sections[-1].blocks, *template.said_last))
    names = {section.name for section in sections}
    kept = [section for section in report.sections if section.name in ALWAYS and section.name not in names]
    opening, closing = [each for each in kept if each.name == IN_BRIEF], [each for each in kept if each.name != IN_BRIEF]
    said = {each.name: as_markdown(each.said) for each in shown if each.said}
    told = replace(report, sections=(*opening, *sections, *closing))
    return carry_rerun(report, told, words=TemplateWords(said, shown[-1].name if shown else "", as_markdown(template.said_last)))


def _with_words(section: Section, shown: Shown, usual: Mapping[str, str]) -> Section:
    """A section under the heading of a template, with its words before what the section says."""
    is_own = shown.heading not in ("", usual.get(shown.name))
    return replace(section, title=shown.heading if is_own else section.title, blocks=(*shown.said, *section.blocks))
