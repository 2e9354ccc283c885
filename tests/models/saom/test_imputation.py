"""Filling in what nobody knows of by a fitted model: what is known stays, what is not varies, and fits that cannot are told."""

import dataclasses

import numpy as np
import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.worlds.worlds import simulate_panel

MODEL = rn.Specification({"network": ["density", "recip"]}, {"recovery": ["linear"]})


@pytest.fixture(scope="module")
def panel():
    full = simulate_panel(50, n_waves=3, base_gain=0.4, base_loss=0.3, ties_change=0.2, missing=0.3, missing_ties=0.1, rng=3)
    return dataclasses.replace(full, behaviour={"recovery": full.behaviour["recovery"]}, norm=None)


@pytest.fixture(scope="module")
def fit(panel):
    return rn.fit_saom(panel, MODEL, rng=1, quiet=True)


@pytest.mark.slow
def test_what_is_known_stays_and_what_is_not_varies(panel, fit):
    panels = rn.impute_panels(fit, 4, rng=2, quiet=True)
    held = panel.behaviour["recovery"]
    known = np.isfinite(held)
    for each in panels:
        filled = each.behaviour["recovery"]
        assert np.array_equal(filled[known], held[known]) and set(np.unique(filled)) <= {0.0, 1.0}
        for wave in range(3):
            settled = ~panel.missing[wave].toarray()
            assert np.array_equal((each.networks[wave].toarray() > 0)[settled], (panel.networks[wave].toarray() > 0)[settled])
            assert each.missing[wave].nnz == 0
    later = [each.behaviour["recovery"][:, 1:] for each in panels]
    assert any(not np.array_equal(later[0], other) for other in later[1:])
    again = rn.impute_panels(fit, 4, rng=2, quiet=True)
    assert all(np.array_equal(a.behaviour["recovery"], b.behaviour["recovery"]) for a, b in zip(panels, again, strict=True))
    assert rn.pooled([rn.fit_hazard(each, "recovery") for each in panels]).table.loc["exposure", "unknown"] > 0


@pytest.mark.slow
def test_fits_that_cannot_fill_in_are_told(panel, fit):
    with pytest.raises(NotEstimableError, match="NOT CONVERGED"):
        rn.impute_panels(dataclasses.replace(fit, overall_ratio=9.0))
    with pytest.raises(SchemaError, match="2 or more"):
        rn.impute_panels(fit, 1)
    whole = simulate_panel(30, n_waves=2, ties_change=0.2, rng=1)
    sure = rn.fit_saom(whole, rn.Specification({"network": ["density"]}), rng=1, quiet=True)
    with pytest.raises(NotEstimableError, match="nothing to fill in"):
        rn.impute_panels(sure)


def test_what_is_no_fit_is_told():
    with pytest.raises(SchemaError, match="fit_saom"):
        rn.impute_panels(simulate_panel(30, rng=1))
