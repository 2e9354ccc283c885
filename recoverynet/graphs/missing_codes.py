"""Numbers that look like a code for missing (9, 99, −9) beside values of another size: said, never taken for granted."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import numpy as np

from recoverynet.errors import RecoveryNetWarning

CODES = frozenset(float(sign + digit * length) for sign in ("", "-") for digit in "789" for length in range(1, 6)) | {
    97.0,
    98.0,
    997.0,
    998.0,
}
CODES -= {7.0, 8.0}
MOST_LEVELS = 12


def codes_among(arrays: Iterable[np.ndarray], apart_from: Iterable[float] = ()) -> list[float]:
    """Which values of whole numbers look like codes for missing?

    Parameters
    ----------
    arrays : iterable of float arrays
        Of one thing, together.
    apart_from : iterable of float
        Values that mean something else.

    Returns
    -------
    list of float
        Codes such as 9, 88, 999 or −9 that lie more than twice as far out as every other value, or below 0 where no other
        does. Empty where there are more than twelve other values, as in ages and counts.
    """
    known = [np.unique(array[np.isfinite(array)]) for array in arrays]
    values = np.unique(np.concatenate(known)) if known else np.empty(0)
    if (values != np.floor(values)).any():
        return []
    found = [value for value in values.tolist() if value in CODES]
    others = set(values.tolist()) - set(found) - set(apart_from)
    if len(others) > MOST_LEVELS:
        return []
    largest = max(map(abs, others), default=0.0)
    return [code for code in found if (code > 0 and code > 2 * largest) or (code < 0 and min(others, default=0.0) >= 0)]


def warn_of_codes(
    arrays: Iterable[np.ndarray], what: str, read_as: str, *, apart_from: Iterable[float] = (), stacklevel: int = 4
) -> None:
    """Warn where some values look like codes for missing, and say what they were read as."""
    codes = codes_among(arrays, apart_from)
    if codes:
        listed = " and ".join(f"{code:g}" for code in codes)
        warnings.warn(
            f"{what} {listed} beside values of another size, which surveys and Siena's data files use for missing; it was read as "
            f"{read_as}. Replace it by NaN if it means missing, for instance with np.where(np.isin(x, "
            f"[{', '.join(f'{code:g}' for code in codes)}]), np.nan, x).",
            RecoveryNetWarning,
            stacklevel=stacklevel,
        )
