"""In what a panel lies outside what the ladder was calibrated on: counted by hand, at both ends of every range."""

from __future__ import annotations

import numpy as np
import pytest

from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.ladder.coverage import CALIBRATED, outside_of


def panel_of(n: int, n_waves: int, named: int, unknown: int) -> tuple[NetworkPanel, np.ndarray]:
    """A ring in which everybody names the next ones; the states of some are unknown throughout."""
    ties = sum(np.roll(np.eye(n), step, axis=1) for step in range(1, named + 1))
    held = np.tile((np.arange(n) % 2).astype(float)[:, None], n_waves)
    held[:unknown] = np.nan
    return NetworkPanel.from_adjacency([ties] * n_waves, behaviour={"norm": held}, directed=True), held


@pytest.mark.parametrize(
    ("shape", "outside"),
    [
        ((100, 6, 2, 0), {}),
        ((100, 6, 4, 35), {}),
        ((99, 6, 2, 0), {"people": 99}),
        ((100, 5, 3, 0), {"waves": 5}),
        ((100, 7, 3, 0), {"waves": 7}),
        ((100, 6, 1, 0), {"contacts a person": 1}),
        ((100, 6, 5, 0), {"contacts a person": 5}),
        ((100, 6, 3, 36), {"share of states unknown": 0.36}),
    ],
)
def test_what_lies_outside(shape: tuple[int, int, int, int], outside: dict[str, float]) -> None:
    found = outside_of(*panel_of(*shape))
    assert {each.what: each.value for each in found} == pytest.approx(outside)
    assert all((each.low, each.high) == CALIBRATED[each.what] for each in found)


def test_only_waves_at_which_people_are_there_count() -> None:
    """Half the people are there at three waves of six. Ties: 200 at each of three waves, and 49 + 48 among those there before."""
    panel, held = panel_of(100, 6, 2, 0)

    def found(present: np.ndarray) -> dict[str, float]:
        here = NetworkPanel.from_adjacency(list(panel.networks), behaviour={"norm": held}, present=present, directed=True)
        return {each.what: each.value for each in outside_of(here, here.behaviour["norm"])}

    late = np.ones((100, 6), dtype=bool)
    late[:50, :3] = False
    assert found(late) == pytest.approx({"contacts a person": (3 * 200 + 3 * 97) / 450})
    assert found(np.zeros((100, 6), dtype=bool)) == {"contacts a person": 0.0, "share of states unknown": 1.0}
