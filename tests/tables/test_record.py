"""The record: whole or refused, with a message that says where and how many."""

from __future__ import annotations

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.record import as_instant, day_in_words

PEOPLE = pd.DataFrame({"person_id": ["a", "b"], "role": ["client", "peer"]})
OCCASIONS = pd.DataFrame({"occasion_id": ["o1"], "started_at": ["2011-03-01T19:30"], "kind": ["call"]})
PARTICIPATION = pd.DataFrame({"occasion_id": ["o1", "o1"], "person_id": ["a", "b"]})


def record(
    people: pd.DataFrame = PEOPLE, occasions: pd.DataFrame = OCCASIONS, participation: pd.DataFrame = PARTICIPATION, **more: object
) -> rn.RecoveryRecord:
    return rn.RecoveryRecord(people, occasions, participation, **more)


def test_every_table_is_there() -> None:
    tables = record().tables()
    assert list(tables) == list(RECORD_TABLES)
    assert tables["episodes"].empty and tables["episodes"].columns.tolist() == list(RECORD_TABLES["episodes"].names)


def test_the_window_runs_from_the_first_day_to_the_day_after_the_last() -> None:
    seen = record(
        observations=pd.DataFrame(
            {"person_id": ["a"], "observed_at": ["2011-03-27T23:30"], "variable": ["state"], "value": ["using"], "source": ["self"]}
        )
    )
    assert seen.window == (as_instant("2011-03-01", "Europe/London"), as_instant("2011-03-28", "Europe/London"))
    assert seen.period_in_words() == "1 March 2011 to 27 March 2011"
    assert record(occasions=OCCASIONS[:0], participation=PARTICIPATION[:0]).window is None


def test_a_window_given_is_kept_through_a_change_of_tables() -> None:
    given = record(window=("2011-01-01", "2012-01-01"))
    assert given.with_tables(people=PEOPLE.assign(area="north")).window == given.window
    with pytest.raises(rn.TimeOrderError, match="must end after it starts"):
        record(window=("2012-01-01", "2011-01-01"))


@pytest.mark.parametrize(
    ("error", "words", "spoilt"),
    [
        (
            rn.SchemaError,
            r"'people' holds 1 rows that repeat an earlier one in person_id",
            {"people": pd.concat([PEOPLE, PEOPLE[:1]])},
        ),
        (
            rn.SchemaError,
            r"'role' of table 'people' holds 1 values that are not known.*'friend'.*client, peer",
            {"people": PEOPLE.assign(role=["client", "friend"])},
        ),
        (
            rn.SchemaError,
            r"'duration_min' of table 'occasions' must be at least 0; 1 values are not.*-5",
            {"occasions": OCCASIONS.assign(duration_min=-5)},
        ),
        (
            rn.TimeOrderError,
            r"'left_on' stands before 'joined_on'",
            {"people": PEOPLE.assign(joined_on="2011-02-01", left_on="2011-01-01")},
        ),
        (
            rn.UnknownPersonError,
            r"'person_id' of table 'participation' names 1 ids .*'people' does not hold.*'z'",
            {"participation": PARTICIPATION.assign(person_id=["a", "z"])},
        ),
        (
            rn.UnknownPersonError,
            r"'occasion_id' of table 'participation' names 1 ids",
            {"participation": PARTICIPATION.assign(occasion_id=["o1", "o9"])},
        ),
        (rn.UnknownPersonError, r"'worker_id' of table 'people'", {"people": PEOPLE.assign(worker_id="w9")}),
        (
            rn.SchemaError,
            r"'person_id' and 'other_id' are the same",
            {"separations": pd.DataFrame({"person_id": ["a"], "other_id": ["a"]})},
        ),
    ],
)
def test_a_faulty_record_is_refused(error: type[Exception], words: str, spoilt: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(error, match=words):
        record(**spoilt)


def test_named_third_parties_need_not_be_known() -> None:
    named = record(nominations=pd.DataFrame({"ego_id": ["a"], "alter_id": ["sister"], "asked_at": ["2011-03-01"]}))
    assert named.nominations["alter_id"].tolist() == ["sister"]


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(rn.SchemaError, match="'London' is not a time zone"):
        record(tz="London")


def test_the_frames_given_are_not_changed() -> None:
    people = PEOPLE.copy()
    record(people=people)
    pd.testing.assert_frame_equal(people, PEOPLE)


def test_days_in_words_and_instants() -> None:
    assert day_in_words(as_instant("2011-03-07T23:59", "Europe/London")) == "7 March 2011"
    with pytest.raises(rn.SchemaError, match="is not a date"):
        as_instant("soon", "Europe/London")
    with pytest.raises(rn.SchemaError, match="missing"):
        as_instant(pd.NaT, "Europe/London")
