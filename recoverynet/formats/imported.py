"""What came in from other people's files: tables or networks, and an account of everything that was not taken over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from recoverynet.atomic import atomic_folder
from recoverynet.csv_files import write_csv_into
from recoverynet.errors import SchemaError
from recoverynet.readable import readable
from recoverynet.tables.files import files_of, require_no_other_tables, write_record_into
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.record import RecoveryRecord
from recoverynet.tables.sidecar import SIDECAR

COLUMNS = ("source", "what", "n_in", "n_out", "n_dropped", "n_changed", "why")


@dataclass(frozen=True)
class ImportRow:
    """One kind of thing in one source: how many stood there, how many came in, and why the others did not.

    Attributes
    ----------
    source : str
        The file, sheet or part of a file, as a reader would name it; never a path.
    what : str
        The things counted, in the plural (``"ties Close"``, ``"columns of the alters"``): one unit throughout.
    n_in, n_out : int
        How many were there, and how many of them came in.
    why : str
        Why the others did not, or what was done to those changed; empty where everything came in as it stood.
    n_changed : int
        How many of those that came in do not say what stood in the file (a mark taken off, a scale recoded).

    Notes
    -----
    Where things are dropped for several reasons there is a row a reason, one after the other: what comes out of one goes
    into the next.
    """

    source: str
    what: str
    n_in: int
    n_out: int
    why: str = ""
    n_changed: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.n_out <= self.n_in and 0 <= self.n_changed <= self.n_out):
            raise SchemaError(f"Of {self.n_in} {self.what}, {self.n_out} cannot come in and {self.n_changed} be changed.")
        if (self.n_dropped or self.n_changed) and not self.why:
            raise SchemaError(f"{self.n_dropped} {self.what} dropped and {self.n_changed} changed, and no reason is given.")

    @property
    def n_dropped(self) -> int:
        """How many did not come in."""
        return self.n_in - self.n_out


@dataclass(frozen=True)
class ImportReport:
    """What came in, what was dropped and why?

    Attributes
    ----------
    kind : str
        The importer (``"network_canvas"``, ``"pajek"``).
    source : str
        Name of the file or folder, without the path to it.
    rows : tuple of ImportRow
        In the order things were met.
    notes : tuple of str
        How the file was read where it could have been read otherwise, in plain sentences.

    Examples
    --------
    >>> came = ImportReport("pajek", "a.net", (ImportRow("a.net", "ties", 9, 8, "a tie of somebody with themselves"),))
    >>> came.n_dropped
    1
    >>> print(came.summary())
    a.net, read as pajek.
      8 of 9 ties came in; 1 dropped: a tie of somebody with themselves.
    """

    kind: str
    source: str
    rows: tuple[ImportRow, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", tuple(self.rows))
        object.__setattr__(self, "notes", tuple(self.notes))

    @property
    def n_dropped(self) -> int:
        """Everything that did not come in, of whatever kind."""
        return sum(row.n_dropped for row in self.rows)

    def to_frame(self) -> pd.DataFrame:
        """One row a kind of thing and reason.

        Returns
        -------
        pandas.DataFrame
            Columns ``source``, ``what``, ``n_in``, ``n_out``, ``n_dropped``, ``n_changed``, ``why``;
            n_in = n_out + n_dropped on every row.
        """
        return pd.DataFrame([[getattr(row, name) for name in COLUMNS] for row in self.rows], columns=list(COLUMNS))

    def summary(self) -> str:
        """The account in plain sentences, a line a row."""
        lines = [f"{self.source}, read as {self.kind.replace('_', ' ')}."]
        lines += [f"  {_row_in_words(row, self.source)}" for row in self.rows]
        return "\n".join([*lines, *(f"  note: {note}" for note in self.notes)])

    def __repr__(self) -> str:
        return f"<ImportReport {self.kind}: {self.source}, {len(self.rows)} rows, {self.n_dropped:,} dropped>"

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        return f"<p>{escape(self.source)}</p>{readable(self.to_frame()).to_html(index=False)}" + f"<ul>{notes}</ul>" * bool(notes)


@dataclass(frozen=True, repr=False)
class Imported:
    """What did a file of another program hold, as tables of a record?

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By name of the record's tables (:mod:`recoverynet.tables.layouts`), or ``"contact_log"``; only those the source
        could fill.
    report : ImportReport
    others : mapping of str to DataFrame
        Tables that came in and have no place in a record; kept so that nothing is lost.
    tz : str
        IANA time zone of naive instants.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"person_id": ["ann"], "role": ["client"]})
    >>> Imported({"people": people}, ImportReport("egor", "egos.csv")).to_record()
    <RecoveryRecord no dated contact or observation: people 1>
    """

    tables: Mapping[str, pd.DataFrame]
    report: ImportReport
    others: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    tz: str = "Europe/London"

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", dict(self.tables))
        object.__setattr__(self, "others", dict(self.others))

    def to_record(self) -> RecoveryRecord:
        """The tables as a checked record; tables every record has and the source does not are empty.

        Raises
        ------
        SchemaError, UnknownPersonError, TimeOrderError
            As :class:`recoverynet.RecoveryRecord` raises them.
        """
        held = {name: frame for name, frame in self.tables.items() if name in RECORD_TABLES}
        needed = {name: RECORD_TABLES[name].empty(self.tz) for name in ("people", "occasions", "participation")}
        tables: dict[str, Any] = {**needed, **held}
        return RecoveryRecord(**tables, tz=self.tz, notes=self.report.notes)

    def write(self, folder: str | Path) -> None:
        """Keep the record as CSV, the account as import_report.txt, and other tables in a folder ``others``."""
        record = self.to_record()
        require_no_other_tables(Path(folder), files_of(record, "csv"))
        with atomic_folder(folder, replacing=[SIDECAR]) as partial:
            write_record_into(record, partial)
            write_beside(partial, self.report, self.others)

    def __repr__(self) -> str:
        rows = ", ".join(f"{name} {len(frame):,}" for name, frame in {**self.tables, **self.others}.items())
        return f"<Imported {self.report.kind}: {rows or 'nothing'}; {self.report.n_dropped:,} dropped>"


def write_beside(folder: str | Path, report: ImportReport, others: Mapping[str, pd.DataFrame]) -> None:
    """Write an account of an import, and tables outside the record, into a folder that will itself appear whole."""
    folder = Path(folder)
    (folder / "import_report.txt").write_text(report.summary() + "\n", encoding="utf-8")
    for name, frame in others.items():
        (folder / "others").mkdir(exist_ok=True)
        write_csv_into(frame, folder / "others" / f"{name}.csv")


def chained(source: str, what: str, n_in: int, dropped: Iterable[tuple[int, str]]) -> list[ImportRow]:
    """Rows for things dropped for several reasons, each with how many; one plain row where nothing was."""
    rows: list[ImportRow] = []
    left = n_in
    for n, why in dropped:
        if n:
            rows.append(ImportRow(source, what, left, left - n, why))
            left -= n
    return rows or [ImportRow(source, what, n_in, n_in)]


def _row_in_words(row: ImportRow, source: str) -> str:
    where = "" if row.source == source else f"{row.source}: "
    if not row.why:
        return f"{where}{row.n_out:,} {row.what} came in."
    came = f"{row.n_out:,} of {row.n_in:,} {row.what} came in"
    done = [f"{row.n_dropped:,} dropped"] * bool(row.n_dropped) + [f"{row.n_changed:,} changed"] * bool(row.n_changed)
    return f"{where}{came}; {' and '.join(done) or 'note'}: {row.why}."
