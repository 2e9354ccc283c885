"""Matched comparisons: hand-worked differences, balance, planted effects, laws and reasons."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.matching import nearest_weights, stratum_weights, weighted_difference
from recoverynet.models.spread.matching import matched_estimate
from recoverynet.worlds.worlds import simulate_panel


def test_stratum_weights_stand_for_the_exposed():
    code = np.array([0, 0, 0, 0, 1, 1, 2, 2])
    treated = np.array([1, 1, 1, 0, 1, 0, 1, 1], dtype=bool)
    weights = stratum_weights(code, treated)
    assert weights.tolist() == [1, 1, 1, 3, 1, 1, 0, 0]
    assert weights[treated].sum() == weights[~treated].sum()


def test_nearest_is_nearest_within_the_stratum_and_the_caliper():
    values = np.array([[0.0], [1.0], [10.0], [0.2], [0.9], [9.0], [0.0]])
    treated = np.array([1, 1, 1, 0, 0, 0, 0], dtype=bool)
    code = np.array([0, 0, 0, 0, 0, 0, 1])
    assert nearest_weights(values, code, treated, neighbours=1, caliper=None).tolist() == [1, 1, 1, 1, 1, 1, 0]
    two = nearest_weights(values, code, treated, neighbours=2, caliper=None)
    assert two.tolist() == [1, 1, 1, 1, 1.5, 0.5, 0]
    near = nearest_weights(values, code, treated, neighbours=1, caliper=0.1)
    assert near.tolist() == [1, 1, 0, 1, 1, 0, 0]


def test_weighted_difference_by_hand_and_by_statsmodels():
    import statsmodels.api as sm

    rng = np.random.default_rng(0)
    treated, person = rng.random(300) < 0.4, rng.integers(0, 80, 300)
    outcome = (rng.random(300) < 0.2 + 0.2 * treated).astype(float)
    weights = np.where(treated, 1.0, rng.integers(0, 3, 300))
    found = weighted_difference(outcome, treated, weights, np.empty((300, 0)), person)
    assert found.exposed == pytest.approx(outcome[treated].mean())
    assert found.unexposed == pytest.approx(np.average(outcome[~treated], weights=weights[~treated]))
    used = weights > 0
    theirs = sm.WLS(outcome[used], sm.add_constant(treated[used].astype(float)), weights=weights[used]).fit(
        cov_type="cluster", cov_kwds={"groups": np.unique(person[used], return_inverse=True)[1]}
    )
    assert found.difference == pytest.approx(theirs.params[1])
    assert np.sqrt(found.covariance[2, 2]) == pytest.approx(theirs.bse[1], rel=1e-2)
    assert found.covariance[0, 0] + found.covariance[1, 1] - 2 * found.covariance[0, 1] == pytest.approx(found.covariance[2, 2])


def make_panel(networks, held, **more):
    waves = pd.RangeIndex(1, len(networks) + 1, name="wave")
    waves = pd.DataFrame({"start": pd.NaT, "end": pd.NaT}, index=waves)
    return NetworkPanel(
        people=pd.DataFrame(index=[f"p{i}" for i in range(len(held))]),
        waves=waves,
        networks=tuple(sparse.csr_array(each, dtype=float) for each in networks),
        behaviour={"norm": np.asarray(held, dtype=float)},
        **more,
    )


def test_exact_matching_is_the_weighted_mean_of_differences_within_strata():
    # Site a: 20 exposed of whom 10 gain, 20 not of whom 4 do; site b: 5 exposed, 2 gain; 25 not, 5 do.
    counts = [("a", 1, 10, 20), ("a", 0, 4, 20), ("b", 1, 2, 5), ("b", 0, 5, 25)]
    site, exposed, gained = (
        np.concatenate([np.full(n, value) for value, n in column])
        for column in (
            [(s, n) for s, _, _, n in counts],
            [(e, n) for _, e, _, n in counts],
            [(g, m) for _, _, k, n in counts for g, m in ((1.0, k), (0.0, n - k))],
        )
    )
    n = len(site)
    network = np.zeros((n + 2, n + 2))
    network[np.arange(n), np.where(exposed == 1, n, n + 1)] = 1
    held = np.zeros((n + 2, 2))
    held[:n, 1] = gained
    held[n] = 1
    held[n + 1, :] = [0, np.nan]
    panel = make_panel([network] * 2, held, covariates={"site": np.append(site, ["a", "a"]).astype(object)})
    found = matched_estimate(panel, "norm", on=["site"], method="exact")
    assert found.n_exposed == found.n_matched == 25
    assert found.estimate == pytest.approx((20 * (0.5 - 0.2) + 5 * (0.4 - 0.2)) / 25)
    assert found.table.loc["chance if exposed", "estimate"] == pytest.approx(12 / 25)
    assert found.log_risk_ratio == pytest.approx(np.log(0.48 / 0.2))
    assert found.balance.loc["site: b", ["exposed", "unexposed_matched"]].tolist() == pytest.approx([0.2, 0.2])
    assert found.balance.loc["site: b", "unexposed"] == pytest.approx(25 / 45)
    # Of the exposed 5 in 25 are at site b, of the others 25 in 45: variances 0.16 and 20/81, and their mean is what counts.
    spread = np.sqrt((0.2 * 0.8 + 25 / 45 * 20 / 45) / 2)
    assert found.balance.loc["site: b", "difference"] == pytest.approx((0.2 - 25 / 45) / spread)
    assert found.balance.loc["site: b", "difference_matched"] == pytest.approx(0.0, abs=1e-12)
    naive = matched_estimate(panel, "norm", history=0)
    assert naive.estimate == pytest.approx(12 / 25 - 9 / 45)


@pytest.mark.parametrize("method", ["cem", "exact", "mahalanobis"])
def test_matching_removes_likeness_in_what_is_matched_on(method):
    def statistics(on, seed):
        panel = simulate_panel(500, homophily_covariate=(5.0, 5.0), ties_change=0.2, rng=seed)
        noise = np.random.default_rng(seed).normal(size=500)
        panel = dataclasses.replace(panel, covariates={**panel.covariates, "noise": np.round(1.5 * noise)})
        found = matched_estimate(panel, on=on, method=method if on else "cem")
        return found.estimate / found.std_error, found.balance["difference_matched"].abs().max()

    naive = np.array([statistics((), seed)[0] for seed in range(20)])
    told, worst = np.array([statistics(("observed_trait", "noise"), seed) for seed in range(20)]).T
    assert naive.mean() > 1.5
    assert abs(told.mean()) < 3 / np.sqrt(20) and 0.5 < told.std() < 1.6
    assert worst.max() < (1e-9 if method == "exact" else 0.35)


def test_planted_influence_is_found_and_interval_is_honest():
    found = [matched_estimate(simulate_panel(650, influence=4.0, rng=seed)) for seed in range(40)]
    estimates = np.array([each.estimate for each in found])
    assert (estimates > 0.05).mean() > 0.95 and np.mean([each.low > 0 for each in found]) > 0.9
    assert np.mean([each.std_error for each in found]) == pytest.approx(estimates.std(ddof=1), rel=0.3)


def test_history_matches_only_people_with_the_same_past():
    panel = simulate_panel(300, rng=3)
    balance = matched_estimate(panel, history=2).balance
    assert {"held it 2 waves before", "held it 3 waves before"} < set(balance.index)
    np.testing.assert_allclose(balance["difference_matched"].fillna(0), 0, atol=1e-12)
    assert "held it 2 waves before" not in matched_estimate(panel, history=0).balance.index


def test_groups_are_matched_within():
    panel = simulate_panel(300, rng=4)
    groups = np.repeat(["a", "b"], 150)
    inside = tuple(sparse.csr_array(each.toarray() * (groups[:, None] == groups)) for each in panel.networks)
    held = panel.behaviour["recovery"].copy()
    held[150:, 1:] = np.where(held[150:, :1] == 0, 0, held[150:, 1:])
    apart = matched_estimate(dataclasses.replace(panel, networks=inside, groups=groups, behaviour={"n": held}), "n")
    only_a = matched_estimate(
        dataclasses.replace(
            panel, networks=inside, groups=groups, behaviour={"n": np.where((groups == "a")[:, None], held, np.nan)}
        ),
        "n",
    )
    assert apart.n_matched > only_a.n_matched


def test_relabelling_people_changes_nothing():
    panel = simulate_panel(200, influence=3.0, missing=0.1, rng=5)
    order = np.random.default_rng(0).permutation(200)
    other = dataclasses.replace(
        panel,
        people=panel.people.iloc[order],
        networks=tuple(sparse.csr_array(each[order][:, order]) for each in panel.networks),
        behaviour={"recovery": panel.behaviour["recovery"][order]},
        covariates={"observed_trait": panel.covariates["observed_trait"][order]},
    )
    one, two = (matched_estimate(each, on=["observed_trait"]) for each in (panel, other))
    np.testing.assert_allclose(one.table, two.table, rtol=1e-8)
    np.testing.assert_allclose(one.balance, two.balance, rtol=1e-8, atol=1e-12)


RING = np.roll(np.eye(6), 1, axis=1)
MIXED = np.array([[0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0], [0, 1, 1]], dtype=float)


@pytest.mark.parametrize(
    ("networks", "held", "words"),
    [
        ([RING], MIXED[:, :1], "1 wave"),
        ([RING] * 3, np.zeros((6, 3)), "nobody holds"),
        ([RING] * 3, np.full((6, 3), np.nan), "nobody's state"),
        ([np.zeros((6, 6))] * 3, MIXED, "no ties"),
        ([RING] * 2, [[0, 1], [0, 0]] * 3, "nobody at risk is exposed"),
        ([RING] * 2, [[0, 1], [1, 1]] * 3, "everybody at risk gained"),
    ],
)
def test_bad_input_gives_a_reason(networks, held, words):
    found = matched_estimate(make_panel(networks, held), "norm")
    assert np.isnan(found.p) and np.isnan(found.estimate) and words in found.reason
    assert found.table["estimate"].isna().all() and "No answer" in found.summary()


def test_nobody_alike_is_a_reason_too():
    panel = simulate_panel(60, rng=6)
    alone = dataclasses.replace(panel, covariates={"id": np.array([f"i{k}" for k in range(60)], dtype=object)})
    found = matched_estimate(alone, on=["id"], method="exact", history=2)
    assert found.reason is None or "match on less" in found.reason
    one_wave = dataclasses.replace(
        alone,
        networks=alone.networks[:2],
        waves=alone.waves.iloc[:2],
        missing=None,
        structural=None,
        present=None,
        behaviour={"recovery": alone.behaviour["recovery"][:, :2]},
    )
    assert "match on less" in matched_estimate(one_wave, on=["id"], method="exact").reason


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"method": "propensity"}, "method must be"),
        ({"exposed": 0}, "exposed must be"),
        ({"history": -1}, "history is"),
        ({"transition": "holding"}, "transition must be"),
        ({"bins": 1, "neighbours": 0}, "bins is"),
        ({"on": ["height"]}, "Nobody knows"),
        ({"method": "mahalanobis", "on": ["observed_trait"]}, "needs a number"),
    ],
)
def test_wrong_arguments_are_told(arguments, words):
    with pytest.raises(SchemaError, match=words):
        matched_estimate(simulate_panel(60, rng=7), **arguments)


def test_result_and_balance_are_drawn():
    found = matched_estimate(simulate_panel(200, rng=8), on=["observed_trait"])
    assert found.plot().get_xlabel().startswith("Estimate")
    assert "standard deviations" in found.plot_balance().get_xlabel()
    assert set(found.to_dict()["balance"][0]) >= {"term", "difference_matched"}


def test_a_comparison_without_an_answer_draws_its_reason():
    found = matched_estimate(simulate_panel(60, rng=1), np.zeros((60, 6)))
    for ax in (found.plot(), found.plot_balance()):
        assert "nobody holds" in " ".join(text.get_text().replace("\n", " ") for text in ax.texts)
