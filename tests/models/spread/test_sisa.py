"""SISa: planted chances recovered, the mirror image, the long run, counts by hand, reasons."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.spread.sisa import GAIN, LOSS, fit_sisa, long_run_prevalence
from recoverynet.worlds.worlds import simulate_panel


def make_panel(networks, held, **more):
    waves = pd.RangeIndex(1, len(networks) + 1, name="wave")
    return NetworkPanel(
        people=pd.DataFrame(index=[f"p{i}" for i in range(len(held))]),
        waves=pd.DataFrame({"start": pd.NaT, "end": pd.NaT}, index=waves),
        networks=tuple(sparse.csr_array(each, dtype=float) for each in networks),
        behaviour={"norm": np.asarray(held, dtype=float)},
        **more,
    )


def simulate(a, beta, g, *, n=2000, n_waves=7, seed=0):
    rng = np.random.default_rng(seed)
    arcs = np.unique(rng.integers(0, n, (3 * n, 2)), axis=0)
    arcs = arcs[arcs[:, 0] != arcs[:, 1]]
    network = sparse.csr_array((np.ones(len(arcs)), arcs.T), shape=(n, n))
    held = np.empty((n, n_waves))
    held[:, 0] = rng.random(n) < 0.3
    for wave in range(1, n_waves):
        gain = a + beta * (network @ held[:, wave - 1])
        held[:, wave] = np.where(held[:, wave - 1] == 1, rng.random(n) >= g, rng.random(n) < gain)
    return make_panel([network] * n_waves, held)


def test_planted_chances_are_recovered():
    planted = np.array([0.06, 0.05, 0.15])
    fits = [fit_sisa(simulate(*planted, seed=seed)) for seed in range(20)]
    found = np.array([fit.table.loc[list(GAIN), "estimate"] for fit in fits])
    errors = np.array([fit.table.loc[list(GAIN), "std_error"] for fit in fits])
    assert (np.abs(found.mean(axis=0) - planted) < 3 * found.std(axis=0, ddof=1) / np.sqrt(20)).all()
    np.testing.assert_allclose(errors.mean(axis=0), found.std(axis=0, ddof=1), rtol=0.45)
    lapse = np.array([fit.table.loc[LOSS[1], "statistic"] for fit in fits])
    assert abs(lapse.mean()) < 3 / np.sqrt(20)


def test_the_long_run_is_where_gains_and_losses_balance():
    share = long_run_prevalence(0.06, 0.05, 0.15, 3.0)
    assert (0.06 + 0.05 * 3 * share) * (1 - share) == pytest.approx(0.15 * share)
    assert long_run_prevalence(0.1, 0.0, 0.1, 3.0) == pytest.approx(0.5)
    assert np.isnan(long_run_prevalence(-0.01, 0.1, 0.1, 3.0))
    panel = simulate(0.06, 0.05, 0.15, n_waves=25, seed=1)
    row = fit_sisa(panel).long_run.loc["gain spreads"]
    assert row["low"] < panel.behaviour["norm"][:, 15:].mean() < row["high"]


def test_the_opposite_norm_is_the_mirror_image():
    panel = simulate_panel(300, influence=3.0, rng=1)
    fit, mirror = fit_sisa(panel), fit_sisa(panel, 1 - panel.behaviour["recovery"])
    np.testing.assert_allclose(fit.table.loc[list(GAIN)], mirror.table.loc[list(LOSS)])
    np.testing.assert_allclose(
        fit.long_run.loc["gain spreads", "prevalence"], 1 - mirror.long_run.loc["loss spreads", "prevalence"]
    )
    assert fit.long_run.loc["gain spreads", "low"] == pytest.approx(1 - mirror.long_run.loc["loss spreads", "high"])


def test_line_and_errors_are_those_of_least_squares():
    import statsmodels.api as sm

    panel = simulate_panel(300, influence=3.0, rng=2)
    fit = fit_sisa(panel)
    held = panel.behaviour["recovery"]
    rows = [
        (i, panel.networks[w][[i]].toarray()[0] @ held[:, w], held[i, w + 1])
        for w in range(5)
        for i in range(300)
        if held[i, w] == 0
    ]
    person, contacts, outcome = np.array(rows).T
    theirs = sm.OLS(outcome, sm.add_constant(contacts)).fit(
        cov_type="cluster", cov_kwds={"groups": np.unique(person, return_inverse=True)[1]}
    )
    np.testing.assert_allclose(fit.table.loc[list(GAIN[:2]), "estimate"], theirs.params)
    np.testing.assert_allclose(fit.table.loc[list(GAIN[:2]), "std_error"], theirs.bse, rtol=2e-3)
    assert fit.table.loc[LOSS[2], "estimate"] == pytest.approx(outcome.mean())


def test_counts_add_up():
    panel = simulate_panel(200, rng=3)
    fit = fit_sisa(panel)
    assert fit.counts.loc["gain", "at_risk"].sum() + fit.counts.loc["loss", "at_risk"].sum() == fit.n_rows == 1000
    assert fit.counts["changed"].sum() == fit.n_events


def test_contacts_of_unknown_state_do_not_shrink_transmission():
    found = {"leave_out": [], "not_counted": []}
    for seed in range(12):
        panel = simulate(0.05, 0.1, 0.2, seed=seed)
        hidden = np.random.default_rng(seed).random((2000, 7)) < 0.3
        seen = dataclasses.replace(panel, behaviour={"norm": np.where(hidden, np.nan, panel.behaviour["norm"])})
        for rule, estimates in found.items():
            estimates.append(fit_sisa(seen, unknown=rule).estimate)
    left_out, counted = (np.array(each) for each in found.values())
    assert abs(left_out.mean() - 0.1) < 3 * left_out.std(ddof=1) / np.sqrt(12)
    # Not counting them keeps more rows; the level, not the slope, soaks up what they pass on.
    assert counted.std(ddof=1) < left_out.std(ddof=1)


def test_relabelling_people_changes_nothing():
    panel = simulate_panel(150, influence=3.0, rng=4)
    order = np.random.default_rng(0).permutation(150)
    other = make_panel([each[order][:, order] for each in panel.networks], panel.behaviour["recovery"][order])
    np.testing.assert_allclose(fit_sisa(panel).table, fit_sisa(other, "norm").table, rtol=1e-9)


RING = np.roll(np.eye(6), 1, axis=1)
MIXED = np.array([[0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0], [0, 1, 1]], dtype=float)


@pytest.mark.parametrize(
    ("networks", "held", "words"),
    [
        ([RING], MIXED[:, :1], "1 wave"),
        ([RING] * 3, np.zeros((6, 3)), "nobody holds"),
        ([RING] * 3, np.full((6, 3), np.nan), "nobody's state"),
        ([np.zeros((6, 6))] * 3, MIXED, "no ties"),
        ([RING] * 3, [[0, 1, 1], [0, 0, 1], [1, 1, 1], [0, 0, 0], [1, 1, 1], [0, 1, 1]], "nobody at risk lost"),
        ([RING] * 2, [[0, 1], [1, 0], [0, 0], [1, 1], [0, 1], [1, 1]], "same number of contacts"),
    ],
)
def test_bad_input_gives_a_reason(networks, held, words):
    fit = fit_sisa(make_panel(networks, held), "norm")
    assert np.isnan(fit.p) and words in fit.reason
    assert fit.table["estimate"].isna().all() and fit.long_run.isna().all().all()


def test_wrong_words_are_told():
    with pytest.raises(SchemaError, match="unknown must be"):
        fit_sisa(simulate_panel(20, rng=5), unknown="zero")


def few_in_contact(n_pairs):
    """200 people, of whom ``n_pairs`` who do not hold the norm are tied to somebody who does, and then gain it."""
    rng = np.random.default_rng(3)
    ties, held = np.zeros((200, 200)), (rng.random((200, 3)) < 0.5) * 1.0
    held[:60] = 0
    ties[np.arange(n_pairs), 100 + np.arange(n_pairs)] = 1
    held[100:160] = 1
    held[:n_pairs, 1:] = 1
    held[30:40, 2] = 1
    ties[170:190, 40:60] = np.eye(20)
    held[170:190] = np.tile([1, 1, 0], (20, 1))
    return NetworkPanel.from_adjacency([ties] * 3, behaviour={"y": held})


def test_almost_nobody_in_contact_carries_no_slope():
    few = fit_sisa(few_in_contact(3), "y")
    assert np.isnan(few.p) and ": 3, where 10 are needed" in few.reason
    assert np.isfinite(fit_sisa(few_in_contact(12), "y").p)


def test_a_few_unknown_ties_leave_the_rest_standing():
    panel = simulate_panel(300, missing_ties=0.01, directed=False, rng=1)
    fit = fit_sisa(panel)
    checks = {check.name: check for check in fit.checks}
    assert np.isfinite(fit.p) and fit.n_people > 290
    assert checks["ties known"].passed is False and "person-waves left out" in checks["ties known"].detail
    many = fit_sisa(simulate_panel(300, missing_ties=0.3, directed=False, rng=1))
    assert np.isnan(many.p) and "ties nobody asked about" in many.reason and "unknown state" not in many.reason
    assert np.isfinite(fit_sisa(simulate_panel(300, missing_ties=0.3, directed=False, rng=1), unknown="not_counted").p)


def test_losing_needs_no_contacts():
    """Everybody who holds the norm has nobody; those who do not are tied to some who do."""
    panel = few_in_contact(20)
    ties = panel.networks[0].toarray()
    ties[170:190] = 0
    fit = fit_sisa(NetworkPanel.from_adjacency([ties] * 3, behaviour=dict(panel.behaviour)), "y")
    assert np.isfinite(fit.table.loc[["gain, spontaneous", "gain, per contact holding it", "loss"], "p"]).all()
    assert fit.table.loc["loss, per contact not holding it", "p"] != fit.p
    mirror = next(check for check in fit.checks if "losing" in check.name)
    assert np.isnan(fit.table.loc["loss, per contact not holding it", "p"]) and mirror.passed is False
    assert np.isfinite(fit.long_run.loc["gain spreads", "prevalence"])
