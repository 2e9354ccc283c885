"""How fast the actor-oriented model simulates, per simulation and per ministep, and how that grows with people."""

import json
import time

import numpy as np
import pytest
from scipy import sparse

import recoverynet as rn
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.simulation import Simulator
from recoverynet.models.saom.specification import Term
from recoverynet.models.saom.what_if import simulate

RSIENA_MS_A_SIMULATION = 12.3
"""RSiena 1.6.5, one core: both periods of the fifty pupils, with scores (749 ministeps)."""
RSIENA_SECONDS_A_FIT = 76.4
"""RSiena 1.6.5, one core: 5,059 simulations, ending at an overall maximum convergence ratio of .148."""


@pytest.fixture(scope="module")
def reference(shared):
    effects = json.loads(shared("reference/saom/s50_coevolution_avsim.json").read_text())["effects"]
    terms = {
        name: [
            Term(e["shortName"], e["interaction1"] or None, type=e["type"])
            for e in effects
            if e["name"] == name and not e["basicRate"]
        ]
        for name in ("friend", "drink")
    }
    return rn.Specification({"friend": terms["friend"]}, {"drink": terms["drink"]}), [e["estimate"] for e in effects]


@pytest.mark.benchmark(group="saom simulation", timer=time.process_time)
@pytest.mark.parametrize("by_class", [True, False], ids=["by class", "everybody"])
def test_a_simulation_of_fifty_pupils(benchmark, pupils, reference, by_class):
    """500 simulations of both periods with scores, one worker."""
    specification, theta = reference
    setting = saom_setting(pupils, specification, by_class=by_class)
    with Simulator(setting, workers=1) as simulator:
        simulator.run(np.array(theta), 20, np.random.default_rng(0))
        runs = benchmark.pedantic(lambda: simulator.run(np.array(theta), 500, np.random.default_rng(1)), rounds=5)
    seconds = benchmark.stats["min"] / 500
    benchmark.extra_info.update(
        simulations_a_second=round(1 / seconds),
        microseconds_a_ministep=round(1e6 * 500 * seconds / runs.n_steps, 3),
        times_rsiena=round(RSIENA_MS_A_SIMULATION / (1000 * seconds), 1),
    )
    assert 700 < runs.n_steps / 500 < 800


@pytest.mark.benchmark(group="saom fit", timer=time.process_time)
def test_a_fit_of_fifty_pupils(benchmark, pupils, reference):
    """The whole fit on one core, 3,000 simulations at the estimate, to RSiena's own overall ratio."""
    specification, _ = reference
    rn.fit_saom(pupils, specification, n_simulations=200, wanted=9.0, workers=1, rng=1)
    fit = benchmark.pedantic(
        lambda: rn.fit_saom(pupils, specification, n_simulations=3000, wanted=0.148, workers=1, rng=1), rounds=2
    )
    benchmark.extra_info.update(
        simulations=fit.n_simulations,
        overall_ratio=round(fit.overall_ratio, 3),
        times_rsiena=round(RSIENA_SECONDS_A_FIT / benchmark.stats["min"], 1),
    )
    assert fit.converged


def a_year_group():
    """129 people, as many as in the best-known example of such models, at three waves simulated with planted parameters."""
    rng, n = np.random.default_rng(129), 129
    ties = ((rng.random((n, n)) < 2.9 / n) & ~np.eye(n, dtype=bool)) * 1.0
    drink = np.repeat(rng.integers(1, 6, n).astype(float)[:, None], 3, axis=1)
    begun = rn.NetworkPanel.from_adjacency(
        [ties] * 3, network="friend", behaviour={"drink": drink}, covariates={"sex": rng.integers(1, 3, n).astype(float)}
    )
    truth = {
        ("Rate", "friend"): 8.0, ("Rate", "drink"): 2.0, "density": -2.6, "recip": 2.0, "transTrip": 0.5, "cycle3": -0.2,
        "inPopSqrt": -0.1, "sameX": 0.7, ("altX", "sex"): 0.0, ("egoX", "sex"): 0.0, ("altX", "drink"): 0.0, ("egoX", "drink"): 0.0,
        "simX": 0.8, "linear": 0.3, "quad": -0.05, "avSim": 3.0, "effFrom": 0.0,
    }  # fmt: skip
    return simulate(YEAR_GROUP, truth, begun, 1, chain=True, bounds={"drink": (1, 5)}, rng=1, quiet=True).panel(0)


YEAR_GROUP = rn.Specification(
    {"friend": ["density", "recip", "transTrip", "cycle3", "inPopSqrt", ("sameX", "sex"), ("altX", "sex"), ("egoX", "sex"),
                ("altX", "drink"), ("egoX", "drink"), ("simX", "drink")]},
    {"drink": ["linear", "quad", ("avSim", "friend"), ("effFrom", "sex")]},
)  # fmt: skip


@pytest.mark.benchmark(group="saom fit of 129")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_fit_of_129_people(benchmark, workers):
    """The whole fit at the default length, 19 parameters; ``processor_seconds`` tells apart a slow machine and a busy one."""
    panel = a_year_group()
    rn.fit_saom(panel, YEAR_GROUP, n_simulations=200, wanted=9.0, most_runs=1, workers=workers, quiet=True, rng=1)
    used = time.process_time()
    fit = benchmark.pedantic(lambda: rn.fit_saom(panel, YEAR_GROUP, workers=workers, quiet=True, rng=2), rounds=1)
    benchmark.extra_info.update(
        simulations=fit.n_simulations,
        overall_ratio=round(fit.overall_ratio, 3),
        processor_seconds=round(time.process_time() - used, 1),
    )
    assert fit.converged


def random_panel(n, mean_degree=5, seed=1):
    rng = np.random.default_rng(seed)

    def network():
        ends = np.unique(rng.integers(0, n, (n * mean_degree, 2)), axis=0)
        ends = ends[ends[:, 0] != ends[:, 1]]
        return sparse.csr_array((np.ones(len(ends)), ends.T), shape=(n, n))

    drink = rng.integers(1, 6, (n, 2)).astype(float)
    return rn.NetworkPanel.from_adjacency(
        [network(), network()],
        network="friend",
        behaviour={"drink": drink},
        covariates={"smoke": rng.integers(1, 4, n).astype(float)},
        directed=True,
    )


@pytest.mark.benchmark(group="saom ministep", timer=time.process_time)
@pytest.mark.parametrize("n", [50, 200, 1_000, 10_000])
@pytest.mark.parametrize("by_class", [True, False], ids=["by class", "everybody"])
def test_a_ministep_among_more_and_more_people(benchmark, reference, n, by_class):
    """The same model at mean degree 5; what everybody costs at 10,000 is left out."""
    if n == 10_000 and not by_class:
        pytest.skip("looking at everybody would take minutes and tell nothing new")
    specification, theta = reference
    theta = np.array(theta)
    setting = saom_setting(random_panel(n), specification, by_class=by_class)
    values = np.array(
        [
            6.0
            if each.effect == "Rate"
            else {"density": -0.5 * np.log(n / 5), "recip": 1.5, "transTrip": 0.3}.get(each.effect, 0.1)
            for each in setting.parameters
        ]
    )
    n_runs = max(1, 2_000 // n)
    with Simulator(setting, workers=1) as simulator:
        simulator.run(values, 1, np.random.default_rng(0))
        runs = benchmark.pedantic(lambda: simulator.run(values, n_runs, np.random.default_rng(1)), rounds=3)
    benchmark.extra_info.update(microseconds_a_ministep=round(1e6 * benchmark.stats["min"] / runs.n_steps, 3))
    assert runs.n_steps > 5 * n
