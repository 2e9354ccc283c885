"""Every number that a sentence of a report says is one that a table of the same report shows."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.report.report import Report
from recoverynet.report.sections import Facts, Figure, KeyFigures, Note, Points, Prose, Section, Table

MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
SHORT = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
ABOUT_NOBODY = [
    rf"\d{{1,2}} {MONTH} \d{{4}}", rf"{MONTH} \d{{4}}", rf"{SHORT}–{SHORT} \d{{4}}", rf"{SHORT} \d{{4}}", r"\d{1,2} " + SHORT,
    r"NICE QS11(?: statement 2)?, statement 2|NICE QS11 statement 2|QS11|statement 2",
    r"[Ll]evels? \d(?: of 4)?|\b\d of 4\b|level \d",
    r"(?m)^- \d, ",
    r"\(0 to 20\)|of 20\b|0 to 20|\(10 to 60\)|BARC-10", r"\d+ days?", r"last 28", r"9[05]% interval", r"95%|97\.5%", r"about 1 is",
    r"counted as 0|count(?:s|ed)? .{0,12}\bone\b", r"Counts? from \d+ to \d+|rounded to \d+|from 1 to \d+|multiple of \d+",
    r"odds (?:of|ratio) \d(?: to \d)?(?: for ties and \d)?(?![\d.])|odds of up to 2", r"in \d+ waves", r"of \d+ people without",
    r"simulated records of 650",
    r"clear 1\.25", r"must clear \d+(?:\.\d+)?", r"1 to 3|Figure \d+|Table \d+",
    r"the [\d,]+ figures that must not be known", r"nearer to [\d,]+ of them",
    r"[\d,]+ figures? shown tells?", r"[\d,]+ of the [\d,]+ figures in the main tables that are not 0",
    r"Labels of fewer than \d+ clients",
]  # fmt: skip
"""What is no number of the record: dates, names, scales, lengths, coverage, bounds set beforehand."""

NUMBER = re.compile(r"(?<![\w.])−?\d+(?:,\d{3})*(?:\.\d+)?%?")


def said(report: Report) -> list[tuple[str, str]]:
    """Every sentence with the section it stands in."""
    found = []
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Prose | Points | KeyFigures | Note):
                found.append((section.name, block.to_text()))
            if isinstance(block, Figure):
                found.append((section.name, block.caption))
    return found


def shown(report: Report) -> set[str]:
    """Every number that a table, or a list of facts, shows."""
    cells: list[str] = []
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                cells += [cell for row in block.grid.rows for cell in row] + list(block.shown.remarks())
            if isinstance(block, Facts):
                cells += [text for pair in block.pairs for text in pair]
    return {number.rstrip("%") for cell in cells for number in NUMBER.findall(cell)}


def contradictions(report: Report) -> list[str]:
    known, wrong = shown(report), []
    for name, text in said(report):
        left = text
        for pattern in ABOUT_NOBODY:
            left = re.sub(pattern, " ", left)
        wrong += [
            f"{name}: {number} in …{context(left, number)}…" for number in NUMBER.findall(left) if number.rstrip("%") not in known
        ]
    return wrong


def context(text: str, number: str) -> str:
    place = text.index(number)
    return text[max(0, place - 60) : place + 60].replace("\n", " ")


@pytest.fixture(
    scope="module",
    params=[
        "whole",
        "nhs",
        pytest.param("half", marks=pytest.mark.slow),
        pytest.param("small", marks=pytest.mark.slow),
        "five",
        pytest.param("abstinence", marks=pytest.mark.slow),
    ],
)
def made(request, riverside: rn.RecoveryRecord, report: Report, nhs_report: Report, tiny_report: Report) -> Report:
    if request.param == "half":
        return rn.evaluation_report(riverside, window=("2010-07-01", "2011-01-01"), placebo="housing.status=settled", n_periods=3)
    if request.param == "small":
        small = rn.synthetic_record(90, n_peers=30, n_workers=4, n_groups=10, months=7, rng=3)
        return rn.evaluation_report(small, placebo="housing.status=settled")
    if request.param == "abstinence":
        return rn.evaluation_report(riverside, norm=rn.Norm("abstinence", {"abstinent"}), n_periods=3, by="area")
    return {"whole": report, "nhs": nhs_report, "five": tiny_report}[request.param]


def test_an_evaluation_says_what_its_tables_show(made: Report) -> None:
    assert contradictions(made) == []


@pytest.mark.slow
@pytest.mark.parametrize("disclosure", ["ndtms", "nhs"])
def test_a_report_on_spread_says_what_its_tables_show(riverside: rn.RecoveryRecord, disclosure: str) -> None:
    everybody = riverside.with_tables(people=riverside.people.assign(consent_research=None))
    for record in (riverside, everybody):
        made = rn.spread_report(record, placebo="housing.status=settled", n_permutations=99, disclosure=disclosure)
        assert contradictions(made) == []


def test_the_reading_finds_a_number_that_stands_nowhere(report: Report) -> None:
    wrong = Section("x", "X", (Prose(("Of 12,345 clients 56% held it.",)),))
    made = Report("R", (*report.sections, wrong), report.period, report.policy)
    assert [line.split(" in …")[0] for line in contradictions(made)] == ["x: 12,345"]


def test_the_share_of_those_known_stands_in_the_table(report: Report) -> None:
    table = next(each.shown for each in report["change"].tables() if each.shown.title.startswith("Clients by state at the end"))
    last = str(table.counts.index[-1])
    share = f"{table.share_of_known(last):.0%}"
    n_known = table.n(last, "Hold the norm") + table.n(last, "Do not hold it")
    assert table.grid().columns[-1] == "Hold the norm, of those known"
    assert table.grid().rows[-1][-1] == f"{table.n(last, 'Hold the norm'):.0f} of {n_known:.0f} ({share})"
    assert f"and {share} at the end of" in " ".join(report.in_brief)


def self_and_worker() -> rn.RecoveryRecord:
    """Twelve clients: each says they use, then their worker sees them abstinent."""
    people = pd.DataFrame({"person_id": [f"q{n}" for n in range(12)], "role": "client"})
    rows = [(who, "2011-01-10", "using", "self") for who in people["person_id"]]
    rows += [(who, "2011-01-20", "abstinent", "worker") for who in people["person_id"]]
    seen = pd.DataFrame(rows, columns=["person_id", "observed_at", "value", "source"]).assign(variable="state")
    occasions = pd.DataFrame({"occasion_id": ["o"], "started_at": ["2011-01-31"], "kind": ["call"]})
    return rn.RecoveryRecord(people, occasions, pd.DataFrame({"occasion_id": ["o"], "person_id": ["q1"]}), observations=seen)


@pytest.mark.slow
def test_whose_word_is_taken_is_said_as_it_is_done() -> None:
    report = rn.evaluation_report(self_and_worker(), n_periods=1)
    table = next(each.shown for each in report["change"].tables() if each.shown.title.startswith("Clients by state at the end"))
    assert table.counts["Do not hold it"].tolist() == [12], "the person's own word comes before the worker's later view"
    text = report["change"].to_text()
    assert "as last observed" not in text.lower() and "what the person said of it last" in text
