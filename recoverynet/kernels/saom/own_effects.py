"""A researcher's own effects on their way into the kernels: compiled, and handed over as functions."""

from __future__ import annotations

from collections.abc import Callable

import numba
import numpy as np
from numba import types

MOST_OWN = 4
SIGNATURE = types.float64(types.int64, types.Array(types.uint8, 2, "C"), types.Array(types.float64, 1, "C"))


@numba.njit(SIGNATURE, nogil=True)
def nothing(ego: int, ties: np.ndarray, values: np.ndarray) -> float:
    """The effect that stands where there is none."""
    return 0.0


def compiled_statistic(statistic: Callable[..., float]) -> Callable[..., float]:
    """A function of (ego, ties, values), compiled for the kernels; division by 0 gives infinity or NaN."""
    return numba.njit(SIGNATURE, nogil=True, error_model="numpy")(getattr(statistic, "py_func", statistic))


def own_functions(statistics: list[Callable[..., float]]) -> tuple[Callable[..., float], ...]:
    """As many functions as kernels expect, in order."""
    return (*statistics, *[nothing] * (MOST_OWN - len(statistics)))
