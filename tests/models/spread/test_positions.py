"""Positions in the first wave's network as covariates: what they mend, what they cannot, and whom they do not know."""

import dataclasses

import numpy as np
import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.models.ladder.intervals import judged_risk_set
from recoverynet.models.ladder.lagged import lagged_estimate
from recoverynet.models.spread.positions import position_names
from recoverynet.worlds.worlds import simulate_panel

NAMES = position_names(3)


def ratio(panel: rn.NetworkPanel, adjust=()) -> float:
    risk = judged_risk_set(panel, "recovery")
    return float(np.exp(lagged_estimate(risk, risk.at(risk.seen.share), adjust).log_odds))


def test_a_hidden_trait_that_drew_the_first_ties_is_mostly_adjusted_away():
    alike = simulate_panel(2000, latent=(6.0, 3.0), rng=3)
    assert ratio(alike) > 1.6
    assert ratio(rn.with_positions(alike), NAMES) < 1.3


def test_influence_stays():
    plain = simulate_panel(2000, influence=4.0, rng=4)
    assert ratio(rn.with_positions(plain), NAMES) == pytest.approx(ratio(plain), rel=0.05)


def test_later_ties_do_not_count():
    panel = simulate_panel(100, ties_change=0.5, rng=5)
    other = dataclasses.replace(panel, networks=(panel.networks[0],) * panel.n_waves)
    one, two = (rn.with_positions(each).covariates["position_1"] for each in (panel, other))
    assert np.array_equal(one, two)


def test_whoever_was_not_there_or_of_whose_ties_nothing_is_known_has_none():
    ties = np.zeros((12, 12))
    ties[np.arange(9), np.arange(1, 10)] = 1
    ties[10] = np.nan
    ties[10, 10] = 0
    later = np.nan_to_num(ties)
    later[11, 0] = 1
    present = np.ones((12, 2), dtype=bool)
    present[11, 0] = False
    panel = rn.NetworkPanel.from_adjacency([ties, later], behaviour={"recovery": np.zeros((12, 2))}, present=present)
    place = rn.with_positions(panel, 2).covariates["position_2"]
    assert np.array_equal(np.flatnonzero(np.isnan(place)), [10, 11])


def test_the_ladder_and_the_panel_of_a_record_take_them():
    alike = simulate_panel(400, latent=(6.0, 3.0), rng=6)
    ladder = rn.evidence_ladder(alike, placebo="placebo", adjust=["observed_trait"], positions=3, n_permutations=19, rng=1)
    assert ladder.used.positions == 3 and ladder.used.adjust == ("observed_trait", *NAMES)
    assert ladder.rungs[3].terms == ("observed_trait", *NAMES)
    asked = rn.spread_panel(rn.load_sample("riverside"), positions=2)
    assert asked.adjust[-2:] == NAMES[:2] and np.isfinite(asked.panel.covariates["position_1"]).any()


@pytest.mark.parametrize(
    ("dimensions", "says"),
    [(0, "1 or more"), (2.5, "whole number"), (True, "whole number"), ("3", "whole number"), (48, "47 coordinates at most")],
)
def test_wrong_numbers_are_told(dimensions, says):
    with pytest.raises(SchemaError, match=says):
        rn.with_positions(simulate_panel(50, rng=1), dimensions)


def test_wrong_panels_are_told():
    panel = simulate_panel(50, rng=1)
    with pytest.raises(SchemaError, match="'position_1', 'position_2', 'position_3' already"):
        rn.with_positions(rn.with_positions(panel))
    with pytest.raises(SchemaError, match="positions is a whole number, 0 or more; got -1"):
        rn.evidence_ladder(panel, placebo="placebo", positions=-1)
    empty = (panel.networks[0] * 0,) + panel.networks[1:]
    with pytest.raises(NotEstimableError, match="no tie at the first wave"):
        rn.evidence_ladder(dataclasses.replace(panel, networks=empty), placebo="placebo", positions=3)
