"""The audit of a report: a safe one passes, and leaks of several kinds are caught."""

from __future__ import annotations

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError
from recoverynet.report.disclosure.audit import audit_in_words, audited
from recoverynet.report.disclosure.counted import Counted
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.disclosure.published import remember_publication
from recoverynet.report.sections import ReportWriter

CLIENTS = Counted("clients")
WORDS = {"population": "Clients", "denominator": "all clients", "period": "2011"}


def two_tables():
    """The same clients by sex and contact, and by contact alone, where a row of the one is a margin of the other."""
    by_sex = rn.CountTable(
        pd.DataFrame({"Contact": [12, 20], "None": [3, 30]}, index=["Female", "Male"]),
        title="By sex",
        who=Who(CLIENTS, {"Female": ("female",), "Male": ("male",)}, {"Contact": ("contact",), "None": ("none",)}),
        **WORDS,
    )
    women = rn.CountTable(
        pd.Series({"Contact": 12, "No contact": 3}),
        title="Women",
        rows="parts",
        who=Who(CLIENTS.who("female"), {"Contact": ("contact",), "No contact": ("none",)}),
        **WORDS,
    )
    return by_sex, women


def a_report(writer, section):
    return remember_publication(rn.Report("Test", (section.finish(),), "2011", writer.policy), writer.publication)


def test_a_figure_hidden_in_one_table_is_hidden_in_every_other():
    writer = ReportWriter("ndtms")
    section = writer.section("one", "One")
    first, second = (section.table(table) for table in two_tables())
    assert pd.isna(first.n("Female", "None"))
    assert pd.isna(second.n("No contact"))
    # The same people: one figure, hidden or shown in both.
    assert pd.isna(first.n("Female", "Contact")) == pd.isna(second.n("Contact"))
    found = rn.disclosure_audit(a_report(writer, section))
    assert len(found) > 0
    assert set(found["outcome"]) == {"safe"}
    assert "worked out none" in audit_in_words(found)


def test_a_table_suppressed_apart_is_caught():
    writer = ReportWriter("ndtms")
    section = writer.section("one", "One")
    first, second = two_tables()
    section.table(first)
    section.show(second.disclosed("ndtms"))
    assert "not declared" in set(rn.disclosure_audit(a_report(writer, section))["outcome"])


def test_a_star_printed_again_is_worked_out_and_caught():
    writer = ReportWriter("ndtms")
    section = writer.section("one", "One")
    section.table(two_tables()[0])
    for cell, hidden in list(writer.publication.hidden.items()):
        if hidden and cell.facts != {"female", "none"}:
            writer.publication.hidden[cell] = False
    found = audited(writer.publication)
    assert "worked out" in set(found["outcome"])
    assert "do not share" in audit_in_words(found)


def test_a_report_put_together_by_hand_is_not_audited():
    writer = ReportWriter("ndtms")
    section = writer.section("one", "One")
    with pytest.raises(NotEstimableError, match="Make it again from the record"):
        rn.disclosure_audit(rn.Report("Test", (section.finish(),), "2011", writer.policy))
