"""Laws of what-if courses: nothing done changes nothing, no transmission leaves direct effects only, order does not matter."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError, SchemaError, UnknownPersonError
from recoverynet.models.interventions.courses import Courses

WEEKLY = rn.Introduction(per_month=4.35)


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return rn.load_sample("riverside")


@pytest.fixture(scope="module")
def spreading(record: rn.RecoveryRecord):  # type: ignore[no-untyped-def]
    return rn.spread_source(record, rn.DeclaredRates(transmission=0.03, attending=0.03))


def run(source, *interventions, **more):  # type: ignore[no-untyped-def]
    settings = {"horizon": 8, "n_runs": 40, "rng": 3, "quiet": True} | more
    return rn.simulate_spread(source, interventions=interventions, **settings)


def same(one: Courses, other: Courses) -> bool:
    return all(np.array_equal(left, right) for left, right in zip(one, other, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("nothing", [(), (rn.Introduction(per_month=0),), (rn.Introduction(per_month=4, rule="nobody"),)])
def test_an_intervention_of_size_nought_changes_nothing(spreading, nothing) -> None:  # type: ignore[no-untyped-def]
    found = run(spreading, *nothing)
    assert same(found.without, found.with_it)


def test_moving_hours_that_everybody_keeps_changes_nothing(spreading) -> None:  # type: ignore[no-untyped-def]
    found = run(spreading, rn.HoursMoved(group_id="g03", keeps=1.0))
    assert same(found.without, found.with_it)


def test_without_transmission_and_attending_only_links_change(record: rn.RecoveryRecord) -> None:
    found = run(rn.spread_source(record, rn.DeclaredRates()), WEEKLY)
    assert np.array_equal(found.without.states, found.with_it.states)
    assert (found.with_it.linked[:, -1, 0] - found.without.linked[:, -1, 0]).mean() > 1


def test_without_transmission_the_direct_effect_still_counts(record: rn.RecoveryRecord) -> None:
    source = rn.spread_source(record, rn.DeclaredRates(attending=0.2))
    found = run(source, rn.Introduction(per_month=20, closure=1.0), horizon=12)
    gained = found.with_it.held[:, -1, 0] - found.without.held[:, -1, 0]
    assert np.quantile(gained, 0.025) > 0


@pytest.mark.slow
def test_transmission_without_attending_needs_groups_of_people_who_hold_the_norm(record: rn.RecoveryRecord) -> None:
    source = rn.spread_source(record, rn.DeclaredRates(transmission=0.3))
    found = run(source, rn.Introduction(per_month=20, closure=1.0), horizon=12)
    assert np.quantile(found.with_it.held[:, -1, 0] - found.without.held[:, -1, 0], 0.025) > 0


def test_answers_do_not_depend_on_workers(spreading) -> None:  # type: ignore[no-untyped-def]
    one, four = run(spreading, WEEKLY, n_runs=60, workers=1), run(spreading, WEEKLY, n_runs=60, workers=4)
    assert same(one.with_it, four.with_it) and same(one.without, four.without)


@pytest.mark.slow
def test_the_order_of_people_and_groups_rows_does_not_matter(record: rn.RecoveryRecord) -> None:
    shuffled = dataclasses.replace(
        record,
        people=record.people.sample(frac=1, random_state=4).reset_index(drop=True),
        participation=record.participation.sample(frac=1, random_state=5).reset_index(drop=True),
    )
    rates = rn.DeclaredRates(transmission=0.02, attending=0.02)
    one, other = (run(rn.spread_source(each, rates), WEEKLY) for each in (record, shuffled))
    assert same(one.with_it, other.with_it)


def renamed(record: rn.RecoveryRecord, names: dict[str, str]) -> rn.RecoveryRecord:
    """The same people under other ids, wherever one stands."""
    tables = {}
    for table in ("people", "participation", "episodes", "observations", "nominations", "alter_ties", "linkage", "separations"):
        frame = getattr(record, table)
        people = [column for column in frame if frame[column].isin(names).any()]
        tables[table] = frame.assign(**{column: frame[column].map(names).fillna(frame[column]) for column in people})
    return record.with_tables(**tables)


@pytest.mark.slow
def test_names_dealt_out_anew_give_the_same_answer_but_for_luck(record: rn.RecoveryRecord) -> None:
    """Luck goes with a person's id, so that other ids are other draws of one distribution."""
    names = record.people["person_id"].tolist()
    dealt = dict(zip(names, np.random.default_rng(8).permutation(names), strict=True))
    rates = rn.DeclaredRates(transmission=0.02, attending=0.02)
    plans = [run(rn.spread_source(each, rates), WEEKLY, n_runs=300) for each in (record, renamed(record, dealt))]
    for outcome in ("held", "linked"):
        for course in ("without", "with_it"):
            one, two = (getattr(getattr(found, course), outcome)[:, -1, 0].astype(float) for found in plans)
            apart = (one.mean() - two.mean()) / np.sqrt((one.var() + two.var()) / 300)
            assert abs(apart) < 4, (outcome, course, apart)


def test_clients_are_neither_lost_nor_made(spreading) -> None:  # type: ignore[no-untyped-def]
    found = run(spreading, WEEKLY, rn.GroupClosed(group_id="g03"), rn.NewGroup(group_id="new", capacity=5, joins_per_month=3))
    for course in (found.without, found.with_it):
        assert (course.states.sum(axis=2) == found.n_people).all()
        assert (course.held <= found.n_level).all() and (course.linked <= found.n_level).all()


def test_states_are_several_and_people_go_back_and_forth(spreading) -> None:  # type: ignore[no-untyped-def]
    found = run(spreading, WEEKLY)
    frame = found.states_frame()
    assert set(frame["state"]) == {"using", "reduced", "ost_stable", "abstinent", "in_recovery"}
    month = frame[(frame["month"] == 8) & (frame["course"] == "with")].set_index("state")["mean"]
    assert month.sum() == pytest.approx(found.n_people)
    held = month[["ost_stable", "abstinent", "in_recovery"]].sum()
    assert held == pytest.approx(found.with_it.held[:, 8, 0].mean())
    steps = np.diff(found.without.states, axis=1)
    assert (steps > 0).any(axis=(0, 1)).all() and (steps < 0).any(axis=(0, 1)).all()


def test_what_is_proposed_is_followed_or_not(spreading) -> None:  # type: ignore[no-untyped-def]
    found = run(spreading, rn.Introduction(per_month=5, closure=1.0))
    proposed, followed, unfilled = found.with_it.done.sum(axis=(0, 1))
    assert proposed == followed and proposed + unfilled == 5 * 8 * 40
    never = run(spreading, rn.Introduction(per_month=5, closure=0.0))
    assert same(never.with_it._replace(done=never.without.done), never.without)


def test_capacity_holds(spreading) -> None:  # type: ignore[no-untyped-def]
    plan = (rn.NewGroup(group_id="new", capacity=3), rn.Introduction(per_month=20, group_id="new", closure=1.0))
    kept = rn.DeclaredRates(leaving=0.0)
    source = dataclasses.replace(spreading, rates=kept)
    found = run(source, *plan)
    assert (found.with_it.done[:, :, 1].sum(axis=1) == 3).all()


def test_a_closed_group_takes_its_links_along(spreading) -> None:  # type: ignore[no-untyped-def]
    found = run(spreading, rn.GroupClosed(group_id="g03", start=4))
    difference = (found.with_it.linked - found.without.linked)[:, :, 0]
    assert (difference[:, :4] == 0).all() and (difference[:, 4] <= 0).all() and difference[:, 4].mean() < 0


def test_the_same_seed_gives_the_same_answer_and_another_another(spreading) -> None:  # type: ignore[no-untyped-def]
    assert same(run(spreading, WEEKLY).with_it, run(spreading, WEEKLY).with_it)
    assert not same(run(spreading, WEEKLY).with_it, run(spreading, WEEKLY, rng=4).with_it)


@pytest.mark.slow
def test_more_is_known_where_rates_are_known(record: rn.RecoveryRecord) -> None:
    sure = rn.spread_source(record, rn.DeclaredRates(gain=0.05, loss=0.03))
    unsure = rn.spread_source(record, rn.DeclaredRates(gain=(0.01, 0.09), loss=(0.0, 0.06)))
    widths = []
    for source in (sure, unsure):
        last = run(source, n_runs=100).to_frame().query("course == 'without' and outcome == 'holding'").iloc[-1]
        widths.append(last["high"] - last["low"])
    assert widths[1] > 2 * widths[0]


def test_a_horizon_beyond_the_record_is_said_with_the_widening(spreading) -> None:  # type: ignore[no-untyped-def]
    check = run(spreading, horizon=30, n_runs=20).checks[0]
    assert check.passed is False and "18 months" in check.detail and "never seen" in check.detail
    assert run(spreading, horizon=12, n_runs=20).checks[0].passed


def test_every_frame_says_that_spread_is_supposed(spreading) -> None:  # type: ignore[no-untyped-def]
    found = run(spreading, WEEKLY, n_runs=20)
    assert set(found.to_frame()["basis"]) == {"supposition"} and "supposing" in found.headline
    assert "supposition" in found.assumptions[0]
    notes = [text.get_text() for text in found.plot().texts if text.get_gid() == "note"]
    assert any("supposition" in note for note in notes)


CLIENT = "c0002"
REFUSED = [
    (rn.Introduction(per_month=1, group_id="g99"), SchemaError, "no group 'g99'"),
    (rn.Introduction(per_month=1, group_id="g30"), SchemaError, "out of reach"),
    (rn.Introduction(per_month=1, group_id="g05"), SchemaError, "out of reach"),
    (rn.Introduction(per_month=1, group_id="g03", clients=("nobody",)), UnknownPersonError, "not on the record"),
    (rn.Introduction(per_month=1, group_id="g03", clients=("w01",)), SchemaError, "not a client"),
    (rn.Champion(person_id="w01", group_id="g03"), SchemaError, "has not agreed"),
    (rn.BridgeRemoved(person_id=CLIENT), SchemaError, "is a client"),
    (rn.NewGroup(group_id="g03", capacity=3), SchemaError, "already"),
    (rn.NewGroup(group_id="new", capacity=3, area="Atlantis"), SchemaError, "Nobody on the record is of the area"),
    (rn.Introduction(per_month=1, group_id="g04"), SchemaError, "it is not a group of recovery"),
]


@pytest.mark.parametrize(("wrong", "error", "words"), REFUSED)
def test_what_cannot_be_is_refused_in_words(spreading, wrong, error, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=words):
        run(spreading, wrong)


PLACED = {"North": (53.0, -1.0), "South": (53.2, -1.0)}


def placed(**columns: object) -> rn.RecoveryRecord:
    """Ten clients in the North; a café there, a walk twenty-two kilometres away, and a club that is closed."""
    ids = [f"c{place}" for place in range(10)]
    groups = pd.DataFrame(
        {
            "group_id": ["cafe", "walk", "club"],
            "name": ["Café", "Walk", "Club"],
            "kind": "recovery_cafe",
            "area": ["North", "South", "South"],
            "lat": [53.0, 53.2, 53.2],
            "lon": -1.0,
            "weekday": ["monday", "tuesday", "tuesday"],
            "access": ["step-free", None, "step-free"],
            "closed_temporarily": [False, False, True],
        }
    ).assign(**columns)
    return rn.RecoveryRecord(
        pd.DataFrame({"person_id": ids, "role": "client", "area": "North", "sex": "m", "consent_evaluation": True}),
        pd.DataFrame({"occasion_id": ["o1"], "started_at": pd.to_datetime(["2011-03-07 10:00+00:00"]), "kind": ["meeting"],
                      "group_id": ["cafe"]}),
        pd.DataFrame({"occasion_id": ["o1"], "person_id": ["c0"]}),
        groups=groups,
        observations=pd.DataFrame(
            {"person_id": ids, "observed_at": pd.to_datetime(["2011-03-01"] * 10).tz_localize("Europe/London"), "variable": "state",
             "value": ["using", "abstinent"] * 5, "source": "worker"}
        ),
        window=("2011-01-01", "2011-04-01"),
    )  # fmt: skip


BARRED = [
    (rn.Wishes(max_km=5), rn.Introduction(per_month=1, group_id="walk", closure=0.5), "farther away than was asked for"),
    (
        rn.Wishes(access=("step-free",)),
        rn.Introduction(per_month=1, group_id="walk", closure=0.5),
        "does not say of itself the access",
    ),
    (rn.Wishes(days=("monday",)), rn.Introduction(per_month=1, group_id="walk", closure=0.5), "on another day"),
    (None, rn.Introduction(per_month=1, group_id="club", closure=0.5), "does not go on at present"),
    (None, rn.GroupClosed(group_id="club"), "cannot be closed"),
    (None, rn.HoursMoved(group_id="club", keeps=0.5), "cannot be moved"),
    (None, rn.NewGroup(group_id="new", capacity=5, women_only=True), "for women only"),
    (rn.Wishes(access=("step-free",)), rn.NewGroup(group_id="new", capacity=5), "the access that was asked for"),
    (rn.Wishes(days=("monday",)), rn.NewGroup(group_id="new", capacity=5, weekday="friday"), "on another day"),
    (rn.Wishes(max_km=5), rn.Introduction(per_month=1, group_id="walk", clients=("c3",), closure=0.5), "'c3'.*farther away"),
]


@pytest.mark.parametrize(("reach", "wrong", "words"), BARRED)
def test_distance_access_days_and_closing_refuse_in_words(reach, wrong, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SchemaError, match=words):
        run(rn.spread_source(placed(), reach=reach), wrong, n_runs=20)


@pytest.mark.parametrize("reach", [None, rn.Wishes(max_km=30), rn.Wishes(access=("step-free",), max_km=5)])
def test_what_is_within_reach_is_proposed(reach) -> None:  # type: ignore[no-untyped-def]
    found = run(rn.spread_source(placed(), reach=reach), rn.Introduction(per_month=1, closure=1.0), n_runs=20)
    assert found.with_it.done[:, :, 1].sum() > 0
    new = (rn.NewGroup(group_id="new", capacity=5, access="Step-free"), rn.Introduction(per_month=1, group_id="new", closure=1.0))
    if reach is None:
        assert run(rn.spread_source(placed()), *new, n_runs=20).with_it.done[:, :, 1].sum() > 0


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: rn.NewGroup(group_id="x", capacity=3, weekday="Funday"), "weekday of the group 'x'"),
        (lambda: rn.HoursMoved(group_id="x", keeps=0.5, weekday="noday"), "weekday of the move"),
        (lambda: rn.HoursMoved(group_id="x", keeps=0.5, start_time="25:99"), "time of day"),
        (lambda: rn.HoursMoved(group_id="x", keeps=1.5), "keeps"),
    ],
)
def test_days_and_hours_that_are_none(make, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SchemaError, match=words):
        make()


def test_hours_moved_lose_the_share_who_cannot_come(spreading) -> None:  # type: ignore[no-untyped-def]
    found = run(spreading, rn.HoursMoved(group_id="g03", keeps=0.0, start=3), n_runs=60)
    kept = run(spreading, rn.HoursMoved(group_id="g03", keeps=0.7, start=3), n_runs=60)
    all_gone, some_gone = ((each.with_it.linked - each.without.linked)[:, 3, 0].mean() for each in (found, kept))
    assert all_gone < some_gone < 0 and some_gone == pytest.approx(0.3 * all_gone, rel=0.35)


def test_a_champion_is_asked_for_no_more_than_agreed(spreading) -> None:  # type: ignore[no-untyped-def]
    standing = spreading.standing
    goes = {
        person: standing.group_ids[standing.community.active[place]].tolist()
        for place, person in enumerate(standing.person_ids)
        if person in standing.willing and (standing.community.active[place] & standing.community.allowed.any(axis=0)).any()
    }
    person = min(goes)
    suiting = [group for group in goes[person] if standing.community.allowed[:, standing.group_ids.get_loc(group)].any()]
    most = standing.willing[person]
    with pytest.raises(SchemaError, match=f"agreed to {most:g}"):
        run(spreading, rn.Champion(person_id=person, group_id=suiting[0], per_month=most + 1))
    found = run(spreading, rn.Champion(person_id=person, group_id=suiting[0], per_month=most))
    assert found.with_it.done[:, 1:, 0].max() <= most


@pytest.mark.slow
def test_two_kept_apart_are_not_brought_together(record: rn.RecoveryRecord) -> None:
    source = rn.spread_source(record)
    at, standing = source.standing.community, source.standing
    group = standing.group_ids.get_loc("g03")
    there = np.flatnonzero(at.active[:, group])[0]
    away = np.flatnonzero(at.allowed[:, group] & ~at.active[:, group])[0]
    rows = pd.DataFrame({"person_id": [standing.person_ids[away]], "other_id": [standing.person_ids[there]], "reason": ["debt"]})
    kept = dataclasses.replace(record, separations=pd.concat([record.separations, rows], ignore_index=True))
    with pytest.raises(SchemaError, match="kept apart"):
        run(rn.spread_source(kept), rn.Introduction(per_month=1, group_id="g03", clients=(standing.person_ids[away],)))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"horizon": 0}, "horizon"),
        ({"horizon": 121}, "1 to 120"),
        ({"n_runs": 5}, "n_runs"),
        ({"level": 2}, "level"),
        ({"workers": 0}, "workers"),
    ],
)
def test_arguments_out_of_range(spreading, more, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SchemaError, match=words):
        run(spreading, WEEKLY, **more)


@pytest.mark.slow
def test_a_record_without_introductions_cannot_say_how_they_go() -> None:
    record = rn.load_sample("riverside")
    without = dataclasses.replace(record, linkage=record.linkage.iloc[:0])
    with pytest.raises(NotEstimableError, match="Declare closure"):
        run(rn.spread_source(without), WEEKLY)
    assert run(rn.spread_source(without), rn.Introduction(per_month=4, closure=0.5)).with_it.done.sum() > 0


def test_a_fit_without_an_answer_is_refused() -> None:
    draw = np.random.default_rng(1)
    ties = (draw.random((30, 30)) < 0.1) & ~np.eye(30, dtype=bool)
    panel = rn.NetworkPanel.from_adjacency([ties * 1.0] * 2, behaviour={"norm": np.ones((30, 2))})
    with pytest.raises(NotEstimableError, match="no answer"):
        rn.FittedRates(rn.fit_sisa(panel, "norm"), 3.0)


def test_interventions_that_contradict_each_other(spreading) -> None:  # type: ignore[no-untyped-def]
    closed = rn.GroupClosed(group_id="g03", start=5)
    for other in (rn.HoursMoved(group_id="g03", keeps=0.5), rn.Introduction(per_month=1, group_id="g03"), closed):
        with pytest.raises(SchemaError, match="contradict|twice"):
            run(spreading, closed, other)
    assert run(spreading, closed, rn.Introduction(per_month=1, group_id="g03", months=4), n_runs=20).n_people
