"""Structural equivalence, by hand and by the definition written out."""

import numpy as np
from scipy import sparse

from recoverynet.kernels.equivalence import equivalence_weights, geodesic_profiles, profile_distances


def definition(profiles):
    n = len(profiles)
    d = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            others = [k for k in range(n) if k not in (i, j)]
            d[i, j] = np.sqrt(
                (profiles[i, j] - profiles[j, i]) ** 2
                + sum((profiles[i, k] - profiles[j, k]) ** 2 for k in others)
                + sum((profiles[k, i] - profiles[k, j]) ** 2 for k in others)
            )
    return d


def test_distances_are_the_definition():
    rng = np.random.default_rng(1)
    ties = (rng.random((12, 12)) < 0.2).astype(float)
    np.fill_diagonal(ties, 0)
    profiles = geodesic_profiles(sparse.csr_array(ties), longest=None, unreachable=None)
    np.testing.assert_allclose(profile_distances(profiles), definition(profiles), atol=1e-12)


def test_people_in_the_same_position_are_at_no_distance_at_all():
    star = np.zeros((60, 60))
    star[0, 1:] = star[1:, 0] = 1
    distances = profile_distances(geodesic_profiles(sparse.csr_array(star), longest=None, unreachable=None))
    assert (distances[1:, 1:] == 0).all() and (distances[0, 1:] > 0).all()


def test_profiles_of_a_path():
    path = sparse.csr_array(np.diag(np.ones(3), 1) + np.diag(np.ones(3), -1))
    profiles = geodesic_profiles(path, longest=None, unreachable=None)
    np.testing.assert_allclose(profiles[0], [0, 1, 2, 3])
    short = geodesic_profiles(path, longest=2, unreachable=0.0)
    np.testing.assert_allclose(short[0], [0, 1, 2, 0])
    further = geodesic_profiles(path, longest=2, unreachable=None)
    np.testing.assert_allclose(further[0], [0, 1, 2, 3])


def test_two_leaves_of_a_star_are_alike():
    star = np.zeros((4, 4))
    star[0, 1:] = star[1:, 0] = 1
    weights = equivalence_weights(
        profile_distances(geodesic_profiles(sparse.csr_array(star), longest=None, unreachable=None)), power=1.0, inverse=False
    )
    # a leaf: the hub is at the largest distance and counts nothing, the two other leaves half each
    np.testing.assert_allclose(weights[1], [0, 0, 0.5, 0.5])


def test_rows_add_up_to_one_and_power_sharpens():
    distances = np.array([[0, 1.0, 2, 3], [1, 0, 2, 2], [2, 2, 0, 1], [3, 2, 1, 0]])
    plain = equivalence_weights(distances, power=1.0, inverse=False)
    np.testing.assert_allclose(plain[0], [0, 2 / 3, 1 / 3, 0])
    np.testing.assert_allclose(equivalence_weights(distances, power=2.0, inverse=False)[0], [0, 4 / 5, 1 / 5, 0])
    np.testing.assert_allclose(equivalence_weights(distances, power=1.0, inverse=True)[0], [0, 1 / 3, 2 / 3, 0])
    np.testing.assert_allclose(plain.sum(axis=1), 1.0)
