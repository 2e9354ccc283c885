"""What stands at the head of a report can be shown: no star is a headline, and a report that can tell next to nothing says so."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.report.evaluation.brief import Narrowed, brief_section
from recoverynet.report.evaluation.network import NOT_WORKERS
from recoverynet.report.evaluation.observed import CONTACTED, STATE_EVER, STATE_SEEN, Findings
from recoverynet.report.evaluation.setting import EvaluationSetting, make_setting
from recoverynet.report.sections import KeyFigures, ReportWriter, Section
from recoverynet.states import RECOVERY_NORM

STAR = re.compile(r"(?<!\*)\*(?!\*)")
ALL_OF_IT = Narrowed(False, False, False, False)
WORDS = {"population": "Clients", "denominator": "all clients", "period": "2011"}


@pytest.fixture(scope="module")
def setting() -> EvaluationSetting:
    asked = {"norm": RECOVERY_NORM, "window": None, "n_periods": 2, "breaks": None, "by": None, "valid_for": "90D"}
    return make_setting(rn.load_sample("five_people"), **asked, smallest_shown=5)  # type: ignore[arg-type]


def found(
    n: int = 150, contact: int = 60, group: int = 50, soon: tuple[int, int] = (40, 90), later: tuple[int, int] = (60, 80)
) -> Findings:
    """Main tables of a service as its report would disclose them."""
    tables = {
        "people": rn.CountTable(pd.Series({"Clients": n, "Peers": 20}), title="People", rows="separate", **WORDS),
        "flow": rn.CountTable(
            pd.Series({"All clients": n, CONTACTED: max(contact, 0), STATE_SEEN: contact // 2, STATE_EVER: contact}),
            title="Flow",
            rows="nested",
            **WORDS,
        ),
        "contact": rn.CountTable.of_shares(
            {"Any contact": (contact, n), "Through a group (mutual aid)": (group, n)}, title="Contact", **WORDS
        ),
        "aftercare": rn.CountTable.of_shares(
            {"Within 28 days after": soon, "Within 90 days after": later}, title="Aftercare", **WORDS
        ),
        "ties": rn.CountTable(pd.DataFrame({"0": [2], "1": [n - 2]}, index=[NOT_WORKERS]), title="Ties", rows="separate", **WORDS),
        "funnel": rn.CountTable(
            pd.Series({"All clients": n, "Offered a group": contact, "Attended once": 2}), title="Funnel", rows="nested", **WORDS
        ),
    }
    return Findings({name: table.disclosed("ndtms") for name, table in tables.items()})


def brief(setting: EvaluationSetting, findings: Findings, asked: Narrowed = ALL_OF_IT) -> Section:
    return brief_section(ReportWriter("ndtms"), setting, findings, asked)


def stars(section: Section) -> list[str]:
    tiles = [figure for block in section.blocks if isinstance(block, KeyFigures) for figure in block.figures]
    texts = [f"{figure.value} {figure.label} {figure.detail}" for figure in tiles]
    return [line for line in [*texts, *section.to_text().splitlines()] if STAR.search(line)]


@pytest.mark.parametrize(
    "counts",
    [
        {},
        {"contact": 3, "group": 2},
        {"contact": 148, "group": 100},
        {"contact": 0, "group": 0},
        {"soon": (2, 90)},
        {"soon": (2, 90), "later": (3, 80)},
        {"n": 3, "contact": 2, "group": 1, "soon": (1, 2), "later": (0, 2)},
    ],
)
def test_no_star_stands_at_the_head_of_a_report(setting: EvaluationSetting, counts: dict) -> None:
    assert stars(brief(setting, found(**counts))) == []


def test_another_figure_is_told_where_the_first_is_hidden(setting: EvaluationSetting) -> None:
    text = brief(setting, found(contact=148, group=100)).to_text()
    assert "67%  went to mutual aid (100 of 150 clients)" in text
    assert "100 of 150 clients (67%) had contact with the recovery community through a group (mutual aid); the number" in text
    text = brief(setting, found(soon=(2, 90))).to_text()
    assert "75%  had contact within 90 days after treatment (60 of 80 clients)" in text
    assert "Within 90 days after their treatment ended, 60 of 80 clients (75%)" in text
    assert "A recovery group was offered to" not in brief(setting, found(contact=3, group=2)).to_text()


def test_a_report_that_tells_next_to_nothing_says_so_and_what_would_tell_more(setting: EvaluationSetting) -> None:
    little = found(n=3, contact=2, group=1, soon=(1, 2), later=(0, 2))
    text = brief(setting, little, Narrowed(True, True, False, True)).to_text()
    assert "Nearly every number has to be hidden" in text
    assert "the whole period of the record, all areas and providers together or no subgroups" in text
    assert "several services together" in brief(setting, little).to_text()
    assert "Nearly every number" not in brief(setting, found()).to_text()


def test_a_report_that_cannot_tell_how_many_there_are_does_not_say_that_it_tells_nothing(setting: EvaluationSetting) -> None:
    told = found()
    told["people"] = found(n=3, contact=2, group=1, soon=(1, 2), later=(0, 2))["people"]
    text = brief(setting, told).to_text()
    assert "Many numbers have to be hidden" in text and "Nearly every number" not in text


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["ndtms", pytest.param("nhs", marks=pytest.mark.slow)])
def test_the_smallest_record_has_no_star_at_its_head(policy: str) -> None:
    report = rn.evaluation_report(rn.load_sample("five_people"), disclosure=policy)
    assert stars(report["in_brief"]) == [] and "Nearly every number has to be hidden" in report["in_brief"].to_text()
