"""Effects that the observed changes say nothing against: the estimation stops, and says of which it ran away."""

import numpy as np
import pytest

import recoverynet as rn


def without_triads(ties):
    """The same ties, but for those that close a two-path."""
    ties = ties.astype(int)
    while True:
        closing = np.argwhere((ties @ ties > 0) & (ties == 1))
        if not len(closing):
            return ties
        ties[tuple(closing[0])] = 0


def never_closed(n=30):
    draw = np.random.default_rng(7)
    apart = ~np.eye(n, dtype=bool)
    first = without_triads((draw.random((n, n)) < 0.06) & apart)
    last = without_triads((first == 1) ^ ((draw.random((n, n)) < 0.05) & apart))
    return rn.NetworkPanel.from_adjacency([first * 1.0, last * 1.0], network="friend")


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_effect_without_a_finite_estimate_stops_the_walk(seed):
    fit = rn.fit_saom(never_closed(), rn.Specification({"friend": ["density", "recip", "transTrip"]}), quiet=True, rng=seed)
    assert not fit.converged and np.abs(fit.theta).max() < 50
    assert fit.reason is not None and "friend: transTrip" in fit.reason and "score_test" in fit.reason


def test_what_was_never_seen_has_no_finite_estimate():
    """Nobody ever returns a tie: simulations without returned ties are like the data whatever the parameter."""
    draw = np.random.default_rng(3)
    apart = np.triu(np.ones((30, 30)), 1)
    first = (draw.random((30, 30)) < 0.15) * apart
    last = np.where(draw.random((30, 30)) < 0.05, 1.0 - first, first) * apart
    panel = rn.NetworkPanel.from_adjacency([first, last], network="friend")
    with pytest.warns(rn.RecoveryNetWarning, match="NOT CONVERGED"):
        fit = rn.fit_saom(panel, rn.Specification({"friend": ["density", "recip"]}), quiet=True, rng=1)
    assert not fit.converged and "friend: recip" in fit.reason
    assert fit.to_frame()["std_error"].isna().all()


def collinear_nearly():
    """A fit that does not converge in the little time it is given."""
    draw = np.random.default_rng(5)
    first = ((draw.random((30, 30)) < 0.1) & ~np.eye(30, dtype=bool)) * 1.0
    last = np.where((draw.random((30, 30)) < 0.08) & ~np.eye(30, dtype=bool), 1.0 - first, first)
    panel = rn.NetworkPanel.from_adjacency([first, last], network="friend")
    model = rn.Specification({"friend": ["density", "recip", "outAct", "outActSqrt", "transTrip"]})
    return rn.fit_saom(panel, model, n_simulations=200, wanted=0.001, most_runs=1, quiet=True, rng=1)


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
def test_a_fit_that_did_not_converge_says_what_is_in_the_way():
    fit = collinear_nearly()
    assert not fit.converged and fit.reason is None
    assert fit.summary().startswith("NOT CONVERGED") and "Furthest from the data is " in fit.convergence
    assert "friend: outAct and friend: outActSqrt go together (correlation" in fit.convergence
    assert "Not converged: not to be reported" in fit.plot().get_xlabel()
    test = fit.wald_test("recip")
    assert test.summary().startswith("NOT CONVERGED") and "Could all of these be 0?" in test.summary()
