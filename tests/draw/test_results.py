"""Figures of estimates, of draws and of balance say in words what they show."""

import numpy as np
import pandas as pd

import recoverynet as rn
from recoverynet.draw.results import (
    describe_balance,
    describe_estimates,
    describe_null,
    draw_balance,
    draw_estimates,
    draw_null,
    draw_reason,
)

TABLE = pd.DataFrame(
    {"estimate": [0.5, -1.25, np.nan], "low": [0.25, -2.0, np.nan], "high": [0.75, -0.5, np.nan]}, index=["sex: F", "age", "gone"]
)
SAID = "Estimate with 95% interval of 1,200 people: sex: F 0.5 (0.25 to 0.75); age −1.25 (−2 to −0.5)."


def test_estimates_say_each_term_that_has_one() -> None:
    assert describe_estimates(TABLE, people=1200) == SAID
    assert draw_estimates(TABLE, people=1200).alt == SAID
    ratios = TABLE.abs().set_axis(["ratio", "ratio_low", "ratio_high"], axis=1).iloc[:1]
    assert draw_estimates(ratios, ratio="odds ratio", level=0.9).alt == "Odds ratio with 90% interval: sex: F 0.5 (0.25 to 0.75)."
    assert "there is none to show" in describe_estimates(TABLE.iloc[2:])


def test_draws_and_balance_and_reasons_too() -> None:
    draws = pd.DataFrame({"draw": [0.1, 0.2, np.nan, -0.3]})
    said = "share: lies between −0.3 and 0.2 in 3 draws; 0.4 was observed, p = 0.02."
    assert draw_null(draws, observed=0.4, p=0.02, statistic="share").alt == said
    assert describe_null(np.array([]), observed=np.nan, p=np.nan) == "statistic: none was observed."
    balance = pd.DataFrame({"difference": [0.4], "difference_matched": [-0.05]}, index=["site"])
    assert draw_balance(balance).alt == describe_balance(balance)
    assert "site 0.4 before and −0.05 after" in describe_balance(balance)
    assert draw_reason("nobody gained it").alt == "No answer: nobody gained it"


def test_the_ladder_says_its_rungs_and_the_margin() -> None:
    from recoverynet.worlds.worlds import WORLD_ADJUST, simulate_panel

    ladder = rn.evidence_ladder(simulate_panel(300, influence=3.0, rng=1), adjust=WORLD_ADJUST, n_permutations=99, rng=1)
    said = ladder.plot().alt
    assert said.startswith(f"Odds ratio with interval of {ladder.n_people} people: crude association")
    assert said.endswith("The margin is 1.25.")
