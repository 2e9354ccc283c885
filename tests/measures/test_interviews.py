"""Interviews of nominations: which rows are one interview, who is a member, and what each code counts as."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.measures.interviews import RatedItem, code_of, interviews_of, marked_as, numbers_of

NAN = np.nan


def rows(*given: tuple, columns: tuple[str, ...] = ("ego_id", "alter_id", "asked_at", "weight", "tone")) -> pd.DataFrame:
    frame = pd.DataFrame(given, columns=list(columns))
    if "asked_at" in frame:
        frame["asked_at"] = pd.to_datetime(frame["asked_at"]).dt.tz_localize("Europe/London")
    return frame


def test_rows_of_one_local_day_are_one_interview_and_a_member_counts_once() -> None:
    """An hour before midnight in June is the day before, in London; the first answer given stands, later ones fill it in."""
    frame = rows(
        ("ben", "mum", "2011-06-05 10:00", 1.0, 2.0),
        ("ann", "mum", "2011-06-10 23:30", 1.0, NAN),
        ("ann", "mum", "2011-06-10 09:00", 1.0, 4.0),
        ("ann", "pal", "2011-06-11 00:15", 1.0, 5.0),
        ("ann", "foe", "2011-06-11 00:15", 0.0, 1.0),
    )
    members, interviews = interviews_of(frame, None)
    assert interviews[["person_id", "wave"]].to_numpy().tolist() == [["ann", 1], ["ann", 2], ["ben", 1]]
    assert interviews["asked_at"].dt.strftime("%H:%M").tolist() == ["09:00", "00:15", "10:00"], "when the first was asked"
    found = members.set_index(["ego_id", "alter_id"])[["interview", "tone"]]
    assert found.loc[("ann", "mum")].tolist() == [0, 4] and found.loc[("ann", "pal")].tolist() == [1, 5]
    assert found.loc[("ben", "mum")].tolist() == [2, 2] and len(found) == 3, "a weight of 0 is nobody"


def test_people_who_named_nobody_have_an_interview_without_members() -> None:
    members, interviews = interviews_of(rows(("b", "x", "2011-06-05", 1.0, 1.0)), ["c", "b", "a"])
    assert interviews["person_id"].tolist() == ["a", "b", "c"] and interviews["wave"].tolist() == [1, 1, 1]
    assert interviews["asked_at"].isna().tolist() == [True, False, True] and members["interview"].tolist() == [1]


def test_waves_given_go_before_days() -> None:
    frame = rows((2, "a", "x"), (1, "a", "x"), columns=("wave", "ego_id", "alter_id"))
    members, interviews = interviews_of(frame, None)
    assert interviews["wave"].tolist() == [1, 2] and members["interview"].tolist() == [1, 0] and interviews["asked_at"].isna().all()


def test_of_personal_networks_only_those_named_are_members() -> None:
    around = rn.ego_networks(rn.project(rn.ContactGraph(rn.load_sample("five_people"))), radius=2)
    members, interviews = interviews_of(around, None)
    near = around.alters[around.alters["distance"] == 1]
    assert len(members) == len(near) < len(around.alters) and len(interviews) == 5


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (rows(("a", "x"), columns=("ego_id", "alter_id")), "alter_id and asked_at"),
        (rows(("a", 1), columns=("ego_id", "wave")), "need the columns"),
        (rows(("a", None, 1), columns=("ego_id", "alter_id", "wave")), "some rows lack one"),
        (rows(("a", "x", 0), columns=("ego_id", "alter_id", "wave")), "count 1, 2, 3"),
    ],
)
def test_what_is_no_interview(frame: pd.DataFrame, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        interviews_of(frame, None)


@pytest.mark.parametrize(
    ("code", "text"), [(7, "7"), (7.0, "7"), ("7", "7"), (" 7.50 ", "7.5"), (" heavy ", "heavy"), (None, "None")]
)
def test_a_code_is_the_same_however_it_is_written(code: object, text: str) -> None:
    assert code_of(code) == text


ANSWERS = pd.DataFrame({"drinks": ["heavy", 1.0, None, "1", "not known"], "often": ["3", 2.5, None, 0, 7]})
DRINKS = RatedItem("drinks", {"heavy": 5, 1: 2, "not known": None})


def test_every_code_counts_as_its_number_and_what_is_no_answer_as_nothing() -> None:
    np.testing.assert_array_equal(numbers_of(ANSWERS, DRINKS), [5, 2, NAN, 2, NAN])
    np.testing.assert_array_equal(numbers_of(ANSWERS, RatedItem("often")), [3, 2.5, NAN, 0, 7])
    np.testing.assert_array_equal(numbers_of(ANSWERS, None), [NAN] * 5)


def test_a_mark_is_whether_the_code_is_among_those_named() -> None:
    np.testing.assert_array_equal(marked_as(ANSWERS, DRINKS, frozenset({"heavy"})), [1, 0, NAN, 0, NAN])
    np.testing.assert_array_equal(marked_as(ANSWERS, DRINKS, frozenset()), [NAN] * 5)
    np.testing.assert_array_equal(marked_as(ANSWERS, None, frozenset({"heavy"})), [NAN] * 5)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (RatedItem("drinks", {"heavy": 5, "not known": None}), "2 answers in 'drinks' have no number, the first being '1'"),
        (RatedItem("drinks"), "first being 'heavy'"),
        (RatedItem("mood"), "names the column 'mood'"),
    ],
)
def test_a_code_that_was_not_declared_is_named(item: RatedItem, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        numbers_of(ANSWERS, item)


@pytest.mark.parametrize(("column", "numbers"), [("", None), (3, None), ("x", {"a": np.inf})])
def test_an_item_that_is_none(column: object, numbers: object) -> None:
    with pytest.raises(SchemaError):
        RatedItem(column, numbers)  # type: ignore[arg-type]
