"""Commands that bring in what others hold: registers, exports, returns, lists, directories, interviews, networks."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recoverynet.commands.options import MapFile
from recoverynet.commands.telling import mapping_file, require_there, sizes_in_words

if TYPE_CHECKING:
    import pandas as pd

    from recoverynet.formats.imported import Imported, ImportReport

app = typer.Typer()
import_app = typer.Typer(help="Bring in what you have already.", no_args_is_help=True, rich_markup_mode=None)


class Order(StrEnum):
    """Which comes first in a date."""

    day_first = "day-first"
    month_first = "month-first"


Source = Annotated[Path, typer.Argument(help="File, folder or workbook to read.", show_default=False)]
Into = Annotated[Path, typer.Option("--into", help="Folder to write the record into.", show_default=False)]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the record that stands in that folder.")]
TimeZone = Annotated[str, typer.Option("--tz", help="Time zone of times that do not say theirs.")]
Dates = Annotated[
    Order | None,
    typer.Option(help="Which comes first in dates that could be read both ways; asked for, never guessed.", show_default=False),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(help="File with a secret key: ids of people become pseudonyms that the same key makes again.", show_default=False),
]
IdColumn = Annotated[str | None, typer.Option(help="Column of those ids, where it is called otherwise.", show_default=False)]
Pairs = list[str] | None


@app.command("map")
def propose(
    source: Source,
    out: Annotated[Path | None, typer.Option(help="File to write the mapping to. Default: show it.", show_default=False)] = None,
    dates: Dates = None,
    wave: Annotated[Pairs, typer.Option(help="The day of a wave, WAVE=2011-03-07; once for each.", show_default=False)] = None,
    tz: TimeZone = "Europe/London",
) -> None:
    """Propose a mapping for the tables of others.

    Its doubts stand beside it as comments. Read them, mend what is wrong, and use the file with --map. Exit status 0:
    usable as it is; 1: questions to answer first.
    """
    require_there(source)
    from recoverynet.atomic import write_text
    from recoverynet.formats.proposal.proposal import propose_mapping

    proposal = propose_mapping(source, dates=_order(dates), waves=_pairs(wave, "--wave"), tz=tz)
    if out is None:
        typer.echo(proposal.text)
    else:
        write_text(out, proposal.text)
        typer.echo(f"Written: {out}. {len(proposal.doubts)} remarks in it say what was taken to be so; read them.")
    for remark in proposal.left_aside:
        typer.echo(f"  left aside: {remark}")
    for question in proposal.questions:
        typer.echo(f"  asked: {question}", err=True)
    if proposal.questions:
        raise typer.Exit(1)
    if out is not None:
        typer.echo(f"Next: recoverynet import contacts {source} --map {out} --into FOLDER")


@import_app.command("register")
def register(
    source: Source,
    into: Into,
    group: Annotated[str | None, typer.Option(help="Name of the group, where all sheets are of one.", show_default=False)] = None,
    kind: Annotated[
        str | None, typer.Option(help="Sort of group: mutual_aid, recovery_cafe, treatment …", show_default=False)
    ] = None,
    role: Annotated[str, typer.Option(help="Role of everybody on the register, where no column says it.")] = "client",
    dates: Dates = None,
    year: Annotated[int | None, typer.Option(help="Year of columns that name day and month alone.", show_default=False)] = None,
    session: Annotated[
        Pairs, typer.Option(help='The day of a column, "Week 1=2011-03-07"; once for each.', show_default=False)
    ] = None,
    first_session: Annotated[
        str | None, typer.Option(help="Day of the first of numbered weekly sessions.", show_default=False)
    ] = None,
    code: Annotated[Pairs, typer.Option(help="What a mark means, S=cancelled; once for each.", show_default=False)] = None,
    start_time: Annotated[str | None, typer.Option(help="When sessions begin, 19:30.", show_default=False)] = None,
    key_file: KeyFile = None,
    tz: TimeZone = "Europe/London",
    overwrite: Overwrite = False,
) -> None:
    """An attendance register, one group a sheet.

    Wide (a row a person, a column a session) or long (a row an attendance), in Excel or CSV.
    """
    require_there(source)
    _require_free(into, overwrite)
    from recoverynet.formats.register.register import read_register

    came = read_register(
        source,
        group=group,
        kind=kind,
        role=role,
        dates=_order(dates),
        year=year,
        sessions=_pairs(session, "--session"),
        first_session=first_session,
        codes=_pairs(code, "--code"),
        start_time=start_time,
        key=_key(key_file, source, into),
        tz=tz,
    )
    _write(came, into)


@import_app.command("contacts")
def contacts(
    source: Source,
    into: Into,
    map: MapFile = None,  # noqa: A002
    dates: Dates = None,
    wave: Annotated[Pairs, typer.Option(help="The day of a wave, WAVE=2011-03-07; once for each.", show_default=False)] = None,
    key_file: KeyFile = None,
    tz: TimeZone = "Europe/London",
    overwrite: Overwrite = False,
) -> None:
    """A case-management export, or any tables.

    By a mapping, or by what `recoverynet map` would propose.
    """
    require_there(source)
    _require_free(into, overwrite)
    from recoverynet.formats.contacts import read_contacts

    came = read_contacts(
        source,
        mapping=mapping_file(map),
        dates=_order(dates),
        waves=_pairs(wave, "--wave"),
        key=_key(key_file, source, into),
        tz=tz,
    )
    _write(came, into)


@import_app.command("ndtms")
def ndtms(
    source: Source,
    into: Into,
    state_rule: Annotated[
        str | None,
        typer.Option(
            help='How days of use become a state: "abstinent if all = 0; using otherwise". Default: no state.', show_default=False
        ),
    ] = None,
    dates: Dates = None,
    column: Annotated[
        Pairs, typer.Option(help="A column of another version, THEIRS=RECMAID; once for each.", show_default=False)
    ] = None,
    key_file: KeyFile = None,
    for_linkage: Annotated[
        bool, typer.Option("--for-linkage", help="Also make the tokens `recoverynet link` compares; needs the key of the linkage.")
    ] = False,
    tz: TimeZone = "Europe/London",
    overwrite: Overwrite = False,
) -> None:
    """A national drug treatment return (NDTMS)."""
    require_there(source)
    _require_free(into, overwrite)
    from recoverynet.formats.ndtms.returns import read_ndtms

    came = read_ndtms(
        source,
        key=_key(key_file, source, into),
        for_linkage=for_linkage,
        state_rule=state_rule,
        dates=_order(dates),
        columns=_pairs(column, "--column"),
        tz=tz,
    )
    _write(came, into)


@import_app.command("meetings")
def meetings(
    source: Source,
    into: Into,
    formats: Annotated[
        Path | None, typer.Option(help="BMLT: a file that says what its format letters mean.", show_default=False)
    ] = None,
    fellowship: Annotated[str | None, typer.Option(help="Whose list it is: AA, NA, SMART …", show_default=False)] = None,
    tz: TimeZone = "Europe/London",
) -> None:
    """A meeting list (Meeting Guide or BMLT).

    Its meetings join the groups of the folder.

    Groups that are there already under the same id are brought up to date; others stay.
    """
    require_there(source)
    from recoverynet.formats.json_feed import read_feed
    from recoverynet.formats.meetings.bmlt import looks_like_bmlt, read_bmlt
    from recoverynet.formats.meetings.meeting_guide import read_meeting_guide

    if formats is not None or looks_like_bmlt(read_feed(source).content):
        came = read_bmlt(source, formats=formats, tz=tz, fellowship=fellowship or "NA")
    else:
        came = read_meeting_guide(source, tz=tz, fellowship=fellowship)
    _join_groups(came, into, tz)


@import_app.command("services")
def services(
    source: Source,
    into: Into,
    kind: Annotated[str | None, typer.Option(help="Sort of groups: treatment, recovery_community …", show_default=False)] = None,
    tz: TimeZone = "Europe/London",
) -> None:
    """A directory of services (Open Referral).

    Its services join the groups of the folder. HSDS 3 and Open Referral UK, JSON or a folder of CSV.
    """
    require_there(source)
    from recoverynet.formats.open_referral.directory import read_open_referral

    _join_groups(read_open_referral(source, tz=tz, kind=kind), into, tz)


@import_app.command("network-canvas")
def network_canvas(
    source: Source,
    into: Into,
    role: Annotated[str, typer.Option(help="Role of the people asked.")] = "client",
    asked_at: Annotated[str | None, typer.Option(help="Day of interviews that do not say it.", show_default=False)] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="A question to keep though it looks like a name; once for each.", show_default=False)
    ] = None,
    tz: TimeZone = "Europe/London",
    overwrite: Overwrite = False,
) -> None:
    """Interviews made with Network Canvas.

    A folder, zip or GraphML file of an export.
    """
    require_there(source)
    _require_free(into, overwrite)
    from recoverynet.formats.network_canvas.export import read_network_canvas

    _write(read_network_canvas(source, role=role, asked_at=asked_at, keep=keep or (), tz=tz), into)


@import_app.command("interviews")
def interviews(
    source: Source,
    into: Into,
    asked_at: Annotated[str, typer.Option(help="Column of the day people were asked, or the day itself.", show_default=False)],
    role: Annotated[str, typer.Option(help="Role of the people asked.")] = "client",
    ego_id: IdColumn = None,
    alter_id: IdColumn = None,
    source_id: IdColumn = None,
    target_id: IdColumn = None,
    alter_question: Annotated[
        list[str] | None,
        typer.Option(help="How the columns of a question about alters begin, in one wide file; once for each.", show_default=False),
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="A question to keep though it looks like a name; once for each.", show_default=False)
    ] = None,
    tz: TimeZone = "Europe/London",
    overwrite: Overwrite = False,
) -> None:
    """Interviews of EgoNet, EgoWeb or egor.

    Columns of ids are known by the names those programs give them; name those that are called otherwise.
    """
    require_there(source)
    _require_free(into, overwrite)
    from recoverynet.formats.egor.study import read_egor

    came = read_egor(
        source,
        asked_at=asked_at,
        ego_id=ego_id,
        alter_id=alter_id,
        source_id=source_id,
        target_id=target_id,
        alter_questions=alter_question or (),
        role=role,
        keep=keep or (),
        tz=tz,
    )
    _write(came, into)


@import_app.command("network")
def network(
    source: Source,
    into: Into,
    asked_at: Annotated[str, typer.Option(help="The day ties were asked for; such files do not say it.", show_default=False)],
    role: Annotated[str, typer.Option(help="Role of everybody.")] = "community",
    tz: TimeZone = "Europe/London",
    overwrite: Overwrite = False,
) -> None:
    """A network file of another program.

    UCINET DL, Pajek, VNA, GraphML or GEXF, told by what stands in it.
    """
    require_there(source)
    _require_free(into, overwrite)
    from recoverynet.graphs.files.reading import read_network

    _write(read_network(source).to_tables(asked_at=asked_at, role=role, tz=tz), into)


def _order(order: Order | None):  # type: ignore[no-untyped-def]
    return None if order is None else order.value.replace("-", "_")


def _pairs(given: list[str] | None, option: str) -> dict[str, str] | None:
    """NAME=VALUE, once for each, as a dict."""
    if not given:
        return None
    pairs = {}
    for text in given:
        name, sign, value = text.rpartition("=")
        if not sign or not name.strip() or not value.strip():
            raise typer.BadParameter(f"{text!r} is not written NAME=VALUE.", param_hint=option)
        pairs[name.strip()] = value.strip()
    return pairs


def _key(key_file: Path | None, source: Path, into: Path) -> bytes | None:
    if key_file is None:
        return None
    from recoverynet.tables.pseudonyms import read_key

    return read_key(key_file, away_from=(source, into))


def _require_free(into: Path, overwrite: bool) -> None:
    """Refuse a folder in which something stands, before any work."""
    if into.is_file():
        raise typer.BadParameter(f"{into} is a file; name a folder.", param_hint="--into")
    if into.is_dir() and any(into.iterdir()) and not overwrite:
        raise typer.BadParameter(f"{into} is not empty, and nothing in it is replaced unasked: --overwrite.", param_hint="--into")


def _write(came: Imported, into: Path) -> None:
    """Write a record, and say what came in and what did not."""
    record = came.to_record()
    came.write(into)
    typer.echo(came.report.summary())
    typer.echo(sizes_in_words(record))
    typer.echo(f"\nWritten: {into} (the account is in import_report.txt there)")
    typer.echo(f"Next: recoverynet report evaluation {into} --out evaluation.html")


def _join_groups(came: Imported, into: Path, tz: str) -> None:
    """Bring groups into a folder that may hold a record already."""
    from recoverynet.formats.groups_joined import join_groups

    typer.echo(came.report.summary())
    groups = came.tables["groups"]
    if groups.empty:
        typer.echo("\nNothing was written: no group came in.")
        raise typer.Exit(1)
    done = join_groups(into, came)
    typer.echo(f"\n{done}")
    _say_next(groups, came.report, tz)


def _say_next(groups: pd.DataFrame, report: ImportReport, tz: str) -> None:
    """The first meetings of the coming week, as a sign that days and times were understood."""
    import pandas as pd

    from recoverynet.measures.meetings import next_meetings

    coming = next_meetings(groups, at=pd.Timestamp.now(tz), days=7, tz=tz)
    typer.echo(f"{len(coming):,} meetings in the coming seven days" + (", the first:" if len(coming) else "."))
    for row in coming.head(3).itertuples():
        typer.echo(f"  {row.starts_at:%A %d %B %H:%M}  {row.name}")
