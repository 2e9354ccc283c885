"""Chances a month of each run: what is declared stands; what is not is the record's own, less what is accounted for."""

from __future__ import annotations

import numpy as np
import pytest

import recoverynet as rn
from recoverynet.models.interventions.community import AtStart, RecordedRates
from recoverynet.models.interventions.rates import DeclaredRates, draw_rates, uniform

HOLDS = np.array([False, True, True, False])
MOVES = np.array([[60.0, 20, 10, 10], [9, 80, 6, 5], [0, 0, 50, 0], [0, 0, 0, 40]])
"""Of the third, nobody was ever seen to lose it; of the fourth, nobody to gain it."""
N_RUNS = 300


def seen(**more: object) -> RecordedRates:
    given = {
        "states": ("using", "abstinent", "ost", "reduced"), "holds": HOLDS, "moves": MOVES, "left": 6, "stayed": 14, "closures": {},
        "start": AtStart(1.5, 0.4, (np.empty(0), np.empty(0))), "n_months": 12.0,
    }  # fmt: skip
    return RecordedRates(**{**given, **more})  # type: ignore[arg-type]


def drawn(source: DeclaredRates, **more: object):
    return draw_rates(source, seen(**more), "recovery", np.full((N_RUNS, 1), 0.3), N_RUNS, np.random.default_rng(2))


def gains(base: np.ndarray) -> np.ndarray:
    return base[:, ~HOLDS][:, :, HOLDS].sum(axis=2)


def moving(base: np.ndarray) -> np.ndarray:
    """Chance of going to any other state; staying is what is left."""
    return np.where(np.eye(4, dtype=bool), 0.0, base).sum(axis=2)


def losses(base: np.ndarray) -> np.ndarray:
    return base[:, HOLDS][:, :, ~HOLDS].sum(axis=2)


def test_a_draw_a_run_within_the_range_and_the_stream_moves_on_alike() -> None:
    rng = np.random.default_rng(1)
    value = uniform((0.1, 0.3), 2000, rng)
    assert value.min() >= 0.1 and value.max() <= 0.3 and value.mean() == pytest.approx(0.2, abs=0.005)
    fixed = np.random.default_rng(1)
    assert (uniform(0.25, 2000, fixed) == 0.25).all() and fixed.random() == rng.random()


def test_without_transmission_and_attending_the_base_is_the_records_own() -> None:
    rates = drawn(DeclaredRates())
    np.testing.assert_allclose(rates.base.sum(axis=2), 1.0)
    np.testing.assert_allclose(rates.base.mean(axis=0), MOVES / MOVES.sum(axis=1, keepdims=True), atol=0.01)
    assert (rates.per_contact == 0).all() and (rates.going == 0).all() and (rates.closure == 0.3).all()
    assert (rates.ties_ending == 0.05).all() and rates.lines.shape == (N_RUNS, 2, 5)


def test_what_contacts_and_groups_account_for_is_taken_off_gains_and_off_nothing_else() -> None:
    """0.02 a contact of 1.5 and 0.05 of the 0.4 who go: 0.05 less a month, never below 0; states of no gain stay as they are."""
    plain, less = drawn(DeclaredRates()).base, drawn(DeclaredRates(transmission=0.02, attending=0.05)).base
    np.testing.assert_allclose(gains(less)[:, 0], gains(plain)[:, 0] - 0.05)
    np.testing.assert_allclose(less[:, 0, 1] / less[:, 0, 2], plain[:, 0, 1] / plain[:, 0, 2])
    np.testing.assert_allclose(less[:, 0, 3], plain[:, 0, 3])
    np.testing.assert_allclose(less[:, HOLDS], plain[:, HOLDS])
    assert (gains(drawn(DeclaredRates(transmission=0.5)).base) == 0).all()


def test_a_declared_gain_is_that_of_every_state_and_spreads_as_seen_or_evenly() -> None:
    plain, base = drawn(DeclaredRates()).base, drawn(DeclaredRates(gain=0.4, transmission=0.02)).base
    np.testing.assert_allclose(gains(base), 0.4)
    np.testing.assert_allclose(base[:, 0, 1] / base[:, 0, 2], plain[:, 0, 1] / plain[:, 0, 2])
    np.testing.assert_allclose(base[:, 3, 1], 0.2)
    assert (moving(base) <= 1 + 1e-12).all()
    np.testing.assert_allclose(base[:, HOLDS], plain[:, HOLDS])


def test_a_declared_loss_is_that_of_every_state_that_holds_it() -> None:
    plain, base = drawn(DeclaredRates()).base, drawn(DeclaredRates(loss=(0.1, 0.2))).base
    assert (losses(base) >= 0.1).all() and (losses(base) <= 0.2).all() and np.ptp(losses(base)[:, 0]) > 0.05
    np.testing.assert_allclose(losses(base)[:, 0], losses(base)[:, 1])
    np.testing.assert_allclose(base[:, 2, 0], base[:, 2, 3])
    np.testing.assert_allclose(base[:, ~HOLDS], plain[:, ~HOLDS])
    assert (moving(base) <= 1 + 1e-12).all()


def test_what_is_left_is_shared_out_where_a_chance_leaves_no_room() -> None:
    """Gaining takes 0.99: what went to another state without the norm, 0.1 or so, has the 0.01 that is left, and nobody stays."""
    base = drawn(DeclaredRates(gain=0.99)).base
    np.testing.assert_allclose(base[:, 0, 3], 0.01)
    np.testing.assert_allclose(moving(base)[:, 0], 1.0)
    np.testing.assert_allclose(drawn(DeclaredRates(gain=0.5)).base[:, 0, 3], drawn(DeclaredRates()).base[:, 0, 3])


def test_links_and_ties_end_as_declared_or_as_recorded() -> None:
    said = drawn(DeclaredRates(leaving=0.2, ties_ending=0.1), ties_gone=5, ties_stayed=5)
    assert (said.leaving == 0.2).all() and (said.ties_ending == 0.1).all()
    own = drawn(DeclaredRates(), ties_gone=5, ties_stayed=5)
    assert own.ties_ending.mean() == pytest.approx(0.5, abs=0.03) and np.ptp(own.leaving) > 0.05


def test_runs_of_one_seed_share_the_base_whatever_is_declared() -> None:
    """So that what differs between two answers is what was declared."""
    one, other = drawn(DeclaredRates(leaving=0.2)), drawn(DeclaredRates(transmission=0.0, attending=0.0, ties_ending=0.3))
    assert (one.base == other.base).all()


@pytest.mark.parametrize("name", ["gain", "loss", "transmission", "attending", "leaving", "ties_ending"])
def test_a_rate_is_a_chance(name: str) -> None:
    for wrong in (-0.01, 1.01, (0.3, 0.1)):
        with pytest.raises(rn.SchemaError, match=f"The rate {name}"):
            DeclaredRates(**{name: wrong})  # type: ignore[arg-type]
