"""Tables made of parts: several files as one, one file as several, areas of sheets, patterns, numbered names."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.tables.areas import Area, joined_heading, read_area

EXPORT = (
    "Riverside recovery service;;;;;\nPrinted 1 May 2011;;;;;\nRef;Date;Time;Keyworker;Type;Attended\n"
    "C001;07/03/2011;9:30;Sara Ahmed;Phone;Attended\nC001;14/03/2011;19:30;sara  ahmed;Face to face;DNA\n"
    "C002;15/03/2011;10:00;Tom Bell;Phone;Cancelled by client\nTotal;;;;;3\n"
)
MAPPING = """
[[people]]
file = "export_*.csv"
area = "A3"
leave_out = { Ref = "^total" }
once = true
drop = ["Keyworker", "Type", "Attended", "Date", "Time"]
columns = { person_id = "Ref", role = { default = "client" } }
[[people]]
file = "export_*.csv"
area = "A3"
leave_out = { Ref = "^total" }
once = true
drop = ["Ref", "Type", "Attended", "Date", "Time"]
columns = { person_id = { from = "Keyworker", numbered = "worker" }, role = { default = "worker" } }
[contact_log]
file = "export_*.csv"
area = "A3"
leave_out = { Ref = "^total" }
[contact_log.columns]
person_id = "Ref"
with_person_id = { from = "Keyworker", numbered = "worker" }
started_at = { from = ["Date", "Time"], date_format = "%d/%m/%Y %H:%M" }
kind = { from = "Type", patterns = { "phone|tel" = "call", "face" = "one_to_one" } }
outcome = { from = "Attended", patterns = { "^dna" = "did_not_attend", "^canc" = "cancelled", "^att" = "attended" } }
"""


def place_of(tmp_path: Path, **files: str) -> tuple[Path, Path]:
    folder = tmp_path / "data"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_bytes(text.encode("cp1252"))
    mapping = tmp_path / "map.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    return folder, mapping


def test_one_export_fills_people_workers_contacts_and_appointments(tmp_path) -> None:
    folder, mapping = place_of(tmp_path, export_1=EXPORT, export_2=EXPORT.replace("C00", "C01").replace("2011", "2010"))
    record = rn.read_record(folder, mapping=mapping)
    assert record.people["person_id"].tolist() == ["C001", "C002", "C011", "C012", "worker-1", "worker-2"]
    assert record.people["role"].value_counts().to_dict() == {"client": 4, "worker": 2}
    assert len(record.occasions) == 2 and set(record.occasions["kind"]) == {"call"}
    assert record.appointments["outcome"].value_counts().to_dict() == {"did_not_attend": 2, "cancelled": 2}
    assert record.appointments["with_person_id"].value_counts().to_dict() == {"worker-1": 2, "worker-2": 2}, (
        "spelt apart, one person"
    )
    assert "Ahmed" not in " ".join(record.notes)


def test_faults_name_the_file_they_stand_in(tmp_path) -> None:
    folder, mapping = place_of(tmp_path, export_1=EXPORT, export_2=EXPORT.replace("15/03/2011", "soon"))
    problems = rn.find_problems(folder, mapping=mapping)
    fault = problems[problems["rule"] == "not_a_date"].iloc[0]
    assert fault["rows"] == [6] and "export_2.csv" in fault["problem"]


def test_the_same_key_gives_the_same_names(tmp_path) -> None:
    import pyarrow as pa

    from recoverynet.tables.parts import Labels

    names = pa.chunked_array([["Sara Ahmed", None, "SARA AHMED ", "Tom"]])
    assert Labels().of(names, "worker").to_pylist() == ["worker-1", None, "worker-1", "worker-2"]
    one, other = (Labels(b"a key of sixteen").of(names, "worker").to_pylist() for _ in range(2))
    assert one == other and one[0] == one[2] != one[3] and one[1] is None


@pytest.mark.parametrize(
    ("text", "area"),
    [("A3:F40", Area(3, 40, 0, 5)), ("b2", Area(2, None, 1, None)), ("$A$3:$AA", Area(3, None, 0, 26)), ("3:40", Area(3, 40))],
)
def test_areas_are_written_as_in_a_spreadsheet(text: str, area: Area) -> None:
    assert read_area("here", text) == area
    assert read_area("here", area.written()) == area


@pytest.mark.parametrize("text", ["", "3-40", "F3:A40", "A40:F3", "A0", 7, "A3:F40:G1"])
def test_areas_that_are_none(text: object) -> None:
    with pytest.raises(SchemaError, match="here: "):
        read_area("here", text)


def test_headings_of_several_rows_are_joined() -> None:
    assert joined_heading([["", "March", "", "Sum"], ["Ref", "7", "14", ""]]) == ["Ref", "March 7", "March 14", "Sum"]


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({"only": {"Ref": "("}}, "is not a pattern"),
        ({"only": {"Ref": "(?=a)"}}, "looks ahead"),
        ({"only": "Ref"}, "only is a section"),
        ({"once": "yes"}, "once is true or false"),
        ({"columns": {"role": {"from": "Type", "patterns": {"x": "boss"}}}}, "'boss' is not one of"),
        ({"columns": {"role": {"from": "Type", "numbered": "worker"}}}, "only ids and texts can be numbered"),
        ({"columns": {"person_id": {"from": "Ref", "numbered": "a b"}}}, "numbered is one word"),
        ({"heading_rows": 9}, "heading_rows is a whole number"),
    ],
)
def test_wrong_parts_are_located(section: dict, says: str) -> None:
    from recoverynet.tables.mapping import read_mapping

    with pytest.raises(SchemaError, match=says):
        read_mapping({"people": [section]})


def test_a_messy_sheet_two_heading_rows_merged_cells_and_a_hidden_sheet(tmp_path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Clients 2011")
        sheet.merge_range(0, 0, 0, 3, "Riverside")
        sheet.merge_range(2, 1, 2, 2, "Person")
        for column, title in enumerate(["", "Ref", "Type", "Ward"]):
            sheet.write(3, column, title)
        sheet.write(2, 3, "Home")
        for row, values in enumerate([("007", "client", "North"), ("008", "client", ""), ("009", "peer", "South")], start=4):
            sheet.write_row(row, 1, values)
        sheet.merge_range(4, 3, 5, 3, "North")
        sheet.write_row(9, 1, ["another", "table", "below"])
        hidden = book.add_worksheet("old")
        hidden.write_row(0, 0, ["person_id", "role"])
        hidden.hide()
    mapping = {
        "people": {
            "sheet": "Clients 2011",
            "area": "B3:D7",
            "heading_rows": 2,
            "columns": {"person_id": "Person Ref", "role": "Person Type", "area": "Home Ward"},
        }
    }
    problems = rn.find_problems(path, mapping=mapping)
    assert set(problems["rule"]) == {"missing_table", "hidden_sheet"}
    people = rn.read_record(path, mapping=mapping).people
    assert people["person_id"].tolist() == ["007", "008", "009"] and people["area"].tolist() == ["North", "North", "South"]
    assert isinstance(people, pd.DataFrame)
