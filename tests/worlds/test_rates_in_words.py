"""How often a test cries wolf, as its docstring says it, is what the calibration table holds."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
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


def said_by_the_ladder(missing: float, n_people: int) -> pd.DataFrame:
    table = calibration_table()
    table = table[(table["test"] == LADDER) & (table["n_people"] == n_people) & (table["missing"] == missing)]
    table = table[table["world"].isin(UNSEEN_WORLDS)]
    return table.assign(
        make=table["world"].map(lambda world: UNSEEN_WORLDS[world].settings["make"]),
        family=table["world"].map(lambda world: UNSEEN_WORLDS[world].settings["family"]),
        cent=(100 * table["rate"]).round(),
    )


def test_the_ladder_says_its_own_rates():
    table = said_by_the_ladder(0.0, 650)
    quiet, strong = (table[table["strength"] == strength] for strength in ("none", "strong"))
    ideal = quiet[quiet["make"] == "ideal"]
    within, beyond = (ideal.loc[ideal["reach"] == reach, "cent"] for reach in ("within", "beyond"))
    said = paragraph(rn.evidence_ladder)
    assert len(within) == 21 and within.max() == 2 and "at most 2 of 100" in said and "(21 kinds)" in said
    assert beyond.max() == 7 and "up to 7." in said
    found = strong[(strong["make"] == "ideal") & (strong["reach"] == "within")]["cent"]
    assert (found.min(), found.max()) == (90, 100) and "in 90 to 100" in said
    assert quiet[(quiet["make"] == "own") & (quiet["reach"] == "beyond")]["cent"].max() == 7 and "up to 7 too" in said
    assert (table[table["make"] == "coin"]["n_positive"] == 0).all()


def test_the_ladder_says_its_rates_where_states_are_missing_and_people_few():
    said = paragraph(rn.evidence_ladder)
    missing = said_by_the_ladder(0.3, 650)
    assert missing[missing["strength"] == "none"]["cent"].max() == 5 and "in at most 5;" in said
    found = missing[missing["strength"] == "strong"].groupby("family")["cent"].agg(["min", "max"])
    assert found.loc["rewired"].tolist() == [88, 95] and "88 to 95" in said
    assert found.loc["returning"].tolist() == [100, 100] and "in 100 where people are away" in said
    assert found.loc["attended"].tolist() == [50, 75] and "in 50 to 75 only" in said
    more = said_by_the_ladder(0.3, 1300)
    more = more[(more["strength"] == "strong") & (more["family"] == "attended")]["cent"]
    assert (more.min(), more.max()) == (85, 95) and "85 to 95" in said
    for n_people, low, high in ((100, 0, 23), (160, 33, 83)):
        few = said_by_the_ladder(0.0, n_people)
        few = few[few["strength"] == "strong"]["cent"]
        assert (few.min(), few.max()) == (low, high) and f"{low} to {high}" in said


def test_every_model_says_it():
    for function in (*SAID, rn.evidence_ladder):
        assert paragraph(function)


def test_the_ladder_says_its_rates_in_records():
    table = calibration_table()
    kept = table[(table["test"] == LADDER) & (table["reach"] == "record") & (table["n_replications"] == 60)]
    found = kept.groupby("strength")["n_positive"].agg(["min", "max", "size"])
    assert found.loc["none", ["max", "size"]].tolist() == [2, 3] and found.loc["strong"].tolist() == [36, 44, 3]
    assert "at most 2 of 60 without influence and in 36 to 44 of 60 with strong" in paragraph(rn.evidence_ladder)
    readme = " ".join((Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8").split())
    assert "36 to 44 of 60 with strong influence, and at most 2 of 60 without" in readme
