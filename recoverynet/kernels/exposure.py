"""Exposure sums over ties: sparse algebra only.

Symbols: W the n × n sparse matrix of ties (row: the person exposed, column: whom they are exposed to), x the
n (or n × r) values that alters have, NaN where unknown.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse


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
