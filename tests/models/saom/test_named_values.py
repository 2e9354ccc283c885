"""Numbers for parameters: in order, by any name that means one, and from the table of a fit."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from recoverynet.errors import SchemaError
from recoverynet.models.saom.columns import Parameter
from recoverynet.models.saom.named_values import theta_of

PARAMETERS = [
    Parameter("friend", "Rate", type="rate", period=1),
    Parameter("friend", "Rate", type="rate", period=2),
    Parameter("friend", "density"),
    Parameter("friend", "density", type="creation"),
    Parameter("friend", "simX", "drink"),
    Parameter("friend", "simX", "age"),
    Parameter("friend", "cycle3", fixed=0.25),
    Parameter("drink", "Rate", type="rate", period=1),
    Parameter("drink", "linear"),
    Parameter("drink", "avAlt"),
]
BY_LABEL = {each.label: float(place + 1) for place, each in enumerate(PARAMETERS)}


def theta(**changes):
    given = {**BY_LABEL, **changes}
    return theta_of(PARAMETERS, {key: value for key, value in given.items() if value is not None}).tolist()


def without(*labels):
    return {key: value for key, value in BY_LABEL.items() if key not in labels}


def test_in_order_or_by_label_or_any_way_of_meaning_one():
    assert theta() == theta_of(PARAMETERS, range(1, 11)).tolist() == list(range(1, 11))
    given = without("friend: simX drink", "friend: simX age", "friend: density", "friend: density (creation)", "drink: avAlt")
    names = {
        ("simX", "drink"): -5,
        "simX age": -6,
        ("density", "friend", "eval"): -3,
        ("density", "friend", "creation"): -4,
        "avAlt": -10,
    }
    assert theta_of(PARAMETERS, {**given, **names}).tolist() == [1, 2, -3, -4, -5, -6, 7, 8, 9, -10]


def test_a_label_means_its_parameter_even_where_a_longer_one_begins_alike():
    assert theta(**{"friend: density": 0.5})[2:4] == [0.5, 4.0]


def test_a_rate_without_its_period_is_that_of_every_period_of_one_variable():
    given = without("friend: rate, period 1", "friend: rate, period 2")
    assert theta_of(PARAMETERS, {**given, ("Rate", "friend"): 6.0}).tolist()[:2] == [6.0, 6.0]
    with pytest.raises(SchemaError, match="'Rate' names several parameters"):
        theta_of(PARAMETERS, {**without("drink: rate, period 1"), "Rate": 6.0})


def test_what_is_held_needs_no_number_and_may_have_one():
    assert theta(**{"friend: cycle3": None})[6] == 0.25
    assert theta(**{"friend: cycle3": 0.0})[6] == 0.0


def test_the_array_given_is_left_alone():
    mine = np.arange(1.0, 11.0)
    theta_of(PARAMETERS, mine)[0] = 99.0
    assert mine[0] == 1.0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({**without(), ("simX", "drink"): 1.0}, "friend: simX drink is given twice, as 'friend: simX drink' and as"),
        ({**without("friend: simX age"), "simX": 1.0}, "'simX' names several parameters: friend: simX drink; friend: simX age"),
        ({**without("friend: simX age"), "simX aeg": 1.0}, "no parameter 'simX aeg'. Did you mean 'simX age'"),
        ({**without(), "quad": 1.0}, "no parameter 'quad'"),
        ({**without(), ("linear", "friend"): 1.0}, "no parameter"),
        ({**without(), ("linear", "drink", "endow"): 1.0}, "no parameter"),
        ({**without(), ("linear",): 1.0}, "no parameter"),
        (without("drink: linear", "friend: simX age"), "have no number: friend: simX age; drink: linear. The model has"),
        ({**without(), "drink: linear": "high"}, "'drink: linear' must be a number"),
        ({**without(), "drink: linear": np.inf}, "that of drink: linear is not"),
        ({**without(), "friend: rate, period 2": -0.1}, "friend: rate, period 2 is negative"),
        (range(9), "has 10 parameters, in this order: .* Got 9"),
        (np.ones((2, 5)), r"Got an array of shape \(2, 5\)"),
        (["a"] * 10, "numbers in order, a mapping"),
    ],
)
def test_what_means_none_or_several_is_told(given, words):
    with pytest.raises(SchemaError, match=words):
        theta_of(PARAMETERS, given)


def test_a_rate_may_be_0():
    assert theta(**{"drink: rate, period 1": 0.0})[7] == 0.0


def a_table(parameters, **more):
    rows = [{**vars(each), "estimate": 10.0 * place} for place, each in enumerate(parameters)]
    frame = pd.DataFrame(rows)[["dependent", "effect", "covariate", "type", "period", "estimate", *more]]
    return SimpleNamespace(table=frame)


def test_estimates_of_a_fit_go_to_parameters_of_the_same_name_and_others_are_left():
    order = [PARAMETERS[place] for place in (7, 9, 8, 0, 1, 3, 2, 6, 5, 4)]
    found = theta_of(PARAMETERS, a_table([*order, Parameter("friend", "recip"), Parameter("drink", "quad")]))
    assert found.tolist() == [30.0, 40.0, 60.0, 50.0, 90.0, 80.0, 70.0, 0.0, 20.0, 10.0]
    houses = [Parameter("friend", "Rate", type="rate", period=1, group=name) for name in ("elm", "oak")]
    assert theta_of(houses, a_table(houses[::-1], group="")).tolist() == [10.0, 0.0]
    with pytest.raises(SchemaError, match="have no number: drink: avAlt"):
        theta_of(PARAMETERS, a_table(PARAMETERS[:-1]))
