"""The command that walks a sample: to an evaluation report, to an answer to "what if?", or to the worker's page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from recoverynet.commands.options import Overwrite, Quiet
from recoverynet.commands.telling import be_quiet, require_new, save_told, say_in_brief, sizes_in_words
from recoverynet.commands.worker import demo_page

PLACEBOS = {"riverside": "housing.status=settled"}  # the outcome planted to have nothing to do with contacts
PLAN = Path(__file__).with_name("one_more_a_week.toml")

app = typer.Typer()


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("recoverynet_demo"),
    sample: Annotated[str, typer.Option(help="Which sample to use; `recoverynet samples` lists them.")] = "riverside",
    what_if: Annotated[
        bool, typer.Option("--what-if", help="Ask what one more introduction a week would do instead, and how sure that is.")
    ] = False,
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
    if what_if and worker_page:
        raise typer.BadParameter("--what-if and --worker are two walks; choose one.", param_hint="--what-if")
    if worker_page:
        demo_page(sample, out)
    elif what_if:
        _walk_to_what_if(sample, out, overwrite=overwrite, quiet=quiet)
    else:
        _walk_to_evaluation(sample, out, overwrite=overwrite)


def _walk_to_evaluation(sample: str, out: Path, *, overwrite: bool) -> None:
    require_new(*(out / name for name in ("evaluation.html", "evaluation.ipynb", "tables")), overwrite=overwrite)
    from recoverynet.report.evaluation.evaluation import evaluation_report
    from recoverynet.samples import load_sample

    record = load_sample(sample)
    typer.echo(f"Read the sample {sample!r}: a fictional area, {record.period_in_words()}.")
    typer.echo(sizes_in_words(record))
    report = evaluation_report(record, placebo=PLACEBOS.get(sample))
    say_in_brief(report)
    written = [save_told(report, out / "evaluation.html"), save_told(report, out / "evaluation.ipynb")]
    tables = out / "tables"
    report.save_tables(tables)
    typer.echo("\nWritten:")
    typer.echo(f"  {written[0]}   the report; open it in a browser")
    typer.echo(f"  {written[1]}  the notebook behind it, executed")
    typer.echo(f"  {tables}{os.sep}            its tables as CSV, small counts suppressed")


def _walk_to_what_if(sample: str, out: Path, *, overwrite: bool, quiet: bool) -> None:
    page, plan = out / "what_if.html", out / "plan.toml"
    require_new(page, plan, overwrite=overwrite)
    from recoverynet.atomic import write_text
    from recoverynet.models.interventions.plan import read_plan
    from recoverynet.report.what_if.what_if import what_if_report
    from recoverynet.samples import load_sample

    record = load_sample(sample)
    typer.echo(f"Read the sample {sample!r}: a fictional area, {record.period_in_words()}.")
    report = what_if_report(record, read_plan(PLAN), quiet=quiet or None)
    say_in_brief(report)
    save_told(report, page)
    write_text(plan, PLAN.read_text(encoding="utf-8"))
    typer.echo("\nWritten:")
    typer.echo(f"  {page}  the answer, with everything it assumes on its first page; open it in a browser")
    typer.echo(f"  {plan}     what was asked; change it and ask your own record:")
    typer.echo(f"  recoverynet report what-if FOLDER --plan {plan} --out mine.html")
