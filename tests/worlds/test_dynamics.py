"""How states and ties of a planted world move: odds of pairs by hand, chances by formula, and ties as many as asked."""

from __future__ import annotations

import numpy as np
import pytest

from recoverynet.errors import SchemaError
from recoverynet.worlds import dynamics
from recoverynet.worlds.dynamics import CAFE_OPENS, CAFE_STAYS_OPEN, SHARE_OPEN, Dials, TieOdds, Traits, drawn_traits

PLAIN = {
    "n": 6, "n_waves": 4, "mean_degree": 2.0, "base_gain": 0.2, "base_loss": 0.1, "influence": 1.0, "homophily_state": 1.0,
    "homophily_covariate": (1.0, 1.0), "latent": (1.0, 1.0), "surroundings": (1.0, 1.0), "ties_change": 0.0, "missing": 0.0,
    "missing_ties": 0.0, "mechanism": "logit", "directed": True,
}  # fmt: skip


def dials(**given: object) -> Dials:
    return Dials(**{**PLAIN, **given})  # type: ignore[arg-type]


def traits(n: int = 6) -> Traits:
    number = np.arange(n)
    return Traits((number % 2).astype(float), (number % 3) / 2.0, number % 4, np.array([[True, False] * 4] * 4), np.full(n, 0.5))


def test_the_odds_of_a_pair_are_the_product_of_what_they_share() -> None:
    """State and placebo each by 2, the recorded trait by 3, the hidden one by 5 to the power of likeness, the café by 7."""
    held, placebo = np.array([1, 1, 0, 0, 1, 0], bool), np.array([0, 1, 0, 1, 0, 1], bool)
    odds = TieOdds(dials(homophily_state=2.0, homophily_covariate=(3.0, 1.0), latent=(5.0, 1.0), surroundings=(7.0, 1.0)),
                   traits(), held, placebo)  # fmt: skip
    one, other = np.divmod(np.arange(36), 6)
    who = traits()
    expected = (
        2.0 ** ((held[one] == held[other]).astype(int) + (placebo[one] == placebo[other]))
        * 3.0 ** (who.covariate[one] == who.covariate[other])
        * 5.0 ** (1 - np.abs(who.latent[one] - who.latent[other])) * 7.0 ** (who.cafe[one] == who.cafe[other])
    )  # fmt: skip
    np.testing.assert_allclose(odds.of(one, other), expected)
    assert odds.ceiling == pytest.approx(2 * 2 * 3 * 5 * 7) and (odds.of(one, other) <= odds.ceiling + 1e-9).all()
    apart = TieOdds(dials(latent=(0.2, 1.0), homophily_state=0.5), traits(), held, placebo)
    assert apart.ceiling == 1.0 and (apart.of(one, other) <= 1.0).all(), "odds below 1 raise no ceiling"


def test_traits_and_an_open_cafe_shift_the_odds_about_their_middle() -> None:
    planted = dials(homophily_covariate=(1.0, 4.0), latent=(1.0, 9.0), surroundings=(1.0, 2.0))
    who = traits()
    shift = who.shift(planted, 1)
    expected = np.log(4) * (who.covariate - 0.5) + np.log(9) * (who.latent - 0.5)
    expected += np.log(2) * ((who.cafe % 2 == 0) - SHARE_OPEN)
    np.testing.assert_allclose(shift, expected)


def test_cafes_open_and_close_as_said_and_are_as_often_open_in_the_long_run() -> None:
    opened = [drawn_traits(dials(n_waves=6), np.random.default_rng(seed)).cafe_open for seed in range(400)]
    was, now = (np.concatenate([each[part] for each in opened]) for part in (slice(0, -1), slice(1, None)))
    assert now[was].mean() == pytest.approx(CAFE_STAYS_OPEN, abs=0.02) and now[~was].mean() == pytest.approx(CAFE_OPENS, abs=0.015)
    assert np.mean([each[0].mean() for each in opened]) == pytest.approx(SHARE_OPEN, abs=0.035)
    assert pytest.approx(SHARE_OPEN * CAFE_STAYS_OPEN + (1 - SHARE_OPEN) * CAFE_OPENS) == SHARE_OPEN


def test_next_states_gain_by_pull_and_lose_without_it() -> None:
    n = 40_000
    held = np.arange(n) % 2 == 1
    after = dynamics._next_states(dials(n=n), held, np.full(n, np.log(2.0)), np.log(3.0), np.random.default_rng(1))
    # gaining 0.2: odds 1/4 · 6; losing 0.1: odds 1/9 / 2
    assert after[~held].mean() == pytest.approx(1.5 / 2.5, abs=0.012) and 1 - after[held].mean() == pytest.approx(1 / 19, abs=0.006)


def test_the_long_run_share_is_where_gains_and_losses_balance() -> None:
    """Without influence gain / (gain + loss); with it the share that its own exposure makes."""
    n = 40_000
    none = Traits(*[np.zeros(n)] * 2, np.zeros(n, int), np.zeros((4, 8), bool), np.full(n, 0.5))
    flat = dials(n=n)
    plain = dynamics._long_run_states(flat, none, 1.0, np.random.default_rng(1))
    assert plain.mean() == pytest.approx(0.2 / 0.3, abs=0.01)
    influenced = dynamics._long_run_states(flat, none, 4.0, np.random.default_rng(1)).mean()
    gain = 0.25 * 4**influenced / (1 + 0.25 * 4**influenced)
    assert influenced == pytest.approx(gain / (gain + 0.1), abs=0.01)


def test_a_trait_helps_gaining_and_hinders_losing_in_the_long_run_too() -> None:
    """At odds of 4 those with the trait gain at 1/4 · 2 and lose at 1/9 / 2, as odds; those without the other way round."""
    n = 40_000
    who = Traits((np.arange(n) % 2).astype(float), np.full(n, 0.5), np.zeros(n, int), np.zeros((4, 8), bool), np.full(n, 0.5))
    held = dynamics._long_run_states(dials(n=n, homophily_covariate=(1.0, 4.0)), who, 1.0, np.random.default_rng(1))
    for trait, ratio in ((1, 2.0), (0, 0.5)):
        gain, loss = (odds / (1 + odds) for odds in (0.25 * ratio, ratio**-1 / 9))
        assert held[who.covariate == trait].mean() == pytest.approx(gain / (gain + loss), abs=0.012)


def test_influence_moves_the_norm_and_not_its_placebo_from_wave_to_wave() -> None:
    """Of 8,000 people without traits, those all of whose contacts hold it gain it at 0.2's odds by 8."""
    planted, rng = dials(n=8000, influence=8.0, mean_degree=1.0, ties_change=0.0), np.random.default_rng(1)
    none = Traits(np.full(8000, 0.5), np.full(8000, 0.5), np.zeros(8000, int), np.zeros((4, 8), bool), np.full(8000, 0.5))
    networks, norm, placebo = dynamics.history(planted, none, rng)
    assert len(networks) == 4 and all((networks[0] != each).nnz == 0 for each in networks)
    for values, ratio in ((norm, 8.0), (placebo, 1.0)):
        gained = {}
        for share in (0.0, 1.0):
            rows = [(dynamics._felt_exposure(planted, none, networks[w], norm[:, w]) == share) & ~values[:, w] for w in range(3)]
            gained[share] = np.concatenate([values[row, w + 1] for w, row in enumerate(rows)]).mean()
        assert gained[0.0] == pytest.approx(0.2, abs=0.02)
        assert gained[1.0] == pytest.approx(0.25 * ratio / (1 + 0.25 * ratio), abs=0.04)


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 1, "mean_degree": 0.5}, {"n_waves": 0}, {"mean_degree": 0.0}, {"mean_degree": 5.0}, {"base_gain": 0.0},
        {"base_loss": 1.0},
        {"latent": (1.0,)}, {"influence": 0.0}, {"surroundings": (1.0, np.inf)}, {"ties_change": 1.1}, {"missing": 1.0},
        {"missing_ties": -0.1}, {"missing_ties": 1.0}, {"mechanism": "dose"},
    ],
)  # fmt: skip
def test_a_dial_out_of_its_range_is_told(wrong: dict) -> None:
    with pytest.raises(SchemaError, match=f"got n={wrong.get('n', 6)}, "):
        dials(**wrong).check()


@pytest.mark.parametrize(
    "fine", [{"n": 2, "mean_degree": 0.5}, {"n_waves": 1}, {"mean_degree": 4.9}, {"ties_change": 1.0}, {"missing": 0.99}]
)
def test_the_ends_of_every_dial_are_fine(fine: dict) -> None:
    dials(**fine).check()


def test_exposure_is_felt_as_a_share_or_once_it_reaches_a_threshold() -> None:
    """0 names 1, 2 and 3, of whom two hold it; 1 names 2; nobody else names anybody."""
    network = dynamics.matrix(np.array([1, 2, 3, 6 + 2]), 6)
    held = np.array([0, 0, 1, 1, 0, 0], bool)
    assert dynamics._felt_exposure(dials(), traits(), network, held).tolist() == pytest.approx([2 / 3, 1, 0, 0, 0, 0])
    once = dynamics._felt_exposure(dials(mechanism="threshold"), traits(), network, held)
    assert once.tolist() == [1, 1, 0, 0, 0, 0]


def test_codes_are_rows_and_columns_and_turn_round() -> None:
    codes = np.array([1, 3, 8])
    ties = dynamics.matrix(codes, 6).toarray()
    assert [tuple(pair) for pair in np.argwhere(ties)] == [(0, 1), (0, 3), (1, 2)]
    both = dynamics.matrix(dynamics._both_ways(codes, 6), 6).toarray()
    assert (both == ties + ties.T).all()


@pytest.mark.parametrize("directed", [True, False])
def test_new_ties_are_as_many_as_asked_each_pair_once_and_none_to_oneself(directed: bool) -> None:
    n = 300
    planted, rng = dials(n=n, homophily_covariate=(6.0, 1.0)), np.random.default_rng(1)
    odds = TieOdds(planted, drawn_traits(planted, rng), *rng.random((2, n)) < 0.5)
    counts = []
    for seed in range(30):
        codes = dynamics._new_ties(n, 4.0, odds, directed, np.random.default_rng(seed))
        ego, alter = np.divmod(codes, n)
        assert (ego != alter).all() and len(np.unique(codes)) == len(codes) and (directed or (ego < alter).all())
        counts.append(len(codes))
    expected = n * 4.0 if directed else n * 4.0 / 2
    assert np.mean(counts) == pytest.approx(expected, rel=0.03)


def test_the_factor_on_the_odds_gives_the_mean_degree_exactly_over_all_pairs() -> None:
    """Of 40 people all pairs are looked at."""
    n = 40
    odds = TieOdds(dials(n=n, homophily_covariate=(6.0, 1.0), surroundings=(9.0, 1.0)), traits(n), *np.zeros((2, n), bool))
    scale = dynamics._scale(n, 3.0, odds)
    one, other = np.divmod(np.arange(n * n), n)
    chance = scale * odds.of(one, other) / (1 + scale * odds.of(one, other))
    assert chance[one != other].sum() / n == pytest.approx(3.0, rel=1e-3)
