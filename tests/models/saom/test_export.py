"""Files and a script for RSiena: read back, and run in R against functions that write down what they are asked."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from driving import random_network, random_panel

from recoverynet import NetworkPanel
from recoverynet.errors import SchemaError
from recoverynet.models.saom.effects import RATE_EFFECTS, STEP_EFFECTS, TIE_EFFECTS, own_effect
from recoverynet.models.saom.export import write_rsiena
from recoverynet.models.saom.specification import Specification, Term

STUB = Path(__file__).with_name("rsiena_stub.R")
needs_r = pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")


def ran(folder):
    """What the script asked RSiena for, a line a call."""
    program = f"source('{STUB}'); source('fit.R')"
    done = subprocess.run(["Rscript", "--vanilla", "-e", program], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return (folder / "calls.txt").read_text().splitlines()


def asked(specification, panel, folder, **arguments):
    """Effects that the script includes, without reading data."""
    write_rsiena(panel, specification, folder, overwrite=True, **arguments)
    return [line[len("effects <- ") :] for line in (folder / "fit.R").read_text().splitlines()
            if line.startswith("effects <- ") and "getEffects" not in line]  # fmt: skip


def table(path):
    return np.array([[np.nan if word == "NA" else float(word) for word in line.split()]
                     for line in path.read_text().splitlines()])  # fmt: skip


@pytest.fixture
def panel():
    return random_panel(np.random.default_rng(0), 12, n_waves=3)


SMALL = Specification({"friend": ["density", "recip"]}, {"drink": ["linear", ("avSim", "friend")]})


def test_matrices_read_back_with_codes_for_fixed_and_unknown(tmp_path):
    rng = np.random.default_rng(1)
    first, second = random_network(rng, 6, 0.3), random_network(rng, 6, 0.3)
    first[0, 1], first[1, 0], first[2, 3] = 11, 10, np.nan
    drink = np.array([[1, 2], [2, np.nan], [3, 3], [1, 1], [2, 2], [3, 2.0]])
    waves = NetworkPanel.from_adjacency([first, second], network="friend", behaviour={"drink": drink})
    written = write_rsiena(waves, SMALL, tmp_path / "new" / "folder")
    assert [path.name for path in written] == ["fit.R", "friend_wave1.dat", "friend_wave2.dat", "drink.dat"]
    np.testing.assert_array_equal(table(written[1]), first)
    np.testing.assert_array_equal(table(written[2]), second)
    np.testing.assert_array_equal(table(written[3]), drink)


def test_nobody_is_named(tmp_path):
    people = [f"person-{letter}" for letter in "abcdefgh"]
    rng = np.random.default_rng(2)
    houses = np.repeat(["Elm Grove", "Oak Lane"], 4)
    networks = [random_network(rng, 8, 0.4) * (houses[:, None] == houses) for _ in range(2)]
    worker = np.array([f"worker-{number}" for number in range(8)], object)
    waves = NetworkPanel.from_adjacency(
        networks, network="friend", people=people, groups=houses, covariates={"worker_id": worker, "unused": worker}
    )
    written = write_rsiena(waves, Specification({"friend": ["density", ("sameX", "worker_id")]}), tmp_path)
    text = " ".join(path.read_text() + path.name for path in written)
    assert not any(word in text for word in [*people, *worker, "Elm", "Oak", "unused"])
    np.testing.assert_array_equal(table(tmp_path / "group2_worker_id.dat").ravel(), [5, 6, 7, 8])
    assert "codes 1, 2, ... are the words in alphabetical order" in text


@needs_r
def test_script_reads_the_tables_and_asks_for_the_model(panel, tmp_path):
    terms = [
        "density", "recip", Term("gwespFF", parameter=50), ("simX", "age"), ("X", "near"), ("RateX", "age"),
        Term("egoX", "drink", times=["recip"], start=0.5), Term("cycle3", fixed=0.0), Term("recip", type="creation"),
    ]  # fmt: skip
    model = Specification({"friend": terms}, {"drink": ["linear", "quad", ("avSim", "friend"), "outRate", ("effFrom", "age")]})
    write_rsiena(panel, model, tmp_path, seed=7)
    calls = ran(tmp_path)
    ties = sum(int(matrix.nnz) for matrix in panel.networks)
    assert calls[:2] == [
        f"dependent oneMode 12x12x3 sum {ties} unknown 0",
        f"dependent behavior 12x3 sum {int(panel.behaviour['drink'].sum())} unknown 0",
    ]
    assert calls[2].startswith("coCovar 12 mean") and calls[3].startswith("coDyadCovar 12x12 mean")
    assert calls[4:6] == ["data friend drink age near", "getEffects 10 4"]
    assert calls[6:20] == [
        'include density name="friend" type="eval"',
        'include recip name="friend" type="eval"',
        'set gwespFF name="friend" type="eval" parameter=50',
        'include simX name="friend" type="eval" interaction1="age"',
        'include X name="friend" type="eval" interaction1="near"',
        'include RateX name="friend" type="rate" interaction1="age"',
        'interaction egoX recip name="friend" type="eval" interaction1=c("drink", "") initialValue=0.5',
        'set cycle3 name="friend" type="eval" fix=TRUE test=TRUE initialValue=0',
        'include recip name="friend" type="creation"',
        'include linear name="drink" type="eval"',
        'include quad name="drink" type="eval"',
        'include avSim name="drink" type="eval" interaction1="friend"',
        'include outRate name="drink" type="rate" interaction1="friend"',
        'include effFrom name="drink" type="eval" interaction1="age"',
    ]
    assert calls[20:] == ["algorithm cond FALSE  n3 3000 seed 7 model  ", "siena07 first", "siena07 again", "siena07 again"]


@needs_r
def test_groups_joiners_and_changing_covariates(tmp_path):
    rng = np.random.default_rng(3)
    houses = np.array([1] * 5 + [2] * 6)
    here = np.ones((11, 3), bool)
    here[0, 0] = here[1, 2] = here[2, 1] = False
    here[4] = False
    networks = [random_network(rng, 11, 0.4) * (houses[:, None] == houses) * np.outer(at, at) for at in here.T]
    age, mood = rng.normal(40, 9, 11).round(), rng.integers(0, 4, (11, 3)).astype(float)
    mood[7, 1] = np.nan
    waves = NetworkPanel.from_adjacency(
        networks,
        network="friend",
        groups=houses,
        present=here,
        covariates={"age": age, "mood": mood},
        behaviour={"drink": rng.integers(1, 4, (11, 3)).astype(float)},
    )
    model = Specification({"friend": ["density", ("egoX", "age"), ("altX", "mood")]}, {"drink": ["linear"]})
    write_rsiena(waves, model, tmp_path, change_at=0.25)
    calls = ran(tmp_path)
    assert "# 4 + 6 people, 3 waves." in (tmp_path / "fit.R").read_text()
    assert "composition 4 1.25 3; 1 2.25; 1 1.25 2.25 3; 1 3" in calls
    assert "composition 6 " + "; ".join(["1 3"] * 6) in calls
    assert "group of 2" in calls and calls.count("data friend drink age mood composition") == 2
    means = [float(line.split()[3]) for line in calls if line.startswith("coCovar")]
    kept = np.array([0, 1, 2, 3]), np.arange(5, 11)
    np.testing.assert_allclose(means, [age[part].mean() - age.mean() for part in kept], atol=1e-6)
    assert [line.split()[1] for line in calls if line.startswith("varCovar")] == ["4x2", "6x2"]
    assert all("centered FALSE" in line for line in calls if "Covar" in line)
    assert [line.split()[-1] for line in calls if line.startswith("dependent behavior")] == ["3", "0"]


@needs_r
def test_undirected_networks_and_conditions(tmp_path):
    waves = random_panel(np.random.default_rng(4), 10, directed=False)
    terms = ["density", Term("transTrip", fixed=0.25), "gwespFF", ("egoX", "age"), "outTrunc", "outRateInv"]
    write_rsiena(waves, Specification({"friend": terms}), tmp_path, conditional="friend")
    calls = ran(tmp_path)
    assert 'set transTriads name="friend" type="eval" fix=TRUE test=TRUE initialValue=0.5' in calls
    assert 'set gwesp name="friend" type="eval" parameter=69' in calls
    assert 'set outTrunc name="friend" type="eval" parameter=1' in calls
    assert "algorithm cond TRUE friend n3 3000 seed 1 model friend 2" in calls
    assert "RSiena's parameter is 2 times that of transTrip" in (tmp_path / "fit.R").read_text()


@needs_r
def test_names_become_names_of_r(tmp_path):
    rng = np.random.default_rng(5)
    waves = NetworkPanel.from_adjacency(
        [random_network(rng, 6, 0.4) for _ in range(2)],
        network="café visits",
        behaviour={"2 drinks": rng.integers(1, 4, (6, 2)).astype(float)},
        covariates={"age (years)": np.arange(6.0), "age-years": np.arange(6.0), "if": np.arange(6.0)},
    )
    ego = [("egoX", name) for name in waves.covariates]
    model = Specification({"café visits": ["density", *ego]}, {"2 drinks": ["linear", "avAlt"]})
    write_rsiena(waves, model, tmp_path)
    assert "data caf.visits x.2.drinks age.years age.years.2 x.if" in ran(tmp_path)
    assert "# caf.visits is a name as R takes it; it was 'café visits'." in (tmp_path / "fit.R").read_text()


@pytest.mark.slow
def test_every_effect_is_written_or_refused_with_a_reason(panel, tmp_path):
    refused = set()
    for kind, effects in (("network", TIE_EFFECTS), ("behaviour", STEP_EFFECTS), ("rate", RATE_EFFECTS)):
        for name, effect in effects.items():
            about = "near" if name == "X" else "age" if effect.covariate else None
            terms = [Term(name, about)]
            networks = ["density"] if kind != "network" or name == "density" else ["density", *terms]
            both = {"drink": terms if kind == "behaviour" else ["linear", *terms]} if kind != "network" else {}
            if name in ("linear",):
                both = {"drink": ["linear"]}
            try:
                lines = asked(Specification({"friend": networks}, both), panel, tmp_path)
                assert any(f"(effects, {name}," in line for line in lines), name
            except SchemaError as error:
                refused.add(name)
                assert "RSiena" in str(error)
    assert refused == {"outRateInv"}


def test_internal_parameters_are_always_written(panel, tmp_path):
    terms = ["density", "outPop", "inActSqrt", Term("reciAct", parameter=2), Term("inAct", times=["recip"])]
    lines = asked(Specification({"friend": terms}), panel, tmp_path)
    written = {line.split(",")[1].strip(): line.split("parameter = ")[1].split(",")[0].rstrip(")")
               for line in lines if "parameter" in line}  # fmt: skip
    assert written == {"inAct": "1", "outPop": "1", "inActSqrt": "0", "reciAct": "2"}


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ([own_effect(lambda ego, ties, values: ties[ego].sum() * 1.0, "mine")], "effect of your own, which RSiena does not know"),
        ([Term("reciAct", type="creation")], "reciAct has an eval part only; reciAct was asked for as 'creation'"),
        ([Term("cycle3", times=["recip"])], "does not count cycle3 among these"),
        ([Term("inActSqrt", parameter=1), Term("inActSqrt", times=["recip"])], "one internal parameter for inActSqrt"),
    ],
)  # fmt: skip
def test_what_rsiena_lacks_is_refused(panel, tmp_path, terms, message):
    with pytest.raises(SchemaError, match=message):
        write_rsiena(panel, Specification({"friend": ["density", *terms]}), tmp_path)
    assert not list(tmp_path.iterdir())


def test_bounds_folders_and_numbers_are_looked_at(panel, tmp_path):
    with pytest.raises(SchemaError, match="levels of 'drink' that were observed, 1 to 4; bounds of 1 to 6 cannot"):
        write_rsiena(panel, SMALL, tmp_path, bounds={"drink": (1, 6)})
    write_rsiena(panel, SMALL, tmp_path, bounds={"drink": (1, 4)})
    with pytest.raises(SchemaError, match="holds files already; give an empty folder, or overwrite=True"):
        write_rsiena(panel, SMALL, tmp_path)
    write_rsiena(panel, SMALL, str(tmp_path), overwrite=True)
    with pytest.raises(SchemaError, match="is a file; give a folder"):
        write_rsiena(panel, SMALL, tmp_path / "fit.R")
    with pytest.raises(SchemaError, match="(n_simulations|seed) is a whole number"):
        write_rsiena(panel, SMALL, tmp_path, n_simulations=0, overwrite=True)
    lonely = NetworkPanel.from_adjacency(
        [np.eye(3, k=k)[:3] * np.array([[1, 1, 0]]) * np.array([[1], [1], [0]]) for k in (1, -1)], network="friend",
        groups=[1, 1, 2],
    )  # fmt: skip
    with pytest.raises(SchemaError, match="two people or more in each group; 1 of 2 groups have one"):
        write_rsiena(lonely, Specification({"friend": ["density"]}), tmp_path, overwrite=True)


def test_covariates_of_pairs_that_change_are_one_file_a_period(tmp_path):
    rng = np.random.default_rng(2)
    met = rng.random((3, 12, 12)).round(2)
    panel = random_panel(rng, 12, n_waves=3, dyadic={"met": met, "near": met[0]})
    asked(Specification({"friend": ["density", ("X", "met"), ("X", "near")]}), panel, tmp_path)
    lines = (tmp_path / "fit.R").read_text().splitlines()
    given = 'varDyadCovar(array(unlist(lapply(1:2, function(wave) read(paste0("met_wave", wave)))), dim = c(n, n, 2)))'
    assert any(f"met = {given}" in line for line in lines)
    assert any('near = coDyadCovar(read("near"))' in line for line in lines)
    written = np.loadtxt(tmp_path / "met_wave2.dat")
    np.testing.assert_allclose(written, np.where(np.eye(12, dtype=bool), 0.0, met[1]))
