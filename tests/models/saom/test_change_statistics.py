"""The change statistic of every effect is s_i afterwards minus s_i before, at every possible ministep."""

from itertools import combinations

import numpy as np
import pytest
from dense_effects import mean_disagreement, mean_similarity, step_effect, tie_change
from dense_effects import multiplier as linear_in_z
from driving import choice_of, random_panel, started

from recoverynet.kernels.saom.actor_model import INTO, OUT, WEIGHT
from recoverynet.kernels.saom.behaviour_choice import around, weigh_steps
from recoverynet.models.saom.effects import STEP_EFFECTS, TIE_EFFECTS
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.specification import Specification, Term

DIRECTED = [name for name in TIE_EFFECTS]
UNDIRECTED = [name for name, effect in TIE_EFFECTS.items() if effect.undirected]
PARAMETERS = [
    {"gwespFF": 69, "outTrunc": 1, "reciAct": 1, "outPop": 1, "outPopSqrt": 0, "inActSqrt": 0},
    {"gwespFF": 25, "outTrunc": 2, "reciAct": 2, "outPop": 1, "outPopSqrt": 1, "inActSqrt": 1},
    {"gwespFF": 200, "outTrunc": 4, "reciAct": 3, "outPop": 1, "outPopSqrt": 2, "inActSqrt": 2},
]


def covariates_of(panel):
    """Centred values at the first wave, range and mean similarity of what terms may refer to."""
    drink = panel.behaviour["drink"]
    reach = drink.max() - drink.min()
    found = {"drink": (drink[:, 0] - drink.mean(), reach, mean_similarity(drink[:, :-1].T, reach))}
    for name, values in panel.covariates.items():
        reach = values.max() - values.min()
        found[name] = (values - values.mean(), reach, mean_similarity([values], reach))
    return found


def terms_of(panel, effect, about, parameters):
    """What the oracle needs to know of a term."""
    if effect == "X":
        w = panel.dyadic[about].copy()
        np.fill_diagonal(w, np.nan)
        return {"w": w - np.nanmean(w)}
    if about is not None:
        v, r, m = covariates_of(panel)[about]
        return {"v": v, "r": r, "m": m}
    if effect in ("balance", "inStructEq"):
        starts = [network.toarray() for network in panel.networks[:-1]]
        return {"b": mean_disagreement(starts, received=effect == "inStructEq")}
    return {"p": parameters.get(effect, 0.0)}


def about_of(effect):
    """Covariates an effect is tried with."""
    if effect == "X":
        return ["near"]
    return ["age", "site", "drink"] if TIE_EFFECTS[effect].covariate else [None]


def columns_of(setting):
    """The column of each tie parameter, in order of the specification."""
    weights = setting.model.ties[:, WEIGHT]
    return [int(np.flatnonzero(weights == place)[0]) for place in sorted(set(weights[weights >= 0].tolist()))]


@pytest.mark.slow
@pytest.mark.parametrize("directed", [True, False])
def test_every_effect_on_ties_at_every_ministep_of_five_people(directed):
    rng = np.random.default_rng(1)
    for run in range(18):
        parameters = PARAMETERS[run % 3]
        panel = random_panel(rng, 5, density=(0.2, 0.45, 0.75)[run // 3 % 3], directed=directed)
        terms = [
            Term(effect, about, parameter=parameters.get(effect))
            for effect in (DIRECTED if directed else UNDIRECTED)
            for about in about_of(effect)
        ]
        setting = saom_setting(panel, Specification({"friend": terms}, {"drink": ["linear"]}), by_class=False)
        state, theta = started(setting), rng.normal(size=len(setting.parameters))
        x, columns = panel.networks[0].toarray(), columns_of(setting)
        known = [terms_of(panel, term.effect, term.about, parameters) for term in terms]
        for i in range(5):
            choice = choice_of(setting, state, theta, i)
            assert sorted(choice.people.tolist()) == [j for j in range(5) if j != i]
            for option, j in enumerate(choice.people):
                expected = [
                    tie_change([(term.effect, more)], x, i, j, directed=directed) for term, more in zip(terms, known, strict=True)
                ]
                wrong = [
                    (term.label, got, want)
                    for term, got, want in zip(terms, choice.changes[columns, option], expected, strict=True)
                    if abs(got - want) > 1e-9
                ]
                assert not wrong, (run, i, j)
                places = setting.model.ties[columns, WEIGHT]
                assert choice.worth[option] == pytest.approx(theta[places] @ expected, abs=1e-9)


def test_endowment_counts_for_ties_that_go_and_creation_for_ties_that_come():
    rng = np.random.default_rng(2)
    sums = [name for name, effect in TIE_EFFECTS.items() if not effect.ego_statistic]
    for run in range(4):
        panel = random_panel(rng, 5, density=0.4)
        terms = [Term(name, about_of(name)[0], type=part) for name in sums for part in ("eval", "endow", "creation")]
        setting = saom_setting(panel, Specification({"friend": terms}))
        state, x, columns = started(setting), panel.networks[0].toarray(), columns_of(setting)
        for i in range(5):
            choice = choice_of(setting, state, np.zeros(len(setting.parameters)), i)
            for option, j in enumerate(choice.people):
                for change, endow, creation in choice.changes[columns, option].reshape(-1, 3):
                    assert endow == (change if x[i, j] else 0.0), run
                    assert creation == (0.0 if x[i, j] else change), run


def allowed_products(directed):
    """Every product of two effects the specification takes, and some of three."""
    names = [name for name, effect in TIE_EFFECTS.items() if not effect.ego_statistic and (directed or effect.undirected)]
    kind = {name: TIE_EFFECTS[name].interaction for name in names}
    pairs = [
        pair
        for pair in combinations(names, 2)
        if "ego" in (kind[pair[0]], kind[pair[1]]) or kind[pair[0]] == kind[pair[1]] == "dyadic"
    ]
    triples = [("egoX", "egoSqX", "transTrip"), ("egoX", "simX", "inPop"), ("density", "altX", "X")]
    return [*pairs, *triples, *([("inAct", "egoX", "gwespFF"), ("recip", "cycle3", "outPop")] if directed else [])]


@pytest.mark.parametrize("directed", [True, False])
def test_every_product_of_effects_on_ties(directed):
    rng = np.random.default_rng(3)
    parameters = {"gwespFF": 69.0, "reciAct": 1.0, "outPop": 1.0, "outActSqrt": 1.0, "inAct": 1.0}
    products = allowed_products(directed)
    for _ in range(2):
        panel = random_panel(rng, 5, density=0.5, directed=directed)
        terms = [
            Term(first, about_of(first)[0], times=[Term(name, about_of(name)[-1]) for name in more]) for first, *more in products
        ]
        setting = saom_setting(panel, Specification({"friend": terms}, {"drink": ["linear"]}))
        state, x, columns = started(setting), panel.networks[0].toarray(), columns_of(setting)
        parts = [
            [(each.effect, terms_of(panel, each.effect, each.about, parameters)) for each in (term, *term.times)] for term in terms
        ]
        for i in (0, 3):
            choice = choice_of(setting, state, np.zeros(len(setting.parameters)), i)
            for option, j in enumerate(choice.people):
                expected = [tie_change(each, x, i, j, directed=directed) for each in parts]
                wrong = [
                    (term.label, got, want)
                    for term, got, want in zip(terms, choice.changes[columns, option], expected, strict=True)
                    if abs(got - want) > 1e-9
                ]
                assert not wrong, (i, j)


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
