"""What ego sees of each tie it may change, read from a state; and loops over them, one compiled for each effect.

Looking an effect up once for all options, not once an option, is what makes a ministep cheap: ``over_options`` turns
the change statistic of an effect into a loop that reads no more of a pair than it needs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from recoverynet.kernels.saom.actor_model import COUNTS, IN_MARK, IN_START, INTO, OUT, OUT_MARK, OUT_START
from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.effects.declared import Pair


@lean()
def pair_of(people: np.ndarray, ego: int, j: int, mutual: int) -> Pair:
    """What ego sees of a tie to j, after ``look_around`` (kernels/saom/nearby.py)."""
    return Pair(
        people[j, OUT_MARK],
        people[j, IN_MARK],
        people[j, COUNTS],
        people[j, COUNTS + 1],
        people[j, COUNTS + 2],
        people[j, COUNTS + 3],
        people[j, COUNTS + 4],
        people[ego, OUT + 1],
        people[ego, INTO + 1],
        mutual,
        people[j, OUT + 1],
        people[j, INTO + 1],
        people[ego, IN_START],
        people[ego, OUT_START],
        people[j, OUT_START],
        people.shape[0],
    )


def over_options(change: Callable[..., float]) -> Callable[..., None]:
    """A loop that writes ``change(pair, parameter)`` for every option into row e of ``delta``."""

    @lean()
    def loop(
        people: np.ndarray, options: np.ndarray, found: int, ego: int, mutual: int, p: float, delta: np.ndarray, e: int
    ) -> None:
        for option in range(found):
            delta[e, option] = change(pair_of(people, ego, options[0, option], mutual), p)

    return loop


def over_values(change: Callable[..., float]) -> Callable[..., None]:
    """A loop that writes ``change(own value, other value, both known, range, mean similarity)`` likewise."""

    @lean()
    def loop(
        values: np.ndarray,
        known: np.ndarray,
        a: int,
        options: np.ndarray,
        found: int,
        ego: int,
        reach: float,
        m: float,
        delta: np.ndarray,
        e: int,
    ) -> None:
        v, seen = values[a, ego], known[a, ego]
        for option in range(found):
            j = options[0, option]
            delta[e, option] = change(v, values[a, j], seen and known[a, j], reach, m)

    return loop
