"""CSV as it is found: encodings, separators, ragged rows, open quotation marks, rubbish."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recoverynet.tables.csv_text import read_csv_text
from recoverynet.tables.raw import ROW, RawTable


@pytest.fixture
def read(tmp_path: Path):
    def reader(content: str | bytes, name: str = "x.csv") -> RawTable:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return read_csv_text(path, {"a", "b", "c"})

    return reader


def cells(raw: RawTable) -> dict[str, list]:
    assert raw.table is not None, raw.problems
    return raw.table.to_pydict()


def rules(raw: RawTable) -> list[str]:
    return [problem.rule for problem in raw.problems]


def test_rows_count_as_in_a_spreadsheet(read) -> None:
    assert cells(read("a,b\n1,2\n\n3,4\n")) == {ROW: [2, 4], "a": ["1", "3"], "b": ["2", "4"]}
    assert cells(read("\n\na,b\n1,2\n"))[ROW] == [4]
    assert cells(read('a,b\n1,"two\nlines"\n3,4\n')) == {ROW: [2, 3], "a": ["1", "3"], "b": ["two\nlines", "4"]}


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings(read, ending: str) -> None:
    raw = read(ending.join(["a,b", "1,2", "3,4"]))
    assert cells(raw) == {ROW: [2, 3], "a": ["1", "3"], "b": ["2", "4"]} and not raw.problems


def test_text_is_kept_but_for_space_around_it_and_empty_is_missing(read) -> None:
    assert cells(read("a,b\n007,NA\n  1 ,\n")) == {ROW: [2, 3], "a": ["007", "1"], "b": ["NA", None]}


@pytest.mark.parametrize(
    ("content", "separator"),
    [("a;b\n1;2\n", "semicolons"), ("a\tb\n1\t2\n", "tabs"), ("a|b\n1|2\n", "bars"), ("sep=;\na;b\n1;2\n", "semicolons")],
)
def test_other_separators_are_read_and_told(read, content: str, separator: str) -> None:
    raw = read(content)
    assert cells(raw)["a"] == ["1"] and cells(raw)["b"] == ["2"]
    assert [problem.severity for problem in raw.problems] == ["warning"]
    assert separator in raw.problems[0].problem


def test_a_separator_within_the_header_is_told_from_the_one_between(read) -> None:
    assert read("a;b;x,y\n1;2;3\n").columns == ["a", "b", "x,y"]


def test_utf8_with_mark_is_no_fault(read) -> None:
    raw = read("\ufeffa,b\n1,é\n")
    assert cells(raw) == {ROW: [2], "a": ["1"], "b": ["é"]} and not raw.problems


def test_windows_1252_is_read_and_told_with_its_rows(read) -> None:
    raw = read("a,b\n1,x\n2,café – €\n".encode("cp1252"))
    assert cells(raw)["b"] == ["x", "café – €"]
    assert raw.problems[0].rule == "encoding" and raw.problems[0].rows == (3,)
    assert raw.problems[0].severity == "warning"


def test_utf16_with_mark_is_read(read) -> None:
    assert cells(read("a\tb\n1\té\n".encode("utf-16")))["b"] == ["é"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty (0 bytes)"),
        (b"\n \n", "no header and no rows"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"PAR1xxxx", "Parquet file"),
        (b"%PDF-1.4", "PDF"),
        (bytes(range(256)) * 4, "not text"),
        ("a,b\n1,2\n".encode("utf-16-le"), "not text"),
        (b"a,b\n1,\x81\n", "neither UTF-8 nor cp1252"),
    ],
)
def test_rubbish_is_named(read, content: bytes, words: str) -> None:
    raw = read(content)
    assert raw.table is None and words in raw.problems[0].problem


def test_ragged_rows_are_told_and_the_rest_is_read(read) -> None:
    raw = read("a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert cells(raw) == {ROW: [2, 5], "a": ["1", "7"], "b": ["2", "8"]}
    assert rules(raw) == ["ragged_row"] and raw.problems[0].rows == (3, 4)
    quoted = read('a,b\n"1",2\n3\n4,5,6\n7,8\n')
    assert cells(quoted) == cells(raw) and quoted.problems == raw.problems


def test_surplus_empty_cells_and_columns_do_no_harm(read) -> None:
    assert cells(read("a,b\n1,2,,\n3,4\n5,6,\n")) == {ROW: [2, 3, 4], "a": ["1", "3", "5"], "b": ["2", "4", "6"]}
    raw = read("a,,b,\n1,,2,\n")
    assert cells(raw) == {ROW: [2], "a": ["1"], "b": ["2"]}
    assert rules(raw) == ["stray_columns"] and raw.problems[0].problem.startswith("2 empty columns")


def test_a_column_without_a_name_but_with_values_is_kept_and_told(read) -> None:
    raw = read("a,,b\n1,x,2\n")
    assert cells(raw)["column_2"] == ["x"] and rules(raw) == ["nameless_column"]


def test_a_repeated_column_name_is_an_error(read) -> None:
    raw = read("a,A\n1,2\n")
    assert rules(raw) == ["repeated_column"] and raw.problems[0].severity == "error"


@pytest.mark.parametrize(
    ("content", "rows", "kept"),
    [
        ('a,b\n1,2\n3,"x\n4,y\n5,"z"\n6,7\n', (3,), ["1", "4", "5", "6"]),
        ('a,b\n1,"x\n2,y\n3,z\n', (2,), ["2", "3"]),
        ('a,b\n1,"q"r\n2,y\n', (2,), ["2"]),
        ('a,b\n1,"x\n2,"y\n3,z\n', (2, 3), ["3"]),
    ],
)
def test_an_open_quotation_mark_costs_its_own_row_only(read, content: str, rows: tuple, kept: list) -> None:
    raw = read(content)
    assert rules(raw) == ["open_quote"] and raw.problems[0].rows == rows
    assert cells(raw)["a"] == kept


@pytest.mark.slow
def test_an_open_quotation_mark_before_a_million_characters(read) -> None:
    raw = read('a,b\n1,"x\n' + "2,y\n" * 300_000)
    assert raw.problems[0].rows == (2,) and raw.table.num_rows == 300_000
    assert raw.table[ROW][-1].as_py() == 300_002


def test_a_file_whose_quotation_marks_never_match_is_given_up(read) -> None:
    raw = read("a,b\n" + '1,"x\n' * 2_000)
    assert raw.table is None and rules(raw) == ["unreadable_file"]


CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=6)


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=6), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_what_is_written_as_csv_is_read_back(read, rows: list[tuple[str, str, str]], quoting: int) -> None:
    written = io.StringIO()
    writer = csv.writer(written, quoting=quoting, lineterminator="\n")
    writer.writerows([("a", "b", "c"), *rows])
    raw = read(written.getvalue())
    filled = [[cell.strip() or None for cell in row] for row in rows]
    expected = [(place, *row) for place, row in enumerate(filled, start=2) if any(row)]
    assert list(zip(*(cells(raw)[name] for name in (ROW, "a", "b", "c")), strict=True)) == expected
    assert not raw.problems


def test_quoted_and_plain_files_are_read_alike(read) -> None:
    rows = [f"{place},x{place}" for place in range(120_000)]
    plain = read("a,b\n" + "\n".join(rows))
    quoted = read('"a",b\n' + "\n".join(rows))
    assert plain.table.equals(quoted.table)
