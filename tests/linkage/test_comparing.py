"""Codes, chances and weights of a comparison by hand: how many are expected to be one, what is learned, and pairs in words."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from recoverynet.errors import NotEstimableError
from recoverynet.linkage import comparing
from recoverynet.linkage.comparing import COMPARISONS, PARTS

NAMES = [f"linkage_{part}" for part in PARTS]


def tokens(rows: list[str]) -> pd.DataFrame:
    """One letter a part (first, second, day, month, year, sex, district, sector), a space where nothing is recorded."""
    frame = pd.DataFrame([[None if letter == " " else letter for letter in row] for row in rows], columns=NAMES)
    return frame.assign(person_id=[f"p{place}" for place in range(len(frame))])


def test_the_same_token_is_the_same_number_in_every_agency_and_initials_and_days_share_theirs() -> None:
    frames = comparing._coded({"north": tokens(["abcdefgh", "baxd fgh"]), "south": tokens(["abcdefgh", "ab   f g"])})
    north, south = frames["agency_000"], frames["agency_001"]
    assert (north.loc[0, list(PARTS)] == south.loc[0, list(PARTS)]).all()
    assert north.loc[0, "first"] == north.loc[1, "second"] and north.loc[0, "second"] == north.loc[1, "first"]
    assert south.loc[1, ["day", "month", "year", "district"]].isna().all() and pd.isna(north.loc[1, "year"])
    assert north.loc[0, "whole_birth_date"] == south.loc[0, "whole_birth_date"] and pd.isna(north.loc[1, "whole_birth_date"])
    assert north.loc[0, "whole_initials"] == south.loc[1, "whole_initials"] != north.loc[1, "whole_initials"]
    swapped = comparing._coded({"a": tokens(["abcdefgh"]), "b": tokens(["abdcefgh"])})
    assert swapped["agency_000"].loc[0, "day"] == swapped["agency_001"].loc[0, "month"], "a swap can be seen"


def frames_of(*rows: list[str]) -> dict[str, pd.DataFrame]:
    return comparing._coded({f"agency {place}": tokens(each) for place, each in enumerate(rows)})


def test_pairs_and_those_who_agree_are_counted_across_agencies() -> None:
    frames = frames_of(["abcdefgh"] * 2 + ["bbcdefgh"], ["abcdefgh", "bbcdefgh", " bcdefgh"], ["abcdefgh"])
    assert comparing._n_pairs(frames) == 3 * 3 + 3 + 3
    # a: 2 at the first, 1 at the second, 1 at the third; b: 1 and 1
    assert comparing._n_agreeing(frames, ("first", "second")) == 2 * 1 + 2 * 1 + 1 * 1 + 1 * 1


def test_how_many_are_one_is_what_agrees_beyond_chance() -> None:
    """Of 6 and 5, 3 agree; within, of 6·5 + 5·4 ordered pairs 2 do: of 30 pairs across 30 · 2 / 50 = 1.2 by chance."""
    north = ["aacdefgh", "bbcdefgh", "cccdefgh", "ddcdefgh", "eecdefgh", "eecdefgh"]
    south = ["aacdefgh", "bbcdefgh", "cccdefgh", "xxcdefgh", "yycdefgh"]
    prior, odds = comparing._expected(frames_of(north, south))
    one = 3 - 1.2
    assert prior == pytest.approx(one / 30) and odds == pytest.approx(one / ((6 - one) * (5 - one)))


def test_at_least_one_and_at_most_nearly_all_are_expected_to_be_shared() -> None:
    none = comparing._expected(frames_of(["aacdefgh", "bbcdefgh"], ["xxcdefgh", "yycdefgh"]))
    assert none == pytest.approx((1 / 4, 1 / (1 * 1)))
    rows = [f"{a}{b}cdefgh" for a, b in itertools.product("abcdefgh", repeat=2)][:40]
    every = comparing._expected(frames_of(rows, rows[:30]))
    assert every == pytest.approx((28.5 / 1200, 28.5 / (11.5 * 1.5))), "of the smaller one"


def test_what_no_agency_records_is_done_without() -> None:
    bare = comparing._expected(frames_of(["aacd f  ", "bbcd f  ", "cccd f  "], ["aacdef  ", "bbcdef  ", "xxcdef  "]))
    assert bare[0] == pytest.approx(2 / 9)


def test_too_many_who_share_a_value_are_too_many_to_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = frames_of(["abcdefgh"] * 4, ["abcdefgh"] * 5)
    assert comparing._require_few_candidates(frames) == 20
    monkeypatch.setattr(comparing, "MOST_CANDIDATES", 19)
    with pytest.raises(NotEstimableError, match="20 pairs of people agree in year, month, day"):
        comparing._require_few_candidates(frames)


def model(learned: float | None) -> dict:
    """As Splink saves it: a level for what is missing first, u 0.25 throughout."""
    comparisons = []
    for one in COMPARISONS:
        levels = [{"label_for_charts": "missing"}]
        for label, _, _ in one.levels:
            level = {"label_for_charts": label, "u_probability": 0.25}
            levels.append(level if learned is None else {**level, "m_probability": learned})
        comparisons.append({"output_column_name": one.name, "comparison_levels": levels})
    return {"comparisons": comparisons}


def levels_of(found: dict) -> dict[tuple[str, str], float]:
    return {(one["output_column_name"], level["label_for_charts"]): level["m_probability"]
            for one in found["comparisons"] for level in one["comparison_levels"][1:]}  # fmt: skip


def test_what_is_learned_of_few_people_is_drawn_towards_what_was_declared() -> None:
    """Of 50 people half way, of 150 a quarter: declared beforehand counts for 50."""
    for n_people, share in ((50.0, 0.5), (150.0, 0.25)):
        found = levels_of(comparing._settled(model(0.6), n_people))
        assert found["sex", "agrees"] == pytest.approx((1 - share) * 0.6 + share * 0.995)
        assert found["postcode", "district"] == pytest.approx((1 - share) * 0.6 + share * 0.06)
    never = levels_of(comparing._settled(model(None), 1e9))
    assert never["sex", "differs"] == 0.005
    assert levels_of(comparing._settled(model(0.0), 1e12))["sex", "agrees"] == 1e-6, "never 0"
    assert levels_of(comparing._settled(model(math.nan), 50.0))["sex", "agrees"] == pytest.approx(0.995 / 2)


def test_one_initial_is_worth_half_of_two() -> None:
    """m / u of the one that is recorded is 0.99 over the root of u of both."""
    found = levels_of(comparing._settled(model(0.6), 50.0))
    assert found["initials", "the one recorded agrees"] == pytest.approx(0.99 * 0.25 / math.sqrt(0.25))
    rare = model(0.6)
    for level in rare["comparisons"][1]["comparison_levels"][1:]:
        level["u_probability"] = 1e-4
    rare["comparisons"][1]["comparison_levels"][2]["u_probability"] = 0.9
    assert levels_of(comparing._settled(rare, 50.0))["initials", "the one recorded agrees"] == 0.99


def test_weights_are_in_doublings() -> None:
    frame = comparing._weights(comparing._settled(model(None), 50.0))
    assert list(frame) == ["comparison", "level", "m", "u", "weight"] and len(frame) == sum(len(one.levels) for one in COMPARISONS)
    np.testing.assert_allclose(2 ** frame["weight"], frame["m"] / frame["u"])


def test_pairs_stand_in_the_order_of_agencies_with_levels_in_words() -> None:
    found = pd.DataFrame({"source_dataset_l": ["agency_000", "agency_001"], "source_dataset_r": ["agency_001", "agency_000"],
                          "unique_id_l": [1, 0], "unique_id_r": [0, 2], "match_weight": [3.0, -1.0]})  # fmt: skip
    for one in COMPARISONS:
        found[f"gamma_{one.name}"] = [-1, len(one.levels) - 1]
        if one.parts:
            found[f"mw_tf_adj_{one.name}"] = [0.5, -0.25]
    north, south = (tokens(["abcdefgh"] * 3).assign(person_id=[f"{letter}{place}" for place in range(3)]) for letter in "ns")
    frame = comparing._pairs(found, {"north": north, "south": south})
    assert frame[["agency_a", "person_a", "agency_b", "person_b"]].to_numpy().tolist() == [
        ["north", "n1", "south", "s0"], ["north", "n2", "south", "s0"],
    ]  # fmt: skip
    assert frame["log_odds"].tolist() == pytest.approx([3 * math.log(2), -math.log(2)])
    assert frame["rarity"].tolist() == [3 * 0.5, 3 * -0.25]
    assert frame["birth_date"].tolist() == ["missing", "agrees"] and frame["postcode"].tolist() == ["missing", "sector"]


def test_what_is_declared_of_one_person_adds_up() -> None:
    for one in COMPARISONS:
        assert sum(same for _, _, same in one.levels) == pytest.approx(1.0), one.name
