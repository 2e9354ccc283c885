"""A month of a community piece by piece: contacts counted by loops, chances by formula, links and proposals where luck is out."""

from types import SimpleNamespace

import numpy as np
import pytest

from recoverynet.kernels.reversible_spread.chances import IMPUTE, MOVE, next_state, unit
from recoverynet.kernels.reversible_spread.choosing import DEGREE, ISOLATED, MENTOR, NOMINATION
from recoverynet.kernels.reversible_spread.courses import (
    COUNTED,
    DRAWN,
    RATIOS,
    SHARED,
    STEPS,
    UNKNOWN,
    Community,
    CoursePlan,
    Rates,
    chosen_for,
    contacts_of,
    count,
    courses,
    crossing,
    new_contact,
    propose,
    step,
    turn_over,
)

SEED = np.uint64(3)
HOLDS = np.array([False, False, True])
BASE = np.array([[0.7, 0.1, 0.2], [0.2, 0.7, 0.1], [0.05, 0.25, 0.7]])


@pytest.fixture(autouse=True)
def _hashes_overflow():
    with np.errstate(over="ignore"):
        yield


def community(state, groups=2, contacts=None, **changes):
    """Clients, any of whom may go to any recovery group where nobody goes yet; no ties unless given."""
    n = len(state)
    contacts = contacts or [[] for _ in range(n)]
    indptr = np.cumsum([0, *map(len, contacts)])
    given = {
        "keys": np.arange(100, 100 + n, dtype=np.uint64),
        "state": np.array(state),
        "drawn": np.array([0.5, 0.75, 1.0]),
        "holds": HOLDS,
        "indptr": indptr,
        "indices": np.array([other for each in contacts for other in each], np.int64),
        "strength": np.ones(indptr[-1]),
        "active": np.zeros((n, groups), bool),
        "kind": np.zeros(n, np.int64),
        "client": np.ones(n, bool),
        "recovery": np.ones(groups, bool),
        "allowed": np.ones((n, groups), bool),
        "near": np.zeros((n, groups)),
        "like": np.zeros((n, 2), np.int64),
        "apart": np.zeros((0, 2), np.int64),
        "guide_room": np.zeros(n),
        "levels": np.zeros((n, 1), np.int64),
    }
    return Community(**{**given, **changes})


def now(at):
    """What a month changes: states, links, who was brought where, contacts, numbers, introducers and months of proposals."""
    n, groups = at.active.shape
    return SimpleNamespace(
        state=at.state.copy(), active=at.active.copy(), brought=np.zeros((n, groups), bool), indices=at.indices.copy(),
        going=at.active.sum(axis=0), load=at.active.sum(axis=1), guide=np.full(n, -1), asked=np.full(n, -100),
        done=np.zeros(3, np.int64),
    )  # fmt: skip


def a_plan(at, months=12, slots=(), **changes):
    n, groups = at.active.shape
    given = {
        "room": np.full((months + 1, groups), 9999),
        "hosts": np.zeros(groups),
        "cut": np.full((n, groups), -1),
        "keep": np.ones((months + 1, groups)),
        "slots": np.array(slots, np.int64).reshape(-1, 6),
        "chance": np.ones(len(slots)),
    }
    return CoursePlan(**{**given, **changes})


def some_rates(slots=0, **changes):
    given = {
        "base": BASE[None],
        "per_contact": np.array([0.1]),
        "going": np.array([0.05]),
        "leaving": np.zeros(1),
        "ties_ending": np.zeros(1),
        "closure": np.ones((1, slots)),
        "lines": np.zeros((1, 2, 5)),
        "steps": np.ones(1),
        "likeness": np.zeros(1),
    }
    return Rates(**{**given, **changes})


STRONG = np.array([2.0, 0.5, 1.0, 4.0, 1.5, 1.0, 3.0, 0.25, 1.0, 2.0])


def town():
    """Seven people, one of unknown state; two groups; introducers; strengths."""
    active = np.array([[1, 1], [1, 0], [0, 1], [1, 0], [1, 0], [0, 1], [1, 0]], bool)
    contacts = [[1, 3, 5], [0], [6, 3, 4], [], [2], [0, 1], []]
    at = community([0, 2, 1, UNKNOWN, 2, 2, 0], contacts=contacts, active=active, strength=STRONG)
    guide = np.array([4, 0, 3, -1, -1, -1, 2])
    return at, contacts, guide


def counted_by_hand(at, contacts, guide, person, hosts, by_share):
    """Contacts who hold the norm, and of known state, by loops over people."""
    held = [None if state < 0 else float(HOLDS[state]) for state in at.state]
    met = []
    for place, other in enumerate(contacts[person]):
        met.append((held[other], at.strength[at.indptr[person] + place]))
    if guide[person] >= 0:
        met.append((held[guide[person]], 1.0))
    for group in np.flatnonzero(at.active[person]):
        others = [held[other] for other in np.flatnonzero(at.active[:, group]) if other != person and held[other] is not None]
        others += [1.0] * int(hosts[group])
        if others:
            met += [(np.mean(others), 1.0)] if by_share else [(each, 1.0) for each in others]
    met = [(value, weight) for value, weight in met if value is not None]
    return sum(value * weight for value, weight in met), sum(weight for _, weight in met)


@pytest.mark.parametrize("mode", [SHARED, COUNTED, RATIOS, STEPS])
def test_contacts_are_ties_introducers_and_the_others_of_ones_groups(mode):
    at, contacts, guide = town()
    hosts = np.array([0.0, 2.0])
    known = hosts + (at.active & (at.state >= 0)[:, None]).sum(axis=0)
    held = hosts + at.active[at.state == 2].sum(axis=0)
    for person in np.flatnonzero(at.state >= 0):
        found = contacts_of(person, at, at.state, at.indices, at.active, guide, at.active.sum(axis=1), held, known, mode)
        assert found == pytest.approx(counted_by_hand(at, contacts, guide, person, hosts, mode == SHARED)), person


def test_nobody_else_in_a_group_is_no_contact():
    at = community([0, 2], active=np.array([[1, 0], [0, 0]], bool))
    alone = contacts_of(
        0, at, at.state, at.indices, at.active, np.full(2, -1), np.array([1, 0]), np.zeros(2), np.array([1.0, 0]), 0
    )
    assert alone == (0.0, 0.0)


def test_chances_of_crossing_by_each_way_of_counting():
    lines = np.array([[-1.0, 2.0, 0.3, 0.05, 0.7], [0.5, -2.0, -0.3, 0.1, -0.4]])
    for mode in (SHARED, COUNTED):
        assert crossing(mode, False, 0.02, 3.0, 4.0, 0.1, lines, 0.5) == pytest.approx(0.02 + 0.1 * 3.0)
        assert crossing(mode, True, 0.02, 3.0, 4.0, 0.1, lines, 0.5) == 0.02
    for holds, odds in ((False, -1.0 + 2.0 * 0.75 + 0.3 * 3 + 0.05 * 4), (True, 0.5 - 2.0 * 0.75 - 0.3 * 3 + 0.1 * 4)):
        stays = crossing(RATIOS, holds, 0.2, 3.0, 4.0, 0.1, lines, 0.5)
        assert np.log(1 - stays) == pytest.approx(np.exp(odds) * np.log(0.8))  # hazards are proportional
        assert crossing(STEPS, holds, 0.2, 3.0, 4.0, 0.1, lines, 0.5) == pytest.approx(0.5 * np.exp(odds) / (1 + np.exp(odds)))
        half = np.exp(lines[int(holds), :4] @ [1.0, 0.5, 0.25, 0.5])
        assert crossing(STEPS, holds, 0.2, 0.25, 0.5, 0.1, lines, 1.0) == pytest.approx(half / (1 + half))
        nobody = lines[int(holds), 4]
        assert crossing(STEPS, holds, 0.2, 0.0, 0.0, 0.1, lines, 1.0) == pytest.approx(1 / (1 + np.exp(-nobody)))


@pytest.mark.parametrize("mode", [SHARED, COUNTED, RATIOS, STEPS])
def test_everybody_moves_at_once_by_what_contacts_held_before(mode):
    at, contacts, guide = town()
    hosts, went = np.array([1.0, 0.0]), 0
    at = at._replace(recovery=np.array([False, True]))
    lines = np.array([[[-1.0, 1.0, 0.2, -0.1, -2.0], [-2.0, -1.0, -0.2, 0.1, -1.0]]])
    rates = some_rates(lines=lines, steps=np.array([0.9]))
    for month in range(1, 40):
        found = step(
            month,
            SEED,
            at,
            a_plan(at, 40, hosts=hosts),
            rates,
            0,
            mode,
            at.state,
            at.indices,
            at.active,
            at.active.sum(axis=1),
            guide,
        )
        for person, state in enumerate(at.state):
            if state == UNKNOWN:
                assert found[person] == UNKNOWN
                continue
            holds = bool(HOLDS[state])
            plain = BASE[state, holds != HOLDS].sum()
            holding, of = counted_by_hand(at, contacts, guide, person, hosts, mode == SHARED)
            chance = crossing(mode, holds, plain, holding, of, 0.1, lines[0], 0.9)
            chance += 0.05 * (not holds and at.active[person, 1])
            assert found[person] == next_state(state, BASE, HOLDS, chance, unit(SEED, at.keys[person], month, MOVE, 0)), person
            went += found[person] != state
    assert went > 20


def test_where_nothing_spreads_contacts_do_not_count():
    at, _, guide = town()
    rates = some_rates(per_contact=np.zeros(1), going=np.zeros(1))
    for month in range(1, 20):
        one, other = (
            step(month, SEED, at, a_plan(at, 20), rates, 0, SHARED, at.state, indices, at.active, at.active.sum(axis=1), guide)
            for indices in (at.indices, np.zeros_like(at.indices))
        )
        np.testing.assert_array_equal(one, other)


def turned(at, plan, before, month=2, leaving=0.0, turns=True, ending=0.0, likeness=0.0):
    turn_over(
        month, SEED, at, plan, leaving, turns, ending, likeness, before.state, before.active, before.brought, before.indices,
        before.going, before.load,
    )  # fmt: skip
    np.testing.assert_array_equal(before.going, before.active.sum(axis=0))
    np.testing.assert_array_equal(before.load, before.active.sum(axis=1))
    assert not (before.brought & ~before.active).any()
    return before


def seven_in_two_groups(kind=None):
    active = np.zeros((14, 2), bool)
    active[:7, 0] = active[3:10, 1] = True
    return community([0] * 14, active=active, kind=np.zeros(14, np.int64) if kind is None else kind)


@pytest.mark.slow
def test_links_end_where_a_group_closes_a_link_is_cut_or_hours_move_and_nobody_takes_the_place():
    at = seven_in_two_groups()
    closed = a_plan(at, room=np.array([[9, 9], [9, 9], [-1, 9], [9, 9]]))
    assert not turned(at, closed, now(at)).active[:, 0].any()
    assert turned(at, closed, now(at), month=1).active.sum() == 14
    cut = a_plan(at)
    cut.cut[4] = [2, 3]
    after = turned(at, cut, now(at)).active
    assert not after[4, 0] and after.sum() == 13
    moved = a_plan(at)
    moved.keep[2, 1] = 0.0
    after = turned(at, moved, now(at)).active
    assert not after[:, 1].any() and after[:, 0].sum() == 7
    assert turned(at, moved, now(at), month=3).active.sum() == 14
    full = a_plan(at, room=np.zeros((3, 2), np.int64))  # no room is not closed
    assert turned(at, full, now(at)).active.sum() == 14


@pytest.mark.slow
def test_a_share_goes_on_where_hours_move():
    at = community([0] * 2000, active=np.ones((2000, 2), bool))
    moved = a_plan(at)
    moved.keep[2] = [0.3, 1.0]
    after = turned(at, moved, now(at)).active
    assert after[:, 0].mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 2000)) and after[:, 1].all()


def test_who_leaves_is_followed_by_somebody_of_the_same_kind():
    kind = np.array([0, 1] * 7)
    at = seven_in_two_groups(kind)
    after = turned(at, a_plan(at), now(at), leaving=1.0)
    assert (after.active != at.active).any()
    for group in range(2):
        for each in (0, 1):
            assert after.active[kind == each, group].sum() == at.active[kind == each, group].sum()


def test_links_stay_where_nothing_turns_over_but_those_who_were_brought_may_leave():
    at = seven_in_two_groups()
    before = now(at)
    before.brought[2, 0] = before.brought[8, 1] = True
    assert turned(at, a_plan(at), before, turns=False).active.sum() == 14
    after = turned(at, a_plan(at), before, leaving=1.0, turns=False).active
    assert np.argwhere(at.active & ~after).tolist() == [[2, 0], [8, 1]] and after.sum() == 12
    before = now(at)
    before.brought[2, 0] = True
    assert turned(at, a_plan(at), before, leaving=1.0).active.sum() == 13  # only who came by themselves are followed


def test_a_share_of_links_ends_a_month():
    at = community([0] * 3000, 1, active=np.ones((3000, 1), bool))
    before = now(at)
    before.brought[:] = True
    after = turned(at, a_plan(at), before, leaving=0.2, turns=False)
    assert after.active.mean() == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / 3000))


def ring(n):
    return [[(person - 1) % n, (person + 1) % n] for person in range(n)]


def test_a_share_of_ties_gives_way_to_others_where_the_network_turns_over():
    at = community([0] * 1500, contacts=ring(1500))
    after = turned(at, a_plan(at), now(at), ending=0.1)
    changed = (after.indices != at.indices).mean()
    assert changed == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 3000))
    assert (turned(at, a_plan(at), now(at), ending=1.0, turns=False).indices == at.indices).all()
    assert (turned(at, a_plan(at), now(at), ending=0.0).indices == at.indices).all()
    mixed = at._replace(state=np.arange(1500) % 3)
    alike = HOLDS[mixed.state[turned(mixed, a_plan(at), now(mixed), ending=1.0, likeness=30.0).indices]].reshape(1500, 2)
    assert (alike == HOLDS[mixed.state][:, None]).all()


@pytest.mark.parametrize(("likeness", "own"), [(0.0, 0), (1.0, 0), (1.0, 2), (-1.0, 0), (-1.0, 2), (1.0, UNKNOWN)])
def test_new_contacts_are_met_by_their_ties_and_on_log_odds_by_their_state(likeness, own):
    """Three in ten ties are to people who hold the norm; who is like oneself is e times as readily taken on (or passed over)."""
    state = np.array([own] + [2] * 3 + [0, 1] * 3 + [0])
    at = community(state, contacts=[[]] * 10 + [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]])
    times = 2500
    met = np.array([new_contact(0, place, 5, SEED, at, likeness, state) for place in range(times)])
    weights = np.ones(11)
    weights[0] = 0.0
    if own != UNKNOWN:
        weights[1:] *= np.exp(likeness * (HOLDS[state[1:]] == HOLDS[own]))
    expected = times * weights[1:] / weights[1:].sum()
    assert ((np.bincount(met, minlength=11)[1:] - expected) ** 2 / expected).sum() < 27.9  # chi-squared, 9 df, p = .001


def test_whoever_has_unknown_state_is_taken_on_as_met():
    state = np.array([0, UNKNOWN, 0, 2])
    at = community(state, contacts=[[], [], [], [1, 1, 1, 2]])
    met = [new_contact(0, place, 5, SEED, at, 30.0, state) for place in range(400)]
    assert np.mean(np.array(met) == 1) == pytest.approx(0.75, abs=0.09)


def chosen(rule, at, wanted=-1, slot=0, month=1, free=None, left=None, room=None):
    n, groups = at.active.shape
    free = np.ones(n, bool) if free is None else free
    left = at.guide_room.copy() if left is None else left
    room = np.full(groups, 99) if room is None else room
    return chosen_for(rule, wanted, month, slot, SEED, at, room, free, at.indices, at.active, at.active.sum(axis=0), left)


@pytest.mark.slow
def test_a_rule_comes_to_the_first_of_those_who_are_free_and_can_be_placed():
    contacts = [[1, 2], [0], [], [0, 1, 2], [0, 1, 2, 3]]
    at = community([0] * 5, contacts=contacts)
    assert chosen(DEGREE, at)[0] == 4 and chosen(ISOLATED, at)[0] == 2
    free = np.array([1, 1, 0, 1, 0], bool)
    assert chosen(DEGREE, at, free=free)[0] == 3 and chosen(ISOLATED, at, free=free)[0] == 1
    barred = at._replace(allowed=np.array([[1, 1]] * 3 + [[1, 0], [0, 0]], bool))
    assert chosen(DEGREE, barred) == (3, 0, -1) and chosen(DEGREE, barred, wanted=1) == (0, 1, -1)
    assert chosen(DEGREE, at, free=np.zeros(5, bool)) == (-1, -1, -1) == chosen(DEGREE, at, room=np.zeros(2, np.int64))
    assert len({chosen(1, at, slot=slot)[0] for slot in range(60)}) == 5  # at random, everybody some time


@pytest.mark.slow
def test_nominations_come_to_contacts_and_to_anybody_where_none_can_go():
    at = community([0] * 5, contacts=[[1]] * 4 + [[]])
    assert {chosen(NOMINATION, at, slot=slot)[0] for slot in range(30)} == {1}
    barred = at._replace(allowed=np.array([[1, 1], [0, 0], [1, 1], [1, 1], [1, 1]], bool))
    assert {chosen(NOMINATION, barred, slot=slot)[0] for slot in range(60)} == {0, 2, 3, 4}
    assert chosen(NOMINATION, at, wanted=1)[:2] == (1, 1)
    assert {chosen(NOMINATION, community([0] * 3), slot=slot)[0] for slot in range(30)} == {0, 1, 2}  # nobody has contacts


def test_a_mentor_brings_somebody_like_them_to_a_group_of_theirs():
    """Of six, 0 and 3 introduce (0 has room for nobody more), 3 goes to the second group; 4 is like 3, 5 is in half of it."""
    active = np.zeros((6, 2), bool)
    active[0, 0] = active[3, 1] = True
    like = np.array([[1, 1], [1, 1], [1, 2], [2, 2], [2, 2], [2, 1]])
    at = community([0] * 6, active=active, like=like, guide_room=np.array([0.5, 0, 0, 1.0, 0, 0]))
    free = np.array([0, 1, 1, 0, 1, 1], bool)
    assert chosen(MENTOR, at, free=free) == (4, 1, 3) == chosen(MENTOR, at, wanted=1, free=free)
    for bar in ({"wanted": 0}, {"free": free & (np.arange(6) != 4)}, {"left": np.zeros(6)}, {"room": np.array([99, 1])}):
        assert chosen(MENTOR, at, **{"free": free, **bar}) == (-1, -1, -1), bar
    unknown = like.copy()
    unknown[[3, 4]] = -1
    assert chosen(MENTOR, at._replace(like=unknown), free=free) == (-1, -1, -1)
    assert chosen(MENTOR, at._replace(apart=np.array([[1, 2], [4, 3]])), free=free) == (-1, -1, -1)
    both = at._replace(like=np.ones((6, 2), np.int64), apart=np.array([[1, 2]]))
    assert {chosen(MENTOR, both, slot=slot, free=free)[0] for slot in range(40)} == {1, 2, 4, 5}


def proposed(at, slots, month=5, before=None, closure=None, **changes):
    before, slots = before or now(at), np.array(slots, np.int64).reshape(-1, 6)
    closure = np.ones(len(slots)) if closure is None else closure
    propose(
        month, SEED, at, a_plan(at, slots=slots, **changes), closure, before.active, before.brought, before.indices, before.going,
        before.load, before.guide, before.asked, before.done,
    )  # fmt: skip
    np.testing.assert_array_equal(before.going, before.active.sum(axis=0))
    np.testing.assert_array_equal(before.load, before.active.sum(axis=1))
    return before


@pytest.mark.slow
def test_somebody_named_goes_where_the_plan_says_with_whom_it_says():
    at = community([0] * 4, guide_room=np.array([0, 0, 0, 2.0]))
    after = proposed(at, [[1, 1, 5, 6, 2, 3]])
    assert np.argwhere(after.active).tolist() == [[2, 1]] == np.argwhere(after.brought).tolist()
    assert after.done.tolist() == [1, 1, 0] and after.guide.tolist() == [-1, -1, 3, -1] and after.asked.tolist()[2] == 5
    again = proposed(at, [[1, 0, 5, 9, 2, -1]], month=8, before=after)  # within three months of the last
    assert again.active.sum() == 1 and again.done.tolist() == [1, 1, 1]
    later = proposed(at, [[1, 0, 5, 99, 2, -1]], month=9, before=again)
    assert later.active[2].all() and later.guide[2] == 3
    full = proposed(at, [[1, 0, 5, 6, 2, -1]], room=np.zeros((6, 2), np.int64))
    assert not full.active.any() and full.done.tolist() == [0, 0, 1]


@pytest.mark.parametrize(("month", "made"), [(4, 0), (5, 1), (6, 1), (7, 0)])
def test_proposals_are_made_from_the_first_month_to_before_the_last(month, made):
    at = community([0] * 4)
    assert proposed(at, [[1, -1, 5, 7, -1, -1]], month=month).done.tolist() == [made, made, 0]


def test_what_is_not_followed_still_counts_as_proposed():
    at = community([0] * 4, guide_room=np.array([0, 0, 0, 1.0]))
    after = proposed(at, [[1, 1, 0, 9, 2, 3]], closure=np.zeros(1))
    assert not after.active.any() and after.done.tolist() == [1, 0, 0]
    assert after.asked[2] == 5 and (after.guide == -1).all()
    assert proposed(at, [[DEGREE, 1, 0, 9, -1, -1]] * 6, closure=np.zeros(6)).done.tolist() == [4, 0, 2]  # once a month


def test_clients_not_yet_linked_and_not_just_asked_are_chosen_once_a_month():
    active = np.zeros((6, 3), bool)
    active[1, 0] = active[2, 2] = True
    at = community([0] * 6, 3, active=active, client=np.array([1, 1, 1, 0, 1, 1], bool), recovery=np.array([True, True, False]))
    before = now(at)
    before.asked[4], before.asked[5] = 2, 1  # in month 5, three months ago and four
    after = proposed(at, [[DEGREE, 1, 0, 9, -1, -1]] * 4, before=before)
    assert after.active[:, 1].tolist() == [True, False, True, False, False, True]
    assert after.done.tolist() == [3, 3, 1]


def test_a_champion_of_the_plan_and_a_mentor_of_the_rule_walk_people_in():
    active = np.zeros((4, 2), bool)
    active[0, 1] = True
    at = community([0] * 4, active=active, client=np.array([0, 1, 1, 1], bool), guide_room=np.array([2.0, 0, 0, 0]))
    after = proposed(at, [[MENTOR, -1, 0, 9, -1, -1]] * 4)
    assert after.done.tolist() == [2, 2, 2] and after.active[1:, 1].sum() == 2  # agreed to two a month
    assert sorted(after.guide.tolist()) == [-1, -1, 0, 0]
    champion = proposed(at, [[DEGREE, 1, 0, 9, -1, 0]])
    assert champion.guide[champion.active[:, 1] & at.client].tolist() == [0]


def test_shares_of_months_and_of_proposals_followed():
    n = 1500
    at = community([0] * n, 1)
    slots = [[1, 0, 0, 9, person, -1] for person in range(n)]
    after = proposed(at, slots, chance=np.full(n, 0.6), closure=np.full(n, 0.25))
    made, followed, unfilled = after.done
    assert made / n == pytest.approx(0.6, abs=4 * np.sqrt(0.24 / n)) and unfilled == 0
    assert followed / made == pytest.approx(0.25, abs=4 * np.sqrt(0.1875 / made)) and followed == after.active.sum()


def test_clients_are_counted_by_state_and_by_subgroup():
    active = np.array([[1, 0], [0, 1], [0, 0], [1, 1], [1, 0]], bool)
    at = community(
        [2, 2, 0, 1, 2], active=active, recovery=np.array([True, False]), client=np.array([1, 1, 1, 1, 0], bool),
        levels=np.array([[0, 1], [0, 2], [0, 1], [0, 2], [0, 1]]),
    )  # fmt: skip
    states, held, linked = np.zeros(3, np.int64), np.zeros(3, np.int64), np.zeros(3, np.int64)
    count(at, at.state, at.active, active.sum(axis=1), states, held, linked)
    assert states.tolist() == [1, 1, 2] and held.tolist() == [2, 1, 1] and linked.tolist() == [2, 1, 1]


def run(at, plan, rates, months, runs=1, first=0, end=None, turns=False):
    found = [np.zeros((runs, months + 1, size), np.int64) for size in (3, int(at.levels.max()) + 1, int(at.levels.max()) + 1, 3)]
    seeds, rates = np.arange(runs).astype(np.uint64), Rates(*(np.repeat(each, runs, axis=0) for each in rates))
    courses(seeds, first, end or runs, months, SHARED, turns, at, plan, rates, *found)
    return found


@pytest.mark.slow
def test_a_course_is_a_chain_of_months_links_ending_before_proposals_and_proposals_before_moves():
    """Whoever goes to a recovery group gains the norm at once; the group opens in month 2 and closes in month 4."""
    at = community([0] * 6, 1)
    stays = np.array([[[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]]])
    room = np.array([[0], [0], [9], [9], [-1]])
    slots = [[1, 0, 1, 9, person, -1] for person in (0, 3)]
    rates = some_rates(2, base=stays, going=np.ones(1), per_contact=np.zeros(1))
    states, held, linked, done = run(at, a_plan(at, 4, slots, room=room), rates, 4)
    assert held[0, :, 0].tolist() == [0, 0, 2, 2, 2] and linked[0, :, 0].tolist() == [0, 0, 2, 2, 0]
    assert states[0, -1].tolist() == [4, 0, 2]
    assert done[0].tolist() == [[0, 0, 0], [0, 0, 2], [2, 2, 0], [0, 0, 2], [0, 0, 2]]


@pytest.mark.slow
def test_unknown_states_are_drawn_from_those_known_and_runs_are_their_own():
    at = community([DRAWN] * 400, 1)
    states, *_ = run(at, a_plan(at, 1), some_rates(), 1, runs=2)
    for seed in range(2):
        luck = np.array([unit(np.uint64(seed), key, 0, IMPUTE, 0) for key in at.keys])
        drawn = np.searchsorted([0.5, 0.75], luck, side="right")
        assert states[seed, 0].tolist() == np.bincount(drawn, minlength=3).tolist()
    part, *_ = run(at, a_plan(at, 1), some_rates(), 1, runs=2, first=1, end=2)
    assert not part[0].any() and (part[1] == states[1]).all()


def test_room_and_who_came_by_themselves_are_known_from_the_start():
    """A group with room for two where one goes takes one of three; nobody who was there leaves where nothing turns over."""
    at = community([0] * 4, 1, active=np.array([[1], [0], [0], [0]], bool))
    slots = [[1, 0, 1, 2, person, -1] for person in (1, 2, 3)]
    rates = some_rates(3, leaving=np.ones(1))
    *_, linked, done = run(at, a_plan(at, 3, slots, room=np.full((4, 1), 2)), rates, 3)
    assert linked[0, :, 0].tolist() == [1, 2, 1, 1] and done[0, 1].tolist() == [1, 1, 2]


def test_courses_leave_the_community_as_it_was():
    at, _, _ = town()
    kept = [np.copy(each) for each in at]
    run(
        at,
        a_plan(at, 6, [[1, -1, 0, 9, -1, -1]]),
        some_rates(1, leaving=np.full(1, 0.5), ties_ending=np.full(1, 0.5)),
        6,
        turns=True,
    )
    for one, other in zip(at, kept, strict=True):
        np.testing.assert_array_equal(one, other)
