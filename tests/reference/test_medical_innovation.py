"""The doctors of Coleman, Katz and Menzel: every number of netdiffuseR, with the options that package
implies.
"""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from recoverynet import NetworkPanel, adoption, exposure, thresholds
from recoverynet.measures.autocorrelation import autocorrelation
from recoverynet.measures.curves import bass_fit, hazard_curve
from recoverynet.measures.exposure import StructuralEquivalence
from recoverynet.measures.infectiousness import infectiousness, susceptibility
from recoverynet.measures.thresholds import adopter_categories

FOLDER = "reference/diffusion/medical_innovation"
N_WAVES = 18


@pytest.fixture(scope="module")
def doctors(shared):
    """125 doctors, 18 months, one network; the 16 of month 18 never adopted in the study."""
    edges = pd.read_csv(shared(f"{FOLDER}/edges.csv"))
    adopted = pd.read_csv(shared(f"{FOLDER}/adoption.csv"))
    people = pd.Index([f"d{node:03d}" for node in adopted["node"]], name="person_id")
    row = pd.Index(adopted["node"]).get_indexer(edges["source"])
    column = pd.Index(adopted["node"]).get_indexer(edges["target"])
    network = sparse.csr_array((edges["weight"].astype(float), (row, column)), shape=(len(people),) * 2)
    time = adopted["time_of_adoption"].to_numpy()
    held = (time[:, None] <= np.arange(1, N_WAVES + 1)) & (time[:, None] < N_WAVES)
    waves = pd.DataFrame({"start": pd.NaT, "end": pd.NaT}, index=pd.RangeIndex(1, N_WAVES + 1, name="wave"))
    return NetworkPanel(people, waves, (network,) * N_WAVES, directed=True, behaviour={"tetracycline": held.astype(float)})


@pytest.fixture(scope="module")
def summary(shared):
    return json.loads(shared(f"{FOLDER}/summary.json").read_text())


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("exposure_direct_normalized", {"lag": 0}),
        ("exposure_direct_count", {"lag": 0, "normalise": False}),
        ("exposure_incoming", {"lag": 0, "direction": "in"}),
        ("exposure_lag1", {"lag": 1}),
        (
            "exposure_structural_equivalence",
            {"lag": 0, "weights": StructuralEquivalence(longest=6, unreachable="zero", inverse=True)},
        ),
    ],
)
def test_exposure(doctors, shared, name, options):
    expected = pd.read_csv(shared(f"{FOLDER}/{name}.csv")).to_numpy()
    frame = exposure(doctors, "tetracycline", isolates="zero", last_period_adopts=True, **options)
    np.testing.assert_allclose(frame["exposure"].unstack().to_numpy(), expected, rtol=0, atol=1e-8)


def test_thresholds_and_adopter_categories(doctors, shared):
    options = {"lag": 0, "left_censored": True, "isolates": "zero", "last_period_adopts": True}
    expected = pd.read_csv(shared(f"{FOLDER}/node_measures.csv"))["threshold"].to_numpy()
    np.testing.assert_allclose(thresholds(doctors, **options)["threshold"], expected, rtol=0, atol=1e-8)
    classes = pd.read_csv(shared(f"{FOLDER}/adopter_classes.csv"))
    ours = adopter_categories(doctors, **options)
    timing = {
        "earliest": "Early Adopters",
        "early majority": "Early Majority",
        "late majority": "Late Majority",
        "latest": "Laggards",
    }
    assert ours["timing"].map(timing).tolist() == classes["toa_class"].tolist()
    assert [f"{level} thresh.".lower() for level in ours["threshold_level"]] == [
        word.lower() for word in classes["threshold_class"]
    ]


@pytest.mark.parametrize(
    ("measure", "column", "name"),
    [(infectiousness, "infectiousness", "infection"), (susceptibility, "susceptibility", "susceptibility")],
)
def test_infection_and_susceptibility(doctors, shared, measure, column, name):
    expected = pd.read_csv(shared(f"{FOLDER}/node_measures.csv"))[name].to_numpy()
    ours = measure(doctors, normalise=True, undefined="zero", last_period_adopts=True)
    np.testing.assert_allclose(ours[column], expected, rtol=0, atol=1e-8)


def test_hazard_and_cumulative_adopters(doctors, summary):
    curve = hazard_curve(doctors, last_period_adopts=True)
    np.testing.assert_allclose(curve["hazard"][1:], summary["hazard"][1:], rtol=0, atol=1e-8)
    assert np.isnan(curve["hazard"].iloc[0])
    count, part, growth = np.array(summary["cumulative"])
    np.testing.assert_array_equal(curve["n_adopted"], count)
    np.testing.assert_allclose(curve["share_adopted"], part, rtol=0, atol=1e-8)
    np.testing.assert_allclose(curve["growth"][1:], growth[1:], rtol=0, atol=1e-8)


def test_those_who_never_adopted_are_right_censored_unless_asked(doctors):
    plain = adoption(doctors)
    assert plain["right_censored"].sum() == 16 and plain.loc[plain["right_censored"], "wave"].isna().all()
    assert hazard_curve(doctors)["hazard"].iloc[-1] == 0
    assert (adoption(doctors, last_period_adopts=True).loc[plain["right_censored"], "wave"] == 18).all()
    assert plain["left_censored"].sum() == 11


def test_bass(doctors, summary):
    fit = bass_fit(doctors, last_period_adopts=True)["estimate"]
    assert fit["p"] == pytest.approx(summary["bass"]["p"], abs=1e-6)
    assert fit["q"] == pytest.approx(summary["bass"]["q"], abs=1e-6)


def test_moran_of_cumulative_adoption(doctors, summary):
    """Valued ties, rows normalised to one; in period 18 everybody counts as an adopter."""
    held = doctors.behaviour["tetracycline"].copy()
    held[held.max(axis=1) == 0, -1] = 1.0
    table = autocorrelation(doctors, held, weighted=True, row_normalise=True, n_permutations=0)
    table = table.xs("moran", level="statistic")
    for column, row in zip(("observed", "expected", "sd", "p_analytic"), summary["moran"], strict=True):
        np.testing.assert_allclose(table[column], np.array(row, dtype=float), rtol=0, atol=1e-8, equal_nan=True)
    assert table["reason"].iloc[-1] == "everybody of known value has the same value"
