"""Places that have good and bad months together: what is shared is shared, and nothing spreads."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import expit

from recoverynet.errors import SchemaError
from recoverynet.worlds.shared_months import shared_months


def moves(shock: float, n: int = 6000, places: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Shares gaining and losing, a value a place and wave."""
    panel = shared_months(n, places=places, named=1, shock=shock, rng=1)
    held, place = panel.behaviour["recovery"], np.arange(n) % places
    gains, losses = [], []
    for wave in range(1, 6):
        for one in range(places):
            here = held[place == one]
            gains.append(here[here[:, wave - 1] == 0, wave].mean())
            losses.append(1 - here[here[:, wave - 1] == 1, wave].mean())
    return np.array(gains), np.array(losses)


def test_without_shocks_everybody_is_for_themselves() -> None:
    """Gaining and losing have a chance of expit(−1.6), and places differ as much as 150 people by chance."""
    gains, losses = moves(0.0)
    chance = expit(-1.6)
    assert gains.mean() == pytest.approx(chance, abs=0.01) and losses.mean() == pytest.approx(chance, abs=0.01)
    assert gains.var() < 2 * chance * (1 - chance) / 60


def test_a_shock_helps_gaining_and_hinders_losing_of_everybody_of_a_place_for_a_month() -> None:
    gains, losses = moves(1.2)
    assert np.corrcoef(gains, losses)[0, 1] < -0.5
    mean, _ = integrate.quad(lambda z: expit(-1.6 + 1.2 * z) * stats.norm.pdf(z), -8, 8)
    square, _ = integrate.quad(lambda z: expit(-1.6 + 1.2 * z) ** 2 * stats.norm.pdf(z), -8, 8)
    assert gains.mean() == pytest.approx(mean, abs=0.04) and gains.std() == pytest.approx(np.sqrt(square - mean**2), rel=0.2)
    by_wave = gains.reshape(5, 40)
    assert abs(np.corrcoef(by_wave[:-1].ravel(), by_wave[1:].ravel())[0, 1]) < 0.3, "drawn anew at every wave"


@pytest.mark.parametrize(("within", "share"), [(1.0, 1.0), (0.9, 0.9 + 0.1 / 40), (0.0, 1 / 40)])
def test_ties_go_both_ways_and_as_many_within_a_place_as_asked(within: float, share: float) -> None:
    panel = shared_months(1200, places=40, named=6, within=within, rng=2)
    ties, place = panel.networks[0], np.arange(1200) % 40
    rows, columns = ties.nonzero()
    assert (ties != ties.T).nnz == 0 and ties.diagonal().sum() == 0 and set(ties.data) == {1.0}
    assert (place[rows] == place[columns]).mean() == pytest.approx(share, abs=0.03 if within < 1 else 0)
    assert all((network != ties).nnz == 0 for network in panel.networks)
    assert (np.asarray(panel.covariates["place"]) == [f"place {number + 1}" for number in place]).all()


def test_one_begins_in_three_holding_it_and_the_seed_settles_all() -> None:
    panel, again = (shared_months(4000, rng=3) for _ in range(2))
    assert panel.behaviour["recovery"][:, 0].mean() == pytest.approx(0.35, abs=0.03)
    np.testing.assert_array_equal(panel.behaviour["recovery"], again.behaviour["recovery"])


def test_a_place_of_one_has_nobody_to_name_in_it() -> None:
    panel = shared_months(8, places=8, named=3, within=1.0, rng=1)
    assert panel.n_people == 8 and panel.networks[0].diagonal().sum() == 0


@pytest.mark.parametrize("wrong", [{"n": 3}, {"places": 0}, {"named": 0}, {"within": 1.1}, {"shock": -1.0}])
def test_numbers_out_of_range(wrong: dict) -> None:
    with pytest.raises(SchemaError, match=next(iter(wrong))):
        shared_months(**wrong)
