"""The record: every table of one area and period, typed, checked and bound together."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from recoverynet.errors import NotEstimableError, SchemaError, TimeOrderError
from recoverynet.instants import as_instant, day_in_words
from recoverynet.shown import card
from recoverynet.tables.contacts_away import ContactsAway
from recoverynet.tables.layouts import OUTCOMES, RECORD_TABLES
from recoverynet.tables.refusals import refuse_broken_rows, refuse_unknown_ids
from recoverynet.tables.schema import columns_in_words, require_time_zone

Window = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True)
class LeftOut:
    """How much of one table was left out while reading, and why.

    Attributes
    ----------
    table : str
        Name of the table in the files.
    n_rows, n_of : int
        Rows left out, and rows there were; both 0 where the table could not be used at all.
    why : tuple of (str, int)
        Faults with the number of rows that had each; a row with two faults stands under both.
    """

    table: str
    n_rows: int
    n_of: int
    why: tuple[tuple[str, int], ...] = ()


_EMPTY: Any = None  # a table that is not given is held as an empty frame: its columns hang on the time zone


@dataclass(frozen=True, repr=False)
class RecoveryRecord:
    """What was recorded about the people of one area over one period?

    Parameters
    ----------
    people, occasions, participation : pandas.DataFrame
        The tables every record has; columns as in :mod:`recoverynet.tables.layouts`.
    episodes, groups, observations, nominations, alter_ties, linkage, separations, appointments : pandas.DataFrame, optional
        The tables a record may have; absent ones are present as empty frames.
    window : tuple of two instants, optional
        Half-open period under observation [start, end). Default: from the first day of any occasion or observation to
        the day after the last. ``None`` where the record holds neither.
    tz : str
        IANA time zone in which naive instants are read.
    states : tuple of str
        The words of state that the record was read with, where a mapping named its own; they are written beside its
        tables. Empty (default): those of this package.

    Attributes
    ----------
    window : tuple of pandas.Timestamp or None
    notes : tuple of str
        What was mended, left out or assumed while reading, in plain sentences.
    left_out : tuple of LeftOut
        Tables of which rows were left out while reading, with how many and why.
    away : ContactsAway or None
        Where the contacts lie, in a record that :meth:`recoverynet.RecordStore.as_record` gave: its tables ``occasions`` and
        ``participation`` are empty then, and reports ask an engine. None (default): they are here.

    Raises
    ------
    SchemaError
        A column is missing, of another kind, or an id occurs twice.
    UnknownPersonError
        A table names a person, group or occasion the record does not know.
    TimeOrderError
        An end stands before its start, or the window is empty.

    Notes
    -----
    A record holds only sound rows. To see every fault of a folder at once use :func:`recoverynet.find_problems`; to
    read a folder leaving faulty rows out use ``read_record(folder, on_problems="leave_out")``.

    Examples
    --------
    >>> import recoverynet as rn
    >>> record = rn.load_sample("five_people")
    >>> record.people["person_id"].tolist()
    ['ann', 'ben', 'cat', 'dev', 'eve']
    """

    people: pd.DataFrame
    occasions: pd.DataFrame
    participation: pd.DataFrame
    episodes: pd.DataFrame = field(default=_EMPTY, kw_only=True)
    groups: pd.DataFrame = field(default=_EMPTY, kw_only=True)
    observations: pd.DataFrame = field(default=_EMPTY, kw_only=True)
    nominations: pd.DataFrame = field(default=_EMPTY, kw_only=True)
    alter_ties: pd.DataFrame = field(default=_EMPTY, kw_only=True)
    linkage: pd.DataFrame = field(default=_EMPTY, kw_only=True)
    separations: pd.DataFrame = field(default=_EMPTY, kw_only=True)
    appointments: pd.DataFrame = field(default=_EMPTY, kw_only=True)
    window: Window | None = field(default=None, kw_only=True)
    tz: str = field(default="Europe/London", kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True)
    states: tuple[str, ...] = field(default=(), kw_only=True)
    left_out: tuple[LeftOut, ...] = field(default=(), kw_only=True)
    away: ContactsAway | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        require_time_zone(self.tz, "tz")
        for name, schema in RECORD_TABLES.items():
            given = getattr(self, name)
            if given is None and name in ("people", "occasions", "participation"):
                raise SchemaError(
                    f"A record needs the table {name!r}, a pandas DataFrame with {columns_in_words(schema)}; got None."
                )
            frame = schema.empty(self.tz) if given is None else schema.typed(given, tz=self.tz)
            refuse_broken_rows(schema, frame)
            object.__setattr__(self, name, frame)
        for name in ("occasions", "participation"):
            _refuse_appointments(name, getattr(self, name))
        refuse_unknown_ids(self.tables())
        object.__setattr__(self, "window", self._resolved_window())

    @classmethod
    def of_checked(
        cls, tables: dict[str, pd.DataFrame], *, window: Window, tz: str, states: tuple[str, ...] = ()
    ) -> RecoveryRecord:
        """A record of rows that were taken, whole and typed, from a record that was checked: nothing is checked again.

        Parameters
        ----------
        tables : dict of table name to pandas.DataFrame
            As :meth:`recoverynet.tables.schema.TableSchema.typed` gives them; every id they refer to is in them. Absent
            tables are empty.
        window : (start, end)
        tz : str
        states : tuple of str
            Words of state that the record declares beside those of the toolkit.
        """
        record = object.__new__(cls)
        for name, schema in RECORD_TABLES.items():
            object.__setattr__(record, name, tables[name] if name in tables else schema.empty(tz))
        for name, value in (("window", window), ("tz", tz), ("states", states)):
            object.__setattr__(record, name, value)
        return record

    def _resolved_window(self) -> Window | None:
        if self.window is None:
            return self.seen_window()
        start, end = (as_instant(bound, self.tz) for bound in self.window)
        if not start < end:
            raise TimeOrderError(f"The window must end after it starts; it runs from {start} to {end}.")
        return start, end

    def required_window(self) -> Window:
        """The window; raises NotEstimableError where the record holds nothing that has a date."""
        if self.window is None:
            raise NotEstimableError(
                "The record holds no contact or observation with a date, so it covers no period to look at. Read a record with "
                "contacts, or name the period: RecoveryRecord(..., window=(start, end))."
            )
        return self.window

    def seen_window(self) -> Window | None:
        """From the first day of any occasion or observation to the day after the last; None where there is none."""
        away: list[pd.Series] = [] if self.away is None or self.away.seen is None else [pd.Series(self.away.seen)]
        seen: pd.Series = pd.concat([self.occasions["started_at"], self.observations["observed_at"], *away]).dropna()
        if seen.empty:
            return None
        return seen.min().normalize(), seen.max().normalize() + pd.DateOffset(days=1)

    def __repr__(self) -> str:
        rows = ", ".join(f"{name} {len(getattr(self, name)):,}" for name in RECORD_TABLES if len(getattr(self, name)))
        return f"<RecoveryRecord {self.period_in_words()}: {rows or 'empty'}>"

    def _repr_html_(self) -> str:
        rows = {name: [len(table), ", ".join(filled_columns(table))] for name, table in self.tables().items() if len(table)}
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=["rows", "columns filled in"])
        notes = [("notes", len(self.notes))] if self.notes else []
        return card(f"Record, {self.period_in_words()}", [("time zone", self.tz), *notes], frame)

    def period_in_words(self) -> str:
        """The window as a reader would say it, first and last day included."""
        if self.window is None:
            return "no dated contact or observation"
        last = self.window[1] - pd.Timedelta(microseconds=1)
        return f"{day_in_words(self.window[0])} to {day_in_words(last)}"

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by name, in the order of the layouts, the empty ones included."""
        return {name: getattr(self, name) for name in RECORD_TABLES}

    def copied(self) -> RecoveryRecord:
        """A record of its own with the same rows, not checked again: what is written into its frames changes no other."""
        record = copy(self)
        for name, frame in self.tables().items():
            object.__setattr__(record, name, frame.copy(deep=False))
        return record

    def keeping(self, *, window: Window | None = None, away: ContactsAway | None = None, **rows: pd.DataFrame) -> RecoveryRecord:
        """The same record with fewer rows: what was checked once is not checked again.

        Parameters
        ----------
        window : (start, end), optional
            Default: that of this record.
        away : ContactsAway, optional
            Default: that of this record.
        **rows : pandas.DataFrame
            Rows of the table of that name as they stand in it, in their order; whatever they refer to stays in the record.
        """
        record = copy(self)
        for name, frame in rows.items():
            object.__setattr__(record, name, frame.reset_index(drop=True))
        if away is not None:
            object.__setattr__(record, "away", away)
        if window is not None:
            object.__setattr__(record, "window", window)
            object.__setattr__(record, "window", record._resolved_window())
        return record

    def with_tables(self, **tables: pd.DataFrame) -> RecoveryRecord:
        """The same record with some tables replaced, checked again."""
        changes: dict[str, Any] = dict(tables)
        return replace(self, **changes)


def _refuse_appointments(name: str, frame: pd.DataFrame) -> None:
    """What was missed, cancelled or only booked is no contact, and would count as one here."""
    if "outcome" not in frame.columns:
        return
    missed = frame["outcome"].isin(OUTCOMES[1:])
    if missed.any():
        raise SchemaError(
            f"Table {name!r} holds {int(missed.sum())} rows whose outcome is no contact, the first being "
            f"{frame['outcome'][missed].iloc[0]!r}. Put them into the table appointments; reading a folder does that."
        )


def require_record(record: object, what: str) -> None:
    """Raise SchemaError unless it is a RecoveryRecord; ``what`` is what asks for one, such as ``"aftercare_coverage()"``."""
    if not isinstance(record, RecoveryRecord):
        raise SchemaError(
            f"{what} takes a RecoveryRecord, such as load_sample('riverside') or read_record('my_folder'); got a "
            f"{type(record).__name__}."
        )


def filled_columns(table: pd.DataFrame) -> list[str]:
    """Columns of a table in which anything is recorded."""
    return [str(name) for name in table.columns if table[name].notna().any()]
