"""A period turn by turn: what scores of rates say of turns and time, and where a conditional simulation ends, exactly."""

import numpy as np
import pytest
from driving import behaviour_of, network_of, place_of, quietly, random_network, random_panel

from recoverynet.kernels.saom.actor_model import ACTIVE, DONE, FIRST_CATEGORY, new_state
from recoverynet.kernels.saom.ministeps import run_epoch
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.specification import Specification

PLAIN = Specification({"friend": ["density", "recip"]}, {"drink": ["linear"]})


def ran(setting, theta, seed, scored=True):
    """State, time and number of ministeps of one simulation that came to its end."""
    state = new_state(setting.model, setting.epochs[0].arrays, 16.0)
    how, time, steps = quietly(
        run_epoch, setting.model, setting.epochs[0].arrays, setting.own, state, np.array(theta), np.uint64(seed), scored
    )
    assert how == DONE
    return state, time, steps


def theta_of(setting, rates, **values):
    """Rates of friend and drink; other parameters by name, 0 unless given."""
    return np.array([
        rates[each.dependent] if each.effect == "Rate" else values.get(each.effect, 0.0) for each in setting.parameters
    ])  # fmt: skip


def rate_places(setting):
    return {each.dependent: place for place, each in enumerate(setting.parameters) if each.effect == "Rate"}


def movers():
    """Ten people: the eighth leaves and the ninth joins when three tenths of the period have gone; the tenth is never there."""
    present = np.ones((10, 2), bool)
    present[7, 1] = present[8, 0] = False
    present[9] = False
    rng = np.random.default_rng(1)
    networks = [random_network(rng, 10, 0.2) * present[:, [wave]] * present[:, wave] for wave in range(2)]
    return saom_setting(random_panel(rng, 10, networks=networks, present=present), PLAIN, change_at=0.3)


def test_scores_of_rates_are_turns_over_the_rate_less_the_time_people_were_there():
    setting = movers()
    rates, there = {"friend": 3.0, "drink": 2.0}, 7 + 0.3 + 0.7
    seen = set()
    for seed in range(6):
        state, time, steps = ran(setting, theta_of(setting, rates, density=-0.5), seed)
        turns = [(state.scores[place] + there) * rates[name] for name, place in rate_places(setting).items()]
        np.testing.assert_allclose(turns, np.round(turns), atol=1e-9)
        assert min(turns) > 0 and sum(turns) == pytest.approx(steps) and time == 1.0
        assert state.people[:, ACTIVE].tolist() == [1] * 7 + [0, 1, 0]
        assert not network_of(state)[[7, 9]].any() and not network_of(state)[:, [7, 9]].any()
        seen.add((steps, *np.round(turns)))
    assert len(seen) > 3


def test_a_variable_whose_rate_is_0_has_no_turn():
    setting = movers()
    for name, other in (("friend", "drink"), ("drink", "friend")):
        theta = theta_of(setting, {name: 4.0, other: 0.0})
        state, _, steps = ran(setting, theta, 1)
        places = rate_places(setting)
        assert (state.scores[places[name]] + 8.0) * 4.0 == pytest.approx(steps) and state.scores[places[other]] == -8.0
    _, time, steps = ran(setting, theta_of(setting, {"friend": 0.0, "drink": 0.0}), 1)
    assert (time, steps) == (1.0, 0)


def test_scores_of_rate_effects_are_values_of_turns_less_expected_ones():
    """Nobody ever has a tie: 1/(outdegree + 1) is 1 for everybody, and turns come at ρ e^α a person."""
    with pytest.warns(UserWarning, match="no tie"):
        panel = random_panel(
            np.random.default_rng(2), 8, networks=[np.zeros((8, 8)), random_network(np.random.default_rng(3), 8, 0.3)]
        )
    setting = saom_setting(panel, Specification({"friend": ["outRateInv", "density"]}))
    for seed in range(4):
        state, _, steps = ran(setting, [3.0, 0.4, -60.0], seed)
        assert state.scores[1] == pytest.approx(steps - 3.0 * np.exp(0.4) * 8)
        assert state.scores[0] == pytest.approx(steps / 3.0 - np.exp(0.4) * 8)
        unscored, _, as_many = ran(setting, [3.0, 0.4, -60.0], seed, scored=False)
        assert as_many == steps and not unscored.scores[1:].any()


@pytest.mark.parametrize("conditional", ["friend", "drink"])
def test_a_conditional_simulation_ends_as_soon_as_what_is_known_has_moved_as_far(conditional):
    """Pairs unknown at an end or fixed at one, and people unknown at an end, do not count."""
    rng = np.random.default_rng(4)
    networks = [random_network(rng, 9, 0.25) for _ in range(2)]
    counts = np.ones((9, 9), bool)
    for wave, code, (i, j) in [(0, np.nan, (2, 5)), (1, np.nan, (3, 7)), (0, 11.0, (4, 1)), (1, 10.0, (6, 2)), (1, 11.0, (8, 3))]:
        networks[wave][i, j], counts[i, j] = code, False
    drink = rng.integers(1, 5, (9, 2)).astype(float)
    drink[0], drink[1] = [1, 4], [4, 1]
    drink[5, 0] = drink[6, 1] = np.nan
    panel = random_panel(rng, 9, networks=networks, behaviour={"drink": drink})
    setting = saom_setting(panel, PLAIN, conditional=conditional)
    first, last = (np.where(np.isin(x, [10, 11]), x - 10, np.nan_to_num(x)) for x in networks)
    known = np.isfinite(drink).all(axis=1)
    wanted = {"friend": (abs(first - last) * counts).sum(), "drink": abs(drink[known, 1] - drink[known, 0]).sum()}[conditional]
    other, rate = ("drink", 1.5) if conditional == "friend" else ("friend", 2.5)
    times = set()
    for seed in range(8):
        state, time, steps = ran(setting, theta_of(setting, {other: rate}, density=-0.3), seed)
        moved = {
            "friend": (abs(network_of(state) - first) * counts).sum(), "drink": abs(behaviour_of(state) - drink[:, 0])[known].sum()
        }[conditional]  # fmt: skip
        assert moved == wanted
        turns = (state.scores[place_of(setting, "Rate", type="rate")] + 9 * time) * rate
        assert turns == pytest.approx(round(turns)) and wanted <= steps - turns + 1e-9
        times.add(time)
    assert len(times) == 8


def test_turns_go_by_rates_as_ties_make_them_now():
    """Whoever has no tie has e^15 times the turns of whoever has one: everybody makes one tie, and then next to none."""
    with pytest.warns(UserWarning, match="no tie"):
        panel = random_panel(
            np.random.default_rng(5), 8, networks=[np.zeros((8, 8)), random_network(np.random.default_rng(3), 8, 0.3)]
        )
    setting = saom_setting(panel, Specification({"friend": ["outRateInv", "density"]}))
    for seed in range(3):
        state, _, steps = ran(setting, [np.exp(-25.0), 30.0, 12.0], seed)
        assert network_of(state).sum(axis=1).tolist() == [1.0] * 8 and steps == 8


def test_nobody_has_a_turn_who_has_left():
    present = np.ones((8, 2), bool)
    present[7, 1] = False
    rng = np.random.default_rng(6)
    networks = [random_network(rng, 8, 0.3) * present[:, [wave]] * present[:, wave] for wave in range(2)]
    setting = saom_setting(random_panel(rng, 8, networks=networks, present=present), PLAIN, change_at=0.1)
    for seed in range(3):
        state, _, _ = ran(setting, theta_of(setting, {"friend": 12.0, "drink": 1.0}, density=2.0), seed)
        x = network_of(state)
        assert not x[7].any() and not x[:, 7].any() and x[:7, :7].sum() > 21


def test_each_behaviour_keeps_its_level_its_centred_value_and_its_category_together():
    rng = np.random.default_rng(7)
    smoke = rng.integers(0, 3, (9, 2)).astype(float)
    smoke[:3, 0], smoke[0, 1] = [0, 1, 2], 1
    drink = rng.integers(2, 6, (9, 2)).astype(float)
    drink[:4, 0], drink[0, 1] = [2, 3, 4, 5], 3
    panel = random_panel(rng, 9, behaviour={"drink": drink, "smoke": smoke})
    setting = saom_setting(panel, Specification({"friend": ["density"]}, {"drink": ["linear"], "smoke": ["linear", "avAlt"]}))
    theta = theta_of(setting, {"friend": 1.0, "drink": 5.0, "smoke": 5.0})
    for seed in range(3):
        state, _, _ = ran(setting, theta, seed)
        for which, observed in enumerate((drink, smoke)):
            now, row = behaviour_of(state, which), setting.model.rows[which]
            assert (now != observed[:, 0]).sum() > 2 and now.min() >= observed.min() and now.max() <= observed.max()
            np.testing.assert_allclose(state.values[row], now - observed.mean())
            np.testing.assert_array_equal(state.people[:, FIRST_CATEGORY + row], now - observed.min())


def test_where_what_is_conditioned_on_did_not_change_there_is_no_turn():
    x = random_network(np.random.default_rng(8), 8, 0.3)
    setting = saom_setting(random_panel(np.random.default_rng(8), 8, networks=[x, x]), PLAIN, conditional="friend")
    state, time, steps = ran(setting, theta_of(setting, {"drink": 3.0}), 1)
    assert (time, steps) == (0.0, 0) and (network_of(state) == x).all()
