"""Proposed mappings: usable as they are where nothing is in doubt, and never a silent guess."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError

CASE = (
    "Riverside Recovery – contact report;;;;;;;;;;;\r\nRun 1 May 2011;;;;;;;;;;;\r\n\r\n"
    "Client Ref;Client Name;DOB;Ward;Treatment Start Date;Discharge Date;Contact Date;"
    "Contact Time;Contact Type;Attended/DNA;Keyworker;Notes\r\n"
    "RR1;Zoë Bell;01/02/1970;North;14/01/2011;;07/03/2011;9:30;Keywork 1:1;Attended;Sara Ahmed;£5 fare\r\n"
    "RR1;Zoë Bell;01/02/1970;North;14/01/2011;;14/03/2011;19:30;Phone call;DNA;Sara Ahmed;\r\n"
    "RR2;José Fry;02/02/1980;South;15/01/2011;01/05/2011;15/03/2011;10:00;Home visit;Cancelled by client;Chloé Martin;\r\n"
    "Total contacts;;;;;;;;;;;3\r\n"
)


def folder_of(tmp_path: Path, **files: str) -> Path:
    place = tmp_path / "data"
    place.mkdir()
    for name, text in files.items():
        (place / f"{name}.csv").write_bytes(text.encode("cp1252"))
    return place


def test_a_case_management_export_needs_no_word_changed(tmp_path) -> None:
    place = folder_of(tmp_path, report=CASE)
    proposal = rn.propose_mapping(place)
    assert proposal.questions == ()
    mapping = tmp_path / "map.toml"
    mapping.write_text(proposal.text, encoding="utf-8")
    record = rn.read_record(place, mapping=mapping)
    assert record.people[["person_id", "role"]].values.tolist() == [
        ["RR1", "client"], ["RR2", "client"], ["worker-1", "worker"], ["worker-2", "worker"],
    ]  # fmt: skip
    assert len(record.occasions) == 1 and record.appointments["outcome"].tolist() == ["did_not_attend", "cancelled"]
    assert record.episodes["ended_on"].notna().sum() == 1 and set(record.people["area"].dropna()) == {"North", "South"}
    everything = str([frame.to_csv() for frame in record.tables().values()]) + proposal.text + " ".join(record.notes)
    for name in ("Bell", "Fry", "Ahmed", "Martin", "1970", "fare"):
        assert name not in everything
    for told in ("'Client Name' (a person's name)", "'DOB' (a date of birth)", "'Notes' (free text", "worker-1"):
        assert told in proposal.text.replace("\n# ", " ")


def test_dates_that_could_be_either_are_asked_and_stand_commented_out(tmp_path) -> None:
    text = "Client ref,Date,Worker\nC1,01/02/2011,W1\nC1,02/02/2011,W1\n"
    proposal = rn.propose_mapping(folder_of(tmp_path, log=text))
    assert len(proposal.questions) == 1 and "--dates day-first" in proposal.questions[0]
    assert "started_at" not in tomllib.loads(proposal.text)["contact_log"][0]["columns"] and "# started_at" in proposal.text
    answered = rn.propose_mapping(tmp_path / "data", dates="month_first")
    assert answered.questions == () and '"%m/%d/%Y"' in answered.text


def test_a_column_takes_its_order_from_the_other_dates_of_its_table(tmp_path) -> None:
    text = "Client ref,Date,Discharge date,Triage date,Worker\nC1,13/02/2011,01/05/2011,01/02/2011,W1\n"
    text += "C1,14/02/2011,02/05/2011,01/02/2011,W1\n"
    proposal = rn.propose_mapping(folder_of(tmp_path, log=text))
    assert proposal.questions == () and "as the other dates of the table can only be read" in proposal.text.replace("\n# ", " ")


def test_dates_of_two_orders_are_refused(tmp_path) -> None:
    text = "Client ref,Date,Worker\nC1,13/02/2011,W1\nC1,02/13/2011,W1\n"
    assert "no order reads them all" in rn.propose_mapping(folder_of(tmp_path, log=text)).questions[0]


def test_words_nobody_knows_are_doubts(tmp_path) -> None:
    text = "Client ref,Date,Worker,Outcome,Contact type\nC1,13/02/2011,W1,Attended,Zumba\n"
    text += "C1,14/02/2011,W1,DNA,Phone\nC2,14/02/2011,W1,Left,Phone\n"
    proposal = rn.propose_mapping(folder_of(tmp_path, log=text))
    told = " ".join(proposal.doubts)
    assert '"Left"' in told and '"Zumba"' in told and "client" in told


@pytest.mark.parametrize(
    ("title", "yes"), [("Attended", "attended"), ("DNA", "did_not_attend"), ("Did not attend?", "did_not_attend")]
)  # fmt: skip
def test_yes_and_no_mean_what_the_title_says(tmp_path, title, yes) -> None:
    place = folder_of(tmp_path, log=f"Client ref,Date,Worker,{title}\nC1,13/02/2011,W1,Y\nC1,14/02/2011,W1,N\n")
    values = tomllib.loads(rn.propose_mapping(place).text)["contact_log"][0]["columns"]["outcome"]["values"]
    assert values["Y"] == yes and values["N"] == ("did_not_attend" if yes == "attended" else "attended")


def test_two_tables_and_files_of_one_shape(tmp_path) -> None:
    log = "Client ref,Date,Worker,Attended/DNA\n{}1,13/02/2011,W1,Attended\n{}1,14/02/2011,W1,DNA\n"
    place = folder_of(
        tmp_path, april=log.format("A", "A"), may=log.format("B", "B"), clients="Client ref,Ward\nA1,North\nB1,South\n"
    )
    proposal = rn.propose_mapping(place)
    made = tomllib.loads(proposal.text)
    assert made["contact_log"][0]["file"] == ["april.csv", "may.csv"] and len(made["contact_log"]) == 1
    record = rn.read_record(place, mapping=made)
    assert len(record.occasions) == 2 and record.people["area"].dropna().tolist() == ["North", "South"]


def test_a_register_is_sent_to_its_own_command_and_hidden_things_named(tmp_path) -> None:
    with pytest.raises(SchemaError, match="import register"):
        rn.propose_mapping(folder_of(tmp_path, reg="Ref,13/03/2011,20/03/2011,27/03/2011\nC1,Y,,Y\nC2,,Y,\n"))


def test_what_holds_no_table(tmp_path) -> None:
    with pytest.raises(SchemaError, match="no table that could be made out"):
        rn.propose_mapping(folder_of(tmp_path, a="Отметка,Дата\n".encode().decode("cp1252", "ignore") + "x,y\n"))


def test_our_own_tables_need_little(shared) -> None:
    made = tomllib.loads(rn.propose_mapping(shared("data/ws16")).text)
    assert made["contact_log"][0]["columns"] == {"duration_min": {"from": "duration_s", "unit": "seconds"}}
    assert made["people"][0]["columns"]["role"]["other"] == "community"
