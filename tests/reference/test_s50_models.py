"""The 50 pupils of Glasgow: what R gives for the lagged logit, SISa and network autocorrelation."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import recoverynet as rn
from recoverynet.graphs.panel import NetworkPanel


@pytest.fixture(scope="module")
def s50(shared):
    """50 pupils, three yearly waves; ``drinks`` is alcohol 4 or 5."""
    ties = pd.read_csv(shared("data/s50/friendships.csv"))
    use = pd.read_csv(shared("data/s50/substance_use.csv"))
    people = pd.Index(sorted(use["person_id"].unique()), name="person_id")
    networks = []
    for _, named in ties.groupby("wave"):
        row, column = (people.get_indexer(named[name]) for name in ("ego_id", "alter_id"))
        networks.append(sparse.csr_array((np.ones(len(named)), (row, column)), shape=(50, 50)))
    tables = {
        name: part.pivot(index="person_id", columns="wave", values="value").loc[people].to_numpy(dtype=float)
        for name, part in use.groupby("variable")
    }
    waves = pd.DataFrame({"start": pd.NaT, "end": pd.NaT}, index=pd.RangeIndex(1, 4, name="wave"))
    behaviour = {**tables, "drinks": (tables["alcohol"] >= 4).astype(float)}
    return NetworkPanel(pd.DataFrame(index=people), waves, tuple(networks), behaviour=behaviour)


def test_pooled_lagged_logit(s50):
    fit = rn.fit_hazard(s50, "drinks", transition="holding", link="logit", errors="model")
    assert fit.n_rows == 93
    assert fit.estimate == pytest.approx(0.686, abs=5e-4)
    assert fit.std_error == pytest.approx(0.666, abs=5e-4)
    assert list(fit.table.index) == ["constant", "wave 3", "exposure", "own state"]


def test_sisa_table_and_line(s50):
    fit = rn.fit_sisa(s50, "drinks")
    gains = fit.counts.loc["gain"]
    assert gains["at_risk"].to_dict() == {0: 34, 1: 19, 2: 10, 3: 1}
    assert gains["changed"].to_dict() == {0: 4, 1: 6, 2: 4, 3: 0}
    assert fit.table.loc["gain, spontaneous", "estimate"] == pytest.approx(0.1406, abs=5e-5)
    assert fit.estimate == pytest.approx(0.1190, abs=5e-5)


@pytest.mark.parametrize(("kind", "name", "rho"), [("lag", "s50_lnam", "rho1"), ("error", "s50_lnam_error", "rho2")])
def test_network_autocorrelation(s50, shared, kind, name, rho):
    theirs = json.loads(shared(f"reference/autocorrelation/{name}.json").read_text())
    terms = np.column_stack([s50.behaviour["alcohol"][:, 0], s50.behaviour["smoking"][:, 0]])
    fit = rn.network_autocorrelation(s50.at(1), s50.behaviour["alcohol"][:, 1], terms, kind=kind, information="observed")
    assert fit.log_likelihood == pytest.approx(theirs["loglik"][0][0], abs=1e-8)
    assert fit.estimate == pytest.approx(theirs[rho], abs=1e-4)
    assert fit.std_error == pytest.approx(theirs[f"{rho}_se"], rel=0.01)
    np.testing.assert_allclose(fit.table["estimate"].iloc[1:], theirs["beta"], atol=1e-4)
    np.testing.assert_allclose(fit.table["std_error"].iloc[1:], theirs["beta_se"], rtol=0.01)
    assert fit.sigma2 == pytest.approx(theirs["sigma"][0][0] ** 2, rel=1e-4)


def test_fifty_pupils_do_not_show_influence(s50):
    for null in ("labels", "rewiring", "time_shuffle"):
        assert rn.contagion_test(s50, "drinks", null=null, n_permutations=499, rng=1).p > 0.05
    assert rn.fit_hazard(s50, "drinks").p > 0.05
