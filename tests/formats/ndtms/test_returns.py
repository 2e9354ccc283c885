"""National returns: a row a modality or a measure, refusals, ranges, tokens, and states by a declared rule alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.formats.ndtms.state_rule import read_state_rule
from recoverynet.report.evaluation.outcomes import first_and_last

HEAD = (
    "FINITIAL,SINITIAL,DOB,SEX,AGNCY,CLIENTID,CONSENT,PC,LA,DRUG1,TRIAGED,DISD,DISRSN,MODAL,MODST,MODEND,MODEXIT,SUBMODDT,RECPEER,RECMAID,"
    "TOPDATE,TRSTAGE,ALCUSE,OPIUSE,PSYHSTAT,QUALLIFE,ACUTHPBM,NEWCOL\n"
)
ROWS = (
    "A,B,13/02/1970,M,A1,7,Y,AB1 2,E06,OPI,14/01/2011,NA,NA,71,14/01/2011,NA,NA,20/03/2011,Y,N,NA,NA,NA,NA,NA,NA,NA,x\n"
    "A,B,13/02/1970,M,A1,7,Y,AB1 2,E06,OPI,14/01/2011,NA,NA,75,14/02/2011,NA,NA,NA,NA,NA,20/03/2011,R,0,0,12,13,N,x\n"
    "C,D,01/12/1980,F,A1,8,Y,AB1 3,E06,ALC,14/01/2011,01/05/2011,80,73,"
    "14/01/2011,01/05/2011,1,NA,NA,NA,20/01/2011,S,28,NA,12,25,Y,x\n"
    "E,F,01/12/1985,F,A1,9,N,AB1 3,E06,ALC,14/01/2011,01/05/2011,80,73,"
    "14/01/2011,01/05/2011,1,NA,NA,NA,20/01/2011,S,28,NA,12,2,Y,x\n"
)
KEY = "a key of sixteen bytes"


def file_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "return.csv"
    path.write_text(text)
    return path


def test_people_episodes_interventions_and_forms(tmp_path) -> None:
    came = rn.read_ndtms(file_of(tmp_path, HEAD + ROWS))
    record = came.to_record()
    people = record.people.set_index("person_id")
    assert people.index.tolist() == ["A1:7", "A1:8", "A1:9"] and people["age_band"].fillna("").tolist() == ["35-44", "25-34", ""]
    assert people["consent_evaluation"].tolist() == [True, True, False] and pd.isna(people.loc["A1:9", "sex"])
    assert record.episodes[["person_id", "modality", "exit_reason"]].fillna("").values.tolist() == [
        ["A1:7", "71+75", ""],
        ["A1:8", "73", "80"],
    ]
    values = {(row.person_id, row.variable): row.value for row in record.observations.itertuples()}
    assert values["A1:7", "intervention.peer_support"] == "yes" and ("A1:7", "intervention.mutual_aid_access") not in values
    assert values["A1:7", "wellbeing.quality_of_life"] == "13" and values["A1:8", "housing.acute_problem"] == "yes"
    assert ("A1:8", "wellbeing.quality_of_life") not in values, "25 is outside 0 to 20"
    assert "state" not in set(record.observations["variable"]), "no state without a rule"
    assert len(came.others["modalities"]) == 3
    told = came.report.summary()
    for what in ("QUALLIFE outside its range", "NEWCOL", "do not consent", "FINITIAL, SINITIAL, DOB, PC", "repeat a person"):
        assert what in told
    written = str([frame.to_csv() for frame in record.tables().values()])
    assert "1970" not in written and "AB1" not in written


def test_tokens_are_keyed_and_the_same_for_the_same_person_elsewhere(tmp_path) -> None:
    one = rn.read_ndtms(file_of(tmp_path, HEAD + ROWS), key=KEY).tables["people"]
    elsewhere = HEAD + ROWS.splitlines()[0].replace(",A1,7,", ",B2,99,").replace("A,B,", "a,b,") + "\n"
    other = rn.read_ndtms(file_of(tmp_path, elsewhere), key=KEY).tables["people"]
    assert other["linkage_token"][0] == one["linkage_token"][0] and other["person_id"][0] != one["person_id"][0]
    assert one["linkage_token"].nunique() == 2 and pd.isna(one["linkage_token"][2]), "nothing of people who do not consent"
    third = rn.read_ndtms(file_of(tmp_path, elsewhere), key=KEY + "!").tables["people"]
    assert third["linkage_token"][0] != other["linkage_token"][0]
    assert "linkage_token" not in rn.read_ndtms(file_of(tmp_path, HEAD + ROWS)).tables["people"]


def test_a_state_by_a_declared_rule_is_printed_with_the_record(tmp_path) -> None:
    rule = "abstinent if alcohol = 0 and opiates = 0; using if any > 0"
    record = rn.read_ndtms(file_of(tmp_path, HEAD + ROWS), state_rule=rule).to_record()
    states = record.observations[record.observations["variable"] == "state"]
    assert states[["person_id", "value"]].values.tolist() == [["A1:7", "abstinent"], ["A1:8", "using"]]
    assert any(rule in note for note in record.notes) and states["instrument"].str.contains("declared rule").all()


@pytest.mark.parametrize(
    ("days", "state"),
    [
        ({"alcohol": 0, "opiates": 0}, "abstinent"),
        ({"alcohol": 3, "opiates": 0}, "reduced"),
        ({"alcohol": 20, "opiates": 0}, "using"),
        ({"alcohol": None, "opiates": 0}, None),
        ({"alcohol": None, "opiates": 9}, "using"),
        ({"alcohol": None, "opiates": None}, None),
    ],
)
def test_rules_know_what_they_do_not_know(days, state) -> None:
    rule = read_state_rule("abstinent if all = 0; reduced if alcohol <= 4 and opiates <= 4; using otherwise")
    got = rule.states({name: pd.Series([value], dtype=float) for name, value in days.items()})
    assert (None if pd.isna(got[0]) else got[0]) == state


@pytest.mark.parametrize(
    "text",
    [
        "",
        "clean if all = 0",
        "abstinent when all = 0",
        "abstinent if beer = 0",
        "abstinent if all = 40",
        "abstinent if all ~ 0",
        "using",
    ],
)
def test_what_is_no_rule(text) -> None:
    with pytest.raises(SchemaError, match="rule|test"):
        read_state_rule(text)


def test_a_derived_extract_in_small_letters(tmp_path) -> None:
    text = "client_random_id,n_jy,triaged,disd,submoddt,recmaid_any,utla23cd\n"
    text += "11,1,2011-01-14,2011-05-01,2011-03-20,1,E06\n11,1,2011-01-14,2011-05-01,2011-04-20,0,E06\n"
    record = rn.read_ndtms(file_of(tmp_path, text)).to_record()
    assert record.people["person_id"].tolist() == ["11"] and len(record.episodes) == 1 and len(record.observations) == 1
    attributor = text.replace("client_random_id", "attrbdat").replace("\n11,", "\nAB13021970M,")
    people = rn.read_ndtms(file_of(tmp_path, attributor)).tables["people"]
    assert people["person_id"].tolist() == ["person-1"], "an attributor is no id: it is made of initials and birth date"


def test_other_versions_are_declared(tmp_path) -> None:
    text = "CLIENTID,TRIAGED,REVIEWDATE,RECSUP1\n7,2011-01-14,2011-03-20,Y\n"
    came = rn.read_ndtms(file_of(tmp_path, text), columns={"RECSUP1": "RECPEER", "REVIEWDATE": "SUBMODDT"})
    assert came.tables["observations"]["variable"].tolist() == ["intervention.peer_support"]
    for columns, says in (({"X": "RECPEER"}, "no column 'X'"), ({"RECSUP1": "NONSENSE"}, "no column of the data set")):
        with pytest.raises(SchemaError, match=says):
            rn.read_ndtms(file_of(tmp_path, text), columns=columns)


def test_two_answers_on_one_day_and_dates_that_are_none(tmp_path) -> None:
    text = "CLIENTID,TRIAGED,TOPDATE,ALCUSE\n7,14/01/2011,20/03/2011,3\n7,14/01/2011,20/03/2011,5\n8,never,20/03/2011,x\n"
    came = rn.read_ndtms(file_of(tmp_path, text))
    told = came.report.summary()
    assert "two different answers" in told and "no dates" in told and "ALCUSE outside its range" in told
    assert "observations" not in came.tables


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "no return"),
        ("CLIENTID,TRIAGED\n7,01/02/2011\n", "--dates day-first"),
        ("CLIENTID,TRIAGED,DISD\n7,13/02/2011,02/14/2011\n", "only day first and others only month|others only month first"),
        ("", "is empty"),
        ("<html><body>no</body></html>\n<p>", "web page"),
    ],
)
def test_what_cannot_be_read(tmp_path, text, says) -> None:
    with pytest.raises(SchemaError, match=says):
        rn.read_ndtms(file_of(tmp_path, text))


def test_tokens_of_each_part_are_made_for_a_linkage_alone(tmp_path) -> None:
    file = file_of(tmp_path, HEAD + ROWS)
    assert not [name for name in rn.read_ndtms(file, key=KEY).tables["people"] if name == "linkage_first"]
    people = rn.read_ndtms(file, key=KEY, for_linkage=True).tables["people"]
    plain = pd.DataFrame({"person_id": ["x"], "birth_date": ["1970-01-01"], "first_initial": ["A"], "second_initial": ["B"]})
    tokens = rn.linkage_tokens(plain, key=KEY)
    assert people["linkage_first"][0] == tokens["linkage_first"][0] and people["linkage_key"][0] == tokens["linkage_key"][0]
    assert people.loc[2, [name for name in people if name.startswith("linkage_")]].isna().all(), "they do not consent"
    with pytest.raises(rn.SchemaError, match="tokens need a key"):
        rn.read_ndtms(file, for_linkage=True)


def test_birth_dates_that_cannot_be_right_make_no_token_and_stand_in_the_notes(tmp_path) -> None:
    dates = ["01/05/1880", "01/05/2090", "24/12/2011", *[f"13/05/19{year}" for year in range(60, 70)]]
    rows = "".join(f"A1,{at},14/01/2011,A,B,{born},M\n" for at, born in enumerate(dates))
    came = rn.read_ndtms(file_of(tmp_path, "AGNCY,CLIENTID,TRIAGED,FINITIAL,SINITIAL,DOB,SEX\n" + rows), key=KEY, for_linkage=True)
    people = came.tables["people"]
    assert people["linkage_year"].isna().tolist() == [True] * 3 + [False] * 10
    assert people["linkage_token"].isna().tolist() == [True] * 3 + [False] * 10
    told = "1 before 1900, 1 after today, 1 after the day the person was first known"
    assert [note for note in came.report.notes if "3 of 13 birth dates" in note and told in note]


BY_PARTICULARS = "TRIAGED,FINITIAL,SINITIAL,DOB,SEX,SUBMODDT,RECMAID\n"


def test_a_birth_date_that_cannot_be_right_tells_nobody_apart(tmp_path) -> None:
    births = ["13/05/1970", "01/01/1900", "01/01/1900", "01/05/2090", "24/12/2011"]
    rows = "".join(f"14/01/2011,A,B,{born},M,20/03/2011,Y\n" for born in births)
    came = rn.read_ndtms(file_of(tmp_path, BY_PARTICULARS + rows))
    assert came.tables["people"]["person_id"].tolist() == ["person-1"], "four rows are strangers, or one person: nobody knows"
    told = "2 that systems fill in, such as 1 January 1900, 1 after today, 1 after the day the person was first known"
    assert [note for note in came.report.notes if "4 of 5 birth dates" in note and told in note]
    assert "rows that name nobody" in came.report.summary()
    with_key = rn.read_ndtms(file_of(tmp_path, BY_PARTICULARS + rows), key=KEY, for_linkage=True)
    assert len(with_key.tables["people"]) == 1 and len([note for note in with_key.report.notes if "birth dates" in note]) == 1


def test_people_known_by_particulars_alone_are_the_same_in_every_file_and_others_are_others(tmp_path) -> None:
    folder = tmp_path / "returns"
    folder.mkdir()
    row = "14/01/2011,{},B,13/05/1970,M,20/03/2011,Y\n"
    (folder / "a.csv").write_text(BY_PARTICULARS + row.format("A") + row.format("C"))
    (folder / "b.csv").write_text(BY_PARTICULARS + row.format("D") + row.format("A"))
    people = rn.read_ndtms(folder).tables["people"]["person_id"]
    assert sorted(people) == ["person-1", "person-2", "person-3"]
    assert rn.read_ndtms(folder, key=KEY).tables["people"]["person_id"].nunique() == 3


def test_forms_of_start_and_exit_are_one_instrument_whose_answers_can_be_compared(tmp_path) -> None:
    text = "CLIENTID,TRIAGED,TOPDATE,TRSTAGE,QUALLIFE\n7,14/01/2011,20/01/2011,S,5\n7,14/01/2011,20/07/2011,X,12\n"
    text += "8,14/01/2011,21/01/2011,S,9\n"
    record = rn.read_ndtms(file_of(tmp_path, text)).to_record()
    assert record.observations["instrument"].unique().tolist() == ["TOP"]
    assert record.observations["top_stage"].tolist() == ["S", "X", "S"]
    pairs = first_and_last(record.observations)
    assert pairs.loc["7", ["first", "last"]].tolist() == ["5", "12"] and "8" not in pairs.index
