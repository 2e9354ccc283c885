"""The contact log at the door: occasions and participation, worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recoverynet as rn
from recoverynet.tables.contact_log import unfold_contact_log
from recoverynet.tables.layouts import CONTACT_LOG

HEAD = "started_at,person_id,with_person_id,group_id,kind,duration_min,mode,source\n"
LOG = HEAD + (
    "2011-03-01T19:40,007,,g1,,60,hall,paper\n"
    "2011-03-01T19:30,NA,,g1,meeting,90,hall,paper\n"
    "2011-03-01T20:00,w1,,g1,social,,zoom,app\n"
    "2011-03-02T10:00,007,w1,,call,10,phone,app\n"
    "2011-03-02T10:00,w1,007,,call,12,phone,app\n"
    "2011-03-02T10:00,007,w1,,text,,phone,app\n"
    "2011-03-08T00:30,007,,g1,,30,hall,paper\n"
)


def people_at(record: rn.RecoveryRecord) -> dict[str, set[str]]:
    return record.participation.groupby("occasion_id")["person_id"].agg(set).to_dict()


@pytest.fixture
def logged(folder):
    def read(log: str, **files) -> rn.RecoveryRecord:
        none = {"occasions.csv": None, "participation.csv": None}
        return rn.read_record(folder(**{**none, "contact_log.csv": log, **files}))

    return read


def test_one_group_and_day_is_one_occasion_and_two_people_are_another(logged) -> None:
    record = logged(LOG)
    occasions = record.occasions.set_index("occasion_id")
    assert occasions.index.tolist() == ["log:g1:2011-03-01", "log:000001", "log:000002", "log:g1:2011-03-08"]
    meeting = occasions.loc["log:g1:2011-03-01"]
    assert meeting["started_at"] == pd.Timestamp("2011-03-01T19:30Z"), "the earliest"
    assert meeting["duration_min"] == 90, "the longest"
    assert meeting["kind"] == "meeting" and meeting["setting"] == "hall", "the most common"
    assert meeting["group_id"] == "g1" and meeting["source"] == "paper"
    assert occasions.loc["log:000001", ["kind", "duration_min"]].tolist() == ["call", 12]
    assert occasions.loc["log:000002", "kind"] == "text"
    assert people_at(record) == {
        "log:g1:2011-03-01": {"007", "NA", "w1"},
        "log:000001": {"007", "w1"},
        "log:000002": {"007", "w1"},
        "log:g1:2011-03-08": {"007"},
    }


def test_the_notes_say_how(logged) -> None:
    notes = " ".join(logged(LOG).notes)
    assert "4 rows at groups became 2 occasions" in notes
    assert "3 contacts of two people became 2 occasions" in notes and "1 contacts of two people were entered" in notes


def test_kinds_that_are_not_said(logged) -> None:
    record = logged("started_at,person_id,with_person_id,group_id\n2011-03-01,007,w1,\n2011-03-01,007,,g1\n")
    assert record.occasions.set_index("occasion_id")["kind"].to_dict() == {
        "log:000001": "one_to_one",
        "log:g1:2011-03-01": "meeting",
    }


def test_the_day_is_the_local_day(logged) -> None:
    record = logged("started_at,person_id,group_id\n2011-07-01T22:30Z,007,g1\n2011-07-01T23:30Z,NA,g1\n")
    assert record.occasions["occasion_id"].tolist() == ["log:g1:2011-07-01", "log:g1:2011-07-02"]


def test_somebody_met_at_a_group_was_there_too(logged) -> None:
    record = logged("started_at,person_id,with_person_id,group_id\n2011-03-01,007,NA,g1\n2011-03-01,NA,,g1\n")
    assert people_at(record) == {"log:g1:2011-03-01": {"007", "NA"}}


def test_a_log_joins_the_occasions_there_are(logged) -> None:
    occasions = (
        "occasion_id,started_at,kind,group_id\no1,2011-03-01T19:30,meeting,g1\n"
        "o2,2011-03-08T10:00,meeting,g1\no3,2011-03-08T19:00,meeting,g1\n"
    )
    record = logged(
        "started_at,person_id,group_id\n2011-03-01,NA,g1\n2011-03-01,007,g1\n2011-03-08,NA,g1\n",
        **{"occasions.csv": occasions, "participation.csv": "occasion_id,person_id,part\no1,007,host\n"},
    )
    assert record.occasions["occasion_id"].tolist() == ["o1", "o2", "o3", "log:g1:2011-03-08"]
    assert people_at(record) == {"o1": {"007", "NA"}, "log:g1:2011-03-08": {"NA"}}
    assert record.participation.query("person_id == '007'")["part"].tolist() == ["host"], "what was known is kept"
    assert "2 rows at groups joined 1 occasions" in " ".join(record.notes)


def test_an_id_the_log_needs_is_refused(logged) -> None:
    with pytest.raises(rn.SchemaError, match="'log:000001', which the contact log needs"):
        logged(
            "started_at,person_id,with_person_id\n2011-03-01,007,w1\n",
            **{
                "occasions.csv": "occasion_id,started_at,kind\nlog:000001,2011-03-01,call\n",
                "participation.csv": "occasion_id,person_id\n",
            },
        )


def test_faults_of_a_log(logged, folder, told) -> None:
    log = HEAD + "2011-03-01,007,007,,,,,\n2011-03-01,007,,,,,,\n2011-03-01,007,zed,,,,,\n2011-03-01,007,,g9,,,,\n"
    place = folder(**{"occasions.csv": None, "participation.csv": None, "contact_log.csv": log})
    told(place, "same_person", table="contact_log", rows=[2])
    told(place, "with_nobody", table="contact_log", rows=[3])
    told(place, "unknown_id", table="contact_log", column="with_person_id", rows=[4])
    told(place, "unknown_id", table="contact_log", column="group_id", rows=[5])
    left = rn.read_record(place, on_problems="leave_out")
    assert left.occasions.empty and len([note for note in left.notes if "contact_log: left out 1 row" in note]) == 4


def test_an_empty_log_is_no_contact(logged) -> None:
    assert logged("started_at,person_id,with_person_id\n").occasions.empty


ROW = st.tuples(
    st.sampled_from(["2011-03-01", "2011-03-01T10:00", "2011-03-02T23:30"]),
    st.sampled_from("abc"),
    st.sampled_from(["d", "e", None]),
    st.sampled_from(["g1", "g2", None]),
    st.sampled_from(["call", "meeting", None]),
    st.sampled_from([10.0, 20.0, None]),
).filter(lambda row: row[2] is not None or row[3] is not None)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=8), st.randoms())
def test_the_order_of_rows_does_not_matter(rows: list[tuple], random) -> None:
    names = ["started_at", "person_id", "with_person_id", "group_id", "kind", "duration_min"]
    frame = pd.DataFrame(rows, columns=names, dtype="object")
    shuffled = random.sample(rows, len(rows))
    one, other = (
        unfold_contact_log(CONTACT_LOG.typed(table)) for table in (frame, pd.DataFrame(shuffled, columns=names, dtype="object"))
    )
    pd.testing.assert_frame_equal(one.occasions, other.occasions)
    pd.testing.assert_frame_equal(
        one.participation.sort_values(["occasion_id", "person_id"], ignore_index=True),
        other.participation.sort_values(["occasion_id", "person_id"], ignore_index=True),
    )
    assert set(one.participation["occasion_id"]) == set(one.occasions["occasion_id"])
