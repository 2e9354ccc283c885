"""The command ``recoverynet``: check records, pseudonymise them and write reports without a line of Python."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

from recoverynet.commands import columns, importing, linking, notebooks, presenting, records, reports, verifying, worker
from recoverynet.commands.options import Overwrite, Quiet
from recoverynet.commands.telling import be_quiet, printable, require_new, rows_in_words, save_told, say_in_brief
from recoverynet.errors import RecoveryNetError, RecoveryNetWarning

PROBLEMS_FOUND, USAGE = 1, 2
PLACEBOS = {"riverside": "housing.status=settled"}  # the outcome planted to have nothing to do with contacts

app = typer.Typer(
    name="recoverynet",
    help="From contact records to a report on links to recovery communities. Nothing leaves this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("recoverynet_demo"),
    sample: Annotated[str, typer.Option(help="Which sample to use; `recoverynet samples` lists them.")] = "riverside",
    worker_page: Annotated[
        bool, typer.Option("--worker", help="Open the worker's page on the sample instead, with a link to come in.")
    ] = False,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Walk a shipped sample to an evaluation report.

    Reads the sample, prints a short summary and writes the report (HTML), the notebook behind it and its tables.
    """
    be_quiet(quiet)
    if worker_page:
        worker.demo_page(sample, out)
        return
    require_new(*(out / name for name in ("evaluation.html", "evaluation.ipynb", "tables")), overwrite=overwrite)
    from recoverynet.report.evaluation.evaluation import evaluation_report
    from recoverynet.samples import load_sample

    record = load_sample(sample)
    typer.echo(f"Read the sample {sample!r}: a fictional area, {record.period_in_words()}.")
    typer.echo(rows_in_words(record))
    report = evaluation_report(record, placebo=PLACEBOS.get(sample))
    say_in_brief(report)
    written = [save_told(report, out / "evaluation.html"), save_told(report, out / "evaluation.ipynb")]
    tables = out / "tables"
    report.save_tables(tables)
    typer.echo("\nWritten:")
    typer.echo(f"  {written[0]}   the report; open it in a browser")
    typer.echo(f"  {written[1]}  the notebook behind it, executed")
    typer.echo(f"  {tables}{os.sep}            its tables as CSV, small counts suppressed")


app.add_typer(records.app)
app.add_typer(columns.app)
app.add_typer(importing.app)
app.add_typer(importing.import_app, name="import")
app.add_typer(linking.app)
app.add_typer(notebooks.app)
app.add_typer(reports.report_app, name="report")
app.add_typer(verifying.app)
app.add_typer(presenting.app)
app.add_typer(worker.app)


def main() -> None:
    """Run the command; a mistake of the user ends in one plain sentence and an exit status, never a traceback."""
    warnings.showwarning = _say_warning
    try:
        app(prog_name="recoverynet")
    except RecoveryNetError as error:
        typer.echo(printable(f"recoverynet: {error}"), err=True)
        sys.exit(PROBLEMS_FOUND)
    except OSError as error:
        typer.echo(printable(f"recoverynet: {error.filename or 'a file'}: {error.strerror or error}"), err=True)
        sys.exit(USAGE)
    except MemoryError:
        typer.echo(
            "recoverynet: This needs more memory than there is. Split the record by period, or use a larger machine.", err=True
        )
        sys.exit(PROBLEMS_FOUND)


def _say_warning(message: Warning | str, category: type[Warning], *where: object, **more: object) -> None:
    """A warning of ours as a plain sentence; those of other packages are about their code and are not for users."""
    if issubclass(category, RecoveryNetWarning):
        typer.echo(printable(f"recoverynet: note: {message}"), err=True)
