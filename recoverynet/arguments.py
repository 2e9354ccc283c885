"""Arguments of the right kind and in range, or an error that says what was expected and what came."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from numbers import Integral, Real
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError


def whole_number(value: object, name: str, least: int, why: str = "", *, of: str = "") -> int:
    """A whole number of ``least`` or more; in the message ``of`` says what is counted, and ``why`` follows.

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
        raise SchemaError(f"{name} is a whole number{f' of {of}' * bool(of)}, {least} or more{why}; got {value!r}.")
    return int(value)  # type: ignore[call-overload, no-any-return]


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


def list_of_names(names: object, word: str, *, apart_from: Iterable[str] = (), other: str = "") -> tuple[str, ...]:
    """Names given as a list, each once; none of them in ``apart_from``, which is what ``other`` holds.

    Raises
    ------
    SchemaError

    Examples
    --------
    >>> list_of_names(["age", "sex"], "adjust")
    ('age', 'sex')
    """
    if isinstance(names, str):
        raise SchemaError(f"{word} takes a list of names, even of one: write {word}=[{names!r}].")
    if not isinstance(names, Iterable):
        raise SchemaError(f"{word} takes a list of names, and is left out where there are none; got {names!r}.")
    found = tuple(names)
    wrong = [name for name in found if not isinstance(name, str)]
    if wrong:
        raise SchemaError(f"{word} takes a list of names; got {', '.join(map(repr, wrong[:5]))} among them.")
    twice = [name for place, name in enumerate(found) if name in found[:place]]
    if twice:
        raise SchemaError(f"{word} names {', '.join(map(repr, twice))} twice; name each once.")
    both = [name for name in found if name in tuple(apart_from)]
    if both:
        raise SchemaError(f"{', '.join(map(repr, both))} stands in {word} and in {other}; name it in one of them.")
    return found


def as_path(value: object, what: str) -> Path:
    """The path of a file or folder.

    Raises
    ------
    SchemaError
        It is something else, such as what stands in the file.

    Examples
    --------
    >>> as_path("my_folder", "read_record()").name
    'my_folder'
    """
    text = os.fspath(value) if isinstance(value, str | PathLike) else None
    if not isinstance(text, str):
        got = f"a {type(value).__name__}"
    elif not text.strip():
        got = "an empty text, as where a variable was not filled in"
    elif "\0" in text:
        got = "a text with a sign that no path holds (U+0000)"
    else:
        return Path(text)
    raise SchemaError(f"{what} takes the path of a file or folder, such as 'my_folder'; got {got}.")


def array_of_numbers(values: object, what: str) -> np.ndarray:
    """A new array of numbers, NaN where unknown, of an array, list, series or frame of any type.

    Raises
    ------
    SchemaError

    Examples
    --------
    >>> array_of_numbers([1, None], "y")
    array([ 1., nan])
    """
    try:
        if isinstance(values, pd.Series | pd.DataFrame | pd.Index | pd.api.extensions.ExtensionArray):
            # Nullable, categorical and Arrow-backed columns hold a missing value that numpy knows no number for.
            values = np.asarray(values.astype(object), dtype=object)
        if isinstance(values, np.ndarray) and values.dtype == object or isinstance(values, list | tuple):
            array = np.array(values, dtype=object)
            return np.where(pd.isna(array), np.nan, array).astype(np.float64)
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise SchemaError(f"{what} must be numbers, NaN where unknown; some are words or something else.") from None


def require_finite(array: np.ndarray, what: str, looked_at: np.ndarray | bool = True) -> np.ndarray:
    """The array itself, where nothing that is looked at is infinite.

    Raises
    ------
    SchemaError

    Examples
    --------
    >>> require_finite(np.array([1.0, np.nan]), "y")
    array([ 1., nan])
    """
    wrong = int((np.isinf(array) & looked_at).sum())
    if wrong:
        raise SchemaError(f"{what} holds {wrong} infinite values; write NaN where it is unknown.")
    return array


def require_level(level: object) -> float:
    """Coverage of an interval, as a share.

    Raises
    ------
    SchemaError

    Examples
    --------
    >>> require_level(0.9)
    0.9
    """
    if isinstance(level, bool) or not isinstance(level, Real) or not 0 < float(level) < 1:
        raise SchemaError(f"level must lie between 0 and 1, such as 0.95; got {level!r}.")
    return float(level)
