"""Who gained the norm just after, and just before, the people tied to them: by hand, and term by term of the formula."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.measures.infectiousness import infectiousness, susceptibility


def test_infectiousness(panel):
    frame = infectiousness(panel)
    # ann gained at 2; cat and gus name her: cat gains at 3, gus later
    assert frame.loc["ann", ["infectiousness", "n_followed", "n_could_follow"]].tolist() == [0.5, 1, 2]
    # ben at 1; ann and cat name him; ann gains at 2
    assert frame.loc["ben", "infectiousness"] == 0.5
    # cat at 3; ann (who has it) and gus name cat; gus gains at 4
    assert frame.loc["cat", ["infectiousness", "n_could_follow"]].tolist() == [1.0, 1]
    # gus at the last wave: nobody can be seen to follow; dev and eve never gained
    assert frame.loc[["dev", "eve", "gus"], "infectiousness"].isna().all()
    assert infectiousness(panel, undefined="zero").loc["gus", "infectiousness"] == 0
    assert pd.isna(infectiousness(panel, undefined="zero").loc["dev", "infectiousness"])


def test_never_gaining_counts_as_having_been_able_to(panel):
    ties = np.zeros((7, 7))
    ties[3, 0] = ties[2, 0] = 1  # dev, who never gains, and cat name ann
    one = rn.NetworkPanel.from_adjacency([ties] * 4, behaviour=panel.behaviour, people=panel.person_ids, directed=True)
    assert infectiousness(one).loc["ann", "n_could_follow"] == 2


def test_susceptibility(panel):
    frame = susceptibility(panel)
    assert frame.loc["ann", ["susceptibility", "n_just_before", "n_before"]].tolist() == [1.0, 1, 1]  # ben at 1
    assert frame.loc["cat", ["susceptibility", "n_before"]].tolist() == [0.5, 2]  # ann at 2, ben at 1
    assert frame.loc["gus", ["susceptibility", "n_before"]].tolist() == [0.5, 2]  # cat at 3, ann at 2
    assert pd.isna(frame.loc["ben", "susceptibility"])  # nothing was seen before the first wave
    two = susceptibility(panel, n_waves=2)
    assert two.loc["cat", "susceptibility"] == pytest.approx((1 + 1 / 2) / (2 + 1 / 2))
    steep = susceptibility(panel, n_waves=2, discount_rate=1.0, normalise=True)
    # ann and fay at 2, ben at 1 discounted to a half
    assert steep.loc["cat", "susceptibility"] == pytest.approx((1.5 / 2.5) / (2 + 1 / 2))


@pytest.mark.parametrize("options", [{"n_waves": 0}, {"n_waves": 1.5}, {"undefined": None}, {"direction": "up"}])
def test_followers_refuse_what_they_cannot_read(panel, options):
    with pytest.raises(SchemaError, match=next(iter(options))):
        infectiousness(panel, **options)


OPTIONS = [
    {},
    {"n_waves": 3, "discount_rate": 0.5, "direction": "in", "weighted": True},
    {"n_waves": 2, "normalise": True, "weighted": True},
    {"n_waves": 3, "direction": "mutual", "normalise": True},
]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize(("measure", "ahead"), [(infectiousness, 1), (susceptibility, -1)])
def test_every_number_is_the_sum_of_the_formula(measure, ahead, options):
    """Σ_k Σ_j of the notes, with loops; j is exposed to i where i is looked at by those who came after."""
    n_waves, rate = options.get("n_waves", 1), options.get("discount_rate")
    rng = np.random.default_rng(3)
    ties = rng.integers(1, 4, (5, 15, 15)) * (rng.random((5, 15, 15)) < 0.3) * (1 - np.eye(15))
    held = (rng.random((15, 5)) < 0.25).astype(float)
    frame = measure(rn.NetworkPanel.from_adjacency(list(ties), behaviour={"recovery": held}, directed=True), **options)
    gained = np.where(held.any(axis=1), held.argmax(axis=1) + 1, 99)
    looks_at = {
        "out": ties, "in": ties.transpose(0, 2, 1), "mutual": np.minimum(ties, ties.transpose(0, 2, 1)),
    }[options.get("direction", "out")]  # fmt: skip
    looks_at = looks_at if options.get("weighted") else (looks_at > 0).astype(float)
    for i, (_, found, timed, could) in enumerate(frame.itertuples(index=False)):
        top = bottom = everybody = 0.0
        waves = [k for k in range(1, n_waves + 1) if gained[i] < 99 and 1 <= gained[i] + ahead * k <= 5]
        for k in waves:
            wave, weight = gained[i] + ahead * k, k if rate is None else (1 + rate) ** (k - 1)
            at = looks_at[wave - ahead - 1]
            tie = at[:, i] if ahead == 1 else at[i]
            top += (tie * (gained == wave)).sum() / weight
            bottom += (tie * (gained >= wave if ahead == 1 else gained <= wave)).sum() / weight
            everybody += (gained == wave).sum() / weight
        if not waves:
            assert np.isnan([found, timed, could]).all()
            continue
        assert (timed, could) == pytest.approx((top, bottom))
        divided = everybody if options.get("normalise") and everybody else 1.0
        assert found == pytest.approx(top / bottom / divided if bottom else np.nan, nan_ok=True)


def test_whom_nobody_could_follow_has_0_where_asked_for(panel):
    """Before ben, who holds it at the first wave, nothing was seen; dev never gained it."""
    found = susceptibility(panel, undefined="zero")["susceptibility"]
    assert found["ben"] == 0 and pd.isna(found["dev"])


def test_a_discount_rate_is_0_or_more(panel):
    """At a rate of 0 later gains count in full: cat and gus both follow ann, one and two waves on."""
    assert infectiousness(panel, n_waves=2, discount_rate=0.0).loc["ann", "n_followed"] == 2
    with pytest.raises(SchemaError, match="0 or more"):
        infectiousness(panel, discount_rate=-0.1)
