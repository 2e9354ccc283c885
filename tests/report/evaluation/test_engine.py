"""The reports are the same wherever contacts are added up."""

import os
from collections.abc import Callable

import pytest

import recoverynet as rn
from recoverynet.tables.relational.cluster import require_java
from recoverynet.tables.relational.on_engine import RecordOnEngine

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


def test_evaluation_from_duckdb_is_that_from_memory(record: rn.RecoveryRecord) -> None:
    assert rn.evaluation_report(record).to_text() == rn.evaluation_report(record, engine="duckdb").to_text()


def test_spread_from_duckdb_is_that_from_memory(record: rn.RecoveryRecord) -> None:
    one, other = (rn.spread_report(record, n_permutations=99, engine=engine) for engine in (None, "duckdb"))
    assert one.to_text() == other.to_text()


@pytest.mark.slow
def test_evaluation_from_spark_is_that_from_duckdb(record: rn.RecoveryRecord, spark: rn.EngineSettings) -> None:
    assert rn.evaluation_report(record, engine="duckdb").to_text() == rn.evaluation_report(record, engine=spark).to_text()


def test_contacts_are_really_asked_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def told(name: str, method: Callable) -> Callable:
        def instead(self: RecordOnEngine, *args: object, **more: object) -> object:
            asked.append(name)
            return method(self, *args, **more)

        return instead

    for name in ("ties", "contacts_in_spans", "first_steps"):
        monkeypatch.setattr(RecordOnEngine, name, told(name, getattr(RecordOnEngine, name)))
    rn.evaluation_report(rn.load_sample("riverside"), engine="duckdb")
    assert {"ties", "contacts_in_spans", "first_steps"} <= set(asked)


def test_an_engine_that_is_none() -> None:
    record = rn.load_sample("five_people")
    for report in (rn.evaluation_report, rn.spread_report):
        with pytest.raises(rn.SchemaError, match="engine must be 'duckdb' or 'spark'; got 'dask'"):
            report(record, engine="dask")
