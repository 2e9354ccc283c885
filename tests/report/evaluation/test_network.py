"""The section on the network, where little is known of the people clients named."""

from __future__ import annotations

import recoverynet as rn
from recoverynet.report.evaluation.network import network_section
from recoverynet.report.evaluation.observed import Findings
from recoverynet.report.evaluation.setting import make_setting
from recoverynet.report.sections import ReportWriter
from recoverynet.states import RECOVERY_NORM

OFF = rn.DisclosurePolicy.none(reason="a test")


def test_people_named_who_are_all_of_one_state_are_counted_all_the_same() -> None:
    """Four namings by ann and ben, and of nobody it is known how they are doing."""
    record = rn.load_sample("five_people")
    record = record.with_tables(nominations=record.nominations.assign(perceived_state=None))
    asked = {"norm": RECOVERY_NORM, "window": None, "n_periods": 1, "breaks": None, "by": (), "valid_for": "90D"}
    section = network_section(ReportWriter(OFF), make_setting(record, smallest_shown=1, **asked), Findings())  # type: ignore[arg-type]
    table = next(each for each in section.tables() if each.shown.title.startswith("People named by clients"))
    assert table.shown.counts.index.tolist() == ["Not known"] and "name 4 people" in section.to_text()
