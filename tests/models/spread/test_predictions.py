"""What fits say of kinds of people: the numbers of statsmodels and of the life table, and never a word about a person."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import DisclosureError, SchemaError
from recoverynet.kernels.hazard import fit_binary
from recoverynet.kernels.hazard_margins import mean_incidence
from recoverynet.models.spread.risk_set import risk_set
from recoverynet.worlds.worlds import simulate_panel


@pytest.fixture(scope="module")
def panel():
    """300 people, six waves, with a site in words."""
    made = simulate_panel(300, influence=3.0, ties_change=0.2, rng=4)
    site = np.array(["east", "north", "west"], dtype=object)[np.arange(300) % 3]
    return dataclasses.replace(made, covariates={**made.covariates, "site": site})


def theirs(panel, link):
    """The same model by statsmodels, its rows as they are fitted."""
    import statsmodels.api as sm

    risk = risk_set(panel)
    frame = risk.frame().reset_index()
    frame["observed_trait"], frame["cafe_open"] = risk.covariates(["observed_trait", "cafe_open"]).values.T
    frame = frame.dropna()
    waves = pd.get_dummies(frame["wave"], drop_first=True, dtype=float).add_prefix("wave ")
    design = sm.add_constant(pd.concat([waves, frame[["exposure", "observed_trait", "cafe_open"]]], axis=1))
    links = sm.families.links
    family = sm.families.Binomial(link=links.CLogLog() if link == "cloglog" else links.Logit())
    groups = pd.factorize(frame["person_id"])[0]
    return sm.GLM(frame["outcome"], design, family=family).fit(tol=1e-13, cov_type="cluster", cov_kwds={"groups": groups})


@pytest.mark.parametrize("discrete", [True, False])
@pytest.mark.parametrize(("at", "their_at"), [("observed", "overall"), ("mean", "mean")])
@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_marginal_effects_are_those_of_statsmodels(panel, link, at, their_at, discrete):
    found = rn.fit_hazard(panel, link=link, adjust=["observed_trait", "cafe_open"]).marginal_effects(at=at, discrete=discrete)
    other = theirs(panel, link).get_margeff(at=their_at, dummy=discrete).summary_frame().loc[found.table.index]
    np.testing.assert_allclose(found.table["estimate"], other["dy/dx"], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(found.table["std_error"], other["Std. Err."], rtol=1e-6, atol=1e-8)
    assert found.focus == "exposure" and found.ratio is None


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_chances_of_whole_profiles_are_those_of_statsmodels(panel, link):
    fit = rn.fit_hazard(panel, link=link, adjust=["observed_trait", "cafe_open"])
    profiles = pd.DataFrame({"exposure": [0.0, 0.5, 1.0], "observed_trait": 1.0, "cafe_open": [0.0, 1.0, 1.0], "wave": [2, 3, 6]})
    other = theirs(panel, link)
    design = pd.DataFrame(0.0, index=profiles.index, columns=other.params.index).assign(const=1.0)
    design[["exposure", "observed_trait", "cafe_open"]] = profiles[["exposure", "observed_trait", "cafe_open"]]
    design.loc[1, "wave 3"] = design.loc[2, "wave 6"] = 1.0
    wanted = other.get_prediction(design).summary_frame()
    for others in ("observed", "mean"):  # nothing is left open
        found = fit.predict(profiles, others=others).to_frame()
        for mine, their in (("probability", "mean"), ("std_error", "mean_se"), ("low", "mean_ci_lower"), ("high", "mean_ci_upper")):
            np.testing.assert_allclose(found[mine], wanted[their], rtol=1e-6)


def test_cloglog_effects_are_differences_of_mean_chances(panel):
    fit = rn.fit_hazard(panel, adjust=["site"])
    effects = fit.marginal_effects().table["estimate"]
    chances = fit.predict([{"site": level} for level in ("east", "north", "west")]).to_frame()["probability"]
    assert effects["site: north"] == pytest.approx(chances.iloc[1] - chances.iloc[0], abs=1e-12)
    assert effects["site: west"] == pytest.approx(chances.iloc[2] - chances.iloc[0], abs=1e-12)


def test_groups_are_told_with_what_was_seen(panel):
    fit = rn.fit_hazard(panel, link="logit", adjust=["site"])
    for by in ("wave", "site"):  # a logit fits the mean of every group that has a level
        table = fit.predict(by=by).to_frame()
        np.testing.assert_allclose(table["probability"].astype(float), table["observed"].astype(float), atol=1e-8)
        assert table["n_rows"].sum() == fit.n_rows
    assert list(fit.predict(by="site").to_frame().index) == ["site east", "site north", "site west"]
    counted = rn.fit_hazard(panel, complex=True).predict(by="n_holding").to_frame()
    assert list(counted.index) == ["n_holding 0", "n_holding 1", "n_holding 2", "n_holding 3"]


def test_without_terms_incidence_is_the_life_table_and_its_error_greenwoods():
    rng = np.random.default_rng(2)
    wave = np.repeat(np.arange(4), [80, 60, 45, 30])
    outcome = (rng.random(len(wave)) < 0.2).astype(float)
    design = (wave[:, None] == np.arange(4)).astype(float)
    fit = fit_binary(design, outcome)
    steps = [np.eye(4)[[k]] for k in range(4)]
    n, d = np.bincount(wave), np.bincount(wave, outcome)
    left = np.cumprod(1 - d / n)
    greenwood = left * np.sqrt(np.cumsum(d / (n * (n - d))))
    for made, share, spread in zip(mean_incidence(steps, fit.beta, "logit", [np.nan] * 4), left, greenwood, strict=True):
        assert made.value == pytest.approx(1 - share, abs=1e-8)
        assert made.std_error(fit.covariance) == pytest.approx(spread, rel=1e-6)


def test_time_to_gain_grows_with_waves_and_with_exposure(panel):
    fit = rn.fit_hazard(panel, adjust=["observed_trait"])
    answer = fit.time_to_event()
    table = answer.to_frame()["incidence"].unstack("profile")
    assert list(table.columns) == ["exposure 0", "exposure 0.5", "exposure 1"] and len(table) == panel.n_waves - 1
    assert (table.diff().dropna() > 0).all().all() and (table.diff(axis=1).iloc[:, 1:] > 0).all().all()
    whole = {"exposure": 0.5, "observed_trait": 1.0}
    hazards = fit.predict([{**whole, "wave": wave} for wave in range(2, 7)]).to_frame()["probability"]
    by_hand = 1 - np.cumprod(1 - hazards.to_numpy())
    one = fit.time_to_event(whole).to_frame()
    np.testing.assert_allclose(one["incidence"], by_hand, rtol=1e-12)
    np.testing.assert_allclose(one["hazard"], hazards, rtol=1e-9)
    assert ((one["low"] < one["incidence"]) & (one["incidence"] < one["high"])).all()


def test_medians_are_the_waves_at_which_half_is_reached():
    panel = simulate_panel(650, influence=6.0, rng=1)
    answer = rn.fit_hazard(panel).time_to_event([{"exposure": 0.0}, {"exposure": 1.0}])
    table = answer.to_frame()
    for profile, row in answer.medians.iterrows():
        there = np.flatnonzero(table.loc[profile, "incidence"] >= 0.5)
        assert (np.isnan(row["median"]) and not len(there)) or row["median"] == there[0] + 1
    assert np.isnan(answer.medians.loc["exposure 0", "median"]) and answer.medians.loc["exposure 1", "median"] <= 5
    assert "not reached" in answer.headline


def test_without_wave_effects_one_may_look_further_ahead(panel):
    flat = rn.fit_hazard(panel, wave_effects=False)
    table = flat.time_to_event({"exposure": 1.0}, waves=12).to_frame()
    assert len(table) == 12 and np.allclose(table["hazard"], table["hazard"].iloc[0])
    with pytest.raises(SchemaError, match="5 waves have a hazard.*waves=12.*wave_effects=False"):
        rn.fit_hazard(panel).time_to_event(waves=12)


def test_a_quiet_wave_counts_as_it_was_seen(panel):
    held = panel.behaviour["recovery"].copy()
    held[:, 3] = np.where(held[:, 2] == 0, 0, held[:, 3])
    answer = rn.fit_hazard(dataclasses.replace(panel, behaviour={"recovery": held})).time_to_event({"exposure": 1.0})
    incidence = answer.to_frame()["incidence"].to_numpy()
    assert incidence[2] == incidence[1] < incidence[3]
    assert any(check.passed is False and "wave 4: nobody" in check.detail for check in answer.checks)


def test_no_word_about_a_person(panel):
    fit = rn.fit_hazard(panel)
    somebody = panel.people.index[:3]
    for profiles in (
        pd.DataFrame({"exposure": [0.1, 0.2, 0.3]}, index=somebody),
        pd.DataFrame({"person_id": somebody, "exposure": 0.5}),
        pd.DataFrame({"exposure": [0.5]}, index=pd.Index(["somebody"], name="person_id")),
    ):
        for ask in (fit.predict, fit.time_to_event):
            with pytest.raises(DisclosureError, match="kinds of people"):
                ask(profiles)
    told = json.dumps([answer.to_dict() for answer in (fit, fit.predict(), fit.time_to_event(), fit.marginal_effects())])
    assert not [person for person in panel.people.index if f'"{person}"' in told]
    assert "_rows" not in fit.to_dict() and "score" not in fit.predict().summary()


def test_levels_and_groups_of_few_people_are_withheld(panel):
    house = np.where(np.arange(300) < 9, "small", "large").astype(object)
    fit = rn.fit_hazard(dataclasses.replace(panel, covariates={"house": house}), adjust=["house"], link="logit")
    few = fit.predict([{"house": "small"}, {"house": "large"}])
    table = few.to_frame()
    assert np.isnan(table["probability"].iloc[0]) and "fewer than 10 people" in table["withheld"].iloc[0]
    assert np.isfinite(table["probability"].iloc[1])
    assert any(check.name == "people enough behind every profile" and check.passed is False for check in few.checks)
    groups = fit.predict(by="house").to_frame()
    assert groups.loc["house small", ["probability", "observed", "n_people"]].isna().all()
    assert fit.time_to_event({"house": "small"}).to_frame()["incidence"].isna().all()


@pytest.mark.parametrize(
    ("profiles", "words"),
    [
        ({"exposure": 1.2}, "share from 0 to 1; got 1.2"),
        ({"exposure": np.nan}, "'exposure' is empty"),
        ({"exposure": "high"}, "must be a number; got 'high'"),
        ({"exposure": np.inf}, "finite"),
        ({"weight": 1}, "may say 'exposure', 'observed_trait', 'site', 'wave'; got 'weight'"),
        ({"site": "south"}, "never 'south'.*'east', 'north', 'west'"),
        ({"wave": 1}, "wave 1 has no level.*wave 2, 3, 4, 5, 6"),
        ([], "empty"),
        (pd.DataFrame({"exposure": []}), "empty"),
        ("exposure", "list of mappings"),
        ([0.5], "list of mappings"),
        (pd.DataFrame([[0.5, 0.6]], columns=["exposure", "exposure"]), "twice"),
        (pd.DataFrame({"exposure": np.zeros(1001)}), "at most 1,000"),
    ],
)
def test_a_wrong_profile_is_told(panel, profiles, words):
    fit = rn.fit_hazard(panel, adjust=["observed_trait", "site"])
    with pytest.raises(SchemaError, match=words):
        fit.predict(profiles)


def test_wrong_words_are_told(panel):
    fit = rn.fit_hazard(panel, isolates="zero")
    for wrong, words in ((dict(others="median"), "'median'"), (dict(by="site"), "by must be one of"), (dict(level=2), "level")):
        with pytest.raises(SchemaError, match=words):
            fit.predict(**wrong)
    with pytest.raises(SchemaError, match="has no contacts and is exposed"):
        fit.predict({"exposure": 0.5, "no contacts": 1})
    with pytest.raises(SchemaError, match="state and not an event"):
        rn.fit_hazard(panel, transition="holding").time_to_event()
    with pytest.raises(SchemaError, match="may say 'exposure', 'no contacts'; got 'wave'"):
        fit.time_to_event({"wave": 2})
    with pytest.raises(SchemaError, match="more contacts holding it than contacts"):
        rn.fit_hazard(panel, complex=True).predict({"n_holding": 3, "n_alters": 2})
    with pytest.raises(SchemaError, match="whole number of contacts"):
        rn.fit_hazard(panel, complex=True).predict({"n_holding": 1.5})
    age = np.random.default_rng(0).normal(40, 8, 300)
    with pytest.raises(SchemaError, match="'age' has .* values, which makes groups of few"):
        rn.fit_hazard(dataclasses.replace(panel, covariates={"age": age}), adjust=["age"]).predict(by="age")


def test_a_term_left_out_cannot_be_asked_about(panel):
    doubled = dataclasses.replace(panel, covariates={**panel.covariates, "again": 2.0 * panel.covariates["observed_trait"]})
    fit = rn.fit_hazard(doubled, adjust=["observed_trait", "again"])
    with pytest.raises(SchemaError, match="'again' does not vary on its own"):
        fit.predict({"again": 2.0})


def test_a_number_beyond_what_was_seen_is_told(panel):
    age = np.random.default_rng(0).normal(40, 8, 300)
    fit = rn.fit_hazard(dataclasses.replace(panel, covariates={"age": age}), adjust=["age"])
    checks = {check.name: check for check in fit.predict([{"age": 40}, {"age": 200}]).checks}
    assert checks["profiles within what was seen"].passed is False
    assert "age = 200" in checks["profiles within what was seen"].detail


def test_where_the_first_level_says_nothing_the_others_can_still_be_asked_about(panel):
    never = np.nanmax(panel.behaviour["recovery"], axis=1) == 0
    place = np.where(never, "a far one", np.where(np.arange(300) % 2 == 0, "mid", "near")).astype(object)
    fit = rn.fit_hazard(dataclasses.replace(panel, covariates={"place": place}), adjust=["place"], link="logit")
    table = fit.predict([{"place": "mid"}, {"place": "near"}]).to_frame()
    seen = fit.predict(by="place").to_frame()
    assert list(seen.index) == ["place mid", "place near"] and table["probability"].notna().all()
    with pytest.raises(SchemaError, match="never 'a far one'"):
        fit.predict({"place": "a far one"})


def test_a_fit_without_an_answer_predicts_nothing_and_says_why(panel):
    empty = dataclasses.replace(panel, behaviour={"recovery": np.zeros((300, 6))})
    fit = rn.fit_hazard(empty)
    for answer in (fit.predict(), fit.predict({"exposure": 1.0}), fit.time_to_event(), fit.marginal_effects()):
        assert answer.reason == fit.reason and answer.reason in answer.summary()
        answer.plot()
        json.dumps(answer.to_dict())


def test_the_next_wave_and_pairs_answer_alike(panel):
    holding = rn.fit_hazard(panel, transition="holding", link="logit")
    chances = holding.predict([{"own state": 0}, {"own state": 1}]).to_frame()["probability"]
    assert chances.iloc[1] > chances.iloc[0] + 0.2
    assert holding.marginal_effects().table.loc["own state", "estimate"] == pytest.approx(chances.diff().iloc[1])
    pairs = rn.dyadic_influence(panel)
    chances = pairs.predict([{"contact held it before": 0}, {"contact held it before": 1}]).to_frame()["probability"]
    assert pairs.marginal_effects().estimate == pytest.approx(chances.diff().iloc[1])
    with pytest.raises(SchemaError, match="0 .no. or 1 .yes."):
        pairs.predict({"own state": 0.5})


def test_the_term_of_interest_is_drawn_first_and_the_constant_not_at_all(panel):
    for fit in (rn.fit_hazard(panel, adjust=["site"]), rn.dyadic_influence(panel)):
        axes = fit.plot()
        labels = [label.get_text() for label in axes.get_yticklabels()]
        assert labels[0].replace("\n", " ") == fit.focus and "constant" not in labels and labels[-1] == "wave 6"
        assert list(axes.get_yticks())[0] == max(axes.get_yticks())
