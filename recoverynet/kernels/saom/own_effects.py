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


@numba.njit(SIGNATURE, nogil=True)
def _nothing_else(ego: int, ties: np.ndarray, values: np.ndarray) -> float:
    return 0.0


def compiled_statistic(statistic: Callable[..., float]) -> Callable[..., float]:
    """A function of (ego, ties, values), compiled for the kernels; division by 0 gives infinity or NaN."""
    return numba.njit(SIGNATURE, nogil=True, error_model="numpy")(getattr(statistic, "py_func", statistic))


def own_functions(statistics: list[Callable[..., float]]) -> tuple[Callable[..., float], ...]:
    """As many functions as kernels expect, in order.

    Never one function several times: numba would take that for another type, and compile every kernel once more for it.
    """
    left = MOST_OWN - len(statistics)
    return (*statistics, *[nothing] * (left - 1), _nothing_else) if left else tuple(statistics)
