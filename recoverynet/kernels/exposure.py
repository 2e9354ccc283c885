"""Exposure sums over ties: sparse algebra only.

Symbols: W the n × n sparse matrix of ties (row: the person exposed, column: whom they are exposed to), x the
n (or n × r) values that alters have, NaN where unknown.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse

from recoverynet.kernels.compiled import compiled


class ExposureSums(NamedTuple):
    """Sums over each person's alters; arrays shaped like x.

    Attributes
    ----------
    all : Σ_j W_ij over every alter
    known : Σ_j W_ij over alters whose value is known
    value : Σ_j W_ij x_j over alters whose value is known
    """

    all: np.ndarray
    known: np.ndarray
    value: np.ndarray


def binary(matrix: sparse.csr_array) -> sparse.csr_array:
    """1.0 wherever there is a tie."""
    ones = (matrix != 0).astype(np.float64)
    return sparse.csr_array(ones)


def directed_ties(weights: sparse.csr_array, direction: str, *, weighted: bool) -> sparse.csr_array:
    """Whom each row is exposed to: those named (out), who name (in), or both (mutual, weaker strength)."""
    matrix = sparse.csr_array(weights) if weighted else binary(weights)
    if direction == "out":
        return matrix
    turned = sparse.csr_array(matrix.T)
    return turned if direction == "in" else sparse.csr_array(matrix.minimum(turned))


def two_steps(ties: sparse.csr_array) -> sparse.csr_array:
    """Alters of alters, neither alters nor oneself; strength is the product along a way, summed over ways."""
    product = sparse.csr_array(ties @ ties)
    product.setdiag(0.0)
    reached = sparse.csr_array(product - product.multiply(binary(ties)))
    reached.eliminate_zeros()
    return reached


def exposure_sums(ties: sparse.csr_array | np.ndarray, values: np.ndarray) -> ExposureSums:
    """Σ W, Σ W over known alters and Σ W x over known alters."""
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    total = np.asarray(ties.sum(axis=1), dtype=np.float64).reshape((-1,) + (1,) * (filled.ndim - 1))
    return ExposureSums(np.broadcast_to(total, filled.shape), ties @ known.astype(np.float64), ties @ filled)


@compiled(nogil=True)
def thresholds_at(indptr: np.ndarray, indices: np.ndarray, adopted: np.ndarray, lag: int) -> np.ndarray:
    """Share of each adopter's alters who had adopted ``lag`` periods before them.

    NaN without alters or adoption. ``adopted`` holds whole periods, 0 for somebody who never adopted. For a
    network that does not change.
    """
    n = len(adopted)
    answer = np.full(n, np.nan)
    for i in range(n):
        degree = indptr[i + 1] - indptr[i]
        if adopted[i] <= 0 or degree == 0:
            continue
        before = 0
        for slot in range(indptr[i], indptr[i + 1]):
            period = adopted[indices[slot]]
            if 0 < period <= adopted[i] - lag:
                before += 1
        answer[i] = before / degree
    return answer


@compiled(nogil=True)
def mean_thresholds(indptr: np.ndarray, runs: np.ndarray, adopted: np.ndarray, lag: int, isolates_zero: bool) -> np.ndarray:
    """Mean threshold of the adopters in each rewired network, ``runs`` being rows of column numbers."""
    means = np.empty(len(runs))
    for run in range(len(runs)):
        each = thresholds_at(indptr, runs[run], adopted, lag)
        total, count = 0.0, 0
        for i in range(len(each)):
            if not np.isnan(each[i]):
                total += each[i]
                count += 1
            elif isolates_zero and adopted[i] > 0:
                count += 1
        means[run] = total / count if count > 0 else np.nan
    return means
