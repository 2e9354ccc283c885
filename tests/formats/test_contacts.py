"""Exports and foreign tables with an account: real data with exact counts, keys, and questions."""

from __future__ import annotations

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
