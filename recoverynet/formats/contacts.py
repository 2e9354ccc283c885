"""Case-management exports and tables of any other shape: read by a mapping, given or proposed, with an account."""

from __future__ import annotations

from collections.abc import Mapping as Days
from pathlib import Path
from typing import Any, Literal

from recoverynet.errors import SchemaError
from recoverynet.formats.imported import Imported, ImportReport, ImportRow
from recoverynet.formats.proposal.proposal import proposed
from recoverynet.tables.account import Account
from recoverynet.tables.files import read_accounted
from recoverynet.tables.identifiers import free_text_column, identifying_column
from recoverynet.tables.mapped import plain_name
from recoverynet.tables.mapping import Mapping, read_mapping
from recoverynet.tables.parts import ReadOnce
from recoverynet.tables.pseudonym_ids import key_bytes
from recoverynet.tables.pseudonyms import pseudonymise
from recoverynet.tables.record import RecoveryRecord
from recoverynet.tables.schema import require_time_zone
from recoverynet.tables.sidecar import SIDECAR
from recoverynet.tables.sources import open_source
from recoverynet.untrusted.structured import parse_toml

_MOST_NAMED = 12


def read_contacts(
    source: str | Path,
    *,
    mapping: str | Path | dict[str, Any] | Mapping | None = None,
    dates: Literal["day_first", "month_first"] | None = None,
    waves: Days[str, str] | None = None,
    key: bytes | str | None = None,
    tz: str = "Europe/London",
) -> Imported:
    r"""What does a case-management export, or any other folder of tables, say about people and their contacts?

    Parameters
    ----------
    source : path
        A folder of CSV or Parquet files, one such file, or a workbook.
    mapping : path, dict or Mapping, optional
        How its tables become ours; see :mod:`recoverynet.tables.mapping`. Default: record.toml in the folder, else what
        :func:`recoverynet.propose_mapping` proposes, whose doubts become notes of the report.
    dates : {"day_first", "month_first"}, optional
        Which comes first in dates that could be read both ways.
    waves : mapping of wave to day, optional
        The day of each wave, where a table counts waves.
    key : bytes or str, optional
        With a key of at least 16 bytes every id of a person becomes a pseudonym that can be joined between years. Default:
        ids stay as they are, and names are numbered.
    tz : str
        IANA time zone of times without an offset, where the mapping names none.

    Returns
    -------
    Imported
        The tables of a record. The report counts rows and columns of every table, with why some did not come in; faulty
        rows are left out and told.

    Raises
    ------
    SchemaError
        There is nothing to read, no table could be made out, or a question must be answered first: dates that could be
        either order, waves without a day. The message says how to answer.
    UnknownPersonError, TimeOrderError
        As :func:`recoverynet.read_record` raises them.

    Notes
    -----
    Missed, cancelled and booked appointments go to the table ``appointments`` and are no contacts. Columns that name
    persons, and free text, are never taken in by a proposal.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import recoverynet as rn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "visits.csv"
    ...     _ = file.write_text("Client ref,Date,Worker,Attended/DNA\nC1,13/03/2011,W1,Attended\nC1,14/03/2011,W1,DNA\n")
    ...     came = rn.read_contacts(file)
    >>> came.to_record().appointments["outcome"].tolist()
    ['did_not_attend']
    """
    require_time_zone(tz, "tz")
    opened = ReadOnce(open_source(source, one_file=True))
    beside = Path(source) / SIDECAR
    given = beside if mapping is None and beside.is_file() else mapping
    notes: list[str] = []
    if given is None:
        proposal = proposed(opened, dates=dates, waves=waves, tz=tz)
        if proposal.questions:
            raise SchemaError("Before this can come in, answer:\n" + "\n".join(f"- {question}" for question in proposal.questions))
        given = parse_toml(proposal.text, "the proposed mapping")
        notes += [*proposal.doubts, *proposal.left_aside]
    secret = None if key is None else key_bytes(key)
    record, account = read_accounted(opened, read_mapping(given), tz, leave_out=True, secret=secret)
    if key is not None:
        record = pseudonymise(record, key=key)
    return imported_record(record, account, "contacts", Path(source).name, notes)


def imported_record(record: RecoveryRecord, account: Account, kind: str, source: str, notes: list[str]) -> Imported:
    """A record that was read with an account, as something imported."""
    rows = [
        row
        for name, table in account.tables.items()
        for row in [_rows_of(name, table.origin, table.n_in, table.n_out, table.reasons)]
    ]
    rows += [row for place, (titles, used) in account.columns.items() for row in [_columns_of(place, titles, used)]]
    tables = {name: frame for name, frame in record.tables().items() if len(frame)}
    report = ImportReport(kind, source, tuple(rows), (*notes, *record.notes))
    return Imported(tables, report, tz=record.tz)


def _rows_of(name: str, origin: str, n_in: int, n_out: int, reasons: tuple[str, ...]) -> ImportRow:
    why = "; ".join(reasons) or "a row they refer to did not come in"
    return ImportRow(origin, f"rows for the table {name}", n_in, n_out, why if n_out < n_in else "")


def _columns_of(place: str, titles: list[str], used: set[str]) -> ImportRow:
    gone = [f"{title!r} ({_why(title)})" for title in titles if title not in used]
    more = f" and {len(gone) - _MOST_NAMED} more" if len(gone) > _MOST_NAMED else ""
    return ImportRow(place, "columns", len(titles), len(titles) - len(gone), ", ".join(gone[:_MOST_NAMED]) + more)


def _why(title: str) -> str:
    plain = plain_name("".join(sign if sign.isalnum() or sign in " _-" else " " for sign in title))
    return identifying_column(plain) or ("free text" if free_text_column(plain) else "not asked for by the mapping")
