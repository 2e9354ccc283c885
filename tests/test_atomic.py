"""Whole or not at all: full disks, killed writers, links, devices and folders that were there before."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

import recoverynet as rn
from recoverynet.atomic import UNFINISHED, atomic_file, atomic_folder, is_leftover, make_folder, require_finished, write_text


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_file_takes_its_name_when_it_is_whole(tmp_path) -> None:
    with atomic_file(tmp_path / "a.txt") as partial:
        partial.write_text("new")
        assert not (tmp_path / "a.txt").exists() and partial.parent == tmp_path and partial.name.startswith(".")
    assert names(tmp_path) == ["a.txt"] and (tmp_path / "a.txt").read_text() == "new"


def test_where_the_writing_fails_the_old_file_stays(tmp_path) -> None:
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_file(tmp_path / "a.txt") as partial:
        partial.write_text("half")
        raise ZeroDivisionError
    assert names(tmp_path) == ["a.txt"] and (tmp_path / "a.txt").read_text() == "old"


def test_modes_of_files(tmp_path) -> None:
    mode = lambda path: stat.S_IMODE(path.stat().st_mode)  # noqa: E731
    old = os.umask(0o022)
    try:
        write_text(tmp_path / "open.txt", "x")
        write_text(tmp_path / "own.txt", "x", private=True)
        assert mode(tmp_path / "open.txt") == 0o644 and mode(tmp_path / "own.txt") == 0o600
        (tmp_path / "open.txt").chmod(0o640)
        write_text(tmp_path / "open.txt", "y")
        assert mode(tmp_path / "open.txt") == 0o640, "as the file had it"
        with atomic_folder(tmp_path / "own", private=True) as folder:
            (folder / "a").write_text("x")
        assert mode(tmp_path / "own") == 0o700 and mode(tmp_path / "own" / "a") == 0o600
    finally:
        os.umask(old)


def test_a_link_is_followed_and_a_device_written_into(tmp_path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    write_text(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink() and (tmp_path / "real.txt").read_text() == "new"
    write_text("/dev/null", "gone")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("none/a.txt", "folder it should stand in is not there"),
        ("file/a.txt", "is a file, not a folder"),
        ("folder", "a folder of"),
    ],
)
def test_places_that_cannot_be_written_to(tmp_path, place, words) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(rn.NotWrittenError, match=words) as told:
        write_text(tmp_path / place, "x")
    assert str(tmp_path / place) in str(told.value)
    if place != "folder":
        with pytest.raises(rn.NotWrittenError):
            write_text(tmp_path / place, "x", private=True)


def test_a_folder_cannot_be_made_where_a_file_is(tmp_path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(rn.NotWrittenError, match="file"):
        make_folder(tmp_path / "file" / "deep")
    with pytest.raises(rn.NotWrittenError), atomic_folder(tmp_path / "file"):
        pass


def test_a_folder_appears_with_everything_in_it(tmp_path) -> None:
    with pytest.raises(ZeroDivisionError), atomic_folder(tmp_path / "deep" / "out") as folder:
        (folder / "a").write_text("x")
        raise ZeroDivisionError
    assert names(tmp_path) == ["deep"]
    with atomic_folder(tmp_path / "deep" / "out") as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "a").write_text("x")
        assert not (tmp_path / "deep" / "out").exists()
    assert names(tmp_path / "deep" / "out") == ["sub", "sub/a"]


def test_in_a_folder_that_was_there_files_are_replaced_together(tmp_path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "other").write_text("stays")
    with pytest.raises(ZeroDivisionError), atomic_folder(tmp_path) as folder:
        (folder / "a").write_text("new")
        raise ZeroDivisionError
    assert names(tmp_path) == ["a", "other"] and (tmp_path / "a").read_text() == "old"
    with atomic_folder(tmp_path) as folder:
        (folder / "a").write_text("new")
        (folder / "b").write_text("new")
    assert names(tmp_path) == ["a", "b", "other"] and (tmp_path / "a").read_text() == "new"


def test_a_mixture_of_new_and_old_is_known_as_one(tmp_path, monkeypatch) -> None:
    for name in "ab":
        (tmp_path / name).write_text("old")
    real, n_moved = os.replace, 0

    def replace(one: Path, other: Path) -> None:
        nonlocal n_moved
        n_moved += 1
        if n_moved == 2:
            raise PermissionError(13, "denied")
        real(one, other)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(rn.NotWrittenError), atomic_folder(tmp_path) as folder:
        for name in "ab":
            (folder / name).write_text("new")
    with pytest.raises(rn.SchemaError, match="new and old may stand side by side"):
        require_finished(tmp_path)
    monkeypatch.undo()
    with atomic_folder(tmp_path) as folder:
        for name in "ab":
            (folder / name).write_text("new")
    require_finished(tmp_path)
    assert names(tmp_path) == ["a", "b"] and UNFINISHED not in names(tmp_path)


WRITES_AND_WAITS = """
import sys, time
from recoverynet.atomic import atomic_file, atomic_folder
with atomic_{kind}(sys.argv[1]) as partial:
    (partial / "a" if partial.is_dir() else partial).write_text("half")
    print("half", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_killed_writer_leaves_nothing_under_the_name_and_the_next_one_sweeps(tmp_path, kind) -> None:
    goal = tmp_path / "out"
    writer = subprocess.Popen([sys.executable, "-c", WRITES_AND_WAITS.format(kind=kind), str(goal)], stdout=subprocess.PIPE)
    assert writer.stdout is not None and writer.stdout.readline() == b"half\n"
    with atomic_file(goal) if kind == "file" else atomic_folder(goal) as partial:
        assert len([path for path in tmp_path.iterdir() if is_leftover(path)]) == 2, "one at work is not swept"
        (partial / "a" if kind == "folder" else partial).write_text("whole")
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    left = [path for path in tmp_path.iterdir() if path.name != "out"]
    assert len(left) == 1 and is_leftover(left[0])
    if kind == "file":
        write_text(goal, "again")
        assert names(tmp_path) == ["out"]


def full_after(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_no_more_room_is_told_by_name_and_leaves_the_old_file(tmp_path) -> None:
    (tmp_path / "a.txt").write_text("old")
    program = "import sys; from recoverynet.atomic import write_text; write_text(sys.argv[1], 'x' * 100_000)"
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "a.txt")],
        preexec_fn=lambda: full_after(10_000),
        capture_output=True,
        text=True,
    )
    assert f"NotWrittenError: {tmp_path / 'a.txt'} was not written: it would be larger than a file may be here" in done.stderr
    assert names(tmp_path) == ["a.txt"] and (tmp_path / "a.txt").read_text() == "old"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="a small disk is mounted by root only")
def test_a_full_disk(tmp_path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("no disk may be mounted here")
    try:
        write_text(disk / "a.txt", "old")
        with pytest.raises(rn.NotWrittenError, match=r"a\.txt was not written: the disk is full"):
            write_text(disk / "a.txt", "x" * 200_000)
        assert names(disk) == ["a.txt"] and (disk / "a.txt").read_text() == "old"
        with pytest.raises(rn.NotWrittenError, match="the disk is full"), atomic_folder(disk / "out") as folder:
            (folder / "a").write_text("x" * 200_000)
        assert names(disk) == ["a.txt"]
    finally:
        for _ in range(20):
            if subprocess.run(["umount", str(disk)], capture_output=True).returncode == 0:
                break
            time.sleep(0.1)
