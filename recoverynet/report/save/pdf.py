"""One PDF for paper: the page of the browser, with page numbers, a table of contents and tags for screen readers."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from recoverynet.atomic import write_bytes
from recoverynet.report.rendering import page
from recoverynet.report.save.missing import not_installed

if TYPE_CHECKING:
    from collections.abc import Iterator

_EPOCH = "946684800"
"""1 January 2000 as seconds: the same report gives the same file."""


def write_pdf(content: Mapping[str, object], path: Path) -> None:
    """Write a report as PDF/UA, A4.

    Parameters
    ----------
    content : mapping
        ``report`` and ``version``, as the templates name them.
    path : pathlib.Path
        File to write; written over if it exists.

    Raises
    ------
    NotEstimableError
        WeasyPrint, or the Pango library it stands on, is not installed.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise not_installed("a PDF", "report", error) from error
    with _quiet_and_dated():
        html = HTML(string=page("paper.html.j2", content), url_fetcher=URLFetcher(allowed_protocols=("data",)))
        written = html.write_pdf(pdf_variant="pdf/ua-1")
    write_bytes(path, written)


@contextmanager
def _quiet_and_dated() -> Iterator[None]:
    """No notes on style that only browsers know, and no clock in the file."""
    before, logger = os.environ.get("SOURCE_DATE_EPOCH"), logging.getLogger("weasyprint")
    level = logger.level
    os.environ["SOURCE_DATE_EPOCH"] = _EPOCH
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
        if before is None:
            os.environ.pop("SOURCE_DATE_EPOCH", None)
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
