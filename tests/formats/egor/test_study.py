"""Personal-network studies in one, two and three files and in folders, wide and long, as four programs keep them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.formats.egor.wide import wide_columns
from recoverynet.formats.imported import Imported

DAY = "2011-03-07"
EGOS = "egoID,sex,age\n1,w,66 - 100\n2,m,18 - 25\n3,w,26 - 35\n"
ALTERS = "egoID,alterID,alter.sex,alter.age\n1,1,m,56 - 65\n1,2,w,0 - 17\n1,3,m,26 - 35\n2,1,w,46 - 55\n2,2,m,\n"
TIES = "egoID,Source,Target,weight\n1,1,2,2\n1,2,3,0\n2,1,2,3\n"
THREE = {"egos.csv": EGOS, "alters.csv": ALTERS, "edges.csv": TIES}


def folder(path: Path, held: dict[str, str]) -> Path:
    for name, text in held.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(text.encode())
    return path


def dropped(came: Imported) -> dict[str, int]:
    frame = came.report.to_frame()
    return frame[frame["n_dropped"] > 0].groupby("what")["n_dropped"].sum().to_dict()


def as_study(came: Imported) -> None:
    """The three people of the study, whatever file they came from."""
    named, ties = came.tables["nominations"], came.tables["alter_ties"]
    assert came.tables["people"]["person_id"].tolist() == ["1", "2", "3"]
    assert named["alter_id"].tolist() == ["1:1", "1:2", "1:3", "2:1", "2:2"]
    assert named["alter.sex"].tolist() == ["m", "w", "m", "w", "m"]
    assert named["alter.age"].isna().tolist() == [False, False, False, False, True]
    assert ties[["alter_a", "alter_b", "weight"]].values.tolist() == [["1:1", "1:2", 2], ["1:2", "1:3", 0], ["2:1", "2:2", 3]]
    own = came.tables["observations"]
    assert own.loc[own["variable"] == "interview.sex", "value"].tolist() == ["w", "m", "w"]
    assert set(came.others["alter_observations"]["source"]) == {"perceived"}
    record = came.to_record()
    networks = rn.ego_networks(record)
    assert len(networks.alters) == 5
    assert len(networks.alter_ties) == 2


def test_three_files_long(tmp_path: Path) -> None:
    came = rn.read_egor(folder(tmp_path, THREE), asked_at=DAY)
    as_study(came)
    assert came.report.n_dropped == 0


def test_three_files_as_r_writes_them_for_central_europe(tmp_path: Path) -> None:
    held = {}
    for name, text in THREE.items():
        lines = text.splitlines()
        numbered = ['"";' + lines[0].replace(",", ";")] + [
            f'"{k}";' + line.replace(",", ";") for k, line in enumerate(lines[1:], 1)
        ]
        held[name] = "\r\n".join(numbered)
    came = rn.read_egor(folder(tmp_path, held), asked_at=DAY)
    as_study(came)
    assert dropped(came) == {"columns": 3}


def test_ids_as_egor_itself_calls_them(tmp_path: Path) -> None:
    held = {
        "ego.csv": EGOS.replace("egoID", ".egoID"),
        "alter.csv": ALTERS.replace("egoID", ".egoID").replace("alterID", ".altID"),
        "aatie.csv": TIES.replace("egoID", ".egoID").replace("Source", ".srcID").replace("Target", ".tgtID"),
    }
    as_study(rn.read_egor(folder(tmp_path, held), asked_at=DAY))


def test_openeddi_calls_the_first_end_of_a_tie_as_it_calls_alters(tmp_path: Path) -> None:
    held = {
        "study_x_responses.csv": EGOS.replace("egoID", "puid"),
        "study_x_namedetails.csv": ALTERS.replace("egoID", "puid").replace("alterID", "nameid"),
        "study_x_nameties.csv": TIES.replace("egoID", "puid").replace("Source", "nameid").replace("Target", "targetid"),
    }
    as_study(rn.read_egor(folder(tmp_path, held), asked_at=DAY))


def test_egoweb_with_people_asked_in_the_file_of_alters_and_names_dropped(tmp_path: Path) -> None:
    heading = "Interview ID,EgoID,sex,Alter Number,Alter Name,alter.sex\n"
    alters = heading + "11,1,w,1,Ann Lee,m\n11,1,w,2,Ben,w\n12,1,w,1,Ann Lee,m\n13,2,m,1,Cy,w\n"
    ties = "Interview ID,EgoID,Alter 1 Number,Alter 1 Name,Alter 2 Number,Alter 2 Name\n11,1,1,Ann Lee,2,Ben\n"
    source = folder(tmp_path, {"alters.csv": alters, "edges.csv": ties})
    came = rn.read_egor(source, asked_at=DAY, ego_id="Interview ID")
    assert came.tables["people"]["person_id"].tolist() == ["11", "12", "13"]
    assert came.tables["nominations"]["alter_id"].tolist() == ["11:1", "11:2", "12:1", "13:1"]
    assert len(came.tables["alter_ties"]) == 1
    assert "Ann" not in "".join(table.to_csv() for table in (*came.tables.values(), *came.others.values()))
    twice = rn.read_egor(source, asked_at=DAY)
    assert dropped(twice)["alters"] == 1
    assert any("Interview ID" in note for note in twice.report.notes)


def test_one_file_wide(tmp_path: Path) -> None:
    wide = (
        "egoID;sex;age;netsize;egoID.1;alter.sex.1;alter.age.1;alter.sex.2;alter.age.2;alter.sex.3;alter.age.3;X1.to.2;X1.to.3;X2.to.3\n"
        "1;w;66 - 100;3;1;m;56 - 65;w;0 - 17;m;26 - 35;2;;0\n2;m;18 - 25;2;2;w;46 - 55;m;;;;3;;\n3;w;26 - 35;0;3;;;;;;;;;\n"
    )
    came = rn.read_egor(folder(tmp_path, {"one.csv": wide}) / "one.csv", asked_at=DAY)
    as_study(came)
    assert dropped(came) == {"columns": 1}


def test_two_files_with_wide_ties_beside_the_alters(tmp_path: Path) -> None:
    egos = "egoID,sex,age,X1.to.2,X1.to.3,X2.to.3\n1,w,66 - 100,2,NA,0\n2,m,18 - 25,3,NA,NA\n3,w,26 - 35,NA,NA,NA\n"
    as_study(rn.read_egor(folder(tmp_path, {"egos.csv": egos, "alters.csv": ALTERS}), asked_at=DAY))


@pytest.mark.parametrize("form", ["lists", "matrices"])
def test_folders_with_a_file_a_person(form: str, tmp_path: Path) -> None:
    alters = pd.read_csv(folder(tmp_path / "x", THREE) / "alters.csv", dtype=str, keep_default_na=False)
    held = {"egos.csv": EGOS}
    for ego, part in alters.groupby("egoID"):
        held[f"alters/{ego}.csv"] = part.drop(columns="egoID").to_csv(index=False)
    lists = {"1": "Source,Target,weight\n1,2,2\n2,3,0\n", "2": "Source,Target,weight\n1,2,3\n"}
    matrices = {"1": ",1,2,3\n1,0,2,NA\n2,2,0,0\n3,NA,0,0\n", "2": '"","X1","X2"\n1,0,3\n2,3,0\n'}
    for ego, text in (lists if form == "lists" else matrices).items():
        held[f"edges/edges_{ego}.csv"] = text
    as_study(rn.read_egor(folder(tmp_path / form, held), asked_at=DAY))


def test_a_matrix_of_names_is_read_in_order_and_says_so(tmp_path: Path) -> None:
    held = {
        "egos.csv": "egoID\n1\n",
        "alters/1.csv": "alterID,sex\nAnn Lee,f\nBen Moe,m\n",
        "edges/1.csv": ",Ann Lee,Ben Moe\nAnn Lee,0,1\nBen Moe,1,0\n",
    }
    came = rn.read_egor(folder(tmp_path, held), asked_at=DAY)
    assert came.tables["nominations"]["alter_id"].tolist() == ["1:1", "1:2"]
    assert came.tables["alter_ties"][["alter_a", "alter_b", "weight"]].values.tolist() == [["1:1", "1:2", 1.0]]
    assert came.report.to_frame()["n_changed"].sum() == 2
    held["edges/1.csv"] = ",A,B\nA,0,1\nB,1,0\n"
    assert any("order" in note for note in rn.read_egor(folder(tmp_path, held), asked_at=DAY).report.notes)
    held["edges/1.csv"] = ",A\nA,0\n"
    assert dropped(rn.read_egor(folder(tmp_path, held), asked_at=DAY)) == {"rows": 1}


def test_what_belongs_nowhere_is_counted(tmp_path: Path) -> None:
    held = {
        "egos.csv": EGOS + "1,m,18 - 25\n,m,18 - 25\n",
        "alters.csv": ALTERS + "9,1,m,x\n1,1,m,x\n1,,m,x\n1,4\n",
        "edges.csv": TIES + "1,1,9,1\n1,1,1,1\n1,1,3,strong\n2,2,1,3\n",
        "notes.csv": "day,weather\nMonday,rain\n",
        "photo.jpg": "x",
    }
    came = rn.read_egor(folder(tmp_path, held), asked_at=DAY)
    as_study(came)
    assert dropped(came) == {
        "alters": 3,
        "files of another kind": 1,
        "people asked": 2,
        "rows": 2,
        "ties between alters": 1,
        "ties of the files": 3,
    }


def test_days_are_asked_for_and_never_guessed(tmp_path: Path) -> None:
    egos = "egoID,asked\n1,2011-03-07\n2,2011-04-01T10:30\n"
    alters = "egoID,alterID\n1,1\n2,1\n"
    source = folder(tmp_path, {"egos.csv": egos, "alters.csv": alters})
    came = rn.read_egor(source, asked_at="asked")
    assert came.tables["nominations"]["asked_at"].astype(str).tolist() == ["2011-03-07 00:00:00+00:00", "2011-04-01 10:30:00+01:00"]
    with pytest.raises(TypeError):
        rn.read_egor(source)  # type: ignore[call-arg]
    folder(tmp_path, {"egos.csv": egos.replace("2011-03-07", "03/07/2011")})
    with pytest.raises(SchemaError, match="not guessed"):
        rn.read_egor(source, asked_at="asked")


def test_decimal_commas_and_names_of_people_asked(tmp_path: Path) -> None:
    held = {"e.csv": "egoID;hours\nJohn Smith;2,5\n", "a.csv": "egoID;alterID\nJohn Smith;a1\nJohn Smith;a2\n",
            "t.csv": "egoID;from;to;weight\nJohn Smith;a1;a2;0,5\n"}  # fmt: skip
    came = rn.read_egor(folder(tmp_path, held), asked_at=DAY)
    assert came.tables["people"]["person_id"].tolist() == ["ego 1"]
    assert came.tables["observations"]["value"].tolist() == ["2.5"]
    assert came.tables["alter_ties"]["weight"].tolist() == [0.5]


@pytest.mark.parametrize(
    ("titles", "declared", "blocks", "pairs"),
    [
        (["item1", "item2", "item3"], (), {}, 0),
        (["sex1", "sex2", "tie_1_2"], (), {"sex": 2}, 1),
        (["sex1", "sex2"], ("sex",), {"sex": 2}, 0),
        (["alter_age_1", "alter_age_2", "q_1_2"], (), {"alter_age": 2}, 1),
        (["score_1_2", "score_2_2"], (), {}, 0),
        (["1 to 2", "1 to 3", "2 to 3"], (), {}, 3),
    ],
)
def test_which_columns_are_about_alters(titles: list[str], declared: tuple[str, ...], blocks: dict[str, int], pairs: int) -> None:
    found = wide_columns(titles, declared)
    assert {stem: len(block) for stem, block in found.blocks.items()} == blocks
    assert len(found.pairs) == pairs


@pytest.mark.parametrize(
    ("held", "message"),
    [
        ({"a.csv": "x,y\n1,2\n"}, "egoID"),
        ({"a.jpg": "x"}, "no CSV file"),
        ({"egos.csv": ""}, "empty"),
        ({"egos.csv": "egoID,age\n"}, "nobody who was asked"),
        ({"egos.csv": "<html>502</html>"}, "web site"),
        ({"egos.csv": "PK\x03\x04"}, "zip file"),
    ],
)
def test_what_is_no_study_says_what_was_expected(held: dict[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=message):
        rn.read_egor(folder(tmp_path / "in", held), asked_at=DAY)


def test_people_who_named_nobody_are_people(tmp_path: Path) -> None:
    came = rn.read_egor(folder(tmp_path, {"egos.csv": EGOS}), asked_at=DAY)
    assert came.tables["people"]["person_id"].tolist() == ["1", "2", "3"]
    assert "nominations" not in came.tables
