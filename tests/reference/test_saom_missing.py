"""RSiena's target statistics, and its estimates, where people are missing, join or leave, and at parts of effects."""

import numpy as np
import pytest
from saom_folders import in_our_order, read_folder

import recoverynet as rn
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.simulation import target_statistics

FOLDERS = [
    "e_missing",
    "e2_missing_beh",
    "f_struct",
    "g3_na",
    "g_late_na",
    "h_creation",
    "h2_endow_beh",
    "j4_ratex_beh",
    "k_undirected",
]
UNDIRECTED = {("friend", "Rate"): 2.0, ("friend", "density"): 0.5, ("friend", "transTrip"): 1 / 6}
"""RSiena counts changes of undirected ties twice, ties once where we count both ends, and triads once."""


@pytest.mark.parametrize("name", FOLDERS)
def test_targets_are_those_of_rsiena(shared, name):
    panel, specification, answers = read_folder(shared(f"reference/saom/missing_and_movers/{name}"))
    setting = saom_setting(panel, specification)
    wanted = in_our_order(answers, setting.parameters)["target"].to_numpy()
    factors = [1.0 if panel.directed else UNDIRECTED.get((each.dependent, each.effect), 1.0) for each in setting.parameters]
    np.testing.assert_allclose(target_statistics(setting).sum(axis=0) * factors, wanted, atol=1e-6)


def test_what_absent_people_hold_does_not_matter(shared):
    folder = shared("reference/saom/missing_and_movers/g_late_na")
    targets = [
        target_statistics(saom_setting(*read_folder(folder, absent_as=value)[:2])) for value in (np.nan, 0.0)
    ]  # fmt: skip
    np.testing.assert_array_equal(targets[0], targets[1])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["e_missing", "e2_missing_beh", "f_struct", "g_late_na", "j4_ratex_beh"])
def test_estimates_are_near_those_of_rsiena(shared, name):
    """One fit each, RSiena's with 1,000 simulations and one seed: within 0.6 of its standard errors."""
    panel, specification, answers = read_folder(shared(f"reference/saom/missing_and_movers/{name}"))
    fit = rn.fit_saom(panel, specification, n_simulations=1000, wanted=0.15, most_runs=15, quiet=True, rng=1)
    wanted = in_our_order(answers, fit.setting.parameters)
    assert fit.converged
    assert (np.abs(fit.theta - wanted["estimate"]) / wanted["se"]).max() < 0.6
