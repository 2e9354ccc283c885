"""Fixtures for every test: where reference data lies, and quiet progress bars."""

import io
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

# One worker a core: threads of the linear algebra would wait for each other. Before numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

os.environ.setdefault("RECOVERYNET_QUIET", "1")
# Every run draws the same examples on every machine; RECOVERYNET_EXAMPLES=search looks for new ones.
settings.register_profile("same", derandomize=True, database=None, print_blob=True)
settings.register_profile("search", derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("RECOVERYNET_EXAMPLES", "same"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """``-n``: the tests of one file go to one worker, which makes the fixtures of the file once; so do those that compile much."""
    if config.getvalue("dist") != "load":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return COMPILED_TOGETHER[0] if any(name in file for name in COMPILED_TOGETHER) else file

    return Together(config, log)


COMPILED_TOGETHER = ("saom", "interventions", "reversible_spread")
"""What is in the paths of tests whose kernels take half a minute to compile, and which share them: two workers at once would
each do it.
"""


SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """``shared("reference/…")``: a file of the reference folder, or a skip (a failure where it is required)."""

    def find(name: str) -> Path:
        path = SHARED / name
        if path.exists():
            return path
        message = f"reference data {name!r} are not beside the checkout"
        if os.environ.get("RECOVERYNET_REQUIRE_REFERENCE") == "1":
            pytest.fail(message)
        pytest.skip(message)

    return find


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., CompletedProcess[str]]:
    """``command("check", folder, cwd=…)``: what the command says and ends with, in this process, as a pipe would take it up."""
    from recoverynet.cli import main

    def run(*arguments: object, cwd: Path | None = None) -> CompletedProcess[str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        line, ended = [str(argument) for argument in arguments], 0
        with monkeypatch.context() as here, warnings.catch_warnings(), redirect_stdout(out), redirect_stderr(err):
            warnings.resetwarnings()
            here.setattr(sys, "argv", ["recoverynet", *line])
            here.setenv("RECOVERYNET_QUIET", os.environ.get("RECOVERYNET_QUIET", "1"))
            here.chdir(cwd or os.getcwd())
            try:
                main()
            except SystemExit as end:
                ended = end.code if isinstance(end.code, int) else int(end.code is not None)
        said, told = (stream.buffer.getvalue().decode("utf-8") for stream in (out, err))  # type: ignore[attr-defined]
        return CompletedProcess(line, ended, said, told)

    return run


@pytest.fixture(scope="session")
def pupils(shared):  # type: ignore[no-untyped-def]
    """The fifty pupils of Glasgow: friendship, alcohol as behaviour, smoking at the first wave, a covariate of pairs."""
    from recoverynet import NetworkPanel

    ties = pd.read_csv(shared("data/s50/friendships.csv"))
    use = pd.read_csv(shared("data/s50/substance_use.csv"))
    people = pd.Index(sorted(use["person_id"].unique()))
    networks = np.zeros((3, 50, 50))
    networks[ties["wave"] - 1, people.get_indexer(ties["ego_id"]), people.get_indexer(ties["alter_id"])] = 1
    tables = {
        name: part.pivot(index="person_id", columns="wave", values="value").loc[people].to_numpy(float)
        for name, part in use.groupby("variable")
    }
    near = np.loadtxt(shared("reference/saom/dyadic_covariate.csv"), delimiter=",")
    return NetworkPanel.from_adjacency(
        list(networks), network="friend", behaviour={"drink": tables["alcohol"]},
        covariates={"smoke": tables["smoking"][:, 0]}, dyadic={"dist1": near}, people=people,
    )  # fmt: skip
