"""Windows of waves, who is there in each, and what is known of people as arrays: by hand, at every bound."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recoverynet.errors import SchemaError, TimeOrderError
from recoverynet.graphs.waves import (
    covariates_of,
    numbers_by_wave,
    outcomes_by_wave,
    presence,
    undated_waves,
    wave_windows,
    words_by_wave,
    worth,
)
from recoverynet.states import RECOVERY_STATES

TZ = "Europe/London"
NAN = np.nan


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz=TZ)


def test_a_wave_runs_from_its_break_to_the_next_in_local_time() -> None:
    waves = wave_windows(["2011-03-01", "2011-04-01", pd.Timestamp("2011-05-01", tz="UTC")], TZ)
    assert waves.index.tolist() == [1, 2] and waves.index.name == "wave"
    assert waves["start"].tolist() == [day("2011-03-01"), day("2011-04-01")]
    assert waves["end"].tolist() == [day("2011-04-01"), day("2011-05-01 01:00")]


@pytest.mark.parametrize(
    ("breaks", "error", "words"),
    [
        (["2011-03-01", "2011-05-01", "2011-04-01"], TimeOrderError, "break 2 is 2011-05-01.*break 3 is 2011-04-01"),
        (["2011-03-01", "2011-03-01"], TimeOrderError, "break 1"),
        (["2011-03-01"], SchemaError, "got 1"),
        ("2011-03-01", SchemaError, "the text"),
    ],
)
def test_breaks_follow_each_other(breaks: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        wave_windows(breaks, TZ)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("joined", "left", "here"),
    [
        (None, None, [True, True, True]),
        ("2011-04-01", None, [False, True, True]),  # the first instant of wave 2 is not of wave 1
        ("2011-03-31", None, [True, True, True]),
        (None, "2011-04-01", [True, False, False]),  # the day after the last
        (None, "2011-04-02", [True, True, False]),
        ("2011-04-10", "2011-04-20", [False, True, False]),
        ("2011-04-20", "2011-04-10", [False, False, False]),
        ("2011-04-10", "2011-04-10", [False, False, False]),
    ],
)
def test_somebody_is_there_where_their_days_overlap_the_wave(joined: str | None, left: str | None, here: list[bool]) -> None:
    """The first row says nothing, so that the columns are not empty for want of a date."""
    people = pd.DataFrame(
        {"joined_on": [day("2000-01-01"), joined and day(joined)], "left_on": [day("2030-01-01"), left and day(left)]}
    )
    waves = wave_windows(["2011-03-01", "2011-04-01", "2011-05-01", "2011-06-01"], TZ)
    assert presence(people, waves).tolist() == [[True] * 3, here]
    assert presence(people.iloc[1:], waves).tolist() == [here]
    more = pd.concat([people, pd.DataFrame({"joined_on": [pd.NaT], "left_on": [pd.NaT]})])
    assert presence(more, waves).tolist() == [[True] * 3, here, [True] * 3]
    assert presence(people, undated_waves(2)).all(), "waves without dates"
    assert presence(pd.DataFrame(index=["a"]), waves).tolist() == [[True] * 3]


def test_attributes_become_arrays_and_dates_consents_and_empty_columns_do_not() -> None:
    people = pd.DataFrame(
        {
            "age": pd.array([30, None], dtype="Int64"), "sex": pd.array(["F", None], dtype="str"), "housed": [True, False],
            "joined_on": pd.DatetimeIndex(["2011-01-01", None], tz=TZ), "consent_care": [True, False], "max_introductions": [1, 2],
            "seen_on": pd.DatetimeIndex(["2011-01-01", None], tz=TZ),
            "empty": [None, None],
        }
    )  # fmt: skip
    found = covariates_of(people)
    assert list(found) == ["age", "sex", "housed"]
    np.testing.assert_array_equal(found["age"], [30, NAN])
    assert found["sex"].tolist() == ["F", None] and found["housed"].dtype == float and found["housed"].tolist() == [1, 0]


def test_codes_stand_for_words_and_numbers_and_the_last_for_unknown() -> None:
    codes = np.array([[0, -1], [1, 2]])
    words = words_by_wave(codes, RECOVERY_STATES, pd.Index(["a", "b"]))
    states = RECOVERY_STATES.states
    assert words.to_numpy().tolist() == [[states[0], "unknown"], [states[1], states[2]]]
    assert words.columns.tolist() == [1, 2]
    np.testing.assert_array_equal(numbers_by_wave(np.array([[0, -1], [1, 0]]), np.array([7.0, 9.0])), [[7, NAN], [9, 7]])


def test_an_answer_is_worth_its_number_or_1_where_it_is_among_the_words() -> None:
    np.testing.assert_array_equal(worth("x", ["3", "unknown", 4], None), [3, NAN, 4])
    assert worth("x", ["own", "rent", "street"], {"own", "rent"}).tolist() == [1, 1, 0]
    assert worth("x", ["own", "w"], "own").tolist() == [1, 0], "one word is not its letters"
    with pytest.raises(SchemaError, match="1 different values.*'many'"):
        worth("x", ["3", "many"], None)


def test_an_outcome_holds_as_long_as_it_is_said_to() -> None:
    """Seen on 5 and 20 March; the moments are the ends of March and April; a month and a day are 32 days."""
    seen = pd.DataFrame(
        {
            "person_id": ["a", "a", "b"], "observed_at": pd.DatetimeIndex(["2011-03-05", "2011-03-20", "2011-03-05"], tz=TZ),
            "variable": "score", "value": ["1", "2", "5"], "source": "self",
        }
    )  # fmt: skip
    moments = [int(day(text).tz_convert("UTC").as_unit("us").value // 1000) for text in ("2011-04-01", "2011-05-01")]
    asked = {"sources": ["self"], "rule": "priority"}
    length = 32 * 86_400 * 10**6
    found = outcomes_by_wave(seen, ["score"], pd.Index(["a", "b", "c"]), moments, lasting=length, **asked)
    np.testing.assert_array_equal(found["score"], [[2, NAN], [5, NAN], [NAN, NAN]])
    for_good = outcomes_by_wave(seen, "score", pd.Index(["a", "b"]), moments, lasting=None, **asked)
    np.testing.assert_array_equal(for_good["score"], [[2, 2], [5, 5]])
    with pytest.raises(SchemaError, match="carried by the norm"):
        outcomes_by_wave(seen, ["state"], pd.Index(["a"]), moments, lasting=None, **asked)
