"""Who was where and when, looked up by person or by occasion: made once a record, so that one client's page is quick."""

from __future__ import annotations

import datetime as dt
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from recoverynet.measures.recovery_contacts import PERSONAL_KINDS
from recoverynet.tables.layouts import RECOVERY_GROUP_KINDS
from recoverynet.tables.record import RecoveryRecord, require_record


class Person(NamedTuple):
    """What the table of people says of somebody; None where it says nothing."""

    person_id: str
    role: str
    joined_on: Any
    left_on: Any
    area: str | None
    sex: str | None
    introducer_consent: bool | None
    max_introductions: float | None
    consent_care: bool | None
    safe_contact: bool | None


class Group(NamedTuple):
    """What the table of groups says of one; None where it says nothing."""

    group_id: str
    name: str
    kind: str
    norm: str | None
    weekday: str | None
    recurrence: str | None
    start_time: str | None
    duration_min: float | None
    timezone: str | None
    place: str | None
    area: str | None
    lat: float | None
    lon: float | None
    online: bool | None
    access: str | None
    women_only: bool | None
    ost_friendly: bool | None
    newcomers_welcome: bool | None
    closed_temporarily: bool | None
    valid_from: Any
    valid_to: Any

    @property
    def carries(self) -> str:
        """What going there carries: recovery, supportive, using or unknown."""
        if self.norm == "using":
            return "using"
        if self.kind in RECOVERY_GROUP_KINDS:
            return "recovery"
        return "supportive" if self.kind in ("treatment", "family") or self.norm in ("mixed", "recovery") else "unknown"

    def meets_at(self, at: dt.datetime) -> bool:
        """Whether the group is going at a date: begun, not over and not closed for the time being."""
        begun = self.valid_from is None or self.valid_from <= at
        return begun and (self.valid_to is None or self.valid_to > at) and self.closed_temporarily is not True


class Occasion(NamedTuple):
    """One occasion; ``time`` in microseconds since 1970, ``place`` its position in the table."""

    place: int
    time: int
    kind: str
    group_id: str | None
    setting: str | None
    part: str | None

    @property
    def is_personal(self) -> bool:
        """Whether people met there as persons: neither a meeting nor any other occasion of a group."""
        return self.group_id is None and self.kind in PERSONAL_KINDS


@dataclass(frozen=True)
class _Pointers:
    """Rows of participation in order of one key: those of key k are order[start[k]:start[k + 1]]."""

    order: np.ndarray
    start: np.ndarray

    def rows(self, key: int) -> np.ndarray:
        return self.order[self.start[key] : self.start[key + 1]]


class RecordIndex:
    """A record looked up by person and by occasion.

    Parameters
    ----------
    record : RecoveryRecord
    before : RecordIndex, optional
        That of a record this one goes on from: tables are the same, or have rows below those there were.
    """

    def __init__(self, record: RecoveryRecord, before: RecordIndex | None = None) -> None:
        self.tz = record.tz
        self._tables = {name: getattr(record, name) for name in ("people", "groups", "separations", *_BY_PERSON)}
        self._rows_by: dict[tuple[str, str], tuple[dict[str, int], _Pointers]] = {}
        self._columns: dict[tuple[str, str], Any] = {}
        if before is None:
            self._read(record.occasions, record.participation)
        else:
            self._go_on(before, record.occasions, record.participation)
        self._by_person = _pointers(self._person, self._time[self._place], len(self.ids))
        self._by_occasion = _pointers(self._place, self._person, len(self._time))

    def _read(self, occasions: pd.DataFrame, there: pd.DataFrame) -> None:
        self._occasion_ids = occasions["occasion_id"]
        self._time = microseconds(occasions["started_at"])
        self._kind, self._group, self._setting = (_objects(occasions[name]) for name in _OF_OCCASION)
        self._part = _objects(there["part"])
        self._place = pd.Index(self._occasion_ids).get_indexer(there["occasion_id"])
        self._person, ids = pd.factorize(there["person_id"])
        self.ids = list(ids)
        self._code = {person: code for code, person in enumerate(self.ids)}

    def _go_on(self, before: RecordIndex, occasions: pd.DataFrame, there: pd.DataFrame) -> None:
        """Take over what is the same, and read the rows below."""
        same = {name for name, table in self._tables.items() if table is before._tables[name]}
        self._rows_by.update({key: found for key, found in before._rows_by.items() if key[0] in same})
        self._columns.update({key: found for key, found in before._columns.items() if key[0] in same})
        worked_out = {name: before.__dict__[name] for name, table in _RESTS_ON.items() if table in same and name in before.__dict__}
        self.__dict__.update(worked_out)
        new, joined = occasions.iloc[len(before._time) :], there.iloc[len(before._place) :]
        self._occasion_ids = occasions["occasion_id"]
        self._time = np.concatenate([before._time, microseconds(new["started_at"])])
        pairs = zip((before._kind, before._group, before._setting), _OF_OCCASION, strict=True)
        self._kind, self._group, self._setting = (np.concatenate([held, _objects(new[name])]) for held, name in pairs)
        self._part = np.concatenate([before._part, _objects(joined["part"])])
        wanted = pd.Index(joined["occasion_id"].unique())
        at = np.flatnonzero(self._occasion_ids.isin(wanted).to_numpy(dtype=bool))
        place_of = dict(zip(self._occasion_ids.iloc[at].tolist(), at.tolist(), strict=True))
        self._place = np.concatenate([before._place, np.array([place_of[each] for each in joined["occasion_id"]], dtype=np.intp)])
        people = joined["person_id"].tolist()
        self.ids = before.ids + [person for person in dict.fromkeys(people) if person not in before._code]
        self._code = {person: code for code, person in enumerate(self.ids)}
        self._person = np.concatenate([before._person, np.array([self._code[each] for each in people], dtype=np.intp)])

    @cached_property
    def people(self) -> dict[str, Person]:
        """Everybody of the table of people."""
        return {row.person_id: row for row in named_rows(self._tables["people"], Person)}

    @cached_property
    def groups(self) -> dict[str, Group]:
        """Every group of the table of groups, in its order."""
        return {row.group_id: row for row in named_rows(self._tables["groups"], Group)}

    def rows(self, table: str, person_id: str, column: str | None = None) -> pd.DataFrame:
        """The rows of one person in episodes, observations, nominations or linkage, in the order of the table."""
        frame: pd.DataFrame = self._tables[table]
        return frame.iloc[np.asarray(self._places(table, person_id, column or _BY_PERSON[table]), dtype=np.intp)]

    def _places(self, table: str, person_id: str, column: str) -> Sequence[int] | np.ndarray:
        frame = self._tables[table]
        if (table, column) not in self._rows_by:
            codes, ids = pd.factorize(frame[column])
            known = np.where(codes < 0, len(ids), codes)
            pointers = _pointers(known, np.arange(len(frame)), len(ids) + 1)
            self._rows_by[table, column] = {person: code for code, person in enumerate(ids)}, pointers
        codes_of, pointers = self._rows_by[table, column]
        code = codes_of.get(person_id)
        return [] if code is None else pointers.rows(code)

    def values(self, table: str, person_id: str, names: Iterable[str]) -> list[tuple[Any, ...]]:
        """Some columns of what :meth:`rows` gives as plain values, None where one is missing: much faster for a few rows."""
        places = self._places(table, person_id, _BY_PERSON[table])
        return list(zip(*(self._plain(table, name, places) for name in names), strict=True)) if len(places) else []

    def _plain(self, table: str, name: str, places: Sequence[int] | np.ndarray) -> list[Any]:
        if (table, name) not in self._columns:
            values = self._tables[table][name]
            self._columns[table, name] = values.array if isinstance(values.dtype, pd.DatetimeTZDtype) else _objects(values)
        return [None if value is pd.NaT else value for value in self._columns[table, name][places].tolist()]

    @cached_property
    def apart(self) -> dict[str, frozenset[str]]:
        """Whom each of those who must be kept apart from somebody must be kept apart from."""
        return everybody_apart(self._tables["separations"])

    @cached_property
    def taken(self) -> list[tuple[Any, str, str, str]]:
        """Introductions agreed or made: when, by whom, of which client, to which group."""
        steps = self._tables["linkage"]
        steps = steps[steps["stage"].isin(["accepted", "introduced"]).to_numpy(dtype=bool)]
        return list(zip(*(steps[name].tolist() for name in ("at", "by_person_id", "client_id", "group_id")), strict=True))

    @cached_property
    def willing(self) -> frozenset[str]:
        """Everybody who has agreed to introduce others."""
        return frozenset(person.person_id for person in self.people.values() if person.introducer_consent)

    @cached_property
    def _meetings(self) -> dict[str, list[int]]:
        held: dict[str, list[int]] = {}
        for place in np.argsort(self._time, kind="stable"):
            if self._group[place] is not None:
                held.setdefault(self._group[place], []).append(int(place))
        return held

    def occasions_of(self, person_id: str, start: pd.Timestamp, end: pd.Timestamp) -> list[Occasion]:
        """The occasions of somebody in [start, end), in order of time."""
        code = self._code.get(person_id)
        if code is None:
            return []
        rows = self._by_person.rows(code)
        times = self._time[self._place[rows]]
        first, last = np.searchsorted(times, [to_us(start), to_us(end)], side="left")
        return [self._occasion(int(self._place[row]), self._part[row]) for row in rows[first:last]]

    def others_at(self, occasion: Occasion, person_id: str) -> Iterator[tuple[str, str | None]]:
        """Everybody else who took part, and as what."""
        mine = self._code.get(person_id)
        for row in self._by_occasion.rows(occasion.place):
            if self._person[row] != mine:
                yield self.ids[self._person[row]], self._part[row]

    def meetings_of(self, group_id: str, start: pd.Timestamp, end: pd.Timestamp) -> list[Occasion]:
        """The meetings of a group in [start, end), in order of time."""
        first, last = to_us(start), to_us(end)
        return [self._occasion(place, None) for place in self._meetings.get(group_id, []) if first <= self._time[place] < last]

    def met_by(self, person_id: str, start: pd.Timestamp, end: pd.Timestamp) -> set[str]:
        """Whom somebody met as a person in [start, end)."""
        mine = (occasion for occasion in self.occasions_of(person_id, start, end) if occasion.is_personal)
        return {other for occasion in mine for other, _ in self.others_at(occasion, person_id)}

    def groups_of(self, person_id: str, start: pd.Timestamp, end: pd.Timestamp) -> dict[str, int]:
        """At which groups somebody was in [start, end), and when last."""
        code = self._code.get(person_id)
        if code is None:
            return {}
        places = self._place[self._by_person.rows(code)]
        first, last = np.searchsorted(self._time[places], [to_us(start), to_us(end)], side="left")
        return {self._group[place]: int(self._time[place]) for place in places[first:last] if self._group[place] is not None}

    def instant(self, time: int | None) -> Any:
        """Microseconds since 1970 as an instant of the record's time zone; NaT where there are none."""
        return pd.NaT if time is None else pd.Timestamp(time, unit="us", tz="UTC").tz_convert(self.tz)

    def instants(self, times: Sequence[int]) -> pd.DatetimeIndex:
        """Many of what :meth:`instant` gives, none of them missing: much faster."""
        return pd.DatetimeIndex(np.asarray(times, dtype="datetime64[us]"), tz="UTC").tz_convert(self.tz)

    def _occasion(self, place: int, part: str | None) -> Occasion:
        return Occasion(place, int(self._time[place]), self._kind[place], self._group[place], self._setting[place], part)


_OF_OCCASION = ("kind", "group_id", "setting")
_RESTS_ON = {"people": "people", "willing": "people", "groups": "groups", "apart": "separations", "taken": "linkage"}
"""What is worked out of one table alone."""
_BY_PERSON = {"episodes": "person_id", "observations": "person_id", "nominations": "ego_id", "linkage": "client_id"}


def named_rows(frame: pd.DataFrame, kind: type[Any]) -> list[Any]:
    """Rows of a frame as named tuples, None where a value is missing."""
    columns = [_objects(frame[name]) for name in kind._fields]
    return [kind(*row) for row in zip(*columns, strict=True)]


def everybody_apart(separations: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Whom each of those who must be kept apart from somebody must be kept apart from, whoever a row names first."""
    apart: dict[str, set[str]] = {}
    for one, other in zip(separations["person_id"].tolist(), separations["other_id"].tolist(), strict=True):
        apart.setdefault(one, set()).add(other)
        apart.setdefault(other, set()).add(one)
    return {person: frozenset(others) for person, others in apart.items()}


_INDEXES: dict[int, tuple[weakref.ref[RecoveryRecord], RecordIndex]] = {}


def index_of(record: RecoveryRecord, goes_on_from: RecoveryRecord | None = None) -> RecordIndex:
    """The index of a record: made the first time it is asked for, forgotten with the record.

    Much less work is to be done where the record goes on from another one: where its tables are the same, or hold those of the
    other with rows below.
    """
    require_record(record, "This")
    held = _INDEXES.get(id(record))
    if held is not None and held[0]() is record:
        return held[1]
    key = id(record)
    index = RecordIndex(record, None if goes_on_from is None else index_of(goes_on_from))
    _INDEXES[key] = (weakref.ref(record, lambda _: _INDEXES.pop(key, None)), index)
    return index


def to_us(instant: pd.Timestamp) -> int:
    """An instant as microseconds since 1970."""
    return int(instant.as_unit("us").asm8.astype("int64"))


def microseconds(instants: pd.Series) -> np.ndarray:
    """Instants as microseconds since 1970."""
    answer: np.ndarray = instants.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[us]").astype("int64")
    return answer


def _objects(values: pd.Series) -> np.ndarray:
    """A column as Python objects, None where a value is missing."""
    objects = values.to_numpy(dtype=object, copy=True)
    objects[values.isna().to_numpy()] = None
    return objects


def _pointers(keys: np.ndarray, then_by: np.ndarray, n_keys: int) -> _Pointers:
    order = np.lexsort((then_by, keys))
    return _Pointers(order, np.searchsorted(keys[order], np.arange(n_keys + 1)))
