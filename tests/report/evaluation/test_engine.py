"""The reports are the same wherever contacts are added up."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import recoverynet as rn
from recoverynet.cli import app
from recoverynet.tables.relational.cluster import require_java
from recoverynet.tables.relational.on_engine import RecordOnEngine

OPEN = rn.DisclosurePolicy.none(reason="a test")
OPEN_AND_HIDDEN = pytest.mark.parametrize(
    "disclosure", [OPEN, pytest.param("ndtms", marks=pytest.mark.slow)], ids=["open", "ndtms"]
)
SPARK = rn.EngineSettings("spark", master="local[2]", partitions=4)


@pytest.fixture(scope="module", params=["five_people", "riverside"])
def record(request: pytest.FixtureRequest) -> rn.RecoveryRecord:
    return rn.load_sample(request.param)


@pytest.fixture
def spark() -> rn.EngineSettings:
    try:
        require_java()
    except rn.EngineError as error:
        if os.environ.get("RECOVERYNET_REQUIRE_REFERENCE") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    return SPARK


@pytest.mark.slow
@OPEN_AND_HIDDEN
def test_evaluation_from_duckdb_is_that_from_memory(record: rn.RecoveryRecord, disclosure: Any) -> None:
    one, other = (rn.evaluation_report(record, engine=engine, disclosure=disclosure) for engine in (None, "duckdb"))
    assert one.to_text() == other.to_text()


@pytest.mark.slow
def test_spread_from_duckdb_is_that_from_memory(record: rn.RecoveryRecord) -> None:
    one, other = (rn.spread_report(record, n_permutations=99, engine=engine) for engine in (None, "duckdb"))
    assert one.to_text() == other.to_text()


@pytest.mark.slow
def test_evaluation_from_spark_is_that_from_duckdb(record: rn.RecoveryRecord, spark: rn.EngineSettings) -> None:
    assert rn.evaluation_report(record, engine="duckdb").to_text() == rn.evaluation_report(record, engine=spark).to_text()


def saved(report: rn.Report, path: Path) -> bytes:
    report.save(path)
    return path.read_bytes()


@OPEN_AND_HIDDEN
@pytest.mark.parametrize(
    ("sample", "index"),
    [
        ("five_people", True),
        pytest.param("five_people", False, marks=pytest.mark.slow),
        pytest.param("riverside", False, marks=pytest.mark.slow),
    ],
)
def test_an_evaluation_of_files_that_nobody_read(sample: str, tmp_path: Path, index: bool, disclosure: Any) -> None:
    record = rn.load_sample(sample)
    if index:
        rn.write_store(record, tmp_path / "record")
    else:
        rn.write_record(record, tmp_path / "record", format="parquet")
    with rn.open_record(tmp_path / "record", engine="duckdb") as store:
        asked = store.as_record()
        assert asked.occasions.empty and asked.participation.empty and asked.away is not None
        there = rn.evaluation_report(store, disclosure=disclosure)
    here = rn.evaluation_report(record, disclosure=disclosure)
    assert here.to_text() == there.to_text()
    assert here.manifest == there.manifest
    assert saved(here, tmp_path / "here.html") == saved(there, tmp_path / "there.html")


@pytest.mark.slow
def test_what_needs_contacts_in_memory_says_so(tmp_path: Path) -> None:
    rn.write_record(rn.load_sample("five_people"), tmp_path / "record", format="parquet")
    with rn.open_record(tmp_path / "record", engine="duckdb") as store:
        with pytest.raises(rn.SchemaError, match="contacts of this record are not in memory"):
            rn.evaluation_report(store, clients=["ben"])
        with pytest.raises(rn.SchemaError, match="contacts of this one were left in their files"):
            rn.spread_report(store).save(tmp_path / "spread.ipynb")


@pytest.mark.slow
def test_a_period_and_a_spread_of_files_that_nobody_read(tmp_path: Path) -> None:
    record = rn.load_sample("riverside")
    rn.write_record(record, tmp_path / "record", format="parquet")
    window = ("2011-02-01", "2011-05-01")
    with rn.open_record(tmp_path / "record", engine="duckdb") as store:
        asked = {"window": window, "n_permutations": 19, "surroundings": ("provider", "main_group")}
        here, there = (rn.spread_report(source, **asked) for source in (record, store))  # type: ignore[arg-type]
        assert here.to_text() == there.to_text()


@pytest.mark.slow
def test_an_evaluation_of_files_that_spark_reads(tmp_path: Path, spark: rn.EngineSettings) -> None:
    record = rn.load_sample("riverside")
    rn.write_record(record, tmp_path / "record", format="parquet")
    with rn.open_record(tmp_path / "record", engine=spark) as store:
        there = rn.evaluation_report(store)
    assert saved(rn.evaluation_report(record), tmp_path / "here.html") == saved(there, tmp_path / "there.html")


@pytest.mark.slow
def test_the_command_reads_no_contact_where_an_engine_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = rn.load_sample("five_people")
    rn.write_record(record, tmp_path / "record", format="parquet")

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("the record was read")

    monkeypatch.setattr("recoverynet.tables.files.read_record", refused)
    out = tmp_path / "there.html"
    told = CliRunner().invoke(app, ["report", "evaluation", str(tmp_path / "record"), "--out", str(out), "--engine", "duckdb"])
    assert told.exit_code == 0, told.output
    assert "Contacts stay in their files; duckdb is asked" in told.output
    assert out.read_bytes() == saved(rn.evaluation_report(record), tmp_path / "here.html")


@pytest.mark.slow
def test_contacts_are_really_asked_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def told(name: str, method: Callable) -> Callable:
        def instead(self: RecordOnEngine, *args: object, **more: object) -> object:
            asked.append(name)
            return method(self, *args, **more)

        return instead

    for name in ("ties", "contacts_in_spans", "first_steps"):
        monkeypatch.setattr(RecordOnEngine, name, told(name, getattr(RecordOnEngine, name)))
    rn.evaluation_report(rn.load_sample("riverside"), engine="duckdb", disclosure=OPEN)
    assert {"ties", "contacts_in_spans", "first_steps"} <= set(asked)


def test_an_engine_that_is_none() -> None:
    record = rn.load_sample("five_people")
    for report in (rn.evaluation_report, rn.spread_report):
        with pytest.raises(rn.SchemaError, match="engine must be 'duckdb' or 'spark'; got 'dask'"):
            report(record, engine="dask")
