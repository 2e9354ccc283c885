"""Contacts added up by DuckDB within a bound of memory, beside the same in memory, in the same run.

Run with ``pytest tests/benchmarks/test_engines.py --benchmark-only -o addopts="--import-mode=importlib"``; what a nation of
contacts takes is measured by ``measure_engines.py``. ``extra_info`` holds the ratio of the two times.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.dataset as ds
import pytest

import recoverynet as rn

sys.path.insert(0, str(Path(__file__).parent))
from many_contacts import write_contacts  # noqa: E402
from measure_engines import held  # noqa: E402

N_ROWS = 1_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("contacts")
    write_contacts(place, N_ROWS)
    return place


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[rn.RecordStore]:
    with rn.open_record(folder, engine="duckdb") as opened:
        opened.on_engine.contact_window()
        yield opened


def test_projection(benchmark, folder: Path, store: rn.RecordStore) -> None:  # type: ignore[no-untyped-def]
    network = benchmark.pedantic(lambda: rn.project(store), rounds=2)
    begin = time.perf_counter()
    beside = rn.project(rn.ContactGraph(held(folder)))
    other = time.perf_counter() - begin
    assert abs(network.weights - beside.weights).max() < 1e-9
    assert network.n_people == beside.n_people == ds.dataset(folder / "people.parquet").count_rows()
    benchmark.extra_info.update(ratio_of_reading_and_projecting_in_memory=other / benchmark.stats.stats.min)
