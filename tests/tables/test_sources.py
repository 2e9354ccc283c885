"""Folders of CSV and Parquet, workbooks and databases: the same record whichever it stood in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.samples import sample_folder
from recoverynet.tables.layouts import RECORD_TABLES


@pytest.fixture
def sample() -> rn.RecoveryRecord:
    return rn.read_record(sample_folder("five_people"))


def same(one: rn.RecoveryRecord, other: rn.RecoveryRecord) -> None:
    assert one.window == other.window and one.tz == other.tz
    for name in RECORD_TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), obj=name)


def workbook(path: Path, sheets: dict[str, pd.DataFrame]) -> Path:
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    return path


def naive(record: rn.RecoveryRecord) -> dict[str, pd.DataFrame]:
    """The tables with instants as local clock times, as spreadsheets hold them."""
    tables = {}
    for name, frame in record.tables().items():
        frame = frame.copy()
        for column in RECORD_TABLES[name].columns:
            if column.kind == "instant":
                frame[column.name] = frame[column.name].dt.tz_localize(None)
        tables[name] = frame
    return tables


@pytest.mark.slow
def test_a_workbook_reads_as_the_folder_does(tmp_path, sample) -> None:
    sheets = {name.title(): frame for name, frame in naive(sample).items() if len(frame)}
    path = workbook(tmp_path / "record.xlsx", sheets)
    read = rn.read_record(path)
    same(read, sample)
    assert rn.find_problems(path).empty


@pytest.mark.slow
def test_a_database_reads_as_the_folder_does(tmp_path, sample) -> None:
    path = tmp_path / "record.duckdb"
    with duckdb.connect(str(path)) as connection:
        for name, frame in sample.tables().items():
            if len(frame):
                connection.register("frame", frame)
                connection.execute(f"CREATE TABLE {name.upper()} AS SELECT * FROM frame")
    same(rn.read_record(path), sample)
    same(rn.read_record(path.rename(tmp_path / "record.db")), sample)


def test_parquet_reads_as_csv_does(tmp_path, sample) -> None:
    for name, frame in sample.tables().items():
        if len(frame):
            frame.to_parquet(tmp_path / f"{name.upper()}.parquet")
    same(rn.read_record(tmp_path), sample)


def test_csv_and_parquet_may_stand_side_by_side_but_not_for_one_table(tmp_path, folder, told) -> None:
    place = folder()
    pd.read_csv(place / "people.csv", dtype="str", keep_default_na=False).to_parquet(place / "people.parquet")
    problem = told(place, "two_files", table="people")
    assert "people.csv and people.parquet" in problem["problem"]
    (place / "people.csv").unlink()
    assert rn.read_record(place).people["person_id"].tolist() == ["007", "NA", "w1"]


def test_numbers_in_a_workbook_are_told_where_they_are_ids(tmp_path, told) -> None:
    people = pd.DataFrame({"person_id": [1, 2], "role": ["client", "peer"]})
    path = workbook(tmp_path / "x.xlsx", {"people": people})
    told(path, "ids_as_numbers", table="people", column="person_id", severity="warning")
    read = rn.read_record(path)
    assert read.people["person_id"].tolist() == ["1", "2"] and any("leading zeros" in note for note in read.notes)


def test_text_ids_of_a_workbook_keep_their_zeros(tmp_path) -> None:
    people = pd.DataFrame({"person_id": ["007", "NA"], "role": ["client", "peer"]})
    read = rn.read_record(workbook(tmp_path / "x.xlsx", {"people": people}))
    assert read.people["person_id"].tolist() == ["007", "NA"]


def test_dates_times_and_truths_of_a_workbook(tmp_path) -> None:
    groups = pd.DataFrame(
        {
            "group_id": ["g1"],
            "name": ["A"],
            "kind": ["other"],
            "start_time": [dt.time(19, 30)],
            "online": [True],
            "valid_from": [dt.date(2011, 3, 1)],
            "duration_min": [90],
        }
    )
    people = pd.DataFrame({"person_id": ["a"], "role": ["client"], "joined_on": [dt.datetime(2011, 3, 1, 9, 30)]})
    read = rn.read_record(workbook(tmp_path / "x.xlsx", {"people": people, "groups": groups}))
    group = read.groups.iloc[0]
    assert group["start_time"] == "19:30:00" and group["online"] and group["duration_min"] == 90
    assert group["valid_from"] == pd.Timestamp("2011-03-01", tz="Europe/London")
    assert read.people["joined_on"][0] == pd.Timestamp("2011-03-01T09:30", tz="Europe/London")


def test_rows_of_a_sheet_count_as_the_sheet_does(tmp_path, told) -> None:
    path = tmp_path / "x.xlsx"
    people = pd.DataFrame({"person_id": ["a", "b", None], "role": ["client", "freind", "peer"]})
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        people.to_excel(writer, sheet_name="people", index=False, startrow=2)
    told(path, "unknown_word", rows=[5])
    told(path, "blank", rows=[6])


def test_a_renamed_sheet_is_suggested(tmp_path, told) -> None:
    people = pd.DataFrame({"person_id": ["a"], "role": ["client"]})
    problem = told(workbook(tmp_path / "x.xlsx", {"Peolpe": people}), "unknown_table")
    assert "sheet 'Peolpe'" in problem["problem"] and "'people' is meant" in problem["problem"]
    problem = told(workbook(tmp_path / "y.xlsx", {"Clients": people}), "unknown_table")
    assert 'under [people] sheet = "Clients"' in problem["remedy"]


def test_empty_sheets_are_told(tmp_path, told) -> None:
    people = pd.DataFrame({"person_id": ["a"], "role": ["client"]})
    path = workbook(tmp_path / "x.xlsx", {"people": people, "episodes": pd.DataFrame()})
    told(path, "empty_file", table="episodes")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x.xlsx", "damaged, locked or not an .xlsx file"),
        ("x.duckdb", "not a DuckDB file"),
        ("x.db", "not a DuckDB file"),
        ("x.docx", "is none of them"),
    ],
)
def test_rubbish_by_another_name(tmp_path, name, words) -> None:
    path = tmp_path / name
    path.write_bytes(b"rubbish" * 100)
    with pytest.raises(rn.SchemaError, match=words):
        rn.read_record(path)


def test_a_workbook_cut_short(tmp_path) -> None:
    path = workbook(tmp_path / "x.xlsx", {"people": pd.DataFrame({"person_id": ["a"], "role": ["client"]})})
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(rn.SchemaError, match="damaged"):
        rn.read_record(path)


def test_a_parquet_file_cut_short(tmp_path, told) -> None:
    rn.write_record(rn.load_sample("five_people"), tmp_path, format="parquet")
    path = tmp_path / "observations.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    told(tmp_path, "unreadable_file", table="observations")
    with pytest.raises(rn.SchemaError, match="cut short"):
        rn.read_record(tmp_path)


def test_an_empty_database_and_a_folder_holding_a_workbook(tmp_path) -> None:
    with duckdb.connect(str(tmp_path / "x.duckdb")):
        pass
    with pytest.raises(rn.SchemaError, match="holds no table"):
        rn.read_record(tmp_path / "x.duckdb")
    with pytest.raises(rn.SchemaError, match="To read 'x.duckdb', give that file instead of the folder"):
        rn.read_record(tmp_path)


def test_typed_parquet_columns_are_taken_as_they_are(tmp_path) -> None:
    rn.write_record(rn.load_sample("five_people"), tmp_path, format="parquet")
    people = pd.read_parquet(tmp_path / "people.parquet")
    people["seniority"] = [1, 2, 3, 4, 5]
    people["joined_on"] = [dt.date(2011, 1, 10)] * 5
    people.to_parquet(tmp_path / "people.parquet")
    read = rn.read_record(tmp_path).people
    assert read["seniority"].tolist() == [1, 2, 3, 4, 5]
    assert (read["joined_on"] == pd.Timestamp("2011-01-10", tz="Europe/London")).all()
