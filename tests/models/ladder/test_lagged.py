"""The lagged estimate against statsmodels, its strata and counts by hand, and why there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.ladder.lagged import LaggedEstimate, lagged_estimate, strata_of
from recoverynet.models.spread.risk_set import RiskSet, risk_set

NAN = np.nan


def world(n: int = 240, seed: int = 1, **more: object) -> NetworkPanel:
    """People who name three others; gaining and losing goes with their share, age and place; some states are unknown."""
    rng = np.random.default_rng(seed)
    ties = np.zeros((n, n))
    for person in range(n):
        ties[person, rng.choice(np.delete(np.arange(n), person), 3, replace=False)] = 1
    age, place = rng.normal(size=n).round(2), rng.integers(0, 4, n)
    held = np.empty((n, 5))
    held[:, 0] = rng.random(n) < 0.4
    for wave in range(1, 5):
        push = 1.2 * (ties @ held[:, wave - 1] / 3 - 0.4) + 0.5 * age + 0.4 * place
        chance = 1 / (1 + np.exp(-np.where(held[:, wave - 1] == 1, 1.2 + push, -1.5 + push)))
        held[:, wave] = rng.random(n) < chance
    held[rng.random(held.shape) < 0.1] = NAN
    covariates = {"age": age, "place": np.array([f"place {each}" for each in place], dtype=object), **more}
    return NetworkPanel.from_adjacency([ties] * 5, behaviour={"norm": held}, covariates=covariates, directed=True)


def asked(panel: NetworkPanel, **more: object) -> tuple[RiskSet, np.ndarray]:
    risk = risk_set(panel, "norm", **more)  # type: ignore[arg-type]
    return risk, risk.at(risk.seen.share)


def logit(outcome: np.ndarray, columns: list[np.ndarray], people: np.ndarray, *, absorbed: bool = False):  # type: ignore[no-untyped-def]
    """statsmodels' logit with errors by person, corrected for people and terms; for people alone where levels are absorbed."""
    codes = np.unique(people, return_inverse=True)[1]
    asked = {"groups": codes, "use_correction": not absorbed}
    fit = sm.Logit(outcome, np.column_stack(columns)).fit(disp=0, cov_type="cluster", cov_kwds=asked)
    return fit.params[0], fit.bse[0] * (np.sqrt((codes.max() + 1) / codes.max()) if absorbed else 1.0)


def by_wave(column: np.ndarray) -> np.ndarray:
    return (column[:, None] == np.unique(column)).astype(float)


def test_among_everybody_of_a_wave_it_is_a_logit_with_a_level_a_wave_and_errors_by_person() -> None:
    risk, exposure = asked(world())
    found = lagged_estimate(risk, exposure, ["age"])
    known = np.isfinite(exposure)
    person, column, outcome = (values[known] for values in risk.rows)
    age = risk.panel.covariates["age"][person]
    expected = logit(outcome, [exposure[known], age, by_wave(column)], person)
    assert (found.log_odds, found.std_error) == pytest.approx(expected, rel=1e-5)
    assert (found.n_rows, found.n_events, found.n_people) == (len(outcome), outcome.sum(), len(np.unique(person)))
    assert found.variance == pytest.approx(exposure[known].var()) and found.n_terms == 6 and not found.lost and not found.apart
    assert (found.influence**2).sum() == pytest.approx(found.std_error**2, rel=1e-6)
    assert found.people.tolist() == np.unique(person).tolist()


def test_each_persons_influence_is_how_far_their_rows_move_the_estimate() -> None:
    """To first order: left out, the estimate goes back by their influence, but for the factor that corrects the errors."""
    risk, exposure = asked(world())
    found = lagged_estimate(risk, exposure)
    most = np.argsort(-np.abs(found.influence))[:5]
    moved = []
    for person in found.people[most]:
        without = np.where(risk.rows.person == person, NAN, exposure)
        moved.append(found.log_odds - lagged_estimate(risk, without).log_odds)
    np.testing.assert_allclose(moved, found.influence[most], rtol=0.15)


@pytest.mark.parametrize("within", [("place",), ("place", "club")])
def test_within_surroundings_it_is_a_logit_with_a_level_a_place_and_wave(within: tuple[str, ...]) -> None:
    """Rows of strata in which all fared alike, or too few were, say nothing and are counted."""
    club = np.array([f"club {each}" for each in np.random.default_rng(3).integers(0, 3, 240)], dtype=object)
    more = np.random.default_rng(4).normal(size=240)
    risk, exposure = asked(world(club=club, more=more))
    found = lagged_estimate(risk, exposure, ["age", "more"], within=within)
    kept = np.isfinite(exposure)
    person, column, outcome = risk.rows
    strata = [risk.panel.covariates[name][person] + np.array([f" {each}" for each in column], dtype=object) for name in within]
    while True:
        left = kept.copy()
        for codes in strata:
            for code in set(codes[kept]):
                here = kept & (codes == code)
                if here.sum() < 4 or outcome[here].min() == outcome[here].max():
                    left &= codes != code
        if left.sum() == kept.sum():
            break
        kept = left
    marks = [(codes[kept][:, None] == np.array(sorted(set(codes[kept])), dtype=object)[place > 0 :]).astype(float)
             for place, codes in enumerate(strata)]  # fmt: skip
    design = [exposure[kept], risk.panel.covariates["age"][person[kept]], more[person[kept]], *marks]
    rank = np.linalg.matrix_rank(np.column_stack(design))
    if rank == np.column_stack(design).shape[1]:
        expected = logit(outcome[kept], design, person[kept], absorbed=True)
    else:  # places and clubs share a level a wave
        q = np.linalg.svd(np.column_stack(marks), full_matrices=False)[0][:, : rank - 3]
        expected = logit(outcome[kept], [*design[:3], q], person[kept], absorbed=True)
    assert (found.log_odds, found.std_error) == pytest.approx(expected, rel=1e-4)
    assert (found.n_rows, found.n_events, found.n_people) == (kept.sum(), outcome[kept].sum(), len(np.unique(person[kept])))
    assert found.n_silent == np.isfinite(exposure).sum() - kept.sum() and found.n_silent >= 0
    assert found.n_terms == 3 + sum(len(set(codes[kept])) for codes in strata)
    assert found.variance == pytest.approx(exposure[np.isfinite(exposure)].var())
    assert (found.influence**2).sum() == pytest.approx(found.std_error**2, rel=1e-6)


def test_of_holding_gains_and_losses_tell_of_one_odds_ratio() -> None:
    """What helps gaining hinders losing: in a loss every term counts turned round, and each state has its own level a wave."""
    risk, exposure = asked(world(), transition="holding")
    found = lagged_estimate(risk, exposure, ["age"])
    known = np.isfinite(exposure)
    person, column, outcome = (values[known] for values in risk.rows)
    before = risk.held[person, column - 1]
    sign = np.where(before == 1, -1.0, 1.0)
    changed = (outcome != before).astype(float)
    levels = by_wave(column * 2 + before)
    expected = logit(changed, [exposure[known] * sign, risk.panel.covariates["age"][person] * sign, levels], person, absorbed=True)
    assert (found.log_odds, found.std_error) == pytest.approx(expected, rel=1e-4)
    assert found.n_events == changed.sum() and found.lost == ()


def test_intervals_that_jump_waves_have_a_level_for_every_length() -> None:
    risk, exposure = asked(world())
    steps = np.random.default_rng(0).integers(1, 4, len(exposure))
    found = lagged_estimate(replace(risk, steps=steps), exposure)
    known = np.isfinite(exposure)
    person, column, outcome = (values[known] for values in risk.rows)
    lengths = [(steps[known] == length).astype(float) for length in (2, 3)]
    expected = logit(outcome, [exposure[known], *lengths, by_wave(column)], person)
    assert (found.log_odds, found.std_error) == pytest.approx(expected, rel=1e-5)


def test_of_holding_every_length_has_a_level_for_gains_and_one_for_losses() -> None:
    risk, exposure = asked(world(), transition="holding")
    steps = np.random.default_rng(0).integers(1, 4, len(exposure))
    found = lagged_estimate(replace(risk, steps=steps), exposure)
    known = np.isfinite(exposure)
    person, column, outcome = (values[known] for values in risk.rows)
    before, length = risk.held[person, column - 1], steps[known]
    lengths = [((length == each) & (before == state)).astype(float) for each in (2, 3) for state in (0, 1)]
    changed = (outcome != before).astype(float)
    exposed = exposure[known] * np.where(before == 1, -1.0, 1.0)
    expected = logit(changed, [exposed, *lengths, by_wave(column * 2 + before)], person, absorbed=True)
    assert (found.log_odds, found.std_error) == pytest.approx(expected, rel=1e-4)


def test_another_term_that_settles_some_rows_is_said_and_exposure_is_estimated_all_the_same() -> None:
    """Of ten rows a mark says that they gained: with or without them exposure goes with gaining alike."""
    risk, exposure = asked(world())
    sure = np.flatnonzero((risk.rows.outcome == 1) & np.isfinite(exposure))[:10]
    mark = np.zeros((len(exposure), 1))
    mark[sure] = 1
    found = lagged_estimate(risk, exposure, also=mark)
    left = exposure.copy()
    left[sure] = NAN
    without = lagged_estimate(risk, left)
    assert found.apart and not without.apart and found.reason is None
    assert (found.log_odds, found.std_error) == pytest.approx((without.log_odds, without.std_error), rel=0.02)


def test_exposure_that_settles_the_outcome_within_surroundings_is_separated_too() -> None:
    risk, _ = asked(world())
    assert lagged_estimate(risk, risk.rows.outcome * 0.5 + 0.1, within=["place"]).reason.code == "separated"


def test_further_terms_are_those_of_the_same_rows_and_a_row_unknown_in_one_is_left_out() -> None:
    risk, exposure = asked(world())
    also = np.random.default_rng(2).normal(size=(len(exposure), 1))
    also[:40] = NAN
    found = lagged_estimate(risk, exposure, also=also)
    known = np.isfinite(exposure) & np.isfinite(also[:, 0])
    person, column, outcome = (values[known] for values in risk.rows)
    expected = logit(outcome, [exposure[known], also[known], by_wave(column)], person)
    assert (found.log_odds, found.n_rows) == pytest.approx((expected[0], known.sum()), rel=1e-5)


def test_bounds_are_one_sided() -> None:
    reach = stats.norm.ppf(0.95) * 0.5
    assert LaggedEstimate(1.0, 0.5).bounds() == pytest.approx((1 - reach, 1 + reach))
    assert LaggedEstimate(1.0, 0.5).bounds(0.975)[0] == pytest.approx(1 - stats.norm.ppf(0.975) * 0.5)


def test_a_level_a_person_is_no_place_unless_it_is_a_word() -> None:
    """240 people: 60 levels are four people each, 61 are fewer."""
    for n_levels, place in ((60, True), (61, False)):
        risk, _ = asked(world(house=(np.arange(240) % n_levels).astype(float)))
        strata, numbers = strata_of(risk, ["house", "place"])
        assert numbers == ([] if place else ["house"]) and len(strata) == 1 + place
    risk, _ = asked(world(house=np.array([f"h{each}" for each in range(240)], dtype=object)))
    assert strata_of(risk, ["house"])[1] == []


def test_strata_are_places_at_a_wave_and_unknown_where_the_place_is() -> None:
    place = np.array([f"place {each % 3}" for each in range(240)], dtype=object)
    place[:10] = None
    risk, _ = asked(world(hall=place))
    codes = strata_of(risk, ["hall"])[0][0]
    person, column, _ = risk.rows
    assert ((codes == -1) == (person < 10)).all()
    told = {(place[i], w): code for i, w, code in zip(person, column, codes, strict=True) if i >= 10}
    assert len(set(told.values())) == len(told) == 3 * len(np.unique(column))
    assert all(told[place[i], w] == code for i, w, code in zip(person, column, codes, strict=True) if i >= 10)
    both, _ = asked(world(hall=place), transition="holding")
    codes, before = strata_of(both, ["hall"])[0][0], both.held[both.rows.person, both.rows.column - 1]
    for code in np.unique(codes[codes >= 0]):
        assert len(np.unique(before[codes == code])) == 1, "gains and losses have strata of their own"


def test_a_term_that_follows_from_others_is_left_out_and_named() -> None:
    risk, exposure = asked(world(hall=np.array(["one"] * 240, dtype=object), twice=world().covariates["age"] * 2))
    found = lagged_estimate(risk, exposure, ["age", "twice"])
    assert found.lost == ("twice",) and found.log_odds == pytest.approx(lagged_estimate(risk, exposure, ["age"]).log_odds)
    risk, exposure = asked(world(hall=risk.panel.covariates["hall"], twice=world().covariates["age"] * 2, code=np.arange(240.0)))
    within = lagged_estimate(risk, exposure, ["age", "twice"], within=["code", "place", "hall"])
    assert within.lost == ("twice", "hall") and np.isfinite(within.log_odds)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda risk, share: (risk, np.where(risk.rows.outcome == 1, share, NAN)), "one_outcome"),
        (lambda risk, share: (risk, np.where(risk.rows.outcome == 0, share, NAN)), "one_outcome"),
        (lambda risk, share: (risk, np.full(len(share), 0.5)), "same_exposure"),
        (lambda risk, share: (risk, risk.rows.column / 10), "same_exposure_by_wave"),
        (lambda risk, share: (risk, risk.rows.outcome * 0.5 + 0.1), "separated"),
    ],
)
def test_why_there_is_no_estimate(change, code) -> None:  # type: ignore[no-untyped-def]
    risk, share = change(*asked(world()))
    found = lagged_estimate(risk, share)
    assert found.reason is not None and found.reason.code == code and np.isnan(found.log_odds)
    assert found.n_rows == np.isfinite(share).sum()


def test_what_is_adjusted_for_may_be_unknown_of_everybody_or_make_exposure_itself() -> None:
    risk, share = asked(world(gone=np.full(240, NAN)))
    some = np.where(np.arange(len(share)) < 5, NAN, share)
    assert lagged_estimate(risk, some, ["gone"]).reason.code == "adjusted_unknown"
    assert lagged_estimate(risk, share, also=3 * share[:, None]).reason.code == "combination"
    assert lagged_estimate(risk, share, also=3 * share[:, None], within=["place"]).reason.code == "combination"
    alone = np.array([f"h{each}" for each in range(240)], dtype=object)
    silent = lagged_estimate(asked(world(house=alone))[0], share, within=["house"])
    assert silent.reason.code == "strata_silent" and silent.n_rows == 0 and silent.n_silent == np.isfinite(share).sum()


def test_a_risk_set_without_an_answer_gives_its_reason() -> None:
    risk, share = asked(world())
    held = NetworkPanel.from_adjacency(list(risk.panel.networks), behaviour={"norm": np.zeros((240, 5))}, directed=True)
    nobody, nothing = asked(held)
    assert lagged_estimate(nobody, nothing).reason is nobody.reason
