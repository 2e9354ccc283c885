"""Random bits inside kernels: one state a run, so that a run is the same however runs are shared out.

SplitMix64 (Steele, Lea & Flood 2014, https://doi.org/10.1145/2660193.2660195): the state goes up by a constant and is
mixed. Seeds come from a numpy Generator at the public door.
"""

from __future__ import annotations

import numpy as np

from recoverynet.kernels.compiled import compiled

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_HALF = np.uint64(0xFFFFFFFF)
_UNIT = 2.0**-53


def seeds_of(rng: np.random.Generator, n_runs: int) -> np.ndarray:
    """One seed a run, drawn up front."""
    return rng.integers(0, 2**63, size=n_runs, dtype=np.int64).astype(np.uint64)


@compiled(inline="always")
def next_bits(state: np.ndarray) -> np.uint64:
    """The next 64 random bits."""
    state[0] += _GAMMA
    bits = state[0]
    bits = (bits ^ (bits >> np.uint64(30))) * _MIX_1
    bits = (bits ^ (bits >> np.uint64(27))) * _MIX_2
    answer: np.uint64 = bits ^ (bits >> np.uint64(31))
    return answer


@compiled(inline="always")
def bits_below(bits: np.uint64, limit: int) -> np.int64:
    """A whole number from 0 to limit − 1 from the lower 32 of random bits."""
    return np.int64(((bits & _HALF) * np.uint64(limit)) >> np.uint64(32))


@compiled(inline="always")
def next_unit(state: np.ndarray) -> float:
    """A number from 0 (never reached) to 1, evenly spread."""
    return (float(next_bits(state) >> np.uint64(11)) + 0.5) * _UNIT
