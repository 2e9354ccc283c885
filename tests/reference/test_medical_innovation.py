"""The doctors of Coleman, Katz and Menzel: every number of netdiffuseR, with the options that package implies."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from recoverynet import NetworkPanel, exposure
from recoverynet.measures.exposure import StructuralEquivalence

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
    return NetworkPanel(
        people, waves, (network,) * N_WAVES, directed=True, behaviour={"tetracycline": held.astype(float)}
    )


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
