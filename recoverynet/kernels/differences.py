"""How far two proportions are apart, and how sure one may be of it.

Symbols: c the count, n the total, p = c / n; l and u the Wilson bounds of p; d the difference, first minus second.
"""

from __future__ import annotations

import numpy as np

from recoverynet.kernels.proportions import share, wilson_interval

Numbers = np.ndarray | float


def difference_interval(
    count: Numbers, total: Numbers, other_count: Numbers, other_total: Numbers, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How far are the shares of two separate groups of people apart?

    Parameters
    ----------
    count, total : array or number
        How many of how many in the first group.
    other_count, other_total : array or number
        The same of the second.
    level : float
        Coverage aimed at, strictly between 0 and 1. Default 0.95.

    Returns
    -------
    difference, low, high : numpy.ndarray of float
        First share minus second and its bounds, between -1 and 1; NaN where a total is 0 or anything is missing.

    Raises
    ------
    ValueError
        A count is negative or above its total, or ``level`` is not between 0 and 1.

    Notes
    -----
    Newcombe's hybrid score interval (his method 10): d - sqrt((p1 - l1)² + (u2 - p2)²) to d + sqrt((u1 - p1)² + (p2 - l2)²).
    Sound for small groups and for shares of 0 and 1. The two groups must not share people; for the same people twice use
    :func:`paired_difference_interval`.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions: comparison of eleven
    methods. Statistics in Medicine 17, 873-890.
    https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I

    Examples
    --------
    >>> [float(bound.round(4)) for bound in difference_interval(56, 70, 48, 80)]
    [0.2, 0.0524, 0.3339]
    """
    first, second = share(count, total), share(other_count, other_total)
    low_1, high_1 = wilson_interval(count, total, level)
    low_2, high_2 = wilson_interval(other_count, other_total, level)
    difference = first - second
    low = difference - np.hypot(first - low_1, high_2 - second)
    high = difference + np.hypot(high_1 - first, second - low_2)
    return difference, low, high


def paired_difference_interval(
    both: Numbers, only_first: Numbers, only_second: Numbers, neither: Numbers, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How far are two shares of the same people apart?

    Parameters
    ----------
    both, only_first, only_second, neither : array or number
        How many count both times, the first time only, the second time only, and never.
    level : float
        Coverage aimed at, strictly between 0 and 1. Default 0.95.

    Returns
    -------
    difference, low, high : numpy.ndarray of float
        Share of the first time minus that of the second, and its bounds; NaN where there is nobody.

    Raises
    ------
    ValueError
        A count is negative, or ``level`` is not between 0 and 1.

    Notes
    -----
    Newcombe's method 10 for paired data: as for two groups, less twice the correlation φ of the two times multiplied by the
    half-widths. φ = A / sqrt(B) with A = both × neither - only_first × only_second, from which half the number of people is
    taken (not below 0) where it is positive, and B the product of the four margins; φ = 0 where B is 0.

    References
    ----------
    Newcombe, R. G. (1998). Improved confidence intervals for the difference between binomial proportions based on paired
    data. Statistics in Medicine 17, 2635-2650.
    https://doi.org/10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C

    Examples
    --------
    >>> [float(bound.round(4)) for bound in paired_difference_interval(20, 12, 2, 16)]
    [0.2, 0.0562, 0.3292]
    """
    a, b, c, d = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in (both, only_first, only_second, neither)))
    n = a + b + c + d
    first, second = share(a + b, n), share(a + c, n)
    low_1, high_1 = wilson_interval(a + b, n, level)
    low_2, high_2 = wilson_interval(a + c, n, level)
    excess = a * d - b * c
    excess = np.where(excess > 0, np.maximum(excess - n / 2, 0.0), excess)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    phi = np.divide(excess, np.sqrt(margins), out=np.zeros_like(n), where=margins > 0)
    below_1, above_1, below_2, above_2 = first - low_1, high_1 - first, second - low_2, high_2 - second
    difference = first - second
    low = difference - np.sqrt(np.maximum(below_1**2 - 2 * phi * below_1 * above_2 + above_2**2, 0.0))
    high = difference + np.sqrt(np.maximum(above_1**2 - 2 * phi * above_1 * below_2 + below_2**2, 0.0))
    return difference, low, high
