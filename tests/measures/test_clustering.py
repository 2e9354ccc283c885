"""Clustering of norms: by hand, by every arrangement, and with nothing to say."""

import itertools

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.measures import clustering

NAN = np.nan
PATH = np.diag(np.ones(4), 1) + np.diag(np.ones(4), -1)  # a – b – c – d – e


@pytest.fixture
def path():
    return rn.PersonNetwork(PATH, list("abcde"))


def test_excess_on_a_path_by_hand(path):
    frame = rn.norm_clustering(path, [1, 1, 0, 0, 0], max_distance=4, n_permutations=0).loc[1]
    # a and b hold it: prevalence 2/5
    # one step from a holder: b, a, c, so 2 of 3; two steps: c, d; three: d, e; four: e
    assert frame["n_pairs"].tolist() == [4, 3, 2, 1]
    assert frame["n_alters_holding"].tolist() == [3, 2, 2, 1]
    np.testing.assert_allclose(frame["share_holding"], [2 / 3, 0, 0, 0])
    np.testing.assert_allclose(frame["excess"], [2 / 3 / 0.4 - 1, -1, -1, -1])
    assert frame["p"].isna().all() and (frame["n_runs"] == 0).all() and frame["null_low"].isna().all()


def test_exact_p_is_the_share_of_every_arrangement(path):
    frame = rn.norm_clustering(path, [1, 1, 0, 0, 0], max_distance=1).loc[(1, 1)]
    values = []
    for pair in itertools.combinations(range(5), 2):
        held = np.isin(np.arange(5), pair).astype(float)
        values.append(held @ PATH @ held / (PATH @ held).sum() / 0.4 - 1)
    assert frame["exact"] and frame["n_runs"] == 10
    assert frame["p"] == np.mean(np.array(values) >= frame["excess"] - 1e-12)
    assert frame["null_mean"] == pytest.approx(np.mean(values))


def test_people_of_unknown_state_carry_paths_and_no_pairs(path):
    frame = rn.norm_clustering(path, [1, NAN, 1, 0, 0], max_distance=2, n_permutations=0).loc[1]
    assert frame["n_people"].tolist() == [4, 4] and frame["prevalence"].tolist() == [0.5, 0.5]
    assert frame["n_pairs"].tolist() == [2, 2]  # c–d, d–e; a–c through b, c–e
    np.testing.assert_allclose(frame["excess"], [-1, (2 / 3) / 0.5 - 1])


def test_directions():
    arcs = np.array([[0, 1, 0], [0, 0, 1], [0, 1, 0]], dtype=float)
    network = rn.PersonNetwork(arcs, list("abc"), directed=True)
    held = [1, 0, 1]
    options = {"max_distance": 2, "n_permutations": 0}
    out = rn.norm_clustering(network, held, direction="out", **options).loc[1]
    # a → b, b → c, c → b: alter holds only on b → c; two steps: a → c
    assert out["n_pairs"].tolist() == [3, 1] and out["n_alters_holding"].tolist() == [1, 1]
    np.testing.assert_allclose(out["share_holding"], [0, 1])
    mutual = rn.norm_clustering(network, held, direction="mutual", **options).loc[1]
    assert mutual["n_pairs"].tolist() == [1, 0]
    assert mutual["reason"].iloc[1] == "no two people of known state are that far apart"


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        ([1, 1, 1, 1, NAN], "everybody of known state holds the norm"),
        ([0, 0, 0, 0, 0], "nobody of known state holds the norm"),
        ([NAN] * 5, "nobody's state is known"),
    ],
)
def test_nothing_to_compare_is_said(path, held, reason):
    frame = rn.norm_clustering(path, held, max_distance=2)
    assert (frame["reason"] == reason).all()
    assert frame[["excess", "p", "null_mean", "share_holding"]].isna().all().all() and (frame["n_runs"] == 0).all()


def test_a_network_without_ties_says_so():
    network = rn.PersonNetwork(np.zeros((5, 5)), list("abcde"))
    frame = rn.norm_clustering(network, [1, 0, 1, 0, 0])
    assert (frame["reason"] == "no two people of known state are that far apart").all() and frame["p"].isna().all()


def test_a_holder_out_of_reach_is_no_clustering(path):
    apart = np.zeros((6, 6))
    apart[:5, :5] = PATH
    frame = rn.norm_clustering(rn.PersonNetwork(apart, list("abcdef")), [0, 0, 0, 0, 0, 1], max_distance=1)
    assert frame["reason"].iloc[0] == "nobody that far from anybody holds the norm" and frame["p"].isna().all()


def planted(n=120, seed=1):
    """A ring of people whose norm comes in stretches."""
    ring = np.roll(np.eye(n), 1, axis=1)
    held = (np.arange(n) // 6) % 2
    return rn.PersonNetwork(ring + ring.T, [f"p{i:03d}" for i in range(n)]), held.astype(float)


def test_planted_clustering_is_found_near_and_not_far():
    network, held = planted()
    frame = rn.norm_clustering(network, held, max_distance=4, n_permutations=499, rng=1).loc[1]
    assert frame["p"].iloc[0] == 1 / 500 and frame["excess"].is_monotonic_decreasing
    assert (frame["null_low"] < frame["null_mean"]).all() and (frame["null_mean"] < frame["null_high"]).all()
    assert frame["excess"].iloc[0] > frame["null_high"].iloc[0]
    unlike = rn.norm_clustering(network, 1 - held[::-1] + 0, max_distance=1, n_permutations=499, alternative="unlike", rng=1)
    assert unlike["p"].iloc[0] == 1.0
    alternating = np.arange(120) % 2
    assert rn.norm_clustering(network, alternating, max_distance=1, alternative="unlike", rng=1)["p"].iloc[0] == 1 / 1001


def test_seeds_and_blocks(monkeypatch):
    network, held = planted()
    first = rn.norm_clustering(network, held, max_distance=3, rng=5)
    pd.testing.assert_frame_equal(first, rn.norm_clustering(network, held, max_distance=3, rng=5))
    assert not first["null_mean"].equals(rn.norm_clustering(network, held, max_distance=3, rng=6)["null_mean"])
    monkeypatch.setattr(clustering, "BLOCK", 7)
    pd.testing.assert_frame_equal(first, rn.norm_clustering(network, held, max_distance=3, rng=5))


def test_every_wave_of_a_panel_is_looked_at_by_itself():
    held = np.array([[1, 0], [1, 1], [0, 1], [0, NAN], [0, 1]])
    panel = rn.NetworkPanel.from_adjacency([PATH, PATH], behaviour={"recovery": held})
    frame = rn.norm_clustering(panel, max_distance=2, n_permutations=0)
    for wave in (1, 2):
        alone = rn.norm_clustering(panel.at(wave), held[:, wave - 1], max_distance=2, n_permutations=0)
        pd.testing.assert_frame_equal(frame.loc[wave], alone.loc[1])
    assert frame.index.names == ["wave", "distance"]


def test_values_of_a_network_come_by_column_by_id_or_in_order(path):
    people = pd.DataFrame({"held": [True, True, False, False, False], "name": list("vwxyz")}, index=list("abcde"))
    network = rn.PersonNetwork(PATH, people)
    expected = rn.norm_clustering(path, [1, 1, 0, 0, 0], n_permutations=0)
    shuffled = pd.Series({"e": 0, "b": 1, "d": 0, "a": 1, "c": 0})
    for given in ("held", people["held"], shuffled):
        pd.testing.assert_frame_equal(rn.norm_clustering(network, given, n_permutations=0), expected)
    for wrong, message in (("name", "words"), ("age", "no column"), ([1, 0], "one value"), ([1, 2, 0, 0, 0], "norm")):
        with pytest.raises(SchemaError, match=message):
            rn.norm_clustering(network, wrong)


@pytest.mark.parametrize(
    "options", [{"direction": "in"}, {"alternative": "greater"}, {"max_distance": 0}, {"n_permutations": -1}, {"level": 1}]
)
def test_unknown_arguments(path, options):
    with pytest.raises(SchemaError, match=next(iter(options))):
        rn.norm_clustering(path, [1, 1, 0, 0, 0], **options)


def test_only_networks_and_panels(path):
    with pytest.raises(SchemaError, match="NetworkPanel or a PersonNetwork"):
        rn.norm_clustering(PATH, [1, 1, 0, 0, 0])
