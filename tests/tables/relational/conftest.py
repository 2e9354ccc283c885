"""Spark takes long over riverside: it is asked each kind of thing once, in the slow run; of five people it is asked everything."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    seen: set[str] = set()
    left_out: list[pytest.Item] = []
    for item in items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        if params.get("engine") != "spark" or params.get("record") != "riverside":
            continue
        name = getattr(item, "originalname", item.name)
        if name in seen:
            left_out.append(item)
        else:
            item.add_marker(pytest.mark.slow)
        seen.add(name)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
