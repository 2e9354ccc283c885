"""How much an old contact still counts."""

from __future__ import annotations

import numpy as np


def half_life_decay(age: np.ndarray, half_life: float) -> np.ndarray:
    """0.5 ** (age / half_life), age and half-life in the same unit, age 0 or more."""
    return np.exp2(-np.asarray(age, dtype=np.float64) / half_life)
