"""Commands about the worker's page: serve it, let somebody in, shut somebody out, look after its log."""

from __future__ import annotations

import datetime as dt
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recoverynet.commands.telling import count_of, mapping_file, require_there
from recoverynet.errors import RecoveryNetError, SchemaError

if TYPE_CHECKING:
    from recoverynet.web.desk import Desk

NEEDED = ("starlette", "uvicorn", "multipart", "sqlalchemy")
LOCALHOST, PORT, VALID_HOURS = "127.0.0.1", 8737, 24.0

app = typer.Typer()
Record = Annotated[
    Path | None,
    typer.Option(
        "--record", help="Folder or DuckDB file that is served. Default: the one served last on this machine.", show_default=False
    ),
]
Database = Annotated[
    str | None,
    typer.Option(
        envvar="RECOVERYNET_DATABASE",
        help="Address of a PostgreSQL database to keep entries in. Default: SQLite beside the record.",
        show_default=False,
    ),
]


def require_web() -> None:
    """Say in one line how to install what the page needs.

    Raises
    ------
    RecoveryNetError
        A package is missing.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise RecoveryNetError(f'The worker\'s page needs more packages ({", ".join(missing)}): pip install "recoverynet[web]"')


@app.command()
def serve(
    folder: Annotated[
        Path, typer.Argument(help="Folder of tables, a store, one .xlsx workbook or a DuckDB file.", show_default=False)
    ],
    host: Annotated[str, typer.Option(help="Address to listen at; another than this machine's needs TLS or a proxy.")] = LOCALHOST,
    port: Annotated[int, typer.Option(help="Port to listen at.")] = PORT,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate in PEM, to serve over TLS.", show_default=False)] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key in PEM.", show_default=False)] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy with TLS stands in front; give --address too.")
    ] = False,
    address: Annotated[str | None, typer.Option(help="What browsers open: https://links.example.org.", show_default=False)] = None,
    at: Annotated[str | None, typer.Option(help="A day to take for today, as 2011-06-30.", show_default=False)] = None,
    map: Annotated[
        Path | None, typer.Option("--map", help="TOML file that translates columns and codes.", show_default=False)
    ] = None,  # noqa: A002
    database: Database = None,
) -> None:
    """Show workers the clients on their caseload, on this machine.

    Nobody comes in without a link: `recoverynet invite WORKER_ID` makes one. What workers enter is kept beside the record and
    is in the next report.
    """
    require_web()
    require_there(folder)
    from recoverynet.web.addresses import address_of
    from recoverynet.web.desk import open_desk
    from recoverynet.web.server import remember, run

    where = address_of(host, port, tls_cert=tls_cert, tls_key=tls_key, behind_proxy=behind_proxy, public=address)
    desk = open_desk(folder, database=database, mapping=mapping_file(map), at=at)

    def begun() -> None:
        remember(folder, where)
        typer.echo(f"Serving {folder} at {where.public}. Let somebody in with: recoverynet invite WORKER_ID. Stop with Ctrl-C.")

    run(desk, where, begun=begun)


@app.command()
def invite(
    worker_id: Annotated[str, typer.Argument(help="Who the link is for: a worker of the record.", show_default=False)],
    record: Record = None,
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 14, help="How long the link is good for.")] = VALID_HOURS,
    address: Annotated[
        str | None, typer.Option(help="What the link begins with. Default: where it was served last.", show_default=False)
    ] = None,
    database: Database = None,
) -> None:
    """Print a link that lets one worker in, once."""

    def make(desk: Desk, public: str) -> None:
        made = desk.invite(worker_id, hours)
        until = dt.datetime.fromtimestamp(made.ends_at).astimezone()
        typer.echo(f"{public}/way-in#{made.code}")
        typer.echo(
            f"For {worker_id}, once, until {until.day} {until:%B %Y at %H:%M}. Withdraw it with: recoverynet revoke {made.number}",
            err=True,
        )

    _at_desk(record, database, make, address)


@app.command()
def revoke(
    name: Annotated[str, typer.Argument(help="A worker's id, or the number of one link.", show_default=False)],
    record: Record = None,
    database: Database = None,
) -> None:
    """Withdraw links and end the visits they opened.

    All those of one worker; or one link, by the number that was printed with it.
    """

    def withdraw(desk: Desk, _public: str) -> None:
        if not desk.way_in.is_known(name):
            raise SchemaError(f"Nobody was invited as {name!r}, and no link has that number.")
        links, visits = desk.way_in.revoke(name)
        desk.log.note("revoked", None, revoked=name, durable=True)
        typer.echo(f"Withdrawn: {count_of(links, 'link')}. Ended: {count_of(visits, 'visit')}.")

    _at_desk(record, database, withdraw)


@app.command()
def audit(record: Record = None) -> None:
    """Check that no line of the log was changed or taken out."""
    require_web()
    from recoverynet.tables.entries import entered_folder
    from recoverynet.web.audit import FILE, verify_log

    path = entered_folder(_record_of(record)[0]) / FILE
    found = verify_log(path)
    if found.first_wrong is not None:
        raise RecoveryNetError(f"Line {found.first_wrong} of {path} does not follow from the one before it: the log was changed.")
    typer.echo(f"{path}: {count_of(found.n_lines, 'line')}, each following from the one before it.")


def _record_of(record: Path | None) -> tuple[Path, str]:
    """The record meant, and what links to its page begin with."""
    from recoverynet.web.addresses import address_of
    from recoverynet.web.server import served_last

    last = served_last()
    if record is None:
        if last is None:
            raise SchemaError("Say which record is meant: --record FOLDER. None was served on this machine so far.")
        return last.record, last.public
    require_there(record)
    same = last is not None and last.record == record.resolve()
    return record, last.public if same and last is not None else address_of().public


def _at_desk(record: Path | None, database: str | None, act: Callable[[Desk, str], None], address: str | None = None) -> None:
    """Do something about who may come in."""
    require_web()
    from recoverynet.web.desk import open_desk

    path, public = _record_of(record)
    desk = open_desk(path, database=database)
    try:
        act(desk, address.rstrip("/") if address else public)
    finally:
        desk.close()


def demo_page(sample: str, out: Path) -> None:
    """Serve a sample on a free port and say how to come in."""
    require_web()
    from recoverynet.web.addresses import address_of
    from recoverynet.web.demo import demo_record, demo_worker
    from recoverynet.web.desk import open_desk
    from recoverynet.web.server import remember, run

    folder = demo_record(sample, out / sample)
    typer.echo(f"Reading the sample {sample!r}: a fictional area.")
    desk = open_desk(folder)
    worker_id, _ = demo_worker(desk)
    made = desk.invite(worker_id, VALID_HOURS)
    where = address_of(port=_free_port())

    def begun() -> None:
        remember(folder, where)
        typer.echo(
            f"\nYou are worker {worker_id}. Open this link in a browser; it works once:\n\n  {where.public}/way-in#{made.code}\n"
        )
        typer.echo("Find a client with no recovery contact for a month, open their page and print it: three doors are on it.")
        typer.echo(f"What you enter is in the next report: recoverynet report evaluation {folder}")
        typer.echo("Another link: recoverynet invite " + worker_id + ". Stop with Ctrl-C.")

    run(desk, where, begun=begun)


def _free_port() -> int:
    """The usual port, or another where that is taken."""
    import socket

    for port in (PORT, 0):
        with socket.socket() as trying:
            trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trying.bind((LOCALHOST, port))
            except OSError:
                continue
            return int(trying.getsockname()[1])
    return PORT
