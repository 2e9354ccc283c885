"""Interviews made with Network Canvas: real exports with exact counts, the newer exporter, GraphML, and what is no export."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.formats.imported import Imported

EGO = "networkCanvasEgoUUID,networkCanvasCaseID,networkCanvasSessionID,networkCanvasProtocolName,sessionStart,sessionFinish"
NODE = "nodeID,networkCanvasEgoUUID,networkCanvasUUID"
EDGE = "edgeID,from,to,networkCanvasEgoUUID,networkCanvasUUID,networkCanvasSourceUUID,networkCanvasTargetUUID"
TIMES = "Study,2024-12-17T16:04:03.385Z,2024-12-17T16:09:20.611Z"


def files(**more: str) -> dict[str, str]:
    """One interview: two alters, one tie."""
    held = {
        "c1_s1_ego.csv": f"{EGO}\r\ne1,c1,s1,{TIMES}\r\n",
        "c1_s1_attributeList_Person.csv": f"{NODE},Age\r\n1,e1,u1,41\r\n2,e1,u2,38\r\n",
        "c1_s1_edgeList_Knows.csv": f"{EDGE}\r\n1,1,2,e1,t1,u1,u2\r\n",
    }
    return {**held, **more}


def folder(path: Path, held: dict[str, str]) -> Path:
    for name, text in held.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(text.encode())
    return path


def zipped(path: Path, held: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in held.items():
            packed.writestr(name, text)
    return path


def dropped(came: Imported) -> dict[str, int]:
    frame = came.report.to_frame()
    return frame[frame["n_dropped"] > 0].groupby("what")["n_dropped"].sum().to_dict()


def test_three_real_interviews_come_in_with_exact_counts(shared, tmp_path) -> None:  # type: ignore[no-untyped-def]
    real = shared("data/network_canvas")
    for file in real.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    came = rn.read_network_canvas(tmp_path)
    named, ties = came.tables["nominations"], came.tables["alter_ties"]
    assert came.tables["people"]["person_id"].tolist() == ["case_1", "case_2", "case_3"]
    assert named["ego_id"].value_counts().to_dict() == {"case_1": 5, "case_2": 5, "case_3": 7}
    assert len(ties) == 10
    assert ties["relation"].value_counts().to_dict() == {"Close": 8, "Close; DrugTie": 2}
    assert named["Gender"].isna().sum() == 0
    assert set(named["Gender"]) == {"Male", "Genderqueer"}
    assert named.loc[named["ego_id"] == "case_1", "Age"].tolist() == [29, 34, 25, 42, 38]
    assert str(named["asked_at"].iloc[0]) == "2024-12-17 16:04:03.385000+00:00"
    assert {"name", "null", "Cords_x", "Cords_y"}.isdisjoint(named.columns)
    assert "Name A" not in named.to_csv()
    own = came.tables["observations"]
    assert set(own["source"]) == {"self"}
    assert own["variable"].nunique() == 5
    perceived = came.others["alter_observations"]
    assert set(perceived["source"]) == {"perceived"}
    assert (perceived["perceived_by"].str.startswith("case_")).all()
    assert perceived["person_id"].isin(named["alter_id"]).all()
    told = came.report.to_frame()
    assert told.loc[told["what"] == "alters Person", "n_out"].tolist() == [17]
    assert told.loc[told["what"] == "ties Close", "n_out"].tolist() == [10]
    assert told.loc[told["what"] == "ties DrugTie", "n_out"].tolist() == [2]
    record = came.to_record()
    assert len(rn.ego_networks(record).alters) == 17
    whole = rn.read_network_canvas(real)
    assert len(whole.tables["people"]) == 5
    assert len(whole.tables["nominations"]) == 21
    assert "Joshua" not in whole.tables["nominations"].to_csv()
    assert "Jimbo" not in whole.tables["observations"].to_csv()


def test_a_zip_file_says_the_same_as_the_folder_whatever_a_mac_adds(tmp_path: Path) -> None:
    plain = rn.read_network_canvas(folder(tmp_path / "plain", files()))
    held = {f"export/{name}": text for name, text in files().items()}
    shadows = {f"__MACOSX/export/._{name}": "\x00\x05shadow" for name in files()}
    came = rn.read_network_canvas(zipped(tmp_path / "a.zip", {**held, **shadows, "export/.DS_Store": "\x00"}))
    for name, table in plain.tables.items():
        pd.testing.assert_frame_equal(table, came.tables[name])
    assert dropped(came) == {"shadows of files, made by another system": 4}


def test_merged_interviews_and_header_only_files(tmp_path: Path) -> None:
    held = {
        "Study_ego.csv": f"{EGO},networkCanvasFinishOutcome,Used_a,Used_b\ne1,c1,s1,{TIMES},done,true,false\n"
        f"e2,c1,s2,{TIMES},done,,\ne3,c3,s3,{TIMES},done,false,false\n",
        "Study_attributeList_Person.csv": f"{NODE},name_2,Note\n1,e1,u1,Ann,'=5\n1,e2,u1,Ann,ENCRYPTED\n1,e3,u1,Ben,-5\n",
        "Study_attributeList_Venue.csv": f"{NODE}\n",
        "Study_edgeList_Knows.csv": f"{EDGE}\n",
    }
    came = rn.read_network_canvas(folder(tmp_path, held), keep=["Note"])
    named = came.tables["nominations"]
    assert came.tables["people"]["person_id"].tolist() == ["c1", "c3"]
    # The same alter at two interviews of one case; for another case the id of the roster is kept apart.
    assert named["alter_id"].tolist() == ["c1:u1", "c1:u1", "c3:u1"]
    assert named["Note"].tolist()[0] == "=5"
    assert named["Note"].isna().tolist() == [False, True, False]
    own = came.tables["observations"].set_index("person_id")["value"]
    assert own.to_dict() == {"c1": "a", "c3": "(none)"}
    assert "alter_ties" not in came.tables
    assert any("roster" in note for note in came.report.notes)
    told = came.report.to_frame()
    assert told["n_changed"].sum() == 1
    assert dropped(came) == {"answers of the alters Person": 1, "columns of the alters Person": 1}


def test_options_that_are_all_false_are_no_answer_where_the_version_does_not_tell(tmp_path: Path) -> None:
    alters = f"{NODE},Sex_Female,Sex_Not_listed,Job_paid,Job_full\n1,e1,u1,true,false,true,\n2,e1,u2,false,false,false,true\n"
    came = rn.read_network_canvas(folder(tmp_path, files(**{"c1_s1_attributeList_Person.csv": alters})))
    named = came.tables["nominations"]
    assert named["Sex"].tolist()[0] == "Female"
    assert named["Sex"].isna().tolist() == [False, True]
    assert named["Job_paid"].tolist() == [True, False]
    assert dropped(came) == {"answers of the alters Person by options": 1}
    declared = rn.read_network_canvas(tmp_path, categorical=["Job"])
    assert declared.tables["nominations"]["Job"].tolist() == ["paid", "full"]


def test_answers_become_columns_only_as_declared(tmp_path: Path) -> None:
    alters = f"{NODE},Bond,State,weight\n1,e1,u1,Very_close,Clean now,2\n2,e1,u2,Other,Using,1\n"
    source = folder(tmp_path, files(**{"c1_s1_attributeList_Person.csv": alters}))
    plain = rn.read_network_canvas(source).tables["nominations"]
    assert "perceived_state" not in plain.columns
    assert plain["weight"].tolist() == [2.0, 1.0]
    recode = {"Bond": ("closeness", {"Very_close": 3}), "State": ("perceived_state", {"Clean now": "abstinent", "Using": "using"})}
    came = rn.read_network_canvas(source, recode=recode)
    assert came.tables["nominations"]["closeness"].tolist()[0] == 3
    assert came.tables["nominations"]["perceived_state"].tolist() == ["abstinent", "using"]
    assert dropped(came) == {"answers to 'Bond'": 1}
    assert came.to_record().nominations["perceived_state"].tolist() == ["abstinent", "using"]
    for wrong, message in (
        ({"Nothing": "support"}, "not asked"),
        ({"Bond": "colour"}, "colour"),
        ({"Bond": "closeness"}, "numbers of 0 or more"),
        ({"State": ("perceived_state", {"Using": "drinking"})}, "drinking"),
    ):
        with pytest.raises(SchemaError, match=message):
            rn.read_network_canvas(source, recode=wrong)


def test_groups_and_who_goes_there(tmp_path: Path) -> None:
    held = files(
        **{
            "c1_s1_attributeList_Venue.csv": f"{NODE},name,Kind\n3,e1,v1,Hope café,cafe\n",
            "c1_s1_edgeList_Goes.csv": f"{EDGE}\n2,1,3,e1,t2,u1,v1\n3,3,3,e1,t3,v1,v1\n",
        }
    )
    came = rn.read_network_canvas(folder(tmp_path, held))
    assert came.tables["groups"][["group_id", "name", "kind", "norm"]].values.tolist() == [["v1", "Venue 1", "other", "unknown"]]
    assert came.others["alter_groups"][["alter_id", "group_id", "relation"]].values.tolist() == [["u1", "v1", "Goes"]]
    assert dropped(came) == {"names of Venue": 1, "columns of Venue (Kind)": 1, "ties Goes": 1}
    assert rn.read_network_canvas(tmp_path, keep_group_names=True).tables["groups"]["name"].tolist() == ["Hope café"]
    people = rn.read_network_canvas(tmp_path, groups=[])
    assert "groups" not in people.tables
    assert people.tables["nominations"]["relation"].tolist() == ["Person", "Person", "Venue"]
    with pytest.raises(SchemaError, match="Club"):
        rn.read_network_canvas(tmp_path, groups=["Club"])
    came.to_record()


def test_alters_may_be_people_of_the_record_if_that_is_asked(tmp_path: Path) -> None:
    came = rn.read_network_canvas(folder(tmp_path, files()), alters_as_people=True)
    assert came.tables["people"]["role"].tolist() == ["client", "community", "community"]
    seen = came.to_record().observations
    assert seen[["person_id", "value", "source", "perceived_by"]].values.tolist() == [
        ["u1", "41", "perceived", "c1"],
        ["u2", "38", "perceived", "c1"],
    ]
    assert came.others == {}


def test_a_case_called_after_somebody_is_not(tmp_path: Path) -> None:
    later = TIMES.replace("12-17", "12-18")
    held = {
        "a_ego.csv": f"{EGO}\ne1,John Smith,s1,{TIMES}\ne2,John Smith,s2,{later}\ne3,ann@example.org,s3,{TIMES}\n",
        "a_attributeList_Person.csv": f"{NODE}\n1,e1,u1\n1,e2,u2\n1,e3,u3\n",
    }
    came = rn.read_network_canvas(folder(tmp_path, held))
    assert came.tables["nominations"]["ego_id"].tolist() == ["e1", "e1", "e3"]
    assert "Smith" not in came.report.summary()
    assert came.report.to_frame()["n_changed"].max() == 3


def test_free_text_and_names_under_other_titles_stay_outside(tmp_path: Path) -> None:
    names = ["Joe", "Kim", "Lou", "Max", "Nat", "Oli", "Pat", "Ron", "Sue", "Tom"]
    rows = "".join(
        f"{k},e1,u{k},{name},{name} {name}son,0161 496 0{k:03},Daily,{k},He is my oldest friend and lives near me in town\n"
        for k, name in enumerate(names)
    )
    alters = f"{NODE},Who,Q1,Reach,Freq,Score,More\n{rows}"
    came = rn.read_network_canvas(
        folder(tmp_path, files(**{"c1_s1_attributeList_Person.csv": alters, "c1_s1_edgeList_Knows.csv": EDGE}))
    )
    assert came.tables["nominations"].columns[4:].tolist() == ["Freq", "Score"]
    assert dropped(came) == {"columns of the alters Person": 4}


def test_rows_that_belong_nowhere_are_counted(tmp_path: Path) -> None:
    held = files(
        **{
            "c1_s1_attributeList_Person.csv": f"{NODE},Age\n1,e1,u1,41\n1,e1,u1,41\n2,e1,u2\n3,e9,u9,5\n4,e1,u4,20\n",
            "c1_s1_edgeList_Knows.csv": f"{EDGE}\n1,1,4,e1,t1,u1,u4\n2,4,1,e1,t2,u4,u1\n3,1,1,e1,t3,u1,u1\n"
            "4,1,9,e1,t4,u1,u9\n5,1,2,e9,t5,u1,u4\n",
            "readme.txt": "about this export",
            "c1_s1_adjacencyMatrix_Knows.csv": ",u1\nu1,0\n",
        }
    )
    came = rn.read_network_canvas(folder(tmp_path, held))
    assert dropped(came) == {
        "adjacency matrices, whose ties the edge lists hold": 1,
        "alters Person": 2,
        "files that are no part of an export": 1,
        "rows of node files": 1,
        "ties Knows": 3,
        "ties between alters": 1,
    }
    assert came.tables["alter_ties"][["alter_a", "alter_b"]].values.tolist() == [["u1", "u4"]]


def test_ends_may_be_told_by_number_and_weights_by_title(tmp_path: Path) -> None:
    edges = "edgeID,from,to,networkCanvasEgoUUID,Strength\n1,1,2,e1,4\n"
    came = rn.read_network_canvas(folder(tmp_path, files(**{"c1_s1_edgeList_Knows.csv": edges})))
    assert came.tables["alter_ties"][["alter_a", "alter_b", "weight"]].values.tolist() == [["u1", "u2", 4.0]]


def test_graphml_says_what_the_tables_say(tmp_path: Path) -> None:
    text = """<?xml version="1.0"?>
      <graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:nc="http://schema.networkcanvas.com/xmlns">
      <key id="t" attr.name="networkCanvasType" attr.type="string" for="all"/><key id="l" attr.name="label" for="all"/>
      <key id="u" attr.name="networkCanvasUUID" attr.type="string" for="all"/>
      <key id="a" attr.name="Age" attr.type="int" for="node"/>
      <key id="b" attr.name="Age" attr.type="string" for="node"/><key id="e" attr.name="Own" attr.type="string" for="ego"/>
      <graph edgedefault="undirected" nc:caseId="c1" nc:sessionUUID="s1" nc:protocolName="Study"
             nc:sessionStartTime="2024-12-17T16:04:03.385Z" nc:sessionFinishTime="2024-12-17T16:09:20.611Z">
        <data key="e">yes</data><data key="u">e1</data>
        <node id="1"><data key="t">Person</data><data key="l">Ann</data><data key="u">u1</data><data key="a">41</data>
        <data key="b">x</data></node>
        <node id="2"><data key="t">Person</data><data key="u">u2</data><data key="a">38</data><data key="zzz">1</data></node>
        <node id="3"><data key="t">Venue</data><data key="l">Hope</data><data key="u">v1</data></node>
        <edge source="1" target="2"><data key="t">Knows</data><data key="u">t1</data></edge>
        <edge source="1" target="3"><data key="t">Goes</data></edge>
      </graph></graphml>"""
    (tmp_path / "a.graphml").write_text(text)
    came = rn.read_network_canvas(tmp_path / "a.graphml")
    assert came.tables["nominations"][["ego_id", "alter_id", "Age"]].values.tolist() == [["c1", "u1", 41], ["c1", "u2", 38]]
    assert came.tables["nominations"]["Age_2"].notna().sum() == 1
    assert came.tables["alter_ties"][["alter_a", "alter_b", "relation"]].values.tolist() == [["u1", "u2", "Knows"]]
    assert came.tables["groups"]["name"].tolist() == ["Venue 1"]
    assert came.tables["observations"]["value"].tolist() == ["yes"]
    assert "Ann" not in came.tables["nominations"].to_csv()
    assert any("zzz" in note for note in came.report.notes)
    both = rn.read_network_canvas(folder(tmp_path, files()))
    assert len(both.tables["nominations"]) == 2
    assert dropped(both)["interviews in GraphML that the tables hold as well"] == 1


BAD = [
    ({"notes.csv": "a,b\n1,2\n"}, "no export of Network Canvas"),
    ({}, "no export of Network Canvas"),
    ({"c_s_attributeList_Person.csv": f"{NODE}\n1,e1,u1\n"}, "no file …_ego.csv"),
    ({"c_s_ego.csv": "id,name\n1,2\n"}, "networkCanvasEgoUUID"),
    ({"John_Smith_s1_ego.csv": "<!DOCTYPE html><html>error</html>"}, "web site"),
    ({"c_s_ego.csv": "PK\x03\x04"}, "zip file"),
    ({"c_s_ego.csv": f"{EGO}\ne1,c1,s1,Study,yesterday,\n", "c_s_attributeList_P.csv": f"{NODE}\n1,e1,u1\n"}, "asked_at"),
    ({"a.graphml": "<graphml><graph>"}, "not sound XML"),
    ({"a.graphml": '<!DOCTYPE x [<!ENTITY y "z">]><graphml/>'}, "document type"),
]


@pytest.mark.parametrize(("held", "message"), BAD)
def test_what_is_no_export_says_what_was_expected(held: dict[str, str], message: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(SchemaError, match=message) as told:
        rn.read_network_canvas(folder(tmp_path / "in", held))
    assert "Smith" not in str(told.value)
    if held:
        with pytest.raises(SchemaError, match=message):
            rn.read_network_canvas(zipped(tmp_path / "a.zip", held))


def test_dates_may_be_told_and_fall_back(tmp_path: Path) -> None:
    text = f"{EGO},sessionExported\ne1,c1,s1,Study,,,\ne2,c2,s2,Study,,,2024-12-18T10:00:00Z\n"
    source = folder(tmp_path, files(**{"c1_s1_ego.csv": text}))
    came = rn.read_network_canvas(source, asked_at="2024-12-01")
    assert str(came.tables["nominations"]["asked_at"].iloc[0].date()) == "2024-12-01"
    assert len(came.report.notes) == 3
    with pytest.raises(SchemaError, match="role"):
        rn.read_network_canvas(source, role="friend")


def test_bombs_locked_and_damaged_zip_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped(tmp_path / "bomb.zip", {"c_s_ego.csv": "0" * 30_000_000})
    with pytest.raises(SchemaError, match="unpacks to 30 MB"):
        rn.read_network_canvas(bomb)
    whole = zipped(tmp_path / "whole.zip", files()).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SchemaError):
        rn.read_network_canvas(tmp_path / "cut.zip")
    locked = bytearray(whole)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = locked.find(mark)
        while at >= 0:
            locked[at + place] |= 1
            at = locked.find(mark, at + 4)
    (tmp_path / "locked.zip").write_bytes(bytes(locked))
    with pytest.raises(SchemaError, match="password"):
        rn.read_network_canvas(tmp_path / "locked.zip")
    monkeypatch.setattr("recoverynet.formats.opened.MOST_ENTRIES", 2)
    with pytest.raises(SchemaError, match="files"):
        rn.read_network_canvas(tmp_path / "whole.zip")
    with pytest.raises(SchemaError, match="no folder or file"):
        rn.read_network_canvas(tmp_path / "nowhere")
