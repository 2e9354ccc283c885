"""Fixtures for every test: where reference data lies, and quiet progress bars."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

os.environ.setdefault("RECOVERYNET_QUIET", "1")
SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """``shared("reference/…")``: a file of the reference folder, or a skip (a failure where it is required)."""

    def find(name: str) -> Path:
        path = SHARED / name
        if path.exists():
            return path
        message = f"reference data {name!r} are not beside the checkout"
        if os.environ.get("RECOVERYNET_REQUIRE_REFERENCE") == "1":
            pytest.fail(message)
        pytest.skip(message)

    return find
