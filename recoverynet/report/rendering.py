"""From sections to HTML: one stylesheet and one set of templates for notebook, browser and paper."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Mapping

TEMPLATES = Path(__file__).resolve().parent / "templates"
_STRONG = re.compile(r"\*\*(.+?)\*\*")


def without_emphasis(text: str) -> str:
    """A sentence without the marks of emphasis."""
    return _STRONG.sub(r"\1", text)


def emphasised(text: str) -> Markup:
    """A sentence as HTML: everything escaped, ``**words**`` strong."""
    return Markup(_STRONG.sub(r"<strong>\1</strong>", str(escape(text))))  # noqa: S704 - escaped just before


def data_uri(svg: str) -> str:
    """A picture as an address that needs no network."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def png_uri(content: bytes) -> str:
    """A picture of points as an address that needs no network."""
    return "data:image/png;base64," + base64.b64encode(content).decode("ascii")


def aspect(svg: str) -> tuple[int, int]:
    """Width and height of an SVG picture in CSS pixels, so that a page does not jump while it loads."""
    sizes = dict(re.findall(r'\b(width|height)="([\d.]+)pt"', svg[:600]))
    return (round(float(sizes.get("width", 0)) * 4 / 3), round(float(sizes.get("height", 0)) * 4 / 3))


@functools.cache
def stylesheet(sheets: tuple[str, ...] = ("report.css",)) -> str:
    """The stylesheets as they stand in a page, one after another."""
    return "\n".join((TEMPLATES / name).read_text(encoding="utf-8").strip() for name in sheets)


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters.update(emphasised=emphasised, data_uri=data_uri, png_uri=png_uri, aspect=aspect)
    return environment


def security_policy(sheets: tuple[str, ...] = ("report.css",)) -> str:
    """What a page may load: nothing but the pictures and the one stylesheet inside it."""
    digest = base64.b64encode(hashlib.sha256(stylesheet(sheets).encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def page(template: str, content: Mapping[str, object], *, sheets: tuple[str, ...] = ("report.css",)) -> str:
    """Fill one of the templates.

    Parameters
    ----------
    template : str
        File name of the template.
    content : mapping
        What it speaks about.
    sheets : tuple of str
        File names of the stylesheets, in order.

    Returns
    -------
    str
        HTML; the same for the same content, byte for byte.
    """
    return (
        _environment()
        .get_template(template)
        .render(
            content,
            stylesheet=Markup(stylesheet(sheets)),
            security_policy=security_policy(sheets),  # noqa: S704 - our own file
        )
    )


def in_columns(lines: Sequence[Sequence[str]], *, numbers: bool = False) -> list[str]:
    """Cells as lines of text, each column as wide as its widest cell; all but the first to the right where they are numbers.

    Examples
    --------
    >>> in_columns([["Sex", "n"], ["Female", "12"]], numbers=True)
    ['Sex      n', 'Female  12']
    """
    columns = []
    for place, column in enumerate(zip(*lines, strict=True)):
        width = max(map(len, column))
        columns.append([cell.rjust(width) if numbers and place else cell.ljust(width) for cell in column])
    return ["  ".join(cells).rstrip() for cells in zip(*columns, strict=True)]
