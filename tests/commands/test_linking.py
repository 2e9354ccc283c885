"""`recoverynet link`: two folders to one record, in plain words, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.csv_files import write_csv

Command = Callable[..., CompletedProcess[str]]

KEY = "3f9a1c77e2b84d0655aa17"


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("two")
    rn.two_agencies(n_people=250, rng=2).write(home / "data")
    (home / "keys").mkdir()
    for name, key in (("key", KEY), ("other", KEY[::-1])):
        (home / "keys" / name).write_text(key)
        (home / "keys" / name).chmod(0o600)
    return home


@pytest.mark.slow
def test_two_folders_become_one_record_with_errors_by_group(command: Command, place):
    data, into = place / "data", place / "out"
    done = command(
        "link",
        data / "north",
        data / "south",
        "--key",
        "keys/key",
        "--into",
        into,
        "--truth",
        data / "truth.csv",
        "--quiet",
        cwd=place,
    )
    assert done.returncode == 0, done.stderr
    assert "ethnicity: white" in done.stdout and "95 % intervals" in done.stdout and "pairs are linked" in done.stdout
    record = rn.read_record(into / "record")
    links = pd.read_csv(into / "links.csv", dtype="str")
    assert len(record.people) == links["linked_id"].nunique() < 500 == len(links)
    assert {"from_agency"} <= set(record.participation.columns)
    written = "".join(file.read_text(encoding="utf-8") for file in into.rglob("*.csv"))
    assert "linkage_first" not in written and "birth_date,initials" in written
    born = pd.read_csv(data / "north" / "particulars.csv")["birth_date"].str[:10]
    assert not [day for day in born if day in written.replace("2011", "")]


@pytest.mark.slow
def test_tokens_made_before_with_another_key_are_told_apart(command: Command, place):
    data = place / "data"
    for name in ("north", "south"):
        record = rn.read_record(data / name)
        tokens = rn.linkage_tokens(pd.read_csv(data / name / "particulars.csv", dtype="str"), key=KEY)
        rn.write_record(record.with_tables(people=record.people.merge(tokens, on="person_id")), place / "made" / name)
    good = command("link", "made/north", "made/south", "--key", "keys/key", "--into", "made_out", "--quiet", cwd=place)
    assert good.returncode == 0, good.stderr
    bad = command("link", "made/north", "made/south", "--key", "keys/other", "--into", "bad_out", "--quiet", cwd=place)
    assert bad.returncode == 1 and "made with another key" in bad.stderr and not (place / "bad_out").exists()


@pytest.mark.slow
def test_what_the_command_refuses(command: Command, place):
    data = place / "data"
    twice = command("link", data / "north", data / "north", "--key", "keys/key", "--into", "x", cwd=place)
    assert twice.returncode == 1 and "not linked with itself" in twice.stderr
    bare = place / "bare" / "west"
    rn.write_record(rn.read_record(data / "south"), bare)
    none = command("link", data / "north", bare, "--key", "keys/key", "--into", "x", cwd=place)
    assert none.returncode == 1 and "no common column" in none.stderr
    write_csv(pd.DataFrame({"who": ["a"]}), bare / "particulars.csv")
    odd = command("link", data / "north", bare, "--key", "keys/key", "--into", "x", cwd=place)
    assert odd.returncode == 1 and "no column person_id" in odd.stderr
    assert "Traceback" not in twice.stderr + none.stderr + odd.stderr and not (place / "x").exists()


@pytest.mark.slow
def test_birth_dates_that_cannot_be_right_are_counted_and_said(command: Command, place):
    data = place / "wrong"
    rn.two_agencies(n_people=60, rng=4).write(data)
    file = data / "north" / "particulars.csv"
    given = pd.read_csv(file, dtype="str")
    given.loc[:3, "birth_date"] = ["1880-01-05", "2090-03-07", "1900-01-01", "2011-12-24"]
    write_csv(given, file)
    done = command("link", data / "north", data / "south", "--key", "keys/key", "--into", "wrong_out", "--quiet", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "4 of 60 birth dates are not used" in done.stderr
    assert "1 after the day the person was first known" in done.stderr, "they came for treatment in the spring of 2011"
