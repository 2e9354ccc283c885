"""What every simulation must do, whatever the model: laws of time, of people, of scores and of memory."""

import numpy as np
import pytest
from driving import behaviour_of, choice_of, network_of, place_of, quietly, random_network, random_panel, started
from scipy import stats

from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.kernels.saom.actor_model import ACTIVE, DONE, POOL_FULL, new_state
from recoverynet.kernels.saom.ministeps import run_epoch
from recoverynet.models.saom import simulation
from recoverynet.models.saom.effects import own_effect
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.simulation import Simulator, simulate_end_states, target_statistics
from recoverynet.models.saom.specification import Specification, Term

RATES = [("RateX", "age"), "outRate", "inRate", "recipRate", "outRateInv"]
RICH = Specification(
    {"friend": [
        *RATES, "density", "recip", "transTrip", "gwespFF", "inPopSqrt", ("simX", "drink"), ("egoX", "age"),
        Term("recip", type="endow"), Term("transTies", type="creation"), Term("egoX", "age", times=["recip"]),
    ]},
    {"drink": [
        *RATES, "linear", "quad", ("avAlt", "friend"), Term("avSim", type="endow"), Term("linear", type="creation"),
        Term("effFrom", "age", times=["avAlt"]),
    ]},
)  # fmt: skip
VALUES = {
    "density": -1.4, "recip": 1.0, "transTrip": 0.2, "gwespFF": 0.2, "inPopSqrt": -0.1, "simX": 0.5, "egoX": 0.1,
    "transTies": 0.2, "linear": 0.1, "quad": -0.1, "avAlt": 0.2, "avSim": 0.3, "RateX": 0.2, "outRate": 0.1,
    "inRate": -0.05, "recipRate": 0.1, "outRateInv": -0.2,
}  # fmt: skip


def theta_of(setting, rates=(3.0, 1.5), **changes):
    """Moderate parameters for a setting."""
    values = {**VALUES, **changes}
    return np.array([
        rates[each.dependent == "drink"] if each.effect == "Rate" else values.get(each.effect, 0.1)
        for each in setting.parameters
    ])  # fmt: skip


def run(setting, theta, n_runs, seed=1, *, workers=2, scored=True):
    with Simulator(setting, workers=workers) as simulator:
        return simulator.run(theta, n_runs, np.random.default_rng(seed), scored=scored)


@pytest.fixture(scope="module")
def panel():
    return random_panel(np.random.default_rng(1), 14, density=0.15)


@pytest.fixture(scope="module")
def rich(panel):
    return saom_setting(panel, RICH)


@pytest.mark.parametrize("rate", [0.0, 1e-12])
def test_without_a_rate_nothing_changes(panel, rich, rate):
    theta = theta_of(rich, rates=(rate, rate))
    ends = simulate_end_states(rich, theta, 5, 1)
    for each in range(5):
        np.testing.assert_array_equal(ends.network(each, 0).toarray(), panel.networks[0].toarray())
        np.testing.assert_array_equal(ends.behaviour(each, 0)["drink"], panel.behaviour["drink"][:, 0])
    runs = run(rich, theta, 5)
    assert runs.n_steps == 0 and np.isfinite(runs.scores).all()
    still = random_panel(
        np.random.default_rng(1), 14, networks=[panel.networks[0].toarray()] * 2, covariates=panel.covariates,
        behaviour={"drink": panel.behaviour["drink"][:, [0, 1]]},
    )  # fmt: skip
    whole = target_statistics(saom_setting(still, RICH))[0]
    ties = [place for place, each in enumerate(rich.parameters) if each.dependent == "friend"]
    np.testing.assert_allclose(runs.statistics[0, :, ties], whole[ties, None] @ np.ones((1, 5)), atol=1e-9)


@pytest.fixture(scope="module")
def many(rich):
    return run(rich, theta_of(rich), 4000)


def test_scores_have_mean_zero_for_every_parameter(rich, many):
    for scores in many.scores:
        z = scores.mean(axis=0) / (scores.std(axis=0, ddof=1) / np.sqrt(len(scores)))
        assert (scores.std(axis=0) > 0).all()
        assert np.abs(z).max() < 4, {each.label: value for each, value in zip(rich.parameters, z, strict=True)}


def test_scores_have_mean_zero_where_people_join_and_leave():
    rng = np.random.default_rng(2)
    n, present = 14, np.ones((14, 3), bool)
    present[12, 0] = present[13, 2] = present[11, 1] = False
    networks = [random_network(rng, n, 0.15) for _ in range(3)]
    for wave in range(3):
        networks[wave][~present[:, wave]] = networks[wave][:, ~present[:, wave]] = 0.0
    panel = random_panel(rng, n, n_waves=3, networks=networks, present=present)
    setting = saom_setting(panel, RICH, change_at=0.3)
    runs = run(setting, theta_of(setting), 3000)
    scores = runs.scores.sum(axis=0)
    z = scores.mean(axis=0) / (scores.std(axis=0, ddof=1) / np.sqrt(len(scores)))
    assert np.abs(z).max() < 4, {each.label: value for each, value in zip(setting.parameters, z, strict=True)}
    rates = [place for place, each in enumerate(setting.parameters) if each.effect == "Rate"]
    for period in (0, 1):
        other = [place for place in rates if setting.parameters[place].period != period + 1]
        assert not runs.scores[period][:, other].any()


@pytest.mark.parametrize(("effect", "type", "step"), [
    ("Rate", "rate", 0.3), ("density", "eval", 0.1), ("recip", "endow", 0.2), ("outRate", "rate", 0.05),
])  # fmt: skip
def test_derivatives_from_scores_are_those_of_mean_statistics(rich, many, effect, type, step):
    place = next(k for k, each in enumerate(rich.parameters) if (each.effect, each.type) == (effect, type))
    n_runs, theta, means, variances = 2500, theta_of(rich), [], []
    for sign in (-1.0, 1.0):
        moved = theta.copy()
        moved[place] += sign * step
        statistics = run(rich, moved, n_runs, 3, scored=False).statistics[0]
        means.append(statistics.mean(axis=0))
        variances.append(statistics.var(axis=0))
    slope = (means[1] - means[0]) / (2 * step)
    derivative = many.together.covariance[:, place]
    products = (many.statistics[0] - many.statistics[0].mean(axis=0)) * many.scores[0][:, [place]]
    error = np.sqrt((variances[0] + variances[1]) / n_runs / (2 * step) ** 2 + products.var(axis=0) / len(products))
    assert (np.abs(slope - derivative) < 4.5 * error + 0.03 * np.abs(derivative)).all()


def test_numbers_do_not_depend_on_the_number_of_workers(rich):
    one, two, three = (run(rich, theta_of(rich), 37, workers=workers) for workers in (1, 2, 3))
    for other in (two, three):
        np.testing.assert_array_equal(one.statistics, other.statistics)
        np.testing.assert_array_equal(one.scores, other.scores)
        np.testing.assert_array_equal(one.times, other.times)
        assert one.n_steps == other.n_steps
    twice = run(rich, theta_of(rich), 37)
    np.testing.assert_array_equal(twice.statistics, one.statistics)
    assert not np.array_equal(run(rich, theta_of(rich), 37, seed=2).statistics, one.statistics)


def test_scores_cost_no_random_numbers(rich):
    with_scores, without = (run(rich, theta_of(rich), 10, scored=scored) for scored in (True, False))
    np.testing.assert_array_equal(with_scores.statistics, without.statistics)


@pytest.mark.slow
@pytest.mark.parametrize("by_class", [True, False])
def test_a_pool_that_is_too_small_is_enlarged_and_nothing_else_changes(monkeypatch, by_class):
    rng = np.random.default_rng(5)
    n, present = 16, np.ones((16, 2), bool)
    present[[12, 13], 1] = present[[14, 15], 0] = False
    networks = [random_network(rng, n, 0.08) for _ in range(2)]
    for wave in range(2):
        networks[wave][~present[:, wave]] = networks[wave][:, ~present[:, wave]] = 0.0
    panel = random_panel(rng, n, networks=networks, present=present)
    specification = Specification(
        {"friend": ["density", "recip", "inPop", ("sameX", "site"), Term("recip", type="endow")]}, {"drink": ["linear"]}
    )
    setting = saom_setting(panel, specification, by_class=by_class)
    theta = theta_of(setting, rates=(12.0, 2.0), density=0.1, inPop=-0.1)
    roomy, targets = run(setting, theta, 20), target_statistics(setting)
    ends = simulate_end_states(setting, theta, 5, 1)
    monkeypatch.setattr(simulation, "ROOM", 0.02)
    state = new_state(setting.model, setting.epochs[0].arrays, simulation.ROOM)
    how, _, _ = quietly(run_epoch, setting.model, setting.epochs[0].arrays, setting.own, state, theta, np.uint64(1), True)
    assert how == POOL_FULL
    tight = run(setting, theta, 20)
    np.testing.assert_array_equal(tight.statistics, roomy.statistics)
    np.testing.assert_array_equal(tight.scores, roomy.scores)
    np.testing.assert_array_equal(target_statistics(setting), targets)
    again = simulate_end_states(setting, theta, 5, 1)
    for each in range(5):
        np.testing.assert_array_equal(again.network(each, 0).toarray(), ends.network(each, 0).toarray())


def test_fixed_pairs_stay_and_absent_people_have_no_ties():
    rng = np.random.default_rng(6)
    n, present = 12, np.ones((12, 2), bool)
    present[10, 0] = present[11, 1] = False
    present[9] = False
    networks = [random_network(rng, n, 0.2) for _ in range(2)]
    for code in (10.0, 11.0):
        for i, j in rng.integers(0, 9, (8, 2)):
            if i != j:
                networks[0][i, j] = networks[1][i, j] = code
    for wave in range(2):
        networks[wave][~present[:, wave]] = networks[wave][:, ~present[:, wave]] = 0.0
    panel = random_panel(rng, n, networks=networks, present=present)
    fixed, start = panel.structural[0].toarray() > 0, panel.networks[0].toarray()
    for by_class in (True, False):
        setting = saom_setting(panel, Specification({"friend": ["density", "recip"]}, {"drink": ["linear"]}), by_class=by_class)
        ends = simulate_end_states(setting, theta_of(setting, rates=(10.0, 3.0), density=-0.3), 60, 1)
        joined = 0
        for each in range(60):
            x = ends.network(each, 0).toarray()
            np.testing.assert_array_equal(x[fixed], start[fixed])
            assert not x[[9, 11]].any() and not x[:, [9, 11]].any() and not np.diag(x).any()
            joined += x[10].sum() + x[:, 10].sum()
            assert ends.behaviour(each, 0)["drink"][9] == ends.behaviour(0, 0)["drink"][9]
        assert joined > 60


def test_joiners_have_turns_for_the_rest_of_the_period():
    """Where ties come and never go, who joins ends with as many as they had turns."""
    n, runs = 10, 400
    present = np.ones((n, 2), bool)
    present[9, 0] = False
    first, last = np.zeros((n, n)), random_network(np.random.default_rng(7), n, 0.3)
    first[0, 1] = 1.0
    panel = random_panel(np.random.default_rng(7), n, networks=[first, last], present=present)
    for change_at in (0.1, 0.8):
        setting = saom_setting(panel, Specification({"friend": ["density"]}), change_at=change_at)
        ends = simulate_end_states(setting, np.array([1.5, 20.0]), runs, 1)
        taken = np.mean([ends.network(each, 0).toarray()[9].sum() for each in range(runs)])
        turns = 1.5 * (1 - change_at)
        assert taken == pytest.approx(turns, abs=4 * np.sqrt(turns / runs))


@pytest.mark.parametrize("conditional", ["friend", "drink"])
def test_conditional_simulations_end_at_the_distance_observed(conditional):
    rng = np.random.default_rng(8)
    networks = [random_network(rng, 14, 0.15) for _ in range(2)]
    networks[0][2, 5], networks[1][3, 7], networks[1][8, 1] = np.nan, np.nan, np.nan
    drink = rng.integers(1, 5, (14, 2)).astype(float)
    drink[0], drink[1] = [1, 4], [4, 1]
    drink[5, 0] = drink[6, 1] = np.nan
    panel = random_panel(rng, 14, networks=networks, behaviour={"drink": drink})
    specification = Specification({"friend": ["density", "recip"]}, {"drink": ["linear", "avAlt"]})
    setting = saom_setting(panel, specification, conditional=conditional)
    assert [each.dependent for each in setting.parameters if each.effect == "Rate"] == [
        "drink" if conditional == "friend" else "friend"
    ]
    arrays, theta = setting.epochs[0].arrays, theta_of(setting)
    known_ties = np.isfinite(networks[0]) & np.isfinite(networks[1])
    known = np.isfinite(drink).all(axis=1)
    observed = {
        "friend": (np.abs(np.nan_to_num(networks[0]) - np.nan_to_num(networks[1])) * known_ties).sum(),
        "drink": np.abs(drink[known, 1] - drink[known, 0]).sum(),
    }[conditional]
    times = []
    for seed in range(30):
        state = new_state(setting.model, arrays, 16.0)
        how, time, _ = quietly(run_epoch, setting.model, arrays, setting.own, state, theta, np.uint64(seed), True)
        assert how == DONE
        if conditional == "friend":
            distance = (np.abs(network_of(state) - np.nan_to_num(networks[0])) * known_ties).sum()
        else:
            distance = np.abs(behaviour_of(state) - drink[:, 0])[known].sum()
        assert distance == observed
        times.append(time)
    assert len(set(times)) == 30
    runs = run(setting, theta, 2000)
    z = runs.scores[0].mean(axis=0) / (runs.scores[0].std(axis=0) / np.sqrt(2000))
    assert np.abs(z).max() < 4


def test_nothing_happens_where_what_is_conditioned_on_did_not_change(panel):
    start = panel.networks[0].toarray()
    still = random_panel(np.random.default_rng(1), 14, networks=[start, start])
    setting = saom_setting(still, Specification({"friend": ["density"]}), conditional="friend")
    runs = run(setting, np.array([0.0]), 5)
    assert runs.n_steps == 0 and not runs.times.any()
    assert (runs.statistics[0] == start.sum()).all()


def test_a_condition_that_cannot_be_is_refused(panel):
    present = np.ones((14, 2), bool)
    present[13, 0] = False
    networks = [each.toarray() for each in panel.networks]
    networks[0][13] = networks[0][:, 13] = 0.0
    leaving = random_panel(np.random.default_rng(1), 14, networks=networks, present=present)
    specification = Specification({"friend": ["density"]})
    with pytest.raises(NotEstimableError, match="join or leave"):
        saom_setting(leaving, specification, conditional="friend")
    with pytest.raises(SchemaError, match="conditional is one of friend; got 'drink'"):
        saom_setting(panel, specification, conditional="drink")


def test_undirected_networks_stay_so_and_own_effects_see_both_ends():
    rng = np.random.default_rng(9)
    panel = random_panel(rng, 12, directed=False)
    same = own_effect(shared_partners, "myTransTrip")
    specification = Specification({"friend": ["density", "transTrip", "inPop", same, "outRate"]}, {"drink": ["avAlt"]})
    setting = saom_setting(panel, specification)
    theta = theta_of(setting, transTrip=0.0, myTransTrip=0.15, inPop=-0.1)
    ends = simulate_end_states(setting, theta, 30, 1)
    for each in range(30):
        x = ends.network(each, 0).toarray()
        np.testing.assert_array_equal(x, x.T)
        assert not np.diag(x).any()
    runs = run(setting, theta, 50)
    np.testing.assert_allclose(*(
        runs.statistics[0][:, place_of(setting, name)] for name in ("transTrip", "myTransTrip")
    ))  # fmt: skip
    one, other = theta.copy(), theta.copy()
    one[place_of(setting, "transTrip")], one[place_of(setting, "myTransTrip")] = 0.15, 0.0
    np.testing.assert_allclose(run(setting, one, 50).statistics, run(setting, other, 50).statistics)
    np.testing.assert_allclose(*(runs.scores[0][:, place_of(setting, name)] for name in ("transTrip", "myTransTrip")), atol=1e-9)


def shared_partners(ego, ties, values):
    total = 0.0
    for j in range(ties.shape[0]):
        for h in range(ties.shape[0]):
            total += ties[ego, j] * ties[ego, h] * ties[h, j]
    return total


def test_relabelling_people_changes_no_distribution():
    rng = np.random.default_rng(10)
    panel = random_panel(rng, 12, density=0.2)
    order = rng.permutation(12)
    again = random_panel(
        rng, 12, networks=[each.toarray()[np.ix_(order, order)] for each in panel.networks],
        behaviour={"drink": panel.behaviour["drink"][order]},
        covariates={name: values[order] for name, values in panel.covariates.items()},
    )  # fmt: skip
    one, other = (saom_setting(each, RICH) for each in (panel, again))
    first, second = (run(each, theta_of(each), 3000, seed).statistics[0] for each, seed in ((one, 1), (other, 2)))
    error = np.sqrt((first.var(axis=0) + second.var(axis=0)) / 3000)
    assert (np.abs(first.mean(axis=0) - second.mean(axis=0)) < 4 * error + 1e-9).all()


def test_both_kernels_simulate_the_same_distribution():
    panel = random_panel(np.random.default_rng(11), 40, density=0.08)
    specification = Specification(
        {"friend": ["density", "recip", "transTrip", "inPop", ("sameX", "site"), ("egoX", "drink")]}, {"drink": ["linear", "avAlt"]}
    )
    statistics = []
    for by_class, seed in ((True, 1), (False, 2)):
        setting = saom_setting(panel, specification, by_class=by_class)
        theta = theta_of(setting, density=-2.0, inPop=-0.02, sameX=0.5)
        statistics.append(run(setting, theta, 2000, seed).statistics[0])
    for one, other in zip(*(each.T for each in statistics), strict=True):
        assert stats.ks_2samp(one, other).pvalue > 1e-4


def test_counts_of_changes_follow_the_rates():
    """With nothing preferred, the turns of a period are Poisson, and one in n leaves all ties as they are."""
    panel = random_panel(np.random.default_rng(12), 10)
    setting = saom_setting(panel, Specification({"friend": ["density"]}, {"drink": ["linear"]}))
    theta = np.array([3.0, 0.0, 2.0, 0.0])
    with Simulator(setting, workers=1) as simulator:
        runs = simulator.run(theta, 4000, np.random.default_rng(1))
    assert runs.n_steps / 4000 == pytest.approx(50.0, abs=4 * np.sqrt(50 / 4000))
    changed = runs.statistics[0][:, 0]
    pairs, chances = 90, 1 - np.exp(-2 * 3.0 / 10)
    assert changed.mean() == pytest.approx(pairs * chances / 2, abs=4 * changed.std() / np.sqrt(4000))


def test_a_simulation_that_does_not_end_says_so(panel):
    setting = saom_setting(panel, Specification({"friend": ["density"]}))
    with pytest.raises(NotEstimableError, match="people change too often"):
        run(setting, np.array([1e6, 0.0]), 1, workers=1)
    with pytest.raises(SchemaError, match="change_at"):
        saom_setting(panel, Specification({"friend": ["density"]}), change_at=1.0)


def test_every_model_asks_for_the_same_compiled_kernels(panel):
    """Arrays of another memory layout would be compiled for anew, for half a minute."""
    rng, present = np.random.default_rng(1), np.ones((14, 3), bool)
    present[13, 0] = present[12, 2] = False
    drink, smoke = panel.behaviour["drink"][:, [0, 1, 0]], np.tile(np.arange(14) % 3.0, (3, 1)).T
    two = random_panel(
        rng, 14, n_waves=3, behaviour={"drink": drink, "smoke": smoke}, present=present, groups=np.repeat(["elm", "oak"], 7),
        networks=[random_network(rng, 14, 0.3) * np.kron(np.eye(2), np.ones((7, 7))) * np.outer(here, here) for here in present.T],
    )  # fmt: skip
    settings = [
        *(saom_setting(panel, specification) for specification in (
            Specification({"friend": ["density"]}), Specification({"friend": []}, {"drink": ["linear"]}),
            Specification({"friend": ["outRate", ("X", "near")]}), RICH,
        )),
        saom_setting(two, Specification({"friend": ["density", ("altX", "age")]}, {"drink": ["linear"], "smoke": ["linear"]})),
    ]  # fmt: skip
    kinds = {
        tuple((a.dtype.str, a.ndim, a.flags.c_contiguous) for a in (*each.model, *epoch.arrays, epoch.end, epoch.z_end))
        for each in settings for epoch in each.epochs
    }  # fmt: skip
    assert len(kinds) == 1


def test_active_flags_follow_who_is_there():
    present = np.ones((10, 2), bool)
    present[8], present[9] = [True, False], [False, True]
    ring = np.roll(np.eye(10), 1, axis=1)
    ring[[7, 8, 9]] = ring[:, [8, 9]] = 0.0
    panel = random_panel(np.random.default_rng(13), 10, present=present, networks=[ring, ring])
    setting = saom_setting(panel, Specification({"friend": ["density"]}))
    state = new_state(setting.model, setting.epochs[0].arrays)
    quietly(run_epoch, setting.model, setting.epochs[0].arrays, setting.own, state, np.array([1.0, 0.0]), np.uint64(1), False)
    np.testing.assert_array_equal(state.people[:, ACTIVE], present[:, 1])


def test_pairs_fixed_at_the_end_do_not_end_a_conditional_simulation():
    """What is fixed at an end is the same in data and simulation, and no part of the distance between waves."""
    rng = np.random.default_rng(8)
    networks = [random_network(rng, 14, 0.25) for _ in range(2)]
    settled = rng.random((14, 14)) < 0.3
    np.fill_diagonal(settled, False)
    networks[1] = np.where(settled, 10.0 + networks[1], networks[1])
    setting = saom_setting(random_panel(rng, 14, networks=networks), Specification({"friend": ["density"]}), conditional="friend")
    last = np.where(settled, networks[1] - 10.0, networks[1])
    observed = (np.abs(networks[0] - last) * ~settled).sum()
    assert setting.epochs[0].arrays.distances[0] == observed > 0
    ends = simulate_end_states(setting, np.array([0.0]), 40, 1)
    for run_number in range(40):
        moved = np.abs(ends.network(run_number, 0).toarray() - networks[0]) * ~settled
        assert moved.sum() == observed


def test_an_unknown_covariate_is_the_mean_in_simulations_and_counts_for_nothing_in_statistics():
    """As RSiena has it: similarity with somebody unknown is that with the mean, centred; statistics leave the pair out."""
    rng = np.random.default_rng(9)
    age = np.array([1.0, 2.0, 5.0, np.nan, 4.0, 8.0])
    first, last = (random_network(rng, 6, 0.4) for _ in range(2))
    panel = random_panel(rng, 6, networks=[first, last], covariates={"age": age})
    setting = saom_setting(panel, Specification({"friend": [("simX", "age")]}), by_class=False)
    own = setting.attributes
    place = own.names.index("age")
    choice = choice_of(setting, started(setting), np.array([1.0, 0.0]), 0)
    at = list(choice.people).index(3)
    wanted = 1.0 - abs(age[0] - own.centres[place]) / own.ranges[place] - own.similarities[place]
    sign = -1.0 if first[0, 3] else 1.0
    assert choice.changes[0, at] == pytest.approx(sign * wanted) and wanted != 0.0
    known = ~np.isnan(age)
    near = 1.0 - np.abs(np.subtract.outer(age, age)) / own.ranges[place] - own.similarities[place]
    target = (last * np.where(np.outer(known, known), near, 0.0)).sum()
    assert target_statistics(setting)[0, 1] == pytest.approx(target)
