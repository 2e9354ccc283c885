"""Rows of frames and series go with the people they name, in whatever order; anything else is refused."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import recoverynet as rn
from recoverynet.errors import SchemaError

N, WAVES = 6, 3
IDS = [f"p{number}" for number in range(N)]
DRAW = np.random.default_rng(4)
NETWORKS = [(DRAW.random((N, N)) < 0.4) * (1.0 - np.eye(N)) for _ in range(WAVES)]
DRINK, AGE = DRAW.integers(1, 6, (N, WAVES)), DRAW.integers(20, 60, N)
DISTANCE, HERE = DRAW.random((WAVES, N, N)), np.ones((N, WAVES), dtype=bool)
HERE[2, 0] = False
HOUSE = ["a"] * N


def square(matrix, ids=IDS):
    return pd.DataFrame(matrix, index=ids, columns=ids)


def turned(frame, seed):
    """The same frame or series with its rows (and columns of ids) in another order."""
    order = np.random.default_rng(seed).permutation(IDS)
    frame = frame.loc[order]
    return frame[order] if isinstance(frame, pd.DataFrame) and list(frame.columns) != list(range(WAVES)) else frame


def made(shuffled, **changes):
    put = turned if shuffled else lambda frame, seed: frame
    given = {
        "networks": [put(square(each), wave) for wave, each in enumerate(NETWORKS)],
        "behaviour": {"drink": put(pd.DataFrame(DRINK, index=IDS), 11)},
        "covariates": {"age": put(pd.Series(AGE, index=IDS), 12)},
        "dyadic": {"near": put(square(DISTANCE[0]), 13), "met": [put(square(each), 14 + k) for k, each in enumerate(DISTANCE)]},
        "present": put(pd.DataFrame(HERE, index=IDS), 20), "groups": put(pd.Series(HOUSE, index=IDS), 21), "people": IDS,
    }  # fmt: skip
    given.update(changes)
    return rn.NetworkPanel.from_adjacency(given.pop("networks"), **given)


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
def test_order_of_rows_changes_nothing():
    plain, shuffled = made(False), made(True)
    assert list(shuffled.person_ids) == IDS
    for wave in range(WAVES):
        np.testing.assert_array_equal(shuffled.networks[wave].toarray(), plain.networks[wave].toarray())
    np.testing.assert_array_equal(shuffled.behaviour["drink"], np.where(HERE, DRINK, np.nan))
    np.testing.assert_array_equal(shuffled.covariates["age"], AGE)
    np.testing.assert_array_equal(shuffled.dyadic["near"], DISTANCE[0])
    np.testing.assert_array_equal(shuffled.dyadic["met"], DISTANCE)
    np.testing.assert_array_equal(shuffled.present, HERE)


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
def test_people_are_those_of_the_first_labelled_network():
    panel = made(True, people=None, networks=[NETWORKS[0], *[turned(square(each), 3) for each in NETWORKS[1:]]])
    assert list(panel.person_ids) == list(turned(square(NETWORKS[1]), 3).index)
    assert panel.covariates["age"][list(panel.person_ids).index("p2")] == AGE[2]


def test_counting_labels_go_by_place():
    panel = rn.NetworkPanel.from_adjacency([pd.DataFrame(NETWORKS[0])] * 2, people=IDS, covariates={"age": pd.Series(AGE)})
    assert list(panel.person_ids) == IDS and panel.covariates["age"].tolist() == AGE.tolist()


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"covariates": {"age": pd.Series(AGE, index=[*IDS[:-1], "q"])}}, "'age': the rows name other people than there are: "
         "1 not among them, such as 'q'. 1 not named, such as 'p5'. Give people= the ids"),
        ({"covariates": {"age": pd.Series(AGE[:-1], index=IDS[:-1])}}, "1 not named, such as 'p5'"),
        ({"behaviour": {"drink": pd.DataFrame(DRINK, index=[*IDS[:-1], "p0"])}}, "'drink': the rows name 1 people more than "
         "once, the first being 'p0'"),
        ({"dyadic": {"near": pd.DataFrame(DISTANCE[0], index=IDS)}}, "the rows are labelled and the columns are not"),
        ({"dyadic": {"near": [DISTANCE[0], DISTANCE[1][:2]]}}, "one matrix a wave, all of one size"),
        ({"dyadic": {"near": DISTANCE[:2]}}, "must be 6 × 6 or 3 × 6 × 6; got 2 × 6 × 6"),
        ({"networks": [square(NETWORKS[0]), square(NETWORKS[1], [f"q{n}" for n in range(N)])]}, "The network of wave 2: the rows"),
        ({"people": None, "networks": NETWORKS}, "Give people= the ids in the order of the matrices"),
        ({"networks": dict(enumerate(NETWORKS))}, "a sequence of matrices, one a wave, in order; got a dict"),
        ({"behaviour": DRINK}, "behaviour maps names to values, as in behaviour={'drink': (n, waves)}; got a ndarray"),
        ({"covariates": [AGE]}, "covariates maps names to values"),
        ({"behaviour": {1: DRINK}}, "Names in behaviour are words"),
        ({"covariates": {"drink": AGE}}, "'drink' is the name of a behaviour and of a covariate"),
        ({"network": "drink"}, "'drink' is the name of a behaviour and of the network"),
        ({"network": 3}, "network is the name of the network, such as 'friend'; got 3"),
    ],
)  # fmt: skip
def test_other_labels_and_names_are_refused(changes, message):
    with pytest.raises(SchemaError, match=re.escape(message)):
        made(False, **changes)


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
def test_a_covariate_of_pairs_may_change():
    panel = made(False, dyadic={"met": [sparse.csr_array(each) for each in DISTANCE], "near": DISTANCE})
    np.testing.assert_array_equal(panel.dyadic["met"], DISTANCE)
    np.testing.assert_array_equal(panel.dyadic["near"], DISTANCE)
