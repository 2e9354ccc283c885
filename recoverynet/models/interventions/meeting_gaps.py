"""Where and when meetings are missing: what there is against where and when clients could come, in counts alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.instants import as_instant
from recoverynet.measures.doors import Wishes, kilometres, middle_of, suits
from recoverynet.measures.meetings import WEEKDAYS
from recoverynet.measures.record_index import Group, RecordIndex, index_of
from recoverynet.measures.ways_to_groups import ACTIVE_WITHIN
from recoverynet.tables.consent import consenting
from recoverynet.tables.record import RecoveryRecord, require_record

PARTS = ("morning", "afternoon", "evening")
"""Before noon, before five, and after."""
BEGINS = (0, 12, 17)
NOT_KNOWN = "not known"
SEEN_WITHIN = pd.Timedelta(days=180)
LEAST = 5
TIME_COLUMNS = ("person_id", "weekday", "part")
AREA_PARTS = ("n_go", "n_could", "n_without")
SLOT_STEPS = ("n_could_come", "n_go_to_none", "n_without")


@dataclass(frozen=True, eq=False, repr=False)
class MeetingGaps:
    """Where and when is no meeting that clients could come to, and whom would one more reach?

    Attributes
    ----------
    meetings : pandas.DataFrame
        One row a kind, fellowship, area, weekday and part of the day: ``n_meetings`` of recovery that go on, ``n_online``,
        ``n_access`` (with every word of ``access``; all where none is asked for).
    areas : pandas.DataFrame indexed by area
        ``n_clients``, ``n_meetings`` (in a place there), and the parts of the clients: ``n_go`` to a recovery group already,
        ``n_could`` go to one within reach and do not, ``n_without`` any within reach.
    slots : pandas.DataFrame indexed by area, weekday and part
        ``n_meetings`` in a place there then; ``n_could_come``, clients of the area who could come then; ``n_go_to_none`` of
        them, who go to no recovery group; ``n_without``, those of these within whose reach there is none.
    least : int
    n_left_out : int
        People who did not agree to be counted.
    assumptions : tuple of str
    """

    meetings: pd.DataFrame
    areas: pd.DataFrame
    slots: pd.DataFrame
    least: int
    n_left_out: int
    assumptions: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """What would one more meeting reach, wherever none is?

        Returns
        -------
        pandas.DataFrame indexed by area, weekday and part
            The rows of ``slots`` without a meeting; those that would reach most clients who have none come first.
        """
        empty = self.slots[self.slots["n_meetings"] == 0]
        return empty.sort_values(["n_without", "n_go_to_none", "n_could_come"], ascending=False, kind="stable", na_position="last")

    def __repr__(self) -> str:
        n_meetings = int(self.meetings["n_meetings"].sum())
        return f"<MeetingGaps {n_meetings} meetings, {len(self.areas)} areas, {len(self.to_frame())} times without any>"


def plan_meetings(
    record: RecoveryRecord,
    *,
    listed: pd.DataFrame | None = None,
    times: pd.DataFrame | str = "seen",
    access: Collection[str] = (),
    max_km: float | None = None,
    online: bool = False,
    at: object = None,
    least: int = LEAST,
) -> MeetingGaps:
    """Where and when is no meeting that clients could come to, and how many who have none would one more reach?

    Parameters
    ----------
    record : RecoveryRecord
        Clients who agreed to evaluation; its groups.
    listed : pandas.DataFrame, optional
        Further meetings, such as ``read_meeting_guide(file).tables["groups"]``; one with the id of a group of the record is the
        same.
    times : {"seen", "any"} or pandas.DataFrame
        When clients could come. ``"seen"`` (default): on the weekdays and parts of the day on which they were at anything
        within half a year; who was at nothing, at any time. ``"any"``: at any time. A frame: ``person_id``, ``weekday`` and
        ``part`` ("morning" before noon, "afternoon" before five, "evening"); who is not in it could come at any time.
    access : collection of str
        Words a meeting's ``access`` must hold. Default: none.
    max_km : float, optional
        A meeting is within reach in the client's own area, or so near the middle of the groups of that area as the crow
        flies. Default: in the own area.
    online : bool
        Whether a meeting online is within reach of everybody. Default: only places count.
    at : instant, optional
        Default: the end of the record.
    least : int
        Smallest number of people shown. Default 5; 0 or 1 shows all, for what does not leave the machine.

    Returns
    -------
    MeetingGaps
        ``meetings``, ``areas``, ``slots``, ``to_frame()``: counts, and nobody's id.

    Raises
    ------
    SchemaError
        An argument is none of these, or ``listed`` or ``times`` lacks a column or holds a word that is not known.
    NotEstimableError
        No client who agreed to be counted is there.

    Notes
    -----
    A meeting is within somebody's reach if it is in a place they can come to, at a time they can come, suits them by sex and
    opioid substitution, takes newcomers, and carries recovery. Numbers of people below ``least`` are missing, and so are those
    from which one could be worked out within a row.

    Examples
    --------
    >>> import recoverynet as rn
    >>> gaps = rn.plan_meetings(rn.load_sample("riverside"))
    >>> gaps.areas.loc["Old Town", ["n_clients", "n_meetings"]].astype(int).tolist()
    [55, 5]
    >>> [str(part) for part in gaps.to_frame().index[0]]
    ['Castle Hill', 'monday', 'afternoon']
    """
    require_record(record, "plan_meetings()")
    agreed = consenting(record, "evaluation")
    kept = agreed.record if listed is None else replace(agreed.record, groups=_with_listed(agreed.record.groups, listed))
    now = kept.required_window()[1] if at is None else as_instant(at, kept.tz)
    index = index_of(kept)
    wishes = Wishes(access=access, max_km=max_km)
    groups = [each for each in index.groups.values() if each.carries == "recovery" and each.meets_at(now)]
    clients = _clients(kept, now)
    could = _times(kept, clients, times, now)
    go = _goes(kept, clients, [each.group_id for each in groups], now)
    reach = _reach(index, clients, groups, wishes, could, online, _on_substitution(kept, clients, now))
    slots = _slots(clients, groups, could, go, reach)
    areas = _areas(clients, groups, go, reach)
    return MeetingGaps(
        _meetings(groups, wishes),
        _parts_hidden(areas, least),
        _steps_hidden(slots, least),
        least,
        agreed.n_left_out,
        _assumptions(times, access, max_km, online),
    )


def _with_listed(groups: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Groups of the record and those of a list that are not among them."""
    if not isinstance(listed, pd.DataFrame) or not {"group_id", "kind"} <= set(listed.columns):
        raise SchemaError("listed is a table of groups with group_id and kind, such as read_meeting_guide(file).tables['groups'].")
    new = listed[~listed["group_id"].isin(groups["group_id"])].drop_duplicates("group_id")
    wrong = set(new["weekday"].dropna()) - set(WEEKDAYS) if "weekday" in new else set()
    if wrong:
        raise SchemaError(f"listed has weekdays that are none: {', '.join(map(repr, sorted(map(str, wrong))))}.")
    together = pd.concat([groups, new.reindex(columns=groups.columns)], ignore_index=True)
    return together.astype(groups.dtypes.to_dict())


def _clients(record: RecoveryRecord, at: pd.Timestamp) -> pd.DataFrame:
    people = record.people[record.people["role"] == "client"].set_index("person_id")
    people = people[~(people["left_on"] <= at).fillna(False).to_numpy(dtype=bool)]
    people = people[~(people["joined_on"] > at).fillna(False).to_numpy(dtype=bool)]
    if people.empty:
        raise NotEstimableError("Nobody on the record is a client who agreed to be counted and is there at that time.")
    return people.assign(area=people["area"].astype("object").where(people["area"].notna(), NOT_KNOWN))


def _slot_of(weekday: str | None, start: str | None) -> int:
    """Place of a weekday and a time of day among the 21 of a week; −1 where either is not known."""
    if weekday not in WEEKDAYS or not isinstance(start, str) or not start[:2].isdigit():
        return -1
    return WEEKDAYS.index(weekday) * 3 + _part(int(start[:2]))


def _part(hour: int) -> int:
    return sum(hour >= begin for begin in BEGINS) - 1


def _times(record: RecoveryRecord, clients: pd.DataFrame, times: pd.DataFrame | str, at: pd.Timestamp) -> np.ndarray:
    """Boolean (clients, 21): could come then."""
    could = np.zeros((len(clients), 21), dtype=bool)
    if isinstance(times, pd.DataFrame):
        person, slot = _told(times)
    elif times == "seen":
        there = record.participation.merge(record.occasions[["occasion_id", "started_at"]], on="occasion_id")
        there = there[(there["started_at"] >= at - SEEN_WITHIN) & (there["started_at"] < at)]
        local = there["started_at"].dt.tz_convert(str(record.tz))
        person = there["person_id"].to_numpy()
        slot = (local.dt.day_of_week * 3 + np.searchsorted(BEGINS, local.dt.hour, side="right") - 1).to_numpy()
    elif times == "any":
        person, slot = np.array([], dtype=object), np.array([], dtype=int)
    else:
        raise SchemaError(f"times is 'seen', 'any' or a table of {', '.join(TIME_COLUMNS)}; got {times!r}.")
    place = clients.index.get_indexer(pd.Index(person))
    could[place[place >= 0], slot[place >= 0]] = True
    could[~could.any(axis=1)] = True
    return could


def _told(times: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    missing = [name for name in TIME_COLUMNS if name not in times.columns]
    if missing:
        raise SchemaError(f"times lacks {', '.join(missing)}; it is a table of {', '.join(TIME_COLUMNS)}.")
    day, part = pd.Index(WEEKDAYS).get_indexer(pd.Index(times["weekday"])), pd.Index(PARTS).get_indexer(pd.Index(times["part"]))
    wrong = (day < 0) | (part < 0)
    if wrong.any():
        raise SchemaError(
            f"times has {wrong.sum():,} rows whose weekday is none of {', '.join(WEEKDAYS)} or whose part is none of "
            f"{', '.join(PARTS)}; the first is row {int(np.flatnonzero(wrong)[0]) + 1}."
        )
    return times["person_id"].to_numpy(), day * 3 + part


def _goes(record: RecoveryRecord, clients: pd.DataFrame, group_ids: list[str], at: pd.Timestamp) -> np.ndarray:
    """Boolean (clients,): has been at a group of recovery within six weeks."""
    occasions = record.occasions
    lately = occasions[(occasions["started_at"] >= at - ACTIVE_WITHIN) & (occasions["started_at"] < at)]
    theirs = lately.loc[lately["group_id"].isin(group_ids), "occasion_id"]
    there = record.participation.loc[record.participation["occasion_id"].isin(theirs), "person_id"]
    return np.asarray(clients.index.isin(there))


def _on_substitution(record: RecoveryRecord, clients: pd.DataFrame, at: pd.Timestamp) -> np.ndarray:
    """Boolean (clients,): in an open treatment of prescribing."""
    episodes = record.episodes
    open_now = (episodes["started_on"] < at) & ~(episodes["ended_on"] <= at).fillna(False)
    prescribed = episodes.loc[open_now & (episodes["modality"].astype("str").str.lower() == "prescribing"), "person_id"]
    return np.asarray(clients.index.isin(prescribed))


def _reach(
    index: RecordIndex, clients: pd.DataFrame, groups: list[Group], wishes: Wishes, could: np.ndarray, online: bool, ost: np.ndarray
) -> np.ndarray:
    """Boolean (clients, groups): in a place, at a time and on terms that they could come to."""
    near: dict[str, np.ndarray] = {}
    for area in clients["area"].unique():
        home = middle_of(index, area)
        near[area] = np.array([_near(each, area, home, wishes.max_km, online) for each in groups], dtype=bool)
    suiting: dict[tuple[object, bool], np.ndarray] = {}
    slots = np.array([_slot_of(each.weekday, each.start_time) for each in groups], dtype=int)
    reach = np.zeros((len(clients), len(groups)), dtype=bool)
    for place, (person_id, area) in enumerate(zip(clients.index, clients["area"], strict=True)):
        person = index.people[person_id]
        asked = (person.sex, bool(ost[place]))
        if asked not in suiting:
            suiting[asked] = np.array([suits(each, person, wishes, asked[1]) for each in groups], dtype=bool)
        reach[place] = near[area] & suiting[asked] & (could[place, slots] & (slots >= 0) if len(groups) else True)
    return reach


def _near(group: Group, area: str, home: tuple[float, float] | None, max_km: float | None, online: bool) -> bool:
    if group.online and group.area is None:
        return online
    return group.area == area or (max_km is not None and bool(kilometres(home, group) <= max_km))


def _slots(clients: pd.DataFrame, groups: list[Group], could: np.ndarray, go: np.ndarray, reach: np.ndarray) -> pd.DataFrame:
    names = sorted(set(clients["area"]) | {each.area for each in groups if each.area is not None})
    index = pd.MultiIndex.from_product([names, WEEKDAYS, PARTS], names=["area", "weekday", "part"])
    counts = np.zeros((len(names), 21, 4), dtype=int)
    for each in groups:
        slot = _slot_of(each.weekday, each.start_time)
        if each.area is not None and slot >= 0:
            counts[names.index(each.area), slot, 0] += 1
    without = ~reach.any(axis=1) & ~go
    for place, name in enumerate(names):
        here = (clients["area"] == name).to_numpy()
        for column, who in enumerate((here, here & ~go, here & without), start=1):
            counts[place, :, column] = could[who].sum(axis=0)
    return pd.DataFrame(counts.reshape(-1, 4), index=index, columns=["n_meetings", "n_could_come", "n_go_to_none", "n_without"])


def _areas(clients: pd.DataFrame, groups: list[Group], go: np.ndarray, reach: np.ndarray) -> pd.DataFrame:
    any_in_reach = reach.any(axis=1)
    counted = pd.DataFrame({"area": clients["area"], "n_go": go, "n_could": ~go & any_in_reach, "n_without": ~go & ~any_in_reach})
    frame = counted.groupby("area").sum().astype(int)
    frame.insert(0, "n_clients", counted.groupby("area").size())
    where = pd.Series([each.area for each in groups], dtype=object).value_counts()
    frame.insert(1, "n_meetings", where.reindex(frame.index).fillna(0).astype(int))
    return frame


def _meetings(groups: list[Group], wishes: Wishes) -> pd.DataFrame:
    rows = [
        (
            each.kind, each.area or NOT_KNOWN, each.weekday or NOT_KNOWN,
            PARTS[slot % 3] if (slot := _slot_of(each.weekday, each.start_time)) >= 0 else NOT_KNOWN,
            bool(each.online), all(word.lower() in (each.access or "").lower() for word in wishes.access),
        )
        for each in groups
    ]  # fmt: skip
    by = ["kind", "area", "weekday", "part"]
    frame = pd.DataFrame(rows, columns=[*by, "n_online", "n_access"])
    found = frame.groupby(by, sort=True)[["n_online", "n_access"]].sum().astype(int)
    found.insert(0, "n_meetings", frame.groupby(by, sort=True).size())
    return found.reset_index()


def _parts_hidden(frame: pd.DataFrame, least: int) -> pd.DataFrame:
    """Areas whose small parts are missing, and so is the next smallest where one alone could be worked out from the others."""
    shown = frame.astype({name: float for name in ("n_clients", *AREA_PARTS)})
    for area, row in frame.iterrows():
        if 0 < row["n_clients"] < least:
            shown.loc[area, ["n_clients", *AREA_PARTS]] = np.nan
            continue
        parts = row[list(AREA_PARTS)].sort_values(kind="stable")
        hidden = parts[(parts > 0) & (parts < least)].index.tolist()
        others = [name for name in parts.index if name not in hidden]
        if len(hidden) == 1:
            hidden.append(next((name for name in others if parts[name] > 0), others[0]))
        shown.loc[area, hidden] = np.nan
    return shown


def _steps_hidden(frame: pd.DataFrame, least: int) -> pd.DataFrame:
    """Times of which a small number, and one that differs by a small number from one it is part of, is missing."""
    shown = frame.astype(dict.fromkeys(SLOT_STEPS, float))
    for place, name in enumerate(SLOT_STEPS):
        values = frame[name]
        small = (values > 0) & (values < least)
        for larger in SLOT_STEPS[:place]:
            gap = frame[larger] - values
            small |= (gap > 0) & (gap < least)
        shown[name] = values.astype(float).mask(small)
    return shown


def _assumptions(times: pd.DataFrame | str, access: Collection[str], max_km: float | None, online: bool) -> tuple[str, ...]:
    told = "Clients could come when a table says; those it does not name, at any time."
    seen = "Clients could come on the weekdays and parts of the day on which they were at anything within half a year."
    when = told if isinstance(times, pd.DataFrame) else seen if times == "seen" else "Clients could come at any time."
    where = "A meeting is within reach in the client's own area"
    where += f", or within {max_km:g} km of the middle of its groups." if max_km is not None else "."
    return (
        when,
        where + (" Meetings online are within everybody's reach." if online else " Meetings online do not count."),
        *([f"A meeting must say of itself: {', '.join(access)}."] if access else []),
        "Being within reach is not coming: how many would come is not counted here.",
    )
