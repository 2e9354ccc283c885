"""DuckDB beside the record in memory, in one run: the same made-up contacts of 300,000 people, each way in a process of its own.

``python tests/benchmarks/compare_engines.py FOLDER --rows 1000000 10000000 --most-gb 4`` writes what contacts FOLDER lacks, asks
both ways the same questions one after the other, and prints what each cost. A way that needs more memory than ``--most-gb`` is
stopped there by the system, and the table says so: that is the size at which it ends.
"""

import argparse
import re
import resource
import subprocess
import sys
from pathlib import Path

from many_contacts import write_contacts

WAYS = ("duckdb", "memory")
_LINE = re.compile(r"(?P<step>.{34}) +(?P<wall>[0-9.]+) s +(?P<used>[0-9.]+) s processor +(?P<peak>[0-9.]+) GB peak")


def bounded(most_gb: float) -> None:
    most = int(most_gb * 1e9)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def run(folder: Path, way: str, most_gb: float) -> list[tuple[str, float, float, float]] | str:
    """Each step with its seconds, processor seconds and peak of GB; or in words why there are none."""
    script = Path(__file__).with_name("measure_engines.py")
    done = subprocess.run(
        [sys.executable, script, folder, "--way", way],
        capture_output=True, text=True, preexec_fn=lambda: bounded(most_gb), check=False,
    )  # fmt: skip
    found = [_LINE.match(line) for line in done.stdout.splitlines()]
    steps = [(one["step"].strip(), float(one["wall"]), float(one["used"]), float(one["peak"])) for one in found if one]
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"it ended with {done.returncode}"
        last = steps[-1][0] if steps else "nothing"
        return f"stopped within {most_gb:g} GB after {last}: {said}"
    return steps


def main(folder: Path, sizes: list[int], most_gb: float) -> None:
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
