"""What notebook 04 tells its reader holds: test_notebooks runs it, this looks at what it claims."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.models.saom.sources import INFLUENCE, SELECTION, similarity_sources
from recoverynet.samples import sample_folder

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "04_coevolution.ipynb"


@pytest.fixture(scope="module")
def said():
    """Everything the first two code cells and those of the café and of the men name, run as they stand in the notebook."""
    names: dict[str, object] = {"display": lambda *_: None}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type == "code" and "s50" not in cell.source and "goodness_of_fit" not in cell.source:
            exec(compile(cell.source, NOTEBOOK.name, "exec"), names)  # noqa: S102
    return names


@pytest.mark.slow
def test_ties_have_no_direction_and_a_quarter_of_the_states_are_unknown(said):
    cafe = said["cafe"]
    assert not cafe.directed and cafe.n_people == 51
    unknown = np.isnan(cafe.behaviour["state"]).mean(axis=0)
    assert ((unknown > 0.25) & (unknown < 0.3)).all(), "more than a quarter of whose states are unknown"


@pytest.mark.slow
def test_what_the_text_says_of_the_cafes(said):
    fit = said["fit"]
    assert fit.converged
    frame = fit.to_frame().set_index("effect")
    influence = frame.loc["avSim"]
    assert influence["std_error"] > 10 * abs(influence["estimate"]), "larger than ten times"
    assert frame.loc["gwespFF", "p"] < 0.01 and frame.loc["sameX", "p"] < 0.01
    assert 0.01 < frame.loc["simX", "p"] < 0.10, "at the edge of chance"


@pytest.mark.slow
def test_degrees_fit_and_triangles_do_not(said):
    tests = rn.goodness_of_fit(said["fit"], ["outdegree", "triads"], n_simulations=300, quiet=True, rng=2).to_frame()
    assert tests.loc["degree", "p"] > 0.05 and tests.loc["triads", "p"] < 0.05


@pytest.mark.slow
def test_what_the_text_says_of_the_men(said):
    liking, men = said["liking"], said["men"]
    assert men.n_people == 18 and men.n_waves == 3 and men.directed and not men.behaviour
    assert liking.converged
    frame = liking.to_frame().set_index("effect")
    for effect in ("recip", "gwespFF"):
        assert frame.loc[effect, "estimate"] > 0 and frame.loc[effect, "p"] < 0.01, effect
    three = [np.diff(wave.tocsr().indptr) == 3 for wave in men.networks]
    assert np.mean(three) > 0.85, "nearly all named three"


@pytest.mark.slow
def test_names_received_fit_and_names_given_do_not(said):
    tests = rn.goodness_of_fit(said["liking"], ["outdegree", "indegree"], n_simulations=400, quiet=True, rng=2).to_frame()
    assert tests.loc["indegree", "p"] > 0.05 and tests.loc["outdegree", "p"] < 0.05


def test_the_men_are_those_of_the_file_they_came_from(shared):
    named = pd.read_csv(sample_folder("monastery") / "nominations.csv")
    came = rn.read_network(shared("data/netfiles/SAMPSON.DAT"))
    for wave in (1, 2, 3):
        network = came.networks[f"SAMPLK{wave}"]
        place = {f"man_{k + 1:02d}": k for k in range(18)}
        rows = named[named["wave"] == wave]
        ours = np.zeros((18, 18))
        ours[rows["ego_id"].map(place), rows["alter_id"].map(place)] = rows["weight"]
        assert np.array_equal(ours, network.weights.toarray())
    text = (sample_folder("monastery") / "nominations.csv").read_text(encoding="utf-8")
    assert not [name for name in network.people.index if name in text]


def test_real_data_come_with_their_source_and_licence():
    folder = sample_folder("monastery")
    codebook, licence = ((folder / name).read_text(encoding="utf-8") for name in ("README.md", "LICENSE"))
    assert "Sampson" in codebook and "netdiffuseR" in codebook and "MIT" in codebook
    assert "Copyright (c) 2018 Thomas W. Valente" in licence and "Permission is hereby granted" in licence


@pytest.mark.slow
def test_what_the_text_says_of_the_pupils(shared):
    folder = shared("data/s50/friendships.csv").parent
    named = pd.read_csv(folder / "friendships.csv")
    used = pd.read_csv(folder / "substance_use.csv", dtype={"value": str})
    pupils = rn.NetworkPanel.from_nominations(named, used, breaks="wave")
    model = rn.Specification(
        network={"network": ["density", "recip", "transTrip", ("altX", "alcohol"), ("egoX", "alcohol"), ("simX", "alcohol")]},
        behaviour={"alcohol": ["linear", "quad", ("avSim", "network")]},
    )
    fit = rn.fit_saom(pupils, model, quiet=True, rng=2)
    frame = fit.to_frame().set_index("effect")
    assert fit.converged and frame.loc["simX", "estimate"] > 0 and frame.loc["avSim", "estimate"] > 0
    assert fit.time_test().p > 0.05
    shares = similarity_sources(fit, "alcohol", n_simulations=400, quiet=True, rng=2).to_frame().set_index("source")
    for one, other in ((SELECTION, INFLUENCE), (INFLUENCE, SELECTION)):
        assert shares.loc[one, "low"] < shares.loc[other, "share"] < shares.loc[one, "high"], "which is larger is not told"


def test_words_that_are_not_used():
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert not re.findall(r"\b(?:caus\w*|contagious|addict\w*|proves?)\b", text, re.IGNORECASE)
