"""What a fit says of data and wishes it cannot work with: what was expected, what came, where, how to mend it."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from driving import random_network

import recoverynet as rn
from recoverynet.errors import NotEstimableError, RecoveryNetWarning, SchemaError, TimeOrderError
from recoverynet.models.saom.simulation import Endless, Simulator
from recoverynet.models.saom.specification import Specification, Term

N = 20
RNG = np.random.default_rng(0)
FIRST = random_network(RNG, N, 0.15)
LAST = np.where((RNG.random((N, N)) < 0.05) & ~np.eye(N, dtype=bool), 1 - FIRST, FIRST)
DRINK = RNG.integers(1, 5, (N, 2)).astype(float)
DRINK[:4, 0] = [1, 2, 3, 4]
BOTH = Specification({"friend": ["density", "recip"]}, {"drink": ["linear", ("avAlt", "friend")]})
UNKNOWN = np.full((N, N), np.nan)
NUMBERS = np.arange(N, dtype=float)


def waves(networks=(FIRST, LAST), **given):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecoveryNetWarning)
        return rn.NetworkPanel.from_adjacency(
            networks, **{"network": "friend", "behaviour": {"drink": DRINK}, "directed": True, **given}
        )


def ties(*terms):
    return Specification({"friend": ["density", *terms]})


def fit(panel, specification=BOTH, **arguments):
    return rn.fit_saom(panel, specification, **{"n_simulations": 200, "most_runs": 1, "quiet": True, "rng": 1, **arguments})


def refused(error, message, panel, specification=BOTH, **arguments):
    with pytest.raises(error, match=message):
        fit(panel, specification, **arguments)


@pytest.mark.parametrize(
    ("drink", "bounds", "message"),
    [
        (DRINK, {"drink": (1, 3)}, r"declared to go from 1 to 3; \d+ values lie outside, such as 4\. Widen the bounds"),
        (DRINK, {"drink": (4, 1)}, r"two whole numbers, the lower first, as in \(1, 5\); got \(4, 1\)"),
        (DRINK, {"drink": (0.5, 4)}, "two whole numbers"),
        (DRINK, {"drink": 4}, "two whole numbers.*got 4"),
        (DRINK, {"drink": ("low", "high")}, r"two whole numbers.*got \('low', 'high'\)"),
        (DRINK, {"drink": (1, np.inf)}, "two whole numbers"),
        (DRINK, {"smoke": (1, 3)}, r"Bounds are of behaviour that is modelled \(drink\); got 'smoke'"),
        (DRINK + 0.25, None, "must be whole numbers, one step apart; 40 values are not, such as .* Round it, or cut it into"),
        (np.ones((N, 2)), None, "Everybody has the same 'drink' at all waves; there is nothing to model"),
        (np.full((N, 2), np.nan), None, "Nobody's 'drink' is known at any wave"),
        (DRINK * 20, None, "'drink' has 61 levels; .* Cut it into ordered levels"),
    ],
)
def test_behaviour_outside_what_can_be(drink, bounds, message):
    refused(SchemaError, message, waves(behaviour={"drink": drink}), bounds=bounds)


@pytest.mark.parametrize(
    ("networks", "drink", "message"),
    [
        ((FIRST, FIRST), DRINK, r"No change to learn from: friend from wave 1 to 2 \(nothing changed\)\. .*leave the wave"),
        ((FIRST, LAST), DRINK[:, [0, 0]], r"No change to learn from: drink from wave 1 to 2 \(nothing changed\)"),
        ((FIRST, FIRST), DRINK[:, [0, 0]], r"friend from wave 1 to 2 .*, drink from wave 1 to 2"),
        ((FIRST, LAST, LAST), DRINK[:, [0, 1, 0]], r"No change to learn from: friend from wave 2 to 3"),
        ((FIRST * 0, FIRST * 0), DRINK, r"friend from wave 1 to 2 \(nothing changed\)"),
        ((UNKNOWN, UNKNOWN), DRINK, r"friend from wave 1 to 2 \(nothing is known at both waves\)"),
        ((FIRST, UNKNOWN), DRINK, r"friend from wave 1 to 2 \(nothing is known at both waves\)"),
        ((FIRST, LAST), np.column_stack([DRINK[:, 0], np.full(N, np.nan)]), r"drink .*\(nothing is known at both waves\)"),
    ],
)
def test_nothing_changes_or_nothing_is_known(networks, drink, message):
    refused(NotEstimableError, message, waves(networks, behaviour={"drink": drink}))


def test_nothing_changes_in_a_group():
    houses = np.repeat(["elm", "oak"], N // 2)
    first, last = (network * (houses[:, None] == houses) for network in (FIRST, LAST))
    last[N // 2 :] = first[N // 2 :]
    panel = waves((first, last), groups=houses)
    refused(NotEstimableError, r"from wave 1 to 2 in group oak \(nothing changed\)", panel, ties())


def test_nobody_is_there():
    never = waves(present=np.zeros((N, 2), bool))
    refused(NotEstimableError, "Nobody is there at any of the 2 waves; there are 20 people", never)
    empty = np.zeros((0, 0))
    refused(NotEstimableError, "Nobody is there .* 0 people in all", waves((empty, empty), behaviour={}), ties())
    gone = np.column_stack([np.ones(N, bool), np.zeros(N, bool)])
    refused(NotEstimableError, "Nobody is there at wave 2; leave it out", waves(present=gone))
    alone = np.zeros((1, 1))
    refused(NotEstimableError, "1 of 1 people are there at both waves", waves((alone, alone), behaviour={}), ties())


def test_one_wave():
    refused(NotEstimableError, "two waves or more; the panel has one", waves((FIRST,), behaviour={"drink": DRINK[:, :1]}))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:NOT CONVERGED")
def test_leaving_before_joining():
    people = pd.DataFrame(
        {"joined_on": pd.Timestamp("2020-06-01", tz="UTC"), "left_on": pd.Series(pd.NaT, range(N), "datetime64[us, UTC]")}
    ).set_axis([f"p{number}" for number in range(N)])
    fit(waves(people=people), ties())
    people.loc["p3", "left_on"] = pd.Timestamp("2020-01-01", tz="UTC")
    message = "1 people leave before they join, such as 'p3': joined_on 2020-06-01.*, left_on 2020-01-01.*Mend the dates"
    refused(TimeOrderError, message, waves(people=people), ties())


@pytest.mark.filterwarnings("ignore:NOT CONVERGED")
def test_few_ties_last():
    message = r"Few ties last: the Jaccard index is 0\.\d\d in period 1, where 0\.3 or more is usual\. The waves may be too far"
    other = random_network(np.random.default_rng(5), N, 0.15)
    with pytest.warns(RecoveryNetWarning, match=message):
        found = fit(waves((FIRST, other)), ties())
    (check,) = [check for check in found.checks if "Jaccard" in check.name]
    assert not check.passed


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        (ties(("egoX", "age"), ("egoX", "twice")), "friend: egoX age, friend: egoX twice. Leave one of them out"),
        (ties(("egoX", "age"), ("altX", "age"), ("egoPlusAltX", "age")), "egoX age, friend: altX age, friend: egoPlusAltX age"),
        (ties(("egoX", "same")), "Everybody whose 'same' is known has the same value"),
        (ties(("simX", "same")), "Everybody whose 'same' is known has the same value"),
        (ties(("sameX", "site")), "Everybody whose 'site' is known has the same value"),
        (ties(("sameX", "own")), "Simulations never change the statistic of friend: sameX own: .*hold it with fixed="),
        (ties(("X", "near")), "Simulations never change the statistic of friend: X near"),
        (ties("recip", Term("density", type="endow"), Term("density", type="creation")), "combinations of each other"),
    ],
)
def test_effects_that_cannot_be_told_apart(specification, message):
    covariates = {"age": NUMBERS, "twice": 2 * NUMBERS, "same": np.ones(N), "site": np.array(["a"] * N, object),
                  "own": np.array(list("abcdefghijklmnopqrst"), object)}  # fmt: skip
    refused(NotEstimableError, message, waves(covariates=covariates, dyadic={"near": np.ones((N, N))}), specification)


def test_ties_that_are_only_made():
    with pytest.warns(RecoveryNetWarning, match="Few ties last"):
        panel = waves((FIRST * 0, LAST))
        refused(NotEstimableError, "rate, period 1, friend: density.* only made, or only dropped", panel, ties())


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (["transTripp"], "no network effect called 'transTripp'. Did you mean transTrip"),
        (["zzzz"], r"no network effect called 'zzzz'\. effects_catalogue\(\) lists them all"),
        (["avSim"], "'avSim'. It is an effect on the behaviour"),
        ([("simX", "smok")], "simX smok: the panel has no covariate or behaviour 'smok'; it has age, drink"),
        ([("X", "age")], r"no covariate of pairs \(dyadic\) 'age'; it has none"),
    ],
)
def test_names_that_do_not_exist(terms, message):
    with pytest.raises(SchemaError, match=message):
        fit(waves(covariates={"age": NUMBERS}), ties(*terms))


def test_networks_and_behaviour_that_do_not_exist():
    message = r"called 'ally'; the specification speaks of 'friend'\. .*from_adjacency\(\.\.\., network='friend'\)"
    refused(SchemaError, message, waves(network="ally"))
    refused(SchemaError, "no behaviour 'drink'; it has none", waves(behaviour={}))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"covariates": {"age": NUMBERS[1:]}}, r"'age' must have one value a person \(20\) or one a person and wave \(20 × 2\)"),
        ({"covariates": {"age": np.ones((N, 3))}}, r"'age' must have one value a person"),
        ({"dyadic": {"near": np.ones((N, N - 1))}}, "'near' must be 20 × 20 or 2 × 20 × 20; got 20 × 19"),
        ({"behaviour": {"drink": DRINK[1:]}}, "'drink' must be 20 × 2; got 19 × 2"),
        ({"behaviour": {"drink": np.where(DRINK == 2, np.inf, DRINK)}}, r"'drink' holds \d+ infinite values; write NaN"),
        ({"dyadic": {"near": np.full((N, N), np.inf)}}, "'near' holds 380 infinite values; write NaN"),
    ],
)
def test_wrong_lengths(given, message):
    with pytest.raises(SchemaError, match=message):
        waves(**given)


@pytest.mark.parametrize(
    ("given", "term", "message"),
    [
        ({"covariates": {"age": np.full(N, np.nan)}}, ("egoX", "age"), "Nobody has a known value of the covariate 'age'"),
        ({"covariates": {"age": np.where(NUMBERS > 0, np.inf, 0)}}, ("egoX", "age"), "'age' holds 19 infinite values; write NaN"),
        ({"covariates": {"age": np.array(list("ab") * 10, object)}}, ("egoX", "age"), "holds words, which only sameX can use"),
        ({"dyadic": {"near": UNKNOWN}}, ("X", "near"), "'near' is known of no pair; leave out"),
        ({"dyadic": {"near": UNKNOWN + np.inf}}, ("X", "near"), "'near' is known of no pair"),
    ],
)
def test_covariates_that_say_nothing(given, term, message):
    refused(SchemaError, message, waves(**given), ties(term))


def test_some_unknown_values_are_no_hindrance():
    age = np.where(NUMBERS < 5, np.nan, NUMBERS)
    assert np.isfinite(fit(waves(covariates={"age": age}), ties(("simX", "age"))).to_frame()["std_error"]).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"conditional": "ally"}, "conditional is one of friend, drink; got 'ally'"),
        ({"change_at": 1.5}, "share of a period above 0 and below 1, such as 0.5; got 1.5"),
        ({"n_simulations": 10}, "200 or more, so that standard errors mean something; got 10"),
        ({"wanted": 0}, "a convergence ratio above 0"),
        ({"most_runs": 0}, "most_runs is a whole number, 1 or more; got 0"),
        ({"start": [1.0]}, r"start is an earlier fit; got a list\. .*Term\('recip', start=1.0\)"),
        ({"by_class": True, "specification": ties(("X", "near"))}, "People out of reach differ one by one"),
        ({"specification": ["density"]}, "The specification is a Specification, .*got a list"),
    ],
)
def test_arguments(arguments, message):
    with pytest.raises(SchemaError, match=message):
        fit(waves(dyadic={"near": np.add.outer(NUMBERS, NUMBERS**2)}), **arguments)


def test_things_that_are_no_panels():
    refused(SchemaError, "The panel is a NetworkPanel, .*got a ndarray", FIRST)
    refused(SchemaError, "The panel is a NetworkPanel, .*got a Specification", BOTH, waves())


@pytest.mark.parametrize("given", [{"start": np.nan}, {"fixed": "much"}, {"fixed": np.inf}, {"parameter": "2"}])
def test_numbers_of_terms(given):
    ((name, value),) = given.items()
    with pytest.raises(SchemaError, match=re.escape(f"{name} of recip is a number; got {value!r}")):
        Term("recip", **given)


@pytest.mark.parametrize("start", [30.0, 1e6])
def test_starting_values_without_a_way_back(start):
    model = Specification({"friend": [Term("density", start=start), "recip"]})
    message = "Or starting values of friend: density lead where there is no way back.*leave start out"
    refused(NotEstimableError, message, waves(), model)


def test_rates_that_run_away_stop_and_say_what_to_try():
    model = ties(Term("RateX", "age", start=9.0))
    with pytest.warns(RecoveryNetWarning, match="NOT CONVERGED: A simulation did not come to an end"):
        found = fit(waves(covariates={"age": NUMBERS}), model)
    assert not found.converged and "What to try: fewer effects, start= from a smaller model that converged" in found.reason
    table = found.to_frame().set_index("effect")
    assert table.loc["RateX", "estimate"] == 9.0 and table["std_error"].isna().all()
    assert found.summary().startswith("NOT CONVERGED: A simulation did not")


def test_the_last_good_state_is_kept(monkeypatch):
    run, tried = Simulator.run, []

    def failing(self, theta, *arguments, **options):
        if len(tried) == 10:
            raise Endless("A simulation did not come to an end.")
        tried.append(theta.copy())
        return run(self, theta, *arguments, **options)

    monkeypatch.setattr(Simulator, "run", failing)
    with pytest.warns(RecoveryNetWarning, match="NOT CONVERGED"):
        found = fit(waves(), ties("recip"))
    np.testing.assert_array_equal(found.theta, tried[-1])


def test_a_statistic_without_any_spread_is_not_converged():
    two = np.array([[0, 1], [0, 0.0]])
    with pytest.warns(RecoveryNetWarning):
        found = fit(waves((two, two.T), behaviour={}), ties("recip"))
    assert not found.converged and (found.reason or found.overall_ratio >= 0.99 * found.largest_ratio)


def test_three_people_are_few_and_no_error():
    first, last = np.zeros((3, 3)), np.zeros((3, 3))
    first[0, 1] = first[1, 2] = last[0, 1] = last[0, 2] = 1.0
    panel = waves((first, last), behaviour={"drink": np.array([[1, 2], [2, 2], [3, 3.0]])})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecoveryNetWarning)
        found = fit(panel, Specification({"friend": ["density"]}, {"drink": ["linear"]}))
    assert found.n_people == 3 and len(found.to_frame()) == 4
