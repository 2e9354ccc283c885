"""A specification as columns: the order of parameters, what a product is made of, and how people fall into classes."""

from types import SimpleNamespace

import numpy as np
import pytest

from recoverynet.errors import SchemaError
from recoverynet.kernels.saom import actor_model as at
from recoverynet.kernels.saom.effects.declared import CREATION, ENDOWMENT, EVAL, INTERACTION
from recoverynet.models.saom.columns import Parameter, build_columns, build_model, parameter_frame
from recoverynet.models.saom.specification import Specification, Term

PLACES = {"drink": 0, "smoke": 1, "age": 2, "site": 3, None: 4}
ATTRIBUTES = SimpleNamespace(
    names=["drink", "smoke", "age", "site", "(nothing)"], n_categories=[5, 3, 10**6, 4, 2], behaviour_rows=[0, 1],
    place=lambda name, words=False: PLACES[name], dyadic_place=lambda name: ["far", "near"].index(name),
    disagreement={"balance": 0.31, "inStructEq": 0.29}, for_kernels=lambda: np.zeros((5, 3)),
    bounds=np.array([[1.0, 5.0], [0.0, 2.0]]), centres=np.array([2.5, 0.7, 30.0, 1.0, 0.0]),
)  # fmt: skip
TWO_PERIODS = [(None, 1), (None, 2)]
MODEL = Specification(
    {"friend": [
        "density", ("RateX", "age"), Term("recip", type="endow", start=0.5), ("X", "near"),
        Term("egoX", "drink", times=["recip", ("altX", "smoke")], type="creation"), "transTies", "balance",
        Term("outTrunc", parameter=3), "nbrDist2", "outRate",
    ]},
    {"drink": ["linear", Term("avAlt", times=["outdeg"], fixed=0.2)], "smoke": ["quad", ("effFrom", "drink"), "inRate"]},
)  # fmt: skip


def columns(specification=MODEL, epochs=TWO_PERIODS, condition=-1):
    return build_columns(specification, ATTRIBUTES, epochs, condition)


def model(built, n_people=1000, most_degree=6, by_class=None):
    return build_model(
        built,
        ATTRIBUTES,
        directed=True,
        n_people=n_people,
        most_degree=most_degree,
        condition=-1,
        by_class=by_class,
        unknown_alters="mean",
    )


def labels(built):
    return [each.label for each in built.parameters]


def test_parameters_stand_network_first_and_in_each_basic_rates_then_rate_effects_then_the_rest_as_given():
    assert labels(columns()) == [
        "friend: rate, period 1", "friend: rate, period 2", "friend: RateX age", "friend: outRate", "friend: density",
        "friend: recip (endow)", "friend: X near", "friend: egoX × recip × altX drink × smoke (creation)", "friend: transTies",
        "friend: balance", "friend: outTrunc", "friend: nbrDist2",
        "drink: rate, period 1", "drink: rate, period 2", "drink: linear", "drink: avAlt × outdeg",
        "smoke: rate, period 1", "smoke: rate, period 2", "smoke: inRate", "smoke: quad", "smoke: effFrom drink",
    ]  # fmt: skip
    built = columns(condition=0)
    assert [label for label in labels(built) if "rate, period" in label] == [
        f"{name}: rate, period {period}" for name in ("drink", "smoke") for period in (1, 2)
    ]
    assert (0, 0) not in built.rate_places and built.rate_places[1, 2] == labels(built).index("smoke: rate, period 2")
    houses = columns(epochs=[("elm", 1), ("oak", 1)])
    assert labels(houses)[:2] == ["friend: rate, period 1, elm", "friend: rate, period 1, oak"]
    assert [(each.start, each.fixed) for each in columns().parameters if each.start or each.fixed] == [(0.5, None), (None, 0.2)]


def test_products_are_columns_of_parts_without_a_parameter_and_one_that_multiplies_them():
    built = columns()
    ties, names = model(built).ties, labels(built)
    place = names.index("friend: egoX × recip × altX drink × smoke (creation)")
    (whole,) = np.flatnonzero(ties[:, at.WEIGHT] == place)
    assert ties[whole, [at.KIND, at.PART]].tolist() == [INTERACTION, CREATION]
    parts = ties[whole, [at.FIRST, at.SECOND, at.THIRD]]
    assert parts.tolist() == [whole - 3, whole - 2, whole - 1]
    assert ties[parts, at.WEIGHT].tolist() == [-1] * 3 and ties[parts, at.PART].tolist() == [EVAL] * 3
    assert ties[parts, at.ATTRIBUTE].tolist() == [0, -1, 1]
    alone = np.delete(ties, [whole, *parts], axis=0)
    assert (alone[:, [at.FIRST, at.SECOND, at.THIRD]] == -1).all() and (alone[:, at.KIND] != INTERACTION).all()
    assert alone[:, at.WEIGHT].tolist() == [4, 5, 6, 8, 9, 10, 11]
    assert alone[:, at.PART].tolist() == [EVAL, ENDOWMENT, *[EVAL] * 5]


def test_columns_hold_what_they_refer_to_their_numbers_and_slots():
    built = model(columns())
    ties = {int(row[at.WEIGHT]): (row, numbers) for row, numbers in zip(built.ties, built.numbers, strict=True)}
    assert ties[6][0][at.ATTRIBUTE] == 1  # the second covariate of pairs
    assert [int(ties[place][0][at.SLOT]) for place in (4, 8, 9, 11)] == [-1, 0, -1, 1] and built.whole[at.N_SLOTS] == 2
    assert ties[9][1].tolist() == [0.31, 1.0] and ties[10][1].tolist() == [3.0, 1.0]
    assert [int(ties[place][0][at.ON_EGO]) for place in (8, 10, 11)] == [0, 1, 1]
    assert built.rates[:, [at.VARIABLE, at.WEIGHT, at.ATTRIBUTE]].tolist() == [[0, 2, 2], [0, 3, -1], [2, 18, -1]]
    steps = built.behaviours
    assert steps[:, at.VARIABLE].tolist() == [1, 1, 1, 1, 2, 2] and steps[:, at.WEIGHT].tolist() == [14, -1, -1, 15, 19, 20]
    assert steps[3, [at.KIND, at.FIRST, at.SECOND, at.THIRD]].tolist() == [INTERACTION, 1, 2, -1] and steps[5, at.ATTRIBUTE] == 0
    assert built.whole[at.N_PARAMETERS] == 21 and built.whole[at.DIRECTED] == 1 == built.whole[at.AT_MEAN]
    assert built.bounds.tolist() == [[1, 5], [0, 2]] and built.centres.tolist() == [2.5, 0.7] and built.rows.tolist() == [0, 1]
    cycles = columns(Specification({"friend": ["cycle3", "gwespFF"]}))
    assert cycles.numbers == [(0.0, 1 / 3), (69.0, 1.0)] and cycles.paths == 8 | 1


@pytest.mark.parametrize(
    ("terms", "sizes"),
    [
        (["density", "recip", "transTrip"], []),
        (["density", ("sameX", "site")], [(3, 4)]),
        (["density", ("egoX", "age"), ("egoSqX", "age"), ("altX", "drink")], [(0, 5)]),
        (["density", "inPop"], [(5, 20)]),
        (["density", ("simX", "smoke"), ("altX", "drink"), "outPop"], [(0, 5), (1, 3), (6, 20)]),
        (["density", ("simX", "smoke"), "balance", "inPop"], [(1, 3), (5, 20), (6, 20)]),
    ],
)
def test_people_out_of_reach_fall_into_classes_by_what_terms_look_at(terms, sizes):
    """Degrees up to twice the largest and eight more; each stride is the product of the sizes before."""
    built = model(columns(Specification({"friend": terms})), n_people=10**6, most_degree=6)
    strides, product = np.zeros(7, int), 1
    for place, size in sizes:
        strides[place] = product
        product *= size
    assert built.strides.tolist() == strides.tolist()
    assert built.whole[[at.N_CLASSES, at.DEGREE_CAP]].tolist() == [product, 20]


def test_classes_are_used_where_they_are_fewer_than_half_of_the_people_and_can_be():
    twelve = columns(Specification({"friend": [("sameX", "site"), ("altX", "smoke")]}))
    assert [model(twelve, n_people=n).whole[at.N_CLASSES] for n in (24, 25)] == [0, 12]
    assert model(twelve, n_people=24, by_class=True).whole[at.N_CLASSES] == 12
    none = model(twelve, n_people=10**6, by_class=False)
    assert none.whole[at.N_CLASSES] == 0 and not none.strides.any()
    for terms in ([("altX", "age")], ["density", ("X", "far")], [("altX", "drink"), ("altX", "smoke"), "inPop", "outPop"]):
        each = columns(Specification({"friend": terms}))
        assert model(each, n_people=10**6).whole[at.N_CLASSES] == 0
        with pytest.raises(SchemaError, match="differ one by one"):
            model(each, by_class=True)
    most = columns(Specification({"friend": [("altX", "drink"), "inPop", "outPop"]}))  # 5 × 20 × 20 are 2,000
    assert model(most, n_people=10**6).whole[at.N_CLASSES] == 2000


def test_parameters_as_rows():
    found = parameter_frame([Parameter("friend", "Rate", type="rate", period=2, group="elm"), Parameter("friend", "simX", "drink")])
    assert found.to_dict("list")["covariate"] == ["", "drink"] and found["period"].isna().tolist() == [False, True]
    assert list(found.columns) == ["dependent", "effect", "covariate", "type", "period", "group"]
