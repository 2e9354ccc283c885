"""A period turn by turn: what scores of rates say of turns and time, and where a conditional simulation ends, exactly."""

import numpy as np
import pytest
from driving import behaviour_of, network_of, place_of, quietly, random_network, random_panel

from recoverynet.kernels.saom.actor_model import ACTIVE, DONE, new_state
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
