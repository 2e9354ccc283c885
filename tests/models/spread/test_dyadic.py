"""The dyadic model: agreement with statsmodels, planted influence, placebo, laws and reasons."""

import dataclasses
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.spread.dyadic import dyadic_influence
from recoverynet.worlds.worlds import simulate_panel


def pairs(panel, name="recovery"):
    """Every tie and wave, listed the slow way."""
    held, rows = panel.behaviour[name], []
    for wave in range(1, panel.n_waves):
        tie = panel.networks[wave - 1].tocoo()
        for ego, alter in zip(tie.row, tie.col, strict=True):
            values = held[ego, wave], held[alter, wave - 1], held[ego, wave - 1], held[alter, wave]
            rows.append((ego, wave + 1, *values))
    frame = pd.DataFrame(rows, columns=["ego", "wave", "outcome", "before", "own", "now"])
    return frame.sort_values(["ego", "wave"], kind="stable", ignore_index=True)


@pytest.mark.parametrize("simultaneous", [False, True])
def test_agrees_with_generalised_estimating_equations(simultaneous):
    import statsmodels.api as sm

    panel = simulate_panel(200, influence=3.0, missing=0.1, ties_change=0.2, rng=1)
    fit = dyadic_influence(panel, simultaneous=simultaneous, adjust=["observed_trait"])
    frame = pairs(panel)
    frame["trait"] = panel.covariates["observed_trait"][frame["ego"]]
    wanted = ["before", "own", *(["now"] if simultaneous else []), "trait"]
    frame = frame.dropna(subset=["outcome", *wanted])
    waves = pd.get_dummies(frame["wave"], drop_first=True, dtype=float)
    design = np.column_stack([np.ones(len(frame)), waves, frame[wanted]])
    theirs = sm.GEE(frame["outcome"].to_numpy(), design, groups=frame["ego"], family=sm.families.Binomial()).fit()
    assert fit.n_rows == len(frame)
    np.testing.assert_allclose(fit.table["estimate"], theirs.params, rtol=1e-5, atol=1e-7)
    n_people, n_rows, n_terms = frame["ego"].nunique(), *design.shape
    correction = np.sqrt(n_people / (n_people - 1) * (n_rows - 1) / (n_rows - n_terms))
    np.testing.assert_allclose(fit.table["std_error"], theirs.bse * correction, rtol=1e-4)


def test_influence_is_found_and_the_placebo_is_not():
    fits = [dyadic_influence(simulate_panel(650, influence=8.0, rng=seed), placebo="placebo") for seed in range(12)]
    assert np.mean([fit.low > 0 for fit in fits]) > 0.9
    placebos = np.array([fit.placebo.estimate / fit.placebo.std_error for fit in fits])
    assert abs(placebos.mean()) < 3 / np.sqrt(12) and 0.4 < placebos.std() < 1.8
    check = next(check for check in fits[0].checks if check.name == "placebo shows nothing")
    assert check.passed is (fits[0].placebo.low <= 0 <= fits[0].placebo.high)


def test_likeness_shows_in_the_placebo_too():
    fits = [dyadic_influence(simulate_panel(650, latent=(8.0, 8.0), rng=seed), placebo="placebo") for seed in range(6)]
    assert np.mean([fit.estimate for fit in fits]) > 0 and np.mean([fit.placebo.estimate for fit in fits]) > 0
    assert sum(fit.placebo.low > 0 for fit in fits) >= 3


def test_directions_look_at_different_ties():
    panel = simulate_panel(300, influence=6.0, rng=3)
    turned = dataclasses.replace(panel, networks=tuple(sparse.csr_array(each.T) for each in panel.networks))
    np.testing.assert_allclose(dyadic_influence(panel, direction="in").table, dyadic_influence(turned).table, rtol=1e-8)
    mutual = dyadic_influence(panel, direction="mutual")
    assert mutual.n_rows < dyadic_influence(panel).n_rows


def test_lag_looks_further_back():
    panel = simulate_panel(100, rng=4)
    fit = dyadic_influence(panel, lag=2)
    held = panel.behaviour["recovery"]
    rows = [
        (held[ego, wave], held[alter, wave - 2])
        for wave in range(2, 6)
        for ego, alter in zip(*panel.networks[wave - 2].nonzero(), strict=True)
    ]
    assert fit.n_rows == len(rows) and fit.n_events == sum(outcome for outcome, _ in rows)


def test_relabelling_people_changes_nothing():
    panel = simulate_panel(150, influence=3.0, rng=5)
    order = np.random.default_rng(0).permutation(150)
    other = dataclasses.replace(
        panel,
        people=panel.people.iloc[order],
        networks=tuple(sparse.csr_array(each[order][:, order]) for each in panel.networks),
        behaviour={"recovery": panel.behaviour["recovery"][order]},
    )
    np.testing.assert_allclose(dyadic_influence(panel).table, dyadic_influence(other).table, rtol=1e-7, atol=1e-12)


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
        ([RING] * 3, MIXED[:, [0, 0, 0]], "separation|too few"),
    ],
)
def test_bad_input_gives_a_reason(networks, held, words):
    import re

    waves = pd.RangeIndex(1, len(networks) + 1, name="wave")
    panel = NetworkPanel(
        people=[f"p{i}" for i in range(6)],
        waves=pd.DataFrame({"start": pd.NaT, "end": pd.NaT}, index=waves),
        networks=tuple(sparse.csr_array(each) for each in networks),
        behaviour={"norm": np.asarray(held)},
    )
    fit = dyadic_influence(panel, "norm", placebo="norm")
    assert np.isnan(fit.p) and re.search(words, fit.reason)
    assert any(check.name == "placebo shows nothing" and check.passed is None for check in fit.checks)


def test_wrong_words_are_told():
    with pytest.raises(SchemaError, match="Nobody knows"):
        dyadic_influence(simulate_panel(40, rng=6), adjust=["height"])
    with pytest.raises(SchemaError, match="has no behaviour 'height'"):
        dyadic_influence(simulate_panel(40, rng=6), placebo="height")


@pytest.mark.parametrize("simultaneous", [False, True])
@pytest.mark.parametrize("left_out", [False, True])
def test_everybody_tied_to_everybody_tells_nobody_apart(simultaneous, left_out):
    for seed in range(4):
        ties = np.ones((12, 12)) - np.eye(12)
        ties[0, 1] -= left_out
        held = (np.random.default_rng(seed).random((12, 4)) < 0.5) * 1.0
        panel = NetworkPanel.from_adjacency([ties] * 4, behaviour={"y": held})
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fit = dyadic_influence(panel, "y", simultaneous=simultaneous)
        assert np.isnan(fit.p) and fit.table["p"].isna().all() and "tied to everybody" in fit.reason


def test_fewer_people_than_terms_give_no_errors():
    panel = simulate_panel(300, rng=1)
    few = np.arange(300) < 4
    held = np.where(few[:, None], panel.behaviour["recovery"], np.nan)
    ties = np.zeros((300, 300))
    ties[:4, :4] = 1 - np.eye(4)
    small = NetworkPanel.from_adjacency([ties] * panel.n_waves, behaviour={"y": held})
    fit = dyadic_influence(small, "y")
    assert np.isnan(fit.p) and fit.reason
