"""Spark takes seconds a question: of riverside it is asked each kind of thing once in a plain run, and all else in the slow one."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    seen: set[str] = set()
    for item in items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        if params.get("engine") != "spark" or params.get("record") != "riverside":
            continue
        name = getattr(item, "originalname", item.name)
        if name in seen:
            item.add_marker(pytest.mark.slow)
        seen.add(name)
