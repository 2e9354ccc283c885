"""Draws that depend on who, when and what for alone, and how a state moves on.

Every draw is a hash of the run's seed, the person's key, the month and a purpose, so that two courses of the same run
meet the same luck wherever they do not differ (common random numbers), whatever order people or runs come in.
"""

from __future__ import annotations

import numpy as np

from recoverynet.kernels.compiled import compiled

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_UNIT = 2.0**-53
MOVE, LEAVE, REPLACE, IMPUTE, TIE, NEW_TIE, CHOOSE, CLOSE, SLOT, SURVEY, PLACE, NOMINATE = range(12)
N_PURPOSES = 16


@compiled(inline="always")
def _mixed(bits: np.uint64) -> np.uint64:
    bits = (bits ^ (bits >> np.uint64(30))) * _MIX_1
    bits = (bits ^ (bits >> np.uint64(27))) * _MIX_2
    return bits ^ (bits >> np.uint64(31))


@compiled(inline="always")
def unit(seed: np.uint64, key: np.uint64, month: int, purpose: int, more: int) -> float:
    """A number from 0 to 1 (neither reached) that these five settle."""
    bits = _mixed(seed + _GAMMA * np.uint64(month * 16 + purpose + 1))
    bits = _mixed(bits ^ key)
    bits = _mixed(bits + _GAMMA * np.uint64(more + 1))
    return (float(bits >> np.uint64(11)) + 0.5) * _UNIT


@compiled(inline="always")
def next_state(state: int, base: np.ndarray, holds: np.ndarray, gain: float, luck: float) -> int:
    """Where somebody is a month later: ``base`` (K, K) holds the chances, those of gaining the norm scaled to ``gain``.

    Low luck moves, gaining first: more contacts never turn a gain into another move.
    """
    n_states = len(holds)
    if holds[state]:
        gone = 0.0
        for other in range(n_states):
            if other != state:
                gone += base[state, other]
                if luck < gone:
                    return other
        return state
    plain, elsewhere, n_held = 0.0, 0.0, 0
    for other in range(n_states):
        if holds[other]:
            plain += base[state, other]
            n_held += 1
        elif other != state:
            elsewhere += base[state, other]
    gain = min(max(gain, 0.0), 1.0 - elsewhere)
    gone = 0.0
    for other in range(n_states):
        if holds[other]:
            gone += gain * (base[state, other] / plain if plain > 0.0 else 1.0 / n_held)
            if luck < gone:
                return other
    gone = gain
    for other in range(n_states):
        if not holds[other] and other != state:
            gone += base[state, other]
            if luck < gone:
                return other
    return state
