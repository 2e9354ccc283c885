"""What is put on disk in between goes, whatever ends the process."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recoverynet.scratch import private_folder, remove_private

HOLDS = """
import sys, time
from recoverynet.scratch import private_folder
(private_folder("rn-here-", sys.argv[1]) / "rows").write_text("people")
print("ready", flush=True)
time.sleep(60)
"""


def holding(place: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLDS, str(place)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def test_it_is_private_and_goes(tmp_path: Path) -> None:
    folder = private_folder("rn-here-", tmp_path)
    assert folder.stat().st_mode & 0o077 == 0
    (folder / "rows").write_text("people")
    remove_private(folder)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="no lock tells a living process from a killed one there")
def test_what_a_killed_process_left_goes_and_what_a_living_one_holds_stays(tmp_path: Path) -> None:
    killed, living = holding(tmp_path), holding(tmp_path)
    killed.kill()
    killed.wait()
    (tmp_path / "rn-here-of-somebody").mkdir()
    (tmp_path / "another").mkdir()
    mine = private_folder("rn-here-", tmp_path)
    assert len(list(tmp_path.glob("rn-here-*/rows"))) == 1, "the living one's"
    assert (tmp_path / "rn-here-of-somebody").exists(), "it may just be on its way"
    os.utime(tmp_path / "rn-here-of-somebody", (0, 0))
    living.kill()
    living.wait()
    remove_private(private_folder("rn-here-", tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["another", mine.name])
    remove_private(mine)


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
def test_a_command_that_is_asked_to_end_leaves_nothing(tmp_path: Path) -> None:
    program = (
        "import sys, time, recoverynet.cli as cli, recoverynet.scratch as scratch\n"
        "cli.app = lambda **_: (scratch.private_folder('rn-here-', sys.argv[1]), print('ready', flush=True), time.sleep(60))\n"
        "cli.main()"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 128 + signal.SIGTERM and time.monotonic() - begun < 20
    assert not list(tmp_path.iterdir())
