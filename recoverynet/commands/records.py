"""Commands about records themselves: check them, pseudonymise them, list the samples."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from recoverynet.atomic import make_folder
from recoverynet.commands.options import Folder, MapFile, Overwrite
from recoverynet.commands.telling import count_of, mapping_file, printable, require_new, require_there

PROBLEMS_FOUND = 1

app = typer.Typer()


@app.command()
def check(
    folder: Folder,
    map: MapFile = None,  # noqa: A002 - the option is called --map
    out: Annotated[Path | None, typer.Option(help="Also write the problems to this CSV file.", show_default=False)] = None,
    overwrite: Overwrite = False,
) -> None:
    """Tell every problem in a folder at once.

    Each comes with the file rows and the remedy. Exit status 0: nothing to mend; 1: problems found; 2: wrong usage.
    """
    require_there(folder)
    require_new(out, overwrite=overwrite)
    from recoverynet.tables.checks import find_problems

    problems = find_problems(folder, mapping=mapping_file(map))
    if problems.empty:
        typer.echo("No problems found.")
    for problem in problems.to_dict("records"):
        typer.echo(printable(_problem_in_words(problem)))
    if out is not None:
        from recoverynet.csv_files import write_csv

        make_folder(out.parent)
        write_csv(problems.assign(rows=_rows_in_words(problems["rows"])), out, for_spreadsheets=True)
    if problems.empty:
        return
    errors = int((problems["severity"] == "error").sum())
    typer.echo(f"\n{count_of(errors, 'problem')} to mend, {count_of(len(problems) - errors, 'warning')}.")
    if errors:
        raise typer.Exit(PROBLEMS_FOUND)


@app.command()
def pseudonymise(
    folder: Folder,
    out: Annotated[Path, typer.Option(help="Folder to write the pseudonymised tables into.", show_default=False)],
    key_file: Annotated[Path, typer.Option(help="File holding the secret key. Keep it away from the data.", show_default=False)],
    map: MapFile = None,  # noqa: A002
    overwrite: Overwrite = False,
) -> None:
    """Replace ids by keyed pseudonyms; drop names.

    Dates of birth and addresses are dropped as well, and what was done is told. The key is never written beside the
    data.
    """
    require_there(folder)
    from recoverynet.tables.pseudonyms import pseudonymise_folder, read_key

    done = pseudonymise_folder(
        folder, out, key=read_key(key_file, away_from=(folder, out)), mapping=mapping_file(map), overwrite=overwrite
    )
    typer.echo(printable(done.summary()))


@app.command()
def samples() -> None:
    """List the samples that come with recoverynet."""
    from recoverynet.samples import list_samples

    for sample in list_samples().to_dict("records"):
        typer.echo(textwrap.fill(sample["description"], 78, initial_indent=f"{sample['name']:<14}", subsequent_indent=" " * 14))


def _problem_in_words(problem: Mapping[Any, Any]) -> str:
    where = ".".join(str(part) for part in (problem["table"], problem["column"]) if part)
    rows = ", ".join(str(row) for row in problem["rows"])
    lines = [f"{'!' if problem['severity'] == 'error' else '·'} {where}: {problem['problem']}"]
    if rows:
        more = " …" if problem["n_rows"] > len(problem["rows"]) else ""
        lines.append(f"    {count_of(int(problem['n_rows']), 'row')}, in the file at row {rows}{more}")
    if problem["example"]:
        lines.append(f"    for example: {problem['example']}")
    lines.append(f"    remedy: {problem['remedy']}")
    return "\n".join(lines)


def _rows_in_words(rows: Iterable[list[int]]) -> list[str]:
    return [" ".join(str(row) for row in each) for each in rows]
