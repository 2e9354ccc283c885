"""The command ``recoverynet``: check records, pseudonymise them and write reports without a line of Python."""

from __future__ import annotations

import signal
import sys
import threading
import warnings
from typing import NoReturn

import typer

from recoverynet.commands import columns, demo, importing, linking, notebooks, presenting, records, reports, verifying, worker
from recoverynet.commands.telling import printable
from recoverynet.errors import RecoveryNetError, RecoveryNetWarning

PROBLEMS_FOUND, USAGE = 1, 2

app = typer.Typer(
    name="recoverynet",
    help="From contact records to a report on links to recovery communities. Nothing leaves this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


app.add_typer(demo.app)
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
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _end)
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


def _end(signum: int, frame: object) -> NoReturn:
    """Asked to end: clear up what lies in private folders first."""
    sys.exit(128 + signum)


def _say_warning(message: Warning | str, category: type[Warning], *where: object, **more: object) -> None:
    """A warning of ours as a plain sentence; those of other packages are about their code and are not for users."""
    if issubclass(category, RecoveryNetWarning):
        typer.echo(printable(f"recoverynet: note: {message}"), err=True)
