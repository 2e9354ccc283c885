"""Whether a panel is like those the ladder was calibrated on: people, waves, contacts and states unknown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recoverynet.graphs.panel import NetworkPanel

CALIBRATED: dict[str, tuple[float, float]] = {
    "people": (100, 6500),
    "waves": (6, 6),
    "contacts a person": (2.0, 4.0),
    "share of states unknown": (0.0, 0.35),
}
"""From where to where the sample ``calibration`` reaches."""


@dataclass(frozen=True)
class Outside:
    """One matter in which a panel lies outside what was calibrated: its value and the range."""

    what: str
    value: float
    low: float
    high: float


def outside_of(panel: NetworkPanel, held: np.ndarray) -> tuple[Outside, ...]:
    """In what a panel is unlike those the ladder was calibrated on."""
    seen = int(panel.present.sum())
    ties = sum(network.nnz for network in panel.networks)
    unknown = 1.0 - float(np.isfinite(held[panel.present]).mean()) if seen else 1.0
    values = (panel.n_people, panel.n_waves, ties / seen if seen else 0.0, unknown)
    ranged = zip(CALIBRATED.items(), values, strict=True)
    return tuple(Outside(what, float(value), *bounds) for (what, bounds), value in ranged if not bounds[0] <= value <= bounds[1])
