"""Target statistics of the fifty pupils: RSiena's, to print, for 85 parameters and each of the two periods."""

import json

import numpy as np
import pandas as pd
import pytest

from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.simulation import Simulator, target_statistics
from recoverynet.models.saom.specification import Specification, Term

PERIODS = ["V1", "V2"]


@pytest.fixture(scope="module")
def rsiena(shared):
    effects = json.loads(shared("reference/saom/s50_target_statistics.json").read_text())["effects"]
    return pd.DataFrame(effects)


def setting_of(pupils, rsiena, **options):
    terms = rsiena[~rsiena["basicRate"]]
    network, drink = (
        [Term(row.shortName, row.interaction1 or None, type=row.type) for row in terms[terms["name"] == name].itertuples()]
        for name in ("friend", "drink")
    )
    return saom_setting(pupils, Specification({"friend": network}, {"drink": drink}), **options)


def test_every_target_statistic(pupils, rsiena):
    assert len(rsiena) == 85
    setting = setting_of(pupils, rsiena)
    names = [(each.dependent, each.effect, each.type) for each in setting.parameters]
    assert names == list(rsiena[["name", "shortName", "type"]].itertuples(index=False, name=None))
    found = pd.DataFrame(target_statistics(setting).T, columns=PERIODS)
    gaps = (found - rsiena[PERIODS]).abs().max(axis=1)
    assert not (gaps > 1e-6).any(), rsiena.assign(gap=gaps)[gaps > 1e-6]
    np.testing.assert_allclose(found.sum(axis=1), rsiena["target"], atol=1e-6)


def test_internal_parameters_are_those_of_rsiena(pupils, rsiena):
    setting = setting_of(pupils, rsiena)
    theirs = rsiena[(rsiena["name"] == "friend") & ~rsiena["basicRate"]]
    ours = pd.Series(setting.model.numbers[:, 0], index=theirs.index)
    with_parameter = ~theirs["shortName"].isin(["balance", "inStructEq", "X"])
    pd.testing.assert_series_equal(ours[with_parameter], theirs.loc[with_parameter, "parm"].astype(float), check_names=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["s50_coevolution_avsim", "s50_coevolution_avalt", "s50_network_only"])
def test_simulations_at_estimates_of_rsiena_come_back_to_its_targets(pupils, shared, name):
    """Means, and standard errors from scores, of 2,000 simulations at θ as RSiena estimated it."""
    fit = json.loads(shared(f"reference/saom/{name}.json").read_text())
    effects = pd.DataFrame(fit["effects"])
    terms = effects[~effects["basicRate"]]
    network, drink = (
        [
            (row.shortName, row.interaction1) if row.interaction1 else row.shortName
            for row in terms[terms["name"] == dependent].itertuples()
        ]
        for dependent in ("friend", "drink")
    )
    setting = saom_setting(pupils, Specification({"friend": network}, {"drink": drink} if drink else {}))
    assert [each.effect for each in setting.parameters] == effects["shortName"].tolist()
    with Simulator(setting) as simulator:
        runs = simulator.run(effects["estimate"].to_numpy(), 2000, np.random.default_rng(1))
    statistics = runs.statistics.sum(axis=0)
    spread = statistics.std(axis=0, ddof=1)
    ratios = (statistics.mean(axis=0) - target_statistics(setting).sum(axis=0)) / spread
    np.testing.assert_allclose(ratios, effects["tconv"], atol=4 * np.sqrt(1 / 2000 + 1 / 3000))
    inverse = np.linalg.inv(runs.together.covariance)
    errors = np.sqrt(np.diag(inverse @ np.cov(statistics.T) @ inverse.T))
    np.testing.assert_allclose(errors, effects["se"], rtol=0.25)
    assert abs(errors / effects["se"] - 1).mean() < 0.1
