"""How long a million participations take to be read, checked and projected, how much memory, and how time grows.

Run with ``pytest tests/benchmarks/test_reading.py -o addopts="--import-mode=importlib"``. Peaks are those of a process
of its own; ``extra_info`` holds what was measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import recoverynet as rn

N_PEOPLE, N_OCCASIONS, N_ROWS = 30_000, 60_000, 1_000_000
PEAK_MB = 2_000
WALK = """
import json, resource, sys, time
import recoverynet as rn
marks = [time.process_time()]
record = rn.read_record(sys.argv[1], on_problems=sys.argv[2])
marks.append(time.process_time())
network = rn.project(rn.ContactGraph(record)) if sys.argv[3] == "project" else None
marks.append(time.process_time())
print(json.dumps({
    "read_s": round(marks[1] - marks[0], 2), "project_s": round(marks[2] - marks[1], 2),
    "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), "rows": len(record.participation),
    "ties": 0 if network is None else network.n_ties, "notes": record.notes,
}))
"""


def write_folder(folder: Path, share: float = 1.0, *, spoil: int | None = None) -> Path:
    """A folder with that share of 30,000 people, 60,000 occasions and a million participations; one row spoilt."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(7)
    people, occasions, rows = (int(share * number) for number in (N_PEOPLE, N_OCCASIONS, N_ROWS))
    (folder / "people.csv").write_text("person_id,role\n" + "".join(f"p{i:06d},client\n" for i in range(people)))
    (folder / "occasions.csv").write_text(
        "occasion_id,started_at,kind,duration_min\n"
        + "".join(f"o{k:06d},2011-{k % 12 + 1:02d}-{k % 28 + 1:02d}T{k % 24:02d}:30,meeting,60\n" for k in range(occasions))
    )
    at = np.sort(rng.integers(0, occasions, rows))
    place = np.arange(rows) - np.searchsorted(at, at)
    steps = np.array([step for step in range(1, people) if step % 2 and step % 3 and step % 5])
    who = (rng.integers(0, people, occasions)[at] + place * rng.choice(steps, occasions)[at]) % people
    lines = [f"o{k:06d},p{i:06d},attendee\n" for k, i in zip(at.tolist(), who.tolist(), strict=True)]
    if spoil is not None:
        lines[spoil - 2] = "o000001,nobody,attendee\n"
    (folder / "participation.csv").write_text("occasion_id,person_id,part\n" + "".join(lines))
    return folder


def walk(folder: Path, on_problems: str = "raise", last: str = "project") -> dict:
    done = subprocess.run([sys.executable, "-c", WALK, str(folder), on_problems, last], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("million") / "data")


def test_a_million_rows_are_read_checked_and_projected_within_two_gigabytes(benchmark, million) -> None:
    seen = benchmark.pedantic(walk, args=(million,), rounds=1)
    benchmark.extra_info.update(seen)
    assert seen["rows"] == N_ROWS and seen["ties"] > 5_000_000
    assert seen["peak_mb"] < PEAK_MB


def test_time_grows_about_linearly(benchmark, million, tmp_path) -> None:
    quarter = write_folder(tmp_path / "quarter", 0.25)
    small = min((walk(quarter, last="read") for _ in range(2)), key=lambda seen: seen["read_s"])
    whole = benchmark.pedantic(walk, args=(million, "raise", "read"), rounds=1)
    benchmark.extra_info.update(quarter=small, whole=whole)
    assert whole["read_s"] < 4 * 1.5 * small["read_s"]


def test_one_bad_row_in_a_million_is_found_named_and_left_out(benchmark, tmp_path) -> None:
    folder = write_folder(tmp_path / "spoilt", spoil=765_432)
    problems = benchmark.pedantic(rn.find_problems, args=(folder,), rounds=1)
    assert problems[["table", "column", "n_rows", "rule"]].values.tolist() == [["participation", "person_id", 1, "unknown_id"]]
    assert problems["rows"][0] == [765_432]
    with pytest.raises(rn.UnknownPersonError, match=r"1 row: 765432"):
        rn.read_record(folder)
    seen = walk(folder, "leave_out", "read")
    benchmark.extra_info.update(seen)
    assert seen["rows"] == N_ROWS - 1 and seen["peak_mb"] < PEAK_MB
    assert seen["notes"] == [
        "participation: left out 1 row: 765432, because person_id names a person that the table people does not hold."
    ]
