"""A total that parts of another table add up to: where it is small, zeros among its parts are hidden with it."""

from __future__ import annotations

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.report.disclosure.audit import audited
from recoverynet.report.disclosure.counted import Counted
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.sections import ReportWriter

PROPOSALS = Counted("proposals")
WORDS = {"population": "Proposals", "denominator": "all proposals", "period": "2010"}
MONTHS = {"Jan": 2, "Feb": 1, "Mar": 1, "Apr": 0}


@pytest.mark.parametrize("policy", ["ndtms", "nhs"])
def test_months_of_a_small_total_do_not_say_that_it_is_at_least_as_large_as_they_are_many(policy: str) -> None:
    """Three months with a star each would be three at least, so that four of all proposals could not be one or two."""
    made = {month: PROPOSALS.who(f"made {month}") for month in MONTHS}
    parts = tuple((made[month], n) for month, n in MONTHS.items())
    by_month = rn.CountTable.of_shares(
        {month: (1 if n else 0, n) for month, n in MONTHS.items()},
        title="By month",
        who=Who(PROPOSALS, rows_of=made, rows={month: (f"ended {month}",) for month in MONTHS}, sums=(((PROPOSALS, 4), parts),)),
        **WORDS,
    )
    by_end = rn.CountTable(pd.Series({"Went": 3, "Said no": 1}), title="How it ended", who=Who(PROPOSALS), **WORDS)
    writer = ReportWriter(policy)

    def write() -> list[object]:
        section = writer.section("one", "One")
        return [section.table(by_end), section.table(by_month)]

    writer.rehearse(write)
    shown = write()
    found = audited(writer.publication)
    assert set(found["outcome"]) == {"safe"}, found.to_string()
    assert shown[1].counts.isna().to_numpy().all(), "the month without any is hidden with the others"  # type: ignore[attr-defined]
