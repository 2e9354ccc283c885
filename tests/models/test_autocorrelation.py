"""Network autocorrelation models: planted strengths, laws, shapes and reasons."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.sparse.linalg import spsolve

from recoverynet.errors import SchemaError
from recoverynet.graphs.person_network import PersonNetwork
from recoverynet.kernels.autoregression import fit_autoregression, largest_rho, log_determinant, row_normalised
from recoverynet.models.autocorrelation import network_autocorrelation
from recoverynet.worlds.worlds import simulate_panel


def world(rho, kind, *, n=140, seed=0):
    rng = np.random.default_rng(seed)
    network = sparse.csr_array((rng.random((n, n)) < 4 / n) * (1.0 - np.eye(n)))
    matrix = sparse.csc_array(sparse.eye_array(n) - rho * row_normalised(network))
    x, noise = rng.normal(size=n), rng.normal(size=n)
    line = 1.0 + 0.5 * x
    y = spsolve(matrix, line + noise) if kind == "lag" else line + spsolve(matrix, noise)
    people = [f"p{i}" for i in range(n)]
    return PersonNetwork(network, people, directed=True), y, pd.DataFrame({"x": x}, index=people)


@pytest.mark.parametrize("kind", ["lag", "error"])
@pytest.mark.parametrize("rho", [-0.3, 0.0, 0.5])
def test_planted_strength_is_recovered(kind, rho):
    fits = [network_autocorrelation(*world(rho, kind, seed=seed), kind=kind) for seed in range(12)]
    found = np.array([fit.estimate for fit in fits])
    assert abs(found.mean() - rho) < 3 * found.std(ddof=1) / np.sqrt(12) + 0.02
    assert np.mean([fit.std_error for fit in fits]) == pytest.approx(found.std(ddof=1), rel=0.6)
    slopes = np.array([fit.table.loc["x", "estimate"] for fit in fits])
    assert abs(slopes.mean() - 0.5) < 3 * slopes.std(ddof=1) / np.sqrt(12)


def test_no_dependence_is_least_squares():
    network, y, terms = world(0.0, "lag", seed=1)
    fit = network_autocorrelation(network, y, terms)
    design = np.column_stack([np.ones(len(y)), terms["x"]])
    rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    expected = -0.5 * len(y) * (1 + np.log(2 * np.pi * (rest @ rest) / len(y)))
    assert fit.log_likelihood_without == pytest.approx(expected)
    assert fit.log_likelihood >= fit.log_likelihood_without
    assert fit.likelihood_ratio_p == pytest.approx(fit.p, abs=0.05)


def test_maximum_is_a_maximum_and_errors_are_its_curvature():
    network, y, terms = world(0.4, "error", n=80, seed=2)
    weights = row_normalised(network.weights)
    design = np.column_stack([np.ones(80), terms["x"]])
    for kind in ("lag", "error"):
        fit = fit_autoregression(y, design, weights, kind)
        dense = weights.toarray()

        def log_likelihood(values, kind=kind, dense=dense):
            rho, beta, sigma2 = values[0], values[1:3], values[3]
            rest = y - design @ beta
            rest = y - rho * dense @ y - design @ beta if kind == "lag" else rest - rho * dense @ rest
            determinant = np.linalg.slogdet(np.eye(80) - rho * dense)[1]
            return determinant - 40 * np.log(2 * np.pi * sigma2) - rest @ rest / (2 * sigma2)

        best = np.array([fit.rho, *fit.beta, fit.sigma2])
        assert fit.log_likelihood == pytest.approx(log_likelihood(best), abs=1e-9)
        step = 1e-4 * np.eye(4)
        second = np.array(
            [
                [
                    (
                        log_likelihood(best + a + b)
                        - log_likelihood(best + a - b)
                        - log_likelihood(best - a + b)
                        + log_likelihood(best - a - b)
                    )
                    / 4e-8
                    for b in step
                ]
                for a in step
            ]
        )
        np.testing.assert_allclose(fit.covariance, np.linalg.inv(-second)[:3, :3], rtol=1e-3, atol=1e-6)


def test_range_of_rho_keeps_the_determinant_positive():
    everybody = sparse.csr_array(np.ones((4, 4)) - np.eye(4))
    assert largest_rho(row_normalised(everybody)) == pytest.approx(1.0)
    assert largest_rho(everybody) == pytest.approx(1 / 3)
    star = np.zeros((10, 10))
    star[0, 1:] = star[1:, 0] = 1
    assert largest_rho(sparse.csr_array(star)) == pytest.approx(1 / 3, rel=1e-3)
    network, _, _ = world(0.0, "lag", n=60, seed=7)
    for rho in (-0.9, 0.2, 0.95):
        dense = np.eye(60) - rho * row_normalised(network.weights).toarray()
        assert log_determinant(row_normalised(network.weights), rho) == pytest.approx(np.log(np.linalg.det(dense)))


def test_relabelling_people_changes_nothing():
    network, y, terms = world(0.3, "lag", n=100, seed=3)
    order = np.random.default_rng(0).permutation(100)
    other = network.among(network.person_ids[order])
    one, two = network_autocorrelation(network, y, terms), network_autocorrelation(other, y[order], terms)
    np.testing.assert_allclose(one.table, two.table, atol=1e-6)
    named = network_autocorrelation(other, pd.Series(y, index=network.person_ids, name="quality"), terms)
    np.testing.assert_allclose(one.table, named.table, atol=1e-6)
    assert named.settings["y"] == "quality"


def test_unknown_values_leave_with_their_ties():
    network, y, terms = world(0.3, "lag", n=100, seed=4)
    hidden = y.copy()
    hidden[::7] = np.nan
    fit = network_autocorrelation(network, hidden, terms)
    kept = np.isfinite(hidden)
    other = network_autocorrelation(network.among(network.person_ids[kept]), hidden[kept], terms)
    np.testing.assert_allclose(fit.table, other.table, atol=1e-7)
    assert (fit.n_people, fit.n_dropped) == (85, 15)


def test_panels_are_read_by_wave_and_name():
    panel = simulate_panel(150, homophily_covariate=(8.0, 4.0), rng=5)
    fit = network_autocorrelation(panel, "recovery", ["observed_trait", "cafe_open"], wave=3)
    same = network_autocorrelation(
        panel.at(3),
        panel.behaviour["recovery"][:, 2],
        np.column_stack([panel.covariates["observed_trait"], panel.covariates["cafe_open"][:, 2]]),
    )
    np.testing.assert_allclose(fit.table, same.table)
    assert list(fit.table.index) == ["rho", "constant", "observed_trait", "cafe_open"]
    for arguments, words in (
        (dict(y="recovery"), "which of the 6 waves"),
        (dict(y="height", wave=1), "has no 'height'"),
        (dict(y="recovery", wave=1, kind="mixed"), "kind must be"),
        (dict(y=np.zeros(3), wave=1), "one number a person"),
        (dict(y="recovery", terms=pd.DataFrame({"a": ["x"] * 150}, index=panel.people.index), wave=1), "numbers"),
    ):
        with pytest.raises(SchemaError, match=words):
            network_autocorrelation(panel, **arguments)


@pytest.mark.parametrize(
    ("y", "ties", "words"),
    [
        (np.full(6, np.nan), 1.0, "nobody has a known value"),
        (np.ones(6), 1.0, "same value"),
        (np.arange(6.0), 0.0, "no ties"),
        (np.array([1.0, 2, np.nan, np.nan, np.nan, np.nan]), 1.0, "too few"),
    ],
)
def test_bad_input_gives_a_reason(y, ties, words):
    network = PersonNetwork(ties * (np.ones((6, 6)) - np.eye(6)), [f"p{i}" for i in range(6)])
    fit = network_autocorrelation(network, y)
    assert np.isnan(fit.p) and words in fit.reason and fit.table["estimate"].isna().all()


def test_a_constant_term_is_left_out_with_a_check():
    network, y, terms = world(0.3, "lag", n=80, seed=6)
    fit = network_autocorrelation(network, y, terms.assign(alike=2.0))
    assert "alike" not in fit.table.index
    assert any("alike" in check.detail for check in fit.checks)


SPREG = {
    "lag": ([0.286237, 1.152241, 0.642428], [0.12618343, 0.21177314, 0.09447289]),
    "error": ([0.362277, 0.978584, 0.652383], [0.14543797, 0.15204563, 0.09237924]),
}
"""spreg 1.9.0, ML_Lag and ML_Error with method="full", on world(0.4, kind, seed=3): rho, constant, x and their errors."""


@pytest.mark.parametrize("kind", ["lag", "error"])
def test_standard_errors_are_spregs_by_default_and_the_observed_ones_where_asked_for(kind):
    network, y, terms = world(0.4, kind, seed=3)
    fit = network_autocorrelation(network, y, terms, kind=kind)
    estimate, error = SPREG[kind]
    np.testing.assert_allclose(fit.table["estimate"], estimate, atol=1e-5)
    np.testing.assert_allclose(fit.table["std_error"], error, rtol=1e-5)
    observed = network_autocorrelation(network, y, terms, kind=kind, information="observed")
    assert abs(observed.std_error / fit.std_error - 1) > 0.005
    assert observed.estimate == fit.estimate
    for made, word in ((fit, "expected"), (observed, "observed")):
        assert made.settings["information"] == word and f"{word} information" in made.summary()
    with pytest.raises(SchemaError, match="'expected' or 'observed'"):
        network_autocorrelation(network, y, terms, information="fisher")


@pytest.mark.parametrize("kind", ["lag", "error"])
@pytest.mark.parametrize("seed", [5, 6])
def test_spreg_itself_where_it_is_installed(kind, seed):
    spreg, libpysal = pytest.importorskip("spreg"), pytest.importorskip("libpysal")
    network, y, terms = world(-0.2, kind, n=90, seed=seed)
    weights = libpysal.weights.WSP(sparse.csr_matrix(network.weights)).to_W(silence_warnings=True)
    weights.transform = "r"
    fitted = (spreg.ML_Lag if kind == "lag" else spreg.ML_Error)(y[:, None], terms.to_numpy(), w=weights, method="full")
    fit = network_autocorrelation(network, y, terms, kind=kind)
    order = [2, 0, 1]  # theirs has rho last
    np.testing.assert_allclose(fit.table["estimate"], fitted.betas.ravel()[order], atol=1e-5)
    np.testing.assert_allclose(fit.table["std_error"], np.sqrt(np.diag(fitted.vm))[order], rtol=1e-5)
