"""One HTML file that holds everything it shows and asks nothing of any network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from recoverynet.atomic import write_text
from recoverynet.report.rendering import page

if TYPE_CHECKING:
    from collections.abc import Mapping


def write_html(
    content: Mapping[str, object],
    path: Path,
    *,
    template: str = "report.html.j2",
    sheets: tuple[str, ...] = ("report.css",),
    private: bool = False,
) -> None:
    """Write a report as one self-contained file.

    Parameters
    ----------
    content : mapping
        ``report`` and ``version``, as the templates name them.
    path : pathlib.Path
        File to write; written over if it exists.
    template : str
        File name of the template.
    sheets : tuple of str
        File names of the stylesheets.
    private : bool
        Whether only the owner may read the file, as is right for a page about one person.
    """
    write_text(path, page(template, content, sheets=sheets), private=private)
