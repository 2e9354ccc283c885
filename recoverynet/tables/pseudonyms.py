"""Pseudonyms: the same person under another name that only the holder of a key can make again."""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from recoverynet.arguments import as_path
from recoverynet.atomic import atomic_folder, is_leftover
from recoverynet.csv_files import write_csv_into
from recoverynet.errors import DisclosureError, RecoveryNetWarning, SchemaError
from recoverynet.tables.cleaned import open_words
from recoverynet.tables.files import require_no_other_tables
from recoverynet.tables.identifiers import free_text_column, identifying_column, names_somebody
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.mapped import plain_name
from recoverynet.tables.mapping import NO_MAPPING
from recoverynet.tables.mapping import Mapping as ColumnMapping
from recoverynet.tables.prepared import PreparedTable, prepared_source
from recoverynet.tables.problems import problems_error
from recoverynet.tables.pseudonym_ids import key_bytes, make_a_key
from recoverynet.tables.pseudonymised import Pseudonymised
from recoverynet.tables.record import RecoveryRecord, require_record
from recoverynet.tables.schema import require_time_zone
from recoverynet.tables.sidecar import SIDECAR, mapping_of, sidecar_lines, write_sidecar
from recoverynet.tables.sources import open_source
from recoverynet.tables.unnamed import (
    Told,
    frames_without_people,
    known_ids,
    pseudonymised_tables,
    require_nothing_left,
    without_identifiers_in,
)
from recoverynet.untrusted.opening import MOST_SETTINGS_BYTES, read_bytes


def pseudonymise(record: RecoveryRecord, *, key: bytes | str, keep: dict[str, Collection[str]] | None = None) -> RecoveryRecord:
    """How does this record read when nobody can tell from it who is who?

    Parameters
    ----------
    record : RecoveryRecord
    key : bytes or str
        The secret, at least 16 bytes; see :func:`recoverynet.tables.pseudonyms.read_key`. The same key gives the same
        pseudonyms, so that records of two years can be joined; without it nobody can make or undo them.
    keep : dict of table to column names, optional
        Columns whose free text stays, such as ``{"people": ["notes"]}``. Default: none.

    Returns
    -------
    RecoveryRecord
        The same record with every id replaced in every table: of people (workers, named third parties and those who
        introduced somebody included), groups and occasions. Notes say that it was done.

    Raises
    ------
    SchemaError
        The key is shorter than 16 bytes, or repeats itself.

    Warns
    -----
    RecoveryNetWarning
        The key follows a simple order and can be guessed.

    Notes
    -----
    A pseudonym is ``p`` and the first 80 bits of HMAC-SHA256(key, id), written in 16 letters and digits (base32). Two
    of a million people share one with a chance of about 4 in 10 to the power 13. Extra columns are treated as ids of
    people where their name says so (``sponsor``, ``keyworker``, anything that ends in ``_id`` or ``_by``) or where most of
    their values are ids of people; those that identify people or hold free text are left out. In every other text, ids and
    names known from the record are replaced by ``[removed]``, in whatever capitals, spaces, punctuation or accents they
    stand, and texts of somebody's own (sentences, long or rare ones that look like a name) go whole. An id that is a number
    of fewer than six digits is looked for only where it can be told from a score or a count. Names of groups stay. A
    pseudonymised record is still personal data: a pattern of contacts can be recognised by those who were there.

    References
    ----------
    Krawczyk, H., Bellare, M., Canetti, R. (1997). HMAC: Keyed-hashing for message authentication. RFC 2104.
    https://doi.org/10.17487/RFC2104

    Examples
    --------
    >>> import recoverynet as rn
    >>> masked = rn.pseudonymise(rn.load_sample("five_people"), key="only for this example")
    >>> masked.people["person_id"].str.len().unique().tolist()
    [17]
    >>> masked.participation["person_id"].isin(masked.people["person_id"]).all()
    np.True_
    """
    require_record(record, "pseudonymise()")
    secret, told = key_bytes(key), Told()
    kept = _kept(NO_MAPPING, keep)
    tables = {name: _without_named_columns(name, frame, kept, told) for name, frame in record.tables().items()}
    done: dict[str, Any] = frames_without_people(tables, secret, told, kept, open_words(record.states))
    done["people"] = done["people"].loc[record.people.index]
    note = "Ids are pseudonyms, and free text is left out."
    notes = record.notes if note in record.notes else (*record.notes, note)
    return replace(record, **done, notes=notes)


def _without_named_columns(table: str, frame: pd.DataFrame, kept: Mapping[str, Collection[str]], told: Told) -> pd.DataFrame:
    """A table of a record without extra columns that identify people or hold free text, except for free text that is kept."""
    schema, gone = READABLE_TABLES[table], []
    for title in frame.columns.difference(list(schema.names), sort=False):
        plain = plain_name(str(title))
        identifying = identifying_column(plain, of_group=table == "groups")
        if identifying or (free_text_column(plain) and table != "groups" and plain not in kept[table]):
            gone.append(title)
        if table != "groups" and names_somebody(plain):
            told.names |= set(frame[title].dropna().astype("str"))
    return frame.drop(columns=gone)


def pseudonymise_folder(
    folder: str | Path,
    out: str | Path,
    *,
    key: bytes | str,
    mapping: str | Path | dict[str, Any] | ColumnMapping | None = None,
    tz: str = "Europe/London",
    keep: dict[str, Collection[str]] | None = None,
    overwrite: bool = False,
) -> Pseudonymised:
    """Make from files that name people files that do not.

    Parameters
    ----------
    folder : path
        A folder of CSV or Parquet files, a workbook or a DuckDB file, as for :func:`recoverynet.read_record`, which may
        hold names, dates of birth, addresses, e-mail addresses, telephone and NHS numbers.
    out : path
        Folder to write to; not the folder read from, and new or empty unless ``overwrite``.
    key : bytes or str
        The secret, at least 16 bytes; see :func:`recoverynet.tables.pseudonyms.read_key`.
    mapping : path, dict or Mapping, optional
        How foreign shapes become ours; what is written stands under our names.
    tz : str
        IANA time zone of times without an offset.
    keep : dict of table to column names, optional
        Extra columns to keep, such as ``{"people": ["seniority"]}``, besides those a mapping keeps
        (``keep = ["seniority"]`` under the table). Default: none, because nobody knows what they tell. Columns called
        like what identifies a person are left out whatever is said here.
    overwrite : bool
        Whether tables in ``out`` may be replaced. Default: no, so that nothing is lost or mixed.

    Returns
    -------
    Pseudonymised
        What was left out and masked; ``summary()`` says it in plain sentences.

    Raises
    ------
    SchemaError
        The tables cannot be read whole (nothing is written then), the key is too short, ``keep`` names what is
        not there, or ``out`` is not empty (with ``overwrite``: holds other tables).
    DisclosureError
        ``out`` is the folder read from, or identifiers would remain.

    Notes
    -----
    Ids of people, whatever they were (names and NHS numbers too), become pseudonyms as in
    :func:`recoverynet.pseudonymise`. Columns that are not among those of a table (groups aside)
    are left out, except such as stand for a person (``keyworker``), which become pseudonyms, and those kept on purpose;
    in texts, identifiers are replaced by ``[removed]``, and so are street addresses and postcodes, tables of groups
    aside. Groups keep their ids, names and places. A date of birth becomes an age band (the age on
    joining) where the people table has none. People are put in the order of their pseudonyms. Rows with other faults
    are kept: :func:`recoverynet.find_problems` tells them.

    Examples
    --------
    >>> import tempfile
    >>> from recoverynet.samples import sample_folder
    >>> from recoverynet.tables.pseudonyms import pseudonymise_folder
    >>> with tempfile.TemporaryDirectory() as out:
    ...     pseudonymise_folder(sample_folder("five_people"), out, key="only for this example").n_people
    5
    """
    secret, how = key_bytes(key), mapping_of(folder, mapping)
    kept = _kept(how, keep)
    require_time_zone(tz, "tz")
    out = as_path(out, "pseudonymise()")
    if out.resolve() in (Path(folder).resolve(), Path(folder).resolve().parent):
        raise DisclosureError(f"Write to a folder of its own; {str(out)!r} holds the data that name people.")
    _require_free(out, overwrite)
    told = Told()
    with prepared_source(open_source(folder), how, how.tz or tz, secret) as prepared:
        errors = [problem for problem in prepared.problems if problem.severity == "error"]
        if errors:
            raise problems_error(errors, prepared.label, may_leave_out=False)
        for name in list(prepared.tables):
            _require_there(prepared.tables[name], kept[name])
            prepared.put(without_identifiers_in(prepared, prepared.tables[name], told, kept[name]))
        frames = pseudonymised_tables(prepared, secret, told, kept)
        require_nothing_left(prepared, frames)
        lines = sidecar_lines(prepared.tz, states=how.states, window=how.window)
    require_no_other_tables(out, {f"{name}.csv" for name in frames})
    with atomic_folder(out, private=True, replacing=[SIDECAR]) as partial:
        for name, frame in frames.items():
            write_csv_into(frame, partial / f"{name}.csv")
        write_sidecar(lines, partial)
    return _account(out, frames, told)


def _account(out: Path, frames: Mapping[str, pd.DataFrame], told: Told) -> Pseudonymised:
    """What was done."""
    people = frames["people"].drop_duplicates("person_id").dropna(subset="person_id")
    in_all = known_ids(frames) - set(people["person_id"])
    return Pseudonymised(
        out,
        len(people),
        tuple(frames),
        tuple(told.left_out),
        tuple(told.masked),
        told.n_age_bands,
        {str(role): int(n) for role, n in people["role"].value_counts().items()},
        len(in_all),
        tuple(told.counts.people),
        tuple(told.counts.free_text),
        tuple(told.alike),
    )


def _kept(how: ColumnMapping, keep: dict[str, Collection[str]] | None) -> dict[str, frozenset[str]]:
    """Plain names of the extra columns to keep, by table."""
    given = keep or {}
    for name, titles in given.items():
        if name not in READABLE_TABLES or isinstance(titles, str):
            raise SchemaError(
                f"keep is a dict of table to list of columns, such as {{'people': ['seniority']}}; got {name!r}: {titles!r}."
            )
    named = {name: {*given.get(name, ()), *(title for part in how.parts(name) for title in part.keep)} for name in READABLE_TABLES}
    return {name: frozenset(map(plain_name, titles)) for name, titles in named.items()}


def _require_there(table: PreparedTable, titles: Collection[str]) -> None:
    """Raise SchemaError where a column to keep is none of the table."""
    has = {plain_name(title) for title in table.table.column_names}
    absent = sorted(set(titles) - has)
    if absent:
        extras = ", ".join(map(repr, table.extras)) or "none"
        raise SchemaError(f"keep: {table.origin} has no column {absent[0]!r}; its extra columns are {extras}.")


def _require_free(out: Path, overwrite: bool) -> None:
    """Raise SchemaError where something stands in the folder to be written."""
    if out.exists() and not out.is_dir():
        raise SchemaError(f"{str(out)!r} is a file; name a folder to write to.")
    if out.is_dir() and not overwrite and any(not is_leftover(each) for each in out.iterdir()):
        raise SchemaError(
            f"The folder {str(out)!r} is not empty, and nothing in it is replaced unasked. Name a new folder, empty "
            "this one, or say so: --overwrite on the command line, overwrite=True in Python."
        )


def read_key(path: str | Path, *, away_from: Iterable[str | Path] = ()) -> bytes:
    """Which key does this file hold?

    Parameters
    ----------
    path : path
        A file that holds the secret and nothing else; space and line ends around it do not count.
    away_from : iterable of paths
        Folders (or workbooks) that hold the data or will hold the result: the key must not lie in or beside them,
        because whoever gets both can undo the pseudonyms.

    Returns
    -------
    bytes

    Raises
    ------
    SchemaError
        There is no such file, or it holds fewer than 16 bytes.
    DisclosureError
        The key lies with the data.

    Warns
    -----
    RecoveryNetWarning
        Others may read the file, it lies beside the data in the same folder, or the key can be guessed.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from recoverynet.tables.pseudonyms import read_key
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "key.txt"
    ...     _ = file.write_text("only for this example")
    ...     file.chmod(0o600)
    ...     len(read_key(file))
    21
    """
    path = Path(path)
    if not path.is_file():
        raise SchemaError(f"There is no key file {str(path)!r}. {make_a_key(path)}")
    for place in map(Path, away_from):
        home = place.resolve()
        inside = path.resolve().parent == home.parent if place.is_file() else path.resolve().is_relative_to(home)
        if inside:
            raise DisclosureError(
                f"The key {str(path)!r} lies with the data in {str(place)!r}: whoever gets both can undo the "
                "pseudonyms. Move the key to a place of its own."
            )
        if path.resolve().parent == home.parent:
            _warn_of_key(f"The key {str(path)!r} lies beside {str(place)!r}: whoever copies the folder around them gets both.")
    if os.name != "nt" and path.stat().st_mode & 0o077:
        _warn_of_key(f"The key {str(path)!r} can be read by others on this machine. Let only its owner read it: chmod 600 {path}")
    return key_bytes(read_bytes(path, most=MOST_SETTINGS_BYTES, remedy="A key is a line of text.").strip())


def _warn_of_key(words: str) -> None:
    warnings.warn(words, RecoveryNetWarning, stacklevel=3)
