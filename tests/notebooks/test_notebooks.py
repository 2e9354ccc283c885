"""Every notebook runs from top to bottom, and is committed without outputs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

WITH_FIGURES = {"01", "02", "03", "04", "05"}
LONG = {"03", "04", "05", "06"}
NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


class ThisPython(AsyncKernelManager):
    """A kernel of the very Python that runs the tests, whether or not a kernel is registered."""

    @property
    def kernel_spec(self):
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_committed_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=pytest.mark.slow if path.stem[:2] in LONG else ()) for path in NOTEBOOKS],
    ids=lambda path: path.stem,
)
def test_notebook_runs(path):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=300, kernel_manager_class=ThisPython, resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in shown if output.output_type == "error"]
    assert any(output.output_type in ("execute_result", "display_data") for output in shown)
    assert "Traceback" not in str([output.get("text", "") for output in shown])
    if path.stem[:2] in WITH_FIGURES:
        assert any("image/svg+xml" in output.get("data", {}) for output in shown), "plots show themselves"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stranger_needs_nothing_beside_it_and_no_helper(path):
    """Text that speaks of data beside the checkout is shown only where they are; plots need no wrapping."""
    cells = nbformat.read(path, as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    assert not [source for source in code if "SVG(" in source or "def show" in source]
    beside = [k for k, cell in enumerate(cells) if cell.cell_type == "code" and "shared/data" in cell.source]
    assert all("is_dir()" in cells[k].source for k in beside)
    assert len({line.split()[1] for source in code for line in source.splitlines() if line.startswith("from recoverynet")}) <= 3


def test_they_say_how_long_they_take():
    for path in NOTEBOOKS:
        text = path.read_text(encoding="utf-8")
        assert "minute" in text, path.stem


@pytest.mark.slow
def test_the_command_hands_them_out(tmp_path):
    start = [sys.executable, "-c", "from recoverynet.cli import main; main()", "notebooks", "--to", str(tmp_path / "mine")]
    done = subprocess.run(start, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == [path.name for path in NOTEBOOKS]
    again = subprocess.run(start, capture_output=True, text=True)
    assert again.returncode == 1 and "--overwrite" in again.stderr
    assert subprocess.run([*start, "--overwrite"], capture_output=True, text=True).returncode == 0


def test_the_walk_has_its_notebooks():
    there = {path.stem for path in NOTEBOOKS}
    walk = ("01_records_to_network", "02_personal_networks", "03_is_it_spreading", "04_coevolution", "05_what_if", "06_evaluation")
    assert {*walk, "07_worker_view"} <= there
