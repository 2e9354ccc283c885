"""Between which shares would a unit of a given size lie if only chance told units apart?

Symbols: F the distribution function of the binomial with n trials and chance θ; p the level of a limit; r the smallest count
with F(r) > p.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import binom


def binomial_limits(target: float, total: np.ndarray | float, coverage: float) -> tuple[np.ndarray, np.ndarray]:
    """Control limits of a funnel plot for a proportion.

    Parameters
    ----------
    target : float
        The share all units are compared with, between 0 and 1.
    total : array or number
        Sizes of units, 0 or more.
    coverage : float
        Share of units within the limits if only chance told them apart, such as 0.95 or 0.998; strictly between 0 and 1.

    Returns
    -------
    low, high : numpy.ndarray of float
        Bounds between 0 and 1; NaN where the total is 0 or missing.

    Raises
    ------
    ValueError
        The target lies outside 0 to 1, or the coverage is not between 0 and 1.

    Notes
    -----
    The exact binomial limits of Spiegelhalter's appendix A.1.1: (r - α) / n with α = (F(r) - p) / (F(r) - F(r - 1)), which
    interpolates between counts so that the lines of a funnel do not jump. p is (1 - coverage) / 2 and its complement. At
    a target of 0 or 1 the limits are the target. The interpolation is by whole people, so that with few of them the upper
    limit is up to one person nearer to the target than the lower one would be if the complement were counted.

    References
    ----------
    Spiegelhalter, D. J. (2005). Funnel plots for comparing institutional performance. Statistics in Medicine 24, 1185-1202.
    https://doi.org/10.1002/sim.1970

    Examples
    --------
    >>> [bound.round(3).tolist() for bound in binomial_limits(0.5, [10, 100], 0.95)]
    [[0.132, 0.397], [0.768, 0.593]]
    """
    if not 0 <= target <= 1:
        raise ValueError(f"A target is a share between 0 and 1; got {target!r}.")
    if not 0 < coverage < 1:
        raise ValueError(f"coverage must lie between 0 and 1, such as 0.95; got {coverage!r}.")
    n = np.asarray(total, dtype=np.float64)
    n = np.where(n > 0, n, np.nan)
    tail = (1 - coverage) / 2
    return _limit(target, n, tail), _limit(target, n, 1 - tail)


def _limit(target: float, n: np.ndarray, p: float) -> np.ndarray:
    """The share below which a part p of units lies, interpolated between counts."""
    if target in (0, 1):
        return np.where(np.isnan(n), np.nan, float(target))
    counts = np.where(np.isnan(n), 1, n)
    r = binom.ppf(p, counts, target)
    above, below = binom.cdf(r, counts, target), binom.cdf(r - 1, counts, target)
    part = (above - p) / (above - below)
    return np.where(np.isnan(n), np.nan, np.clip((r - part) / counts, 0.0, 1.0))
