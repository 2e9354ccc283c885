"""The command ``recoverynet report spread``."""

from __future__ import annotations

from pathlib import Path

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
    assert done.exit_code == 0, done.output
    page = (tmp_path / "five.html").read_text(encoding="utf-8")
    assert "The evidence ladder" in page and "seed 3" in page and (tmp_path / "tables" / "tables.csv").exists()
    assert "So few people" in done.output


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
