"""Numbers given as arguments: of the right kind and in range, or an error that says what was expected and what came."""

from __future__ import annotations

import math
from numbers import Integral, Real

from recoverynet.errors import SchemaError


def whole_number(value: object, name: str, least: int, why: str = "") -> int:
    """A whole number of ``least`` or more; ``why`` follows in the message.

    Raises
    ------
    SchemaError

    Examples
    --------
    >>> whole_number(3.0, "n", 1)
    3
    """
    fine = isinstance(value, Integral) or (isinstance(value, Real) and float(value).is_integer())
    if isinstance(value, bool) or not fine or int(value) < least:  # type: ignore[call-overload]
        raise SchemaError(f"{name} is a whole number, {least} or more{why}; got {value!r}.")
    return int(value)  # type: ignore[call-overload]


def number_within(
    value: object, name: str, above: float = -math.inf, below: float = math.inf, *, such_as: object, what: str = "a number"
) -> float:
    """A number above one bound and below the other, neither included.

    Raises
    ------
    SchemaError

    Examples
    --------
    >>> number_within(0.95, "level", 0, 1, such_as=0.95)
    0.95
    """
    if isinstance(value, bool) or not isinstance(value, Real) or not above < float(value) < below:
        ends = [f"above {above:g}" * math.isfinite(above), f"below {below:g}" * math.isfinite(below)]
        within = " and ".join(end for end in ends if end)
        raise SchemaError(f"{name} is {what}{f' {within}' * bool(within)}, such as {such_as}; got {value!r}.")
    return float(value)
