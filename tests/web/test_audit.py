"""The log: every line follows from the one before it, whoever writes, and a change shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading

import pytest

from recoverynet.errors import SchemaError
from recoverynet.web.audit import AuditLog, verify_log


def test_every_line_carries_the_hash_of_the_one_before(tmp_path) -> None:
    import hashlib

    log = AuditLog(tmp_path)
    for number in range(3):
        log.note("view", "w1", client=f"c{number}")
    lines = log.path.read_bytes().splitlines()
    assert json.loads(lines[0])["before"] == "0" * 64
    assert [json.loads(line)["before"] for line in lines[1:]] == [hashlib.sha256(line).hexdigest() for line in lines[:-1]]
    assert verify_log(log.path).first_wrong is None


@pytest.mark.parametrize("harm", ["changed", "taken_out", "put_in", "swapped"])
def test_a_log_that_was_changed_shows_where(tmp_path, harm) -> None:
    log = AuditLog(tmp_path)
    for number in range(6):
        log.note("view", "w1", client=f"c{number}")
    lines = log.path.read_text().splitlines()
    if harm == "changed":
        lines[2] = lines[2].replace("c2", "c9")
    elif harm == "taken_out":
        del lines[2]
    elif harm == "put_in":
        lines.insert(3, "{}")
    else:
        lines[2], lines[3] = lines[3], lines[2]
    log.path.write_text("\n".join(lines) + "\n")
    assert verify_log(log.path).first_wrong in (3, 4)


@pytest.mark.slow
def test_threads_and_processes_write_whole_lines(tmp_path) -> None:
    program = (
        "import sys; from recoverynet.web.audit import AuditLog\n"
        "for n in range(50): AuditLog(sys.argv[1]).note('view', 'w2', client=str(n))"
    )
    others = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path)]) for _ in range(3)]
    log = AuditLog(tmp_path)
    threads = [threading.Thread(target=lambda: [log.note("view", "w1", client=str(n)) for n in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [other.wait(60) for other in others] == [0, 0, 0]
    found = verify_log(log.path)
    assert (found.n_lines, found.first_wrong) == (350, None)


def test_a_line_cut_short_by_a_stop_is_closed_and_the_log_goes_on(tmp_path) -> None:
    log = AuditLog(tmp_path)
    log.note("view", "w1")
    with log.path.open("ab") as file:
        file.write(b'{"at": "20')
    log.note("view", "w1")
    assert (verify_log(log.path).n_lines, verify_log(log.path).first_wrong) == (3, None)


def test_long_and_strange_values_stay_one_line(tmp_path) -> None:
    log = AuditLog(tmp_path)
    log.note("refusal", "w1", why='x"\n\r\u2028{}' * 5000)
    assert verify_log(log.path) == type(verify_log(log.path))(1, None) and os.path.getsize(log.path) < 1000


def test_no_log_is_told(tmp_path) -> None:
    with pytest.raises(SchemaError, match="nobody has opened"):
        verify_log(tmp_path / "audit.jsonl")
