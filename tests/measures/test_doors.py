"""What keeps a client from a group, one thing at a time; how far away it is; and in which order doors stand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.doors import BARRIERS, Wishes, barriers, between, doors, middle_of, on_substitution, says_access
from recoverynet.measures.kept_apart import KeptApart
from recoverynet.measures.record_index import Group, Person, index_of

TZ = "Europe/London"
AT = pd.Timestamp("2011-06-15", tz=TZ)  # a Wednesday


def group(**said: object) -> Group:
    """A café that says nothing of itself but what is given."""
    blank = dict.fromkeys(Group._fields)
    return Group(**{**blank, "group_id": "cafe", "name": "The Landing", "kind": "recovery_cafe", **said})  # type: ignore[arg-type]


def client(sex: str | None = "M", area: str | None = None) -> Person:
    blank = dict.fromkeys(Person._fields)
    return Person(**{**blank, "person_id": "ann", "role": "client", "sex": sex, "area": area})  # type: ignore[arg-type]


def test_what_a_group_does_not_say_rules_nothing_out() -> None:
    assert barriers(group(), client(), Wishes(), True) == ()


@pytest.mark.parametrize(
    ("said", "who", "wishes", "needs", "barrier"),
    [
        ({"norm": "using"}, client(), Wishes(), False, "recovery"),
        ({"kind": "treatment"}, client(), Wishes(), False, "recovery"),
        ({"newcomers_welcome": False}, client(), Wishes(), False, "newcomers"),
        ({"women_only": True}, client("M"), Wishes(), False, "women"),
        ({"women_only": True}, client(None), Wishes(), False, "women"),
        ({"ost_friendly": False}, client(), Wishes(), True, "substitution"),
        ({"weekday": "monday"}, client(), Wishes(days=("tuesday",)), False, "day"),
        ({}, client(), Wishes(days=("tuesday",)), False, "day"),
        ({"online": True}, client(), Wishes(online=False), False, "online"),
        ({}, client(), Wishes(online=True), False, "online"),
        ({"access": "Loop"}, client(), Wishes(access=("step-free", "loop")), False, "access"),
    ],
)
def test_each_barrier_by_itself(said: dict, who: Person, wishes: Wishes, needs: bool, barrier: str) -> None:
    assert barrier in BARRIERS and barriers(group(**said), who, wishes, needs) == (barrier,)


@pytest.mark.parametrize(
    ("said", "who", "wishes", "needs"),
    [
        ({"women_only": True}, client("F"), Wishes(), False),
        ({"women_only": True}, client("Female"), Wishes(), False),
        ({"women_only": False}, client("M"), Wishes(), False),
        ({"ost_friendly": False}, client(), Wishes(), False),
        ({"ost_friendly": True, "newcomers_welcome": True}, client(), Wishes(), True),
        ({"weekday": "monday"}, client(), Wishes(days=("tuesday", "monday")), False),
        ({"online": True}, client(), Wishes(online=True), False),
        ({}, client(), Wishes(online=False), False),
        ({"access": "Step-free, loop"}, client(), Wishes(access=("LOOP", "step-free")), False),
    ],
)
def test_what_is_as_wished_keeps_nobody_away(said: dict, who: Person, wishes: Wishes, needs: bool) -> None:
    assert barriers(group(**said), who, wishes, needs) == ()


def test_barriers_stand_in_one_order() -> None:
    everything = group(norm="using", newcomers_welcome=False, women_only=True, ost_friendly=False, online=True)
    wishes = Wishes(days=("monday",), online=False, access=("loop",))
    assert barriers(everything, client(), wishes, True) == BARRIERS
    assert says_access(None, ()) and not says_access(None, ("loop",))


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ((0.0, 0.0), (0.0, 90.0), np.pi / 2 * 6371),  # a quarter of the equator
        ((90.0, 0.0), (-90.0, 40.0), np.pi * 6371),  # pole to pole
        ((60.0, 0.0), (60.0, 180.0), np.pi / 3 * 6371),  # over the pole, 30° up and 30° down
        ((51.5, 0.1), (51.5, 0.1), 0.0),
    ],
)
def test_distances_on_a_ball(one: tuple, other: tuple, km: float) -> None:
    assert between(one, other) == pytest.approx(km) and between(other, one) == pytest.approx(km)
    assert np.isnan(between(one, None)) and np.isnan(between(None, other))


def record(**tables: pd.DataFrame) -> rn.RecoveryRecord:
    """Ann, of Quay; cafés a and b of Quay, c of Lock, d of nowhere in particular."""
    groups = pd.DataFrame(
        {
            "group_id": list("dcba"), "name": list("DCBA"), "kind": "recovery_cafe", "norm": "recovery",
            "weekday": ["friday", "thursday", "thursday", "saturday"], "start_time": "10:00",
            "area": [None, "Lock", "Quay", "Quay"],
            "lat": [np.nan, 51.9, 51.0, 53.0], "lon": [np.nan, 1.0, 0.0, 2.0],
        }
    )  # fmt: skip
    people = pd.DataFrame({"person_id": ["ann", "wil"], "role": ["client", "worker"], "sex": ["F", None], "area": ["Quay", None]})
    given = {"groups": groups} | tables
    occasions = given.pop("occasions", pd.DataFrame({"occasion_id": ["o"], "started_at": ["2011-01-10"], "kind": ["call"]}))
    there = given.pop("there", pd.DataFrame({"occasion_id": ["o"], "person_id": ["wil"]}))
    return rn.RecoveryRecord(people, occasions, there, window=("2010-01-01", "2011-07-01"), tz=TZ, **given)


def found(wishes: Wishes | None = None, **tables: pd.DataFrame) -> list:
    made = record(**tables)
    index = index_of(made)
    return doors(index, index.people["ann"], AT, wishes or Wishes(), KeptApart("ann"))


def test_the_next_meeting_stands_first_and_then_the_id() -> None:
    rows = found()
    assert [each.group.group_id for each in rows] == ["b", "c", "d", "a"]
    assert [each.next_at.strftime("%d %H:%M") for each in rows] == ["16 10:00", "16 10:00", "17 10:00", "18 10:00"]
    assert [each.same_area for each in rows] == [True, False, None, True]


def test_without_a_home_the_middle_of_the_area_is_set_out_from() -> None:
    index = index_of(record())
    assert middle_of(index, "Quay") == (52.0, 1.0)  # a at 53, 2; b at 51, 0
    assert middle_of(index, None) is None and middle_of(index, "Hill") is None
    near = {each.group.group_id: each.distance_km for each in found()}
    assert near["c"] == pytest.approx(0.1 * np.pi / 180 * 6371) and np.isnan(near["d"])
    assert [each.group.group_id for each in found(Wishes(max_km=50.0))] == ["c"], "unknown places are not within reach"
    assert [each.group.group_id for each in found(Wishes(max_km=1.0, home=(53.0, 2.0)))] == ["a"]


def linked(stage: str, at: str) -> pd.DataFrame:
    return pd.DataFrame({"client_id": ["ann"], "group_id": ["a"], "stage": [stage], "at": [at]})


@pytest.mark.parametrize("stage", ["offered", "discussed", "accepted"])
def test_what_is_still_open_is_proposed_with_its_step(stage: str) -> None:
    door = next(each for each in found(linkage=linked(stage, "2011-06-01")) if each.group.group_id == "a")
    assert (door.stage, door.stage_at) == (stage, pd.Timestamp("2011-06-01", tz=TZ))


def test_what_was_settled_a_quarter_ago_is_open_again() -> None:
    assert "a" not in [each.group.group_id for each in found(linkage=linked("declined", "2011-03-17"))]  # 90 days are 17 March
    assert "a" in [each.group.group_id for each in found(linkage=linked("declined", "2011-03-16"))]


def test_meetings_more_than_two_weeks_ahead_are_no_doors() -> None:
    later = record().groups.assign(valid_from=["2011-06-30", None, None, "2011-06-24"])
    assert [each.group.group_id for each in found(groups=later)] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("episode", "on"),
    [
        (("2011-02-01", None, "prescribing"), True),
        (("2011-02-01", "2011-06-16", "Prescribing"), True),
        (("2011-02-01", "2011-06-15", "prescribing"), False),
        (("2011-06-15", None, "prescribing"), False),
        (("2011-02-01", None, "psychosocial"), False),
    ],
)
def test_substitution_is_an_open_episode_of_prescribing(episode: tuple, on: bool) -> None:
    start, end, modality = episode
    table = pd.DataFrame({"person_id": ["ann"], "started_on": [start], "ended_on": [end], "modality": [modality]})
    assert on_substitution(index_of(record(episodes=table)), "ann", AT) is on


@pytest.mark.parametrize(
    ("looks", "on"),
    [
        ([("2011-05-01", "ost_stable", "self")], True),
        ([("2011-05-01", "ost_stable", "self"), ("2011-05-02", "abstinent", "worker")], False),
        ([("2011-05-01", "abstinent", "self"), ("2011-05-02", "ost_stable", "worker")], True),
        ([("2011-05-01", "ost_stable", "perceived")], False),
        ([("2011-03-17", "ost_stable", "self")], True),  # the quarter before 15 June begins on 17 March
        ([("2011-03-16", "ost_stable", "self")], False),
        ([("2011-06-15", "ost_stable", "self")], False),
    ],
)
def test_or_the_latest_state_of_the_last_quarter(looks: list[tuple], on: bool) -> None:
    table = pd.DataFrame(looks, columns=["observed_at", "value", "source"]).assign(person_id="ann", variable="state")
    table["perceived_by"] = np.where(table["source"] == "perceived", "wil", None)
    assert on_substitution(index_of(record(observations=table)), "ann", AT) is on


def test_only_what_suits_is_a_door_and_a_need_is_the_records_unless_said_otherwise() -> None:
    unfriendly = record().groups.assign(ost_friendly=[None, False, None, None], women_only=[None, None, None, True])
    prescribed = pd.DataFrame({"person_id": ["ann"], "started_on": ["2011-02-01"], "modality": ["prescribing"]})
    assert [each.group.group_id for each in found(groups=unfriendly)] == ["b", "c", "d", "a"], "she is a woman"
    assert [each.group.group_id for each in found(groups=unfriendly, episodes=prescribed)] == ["b", "d", "a"]
    assert [each.group.group_id for each in found(Wishes(ost=False), groups=unfriendly, episodes=prescribed)] == [
        "b",
        "c",
        "d",
        "a",
    ]
    assert [each.group.group_id for each in found(Wishes(ost=True), groups=unfriendly)] == ["b", "d", "a"]
    assert [each.group.group_id for each in found(Wishes(days=("friday",)))] == ["d"]


def test_a_place_with_half_its_coordinates_is_nowhere() -> None:
    half = record().groups.assign(lat=[np.nan, 51.9, 51.0, np.nan], lon=[0.0, np.nan, 0.0, 2.0])
    assert middle_of(index_of(record(groups=half)), "Quay") == (51.0, 0.0)
    assert [np.isnan(each.distance_km) for each in found(groups=half)] == [False, True, True, True]


@pytest.mark.parametrize(
    ("home", "fits"), [((90.0, -180.0), True), ((-90.0, 180.0), True), ((90.5, 0.0), False), ((0.0, 180.5), False)]
)
def test_home_is_a_pair_of_degrees(home: tuple[float, float], fits: bool) -> None:
    if fits:
        assert Wishes(home=home, max_km=0.5).home == home
        return
    with pytest.raises(rn.SchemaError, match="latitude, longitude"):
        Wishes(home=home)
