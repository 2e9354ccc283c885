"""The one CSV writer: no formula comes out of it, and what comes out reads back as it was."""

from __future__ import annotations

import csv

import pandas as pd
import pyarrow as pa
import pytest

from recoverynet.csv_files import as_it_was, safe_cell, write_csv

FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "-1e5x",
    "=cmd|'/c calc'!A1", '=HYPERLINK("http://x")', "\t=1", " =1", "\r=1", "\n=1", "-", "＝1",
    "\u00a0=1", "\u2003 -x", "\u2028＝", "\x0b=1", "\x85+x",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text_and_reads_back(text) -> None:
    assert safe_cell(text) == f"'{text}"
    assert as_it_was(pa.chunked_array([[safe_cell(text)]])).to_pylist() == [text]


@pytest.mark.parametrize("text", ["-1.5", "+44", "-1e-05", "0", "ann", "'tis", "a=b", "2011-03-07", "−3", "p-value"])
def test_what_is_none_stays(text) -> None:
    assert safe_cell(text) == text and as_it_was(pa.chunked_array([[text]])).to_pylist() == [text]


@pytest.mark.parametrize("text", ["'=1", "''=1", "'-5", "' =1", "'", "''", "'\u00a0=1", "'\u3000'-", "'\u2028@", "' '=1"])
def test_apostrophes_of_ones_own_survive(text) -> None:
    assert as_it_was(pa.chunked_array([[safe_cell(text)]])).to_pylist() == [text]


def test_a_table_is_written_with_safe_cells_and_headings(tmp_path) -> None:
    frame = pd.DataFrame({"=title": ["=1", None], "n": [1.5, float("nan")], "flag": [True, False], "mixed": [1, True]})
    write_csv(frame, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == b"'=title,n,flag,mixed\n'=1,1.5,True,1\n,,False,True\n"
    write_csv(frame, tmp_path / "b.csv", for_spreadsheets=True)
    assert (tmp_path / "b.csv").read_bytes().startswith(b"\xef\xbb\xbf'=title,n") and b"\r\n" in (tmp_path / "b.csv").read_bytes()


@pytest.mark.slow
def test_large_tables_and_repeated_headings(tmp_path) -> None:
    frame = pd.DataFrame([[str(n), "x"] for n in range(120_000)], columns=["a", "a"])
    write_csv(frame, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 120_001 and rows[0] == ["a", "a"] and rows[-1] == ["119999", "x"]
