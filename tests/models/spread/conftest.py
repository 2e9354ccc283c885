"""A fit of eight rows made by hand, and one that counts contacts, which profiles and effects are asked of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from recoverynet.models.spread.fitted_rows import FittedRows
from recoverynet.models.spread.wave_outcome import DesignTerm

TERMS = (
    DesignTerm("constant", "constant"), DesignTerm("wave 3", "wave"), DesignTerm("exposure", "value", "exposure"),
    DesignTerm("age", "value", "age"), DesignTerm("site: b", "level", "site"), DesignTerm("site: c", "level", "site"),
    DesignTerm("no contacts", "mark", "no contacts"),
)  # fmt: skip
DESIGN = np.array([
    [1, 0, 0.5, 30, 0, 0, 0], [1, 0, 1.0, 40, 1, 0, 0], [1, 1, 0.0, 50, 0, 1, 1], [1, 1, 0.2, 35, 1, 0, 0],
    [1, 0, 0.4, 45, 0, 0, 0], [1, 1, 0.9, 55, 0, 1, 0], [1, 0, 0.1, 60, 1, 0, 0], [1, 1, 0.0, 25, 0, 0, 1.0],
])  # fmt: skip
BETA = np.array([-1.0, 0.3, 1.2, 0.01, 0.4, -0.2, 0.5])


def _made(**more: object) -> FittedRows:
    rng = np.random.default_rng(1)
    root = rng.normal(size=(7, 7)) / 10
    given = {
        "terms": TERMS, "design": DESIGN, "kept": np.arange(7), "beta": BETA, "covariance": root @ root.T, "link": "logit",
        "outcome": np.array([0, 1, 0, 1, 0, 1, 0, 0.0]), "wave": np.array([2, 2, 3, 3, 2, 3, 2, 3]),
        "person": np.array([0, 1, 2, 1, 3, 4, 5, 0]), "first_of": {"site": "a"},
    }  # fmt: skip
    return FittedRows(**{**given, **more})  # type: ignore[arg-type]


COUNTS = ("1 contact", "2 contacts", "3 or more")


def _counting() -> FittedRows:
    """The same with contacts counted in place of exposure."""
    terms = (TERMS[0], *(DesignTerm(name, "value", name) for name in COUNTS))
    design = np.column_stack([np.ones(8), *(np.arange(8) % 4 == k for k in (1, 2, 3))]).astype(float)
    return _made(terms=terms, design=design, kept=np.arange(4), beta=np.array([-1.0, 0.2, 0.9, 1.1]), covariance=np.eye(4) / 50,
                counts={"n_holding": COUNTS}, first_of={})  # fmt: skip


@pytest.fixture
def made() -> Callable[..., FittedRows]:
    """``made(kept=…)``: the eight rows with fields changed."""
    return _made


@pytest.fixture
def counting() -> Callable[[], FittedRows]:
    """``counting()``: the eight rows with contacts counted."""
    return _counting
