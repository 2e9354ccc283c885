"""Reading without the faulty rows: the rest is whole, and every row left out is accounted for."""

from __future__ import annotations

import re

import numpy as np
import pytest

import recoverynet as rn

PEOPLE, OCCASIONS, PARTICIPATION = "people.csv", "occasions.csv", "participation.csv"


def note_of(record: rn.RecoveryRecord, *words: str) -> str:
    found = [note for note in record.notes if all(word in note for word in words)]
    assert len(found) == 1, record.notes
    return found[0]


def test_a_sound_folder_loses_nothing_and_has_no_notes(folder) -> None:
    record = rn.read_record(folder(), on_problems="leave_out")
    assert record.notes == () and len(record.participation) == 4
    assert rn.read_record(folder()).participation.equals(record.participation)


def test_faulty_rows_go_and_the_notes_say_which_and_why(folder) -> None:
    place = folder(
        **{
            OCCASIONS: "occasion_id,started_at,kind,group_id,duration_min\n"
            "o1,2011-03-01T19:30,meeting,g1,90\no2,2011-03-02,call,,-10\n"
        }
    )
    record = rn.read_record(place, on_problems="leave_out")
    assert record.occasions["occasion_id"].tolist() == ["o1"]
    assert record.participation["person_id"].tolist() == ["007", "NA"]
    assert note_of(record, "occasions:", "left out 1 row: 3", "below 0 minutes")
    assert note_of(record, "participation:", "left out 2 rows: 4, 5", "whose row in occasions was left out")


def test_rows_that_refer_to_people_left_out_go_too(folder) -> None:
    record = rn.read_record(folder(**{PEOPLE: "person_id,role\n007,klient\nNA,peer\nw1,worker\n"}), on_problems="leave_out")
    assert record.people["person_id"].tolist() == ["NA", "w1"]
    assert record.participation["person_id"].tolist() == ["NA", "w1"]
    assert note_of(record, "participation", "2 rows: 2, 4", "whose row in people was left out")


def test_of_an_unknown_worker_or_group_only_the_value_goes(folder) -> None:
    place = folder(
        **{
            PEOPLE: "person_id,role,worker_id\n007,client,w9\nNA,peer,\nw1,worker,\n",
            "groups.csv": "group_id,name,kind\ng1,Riverside SMART,mutual\n",
        }
    )
    record = rn.read_record(place, on_problems="leave_out")
    assert len(record.people) == 3 and record.people["worker_id"].isna().all()
    assert len(record.occasions) == 2 and record.occasions["group_id"].isna().all()
    assert note_of(record, "people: worker_id emptied in 1 row: 2")
    assert note_of(record, "occasions: group_id emptied in 1 row: 2", "whose row in groups was left out")


def test_of_repeated_rows_the_first_sound_one_stays(folder) -> None:
    place = folder(**{PEOPLE: "person_id,role\n007,klient\nNA,peer\nw1,worker\n007,client\n007,peer\n"})
    record = rn.read_record(place, on_problems="leave_out")
    assert record.people.set_index("person_id")["role"].to_dict() == {"NA": "peer", "w1": "worker", "007": "client"}
    assert note_of(record, "left out 1 row: 6", "more than one row")


def test_ragged_rows_and_open_quotes_are_accounted_for(folder) -> None:
    place = folder(**{PARTICIPATION: 'occasion_id,person_id\no1,007\no1\no1,"NA\no2,w1\n'})
    record = rn.read_record(place, on_problems="leave_out")
    assert record.participation["person_id"].tolist() == ["007", "w1"]
    assert note_of(record, "left out 1 row: 3", "cells than the header")
    assert note_of(record, "left out 1 row: 4", "quotation mark")


def test_identifying_columns_and_values_go(folder) -> None:
    place = folder(
        **{PEOPLE: "person_id,role,name,area,ref\n007,client,Ann,north,a@b.org\nNA,peer,Ben,07700 900123,\nw1,worker,,south,\n"}
    )
    record = rn.read_record(place, on_problems="leave_out")
    assert record.people["person_id"].tolist() == ["007", "w1"]
    assert not {"name", "ref"} & set(record.people.columns)
    assert note_of(record, "'name' was left out") and note_of(record, "'ref' was left out")
    assert rn.find_problems(record).empty


def test_a_table_that_cannot_be_used_goes_whole(folder) -> None:
    place = folder(
        **{"episodes.csv": "person,started_on\n007,2011-03-01\n", "linkage.csv": b"\x00\x01\x02", "nominatons.csv": "x\n"}
    )
    record = rn.read_record(place, on_problems="leave_out")
    assert record.episodes.empty and record.linkage.empty
    assert note_of(record, "episodes: left out whole", "lacks the column 'person_id'")
    assert note_of(record, "linkage: left out whole", "cannot be read")
    assert note_of(record, "nominatons: left out whole")


@pytest.mark.parametrize("groups", ["group_id,kind\ng1,mutual_aid\n", b"\x00\x01\x02"])
def test_ids_of_a_table_that_goes_whole_go_with_it(folder, groups) -> None:
    record = rn.read_record(folder(**{"groups.csv": groups}), on_problems="leave_out")
    assert record.groups.empty and record.occasions["group_id"].isna().all() and len(record.occasions) == 2
    assert note_of(record, "groups: left out whole")
    assert note_of(record, "occasions: group_id emptied in 1 row: 2", "no usable table groups")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({PEOPLE: None}, "holds no table of people"),
        ({PEOPLE: "person,role\n1,client\n"}, "lacks the column 'person_id'"),
        ({OCCASIONS: ""}, "is empty"),
        ({PARTICIPATION: b"\x00"}, "cannot be read"),
        ({PEOPLE: "person_id,role\n1,x\n2,y\n"}, "people.role: a value is none of the words"),
        ({PEOPLE: "person_id,role\n"}, "no rows"),
    ],
)
def test_what_no_record_can_do_without_still_stops(folder, files, words) -> None:
    with pytest.raises(rn.SchemaError, match=words) as told:
        rn.read_record(folder(**files), on_problems="leave_out")
    assert "on_problems" not in str(told.value)


def test_anything_else_is_refused(folder) -> None:
    with pytest.raises(rn.SchemaError, match="on_problems must be"):
        rn.read_record(folder(), on_problems="ignore")


def test_every_row_is_either_read_or_told(folder) -> None:
    rng = np.random.default_rng(3)
    kinds = rng.choice(["call", "meeting", "chat"], 400, p=[0.5, 0.4, 0.1])
    written = ["2011-03-01", "2011-03-02T10:00Z", "07/03/2011", "", "2999-01-01"]
    days = rng.choice(written, 400, p=[0.4, 0.4, 0.1, 0.05, 0.05])
    lines = [f"o{place % 390},{day},{kind}" for place, (day, kind) in enumerate(zip(days, kinds, strict=True))]
    place = folder(
        **{
            OCCASIONS: "occasion_id,started_at,kind\n" + "\n".join(lines) + "\n",
            PARTICIPATION: "occasion_id,person_id\n" + "".join(f"o{n},007\n" for n in range(390)),
            "groups.csv": None,
        }
    )
    problems = rn.find_problems(place)
    record = rn.read_record(place, on_problems="leave_out")
    for name, rows in (("occasions", 400), ("participation", 390)):
        told = sum(
            int(re.search(r"([0-9,]+) row", note).group(1).replace(",", ""))
            for note in record.notes
            if note.startswith(f"{name}: left out")
        )
        lost = rows - len(getattr(record, name))
        assert 0 < lost <= told, "a row with two faults is told under each"
    assert set(problems["rule"]) >= {"unknown_word", "mixed_dates", "blank", "future_date", "repeated_id"}
    assert record.occasions["occasion_id"].is_unique
    assert rn.find_problems(record).empty, "what is left is sound"


def log_of(n_sound: int, n_faulty: int) -> str:
    rows = [f"2011-03-{1 + n % 28:02d},007,NA,call" for n in range(n_sound)]
    rows += [f"2011-03-{1 + n % 28:02d},007,NA,smoke signal" for n in range(n_faulty)]
    return "started_at,person_id,with_person_id,kind\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize(("n_sound", "n_faulty"), [(0, 40), (10, 30), (19, 21)])
def test_leaving_out_stops_where_most_of_a_table_would_go(folder, n_sound, n_faulty) -> None:
    place = folder(**{"contact_log.csv": log_of(n_sound, n_faulty), OCCASIONS: None, PARTICIPATION: None})
    with pytest.raises(rn.SchemaError, match="more than 50% of the rows") as told:
        rn.read_record(place, on_problems="leave_out")
    assert f"contact_log: {n_faulty} of 40 rows" in str(told.value) and "none of the words known" in str(told.value)


def test_what_is_left_out_is_counted_in_the_record_and_survives_files(folder, tmp_path) -> None:
    place = folder(**{"contact_log.csv": log_of(20, 20), OCCASIONS: None, PARTICIPATION: None})
    record = rn.read_record(place, on_problems="leave_out")
    (log,) = record.left_out
    assert (log.table, log.n_rows, log.n_of) == ("contact_log", 20, 40)
    assert [n for _, n in log.why] == [20]
    rn.write_record(record, tmp_path / "kept")
    assert rn.read_record(tmp_path / "kept").left_out == record.left_out
    assert record.with_tables(groups=record.groups).left_out == record.left_out


def test_a_contact_log_that_cannot_be_read_is_not_left_out_whole(folder) -> None:
    place = folder(**{"contact_log.csv": "day,who\n2011-03-01,007\n", OCCASIONS: None, PARTICIPATION: None})
    with pytest.raises(rn.SchemaError, match="contact_log"):
        rn.read_record(place, on_problems="leave_out")


def test_rows_that_cannot_be_cut_into_cells_are_counted(folder) -> None:
    place = folder(**{PARTICIPATION: "occasion_id,person_id\no1,007\no1,NA\no2,007\no2\n"})
    (lost,) = rn.read_record(place, on_problems="leave_out").left_out
    assert (lost.table, lost.n_rows, lost.n_of) == ("participation", 1, 4)
