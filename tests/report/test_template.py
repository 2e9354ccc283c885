"""Every report has a template that is copied, edited and given back; what is another's, or none, is refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from typer.testing import CliRunner

import recoverynet as rn
from recoverynet.cli import app
from recoverynet.errors import NotWrittenError, SchemaError
from recoverynet.models.interventions.plan import InterventionPlan
from recoverynet.report.presentation import Presentation, present
from recoverynet.report.report import Report
from recoverynet.report.save.reading import read_saved
from recoverynet.report.template import FILES, as_markdown, copy_template, escaped, read_template, usual_headings
from recoverynet.report.verified import MadeWith, verify_report

PLAN = """runs = 20
horizon_months = 2
rules = ["random"]
[[intervention]]
kind = "introduction"
per_month = 4.35
closure = [0.2, 0.5]
"""
FOLDER = "five_people"


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return rn.load_sample(FOLDER)


@pytest.fixture(scope="module")
def reports(record: rn.RecoveryRecord, tiny_report: Report) -> dict[str, Report]:
    plan = InterventionPlan(
        (rn.Introduction(per_month=4.35, closure=(0.2, 0.5)),), rn.DeclaredRates(), rules=("random",), horizon=2, runs=20
    )
    what_if = rn.what_if_report(record, plan, quiet=True)
    return {
        "evaluation": tiny_report,
        "spread": rn.spread_report(record),
        "comparison": rn.comparison_report(record),
        "what_if": what_if,
    }


def edited(path: Path, kind: str, change: Callable[[dict[str, Any]], None]) -> Path:
    copy_template(path, kind)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change(notebook)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def reword(notebook: dict[str, Any]) -> None:
    """Another heading, words and a list under it, words at the end, and the limits left out."""
    cells = notebook["cells"]
    for at, cell in enumerate(cells):
        source = "".join(cell["source"])
        if source == "## In brief":
            cell["source"] = [
                "## Our <b>words</b>\n",
                "\n",
                "First {{ 7 * 7 }}, **strong** and [x](y).\n",
                "\n",
                "- one\n",
                "- two",
            ]
        if source == 'report["limits"]':
            gone = at
    del cells[gone - 1 : gone + 1]
    cells.append({"cell_type": "markdown", "id": "end", "metadata": {}, "source": ["The end."]})


@pytest.mark.parametrize("kind", FILES)
def test_a_copy_as_it_ships_changes_nothing_that_is_read(kind: str, reports: dict[str, Report], tmp_path: Path) -> None:
    told = present(reports[kind], Presentation(template=copy_template(tmp_path / "t.ipynb", kind)))
    assert told.to_text() == reports[kind].to_text()
    assert set(usual_headings(kind)) >= {section.name for section in reports[kind].sections}


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind if kind == "spread" else pytest.param(kind, marks=pytest.mark.slow) for kind in FILES])
def test_the_words_stand_in_every_format(kind: str, reports: dict[str, Report], tmp_path: Path) -> None:
    told = present(reports[kind], Presentation(template=edited(tmp_path / "t.ipynb", kind, reword)))
    assert told.sections[0].title == "Our <b>words</b>"
    assert {"in_brief", "limits", "settings"} <= {section.name for section in told.sections}, "what is left out stays"
    for ending in ("html", "pdf", "docx"):
        told.save(tmp_path / f"x.{ending}")
        text = " ".join(" ".join(read_saved(tmp_path / f"x.{ending}").lines).split())
        for words in ("Our <b>words</b>", "First {{ 7 * 7 }}, strong and [x](y).", "one", "two", "The end."):
            assert words in text, (ending, words)
    told.save(tmp_path / "x.xlsx")
    told.save_tables(tmp_path / "tables")
    for name in ("x.xlsx", "tables"):
        assert read_saved(tmp_path / name).manifest["presented"]["template"], name


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["spread", "comparison"])
def test_the_notebook_shows_them_as_text_and_is_the_same_made_again(
    kind: str, reports: dict[str, Report], record: rn.RecoveryRecord, tmp_path: Path
) -> None:
    mine = edited(tmp_path / "t.ipynb", kind, reword)
    told = present(reports[kind], Presentation(service="Ours <b>", contact="Ask", template=mine))
    told.save(tmp_path / "x.ipynb")
    cells = nbformat.read(tmp_path / "x.ipynb", as_version=4).cells
    said = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert said[0] == "**Ours \\<b\\>**\n\nContact: Ask" and said[-1] != "The end." and "The end." in said
    assert any(text.startswith("## Our \\<b\\>words") and "**strong**" in text and "\n- one\n- two" in text for text in said)
    assert verify_report(tmp_path / "x.ipynb", record, MadeWith(template=mine)).differences == ()


def test_what_was_there_stays_where_a_new_one_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "mine.ipynb"
    mine.write_text("edited for hours")

    def full(*_: object) -> None:
        raise NotWrittenError("no room")

    monkeypatch.setattr("recoverynet.report.template.write_text", full)
    done = CliRunner().invoke(app, ["template", "--to", str(mine), "--overwrite"])
    assert done.exit_code != 0 and isinstance(done.exception, NotWrittenError) and mine.read_text() == "edited for hours"
    monkeypatch.undo()
    assert CliRunner().invoke(app, ["template", "--to", str(mine), "--overwrite"]).exit_code == 0
    assert read_template(mine, "evaluation").shown


def test_the_template_of_another_report_is_refused_in_words(reports: dict[str, Report], tmp_path: Path) -> None:
    for kind, report in reports.items():
        for other in FILES.keys() - {kind}:
            path = tmp_path / f"{other}.ipynb"
            path.exists() or copy_template(path, other)
            with pytest.raises(SchemaError, match=r"is that of the .* report, and this is the .*--report"):
                present(report, Presentation(template=path))
            if kind != "what_if":
                with pytest.raises(SchemaError, match=r"is that of the"):
                    report.save(tmp_path / "no.ipynb", template=path)


def test_one_that_does_not_say_whose_it_is_is_known_by_its_sections(reports: dict[str, Report], tmp_path: Path) -> None:
    mine = edited(tmp_path / "t.ipynb", "evaluation", lambda notebook: notebook["metadata"].pop("recoverynet"))
    assert present(reports["evaluation"], Presentation(template=mine)).sections
    with pytest.raises(SchemaError, match=r"shows the section 'observed'.*has none of that name; it has in_brief, people"):
        present(reports["spread"], Presentation(template=mine))


@pytest.mark.slow
def test_sections_that_this_record_cannot_feed_are_left_out(reports: dict[str, Report], tmp_path: Path) -> None:
    assert "clustering" not in {section.name for section in reports["spread"].sections}
    path = copy_template(tmp_path / "t.ipynb", "spread")
    reports["spread"].save(tmp_path / "x.ipynb", template=path)
    shown = [cell.source for cell in nbformat.read(tmp_path / "x.ipynb", as_version=4).cells]
    assert 'report["ladder"]' in shown and 'report["clustering"]' not in shown and "## Clustering" not in shown


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda notebook: notebook["cells"].append(notebook["cells"][-1]), "twice"),
        (lambda notebook: notebook["cells"].append({"cell_type": "code", "source": 'report["nonsense"]'}), "nonsense"),
        (lambda notebook: notebook["cells"].clear(), "shows no section"),
        (lambda notebook: notebook.update(cells="x"), "not a notebook"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused(change: Callable[[dict[str, Any]], None], words: str, tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=words):
        read_template(edited(tmp_path / "t.ipynb", "spread", change), "spread")


def test_there_is_none_of_a_report_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="evaluation, spread, comparison, what_if"):
        copy_template(tmp_path / "t.ipynb", "client")
    with pytest.raises(SchemaError, match="There is no template"):
        read_template(tmp_path / "none.ipynb", "spread")


@pytest.mark.parametrize("text", ["# a", "- b", "1. c", "<i>", "[x](y)", "a_b_ *c* `d`", "| e | f |", "$g$", "=", "![h](i)"])
def test_marks_of_markdown_are_text(text: str) -> None:
    from nbconvert.filters import markdown2html

    html = markdown2html(escaped(text))
    assert not any(tag in html for tag in ("<h1", "<li", "<i>", "<a ", "<em", "<code", "<table", "<img", "<hr"))
    assert as_markdown(()) == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["spread", pytest.param("comparison", marks=pytest.mark.slow), pytest.param("what-if", marks=pytest.mark.slow)]
)
def test_the_commands_copy_and_take_it(kind: str, tmp_path: Path, record: rn.RecoveryRecord) -> None:
    folder, run = str(rn.samples.sample_folder(FOLDER)), CliRunner().invoke
    mine, out = tmp_path / "t.ipynb", tmp_path / "x.html"
    copied = run(app, ["template", "--report", kind, "--to", str(mine)])
    assert copied.exit_code == 0 and f"report {kind} FOLDER --template" in " ".join(copied.output.split())
    (tmp_path / "plan.toml").write_text(PLAN)
    plan = ["--plan", str(tmp_path / "plan.toml")] if kind == "what-if" else []
    made = run(app, ["report", kind, folder, *plan, "--out", str(out), "--quiet", "--template", str(mine)])
    assert made.exit_code in (0, 3), made.output
    assert run(app, ["verify", str(out), folder, *plan, "--quiet"]).exit_code == 2, "the template has to be given"
    assert run(app, ["verify", str(out), folder, *plan, "--quiet", "--template", str(mine)]).exit_code == 0
    other = copy_template(tmp_path / "other.ipynb", "evaluation")
    refused = run(app, ["report", kind, folder, *plan, "--out", str(tmp_path / "y.html"), "--template", str(other)])
    assert isinstance(refused.exception, SchemaError) and "evaluation report" in str(refused.exception) and not refused.output
