"""What stands in the way of an estimation, in words, and statistics that nearly every simulation meets."""

import numpy as np

from recoverynet.models.saom.not_finite import what_is_wrong, without_way_back

NAMES = ["rate", "recip", "avSim", "density"]
RATES = np.array([True, False, False, False])


def test_trouble_names_effects_that_are_hardly_told():
    words = what_is_wrong(
        ["rate", "recip", "avSim"], np.array([60.0, 1.0, 54.8]), np.diag([400.0, 0.04, 1e6]), np.array([0.0, -0.3, 0.1]),
        np.array([True, False, False]),
    )  # fmt: skip
    assert words.startswith("Furthest from the data is recip (t-ratio −0.30).")
    assert words.endswith("avSim is hardly told by the data (54.8, standard error 1,000).")


def test_nothing_stands_out_where_all_is_well_but_the_furthest():
    plain = what_is_wrong(NAMES, np.ones(4), np.diag([0.1, 0.2, 0.3, 100.0]), np.array([0.1, -0.3, 0.2, 0.05]), RATES)
    assert plain == "Furthest from the data is recip (t-ratio −0.30)."
    assert what_is_wrong(NAMES, np.ones(4), np.full((4, 4), np.nan), np.full(4, np.nan), RATES) == ""


def test_estimates_that_go_together_are_named_in_pairs_unless_they_are_hardly_told():
    """Correlations of recip with avSim −0.96, with density 0.94; held parameters (NaN) and errors of 0 go with nothing."""
    errors = np.array([20.0, 2.0, 3.0, 4.0])
    alike = np.eye(4)
    alike[1, 2] = alike[2, 1] = -0.96
    alike[1, 3] = alike[3, 1] = 0.94
    alike[0, 3] = alike[3, 0] = 0.951
    t_ratios = np.array([np.nan, 0.1, -0.2, 0.15])
    said = what_is_wrong(NAMES, np.ones(4), alike * np.outer(errors, errors), t_ratios, RATES)
    assert said == (
        "Furthest from the data is avSim (t-ratio −0.20). rate and density go together (correlation 0.95): one may do. "
        "recip and avSim go together (correlation -0.96): one may do."
    )
    errors[1] = 10.1
    told = what_is_wrong(NAMES, np.full(4, 0.12345), alike * np.outer(errors, errors), t_ratios, RATES)
    assert "recip is hardly told by the data (0.123, standard error 10)." in told and "recip and avSim" not in told
    errors[1:3] = 2.0, 10.1
    told = what_is_wrong(NAMES, np.ones(4), alike * np.outer(errors, errors), t_ratios, RATES)
    assert "avSim is hardly told" in told and "recip and avSim" not in told and "rate and density go together" in told
    errors[2] = 3.0
    held = alike * np.outer(errors, errors)
    held[1], held[:, 1], held[0], held[:, 0] = np.nan, np.nan, 0.0, 0.0
    assert what_is_wrong(NAMES, np.ones(4), held, t_ratios, RATES) == "Furthest from the data is avSim (t-ratio −0.20)."


def test_no_more_than_three_pairs_are_named():
    together = np.full((4, 4), 0.99) + 0.01 * np.eye(4)
    assert what_is_wrong(NAMES, np.ones(4), together, np.zeros(4), RATES).count("go together") == 3


def test_statistics_that_nine_in_ten_simulations_meet_have_no_way_back():
    """Met by all but one in ten, all but two, all (never varying), and by none."""
    sums = np.zeros((10, 4))
    sums[0, 0] = sums[:2, 1] = 1.0
    sums[:, 3] = np.arange(10) + 0.5
    assert without_way_back(sums, np.zeros(4)).tolist() == [0]
    assert without_way_back(sums + 1e-12, np.zeros(4)).tolist() == [0]
