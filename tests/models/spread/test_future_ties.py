"""What people one meets only later held before: by hand, and by going through every pair and wave."""

from __future__ import annotations

import numpy as np
import pytest

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.spread.future_ties import future_tie_exposure

NAN = np.nan


def panel_of(arcs: np.ndarray, held: np.ndarray, **more: object) -> NetworkPanel:
    people = [f"p{place}" for place in range(len(held))]
    return NetworkPanel.from_adjacency(list(arcs), behaviour={"norm": held}, people=people, directed=True, **more)  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
def test_by_hand():
    arcs = np.zeros((3, 4, 4))
    arcs[0, 0, 1] = arcs[1, 0, 2] = arcs[2, 0, 3] = arcs[2, 1, 3] = 1
    held = np.array([[0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 1, NAN]])
    frame = future_tie_exposure(panel_of(arcs, held), "norm")
    assert frame.loc[("p0", 2)].tolist() == [0.5, 2, 2]
    assert frame.loc[("p0", 3)].tolist() == [1.0, 1, 1]
    assert frame.loc[("p1", 3)].tolist() == [1.0, 1, 1]
    assert np.isnan(frame.loc[("p2", 2), "exposure"]) and frame.loc[("p2", 2), "n_alters"] == 0
    late = future_tie_exposure(panel_of(arcs, held), "norm", after="outcome")
    assert late.loc[("p0", 2)].tolist() == [0.0, 1, 1]


@pytest.mark.parametrize("after", ["exposure", "outcome"])
@pytest.mark.parametrize("direction", ["out", "in", "mutual"])
@pytest.mark.parametrize("lag", [1, 2])
def test_future_contacts_are_those_never_met_by_then_and_met_later(direction, after, lag):
    """Pair by pair; whoever's ties of the wave looked at are unknown has no exposure."""
    rng = np.random.default_rng(5)
    arcs = ((rng.random((5, 10, 10)) < 0.15) & ~np.eye(10, dtype=bool)).astype(float)
    held = np.where(rng.random((10, 5)) < 0.2, NAN, rng.random((10, 5)) < 0.5)
    panel = panel_of(arcs, held)
    tied = {"out": arcs, "in": arcs.transpose(0, 2, 1), "mutual": arcs * arcs.transpose(0, 2, 1)}[direction] > 0
    frame = future_tie_exposure(panel, "norm", direction=direction, after=after, lag=lag)
    for i in range(10):
        for wave in range(1, 6):
            row = frame.loc[(f"p{i}", wave)]
            if wave <= lag:
                assert np.isnan(row["exposure"]) and row[["n_alters", "n_observed"]].tolist() == [0, 0]
                continue
            looked = wave - 1 - lag
            until = looked if after == "exposure" else wave - 1
            future = [j for j in range(10) if tied[until + 1 :, i, j].any() and not tied[: until + 1, i, j].any()]
            known = [j for j in future if np.isfinite(held[j, looked])]
            assert row[["n_alters", "n_observed"]].tolist() == [len(future), len(known)]
            assert row["exposure"] == pytest.approx(held[known, looked].mean() if known else NAN, nan_ok=True)


def test_whose_ties_nobody_asked_about_may_have_met_before():
    arcs = np.zeros((3, 4, 4))
    arcs[2, 0, 1] = arcs[2, 2, 3] = 1
    arcs[0, 0, 1:] = NAN
    held = np.array([[0, 0, 0.0], [1, 1, 1], [0, 0, 0], [1, 1, 1]])
    frame = future_tie_exposure(panel_of(arcs, held), "norm")
    assert np.isnan(frame.loc[("p0", 2), "exposure"]) and frame.loc[("p2", 2), "exposure"] == 1


@pytest.mark.parametrize("wrong", [{"after": "never"}, {"direction": "up"}, {"lag": 0}])
def test_words_there_are_not(wrong):
    with pytest.raises(SchemaError, match="after must be"):
        future_tie_exposure(panel_of(np.ones((2, 3, 3)) - np.eye(3), np.array([[0, 1.0], [1, 1], [0, 0]])), "norm", **wrong)
