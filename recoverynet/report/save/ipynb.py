"""The notebook behind a report: filled in, run on the same record, and holding what may be shared alone."""

from __future__ import annotations

import base64
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recoverynet.atomic import write_text
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.report.template import escaped, require_own, section_shown, template_kind, template_text, usual_headings
from recoverynet.tables.files import record_offered
from recoverynet.tables.handover import KEY_VARIABLE
from recoverynet.tables.record import RecoveryRecord
from recoverynet.untrusted.opening import read_text
from recoverynet.untrusted.structured import MOST_JSON_BYTES, parse_json

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager
    from nbformat import NotebookNode

RECORD_VARIABLE = "RECOVERYNET_RECORD"
"""Environment variable in which the notebook finds the record: while it is being made an address from which the record is
handed over in memory, so that no copy of it is ever written; afterwards the folder of whoever runs it again."""
SETTINGS_TAG = "settings"
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_START_SECONDS = 180
_QUIETLY = {"RECOVERYNET_QUIET": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
_KEPT_METADATA = ("kernelspec", "language_info")


@dataclass(frozen=True)
class TemplateWords:
    """What a template puts to the sections of a report, as Markdown.

    Attributes
    ----------
    before : mapping of str to str
        What stands before a section, by its name.
    last : str
        Name of the section behind which something stands.
    behind : str
        What stands there.
    """

    before: Mapping[str, str] = field(default_factory=dict)
    last: str = ""
    behind: str = ""


@dataclass(frozen=True)
class Cover:
    """Whose report a notebook shows: for a first cell of its own, where there is anything to say."""

    service: str = ""
    contact: str = ""
    logo: bytes = b""

    @property
    def is_bare(self) -> bool:
        """Whether nothing was put on it."""
        return not (self.service or self.contact or self.logo)


@dataclass(frozen=True, eq=False)
class Rerun:
    """What it takes to make a report again: the record, and the lines of Python that hold its settings.

    Attributes
    ----------
    record : RecoveryRecord
    settings : str
        Source of the notebook's settings cell.
    kind : str
        Of the report, by which the template that ships with the package is found.
    then : tuple of str
        Lines of Python behind the one that makes the report.
    sections : tuple of (str, str)
        Name and title of the sections to show; empty for those the template shows.
    words : Words
        What a template puts to them.
    """

    record: RecoveryRecord
    settings: str
    kind: str
    then: tuple[str, ...] = ()
    sections: tuple[tuple[str, str], ...] = ()
    words: TemplateWords = TemplateWords()


def write_notebook(
    rerun: Rerun, path: Path, *, manifest: str = "", template: Path | None = None, cover: Cover = Cover(), timeout: int = 900
) -> None:
    """Fill in the template, run it on the record, and write it with its outputs.

    Parameters
    ----------
    rerun : Rerun
    path : pathlib.Path
        File to write.
    manifest : str
        JSON that goes into the metadata of the notebook; empty for none.
    template : pathlib.Path, optional
        A notebook of your own. Default: the one that ships with the package.
    cover : Cover
        Service, contact and logo.
    timeout : int
        Seconds a cell may take.

    Raises
    ------
    SchemaError
        The template is no notebook or that of another report, has no code cell tagged ``settings``, or the contacts of the
        record are not in memory.
    NotEstimableError
        A cell fails, takes too long, or the kernel cannot be started.
    """
    if rerun.record.away is not None:
        raise SchemaError(
            "A notebook holds the record it is run on, and the contacts of this one were left in their files. Read the record with "
            "read_record(folder) (on the command line: without --engine) and make the report from that, or save it as .html, .pdf, "
            ".docx or .xlsx."
        )
    import nbformat

    notebook = _filled(rerun, template)
    _put_on_cover(notebook, cover)
    with tempfile.TemporaryDirectory(prefix="rn-") as scratch:
        folder = Path(scratch)
        with record_offered(rerun.record, folder / "record") as (address, key):
            _execute(notebook, folder, {RECORD_VARIABLE: address, KEY_VARIABLE: key}, timeout)
        _scrub(notebook, folder)
    if manifest:
        notebook.metadata["recoverynet"] = nbformat.from_dict(json.loads(manifest))  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    write_text(path, nbformat.writes(notebook) + "\n")  # type: ignore[no-untyped-call]


def _filled(rerun: Rerun, template: Path | None) -> NotebookNode:
    """The template with the settings put in, and without any output it came with."""
    import nbformat

    text = template_text(rerun.kind) if template is None else read_text(template, most=MOST_JSON_BYTES)
    try:
        parse_json(text, "it")
        notebook: NotebookNode = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    except Exception as error:
        raise SchemaError(f"The template {template} is not a notebook: {error}") from error
    cells = [cell for cell in notebook.cells if SETTINGS_TAG in cell.metadata.get("tags", ())]
    if len(cells) != 1 or cells[0].cell_type != "code":
        raise SchemaError(
            f"A template needs exactly one code cell tagged {SETTINGS_TAG!r}, which is filled in; this one "
            f"has {len(cells)}. Start from a copy of the template that ships with recoverynet."
        )
    if template is not None:
        require_own(template_kind(notebook.metadata), rerun.kind, template.name)
    cells[0].source = rerun.settings
    if template is None and rerun.sections:
        _show_only(notebook, rerun)
    elif rerun.sections:
        _leave_out_what_cannot_be_fed(notebook, rerun)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _show_only(notebook: NotebookNode, rerun: Rerun) -> None:
    """The cells up to the one that makes the report, what is then done with it, and a cell for each section."""
    from nbformat.v4 import new_code_cell, new_markdown_cell

    made = next(place for place, cell in enumerate(notebook.cells) if "report = rn." in cell.source)
    kept = notebook.cells[: made + 1]
    if rerun.then:
        kept[made].source = "\n".join([kept[made].source, *rerun.then])
    for name, title in rerun.sections:
        said = rerun.words.before.get(name, "")
        heading = f"## {escaped(title)}"
        kept += [new_markdown_cell(f"{heading}\n\n{said}" if said else heading)]  # type: ignore[no-untyped-call]
        kept += [new_code_cell(f"report[{name!r}]".replace("'", '"'))]  # type: ignore[no-untyped-call]
        if rerun.words.behind and rerun.words.last == name:
            kept += [new_markdown_cell(rerun.words.behind)]  # type: ignore[no-untyped-call]
    notebook.cells = kept


def _leave_out_what_cannot_be_fed(notebook: NotebookNode, rerun: Rerun) -> None:
    """Take out of a template of one's own the sections that such a report can have and this record cannot feed."""
    missing = usual_headings(rerun.kind).keys() - {name for name, _ in rerun.sections}
    kept: list[NotebookNode] = []
    for cell in notebook.cells:
        if cell.cell_type == "code" and section_shown(cell.source) in missing:
            while kept and kept[-1].cell_type == "markdown":
                kept.pop()
        else:
            kept.append(cell)
    notebook.cells = kept


def _put_on_cover(notebook: NotebookNode, cover: Cover) -> None:
    """The service, its logo and whom to ask in a first cell of their own."""
    from nbformat.v4 import new_markdown_cell

    if cover.is_bare:
        return
    name = f"Logo of {cover.service}" if cover.service else "Logo"
    lines = [f"![{escaped(name)}](attachment:logo.png)"] if cover.logo else []
    lines += [f"**{escaped(cover.service)}**"] if cover.service else []
    lines += [f"Contact: {escaped(cover.contact)}"] if cover.contact else []
    first = new_markdown_cell("\n\n".join(lines), id="cover")  # type: ignore[no-untyped-call]
    if cover.logo:
        first.attachments = {"logo.png": {"image/png": base64.b64encode(cover.logo).decode("ascii")}}
    notebook.cells.insert(0, first)


def _execute(notebook: NotebookNode, folder: Path, offer: Mapping[str, str], timeout: int) -> None:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    client = NotebookClient(
        notebook,
        km=_kernel_manager(folder),
        timeout=timeout,
        startup_timeout=_START_SECONDS,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        with _environment({**offer, **_QUIETLY, "IPYTHONDIR": str(folder / "ipython")}):
            client.execute(cleanup_kc=True)
    except CellExecutionError as error:
        said = _ESCAPES.sub("", f"{error.ename}: {error.evalue}").replace(str(folder), "…")
        raise NotEstimableError(f"A cell of the notebook failed, and nothing was written. {said}") from error
    except CellTimeoutError as error:
        raise NotEstimableError(f"A cell of the notebook took more than {timeout} seconds; nothing was written.") from error
    except (DeadKernelError, RuntimeError, AssertionError) as error:  # nbclient asserts while it clears up after a dead kernel
        told = str(error).strip() or "its kernel ended before its time"
        raise NotEstimableError(f"The notebook could not be run ({told}); nothing was written. Try again.") from error


def _kernel_manager(folder: Path) -> AsyncKernelManager:
    """A manager whose only kernel is the Python that is running now: no installed kernel is needed."""
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    class ThisPython(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--HistoryManager.enabled=False"]
            return KernelSpec(argv=argv, display_name="Python 3", language="python", name=kernel_name)

    return AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=ThisPython(),
        connection_file=str(folder / "kernel.json"),
        transport="tcp" if os.name == "nt" else "ipc",
    )


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Some environment variables, set for the kernel that is started meanwhile and put back afterwards."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _scrub(notebook: NotebookNode, folder: Path) -> None:
    """Take out what belongs to this machine: paths, warnings on standard error, metadata of the run."""
    from nbformat import from_dict

    kept = {key: notebook.metadata[key] for key in _KEPT_METADATA if key in notebook.metadata}
    notebook.metadata = from_dict({**kept, "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}})  # type: ignore[no-untyped-call]
    private = {str(folder), str(folder.resolve()), str(Path.home()), os.getcwd(), sys.prefix}
    hidden = sorted((text for text in private if len(text) > 1), key=len, reverse=True)
    for cell in notebook.cells:
        cell.metadata = from_dict({key: value for key, value in cell.metadata.items() if key == "tags"})  # type: ignore[no-untyped-call]
        if cell.cell_type == "code":
            kept_outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            cell.outputs = [from_dict(_without(output, hidden)) for output in kept_outputs]  # type: ignore[no-untyped-call]


def _without(value: Any, hidden: list[str]) -> Any:
    """The same output with every private text replaced."""
    if isinstance(value, str):
        for text in hidden:
            value = value.replace(text, "…")
        return value
    if isinstance(value, list):
        return [_without(item, hidden) for item in value]
    if isinstance(value, dict):
        return {key: _without(item, hidden) for key, item in value.items()}
    return value
