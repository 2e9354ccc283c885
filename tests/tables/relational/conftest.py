"""Spark takes half a minute to start and seconds over every question: the slow run asks it, the plain run asks DuckDB."""

import os

import pytest

import recoverynet as rn
from recoverynet.tables.relational.cluster import require_java

SPARK = rn.EngineSettings("spark", master="local[2]", partitions=2)
"""Two parts are plenty for five people: what takes long in Spark is each part's beginning."""


@pytest.fixture(scope="session", params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> rn.EngineSettings:
    """How to start an engine; Spark is started once, and every later one joins it."""
    if request.param == "duckdb":
        return rn.EngineSettings("duckdb")
    try:
        require_java()
    except rn.EngineError as error:
        if os.environ.get("RECOVERYNET_REQUIRE_REFERENCE") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    return SPARK


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is asked of Spark as slow; over riverside it is asked each kind once, and no more."""
    asked: set[tuple[str, str]] = set()
    left_out: list[pytest.Item] = []
    for item in items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        if params.get("engine") != "spark":
            continue
        name, record = getattr(item, "originalname", item.name), params.get("record", "five_people")
        if record == "riverside" and (name, record) in asked:
            left_out.append(item)
        else:
            item.add_marker(pytest.mark.slow)
        asked.add((name, record))
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
