"""Commands that write a report on a folder of records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recoverynet.commands.choosing import AreaName, Clients, From, Provider, To, chosen_clients, chosen_window
from recoverynet.commands.options import (
    AllOrNone,
    Beside,
    Brief,
    By,
    Disclosure,
    Engine,
    EngineChoice,
    Folder,
    Groups,
    LeaveOut,
    Ledger,
    MapFile,
    OutFile,
    Overwrite,
    Placebo,
    Policy,
    Quiet,
    Tables,
    Unknown,
    UnknownChoice,
    policy_of,
)
from recoverynet.commands.presenting import (
    Contact,
    Logo,
    MadeBy,
    OwnWording,
    SectionNames,
    Service,
    Template,
    dressed,
    require_usable,
)
from recoverynet.commands.telling import (
    be_quiet,
    finish,
    mapping_file,
    opened_told,
    read_told,
    require_new,
    require_there,
    save_told,
)

if TYPE_CHECKING:
    from recoverynet.tables.record import RecoveryRecord

WHAT_IF_ENDINGS = (".html", ".pdf", ".docx", ".xlsx")
report_app = typer.Typer(help="Write a report on a folder of records.", no_args_is_help=True, rich_markup_mode=None)


@report_app.command("evaluation")
def report_evaluation(
    folder: Folder,
    out: OutFile = Path("evaluation.html"),
    map: MapFile = None,  # noqa: A002
    title: Annotated[str | None, typer.Option(help="Title on the cover.", show_default=False)] = None,
    disclosure: Disclosure = Policy.ndtms,
    all_or_none: AllOrNone = Groups.say,
    placebo: Placebo = None,
    tables: Tables = None,
    engine: Engine = EngineChoice.memory,
    leave_out: LeaveOut = False,
    brief: Brief = False,
    by: By = None,
    first: From = None,
    last: To = None,
    area: AreaName = None,
    provider: Provider = None,
    clients: Clients = None,
    unknown_consent: Unknown = UnknownChoice.count,
    ledger: Ledger = None,
    service: Service = None,
    contact: Contact = None,
    logo: Logo = None,
    sections: SectionNames = None,
    template: Template = None,
    wording: OwnWording = None,
    made_by: MadeBy = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Who is linked to recovery communities, before, during and after treatment, and what changed?

    Exit status 0: written; 3: written, and contact with the recovery community cannot be seen in the record; 1: not
    written; 2: wrong usage.
    """
    be_quiet(quiet)
    require_new(out, overwrite=overwrite)
    require_new(tables, overwrite=overwrite, hint="--tables")
    require_usable("evaluation", logo=logo, template=template, wording=wording)
    whole = out.suffix == ".ipynb" or (area, provider, clients) != (None, None, None)
    record = opened_told(folder, map, leave_out, engine.asked, whole=whole)
    from recoverynet.report.evaluation.evaluation import evaluation_report

    asked: dict[str, Any] = {
        "title": title,
        "placebo": placebo,
        "disclosure": policy_of(disclosure, all_or_none),
        "engine": engine.asked,
        "by": _names(by),
        "ledger": ledger,
        "unknown_consent": unknown_consent.value,
    }
    report = evaluation_report(record, **asked, **_whom(record, first, last, area, provider, clients))  # type: ignore[arg-type]
    told = dressed(
        report, service=service, contact=contact, logo=logo, sections=sections, template=template, wording=wording, made_by=made_by
    )
    finish(told.brief() if brief else told, out, tables)


@report_app.command("spread")
def report_spread(
    folder: Folder,
    out: OutFile = Path("spread.html"),
    map: MapFile = None,  # noqa: A002
    title: Annotated[str | None, typer.Option(help="Title on the cover.", show_default=False)] = None,
    disclosure: Disclosure = Policy.ndtms,
    all_or_none: AllOrNone = Groups.say,
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
            help="What people share at the same time: provider, group_norm (of the group they go to most), main_group or columns "
            "of people, with commas between; '' for none. Default: provider and group_norm, where recorded.",
            show_default=False,
        ),
    ] = None,
    positions: Annotated[
        int,
        typer.Option(
            min=0,
            help="Also adjust for so many coordinates of the first wave's network, for hidden traits that drew its ties; 3 are "
            "usual.",
        ),
    ] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the permutations: the same seed gives the same report.")] = 0,
    tables: Tables = None,
    engine: Engine = EngineChoice.memory,
    leave_out: LeaveOut = False,
    brief: Brief = False,
    first: From = None,
    last: To = None,
    area: AreaName = None,
    provider: Provider = None,
    clients: Clients = None,
    unknown_consent: Unknown = UnknownChoice.count,
    ledger: Ledger = None,
    service: Service = None,
    contact: Contact = None,
    logo: Logo = None,
    sections: SectionNames = None,
    template: Template = None,
    wording: OwnWording = None,
    made_by: MadeBy = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Does the norm spread through the network, or do like people meet, and how sure can we be?

    Exit status 0: written; 3: written, and the record holds too little to say anything about spread; 1: not written; 2: wrong
    usage.
    """
    be_quiet(quiet)
    require_new(out, overwrite=overwrite)
    require_new(tables, overwrite=overwrite, hint="--tables")
    require_usable("spread", logo=logo, template=template, wording=wording)
    whole = out.suffix == ".ipynb" or (area, provider, clients) != (None, None, None)
    record = opened_told(folder, map, leave_out, engine.asked, whole=whole)
    from recoverynet.report.spread.spread import spread_report

    report = spread_report(
        record,
        title=title,
        placebo=placebo,
        adjust=_names(adjust),
        surroundings=_names(surroundings),
        positions=positions,
        rng=seed,
        disclosure=policy_of(disclosure, all_or_none),
        engine=engine.asked,  # type: ignore[arg-type]
        unknown_consent=unknown_consent.value,
        ledger=ledger,
        **_whom(record, first, last, area, provider, clients),  # type: ignore[arg-type]
    )
    told = dressed(
        report, service=service, contact=contact, logo=logo, sections=sections, template=template, wording=wording, made_by=made_by
    )
    finish(told.brief() if brief else told, out, tables)


@report_app.command("comparison")
def report_comparison(
    folder: Folder,
    out: OutFile = Path("comparison.html"),
    map: MapFile = None,  # noqa: A002
    title: Annotated[str | None, typer.Option(help="Title on the cover.", show_default=False)] = None,
    disclosure: Disclosure = Policy.ndtms,
    all_or_none: AllOrNone = Groups.say,
    by: Annotated[Beside, typer.Option("--by", help="What stands side by side: provider or area.")] = Beside.provider,
    tables: Tables = None,
    leave_out: LeaveOut = False,
    brief: Brief = False,
    first: From = None,
    last: To = None,
    area: AreaName = None,
    provider: Provider = None,
    clients: Clients = None,
    ledger: Ledger = None,
    service: Service = None,
    contact: Contact = None,
    logo: Logo = None,
    sections: SectionNames = None,
    template: Template = None,
    wording: OwnWording = None,
    made_by: MadeBy = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """What is different from a year ago, do providers or areas differ by more than chance, and who is reached less?

    Exit status 0: written; 3: written, and contact with the recovery community cannot be seen in the record; 1: not
    written; 2: wrong usage.
    """
    be_quiet(quiet)
    require_new(out, overwrite=overwrite)
    require_new(tables, overwrite=overwrite, hint="--tables")
    require_usable("comparison", logo=logo, template=template, wording=wording)
    record = read_told(folder, map, leave_out)
    from recoverynet.report.comparison.comparison import comparison_report

    asked = {"title": title, "disclosure": policy_of(disclosure, all_or_none), "by": by.value, "ledger": ledger}
    report = comparison_report(record, **asked, **_whom(record, first, last, area, provider, clients))  # type: ignore[arg-type]
    told = dressed(
        report, service=service, contact=contact, logo=logo, sections=sections, template=template, wording=wording, made_by=made_by
    )
    finish(told.brief() if brief else told, out, tables)


def _not_a_notebook(path: Path) -> Path:
    """The path, refused before any work where a what-if cannot be written to it."""
    if path.suffix.lower() not in WHAT_IF_ENDINGS:
        raise typer.BadParameter(f"a what-if is written as {', '.join(WHAT_IF_ENDINGS)}; {path.name} ends otherwise.")
    return path


@report_app.command("what-if")
def report_what_if(
    folder: Folder,
    plan: Annotated[Path, typer.Option("--plan", help="TOML file that says what would be done.", show_default=False)],
    out: Annotated[
        Path, typer.Option("--out", callback=_not_a_notebook, help="File to write: .html, .pdf, .docx or .xlsx.")
    ] = Path("what_if.html"),
    map: MapFile = None,  # noqa: A002
    title: Annotated[str | None, typer.Option(help="Title on the cover.", show_default=False)] = None,
    disclosure: Disclosure = Policy.ndtms,
    all_or_none: AllOrNone = Groups.say,
    tables: Tables = None,
    leave_out: LeaveOut = False,
    brief: Brief = False,
    ledger: Ledger = None,
    service: Service = None,
    contact: Contact = None,
    logo: Logo = None,
    sections: SectionNames = None,
    template: Template = None,
    wording: OwnWording = None,
    made_by: MadeBy = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """What would one more introduction a week, a group or a closing do, and how sure are we?"""
    be_quiet(quiet)
    require_new(out, overwrite=overwrite)
    require_new(tables, overwrite=overwrite, hint="--tables")
    require_usable("what_if", logo=logo, template=template, wording=wording)
    from recoverynet.models.interventions.plan import read_plan
    from recoverynet.report.what_if.what_if import what_if_report

    declared = read_plan(plan)
    record = read_told(folder, map, leave_out)
    report = what_if_report(
        record, declared, title=title, disclosure=policy_of(disclosure, all_or_none), ledger=ledger, quiet=quiet or None
    )
    told = dressed(
        report, service=service, contact=contact, logo=logo, sections=sections, template=template, wording=wording, made_by=made_by
    )
    finish(told.brief() if brief else told, out, tables)


def _page_ending(path: Path) -> Path:
    """The path, refused before any work where a client's page cannot be written to it."""
    if path.suffix.lower() != ".html":
        raise typer.BadParameter(
            f"a client's page is there to be read and printed, so it is written as .html; {path.name} ends otherwise. "
            "For paper or PDF, open the page and print it."
        )
    return path


@report_app.command("client")
def report_client(
    folder: Folder,
    client: Annotated[str, typer.Option("--client", help="Id of the client.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", callback=_page_ending, help="File to write: .html.")] = Path("client.html"),
    at: Annotated[
        str | None, typer.Option("--at", help="Day of the page, as 2011-03-07. Default: the end of the record.", show_default=False)
    ] = None,
    map: MapFile = None,  # noqa: A002
    names: Annotated[
        Path | None, typer.Option(help="The service's own list of names (CSV: person_id, name), kept apart.", show_default=False)
    ] = None,
    key_file: Annotated[Path | None, typer.Option(help="File holding the key that unlocks the names.", show_default=False)] = None,
    overwrite: Overwrite = False,
) -> None:
    """One client's links to recovery communities on two printed sides, for the worker who holds the case."""
    require_there(folder)
    require_new(out, overwrite=overwrite)
    if (names is None) != (key_file is None):
        raise typer.BadParameter("--names and --key-file are given together: the key unlocks the names.")
    from recoverynet.report.client.client import client_report
    from recoverynet.tables.names import read_names
    from recoverynet.tables.opening import open_record
    from recoverynet.tables.pseudonyms import read_key

    with open_record(folder, mapping=mapping_file(map)) as store:
        record = store.around_client(client, at=at)
        unlocked = None
        if names is not None and key_file is not None:
            apart = (folder, out.resolve().parent)
            key = read_key(key_file, away_from=(folder,))
            unlocked = read_names(names, key=key, people=store.people["person_id"], away_from=apart)
    report = client_report(record, client, at=at, names=unlocked)
    typer.echo(f"Written: {save_told(report, out)}")
    typer.echo("It is about one person: for the worker who holds the case, to read together with the client.")


def _whom(
    record: RecoveryRecord, first: str | None, last: str | None, area: str | None, provider: str | None, clients: Path | None
) -> dict[str, object]:
    """The period and the people a report is about, as its arguments."""
    return {"window": chosen_window(record, first, last), "area": area, "provider": provider, "clients": chosen_clients(clients)}


def _names(text: str | None) -> list[str] | None:
    """Names with commas between, as a list; None where nothing was said."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]
