"""Spells and states: hand-worked on the five people, and laws on random observations."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.observed import SOURCES, value_at
from recoverynet.states import RECOVERY_STATES, spells, state_at
from recoverynet.tables.layouts import STATES_SOURCES

TZ = "Europe/London"


def observed(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Observations of state from (person, day, state, source)."""
    frame = pd.DataFrame(rows, columns=["person_id", "observed_at", "value", "source"]).astype("str")
    frame["observed_at"] = pd.to_datetime(frame["observed_at"]).dt.tz_localize(TZ)
    return frame.assign(variable="state")


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz=TZ)


def as_rows(frame: pd.DataFrame) -> list[tuple]:
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_a_lapse_and_a_return_are_three_spells():
    rows = observed(
        ("a", "2011-01-01", "abstinent", "self"), ("a", "2011-02-01", "using", "self"), ("a", "2011-03-01", "abstinent", "self")
    )
    assert as_rows(spells(rows, until="2011-04-01")) == [
        ("a", "self", "abstinent", day("2011-01-01"), day("2011-02-01")),
        ("a", "self", "using", day("2011-02-01"), day("2011-03-01")),
        ("a", "self", "abstinent", day("2011-03-01"), day("2011-04-01")),
    ]


def test_an_observation_runs_out_and_the_state_is_unknown():
    rows = observed(("a", "2011-01-01", "abstinent", "self"), ("a", "2011-03-01", "abstinent", "self"))
    found = spells(rows, valid_for="30D", until="2011-05-01")
    assert as_rows(found[["state", "start", "end"]]) == [
        ("abstinent", day("2011-01-01"), day("2011-01-31")),
        ("unknown", day("2011-01-31"), day("2011-03-01")),
        ("abstinent", day("2011-03-01"), day("2011-03-31") + pd.Timedelta("1h")),  # clocks went forward on 27 March
        ("unknown", day("2011-03-31") + pd.Timedelta("1h"), day("2011-05-01")),
    ]


def test_repeated_looks_make_one_spell_and_without_until_it_ends_when_it_runs_out():
    rows = observed(("a", "2011-01-01", "using", "self"), ("a", "2011-01-20", "using", "self"))
    assert as_rows(spells(rows, valid_for="30D")[["state", "start", "end"]]) == [("using", day("2011-01-01"), day("2011-02-19"))]


def test_valid_for_ever_leaves_the_end_open_unless_censored():
    rows = observed(("a", "2011-01-01", "using", "self"))
    assert pd.isna(spells(rows, valid_for=None)["end"].iloc[0])
    assert spells(rows, valid_for=None, until="2020-01-01")["end"].iloc[0] == day("2020-01-01")


def test_an_explicit_unknown_ends_a_spell():
    rows = observed(("a", "2011-01-01", "using", "self"), ("a", "2011-01-11", "unknown", "self"))
    assert spells(rows, until="2011-02-01")["state"].tolist() == ["using", "unknown"]


def test_sources_stay_apart_and_merge_by_the_rule():
    rows = observed(
        ("a", "2011-01-01", "using", "self"), ("a", "2011-01-10", "reduced", "worker"), ("a", "2011-01-20", "abstinent", "self")
    )
    apart = spells(rows, until="2011-02-01")
    assert apart["source"].tolist() == ["self", "self", "worker"]
    first = spells(rows, until="2011-02-01", conflict="priority")
    assert first["state"].tolist() == ["using", "abstinent"]
    latest = spells(rows, until="2011-02-01", conflict="latest")
    assert as_rows(latest) == [
        ("a", "latest", "using", day("2011-01-01"), day("2011-01-10")),
        ("a", "latest", "reduced", day("2011-01-10"), day("2011-01-20")),
        ("a", "latest", "abstinent", day("2011-01-20"), day("2011-02-01")),
    ]


def test_a_source_that_ran_out_leaves_the_word_to_the_next():
    rows = observed(("a", "2011-01-01", "using", "self"), ("a", "2011-02-20", "reduced", "worker"))
    assert state_at(rows, "2011-02-25", valid_for="90D")["a"] == "using"
    assert state_at(rows, "2011-02-25", valid_for="30D")["a"] == "reduced"


def test_latest_goes_by_the_last_look_not_by_the_start_of_the_spell():
    rows = observed(
        ("a", "2011-01-01", "using", "self"), ("a", "2011-01-10", "reduced", "worker"), ("a", "2011-01-20", "using", "self")
    )
    assert state_at(rows, "2011-01-21", conflict="latest")["a"] == "using"


def test_a_look_that_confirms_a_state_counts_as_the_latest_in_spells_too():
    rows = observed(
        ("a", "2011-01-01", "abstinent", "self"), ("a", "2011-01-10", "using", "worker"), ("a", "2011-01-20", "abstinent", "self")
    )
    assert as_rows(spells(rows, until="2011-02-01", conflict="latest")) == [
        ("a", "latest", "abstinent", day("2011-01-01"), day("2011-01-10")),
        ("a", "latest", "using", day("2011-01-10"), day("2011-01-20")),
        ("a", "latest", "abstinent", day("2011-01-20"), day("2011-02-01")),
    ]


def test_two_sources_at_one_instant_the_first_in_order_is_believed():
    rows = observed(("a", "2011-01-01", "using", "self"), ("a", "2011-01-01", "reduced", "worker"))
    for rule in ("priority", "latest"):
        assert state_at(rows, "2011-01-02", conflict=rule)["a"] == "using"
        assert state_at(rows, "2011-01-02", conflict=rule, sources=["worker", "self"])["a"] == "reduced"


def test_one_source_saying_two_things_at_once_is_unknown_whatever_the_order():
    rows = observed(("a", "2011-01-01", "using", "self"), ("a", "2011-01-01", "abstinent", "self"))
    assert state_at(rows, "2011-01-02")["a"] == "unknown"
    assert state_at(rows.iloc[::-1], "2011-01-02")["a"] == "unknown"
    unsure = observed(("a", "2011-01-01", "unknown", "self"), ("a", "2011-01-01", "abstinent", "self"))
    assert state_at(unsure, "2011-01-02")["a"] == "abstinent"


def test_perceived_is_used_only_when_asked_for():
    rows = observed(("a", "2011-01-01", "using", "perceived"))
    assert spells(rows).empty
    assert state_at(rows, "2011-01-02", people=["a"])["a"] == "unknown"
    assert state_at(rows, "2011-01-02", sources=["self", "perceived"])["a"] == "using"


def test_bounds_are_half_open():
    rows = observed(("a", "2011-01-01", "using", "self"))
    assert state_at(rows, day("2011-01-01"))["a"] == "using"
    assert state_at(rows, day("2011-01-01") - pd.Timedelta("1us"))["a"] == "unknown"
    assert state_at(rows, day("2011-01-31"), valid_for="30D")["a"] == "unknown"
    assert state_at(rows, day("2011-01-31") - pd.Timedelta("1us"), valid_for="30D")["a"] == "using"


def test_people_are_answered_in_the_order_asked_and_one_moment_each():
    rows = observed(("a", "2011-01-01", "using", "self"), ("b", "2011-01-01", "abstinent", "self"))
    answer = state_at(rows, ["2011-01-02", "2010-01-01", None], people=["b", "a", "z"])
    assert answer.index.tolist() == ["b", "a", "z"]
    assert answer.tolist() == ["abstinent", "unknown", "unknown"]
    assert answer.index.name == "person_id"
    assert answer.name == "state"


def test_five_people():
    record = rn.load_sample("five_people")
    found = spells(record.observations, until="2011-05-01")
    ann = found[found["person_id"] == "ann"]
    assert as_rows(ann) == [
        ("ann", "self", "using", day("2011-03-01"), day("2011-04-01")),
        ("ann", "self", "abstinent", day("2011-04-01"), day("2011-05-01")),
        ("ann", "worker", "reduced", day("2011-04-01"), day("2011-05-01")),
    ]
    assert value_at(record.observations, "employment.status", "2011-04-02", people=["ann", "ben"])["ann"] == "employed"
    assert pd.isna(value_at(record.observations, "employment.status", "2011-04-02", people=["ann", "ben"])["ben"])


def test_no_observations_at_all():
    empty = observed()
    assert spells(empty.assign(observed_at=pd.to_datetime(empty["observed_at"], utc=True))).empty
    record = rn.load_sample("five_people")
    nothing = record.observations.iloc[:0]
    assert spells(nothing, conflict="latest", until="2011-05-01").columns.tolist() == [
        "person_id",
        "source",
        "state",
        "start",
        "end",
    ]
    assert state_at(nothing, "2011-05-01", people=["ann"]).tolist() == ["unknown"]
    assert state_at(nothing, "2011-05-01").empty


def test_sources_are_those_of_the_tables():
    assert SOURCES == STATES_SOURCES


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        (lambda f: f.assign(value="abstinant"), {}, "'abstinant'"),
        (lambda f: f.drop(columns="source"), {}, "source is not among"),
        (lambda f: f.assign(source="gossip"), {}, "'gossip'"),
        (lambda f: f.assign(observed_at=f["observed_at"].dt.tz_localize(None)), {}, "time zone"),
        (lambda f: f, {"sources": ["self", "self"]}, "each source once"),
        (lambda f: f, {"sources": ["nobody"]}, "out of self"),
        (lambda f: f, {"conflict": "loudest"}, "'priority' or 'latest'"),
        (lambda f: f, {"valid_for": "-1D"}, "longer than nothing"),
        (lambda f: f, {"valid_for": "a while"}, "'90D'"),
    ],
)
def test_bad_input_is_named(change, arguments, message):
    rows = change(observed(("a", "2011-01-01", "using", "self")))
    with pytest.raises(SchemaError, match=message):
        spells(rows, **arguments)
    with pytest.raises(SchemaError, match=message):
        state_at(rows, "2011-01-02", **arguments)


def test_moments_must_match_people():
    rows = observed(("a", "2011-01-01", "using", "self"))
    with pytest.raises(SchemaError, match="2 moments for 1 people"):
        state_at(rows, ["2011-01-02", "2011-01-03"], people=["a"])
    with pytest.raises(SchemaError, match="not a date"):
        state_at(rows, "soon")


looks = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.integers(0, 60), st.sampled_from(RECOVERY_STATES.states), st.sampled_from(["self", "worker"])
    ),
    max_size=25,
)


def from_looks(rows) -> pd.DataFrame:
    frame = observed(*[(p, "2011-01-01", v, s) for p, _, v, s in rows])
    days = pd.to_timedelta([d for _, d, _, _ in rows], unit="D").as_unit("us")
    start = pd.to_datetime(frame["observed_at"], utc=True) if frame.empty else frame["observed_at"]
    return frame.assign(observed_at=start + days)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(rows=looks, when=st.integers(0, 90), rule=st.sampled_from(["priority", "latest"]), valid=st.integers(1, 40))
def test_spells_and_state_at_say_the_same(rows, when, rule, valid):
    frame = from_looks(rows)
    moment = pd.Timestamp("2011-01-01", tz=frame["observed_at"].dt.tz) + pd.Timedelta(days=when)
    merged = spells(frame, valid_for=f"{valid}D", conflict=rule, until=moment + pd.Timedelta("1D"))
    now = merged[(merged["start"] <= moment) & (merged["end"] > moment)].set_index("person_id")["state"]
    assert now.index.is_unique
    answer = state_at(frame, moment, people=list("abc"), valid_for=f"{valid}D", conflict=rule)
    assert answer.to_dict() == {**dict.fromkeys("abc", "unknown"), **now.to_dict()}


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(rows=looks, data=st.data())
def test_row_order_changes_nothing_and_spells_tile_the_time_observed(rows, data):
    frame = from_looks(rows)
    shuffled = frame.iloc[data.draw(st.permutations(range(len(frame))))]
    until = pd.Timestamp("2011-04-01", tz="UTC")
    found = spells(frame, valid_for="20D", until=until)
    pd.testing.assert_frame_equal(found, spells(shuffled, valid_for="20D", until=until))
    assert (found["start"] < found["end"]).all()
    for _, own in found.groupby(["person_id", "source"]):
        assert (own["start"].iloc[1:].to_numpy() == own["end"].iloc[:-1].to_numpy()).all()
        assert (own["state"].iloc[1:].to_numpy() != own["state"].iloc[:-1].to_numpy()).all()
        assert own["end"].iloc[-1] == until


def test_held_is_nan_where_unknown():
    held = rn.Norm("recovery", {"abstinent"}).held(["abstinent", "using", "unknown", None])
    np.testing.assert_array_equal(held, [1, 0, np.nan, np.nan])
