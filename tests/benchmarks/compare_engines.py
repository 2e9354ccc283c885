"""DuckDB beside the record in memory, in one run: the same made-up contacts of 300,000 people, each way in a process of its own.

``python tests/benchmarks/compare_engines.py FOLDER --rows 1000000 10000000 --most-gb 4`` writes what contacts FOLDER lacks, asks
both ways the same questions one after the other, and prints what each cost. A way that needs more memory than ``--most-gb`` is
stopped there, and the table says so: that is the size at which it ends.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WAYS = ("duckdb", "memory")
_LINE = re.compile(r"(?P<step>.{34}) +(?P<wall>[0-9.]+) s +(?P<used>[0-9.]+) s processor +(?P<peak>[0-9.]+) GB peak")


def run(folder: Path, way: str, most_gb: float) -> list[tuple[str, float, float, float]] | str:
    """Each step with its seconds, processor seconds and peak of GB; or in words why there are none."""
    script = Path(__file__).with_name("measure_engines.py")
    command = [sys.executable, script, folder, "--way", way]
    highest = 0.0
    with tempfile.TemporaryFile("w+") as told, subprocess.Popen(command, stdout=told, stderr=subprocess.STDOUT) as process:
        while process.poll() is None:
            highest = max(highest, resident_gb(process.pid))
            if highest > most_gb:
                process.kill()
            time.sleep(0.05)
        told.seek(0)
        lines = told.read().splitlines()
    found = [_LINE.match(line) for line in lines]
    steps = [(one["step"].strip(), float(one["wall"]), float(one["used"]), float(one["peak"])) for one in found if one]
    if process.returncode:
        last = steps[-1][0] if steps else "nothing"
        why = f"it took {highest:.2f} GB and was stopped" if highest > most_gb else lines[-1]
        return f"not within {most_gb:g} GB: after {last} {why}"
    return steps


def resident_gb(pid: int) -> float:
    """What a process holds of the machine's memory now."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1e6 for line in lines if line.startswith("VmRSS"))


def main(folder: Path, sizes: list[int], most_gb: float) -> None:
    from many_contacts import write_contacts  # beside this script, where no test run looks

    for n_rows in sizes:
        place = folder / f"contacts_{n_rows}"
        if not (place / "linkage.parquet").exists():
            write_contacts(place, n_rows)
        for way in WAYS:
            told = run(place, way, most_gb)
            print(f"\n{way}, {n_rows:,} rows", flush=True)
            if isinstance(told, str):
                print(f"  {told}", flush=True)
                continue
            for step, wall, used, peak in told:
                print(
                    f"  {step:34s} {wall:8.1f} s {used:8.1f} s processor {peak:6.2f} GB {used / n_rows * 1e6:7.2f} µs a row",
                    flush=True,
                )
            total, highest = sum(used for _, _, used, _ in told), max(peak for *_, peak in told)
            print(
                f"  {'all':34s} {'':10s} {total:8.1f} s processor {highest:6.2f} GB {total / n_rows * 1e6:7.2f} µs a row",
                flush=True,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--most-gb", type=float, default=4.0)
    asked = parser.parse_args()
    main(asked.folder, asked.rows, asked.most_gb)
