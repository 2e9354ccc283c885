"""What a verdict was made from stands in fields, and comes back from JSON as it went."""

import dataclasses
import json
import math

import numpy as np
import pytest

from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.ladder.ladder import evidence_ladder
from recoverynet.models.ladder.used import shape_of
from recoverynet.worlds.worlds import WORLD_ADJUST, WORLD_SURROUNDINGS, simulate_world


@pytest.fixture(scope="module")
def panel():
    return simulate_world("plain/strong", 300, missing=0.3, rng=2)


@pytest.fixture(scope="module")
def ladder(panel):
    return evidence_ladder(panel, placebo="placebo", adjust=WORLD_ADJUST, surroundings=WORLD_SURROUNDINGS, n_permutations=99, rng=7)


def test_every_matter_has_a_field(panel, ladder):
    used = ladder.used
    assert (used.panel.n_people, used.panel.n_waves) == (300, 6)
    assert used.panel.contacts_a_person == pytest.approx(sum(network.nnz for network in panel.networks) / panel.present.sum())
    assert used.panel.share_states_unknown == pytest.approx(np.isnan(panel.behaviour["recovery"][panel.present]).mean())
    assert (used.n_people, used.n_rows, used.n_events) == (ladder.footing.n_people, ladder.footing.n_rows, ladder.footing.n_events)
    assert used.n_people <= used.n_people_at_risk <= 300 - used.n_people_never_at_risk
    assert (used.adjust, used.surroundings) == (tuple(WORLD_ADJUST), tuple(WORLD_SURROUNDINGS))
    assert used.margin == ladder.margin and used.n_permutations == 99 and used.behaviour == "recovery" and used.direction == "out"
    rung = ladder.rung("placebo outcome")
    assert used.placebo.name == "placebo" and used.placebo.sees == rung.sees and used.placebo.n_events == rung.n_events
    assert used.placebo.contrast_low == rung.contrast_low
    assert used.placebo.reason_code == (rung.reason.code if rung.reason else None)
    assert used.seed == {"entropy": 7, "spawn_key": []} and {"recoverynet", "numpy"} <= set(used.versions)


def test_json_gives_back_what_it_was_given(ladder):
    told = ladder.to_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["used"]["panel"]["n_waves"] == 6 and told["used"]["placebo"]["sees"] == ladder.used.placebo.sees
    assert told["used"]["surroundings"] == list(WORLD_SURROUNDINGS)


@pytest.mark.parametrize("change", ["nothing known", "coins", "no placebo", "infinite", "one wave"])
def test_an_answer_without_numbers_goes_through_json_too(panel, change):
    held, placebo = panel.behaviour["recovery"], "placebo"
    if change == "nothing known":
        panel = dataclasses.replace(panel, behaviour={**panel.behaviour, "recovery": np.full(held.shape, np.nan)})
    elif change == "coins":
        coins = (np.random.default_rng(1).random(held.shape) < 0.5).astype(float)
        panel = dataclasses.replace(panel, behaviour={**panel.behaviour, "placebo": coins})
    elif change == "no placebo":
        placebo = None
    elif change == "one wave":
        panel = NetworkPanel.from_adjacency([panel.networks[0]], behaviour={name: v[:, :1] for name, v in panel.behaviour.items()})
    ladder = evidence_ladder(panel, behaviour="recovery", placebo=placebo, n_permutations=19, rng=1)
    if change == "infinite":
        ladder = dataclasses.replace(ladder, hidden_trait=math.inf)
    told = ladder.to_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert (told["used"]["placebo"] is None) == (change == "no placebo")
    if change == "coins":
        rung = next(rung for rung in told["rungs"] if rung["name"] == "placebo outcome")
        assert (
            rung["reason_code"] == told["used"]["placebo"]["reason_code"] == "placebo_fleeting" and "stays" in rung["reason_facts"]
        )
    if change == "one wave":
        assert told["rungs"][0]["reason_code"] == "too_few_waves" and told["rungs"][0]["reason_facts"]["needed"] == 2


def test_shape_of_a_panel_by_hand():
    ties = np.zeros((4, 4))
    ties[0, 1] = ties[1, 2] = 1
    ties[3, :3] = np.nan
    held = np.array([[0, 1.0], [1, 1], [np.nan, 0], [0, 0]])
    shape = shape_of(NetworkPanel.from_adjacency([ties, ties], behaviour={"norm": held}), held)
    assert (shape.n_people, shape.n_waves, shape.contacts_a_person) == (4, 2, 0.5)
    assert (shape.share_states_unknown, shape.share_ties_unknown) == (1 / 8, 6 / 24)
