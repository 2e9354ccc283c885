"""The command that links the people of two agencies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recoverynet.atomic import atomic_folder
from recoverynet.commands.options import MapFile, Overwrite, Quiet, Unknown, UnknownChoice
from recoverynet.commands.telling import be_quiet, mapping_file, printable, require_new, require_there

if TYPE_CHECKING:
    import pandas as pd

    from recoverynet.linkage.links import PeopleLinks
    from recoverynet.tables.record import RecoveryRecord

app = typer.Typer()
_AGENCY = "Folder of one agency's tables, with particulars.csv or with tokens in people."


@app.command()
def link(
    folder_a: Annotated[Path, typer.Argument(help=_AGENCY, show_default=False)],
    folder_b: Annotated[Path, typer.Argument(help="Folder of the other agency's.", show_default=False)],
    key: Annotated[Path, typer.Option("--key", help="File holding the secret of this linkage. Keep it apart.", show_default=False)],
    into: Annotated[Path, typer.Option("--into", help="Folder to write into.", show_default=False)],
    truth: Annotated[
        Path | None, typer.Option(help="CSV of people known otherwise: agency, person_id, true_id.", show_default=False)
    ] = None,
    reviewed: Annotated[
        Path | None, typer.Option(help="pairs_to_review.csv of an earlier run, filled in.", show_default=False)
    ] = None,
    unknown_consent: Unknown = UnknownChoice.count,
    map: MapFile = None,  # noqa: A002
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Link the people of two agencies, and merge their records.

    Writes the merged record, links.csv, the pairs for a person to look at, what each agreement counts for and, with a
    truth file, the errors by group. Agencies are called as their folders are. No token and no particular is written.
    """
    be_quiet(quiet)
    for folder in (folder_a, folder_b):
        require_there(folder)
    require_new(into, overwrite=overwrite, hint="--into")
    from recoverynet.errors import SchemaError
    from recoverynet.linkage.link_people import link_people
    from recoverynet.linkage.review import read_review
    from recoverynet.tables.pseudonyms import read_key

    names = [folder.resolve().name for folder in (folder_a, folder_b)]
    if folder_a.resolve() == folder_b.resolve():
        raise SchemaError("Both folders are the same one: an agency is not linked with itself. Name the folders of two.")
    if names[0] == names[1]:
        raise SchemaError(f"Both folders are called {names[0]!r}, and agencies are called as their folders are. Rename one.")
    secret = read_key(key, away_from=(folder_a, folder_b, into))
    given = {name: _agency(folder, secret, mapping_file(map)) for name, folder in zip(names, (folder_a, folder_b), strict=True)}
    links = link_people(
        {name: one[0] for name, one in given.items()},
        tokens={name: one[1] for name, one in given.items()},
        unknown_consent=unknown_consent.value,
    )
    if reviewed is not None:
        links = read_review(links, reviewed)
    typer.echo(printable(links.summary()))
    errors = None if truth is None else _errors(links, truth)
    _write(links, errors, into)
    typer.echo(printable(f"\nWritten into {into}: record/, links.csv, pairs_to_review.csv, match_weights.csv and .png"))


def _agency(folder: Path, secret: bytes, mapping: Path | None) -> tuple[RecoveryRecord, pd.DataFrame]:
    """The record of an agency and the tokens of its people, made here or, by the same key, before."""
    from recoverynet.errors import SchemaError
    from recoverynet.linkage.given import given_table, with_days_known
    from recoverynet.tables.files import read_record
    from recoverynet.tables.linkage_tokens import KEY_COLUMN, PARTICULARS, key_fingerprint, linkage_tokens

    record = read_record(folder, mapping=mapping)
    particulars = folder / "particulars.csv"
    if particulars.is_file():
        given = with_days_known(given_table(particulars, ("person_id",), PARTICULARS), record)
        return record, linkage_tokens(given, key=secret)
    people = record.people
    if KEY_COLUMN not in people.columns:
        raise SchemaError(
            f"{folder.name} has neither particulars.csv (person_id, first_initial, second_initial, birth_date, sex, postcode) nor "
            "linkage tokens in its people, so there is no common column to link by."
        )
    made_with = people[KEY_COLUMN].dropna().astype("str").unique().tolist()
    if made_with != [key_fingerprint(secret)]:
        raise SchemaError(
            f"The tokens of {folder.name} were made with another key (fingerprint {', '.join(made_with) or 'none'}) than the one "
            f"given ({key_fingerprint(secret)}). Make them anew with this key."
        )
    return record, people


def _errors(links: PeopleLinks, truth: Path) -> pd.DataFrame:
    from recoverynet.linkage.errors_by_group import TRUTH, linkage_errors, shareable_errors, told_errors
    from recoverynet.linkage.given import given_table

    errors = shareable_errors(linkage_errors(links, given_table(truth, TRUTH)))
    typer.echo(printable(told_errors(errors)))
    return errors


def _write(links: PeopleLinks, errors: pd.DataFrame | None, into: Path) -> None:
    from recoverynet.csv_files import write_csv_into
    from recoverynet.draw.style import figure_of, png
    from recoverynet.linkage.merging import merge_records
    from recoverynet.linkage.review import review_table
    from recoverynet.tables.files import write_record

    merged = merge_records(links)
    write_record(merged, into / "record")
    with atomic_folder(into, private=True) as partial:
        write_csv_into(links.to_frame()[["linked_id", "agency", "person_id"]], partial / "links.csv")
        write_csv_into(review_table(links), partial / "pairs_to_review.csv")
        write_csv_into(links.weights, partial / "match_weights.csv")
        if errors is not None:
            write_csv_into(errors, partial / "linkage_errors.csv")
        (partial / "match_weights.png").write_bytes(png(figure_of(links.plot_weights())))
