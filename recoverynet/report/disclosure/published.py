"""What a report published, with the true counts behind it: kept beside the report and out of it, for its audit."""

from __future__ import annotations

import weakref
from typing import TypeVar

from recoverynet.report.disclosure.publication import Publication

Told = TypeVar("Told")
_PUBLISHED: weakref.WeakKeyDictionary[object, Publication] = weakref.WeakKeyDictionary()


def remember_publication(report: Told, publication: Publication) -> Told:
    """Keep beside a report, and out of it, the true counts its audit needs; forgotten with the report."""
    _PUBLISHED[report] = publication
    return report


def publication_of(report: object) -> Publication | None:
    """What a report published; None where it was loaded, copied or put together by hand."""
    return _PUBLISHED.get(report)


def still_audited(report: object, part: Told) -> Told:
    """A part of a report, such as its briefing, which is audited like the whole."""
    publication = publication_of(report)
    return part if publication is None else remember_publication(part, publication)
