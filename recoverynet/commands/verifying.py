"""The command that makes a report again and says whether it is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recoverynet.commands.choosing import Clients, chosen_clients
from recoverynet.commands.options import Folder, LeaveOut, Ledger, MapFile, Quiet
from recoverynet.commands.presenting import Logo, OwnWording, Template
from recoverynet.commands.telling import be_quiet, printable, read_told
from recoverynet.errors import RecoveryNetError

DIFFERS, CANNOT_READ = 1, 2

app = typer.Typer()


@app.command()
def verify(
    report: Annotated[
        Path,
        typer.Argument(
            help="A report saved as .html, .pdf, .docx, .xlsx or .ipynb, or the folder of its tables.", show_default=False
        ),
    ],
    folder: Folder,
    map: MapFile = None,  # noqa: A002
    clients: Clients = None,
    plan: Annotated[Path | None, typer.Option("--plan", help="The plan of a what-if report.", show_default=False)] = None,
    logo: Logo = None,
    template: Template = None,
    wording: OwnWording = None,
    ledger: Ledger = None,
    leave_out: LeaveOut = False,
    quiet: Quiet = False,
) -> None:
    """Make a report again: is it the same?

    Exit status 0: the same, byte for byte; 1: something differs, which is told; 2: the report or the records cannot be
    read.
    """
    be_quiet(quiet)
    if not report.exists():
        raise typer.BadParameter(f"{report} is not there.", param_hint="REPORT")
    from recoverynet.models.interventions.plan import read_plan
    from recoverynet.report.verified import MadeWith, verify_report

    try:
        record = read_told(folder, map, leave_out)
        made_with = MadeWith(
            clients=chosen_clients(clients),
            plan=None if plan is None else read_plan(plan),
            logo=logo,
            template=template,
            wording=wording,
            ledger=ledger,
        )
        verification = verify_report(report, record, made_with)
    except RecoveryNetError as error:
        typer.echo(printable(f"recoverynet: {error}"), err=True)
        raise typer.Exit(CANNOT_READ) from error
    if verification.is_same:
        typer.echo(f"The same: {report} is what these records and its settings give, byte for byte.")
        return
    typer.echo(f"Not the same: {report} differs from what these records and its settings give.")
    for difference in verification.differences:
        typer.echo(printable(f"  - {difference}"))
    raise typer.Exit(DIFFERS)
