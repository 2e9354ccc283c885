"""Kernels work where nothing can be kept on disk: a package that can only be read, no home folder, a full disk."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SUM = """
import sys
sys.path.insert(0, sys.argv[1])
from summed import total
import numpy as np
print(total(np.arange(5.0)), type(total._cache).__name__)
"""
SUMMED = """
from recoverynet.kernels.compiled import compiled
@compiled(nogil=True)
def total(values):
    found = 0.0
    for value in values:
        found += value
    return found
"""


def run(folder: Path, **environment: str) -> str:
    known = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR")}
    done = subprocess.run(
        [sys.executable, "-B", "-c", SUM, str(folder)], env={**known, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "summed.py").write_text(SUMMED)
    return folder


@pytest.fixture
def mounted(tmp_path: Path):
    """``mounted(options)``: a small disk of its own; taken away at the end."""
    places: list[Path] = []

    def mount(name: str, options: str) -> Path:
        place = tmp_path / name
        place.mkdir()
        if (
            os.name == "nt"
            or subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True).returncode
        ):
            pytest.skip("no disk may be mounted here")
        places.append(place)
        return place

    yield mount
    for place in places:
        subprocess.run(["umount", "-l", place], capture_output=True, check=False)


def test_what_was_compiled_is_kept(package) -> None:
    assert run(package, HOME=str(package)) == "10.0 _CacheOrNone"
    assert list((package / "__pycache__").glob("summed.total*.nbi"))


def test_no_home_and_a_package_that_can_only_be_read(package, mounted) -> None:
    place = mounted("disk", "size=64k")
    shutil.copy(package / "summed.py", place)
    subprocess.run(["mount", "-o", "remount,ro", place], check=True)
    assert run(place, HOME="/proc/nothing") == "10.0 NullCache"


@pytest.mark.slow
def test_a_full_disk_to_keep_it_on(package, mounted) -> None:
    place = mounted("disk", "size=8k")
    (place / "filling").write_bytes(b"x" * 4_000)
    assert run(package, NUMBA_CACHE_DIR=str(place)) == "10.0 _CacheOrNone"
    assert run(package, NUMBA_CACHE_DIR=str(place)) == "10.0 _CacheOrNone"


@pytest.mark.slow
def test_what_was_kept_may_be_damaged(package) -> None:
    run(package, HOME=str(package))
    for kept in (package / "__pycache__").glob("summed.total*"):
        kept.write_bytes(b"")
    assert run(package, HOME=str(package)).startswith("10.0")
