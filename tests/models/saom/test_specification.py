"""What a specification takes, and what it says of everything it does not."""

import re

import numpy as np
import pytest
from driving import choice_of, place_of, random_network, random_panel, started

from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.kernels.saom.actor_model import WEIGHT
from recoverynet.kernels.saom.own_effects import MOST_OWN
from recoverynet.models.saom.effects import RATE_EFFECTS, STEP_EFFECTS, TIE_EFFECTS, effects_catalogue, own_effect
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.simulation import target_statistics
from recoverynet.models.saom.specification import Specification, Term

ISSUE = {
    "network": "density recip transTrip transTies transMedTrip transRecTrip cycle3 gwespFF inPop inPopSqrt outPop "
    "outPopSqrt inAct inActSqrt outAct outActSqrt outIso outTrunc nbrDist2 balance between inStructEq reciAct X altX "
    "altSqX egoX egoSqX simX sameX diffX absDiffX egoPlusAltX higher egoXaltX",
    "behaviour": "linear quad avSim totSim avAlt totAlt avRecAlt avInAlt totInAlt maxAlt minAlt popAlt avAttHigher "
    "avAttLower avSimRecip totSimRecip indeg outdeg recipDeg isolate effFrom",
    "rate": "RateX outRate inRate recipRate outRateInv",
}


@pytest.fixture(scope="module")
def panel():
    return random_panel(np.random.default_rng(1), 10)


def refused(message, **given):
    with pytest.raises(SchemaError, match=message):
        Specification(**given)


def refused_by(panel, message, specification, **options):
    with pytest.raises(SchemaError, match=message):
        saom_setting(panel, specification, **options)


def model(*terms, drink=None):
    return Specification({"friend": list(terms)}, {"drink": drink} if drink else {})


def test_catalogue():
    catalogue = effects_catalogue()
    assert list(catalogue) == [
        "effect", "dependent", "formula", "meaning", "refers_to", "types", "parameter", "directed_only",
        "people_out_of_reach",
    ]  # fmt: skip
    for dependent, names in ISSUE.items():
        have = set(catalogue.loc[catalogue["dependent"] == dependent, "effect"])
        assert set(names.split()) <= have
    assert not catalogue.duplicated(["effect", "dependent"]).any()
    assert (catalogue[["formula", "meaning", "types"]] != "").all(axis=None)
    assert set(catalogue["effect"]) == {*TIE_EFFECTS, *STEP_EFFECTS, *RATE_EFFECTS}
    table = catalogue.set_index("effect")
    assert table.loc["X", "people_out_of_reach"] == "one by one"
    assert table.loc["transTrip", "people_out_of_reach"] == "alike"
    assert table.loc["simX", "people_out_of_reach"] == table.loc["inPop", "people_out_of_reach"] == "by class"
    assert table.loc["outIso", "types"] == "eval" and table.loc["recip", "types"] == "eval, endow, creation"
    assert table.loc["effFrom", "refers_to"] == "covariate" and table.loc["avAlt", "refers_to"] == "network"


@pytest.mark.parametrize("module", [TIE_EFFECTS, STEP_EFFECTS, RATE_EFFECTS])
def test_codes_are_used_once_within_a_kind(module):
    keys = [(effect.kind, effect.code) for effect in module.values()]
    assert len(keys) == len(set(keys))


def test_unknown_effects_are_told_with_the_nearest_names():
    refused("no network effect called 'transtrip'. Did you mean transTrip", network={"friend": ["transtrip"]})
    refused("no network effect called 'reciprocity'", network={"friend": ["reciprocity"]})
    refused("'avalt'. Did you mean avAlt", network={"friend": ["density"]}, behaviour={"drink": ["avalt"]})
    refused("'avAlt'. It is an effect on the behaviour", network={"friend": ["avAlt"]})
    refused("'recip'. It is an effect on the network", network={"friend": []}, behaviour={"drink": ["recip"]})
    with pytest.raises(SchemaError, match=r"'zzzzzz'\. effects_catalogue\(\) lists them all"):
        model("zzzzzz")


def test_what_a_term_is():
    refused("refers to a covariate or behaviour: write \\('simX', name\\)", network={"friend": ["simX"]})
    refused("A term is a short name", network={"friend": [("simX", "age", "site")]})
    refused("A term is a short name", network={"friend": [3]})
    refused("maps a name to a list of terms", network={"friend": "density"})
    refused("maps a name to a list of terms", network=["density"])
    refused("of one network; got none", network={})
    refused("of one network; got friend, foe", network={"friend": ["density"], "foe": ["density"]})
    with pytest.raises(SchemaError, match="'eval', 'endow' or 'creation'; got 'maintain'"):
        Term("recip", type="maintain")
    assert Term("egoX", "age", times="recip").label == "egoX age × recip"
    assert repr(model("density", Term("recip", type="endow"), drink=["linear", ("avAlt", "friend")])) == (
        "<Specification friend: density, recip (endow); drink: linear, avAlt friend>"
    )


def test_a_term_twice():
    refused(r"The term simX age \(eval\) is there twice", network={"friend": [("simX", "age"), Term("simX", "age")]})
    refused("linear .eval. is there twice", network={"friend": []}, behaviour={"drink": ["linear", "linear"]})
    twice = ["avAlt", ("avAlt", "friend")]
    refused("avAlt friend .eval. is there twice", network={"friend": []}, behaviour={"drink": twice})
    model("recip", Term("recip", type="endow"), Term("recip", type="creation"), ("simX", "age"), ("simX", "site"))


def test_parts_that_an_effect_cannot_have():
    for name in ("outIso", "outTrunc", "nbrDist2"):
        refused("has an eval part only; got 'endow'", network={"friend": [Term(name, type="endow")]})
    refused("eval part only", network={"friend": [Term("outRate", type="creation")]})
    refused("whole number, 1 or more; got 0", network={"friend": [Term("outTrunc", parameter=0)]})
    refused("is 1 or more; got 0.5", network={"friend": [Term("reciAct", parameter=0.5)]})


def test_interactions_that_are_none():
    refused("all but one are about ego", network={"friend": [Term("transTrip", times=["recip"])]})
    refused("all but one are about ego", network={"friend": [Term("egoX", "age", times=["transTrip", "gwespFF"])]})
    refused("cannot be part of an interaction", network={"friend": [Term("outIso", times=[("egoX", "age")])]})
    refused("cannot be part of an interaction", network={"friend": [Term("egoX", "age", times=["outRate"])]})
    refused("only effects linear in it can be multiplied, and avSim is not", network={"friend": []},
            behaviour={"drink": [Term("avSim", times=["linear"])]})  # fmt: skip
    refused("only effects linear in it can be multiplied, and quad is not", network={"friend": []},
            behaviour={"drink": [Term("avAlt", times=["quad"])]})  # fmt: skip
    with pytest.raises(SchemaError, match="of two or three effects"):
        Term("egoX", "age", times=["recip", "density", "inPop"])


def test_names_the_panel_does_not_know(panel):
    foe, smoke = Specification({"foe": ["density"]}), Specification({"friend": ["density"]}, {"smoke": ["linear"]})
    refused_by(panel, "network is called 'friend'; the specification speaks of 'foe'", foe)
    refused_by(panel, "no behaviour 'smoke'; it has drink", smoke)
    refused_by(panel, "simX sex: the panel has no covariate or behaviour 'sex'; it has age, site, drink",
               model(("simX", "sex")))  # fmt: skip
    refused_by(panel, "no covariate of pairs .dyadic. 'age'; it has near", model(("X", "age")))
    refused_by(panel, "no covariate or other behaviour 'sex'", model("density", drink=[("effFrom", "sex")]))
    refused_by(panel, "no covariate or other behaviour 'drink'", model("density", drink=[("effFrom", "drink")]))
    refused_by(panel, "avAlt foe refers to the network 'friend'; got 'foe'", model("density", drink=[("avAlt", "foe")]))
    refused_by(panel, "no covariate or behaviour 'sex'", model(Term("egoX", "sex", times=["recip"])))


def test_undirected_networks_have_no_reciprocity():
    panel = random_panel(np.random.default_rng(2), 8, directed=False)
    for name, effect in TIE_EFFECTS.items():
        term = Term(name, ("near" if name == "X" else "age") if effect.covariate else None)
        if effect.undirected:
            saom_setting(panel, model(term))
        else:
            refused_by(panel, f"{name} needs a directed network", model(term))
    refused_by(panel, "recipDeg needs a directed network", model("density", drink=["recipDeg"]))
    with pytest.raises(SchemaError, match="needs a directed network"):
        saom_setting(panel, model("density", "recipRate"))


def behaving(values, **options):
    n = len(values)
    networks = [random_network(np.random.default_rng(3), n, 0.4) for _ in range(2)]
    return random_panel(np.random.default_rng(3), n, networks=networks, behaviour={"drink": values}, **options)


def test_behaviour_that_is_no_behaviour():
    values = np.array([[1, 2], [2, 3], [3, 3], [2, 1], [1, 1]], float)
    drinks = model("density", drink=["linear"])
    halves = values.copy()
    halves[1, 0] = 2.5
    refused_by(behaving(halves), "must be whole numbers, one step apart; 1 values are not, such as 2.5", drinks)
    refused_by(behaving(values), "declared to go from 1 to 2; 3 values lie outside, such as 3", drinks,
               bounds={"drink": (1, 2)})  # fmt: skip
    refused_by(behaving(np.ones((5, 2))), "Everybody has the same 'drink'", drinks)
    refused_by(behaving(values * 30), "levels; the model takes one step at a time", drinks)
    refused_by(behaving(np.full((5, 2), np.nan)), "Nobody's 'drink' is known", drinks)
    for bounds in ((5, 1), (0.5, 4), (2, 2)):
        refused_by(behaving(values), "two whole numbers, the lower first", drinks, bounds={"drink": bounds})
    refused_by(behaving(values), "behaviour that is modelled .drink.; got 'smoke'", drinks, bounds={"smoke": (1, 2)})
    setting = saom_setting(behaving(values), drinks, bounds={"drink": (0, 5)})
    assert setting.model.bounds.tolist() == [[0, 5]]


def test_covariates_that_are_words():
    words = np.array(["red", "blue", None, "red", "blue"], dtype=object)
    values = np.array([[1, 2], [2, 3], [3, 3], [2, 1], [1, 1]], float)
    panel = behaving(values, covariates={"team": words, "age": np.arange(5.0), "blank": np.full(5, np.nan)})
    for effect in ("simX", "altX", "egoX", "RateX"):
        refused_by(panel, "'team' holds words, which only sameX can use", model((effect, "team")))
    refused_by(panel, "'team' holds words", model("density", drink=[("effFrom", "team")]))
    refused_by(panel, "Nobody has a known value of the covariate 'blank'", model(("altX", "blank")))
    x = panel.networks[1].toarray()
    same = sum(x[i, j] for i in range(5) for j in range(5) if i != j and words[i] is not None and words[i] == words[j])
    assert target_statistics(saom_setting(panel, model(("sameX", "team"))))[0, 1] == same


def test_one_wave_is_not_enough():
    panel = random_panel(np.random.default_rng(4), 6, n_waves=1, behaviour={})
    with pytest.raises(NotEstimableError, match="two waves or more"):
        saom_setting(panel, model("density"))


def returned(ego, ties, values):
    total = 0.0
    for j in range(ties.shape[0]):
        total += ties[ego, j] * ties[j, ego]
    return total


def similar(ego, ties, values):
    total = 0.0
    for j in range(ties.shape[0]):
        total += ties[ego, j] * abs(values[ego] - values[j])
    return total


def few(ego, ties, values):
    return min(ties[ego].sum(), 3.0)


def circles(ego, ties, values):
    total = 0.0
    for j in range(ties.shape[0]):
        for h in range(ties.shape[0]):
            total += ties[ego, j] * ties[j, h] * ties[h, ego]
    return total


def test_own_effects_that_cannot_be():
    with pytest.raises(SchemaError, match="'recip' is an effect of the catalogue"):
        own_effect(returned, "recip")
    with pytest.raises(SchemaError, match="'avAlt' is an effect of the catalogue"):
        own_effect(returned, "avAlt")

    def two_arguments(ego, ties):
        return 0.0

    def words(ego, ties, values):
        return "many"

    for function in (two_arguments, words):
        told = re.escape(f"{function.__name__} must be a function of (ego, ties, values)")
        with pytest.raises(SchemaError, match=told):
            own_effect(function, "mine")
    mine = [own_effect(few, f"mine{number}") for number in range(MOST_OWN + 1)]
    refused(f"up to {MOST_OWN} own effects; got {MOST_OWN + 1}", network={"friend": mine})
    refused("own effects are effects on ties", network={"friend": []}, behaviour={"drink": [mine[0]]})
    refused("has an eval part only", network={"friend": [Term(mine[0], type="endow")]})
    refused("cannot be part of an interaction", network={"friend": [Term("egoX", "age", times=[mine[0]])]})
    refused("is there twice", network={"friend": [mine[0], mine[0]]})


def test_own_effects_spelling_out_effects_of_the_catalogue(panel):
    pairs = {"recip": own_effect(returned, "myRecip"), "outTrunc": own_effect(few, "myTrunc"),
             "cycle3": own_effect(circles, "myCycle3"), "absDiffX": own_effect(similar, "myDiff")}  # fmt: skip
    about = {"absDiffX": "age"}
    terms = [Term(name, about.get(name), parameter=3.0 if name == "outTrunc" else None) for name in pairs]
    own = [Term(mine, about.get(name)) for name, mine in pairs.items()]
    setting = saom_setting(panel, model("density", *terms, *own))
    state, theta = started(setting), np.zeros(len(setting.parameters))
    weights, targets = setting.model.ties[:, WEIGHT], target_statistics(setting)[0]
    for i in range(panel.n_people):
        choice = choice_of(setting, state, theta, i)
        for name, mine in pairs.items():
            places = (place_of(setting, each, about=about.get(name, "")) for each in (name, mine.name))
            one, other = (int(np.flatnonzero(weights == place)[0]) for place in places)
            np.testing.assert_allclose(choice.changes[other], choice.changes[one], atol=1e-12)
    for name, mine in pairs.items():
        one, other = (targets[place_of(setting, each, about=about.get(name, ""))] for each in (name, mine.name))
        assert other == pytest.approx(one * (3 if name == "cycle3" else 1))
