"""What a nation of contacts costs: wall, processor and peak memory of each step, on each way of doing it.

``python tests/benchmarks/measure_engines.py FOLDER --way duckdb`` on a folder that ``many_contacts.py`` wrote; ways are
``duckdb``, ``spark`` (two cores of this machine) and ``memory`` (the record held, as ``read_record`` does). One process a run.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.dataset as ds

import recoverynet as rn
from recoverynet.tables.layouts import RECORD_TABLES

SPARK = rn.EngineSettings("spark", master="local[2]", memory="4g", partitions=16)


def peak_gb() -> float:
    """Most memory since it was last reset: of this process, and beside it of Spark's Java process where there is one."""
    total = 0.0
    for pid in ["self", *children()]:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                total += int(line.split()[1]) / 1e6
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    return total


def children() -> list[str]:
    return [line for path in Path("/proc/self/task").glob("*/children") for line in path.read_text().split()]


def processor() -> float:
    ticks = sum(sum(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13])) for pid in children())
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime + ticks / 100


def step(name: str, n_rows: int, task: Callable[[], Any]) -> Any:
    peak_gb()
    begin, used = time.perf_counter(), processor()
    answer = task()
    wall = time.perf_counter() - begin
    cost = f"{wall / n_rows * 1e6:7.2f} µs a row" if n_rows else ""
    print(f"{name:34s} {wall:8.1f} s  {processor() - used:8.1f} s processor  {peak_gb():6.2f} GB peak  {cost}", flush=True)
    return answer


def held(folder: Path) -> rn.RecoveryRecord:
    """The record in memory, without the checks that both engines do beside."""
    frames = {name: pd.read_parquet(folder / f"{name}.parquet") for name in RECORD_TABLES if (folder / f"{name}.parquet").exists()}
    typed = {name: RECORD_TABLES[name].typed(frame, tz="Europe/London") for name, frame in frames.items()}
    record = rn.RecoveryRecord.of_checked(typed, window=(pd.Timestamp(0, tz="UTC"), pd.Timestamp.now("UTC")), tz="Europe/London")
    object.__setattr__(record, "window", record.seen_window())
    return record


def main(folder: Path, way: str) -> None:
    n_rows = ds.dataset(folder / "participation.parquet").count_rows()
    print(f"{way}: {n_rows:,} rows of participation")
    if way == "memory":
        source = step("read", n_rows, lambda: held(folder))
        ties = step("projection", n_rows, lambda: rn.project(rn.ContactGraph(source)).n_ties)
    else:
        source = step("open and check", n_rows, lambda: rn.open_record(folder, engine=SPARK if way == "spark" else way))
        there = source.on_engine
        start, end = step("number contacts", n_rows, there.contact_window)
        with tempfile.TemporaryDirectory() as place:
            step("projection, written", n_rows, lambda: there.write_ties(Path(place) / "ties", start, end))
            ties = ds.dataset(Path(place) / "ties").count_rows()
        first = (start, start + pd.Timedelta("91D"))
        step("projection of the first quarter", 0, lambda: there.large_occasions(*first, 500) and len(there.ties(*first)))
    print(f"{ties:,} ties")
    step("coverage by quarter", n_rows, lambda: rn.coverage_over_time(source, every="quarter"))
    step("aftercare", n_rows, lambda: rn.aftercare_coverage(source))
    step("funnel with participation", n_rows, lambda: rn.linkage_funnel(source, add_participation=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--way", choices=("duckdb", "spark", "memory"), default="duckdb")
    asked = parser.parse_args()
    main(asked.folder, asked.way)
