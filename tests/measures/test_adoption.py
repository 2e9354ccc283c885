"""First gains, censoring, thresholds, categories, followers and curves, by hand."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.measures.curves import bass_fit, hazard_curve, prevalence_curve
from recoverynet.measures.infectiousness import infectiousness, susceptibility
from recoverynet.measures.thresholds import adopter_categories

NAN = np.nan
HELD = np.array([
    [0, 1, 1, 1],  # ann gains at 2
    [1, 1, 0, 1],  # ben holds it from the start, loses it, regains it
    [0, NAN, 1, 0],  # cat gains by 3, some time after 1
    [0, 0, 0, NAN],  # dev never gains, last seen at 3
    [NAN] * 4,  # eve was never seen
    [NAN, 1, 1, 1],  # fay holds it when first seen
    [0, 0, 0, 1],  # gus gains at 4
])  # fmt: skip
PEOPLE = ["ann", "ben", "cat", "dev", "eve", "fay", "gus"]
TIES = np.zeros((7, 7))
for one, other in [(0, 1), (0, 2), (2, 0), (2, 1), (2, 3), (6, 0), (6, 2), (6, 4)]:
    TIES[one, other] = 1


@pytest.fixture
def panel():
    return rn.NetworkPanel.from_adjacency([TIES] * 4, behaviour={"recovery": HELD}, people=PEOPLE, directed=True)


def numbers(column):
    return column.astype("Float64").to_numpy(dtype=float, na_value=NAN)


def test_adoption(panel):
    frame = rn.adoption(panel)
    assert frame["outcome"].tolist() == [
        "gained",
        "held_at_start",
        "gained",
        "never_gained",
        "never_seen",
        "held_at_start",
        "gained",
    ]
    np.testing.assert_array_equal(numbers(frame["wave"]), [2, 1, 3, NAN, NAN, 2, 4])
    np.testing.assert_array_equal(numbers(frame["after_wave"]), [1, NAN, 1, NAN, NAN, NAN, 3])
    np.testing.assert_array_equal(numbers(frame["last_known_wave"]), [4, 4, 4, 3, NAN, 4, 4])
    assert frame["left_censored"].tolist() == [False, True, False, False, False, True, False]
    assert frame["right_censored"].tolist() == [False, False, False, True, False, False, False]
    assert frame["n_known"].tolist() == [4, 4, 3, 3, 0, 3, 4]
    assert frame["time"].isna().all()


def test_gains_are_dated_by_the_end_of_their_wave():
    graph = rn.ContactGraph(rn.load_sample("five_people"))
    waves = rn.panel(graph, breaks=["2011-03-01", "2011-04-01", "2011-05-01"])
    frame = rn.adoption(waves)
    assert frame.loc["ann", "time"] == pd.Timestamp("2011-05-01", tz="Europe/London")
    assert frame.loc["ann", "outcome"] == "gained" and frame.loc["ben", "outcome"] == "held_at_start"
    assert pd.isna(frame.loc["eve", "time"]) and frame.loc["eve", "outcome"] == "never_seen"


def test_only_those_seen_gain_in_the_last_period(panel):
    frame = rn.adoption(panel, last_period_adopts=True)
    assert frame.loc["dev", "wave"] == 4 and not frame["right_censored"].any()
    assert frame.loc["eve", "outcome"] == "never_seen" and pd.isna(frame.loc["eve", "wave"])


def test_thresholds(panel):
    frame = rn.thresholds(panel)
    # ann at 2 looks at wave 1: ben holds it, cat does not
    # cat at 3 looks at wave 2: ann and ben do, dev does not
    # gus at 4 looks at wave 3: ann and cat do, eve is unknown
    np.testing.assert_allclose(frame["threshold"], [1 / 2, NAN, 2 / 3, NAN, NAN, NAN, 1.0])
    np.testing.assert_array_equal(numbers(frame["n_alters"]), [2, NAN, 3, NAN, NAN, 0, 3])
    np.testing.assert_array_equal(numbers(frame["n_observed"]), [2, NAN, 3, NAN, NAN, 0, 2])
    now = rn.thresholds(panel, lag=0, left_censored=True, isolates="zero")
    np.testing.assert_allclose(now["threshold"], [1.0, 0.0, 1 / 3, NAN, NAN, 0.0, 1 / 2])
    seen = rn.thresholds(panel, lag=0, isolates="zero")
    assert seen["left_censored"].any()
    np.testing.assert_allclose(seen["threshold"], now["threshold"].mask(now["left_censored"]))


def test_thresholds_need_something_before():
    single = rn.NetworkPanel.from_adjacency([TIES], behaviour={"recovery": HELD[:, :1]}, directed=True)
    with pytest.raises(NotEstimableError):
        rn.thresholds(single)


def test_adopter_categories(panel):
    frame = adopter_categories(panel)
    # waves 2, 1, 3, 2, 4: mean 2.4, sd 1.14
    assert frame["timing"].tolist() == ["early majority", "earliest", "late majority", NAN, NAN, "early majority", "latest"]
    # thresholds 1/2, 2/3, 1: mean .72, sd .25
    assert frame["threshold_level"].tolist() == ["low", NAN, "low", NAN, NAN, NAN, "very high"]
    nobody = adopter_categories(panel, np.zeros((7, 4)))
    assert nobody["timing"].isna().all() and nobody["threshold_level"].isna().all()


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
    one = rn.NetworkPanel.from_adjacency([ties] * 4, behaviour={"recovery": HELD}, people=PEOPLE, directed=True)
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


def test_hazard_curve(panel):
    frame = hazard_curve(panel)
    # at risk at 2: ann, cat, dev, gus (ben and fay held it when first seen)
    # at 3: cat, dev, gus; at 4: gus alone
    assert frame["n_at_risk"].tolist() == [0, 4, 3, 1]
    assert frame["n_gained"].tolist() == [0, 1, 1, 1]
    np.testing.assert_allclose(frame["hazard"], [NAN, 1 / 4, 1 / 3, 1.0])
    assert frame["n_adopted"].tolist() == [1, 3, 4, 5] and (frame["n_people"] == 6).all()
    np.testing.assert_allclose(frame["growth"], [NAN, 2.0, 1 / 3, 1 / 4])
    assert (frame["low"][1:] <= frame["hazard"][1:]).all() and (frame["hazard"][1:] <= frame["high"][1:]).all()


def test_prevalence_counts_losses_and_returns(panel):
    frame = prevalence_curve(panel)
    assert frame["n_known"].tolist() == [5, 5, 6, 5] and frame["n_unknown"].tolist() == [2, 2, 1, 2]
    assert frame["n_holding"].tolist() == [1, 3, 3, 4]
    assert frame["n_gained"].tolist() == [0, 1, 0, 2] and frame["n_lost"].tolist() == [0, 0, 1, 1]
    assert frame["n_could_gain"].tolist() == [0, 3, 2, 2] and frame["n_could_lose"].tolist() == [0, 1, 3, 3]


def test_first_gains_add_up_to_the_hazards():
    rng = np.random.default_rng(8)
    held = (rng.random((300, 8)) < 0.15).astype(float)
    ring = np.roll(np.eye(300), 1, axis=1)
    panel = rn.NetworkPanel.from_adjacency([ring] * 8, behaviour={"recovery": held})
    curve = hazard_curve(panel)
    survived = (1 - curve["hazard"].fillna(0)).cumprod()
    np.testing.assert_allclose(1 - curve["share_adopted"], survived * (1 - held[:, 0].mean()))


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (np.zeros((7, 4)), "nobody was seen to gain"),
        (np.ones((7, 4)), "nobody was seen to gain"),
        (np.full((7, 4), NAN), "ever known"),
    ],
)
def test_bass_says_why_there_is_no_curve(panel, held, reason):
    frame = bass_fit(panel, held)
    assert frame["estimate"].isna().all() and frame["reason"].str.contains(reason).all()


def test_bass_needs_three_waves():
    panel = rn.NetworkPanel.from_adjacency([TIES] * 2, behaviour={"recovery": HELD[:, :2]}, directed=True)
    assert bass_fit(panel)["reason"].str.contains("3 waves").all()


def test_only_norms_are_gained(panel):
    for measure in (rn.adoption, rn.thresholds, hazard_curve, prevalence_curve, bass_fit, infectiousness):
        with pytest.raises(SchemaError, match="holds the norm"):
            measure(panel, np.full((7, 4), 3.0))
