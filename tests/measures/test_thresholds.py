"""Exposure at the first gain, and who gained early and late, by hand and by going through a panel person by person."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError
from recoverynet.measures.thresholds import adopter_categories

NAN = np.nan


def numbers(column):
    return column.astype("Float64").to_numpy(dtype=float, na_value=NAN)


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


def test_thresholds_need_something_before(panel):
    ties, held = panel.networks[0].toarray(), panel.behaviour["recovery"]
    single = rn.NetworkPanel.from_adjacency([ties], behaviour={"recovery": held[:, :1]}, directed=True)
    with pytest.raises(NotEstimableError):
        rn.thresholds(single)


def test_adopter_categories(panel):
    frame = adopter_categories(panel)
    # waves 2, 1, 3, 2, 4: mean 2.4, sd 1.14
    assert frame["timing"].tolist() == ["early majority", "earliest", "late majority", NAN, NAN, "early majority", "latest"]
    # thresholds 1/2, 2/3, 1: mean .72, sd .25
    assert frame["threshold_level"].tolist() == ["low", NAN, "low", NAN, NAN, NAN, "very high"]
    nobody = adopter_categories(panel, np.zeros((7, 4)))
    assert nobody["timing"].cat.ordered and nobody["timing"].isna().all() and nobody["threshold_level"].isna().all()


@pytest.mark.parametrize("lag", [0, 1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_a_threshold_is_the_weighted_share_of_contacts_who_held_it_so_many_waves_before(seed, lag):
    rng = np.random.default_rng(seed)
    ties = rng.integers(1, 4, (4, 12, 12)) * (rng.random((4, 12, 12)) < 0.3) * (1 - np.eye(12))
    held = np.where(rng.random((12, 4)) < 0.2, NAN, rng.random((12, 4)) < 0.4)
    frame = rn.thresholds(
        rn.NetworkPanel.from_adjacency(list(ties), behaviour={"recovery": held}, directed=True),
        lag=lag, weighted=True, left_censored=True,
    )  # fmt: skip
    expected = np.full(12, NAN)
    for i in range(12):
        gained = [w for w in range(4) if held[i, w] == 1]
        if gained and gained[0] >= lag:
            w = gained[0] - lag
            known = [j for j in range(12) if ties[w, i, j] and np.isfinite(held[j, w])]
            if known:
                expected[i] = sum(ties[w, i, j] * held[j, w] for j in known) / sum(ties[w, i, j] for j in known)
    np.testing.assert_allclose(frame["threshold"], expected)


def test_a_value_on_a_cut_falls_below_it_and_one_person_alone_is_earliest():
    """Waves 1, 2 and 3 have mean 2 and, as a sample, sd 1: every one of them lies on a cut."""
    ring = [np.roll(np.eye(3), 1, axis=1)] * 4
    held = np.array([[1.0, 1, 1, 1], [0, 1, 1, 1], [0, 0, 1, 1]])
    panel = rn.NetworkPanel.from_adjacency(ring, behaviour={"recovery": held}, directed=True)
    timing = adopter_categories(panel)["timing"]
    assert timing.tolist() == ["earliest", "early majority", "late majority"] and timing.cat.ordered
    alone = adopter_categories(panel, np.where(np.arange(3)[:, None] == 1, held, 0.0))
    assert pd.isna(alone["timing"].iloc[0]) and alone["timing"].iloc[1] == "earliest"
