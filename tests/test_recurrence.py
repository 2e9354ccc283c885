"""Rules of recurrence: read, written, and refused."""

from __future__ import annotations

import datetime as dt

import pytest

from recoverynet.errors import SchemaError
from recoverynet.recurrence import read_recurrence


@pytest.mark.parametrize(
    "text",
    ["FREQ=MONTHLY;BYDAY=1SA", "DTSTART:20110307 RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "FREQ=WEEKLY;BYDAY=TU;UNTIL=20110401"],
)
def test_what_is_written_reads_back(text: str) -> None:
    assert read_recurrence(text).written() == text
    assert read_recurrence(f"RRULE:{text}" if text.startswith("FREQ") else text).written() == text


def test_the_days_of_a_rule() -> None:
    rule = read_recurrence("DTSTART:20110307T193000 RRULE:freq=weekly;interval=2;byday=MO")
    assert rule.days(dt.date(2011, 3, 8), dt.date(2011, 4, 30)) == [dt.date(2011, 3, 21), dt.date(2011, 4, 4), dt.date(2011, 4, 18)]
    assert read_recurrence("FREQ=MONTHLY;BYDAY=5MO").days(dt.date(2011, 2, 1), dt.date(2011, 5, 30)) == [dt.date(2011, 5, 30)]


@pytest.mark.parametrize(
    "text", ["", "weekly", "FREQ=DAILY;BYHOUR=9", "FREQ=WEEKLY;COUNT=3", "FREQ=SOMETIMES", "FREQ=WEEKLY;BYDAY=ZZ"]
)
def test_what_is_no_rule(text: str) -> None:
    with pytest.raises(SchemaError, match="ecurrence"):
        read_recurrence(text)
