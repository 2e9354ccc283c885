"""Who and what is kept from whom: slots that touch, doors that fall to one of two, and views in which nobody meets a rival."""

from __future__ import annotations

from itertools import product

import pytest

import recoverynet as rn
from recoverynet.measures.kept_apart import KeptApart, falls_to, hidden_people
from recoverynet.measures.record_index import Group, index_of


def group(
    group_id: str, start: str | None, *, minutes: float | None = 60.0, place: str | None = "hall", weekday: int | None = 2
) -> Group:
    blank = next(iter(index_of(rn.load_sample("five_people")).groups.values()))
    return blank._replace(group_id=group_id, start_time=start, duration_min=minutes, place=place, weekday=weekday)


def offered(mine: Group, theirs: Group) -> bool:
    """Whether a group that the client has a claim to is offered beside one that somebody to be kept apart goes to."""
    apart = KeptApart("ann", others=frozenset({"ben"}), claimed=frozenset({theirs.group_id}), own=frozenset({mine.group_id}))
    return mine in apart.may_be_offered([mine, theirs])


@pytest.mark.parametrize(
    ("mine", "theirs", "is_offered"),
    [
        (("19:00",), ("20:00",), True),
        (("20:00",), ("19:00",), True),
        (("19:01",), ("20:00",), False),
        (("19:30",), ("19:00",), False),
        (("19:30:00",), ("19:00",), False),
        ((None,), ("19:00",), False),
        (("19:00",), (None,), False),
    ],
)
def test_two_meetings_in_one_place_touch_where_their_hours_do(mine: tuple, theirs: tuple, is_offered: bool) -> None:
    one, other = group("mine", *mine), group("theirs", *theirs)
    assert offered(one, other) == is_offered
    assert offered(one, other._replace(place="elsewhere")) and offered(one, other._replace(weekday=3))


def test_a_meeting_of_unknown_length_may_last_three_hours() -> None:
    for start, is_offered in [("21:59", False), ("22:00", True)]:
        assert offered(group("mine", start), group("theirs", "19:00", minutes=None)) == is_offered


def test_a_group_of_theirs_is_never_offered_and_one_without_a_place_meets_nobody_else() -> None:
    theirs = group("theirs", "19:00")
    apart = KeptApart("ann", others=frozenset({"ben"}), claimed=frozenset({"theirs"}), own=frozenset({"theirs"}))
    assert apart.may_be_offered([theirs]) == []
    for lost in ({"place": None}, {"weekday": None}):
        assert offered(group("mine", "19:00")._replace(**lost), theirs._replace(**lost))


def test_each_thing_falls_to_the_same_one_of_two_whoever_asks() -> None:
    things = [f"group {number}" for number in range(200)]
    for thing in things:
        assert falls_to("ann", "ben", thing) != falls_to("ben", "ann", thing)
    assert 70 < sum(falls_to("ann", "ben", thing) for thing in things) < 130


def test_what_suits_two_clients_is_proposed_to_one_of_them() -> None:
    groups = [group(f"g{number}", "19:00", weekday=number % 7, place=f"place {number}") for number in range(40)]
    views = [
        KeptApart(one, others=frozenset({other}), rivals=frozenset({other})) for one, other in (("ann", "ben"), ("ben", "ann"))
    ]
    first, second = ({each.group_id for each in view.may_be_offered(groups)} for view in views)
    assert first and second and not first & second and len(first | second) == 40
    assert len(KeptApart("ann", others=frozenset({"ben"})).may_be_offered(groups)) == 40, "ben is no client"


def test_whoever_is_hidden_or_close_to_somebody_kept_apart_introduces_nobody() -> None:
    apart = KeptApart("ann", others=frozenset({"ben"}), hidden=frozenset({"ben", "dan"}), friends=frozenset({"eva"}))
    assert [person for person in ("ben", "cat", "dan", "eva") if apart.may_introduce(person)] == ["cat"]
    rival = KeptApart("ann", others=frozenset({"ben"}), rivals=frozenset({"ben"}))
    assert all(rival.may_introduce(person) == falls_to("ann", "ben", person) for person in "abcdefgh")


def test_no_two_people_in_one_view_are_kept_apart_and_the_first_stands() -> None:
    apart = {"ann": frozenset("x"), "x": frozenset(["ann"]), "a": frozenset("bc"), "b": frozenset("a"), "c": frozenset("a")}
    assert hidden_people(apart, "ann", "abcx") == frozenset("bcx")
    assert hidden_people(apart, "ann", "bacx") == frozenset("ax")
    for order in product("abcx", repeat=4):
        shown = (set(order) | {"ann"}) - hidden_people(apart, "ann", dict.fromkeys(order))
        assert not any(other in apart.get(one, ()) for one in shown for other in shown)
