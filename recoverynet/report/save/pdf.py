"""One PDF for paper: the page of the browser, with page numbers, a table of contents and tags for screen readers."""

from __future__ import annotations

import datetime
import logging
import os
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from recoverynet.atomic import write_bytes
from recoverynet.report.manifest import MANIFEST_FILE
from recoverynet.report.rendering import page
from recoverynet.report.save.missing import not_installed

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAY = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
"""The same report gives the same file: one day stands for every day of making it."""


def write_pdf(content: Mapping[str, object], path: Path) -> None:
    """Write a report as PDF/UA, A4.

    Parameters
    ----------
    content : mapping
        ``report``, ``version`` and ``manifest``, as the templates name them.
    path : pathlib.Path
        File to write; written over if it exists.

    Raises
    ------
    NotEstimableError
        WeasyPrint, or the Pango library it stands on, is not installed.
    """
    try:
        from weasyprint import HTML, Attachment
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise not_installed("a PDF", "report", error) from error
    with _quiet_and_dated():
        html = HTML(string=page("paper.html.j2", content), url_fetcher=URLFetcher(allowed_protocols=("data",)))
        manifest = str(content.get("manifest") or "")
        told = {
            "string": manifest,
            "name": MANIFEST_FILE,
            "description": "What the report was made from",
            "created": _DAY,
            "modified": _DAY,
        }
        written = html.write_pdf(pdf_variant="pdf/ua-1", attachments=[Attachment(**told)] if manifest else None)
    write_bytes(path, written)


@contextmanager
def _quiet_and_dated() -> Iterator[None]:
    """No notes on style that only browsers know, and no clock in the file."""
    before, logger = os.environ.get("SOURCE_DATE_EPOCH"), logging.getLogger("weasyprint")
    level = logger.level
    os.environ["SOURCE_DATE_EPOCH"] = str(int(_DAY.timestamp()))
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
        if before is None:
            os.environ.pop("SOURCE_DATE_EPOCH", None)
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
