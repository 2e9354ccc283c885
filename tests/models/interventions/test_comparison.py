"""Rules side by side: on the same luck, none favoured where nothing spreads, costs by what was done."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.models.interventions.comparison import NOBODY

WEEKLY = rn.Introduction(per_month=4.35, hours=2.0, pounds=10.0)


@pytest.fixture(scope="module")
def source():  # type: ignore[no-untyped-def]
    return rn.spread_source(rn.load_sample("riverside"), rn.DeclaredRates(transmission=0.02, attending=0.05))


@pytest.fixture(scope="module")
def found(source):  # type: ignore[no-untyped-def]
    return rn.compare_interventions(source, WEEKLY, horizon=6, n_runs=60, rng=2, quiet=True)


def test_every_rule_is_compared_with_nobody_on_the_same_start(found) -> None:  # type: ignore[no-untyped-def]
    assert tuple(found.arms) == ("nobody", "random", "degree", "nomination", "survey", "isolated", "mentor")
    for course in found.arms.values():
        assert np.array_equal(course.states[:, 0], found.arms[NOBODY].states[:, 0])
    assert found.to_frame().loc[NOBODY, ["linked", "gained", "hours"]].tolist() == [0.0, 0.0, 0.0]


def test_costs_are_those_of_proposals_made(found) -> None:  # type: ignore[no-untyped-def]
    frame = found.to_frame().drop(index=NOBODY)
    assert np.allclose(frame["hours"], 2.0 * frame["proposed"]) and np.allclose(frame["pounds"], 10.0 * frame["proposed"])


def test_a_rule_alone_gives_what_it_gives_among_others(source, found) -> None:  # type: ignore[no-untyped-def]
    alone = rn.compare_interventions(source, WEEKLY, rules=["isolated"], horizon=6, n_runs=60, rng=2, quiet=True)
    assert np.array_equal(alone.arms["isolated"].states, found.arms["isolated"].states)


def test_subgroups_add_up_to_all(found) -> None:  # type: ignore[no-untyped-def]
    gains = found.who_gains().assign(count=lambda frame: frame["linked"] * frame["n"] / 100)
    for rule in found.rules:
        of = gains[gains["rule"] == rule]
        whole = of.loc[of["by"] == "all", "count"].item()
        for by in ("sex", "age_band", "substance", "area"):
            assert of.loc[of["by"] == by, "count"].sum() == pytest.approx(whole)


@pytest.mark.slow
def test_without_any_effect_no_rule_gains_anything() -> None:
    source = rn.spread_source(rn.load_sample("riverside"), rn.DeclaredRates())
    found = rn.compare_interventions(source, WEEKLY, horizon=6, n_runs=30, rng=2, quiet=True)
    assert (found.to_frame()["gained"] == 0).all()
    assert not found.between().query("outcome == 'holding'")["told_apart"].any()
    assert found.to_frame()["hours_per_gained"].isna().all()


@pytest.mark.slow
def test_the_better_rule_is_found_as_often_as_its_margin_deserves(source) -> None:  # type: ignore[no-untyped-def]
    """Ten runs tell the order that six hundred tell in Phi(margin / standard error) of all tens."""
    found = rn.compare_interventions(source, WEEKLY, horizon=6, n_runs=600, rng=5, quiet=True)
    rules, seen = [NOBODY, *found.rules], 0
    for place, rule in enumerate(rules):
        for other in rules[place + 1 :]:
            for outcome in ("linked", "holding"):
                apart = found.differences(rule, outcome, than=other).astype(float)
                if apart.std() == 0:
                    continue
                tens = apart.reshape(60, 10).mean(axis=1) * np.sign(apart.mean())
                right = (tens > 0).mean() + (tens == 0).mean() / 2
                deserved = norm.cdf(abs(apart.mean()) / apart.std() * np.sqrt(10))
                assert right > deserved - 3 * np.sqrt(deserved * (1 - deserved) / 60) - 0.02, (
                    rule,
                    other,
                    outcome,
                    right,
                    deserved,
                )
                seen += 1
    assert seen >= 30


def test_rules_choose_whom_they_say(source) -> None:  # type: ignore[no-untyped-def]
    from recoverynet.kernels.reversible_spread.choosing import wish

    at = source.standing.community
    n_ties = np.diff(at.indptr)
    few, many = int(n_ties.argmin()), int(n_ties.argmax())
    order = [
        [wish(rule, person, np.uint64(1), at.keys[person], 1, 0, at.indptr, at.indices, at.keys) for person in (few, many)]
        for rule in (2, 5)
    ]
    assert order[0][1] > order[0][0] and order[1][0] > order[1][1]


def test_a_mentor_is_like_the_client_and_introduces_no_more_than_agreed(found, source) -> None:  # type: ignore[no-untyped-def]
    assert found.arms["mentor"].done[:, :, 0].max() <= sum(source.standing.willing.values())


@pytest.mark.parametrize(
    ("plan", "more", "words"),
    [
        ((), {}, "The plan is empty"),
        (WEEKLY, {"rules": ["score"]}, "rules names 'score'"),
        (WEEKLY, {"rules": "random"}, "list of names"),
        (rn.GroupClosed(group_id="g03"), {"rules": ["random"]}, "no introduction"),
        ("closing", {}, "list of Introduction"),
        ([3], {}, "list of Introduction"),
    ],
)
def test_what_cannot_be_compared(source, plan, more, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SchemaError, match=words):
        rn.compare_interventions(source, plan, n_runs=20, horizon=2, quiet=True, **more)


def test_tipping_points_follow_the_assumption_varied(source) -> None:  # type: ignore[no-untyped-def]
    found = rn.tipping_points(
        source,
        rn.Introduction(per_month=20),
        vary={"attending": (0.0, 0.3)},
        rules=["random"],
        horizon=6,
        n_runs=40,
        rng=1,
        quiet=True,
    )
    none, much = found.to_frame().sort_values("value")["gained"]
    assert much > none + 1 and found.tips()["tips_between"].tolist() == [None]


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        ({}, "got nothing"),
        ({"luck": (0, 1)}, "'luck'"),
        ({"closure": (0.1,)}, "two values"),
        ({"closure": (0.1, 2)}, "from 0 to 1"),
    ],
)
def test_what_cannot_be_varied(source, vary, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SchemaError, match=words):
        rn.tipping_points(source, WEEKLY, vary=vary, n_runs=20, horizon=2, quiet=True)
