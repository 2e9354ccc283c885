import numpy as np
import pytest

from recoverynet.kernels.expectation import expected_states, turnover_rates

NAN = np.nan


def test_rates_are_counted_by_hand():
    states = np.array([[0, 1, 1], [0, 0, 0], [1, 0, NAN], [NAN, 1, 1]])
    rates = turnover_rates(states)
    assert rates.gain == pytest.approx(1 / 3)  # 0→1, 0→0, 0→0
    assert rates.loss == pytest.approx(1 / 3)  # 1→1, 1→0, 1→1


def test_known_states_are_kept_and_unknown_ones_drift_towards_the_long_run_share():
    rng = np.random.default_rng(1)
    states = (rng.random((500, 12)) < 0.4).astype(float)
    gain, loss = turnover_rates(states)
    states[0] = NAN
    states[0, 0] = 1.0
    filled = expected_states(states)
    assert np.array_equal(filled[1:], states[1:])
    assert filled[0, 1] == pytest.approx(1 - loss, abs=0.01)
    assert filled[0, -1] == pytest.approx(gain / (gain + loss), abs=0.02)


def test_only_the_past_is_used():
    rng = np.random.default_rng(2)
    states = (rng.random((50, 6)) < 0.4).astype(float)
    states[rng.random(states.shape) < 0.3] = NAN
    later = states.copy()
    later[:, 4:] = 1.0 - later[:, 4:]
    rates = turnover_rates(states)
    assert rates != turnover_rates(later)  # rates come from all waves, nothing else does
    same_rates = np.vstack([states, 1.0 - states])
    assert np.isfinite(expected_states(same_rates)).all()


def test_nothing_known_stays_unknown():
    assert np.isnan(expected_states(np.full((3, 4), NAN))).all()
    first_wave_unknown = np.array([[NAN, 0.0, 1.0], [NAN, 1.0, 0.0]])
    assert np.isnan(expected_states(first_wave_unknown)[:, 0]).all()


def test_expected_states_are_calibrated():
    """Among unknowns expected to hold the norm with chance p, a share p does."""
    rng = np.random.default_rng(3)
    truth = np.zeros((20_000, 6))
    truth[:, 0] = rng.random(20_000) < 0.4
    for wave in range(1, 6):
        chance = np.where(truth[:, wave - 1] == 1, 0.85, 0.1)
        truth[:, wave] = rng.random(20_000) < chance
    seen = np.where(rng.random(truth.shape) < 0.3, NAN, truth)
    unknown = np.isnan(seen)
    expected = expected_states(seen)[unknown]
    for low, high in ((0.0, 0.2), (0.2, 0.5), (0.7, 0.9)):
        inside = (expected >= low) & (expected < high)
        assert inside.sum() > 500
        assert truth[unknown][inside].mean() == pytest.approx(expected[inside].mean(), abs=0.02)
