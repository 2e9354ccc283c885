"""Turnover worked by hand, and against the figures known for a real friendship panel."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.turnover import turnover

LEFT = ["n_gained", "n_lost", "n_joined", "n_left"]


@pytest.fixture
def panel() -> rn.NetworkPanel:
    # a–b kept, a–c lost, a–d gained (d joins), a–e lost (e leaves), c–b gained
    first = np.zeros((5, 5))
    first[0, [1, 2, 4]] = 1
    second = np.zeros((5, 5))
    second[0, [1, 3]], second[2, 1] = 3, 1
    there = np.array([[1, 1], [1, 1], [1, 1], [0, 1], [1, 0]], dtype=bool)
    states = pd.DataFrame(
        {1: ["using", "in_recovery", "using", "unknown", "abstinent"], 2: ["using", "reduced", "using", "in_recovery", "unknown"]},
        index=pd.Index(list("abcde"), name="person_id"),
    )
    plain = rn.NetworkPanel.from_adjacency([first, second], people=list("abcde"), present=there, directed=True)
    return rn.NetworkPanel(plain.people, plain.waves, plain.networks, states=states, norm=rn.states.RECOVERY_NORM, present=there)


def test_worked_by_hand(panel: rn.NetworkPanel) -> None:
    a = turnover(panel).loc[("a", 2)]
    assert a[["n_before", "n_after", "n_kept", "n_gained", "n_lost", "n_joined", "n_left"]].tolist() == [3, 2, 1, 0, 1, 1, 1]
    assert a["jaccard"] == 0.5  # kept b, lost c; d and e are no matter of choice
    # b held the norm at wave 1 only; e held it when the tie to e was there; d holds it now
    recovery = {
        "before": 2,
        "after": 1,
        "gained": 0,
        "lost": 0,
        "joined": 1,
        "left": 1,
        "kept_began": 0,
        "kept_ended": 1,
        "kept_changed": 0,
    }
    using = {
        "before": 1,
        "after": 0,
        "gained": 0,
        "lost": 1,
        "joined": 0,
        "left": 0,
        "kept_began": 0,
        "kept_ended": 0,
        "kept_changed": 0,
    }
    assert {part: a[f"recovery_{part}"] for part in recovery} == recovery
    assert {part: a[f"using_{part}"] for part in using} == using
    c = turnover(panel).loc[("c", 2)]
    assert c[["n_kept", "n_gained", "jaccard"]].tolist() == [0, 1, 0]


def test_somebody_not_there_at_both_waves_has_no_turnover(panel: rn.NetworkPanel) -> None:
    frame = turnover(panel)
    assert frame["present"].tolist() == [True, True, True, False, False]
    assert frame.loc[["d", "e"]].drop(columns="present").isna().all().all()
    b = frame.loc[("b", 2)]  # there, and naming nobody: no ties, so no Jaccard
    assert b["n_before"] == 0 and np.isnan(b["jaccard"])


def test_incoming_ties(panel: rn.NetworkPanel) -> None:
    b = turnover(panel, direction="in").loc[("b", 2)]
    assert b[["n_kept", "n_gained"]].tolist() == [1, 1]
    assert b[["using_after", "using_gained"]].tolist() == [2, 1]


def test_ties_nobody_knows_of_are_left_out() -> None:
    first = np.array([[0, 1, 1], [0, 0, 0], [0, 0, 0]], dtype=float)
    second = np.array([[0, np.nan, 0], [0, 0, 0], [0, 1, 0]])
    a = turnover(rn.NetworkPanel.from_adjacency([first, second])).loc[("1", 2)]
    assert a[["n_before", "n_after", "n_lost", "n_unknown"]].tolist() == [1, 0, 1, 1]


def test_without_states_the_kinds_are_missing() -> None:
    ties = 1 - np.eye(3)
    frame = turnover(rn.NetworkPanel.from_adjacency([ties, ties]))
    assert frame["jaccard"].tolist() == [1, 1, 1]
    assert frame.filter(regex="recovery|using").isna().all().all()


def test_coming_to_hold_the_norm_is_not_coming_to_be_known() -> None:
    ties = np.zeros((4, 4))
    ties[0, 1:] = 1
    states = pd.DataFrame(
        {1: ["using", "using", "unknown", "abstinent"], 2: ["using", "abstinent", "abstinent", "using"]},
        index=pd.Index(list("abcd"), name="person_id"),
    )
    plain = rn.NetworkPanel.from_adjacency([ties, ties], people=list("abcd"), directed=True)
    panel = rn.NetworkPanel(plain.people, plain.waves, plain.networks, states=states, norm=rn.states.RECOVERY_NORM)
    a = turnover(panel).loc[("a", 2)]
    # b changed, c was not known before, d went the other way
    assert a[["recovery_kept_began", "recovery_kept_changed"]].tolist() == [2, 1]
    assert a[["using_kept_began", "using_kept_changed"]].tolist() == [1, 1]


def test_counts_add_up() -> None:
    rng = np.random.default_rng(11)
    n, waves = 40, 4
    nets = [np.triu(rng.random((n, n)) < 0.1, 1).astype(float) for _ in range(waves)]
    there = rng.random((n, waves)) < 0.8
    with pytest.warns(rn.RecoveryNetWarning):
        panel = rn.NetworkPanel.from_adjacency([net + net.T for net in nets], present=there)
    words = rng.choice(rn.states.RECOVERY_STATES.states, (n, waves))
    states = pd.DataFrame(words, index=panel.people.index, columns=range(1, waves + 1))
    panel = rn.NetworkPanel(
        panel.people, panel.waves, panel.networks, directed=False, states=states, norm=rn.states.RECOVERY_NORM, present=there
    )
    frame = turnover(panel)
    here = frame[frame["present"]]
    assert len(here) > 60 and here["n_joined"].sum() > 0 and here["n_left"].sum() > 0
    change = here["n_gained"] - here["n_lost"] + here["n_joined"] - here["n_left"]
    assert (here["n_after"] - here["n_before"] == change).all()
    assert (here["n_before"] == here["n_kept"] + here["n_lost"] + here["n_left"]).all()
    for kind in ("recovery", "using"):
        part = {name.removeprefix(f"{kind}_"): here[name] for name in here if name.startswith(kind)}
        change = part["gained"] - part["lost"] + part["joined"] - part["left"] + part["kept_began"] - part["kept_ended"]
        assert (part["after"] - part["before"] == change).all()
        assert all((part[name] <= here[f"n_{name}"]).all() for name in ("before", "after", "gained", "lost", "joined", "left"))


def test_real_friendships(shared: Callable[[str], Path]) -> None:
    ties = pd.read_csv(shared("data/s50/friendships.csv"), dtype={"ego_id": str, "alter_id": str})
    seen = pd.read_csv(shared("data/s50/substance_use.csv"), dtype={"person_id": str})
    people = sorted(seen["person_id"].unique())
    panel = rn.NetworkPanel.from_nominations(ties, breaks="wave", people=people)
    frame = turnover(panel)
    sums = frame.groupby(level="wave")[["n_before", "n_after", "n_kept", "n_gained", "n_lost"]].sum().astype(float)
    assert sums["n_before"].tolist() == [113, 116] and sums["n_after"].tolist() == [116, 122]
    jaccard = sums["n_kept"] / (sums["n_kept"] + sums["n_gained"] + sums["n_lost"])
    np.testing.assert_allclose(jaccard, [0.33140, 0.38372], atol=5e-6)


def test_one_wave_is_not_enough() -> None:
    with pytest.raises(rn.NotEstimableError, match="into more"):
        turnover(rn.NetworkPanel.from_adjacency([1 - np.eye(3)]))
    with pytest.raises(rn.SchemaError, match="NetworkPanel"):
        turnover(rn.PersonNetwork(np.zeros((2, 2)), ["a", "b"]))
