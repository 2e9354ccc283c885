"""NICE QS11 and QS23 side by side and continuity after prison, in the section on links."""

from __future__ import annotations

import pandas as pd

import recoverynet as rn
from recoverynet.report.evaluation.links import links_section
from recoverynet.report.evaluation.observed import Findings
from recoverynet.report.evaluation.setting import make_setting
from recoverynet.report.sections import ReportWriter, Section
from recoverynet.states import RECOVERY_NORM

OFF = rn.DisclosurePolicy.none(reason="a test")


def section_of(record: rn.RecoveryRecord) -> Section:
    asked = {
        "norm": RECOVERY_NORM,
        "window": None,
        "n_periods": 1,
        "breaks": None,
        "by": (),
        "valid_for": "90D",
        "smallest_shown": 1,
    }
    return links_section(ReportWriter(OFF), make_setting(record, **asked), Findings())  # type: ignore[arg-type]


def rows(section: Section, title: str) -> dict[str, tuple[str, ...]]:
    found = [table for table in section.tables() if table.shown.title == title]
    return {row[0]: row[1:] for table in found for row in table.grid.rows}


def test_each_standard_is_about_its_own_people() -> None:
    """ann alone was introduced; she is treated for alcohol here, ben and eve for drugs."""
    record = rn.load_sample("five_people")
    people = record.people.assign(substance=record.people["substance"].mask(record.people["person_id"] == "ann", "alcohol"))
    told = rows(section_of(record.with_tables(people=people)), "NICE QS11 and QS23 side by side")
    assert told["Alcohol: information and support (QS11, statement 2)"][:2] == ("1", "1")
    assert told["Drugs: support (QS23, statement 7)"][:2] == ("0", "2")
    alone = rows(section_of(record), "NICE QS11 and QS23 side by side")
    assert list(alone) == ["Drugs: support (QS23, statement 7)"] and alone["Drugs: support (QS23, statement 7)"][:2] == ("1", "3")


def test_continuity_after_prison_is_told_where_somebody_was_released() -> None:
    record = rn.load_sample("five_people")
    assert not rows(section_of(record), "Continuity of care after prison")
    seen = pd.DataFrame(
        {
            "person_id": ["ann", "ben"],
            "observed_at": pd.to_datetime(["2011-03-02", "2011-04-10"]).tz_localize(record.tz),
            "variable": "custody.status",
            "value": "released",
            "source": "worker",
        }
    )
    released = record.with_tables(
        observations=pd.concat([record.observations, seen], ignore_index=True), linkage=record.linkage[:0]
    )
    told = rows(section_of(released), "Continuity of care after prison")
    assert told["Seen by a service within three weeks"][1] == "1", "ben's three weeks run past the end of the record"
