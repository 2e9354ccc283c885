"""The hazard model: planted odds recovered, laws, placebos, and a reason wherever there is no answer."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import recoverynet as rn
from recoverynet.errors import RecoveryNetWarning, SchemaError, TimeOrderError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.spread.hazard import fit_hazard
from recoverynet.models.spread.risk_set import risk_set
from recoverynet.worlds.worlds import simulate_panel


def make_panel(networks, held, *, directed=True, **more):
    n = len(held)
    waves = pd.RangeIndex(1, len(networks) + 1, name="wave")
    waves = pd.DataFrame({"start": pd.NaT, "end": pd.NaT}, index=waves)
    return NetworkPanel(
        people=pd.DataFrame(index=[f"p{i}" for i in range(n)]),
        waves=waves,
        directed=directed,
        networks=tuple(sparse.csr_array(each, dtype=float) for each in networks),
        behaviour={"norm": np.asarray(held, dtype=float)},
        **more,
    )


def relabelled(panel, order):
    return dataclasses.replace(
        panel,
        people=panel.people.iloc[order],
        networks=tuple(sparse.csr_array(each[order][:, order]) for each in panel.networks),
        missing=tuple(sparse.csr_array(each[order][:, order]) for each in panel.missing),
        behaviour={name: values[order] for name, values in panel.behaviour.items()},
        covariates={name: np.asarray(values)[order] for name, values in panel.covariates.items()},
        present=panel.present[order],
    )


@pytest.mark.slow
def test_planted_odds_of_gaining_are_recovered():
    worlds = (simulate_panel(650, influence=4.0, ties_change=0.2, rng=seed) for seed in range(1000, 1060))
    fits = [fit_hazard(world, link="logit", isolates="zero") for world in worlds]
    found = np.array([fit.estimate for fit in fits])
    assert abs(found.mean() - np.log(4)) < 3 * found.std(ddof=1) / np.sqrt(60)
    assert np.mean([fit.std_error for fit in fits]) == pytest.approx(found.std(ddof=1), rel=0.25)
    assert sum(fit.low < np.log(4) < fit.high for fit in fits) >= 52


def test_planted_hazard_ratio_and_covariate_are_recovered():
    rng = np.random.default_rng(3)
    n, n_waves = 2500, 6
    arcs = rng.integers(0, n, (2, 4 * n))
    network = sparse.csr_array((np.ones(4 * n), arcs), shape=(n, n)).tolil()
    network.setdiag(0)
    network = sparse.csr_array(network).astype(bool).astype(float)
    age = rng.normal(size=n)
    held = np.empty((n, n_waves))
    held[:, 0] = rng.random(n) < 0.3
    for wave in range(1, n_waves):
        degree = np.maximum(network.sum(axis=1), 1)
        share = network @ held[:, wave - 1] / degree
        gain = 1 - np.exp(-np.exp(-2.2 + 0.9 * share + 0.4 * age))
        held[:, wave] = np.where(held[:, wave - 1] == 1, rng.random(n) > 0.15, rng.random(n) < gain)
    fit = fit_hazard(make_panel([network] * n_waves, held, covariates={"age": age}), "norm", adjust=["age"])
    assert fit.low < 0.9 < fit.high and fit.std_error < 0.15
    assert fit.table.loc["age", "low"] < 0.4 < fit.table.loc["age", "high"]
    loss = fit_hazard(make_panel([network] * n_waves, held), "norm", transition="loss")
    assert loss.low < 0 < loss.high


def test_agrees_with_statsmodels_on_the_same_rows():
    import statsmodels.api as sm

    panel = simulate_panel(300, influence=2.0, missing=0.2, ties_change=0.2, rng=4)
    fit = fit_hazard(panel, adjust=["observed_trait", "cafe_open"])
    risk = risk_set(panel)
    frame = risk.frame().reset_index()
    frame["trait"], frame["open"] = risk.covariates(["observed_trait", "cafe_open"]).values.T
    frame = frame.dropna()
    waves = pd.get_dummies(frame["wave"], drop_first=True, dtype=float).add_prefix("wave ")
    design = sm.add_constant(pd.concat([waves, frame[["exposure", "trait", "open"]]], axis=1))
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    groups = pd.factorize(frame["person_id"])[0]
    theirs = sm.GLM(frame["outcome"], design, family=family).fit(tol=1e-12, cov_type="cluster", cov_kwds={"groups": groups})
    np.testing.assert_allclose(fit.table["estimate"], theirs.params, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(fit.table["std_error"], theirs.bse, rtol=1e-6)
    np.testing.assert_allclose(fit.table["p"], theirs.pvalues, rtol=1e-5)
    assert fit.n_rows == len(frame) and fit.n_events == frame["outcome"].sum()


def test_relabelling_people_changes_nothing():
    panel = simulate_panel(200, influence=3.0, ties_change=0.3, missing=0.1, missing_ties=0.1, rng=5)
    order = np.random.default_rng(0).permutation(200)
    arguments = dict(adjust=["observed_trait", "history", "n_alters"], future_ties=True, isolates="zero")
    one, other = (fit_hazard(each, **arguments) for each in (panel, relabelled(panel, order)))
    np.testing.assert_allclose(one.table, other.table, rtol=1e-7, atol=1e-9)


def test_losing_the_norm_is_gaining_its_opposite_with_exposure_turned_round():
    panel = simulate_panel(300, influence=2.0, rng=6)
    opposite = 1 - panel.behaviour["recovery"]
    loss = fit_hazard(panel, transition="loss", link="logit")
    gain = fit_hazard(panel, opposite, link="logit")
    assert loss.estimate == pytest.approx(-gain.estimate, rel=1e-6)
    assert loss.n_events == gain.n_events


def test_complex_terms_are_the_contacts_who_hold_it():
    held = np.zeros((240, 2))
    network = np.zeros((240, 240))
    holders = np.arange(200, 240)
    held[holders] = 1
    gains = {0: 5, 1: 10, 2: 20, 3: 25}
    for ego in range(200):
        sources = ego // 50
        network[ego, holders[:sources]] = 1
        network[ego, (np.arange(3 - sources) + ego + 1) % 200] = 1
        held[ego, 1] = ego % 50 < gains[sources]
    fit = fit_hazard(make_panel([network] * 2, held), "norm", link="logit", complex=True, errors="model")
    odds = {k: gains[k] / (50 - gains[k]) for k in gains}
    for sources, term in ((1, "1 contact"), (2, "2 contacts"), (3, "3 or more contacts")):
        assert fit.table.loc[term, "estimate"] == pytest.approx(np.log(odds[sources] / odds[0]), abs=1e-6)
    assert fit.focus == "2 contacts over 1"
    assert fit.estimate == pytest.approx(np.log(odds[2] / odds[1]), abs=1e-6)
    assert fit.std_error == pytest.approx(np.sqrt(1 / 10 + 1 / 40 + 1 / 20 + 1 / 30), abs=1e-6)


def test_history_is_the_share_of_earlier_waves():
    held = np.array([[1, 0, 0, 0.0], [np.nan, 1, 0, 0], [0, np.nan, 0, 1]])
    risk = risk_set(make_panel([np.ones((3, 3)) - np.eye(3)] * 4, held), "norm")
    history = risk.covariates(["history"]).values.tolist()
    rows = dict(zip(zip(*risk.rows[:2], strict=True), history, strict=True))
    assert rows == {(0, 2): [1, 0], (0, 3): [0.5, 0], (1, 3): [1, 0], (2, 3): [0, 0]}


def test_words_become_levels_and_codes_do_where_asked():
    panel = simulate_panel(400, rng=7)
    words = np.where(panel.covariates["observed_trait"] == 1, "b", "a").astype(object)
    panel = dataclasses.replace(panel, covariates={**panel.covariates, "site": words})
    named = fit_hazard(panel, adjust=["site"]).table.loc["site: b", "estimate"]
    coded = fit_hazard(panel, adjust=["observed_trait"]).table.loc["observed_trait", "estimate"]
    assert named == pytest.approx(coded)
    levels = fit_hazard(panel, adjust=["cafe"], categories=["cafe"]).table.index
    assert sum(term.startswith("cafe: ") for term in levels) == 7


def test_isolates_zero_keeps_people_without_ties_but_not_those_nobody_asked():
    panel = simulate_panel(300, missing_ties=0.2, rng=8)
    left_out, kept = (risk_set(panel, isolates=rule) for rule in ("nan", "zero"))
    out = panel.missing[0].sum(axis=1) > 0
    first = kept.rows.column == 1
    share = kept.at(kept.seen.share)
    assert np.isnan(share[first & out[kept.rows.person]]).all()
    degree = panel.networks[0].sum(axis=1)
    alone = first & ~out[kept.rows.person] & (degree[kept.rows.person] == 0)
    assert alone.any() and (share[alone] == 0).all()
    assert np.isnan(left_out.at(left_out.seen.share)[alone]).all()
    fit = fit_hazard(panel, isolates="zero")
    assert "no contacts" in fit.table.index
    # People without contacts have a level of their own, so that they say nothing about exposure.
    assert fit.estimate == pytest.approx(fit_hazard(panel).estimate, abs=0.1)


def test_future_ties_show_homophily_and_not_influence():
    def placebo(**world):
        panel = simulate_panel(650, ties_change=0.4, **world)
        return fit_hazard(panel, link="logit", future_ties=True).table.loc["future ties", "statistic"]

    influenced = [placebo(influence=4.0, rng=seed) for seed in range(12)]
    alike = [placebo(latent=(6.0, 6.0), rng=seed) for seed in range(12)]
    assert np.mean(np.abs(influenced) > 1.96) < 0.3
    assert np.mean(alike) > np.mean(influenced) + 0.5


def test_a_placebo_outcome_asks_about_another_exposure():
    panel = simulate_panel(300, influence=4.0, rng=9)
    fit = fit_hazard(panel, "placebo", exposure_to="recovery")
    assert fit.settings["exposure_to"] == "recovery" and "'placebo'" in fit.question
    rows = risk_set(panel, "placebo", exposure_to="recovery")
    own = risk_set(panel, "recovery")
    np.testing.assert_array_equal(rows.seen.share, own.seen.share)
    assert fit.n_events == rows.rows.outcome[np.isfinite(rows.at(rows.seen.share))].sum()


RING = np.roll(np.eye(6), 1, axis=1)
MIXED = np.array([[0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0], [0, 1, 1]], dtype=float)


@pytest.mark.parametrize(
    ("networks", "held", "words"),
    [
        ([RING], MIXED[:, :1], "1 wave"),
        ([RING] * 3, np.zeros((6, 3)), "nobody holds"),
        ([RING] * 3, np.ones((6, 3)), "everybody holds"),
        ([RING] * 3, np.full((6, 3), np.nan), "nobody's state"),
        ([np.zeros((6, 6))] * 3, MIXED, "no ties"),
        ([RING] * 3, np.tile([[0.0], [1], [0], [1], [0], [1]], 3), "nobody at risk gained"),
        ([RING] * 2, [[0, 1], [0, 1], [0, 1], [1, 0], [1, 1], [1, 1]], "everybody at risk gained"),
        ([RING] * 3, [[np.nan, 0, np.nan], [np.nan, 1, np.nan]] * 3, "two neighbouring waves"),
        ([RING] * 2, [[0, 1], [np.nan, 0], [0, 0], [np.nan, 0], [0, 1], [np.nan, 1]], "exposure is undefined"),
        ([RING] * 2, [[0, 1], [0, 0]] * 3, "the same"),
        ([RING] * 2, [[0, 1], [1, 1], [0, 0], [0, 0], [0, 1], [1, 0]], "separation|too few"),
    ],
)
def test_bad_input_gives_a_reason_and_no_number(networks, held, words):
    fit = fit_hazard(make_panel(networks, held), "norm")
    assert np.isnan(fit.p) and np.isnan(fit.estimate)
    assert re.search(words, fit.reason)
    assert fit.reason in fit.summary()
    assert fit.table["estimate"].isna().all()


def test_separation_names_the_term():
    panel = simulate_panel(200, rng=10)
    tell = np.where(panel.behaviour["recovery"][:, 1:].max(axis=1) > 0, 1.0, 0.0)
    panel = dataclasses.replace(panel, covariates={**panel.covariates, "tell": tell})
    fit = fit_hazard(panel, link="logit", adjust=["tell"])
    assert "separation" in fit.reason and "'tell'" in fit.reason and np.isnan(fit.p)


def test_a_level_in_which_nobody_gains_is_left_out_with_a_check():
    panel = simulate_panel(300, influence=4.0, rng=10)
    never = np.nanmax(panel.behaviour["recovery"], axis=1) == 0
    place = np.where(never & (np.arange(300) % 2 == 0), "far", np.where(np.arange(300) % 3 == 0, "mid", "near"))
    panel = dataclasses.replace(panel, covariates={**panel.covariates, "place": place.astype(object)})
    for first in ("far", "zzz"):  # the level left out is the one others are compared with, and is not
        named = dataclasses.replace(panel, covariates={"place": np.where(place == "far", first, place).astype(object)})
        fit = fit_hazard(named, link="logit", adjust=["place"])
        elsewhere = np.where((place == "far")[:, None], np.nan, panel.behaviour["recovery"])
        risk = fit_hazard(named, elsewhere, link="logit", adjust=["place"], exposure_to="recovery")
        assert fit.reason is None and fit.estimate == pytest.approx(risk.estimate, abs=1e-6)
        assert any(check.name == "both outcomes at every level" and "place" in check.detail for check in fit.checks)


def test_a_term_nobody_knows_of_is_named():
    panel = simulate_panel(60, rng=10)
    panel = dataclasses.replace(panel, covariates={"age": np.full(60, np.nan)})
    assert "'age' is not known for anybody" in fit_hazard(panel, "recovery", adjust=["age"]).reason


def test_a_constant_covariate_is_left_out_with_a_check():
    panel = simulate_panel(200, rng=11)
    panel = dataclasses.replace(panel, covariates={**panel.covariates, "all_alike": np.full(200, 3.0)})
    fit = fit_hazard(panel, adjust=["all_alike"])
    assert fit.estimate == pytest.approx(fit_hazard(panel).estimate)
    assert any(check.passed is False and "all_alike" in check.detail for check in fit.checks)


def test_waves_where_nothing_happens_are_left_out_with_a_check():
    panel = simulate_panel(200, rng=12)
    held = panel.behaviour["recovery"].copy()
    held[:, 3] = np.where(held[:, 2] == 0, 0, held[:, 3])
    quiet = dataclasses.replace(panel, behaviour={"recovery": held})
    fit = fit_hazard(quiet)
    assert fit.reason is None and "wave 4" not in fit.table.index
    assert any("wave 4" in check.detail for check in fit.checks)


def test_wrong_words_and_waves_are_told():
    panel = simulate_panel(50, rng=13)
    with pytest.raises(SchemaError, match="'weight'.*there are"):
        fit_hazard(panel, adjust=["weight"])
    with pytest.raises(SchemaError, match="link must be"):
        fit_hazard(panel, link="probit")
    with pytest.raises(SchemaError, match="lag is a"):
        fit_hazard(panel, lag=0)
    with pytest.raises(SchemaError, match="transition must be"):
        fit_hazard(panel, transition="adoption")
    with pytest.raises(SchemaError, match="1 .holds the norm."):
        fit_hazard(panel, panel.behaviour["recovery"] * 3)
    with pytest.raises(TimeOrderError, match="follow"):
        dataclasses.replace(panel, waves=panel.waves.iloc[::-1])


def test_the_result_carries_what_it_took():
    fit = fit_hazard(simulate_panel(100, rng=14), adjust=["observed_trait"], link="logit")
    assert fit.settings["adjust"] == ["observed_trait"] and fit.settings["link"] == "logit"
    assert fit.ratio == "odds ratio" and "odds ratio" in repr(fit)
    assert fit.to_frame().loc["exposure", "ratio"] == pytest.approx(np.exp(fit.estimate))
    assert fit.plot().get_xscale() == "log"
    assert rn.fit_hazard is fit_hazard


def test_ties_that_are_all_unknown_are_not_no_ties():
    ties = np.where(np.eye(6) == 1, 0.0, np.nan)
    held = (np.random.default_rng(0).random((6, 4)) < 0.5) * 1.0
    with pytest.warns(RecoveryNetWarning, match="holds no known tie"):
        panel = NetworkPanel.from_adjacency([ties] * 4, behaviour={"y": held})
    reason = fit_hazard(panel, "y").reason
    assert "no tie is known" in reason and "no ties" not in reason


def test_one_wave_is_not_one_waves():
    panel = simulate_panel(60, rng=1)
    fit, pairs = fit_hazard(panel), rn.dyadic_influence(panel)
    assert "1 wave before" in fit.estimand and "1 wave before" in pairs.estimand
    assert "2 waves before" in fit_hazard(panel, lag=2).estimand
    ties, held = np.ones((6, 6)) - np.eye(6), np.eye(6)[:, :1]
    reason = fit_hazard(NetworkPanel.from_adjacency([ties], behaviour={"y": held}), "y").reason
    assert reason == "the panel has 1 wave; exposure 1 wave back needs 2"


@pytest.mark.parametrize("name", ["age", "age: years", "wave 2", "constant"])
def test_what_a_covariate_is_called_changes_nothing(name):
    """A number that tells the outcome apart is refused whatever its name looks like, and keeps its rows where it does not."""
    panel = simulate_panel(300, influence=2.0, rng=4)
    rng = np.random.default_rng(1)
    plain = rn.fit_hazard(dataclasses.replace(panel, covariates={"x": (x := rng.normal(size=300))}), adjust=["x"])
    named = rn.fit_hazard(dataclasses.replace(panel, covariates={name: x}), adjust=[name])
    assert named.n_rows == plain.n_rows and named.estimate == pytest.approx(plain.estimate)
    held = panel.behaviour["recovery"]
    later = np.column_stack([held[:, 1:], held[:, -1]]) + 0.1 * rng.random(held.shape)  # what comes next, known before
    apart = rn.fit_hazard(dataclasses.replace(panel, covariates={name: later}), adjust=[name])
    assert np.isnan(apart.estimate) and "apart perfectly" in apart.reason


@pytest.mark.parametrize("name", ["exposure", "no contacts", "2 contacts"])
def test_a_covariate_called_as_a_term_of_the_model_is_refused(name):
    world = simulate_panel(60, n_waves=4, rng=1)
    named = dataclasses.replace(world, covariates={**world.covariates, name: np.arange(60.0)})
    with pytest.raises(SchemaError, match="Give the covariate another name"):
        fit_hazard(named, adjust=[name])


def test_a_covariate_that_begins_like_a_wave_is_a_term_like_any_other():
    world = simulate_panel(200, n_waves=4, rng=1)
    height = np.random.default_rng(1).normal(size=200)
    tall, told = (dataclasses.replace(world, covariates={**world.covariates, name: height}) for name in ("wave height", "height"))
    one, other = (fit_hazard(each, adjust=[name]) for each, name in ((tall, "wave height"), (told, "height")))
    assert list(one.marginal_effects().table.index) == ["exposure", "wave height"]
    renamed = {"wave height": "height"}
    pd.testing.assert_frame_equal(one.marginal_effects().table.rename(index=renamed), other.marginal_effects().table)
    assert _drawn(one) == [text.replace("height", "wave height") for text in _drawn(other)]


def _drawn(fit):
    """Texts of the figure that name a term, from the top."""
    ax = fit.plot()
    return [text.get_text() for text in ax.texts if "height" in text.get_text() or "wave" in text.get_text()]


@pytest.mark.parametrize("name", ["history", "n_alters"])
def test_a_covariate_called_as_what_is_worked_out_here_is_refused(name):
    world = simulate_panel(60, n_waves=4, rng=1)
    named = dataclasses.replace(world, covariates={**world.covariates, name: np.arange(60.0)})
    with pytest.raises(SchemaError, match="worked out from the panel"):
        fit_hazard(named, adjust=[name])
    assert fit_hazard(simulate_panel(300, rng=1), adjust=[name]).reason is None
