"""Arguments of another kind, own effects that are no numbers: an error that says what was expected, never a traceback."""

import warnings

import numpy as np
import pytest
from driving import random_network

import recoverynet as rn
from recoverynet.errors import RecoveryNetWarning, SchemaError
from recoverynet.models.saom.effects import own_effect
from recoverynet.models.saom.export import write_rsiena
from recoverynet.models.saom.fit_quality import goodness_of_fit
from recoverynet.models.saom.selection import selection_table
from recoverynet.models.saom.specification import Specification, Term

N = 20
RNG = np.random.default_rng(0)
FIRST = random_network(RNG, N, 0.15)
LAST = np.where((RNG.random((N, N)) < 0.05) & ~np.eye(N, dtype=bool), 1 - FIRST, FIRST)


def waves(networks=(FIRST, LAST)):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecoveryNetWarning)
        age = {"age": np.arange(N, dtype=float)}
        return rn.NetworkPanel.from_adjacency(networks, network="friend", covariates=age, directed=True)


def ties(*terms):
    return Specification({"friend": ["density", *terms]})


def fit(panel, specification):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecoveryNetWarning)
        return rn.fit_saom(panel, specification, n_simulations=200, most_runs=1, quiet=True, rng=1)


def own(function, name="mine"):
    return Specification({"friend": ["density", own_effect(function, name)]})


@pytest.mark.parametrize("value", ["np.nan", "1.0 / ties[ego].sum() * 0.0"])
def test_own_effects_must_be_numbers(value):
    """Nobody without ties may make NaN of the whole: it is said which effect did."""
    spaced = {"np": np}
    exec(f"def odd(ego, ties, values):\n    return {value}", spaced)
    with pytest.raises(SchemaError, match="The statistic of friend: mine is not a finite number"):
        fit(waves((np.zeros((N, N)), LAST)), own(spaced["odd"]))


@pytest.mark.slow
def test_own_effects_that_do_not_compile_say_why():
    with pytest.raises(SchemaError, match="numba can compile to one returning a float: .*nowhere"):
        own_effect(lambda ego, ties, values: nowhere(ego), "mine")  # noqa: F821
    with pytest.raises(SchemaError, match="name is the name of the effect in tables"):
        own_effect(lambda ego, ties, values: 1.0, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(SchemaError, match="numba can compile"):
            own_effect(lambda ego, ties, values: {"a": 1}[ego], "mine")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda fit: goodness_of_fit(fit, "outdegree", n_simulations=0), "n_simulations is a whole number, 1 or more; got 0"),
        (lambda fit: goodness_of_fit(fit, "outdegree", n_simulations="100"), "whole number, 1 or more; got '100'"),
        (lambda fit: goodness_of_fit(fit.setting.panel, "outdegree"), "reads a fit of fit_saom.*got a NetworkPanel"),
        (lambda fit: goodness_of_fit(fit, np.sum), "A function needs a name: {'sum': function}"),
        (lambda fit: goodness_of_fit(fit, {"m": lambda network: [1]}), "Statistic 'm' could not be counted .*TypeError"),
        (lambda fit: selection_table(fit.setting.panel, "age"), "reads a fit of fit_saom"),
        (lambda fit: fit.wald_test([]), "No parameter was named"),
        (lambda fit: fit.wald_test("cycle3"), "'cycle3' does not name one parameter"),
        (lambda fit: rn.fit_saom(fit.setting.panel, ties(), workers="2"), "workers is a whole number, 1 or more"),
        (lambda fit: rn.fit_saom(fit.setting.panel, ties(), wanted="a"), "wanted is a convergence ratio above 0"),
        (lambda fit: rn.fit_saom(fit.setting.panel, ties(), n_simulations=200.5), "n_simulations is a whole number"),
        (lambda fit: rn.fit_saom(fit.setting.panel, ties(), bounds=[1, 5]), "bounds maps behaviours"),
        (lambda fit: rn.fit_saom(fit.setting.panel, ties(), by_class="yes"), "by_class is True, False or None"),
        (lambda fit: rn.fit_saom(fit.setting.panel, ties(), rng="abc"), "rng must be None, an integer seed"),
        (lambda fit: rn.fit_saom(fit.setting.panel, ties(), rng=-1), "rng as a seed is a whole number, 0 or more"),
        (lambda fit: write_rsiena(fit.setting.panel, ties(), 3), "folder is a path"),
        (lambda fit: write_rsiena(fit.setting.panel, ties(), "x", seed="a"), "seed is a whole number"),
        (lambda fit: ties(Term("recip", parameter=3)), "recip has no internal parameter; got 3"),
        (lambda fit: ties(Term("outPop", parameter=2)), "outPop is known with p = 1 only; got 2"),
        (lambda fit: ties(Term("gwespFF", parameter=-5)), "internal parameter of gwespFF is 0 or more; got -5"),
        (lambda fit: ties(Term("outTrunc", parameter=2.5)), "a whole number, 1 or more; got 2.5"),
        (lambda fit: ties("gwesp"), "gwesp is called gwespFF"),
        (lambda fit: ties("transTriads"), "transTriads is called transTrip"),
        (lambda fit: ties(("recip", "age")), "recip refers to nothing: write 'recip'; got 'age'"),
        (lambda fit: ties(Term(None)), "effect of a term is a short name"),
        (lambda fit: Specification({"friend": None}), "network maps a name to a list of terms"),
    ],
)
def test_arguments_of_another_kind_are_refused(small_fit, call, message):
    with pytest.raises(SchemaError, match=message):
        call(small_fit)


@pytest.fixture(scope="module")
def small_fit():
    return fit(waves(), ties())


def test_strengths_count_as_ties_and_that_is_said():
    found = fit(waves((FIRST * 3.7, LAST * 0.2)), ties())
    assert {check.name: check.passed for check in found.checks}["ties are there or not"] is False
