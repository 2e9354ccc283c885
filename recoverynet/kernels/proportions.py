"""Proportions and how sure one may be of them.

Symbols: c the count, n the total, p = c / n, z the normal quantile of the level.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri


def wilson_interval(count: np.ndarray | float, total: np.ndarray | float, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Between which shares does the true one plausibly lie?

    Parameters
    ----------
    count : array or number
        How many of the total, between 0 and ``total``; any shape that broadcasts with ``total``.
    total : array or number
        Of how many, 0 or more.
    level : float
        Coverage aimed at, strictly between 0 and 1. Default 0.95, as in most published indicators.

    Returns
    -------
    low, high : numpy.ndarray of float
        Bounds between 0 and 1, NaN where the total is 0 or anything is missing.

    Raises
    ------
    ValueError
        A count is negative or above its total, or ``level`` is not between 0 and 1.

    Notes
    -----
    Wilson's score interval: centre (p + z²/2n) / (1 + z²/n), half-width z √(p(1−p)/n + z²/4n²) / (1 + z²/n).
    It stays inside [0, 1] and is sound for small totals and for shares of 0 or 1, where the textbook interval
    has no width. It treats people as independent; people who go to the same group are not quite.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the
    American Statistical Association 22, 209-212. https://doi.org/10.1080/01621459.1927.10502953

    Examples
    --------
    >>> low, high = wilson_interval([0, 5], [10, 10])
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 0.2366], [0.2775, 0.7634])
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, such as 0.95; got {level!r}.")
    # Tested against statsmodels' proportion_confint(method="wilson"). Ours stays: that one divides by totals of 0 with a warning,
    # and takes counts above their total; and kernels know numpy, scipy and numba only.
    c, n = np.broadcast_arrays(np.asarray(count, dtype=np.float64), np.asarray(total, dtype=np.float64))
    if ((c < 0) | (c > n)).any():
        worst = np.flatnonzero((c < 0) | (c > n))[0]
        raise ValueError(f"A count must lie between 0 and its total; got {c.flat[worst]:g} of {n.flat[worst]:g}.")
    n = np.where(n > 0, n, np.nan)
    z = ndtri(0.5 + level / 2)
    p, spread = c / n, z * z / n
    centre = (p + spread / 2) / (1 + spread)
    half = z * np.sqrt(p * (1 - p) / n + spread / (4 * n)) / (1 + spread)
    # At shares of exactly 0 and 1 the bound is exact; the subtraction leaves rounding dust.
    low = np.where(c == 0, np.where(np.isnan(n), np.nan, 0.0), np.clip(centre - half, 0.0, 1.0))
    high = np.where(c == n, np.where(np.isnan(n), np.nan, 1.0), np.clip(centre + half, 0.0, 1.0))
    return low, high


def share(count: np.ndarray | float, total: np.ndarray | float) -> np.ndarray:
    """``count / total`` element by element, NaN (never 0) where the total is 0."""
    c, n = np.broadcast_arrays(np.asarray(count, dtype=np.float64), np.asarray(total, dtype=np.float64))
    answer: np.ndarray = np.divide(c, n, out=np.full(c.shape, np.nan), where=n > 0)
    return answer
