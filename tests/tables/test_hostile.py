"""Files made to harm: each is refused in words, and costs little memory on the way."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

import recoverynet as rn
from recoverynet.tables.engine import Engine, locked_connection

PEOPLE = "person_id,role\na,client\nb,peer\n"
MOST_KB = 1_200_000
"""What looking at a hostile file may take, the libraries included."""
LOOK = """
import sys
import recoverynet as rn
try:
    problems = rn.find_problems(sys.argv[1])
    print(" ".join(problems["problem"]))
except rn.RecoveryNetError as error:
    print("refused:", error)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print("KB", peak.split()[1])
"""


def looked_at(path: Path) -> tuple[str, int]:
    """What is said of a folder or file by a process of its own, and the most memory it took, in kB."""
    done = subprocess.run([sys.executable, "-c", LOOK, str(path)], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    said, _, size = done.stdout.rpartition("KB ")
    return said, int(size)


def with_people(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "people.csv").write_text(PEOPLE)
    return folder


def parquet_of_nothing(folder: Path) -> Path:
    """Few bytes on disk, fifty million rows of the same text."""
    with_people(folder)
    piece = pa.table(
        {name: pa.array(["x" * 20]).dictionary_encode().take(pa.array([0] * 1_000_000)) for name in ("started_at", "person_id")}
    )
    with pyarrow.parquet.ParquetWriter(folder / "contact_log.parquet", piece.schema, compression="zstd") as writer:
        for _ in range(50):
            writer.write_table(piece)
    return folder


def parquet_of_long_texts(folder: Path) -> Path:
    """Few rows by their number, one text of a megabyte in every one of them."""
    with_people(folder)
    long = pa.array(["x" * 1_000_000]).dictionary_encode().take(pa.array([0] * 60_000))
    pyarrow.parquet.write_table(pa.table({"started_at": long}), folder / "contact_log.parquet", compression="zstd")
    return folder


def parquet_of_lists(folder: Path) -> Path:
    with_people(folder)
    many = pa.ListArray.from_arrays(pa.array([0, 2_000_000]), pa.array(np.zeros(2_000_000, np.int64)))
    with pyarrow.parquet.ParquetWriter(folder / "contact_log.parquet", pa.schema([("x", many.type)]), compression="zstd") as writer:
        for _ in range(60):
            writer.write_table(pa.table({"x": many}))
    return folder


def one_line(folder: Path) -> Path:
    with_people(folder)
    with (folder / "contact_log.csv").open("wb") as file:
        file.truncate(1_000_000_000)
    return folder


def one_shorter_line(folder: Path) -> Path:
    with_people(folder)
    (folder / "contact_log.csv").write_text("started_at,person_id\n" + "x" * 50_000_000)
    return folder


def line_ends(folder: Path) -> Path:
    with_people(folder)
    (folder / "contact_log.csv").write_bytes(b"started_at,person_id,with_person_id\n" + b"\r" * 100_000_000)
    return folder


def separators(folder: Path) -> Path:
    with_people(folder)
    (folder / "contact_log.csv").write_bytes(b"started_at,person_id" + b"," * 500_000 + b"\n")
    return folder


def ragged(folder: Path) -> Path:
    with_people(folder)
    (folder / "contact_log.csv").write_bytes(b"started_at,person_id\n" + b"a,b,c\n" * 8_000_000)
    return folder


def bomb(folder: Path) -> Path:
    sheet = b'<worksheet><sheetData><row><c t="inlineStr"><is><t>'
    with zipfile.ZipFile(folder / "x.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/_rels/workbook.xml.rels", '<Relationships><Relationship Target="worksheets/sheet1.xml"/></Relationships>')
        with book.open("xl/worksheets/sheet1.xml", "w") as file:
            file.write(sheet)
            for _ in range(51):
                file.write(b"0" * 10_000_000)
    return folder / "x.xlsx"


def far_cell(folder: Path) -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(str(folder / "x.xlsx")) as book:
        sheet = book.add_worksheet("people")
        sheet.write_row(0, 0, ["person_id", "role"])
        sheet.write_row(1, 0, ["a", "client"])
        sheet.write(1_048_575, 16_383, "!")
    return folder / "x.xlsx"


def database_of_nothing(folder: Path) -> Path:
    with duckdb.connect(str(folder / "x.duckdb")) as connection:
        connection.execute("CREATE TABLE people AS SELECT 'a' AS person_id, 'client' AS role FROM range(20_000_001)")
    return folder / "x.duckdb"


def database_of_long_texts(folder: Path) -> Path:
    with duckdb.connect(str(folder / "x.duckdb")) as connection:
        connection.execute("CREATE TABLE people AS SELECT repeat('a', 40_000) AS person_id, 'client' AS role FROM range(30_000)")
    return folder / "x.duckdb"


def deep_settings(folder: Path) -> Path:
    with_people(folder)
    (folder / "record.toml").write_text("a = " + "[" * 5_000)
    return folder


HOSTILE: list[tuple[Callable[[Path], Path], str]] = [
    (parquet_of_nothing, "claims 50,000,000 rows"),
    (parquet_of_long_texts, "unpacks to more than 1 GB"),
    (parquet_of_lists, "unpacks to more than 1 GB"),
    (one_line, "has 1 GB, and at most 500 MB are read"),
    (one_shorter_line, "holds a line of more than 1,000,000 bytes"),
    (line_ends, "has more than 20,000,000 lines"),
    (separators, "columns, and at most 2,000"),
    (ragged, "over 100,000 of its rows have more or fewer cells"),
    (bomb, "unpacks to more than 500 MB"),
    (far_cell, "a cell at row 1,048,576 and column 16,384"),
    (database_of_nothing, "claims 20,000,001 rows"),
    (database_of_long_texts, "GB of text"),
]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize(("make", "words"), HOSTILE, ids=[make.__name__ for make, _ in HOSTILE])
def test_it_is_refused_in_words_within_little_memory(tmp_path, make, words) -> None:
    said, size = looked_at(make(tmp_path))
    assert words in said
    assert size < MOST_KB, "kB"


def test_deep_settings_are_refused(tmp_path) -> None:
    with pytest.raises(rn.SchemaError, match="levels deep"):
        rn.read_record(deep_settings(tmp_path))


@pytest.mark.parametrize("query", ["read_text('{secret}')", "read_csv('{secret}')", "'{secret}'", "glob('/*')"])
def test_no_connection_reaches_another_file(tmp_path, query) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("word\nsecret\n")
    with Engine() as engine, pytest.raises(duckdb.Error):
        engine.rows(f"SELECT * FROM {query.format(secret=secret)}")


@pytest.mark.parametrize(
    "statement",
    [
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "SET threads = 64",
        "RESET ALL",
        "INSTALL httpfs",
        "LOAD httpfs",
        "ATTACH '{place}/x.db'",
        "COPY (SELECT 1) TO '{place}/x.csv'",
        "EXPORT DATABASE '{place}'",
        "CREATE PERSISTENT SECRET s (TYPE S3)",
    ],
)
def test_no_connection_can_be_opened_further(tmp_path, statement) -> None:
    with locked_connection() as connection:
        before = connection.execute("SELECT current_setting('memory_limit'), current_setting('threads')").fetchall()
        with pytest.raises(duckdb.Error):
            connection.execute(statement.format(place=tmp_path))
        assert connection.execute("SELECT current_setting('memory_limit'), current_setting('threads')").fetchall() == before
    assert not list(tmp_path.iterdir())


def test_a_connection_can_write_its_own_file(tmp_path) -> None:
    for _ in range(2):
        with locked_connection(str(tmp_path / "x.db")) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS a AS SELECT 1 AS b")
            assert connection.execute("SELECT * FROM a").fetchall() == [(1,)]


def test_too_little_memory_is_told(monkeypatch) -> None:
    monkeypatch.setattr("recoverynet.tables.engine.MEMORY", "32MB")
    with Engine() as engine, pytest.raises(rn.SchemaError, match="more than the 32MB of memory"):
        engine.rows("SELECT i, count(*) FROM (SELECT hash(range) AS i FROM range(20_000_000)) GROUP BY i ORDER BY i LIMIT 1")


def test_a_view_is_never_asked(tmp_path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        connection.execute("CREATE TABLE people AS SELECT 'a' AS person_id, 'client' AS role")
        connection.execute(
            f"CREATE VIEW groups AS SELECT 'g' AS group_id, content AS name, 'other' AS kind FROM read_text('{secret}')"
        )
        connection.execute("CREATE VIEW other AS SELECT count(*) FROM range(100_000_000_000_000)")
    problems = rn.find_problems(tmp_path / "x.duckdb")
    told = problems[problems["table"] == "groups"].iloc[0]
    assert "it is a view" in told["problem"] and "CREATE TABLE" in told["remedy"]
    assert "the secret" not in problems.to_string()
    with pytest.raises(rn.SchemaError, match="it is a view"):
        rn.read_record(tmp_path / "x.duckdb")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path) -> None:
    folder = with_people(tmp_path / "in")
    (tmp_path / "secret.csv").write_text("group_id,name,kind\ng,the secret,other\n")
    (folder / "groups.csv").symlink_to(tmp_path / "secret.csv")
    os.mkfifo(folder / "episodes.csv")
    (folder / "linkage.csv").symlink_to("nowhere.csv")
    problems = rn.find_problems(folder).set_index("table")["problem"]
    assert "leads out of the folder" in problems["groups"]
    assert "pipe or a device" in problems["episodes"] and "leads nowhere" in problems["linkage"]
    (tmp_path / "record.toml").write_text('time_zone = "Europe/Paris"')
    for name in ("groups.csv", "episodes.csv", "linkage.csv"):
        (folder / name).unlink()
    (folder / "record.toml").symlink_to(tmp_path / "record.toml")
    with pytest.raises(rn.SchemaError, match="leads out of the folder"):
        rn.read_record(folder)
    (tmp_path / "link").symlink_to(folder)
    (folder / "record.toml").unlink()
    assert len(rn.read_record(tmp_path / "link").people) == 2, "the folder itself may be a link"


@pytest.mark.parametrize("word", ['so "clean"', "back\\slash", "two\nlines", "\x7f\x01", "ü", "'", '"""'])
def test_words_of_any_kind_are_written_so_that_they_can_be_read(tmp_path, word) -> None:
    from recoverynet.tables.mapping import read_mapping
    from recoverynet.tables.sidecar import sidecar_lines, write_sidecar

    write_sidecar(sidecar_lines("Europe/Paris", states=["using", word], window=("2011-01-01", "2012-01-01")), tmp_path)
    mapping = read_mapping(tmp_path / "record.toml")
    assert mapping.states == ("using", word) and mapping.tz == "Europe/Paris" and mapping.window == ("2011-01-01", "2012-01-01")


@pytest.mark.parametrize("entry", [{"unit": ["minutes"]}, {"factor": 10**400}, {"unit": {"a": 1}}, {"factor": True}])
def test_settings_of_the_wrong_kind(entry) -> None:
    with pytest.raises(rn.SchemaError):
        rn.find_problems(
            rn.load_sample("five_people"), mapping={"contact_log": {"columns": {"duration_min": {"from": "x", **entry}}}}
        )


def test_formulas_go_through_a_record_as_they_were(tmp_path) -> None:
    record = rn.load_sample("five_people")
    words = ["=1+1", "-x", "'=1", "@ann", "+44"]
    people = record.people.assign(area=words, **{"=cmd": words})
    rn.write_record(record.with_tables(people=people), tmp_path)
    written = (tmp_path / "people.csv").read_text()
    assert "'=1+1" in written and ",=1+1" not in written and ",'=cmd" in written
    read = rn.read_record(tmp_path).people
    assert read["area"].tolist() == words and read["=cmd"].tolist() == words


def test_lists_in_parquet_are_left_out_and_told(tmp_path) -> None:
    pd.DataFrame({"person_id": ["a"], "role": ["client"], "extra": [[1, 2]]}).to_parquet(tmp_path / "people.parquet")
    problems = rn.find_problems(tmp_path)
    assert problems[problems["rule"] == "nested_column"]["severity"].tolist() == ["warning"]
    assert "extra" not in rn.read_record(tmp_path).people
