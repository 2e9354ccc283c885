"""Attributes of people in Pajek: whole numbers and words in a partition, fractions in a vector.

A partition holds numbers only, so words are numbered and a comment before the values says which number stands for which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.formats.pajek.sections import label_of, quoted
from recoverynet.formats.raw_networks import number_text, plain_columns, require_one_line, typed_values

MISSING_CLASS, MISSING_NUMBER = "9999998", "999999998"
_LEGEND = re.compile(r'(-?\d+)\s*=\s*(".*")$')
_KIND = re.compile(r"holds (words|truths|whole numbers|numbers)$")
_NAME = re.compile(r'column (".*")$')


def column_name(comments: Sequence[str]) -> str:
    """The name of a column that a comment tells, empty where none does."""
    return next((label_of(found.group(1)) for comment in comments if (found := _NAME.search(comment))), "")


def attribute_values(lines: Sequence[str], comments: Sequence[str], name: str) -> pd.Series:
    """The values of a partition or vector, as words where comments say which number stands for which.

    Raises
    ------
    SchemaError
        A value is no number.
    """
    legend = {int(found.group(1)): label_of(found.group(2)) for comment in comments if (found := _LEGEND.match(comment))}
    kind = next((found.group(1) for comment in comments if (found := _KIND.search(comment))), "")
    words = [line.split()[0] for line in lines]
    missing = [word in (MISSING_CLASS, MISSING_NUMBER) for word in words]
    try:
        numbers: list[Any] = [None if gone else float(word) for word, gone in zip(words, missing, strict=True)]
    except ValueError:
        raise SchemaError(f"{name!r} holds a partition or vector in which something is no number.") from None
    if kind == "truths":
        return typed_values([None if number is None else number != 0 for number in numbers], "truth")
    if legend or kind == "words":
        return typed_values([None if number is None else legend.get(int(number), str(int(number))) for number in numbers])
    whole = kind != "numbers" and all(re.fullmatch(r"-?\d+", word) for word in words)
    return typed_values(
        [None if number is None else int(number) if whole else number for number in numbers], "whole" if whole else "number"
    )


def legend_of(title: str, values: pd.Series) -> tuple[str, str]:
    """``clu`` or ``vec``, and the text of the file that holds a column."""
    require_one_line(title)
    found = next(iter(plain_columns(values.to_frame(title)).values()))
    known = [value for value in found if value is not None]
    lines = [f"% column {quoted(title)}"]
    if pd.api.types.is_bool_dtype(values) or known and all(isinstance(value, bool) for value in known):
        return "clu", _text([*lines, "% holds truths"], [MISSING_CLASS if value is None else str(int(value)) for value in found])
    if pd.api.types.is_integer_dtype(values) and max((abs(value) for value in known), default=0) < int(MISSING_CLASS):
        return "clu", _text([*lines, "% holds whole numbers"], [MISSING_CLASS if value is None else str(value) for value in found])
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        numbers = [MISSING_NUMBER if value is None else _fraction(float(value)) for value in found]
        return "vec", _text([*lines, "% holds numbers"], numbers)
    words = sorted({str(value) for value in known})
    for word in words:
        require_one_line(word)
    codes = {word: number for number, word in enumerate(words, start=1)}
    lines += ["% holds words", *(f"% {number} = {quoted(word)}" for word, number in codes.items())]
    return "clu", _text(lines, [MISSING_CLASS if value is None else str(codes[str(value)]) for value in found])


def _fraction(value: float) -> str:
    return number_text(value) if np.isfinite(value) else str(value)


def _text(comments: list[str], values: list[str]) -> str:
    return "\n".join([*comments, f"*Vertices {len(values)}", *values]) + "\n"
