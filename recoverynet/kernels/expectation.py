"""What to expect of a state nobody recorded, from when it was last known and how fast states turn over.

Symbols: Y the n × W states (1 holds, 0 does not, NaN unknown); g and l the chances of gaining and of losing the norm
from one wave to the next; q_t the share holding it among those known at wave t.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class TurnoverRates(NamedTuple):
    """Chances of gaining and of losing the norm from one wave to the next; NaN where nobody was at risk."""

    gain: float
    loss: float


def turnover_rates(states: np.ndarray) -> TurnoverRates:
    """The chances g and l, from every pair of consecutive waves at which a person's state is known both times."""
    before, after = states[:, :-1], states[:, 1:]
    known = np.isfinite(before) & np.isfinite(after)
    from_zero, from_one = known & (before == 0), known & (before == 1)
    gain = after[from_zero].mean() if from_zero.any() else np.nan
    loss = 1.0 - after[from_one].mean() if from_one.any() else np.nan
    return TurnoverRates(float(gain), float(loss))


def expected_states(states: np.ndarray) -> np.ndarray:
    """Y with each unknown replaced by the chance of holding the norm given the last known state.

    One step on from p is p (1 − l) + (1 − p) g; before anything is known it is q_t. Known states are kept as they are,
    and only the past is used, so that an expected state carries nothing of what came later. A person of whom nothing is
    known yet at a wave at which nobody's state is known stays NaN. Sound where values are missing at random.
    """
    gain, loss = turnover_rates(states)
    filled = states.copy()
    for wave in range(states.shape[1]):
        unknown = ~np.isfinite(states[:, wave])
        if not unknown.any():
            continue
        share = np.nanmean(states[:, wave]) if not unknown.all() else np.nan
        last = filled[:, wave - 1] if wave else np.full(len(states), np.nan)
        carried = last * (1.0 - loss) + (1.0 - last) * gain
        filled[unknown, wave] = np.where(np.isfinite(carried), carried, share)[unknown]
    return filled
