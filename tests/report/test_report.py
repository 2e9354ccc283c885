"""A report holds what passed disclosure and nothing else."""

from __future__ import annotations

import gc
import logging
import pickle
from types import FunctionType, MethodType, ModuleType

import pandas as pd
import pytest

from recoverynet import CountTable, DisclosurePolicy, Report
from recoverynet.draw.style import open_axes
from recoverynet.errors import DisclosureError, NotEstimableError, SchemaError
from recoverynet.report.disclosure.summary import SummaryTable
from recoverynet.report.sections import Figure, Note, Points, ReportWriter, Section, Table
from recoverynet.tables.record import RecoveryRecord

WORDS = {"title": "People", "population": "everybody", "denominator": "all people", "period": "2011"}


def small_report(policy: str | DisclosurePolicy = "ndtms") -> Report:
    writer = ReportWriter(policy)
    section = writer.section("in_brief", "In brief", "What is it about?")
    section.points(["There are **many** people.", "And <b>more</b>."])
    section.table(CountTable(pd.Series({"Peers": 3, "Clients": 40, "Workers": 20}), **WORDS))
    return Report("Riverside", (section.finish(),), "2011", writer.policy)


def reachable(thing: object) -> list[object]:
    """Everything that can be reached from an object without leaving for modules, classes and code."""
    seen: dict[int, object] = {}
    waiting = [thing]
    while waiting:
        here = waiting.pop()
        if id(here) in seen or isinstance(here, type | ModuleType | FunctionType | MethodType):
            continue
        seen[id(here)] = here
        waiting.extend(gc.get_referents(here))
    return list(seen.values())


@pytest.mark.slow
def test_nothing_undisclosed_can_be_reached_from_a_report(report: Report) -> None:
    things = reachable(report)
    assert any(isinstance(thing, pd.DataFrame) for thing in things), "the search must get to the tables"
    assert not [thing for thing in things if isinstance(thing, RecoveryRecord | CountTable | SummaryTable)]


@pytest.mark.slow
def test_pickling_takes_no_record_along(report: Report) -> None:
    copy = pickle.loads(pickle.dumps(report))
    assert copy.to_text() == report.to_text()
    for one, other in zip(report.sections, copy.sections, strict=True):
        for here, there in zip(one.figures(), other.figures(), strict=True):
            assert there.draw is None and there.svg == here.svg and there.narrow_svg == here.narrow_svg and there.png == here.png
    with pytest.raises(NotEstimableError, match="evaluation_report"):
        copy.save("x.ipynb")


def test_a_table_that_skipped_disclosure_is_refused() -> None:
    with pytest.raises(DisclosureError, match="after disclosure"):
        Table(CountTable(pd.Series({"a": 1}), **WORDS), 1)


def test_a_table_that_passed_another_policy_is_refused() -> None:
    made = small_report()
    with pytest.raises(DisclosureError, match="passed the policy 'ndtms'"):
        Report("x", made.sections, "2011", DisclosurePolicy.named("nhs"))


def test_sections_are_found_by_name() -> None:
    made = small_report()
    assert made["in_brief"] is made.sections[0]
    with pytest.raises(SchemaError, match="it has in_brief"):
        made["network"]
    with pytest.raises(SchemaError, match="own name"):
        Report("x", made.sections * 2, "2011", made.policy)


def test_other_audiences_are_refused() -> None:
    with pytest.raises(DisclosureError, match="shared"):
        Report("x", (), "2011", DisclosurePolicy.named("ndtms"), audience="everybody")  # type: ignore[arg-type]


def test_an_override_is_named_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="recoverynet.disclosure"):
        made = small_report(DisclosurePolicy.none(reason="internal audit"))
    assert "internal audit" in caplog.text and "'Riverside'" in caplog.text
    html = made._repr_html_()
    assert "Not for publication" in html and "internal audit" in html


def test_text_is_escaped_and_only_stars_emphasise() -> None:
    html = small_report()["in_brief"]._repr_html_()
    assert "<strong>many</strong>" in html and "&lt;b&gt;more&lt;/b&gt;" in html
    assert small_report().in_brief == ("There are many people.", "And <b>more</b>.")


def test_a_section_speaks_in_plain_text() -> None:
    text = str(small_report()["in_brief"])
    assert "Peers         *         *" in text and "**" not in text
    assert repr(small_report()["in_brief"]) == "<Section 'in_brief': In brief, 1 tables, 0 figures>"


def test_a_figure_needs_words() -> None:
    with pytest.raises(SchemaError, match="alt text"):
        Figure(open_axes(None, height=72), "", "caption", 1)


@pytest.mark.parametrize("name", ["report.odt", "report", "report.txt"])
def test_other_endings_are_refused_with_those_there_are(tmp_path, name) -> None:
    with pytest.raises(SchemaError, match=r"\.html, \.pdf, \.docx, \.xlsx, \.ipynb"):
        small_report().save(tmp_path / name)


def test_a_template_is_for_notebooks(tmp_path) -> None:
    with pytest.raises(SchemaError, match="notebooks"):
        small_report().save(tmp_path / "x.html", template="mine.ipynb")


def test_numbers_of_tables_and_figures_run_through_the_report(report: Report) -> None:
    tables = [table.number for section in report.sections for table in section.tables()]
    figures = [figure.number for section in report.sections for figure in section.figures()]
    assert tables == list(range(1, len(tables) + 1)) and len(tables) > 20
    assert figures == list(range(1, len(figures) + 1)) and len(figures) >= 8


def test_blocks_can_be_told_apart_without_their_class() -> None:
    section = Section("a", "A", (Points(("one",)), Note("two", "caution")))
    assert [block.kind for block in section.blocks] == ["points", "note"]
    assert "rn-caution" in section._repr_html_()
