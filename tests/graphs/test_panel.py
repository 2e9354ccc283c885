"""Panels from contacts, nominations and matrices: by hand, RSiena's codes, joiners, leavers, bad input."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import recoverynet as rn
from recoverynet.errors import RecoveryNetWarning, SchemaError, TimeOrderError
from recoverynet.graphs.panel import NetworkPanel, panel

BREAKS = ["2011-03-01", "2011-04-01", "2011-05-01"]


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return rn.load_sample("five_people")


@pytest.fixture(scope="module")
def waves(record) -> NetworkPanel:
    return panel(rn.ContactGraph(record), breaks=BREAKS)


def strength(made: NetworkPanel, wave: int, one: str, other: str) -> float:
    rows = made.person_ids.get_indexer([one, other])
    return made.networks[wave - 1].toarray()[rows[0], rows[1]]


# --- from contacts -----------------------------------------------------------------------------------------


def test_ties_of_each_wave_by_hand(waves):
    # March: o1 (3 people), o2 (2), o3 (2), o4 (2); April: o5 (3), o6 (1 person known)
    assert waves.directed is False
    assert [matrix.nnz // 2 for matrix in waves.networks] == [4, 3]
    assert strength(waves, 1, "ann", "ben") == 0.5
    assert strength(waves, 1, "ann", "cat") == strength(waves, 1, "cat", "ann") == 1.5
    assert strength(waves, 1, "ben", "cat") == 1.5
    assert strength(waves, 1, "ann", "dev") == 1.0
    assert strength(waves, 2, "ann", "dev") == 0.0
    assert strength(waves, 2, "ben", "cat") == 0.5
    assert waves.at(1).n_ties == 4


def test_states_are_those_at_the_last_instant_of_the_wave(waves):
    # ann becomes abstinent on 1 April 00:00, the first instant of wave 2; ben lapses on 10 April
    assert waves.states[1].tolist() == ["using", "abstinent", "in_recovery", "unknown", "unknown"]
    assert waves.states[2].tolist() == ["abstinent", "using", "in_recovery", "unknown", "unknown"]
    np.testing.assert_array_equal(waves.behaviour["recovery"], [[0, 1], [1, 0], [1, 1], [np.nan, np.nan], [np.nan, np.nan]])
    assert waves.states.columns.tolist() == [1, 2]


def test_people_without_contact_stay(waves):
    assert waves.person_ids.tolist() == ["ann", "ben", "cat", "dev", "eve"]
    assert all(matrix.shape == (5, 5) for matrix in waves.networks)


def test_covariates_are_attributes_without_dates_and_empty_columns(waves):
    assert set(waves.covariates) == {"role", "sex", "age_band", "substance", "worker_id"}
    assert waves.covariates["sex"].tolist() == ["F", "M", "F", "M", "F"]
    assert waves.covariates["substance"].tolist() == ["opiate_crack", "opiate_crack", None, None, "other"]


def test_another_source_another_norm(record):
    made = panel(
        rn.ContactGraph(record),
        breaks=BREAKS,
        sources=["worker", "self"],
        norm=rn.Norm("less", {"reduced", "abstinent", "in_recovery", "ost_stable"}),
    )
    assert made.states.loc["ann", 2] == "reduced"
    assert list(made.behaviour) == ["less"]
    assert made.behaviour["less"][0].tolist() == [0, 1]


def test_observations_run_out(record):
    made = panel(rn.ContactGraph(record), breaks=BREAKS, valid_for="10D")
    assert made.states.loc["ann"].tolist() == ["unknown", "unknown"]


def test_joiners_and_leavers(record):
    people = record.people.copy()
    people.loc[people["person_id"] == "cat", "left_on"] = pd.Timestamp("2011-04-01", tz="Europe/London")
    people.loc[people["person_id"] == "dev", "joined_on"] = pd.Timestamp("2011-04-01", tz="Europe/London")
    changed = record.with_tables(people=people)
    with pytest.warns(RecoveryNetWarning, match="3 ties of people who were not present"):
        made = panel(rn.ContactGraph(changed), breaks=BREAKS)
    assert made.present.tolist() == [[True, True], [True, True], [True, False], [False, True], [True, True]]
    assert strength(made, 1, "ann", "dev") == 0
    assert strength(made, 2, "ann", "cat") == strength(made, 2, "ben", "cat") == 0
    assert strength(made, 2, "ann", "ben") == 0.5  # the meeting keeps its size of three
    assert np.isnan(made.behaviour["recovery"][2, 1])
    assert made.states.loc["cat"].tolist() == ["in_recovery", "unknown"]
    assert "3 ties" in made.notes[0]


def test_roles_narrow_the_people_and_not_the_weights(record):
    made = panel(rn.ContactGraph(record), breaks=BREAKS, roles=("client", "worker"))
    assert made.person_ids.tolist() == ["ann", "ben", "dev", "eve"]
    assert strength(made, 1, "ann", "ben") == 0.5
    with pytest.raises(SchemaError, match="roles may be client"):
        panel(rn.ContactGraph(record), breaks=BREAKS, roles="clients")


def test_outcomes_ride_along(record):
    made = panel(
        rn.ContactGraph(record), breaks=BREAKS, outcomes={"wellbeing.quality_of_life": None, "employment.status": {"employed"}}
    )
    np.testing.assert_array_equal(made.behaviour["wellbeing.quality_of_life"][:2], [[8, 13], [12, 12]])
    np.testing.assert_array_equal(made.behaviour["employment.status"][0], [np.nan, 1])
    with pytest.raises(SchemaError, match="'employed'"):
        panel(rn.ContactGraph(record), breaks=BREAKS, outcomes=["employment.status"])


def test_one_wave_is_a_panel(record):
    made = panel(rn.ContactGraph(record), breaks=BREAKS[:2])
    assert (made.n_waves, repr(made)) == (1, "<NetworkPanel undirected: 5 people, 1 wave, behaviour: recovery>")


def test_all_states_unknown_no_occasion_no_people(record):
    nobody_looked = panel(rn.ContactGraph(record), record.observations.iloc[:0], breaks=BREAKS)
    assert np.isnan(nobody_looked.behaviour["recovery"]).all()
    assert (nobody_looked.states == "unknown").all(axis=None)
    no_contact = rn.RecoveryRecord(record.people, record.occasions.iloc[:0], record.participation.iloc[:0])
    with pytest.warns(RecoveryNetWarning, match="Wave 1 holds no tie"):
        assert panel(rn.ContactGraph(no_contact), breaks=BREAKS).networks[0].nnz == 0
    empty = rn.RecoveryRecord(record.people.iloc[:0], record.occasions.iloc[:0], record.participation.iloc[:0])
    with pytest.warns(RecoveryNetWarning):
        assert panel(rn.ContactGraph(empty), breaks=BREAKS).n_people == 0


@pytest.mark.parametrize(
    ("breaks", "error", "message"),
    [
        (["2011-04-01", "2011-03-01"], TimeOrderError, "break 1 is 2011-04-01"),
        (["2011-04-01", "2011-04-01"], TimeOrderError, "must follow each other"),
        (["2011-04-01"], SchemaError, "two breaks or more"),
        ([], SchemaError, "two breaks or more"),
        ("2011-04-01", SchemaError, "two or more instants"),
        (["2011-03-01", "in spring"], SchemaError, "'in spring' is not a date"),
    ],
)
def test_bad_breaks(record, breaks, error, message):
    with pytest.raises(error, match=message):
        panel(rn.ContactGraph(record), breaks=breaks)


# --- from nominations --------------------------------------------------------------------------------------


def nominations(*rows: tuple, columns=("wave", "ego_id", "alter_id")) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns))


def test_numbered_waves_and_weights():
    named = nominations(
        (1, "a", "b", 2.0),
        (1, "b", "a", np.nan),
        (2, "a", "c", 0.0),
        (2, "c", "b", 5.0),
        columns=("wave", "ego_id", "alter_id", "weight"),
    )
    seen = pd.DataFrame(
        {"person_id": ["a", "b", "c", "d"], "wave": [1, 1, 2, 2], "variable": "drink", "value": ["1", "2", "3", "4"]}
    )
    made = NetworkPanel.from_nominations(named, seen, breaks="wave")
    assert made.person_ids.tolist() == ["a", "b", "c", "d"]
    assert made.networks[0].toarray()[:2, :2].tolist() == [[0, 2], [1, 0]]
    assert made.networks[1].nnz == 1  # a weight of 0 is no tie
    assert made.networks[1].toarray()[2, 1] == 5
    np.testing.assert_array_equal(made.behaviour["drink"], [[1, np.nan], [2, np.nan], [np.nan, 3], [np.nan, 4]])


def test_dated_waves_third_parties_and_the_norm(record):
    with pytest.warns(RecoveryNetWarning, match="no part of it: 1"):
        made = NetworkPanel.from_nominations(
            record.nominations,
            record.observations,
            breaks=BREAKS,
            norm=rn.Norm("recovery", {"abstinent", "in_recovery"}),
            people=record.people,
        )
    assert made.directed
    assert [matrix.nnz for matrix in made.networks] == [3, 0]
    assert made.behaviour["recovery"][:, 0].tolist()[:3] == [0, 1, 1]
    # a value counts at the wave it was observed in and no longer
    assert made.states[2].tolist() == ["abstinent", "using", "unknown", "unknown", "unknown"]
    assert made.behaviour["wellbeing.quality_of_life"][0].tolist() == [8, 13]
    assert made.covariates["role"].tolist() == ["client", "client", "peer", "worker", "client"]


def test_default_people_are_those_who_name_or_are_observed(record):
    with pytest.warns(RecoveryNetWarning):
        made = NetworkPanel.from_nominations(record.nominations, record.observations, breaks=BREAKS)
    assert made.person_ids.tolist() == ["ann", "ben", "cat"]


def test_the_last_naming_of_a_wave_gives_the_weight_and_relations_can_be_chosen():
    when = pd.to_datetime(["2011-03-02", "2011-03-20", "2011-03-20", "2011-03-05"]).tz_localize("Europe/London")
    named = pd.DataFrame(
        {
            "ego_id": ["a", "a", "a", "b"],
            "alter_id": ["b", "b", "b", "a"],
            "asked_at": when,
            "relation": ["friend", "friend", "sponsor", "friend"],
            "weight": [9.0, 1.0, 2.0, 3.0],
        }
    )
    made = NetworkPanel.from_nominations(named, breaks=BREAKS[:2])
    assert made.networks[0].toarray().tolist() == [[0, 2], [3, 0]]
    with pytest.warns(RecoveryNetWarning, match="of another relation, left out: 1"):
        friends = NetworkPanel.from_nominations(named, breaks=BREAKS[:2], relation="friend")
    assert friends.networks[0].toarray().tolist() == [[0, 1], [3, 0]]


def test_row_order_does_not_matter():
    rng = np.random.default_rng(3)
    named = pd.DataFrame(
        {
            "wave": rng.integers(1, 3, 60),
            "ego_id": rng.choice(list("abcde"), 60),
            "alter_id": rng.choice(list("fghij"), 60),
            "weight": rng.integers(1, 5, 60).astype(float),
        }
    )
    people = list("abcdefghij")
    one = NetworkPanel.from_nominations(named, breaks="wave", people=people)
    other = NetworkPanel.from_nominations(named.sample(frac=1, random_state=1), breaks="wave", people=people)
    for first, second in zip(one.networks, other.networks, strict=True):
        assert (first != second).nnz == 0


def test_observations_of_two_sources_at_one_wave_by_priority():
    seen = pd.DataFrame({"person_id": "a", "wave": 1, "variable": "drink", "value": ["1", "2"], "source": ["worker", "self"]})
    made = NetworkPanel.from_nominations(nominations((1, "a", "b"), (1, "b", "a")), seen, breaks="wave")
    assert made.behaviour["drink"][0, 0] == 2


def test_a_norm_without_states_is_unknown_and_says_so():
    with pytest.warns(RecoveryNetWarning, match="Nobody's state"):
        made = NetworkPanel.from_nominations(
            nominations((1, "a", "b"), (1, "b", "a")), breaks="wave", norm=rn.Norm("recovery", {"abstinent"})
        )
    assert np.isnan(made.behaviour["recovery"]).all()


@pytest.mark.parametrize(
    ("frame", "seen", "message"),
    [
        (nominations((0, "a", "b")), None, "count 1, 2, 3"),
        (nominations((1.5, "a", "b")), None, "count 1, 2, 3"),
        (nominations(("a", "b"), columns=("ego_id", "alter_id")), None, "needs a column 'wave'"),
        (nominations((1, "a", "a")), None, "name the person who makes them"),
        (nominations((1, "a", None)), None, "some rows lack one"),
        (nominations((1, "a"), columns=("wave", "ego_id")), None, "need alter_id"),
        (nominations((1, "a", "b", -1.0), columns=("wave", "ego_id", "alter_id", "weight")), None, "0 or more"),
        (
            nominations((1, "a", "b")),
            pd.DataFrame({"person_id": ["a", "b"], "wave": [1, 1], "variable": "drink", "value": ["3", "lots"]}),
            "'lots'",
        ),
        (nominations((1, "a", "b")), pd.DataFrame({"person_id": ["a"], "wave": [1], "value": ["3"]}), "need variable"),
    ],
)
def test_bad_nominations(frame, seen, message):
    with pytest.raises(SchemaError, match=message):
        NetworkPanel.from_nominations(frame, seen, breaks="wave")


def test_naive_instants_are_refused(record):
    naive = record.nominations.assign(asked_at=record.nominations["asked_at"].dt.tz_localize(None))
    with pytest.raises(SchemaError, match="time zone"):
        NetworkPanel.from_nominations(naive, breaks=BREAKS)


def test_a_wave_nobody_is_named_in_is_empty_and_said():
    with pytest.warns(RecoveryNetWarning, match="Wave 2 holds no tie"):
        made = NetworkPanel.from_nominations(nominations((1, "a", "b"), (1, "b", "a"), (3, "a", "b")), breaks="wave")
    assert [matrix.nnz for matrix in made.networks] == [2, 0, 1]


# --- from matrices -----------------------------------------------------------------------------------------

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


# --- the object itself -------------------------------------------------------------------------------------


def test_waves_out_of_order_are_refused():
    made = NetworkPanel.from_adjacency([np.array([[0, 1], [0, 0]])] * 2)
    stamps = pd.to_datetime(["2011-03-01", "2011-02-01"]).tz_localize("UTC")
    waves = pd.DataFrame({"start": stamps, "end": stamps + pd.Timedelta("10D")})
    with pytest.raises(TimeOrderError, match="follow each other"):
        NetworkPanel(made.people, waves, made.networks)


def test_a_panel_by_hand_is_checked():
    made = NetworkPanel.from_adjacency([np.array([[0, 1], [0, 0]])])
    with pytest.raises(SchemaError, match="not present"):
        NetworkPanel(made.people, made.waves, made.networks, present=np.array([[True], [False]]))
    with pytest.raises(SchemaError, match="one network a wave"):
        NetworkPanel(made.people, made.waves, made.networks * 2)
    with pytest.raises(SchemaError, match="waves 1 to 1; there is no wave 0"):
        made.at(0)
