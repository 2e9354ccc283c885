"""The command ``recoverynet report spread``."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from recoverynet.cli import app
from recoverynet.errors import SchemaError
from recoverynet.samples import sample_folder


def run(*arguments: object):
    return CliRunner().invoke(app, ["report", "spread", *map(str, arguments), "--quiet"])


def test_it_writes_the_report_and_its_tables(tmp_path: Path) -> None:
    done = run(
        sample_folder("five_people"),
        "--out",
        tmp_path / "five.html",
        "--tables",
        tmp_path / "tables",
        "--adjust",
        "sex",
        "--surroundings",
        "",
        "--seed",
        3,
    )
    assert done.exit_code == 3, "so few people that nothing can be said"
    page = (tmp_path / "five.html").read_text(encoding="utf-8")
    assert "The evidence ladder" in page and "seed 3" in page and (tmp_path / "tables" / "tables.csv").exists()
    assert "cannot be seen" in done.output, "five people, and of nobody at risk a contact whose state is known"


def test_a_placebo_that_is_not_recorded_is_said(tmp_path: Path) -> None:
    done = run(sample_folder("five_people"), "--out", tmp_path / "five.html", "--placebo", "weather=fine")
    assert done.exit_code != 0 and isinstance(done.exception, SchemaError)
    assert "'weather' is not an outcome of this record" in str(done.exception)
    assert not (tmp_path / "five.html").exists()


def test_help_says_what_a_placebo_is() -> None:
    assert "cannot spread" in run("--help").output


@pytest.mark.parametrize("columns", ["postcode", "sex,postcode"])
def test_a_column_that_is_not_there(columns: str, tmp_path: Path) -> None:
    done = run(sample_folder("five_people"), "--out", tmp_path / "x.html", "--adjust", columns)
    assert isinstance(done.exception, SchemaError) and "'postcode'" in str(done.exception)


def without(folder: Path, *tables: str) -> Path:
    """Riverside, small: the same people without some of its tables."""
    shutil.copytree(sample_folder("riverside"), folder)
    for name in tables:
        (folder / f"{name}.csv").unlink()
    return folder


def test_contacts_that_are_not_there_are_said_to_be_unseen(tmp_path: Path) -> None:
    """Not "so few people gained the norm": of nobody a contact is on record."""
    folder = without(tmp_path / "blind", "participation", "occasions", "nominations")
    done = run(folder, "--out", tmp_path / "blind.html")
    assert done.exit_code == 3, done.output
    page = (tmp_path / "blind.html").read_text(encoding="utf-8")
    for said in (page, " ".join(done.output.split())):
        assert "cannot be seen" in said and "So few people" not in said


@pytest.mark.slow
def test_who_did_not_answer_is_left_out_where_asked(tmp_path: Path) -> None:
    folder = tmp_path / "asked"
    shutil.copytree(sample_folder("five_people"), folder)
    people = pd.read_csv(folder / "people.csv", dtype="str")
    people["consent_research"] = ["true", "true", None, "true", "false"][: len(people)] + ["true"] * max(len(people) - 5, 0)
    people.to_csv(folder / "people.csv", index=False)
    pages = []
    for how in ("count", "leave_out"):
        done = run(folder, "--out", tmp_path / f"{how}.html", "--unknown-consent", how)
        assert done.exit_code == 3, done.output
        pages.append((tmp_path / f"{how}.html").read_text(encoding="utf-8"))
    assert "unknown_consent=&#39;leave_out&#39;" in pages[1] or "leave_out" in pages[1]
    assert pages[0] != pages[1]
    assert run(folder, "--out", tmp_path / "x.html", "--unknown-consent", "guess").exit_code == 2
