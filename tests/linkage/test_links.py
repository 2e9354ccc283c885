"""What links say of themselves, worked by hand: who is whom, counts, doubt, and what the weight of a pair is made of."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.linkage.links import with_linked_ids

PAIRS = [("n1", "s1", 0.99, "linked"), ("n2", "s2", 0.95, "linked"), ("n3", "s3", 0.6, "review"), ("n3", "s2", 0.2, "apart")]


def test_ids_count_rows_and_say_nothing_of_people() -> None:
    people = pd.DataFrame({"agency": ["a", "a", "b", "b"], "person_id": ["y", "x", "x", "z"]})
    made = with_linked_ids(people, {("a", "x"): 7, ("b", "z"): 7})
    assert made["linked_id"].tolist() == ["l000001", "l000002", "l000003", "l000002"]
    two = with_linked_ids(people, {("a", "x"): 0, ("b", "z"): 0, ("b", "x"): 1})
    assert two["linked_id"].tolist() == ["l000001", "l000002", "l000003", "l000002"], "whatever clusters are called"


def test_counts_are_of_people_with_somebody_elsewhere(by_hand) -> None:
    links = by_hand(PAIRS)
    assert (links.n_linked, links.n_review) == (2, 1) and links.agencies["n_linked"].tolist() == [2, 2]
    assert repr(links) == "<PeopleLinks: north 3, south 3 people; 2 pairs linked, 1 to review>"
    frame = links.to_frame()
    assert frame["linked_id"].nunique() == 4 and frame is not links.people


def test_the_summary_says_how_many_are_wrong_by_their_own_account(by_hand) -> None:
    """0.01 and 0.05 of a pair; one of the two agrees in everything."""
    links = by_hand(PAIRS)
    said = replace(links, pairs=links.pairs.assign(stage=["deterministic", "probabilistic", "deterministic", "probabilistic"]))
    text = said.summary()
    assert "2 pairs are linked at a probability of 0.9 or more: 1 agree in everything" in text
    assert "1 by the weight of what agrees. By their own probabilities about 0.1 of them are wrong." in text
    assert text.endswith("1 pairs are for a person to look at (probability from 0.3).")


def test_the_likelier_link_is_made_first_and_the_other_stands_for_review(by_hand) -> None:
    links = by_hand([("n1", "s1", 0.91, "linked"), ("n2", "s1", 0.97, "linked"), ("n3", "s3", 0.1, "apart")])
    assert links.pairs["decision"].tolist() == ["review", "linked", "apart"]
    assert links.agencies["n_linked"].tolist() == [1, 1], "whoever was refused is nobody elsewhere"
    turned = links.decided(np.array([True, True, False]), np.array(["linked"] * 2 + ["apart"]), first=np.array([2.0, 1.0, 0.0]))
    assert turned.pairs["decision"].tolist() == ["linked", "review", "apart"]


def test_draws_link_as_often_as_is_likely_and_leave_what_was_decided(by_hand) -> None:
    links = by_hand([("n1", "s1", 0.3, "apart"), ("n2", "s2", 0.5, "review"), ("n3", "s3", 0.5, "review")])
    said = replace(links, pairs=links.pairs.assign(reviewed=pd.array([None, "yes", "no"], dtype="str")))
    drawn = np.array([one.pairs["decision"].eq("linked") for one in said.draws(50, rng=1)])
    assert drawn[:, 1].all() and not drawn[:, 2].any()
    assert abs(drawn[:, 0].mean() - 0.3) < 3 * math.sqrt(0.3 * 0.7 / 50)
    assert set(next(said.draws(1, rng=1)).pairs["decision"]) <= {"linked", "apart"}
    assert len(list(links.draws(rng=2))) == 20
    with pytest.raises(rn.SchemaError, match="n_draws"):
        next(links.draws(0))


def test_the_steps_of_a_pair_add_up_to_its_weight(by_hand) -> None:
    """Prior odds 0.2 / 0.8 are −2 in log2; sex agrees at 1; the other comparisons have no weight here; rarity is 0.5."""
    links = by_hand(PAIRS)
    said = [text.get_text() for text in links.plot_waterfall(2).texts]
    assert said[:7] == ["-2.0", "+0.0", "+0.0", "+1.0", "+0.0", "+0.5", "-0.5"]
    with pytest.raises(rn.SchemaError, match="numbered from 1 to 4"):
        links.plot_waterfall(9)
