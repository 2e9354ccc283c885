"""The change statistic of every effect is s_i afterwards minus s_i before, at every possible ministep."""

from itertools import combinations

import numpy as np
import pytest
from dense_effects import mean_disagreement, tie_change
from driving import choice_of, covariates_of, random_panel, started

from recoverynet.kernels.saom.actor_model import WEIGHT
from recoverynet.models.saom.effects import TIE_EFFECTS
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.specification import Specification, Term

DIRECTED = [name for name in TIE_EFFECTS]
UNDIRECTED = [name for name, effect in TIE_EFFECTS.items() if effect.undirected]
PARAMETERS = [
    {"gwespFF": 69, "outTrunc": 1, "reciAct": 1, "outPop": 1, "outPopSqrt": 0, "inActSqrt": 0},
    {"gwespFF": 25, "outTrunc": 2, "reciAct": 2, "outPop": 1, "outPopSqrt": 1, "inActSqrt": 1},
    {"gwespFF": 200, "outTrunc": 4, "reciAct": 3, "outPop": 1, "outPopSqrt": 2, "inActSqrt": 2},
]


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


@pytest.mark.parametrize("directed", [True, False])
def test_every_effect_on_ties_at_every_ministep_of_five_people(directed):
    rng = np.random.default_rng(1)
    for run in range(9):
        parameters = PARAMETERS[run % 3]
        panel = random_panel(rng, 5, density=(0.2, 0.45, 0.75)[run // 3], directed=directed)
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
        theta = rng.normal(scale=0.1, size=len(setting.parameters))
        for i in (0, 3):
            choice = choice_of(setting, state, theta, i)
            for option, j in enumerate(choice.people):
                expected = [tie_change(each, x, i, j, directed=directed) for each in parts]
                wrong = [
                    (term.label, got, want)
                    for term, got, want in zip(terms, choice.changes[columns, option], expected, strict=True)
                    if abs(got - want) > 1e-9
                ]
                assert not wrong, (i, j)
                assert choice.worth[option] == pytest.approx(theta[setting.model.ties[columns, WEIGHT]] @ expected, abs=1e-9)
