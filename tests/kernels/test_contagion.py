"""Kernels of the contagion tests against slow, plain counterparts."""

import numpy as np
import pytest
from scipy import sparse

from recoverynet.kernels.contagion import activation_slopes, activations, gain_contrasts, rewired_slots, slots_of
from recoverynet.kernels.transitions import lagged_exposure, risk_rows, ties_of
from recoverynet.worlds.worlds import simulate_panel


def wave_network(slots, ends, ties, wave):
    n = len(slots.indptr) - 1
    row = np.repeat(np.arange(n), np.diff(slots.indptr))
    return sparse.csr_array((slots.strength[ties, wave], (row, ends)), shape=(n, n)).toarray()


@pytest.mark.parametrize("directed", [True, False])
def test_slots_hold_every_network(directed):
    panel = simulate_panel(60, ties_change=0.4, directed=directed, rng=1)
    slots = slots_of(panel.networks, directed=directed)
    for wave, network in enumerate(panel.networks):
        np.testing.assert_array_equal(wave_network(slots, slots.indices, slots.tie, wave), network.toarray())


@pytest.mark.parametrize("directed", [True, False])
def test_rewiring_keeps_what_it_says(directed):
    panel = simulate_panel(80, ties_change=0.3, directed=directed, rng=2)
    slots = slots_of(panel.networks, directed=directed)
    ends, ties = rewired_slots(slots, 3, np.random.default_rng(0), directed=directed)
    for run in range(3):
        tie = ties[run if len(ties) > 1 else 0]
        total_before, total_after = 0, 0
        for wave, network in enumerate(panel.networks):
            after = wave_network(slots, ends[run], tie, wave)
            assert np.trace(after) == 0 and set(np.unique(after)) <= {0.0, 1.0}
            assert after.sum() == network.sum()
            if directed:
                np.testing.assert_array_equal(after.sum(axis=1), network.sum(axis=1))
            else:
                np.testing.assert_array_equal(after, after.T)
            total_before, total_after = total_before + network.toarray(), total_after + after
        np.testing.assert_array_equal((total_after > 0).sum(axis=0), (total_before > 0).sum(axis=0))
        assert (total_after != total_before).any()


@pytest.mark.parametrize(("transition", "lag"), [("gain", 1), ("loss", 1), ("gain", 2)])
def test_contrast_is_the_weighted_difference_within_waves(transition, lag):
    panel = simulate_panel(120, influence=3.0, ties_change=0.3, missing=0.15, rng=3)
    held, ties = panel.behaviour["recovery"], ties_of(panel.networks, "out", directed=True)
    share = lagged_exposure(ties, held, lag).share
    person, column, outcome = risk_rows(held, transition)
    total, weight = 0.0, 0.0
    for wave in range(lag, panel.n_waves):
        here = (column == wave) & np.isfinite(share[person, column])
        values, changed = share[person[here], wave], outcome[here] == 1
        if changed.any() and not changed.all():
            size = changed.sum() * (~changed).sum() / len(changed)
            total += size * (values[changed].mean() - values[~changed].mean())
            weight += size
    slots = slots_of(ties, directed=True)
    found = gain_contrasts(
        slots.indptr,
        slots.indices[None],
        slots.tie[None],
        slots.strength,
        held,
        np.arange(120)[None],
        lag,
        0.0 if transition == "gain" else 1.0,
    )
    assert found[0] == pytest.approx((1 if transition == "gain" else -1) * total / weight, rel=1e-12)


def test_dealing_states_out_is_moving_rows():
    panel = simulate_panel(50, rng=4)
    held, slots = panel.behaviour["recovery"], slots_of(panel.networks, directed=True)
    order = np.random.default_rng(0).permutation(50)
    fixed = slots.indptr, slots.indices[None], slots.tie[None], slots.strength
    stay = np.arange(50)[None]
    dealt = gain_contrasts(*fixed, held, np.stack([order, stay[0]]), 1, 0.0)
    assert dealt[0] == gain_contrasts(*fixed, held[order], stay, 1, 0.0)[0]
    assert dealt[1] == gain_contrasts(*fixed, held, stay, 1, 0.0)[0]


def test_activations_by_hand():
    held = np.array([[0, 1, 0, 1], [1, 0, 0, 0], [np.nan, 0, 0, np.nan], [np.nan] * 4, [np.nan, 1, 1, 1.0]])
    seen = activations(held)
    assert seen.entered.tolist() == [0, 0, 1, -1, 1]
    assert seen.left.tolist() == [3, 3, 2, -1, 3]
    assert seen.active.tolist() == [1, 0, 4, 4, 1]


def test_slope_is_that_of_a_logit_on_the_counts():
    import statsmodels.api as sm

    panel = simulate_panel(200, influence=4.0, missing=0.1, ties_change=0.2, rng=5)
    held = panel.behaviour["recovery"]
    seen, slots = activations(held), slots_of(panel.networks, directed=True)
    rows = []
    for i in range(200):
        for wave in range(seen.entered[i] + 1, min(seen.left[i], seen.active[i]) + 1):
            alters = panel.networks[wave - 1][[i]].toarray()[0] > 0
            rows.append((np.sum(seen.active[alters] <= wave - 1), wave == seen.active[i]))
    count, gained = np.array(rows).T
    theirs = sm.GLM(gained, sm.add_constant(np.log1p(count)), family=sm.families.Binomial()).fit(tol=1e-14)
    movers = np.flatnonzero((seen.active > seen.entered) & (seen.active < 6))
    found = activation_slopes(*slots[:4], *seen, movers, seen.active[movers][None], 1)
    assert found[0] == pytest.approx(theirs.params[1], rel=1e-8)
