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
def next_state(state: int, base: np.ndarray, holds: np.ndarray, chance: float, luck: float) -> int:
    """Where somebody is a month later: ``base`` (K, K) holds the chances, those of gaining (or losing) the norm scaled to
    ``chance``.

    Gains take the lowest luck and losses the highest that moves: more contacts never turn one move into another.
    """
    n_states, own = len(holds), holds[state]
    plain, elsewhere, n_across = 0.0, 0.0, 0
    for other in range(n_states):
        if holds[other] != own:
            plain += base[state, other]
            n_across += 1
        elif other != state:
            elsewhere += base[state, other]
    chance = min(max(chance, 0.0), 1.0 - elsewhere)
    across, within = (elsewhere, 0.0) if own else (0.0, chance)
    for other in range(n_states):
        if holds[other] != own:
            below = across
            across += chance * (base[state, other] / plain if plain > 0.0 else 1.0 / n_across)
            if below <= luck < across:
                return other
        elif other != state:
            below = within
            within += base[state, other]
            if below <= luck < within:
                return other
    return state
