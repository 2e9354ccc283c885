"""A rule by which days of use become a state: declared by whoever analyses, never assumed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.states import RECOVERY_STATES

SUBSTANCES = ("alcohol", "opiates", "crack", "cocaine", "amphetamines", "cannabis", "other")
_CLAUSE = re.compile(r"([a-z_]+)\s+if\s+(.+)|([a-z_]+)\s+otherwise")
_TEST = re.compile(rf"(all|any|{'|'.join(SUBSTANCES)})\s*(<=|>=|=|<|>)\s*([0-9]{{1,2}})")
_COMPARE = {"<=": np.less_equal, ">=": np.greater_equal, "=": np.equal, "<": np.less, ">": np.greater}


@dataclass(frozen=True)
class StateRule:
    """How are days of use turned into a state?

    Attributes
    ----------
    text : str
        The rule as it was declared, printed with every record made by it.
    clauses : tuple of (state, tests)
        In order; the first whose tests all hold says the state. No tests: what holds otherwise.

    Examples
    --------
    >>> rule = read_state_rule("abstinent if all = 0; reduced if opiates <= 4 and crack <= 4; using otherwise")
    >>> [state for state, _ in rule.clauses]
    ['abstinent', 'reduced', 'using']
    """

    text: str
    clauses: tuple[tuple[str, tuple[tuple[str, str, int], ...]], ...]

    def states(self, days: Mapping[str, pd.Series]) -> pd.Series:
        """The state of each form, missing where a substance a clause asks about was not recorded before any clause held.

        ``days`` are the days of use out of 28 by substance, missing where nobody answered.
        """
        n = len(next(iter(days.values()))) if days else 0
        found = np.full(n, None, dtype=object)
        open_ = np.ones(n, dtype=bool)
        for state, tests in self.clauses:
            holds, fails = np.ones(n, dtype=bool), np.zeros(n, dtype=bool)
            for what, sign, number in tests:
                holds_one, fails_one = _tested(days, what, sign, number, n)
                holds, fails = holds & holds_one, fails | fails_one
            found[open_ & holds] = state
            open_ &= fails
        return pd.Series(found, dtype="str")


def _tested(days: Mapping[str, pd.Series], what: str, sign: str, number: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """For every form whether one test is known to hold, and whether it is known to fail."""
    names = [name for name in SUBSTANCES if name in days] if what in ("all", "any") else [what]
    if not names or any(name not in days for name in names):
        return np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    values = np.column_stack([days[name].to_numpy(dtype=float) for name in names])
    answered = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        each = _COMPARE[sign](values, number) & answered
    if what == "any":
        return each.any(axis=1), (~each & answered).all(axis=1)
    return each.all(axis=1), (~each & answered).any(axis=1)


def read_state_rule(text: str) -> StateRule:
    """Which rule does this text declare?

    Parameters
    ----------
    text : str
        Clauses with semicolons between: ``abstinent if all = 0; reduced if opiates <= 4 and crack <= 4; using otherwise``.
        Days of use are out of the last 28, of alcohol, opiates, crack, cocaine, amphetamines, cannabis and other, or of
        ``all`` or ``any`` of those the form asks about.

    Raises
    ------
    SchemaError
        A clause, state or substance is none.
    """
    clauses = []
    for part in filter(None, (part.strip() for part in text.lower().split(";"))):
        found = _CLAUSE.fullmatch(part)
        state = (found[1] or found[3]) if found else ""
        if found is None or state not in RECOVERY_STATES.states:
            raise SchemaError(
                f'The rule part {part!r} is not written as "abstinent if alcohol = 0 and opiates = 0" or "using '
                'otherwise", with one of '
                f"the states {', '.join(RECOVERY_STATES.states)}."
            )
        tests = []
        for test in re.split(r"\s+and\s+", found[2]) if found[2] else []:
            parsed = _TEST.fullmatch(test.strip())
            if parsed is None or int(parsed[3]) > 28:
                raise SchemaError(
                    f'The test {test.strip()!r} is not written as "opiates <= 4", days out of 28 of one of '
                    f"{', '.join(SUBSTANCES)}, all or any."
                )
            tests.append((parsed[1], parsed[2], int(parsed[3])))
        clauses.append((state, tuple(tests)))
    if not clauses:
        raise SchemaError('The rule for states is empty; write for instance "abstinent if all = 0; using otherwise".')
    return StateRule(" ".join(text.split()), tuple(clauses))
