"""What a mark in a register means: there, not there, missed, cancelled, booked; or nothing that anybody here knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from recoverynet.errors import SchemaError
from recoverynet.tables.attendance import outcome_of
from recoverynet.tables.layouts import OUTCOMES
from recoverynet.tables.schema import CLOCK_PATTERN

NOT_THERE = "not_there"
MEANINGS = (*OUTCOMES, NOT_THERE)
_THERE = frozenset(
    ("y", "yes", "1", "x", "✓", "✔", "☑", "√", "ü", "þ",
     "p", "pr", "pres", "present", "/", "\\", "/\\", "\\/", "//", "v", "t", "true", "l",
     "late",
     "att", "attended", "here", "in", "*", "•", "●", "■", "yes - late")
)  # fmt: skip
_ABSENT = frozenset(
    ["n", "no", "0", "-", "–", "—", "o", "○", "☐", "✗", "✘", "❌", "false", "f", "abs", "absent", "ab", "out", "nil"]
) | {"not here"}
_SHORT = {
    "c": "cancelled", "can": "cancelled", "canx": "cancelled", "ap": "cancelled", "apol": "cancelled", "apols": "cancelled",
    "apologies": "cancelled", "apologies sent": "cancelled", "d": "did_not_attend", "b": "booked",
}  # fmt: skip
_CLOCK = re.compile(rf"{CLOCK_PATTERN}|[0-9]{{1,2}}[.:]?[0-9]{{0,2}} ?[ap]\.?m\.?", re.IGNORECASE)


def meaning_of(mark: str, others: frozenset[str], codes: Mapping[str, str]) -> str | None:
    """One of :data:`MEANINGS`, or None where nobody here knows.

    Parameters
    ----------
    mark : str
        The text of a cell, not empty.
    others : frozenset of str
        Every mark of the register in small letters: ``A`` beside ``P`` is absent, alone it could be either.
    codes : mapping of mark to meaning
        What the person who keeps the register says; stands before everything else.
    """
    small = " ".join(mark.lower().split()).strip(".")
    if small in codes:
        return codes[small]
    if small in _THERE or _CLOCK.fullmatch(small):
        return OUTCOMES[0]
    if small in _ABSENT:
        return NOT_THERE
    if small in _SHORT:
        return _SHORT[small]
    if small == "a":
        return NOT_THERE if others & {"p", "present", "/", "✓"} else None
    found = outcome_of(small)
    return NOT_THERE if found == "did_not_attend" and small.startswith("abs") else found


def is_clock(mark: str) -> bool:
    """Whether a mark is the time somebody came."""
    return bool(_CLOCK.fullmatch(" ".join(mark.lower().split())))


def read_codes(codes: Mapping[str, str] | None) -> dict[str, str]:
    """Codes of a register with what they mean; raises SchemaError for a meaning that is none."""
    made = {}
    for code, meaning in (codes or {}).items():
        plain = str(meaning).strip().lower().replace(" ", "_")
        if plain not in MEANINGS:
            raise SchemaError(f"The code {code!r} cannot mean {meaning!r}; it may mean one of {', '.join(MEANINGS)}.")
        made[" ".join(str(code).lower().split()).strip(".")] = plain
    return made


def all_marks(values: Iterable[str]) -> frozenset[str]:
    """Marks in small letters."""
    return frozenset(" ".join(value.lower().split()).strip(".") for value in values)
