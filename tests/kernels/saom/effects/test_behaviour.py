"""Effects on behaviour: what a step changes is s_i afterwards minus s_i before, for every effect and every possible step."""

import numpy as np
import pytest
from dense_effects import multiplier as linear_in_z
from dense_effects import step_effect
from driving import covariates_of, random_panel, started

from recoverynet.kernels.saom.actor_model import INTO, OUT, WEIGHT
from recoverynet.kernels.saom.behaviour_choice import around, weigh_steps
from recoverynet.kernels.saom.effects.behaviour import behaviour_statistic
from recoverynet.models.saom.effects import STEP_EFFECTS
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.specification import Specification, Term


@pytest.mark.parametrize("directed", [True, False])
def test_every_effect_on_behaviour_at_every_step(directed):
    rng = np.random.default_rng(4)
    names = [name for name, effect in STEP_EFFECTS.items() if directed or effect.undirected]
    terms = [
        Term(name, "age" if name == "effFrom" else None, type=part) for name in names for part in ("eval", "endow", "creation")
    ]
    linear = [name for name in names if STEP_EFFECTS[name].linear]
    products = [Term("linear", times=[Term(name, "age" if name == "effFrom" else None)]) for name in linear if name != "linear"] + [
        Term("effFrom", "age", times=["avAlt", "outdeg"])
    ]
    for run in range(12):
        panel = random_panel(rng, 6, density=(0.15, 0.4, 0.7)[run % 3], directed=directed)
        setting = saom_setting(panel, Specification({"friend": ["density"]}, {"drink": [*terms, *products]}))
        state, x = started(setting), panel.networks[0].toarray()
        theta, model = rng.normal(size=len(setting.parameters)), setting.model
        z, r, m = covariates_of(panel)["drink"]
        age = covariates_of(panel)["age"][0]
        bounds, nobody = panel.behaviour["drink"].min(), np.zeros((1, 6), bool)
        columns = np.flatnonzero(model.behaviours[:, WEIGHT] >= 0)
        for i in range(6):
            worth = np.zeros((3, len(model.behaviours) + 1))
            a = around(state.people, OUT, INTO, state.pool, state.values, model.rows[0], nobody, 0, 0, i)
            level = int(panel.behaviour["drink"][i, 0])
            weigh_steps(model.behaviours, model.rows, model.bounds, model.attributes, state.values, theta, a, level, 1, i, worth)
            for choice, d in ((0, -1), (2, 1)):
                if not bounds <= level + d <= 4:
                    assert worth[choice, -1] == -np.inf and not worth[choice, :-1].any()
                    continue
                after = z.copy()
                after[i] += d
                expected = []
                for term in terms:
                    more = {"r": r, "m": m, "v": age}
                    change = step_effect(term.effect, x, after, i, **more) - step_effect(term.effect, x, z, i, **more)
                    counts = term.type == "eval" or term.type == ("endow" if d < 0 else "creation")
                    expected.append(change if counts else 0.0)
                for term in products:
                    parts = [linear_in_z(each.effect, x, z, i, v=age) for each in (term, *term.times)]
                    expected.append(d * np.prod(parts))
                np.testing.assert_allclose(worth[choice, columns], expected, atol=1e-9, err_msg=f"{run} {i} {d}")
                places = model.behaviours[columns, WEIGHT]
                assert worth[choice, -1] == pytest.approx(theta[places] @ expected, abs=1e-9)
            assert not worth[1].any()


def test_other_behaviours_and_own_rates_do_not_enter_a_step():
    rng = np.random.default_rng(5)
    panel = random_panel(rng, 6)
    smoke = np.tile(np.arange(6) % 3, (2, 1)).T.astype(float)
    smoke[0, 1] = 2
    panel = random_panel(rng, 6, behaviour={"drink": panel.behaviour["drink"], "smoke": smoke})
    drink, smoke = ["linear", ("effFrom", "smoke"), ("RateX", "age")], ["linear", "avAlt", ("effFrom", "drink")]
    setting = saom_setting(panel, Specification({"friend": ["density"]}, {"drink": drink, "smoke": smoke}))
    state, model = started(setting), setting.model
    theta, x = rng.normal(size=len(setting.parameters)), panel.networks[0].toarray()
    z = {name: values[:, 0] - values.mean() for name, values in panel.behaviour.items()}
    for i in range(6):
        for variable, name in ((1, "drink"), (2, "smoke")):
            worth = np.zeros((3, len(model.behaviours) + 1))
            a = around(state.people, OUT, INTO, state.pool, state.values, model.rows[variable - 1], np.zeros((1, 6), bool), 0, 0, i)
            level = int(panel.behaviour[name][i, 0])
            weigh_steps(
                model.behaviours, model.rows, model.bounds, model.attributes, state.values, theta, a, level, variable, i, worth
            )
            by_hand = {
                each: theta[place] for place, each in enumerate((each.dependent, each.effect) for each in setting.parameters)
            }
            other = z["smoke" if name == "drink" else "drink"][i]
            slope = by_hand[name, "linear"] + by_hand[name, "effFrom"] * other
            if name == "smoke":
                slope += by_hand["smoke", "avAlt"] * linear_in_z("avAlt", x, z["smoke"], i)
            for choice in (0, 2):
                if np.isfinite(worth[choice, -1]):
                    assert worth[choice, -1] == pytest.approx(slope * (choice - 1), abs=1e-9)


def test_every_effect_by_its_formula_one_step_away_and_where_one_is():
    rng = np.random.default_rng(6)
    for density in (0.2, 0.6):
        panel = random_panel(rng, 6, density=density)
        setting = saom_setting(panel, Specification({"friend": ["density"]}, {"drink": ["linear"]}))
        state, x, (z, r, m) = started(setting), panel.networks[0].toarray(), covariates_of(panel)["drink"]
        for i in range(6):
            a = around(state.people, OUT, INTO, state.pool, state.values, setting.model.rows[0], np.zeros((1, 6), bool), 0, 0, i)
            for d in (-1, 0, 1):
                for name, effect in STEP_EFFECTS.items():
                    expected = step_effect(name, x, z + d * (np.arange(6) == i), i, r=r, m=m, v=np.full(6, 0.7))
                    assert behaviour_statistic(effect.code, a, d, r, m, 0.7) == pytest.approx(expected, abs=1e-9), name
