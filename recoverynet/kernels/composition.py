"""What a person's alters are made of: counts by category and how varied they are.

Symbols: ties are triples (ego, code of the alter's category, strength); T the egos × categories table of
sums; p the shares of one row of T over the k categories that may occur.
"""

from __future__ import annotations

import numpy as np

from recoverynet.kernels.proportions import share


def tally(ego: np.ndarray, code: np.ndarray, strength: np.ndarray, n_egos: int, n_codes: int) -> np.ndarray:
    """T: the sum of strengths of each ego's ties to alters of each category."""
    flat = np.bincount(ego * n_codes + code, weights=strength, minlength=n_egos * n_codes)
    return flat.reshape(n_egos, n_codes)


def index_of_qualitative_variation(table: np.ndarray) -> np.ndarray:
    """(1 − Σp²) / (1 − 1/k) a row: 0 where all are alike, 1 where all k are as frequent, NaN where empty."""
    k = table.shape[1]
    p = share(table, table.sum(axis=1, keepdims=True))
    return (1 - (p**2).sum(axis=1)) / (1 - 1 / k) if k > 1 else np.full(len(table), np.nan)


def simpson(table: np.ndarray) -> np.ndarray:
    """1 − Σp² a row: the chance that two drawn with replacement differ; NaN where empty."""
    p = share(table, table.sum(axis=1, keepdims=True))
    answer: np.ndarray = 1 - (p**2).sum(axis=1)
    return answer


def entropy(table: np.ndarray) -> np.ndarray:
    """−Σ p ln p a row, in nats: 0 where all are alike, ln k where all k are as frequent, NaN where empty."""
    p = share(table, table.sum(axis=1, keepdims=True))
    answer: np.ndarray = -np.where(p > 0, p * np.log(np.where(p > 0, p, 1.0)), p).sum(axis=1) + 0.0
    return answer


def external_internal(other: np.ndarray, same: np.ndarray) -> np.ndarray:
    """(E − I) / (E + I): −1 where all alters are like ego, 1 where none is, NaN without alters."""
    total = np.asarray(other + same, dtype=np.float64)
    answer: np.ndarray = np.divide(other - same, total, out=np.full(total.shape, np.nan), where=total > 0)
    return answer
