"""The notebook behind a report: run on the same record, free of paths, and editable."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.report.report import Report
from recoverynet.report.template import copy_template


@pytest.fixture(scope="module")
def executed(report: Report, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, nbformat.NotebookNode]:
    path = tmp_path_factory.mktemp("notebook") / "evaluation.ipynb"
    report.save(path)
    text = path.read_text(encoding="utf-8")
    return text, nbformat.reads(text, as_version=4)


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.slow
def test_it_shows_every_section_as_the_report_does(executed, report: Report) -> None:
    _, notebook = executed
    nbformat.validate(notebook)
    said = [output.data["text/plain"] for cell in code_cells(notebook) for output in cell.outputs]
    assert said == [section.to_text() for section in report.sections]
    html = [output.data["text/html"] for cell in code_cells(notebook) for output in cell.outputs]
    assert html == [section._repr_html_() for section in report.sections]


@pytest.mark.slow
def test_it_ran_from_top_to_bottom_without_noise(executed) -> None:
    _, notebook = executed
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert {output.output_type for cell in cells for output in cell.outputs} == {"execute_result"}


@pytest.mark.slow
def test_it_names_no_path_and_no_person(executed, riverside: rn.RecoveryRecord) -> None:
    text, notebook = executed
    assert str(Path.home()) not in text and str(Path.cwd()) not in text and "/tmp/" not in text
    assert set(notebook.metadata) <= {"kernelspec", "language_info", "recoverynet"}
    plain = json.dumps([output.data["text/plain"] for cell in code_cells(notebook) for output in cell.outputs])
    assert not [name for name in riverside.people["person_id"] if name in plain]


@pytest.mark.slow
def test_settings_can_be_read_and_are_those_asked_for(tmp_path: Path) -> None:
    report = rn.evaluation_report(
        rn.load_sample("five_people"),
        norm=rn.Norm("abstinence", holds={"abstinent"}),
        title="Five",
        disclosure=rn.DisclosurePolicy("ours", smallest_shown=3),
        breaks=["2011-03-01", "2011-04-01", "2011-05-01"],
    )
    report.save(tmp_path / "x.ipynb")
    notebook = nbformat.read(tmp_path / "x.ipynb", as_version=4)
    settings = next(cell for cell in notebook.cells if "settings" in cell.metadata.get("tags", ()))
    assert "holds={'abstinent'}" in settings.source and "smallest_shown=3" in settings.source
    assert "2011-04-01T00:00:00+01:00" in settings.source
    said = [output.data["text/plain"] for cell in code_cells(notebook) for output in cell.outputs]
    assert said[-1] == report["settings"].to_text()


FOLDER = 'folder = os.environ["RECOVERYNET_RECORD"]'


def edited(tmp_path: Path, *sources: str) -> Path:
    """A copy of the template, without its sections, with code cells added."""
    path = copy_template(tmp_path / "mine.ipynb")
    notebook = nbformat.read(path, as_version=4)
    (settings,) = (at for at, cell in enumerate(notebook.cells) if "settings" in cell.metadata.get("tags", ()))
    notebook.cells = notebook.cells[: settings + 1] + [nbformat.v4.new_code_cell(FOLDER)]
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(notebook, path)
    return path


@pytest.mark.slow
def test_a_template_of_ones_own_is_used_and_scrubbed(tiny_report: Report, tmp_path: Path) -> None:
    mine = edited(tmp_path, "import os; print(os.getcwd(), folder)", "import sys; print('hush', file=sys.stderr)")
    tiny_report.save(tmp_path / "x.ipynb", template=mine)
    cells = code_cells(nbformat.read(tmp_path / "x.ipynb", as_version=4))
    assert cells[-2].outputs[0].text == "… …/record\n"
    assert cells[-1].outputs == []
    with pytest.raises(rn.SchemaError, match="is there already"):
        copy_template(mine)


@pytest.mark.slow
def test_a_failing_cell_is_told_and_nothing_is_written(tiny_report: Report, tmp_path: Path) -> None:
    with pytest.raises(NotEstimableError, match="ZeroDivisionError: division by zero"):
        tiny_report.save(tmp_path / "x.ipynb", template=edited(tmp_path, "1 / 0"))
    assert not (tmp_path / "x.ipynb").exists()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signal 0 ends a process on Windows")
def test_no_kernel_is_left_running(tiny_report: Report, tmp_path: Path) -> None:
    mine = edited(tmp_path, "import os; print(os.getpid())")
    tiny_report.save(tmp_path / "x.ipynb", template=mine)
    cells = code_cells(nbformat.read(tmp_path / "x.ipynb", as_version=4))
    with pytest.raises(ProcessLookupError):
        os.kill(int(cells[-1].outputs[0].text), 0)


def test_templates_that_cannot_be_used(tiny_report: Report, tmp_path: Path) -> None:
    (tmp_path / "not.ipynb").write_text("hello", encoding="utf-8")
    with pytest.raises(SchemaError, match="not a notebook"):
        tiny_report.save(tmp_path / "x.ipynb", template=tmp_path / "not.ipynb")
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), tmp_path / "bare.ipynb")
    with pytest.raises(SchemaError, match="tagged 'settings'"):
        tiny_report.save(tmp_path / "x.ipynb", template=tmp_path / "bare.ipynb")
