"""A fit and the tests of its parameters: rows and places agree, tests against what they stand for, nothing lost on the way."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from driving import random_panel
from scipy import stats

import recoverynet as rn
from recoverynet.errors import NotEstimableError, RecoveryNetWarning, SchemaError
from recoverynet.models.saom import robbins_monro
from recoverynet.models.saom.simulation import Endless, Simulator
from recoverynet.models.saom.what_if import simulate

TERMS = ["density", "recip", "transTrip"]


@pytest.fixture(scope="module")
def world():
    """Three waves of 40 people who return ties (2.0) and close triangles (0.3), the same rules in both periods."""
    start = random_panel(np.random.default_rng(5), 40, n_waves=3, density=0.08)
    model = rn.Specification({"friend": TERMS}, {"drink": ["linear"]})
    rules = {("Rate", "friend"): 5.0, ("Rate", "drink"): 2.0, "density": -2.2, "recip": 2.0, "transTrip": 0.3, "linear": 0.0}
    return simulate(model, rules, start, 1, chain=True, rng=6, quiet=True).panel(0)


def fit_of(world, *terms, **options):
    model = rn.Specification({"friend": ["density", *terms]}, {"drink": ["linear"]})
    return rn.fit_saom(world, model, n_simulations=1000, quiet=True, rng=7, **options)


@pytest.fixture(scope="module")
def whole(world):
    return fit_of(world, "recip", "transTrip")


@pytest.fixture(scope="module")
def conditional(world):
    return fit_of(world, "recip", "transTrip", conditional="friend")


def row_of(fit, effect):
    return fit.to_frame().set_index("effect").loc[effect]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["whole", "conditional"])
def test_rows_of_the_table_are_the_parameters_tested(name, request):
    fit = request.getfixturevalue(name)
    frame = fit.to_frame()
    for effect in TERMS:
        number = int(frame.index[frame["effect"] == effect][0])
        by_row, by_name = fit.wald_test([number]), fit.wald_test([effect])
        assert list(by_row.table.index) == list(by_name.table.index) == [f"friend: {effect}"]
        row = frame.loc[number]
        assert by_row.statistic == pytest.approx((row["estimate"] / row["std_error"]) ** 2)
        assert by_row.p == pytest.approx(row["p"])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["whole", "conditional"])
def test_the_figure_holds_every_estimate_but_basic_rates(name, request):
    axes = request.getfixturevalue(name).plot()
    shown = {label.get_text().replace("\n", " ") for label in axes.get_yticklabels()}
    plt.close("all")
    assert shown == {*(f"friend: {effect}" for effect in TERMS), "drink: linear"}


def test_a_rate_conditioned_on_is_no_parameter_to_test(conditional):
    assert list(conditional.to_frame()["effect"][:2]) == ["Rate", "Rate"]
    with pytest.raises(SchemaError, match="estimated with the others"):
        conditional.wald_test([0])


def test_conditional_and_unconditional_fits_agree(whole, conditional):
    assert whole.converged and conditional.converged
    one, other = whole.to_frame(), conditional.to_frame()
    assert list(one["effect"]) == list(other["effect"])
    gap = (one["estimate"] - other["estimate"]).abs() / one["std_error"]
    assert gap.max() < 0.5, gap


def test_convergence_comes_before_any_number(whole):
    words = whole.summary()
    assert words.startswith("Converged: overall maximum convergence ratio")
    assert words.count("Converged: overall") == 2, "at the top and among the checks"
    assert "parameters from" in repr(whole)


def test_wald_tests_of_combinations(whole):
    places = [whole.setting.parameters.index(each) for each in whole.setting.parameters if each.effect in ("recip", "transTrip")]
    both = whole.wald_test(["recip", "transTrip"])
    b, c = whole.theta[places], whole.covariance[np.ix_(places, places)]
    assert both.statistic == pytest.approx(b @ np.linalg.solve(c, b)) and both.df == 2
    assert both.p == pytest.approx(stats.chi2.sf(both.statistic, 2))
    difference = np.zeros(len(whole.theta))
    difference[places] = 1.0, -1.0
    alone = whole.wald_test(matrix=difference)
    assert alone.statistic == pytest.approx((b[0] - b[1]) ** 2 / (c[0, 0] + c[1, 1] - 2 * c[0, 1]))
    with pytest.raises(SchemaError, match="columns"):
        whole.wald_test(matrix=[[1.0, 2.0]])


@pytest.mark.slow
def test_a_score_test_sees_what_was_left_out_and_which_way(world, whole):
    fit = fit_of(world, rn.Term("recip", fixed=0.0), "transTrip")
    found = fit.score_test()
    assert found.df == 1 and found.p < 1e-4 and found.table["z"].iloc[0] > 4
    assert found.statistic == pytest.approx(found.table["z"].iloc[0] ** 2)
    near = fit_of(world, rn.Term("recip", fixed=float(row_of(whole, "recip")["estimate"])), "transTrip")
    assert near.score_test().p > 0.5, "held at its estimate"
    with pytest.raises(SchemaError, match="held fixed"):
        whole.score_test()
    with pytest.raises(SchemaError, match="score_test"):
        fit.wald_test(["recip"])


@pytest.mark.slow
def test_one_step_from_a_value_held_comes_near_the_estimate(world, whole):
    row = row_of(whole, "transTrip")
    held = fit_of(world, "recip", rn.Term("transTrip", fixed=float(row["estimate"] - row["std_error"])))
    step = held.score_test().table["estimate"].iloc[0]
    assert step == pytest.approx(row["std_error"], rel=0.4)


@pytest.mark.slow
def test_rules_that_change_are_told_from_rules_that_stay(world, whole):
    same = whole.time_test()
    assert same.df == 4 and list(same.table.index)[0] == "friend: density, period 2" and same.p > 0.01
    draw = np.random.default_rng(1)
    one_way = np.where(np.triu(draw.random((40, 40)) < 0.05, 1), 1.0, np.triu(world.networks[1].toarray()))
    mixed = rn.NetworkPanel.from_adjacency(
        [world.networks[0], world.networks[1], one_way], network="friend", behaviour=dict(world.behaviour)
    )
    other = fit_of(mixed, "recip", "transTrip")
    assert other.converged
    assert other.time_test(["recip"]).p < 1e-4, "nobody returns a tie any more"
    two = rn.fit_saom(
        rn.NetworkPanel.from_adjacency(list(world.networks[:2]), network="friend"),
        rn.Specification({"friend": TERMS}),
        n_simulations=200,
        wanted=9.0,
        quiet=True,
        rng=1,
    )
    with pytest.raises(NotEstimableError, match="one period"):
        two.time_test()


def test_tests_can_be_seen(whole):
    axes = whole.wald_test().plot()
    assert axes.get_xlabel().startswith("z ")
    plt.close("all")


def test_a_walk_that_runs_away_later_leaves_what_was_found(world, monkeypatch):
    """The first whole run stands too far away, and the walk after it does not come back."""
    walked = []

    def fails_later(simulator, walk, rng, quiet, first=1):
        walked.append(first)
        if len(walked) > 2:
            raise Endless("A simulation did not come to an end.")

    monkeypatch.setattr(robbins_monro, "phase2", fails_later)
    monkeypatch.setattr(robbins_monro, "overall_ratio", lambda here, walk: 2.0)
    with pytest.warns(RecoveryNetWarning, match="NOT CONVERGED"):
        fit = fit_of(world, "recip")
    assert len(walked) == 3 and fit.reason is None and not fit.converged
    assert fit.to_frame().loc[fit.to_frame()["effect"] != "Rate", "std_error"].notna().all()


def test_other_errors_are_not_taken_for_a_walk_that_runs_away(world, monkeypatch):
    def refuses(self, theta, *arguments, **options):
        raise NotEstimableError("something else")

    monkeypatch.setattr(Simulator, "run", refuses)
    with pytest.raises(NotEstimableError, match="something else"):
        fit_of(world, "recip")


def test_workers_are_one_or_more(world):
    with pytest.raises(SchemaError, match="workers"):
        fit_of(world, "recip", workers=-1)


@pytest.mark.slow
def test_filters_of_warnings_are_as_before(world):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        before = list(warnings.filters)
        fit_of(world, "recip", workers=2)
        assert warnings.filters == before
