"""Rows of frames and series go with the people they name, in whatever order; anything else is refused."""

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import sparse

import recoverynet as rn
from recoverynet.errors import RecoveryNetWarning, SchemaError
from recoverynet.graphs.missing_codes import codes_among
from recoverynet.measures.behaviours import behaviour_values, waves_of

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


# --- a network, a panel made by hand, and values of every type


def test_the_weights_of_a_network_go_by_their_labels():
    weights = DRAW.random((N, N)) * (1 - np.eye(N))
    plain = rn.PersonNetwork(weights, IDS, directed=True)
    shuffled = rn.PersonNetwork(turned(square(weights), 5), IDS, directed=True)
    np.testing.assert_array_equal(shuffled.weights.toarray(), plain.weights.toarray())
    people = pd.DataFrame({"age": AGE}, index=IDS).loc[IDS[::-1]]
    by_frame = rn.PersonNetwork(square(weights), people, directed=True)
    assert by_frame.person_ids.tolist() == IDS[::-1]
    np.testing.assert_array_equal(by_frame.weights.toarray(), weights[::-1, ::-1])
    np.testing.assert_array_equal(rn.PersonNetwork(pd.DataFrame(weights), IDS, directed=True).weights.toarray(), weights)
    one_way = square(weights)[IDS[::-1]]
    np.testing.assert_array_equal(rn.PersonNetwork(one_way, IDS, directed=True).weights.toarray(), weights)


def test_labels_that_count_are_ids_where_people_are_numbered_from_nothing():
    weights = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    network = rn.PersonNetwork(pd.DataFrame(weights), [2, 1, 0])
    assert network.weights.toarray().tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (square(NETWORKS[0], [f"q{number}" for number in range(N)]), "The weights: the rows name other people than there are"),
        (square(NETWORKS[0]).iloc[:-1, :-1], "1 not named, such as 'p5'"),
        (pd.DataFrame(NETWORKS[0], index=IDS), "the rows are labelled and the columns are not"),
        (square(NETWORKS[0], [*IDS[:-1], "p0"]), "name 1 people more than once"),
        ("weights", "The weights must be numbers"),
        (None, r"The weights must be 6 × 6, one row and column a person; got \(\)"),
    ],
)  # fmt: skip
def test_weights_of_others_are_refused(weights, message):
    with pytest.raises(SchemaError, match=message):
        rn.PersonNetwork(weights, IDS, directed=True)


def test_a_panel_made_by_hand_goes_by_labels():
    plain = made(False)
    turned_states = pd.DataFrame("using", index=IDS, columns=[1, 2, 3])
    turned_states.loc["p4", 2] = "abstinent"
    by_hand = rn.NetworkPanel(
        people=pd.DataFrame(index=IDS), waves=plain.waves, networks=[turned(square(each), k) for k, each in enumerate(NETWORKS)],
        behaviour={"drink": pd.DataFrame(DRINK, index=IDS, columns=[1, 2, 3]).loc[IDS[::-1], [3, 1, 2]]},
        covariates={"age": turned(pd.Series(AGE, index=IDS), 5), "sex": turned(pd.Series(list("fmfmfm"), index=IDS), 6)},
        dyadic={"near": turned(square(DISTANCE[0]), 7)}, states=turned_states.loc[IDS[::-1], [2, 1, 3]],
        groups=turned(pd.Series(HOUSE, index=IDS), 8),
    )  # fmt: skip
    for wave in range(WAVES):
        np.testing.assert_array_equal(by_hand.networks[wave].toarray(), NETWORKS[wave])
    np.testing.assert_array_equal(by_hand.behaviour["drink"], DRINK)
    np.testing.assert_array_equal(by_hand.covariates["age"], AGE)
    assert by_hand.covariates["sex"].tolist() == list("fmfmfm")
    np.testing.assert_array_equal(by_hand.dyadic["near"], DISTANCE[0])
    assert by_hand.states.loc["p4", 2] == "abstinent" and list(by_hand.states.columns) == [1, 2, 3]
    with pytest.raises(SchemaError, match="The states: the rows name other people"):
        rn.NetworkPanel(people=pd.DataFrame(index=IDS), waves=plain.waves, networks=plain.networks, states=turned_states.iloc[:-1])


@pytest.mark.parametrize(
    ("columns", "order"),
    [([1, 2, 3], [0, 1, 2]), ([3, 1, 2], [1, 2, 0]), (["3", "1", "2"], [1, 2, 0]), ([2010, 2011, 2012], [0, 1, 2]),
     (["first", "second", "third"], [0, 1, 2]), ([0, 1, 2], [0, 1, 2]), ([3.0, 1.0, 2.0], [1, 2, 0])],
)  # fmt: skip
def test_columns_numbered_as_waves_go_by_wave(columns, order):
    frame = pd.DataFrame(DRINK, index=IDS, columns=columns)
    np.testing.assert_array_equal(made(False, behaviour={"drink": frame}, present=None).behaviour["drink"], DRINK[:, order])
    np.testing.assert_array_equal(behaviour_values(made(False), frame)[1], DRINK[:, order])


def test_columns_in_no_order_of_waves_are_refused():
    with pytest.raises(SchemaError, match="2012, 2010, 2011, which is no order of waves"):
        made(False, behaviour={"drink": pd.DataFrame(DRINK, index=IDS, columns=[2012, 2010, 2011])})


FLAGS = [True, None, False, True, None, False]
SCORES = [1, None, 3, 4, None, 6]


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
@pytest.mark.parametrize(
    "values",
    [
        pd.Series(SCORES, dtype="Int64"), pd.Series(SCORES, dtype="float64"), pd.Series(SCORES, dtype=object),
        pd.Series(SCORES, dtype=pd.ArrowDtype(pa.int64())), pd.Series(SCORES, dtype="Int64").astype("category"),
        pd.Series(FLAGS, dtype="boolean"), pd.Series(FLAGS, dtype=object), pd.Series(FLAGS, dtype=pd.ArrowDtype(pa.bool_())),
        pd.Series(["1", None, "3", "4", None, "6"], dtype="string"),
    ],
    ids=lambda values: str(values.dtype),
)  # fmt: skip
def test_numbers_and_flags_of_every_type_are_numbers(values):
    """Unknown stays unknown, and numbers are no words."""
    wanted = np.array([np.nan if pd.isna(each) else float(each) for each in values])
    frame = pd.DataFrame({1: values, 2: values, 3: values}).set_axis(IDS)
    here = made(False, present=None, behaviour={"x": frame})
    np.testing.assert_array_equal(here.behaviour["x"], np.column_stack([wanted] * 3))
    np.testing.assert_array_equal(behaviour_values(here, frame)[1], np.column_stack([wanted] * 3))
    network = rn.PersonNetwork(NETWORKS[0], pd.DataFrame({"x": values.set_axis(IDS)}), directed=True)
    np.testing.assert_array_equal(waves_of(network, "x")[0].values, wanted)
    if not pd.api.types.is_string_dtype(values) or values.dtype == object:
        covariates = made(
            False, people=pd.DataFrame({"x": values.set_axis(IDS)}), covariates={"y": values.set_axis(IDS)}
        ).covariates
        np.testing.assert_array_equal(np.asarray(covariates["x"], dtype=float), wanted)
        np.testing.assert_array_equal(np.asarray(covariates["y"], dtype=float), wanted)


def test_presence_may_be_nullable():
    here = pd.DataFrame(HERE, index=IDS).astype("boolean")
    assert made(False, present=here).present.dtype == bool
    with pytest.raises(SchemaError, match="true or false"):
        made(False, present=here.astype(object).mask(~here, None))


# --- codes for missing


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([0, 1, 9], [9]), ([0, 1, 999], [999]), ([0, 1, 98, 99], [98, 99]), ([1, 2, 3, 4, 5, 99], [99]), ([0, 1, -9], [-9]),
        ([1, 2, 3, 4, 5, 9], []), ([-3, 0, -9], []), ([0.5, 1, 9], []), ([*range(20, 60), 99], []), ([0, 1, 8], []), ([], []),
        ([np.nan, 1, 77], [77]),
    ],
)  # fmt: skip
def test_what_looks_like_a_code_for_missing(values, codes):
    assert codes_among([np.array(values, dtype=float)]) == codes


@pytest.mark.parametrize("code", [9, 99, 999, 88])
def test_a_code_beside_ties_and_levels_is_said(code):
    ties = np.array([[0.0, 1, 0], [0, 0, code], [0, 1, 0]])
    with pytest.warns(RecoveryNetWarning, match=f"The networks hold {code} beside .*read as a strength"):
        rn.NetworkPanel.from_adjacency([ties, ties])
    with pytest.warns(RecoveryNetWarning, match=f"The weights hold {code}"):
        rn.PersonNetwork(ties, ["a", "b", "c"], directed=True)
    fine = np.array([[0.0, 1, 0], [0, 0, 1], [0, 0, 0]])
    with pytest.warns(RecoveryNetWarning, match=f"Behaviour 'drink' holds {code}.*read as a value"):
        rn.NetworkPanel.from_adjacency([fine, fine], behaviour={"drink": [[1, code], [2, 1], [1, 1]]})
    with pytest.warns(RecoveryNetWarning, match=f"The covariate 'sex' holds {code}"):
        rn.NetworkPanel.from_adjacency([fine, fine], covariates={"sex": [1, 2, code]})


def test_a_diagonal_that_is_refused_says_what_to_do():
    ten = np.array([[10.0, 1], [0, 10]])
    assert rn.NetworkPanel.from_adjacency([ten, ten]).networks[0].nnz == 1
    with pytest.raises(SchemaError, match=r"holds 10. np.fill_diagonal\(weights, 0\) clears it. RSiena's codes"):
        rn.PersonNetwork(ten, ["a", "b"], directed=True)
    with pytest.raises(SchemaError, match=r"first being 1; .*np.fill_diagonal\(matrix, 0\) clears it"):
        rn.NetworkPanel.from_adjacency([np.ones((2, 2))] * 2)
    with pytest.raises(SchemaError, match="first being -9; .*Replace a code for missing by NaN"):
        rn.NetworkPanel.from_adjacency([np.array([[0, -9], [0, 0]])] * 2)
