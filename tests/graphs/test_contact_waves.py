"""Panels of contacts: ties of each wave, states at its end, joiners and leavers, by hand; and breaks that are none."""

import numpy as np
import pandas as pd
import pytest

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
