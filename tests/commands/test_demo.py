"""The walk through a sample from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from recoverynet.commands import demo
from recoverynet.models.interventions.plan import read_plan

Command = Callable[..., CompletedProcess[str]]


@pytest.mark.slow
def test_one_command_asks_what_one_more_introduction_a_week_would_do(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = read_plan(demo.PLAN)
    assert shipped.interventions[0].per_month == 4.35 and shipped.runs == 1000
    short = tmp_path / "short.toml"
    short.write_text(
        demo.PLAN.read_text(encoding="utf-8").replace("runs = 1000", "runs = 20").replace("= 18", "= 3"), encoding="utf-8"
    )
    monkeypatch.setattr(demo, "PLAN", short)
    done = command("demo", "--what-if", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "4.35 introductions a month" in done.stdout and "Written:" in done.stdout
    assert "Everything this assumes" in (tmp_path / "out" / "what_if.html").read_text(encoding="utf-8")
    assert read_plan(tmp_path / "out" / "plan.toml") == read_plan(short)
    again = command("demo", "--what-if", "--out", tmp_path / "out")
    assert again.returncode == 2 and "is kept" in again.stderr


def test_two_walks_at_once_are_refused(command: Command, tmp_path: Path) -> None:
    done = command("demo", "--what-if", "--worker", "--out", tmp_path / "out")
    assert done.returncode == 2 and "choose one" in done.stderr
