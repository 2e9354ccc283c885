"""What notebook 03 tells its reader holds: test_notebooks runs it, this looks at what it claims."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.models.spread.spread_panel import SpreadPanel, spread_panel
from recoverynet.worlds.area.synthetic import riverside_record
from recoverynet.worlds.calibration import calibration_table

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "03_is_it_spreading.ipynb"


@pytest.fixture(scope="module")
def asked() -> dict[str, SpreadPanel]:
    areas = {"riverside": rn.load_sample("riverside"), "twin": riverside_record(influence=False)}
    return {
        name: spread_panel(record, placebo="housing.status=settled", conflict="latest", purpose=None)
        for name, record in areas.items()
    }


@pytest.fixture(scope="module")
def ladder_rates() -> pd.DataFrame:
    table = calibration_table()
    table = table[table["test"] == "evidence ladder"]
    table = table.sort_values("n_replications").drop_duplicates(["world", "n_people", "missing"], keep="last")
    usual = table["missing"] == table.groupby("kind")["missing"].transform("min")
    return table[usual & (table["reach"] == "within")]


@pytest.mark.slow
def test_people_who_hold_the_norm_stand_together_in_both(asked):
    for each in asked.values():
        last, held = each.panel.at(each.panel.n_waves), each.panel.behaviour["recovery"][:, -1]
        steps = rn.norm_clustering(last, held, max_distance=1, n_permutations=199, rng=0)
        assert steps["p"].iloc[0] < 0.05


@pytest.mark.slow
@pytest.mark.parametrize("null", ["labels", "rewiring"])
def test_plain_tests_cry_wolf_in_the_twin(asked, null):
    assert rn.contagion_test(asked["twin"].panel, null=null, n_permutations=99, rng=0).p <= 0.05


@pytest.mark.slow
def test_the_ladder_tells_the_two_apart(asked):
    ladders = {name: rn.evidence_ladder(each.panel, **each.asked, rng=0) for name, each in asked.items()}
    assert ladders["riverside"].level == 3 and ladders["riverside"].failed == "matched comparison"
    assert ladders["twin"].level < 3


@pytest.mark.slow
def test_what_is_adjusted_for_is_what_the_notebook_names(asked):
    each = asked["riverside"]
    assert (each.adjust, each.surroundings) == (("role", "sex", "age_band", "area"), ("provider", "group_norm"))


def test_fifty_pupils_say_little(shared):
    folder = shared("data/s50/friendships.csv").parent
    named = pd.read_csv(folder / "friendships.csv")
    used = pd.read_csv(folder / "substance_use.csv", dtype={"value": str})
    pupils = rn.NetworkPanel.from_nominations(named, used, breaks="wave")
    drinks = np.where(np.isnan(pupils.behaviour["alcohol"]), np.nan, pupils.behaviour["alcohol"] >= 4)
    naive = rn.fit_hazard(pupils, drinks, transition="holding", link="logit", errors="model")
    assert (naive.estimate, naive.std_error) == (pytest.approx(0.686, abs=5e-4), pytest.approx(0.666, abs=5e-4))
    assert 0.5 < np.exp(naive.low) < 0.6 and 7 < np.exp(naive.high) < 8, "between a half and seven"
    assert rn.evidence_ladder(pupils, behaviour=drinks, rng=0).level == 0


def test_rates_the_text_leans_on(ladder_rates):
    quiet = ladder_rates[(ladder_rates["strength"] == "none") & (ladder_rates["n_people"] == 650)]
    assert len(quiet) >= 14 and quiet["rate"].max() <= 0.05, "few of a hundred"
    few = ladder_rates[(ladder_rates["n_people"] == 100) & (ladder_rates["strength"] == "strong")]
    assert 0 < few["rate"].max() < 0.25, "among 100 people hardly anything is found"
    usual = ladder_rates[(ladder_rates["n_people"] == 650) & ~ladder_rates["world"].str.contains("_coin/")]
    found = usual.groupby("strength")["rate"].agg(["min", "max"])
    assert found.loc["weak", "max"] < 0.3, "weak influence seldom"
    assert found.loc["medium", "min"] > 0.25 and found.loc["medium", "max"] < 0.96, "medium in a quarter to nearly all"


def test_what_the_text_says_of_records():
    table = calibration_table()
    table = table[(table["reach"] == "record") & (table["test"] == "evidence ladder")].set_index("world")
    found = {strength: part["n_positive"].tolist() for strength, part in table.groupby("strength")}
    assert (table.loc[table["strength"].isin(["none", "strong"]), "n_replications"] == 60).all()
    assert max(found["none"]) == 2 and (min(found["strong"]), max(found["strong"])) == (36, 44)
    assert "at most 2 of 60 without influence, and in 36 to 44 of 60 with strong" in NOTEBOOK.read_text(encoding="utf-8")


def test_the_ladder_gives_false_alarms_least():
    table = calibration_table()
    table = table[(table["strength"] == "none") & (table["n_people"] == 650) & (table["reach"] == "within")]
    highest = table.groupby("test")["rate"].max().sort_values()
    assert highest.index[0] == "evidence ladder" and highest.iloc[0] <= 0.05


def test_what_the_text_says_of_the_other_tests():
    table = calibration_table()
    table = table[(table["strength"] == "none") & (table["n_people"] == 650)]
    rates = table.pivot_table(index="test", columns="kind", values="rate")
    others = rates.drop(index="evidence ladder")
    if others.empty or "latent_3_3" not in others:
        pytest.skip("the table holds the ladder only so far")
    for test in ("clustering by separation", "Moran's I"):
        if test in others.index:
            assert others.loc[test, "state_homophily"] > 0.95, "nearly always"
            assert 0.55 < others.loc[test, "surroundings"] < 0.75, "six or seven worlds of ten"
    assert others["latent_3_3"].dropna().median() > 0.5, "most of them more often than not"


def test_words_that_are_not_used():
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert not re.findall(r"\b(?:caus\w*|contagious|addict\w*|proves?)\b", text, re.IGNORECASE)
