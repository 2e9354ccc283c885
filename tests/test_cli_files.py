"""The command line and files: what is there is kept, what is written is whole, and messages name only what there is."""

from __future__ import annotations

import ast
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import typer.main

from recoverynet import cli
from recoverynet.samples import sample_folder

Command = Callable[..., CompletedProcess[str]]

PACKAGE = Path(cli.__file__).parent
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
COMMAND = re.compile(r"recoverynet ((?:report )?[a-z]+)((?: [A-Z]+| --[a-z-]+(?: [A-Z]+)?)*)")


def started(*arguments: object, **how: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from recoverynet.cli import main; main()", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, **how)  # type: ignore[call-overload]
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    return done


@pytest.fixture()
def five(tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_folder("five_people"), tmp_path / "five"))


def commands() -> dict[str, set[str]]:
    """Every command with its options."""
    found: dict[str, set[str]] = {}

    def walk(command: object, name: str) -> None:
        for sub_name, sub in getattr(command, "commands", {}).items():
            walk(sub, f"{name} {sub_name}".strip())
        found[name] = {option for each in command.params for option in each.opts} | {"--help"}  # type: ignore[attr-defined]

    walk(typer.main.get_command(cli.app), "")
    return found


def texts() -> list[tuple[str, str]]:
    """Every text in the package, with the module it stands in."""
    return [
        (str(path.relative_to(PACKAGE)), node.value)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


@pytest.mark.slow
def test_messages_name_options_that_some_command_has() -> None:
    known = set().union(*commands().values())
    strange = {
        (place, option)
        for place, text in texts()
        if not place.startswith("worlds") and "HistoryManager" not in text
        for option in OPTION.findall(text)
        if option not in known
    }
    assert not strange


@pytest.mark.slow
def test_commands_that_messages_name_have_the_options_they_name() -> None:
    known, n_named = commands(), 0
    for place, text in texts():
        for found in COMMAND.finditer(text):
            name = found[1] if found[1] in known else found[1].split(" ")[0]
            if OPTION.findall(found[2]):
                assert name in known, (place, found[0])
                assert set(OPTION.findall(found[2])) <= known[name], (place, found[0])
                n_named += 1
    assert n_named


@pytest.mark.slow
def test_errors_of_a_command_name_its_own_options(command: Command, five: Path, tmp_path: Path) -> None:
    (five / "people.csv").write_text((five / "people.csv").read_text().replace("cat,peer", "cat,sponsor"))
    (tmp_path / "key").write_text("a long enough secret, kept elsewhere")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    known = commands()
    for name, arguments in {
        "check": [["nowhere"], [five], [five, "--out", tmp_path / "full" / "x"], []],
        "pseudonymise": [[five, "--out", tmp_path / "full", "--key-file", tmp_path / "key"], [five]],
        "report evaluation": [
            [five, "--out", tmp_path / "x.html"],
            [five, "--out", "x.doc"],
            [five, "--tables", tmp_path / "full"],
        ],
        "report spread": [[five, "--out", tmp_path / "x.html"], [five, "--seed", "x"]],
        "demo": [["--out", tmp_path, "--sample", "none"]],
    }.items():
        for each in arguments:
            done = command(*name.split(), *each, cwd=tmp_path)
            assert done.returncode in (1, 2)
            assert set(OPTION.findall(done.stdout + done.stderr)) <= known[name], (name, each)


@pytest.mark.slow
def test_what_is_there_is_kept_unless_asked(command: Command, five: Path, tmp_path: Path) -> None:
    out, tables, problems = tmp_path / "r.html", tmp_path / "tables", tmp_path / "p.csv"
    out.write_text("old")
    problems.write_text("old")
    tables.mkdir()
    (tables / "mine.csv").write_text("old")
    for arguments in (
        ("report", "evaluation", five, "--out", out),
        ("report", "spread", five, "--out", out),
        ("report", "evaluation", five, "--out", tmp_path / "new.html", "--tables", tables),
        ("check", five, "--out", problems),
    ):
        done = command(*arguments)
        assert done.returncode == 2 and "is kept" in " ".join(done.stderr.split()) and "--overwrite" in done.stderr
        assert "Read " not in done.stdout, "before any work"
    assert out.read_text() == problems.read_text() == (tables / "mine.csv").read_text() == "old"
    done = command("report", "evaluation", five, "--out", out, "--tables", tables, "--overwrite")
    assert done.returncode == 0 and out.stat().st_size > 10_000
    assert (tables / "mine.csv").read_text() == "old" and (tables / "tables.csv").exists()
    assert command("check", five, "--out", problems, "--overwrite").returncode == 0


def test_problems_are_written_without_formulas(command: Command, five: Path, tmp_path: Path) -> None:
    text = (five / "people.csv").read_text().replace("person_id,", "=cmd|'/c calc'!A1,person_id,", 1)
    lines = text.splitlines()
    (five / "people.csv").write_text("\n".join([lines[0], *(f"x,{line}" for line in lines[1:])]).replace("cat,peer", "cat,=1+1"))
    command("check", five, "--out", tmp_path / "p.csv")
    written = (tmp_path / "p.csv").read_text(encoding="utf-8-sig")
    assert "=1+1" in written and not re.search(r'(^|,)"?[=+@]', written, re.MULTILINE)


@pytest.mark.slow
def test_a_placebo_that_cannot_be_used_is_said(command: Command, five: Path, tmp_path: Path) -> None:
    done = command("report", "evaluation", five, "--out", tmp_path / "e.html", "--placebo", "employment.status=employed")
    assert done.returncode == 0 or "employment.status" in done.stderr
    observations = (five / "observations.csv").read_text().splitlines()
    (five / "observations.csv").write_text("\n".join(line for line in observations if ",state," not in line))
    done = command("report", "evaluation", five, "--out", tmp_path / "r.html", "--placebo", "housing")
    assert done.returncode == 1 and "'housing' is not an outcome of this record" in done.stderr
    done = command("report", "evaluation", five, "--out", tmp_path / "s.html", "--placebo", "wellbeing.quality_of_life>=10")
    assert done.returncode == 0, done.stderr
    assert "was therefore not used" in (tmp_path / "s.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", ["html", "xlsx", "ipynb"])
@pytest.mark.slow
def test_no_room_leaves_no_report_and_names_the_file(five: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / "out" / f"r.{ending}"
    out.parent.mkdir()

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))

    done = started("report", "evaluation", five, "--out", out, preexec_fn=small)
    assert done.returncode != 0 and not list(out.parent.iterdir())
    assert f"{out.name} was not written: " in done.stderr.replace("\n", " ") or ending == "ipynb"


def test_places_that_are_not_there_are_told_by_name(command: Command, five: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    out, below = tmp_path / "r.html", tmp_path / "file" / "below"
    for arguments in (
        ("evaluation", five, "--out", below / "r.html"),
        ("spread", five, "--out", below / "r.html"),
        ("evaluation", five, "--out", out, "--tables", below),
    ):
        done = command("report", *arguments)
        assert done.returncode == 2 and "is a file" in " ".join(done.stderr.split()), done.stderr
        assert "Read " not in done.stdout and not out.exists(), "before any work"


def people_in(folder: Path) -> list[Path]:
    """Files below a folder that hold ids of the sample's people."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".py" and (b"PAR1" in (data := path.read_bytes())[:4] or b"quality_of_life" in data)
    ]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_killed_while_a_notebook_is_made_it_leaves_no_record(five: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-c", "from recoverynet.cli import main; main()", "report", "evaluation", str(five)]
    command += ["--out", str(tmp_path / "r.ipynb")]
    made = subprocess.Popen(command, env={**os.environ, "TMPDIR": str(scratch)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for _ in range(600):
        if list(scratch.glob("rn-*/kernel*")) or made.poll() is not None:
            break
        time.sleep(0.1)
    assert made.poll() is None, "the notebook was never begun"
    time.sleep(1.0)
    made.send_signal(signal.SIGKILL)
    made.wait()
    assert not people_in(scratch) and not (tmp_path / "r.ipynb").exists()


def test_control_signs_do_not_reach_the_terminal(command: Command, five: Path) -> None:
    text = (five / "people.csv").read_text().replace("person_id,", "person_id,\x1b]0;evil\x07\x1b[2J,", 1)
    (five / "people.csv").write_text(text.replace("ann,", "ann,x,").replace("ben,", "ben,x,"))
    done = command("check", five)
    assert "\x1b" not in done.stdout + done.stderr


def test_warnings_are_plain_sentences(command: Command, five: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        key = Path(place) / "key"
        key.write_text("a long enough secret, kept elsewhere")
        key.chmod(0o644)
        done = command("pseudonymise", five, "--out", Path(place) / "out" / "safe", "--key-file", key)
        assert done.returncode == 0 and "recoverynet: note: The key" in done.stderr and "RecoveryNetWarning" not in done.stderr
