"""Do intervals of an actor-oriented model hold the truth as often as they say? 50 panels with planted parameters.

Truth is stated in each panel's own centring: simX is centred at the mean similarity of a panel, which is .039 higher in the
simulated panels than in the first wave, as avSim makes people alike; that moves density by 0.8 × .039 = .031, a quarter of a
standard error, however much data there is. What is left is ordinary bias of second order: transTrip averages −0.06 (−0.45 ±
0.12 standard errors over 100 panels; −0.20 with four times the data; −0.36 ± 0.04 predicted from the curvature of expected
statistics and −0.29 ± 0.05 seen, in a model of density, recip and transTrip). Rates and avSim average −0.1 to −0.3 in
standard errors because estimate and standard error rise together.

Run with ``pytest tests/benchmarks/test_saom_recovery.py -o addopts="--import-mode=importlib"``; about two minutes on
two cores. Fits that do not converge are counted, and left out.
"""

import numpy as np
import pandas as pd
import pytest

from recoverynet import NetworkPanel
from recoverynet.models.saom.fit import fit_saom
from recoverynet.models.saom.specification import Specification
from recoverynet.models.saom.what_if import simulate

N_PANELS, N_PEOPLE, N_WAVES = 50, 40, 3
MODEL = Specification(
    network={"friend": ["density", "recip", "transTrip", ("simX", "drink")]}, behaviour={"drink": ["linear", ("avSim", "friend")]}
)
TRUTH = {
    ("Rate", "friend"): 5.0, "density": -2.0, "recip": 1.6, "transTrip": 0.3, ("simX", "drink"): 0.8,
    ("Rate", "drink"): 2.5, "linear": 0.1, "avSim": 3.0,
}  # fmt: skip


def first_wave(rng):
    """People with about three ties and a behaviour from 1 to 5, standing still."""
    ties = ((rng.random((N_PEOPLE, N_PEOPLE)) < 0.08) & ~np.eye(N_PEOPLE, dtype=bool)) * 1.0
    drink = rng.integers(1, 6, N_PEOPLE).astype(float)
    drink[:2] = [1, 5]
    return NetworkPanel.from_adjacency([ties] * N_WAVES, network="friend", behaviour={"drink": np.column_stack([drink] * N_WAVES)})


def in_own_centring(world, fit):
    """The planted parameters as a panel with a mean similarity of its own would have them."""
    truth = world.theta.copy()
    moved = fit.setting.attributes.similarities[0] - world.setting.attributes.similarities[0]
    truth[[each.label for each in fit.setting.parameters].index("friend: density")] += TRUTH["simX", "drink"] * moved
    return truth


def fits_of_planted_panels(n_panels=N_PANELS):
    """One row a panel and parameter: estimate, standard error, truth and whether the fit converged."""
    rows = []
    for number in range(n_panels):
        rng = np.random.default_rng([12, number])
        world = simulate(MODEL, TRUTH, first_wave(rng), 1, chain=True, bounds={"drink": (1, 5)}, rng=rng, quiet=True)
        fit = fit_saom(world.panel(0), MODEL, bounds={"drink": (1, 5)}, rng=rng, quiet=True)
        rows.append(fit.to_frame().assign(truth=in_own_centring(world, fit), converged=fit.converged, panel=number))
    return pd.concat(rows)


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
@pytest.mark.benchmark
def test_intervals_hold_the_planted_parameters(benchmark):
    found = benchmark.pedantic(fits_of_planted_panels, rounds=1)
    converged = found[found["converged"]]
    assert converged["panel"].nunique() >= 0.9 * N_PANELS
    keys = ["dependent", "effect", "covariate", converged["period"].fillna(0).rename("period")]
    held = converged.assign(held=converged["truth"].between(converged["low"], converged["high"]))
    held["away"] = (held["estimate"] - held["truth"]) / held["std_error"]
    table = held.groupby(keys)[["held", "away"]].mean()
    benchmark.extra_info["coverage"] = {" ".join(map(str, key)): round(share, 2) for key, share in table["held"].items()}
    benchmark.extra_info["mean distance in standard errors"] = {
        " ".join(map(str, key)): round(far, 2) for key, far in table["away"].items()
    }
    assert (table["held"] >= 0.84).all(), table
    assert 0.91 <= held["held"].mean() <= 0.99
    assert (table["away"].abs() < 0.6).all(), table
