"""From a record to a panel: waves, roles, surroundings, what is adjusted for, and the placebo."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError, SchemaError, TimeOrderError
from recoverynet.models.spread.spread_panel import known_share, spread_panel

ROLES = ["client", "client", "client", "peer", "worker"]
IDS = ["a", "b", "c", "p", "w"]


def record(months: int = 4, *, states: bool = True, **tables: pd.DataFrame) -> rn.RecoveryRecord:
    """Three clients, a peer and a worker meet every month; states of all but the worker are seen."""
    days = pd.date_range("2011-01-10", periods=months, freq="MS") + pd.Timedelta("9D")
    occasions = pd.DataFrame({"occasion_id": [f"o{i}" for i in range(months)], "started_at": days, "kind": "meeting"})
    participation = pd.DataFrame([(f"o{i}", person) for i in range(months) for person in IDS], columns=["occasion_id", "person_id"])
    seen = [
        (person, day + pd.Timedelta("5D"), "state", "abstinent" if (i + n) % 2 else "using", "self")
        for i, day in enumerate(days)
        for n, person in enumerate(IDS[:4])
    ]
    seen += [
        (person, day, "housing.status", "settled" if n else "temporary", "self") for day in days for n, person in enumerate(IDS[:3])
    ]
    seen += [(person, day, "health.physical", str(10 + n), "self") for day in days for n, person in enumerate(IDS[:3])]
    rows = pd.DataFrame(seen, columns=["person_id", "observed_at", "variable", "value", "source"])
    people = pd.DataFrame({"person_id": IDS, "role": ROLES, "sex": ["F", "M", "F", "M", None], "area": "Quayside"})
    return rn.RecoveryRecord(
        people,
        occasions,
        participation,
        observations=rows if states else rows[rows["variable"] != "state"],
        window=("2011-02-01", pd.Timestamp("2011-02-01") + pd.DateOffset(months=months)),
        **tables,
    )


def test_months_where_they_hold_enough_and_only_roles_with_states():
    waves = spread_panel(record())
    assert (waves.every, waves.panel.n_waves) == ("month", 4)
    assert waves.roles == ("client", "peer") and waves.roles_left_out == ("worker",)
    assert waves.panel.person_ids.tolist() == ["a", "b", "c", "p"]
    assert waves.panel.waves["end"].iloc[-1] == pd.Timestamp("2011-06-01", tz="Europe/London")
    assert known_share(waves.panel) == 1.0
    assert any("calendar month" in note for note in waves.notes)


def test_quarters_where_months_know_too_little():
    sparse = record(9)
    table = sparse.observations
    # one look in each quarter counts for 31 days: a third of months, every quarter's end
    kept = table[(table["variable"] == "state") & table["observed_at"].dt.month.isin([4, 7, 10])]
    thin = rn.RecoveryRecord(sparse.people, sparse.occasions, sparse.participation, observations=kept, window=sparse.window)
    waves = spread_panel(thin, valid_for="31D")
    assert (waves.every, waves.panel.n_waves) == ("quarter", 3)
    assert spread_panel(thin, valid_for="31D", every="month").panel.n_waves == 9


def test_who_looked_last_is_believed_so_that_a_change_is_seen_when_it_came():
    said = record()
    seen = said.observations
    later = seen[(seen["variable"] == "state") & (seen["person_id"] == "a")].iloc[[1]]
    later = later.assign(observed_at=later["observed_at"] + pd.Timedelta("2D"), source="worker", value="using")
    assert seen.loc[later.index, "value"].tolist() == ["abstinent"]  # two days before, in the person's own words
    both = rn.RecoveryRecord(
        said.people, said.occasions, said.participation, observations=pd.concat([seen, later]), window=said.window
    )
    held = {rule: spread_panel(both, conflict=rule).panel.behaviour["recovery"][0].tolist() for rule in ("latest", "priority")}
    assert held == {"latest": [0, 0, 0, 1], "priority": [0, 1, 0, 1]}
    assert spread_panel(both).panel.behaviour["recovery"][0].tolist() == held["priority"]
    assert "whoever looked last is believed" in " ".join(spread_panel(both, conflict="latest").notes)
    with pytest.raises(SchemaError, match="priority"):
        spread_panel(both, conflict="self")


def test_two_halves_where_the_window_is_short():
    waves = spread_panel(record(2))
    assert (waves.every, waves.panel.n_waves) == ("half", 2)


def test_what_varies_and_is_filled_in_is_adjusted_for():
    assert spread_panel(record()).adjust == ("role", "sex"), "area does not vary"
    assert spread_panel(record(), roles=["client", "worker"], adjust=["sex"]).adjust == ("sex",)
    assert spread_panel(record(), adjust=[]).adjust == ()
    with pytest.raises(SchemaError, match="'postcode'.*'area'"):
        spread_panel(record(), adjust=["postcode"])


def test_the_provider_is_that_of_the_episode_a_person_is_in():
    episodes = pd.DataFrame(
        {
            "person_id": ["a", "a", "b", "c"],
            "started_on": ["2011-01-01", "2011-03-10", "2011-03-05", "2011-05-31"],
            "ended_on": ["2011-03-01", None, "2011-03-20", None],
            "provider": ["North", "South", "North", "South"],
        }
    )
    waves = spread_panel(record(episodes=episodes))
    none = "not in treatment"
    assert "provider" in waves.surroundings
    assert waves.panel.covariates["provider"].tolist() == [
        ["North", "South", "South", "South"],
        [none, "North", none, none],
        [none, none, none, "South"],
        [none] * 4,
    ]
    assert spread_panel(record(episodes=episodes), surroundings=()).surroundings == ()
    assert spread_panel(record()).surroundings == (), "without episodes there is nothing to share"


def test_the_main_group_is_the_one_gone_to_most_often():
    groups = pd.DataFrame({"group_id": ["g1", "g2"], "name": ["one", "two"], "kind": "mutual_aid"})
    base = record(2)
    more = pd.DataFrame(
        {
            "occasion_id": ["x", "y", "z"],
            "started_at": pd.to_datetime(["2011-02-03", "2011-02-05", "2011-02-07"]),
            "kind": "meeting",
            "group_id": ["g2", "g1", "g2"],
        }
    )
    went = pd.DataFrame({"occasion_id": ["x", "y", "z", "y"], "person_id": ["a", "a", "a", "b"]})
    occasions = pd.concat(
        [
            base.occasions[["occasion_id", "started_at", "kind"]].assign(started_at=lambda f: f["started_at"].dt.tz_localize(None)),
            more,
        ]
    )
    whole = rn.RecoveryRecord(
        base.people,
        occasions,
        pd.concat([base.participation[["occasion_id", "person_id"]], went]),
        groups=groups,
        observations=base.observations,
        window=base.window,
    )
    waves = spread_panel(whole, surroundings=["main_group"], every="month")
    assert waves.panel.covariates["main_group"].tolist() == [
        ["g2", "no group"],
        ["g1", "no group"],
        ["no group"] * 2,
        ["no group"] * 2,
    ]


@pytest.mark.parametrize(
    ("given", "name", "expected"),
    [
        ("housing.status=settled", "housing.status = settled", [0, 1, 1]),
        ("housing.status=settled, temporary", "housing.status = settled or temporary", [1, 1, 1]),
        ({"housing.status": {"settled"}}, "housing.status = settled", [0, 1, 1]),
        ("health.physical>=11", "health.physical ≥ 11", [0, 1, 1]),
        ("health.physical", "health.physical ≥ median", [0, 1, 1]),
        ({"health.physical": 12}, "health.physical ≥ 12", [0, 0, 1]),
        ({"health.physical": None}, "health.physical ≥ median", [0, 1, 1]),
    ],
)
def test_a_placebo_is_a_yes_or_no(given, name, expected):
    waves = spread_panel(record(), placebo=given)
    assert waves.placebo == name
    assert waves.panel.behaviour[name][:3, 0].tolist() == expected
    assert np.isnan(waves.panel.behaviour[name][3]).all(), "nothing is recorded of the peer"
    assert set(waves.panel.behaviour) == {"recovery", name}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("housing.status", "housing.status=word"),
        ("housing.status=palace", "never has the value 'palace'"),
        ("wellbeing.mood", "its outcomes are 'health.physical', 'housing.status'"),
        ("state", "not an outcome"),
        ("health.physical>=high", "needs a number"),
        ("what is this?", "is written as"),
        ({"housing.status": {"settled"}, "health.physical": 1}, "One outcome"),
    ],
)
def test_a_placebo_that_cannot_be_read_says_how(given, words):
    with pytest.raises(SchemaError, match=words):
        spread_panel(record(), placebo=given)


def test_records_that_say_nothing():
    with pytest.raises(NotEstimableError, match=r"0 of 5 people.*in Python, spread_panel\(record, roles="):
        spread_panel(record(states=False))
    with pytest.raises(TimeOrderError, match="end after it starts"):
        spread_panel(record(), window=("2011-05-01", "2011-02-01"))
    with pytest.raises(SchemaError, match="'month', 'quarter' or 'half'"):
        spread_panel(record(), every="week")
    with pytest.raises(SchemaError, match="'main_group'"):
        spread_panel(record(), surroundings=["weather"])
    empty = rn.RecoveryRecord(record().people, record().occasions.iloc[:0], record().participation.iloc[:0])
    with pytest.raises(NotEstimableError, match="dated"):
        spread_panel(empty)


def test_a_panel_with_nothing_recorded_of_states_still_asks_when_told_to():
    waves = spread_panel(record(states=False), roles=["client"])
    ladder = rn.evidence_ladder(waves.panel, **waves.asked, rng=0)
    assert ladder.level == 0 and ladder.failed == "described"
