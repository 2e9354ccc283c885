"""Spark that is not there, or goes away: what is said, and that nothing is half-written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import recoverynet as rn
from recoverynet.tables.relational.cluster import require_java


def java_saying(folder: Path, words: str) -> Path:
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\n{words}\n")
    java.chmod(0o755)
    return folder


def opened(tmp_path: Path) -> rn.RecordStore:
    rn.write_store(rn.load_sample("five_people"), tmp_path / "record")
    return rn.open_record(f"spark://local[1]{tmp_path / 'record'}")


@pytest.mark.slow
def test_without_java_one_line_mends_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with opened(tmp_path) as store:
        assert len(store.around(["ann"], "2011-03-01", "2011-04-01").people), "what needs no Spark works without it"
        with pytest.raises(rn.EngineError, match="Java 17.*apt-get install openjdk-17-jre-headless"):
            rn.project(store)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("echo 'openjdk version \"11.0.2\" 2019' >&2", "older .version 11."),
        ("echo 'java version \"1.8.0_202\"' >&2", "older .version 8."),
        ("exit 1", "Java 17"),
    ],
)
def test_a_java_that_will_not_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str, told: str) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java_saying(tmp_path / "old", words)))
    with pytest.raises(rn.EngineError, match=told):
        require_java()


def test_a_home_of_java_that_holds_none_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(rn.EngineError, match="none where JAVA_HOME says .*apt-get install openjdk-17-jre-headless"):
        require_java()


@pytest.mark.parametrize("package", ["pyspark", "sqlglot"])
def test_without_a_package_one_line_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with opened(tmp_path) as store, pytest.raises(rn.EngineError, match=r"pip install 'recoverynet\[spark\]'"):
        rn.coverage_over_time(store)


GOES_AWAY = """
import os, signal, sys, tempfile, threading
from pathlib import Path
import recoverynet as rn
from pyspark import SparkContext

folder, goal = Path(sys.argv[1]), Path(sys.argv[2])
with rn.open_record(f"spark://local[1]{folder}") as store:
    start, end = store.window
    store.on_engine.ties(start, end)
    private = list(Path(tempfile.gettempdir()).glob("recoverynet-spark-*"))
    print("PRIVATE", [oct(path.stat().st_mode & 0o077) for path in private], bool(list(private[0].rglob("shuffle_*"))))
    threading.Timer(0.5, os.kill, (SparkContext._gateway.proc.pid, signal.SIGKILL)).start()
    try:
        for turn in range(1000):
            store.on_engine.write_ties(goal / str(turn), start, end)
    except rn.EngineError as error:
        print("TOLD", error)
    print("LEFT", [str(path.relative_to(goal)) for path in goal.rglob("*") if not path.name.startswith("part-")])
    print("WHOLE", all(len(list(path.iterdir())) for path in goal.iterdir()), turn)
    try:
        rn.coverage_over_time(store)
    except rn.EngineError as error:
        print("STILL", error)
with rn.open_record(f"spark://local[1]{folder}") as store:
    print("AGAIN", rn.project(store).n_ties)
"""


@pytest.mark.slow
def test_a_cluster_that_goes_away_in_the_middle(tmp_path: Path) -> None:
    try:
        require_java()
    except rn.EngineError as error:
        if os.environ.get("RECOVERYNET_REQUIRE_REFERENCE") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    record = rn.load_sample("five_people")
    rn.write_store(record, tmp_path / "record")
    (tmp_path / "goal").mkdir()
    between = tmp_path / "between"
    between.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", GOES_AWAY, str(tmp_path / "record"), str(tmp_path / "goal")],
        capture_output=True,
        text=True,
        timeout=600,
        env=os.environ | {"TMPDIR": str(between)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    for key in ("TOLD", "STILL"):
        assert "went away" in said[key] and "safe to repeat" in said[key] and "open_record()" in said[key]
    whole, turns = said["WHOLE"].split()
    assert whole == "True"
    left = [word.strip(" '") for word in said["LEFT"].strip("[]").split(",") if word.strip()]
    assert sorted(left, key=int) == [str(turn) for turn in range(int(turns))], "what was being written has left nothing"
    assert said["PRIVATE"] == "['0o0'] True", "nobody else may read what is put on disk in between"
    assert not list(between.glob("recoverynet-spark-*")), "and it goes, though Java was killed"
    assert int(said["AGAIN"]) == rn.project(rn.ContactGraph(record)).n_ties
