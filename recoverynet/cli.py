"""The command ``recoverynet``: check records, pseudonymise them and write reports without a line of Python."""

from __future__ import annotations

import os
import sys
import textwrap
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recoverynet.errors import RecoveryNetError

if TYPE_CHECKING:
    import pandas as pd

    from recoverynet.report.report import Report
    from recoverynet.tables.record import RecoveryRecord

PROBLEMS_FOUND, USAGE = 1, 2
ENDINGS = (".html", ".ipynb", ".xlsx")
PLACEBOS = {"riverside": "housing.status=settled"}  # the outcome planted to have nothing to do with contacts

app = typer.Typer(
    name="recoverynet",
    help="From contact records to a report on links to recovery communities. Nothing leaves this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
report_app = typer.Typer(help="Write a report on a folder of records.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(report_app, name="report")

Folder = Annotated[
    Path, typer.Argument(help="Folder of CSV or Parquet tables, one .xlsx workbook, or a DuckDB file.", show_default=False)
]
MapFile = Annotated[
    Path | None, typer.Option("--map", help="TOML file saying how your columns and codes translate.", show_default=False)
]


def _known_ending(path: Path) -> Path:
    """The path, refused before any work where no report can be written to it."""
    if path.suffix.lower() not in ENDINGS:
        raise typer.BadParameter(f"a report is written as {', '.join(ENDINGS)}; {path.name} ends otherwise.")
    return path


OutFile = Annotated[
    Path, typer.Option("--out", callback=_known_ending, help="File to write; its ending says the format: .html, .ipynb or .xlsx.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress bars.")]
Tables = Annotated[Path | None, typer.Option(help="Also write the tables as CSV here.", show_default=False)]
LeaveOut = Annotated[bool, typer.Option("--leave-out", help="Leave faulty rows out (and say which) instead of stopping at them.")]


class Policy(StrEnum):
    """Disclosure presets by name."""

    ndtms = "ndtms"
    nhs = "nhs"


Placebo = Annotated[
    str | None,
    typer.Option(
        help="An outcome that cannot spread: housing.status=settled (words that count, with commas between), or "
        "health.physical>=12. Without one the answer on spread ends at level 2 of 4.",
        show_default=False,
    ),
]
Disclosure = Annotated[Policy, typer.Option(help="ndtms: counts of 1 to 4 become *; nhs: 1 to 7 become *, others rounded to 5.")]


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("recoverynet_demo"),
    sample: Annotated[str, typer.Option(help="Which sample to use; `recoverynet samples` lists them.")] = "riverside",
    quiet: Quiet = False,
) -> None:
    """Walk a shipped sample to an evaluation report.

    Reads the sample, prints a short summary and writes the report (HTML), the notebook behind it and its tables.
    """
    _be_quiet(quiet)
    from recoverynet.report.evaluation import evaluation_report
    from recoverynet.samples import load_sample

    record = load_sample(sample)
    typer.echo(f"Read the sample {sample!r}: a fictional area, {record.period_in_words()}.")
    typer.echo(_rows_in_words(record))
    report = evaluation_report(record, placebo=PLACEBOS.get(sample))
    out.mkdir(parents=True, exist_ok=True)
    _say_in_brief(report)
    written = [_save(report, out / "evaluation.html"), _save(report, out / "evaluation.ipynb")]
    tables = out / "tables"
    report.save_tables(tables)
    typer.echo("\nWritten:")
    typer.echo(f"  {written[0]}   the report; open it in a browser")
    typer.echo(f"  {written[1]}  the notebook behind it, executed")
    typer.echo(f"  {tables}{os.sep}            its tables as CSV, small counts suppressed")


@app.command()
def check(
    folder: Folder,
    map: MapFile = None,  # noqa: A002 - the option is called --map
    out: Annotated[Path | None, typer.Option(help="Also write the problems to this CSV file.", show_default=False)] = None,
) -> None:
    """Tell every problem in a folder at once.

    Each comes with the file rows and the remedy. Exit status 0: nothing to mend; 1: problems found; 2: wrong usage.
    """
    _require(folder)
    from recoverynet.tables.checks import find_problems

    problems = find_problems(folder, mapping=_mapping(map))
    if problems.empty:
        typer.echo("No problems found.")
    for problem in problems.to_dict("records"):
        typer.echo(_problem_in_words(problem))
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        _csv_safe(problems).to_csv(out, index=False)
    if problems.empty:
        return
    errors = int((problems["severity"] == "error").sum())
    typer.echo(f"\n{_count(errors, 'problem')} to mend, {_count(len(problems) - errors, 'warning')}.")
    if errors:
        raise typer.Exit(PROBLEMS_FOUND)


@app.command()
def pseudonymise(
    folder: Folder,
    out: Annotated[Path, typer.Option(help="Folder to write the pseudonymised tables into.", show_default=False)],
    key_file: Annotated[Path, typer.Option(help="File holding the secret key. Keep it away from the data.", show_default=False)],
    map: MapFile = None,  # noqa: A002
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write into a folder that holds files already.")] = False,
) -> None:
    """Replace ids by keyed pseudonyms; drop names.

    Dates of birth and addresses are dropped as well, and what was done is told. The key is never written beside the
    data.
    """
    _require(folder)
    from recoverynet.tables.pseudonyms import pseudonymise_folder, read_key

    done = pseudonymise_folder(
        folder, out, key=read_key(key_file, away_from=(folder, out)), mapping=_mapping(map), overwrite=overwrite
    )
    typer.echo(done.summary())


@app.command()
def samples() -> None:
    """List the samples that come with recoverynet."""
    from recoverynet.samples import list_samples

    for sample in list_samples().to_dict("records"):
        typer.echo(textwrap.fill(sample["description"], 78, initial_indent=f"{sample['name']:<14}", subsequent_indent=" " * 14))


@report_app.command("evaluation")
def report_evaluation(
    folder: Folder,
    out: OutFile = Path("evaluation.html"),
    map: MapFile = None,  # noqa: A002
    title: Annotated[str | None, typer.Option(help="Title on the cover.", show_default=False)] = None,
    disclosure: Disclosure = Policy.ndtms,
    placebo: Placebo = None,
    tables: Tables = None,
    leave_out: LeaveOut = False,
    quiet: Quiet = False,
) -> None:
    """Who is linked to recovery communities, before, during and after treatment, and what changed?"""
    _be_quiet(quiet)
    record = _read(folder, map, leave_out)
    from recoverynet.report.evaluation import evaluation_report

    _finish(evaluation_report(record, title=title, placebo=placebo, disclosure=disclosure.value), out, tables)


@report_app.command("spread")
def report_spread(
    folder: Folder,
    out: OutFile = Path("spread.html"),
    map: MapFile = None,  # noqa: A002
    title: Annotated[str | None, typer.Option(help="Title on the cover.", show_default=False)] = None,
    disclosure: Disclosure = Policy.ndtms,
    placebo: Placebo = None,
    adjust: Annotated[
        str | None,
        typer.Option(
            help="Columns of people to adjust for, with commas between; '' for none. Default: those filled in.", show_default=False
        ),
    ] = None,
    surroundings: Annotated[
        str | None,
        typer.Option(
            help="What people share at the same time: provider, main_group or columns of people, with commas "
            "between; '' for none. Default: provider, where recorded.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the permutations: the same seed gives the same report.")] = 0,
    tables: Tables = None,
    leave_out: LeaveOut = False,
    quiet: Quiet = False,
) -> None:
    """Does the norm spread through the network, or do like people meet, and how sure can we be?"""
    _be_quiet(quiet)
    record = _read(folder, map, leave_out)
    from recoverynet.report.spread import spread_report

    report = spread_report(
        record,
        title=title,
        placebo=placebo,
        adjust=_names(adjust),
        surroundings=_names(surroundings),
        rng=seed,
        disclosure=disclosure.value,
    )
    _finish(report, out, tables)


def _names(text: str | None) -> list[str] | None:
    """Names with commas between, as a list; None where nothing was said."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _finish(report: Report, out: Path, tables: Path | None) -> None:
    _say_in_brief(report)
    typer.echo(f"\nWritten: {_save(report, out)}")
    if tables is not None:
        report.save_tables(tables)
        typer.echo(f"Tables:  {tables}{os.sep}")


def _read(folder: Path, map_file: Path | None, leave_out: bool) -> RecoveryRecord:
    _require(folder)
    from recoverynet.tables.files import read_record

    record = read_record(folder, mapping=_mapping(map_file), on_problems="leave_out" if leave_out else "raise")
    typer.echo(f"Read {folder}: {record.period_in_words()}.")
    typer.echo(_rows_in_words(record))
    for note in record.notes:
        typer.echo(f"  note: {note}")
    return record


def _save(report: Report, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    report.save(path)
    return path


def _require(folder: Path) -> None:
    if not folder.exists():
        raise typer.BadParameter(f"{folder} does not exist.", param_hint="FOLDER")


def _mapping(map_file: Path | None) -> Path | None:
    if map_file is not None and not map_file.is_file():
        raise typer.BadParameter(f"{map_file} is not a file.", param_hint="--map")
    return map_file


def _say_in_brief(report: Report) -> None:
    typer.echo(f"\n{report.title}")
    for sentence in report.in_brief:
        typer.echo(textwrap.fill(sentence, 78, initial_indent="  - ", subsequent_indent="    "))


def _rows_in_words(record: RecoveryRecord) -> str:
    rows = (f"{name} {len(table):,}" for name, table in record.tables().items() if len(table))
    return textwrap.fill("Rows: " + ", ".join(rows) + ".", 78, initial_indent="  ", subsequent_indent="  ")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _problem_in_words(problem: dict) -> str:
    where = ".".join(str(part) for part in (problem["table"], problem["column"]) if part)
    rows = ", ".join(str(row) for row in problem["rows"])
    lines = [f"{'!' if problem['severity'] == 'error' else '·'} {where}: {problem['problem']}"]
    if rows:
        more = " …" if problem["n_rows"] > len(problem["rows"]) else ""
        lines.append(f"    {_count(int(problem['n_rows']), 'row')}, in the file at row {rows}{more}")
    if problem["example"]:
        lines.append(f"    for example: {problem['example']}")
    lines.append(f"    remedy: {problem['remedy']}")
    return "\n".join(lines)


def _csv_safe(problems: pd.DataFrame) -> pd.DataFrame:
    return problems.assign(rows=[" ".join(map(str, rows)) for rows in problems["rows"]])


def _be_quiet(quiet: bool) -> None:
    if quiet:
        os.environ["RECOVERYNET_QUIET"] = "1"


def main() -> None:
    """Run the command; a mistake of the user ends in one plain sentence and an exit status, never a traceback."""
    try:
        app()
    except RecoveryNetError as error:
        typer.echo(f"recoverynet: {error}", err=True)
        sys.exit(PROBLEMS_FOUND)
    except OSError as error:
        typer.echo(f"recoverynet: {error.filename or ''}: {error.strerror or error}", err=True)
        sys.exit(USAGE)
