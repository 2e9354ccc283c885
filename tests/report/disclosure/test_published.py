"""What a report published is kept beside it and out of it, and forgotten with it."""

from __future__ import annotations

import copy
import gc
import weakref

import pytest

from recoverynet.report.disclosure import published
from recoverynet.report.disclosure.published import publication_of, remember_publication, still_audited


class Page:
    """Something that is printed."""


def test_a_part_is_audited_like_the_whole_a_copy_is_not() -> None:
    report, part, kept = Page(), Page(), object()
    assert remember_publication(report, kept) is report and publication_of(report) is kept  # type: ignore[arg-type]
    assert still_audited(report, part) is part and publication_of(part) is kept
    loaded = copy.copy(report)
    assert publication_of(loaded) is None and still_audited(loaded, loaded) is loaded and publication_of(loaded) is None
    assert not vars(report), "nothing of it is in the report"


@pytest.mark.slow
def test_it_is_forgotten_with_the_report() -> None:
    gc.collect()
    before = len(published._PUBLISHED)
    report = remember_publication(Page(), object())  # type: ignore[arg-type]
    gone = weakref.ref(report)
    del report
    gc.collect()
    assert gone() is None and len(published._PUBLISHED) == before
