"""Where nearly all of a table is hidden a coarser one stands in its place, and gives nothing of the finer one away."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.report.disclosure.counted import Counted
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.disclosure.published import remember_publication
from recoverynet.report.sections import Prose, ReportWriter

CLIENTS = Counted("clients")
WORDS = {"population": "Clients", "denominator": "all clients", "period": "2011"}
AGES = ["18–24", "25–34", "35–44", "45 or over"]


def by_age_and_substance(counts: list[list[int]]) -> rn.CountTable:
    frame = pd.DataFrame(counts, index=AGES[: len(counts)], columns=["Opiates", "Alcohol", "Other"])
    facts = {label: (f"age: {label}",) for label in frame.index}, {label: (f"substance: {label}",) for label in frame.columns}
    return rn.CountTable(frame, title="By age and substance", columns="parts", who=Who(CLIENTS, *facts), **WORDS)


SMALL = [[3, 2, 1], [4, 1, 2], [2, 3, 4], [4, 2, 1]]


def published(table: rn.CountTable, policy: str = "ndtms"):
    writer = ReportWriter(policy)
    section = writer.section("one", "One")
    shown = section.table(table)
    return writer, section.finish(), shown


@pytest.mark.parametrize("policy", ["ndtms", "nhs"])
def test_a_coarser_table_stands_in_the_place_of_a_hidden_one(policy):
    writer, section, finer = published(by_age_and_substance(SMALL), policy)
    (table,) = section.tables()
    assert finer.share_hidden >= 0.75
    assert table.shown is finer.coarser
    assert table.shown.share_hidden < 0.7
    said = [block.to_text() for block in section.blocks if isinstance(block, Prose)]
    assert "stands a coarser table" in said[0]
    assert said[0].startswith("By age and substance:")
    found = rn.disclosure_audit(remember_publication(rn.Report("T", (section,), "2011", writer.policy), writer.publication))
    assert set(found["outcome"]) == {"safe"}


def test_figures_of_the_coarser_table_are_figures_of_the_finer_one_and_hidden_where_they_are():
    writer, section, finer = published(by_age_and_substance(SMALL))
    shown = section.tables()[0].shown
    assert shown.title == "By age and substance, all together"
    assert shown.counts.loc["All"].tolist() == finer.counts.loc["All"].tolist() == [13, 8, 8, 29]
    before, after = writer.publication.declared
    assert dict(zip(after.cells, after.values, strict=True)).items() <= dict(zip(before.cells, before.values, strict=True)).items()


def test_a_star_of_the_finer_table_shown_in_the_coarser_one_is_caught():
    few = pd.DataFrame({"Contact": [1, 0, 1, 1], "No contact": [3, 3, 3, 4]}, index=AGES)
    writer, section, finer = published(rn.CountTable(few, title="Contact by age", columns="parts", measured=True, **WORDS))
    counts = finer.coarser.counts.fillna(6.0)
    assert finer.coarser.n_hidden == 2
    leaky = ReportWriter("ndtms").section("two", "Two")
    leaky.show(replace(finer.coarser, counts=counts))
    report = rn.Report("T", (section, leaky.finish()), "2011", writer.policy)
    assert "not declared" in set(rn.disclosure_audit(remember_publication(report, writer.publication))["outcome"])


def test_a_table_that_can_be_shown_is_shown():
    _, section, shown = published(by_age_and_substance([[30, 2, 11], [40, 12, 20], [20, 3, 14], [14, 20, 21]]))
    assert shown.coarser is None
    assert len(section.blocks) == 1


def test_where_not_even_a_coarser_one_can_be_shown_it_says_so():
    _, section, shown = published(by_age_and_substance([[0, 1, 0], [1, 0, 0]]))
    assert shown.coarser is None
    assert shown.share_hidden == 1
    assert "not one of these numbers can be shown, nor can coarser ones" in section.blocks[0].to_text()


def test_a_breakdown_is_dropped_where_its_groups_are_too_small():
    counts = pd.DataFrame({"Contact": [1, 2, 2, 3], "No contact": [2, 1, 3, 2]}, index=AGES)
    table = rn.CountTable(counts, title="Contact by age", columns="parts", measured=True, **WORDS)
    _, section, _ = published(table)
    shown = section.tables()[0].shown
    assert shown.title == "Contact by age, all together"
    assert shown.counts.loc["All"].tolist() == [8, 8, 16]
    assert shown.denominator == "all clients"


def test_of_rows_that_do_not_add_up_those_are_left_that_can_be_shown():
    steps = pd.Series({"All clients": 60, "Offered": 30, **{f"Step {number}": number % 4 + 1 for number in range(7)}})
    _, section, _ = published(rn.CountTable(steps, title="Steps", rows="nested", **WORDS))
    shown = section.tables()[0].shown
    assert shown.title == "Steps, as far as it can be shown"
    assert shown.counts["Number"].to_dict() == {"All clients": 60, "Offered": 30}


def test_a_row_of_nobody_alone_stands_in_no_ones_place():
    quarters = {f"Q{number}": (number % 4, 3) for number in range(1, 4)} | {"Q4": (0, 0)}
    _, section, finer = published(rn.CountTable.of_shares(quarters, title="By quarter", **WORDS))
    assert finer.share_hidden >= 0.75
    assert finer.coarser is None
    assert section.tables()[0].shown is finer
