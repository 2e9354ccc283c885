import numpy as np
import pytest

from recoverynet.kernels.hidden_trait import hidden_trait_bias, long_run_share, trait_strength_for

RATES = {"gain": 0.09, "loss": 0.12, "variance": 0.11}


def test_nothing_hidden_nothing_faked():
    assert hidden_trait_bias(1.0, 5.0, **RATES) == pytest.approx(0.0)
    assert hidden_trait_bias(5.0, 1.0, **RATES) == pytest.approx(0.0)


def test_worked_by_hand():
    # log 3 = 1.0986; gain odds 0.0989 * and / 3**.5, loss odds 0.1364 the other way round
    shares = [long_run_share(0.14625, 0.07299), long_run_share(0.05402, 0.19106)]
    assert hidden_trait_bias(3.0, 3.0, **RATES) == pytest.approx(1.0986 * 0.5 * (shares[0] - shares[1]) / (4 * 0.11), rel=1e-3)


def test_strength_undoes_the_bias():
    for odds in (1.2, 2.0, 6.0):
        bias = hidden_trait_bias(odds, odds, **RATES)
        assert trait_strength_for(bias, **RATES) == pytest.approx(odds)
    assert trait_strength_for(-0.3, **RATES) == 1.0
    assert trait_strength_for(1e3, **RATES) == np.inf
    assert np.isnan(trait_strength_for(0.3, gain=0.0, loss=0.1, variance=0.1))


@pytest.mark.parametrize(("world", "odds"), [("latent_2", (2, 2)), ("latent_3_3", (3, 3)), ("latent_6_3", (6, 3))])
def test_formula_foretells_the_bias_seen_in_worlds_without_influence(world, odds):
    from recoverynet.kernels.hazard import fit_binary
    from recoverynet.kernels.transitions import lagged_exposure, risk_rows, ties_of
    from recoverynet.worlds.worlds import simulate_world

    seen, variances = [], []
    for seed in range(30):
        panel = simulate_world(f"{world}/none", 650, rng=seed)
        held = panel.behaviour["recovery"]
        rows = risk_rows(held, "gain")
        share = lagged_exposure(ties_of(panel.networks, "out", directed=True), held).share[rows.person, rows.column]
        known = np.isfinite(share)
        waves = (rows.column[known, None] == np.unique(rows.column)).astype(float)
        seen.append(fit_binary(np.column_stack([share[known], waves]), rows.outcome[known]).beta[0])
        variances.append(share[known].var())
    foretold = hidden_trait_bias(*odds, gain=0.09, loss=0.12, variance=float(np.mean(variances)))
    assert np.mean(seen) == pytest.approx(foretold, abs=3 * np.std(seen) / np.sqrt(30) + 0.05)
