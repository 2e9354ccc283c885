"""The s50 friendship panel through from_nominations meets the figures worked by hand in R."""

import numpy as np
import pandas as pd
import pytest

from recoverynet import NetworkPanel


@pytest.fixture(scope="module")
def s50(shared) -> NetworkPanel:
    nominations = pd.read_csv(shared("data/s50/friendships.csv"), dtype={"ego_id": str, "alter_id": str})
    observations = pd.read_csv(shared("data/s50/substance_use.csv"), dtype={"person_id": str})
    return NetworkPanel.from_nominations(nominations, observations, breaks="wave")


def arcs(s50: NetworkPanel, wave: int) -> np.ndarray:
    return s50.networks[wave].toarray() > 0


def test_shape(s50):
    assert (s50.n_people, s50.n_waves, s50.directed) == (50, 3, True)
    assert s50.person_ids[0] == "s01"
    assert set(s50.behaviour) == {"alcohol", "smoking"}
    assert not np.isnan(s50.behaviour["alcohol"]).any()
    assert s50.behaviour["alcohol"][:3, 0].tolist() == [3, 2, 2]
    assert s50.waves["start"].isna().all()


def test_arcs_density_reciprocity_isolates(s50):
    every = [arcs(s50, wave) for wave in range(3)]
    assert [int(a.sum()) for a in every] == [113, 116, 122]
    assert [round(a.sum() / (50 * 49), 5) for a in every] == [0.04612, 0.04735, 0.04980]
    assert [round((a & a.T).sum() / a.sum(), 5) for a in every] == [0.69027, 0.60345, 0.73770]
    assert [int((~(a | a.T).any(axis=1)).sum()) for a in every] == [3, 2, 3]


def test_jaccard_between_waves(s50):
    found = [(arcs(s50, w) & arcs(s50, w + 1)).sum() / (arcs(s50, w) | arcs(s50, w + 1)).sum() for w in range(2)]
    np.testing.assert_array_equal(np.round(found, 5), [0.33140, 0.38372])


def test_ei_index_on_heavy_drinking_over_arcs(s50):
    heavy = s50.behaviour["alcohol"] >= 4
    found = []
    for wave in range(3):
        one, other = np.nonzero(arcs(s50, wave))
        external = (heavy[one, wave] != heavy[other, wave]).sum()
        found.append((2 * external - len(one)) / len(one))
    np.testing.assert_array_equal(np.round(found, 5), [-0.34513, -0.29310, -0.09836])


def test_mean_outgoing_exposure_of_people_with_ties(s50):
    heavy = (s50.behaviour["alcohol"] >= 4).astype(float)
    means, counts = [], []
    for wave in range(3):
        matrix = arcs(s50, wave).astype(float)
        tied = matrix.sum(axis=1) > 0
        means.append((matrix @ heavy[:, wave])[tied] / matrix.sum(axis=1)[tied])
        counts.append(int(tied.sum()))
    assert counts == [46, 47, 45]
    np.testing.assert_array_equal(np.round([m.mean() for m in means], 5), [0.45072, 0.44255, 0.45407])
