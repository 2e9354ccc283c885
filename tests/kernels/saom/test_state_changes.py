"""What a change leaves behind: lists both ways, classes of people alike, and nothing of what came before a new start."""

import numpy as np
import pytest
from driving import behaviour_of, network_of, random_network, random_panel, started

from recoverynet.kernels.saom.actor_model import (
    ACTIVE,
    CLASS,
    DEGREE_CAP,
    DIRECTED,
    FIRST_CATEGORY,
    IN_START,
    INTO,
    N_CLASSES,
    N_OWN,
    OUT,
    OUT_START,
    new_state,
    pairs_of,
)
from recoverynet.kernels.saom.state_changes import begin, class_anew, come_or_go, enter_class, fill_ties, leave_class, toggle
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.specification import Specification

TERMS = ["density", "inPop", "outPop", ("sameX", "site")]


def a_setting(n=10, *, seed=1, terms=TERMS, directed=True, **more):
    panel = random_panel(np.random.default_rng(seed), n, density=0.2, directed=directed, **more)
    return saom_setting(panel, Specification({"friend": terms}, {"drink": ["linear"]}), by_class=True)


def toggled(setting, state, i, j):
    tied = bool(network_of(state)[i, j])
    model = setting.model
    return toggle(model.strides, model.whole, state.people, state.classes, state.pool, state.used, state.dense, i, j, tied)


def received_of(state):
    """The network read off the lists of who is tied to each."""
    x = np.zeros((len(state.people),) * 2)
    pairs = pairs_of(state.people, INTO, state.pool)
    x[pairs[:, 1], pairs[:, 0]] = 1.0
    return x


def members_of(state):
    """Who is in each class; the last holds those who are a class of their own."""
    return [state.pool[start : start + length].tolist() for start, length in state.classes[:, :2]]


def assert_classes_hold_people_alike(setting, state, terms=TERMS):
    people, whole = state.people, setting.model.whole
    members, there = members_of(state), np.flatnonzero(people[:, ACTIVE])
    assert sorted(sum(members, [])) == there.tolist()
    place = setting.attributes.names.index("site") if ("sameX", "site") in terms else None
    looks = {}
    for j in there:
        degrees = (people[j, INTO + 1] if "inPop" in terms else 0, people[j, OUT + 1] if "outPop" in terms else 0)
        capped = max(degrees) >= whole[DEGREE_CAP]
        assert (people[j, CLASS] == whole[N_CLASSES]) == capped
        assert j in members[people[j, CLASS]]
        if not capped:
            looks.setdefault((None if place is None else people[j, FIRST_CATEGORY + place], *degrees), set()).add(people[j, CLASS])
    strides = setting.model.strides
    for look, which in looks.items():
        assert which == {np.array([look[0] or 0, *look[1:]]) @ [strides[place] if place is not None else 0, *strides[-2:]]}
    assert all(len(each) == 1 for each in looks.values())  # people alike are of one class,
    assert len(set.union(*looks.values())) == len(looks)  # and a class is of people alike
    assert len(looks) > 1


@pytest.mark.parametrize("terms", [TERMS, ["density", "inPop"], ["density", "outPop", ("sameX", "site")]])
def test_classes_follow_ties(terms):
    rng = np.random.default_rng(3)
    setting = a_setting(terms=terms)
    state = started(setting)
    x = network_of(state)
    assert_classes_hold_people_alike(setting, state, terms)
    for _ in range(60):
        i, j = rng.choice(10, 2, replace=False)
        assert toggled(setting, state, i, j)
        x[i, j] = 1 - x[i, j]
        np.testing.assert_array_equal(network_of(state), x)
        np.testing.assert_array_equal(received_of(state), x)
        assert_classes_hold_people_alike(setting, state, terms)


@pytest.mark.parametrize(("terms", "received", "sent"), [(TERMS, True, True), (["density", "inPop"], True, False)])
def test_beyond_the_cap_people_are_a_class_of_their_own(terms, received, sent):
    """Person 0 comes to receive more than the cap, person 9 to send as many; who sends counts only where classes look at it."""
    setting = a_setting(terms=terms)
    whole = setting.model.whole
    whole[DEGREE_CAP] = 4
    state = started(setting)
    for i in range(1, 7):
        for pair in ((i, 0), (9, i)):
            if not network_of(state)[pair]:
                assert toggled(setting, state, *pair)
            assert_classes_hold_people_alike(setting, state, terms)
    assert (state.people[[0, 9], CLASS] == whole[N_CLASSES]).tolist() == [received, sent]


def test_ties_without_direction_stand_both_ways_and_own_effects_see_them():
    rng = np.random.default_rng(4)
    for directed in (True, False):
        terms = ["density", "inPop"]
        setting = a_setting(terms=terms, directed=directed)
        setting.model.whole[N_OWN] = 1
        assert setting.model.whole[DIRECTED] == directed
        state = started(setting)
        np.testing.assert_array_equal(state.dense, network_of(state))
        for _ in range(30):
            i, j = rng.choice(10, 2, replace=False)
            before = network_of(state)
            assert toggled(setting, state, i, j)
            changed = np.argwhere(network_of(state) != before).tolist()
            assert sorted(changed) == sorted([[i, j]] if directed else [[i, j], [j, i]])
            np.testing.assert_array_equal(state.dense, network_of(state))
            np.testing.assert_array_equal(received_of(state), network_of(state))
            assert_classes_hold_people_alike(setting, state, terms)


def test_whoever_leaves_takes_their_ties_along_and_whoever_joins_has_none():
    present = np.ones((10, 2), bool)
    present[8, 1] = present[9, 0] = False
    rng = np.random.default_rng(5)
    networks = [random_network(rng, 10, 0.3) for _ in range(2)]
    for wave in range(2):
        networks[wave][~present[:, wave]] = networks[wave][:, ~present[:, wave]] = 0.0
    networks[0][8, :3] = networks[0][[2, 5], 8] = 1.0
    setting = a_setting(networks=networks, present=present)
    model, arrays = setting.model, setting.epochs[0].arrays
    assert sorted(map(tuple, arrays.movers.tolist())) == [(8, 0), (9, 1)]
    for own in (0, 1):
        model.whole[N_OWN] = own
        state, x = started(setting), networks[0].copy()
        assert state.people[8, ACTIVE] == 1 and state.people[9, [ACTIVE, CLASS]].tolist() == [0, -1]
        for event, (who, comes) in enumerate(arrays.movers):
            assert come_or_go(model, arrays, state, event)
            x[who] = x[:, who] = 0.0
            assert state.people[who, ACTIVE] == comes and (state.people[who, CLASS] >= 0) == bool(comes)
            np.testing.assert_array_equal(network_of(state), x)
            np.testing.assert_array_equal(received_of(state), x)
            if own:
                np.testing.assert_array_equal(state.dense, x)
            assert_classes_hold_people_alike(setting, state)


def test_leaving_a_class_moves_its_last_member_up_and_nothing_else():
    setting = a_setting(terms=["density", ("sameX", "site")])
    state, model = started(setting), setting.model
    rng = np.random.default_rng(6)
    for j in rng.permutation(10):
        before = [set(each) for each in members_of(state)]
        which = state.people[j, CLASS]
        leave_class(state.people, state.classes, state.pool, j)
        before[which].discard(int(j))
        assert [set(each) for each in members_of(state)] == before and state.people[j, CLASS] == -1
        leave_class(state.people, state.classes, state.pool, j)  # who is in none stays so
        assert [set(each) for each in members_of(state)] == before
    assert enter_class(model.strides, model.whole, state.people, state.classes, state.pool, state.used, 3)
    assert sum(members_of(state), []) == [3]


def test_a_step_of_behaviour_moves_people_between_classes_where_classes_look_at_it():
    setting = a_setting(terms=["density", ("sameX", "drink")])
    state, model = started(setting), setting.model
    place = FIRST_CATEGORY + setting.attributes.names.index("drink")
    same = int(np.flatnonzero(state.people[:, place] == state.people[0, place] + 1)[0])
    state.people[0, place] += 1
    assert class_anew(model.strides, model.whole, state.people, state.classes, state.pool, state.used, 0)
    assert state.people[0, CLASS] == state.people[same, CLASS] and 0 in members_of(state)[state.people[0, CLASS]]


def test_a_start_is_what_the_epoch_says():
    rng = np.random.default_rng(9)
    smoke = np.tile(np.arange(10) % 3, (2, 1)).T.astype(float)
    smoke[0, 1] = 2
    panel = random_panel(rng, 10, behaviour={"drink": rng.permutation(np.arange(20) % 4).reshape(10, 2) + 1.0, "smoke": smoke})
    model = Specification({"friend": [("altX", "age"), ("sameX", "site")]}, {"drink": ["linear"], "smoke": ["linear"]})
    setting = saom_setting(panel, model)
    state, arrays = started(setting), setting.epochs[0].arrays
    n_attributes = len(arrays.values)
    assert n_attributes == 5 and len(arrays.z) == 2
    categories = state.people[:, FIRST_CATEGORY : FIRST_CATEGORY + n_attributes]
    np.testing.assert_array_equal(categories.T, arrays.categories)
    np.testing.assert_array_equal(
        state.people[:, FIRST_CATEGORY + n_attributes :].T, [values[:, 0] for values in panel.behaviour.values()]
    )
    np.testing.assert_array_equal(state.values, arrays.values)
    x = panel.networks[0].toarray()
    np.testing.assert_array_equal(network_of(state), x)
    np.testing.assert_array_equal(received_of(state), x)
    np.testing.assert_array_equal(state.people[:, [IN_START, OUT_START]].T, [x.sum(axis=0), x.sum(axis=1)])


def test_a_new_start_is_the_first_start_again():
    setting = a_setting()
    setting.model.whole[N_OWN] = 1
    state, rng = started(setting, seed=7), np.random.default_rng(8)
    kept = [np.copy(each) for each in (state.people, state.values, state.dense, state.random, state.scores)]
    classes, x, drink = members_of(state), network_of(state), behaviour_of(state)
    for _ in range(20):
        assert toggled(setting, state, *rng.choice(10, 2, replace=False))
    state.values[:], state.scores[:], state.random[0] = 9.0, 9.0, 1
    state.people[:, [ACTIVE, FIRST_CATEGORY, -1]] = 9
    assert begin(setting.model, setting.epochs[0].arrays, state, np.uint64(7))
    assert members_of(state) == classes
    np.testing.assert_array_equal(network_of(state), x)
    np.testing.assert_array_equal(behaviour_of(state), drink)
    for one, other in zip((state.values, state.dense, state.random, state.scores), kept[1:], strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(state.people[:, ACTIVE:], kept[0][:, ACTIVE:])
    assert state.random[0] == 7 and not state.scores.any()


def test_a_full_pool_is_told():
    setting = a_setting()
    state = new_state(setting.model, setting.epochs[0].arrays)
    tight = state._replace(pool=np.zeros(30, np.int32))
    assert not begin(setting.model, setting.epochs[0].arrays, tight, np.uint64(1))
    assert not fill_ties(tight.people, tight.pool, tight.used, np.argwhere(np.ones((10, 10))))
    assert fill_ties(tight.people, tight.pool, tight.used, np.array([[0, 1], [2, 1]]))
    assert pairs_of(tight.people, OUT, tight.pool).tolist() == [[0, 1], [2, 1]]
    state = started(setting)
    state.used[0] = len(state.pool)
    full = [toggled(setting, state, i, j) for i, j in np.argwhere(~np.eye(10, dtype=bool)) if not network_of(state)[i, j]]
    assert not all(full)
