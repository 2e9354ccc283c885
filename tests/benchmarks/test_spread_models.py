"""How fast the tests and models of spread are, beside statsmodels in the same run. Processor time is counted, so
that other work on the machine weighs less.

Run with ``pytest tests/benchmarks/test_spread_models.py -o addopts="--import-mode=importlib"``.
"""

import time

import numpy as np
import pytest
from scipy.special import expit

import recoverynet as rn
from recoverynet.kernels.hazard import fit_binary
from recoverynet.worlds.worlds import simulate_panel


@pytest.fixture(scope="module")
def panel():
    """650 people, six waves, one tie in five changing between waves."""
    return simulate_panel(650, influence=2.0, ties_change=0.2, rng=1)


@pytest.mark.benchmark(timer=time.process_time)
@pytest.mark.parametrize("null", ["labels", "rewiring", "time_shuffle", "edge_reversal"])
def test_two_hundred_draws_of_a_contagion_test(benchmark, panel, null):
    test = benchmark.pedantic(lambda: rn.contagion_test(panel, null=null, n_permutations=200, rng=1), rounds=5, warmup_rounds=1)
    assert len(test.draws) == 200
    assert benchmark.stats["min"] < 1.0


@pytest.mark.benchmark(timer=time.process_time)
def test_hazard_of_six_waves(benchmark, panel):
    fit = benchmark.pedantic(lambda: rn.fit_hazard(panel, adjust=["observed_trait"]), rounds=20, warmup_rounds=2)
    assert fit.reason is None and benchmark.stats["min"] < 0.03


@pytest.mark.benchmark(timer=time.process_time)
def test_clustered_logit_beside_statsmodels(benchmark):
    import statsmodels.api as sm

    rng = np.random.default_rng(0)
    design = np.column_stack([np.ones(3000), rng.normal(size=(3000, 9))])
    outcome = (rng.random(3000) < expit(design @ rng.normal(scale=0.3, size=10) - 2)).astype(float)
    people = np.unique(rng.integers(0, 650, 3000), return_inverse=True)[1]

    def theirs():
        model = sm.GLM(outcome, design, family=sm.families.Binomial())
        return model.fit(cov_type="cluster", cov_kwds={"groups": people}).cov_params()

    fit = benchmark.pedantic(lambda: fit_binary(design, outcome, cluster=people), rounds=20, warmup_rounds=2)
    times = []
    for _ in range(5):
        begin = time.process_time()
        covariance = theirs()
        times.append(time.process_time() - begin)
    np.testing.assert_allclose(fit.covariance, covariance, rtol=1e-5, atol=1e-9)
    benchmark.extra_info["times faster than statsmodels"] = min(times) / benchmark.stats["min"]
    assert benchmark.stats["min"] < min(times)
