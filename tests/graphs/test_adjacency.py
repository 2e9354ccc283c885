"""Panels of matrices: RSiena's codes, strengths, direction, what rides along, and bad input."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from recoverynet.errors import RecoveryNetWarning, SchemaError
from recoverynet.graphs.panel import NetworkPanel

NAN = np.nan


def test_rsiena_codes():
    one = np.array([[10, 11, 10, NAN], [1, 0, 0, 0], [0, 1, NAN, 0], [0, 0, 0, 0]])
    made = NetworkPanel.from_adjacency([one, (one == 1) * 1.0])
    assert made.directed
    assert made.networks[0].toarray().tolist() == [[0, 1, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert np.argwhere(made.structural[0].toarray()).tolist() == [[0, 1], [0, 2]]
    assert np.argwhere(made.missing[0].toarray()).tolist() == [[0, 3]]
    assert made.structural[1].nnz == made.missing[1].nnz == 0
    assert made.person_ids.tolist() == ["1", "2", "3", "4"]
    assert made.waves["start"].isna().all()


def test_sparse_frames_and_dense_read_the_same():
    dense = np.array([[0, 11, NAN], [1, 0, 10], [0, 0, 0]])
    forms = [dense, sparse.csr_array(dense), sparse.coo_matrix(dense), pd.DataFrame(dense)]
    panels = [NetworkPanel.from_adjacency([form, form]) for form in forms]
    for made in panels[1:]:
        for name in ("networks", "missing", "structural"):
            np.testing.assert_array_equal(getattr(made, name)[0].toarray(), getattr(panels[0], name)[0].toarray())


def test_valued_networks_keep_ten_and_eleven_as_strengths():
    valued = np.array([[0, 10, 3], [0, 0, 0], [0, 0, 0]])
    with pytest.warns(RecoveryNetWarning, match="read as strengths"):
        made = NetworkPanel.from_adjacency([valued])
    assert made.networks[0].toarray()[0].tolist() == [0, 10, 3]
    assert made.structural[0].nnz == 0
    with pytest.warns(RecoveryNetWarning, match="missing in Siena|Siena's data files use for missing"):
        NetworkPanel.from_adjacency([np.array([[0, 9], [1, 0]])])


def test_directed_is_inferred_and_can_be_said():
    symmetric = np.array([[0, 1, NAN], [1, 0, 0], [NAN, 0, 0]])
    assert NetworkPanel.from_adjacency([symmetric]).directed is False
    assert NetworkPanel.from_adjacency([symmetric], directed=True).directed is True
    with pytest.warns(RecoveryNetWarning, match="Wave 1 holds no tie"):
        assert NetworkPanel.from_adjacency([np.zeros((2, 2))]).directed is True
    with pytest.raises(SchemaError, match="symmetric"):
        NetworkPanel.from_adjacency([np.array([[0, 1], [0, 0]])], directed=False)


def test_everything_rides_along():
    tie = np.array([[0, 1], [0, 0]])
    people = pd.DataFrame({"sex": ["F", None]}, index=pd.Index(["x", "y"], name="person_id"))
    made = NetworkPanel.from_adjacency(
        [tie, tie.T],
        network="friendship",
        behaviour={"drink": [[1, 2], [NAN, 3]]},
        people=people,
        covariates={"age": [30, 40], "housed": [[0, 1], [1, 1]]},
        dyadic={"distance": sparse.csr_array(tie)},
        groups=["house", "house"],
    )
    assert made.network == "friendship"
    assert set(made.covariates) == {"sex", "age", "housed"}
    assert made.covariates["sex"].tolist() == ["F", None]
    assert made.dyadic["distance"].tolist() == [[0, 1], [0, 0]]
    np.testing.assert_array_equal(made.behaviour["drink"], [[1, 2], [NAN, 3]])


def test_absent_people_lose_ties_and_behaviour():
    full = np.array([[0, 1, 11], [1, 0, NAN], [1, 1, 0]])
    with pytest.warns(RecoveryNetWarning, match="3 ties of people who were not present"):
        made = NetworkPanel.from_adjacency([full, full], present=[[1, 1], [1, 1], [1, 0]], behaviour={"drink": np.ones((3, 2))})
    assert made.networks[0].nnz == 5
    assert made.networks[1].toarray().tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert made.missing[1].nnz == made.structural[1].nnz == 0
    assert np.isnan(made.behaviour["drink"][2, 1])


@pytest.mark.parametrize(
    ("networks", "arguments", "message"),
    [
        ([], {}, "got none people"),
        ([np.zeros((2, 3))], {}, "must be square"),
        ([np.zeros((2, 2)), np.zeros((3, 3))], {}, "all of one size; got 2, 3"),
        (np.zeros((2, 2)), {}, "put a single one into a list"),
        ([[["a", "b"], ["c", "d"]]], {}, "matrix of numbers"),
        ([np.array([[0, -1], [0, 0]])], {}, "negative"),
        ([np.array([[0, np.inf], [0, 0]])], {}, "infinite"),
        ([np.eye(2)], {}, "diagonal"),
        ([np.zeros((2, 2))], {"people": ["a"]}, "2 people; 1 are named"),
        ([np.zeros((2, 2))], {"people": ["a", "a"]}, "more than once"),
        ([np.zeros((2, 2))], {"behaviour": {"drink": [1, 2]}}, "Behaviour 'drink' must be 2 × 1; got 2"),
        ([np.zeros((2, 2))], {"behaviour": {"drink": [["a"], ["b"]]}}, "Behaviour 'drink' must be numbers, NaN where unknown"),
        ([np.zeros((2, 2))], {"covariates": {"sex": ["F"]}}, "covariate 'sex'"),
        ([np.zeros((2, 2))], {"dyadic": {"distance": np.zeros((3, 3))}}, "must be 2 × 2 or 1 × 2 × 2; got 3 × 3"),
        ([np.zeros((2, 2))], {"present": [[1], [2]]}, "true or false"),
        ([np.array([[0, 1], [0, 0]])], {"groups": ["a", "b"]}, "1 ties between groups"),
    ],
)
def test_bad_matrices(networks, arguments, message):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecoveryNetWarning)
        with pytest.raises(SchemaError, match=message):
            NetworkPanel.from_adjacency(networks, **arguments)


def test_every_name_means_one_thing():
    ties = np.array([[0, 1], [1, 0]])
    for name in ("", 3):
        with pytest.raises(SchemaError, match="network is the name of the network"):
            NetworkPanel.from_adjacency([ties], network=name)
    with pytest.raises(SchemaError, match="'friend' is the name of a behaviour and of the network"):
        NetworkPanel.from_adjacency([ties], network="friend", behaviour={"friend": [[1], [2]]})
    with pytest.raises(SchemaError, match="'age' is the name of a behaviour and of a covariate"):
        NetworkPanel.from_adjacency([ties], behaviour={"age": [[1], [2]]}, covariates={"age": [1, 2]})
    with pytest.raises(SchemaError, match="directed is True or False; got 'yes'"):
        NetworkPanel.from_adjacency([ties], directed="yes")


def test_a_fault_is_told_with_its_wave_and_a_single_frame_is_no_sequence():
    fine, wrong = np.array([[0, 1], [1, 0]]), np.array([[0, -2], [0, 0]])
    with pytest.raises(SchemaError, match="network of wave 2 holds 1 negative"):
        NetworkPanel.from_adjacency([fine, wrong])
    for single in (pd.DataFrame(fine), sparse.csr_array(fine)):
        with pytest.raises(SchemaError, match="put a single one into a list"):
            NetworkPanel.from_adjacency(single)
    for strange in ({"a": fine}, "ties", 3):
        with pytest.raises(SchemaError, match="sequence of matrices"):
            NetworkPanel.from_adjacency(strange)


def test_what_is_missing_in_a_frame_of_whole_numbers_is_unknown():
    frame = pd.DataFrame({0: [0, 1], 1: [None, 0]}, dtype="Int64")
    made = NetworkPanel.from_adjacency([frame])
    assert made.missing[0].toarray().tolist() == [[False, True], [False, False]] and made.networks[0].nnz == 1
