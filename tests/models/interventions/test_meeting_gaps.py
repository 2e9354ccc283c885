"""Where meetings are missing: counted by hand on a handful of people, and nobody is told of."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError, SchemaError


def town(n: int = 6, **columns: object) -> rn.RecoveryRecord:
    """``n`` clients of the North (the first goes to the café), one of the South; a café and a women's group in the North."""
    people = [(f"c{place}", "client", "North", "f" if place % 2 else "m") for place in range(n)] + [("c9", "client", "South", "m")]
    groups = pd.DataFrame(
        {
            "group_id": ["cafe", "women", "pub"],
            "name": ["Café", "Women", "Pub"],
            "kind": ["recovery_cafe", "mutual_aid", "other"],
            "norm": ["recovery", "recovery", "using"],
            "weekday": ["monday", "tuesday", "monday"],
            "start_time": ["10:00", "19:00", "19:00"],
            "area": ["North"] * 3,
            "women_only": [False, True, False],
            "access": ["step-free; hearing loop", None, None],
            "lat": [53.0, 53.0, 53.0],
            "lon": [-1.0, -1.0, -1.0],
        }
    ).assign(**columns)
    occasions = pd.DataFrame({"occasion_id": ["o1"], "started_at": ["2011-03-07 10:00"], "kind": ["meeting"], "group_id": ["cafe"]})
    return rn.RecoveryRecord(
        pd.DataFrame(people, columns=["person_id", "role", "area", "sex"]).assign(consent_evaluation=True),
        occasions.assign(started_at=pd.to_datetime(occasions["started_at"]).dt.tz_localize("Europe/London")),
        pd.DataFrame({"occasion_id": ["o1"], "person_id": ["c0"]}),
        groups=groups,
        window=("2011-03-01", "2011-04-01"),
    )


def test_parts_of_an_area_by_hand() -> None:
    gaps = rn.plan_meetings(town(), times="any", least=0)
    assert gaps.areas.loc["North"].astype(int).to_dict() == {
        "n_clients": 6,
        "n_meetings": 2,
        "n_go": 1,
        "n_could": 5,
        "n_without": 0,
    }
    assert gaps.areas.loc["South"].astype(int).to_dict() == {
        "n_clients": 1,
        "n_meetings": 0,
        "n_go": 0,
        "n_could": 0,
        "n_without": 1,
    }
    assert gaps.meetings["n_meetings"].sum() == 2  # the pub is no meeting of recovery


def test_times_decide_who_is_without() -> None:
    evenings = pd.DataFrame({"person_id": [f"c{place}" for place in range(6)], "weekday": "tuesday", "part": "evening"})
    gaps = rn.plan_meetings(town(), times=evenings, least=0)
    assert gaps.areas.loc["North", ["n_could", "n_without"]].tolist() == [3, 2]  # the women could come, two men could not
    tuesday = gaps.slots.loc[("North", "tuesday", "evening")].astype(int)
    assert tuesday.to_dict() == {"n_meetings": 1, "n_could_come": 6, "n_go_to_none": 5, "n_without": 2}
    assert gaps.slots.loc[("North", "monday", "morning"), "n_could_come"] == 0


def test_times_seen_are_those_of_what_people_were_at() -> None:
    slots = rn.plan_meetings(town(n=1), least=0).slots.loc["North"]
    assert slots["n_could_come"].sum() == 1 and slots.loc[("monday", "morning"), "n_could_come"] == 1


def test_access_must_be_said() -> None:
    gaps = rn.plan_meetings(town(), times="any", access=("step-free",), least=0)
    assert gaps.meetings.set_index("kind")["n_access"].to_dict() == {"mutual_aid": 0, "recovery_cafe": 1}
    none = rn.plan_meetings(town(access="stairs"), times="any", access=("step-free",), least=0)
    assert none.areas.loc["North", "n_without"] == 5


def test_distance_and_meetings_online() -> None:
    near = town(area=["South", "South", "South"])  # the North has no group, so no middle either
    assert rn.plan_meetings(near, times="any", max_km=50, least=0).areas.loc["North", "n_without"] == 5
    listed = pd.DataFrame(
        {"group_id": ["far", "net"], "name": ["Far", "Net"], "kind": "mutual_aid", "norm": "recovery", "weekday": "friday",
         "start_time": "12:00", "area": ["West", None], "lat": [53.1, np.nan], "lon": [-1.0, np.nan], "online": [False, True]}
    )  # fmt: skip
    closed = dataclasses.replace(town(), groups=town().groups.assign(newcomers_welcome=False))
    found = {km: rn.plan_meetings(closed, listed=listed, times="any", max_km=km, least=0) for km in (5, 20)}
    assert found[5].areas.loc["North", "n_could"] == 0 and found[20].areas.loc["North", "n_could"] == 5  # eleven kilometres
    online = rn.plan_meetings(closed, listed=listed, times="any", online=True, least=0)
    assert online.areas.loc["South", "n_could"] == 1


def test_a_listed_meeting_of_the_record_is_not_counted_twice() -> None:
    record = town()
    assert rn.plan_meetings(record, listed=record.groups, least=0).meetings["n_meetings"].sum() == 2


def test_the_gap_that_reaches_most_comes_first() -> None:
    frame = rn.plan_meetings(rn.load_sample("riverside")).to_frame()
    assert (frame["n_meetings"] == 0).all() and frame["n_without"].iloc[0] == frame["n_without"].max()


def test_small_numbers_and_what_they_could_be_worked_out_from_are_missing() -> None:
    record = rn.load_sample("riverside")
    hidden, exact = rn.plan_meetings(record), rn.plan_meetings(record, least=0)
    for name in ("n_could_come", "n_go_to_none", "n_without"):
        shown = hidden.slots[name].dropna()
        assert not shown.between(1, 4).any() and (shown == exact.slots.loc[shown.index, name]).all()
    steps = hidden.slots[["n_could_come", "n_go_to_none", "n_without"]].dropna()
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert not (steps.iloc[:, one] - steps.iloc[:, other]).between(1, 4).any()
    parts = hidden.areas[["n_go", "n_could", "n_without"]]
    small = exact.areas[["n_go", "n_could", "n_without"]]
    assert parts.where((small > 0) & (small < 5)).isna().all(axis=None)
    assert (parts.isna().sum(axis=1) != 1).all()
    lone = rn.plan_meetings(town(), times="any").areas.loc["South"]
    assert lone[["n_clients", "n_go", "n_could", "n_without"]].isna().all()


def test_nobody_is_named_in_it() -> None:
    gaps = rn.plan_meetings(town(), least=0)
    text = " ".join(frame.reset_index().to_csv() for frame in (gaps.meetings, gaps.areas, gaps.slots))
    assert "c0" not in text and "c9" not in text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"times": "always"}, "times is 'seen', 'any'"),
        ({"times": pd.DataFrame({"person_id": ["c1"]})}, "lacks weekday, part"),
        ({"times": pd.DataFrame({"person_id": ["c1"], "weekday": ["Mon"], "part": ["noon"]})}, "the first is row 1"),
        ({"listed": "meetings.json"}, "listed is a table"),
        ({"listed": pd.DataFrame({"group_id": ["x"], "kind": ["mutual_aid"], "weekday": ["Monday"]})}, "'Monday'"),
        ({"max_km": -1}, "max_km"),
        ({"access": "ramp"}, "access"),
    ],
)
def test_what_cannot_be_is_said(more, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SchemaError, match=words):
        rn.plan_meetings(town(), **more)


def test_nobody_to_plan_for() -> None:
    record = town()
    with pytest.raises(NotEstimableError, match="Nobody on the record is a client"):
        rn.plan_meetings(dataclasses.replace(record, people=record.people.assign(role="peer")))


def test_a_public_list_of_meetings_is_taken_as_it_comes(shared) -> None:  # type: ignore[no-untyped-def]
    listed = rn.read_meeting_guide(shared("data/meetings/meeting_guide_kc.json")).tables["groups"]
    gaps = rn.plan_meetings(rn.load_sample("riverside"), listed=listed)
    assert gaps.meetings["n_meetings"].sum() > 100


def test_the_instant_asked_for_is_read_in_the_time_zone_of_the_record() -> None:
    record = rn.load_sample("five_people")
    end = record.required_window()[1]
    pd.testing.assert_frame_equal(rn.plan_meetings(record, at=f"{end:%Y-%m-%d}").to_frame(), rn.plan_meetings(record).to_frame())


def test_a_record_without_dates_says_so() -> None:
    people = pd.DataFrame({"person_id": ["a", "b"], "role": "client"})
    bare = rn.RecoveryRecord(
        people, pd.DataFrame(columns=["occasion_id", "started_at", "kind"]), pd.DataFrame(columns=["occasion_id", "person_id"])
    )
    for ask in (rn.plan_meetings, lambda record: rn.spread_source(record, rn.DeclaredRates())):
        with pytest.raises(NotEstimableError, match="no contact or observation with a date"):
            ask(bare)
