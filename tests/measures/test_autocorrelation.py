"""Moran's I, Geary's C and assortativity: by hand, by every arrangement, against networkx, and with nothing to say."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import stats

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.measures import autocorrelation as autocorrelations
from recoverynet.measures.autocorrelation import autocorrelation

NAN = np.nan
PATH = np.diag(np.ones(4), 1) + np.diag(np.ones(4), -1)  # a – b – c – d – e


@pytest.fixture
def path():
    return rn.PersonNetwork(PATH, list("abcde"))


def planted(n=120):
    """A ring of people whose norm comes in stretches of six."""
    ring = np.roll(np.eye(n), 1, axis=1)
    return rn.PersonNetwork(ring + ring.T, [f"p{i:03d}" for i in range(n)]), ((np.arange(n) // 6) % 2).astype(float)


def test_autocorrelation_by_hand(path):
    table = autocorrelation(path, [0, 0, 1, 1, 1], n_permutations=0).loc[1]
    # z = −.6, −.6, .4, .4, .4; Σz² = 1.2; products along the path .36 − .24 + .16 + .16
    assert table.loc["moran", "observed"] == pytest.approx(5 / 8 * 2 * 0.44 / 1.2)
    assert table.loc["geary", "observed"] == pytest.approx(4 / (2 * 8) * 2 * 1 / 1.2)
    assert table.loc["moran", ["n_people", "n_ties", "expected"]].tolist() == [5, 4, -0.25]
    assert table["p"].isna().all() and table.loc["moran", "p_analytic"] > 0


def test_two_people_who_differ_are_the_fewest_there_can_be():
    """Swapping the two changes nothing: I = 2/2 · 2 · (−1/4) / (1/2) = −1 both times."""
    moran = autocorrelation(rn.PersonNetwork(1 - np.eye(2), ["a", "b"]), [0, 1]).loc[(1, "moran")]
    assert moran["exact"] and moran["n_runs"] == 2 and moran["n_people"] == 2
    assert moran[["observed", "null_mean", "null_sd", "p"]].tolist() == [-1, -1, 0, 1]
    assert moran[["expected", "sd", "z", "p_analytic"]].isna().all()


@pytest.mark.parametrize(("exact", "spread"), [(True, 1.0), (False, np.sqrt(2))])
def test_spread_of_all_there_are_and_of_a_sample(exact, spread):
    """Runs of 1 and 3: all of them have variance 1, a sample of two estimates it as 2."""
    row = autocorrelations._row(2.0, np.array([1.0, 3.0]), None, "two-sided", exact)
    assert (row["null_mean"], row["null_sd"]) == (2.0, spread)


def test_likeness_is_one_side_whichever_statistic():
    network, held = planted()
    alike = autocorrelation(network, held, alternative="alike", rng=1)
    unlike = autocorrelation(network, held, alternative="unlike", rng=1)
    assert (alike["p"] == 1 / 1001).all() and (unlike["p"] > 0.99).all()
    analytic = ["moran", "geary"]
    assert (alike.loc[1].loc[analytic, "p_analytic"] < 0.001).all()
    assert (unlike.loc[1].loc[analytic, "p_analytic"] > 0.999).all()


def test_exact_permutations_have_the_analytic_moments(path):
    table = autocorrelation(path, [1.0, 4, 2, 7, 3], n_permutations=120).loc[1].loc[["moran", "geary"]]
    assert table["exact"].all() and (table["n_runs"] == 120).all()
    np.testing.assert_allclose(table["null_mean"], table["expected"], atol=1e-12)
    np.testing.assert_allclose(table["null_sd"], table["sd"], atol=1e-12)


def test_strengths_count_only_when_asked():
    network = rn.PersonNetwork(PATH * np.array([1, 9, 1, 1, 1]) * np.array([[1], [9], [1], [1], [1]]), list("abcde"))
    plain = autocorrelation(network, [0, 0, 1, 1, 1], n_permutations=0)["observed"]
    weighted = autocorrelation(network, [0, 0, 1, 1, 1], weighted=True, n_permutations=0)["observed"]
    shares = autocorrelation(network, [0, 0, 1, 1, 1], row_normalise=True, n_permutations=0)["observed"]
    assert not np.isclose(plain, weighted).any() and not np.isclose(plain, shares).any()
    with pytest.raises(SchemaError, match="weighted"):
        autocorrelation(network, [0, 0, 1, 1, 1], weighted=True, direction="either")


def test_people_of_unknown_value_leave_with_their_ties(path):
    table = autocorrelation(path, [0, 0, 1, 1, NAN], n_permutations=0)
    short = autocorrelation(path.among(list("abcd")), [0, 0, 1, 1], n_permutations=0)
    pd.testing.assert_frame_equal(table, short)


def test_blocks_of_rearrangements_change_nothing(monkeypatch):
    network, held = planted()
    table = autocorrelation(network, held, rng=5)
    monkeypatch.setattr(autocorrelations, "BLOCK", 11)
    pd.testing.assert_frame_equal(table, autocorrelation(network, held, rng=5))


@pytest.mark.parametrize(
    ("ties", "values", "reason"),
    [
        (np.zeros((5, 5)), [1, 0, 1, 0, 0], "no two people of known value are tied"),
        (PATH, [NAN] * 5, "nobody's value is known"),
        (PATH, [1, 1, NAN, 1, 1], "everybody of known value has the same value"),
    ],
)
def test_nothing_to_compare_is_said(ties, values, reason):
    table = autocorrelation(rn.PersonNetwork(ties, list("abcde")), values)
    assert (table["reason"] == reason).all() and table["observed"].isna().all() and (table["n_runs"] == 0).all()


def test_where_everybody_names_the_same_person_likeness_of_ends_has_no_value():
    star = np.zeros((5, 5))
    star[1:, 0] = 1
    table = autocorrelation(rn.PersonNetwork(star, list("abcde"), directed=True), [1, 0, 1, 0, 0], n_permutations=0).loc[1]
    assert table["n_ties"].tolist() == [4, 4, 4] and table.loc["moran", "reason"] is not table.loc["assortativity", "reason"]
    assert table.loc["assortativity", "reason"] == "one end of every tie has the same value"


@pytest.mark.parametrize("direction", ["out", "either", "mutual"])
@pytest.mark.parametrize("row_normalise", [False, True])
def test_statistics_of_arcs_are_those_of_the_formulas(direction, row_normalise):
    """I and C with loops over arcs, assortativity as networkx has it; people of unknown value leave first."""
    rng = np.random.default_rng(2)
    arcs = ((rng.random((12, 12)) < 0.3) & ~np.eye(12, dtype=bool)).astype(float)
    values = np.append(rng.normal(size=11).round(1), NAN)
    network = rn.PersonNetwork(arcs, [f"p{i:02d}" for i in range(12)], directed=True)
    table = autocorrelation(network, values, direction=direction, row_normalise=row_normalise, n_permutations=0).loc[1]
    w = {"out": arcs, "either": np.maximum(arcs, arcs.T), "mutual": arcs * arcs.T}[direction][:11, :11]
    assert table["n_ties"].iloc[0] == (w.sum() if direction == "out" else w.sum() / 2)
    x, z = values[:11], values[:11] - values[:11].mean()
    ends = list(zip(*np.nonzero(w), strict=True))
    if not row_normalise:
        graph = nx.from_numpy_array(w, create_using=nx.DiGraph)
        nx.set_node_attributes(graph, dict(enumerate(x)), "x")
        expected = np.corrcoef([x[i] for i, _ in ends], [x[j] for _, j in ends])[0, 1]
        assert table.loc["assortativity", "observed"] == pytest.approx(expected)
        assert nx.numeric_assortativity_coefficient(graph, "x") == pytest.approx(expected)
    w = w / np.maximum(w.sum(axis=1, keepdims=True), 1) if row_normalise else w
    moran = 11 / w.sum() * sum(w[i, j] * z[i] * z[j] for i, j in ends) / (z @ z)
    geary = 10 / (2 * w.sum()) * sum(w[i, j] * (x[i] - x[j]) ** 2 for i, j in ends) / (z @ z)
    np.testing.assert_allclose(table.loc[["moran", "geary"], "observed"], [moran, geary])


@pytest.mark.parametrize(("alternative", "sided"), [("alike", "greater"), ("unlike", "less"), ("two-sided", "two-sided")])
def test_the_normal_approximation_looks_at_the_side_asked_for(path, alternative, sided):
    """Geary's C is low where people are alike, so that its side is the other one."""
    table = autocorrelation(path, [1.0, 4, 2, 7, 3], n_permutations=0, alternative=alternative).loc[1]
    for name, side in (("moran", sided), ("geary", {"greater": "less", "less": "greater"}.get(sided, sided))):
        row = table.loc[name]
        assert row["z"] == pytest.approx((row["observed"] - row["expected"]) / row["sd"])
        p = {"greater": stats.norm.sf(row["z"]), "less": stats.norm.cdf(row["z"]), "two-sided": 2 * stats.norm.sf(abs(row["z"]))}
        assert row["p_analytic"] == pytest.approx(p[side])


def test_every_wave_of_a_panel_is_looked_at_by_itself():
    held = np.array([[1, 0], [1, 1], [0, 1], [0, NAN], [0, 1.0]])
    panel = rn.NetworkPanel.from_adjacency([PATH, PATH], behaviour={"recovery": held})
    table = autocorrelation(panel, n_permutations=0)
    assert table.index.names == ["wave", "statistic"] and not table["exact"].any()
    for wave in (1, 2):
        alone = autocorrelation(panel.at(wave), held[:, wave - 1], n_permutations=0)
        pd.testing.assert_frame_equal(table.loc[wave], alone.loc[1])


def test_four_people_are_enough_for_the_normal_approximation_and_three_are_not():
    four, three = (rn.PersonNetwork(PATH[:n, :n], list("abcd")[:n]) for n in (4, 3))
    assert autocorrelation(four, [0, 0, 1, 1.0], n_permutations=0).loc[1].loc[["moran", "geary"], "z"].notna().all()
    assert autocorrelation(three, [0, 0, 1.0], n_permutations=0)["z"].isna().all()


@pytest.mark.parametrize("wrong", [{"direction": "in"}, {"alternative": "greater"}, {"n_permutations": -1}])
def test_words_there_are_not(path, wrong):
    with pytest.raises(SchemaError, match=next(iter(wrong))):
        autocorrelation(path, [0, 0, 1, 1, 1], **wrong)
