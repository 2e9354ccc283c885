"""Pseudonyms: the same person under another name that only the holder of a key can make again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from recoverynet.errors import DisclosureError, SchemaError
from recoverynet.tables.files import require_no_other_tables, write_sidecar
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.mapped import plain_name
from recoverynet.tables.mapping import Mapping, read_mapping
from recoverynet.tables.prepared import PreparedTable, prepared_source
from recoverynet.tables.problems import problems_error
from recoverynet.tables.pseudonym_ids import key_bytes, make_a_key, pseudonymised_frame
from recoverynet.tables.record import RecoveryRecord, require_record
from recoverynet.tables.schema import require_time_zone
from recoverynet.tables.sources import open_source
from recoverynet.tables.unnamed import Told, pseudonymised_tables, require_nothing_left, without_identifiers_in


def pseudonymise(record: RecoveryRecord, *, key: bytes | str) -> RecoveryRecord:
    """How does this record read when nobody can tell from it who is who?

    Parameters
    ----------
    record : RecoveryRecord
    key : bytes or str
        The secret, at least 16 bytes; see :func:`recoverynet.tables.pseudonyms.read_key`. The same key gives the same
        pseudonyms, so that records of two years can be joined; without it nobody can make or undo them.

    Returns
    -------
    RecoveryRecord
        The same record with every id of a person replaced in every table (workers, named third parties and those who
        introduced somebody included). Groups and occasions keep their ids. Notes say that it was done.

    Raises
    ------
    SchemaError
        The key is shorter than 16 bytes.

    Notes
    -----
    A pseudonym is ``p`` and the first 80 bits of HMAC-SHA256(key, id), written in 16 letters and digits (base32). Two
    of a million people share one with a chance of about 4 in 10 to the power 13. Extra columns are treated as ids of
    people where their name says so (``sponsor``, ``keyworker``); in those that end in ``_id`` or ``_by`` every id of a
    person of this record is replaced. Texts are left as they are: use
    :func:`recoverynet.tables.pseudonyms.pseudonymise_folder` on files that hold names. A pseudonymised record is
    still personal data: a pattern of contacts can be recognised by those who were there.

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
    secret = key_bytes(key)
    tables = record.tables()
    known = set().union(
        *(set(frame[name].dropna()) for table, frame in tables.items() for name in READABLE_TABLES[table].person_ids)
    )
    replaced = {table: pseudonymised_frame(table, frame, secret, known) for table, frame in tables.items()}
    note = "Ids of people are pseudonyms."
    notes = record.notes if note in record.notes else (*record.notes, note)
    return replace(record, **replaced, notes=notes)


@dataclass(frozen=True)
class Pseudonymised:
    """What was done to make a folder that names nobody?

    Attributes
    ----------
    folder : Path
        Where the tables were written, as CSV under our names; no mapping is needed to read them.
    n_people : int
        People in the people table.
    tables : tuple of str
    left_out : tuple of (table, column, why)
    masked : tuple of (table, column, number of rows)
        Texts in which an e-mail address, a telephone, NHS or National Insurance number, a street address or a postcode
        was replaced by ``[removed]``.
    n_age_bands : int
        Dates of birth that became an age band (the age on joining) before they were left out.
    """

    folder: Path
    n_people: int
    tables: tuple[str, ...]
    left_out: tuple[tuple[str, str, str], ...] = ()
    masked: tuple[tuple[str, str, int], ...] = ()
    n_age_bands: int = 0

    def summary(self) -> str:
        """What was done, in plain sentences."""
        lines = [f"Written to {self.folder}: {', '.join(self.tables)}; {self.n_people:,} people under pseudonyms."]
        lines += [f"  left out {table}.{column}: {why}" for table, column, why in self.left_out]
        lines += [
            f"  masked identifiers in {table}.{column}: {count:,} {'row' if count == 1 else 'rows'}"
            for table, column, count in self.masked
        ]
        if self.n_age_bands:
            people = "person" if self.n_age_bands == 1 else "people"
            lines.append(f"  dates of birth became an age band for {self.n_age_bands:,} {people}")
        if any(why.startswith("it is no column") for _, _, why in self.left_out):
            lines.append('To keep a column that tells of nobody, name it in a mapping file: keep = ["column"] under the table.')
        lines.append("Ids and names of groups are kept as they are, and so are ids of occasions without identifiers.")
        lines.append("Read it through before it leaves your hands: no rule finds every name.")
        return "\n".join(lines)

    def to_frame(self) -> pd.DataFrame:
        """One row a column left out or masked: table, column, done, n_rows."""
        rows = [(table, column, f"left out: {why}", 0) for table, column, why in self.left_out]
        rows += [(table, column, "masked", count) for table, column, count in self.masked]
        return pd.DataFrame(rows, columns=["table", "column", "done", "n_rows"])


def pseudonymise_folder(
    folder: str | Path,
    out: str | Path,
    *,
    key: bytes | str,
    mapping: str | Path | dict[str, Any] | Mapping | None = None,
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
    secret, how = key_bytes(key), read_mapping(mapping)
    kept = _kept(how, keep)
    require_time_zone(tz, "tz")
    out = Path(out)
    if out.resolve() in (Path(folder).resolve(), Path(folder).resolve().parent):
        raise DisclosureError(f"Write to a folder of its own; {str(out)!r} holds the data that name people.")
    _require_free(out, overwrite)
    told = Told()
    with prepared_source(open_source(folder), how, how.tz or tz, secret) as prepared:
        errors = [problem for problem in prepared.problems if problem.severity == "error"]
        if errors:
            raise problems_error(errors, prepared.label, may_leave_out=False)
        for name in list(prepared.tables):
            titles = kept.pop(name, frozenset())
            _require_there(prepared.tables[name], titles)
            prepared.put(without_identifiers_in(prepared, prepared.tables[name], secret, told, titles))
        frames = pseudonymised_tables(prepared, secret)
        require_nothing_left(prepared, frames)
        lines = _sidecar_lines(how, prepared.tz)
    require_no_other_tables(out, {f"{name}.csv" for name in frames})
    out.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        frame.to_csv(out / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    write_sidecar(lines, out)
    return Pseudonymised(out, len(frames["people"]), tuple(frames), tuple(told.left_out), tuple(told.masked), told.n_age_bands)


def _kept(how: Mapping, keep: dict[str, Collection[str]] | None) -> dict[str, frozenset[str]]:
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
    if out.is_dir() and not overwrite and any(out.iterdir()):
        raise SchemaError(
            f"The folder {str(out)!r} is not empty, and nothing in it is replaced unasked. Name a new folder, empty "
            "this one, or say so: --overwrite on the command line, overwrite=True in Python."
        )


def _sidecar_lines(how: Mapping, tz: str) -> list[str]:
    lines = [] if tz == "Europe/London" else [f'time_zone = "{tz}"']
    if how.states:
        lines.append("states = [" + ", ".join(f'"{state}"' for state in how.states) + "]")
    if how.window:
        lines.append(f'window = ["{how.window[0]}", "{how.window[1]}"]')
    return lines


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

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from recoverynet.tables.pseudonyms import read_key
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "key.txt"
    ...     _ = file.write_text("only for this example")
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
    return key_bytes(path.read_bytes().strip())
