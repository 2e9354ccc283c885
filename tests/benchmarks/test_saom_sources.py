"""Do intervals of similarity sources hold the truth? Worlds of planted selection, planted influence and both.

Run with ``pytest tests/benchmarks/test_saom_sources.py -o addopts="--import-mode=importlib"``; about a minute a world of each
kind on one core. The truth is the same decomposition at the planted parameters, from the same waves. Over nine worlds of each
kind 80 of 81 intervals of 95 % held it, and errors spread by 0.83 of the standard errors: the intervals err towards being wide.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.models.saom.auxiliary import auxiliaries
from recoverynet.models.saom.counterfactuals import Counterfactual, by_part, switched_terms
from recoverynet.models.saom.ends import observed_ends
from recoverynet.models.saom.simulation import Simulator

N_WORLDS, N_PEOPLE, N_WAVES, N_SIMULATIONS = 8, 60, 3, 400
KINDS = {"selection": (4.0, 0.0), "influence": (0.0, 6.0), "both": (2.0, 3.0)}
MODEL = rn.Specification(
    network={"friend": ["density", "recip", ("simX", "drink")]}, behaviour={"drink": ["linear", "quad", ("avSim", "friend")]}
)


def world_of(kind, rng):
    """A panel whose parameters are known, and these."""
    chosen, followed = KINDS[kind]
    drink = np.repeat(rng.integers(1, 5, (N_PEOPLE, 1)).astype(float), N_WAVES, axis=1)
    ties = ((rng.random((N_PEOPLE, N_PEOPLE)) < 3 / N_PEOPLE) & ~np.eye(N_PEOPLE, dtype=bool)) * 1.0
    begun = rn.NetworkPanel.from_adjacency([ties] * N_WAVES, network="friend", behaviour={"drink": drink}, directed=True)
    planted = {
        ("Rate", "friend"): 4.0, ("Rate", "drink"): 3.0, "density": -2.0, "recip": 1.5, ("simX", "drink"): chosen,
        "linear": 0.0, "quad": 0.0, ("avSim", "friend"): followed,
    }  # fmt: skip
    made = rn.simulate(MODEL, planted, begun, 1, rng=rng, chain=True, bounds={"drink": (1, 4)}, quiet=True)
    return made.panel(0), made.theta


def truth_at(fit, theta, rng):
    """The parts at known parameters, from the waves that were observed."""
    periods = observed_ends(fit)
    with Simulator(fit.setting) as simulator:
        world = Counterfactual(
            replace(fit, theta=theta), switched_terms(fit, "drink"), auxiliaries("moran", periods)[0], periods, simulator
        )
        levels = world.means(theta, 2 * N_SIMULATIONS, rng, True)
    return by_part(levels[:, None])[:, 0]


def intervals_and_truth(n_worlds=N_WORLDS):
    """One row a world, kind and source."""
    rows = []
    for number in range(n_worlds):
        for kind in KINDS:
            rng = np.random.default_rng([7, number, len(kind)])
            panel, theta = world_of(kind, rng)
            fit = rn.fit_saom(panel, MODEL, bounds={"drink": (1, 4)}, quiet=True, rng=rng)
            if fit.converged:
                found = rn.similarity_sources(fit, "drink", n_simulations=N_SIMULATIONS, quiet=True, rng=rng).to_frame()[:3]
                rows.append(found.assign(world=number, kind=kind, truth=truth_at(fit, theta, rng)))
    return pd.concat(rows)


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
@pytest.mark.benchmark
def test_intervals_of_sources_hold_the_truth(benchmark):
    found = benchmark.pedantic(intervals_and_truth, rounds=1)
    held = found["truth"].between(found["autocorrelation_low"], found["autocorrelation_high"])
    reach = (found["autocorrelation_high"] - found["autocorrelation_low"]) / 2
    away = (found["autocorrelation"] - found["truth"]) / (reach / 1.96)
    table = found.assign(held=held, away=away).groupby(["kind", "source"])[["held", "away"]].agg(["mean", "std", "size"])
    benchmark.extra_info["share of intervals that hold the truth"] = round(float(held.mean()), 3)
    benchmark.extra_info["spread of errors in standard errors"] = round(float(away.std()), 2)
    assert held.mean() >= 0.92, table
    assert 0.5 < away.std() < 1.2, table
