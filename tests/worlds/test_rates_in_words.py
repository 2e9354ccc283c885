"""How often a test cries wolf, as its docstring says it, is what the calibration table holds."""

from __future__ import annotations

import re

import pytest

import recoverynet as rn
from recoverynet.measures.autocorrelation import autocorrelation
from recoverynet.worlds.calibration import LADDER, calibration_table
from recoverynet.worlds.rewired import UNSEEN_WORLDS

TRAIT, HIDDEN, STATE, PLACES = "covariate_homophily", "latent_3_3", "state_homophily", "surroundings"
SAID = {
    rn.contagion_test: [
        (67, "label permutation", TRAIT), (63, "rewiring", TRAIT), (10, "time shuffle", TRAIT),
        (5, "edge reversal", TRAIT), (64, "label permutation", HIDDEN), (66, "rewiring", HIDDEN),
        (8, "time shuffle", HIDDEN), (6, "edge reversal", HIDDEN), (3, "label permutation", STATE),
        (5, "rewiring", STATE), (1, "time shuffle", STATE), (4, "edge reversal", STATE),
    ],
    rn.fit_hazard: [
        (60, "lagged logit, not adjusted", TRAIT), (3, "lagged logit, adjusted", TRAIT),
        (62, "lagged logit, adjusted", HIDDEN), (8, "lagged logit, adjusted", STATE),
    ],
    rn.dyadic_influence: [
        (3, "dyadic model (GEE)", TRAIT), (90, "dyadic model (GEE)", HIDDEN), (29, "dyadic model (GEE)", "latent_2"),
        (6, "dyadic model (GEE)", STATE),
    ],
    rn.fit_sisa: [
        (52, "SISa transmission", TRAIT), (54, "SISa transmission", HIDDEN), (28, "SISa transmission", PLACES),
        (4, "SISa transmission", STATE),
    ],
    rn.matched_estimate: [
        (8, "matched estimate", TRAIT), (58, "matched estimate", HIDDEN), (6, "matched estimate", STATE),
    ],
    rn.norm_clustering: [
        (100, "clustering by separation", STATE), (96, "clustering by separation", TRAIT),
        (96, "clustering by separation", HIDDEN), (60, "clustering by separation", PLACES),
        (6, "clustering by separation", "plain"),
    ],
    autocorrelation: [
        (100, "Moran's I", STATE), (98, "Moran's I", TRAIT), (97, "Moran's I", HIDDEN), (72, "Moran's I", PLACES),
        (6, "Moran's I", "plain"),
    ],
    rn.network_autocorrelation: [
        (100, "network autocorrelation", STATE), (4, "network autocorrelation", TRAIT),
        (98, "network autocorrelation", HIDDEN), (40, "network autocorrelation", PLACES),
    ],
}  # fmt: skip
CRIES = "How often this test cries wolf when people merely choose their like"


def paragraph(function) -> str:
    words = re.sub(r"\s+", " ", function.__doc__)
    assert words.count(CRIES) == 1
    return words[words.index(CRIES) :].split(" References ")[0]


@pytest.mark.parametrize("function", SAID, ids=lambda function: function.__name__)
def test_rates_said_are_those_of_the_table(function):
    table = calibration_table()
    rates = table[(table["n_people"] == 650) & (table["strength"] == "none")].set_index(["test", "kind"])["rate"]
    said = paragraph(function)
    for number, test, kind in SAID[function]:
        assert re.search(rf"\b{number}\b", said)
        assert abs(100 * rates[test, kind] - number) <= 0.5 + 1e-9, (test, kind)


def test_the_ladder_says_its_own_rates():
    table = calibration_table()
    table = table[(table["test"] == LADDER) & (table["n_people"] == 650) & (table["missing"] == 0)]
    table = table[table["world"].isin(UNSEEN_WORLDS)]
    make = table["world"].map(lambda world: UNSEEN_WORLDS[world].settings["make"])
    quiet, strong = (table[(table["strength"] == strength)] for strength in ("none", "strong"))
    ideal = quiet[make[quiet.index] == "ideal"]
    within, beyond = (ideal[ideal["reach"] == reach] for reach in ("within", "beyond"))
    said = paragraph(rn.evidence_ladder)
    assert len(within) == 14 and round(100 * within["rate"].max()) == 3 and "at most 3 of 100" in said
    assert round(100 * beyond["rate"].max()) == 7 and "up to 7." in said
    found = strong[(make[strong.index] == "ideal") & (strong["reach"] == "within")]["rate"]
    assert (round(100 * found.min()), round(100 * found.max())) == (85, 100) and "85 to 100" in said
    own = quiet[(make[quiet.index] == "own") & (quiet["reach"] == "beyond")]
    assert round(100 * own["rate"].max()) == 7 and "up to 7 too" in said
    assert (table[make == "coin"]["n_positive"] == 0).all()


def test_every_model_says_it():
    for function in (*SAID, rn.evidence_ladder):
        assert paragraph(function)
