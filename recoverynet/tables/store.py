"""A record on disk, of which one client's surroundings are read in a moment: DuckDB over Parquet."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType

import pandas as pd
import pyarrow as pa

from recoverynet.errors import SchemaError, UnknownPersonError
from recoverynet.ids import id_index
from recoverynet.instants import as_instant, as_length, as_window, require_day_of
from recoverynet.tables.checks import find_problems
from recoverynet.tables.contacts_away import CONTACTS, ContactsAway
from recoverynet.tables.entries import Entered, EnteredBeside, fold_in
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.record import RecoveryRecord, Window
from recoverynet.tables.relational.on_engine import RecordOnEngine
from recoverynet.tables.relational.start import EngineSettings
from recoverynet.tables.shelf import Reach, Shelf, is_store

OTHERS_SINCE = "90D"


class RecordStore:
    """What was recorded around a few people, out of a record too large to hold?

    Made by :func:`open_record`.

    Attributes
    ----------
    tz : str
        IANA time zone of the record.
    window : tuple of pandas.Timestamp or None
        Half-open period under observation.
    people, groups, separations : pandas.DataFrame
        The whole of these tables.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.samples import sample_folder
    >>> with rn.open_record(sample_folder("five_people")) as store:
    ...     print(store.around(["ann"], "2011-03-01", "2011-04-15", steps=1).period_in_words())
    1 March 2011 to 12 April 2011
    """

    def __init__(
        self,
        shelf: Shelf,
        *,
        tz: str,
        window: Window | None,
        notes: tuple[str, ...] = (),
        states: tuple[str, ...] = (),
        beside: Path | None = None,
        settings: EngineSettings | None = None,
    ) -> None:
        self._settings, self._folder = settings or EngineSettings(), beside if beside and is_store(beside) else None
        self._shelf, self.tz, self.window, self.notes, self.states = shelf, tz, window, notes, states
        self._entered, self.indexed = EnteredBeside(beside, tz), True
        self._contacts_in = self._folder
        self.people, self.groups, self.separations = (
            RECORD_TABLES[name].typed(shelf.whole(name), tz=tz) for name in ("people", "groups", "separations")
        )
        self._place_of = {person: place for place, person in enumerate(self.people["person_id"])}
        workers = self.people["worker_id"].dropna()
        self._worker_of = dict(zip(workers.index.tolist(), workers.tolist(), strict=True))
        self._willing = set(self.people.loc[self.people["introducer_consent"].eq(True).fillna(False), "person_id"])
        self._pairs = [set(pair) for pair in zip(self.separations["person_id"], self.separations["other_id"], strict=True)]

    @classmethod
    def over_engine(cls, there: RecordOnEngine, shelf: Shelf, folder: Path, settings: EngineSettings) -> RecordStore:
        """A store of a folder of Parquet that has no index by person, and is on an engine already."""
        store = cls(shelf, tz=there.tz, window=there.window, settings=settings)
        store.__dict__["on_engine"], store.indexed, store._contacts_in = there, False, folder
        return store

    def __enter__(self) -> RecordStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<RecordStore: {len(self.people):,} people, {len(self.groups):,} groups>"

    def close(self) -> None:
        """Let go of the files, and of the engine."""
        if "on_engine" in self.__dict__:
            self.on_engine.close()
        self._shelf.close()

    @cached_property
    def on_engine(self) -> RecordOnEngine:
        """The whole record, its contacts left on the engine; started at first use. What workers entered is not in it."""
        if self._folder is None:
            tables: dict[str, Path | pa.Table] = {name: self._shelf.arrow(name) for name in RECORD_TABLES}
        else:
            paths = {name: self._folder / f"{name}.parquet" for name in RECORD_TABLES}
            tables = {name: path for name, path in paths.items() if path.is_file()}
        session = self._settings.start(tz=self.tz, within=self._folder)
        try:
            return RecordOnEngine(session, tables, window=self.window, tz=self.tz)
        except BaseException:
            session.close()
            raise

    def as_record(self) -> RecoveryRecord:
        """Everything but the contacts, which stay where they are: for the reports, which ask the engine about them.

        Returns
        -------
        RecoveryRecord
            Its tables ``occasions`` and ``participation`` are empty, ``away`` says where they lie, and ``notes``
            what is doubtful in the other tables. Where the store was not opened on Parquet, the whole record, contacts included.

        Raises
        ------
        EngineError
            The engine cannot start, or went away.

        Examples
        --------
        >>> import tempfile
        >>> import recoverynet as rn
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     rn.write_store(rn.load_sample("five_people"), folder)
        ...     with rn.open_record(folder, engine="duckdb") as store:
        ...         store.as_record()
        <RecoveryRecord 1 March 2011 to 12 April 2011: people 5, episodes 3, groups 2, observations 10, nominations 4,
        alter_ties 1, linkage 8>
        """
        folder = self._contacts_in
        if folder is None:
            whole = {name: RECORD_TABLES[name].typed(self._shelf.whole(name), tz=self.tz) for name in RECORD_TABLES}
            return RecoveryRecord(**whole, window=self.window, tz=self.tz, notes=self.notes, states=self.states)  # type: ignore[arg-type]
        here = {name: self.on_engine.table_here(name) for name in RECORD_TABLES if name not in CONTACTS}
        nobody = {name: RECORD_TABLES[name].empty(self.tz) for name in CONTACTS}
        away = ContactsAway(folder, self._settings, seen=self.on_engine.seen_occasions())
        record = RecoveryRecord(**here, **nobody, window=self.window, tz=self.tz, away=away)  # type: ignore[arg-type]
        return replace(record, notes=(*self.notes, *_doubts(record)), states=self.states)

    def entered(self) -> Entered:
        """What workers entered on their page up to now, as far as it holds.

        Returns
        -------
        Entered
        """
        return self._entered.now()

    def around(
        self, person_ids: Collection[str], start: object, end: object, *, steps: int = 2, others_since: object = OTHERS_SINCE
    ) -> RecoveryRecord:
        """What is recorded around some people in a time: themselves, whom they met, who could introduce them?

        Parameters
        ----------
        person_ids : collection of str
            One or more people the store knows.
        start, end : instants
            Half-open; occasions and observations outside it are not read.
        steps : int
            How far to go: 0 the people alone, 1 those they met or named as well, 2 (default) those whom these met and who
            have agreed to introduce others. Nobody else is a step further: a client page has no need of them.
        others_since : str or timedelta
            Of everybody but ``person_ids``, only occasions in this time before ``end`` are read. Default: a quarter.
            Of those who have agreed to introduce others and are not reached, only the latest meeting of each group.

        Returns
        -------
        RecoveryRecord
            A small record for the measures. In ``people``: the people asked for; with ``steps`` 1 or 2 those reached,
            everybody who has agreed to introduce others, and those kept apart from the people asked for; and whoever a
            row of these names. Every group is there. Of a meeting only these people are listed: it is no roster.

        Raises
        ------
        UnknownPersonError
            The store does not know one of the people.
        TimeOrderError
            ``end`` is not after ``start``.
        SchemaError
            ``person_ids`` is a single word or empty, or ``steps`` is not 0, 1 or 2.

        Examples
        --------
        >>> from recoverynet.samples import sample_folder
        >>> import recoverynet as rn
        >>> with rn.open_record(sample_folder("five_people")) as store:
        ...     store.around(["eve"], "2011-03-01", "2011-04-15").people["person_id"].tolist()
        ['ann', 'cat', 'dev', 'eve']
        """
        if not self.indexed:
            raise SchemaError(
                "This folder of Parquet has no index by person, so what is around one client cannot be read from it. "
                "write_store(read_record(folder), store) makes one."
            )
        core = self._known(person_ids)
        entered = self.entered()
        if steps not in (0, 1, 2):
            raise SchemaError(f"steps must be 0, 1 or 2; got {steps!r}.")
        begin, stop = as_window((start, end), self.tz)
        since = max(begin, stop - as_length(others_since, "others_since"))
        reach = self._reach(core, begin, since, stop, steps, entered)
        tables = self._shelf.tables_around(reach, guides=steps > 0)
        tables = {name: RECORD_TABLES[name].typed_again(frame, tz=self.tz) for name, frame in tables.items()}
        tables |= {"groups": self.groups, "separations": self._separations_of(reach.everybody)}
        near = _concerning(entered, core, reach.others | self._willing if steps else reach.others, (begin, since, stop))
        tables = {name: frame for name, frame in self._folded(tables, near).items() if name != "people"}
        tables["people"] = self._people_of(reach.everybody, tables)
        return RecoveryRecord.of_checked(tables, window=self._window_within(begin, stop), tz=self.tz, states=self.states)

    def _window_within(self, begin: pd.Timestamp, stop: pd.Timestamp) -> Window:
        """The part of a window that the record covers; the window itself where it covers none of it."""
        if self.window is None:
            return begin, stop
        first, last = max(begin, self.window[0]), min(stop, self.window[1])
        return (first, last) if first < last else (begin, stop)

    def around_client(self, client_id: str, *, at: object = None, reach: object = "360D") -> RecoveryRecord:
        """The small record that the page of one client needs at a day; by default the end of the record.

        Parameters
        ----------
        client_id : str
            One client the store knows.
        at : instant, optional
            The day of the page.
        reach : str or timedelta
            How far back; a page looks four windows back. Default: four quarters.

        Returns
        -------
        RecoveryRecord

        Raises
        ------
        UnknownPersonError
            The store does not know them.
        TimeOrderError
            The store holds no dated row, or the day lies before the record begins or more than 90 days after it ends.
        """
        instant = as_instant(at, self.tz) if at is not None or self.window is None else self.window[1]
        require_day_of(instant, self.window, as_length(OTHERS_SINCE, "others_since"))
        return self.around([client_id], instant - as_length(reach, "reach"), instant)

    def _known(self, person_ids: Collection[str]) -> set[str]:
        if isinstance(person_ids, str) or not len(person_ids):
            raise SchemaError(f"person_ids must be one or more ids, such as ['c0001']; got {person_ids!r}.")
        core = set(id_index(person_ids, "person_ids"))
        unknown = sorted(core - self._place_of.keys())
        if unknown:
            raise UnknownPersonError(
                f"The store knows nobody called {', '.join(map(repr, unknown[:3]))}; it holds {len(self.people):,} people."
            )
        return core

    def _reach(
        self, core: set[str], begin: pd.Timestamp, since: pd.Timestamp, stop: pd.Timestamp, steps: int, entered: Entered
    ) -> Reach:
        """Whom a small record needs besides those asked for."""
        if steps == 0:
            return Reach(core, set(), set(), begin, since, stop, pd.DataFrame())
        known, companions = self._place_of.keys(), self._shelf.companions(core, begin, stop)
        met = set(companions["person_id"]) | ((self._shelf.named_by(core) | entered.met_by(core, begin, stop)) & known)
        again = met - core
        beyond = self._shelf.met_by(again, since, stop) | entered.met_by(again, since, stop) if steps == 2 else set()
        apart = {other for pair in self._pairs if core & pair for other in pair} - core
        return Reach(core, (met | (beyond & self._willing) | apart) - core, apart, begin, since, stop, companions)

    def _folded(self, tables: dict[str, pd.DataFrame], entered: Entered) -> dict[str, pd.DataFrame]:
        """The tables of a small record with what was entered."""
        return fold_in(tables | {"people": self.people}, entered, self.tz)[0] if len(entered) else tables

    def _separations_of(self, people: set[str]) -> pd.DataFrame:
        """The pairs kept apart that touch any of these people."""
        touched = [place for place, pair in enumerate(self._pairs) if pair & people]
        return self.separations.iloc[touched].reset_index(drop=True)

    def _people_of(self, wanted: set[str], tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
        """Rows of people for those wanted, and for whoever a row of the small record names."""
        named = set(wanted)
        for name, frame in tables.items():
            for column in RECORD_TABLES[name].columns:
                if column.refers_to == "people":
                    named |= set(frame[column.name].dropna().unique())
        places = {self._place_of[person] for person in named}
        places |= {self._place_of[self._worker_of[place]] for place in places if place in self._worker_of}
        rows = self.people.iloc[sorted(places)].reset_index(drop=True)
        here = set(rows["person_id"])
        workers = [worker if worker in here else None for worker in rows["worker_id"].tolist()]
        return rows.assign(worker_id=pd.Series(workers, index=rows.index, dtype=rows["worker_id"].dtype))


def _doubts(record: RecoveryRecord) -> Iterator[str]:
    """What reading the tables would have noted of them, in sentences."""
    for problem in find_problems(record).itertuples():
        if problem.severity == "warning" and problem.rule != "entered_twice":
            yield f"{problem.table}.{problem.column}: {problem.problem} ({problem.n_rows:,} rows). {problem.remedy}"


def _concerning(entered: Entered, core: set[str], others: set[str], times: tuple[pd.Timestamp, ...]) -> Entered:
    """What was entered of some people, and lately of others."""
    begin, since, stop = times
    own, lately = entered.within(begin, stop).of(core), entered.within(since, stop).of(others)
    contacts, steps = pd.concat([own.contacts, lately.contacts]), pd.concat([own.steps, lately.steps])
    return Entered(contacts.drop_duplicates(), steps.drop_duplicates())
