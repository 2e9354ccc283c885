"""Who introduces whom in a caseload: most served, then fewest steps, within everybody's room, against every assignment there is."""

import itertools

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.caseload import _assigned
from recoverynet.measures.introductions import IntroductionRow

NAN = np.nan


def option(guide: str, steps: float, room: float, group: str = "aa") -> IntroductionRow:
    blank = dict.fromkeys(IntroductionRow._fields)
    return IntroductionRow(**{**blank, "group_id": group, "introducer_id": guide, "steps": steps, "capacity_left": room})  # type: ignore[arg-type]


def best_of_all(options: dict[str, list[IntroductionRow]]) -> tuple[int, float]:
    """(Served, fewest steps, 3 for somebody not known yet) by trying every assignment."""
    room = {each.introducer_id: each.capacity_left for found in options.values() for each in found}
    found = []
    for pick in itertools.product(*([None, *each] for each in options.values())):
        guides = [each.introducer_id for each in pick if each]
        if all(guides.count(guide) <= places for guide, places in room.items()):
            found.append((-len(guides), sum(3.0 if np.isnan(each.steps) else each.steps for each in pick if each)))
    served, steps = min(found)
    return -served, steps


@pytest.mark.parametrize("seed", range(12))
def test_most_are_served_and_of_such_ways_steps_are_fewest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    room = {guide: float(rng.integers(1, 3)) for guide in "xyz"}
    options = {
        client: [option(guide, rng.choice([1.0, 2.0, NAN]), places) for guide, places in room.items() if rng.random() < 0.6]
        for client in "abcde"
    }
    chosen = _assigned(options)
    guides = [each.introducer_id for each in chosen.values()]
    assert all(guides.count(guide) <= places for guide, places in room.items())
    assert all(each in options[client] for client, each in chosen.items())
    steps = sum(3.0 if np.isnan(each.steps) else each.steps for each in chosen.values())
    assert (len(chosen), steps) == best_of_all(options)


def test_serving_somebody_through_a_stranger_comes_before_fewer_steps() -> None:
    """x knows both a and b; only a has another way, of strangers: one step and two would serve one client alone."""
    chosen = _assigned({"a": [option("x", 1, 1), option("y", NAN, 1)], "b": [option("x", 2, 1)]})
    assert {client: each.introducer_id for client, each in chosen.items()} == {"a": "y", "b": "x"}


def test_the_first_of_a_guides_groups_is_taken_and_nobody_left_means_nothing() -> None:
    chosen = _assigned({"a": [option("x", 1, 2, "cafe"), option("x", 1, 2, "walk")]})
    assert chosen["a"].group_id == "cafe"
    assert _assigned({"a": [], "b": []}) == {}


def test_a_caseload_keeps_people_apart() -> None:
    record = rn.load_sample("riverside")
    clients = record.people.loc[record.people["role"] == "client", "person_id"].tolist()[:60]
    pairs = list(zip(clients[::2], clients[1::2], strict=True))
    record = record.with_tables(separations=pd.DataFrame(pairs, columns=["person_id", "other_id"]))
    plan = rn.caseload_introductions(record, clients, at="2011-06-15").set_index("client_id")
    for one, two in pairs:
        if plan.loc[[one, two], "served"].all():
            assert plan.loc[one, "group_id"] != plan.loc[two, "group_id"]
            assert plan.loc[one, "introducer_id"] != plan.loc[two, "introducer_id"]
    assert plan["served"].sum() > 20


def test_rows_stand_in_the_order_given_and_say_what_there_was() -> None:
    record = rn.load_sample("riverside")
    clients = record.people.loc[record.people["worker_id"] == "w12", "person_id"].tolist()[::-1]
    plan = rn.caseload_introductions(record, clients, at="2011-06-15")
    assert plan["client_id"].tolist() == clients and plan["served"].any()
    served = plan["served"]
    assert (plan["n_options"][served] > 0).all() and plan.loc[served, ["group_id", "introducer_id"]].notna().all(axis=None)
    assert plan.loc[~served, ["group_id", "name", "introducer_id", "introducer_role", "steps", "via_id"]].isna().all(axis=None)


@pytest.mark.parametrize("wrong", ["c0001", [], ["c0001", "c0001"]])
def test_a_caseload_is_ids_each_once(wrong: object) -> None:
    with pytest.raises(rn.SchemaError, match="each once"):
        rn.caseload_introductions(rn.load_sample("riverside"), wrong, at="2011-06-15")  # type: ignore[arg-type]
