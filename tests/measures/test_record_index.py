"""A record looked up by person: the index of a record that goes on from another is the one it would have by itself."""

from __future__ import annotations

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.record_index import RecordIndex, everybody_apart, index_of
from recoverynet.tables.entries import Entered, fold_in
from recoverynet.tables.record import RecoveryRecord

FIRST, LAST = pd.Timestamp("2000-01-01", tz="Europe/London"), pd.Timestamp("2030-01-01", tz="Europe/London")


def entered(contacts: list[tuple[object, ...]], steps: list[tuple[object, ...]]) -> Entered:
    """Entries of five_people, on days after its record begins."""
    days = pd.DataFrame(contacts, columns=["uuid", "client_id", "person_id", "group_id", "kind", "started_at"])
    taken = pd.DataFrame(steps, columns=["client_id", "group_id", "stage", "at", "by_person_id", "reason"])
    text = {name: "str" for name in ("uuid", "client_id", "person_id", "group_id", "kind")}
    days = days.astype(text).assign(started_at=pd.to_datetime(days["started_at"]).dt.tz_localize("Europe/London").dt.as_unit("us"))
    taken = taken.assign(at=pd.to_datetime(taken["at"]).dt.tz_localize("Europe/London").dt.as_unit("us"))
    return Entered(days, taken.astype({name: "str" for name in ("client_id", "group_id", "stage", "by_person_id", "reason")}))


def everything(index: RecordIndex) -> dict[str, object]:
    """All that can be looked up."""
    people = sorted(index.people)
    return {
        "people": index.people,
        "groups": index.groups,
        "willing": index.willing,
        "apart": index.apart,
        "taken": sorted(map(str, index.taken)),
        "occasions": {person: index.occasions_of(person, FIRST, LAST) for person in people},
        "others": {
            person: [sorted(index.others_at(occasion, person), key=str) for occasion in index.occasions_of(person, FIRST, LAST)]
            for person in people
        },
        "at groups": {person: index.groups_of(person, FIRST, LAST) for person in people},
        "meetings": {group: index.meetings_of(group, FIRST, LAST) for group in index.groups},
        "linkage": {person: index.values("linkage", person, ("group_id", "stage", "at")) for person in people},
        "observations": {person: index.values("observations", person, ("observed_at", "variable")) for person in people},
    }


@pytest.mark.parametrize("contacts_and_steps", ["a call", "at a group", "a step", "all of them", "nothing"])
def test_going_on_is_reading_anew(contacts_and_steps: str) -> None:
    record = rn.load_sample("five_people")
    clients = record.people.loc[record.people["role"] == "client", "person_id"].tolist()
    other = record.people.loc[~record.people["person_id"].isin(clients[:1]), "person_id"].iloc[-1]
    group, day = record.groups["group_id"].iloc[0], "2011-04-01"
    call = [("u1", clients[0], other, None, "call", day)]
    there = [("u2", clients[-1], None, group, "meeting", day), ("u3", clients[0], None, group, "meeting", "2011-04-09")]
    step = [(clients[0], group, "accepted", day, other, None)]
    given = {
        "a call": (call, []), "at a group": (there, []), "a step": ([], step), "all of them": (call + there, step),
        "nothing": ([], []),
    }[contacts_and_steps]  # fmt: skip
    assert record.window is not None
    everything(index_of(record))
    tables, _ = fold_in(record.tables(), entered(*given), record.tz)
    longer = RecoveryRecord.of_checked(tables, window=record.window, tz=record.tz)
    by_itself = everything(RecordIndex(RecoveryRecord.of_checked(tables, window=record.window, tz=record.tz)))
    gone_on = everything(index_of(longer, goes_on_from=record))
    for name, wanted in by_itself.items():
        assert gone_on[name] == wanted, name
    if given[0]:
        assert by_itself["occasions"] != everything(index_of(record))["occasions"], "the entries are in"


def test_looked_up_is_what_the_tables_say() -> None:
    """Every occasion of a person and every meeting of a group, in order, with both ends of the time asked for."""
    record = rn.load_sample("five_people")
    index = index_of(record)
    occasions = record.occasions.sort_values("started_at").reset_index(drop=True)
    there = record.participation.merge(occasions, on="occasion_id").sort_values("started_at")
    assert there["group_id"].notna().any() and there["group_id"].isna().any()
    for start, end in [(FIRST, LAST), (occasions["started_at"].iloc[1], occasions["started_at"].iloc[-1])]:
        inside = there[(there["started_at"] >= start) & (there["started_at"] < end)]
        for person in record.people["person_id"]:
            mine = inside[inside["person_id"] == person]
            found = index.occasions_of(person, start, end)
            assert [index.instant(each.time) for each in found] == mine["started_at"].tolist()
            last = mine.dropna(subset="group_id").groupby("group_id")["started_at"].max()
            assert {group: index.instant(time) for group, time in index.groups_of(person, start, end).items()} == last.to_dict()
        held = occasions[(occasions["started_at"] >= start) & (occasions["started_at"] < end)]
        for group in record.groups["group_id"]:
            found = index.meetings_of(group, start, end)
            assert [index.instant(each.time) for each in found] == held.loc[held["group_id"] == group, "started_at"].tolist()
            assert {each.group_id for each in found} <= {group}


@pytest.mark.parametrize(
    ("begins", "ends", "closed", "meets"),
    [
        (None, None, None, True), (0, None, None, True), (1, None, None, False), (None, 0, None, False), (None, 1, None, True),
        (-1, 1, False, True), (None, None, True, False), (-1, 1, True, False),
    ],
)  # fmt: skip
def test_a_group_meets_from_its_first_day_to_before_its_last_unless_closed(begins, ends, closed, meets) -> None:  # type: ignore[no-untyped-def]
    at = pd.Timestamp("2011-04-01")
    first, last = (None if days is None else at + pd.Timedelta(days=days) for days in (begins, ends))
    group = next(iter(index_of(rn.load_sample("five_people")).groups.values()))
    assert group._replace(valid_from=first, valid_to=last, closed_temporarily=closed).meets_at(at) == meets


@pytest.mark.parametrize(
    ("kind", "norm", "carries"),
    [
        ("mutual_aid", "recovery", "recovery"), ("mutual_aid", "using", "using"), ("recovery_cafe", None, "recovery"),
        ("treatment", None, "supportive"), ("family", "unknown", "supportive"), ("other", "mixed", "supportive"),
        ("other", "recovery", "supportive"), ("other", "using", "using"), ("other", "unknown", "unknown"),
        ("other", None, "unknown"),
    ],
)  # fmt: skip
def test_what_going_to_a_group_carries(kind, norm, carries) -> None:  # type: ignore[no-untyped-def]
    group = next(iter(index_of(rn.load_sample("five_people")).groups.values()))
    assert group._replace(kind=kind, norm=norm).carries == carries


def test_whom_each_must_be_kept_apart_from() -> None:
    pairs = pd.DataFrame({"person_id": ["a", "b", "a"], "other_id": ["b", "c", "d"]}, dtype="str")
    found = everybody_apart(pairs)
    assert found == {"a": frozenset("bd"), "b": frozenset("ac"), "c": frozenset("b"), "d": frozenset("a")}
    assert everybody_apart(pairs.iloc[:0]) == {}
