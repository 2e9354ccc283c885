"""The command line as its users meet it: plain words, exit statuses, and never a traceback."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pandas as pd
import pytest

from recoverynet.samples import sample_folder

Command = Callable[..., CompletedProcess[str]]

WS16_MAP = Path(__file__).parent / "worked" / "ws16.toml"


def started(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as a terminal would start it."""
    command = [sys.executable, "-m", "recoverynet", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert "Traceback" not in done.stderr + done.stdout
    return done


@pytest.fixture()
def five(tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_folder("five_people"), tmp_path / "five"))


def test_help_names_every_command(command: Command) -> None:
    done = started("--help")
    assert done.returncode == 0
    for name in ("demo", "check", "pseudonymise", "samples", "report"):
        assert name in done.stdout
    assert "evaluation" in command("report", "--help").stdout
    assert "..." not in done.stdout.split("Commands:")[1], "a help line is cut off"


def test_samples_are_listed(command: Command) -> None:
    done = command("samples")
    assert done.returncode == 0 and "riverside" in done.stdout and "five_people" in done.stdout


def test_check_says_all_is_well(command: Command, five: Path) -> None:
    done = command("check", five)
    assert done.returncode == 0, done.stdout
    assert "No problems found." in done.stdout


def test_check_tells_every_fault_with_its_rows_and_ends_in_one(command: Command, five: Path, tmp_path: Path) -> None:
    people = (five / "people.csv").read_text().replace("ben,client", "ann,client").replace("cat,peer", "cat,sponsor")
    (five / "people.csv").write_text(people)
    done = command("check", five, "--out", tmp_path / "problems.csv")
    assert done.returncode == 1
    assert "sponsor" in done.stdout and "remedy:" in done.stdout and "row 4" in done.stdout
    problems = pd.read_csv(tmp_path / "problems.csv")
    assert {"people"} <= set(problems["table"]) and (problems["n_rows"] > 0).any()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "nowhere"], "does not exist"),
        (["check"], "FOLDER"),
        (["report", "evaluation", "nowhere"], "does not exist"),
        (["nonsense"], "nonsense"),
        (["demo", "--sample"], "--sample"),
    ],
)
def test_wrong_usage_ends_in_two(command: Command, arguments: list[str], words: str, tmp_path: Path) -> None:
    done = command(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words.lower() in done.stderr.lower()


def test_a_map_that_is_not_there_and_one_that_is_wrong(command: Command, five: Path, tmp_path: Path) -> None:
    assert command("check", five, "--map", tmp_path / "no.toml").returncode == 2
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[people\nrole = 3")
    done = command("check", five, "--map", wrong)
    assert done.returncode in (1, 2) and "wrong.toml" in done.stderr


@pytest.mark.slow
def test_a_report_of_faulty_records_says_what_to_do(command: Command, five: Path, tmp_path: Path) -> None:
    (five / "people.csv").write_text((five / "people.csv").read_text().replace("cat,peer", "cat,sponsor"))
    done = command("report", "evaluation", five, "--out", tmp_path / "r.html")
    assert done.returncode == 1
    assert not (tmp_path / "r.html").exists()
    left_out = command("report", "evaluation", five, "--out", tmp_path / "r.html", "--leave-out")
    assert left_out.returncode == 0 and "note:" in left_out.stdout
    assert (tmp_path / "r.html").stat().st_size > 10_000


def test_a_report_in_a_format_there_is_not(command: Command, five: Path, tmp_path: Path) -> None:
    done = command("report", "evaluation", five, "--out", tmp_path / "r.doc")
    assert done.returncode in (1, 2) and ".html" in done.stderr


def test_an_unknown_sample_is_named_with_those_there_are(command: Command, tmp_path: Path) -> None:
    done = command("demo", "--sample", "atlantis", cwd=tmp_path)
    alone = started("demo", "--sample", "atlantis")
    assert (alone.stdout, alone.stderr, alone.returncode) == (done.stdout, done.stderr, done.returncode)
    assert done.returncode in (1, 2) and "riverside" in done.stderr


@pytest.mark.slow
def test_pseudonymise_takes_names_and_ids_away(command: Command, five: Path, tmp_path: Path) -> None:
    people = pd.read_csv(five / "people.csv", dtype=str)
    people.insert(1, "surname", ["Archer", "Baker", "Cooper", "Dyer", "Ellis"])
    people.to_csv(five / "people.csv", index=False)
    assert command("check", five).returncode == 1
    key = tmp_path / "key"
    key.write_text("a long enough secret, kept elsewhere")
    safe = tmp_path / "safe"
    done = command("pseudonymise", five, "--out", safe, "--key-file", key)
    assert done.returncode == 0, done.stderr
    assert "surname" in done.stdout
    text = "".join(path.read_text() for path in safe.iterdir() if path.is_file())
    assert "Archer" not in text and "ann," not in text and "secret" not in text
    assert command("check", safe).returncode == 0


def test_the_key_stays_away_from_the_data(command: Command, five: Path, tmp_path: Path) -> None:
    (five / "key").write_text("a long enough secret, in the wrong place")
    done = command("pseudonymise", five, "--out", tmp_path / "safe", "--key-file", five / "key")
    assert done.returncode in (1, 2) and not (tmp_path / "safe").exists()


@pytest.mark.slow
def test_the_conference_walks_the_same_road(command: Command, shared, tmp_path: Path) -> None:
    folder = shared("data/ws16")
    checked = command("check", folder, "--map", WS16_MAP)
    assert checked.returncode == 0, checked.stdout
    done = command("report", "evaluation", folder, "--map", WS16_MAP, "--out", tmp_path / "ws16.html")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "ws16.html").read_text(encoding="utf-8")
    assert "138" in done.stdout and "53,164" in done.stdout
    for silent in ("linkage", "outcome", "episode"):
        assert silent in text.lower(), f"nothing is said of {silent}, of which the record holds nothing"
    assert "nan" not in text.lower().split()


def test_the_conference_without_its_map_is_refused_in_plain_words(command: Command, shared) -> None:
    done = command("check", shared("data/ws16"))
    assert done.returncode == 1 and "role" in done.stdout and "duration_min" in done.stdout
