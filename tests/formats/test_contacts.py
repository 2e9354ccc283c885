"""Exports and foreign tables with an account: real data with exact counts, keys, and questions."""

from __future__ import annotations

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError


def test_ws16_comes_in_by_one_call(shared) -> None:
    came = rn.read_contacts(shared("data/ws16"), tz="Europe/Berlin")
    assert {name: len(frame) for name, frame in came.tables.items()} == {
        "people": 138,
        "occasions": 53_164,
        "participation": 106_328,
    }
    rows = came.report.to_frame()
    assert rows.query("what == 'columns'")["n_dropped"].tolist() == [3, 0] and any(
        "stand for" in note for note in came.report.notes
    )


def test_s50_asks_for_the_days_of_its_waves(shared) -> None:
    with pytest.raises(SchemaError, match="--wave 1="):
        rn.read_contacts(shared("data/s50"))
    days = {"1": "1995-02-01", "2": "1996-02-01", "3": "1997-02-01"}
    came = rn.read_contacts(shared("data/s50"), waves=days)
    assert {name: len(frame) for name, frame in came.tables.items()} == {"people": 50, "observations": 300, "nominations": 351}


def test_a_single_file_and_faulty_rows(tmp_path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "Client ref,Date,Worker,Attended/DNA\nC1,13/02/2011,W1,Attended\nC2,soon,W1,DNA\n,14/02/2011,W1,Attended\n"
        + "".join(f"C3,{day}/02/2011,W1,Attended\n" for day in range(15, 20))
    )
    (tmp_path / "people.csv").write_text("person_id,role\nx,client\n")
    came = rn.read_contacts(path)
    row = came.report.to_frame().query("what == 'rows for the table contact_log'").iloc[0]
    assert (row["n_in"], row["n_out"]) == (8, 6) and "cannot be read as a date" in row["why"] and "blank" in row["why"]
    assert "x" not in came.tables["people"]["person_id"].tolist(), "only the file that was given"


def test_a_key_makes_pseudonyms_that_are_the_same_again(tmp_path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("Client ref,Date,Worker\nC1,13/02/2011,Sara Ahmed\nC2,14/02/2011,Sara Ahmed\n")
    one, other = (rn.read_contacts(path, key="a key of sixteen bytes").tables["people"]["person_id"].tolist() for _ in range(2))
    assert one == other and all(len(person) == 17 for person in one) and "C1" not in one


def test_a_mapping_that_is_given_is_used(tmp_path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("who,day,whom\nC1,2011-02-13,W1\n")
    mapping = {
        "people": [
            {"file": "log.csv", "once": True, "extras": False, "columns": {"person_id": who, "role": {"default": role}}}
            for who, role in (("who", "client"), ("whom", "worker"))
        ],
        "contact_log": {"file": "log.csv", "columns": {"person_id": "who", "with_person_id": "whom", "started_at": "day"}},
    }
    assert len(rn.read_contacts(path, mapping=mapping).tables["occasions"]) == 1


def test_first_names_and_surnames_together_make_one_person(tmp_path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("First name,Surname,Date,Worker\nAnn,Bell,13/02/2011,W1\nAnn,Fry,14/02/2011,W1\nann ,bell,15/02/2011,W1\n")
    came = rn.read_contacts(path)
    assert came.tables["people"]["person_id"].tolist() == ["person-1", "person-2", "W1"]
    assert "Bell" not in came.report.summary()


def test_two_people_in_one_cell_are_told(tmp_path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("Client ID,Date,Worker\nC1 & C2,13/02/2011,W1\nC1,14/02/2011,W1\nC2,15/02/2011,W1\nA/B,16/02/2011,W1\n")
    came = rn.read_contacts(path)
    assert "names two people" in came.report.summary() and len(came.tables["occasions"]) == 3, "A/B is an id of its own"


def test_a_thousand_columns_and_a_web_page(tmp_path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("Client ID,Date,Worker," + ",".join(f"c{n}" for n in range(1000)) + "\nC1,13/02/2011,W1" + ",x" * 1000 + "\n")
    assert "and 988 more" in rn.read_contacts(path).report.summary()
    path.write_text("<!DOCTYPE html>\n<html><body>Please log in</body></html>\n")
    with pytest.raises(SchemaError, match="web page"):
        rn.read_contacts(path)


@pytest.mark.slow
def test_what_is_written_reads_back_the_same(shared, tmp_path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("Client ref,Date,Worker,Attended/DNA\nC1,13/02/2011,Sara,Attended\nC1,14/02/2011,Sara,DNA\n")
    sheet = tmp_path / "SMART.csv"
    sheet.write_text("Ref,Ward,13/03/2011,20/03/2011 19:30\nC1,North,Y,DNA\nC2,,/,N\n")
    feed = shared("data/meetings/meeting_guide_kc.json")
    for number, came in enumerate(
        (rn.read_contacts(log), rn.read_register(sheet), rn.read_meeting_guide(feed, tz="America/Chicago"))
    ):
        folder = tmp_path / f"out{number}"
        came.write(folder)
        record = came.to_record()
        if len(record.people):
            for name, frame in rn.read_record(folder).tables().items():
                pd.testing.assert_frame_equal(frame, getattr(record, name), obj=name)
        else:
            assert len(pd.read_csv(folder / "groups.csv")) == 206
