"""How unusual is a statistic among its own rearrangements?

Symbols: M runs at least as extreme as the one observed, R runs drawn, p = (M + 1) / (R + 1). Where every
distinct arrangement can be listed the p-value is exact: the share of them at least as extreme, the observed
one among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import factorial, prod

import numpy as np

from recoverynet.kernels.compiled import compiled

ALTERNATIVES = ("greater", "less", "two-sided")


def permutation_p(n_extreme: int | np.ndarray, n_runs: int) -> float | np.ndarray:
    """(M + 1) / (R + 1): never 0, because the observed arrangement is one of the possible ones."""
    return (n_extreme + 1.0) / (n_runs + 1.0)


def p_from_null(observed: float, null: np.ndarray, *, alternative: str = "two-sided", exact: bool = False) -> float:
    """The p-value of ``observed`` among the runs of ``null``.

    A run without a value counts as extreme, so that p can only grow. Two-sided is twice the smaller side, at
    most 1. With ``exact`` the runs are every arrangement there is, the observed one among them.
    """
    if not np.isfinite(observed) or len(null) == 0:
        return np.nan
    with np.errstate(invalid="ignore"):
        scale = max(abs(observed), np.abs(null[np.isfinite(null)]).max(initial=0.0))
        above = int((~(null < observed - 1e-10 * scale)).sum())
        below = int((~(null > observed + 1e-10 * scale)).sum())
    if exact:
        sides = above / len(null), below / len(null)
    else:
        sides = float(permutation_p(above, len(null))), float(permutation_p(below, len(null)))
    return {"greater": sides[0], "less": sides[1], "two-sided": min(1.0, 2 * min(sides))}[alternative]


def n_arrangements(values: np.ndarray) -> int:
    """In how many distinct orders the values can stand: n! divided by the factorials of the repeats."""
    _, counts = np.unique(values, return_counts=True)
    return factorial(len(values)) // prod(factorial(int(count)) for count in counts)


def arrangements(values: np.ndarray) -> np.ndarray:
    """Every distinct order of the values, one a row. Ask :func:`n_arrangements` first how many there are."""
    kinds, codes = np.unique(values, return_inverse=True)
    answer: np.ndarray = kinds[_every_order(np.sort(codes).astype(np.int64), n_arrangements(values))]
    return answer


@compiled()
def _every_order(codes: np.ndarray, n_orders: int) -> np.ndarray:
    """All orders of sorted codes, each the next greater one in the dictionary."""
    n = len(codes)
    orders = np.empty((n_orders, n), dtype=np.int64)
    for row in range(n_orders):
        orders[row] = codes
        pivot = n - 2
        while pivot >= 0 and codes[pivot] >= codes[pivot + 1]:
            pivot -= 1
        if pivot < 0:
            break
        swap = n - 1
        while codes[swap] <= codes[pivot]:
            swap -= 1
        codes[pivot], codes[swap] = codes[swap], codes[pivot]
        codes[pivot + 1 :] = codes[pivot + 1 :][::-1].copy()
    return orders


def permuted(values: np.ndarray, n_runs: int, rng: np.random.Generator, *, block: int = 256) -> Iterator[np.ndarray]:
    """``n_runs`` random orders of the values in blocks of rows, the same whatever the size of the blocks."""
    for start in range(0, n_runs, block):
        rows = min(block, n_runs - start)
        yield rng.permuted(np.broadcast_to(values, (rows, len(values))), axis=1)


def rearranged(values: np.ndarray, n_runs: int, rng: np.random.Generator, *, block: int = 256) -> tuple[Iterator[np.ndarray], bool]:
    """Blocks of rearrangements and whether they are all there are (where no more than ``n_runs`` exist)."""
    if len(values) <= 1000 and n_arrangements(values) <= n_runs:
        every = arrangements(values)
        return (every[start : start + block] for start in range(0, len(every), block)), True
    return permuted(values, n_runs, rng, block=block), False
