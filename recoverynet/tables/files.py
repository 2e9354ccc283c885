"""Records in and out of files: a folder of CSV or Parquet, a workbook, a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from recoverynet.arguments import as_path
from recoverynet.atomic import atomic_folder
from recoverynet.csv_files import write_csv_into
from recoverynet.errors import SchemaError
from recoverynet.tables.account import Account
from recoverynet.tables.attendance import with_appointments
from recoverynet.tables.checks import examine, left_out_in_words
from recoverynet.tables.contact_log import unfold_contact_log
from recoverynet.tables.entries import fold_in, read_entered
from recoverynet.tables.handover import offered
from recoverynet.tables.layouts import READABLE_TABLES, RECORD_TABLES
from recoverynet.tables.mapping import Mapping
from recoverynet.tables.prepared import Prepared, prepared_source, read_column
from recoverynet.tables.problems import Problem, problems_error
from recoverynet.tables.record import LeftOut, RecoveryRecord, Window, require_record
from recoverynet.tables.schema import require_time_zone
from recoverynet.tables.sidecar import SIDECAR, mapping_of, sidecar_lines, write_sidecar
from recoverynet.tables.sources import TABLE_ENDINGS, Source, open_source

UNREAD_ROWS = ("ragged_row", "open_quote")
"""Faults of rows that could not be cut into cells, and so never reached a table."""

NEEDED = ("people", "occasions", "participation", "contact_log")
"""Tables that are not left out whole: without them a report would speak of contacts nobody could see."""

MOST_LEFT_OUT, FEW_LEFT_OUT = 0.5, 5
"""Share of the rows of a table above which leaving out stops (what is left would no longer stand for the record), unless
no more rows than this are concerned, which can be read through by eye."""


def read_record(
    folder: str | Path,
    *,
    mapping: str | Path | dict[str, Any] | Mapping | None = None,
    tz: str = "Europe/London",
    on_problems: Literal["raise", "leave_out"] = "raise",
    entries: bool = True,
) -> RecoveryRecord:
    """What was recorded about the people of one area and period, read from files?

    Parameters
    ----------
    folder : path
        A folder with one CSV (or .tsv) or Parquet file a table, one workbook (.xlsx) with one sheet a table, or a
        DuckDB file (.duckdb, .db). Files, sheets and tables are called as the tables are, capitals aside: people
        (needed), occasions with participation, contact_log, episodes, groups, observations, nominations, alter_ties,
        linkage, separations, appointments. Columns are those of :mod:`recoverynet.tables.layouts`, capitals, spaces and hyphens
        aside; extra columns ride along.
    mapping : path, dict or Mapping, optional
        A TOML file saying which file is which table, which column is which, in what units and words; see
        :mod:`recoverynet.tables.mapping`. Default: the file record.toml of the folder where there is one, else names
        are taken as they stand.
    tz : str
        IANA time zone: times without an offset are local there, and so are the days of the record. A mapping's
        ``time_zone`` comes first.
    on_problems : {"raise", "leave_out"}
        What to do where :func:`recoverynet.find_problems` finds an error: tell all of them and stop, or leave out the
        faulty rows and say so in ``record.notes``.

    Returns
    -------
    RecoveryRecord
        ``notes`` says in plain sentences what was left out, gathered or worth knowing.

    Raises
    ------
    SchemaError
        There is nothing to read, the mapping is wrong, or the tables have faults; the message lists them all with the
        rows as the file counts (the header is row 1) and the remedy.
    UnknownPersonError
        Every fault is an id that the table it refers to does not hold.
    TimeOrderError
        Every fault is a date out of order or out of reach.

    Notes
    -----
    Ids are text from the first byte: ``007`` and an id ``NA`` stay what they are, and only an empty cell is missing.

    With ``on_problems="leave_out"``: a row with a faulty value, or repeating an earlier one, is left out; so is every
    row that refers to a person or occasion left out. Where an optional column (a worker, a group) refers to something
    unknown, only that value is emptied. Columns that hold names, addresses and the like are left out, and a table other
    than people and contacts that cannot be used at all is left out whole. Each of these is a note, and
    ``record.left_out`` counts them. Where more than half of the rows of a table would go, reading stops; so it does
    without people, or where occasions, participation or a contact_log are there and cannot be used.

    A ``contact_log`` becomes occasions and participation: rows of the same group and local day are one occasion, a
    contact of two people is an occasion of two; see :func:`recoverynet.tables.contact_log.unfold_contact_log`.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.samples import sample_folder
    >>> rn.read_record(sample_folder("five_people")).people["person_id"].tolist()
    ['ann', 'ben', 'cat', 'dev', 'eve']
    """
    if on_problems not in ("raise", "leave_out"):
        raise SchemaError(f"on_problems must be 'raise' or 'leave_out'; got {on_problems!r}.")
    require_time_zone(tz, "tz")
    source = open_source(folder)
    how = mapping_of(folder, mapping)
    record, _ = read_accounted(source, how, tz, leave_out=on_problems == "leave_out", entries=Path(folder) if entries else None)
    return record


def read_accounted(
    source: Source, how: Mapping, tz: str, *, leave_out: bool, secret: bytes | None = None, entries: Path | None = None
) -> tuple[RecoveryRecord, Account]:
    """The record of a source under a mapping, and what became of every row and column; raises as :func:`read_record`.

    ``entries`` is the folder whose entries of workers are to be folded in.
    """
    with prepared_source(source, how, how.tz or tz, secret) as prepared:
        before = {name: table.n_rows for name, table in prepared.tables.items()}
        account = Account(columns=prepared.columns, problems=examine(prepared, leave_out=leave_out))
        errors = [problem for problem in account.problems if problem.severity == "error"]
        needed = [problem for problem in errors if _cannot_be_left_out(problem)]
        if not needed and errors and not prepared.tables["people"].table.num_rows:
            needed = errors
        if needed or (errors and not leave_out):
            raise problems_error(needed if leave_out else errors, source.label, may_leave_out=not needed)
        left_out = _left_out(errors, before, {name: table.n_rows for name, table in prepared.tables.items()})
        _require_enough_left(left_out, source.label)
        notes = _notes(prepared, errors, account.problems)
        for name, table in prepared.tables.items():
            account.add(name, table.origin, before[name], table.n_rows)
        tables = {name: _frame(prepared, name) for name in list(prepared.tables)}
        prepared.tables.clear()  # the frames hold everything from here on
        tz = prepared.tz
    del prepared
    notes += [*with_appointments(tables), *_unfold(tables, tz)]
    if entries is not None:
        tables, entered = fold_in(tables, read_entered(entries, tz), tz)
        notes += entered
    needed_tables: dict[str, Any] = _with_needed(tables, tz)
    record = RecoveryRecord(
        **needed_tables,
        window=cast(Window | None, how.window),
        tz=tz,
        states=how.states,
        notes=tuple(notes),
        left_out=(*how.left_out, *left_out),
    )
    return record, account


def _notes(prepared: Prepared, errors: list[Problem], problems: list[Problem]) -> list[str]:
    """What was left out, what should be known, and which names became labels, in sentences."""
    notes = [left_out_in_words(problem) for problem in errors]
    notes += [problem.in_words() for problem in problems if problem.severity == "warning" and problem.rule != "entered_twice"]
    return [*notes, *prepared.labels.in_words()]


def _cannot_be_left_out(problem: Problem) -> bool:
    return problem.extent == "record" or (problem.extent == "table" and problem.table in NEEDED)


def _left_out(errors: list[Problem], before: dict[str, int], after: dict[str, int]) -> tuple[LeftOut, ...]:
    """How much of each table was left out, rows that could not even be cut into cells among them."""
    found = []
    for name in dict.fromkeys(problem.table for problem in errors):
        whole = [(problem.problem, 0) for problem in errors if problem.table == name and problem.extent == "table"]
        faults = [(problem.problem, problem.n_rows) for problem in errors if problem.table == name and problem.extent == "row"]
        unread = sum(problem.n_rows for problem in errors if problem.table == name and problem.rule in UNREAD_ROWS)
        n_of = before.get(name, 0) + unread
        n_rows = n_of - after.get(name, 0)
        if whole or n_rows:
            found.append(LeftOut(name, n_rows, n_of, (*whole, *faults)))
    return tuple(found)


def _require_enough_left(left_out: tuple[LeftOut, ...], label: str) -> None:
    """Raise SchemaError where more of a table would go than may be left out."""
    lost = [each for each in left_out if each.n_rows > max(MOST_LEFT_OUT * each.n_of, FEW_LEFT_OUT)]
    if lost:
        told = [
            f"- {each.table}: {each.n_rows:,} of {each.n_of:,} rows, because " + "; ".join(f"{why} ({n:,})" for why, n in each.why)
            for each in lost
        ]
        raise SchemaError(
            f"{label} would lose too much: more than {MOST_LEFT_OUT:.0%} of the rows of a table would be left out, and the "
            "rest would no longer stand for the record. Mend the tables, or say in a mapping file how their columns and words "
            "are to be read:\n" + "\n".join(told)
        )


def _frame(prepared: Prepared, name: str) -> pd.DataFrame:
    """One checked table, typed."""
    table = prepared.tables[name]
    columns: dict[str, Any] = {}
    for column in table.schema.columns:
        read = column.kind == "instant"
        columns[column.name] = table.table[read_column(column.name) if read else column.name]
    columns.update({title: table.table[title] for title in table.extras})
    return table.schema.typed(pa.table(columns).to_pandas(), tz=prepared.tz)


def _unfold(tables: dict[str, pd.DataFrame], tz: str) -> list[str]:
    """Turn the contact log into occasions and participation beside those there are; says how."""
    log = tables.pop("contact_log", None)
    if log is None or log.empty:
        return []
    unfolded = unfold_contact_log(log, occasions=tables.get("occasions"))
    held = set(tables["occasions"]["occasion_id"]) if "occasions" in tables else set()
    clash = sorted(held & set(unfolded.occasions["occasion_id"]))
    if clash:
        raise SchemaError(
            f"The table occasions holds the id {clash[0]!r}, which the contact log needs for its own contacts. Give "
            "occasions ids that do not begin with 'log:'."
        )
    both = pd.concat([_table(tables, "participation", tz), unfolded.participation], ignore_index=True)
    tables["participation"] = both.drop_duplicates(["occasion_id", "person_id"], ignore_index=True)
    tables["occasions"] = pd.concat([_table(tables, "occasions", tz), unfolded.occasions], ignore_index=True)
    return list(unfolded.notes)


def _table(tables: dict[str, pd.DataFrame], name: str, tz: str) -> pd.DataFrame:
    return tables[name] if name in tables else RECORD_TABLES[name].empty(tz)


def _with_needed(tables: dict[str, pd.DataFrame], tz: str) -> dict[str, pd.DataFrame]:
    needed = {name: _table(tables, name, tz) for name in ("people", "occasions", "participation")}
    return {**tables, **needed}


def write_record(record: RecoveryRecord, folder: str | Path, *, format: Literal["csv", "parquet"] = "csv") -> None:
    """Keep a record as files that :func:`read_record` reads back as the same record.

    Parameters
    ----------
    record : RecoveryRecord
    folder : path
        Made where it does not exist. Files of the same tables are replaced; a folder that holds other tables is
        refused, because they would be read together with these.
    format : {"csv", "parquet"}
        CSV (UTF-8, commas) opens everywhere; Parquet is smaller and keeps the types of extra columns.

    Returns
    -------
    None

    Raises
    ------
    SchemaError
        Unknown format, or the folder holds tables of another record.
    NotWrittenError
        The disk is full, or the place cannot be written to; nothing is changed then.

    Notes
    -----
    The same record gives the same bytes. Tables without rows are left out, except people, occasions and participation;
    so are optional columns without a value. In CSV a local midnight is written as a date, any other instant as local
    time with its offset. Where time zone, words of state or window are not those a reader would assume, a small ``record.toml``
    beside the tables says them. Notes are not written: they tell of one reading.

    Examples
    --------
    >>> import tempfile
    >>> import recoverynet as rn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     rn.write_record(rn.load_sample("five_people"), folder)
    ...     rn.read_record(folder).participation.shape
    (13, 3)
    """
    require_record(record, "write_record()")
    if format not in ("csv", "parquet"):
        raise SchemaError(f"format must be 'csv' or 'parquet'; got {format!r}.")
    folder = as_path(folder, "write_record()")
    require_no_other_tables(folder, files_of(record, format))
    with atomic_folder(folder, replacing=[SIDECAR]) as partial:
        write_record_into(record, partial, format=format)


def write_record_into(record: RecoveryRecord, folder: Path, *, format: Literal["csv", "parquet"] = "csv") -> None:
    """The files of a record, written straight into a folder that will itself appear whole or not at all."""
    for name, frame in _kept(record).items():
        path = folder / f"{name}.{format}"
        if format == "csv":
            write_csv_into(csv_texts(frame), path)
        else:
            pyarrow.parquet.write_table(_as_arrow(frame), path, compression="zstd")
    write_sidecar(_sidecar_lines(record), folder)


@contextmanager
def record_offered(record: RecoveryRecord, place: Path) -> Iterator[tuple[str, str]]:
    """A record offered to another process, which reads it with :func:`read_record`; see :mod:`recoverynet.tables.handover`."""
    tables = {name: _as_arrow(frame) for name, frame in _kept(record).items()}
    with offered(tables, "\n".join(_sidecar_lines(record)), place) as offer:
        yield offer


def _as_arrow(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)


def files_of(record: RecoveryRecord, format: Literal["csv", "parquet"]) -> set[str]:
    """Names of the files of tables that a record is written to."""
    return {f"{name}.{format}" for name in _kept(record)}


def _kept(record: RecoveryRecord) -> dict[str, pd.DataFrame]:
    """The tables worth writing."""
    return {
        name: filled(name, frame)
        for name, frame in record.tables().items()
        if len(frame) or name in ("people", "occasions", "participation")
    }


def csv_texts(frame: pd.DataFrame) -> pd.DataFrame:
    """A typed table as the texts of a CSV file."""
    return pd.DataFrame({title: _as_csv_text(frame[title]) for title in frame.columns})


def require_no_other_tables(folder: Path, ours: set[str]) -> None:
    """Raise SchemaError where a folder holds tables that would be read together with those to be written."""
    if not folder.is_dir():
        return
    others = [
        file.name
        for file in sorted(folder.iterdir())
        if file.name.lower() not in ours and file.suffix.lower() in TABLE_ENDINGS and file.stem.lower() in READABLE_TABLES
    ]
    if others:
        raise SchemaError(
            f"The folder {str(folder)!r} holds {', '.join(others)}, which this record would not replace and which "
            "would be read together with it. Remove them, or write to another folder."
        )


def filled(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The table without optional columns that say nothing."""
    schema = RECORD_TABLES[name]
    silent = [title for title in schema.names if title not in schema.required and not frame[title].notna().any()]
    return frame.drop(columns=silent)


def _as_csv_text(values: pd.Series) -> pd.Series:
    """A column as CSV text, the same on every machine."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return _instants_as_text(values)
    if pd.api.types.is_bool_dtype(values):
        return values.astype("boolean").map({True: "true", False: "false"}).astype("str")
    if pd.api.types.is_float_dtype(values):
        return values.map(_number_as_text, na_action="ignore").astype("str").mask(values.isna())
    return values.astype("str").mask(values.isna())


def _number_as_text(value: float) -> str:
    return str(int(value)) if np.isfinite(value) and value == int(value) and abs(value) < 1e15 else repr(float(value))


def _instants_as_text(values: pd.Series) -> pd.Series:
    known = values.drop_duplicates().dropna()
    texts = pd.Series([_instant_as_text(value) for value in known], index=known, dtype="str")
    return values.map(texts).astype("str").mask(values.isna())


def _instant_as_text(value: pd.Timestamp) -> str:
    if value == value.normalize():
        return f"{value:%Y-%m-%d}"
    exact: Literal["auto", "seconds", "minutes"] = "auto" if value.microsecond else "seconds" if value.second else "minutes"
    return str(value.isoformat(timespec=exact))


def _sidecar_lines(record: RecoveryRecord) -> list[str]:
    if record.window is None or record.window == record.seen_window():
        return sidecar_lines(record.tz, states=record.states, left_out=record.left_out)
    start, end = (bound.isoformat() for bound in record.window)
    return sidecar_lines(record.tz, states=record.states, window=(start, end), left_out=record.left_out)
