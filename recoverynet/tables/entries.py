"""What workers entered on their page, read from beside a record and folded into its tables."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
import pandas as pd
import pyarrow as pa

from recoverynet.errors import SchemaError
from recoverynet.tables.layouts import OCCASIONS, RECORD_TABLES
from recoverynet.tables.parquet import NotParquet, parquet_table

ENTRY_COLUMNS = (
    "uuid", "recorded_at", "worker_id", "what", "client_id", "group_id", "person_id", "day", "kind", "stage", "reason",
    "supersedes",
)  # fmt: skip
"""One row an entry: who entered it and when, what it says, and which earlier entry it takes the place of."""
CONTACT, STEP, TAKEN_BACK = "contact", "step", "taken_back"
ENTERED, DATABASE, COPY = "entered", "entries.sqlite", "entries.parquet"
_WAIT_SECONDS = 10.0
_COARSE_NANOSECONDS = 100_000_000
Tables = dict[str, pd.DataFrame]
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop", "-")


@dataclass(frozen=True)
class Entered:
    """What was entered and still holds: nothing that a later entry took the place of.

    Attributes
    ----------
    contacts : pandas.DataFrame
        ``uuid``, ``client_id``, ``person_id`` or ``group_id``, ``kind``, ``started_at`` (the first moment of the day).
    steps : pandas.DataFrame
        ``client_id``, ``group_id``, ``stage``, ``at``, ``by_person_id``, ``reason``; in the order they were entered.
    """

    contacts: pd.DataFrame
    steps: pd.DataFrame

    def met_by(self, people: Collection[str], start: pd.Timestamp, end: pd.Timestamp) -> set[str]:
        """Whom some people met as persons in [start, end), by these entries alone."""
        rows = self.within(start, end).contacts
        rows = rows[rows["person_id"].notna()]
        mine = rows["client_id"].isin(list(people))
        theirs = rows["person_id"].isin(list(people))
        return set(rows.loc[mine, "person_id"]) | set(rows.loc[theirs, "client_id"])

    def within(self, start: pd.Timestamp, end: pd.Timestamp) -> Entered:
        """Contacts in [start, end) and steps before ``end``."""
        begun = self.contacts["started_at"]
        return Entered(self.contacts[(begun >= start) & (begun < end)], self.steps[self.steps["at"] < end])

    def of(self, people: Collection[str]) -> Entered:
        """What concerns some people: contacts of or with them, steps of theirs or made by them."""
        ids = list(people)
        contacts = self.contacts["client_id"].isin(ids) | self.contacts["person_id"].isin(ids)
        steps = self.steps["client_id"].isin(ids) | self.steps["by_person_id"].isin(ids)
        return Entered(self.contacts[contacts], self.steps[steps])

    def __len__(self) -> int:
        return len(self.contacts) + len(self.steps)


NOTHING_ENTERED = Entered(
    pd.DataFrame(columns=["uuid", "client_id", "person_id", "group_id", "kind", "started_at"]),
    pd.DataFrame(columns=["client_id", "group_id", "stage", "at", "by_person_id", "reason"]),
)


def entered_folder(record: str | Path) -> Path:
    """Where what is entered on the worker's page of a record lies: a folder in its folder, or beside its file."""
    path = Path(record)
    return path / ENTERED if path.is_dir() else path.with_name(f"{path.name}.{ENTERED}")


def entered_version(record: str | Path) -> tuple[tuple[int, int], ...]:
    """Changes whenever something is entered, and costs nothing to ask."""
    folder = entered_folder(record)
    files = (folder / DATABASE, folder / f"{DATABASE}-wal", folder / COPY)
    return tuple((stat.st_mtime_ns, stat.st_size) if (stat := _stat(file)) else (0, 0) for file in files)


def _stat(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        return None


def read_entered(record: str | Path, tz: str) -> Entered:
    """Everything entered beside a record that still holds, each entry once.

    Raises
    ------
    SchemaError
        It is there and cannot be read.
    """
    return EnteredBeside(Path(record), tz).now()


def _holding(rows: list[tuple[str | None, ...]], tz: str) -> Entered:
    """Entries as contacts and steps: each once, and nothing that a later one took the place of."""
    frame = pd.DataFrame(rows, columns=list(ENTRY_COLUMNS), dtype="str").drop_duplicates("uuid", ignore_index=True)
    frame = frame[~frame["uuid"].isin(frame["supersedes"].dropna())]
    days = pd.to_datetime(frame["day"], format="%Y-%m-%d").dt.as_unit("us")
    at = days.dt.tz_localize(tz, nonexistent="shift_forward", ambiguous=True)
    contacts = frame.assign(started_at=at)[frame["what"] == CONTACT]
    steps = frame.rename(columns={"person_id": "by_person_id"}).assign(at=at)[frame["what"] == STEP]
    return Entered(
        contacts[["uuid", "client_id", "person_id", "group_id", "kind", "started_at"]].reset_index(drop=True),
        steps[["client_id", "group_id", "stage", "at", "by_person_id", "reason"]].reset_index(drop=True),
    )


class EnteredBeside:
    """What was entered beside a record; asked again, it reads what is new.

    Parameters
    ----------
    record : pathlib.Path or None
        Folder or file of the record; None where nothing can be entered.
    tz : str
    """

    def __init__(self, record: Path | None, tz: str) -> None:
        self._record, self._tz = record, tz
        self._lock = Lock()
        self._seen: object = None
        self._rows: list[tuple[str | None, ...]] = []
        self._last = 0
        self._held = NOTHING_ENTERED

    def now(self) -> Entered:
        """Everything entered up to now that holds; the same object as long as nothing new is.

        Raises
        ------
        SchemaError
            It is there and cannot be read.
        """
        if self._record is None or entered_version(self._record) == self._seen:
            return self._held
        with self._lock:
            version = entered_version(self._record)
            if version != self._seen:
                new = self._new_rows(entered_folder(self._record))
                if new:
                    self._rows += new
                    self._held = _holding(self._rows, self._tz)
                self._seen = version if _is_settled(version) else None
            return self._held

    def _new_rows(self, folder: Path) -> list[tuple[str | None, ...]]:
        """Rows that were not there before, in the order they were entered."""
        found: list[tuple[str | None, ...]] = []
        if (folder / DATABASE).is_file():
            rows = _from_sqlite(folder / DATABASE, self._last)
            self._last = max([self._last, *(int(row[0] or 0) for row in rows)])
            found += [row[1:] for row in rows]
        if (folder / COPY).is_file():
            known = {row[0] for row in self._rows}
            found += [row for row in _from_parquet(folder / COPY) if row[0] not in known]
        return found


def _is_settled(version: tuple[tuple[int, int], ...]) -> bool:
    """Whether the files are old enough that a further write would show in their times, which clocks keep coarsely."""
    return time.time_ns() - max(changed for changed, _ in version) > _COARSE_NANOSECONDS


def _from_sqlite(path: Path, after: int) -> list[tuple[str | None, ...]]:
    columns = ", ".join(ENTRY_COLUMNS)
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_WAIT_SECONDS)
        try:
            return connection.execute(f"SELECT seq, {columns} FROM entries WHERE seq > ? ORDER BY seq", (after,)).fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise SchemaError(
            f"What workers entered lies in {str(path)!r} and cannot be read ({error}). Stop other programs that have it open, look "
            "whose it is, and try again; reading without it would leave those entries out."
        ) from error


def _from_parquet(path: Path) -> list[tuple[str | None, ...]]:
    try:
        table = parquet_table(path, COPY)[0]
        return list(zip(*(table[name].to_pylist() for name in ENTRY_COLUMNS), strict=True))
    except (NotParquet, OSError, KeyError) as error:
        raise SchemaError(
            f"What workers entered lies in {str(path)!r} and cannot be read: it is cut short or is no Parquet. Start "
            "`recoverynet serve` once, which writes it anew."
        ) from error


def fold_in(tables: Mapping[str, pd.DataFrame], entered: Entered, tz: str) -> tuple[Tables, tuple[str, ...]]:
    """The tables of a record with what was entered, each contact and step once, and what was done in words.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Typed tables by name.
    entered : Entered
    tz : str

    Returns
    -------
    tables : dict of str to pandas.DataFrame
    notes : tuple of str

    Notes
    -----
    An entry gives a day. A contact of two people counts once where the record holds one of the same kind, day and people
    already; somebody at a group joins the group's occasion of that day, if there is one. A step counts once a client,
    group, stage and day. Entries that name somebody or some group the record does not know are left out.
    """
    if not len(entered):
        return dict(tables), ()
    known = {
        "people": set(_ids(tables, "people", "person_id").tolist()),
        "groups": set(_ids(tables, "groups", "group_id").tolist()),
    }
    contacts, steps = _known_contacts(entered.contacts, known), _known_steps(entered.steps, known)
    at_group = contacts["group_id"].notna()
    with_pairs, n_pairs = _fold_pairs(dict(tables), contacts[~at_group], tz)
    with_meetings, n_meetings = _fold_meetings(with_pairs, contacts[at_group], tz)
    found, n_steps = _fold_steps(with_meetings, steps, tz)
    there = len(contacts) + len(steps) - n_pairs - n_meetings - n_steps
    return found, _in_words(n_pairs + n_meetings, n_steps, there, len(entered) - len(contacts) - len(steps))


def _ids(tables: Mapping[str, pd.DataFrame], table: str, column: str) -> pd.Series:
    return tables[table][column] if table in tables else pd.Series(dtype="str")


def _known_contacts(rows: pd.DataFrame, known: Mapping[str, set[str]]) -> pd.DataFrame:
    other = _among(rows["person_id"], known["people"]) | _among(rows["group_id"], known["groups"])
    apart = ~(rows["person_id"] == rows["client_id"]).to_numpy(dtype=bool)
    answer: pd.DataFrame = rows[
        _among(rows["client_id"], known["people"]) & other & apart & _among(rows["kind"], set(OCCASIONS["kind"].choices))
    ]
    return answer


def _among(values: pd.Series, known: set[str]) -> np.ndarray:
    """Which values are among many known ones: quick where there are few values, as there are of entries."""
    return np.fromiter((value in known for value in values.tolist()), dtype=bool, count=len(values))


def _known_steps(rows: pd.DataFrame, known: Mapping[str, set[str]]) -> pd.DataFrame:
    linkage = RECORD_TABLES["linkage"]
    if rows.empty:
        return rows
    sound = _among(rows["client_id"], known["people"]) & _among(rows["group_id"], known["groups"])
    rows = rows[sound & _among(rows["stage"], set(linkage["stage"].choices))]
    return rows.assign(
        by_person_id=rows["by_person_id"].where(rows["by_person_id"].isin(known["people"])),
        reason=rows["reason"].where(rows["reason"].isin(linkage["reason"].choices)),
    )


def occasion_id(uuid: str) -> str:
    """The id of the occasion an entry makes: letters only, so that no run of digits looks like a telephone number."""
    return f"entry:{uuid.lower().translate(_LETTERS)}"


def _fold_pairs(tables: Tables, rows: pd.DataFrame, tz: str) -> tuple[Tables, int]:
    """Contacts of two people that the record does not hold yet, as occasions of two; how many."""
    if rows.empty:
        return tables, 0
    swap = (rows["client_id"] > rows["person_id"]).to_numpy(dtype=bool)
    one, other = rows["client_id"].where(~swap, rows["person_id"]), rows["person_id"].where(~swap, rows["client_id"])
    rows = rows.assign(one=one, other=other, day=_days(rows["started_at"])).drop_duplicates(["day", "kind", "one", "other"])
    held = _pairs_on_record(tables, set(rows["one"]) | set(rows["other"]), set(rows["day"]))
    rows = rows[[key not in held for key in zip(rows["day"], rows["kind"], rows["one"], rows["other"], strict=True)]]
    ids = rows["uuid"].map(occasion_id).astype("str")
    occasions = rows.assign(occasion_id=ids)[["occasion_id", "started_at", "kind"]]
    parts = [pd.DataFrame({"occasion_id": ids, "person_id": rows[name]}) for name in ("one", "other")]
    found = _added(tables, occasions, pd.concat(parts), tz)
    return found, len(found["occasions"]) - len(_ids(tables, "occasions", "occasion_id"))


def _pairs_on_record(tables: Tables, people: set[str], days: set[str]) -> set[tuple[str, str, str, str]]:
    """Day, kind and two people of every contact of two on record among some people on some days."""
    if "occasions" not in tables or "participation" not in tables:
        return set()
    held = tables["occasions"]
    held = held[held["group_id"].isna() & _near(held["started_at"], days)]
    held = held.assign(day=_days(held["started_at"]))
    held = held[held["day"].isin(days)]
    there = tables["participation"]
    there = there[there["occasion_id"].isin(held["occasion_id"]) & there["person_id"].isin(people)][["occasion_id", "person_id"]]
    both = there.merge(there, on="occasion_id", suffixes=("_one", "_other")).merge(
        held[["occasion_id", "day", "kind"]], on="occasion_id"
    )
    both = both[both["person_id_one"] < both["person_id_other"]]
    return set(zip(both["day"], both["kind"], both["person_id_one"], both["person_id_other"], strict=True))


def _fold_meetings(tables: Tables, rows: pd.DataFrame, tz: str) -> tuple[Tables, int]:
    """Who was at a group, in its first occasion of the day or in a new one; how many of them were not there already."""
    if rows.empty:
        return tables, 0
    rows = rows.assign(day=_days(rows["started_at"]))
    key = ["group_id", "day"]
    held = tables.get("occasions", OCCASIONS.empty(tz))
    held = held[held["group_id"].isin(rows["group_id"]) & _near(held["started_at"], set(rows["day"]))]
    held = held.assign(day=_days(held["started_at"])).sort_values(["started_at", "occasion_id"]).drop_duplicates(key)
    first = rows.drop_duplicates(key).assign(made=lambda new: new["uuid"].map(occasion_id).astype("str"))
    rows = rows.merge(held[[*key, "occasion_id"]], on=key, how="left").merge(first[[*key, "made"]], on=key, how="left")
    new = rows["occasion_id"].isna()
    rows = rows.assign(occasion_id=rows["occasion_id"].fillna(rows["made"]))
    occasions = rows[new].drop_duplicates("occasion_id").assign(kind="meeting")[["occasion_id", "started_at", "kind", "group_id"]]
    people = rows[["occasion_id", "client_id"]].rename(columns={"client_id": "person_id"})
    found = _added(tables, occasions, people, tz)
    return found, len(found["participation"]) - len(_ids(tables, "participation", "occasion_id"))


def _added(tables: Tables, occasions: pd.DataFrame, people: pd.DataFrame, tz: str) -> Tables:
    """Occasions and participation with rows added, none of them twice."""
    found = dict(tables)
    for name, rows, key in (("occasions", occasions, ["occasion_id"]), ("participation", people, ["occasion_id", "person_id"])):
        found[name] = _longer(tables, name, _not_held(tables.get(name), rows, key), tz)
    return found


def _not_held(held: pd.DataFrame | None, rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Rows whose key a table does not hold, each once."""
    rows = rows.drop_duplicates(key)
    if held is None:
        return rows
    there = held.loc[held[key[0]].isin(rows[key[0]]), key]
    return rows[~pd.MultiIndex.from_frame(rows[key]).isin(pd.MultiIndex.from_frame(there))]


def _longer(tables: Tables, name: str, rows: pd.DataFrame, tz: str) -> pd.DataFrame:
    """A table with typed rows below it."""
    schema = RECORD_TABLES[name]
    held = tables[name] if name in tables else schema.empty(tz)
    if rows.empty:
        return held
    added = schema.typed(rows.reset_index(drop=True), tz=tz).dropna(axis="columns", how="all")
    return in_one_piece(pd.concat([held, added], ignore_index=True))


def in_one_piece(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame whose text columns are one piece of memory each: what was put together of many pieces is slow to pick rows of."""
    pieces = {name: pa.array(frame[name].array) for name in frame.columns if frame[name].dtype == "str"}
    many = {name: column for name, column in pieces.items() if isinstance(column, pa.ChunkedArray) and column.num_chunks > 1}
    return frame.assign(**{name: pd.array(column.combine_chunks(), dtype="str") for name, column in many.items()})


def _fold_steps(tables: Tables, steps: pd.DataFrame, tz: str) -> tuple[Tables, int]:
    """The steps on record and those entered, each client, group, stage and day once; how many are new."""
    if steps.empty:
        return tables, 0
    key = ["client_id", "group_id", "stage", "day"]
    held = tables["linkage"] if "linkage" in tables else RECORD_TABLES["linkage"].empty(tz)
    there = pd.MultiIndex.from_frame(held.assign(day=_days(held["at"]))[key])
    steps = steps.assign(day=_days(steps["at"])).drop_duplicates(key)
    new = steps[~pd.MultiIndex.from_frame(steps[key]).isin(there)].drop(columns="day")
    return tables | {"linkage": _longer(tables, "linkage", new, tz)}, len(new)


def _near(instants: pd.Series, days: set[str]) -> pd.Series:
    """Which instants lie within a day of the first and last of some days: all others are on none of them."""
    day = pd.Timedelta(days=1)
    first, last = (pd.Timestamp(each, tz=instants.dt.tz) for each in (min(days), max(days)))
    return (instants >= first - day) & (instants < last + 2 * day)


def _days(instants: pd.Series) -> pd.Series:
    answer: pd.Series = instants.dt.strftime("%Y-%m-%d").astype("str")
    return answer


def _in_words(n_contacts: int, n_steps: int, there: int, unknown: int) -> tuple[str, ...]:
    """How many entries were folded in, were there already, or could not be."""
    page = "entered on the worker's page:"
    notes = [f"{page} {n_contacts:,} contacts and {n_steps:,} steps towards groups were added."]
    if there:
        notes.append(f"{page} {there:,} contacts or steps were on record already and count once.")
    if unknown:
        notes.append(f"{page} {unknown:,} entries were left out: they name a person or group this record does not hold.")
    return tuple(notes)
