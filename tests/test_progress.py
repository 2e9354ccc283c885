"""How far along: a bar where somebody looks on, a line now and then in a log, and nothing where quiet is asked for."""

from __future__ import annotations

import subprocess
import sys

WALK = """
import time
import recoverynet.progress as progress
progress.SECONDS_BETWEEN_LINES = 0.2
for _ in progress.track(range(2), "Sections"):
    for _ in progress.track(iter("abc"), "Tests{more}"):
        time.sleep(0.15)
print("done")
"""


def walked(quiet: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WALK.format(more="")], capture_output=True, text=True, check=True, env={"RECOVERYNET_QUIET": quiet}
    )


def test_in_a_log_a_line_comes_now_and_then() -> None:
    done = walked()
    lines = done.stderr.splitlines()
    assert done.stdout == "done\n" and 2 <= len(lines) <= 6 and "\r" not in done.stderr
    assert lines[0].startswith("Sections: 0 of 2; Tests: ") and lines[0].endswith("s)")
    assert any(line.startswith("Sections: 1 of 2") for line in lines)


def test_quiet_is_quiet() -> None:
    assert walked("1").stderr == ""


def test_a_walk_that_breaks_off_ends_its_lines() -> None:
    from recoverynet.progress import _LINES, track

    walk = track(range(3), "Walk", quiet=False)
    assert next(walk) == 0
    walk.close()  # type: ignore[attr-defined]
    assert not _LINES._places
