"""The what-if report: every assumption on page one, every table and figure says what is supposed, nobody is told of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import recoverynet as rn
from recoverynet.cli import app
from recoverynet.errors import DisclosureError, SchemaError
from recoverynet.models.interventions.plan import InterventionPlan
from recoverynet.report.disclosure.published import publication_of
from recoverynet.report.what_if.wording import SUPPOSED

SUPPOSING = rn.DeclaredRates(transmission=(0.0, 0.02), attending=(0.0, 0.05))


def plan_of(*interventions, **more):  # type: ignore[no-untyped-def]
    settings = {"rules": ("random", "isolated"), "horizon": 4, "runs": 20, "vary": {"attending": (0.0, 0.1)}} | more
    return InterventionPlan(interventions, SUPPOSING, **settings)


@pytest.fixture(scope="module")
def report() -> rn.Report:
    return rn.what_if_report(rn.load_sample("riverside"), plan_of(rn.Introduction(per_month=4.35)), quiet=True)


@pytest.mark.slow
def test_every_assumption_stands_on_page_one(report: rn.Report) -> None:
    told = report["in_brief"].to_text()
    for words in (
        "Everything this assumes",
        "adds 0 to 0.02",
        "States move once a month",
        "Proposals are followed",
        "supposition",
        "4.35",
    ):
        assert words in told


@pytest.mark.slow
def test_every_table_of_results_and_every_figure_says_what_is_supposed(report: rn.Report) -> None:
    for name in ("courses", "rules", "who", "tipping"):
        for figure in report[name].figures():
            assert SUPPOSED in figure.caption
        for table in report[name].tables():
            assert SUPPOSED in " ".join(table.shown.remarks()), table.shown.title


def test_nobody_is_named_or_listed(report: rn.Report) -> None:
    text = report.to_text() + report._repr_html_()
    assert not re.search(r"\b[cpw]\d{2,4}\b", text)
    assert report.audience == "shared"


def test_how_an_attack_on_it_went_stands_in_the_appendix(report: rn.Report) -> None:
    told = report["settings"].to_text()
    assert "It worked out none and narrowed none down" in told or "No figure of this report had to be hidden" in told


def test_two_pages_lift_out(report: rn.Report) -> None:
    brief = report.brief()
    assert [section.name for section in brief.sections] == ["in_brief", "pictures", "limits"]


def test_subgroups_of_few_clients_are_hidden(report: rn.Report) -> None:
    rows = {row[0]: row[1:] for row in report["who"].tables()[0].grid.rows}
    assert rows["Age: 65+"] == ("under 10", "*", "*")
    large = [cells for label, cells in rows.items() if label.startswith("Substance")]
    assert len(large) == 2 and all("*" not in cells for cells in large)


@pytest.mark.slow
@pytest.mark.parametrize("told", [rn.Introduction(per_month=0, group_id="g03", clients=("c0002",)), rn.GroupClosed(group_id="g24")])
def test_a_plan_about_a_handful_is_not_shared(told) -> None:  # type: ignore[no-untyped-def]
    record = rn.load_sample("riverside")
    standing = rn.spread_source(record).standing
    if isinstance(told, rn.GroupClosed):
        at = standing.community
        few = (at.active & at.client[:, None]).sum(axis=0)
        place = next(place for place, n in enumerate(few) if 0 < n < 5)
        told = rn.GroupClosed(group_id=standing.group_ids[place])
    with pytest.raises(DisclosureError, match="handful"):
        rn.what_if_report(record, plan_of(told, rules=None), quiet=True)


def test_a_record_of_five_people_shows_nothing_of_them() -> None:
    plan = plan_of(rn.Introduction(per_month=1, closure=0.5), rules=("random",))
    report = rn.what_if_report(rn.load_sample("five_people"), plan, quiet=True)
    assert [section.name for section in report.sections] == ["in_brief", "limits", "settings"]
    assert not report["in_brief"].figures() and "telling of one of them" in report["in_brief"].to_text()


def test_a_report_is_made_of_a_plan() -> None:
    with pytest.raises(SchemaError, match="read_plan"):
        rn.what_if_report(rn.load_sample("five_people"), {"per_month": 1}, quiet=True)  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_command_writes_a_page(tmp_path: Path) -> None:
    rn.write_record(rn.load_sample("riverside"), tmp_path / "record")
    plan = tmp_path / "plan.toml"
    lines = ["runs = 20", "horizon_months = 2", 'rules = ["random"]', "[vary]", "attending = [0.0, 0.1]", "[[intervention]]"]
    plan.write_text("\n".join([*lines, 'kind = "introduction"', "per_month = 4.35"]))
    out = tmp_path / "what_if.html"
    done = CliRunner().invoke(
        app, ["report", "what-if", str(tmp_path / "record"), "--plan", str(plan), "--out", str(out), "--quiet"]
    )
    assert done.exit_code == 0, done.output
    assert "Everything this assumes" in out.read_text(encoding="utf-8")
    refused = CliRunner().invoke(
        app, ["report", "what-if", str(tmp_path / "record"), "--plan", str(plan), "--out", str(tmp_path / "a.ipynb")]
    )
    assert refused.exit_code == 2


@pytest.mark.slow
@pytest.mark.parametrize("disclosure", ["ndtms", "nhs"])
def test_the_two_pages_are_two_even_of_a_long_plan(disclosure, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    pypdf = pytest.importorskip("pypdf")
    plan = plan_of(
        rn.Introduction(per_month=4.35, pounds=10),
        rn.NewGroup(group_id="Friday walk", capacity=12, area="Eastmoor", weekday="friday", joins_per_month=2),
        rn.HoursMoved(group_id="g18", weekday="sunday", start_time="11:00", keeps=0.7, start=3),
        horizon=24,
        vary=None,
        rules=None,
    )
    path = tmp_path / "brief.pdf"
    rn.what_if_report(rn.load_sample("riverside"), plan, disclosure=disclosure, quiet=True).brief().save(path)
    pages = pypdf.PdfReader(path).pages
    assert len(pages) == 2 and "Everything this assumes" in pages[0].extract_text()
    assert "beyond what the record covers" in " ".join(pages[0].extract_text().split())


def test_meetings_stand_in_counts_that_the_policy_has_passed(report: rn.Report) -> None:
    section = report["meetings"]
    areas, one_more = (table.shown for table in section.tables())
    assert list(areas.counts.columns) == ["Go to a group", "Could go to one and do not", "Have none within reach", "All"]
    assert not areas.counts.isin([1, 2, 3, 4]).any(axis=None)
    assert any(label.startswith("Castle Hill: Monday afternoon") for label in one_more.counts.index)
    assert "Being within reach is not coming" in section.to_text()


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["ndtms", "nhs"])
def test_hidden_figures_of_a_small_service_are_safe_together(policy: str) -> None:
    plan = plan_of(rn.Introduction(per_month=4.35), horizon=2)
    report = rn.what_if_report(rn.synthetic_record(40, rng=40), plan, quiet=True, disclosure=policy)
    assert set(rn.disclosure_audit(report)["outcome"]) == {"safe"}
    declared = publication_of(report).declared  # type: ignore[union-attr]
    assert {cell.of for table in declared for cell in table.cells} == {"clients"}, "named as the tables of every report name them"
