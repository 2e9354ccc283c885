"""Looking at people out of reach class by class is looking at everybody: same probabilities, scores and draws."""

import numpy as np
import pytest
from driving import behaviour_of, choice_of, network_of, quietly, random_network, random_panel, started, weighed
from scipy import stats

from recoverynet.errors import SchemaError
from recoverynet.kernels.saom.actor_model import (
    ACTIVE,
    CLASS,
    DONE,
    FIRST_CATEGORY,
    N_CLASSES,
    N_FIELDS,
    TOUCHED,
    WEIGHT,
    new_state,
    pairs_of,
)
from recoverynet.kernels.saom.ministeps import run_epoch
from recoverynet.kernels.saom.nearby import forget
from recoverynet.kernels.saom.state_changes import fill_ties
from recoverynet.kernels.saom.tie_choice import UNCHANGED, choose_option, far_member
from recoverynet.models.saom.effects import own_effect
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.specification import Specification, Term

MODELS = (
    ["density", "recip", "transTrip", "transTies", "gwespFF", "nbrDist2", "inPop", "outPopSqrt"],
    ["density", "recip", "between", "inStructEq", ("simX", "site"), ("egoX", "drink"), ("altX", "drink")],
    ["density", "balance", "transRecTrip", ("sameX", "site"), "outActSqrt", ("higher", "drink"),
     Term("recip", times=[("simX", "drink")]), Term("egoX", "age", times=["transTrip"])],
    ["density", "cycle3", "transMedTrip", ("absDiffX", "site"), ("egoXaltX", "drink"), "outTrunc", "inActSqrt",
     "reciAct", "outIso", Term("recip", type="endow"), Term("inPopSqrt", type="creation")],
)  # fmt: skip
DRINK = ["linear", "quad", "avAlt", "avSim"]


def harder_panel(rng, n):
    """Some pairs fixed as absent or present, some unknown, some people absent, a covariate unknown for one."""
    networks = [random_network(rng, n, 3.0 / n) for _ in range(2)]
    for code in (10.0, 11.0, np.nan):
        for ego, alter in rng.integers(0, n, (n // 4, 2)):
            if ego != alter:
                networks[0][ego, alter] = code
    present = np.ones((n, 2), bool)
    present[rng.integers(4, n, max(1, n // 10)), 0] = False
    for wave in range(2):
        networks[wave][~present[:, wave]] = networks[wave][:, ~present[:, wave]] = 0.0
    site = rng.integers(0, 3, n).astype(float)
    site[:3], site[3] = [0, 1, 2], np.nan
    age = rng.normal(size=n).round(1)
    return random_panel(rng, n, networks=networks, present=present, covariates={"site": site, "age": age})


def both_ways(rng, panel, terms):
    """The same model, class by class and person by person."""
    specification = Specification({"friend": terms}, {"drink": DRINK})
    return [saom_setting(panel, specification, by_class=by_class) for by_class in (True, False)]


def same_state(setting, state):
    """A state without classes, with the ties and behaviour of one that has them."""
    other = new_state(setting.model, setting.epochs[0].arrays, 64.0)
    assert fill_ties(other.people, other.pool, other.used, pairs_of(state.people, 0, state.pool))
    other.people[:, ACTIVE:] = state.people[:, ACTIVE:]
    other.values[:] = state.values
    return other


def theta_of(rng, setting, spread=0.7):
    """Random parameters, rates of one to three changes a person."""
    theta = rng.normal(scale=spread, size=len(setting.parameters))
    for place, each in enumerate(setting.parameters):
        if each.effect == "Rate":
            theta[place] = rng.uniform(1.0, 3.0)
        if each.effect == "density":
            theta[place] = rng.uniform(-2.0, 0.3)
    return theta


def random_states(rng, n_panels, states_each, sizes=(8, 60)):
    """Settings both ways, and states a random simulation has come to."""
    for number in range(n_panels):
        panel = harder_panel(rng, int(rng.integers(*sizes, endpoint=True)))
        settings = both_ways(rng, panel, MODELS[number % len(MODELS)])
        assert settings[0].model.whole[N_CLASSES] > 0 == settings[1].model.whole[N_CLASSES]
        arrays = settings[0].epochs[0].arrays
        for _ in range(states_each):
            state = new_state(settings[0].model, arrays, 64.0)
            seed = np.uint64(rng.integers(2**62))
            how, _, _ = quietly(
                run_epoch, settings[0].model, arrays, settings[0].own, state, theta_of(rng, settings[0], 0.3), seed, False
            )
            assert how == DONE
            yield settings, (state, same_state(settings[1], state)), theta_of(rng, settings[0])


@pytest.mark.parametrize(("panels", "each"), [(8, 3), pytest.param(100, 10, marks=pytest.mark.slow)])
def test_probabilities_and_expected_scores_in_up_to_a_thousand_states(panels, each):
    rng, n_states, classed = np.random.default_rng(1), 0, 0
    for settings, states, theta in random_states(rng, panels, each):
        n = len(states[0].people)
        i = int(rng.choice(np.flatnonzero(states[0].people[:, ACTIVE])))
        by_class, one_by_one = (choice_of(*way, theta, i) for way in zip(settings, states, strict=True))
        assert sorted(np.concatenate([*by_class.members, [-1]])) == sorted([*one_by_one.people, -1])
        np.testing.assert_allclose(by_class.probabilities(n), one_by_one.probabilities(n), rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(by_class.expected(), one_by_one.expected(), rtol=1e-11, atol=1e-12)
        fixed = settings[0].panel.structural[0].toarray()
        absent = states[0].people[:, ACTIVE] == 0
        assert not (fixed[i] | absent)[one_by_one.people].any()
        assert len(one_by_one.people) == n - 1 - (fixed[i] | absent).sum() + (fixed[i] | absent)[i]
        n_states += 1
        classed += any(len(members) > 1 for members in by_class.members)
    assert n_states == panels * each and classed > n_states / 3


def test_states_are_consistent_after_simulation():
    rng = np.random.default_rng(2)
    for settings, (state, _), _ in random_states(rng, 8, 3):
        x, people, classes = network_of(state), state.people, state.classes
        listed = [state.pool[start : start + length] for start, length in classes[:, :2]]
        for which, members in enumerate(listed):
            assert (people[members, CLASS] == which).all()
        assert sorted(np.concatenate(listed)) == np.flatnonzero(people[:, ACTIVE]).tolist()
        np.testing.assert_array_equal(people[:, 1], x.sum(axis=1))
        np.testing.assert_array_equal(people[:, 4], x.sum(axis=0))
        centred = behaviour_of(state) - np.mean(np.nanmean(settings[0].panel.behaviour["drink"], axis=0))
        row = settings[0].model.rows[0]
        np.testing.assert_allclose(state.values[row], centred)
        np.testing.assert_array_equal(people[:, FIRST_CATEGORY + row], behaviour_of(state) - settings[0].model.bounds[0, 0])


def drawn(setting, state, theta, i, times, random):
    """Whom ego chose, as often as asked; ego's own place counts for changing nothing."""
    counts, scores = np.zeros(len(state.people)), np.zeros(len(theta))
    for _ in range(times):
        found = weighed(setting, state, theta, i)
        chosen = choose_option(setting.model.ties, state.delta, state.options, random, scores, found, True)
        j = i
        if chosen >= 0:
            j = state.options[0, chosen]
            if state.options[1, chosen] > 1:
                j = far_member(state.people, state.classes, state.pool, random, state.people[j, CLASS])
        forget(state.people, state.used, state.through, i)
        counts[j] += 1
    return counts, scores


def pooled(counts, expected):
    """Chi-square of counts and its degrees of freedom, the rarest choices put together."""
    order = np.argsort(expected)
    counts, expected = counts[order], expected[order]
    rare = int((expected < 5).sum())
    if rare and expected[:rare].sum() < 5:
        rare = min(rare + 1, len(expected))
    if rare:
        counts = np.concatenate([[counts[:rare].sum()], counts[rare:]])
        expected = np.concatenate([[expected[:rare].sum()], expected[rare:]])
    return ((counts - expected) ** 2 / expected).sum(), len(expected) - 1


@pytest.mark.slow
@pytest.mark.parametrize("mode", [0, 1])
def test_draws_follow_the_probabilities(mode):
    rng = np.random.default_rng(3)
    total, freedom, random, times = 0.0, 0, np.array([17], np.uint64), 250
    gathered, spread = 0.0, 0.0
    for settings, states, theta in random_states(rng, 40, 1, sizes=(8, 24)):
        i = int(rng.choice(np.flatnonzero(states[0].people[:, ACTIVE])))
        exact = choice_of(settings[1], states[1], theta * 0.5, i)
        p = exact.probabilities(len(states[0].people))
        p[i] = 1.0 - p.sum()
        counts, scores = drawn(settings[mode], states[mode], theta * 0.5, i, times, random)
        square, degrees = pooled(counts, times * p)
        total, freedom = total + square, freedom + degrees
        place = [each.effect for each in settings[0].parameters].index("density")
        column = int(np.flatnonzero(settings[0].model.ties[:, 8] == place)[0])
        weights = p[exact.people]
        mean = weights @ exact.changes[column]
        gathered += scores[place]
        spread += times * (weights @ exact.changes[column] ** 2 - mean**2)
    assert freedom > 300
    assert stats.chi2.sf(total, freedom) > 0.001 and stats.chi2.cdf(total, freedom) > 0.001
    assert abs(gathered) < 4 * np.sqrt(spread)


def test_models_in_which_everybody_differs_are_looked_at_one_by_one():
    panel = random_panel(np.random.default_rng(4), 40)
    for terms in (["density", ("X", "near")], ["density", ("altX", "age"), "inPop", "outPop"]):
        specification = Specification({"friend": terms})
        assert saom_setting(panel, specification).model.whole[N_CLASSES] == 0
        with pytest.raises(SchemaError, match="People out of reach differ one by one"):
            saom_setting(panel, specification, by_class=True)


def changes_of(worth, sizes):
    """Two columns, the second a factor without a parameter, and options of so many people worth so much."""
    ties = np.zeros((3, N_FIELDS), np.int64)
    ties[:, WEIGHT] = [2, -1, 0]
    n = len(worth)
    delta = np.array([np.arange(n) - 1.0, np.full(n, 50.0), np.arange(n) % 2, worth, np.ones(n)])
    return ties, delta, np.array([np.arange(n), sizes])


@pytest.mark.parametrize("worth", [[0.5, -1.0, 0.0, 1.2], [700.0, 701.0, -5.0, 0.0], [-800.0, -9.0, -1.0, -800.0]])
def test_one_choice_follows_its_chances_and_its_score_is_what_it_changes_less_the_expectation(worth):
    sizes, times = np.array([1, 5, 2, 1]), 800
    weights = np.append(sizes * np.exp(np.array(worth) - max(0.0, *worth)), np.exp(-max(0.0, *worth)))
    chances = weights / weights.sum()
    random, counts, scores = np.array([6], np.uint64), np.zeros(5), np.zeros(4)
    ties, delta, _ = changes_of(worth, sizes)
    with np.errstate(over="ignore"):
        for _ in range(times):
            ties, now, options = changes_of(worth, sizes)
            counts[choose_option(ties, now, options, random, scores, 4, True)] += 1
    some = chances > 1e-9
    assert not counts[~some].any()
    assert ((counts - times * chances)[some] ** 2 / (times * chances[some])).sum() < 18.5  # chi-squared, 4 df, p = .001
    changed = np.column_stack([delta[[0, 2]], [0.0, 0.0]])
    expected = changed @ counts - times * (changed @ chances)
    np.testing.assert_allclose(scores, [expected[1], 0.0, expected[0], 0.0], atol=1e-7)


def test_one_choice_leaves_scores_alone_unless_asked_for_and_options_beyond_those_found():
    scores, random = np.zeros(4), np.array([6], np.uint64)
    with np.errstate(over="ignore"):
        chosen = set()
        for _ in range(50):
            ties, delta, options = changes_of([0.0, 0.0, 90.0], [1, 1, 1])
            chosen.add(int(choose_option(ties, delta, options, random, scores, 2, False)))
    assert chosen == {UNCHANGED, 0, 1} and not scores.any()


def a_class(touched):
    """One class of as many people, in the middle of a pool, some of them within reach."""
    n = len(touched)
    people, classes = np.zeros((n, FIRST_CATEGORY), np.int32), np.zeros((2, 4), np.int32)
    people[:, TOUCHED] = touched
    classes[1, :3] = 3, n, n
    return people, classes, np.concatenate([[-5] * 3, np.arange(n), [-7] * 3]).astype(np.int32)


@pytest.mark.parametrize("touched", [[0, 1, 0, 0, 1, 0], [1] * 150 + [0, 1, 0] + [1] * 150])
def test_members_out_of_reach_are_drawn_alike_however_few_they_are(touched):
    people, classes, pool = a_class(touched)
    random, times, far = np.array([8], np.uint64), 800, np.flatnonzero(np.array(touched) == 0)
    with np.errstate(over="ignore"):
        counts = np.bincount([far_member(people, classes, pool, random, 1) for _ in range(times)], minlength=len(touched))
    assert counts.sum() == counts[far].sum()
    expected = times / len(far)
    assert ((counts[far] - expected) ** 2 / expected).sum() < 16.3  # chi-squared, 3 df at most, p = .001


def returned(ego, ties, values):
    total = 0.0
    for j in range(ties.shape[0]):
        total += ties[ego, j] * ties[j, ego] * (1.0 + values[j])
    return total


@pytest.mark.parametrize("directed", [True, False])
def test_an_effect_of_ones_own_is_asked_with_the_tie_and_without_and_the_network_stays(directed):
    """Returned ties to people with so high a value: where ties have no direction, every tie is returned."""
    panel = random_panel(np.random.default_rng(12), 7, density=0.5, directed=directed)
    same = ["recip", Term("recip", times=[("altX", "age")])] if directed else ["density", ("altX", "age")]
    setting = saom_setting(panel, Specification({"friend": [*same, (own_effect(returned, "mine"), "age")]}))
    state, x = started(setting), panel.networks[0].toarray()
    for ego in range(7):
        changes = choice_of(setting, state, np.zeros(len(setting.parameters)), ego).changes
        plain, about_age, mine = changes[np.flatnonzero(setting.model.ties[:, WEIGHT] > 0)]
        np.testing.assert_allclose(mine, plain + about_age)
        assert plain.any()
        np.testing.assert_array_equal(state.dense, x)
