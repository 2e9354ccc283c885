"""The co-evolution rung of the ladder: influence with selection in the model."""

import numpy as np
import pytest

from recoverynet.models.coevolution import influence_given_selection
from recoverynet.models.ladder.ladder import evidence_ladder
from recoverynet.worlds.worlds import simulate_world


@pytest.fixture(scope="module")
def moving():
    return simulate_world("changing_ties/strong", 40, rng=3)


@pytest.mark.slow
def test_it_answers_with_an_odds_ratio_and_its_bounds(moving):
    found = influence_given_selection(moving, "recovery", moving.behaviour["recovery"], [], rng=1)
    assert found.reason is None and found.fit.converged
    low, high = found.bounds()
    assert low < found.log_odds < high
    assert list(found.fit.to_frame()["effect"]).count("avAlt") == 1


def test_ties_that_never_change_and_ties_received_have_a_reason(moving):
    still = simulate_world("plain/strong", 40, rng=3)
    found = influence_given_selection(still, "recovery", still.behaviour["recovery"], [], rng=1)
    assert "nothing changed" in found.reason and np.isnan(found.log_odds)
    received = influence_given_selection(moving, "recovery", moving.behaviour["recovery"], [], direction="in")
    assert "receive" in received.reason


def test_a_ladder_that_stops_below_does_not_ask_it(moving):
    ladder = evidence_ladder(moving, behaviour="recovery", n_permutations=19, use_saom=True, rng=1)
    assert "co-evolution model" not in ladder.to_frame().index
