"""What a panel is asked with: placebos however they are written, covariates that vary, and surroundings wave by wave, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.spread.spread_terms import PlaceboOutcome, adjusted_for, read_placebo, surroundings_of, with_placebo

NAN = np.nan
TZ = "Europe/London"
PEOPLE = ["a", "b", "c", "d"]


def record(*, groups: pd.DataFrame | None = None, met: list[tuple] = [], episodes: list[tuple] = []) -> rn.RecoveryRecord:  # noqa: B006
    seen = pd.DataFrame(
        [("a", "home", "own"), ("b", "home", "rent"), ("c", "home", "street"), ("a", "score", "3"), ("b", "score", "8"),
         ("a", "mixed", "3"), ("b", "mixed", "many"), ("a", "state", "using")],
        columns=["person_id", "variable", "value"],
    ).assign(observed_at="2011-01-15", source="self")  # fmt: skip
    columns = ["person_id", "provider", "started_on", "ended_on"]
    return rn.RecoveryRecord(
        pd.DataFrame({"person_id": PEOPLE, "role": "client"}),
        pd.DataFrame([(f"o{n}", when, "meeting", group) for n, (when, group, _) in enumerate(met)],
                     columns=["occasion_id", "started_at", "kind", "group_id"]),
        pd.DataFrame([(f"o{n}", who) for n, (*_, there) in enumerate(met) for who in there], columns=["occasion_id", "person_id"]),
        observations=seen,
        groups=groups,
        episodes=pd.DataFrame(episodes, columns=columns) if episodes else None,
        window=("2011-01-01", "2011-04-01"),
        tz=TZ,
    )  # fmt: skip


def waves_of(**covariates: object) -> NetworkPanel:
    """January, February and March, of people who name one another round."""
    breaks = pd.DatetimeIndex(["2011-01-01", "2011-02-01", "2011-03-01", "2011-04-01"], tz=TZ)
    made = NetworkPanel.from_adjacency([np.roll(np.eye(4), 1, axis=1)] * 3, people=PEOPLE, covariates=covariates, directed=True)
    return replace(made, waves=pd.DataFrame({"start": breaks[:-1], "end": breaks[1:]}, index=made.waves.index))


@pytest.mark.parametrize(
    ("given", "variable", "counted", "least"),
    [
        ("home=own", "home", ("own",), None),
        (" home = rent , own ", "home", ("own", "rent"), None),
        ({"home": "own"}, "home", ("own",), None),
        ({"home": ["rent", "own"]}, "home", ("own", "rent"), None),
        ("score>=4.5", "score", None, 4.5),
        ("score", "score", None, None),
        ({"score": np.int64(3)}, "score", None, 3.0),
        ({"score": None}, "score", None, None),
    ],
)
def test_a_placebo_is_read_however_it_is_written(given: object, variable: str, counted: object, least: object) -> None:
    found = read_placebo(record(), given)  # type: ignore[arg-type]
    assert found == PlaceboOutcome(variable, words_counted=counted, least=least)  # type: ignore[arg-type]
    assert read_placebo(record(), None) is None


def test_it_is_called_by_what_counts() -> None:
    assert PlaceboOutcome("home", ("own", "rent")).name == "home = own or rent"
    assert PlaceboOutcome("score").name == "score ≥ median" and PlaceboOutcome("score", least=4.0).name == "score ≥ 4"


def test_a_number_counts_from_the_least_on_and_without_one_from_the_median() -> None:
    """Known are 1, 2, 4 and 9: the median is 3."""
    values = np.array([[1.0, 2, NAN], [4, 9, NAN], [NAN] * 3, [NAN] * 3])
    panel = replace(waves_of(), behaviour={"norm": np.zeros((4, 3)), "score": values})
    for least, expected in ((None, [0, 0, NAN, 1, 1, NAN]), (2.0, [0, 1, NAN, 1, 1, NAN]), (9.0, [0, 0, NAN, 0, 1, NAN])):
        made = with_placebo(panel, PlaceboOutcome("score", least=least))
        name = PlaceboOutcome("score", least=least).name
        assert list(made.behaviour) == ["norm", name]
        np.testing.assert_array_equal(made.behaviour[name][:2].ravel(), expected)
    words = with_placebo(panel, PlaceboOutcome("score", ("own",)))
    np.testing.assert_array_equal(words.behaviour["score = own"], values), "words were counted before"
    assert with_placebo(panel, None) is panel
    nothing = replace(panel, behaviour={"score": np.full((4, 3), NAN)})
    assert np.isnan(with_placebo(nothing, PlaceboOutcome("score")).behaviour["score ≥ median"]).all()


def test_the_usual_covariates_are_adjusted_for_where_they_vary_and_are_filled_in() -> None:
    """Four of five people are enough; three are not."""
    people = [f"p{number}" for number in range(5)]
    sex = np.array(["F", "M", "F", "M", None], dtype=object)
    age = np.array(["x", "y", "x", None, None], dtype=object)
    made = NetworkPanel.from_adjacency(
        [np.roll(np.eye(5), 1, axis=1)] * 2, people=people, directed=True,
        covariates={"sex": sex, "age_band": age, "role": np.array(["client"] * 5, dtype=object), "other": np.arange(5.0)},
    )  # fmt: skip
    assert adjusted_for(made, None) == ("sex",)
    assert adjusted_for(made, ["other", "age_band"]) == ("other", "age_band") and adjusted_for(made, "sex") == ("sex",)
    assert adjusted_for(made, ()) == ()
    with pytest.raises(SchemaError, match="'height'"):
        adjusted_for(made, ["height", "sex"])


def test_the_provider_is_that_of_the_episode_that_overlaps_the_wave_the_last_begun_where_there_are_several() -> None:
    episodes = [
        ("a", "North", "2011-01-20", "2011-02-01"),  # over as February begins
        ("a", "South", "2011-03-31", None),
        ("b", "North", "2010-05-01", None), ("b", "South", "2011-02-10", "2011-02-20"),
        ("c", None, "2011-01-01", None), ("d", "North", "2011-04-01", None),
    ]  # fmt: skip
    found = surroundings_of(record(episodes=episodes), waves_of(), ["provider"])["provider"]
    no = "not in treatment"
    assert found.tolist() == [["North", no, "South"], ["North", "South", "North"], [no] * 3, [no] * 3]


GROUPS = pd.DataFrame(
    {"group_id": ["g1", "g2", "g3"], "name": ["A", "B", "C"], "kind": "mutual_aid", "norm": ["recovery", "using", None]}
)
MET = [
    ("2011-01-05", "g2", "ab"), ("2011-01-31 23:30", "g2", "a"), ("2011-01-12", "g1", "ab"), ("2011-02-01", "g1", "a"),
    ("2011-02-02", "g3", "c"), ("2011-02-03", None, "d"),
]  # fmt: skip


def test_the_main_group_is_gone_to_most_often_in_the_wave_and_the_first_by_id_where_two_tie() -> None:
    found = surroundings_of(record(groups=GROUPS, met=MET), waves_of(), ["main_group", "group_norm"])
    no = "no group"
    assert found["main_group"].tolist() == [["g2", "g1", no], ["g1", no, no], [no, "g3", no], [no] * 3]
    norms = [["using", "recovery", no], ["recovery", no, no], [no, "unknown", no], [no] * 3]
    assert found["group_norm"].tolist() == norms


def test_usual_surroundings_are_taken_where_people_stand_in_more_than_one_beside_none() -> None:
    """Two words alone, a provider and none, tell nobody apart who is in treatment; asked for, they are given all the same."""
    one = record(groups=GROUPS, met=MET, episodes=[("a", "North", "2011-01-20", None)])
    assert list(surroundings_of(one, waves_of(), None)) == ["group_norm"]
    assert list(surroundings_of(one, waves_of(), "provider")) == ["provider"]
    assert surroundings_of(one, waves_of(place=np.arange(4.0)), ["place"]) == {}, "a column of people stands there already"
    with pytest.raises(SchemaError, match="'weather'; it may name 'provider', 'group_norm', 'main_group' or one of 'place'"):
        surroundings_of(one, waves_of(place=np.arange(4.0)), ["weather"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("mixed", "holds words.*'3', 'many'"), ("home", "home=word"),
        ("home=castle", "never has the value 'castle'; it has 'own', 'rent', 'street'"),
        ("state=using", "not an outcome"), ("mood", "its outcomes are 'home', 'mixed', 'score'"),
        ("score>=many", "needs a number; got 'many'"),
        ("home==own=", "never has the value"), ("a b", "is written as"), (3, "is written as"), ({}, "got 0"),
    ],
)  # fmt: skip
def test_a_placebo_that_cannot_be_read_says_how(given: object, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        read_placebo(record(), given)  # type: ignore[arg-type]
