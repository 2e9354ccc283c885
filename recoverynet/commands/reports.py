"""Commands that write a report on a folder of records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recoverynet.commands.options import Disclosure, Folder, LeaveOut, MapFile, OutFile, Overwrite, Placebo, Policy, Quiet, Tables
from recoverynet.commands.telling import be_quiet, finish, read_told, require_new

report_app = typer.Typer(help="Write a report on a folder of records.", no_args_is_help=True, rich_markup_mode=None)


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
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Who is linked to recovery communities, before, during and after treatment, and what changed?"""
    be_quiet(quiet)
    require_new(out, overwrite=overwrite)
    require_new(tables, overwrite=overwrite, hint="--tables")
    record = read_told(folder, map, leave_out)
    from recoverynet.report.evaluation.evaluation import evaluation_report

    finish(evaluation_report(record, title=title, placebo=placebo, disclosure=disclosure.value), out, tables)


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
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Does the norm spread through the network, or do like people meet, and how sure can we be?"""
    be_quiet(quiet)
    require_new(out, overwrite=overwrite)
    require_new(tables, overwrite=overwrite, hint="--tables")
    record = read_told(folder, map, leave_out)
    from recoverynet.report.spread.spread import spread_report

    report = spread_report(
        record,
        title=title,
        placebo=placebo,
        adjust=_names(adjust),
        surroundings=_names(surroundings),
        rng=seed,
        disclosure=disclosure.value,
    )
    finish(report, out, tables)


def _names(text: str | None) -> list[str] | None:
    """Names with commas between, as a list; None where nothing was said."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]
