"""Attendance registers as services keep them: messy workbooks, long lists, codes, and questions instead of guesses."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.formats.register.marks import meaning_of


def csv(tmp_path: Path, text: str, name: str = "Recovery Cafe.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def workbook(tmp_path: Path) -> Path:
    """Title rows, two-row headings, merged cells, totals, a legend, a hidden sheet; ticks, times and codes."""
    path = tmp_path / "register 2010-11.xlsx"
    with xlsxwriter.Workbook(path) as book:
        day, clock = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "hh:mm"})
        for name, marks in (
            ("SMART Recovery", [["✓", "/", "N"], ["", "Y", "✓"], ["n", "", ""]]),
            ("Recovery Café", [[dt.time(10, 15), "", ""], [dt.time(10, 0), dt.time(10, 30), ""], ["", "", ""]]),
            ("Footpaths", [["P", "DNA", "A"], ["Canc", "P", "S"], ["A", "A", "P"]]),
        ):
            sheet = book.add_worksheet(name)
            sheet.merge_range(0, 0, 0, 5, f"{name}: attendance register")
            for column, title in enumerate(("Ref", "Name", "Ward")):
                sheet.merge_range(2, column, 3, column, title)
            sheet.merge_range(2, 3, 2, 5, "Sessions")
            for column in range(3):
                sheet.write_datetime(3, 3 + column, dt.datetime(2010, 9, 6) + dt.timedelta(weeks=column), day)
            sheet.write(3, 6, "Total")
            for row, (ref, who) in enumerate((("C001", "Ann Bell"), ("C002", "Bo Fry"), ("C003", "Di Gill"))):
                sheet.write_row(4 + row, 0, [ref, who, "North"])
                for column, mark in enumerate(marks[row]):
                    if isinstance(mark, dt.time):
                        sheet.write_datetime(4 + row, 3 + column, mark, clock)
                    elif mark:
                        sheet.write(4 + row, 3 + column, mark)
                sheet.write(4 + row, 6, 2)
            sheet.write_row(7, 0, ["Total", "", "", 2, 2, 1])
            sheet.write(9, 0, "Key: ✓ attended")
        lists = book.add_worksheet("lists")
        lists.write_column(0, 0, ["Y", "N"])
        lists.hide()
    return path


def test_a_messy_workbook_comes_in_with_exact_counts(tmp_path) -> None:
    came = rn.read_register(workbook(tmp_path), codes={"S": "cancelled"})
    record = came.to_record()
    assert record.people["person_id"].tolist() == ["C001", "C002", "C003"] and set(record.people["area"]) == {"North"}
    assert record.groups[["name", "kind"]].values.tolist() == [
        ["SMART Recovery", "mutual_aid"], ["Recovery Café", "recovery_cafe"], ["Footpaths", "other"],
    ]  # fmt: skip
    assert record.participation.merge(record.occasions, on="occasion_id").groupby("group_id").size().to_dict() == {
        "SMART Recovery": 4, "Recovery Café": 3, "Footpaths": 3,
    }  # fmt: skip
    assert sorted(record.appointments["outcome"]) == ["cancelled", "cancelled", "did_not_attend"]
    cafe = record.occasions[record.occasions["group_id"] == "Recovery Café"]["started_at"]
    assert [f"{moment:%H:%M}" for moment in cafe] == ["10:00", "10:30"], "the earliest time somebody came"
    said = came.report.to_frame()
    assert said[said["what"] == "rows"]["n_dropped"].tolist() == [1, 1, 1] and "hidden" in " ".join(came.report.notes)
    assert not any(name in str(record.people.values) + came.report.summary() for name in ("Ann", "Fry", "Gill"))


def test_marks_that_nobody_knows_are_counted_and_no_attendance(tmp_path) -> None:
    came = rn.read_register(csv(tmp_path, "Ref,13/03/2011,20/03/2011\nC1,Y,Q\nC2,Q,Z\n"))
    row = came.report.to_frame().query("what == 'marks'").iloc[-1]
    assert (row["n_in"], row["n_out"]) == (4, 1) and "'Q' (2)" in row["why"] and "--code" in row["why"]
    assert len(came.tables["participation"]) == 1


@pytest.mark.parametrize(
    ("mark", "meaning"),
    [
        ("Y", "attended"), ("✓", "attended"), ("/", "attended"), ("1", "attended"), ("19:30", "attended"), ("7.30pm", "attended"),
        ("Late", "attended"), ("n", "not_there"), ("0", "not_there"), ("-", "not_there"), ("Absent", "not_there"),
        ("DNA", "did_not_attend"),
        ("No show", "did_not_attend"), ("Canc", "cancelled"), ("apols", "cancelled"), ("Booked", "booked"),
        ("A", None), ("Q", None), ("3", None),
    ],
)  # fmt: skip
def test_marks(mark, meaning) -> None:
    assert meaning_of(mark, frozenset(), {}) == meaning


def test_a_beside_p_is_absent_and_codes_come_first() -> None:
    assert meaning_of("A", frozenset({"p", "a"}), {}) == "not_there"
    assert meaning_of("A", frozenset({"p", "a"}), {"a": "attended"}) == "attended"


def test_names_alone_are_numbered_and_the_same_over_sheets(tmp_path) -> None:
    for name in ("SMART", "Cafe"):
        csv(tmp_path, "Name,13/03/2011,20/03/2011\nAnn Bell,Y,\nann  bell,,Y\nBo Fry,Y,Y\n", f"{name}.csv")
    came = rn.read_register(tmp_path)
    assert came.tables["people"]["person_id"].tolist() == ["person-1", "person-2"]
    assert len(came.tables["participation"]) == 8 and "Bell" not in str(came.tables) + came.report.summary()
    keyed = [rn.read_register(tmp_path, key="a key of sixteen bytes").tables["people"]["person_id"].tolist() for _ in range(2)]
    assert keyed[0] == keyed[1] and keyed[0][0].startswith("p")


def test_two_people_on_a_row_and_rows_of_nobody_are_told(tmp_path) -> None:
    text = "Ref,13/03/2011,20/03/2011\nC1,Y,Y\nC2 & C3,Y,\nC4,Y,\nC5,,\nC6,,\n,2,1\nTotal,3,2\n"
    came = rn.read_register(csv(tmp_path, text))
    rows = came.report.to_frame().query("what == 'rows'")
    assert rows["why"].tolist() == ["rows of totals", "rows that name nobody", "rows that name two people"]
    assert set(came.tables["participation"]["person_id"]) == {"C1", "C4"}


@pytest.mark.parametrize(
    ("heading", "how", "asked"),
    [
        ("Ref,01/02/2011,08/02/2011", {}, "day first or month first"),
        ("Ref,13/02/2011,02/14/2011", {}, "not all written in one order"),
        ("Ref,7 Mar,14 Mar", {}, "names no year"),
        ("Ref,Week 1,Week 2", {}, "on which day was 'Week 1'"),
        ("Ref,6 Dec,3 Jan", {"year": 2010}, "pass from one year to the next"),
    ],
)
def test_what_is_not_certain_is_asked(tmp_path, heading, how, asked) -> None:
    with pytest.raises(SchemaError, match=asked):
        rn.read_register(csv(tmp_path, f"{heading}\nC1,Y,Y\nC2,Y,\n"), **how)


@pytest.mark.parametrize(
    ("heading", "how", "days"),
    [
        ("Ref,01/02/2011,08/02/2011", {"dates": "day_first"}, ["2011-02-01", "2011-02-08"]),
        ("Ref,01/02/2011,08/02/2011", {"dates": "month_first"}, ["2011-01-02", "2011-08-02"]),
        ("Ref,7 Mar,14 Mar", {"year": 2011}, ["2011-03-07", "2011-03-14"]),
        ("Ref,Mon 7th March 2011,Mon 14th March 2011", {}, ["2011-03-07", "2011-03-14"]),
        ("Ref,Week 1,Week 3", {"first_session": "2011-03-07"}, ["2011-03-07", "2011-03-21"]),
        ("Ref,Week 1,Week 2", {"sessions": {"week 1": "2011-03-07", "Week 2": "2011-03-09"}}, ["2011-03-07", "2011-03-09"]),
        ("Ref,2011-03-07,2011-03-07", {}, ["2011-03-07", "2011-03-07"]),
    ],
)
def test_days_of_sessions(tmp_path, heading, how, days) -> None:
    came = rn.read_register(csv(tmp_path, f"{heading}\nC1,Y,Y\nC2,Y,\n"), **how)
    occasions = came.to_record().occasions
    assert [f"{moment:%Y-%m-%d}" for moment in occasions["started_at"]] == sorted(days) and occasions["occasion_id"].is_unique


def test_a_long_register(tmp_path) -> None:
    text = "Date;Time;Client ref;Client name;Attended\n13/03/2011;19:30;C1;Ann;Y\n"
    text += "13/03/2011;19:30;C2;Bo;DNA\n20/03/2011;19:30;C1;Ann;Y\n"
    record = rn.read_register(csv(tmp_path, text, "SMART group.csv", "cp1252")).to_record()
    assert len(record.occasions) == 2 and len(record.participation) == 2 and record.appointments["person_id"].tolist() == ["C2"]
    assert record.occasions["started_at"].tolist()[0] == pd.Timestamp("2011-03-13T19:30", tz="Europe/London")


def test_the_group_is_named_by_the_line_above_where_sheets_are_months(tmp_path) -> None:
    path = tmp_path / "register.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for month in ("March 2011", "April 2011"):
            sheet = book.add_worksheet(month)
            sheet.write(0, 0, "Eastmoor SMART Recovery - Attendance Register 2011")
            sheet.write_row(2, 0, ["Ref", "7/" + ("3" if month[0] == "M" else "4"), "14/" + ("3" if month[0] == "M" else "4")])
            sheet.write_row(3, 0, ["C1", "Y", "Y"])
            sheet.write_row(4, 0, ["C2", "", "Y"])
    record = rn.read_register(path).to_record()
    assert record.groups["name"].tolist() == ["Eastmoor SMART Recovery"] and len(record.occasions) == 4


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "no register"),
        ("a.csv", b"<html><body>no</body></html>", "no register|no column|no sessions"),
        ("a.csv", b"a,b\n1,2\n", "no register"),
        ("a.xlsx", b"PK\x03\x04rubbish", "cannot be opened|damaged|zip"),
        ("a.csv", b"PK\x03\x04rubbish", "no register"),
        ("a.csv", "Отметка,Дата\n1,2\n".encode(), "no register"),
    ],
)
def test_what_is_no_register(tmp_path, name, content, says) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SchemaError, match=says):
        rn.read_register(tmp_path / name)


def test_a_thousand_columns(tmp_path) -> None:
    days = pd.date_range("2008-01-01", periods=1000)
    text = "Ref," + ",".join(f"{day:%d/%m/%Y}" for day in days) + "\nC1" + ",Y" * 1000 + "\nC2" + "," * 1000 + "\n"
    assert len(rn.read_register(csv(tmp_path, text)).tables["occasions"]) == 1000


_WRONG = ({"kind": "pub"}, {"role": "boss"}, {"codes": {"S": "sick"}}, {"first_session": "soon"}, {"key": "short"})


@pytest.mark.parametrize("how", _WRONG)
def test_wrong_arguments(tmp_path, how) -> None:
    with pytest.raises(SchemaError):
        rn.read_register(csv(tmp_path, "Ref,13/03/2011,20/03/2011\nC1,Y,Y\nC2,,Y\n"), **how)
