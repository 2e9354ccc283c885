"""Foreign shapes: renames, units, words, defaults, dates; and a wrong mapping located."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.tables.mapping import read_mapping

WS16 = Path(__file__).resolve().parents[1] / "worked" / "ws16.toml"
BARE = {"people.csv": None, "occasions.csv": None, "participation.csv": None, "groups.csv": None}


@pytest.mark.slow
def test_ws16_comes_in_by_its_mapping(shared) -> None:
    folder = shared("data/ws16")
    assert rn.find_problems(folder, mapping=WS16).empty
    record = rn.read_record(folder, mapping=WS16)
    assert len(record.people) == 138 and len(record.occasions) == 53_164 and len(record.participation) == 106_328
    assert record.people.loc[record.people["person_id"] == "p003", ["role", "sex"]].fillna("").values.tolist() == [
        ["community", ""]
    ]
    assert record.people["role"].value_counts().to_dict() == {"peer": 43, "worker": 43, "community": 40, "client": 12}
    assert record.people["seniority"].isna().any() and "NA" not in set(record.people["seniority"])
    first = record.occasions.iloc[0]
    assert first["started_at"] == pd.Timestamp("2016-11-30T06:08Z") and record.tz == "Europe/Berlin"
    assert first["duration_min"] == pytest.approx(1 / 3) and first["kind"] == "one_to_one"
    contacts = rn.ContactGraph(record).biadjacency().matrix.sum(axis=1)
    log = pd.read_csv(folder / "contact_log.csv")
    met = set(log["person_id"]) | set(log["with_person_id"])
    assert set(record.people["person_id"][contacts > 0]) == met, "its codebook speaks of two without contact; all have"
    assert record.occasions["duration_min"].sum() * 60 == pytest.approx(log["duration_s"].sum())


def test_ws16_without_its_mapping_says_what_to_write(shared, told) -> None:
    folder = shared("data/ws16")
    told(folder, "unknown_word", table="people", column="role", rows=[2, 3, 4, 5, 6])
    hint = told(folder, "alias", column="duration_s", severity="warning")
    assert 'duration_min = { from = "duration_s", unit = "seconds" }' in hint["remedy"]


@pytest.mark.slow
def test_everything_a_mapping_can_do(folder, tmp_path) -> None:
    place = folder(
        **BARE,
        **{
            "clients.csv": "ref,ward,type,registered,age\n1,north,1,07/03/2011,NA\n2,,9,,35\nNA,south,2,2011-03-08,-\n",
            "diary.csv": "when,who,whom,hours\n20110307 1930,1,2,1.5\n2011-03-08,NA,1,\n",
        },
    )
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        """
        time_zone = "Europe/Paris"
        window = [2011-01-01, 2012-01-01]
        [people]
        file = "clients.csv"
        missing = ["NA"]
        [people.columns]
        person_id = "ref"
        area = "ward"
        role = { from = "type", values = { 1 = "client", 2 = "peer" }, missing = ["9"], default = "community" }
        joined_on = { from = "registered", date_format = "%d/%m/%Y" }
        age_band = { from = "age", missing = ["-"] }
        consent_care = { default = "yes" }
        [contact_log]
        file = "DIARY.csv"
        [contact_log.columns]
        started_at = { from = "when", date_format = ["%Y%m%d %H%M"] }
        person_id = "who"
        with_person_id = "whom"
        duration_min = { from = "hours", unit = "hours" }
    """,
        encoding="utf-8",
    )
    record = rn.read_record(place, mapping=mapping)
    people = record.people.set_index("person_id")
    assert people.index.tolist() == ["1", "2", "NA"], "an id NA stays an id"
    assert people["role"].tolist() == ["client", "community", "peer"]
    assert people["area"].fillna("?").tolist() == ["north", "?", "south"]
    assert people["age_band"].fillna("?").tolist() == ["?", "35", "?"]
    assert people["joined_on"].dt.day.fillna(0).tolist() == [7, 0, 8] and people["consent_care"].all()
    assert record.occasions["started_at"].tolist() == [
        pd.Timestamp("2011-03-07T19:30", tz="Europe/Paris"),
        pd.Timestamp("2011-03-08", tz="Europe/Paris"),
    ]
    assert record.occasions["duration_min"].fillna(-1).tolist() == [90, -1]
    assert record.window == tuple(pd.Timestamp(day, tz="Europe/Paris") for day in ("2011-01-01", "2012-01-01"))


def test_day_first_dates_need_to_be_asked_for(folder, told) -> None:
    people = {"people.csv": "person_id,role,joined_on\n007,client,07/03/2011\nNA,peer,2011-03-07\nw1,worker,\n"}
    told(folder(**people), "mixed_dates", rows=[2])
    day_first = {"people": {"columns": {"joined_on": {"date_format": "%d/%m/%Y"}}}}
    joined = rn.read_record(folder(**people), mapping=day_first).people["joined_on"]
    assert joined[0] == joined[1] == pd.Timestamp("2011-03-07", tz="Europe/London")


def test_what_a_mapping_cannot_turn_is_told_as_it_stood(folder, told) -> None:
    place = folder(
        **{
            "people.csv": "person_id,role\n007,1\nNA,7\nw1,3\n",
            "occasions.csv": "occasion_id,started_at,kind,secs\no1,2011-03-01,call,ten\no2,2011-03-01,call,30\n",
        }
    )
    mapping = {
        "people": {"columns": {"role": {"values": {"1": "client", "3": "worker"}}}},
        "occasions": {"columns": {"duration_min": {"from": "secs", "unit": "seconds"}}},
    }
    assert told(place, "unknown_word", rows=[3], mapping=mapping)["example"] == "7 (1)"
    assert told(place, "not_a_number", rows=[2], mapping=mapping)["example"] == "ten"
    kept = rn.read_record(place, mapping=mapping, on_problems="leave_out").occasions["duration_min"]
    assert kept.tolist() == [0.5]


def test_states_of_ones_own(folder, told) -> None:
    head = "person_id,observed_at,variable,value,source\n"
    place = folder(**{"observations.csv": head + "007,2011-03-01,state,sober,self\n"})
    told(place, "unknown_state", rows=[2])
    assert len(rn.read_record(place, mapping={"states": ["sober", "using", "unknown"]}).observations) == 1


def test_extra_columns_may_be_mapped_and_one_file_may_feed_two_tables(folder) -> None:
    place = folder(
        **{
            "people.csv": "person_id,role,start,prov,note_x\n007,client,2011-01-10,A,-\n"
            "NA,peer,2011-02-01,B,y\nw1,worker,2011-02-01,,\n"
        }
    )
    mapping = {
        "people": {"columns": {"note_x": {"missing": ["-"]}}},
        "episodes": {"file": "people.csv", "columns": {"started_on": "start", "provider": "prov"}},
    }
    record = rn.read_record(place, mapping=mapping)
    assert record.people["note_x"].fillna("?").tolist() == ["?", "y", "?"]
    assert record.episodes["provider"].fillna("?").tolist() == ["A", "B", "?"]


def test_a_column_pushed_aside_by_the_mapping_is_told(folder, told) -> None:
    place = folder(**{"people.csv": "person_id,role,kind\n007,x,client\nNA,y,peer\nw1,z,worker\n"})
    mapping = {"people": {"columns": {"role": "kind"}}}
    told(place, "unused_column", mapping=mapping, severity="warning")
    assert rn.read_record(place, mapping=mapping).people["role"].tolist() == ["client", "peer", "worker"]


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"peple": {}}, r"'peple' is no table or setting of a mapping\. Did you mean 'people'"),
        ({"people": {"colums": {}}}, r"\[people\]: 'colums' is no key of a mapping\. Did you mean 'columns'"),
        ({"people": "people.csv"}, r"\[people\]: expected a section"),
        ({"people": {"file": "a", "sheet": "b"}}, r"say one of file, sheet and table"),
        ({"people": {"file": "klients.csv"}}, r"has no file 'klients.csv'; it has .*people.csv"),
        ({"people": {"columns": {"role": "rolle"}}}, r"\.columns\] role: people.csv has no column 'rolle'.*'role'\?"),
        ({"people": {"columns": {"role": 3}}}, r"\[people.columns\] role: expected the name of their column"),
        ({"people": {"columns": {"role": {"form": "x"}}}}, r"\[people.columns\] role: 'form' is no key.*'from'"),
        ({"people": {"columns": {"role": {"values": {"1": "patient"}}}}}, r"'patient' is not one of client, peer"),
        ({"people": {"columns": {"role": {"default": "x"}}}}, r"'x' is not one of client, peer"),
        ({"people": {"columns": {"role": {"unit": "seconds"}}}}, r"a number may have one of unit and factor"),
        ({"occasions": {"columns": {"duration_min": {"unit": "weeks"}}}}, r"unit is one of milliseconds, seconds"),
        ({"occasions": {"columns": {"duration_min": {"factor": 0}}}}, r"factor is a number other than 0"),
        ({"occasions": {"columns": {"duration_min": {"missing": "NA"}}}}, r"missing is a list of texts"),
        ({"occasions": {"columns": {"started_at": {"date_format": "%d/%m"}}}}, r"does not say a whole date"),
        ({"occasions": {"columns": {"kind": {"date_format": "%d/%m/%Y"}}}}, r"date_format is for columns of dates"),
        ({"time_zone": "Britain"}, r"time_zone: 'Britain' is not a time zone"),
        ({"window": "2011"}, r"window: expected a list of two dates"),
        ({"states": "using"}, r"states: expected a list of words"),
    ],
)
def test_a_wrong_mapping_is_located(folder, mapping, words) -> None:
    for call in (rn.read_record, rn.find_problems):
        with pytest.raises(rn.SchemaError, match=words):
            call(folder(), mapping=mapping)


def test_a_mapping_file_that_is_missing_or_no_toml(folder, tmp_path) -> None:
    with pytest.raises(rn.SchemaError, match="There is no mapping file"):
        rn.read_record(folder(), mapping=tmp_path / "no.toml")
    (tmp_path / "x.toml").write_text("[people\n")
    with pytest.raises(rn.SchemaError, match=r"x\.toml is not a TOML file: .*line 1"):
        rn.read_record(folder(), mapping=tmp_path / "x.toml")


def test_a_mapping_already_read_is_taken_as_it_is() -> None:
    mapping = read_mapping({"states": ["unknown"]})
    assert read_mapping(mapping) is mapping and read_mapping(None).tables == {}


def test_other_stands_for_every_word_not_listed_and_default_for_empty_cells(folder) -> None:
    place = folder(**{"people.csv": "person_id,role\n007,1\nNA,sponsor\nw1,worker\nx,\n"})
    role = {"values": {"1": "client"}, "other": "community", "default": "family"}
    people = rn.read_record(place, mapping={"people": {"columns": {"role": role}}}).people
    assert people["role"].tolist() == ["client", "community", "worker", "family"]
    with pytest.raises(rn.SchemaError, match="'x' is not one of client"):
        rn.read_record(place, mapping={"people": {"columns": {"role": {"other": "x"}}}})


LOG = "Date,Time,person_id,with_person_id\n{},9:30,007,w1\n{},,NA,w1\n"


@pytest.mark.parametrize(
    ("days", "more"),
    [
        (("2011-03-07", "2011-03-08"), {}),
        (("07/03/2011", "08/03/2011"), {"date_format": "%d/%m/%Y %H:%M"}),
        (("07/03/2011", "08/03/2011"), {"date_format": "%d/%m/%Y"}),
    ],
)
def test_a_date_and_a_time_are_joined(folder, told, days, more) -> None:
    place = folder(**{"contact_log.csv": LOG.format(*days), "occasions.csv": None, "participation.csv": None})
    apart = {"contact_log": {"columns": {"started_at": {"from": "Date", **more}}}}
    problem = told(place, "time_apart", table="contact_log", column="Time", severity="warning", mapping=apart)
    assert 'started_at = { from = ["Date", "Time"] }' in problem["remedy"]
    joined = {"contact_log": {"columns": {"started_at": {"from": ["Date", "Time"], **more}}}}
    assert rn.find_problems(place, mapping=joined).empty
    occasions = rn.read_record(place, mapping=joined).occasions
    assert occasions["started_at"].dt.strftime("%m-%d %H:%M").tolist() == ["03-07 09:30", "03-08 00:00"]
    with pytest.raises(rn.SchemaError, match="has no column 'Tme'.*Did you mean 'Time'"):
        rn.read_record(place, mapping={"contact_log": {"columns": {"started_at": {"from": ["Date", "Tme"]}}}})
    with pytest.raises(rn.SchemaError, match="only columns of dates and texts can be joined"):
        rn.read_record(place, mapping={"people": {"columns": {"person_id": {"from": ["a", "b"]}}}})
