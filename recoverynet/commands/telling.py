"""What commands read, write and say on the way: the same sentences for every command."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from recoverynet.atomic import is_leftover, make_folder

if TYPE_CHECKING:
    from recoverynet.report.report import Report
    from recoverynet.tables.record import RecoveryRecord


UNSEEN = 3
"""Exit status of a report that was written, and could not see what it was asked for."""


def finish(report: Report, out: Path, tables: Path | None) -> None:
    """Say what a report found, and write it; end with status 3 where what it was asked for cannot be seen."""
    say_in_brief(report)
    typer.echo(f"\nWritten: {save_told(report, out)}")
    if tables is not None:
        report.save_tables(tables)
        typer.echo(f"Tables:  {tables}{os.sep}")
    for sentence in report.unseen:
        typer.echo(f"recoverynet: {sentence}", err=True)
    if report.unseen:
        raise typer.Exit(UNSEEN)


def read_told(folder: Path, map_file: Path | None, leave_out: bool) -> RecoveryRecord:
    """The record of a folder, with what was read and noted said aloud."""
    require_there(folder)
    from recoverynet.tables.files import read_record

    record = read_record(folder, mapping=mapping_file(map_file), on_problems="leave_out" if leave_out else "raise")
    typer.echo(f"Read {folder}: {record.period_in_words()}.")
    typer.echo(sizes_in_words(record))
    for note in record.notes:
        typer.echo(printable(f"  note: {note}"))
    return record


def opened_told(folder: Path, map_file: Path | None, leave_out: bool, engine: str | None, *, whole: bool) -> RecoveryRecord:
    """The record of a folder, its contacts left in their files where they are Parquet and an engine is asked about them.

    ``whole`` says that it is needed in memory all the same.
    """
    require_there(folder)
    from recoverynet.tables.opening import may_stay, open_record

    if engine is None or whole or leave_out or map_file is not None or not may_stay(folder):
        return read_told(folder, map_file, leave_out)
    record = open_record(folder, engine=engine).as_record()  # type: ignore[arg-type]
    typer.echo(f"Opened {folder}: {record.period_in_words()}.")
    typer.echo(sizes_in_words(record))
    typer.echo(f"  Contacts stay in their files; {engine} is asked about them.")
    return record


def save_told(report: Report, path: Path) -> Path:
    """Save a report, making the folder it goes into."""
    make_folder(path.parent)
    report.save(path)
    return path


def require_new(*paths: Path | None, overwrite: bool, hint: str = "--out") -> None:
    """Refuse, before any work, what cannot be written, or would replace what is there: a file, or a folder that holds something."""
    for path in paths:
        for above in () if path is None else path.parents:
            if above.is_file():
                raise typer.BadParameter(
                    f"{above} is a file, so {path} cannot be written below it. Choose a place in a folder.", param_hint=hint
                )
    for path in () if overwrite else paths:
        if path is not None and (path.is_file() or (path.is_dir() and any(not is_leftover(each) for each in path.iterdir()))):
            raise typer.BadParameter(
                f"{path} is there already and is kept. Choose another name, or add --overwrite.", param_hint=hint
            )


def printable(text: str) -> str:
    """A text without signs that a terminal takes for orders; they may come out of anybody's file."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "�" for sign in text)


def require_there(folder: Path) -> None:
    """Refuse a folder that is not there."""
    if not folder.exists():
        raise typer.BadParameter(f"{folder} does not exist.", param_hint="FOLDER")


def mapping_file(map_file: Path | None) -> Path | None:
    """The mapping file, refused where it is none."""
    if map_file is not None and not map_file.is_file():
        raise typer.BadParameter(f"{map_file} is not a file.", param_hint="--map")
    return map_file


def say_in_brief(report: Report) -> None:
    """Title and first sentences of a report."""
    typer.echo(f"\n{report.title}")
    for sentence in report.in_brief:
        typer.echo(textwrap.fill(sentence, 78, initial_indent="  - ", subsequent_indent="    "))


def sizes_in_words(record: RecoveryRecord) -> str:
    """How many rows each table of a record holds."""
    rows = (f"{name} {len(table):,}" for name, table in record.tables().items() if len(table))
    return textwrap.fill("Rows: " + ", ".join(rows) + ".", 78, initial_indent="  ", subsequent_indent="  ")


def count_of(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def be_quiet(quiet: bool) -> None:
    """No progress bars from here on, where asked for."""
    if quiet:
        os.environ["RECOVERYNET_QUIET"] = "1"
