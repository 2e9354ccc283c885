"""Panels of nominations: waves numbered and dated, who counts as named, the last naming of a wave, and bad input."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import RecoveryNetWarning, SchemaError, UnknownPersonError
from recoverynet.graphs.panel import NetworkPanel

BREAKS = ["2011-03-01", "2011-04-01", "2011-05-01"]


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return rn.load_sample("five_people")


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


def test_what_was_left_out_is_counted_by_why():
    """The panel is of a and b: x is named three times, twice at wave 1; y names a; a row of work is of another relation."""
    named = nominations(
        (1, "a", "b", "friend"),
        (1, "a", "x", "friend"),
        (1, "b", "x", "friend"),
        (2, "b", "x", "friend"),
        (2, "y", "a", "friend"),
        (1, "b", "z", "work"),
        columns=("wave", "ego_id", "alter_id", "relation"),
    )
    with pytest.warns(RecoveryNetWarning):
        made = NetworkPanel.from_nominations(named, breaks="wave", people=["a", "b"], relation="friend")
    assert [network.nnz for network in made.networks] == [1, 0]
    said = " ".join(made.notes)
    assert "no part of it: 1 (nominations left out: 3)" in said
    assert "by people outside the panel, left out: 1." in said and "of another relation, left out: 1." in said
    whole = NetworkPanel.from_nominations(nominations((1, "a", "b"), (1, "b", "a")), breaks="wave")
    assert whole.notes == () or not [note for note in whole.notes if "left out" in note]


def test_people_nobody_knows_are_another_list():
    named = nominations((1, "a", "b"), (1, "b", "a"))
    with pytest.raises(UnknownPersonError, match="Nobody in the nominations is among the people of the panel"):
        NetworkPanel.from_nominations(named, breaks="wave", people=["x", "y"])
    seen = pd.DataFrame({"person_id": ["q"], "wave": [1], "variable": "drink", "value": ["1"]})
    with pytest.raises(UnknownPersonError, match="Nobody in the observations is among the people of the panel"):
        NetworkPanel.from_nominations(named, seen, breaks="wave", people=["a", "b"])
    numbered = seen.assign(person_id=["0017"])
    with pytest.raises(UnknownPersonError, match="the people of the nominations"):
        NetworkPanel.from_nominations(named, numbered, breaks="wave")


def test_without_a_row_nobody_knows_how_many_waves_there_are():
    with pytest.raises(SchemaError, match="neither a nomination nor an observation"):
        NetworkPanel.from_nominations(nominations((1, "a", "b")).iloc[:0], breaks="wave")


def test_states_are_used_with_a_norm_and_words_that_are_no_numbers_are_no_behaviour():
    seen = pd.DataFrame(
        [("a", "state", "abstinent"), ("b", "state", "using"), ("a", "drink", "3"), ("b", "mood", "fine")],
        columns=["person_id", "variable", "value"],
    ).assign(wave=1)
    named = nominations((1, "a", "b"), (1, "b", "a"))
    with pytest.warns(RecoveryNetWarning):
        plain = NetworkPanel.from_nominations(named, seen, breaks="wave")
    assert set(plain.behaviour) == {"drink"} and plain.states is None
    said = " ".join(plain.notes)
    assert "States were observed; name a norm" in said and "'mood' holds no numbers" in said
    with pytest.warns(RecoveryNetWarning):
        told = NetworkPanel.from_nominations(named, seen, breaks="wave", norm=rn.Norm("recovery", {"abstinent"}))
    assert set(told.behaviour) == {"drink", "recovery"} and told.behaviour["recovery"][:, 0].tolist() == [1, 0]
