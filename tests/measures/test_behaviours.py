"""Which numbers stand for a behaviour: every way of naming them, what is refused, and first waves by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError, UnknownPersonError
from recoverynet.measures.behaviours import (
    behaviour_values,
    first_waves,
    is_binary,
    norm_values,
    person_wave_index,
    require_panel,
    waves_of,
    with_last_adopters,
)
from recoverynet.states import RECOVERY_NORM, Norm

NAN = np.nan
RING = np.roll(np.eye(3), 1, axis=1)
DRINK = np.array([[1.0, 4], [2, NAN], [3, 6]])
NORM = np.array([[1.0, 0], [0, 1], [NAN, 1]])
PEOPLE = ["ann", "ben", "cat"]


@pytest.fixture
def panel() -> rn.NetworkPanel:
    """Two behaviours and no norm."""
    behaviour = {"drink": DRINK, "norm": NORM}
    return rn.NetworkPanel.from_adjacency([RING, RING.T], behaviour=behaviour, people=PEOPLE, directed=True)


def test_a_name_gives_a_copy(panel: rn.NetworkPanel) -> None:
    name, values = behaviour_values(panel, "drink")
    np.testing.assert_array_equal(values, DRINK)
    values[0, 0] = 99
    assert name == "drink" and panel.behaviour["drink"][0, 0] == 1


def test_without_a_name_it_is_the_norm_of_the_panel_or_its_only_behaviour(panel: rn.NetworkPanel) -> None:
    with pytest.raises(SchemaError, match="Say which behaviour: the panel has 'drink', 'norm'"):
        behaviour_values(panel)
    only = rn.NetworkPanel.from_adjacency([RING] * 2, behaviour={"drink": DRINK}, directed=True)
    assert behaviour_values(only)[0] == "drink"
    waves = rn.panel(rn.ContactGraph(rn.load_sample("five_people")), breaks=["2011-03-01", "2011-04-01", "2011-05-01"],
                     outcomes=["wellbeing.quality_of_life"])  # fmt: skip
    assert behaviour_values(waves)[0] == "recovery", "the norm, though there is another"
    with pytest.raises(SchemaError, match="no behaviour 'smoke'; it has 'drink'"):
        behaviour_values(only, "smoke")


def test_a_norm_is_worked_out_from_the_states_and_else_is_a_name(panel: rn.NetworkPanel) -> None:
    waves = rn.panel(rn.ContactGraph(rn.load_sample("five_people")), breaks=["2011-03-01", "2011-04-01", "2011-05-01"])
    name, values = behaviour_values(waves, Norm("sober", {"abstinent"}))
    words = waves.states.to_numpy(dtype=object)
    expected = np.where(words == "unknown", NAN, (words == "abstinent").astype(float))
    np.testing.assert_array_equal(values, expected.astype(float))
    assert name == "sober" and values.shape == (5, 2)
    with pytest.raises(SchemaError, match="no behaviour 'recovery'"):
        behaviour_values(panel, RECOVERY_NORM)


def test_numbers_stand_in_the_order_of_the_panel(panel: rn.NetworkPanel) -> None:
    assert behaviour_values(panel, DRINK)[0] == "behaviour"
    for wrong in (DRINK.T, DRINK[:, :1], np.where(np.isnan(DRINK), np.inf, DRINK), DRINK.tolist(), 3):
        with pytest.raises(SchemaError):
            behaviour_values(panel, wrong)  # type: ignore[arg-type]


def test_labels_go_before_order(panel: rn.NetworkPanel) -> None:
    """By person and wave, in any order; whom a frame does not name is unknown."""
    frame = pd.DataFrame(DRINK, index=PEOPLE, columns=[1, 2])
    turned = frame.iloc[[2, 0]].loc[:, [2, 1]]
    expected = np.where(np.arange(3)[:, None] == 1, NAN, DRINK)
    for given in (turned, turned.rename_axis("person_id").reset_index(), turned.stack(), turned.unstack().swaplevel()):  # noqa: PD013
        np.testing.assert_array_equal(behaviour_values(panel, given)[1], expected)
    with pytest.raises(SchemaError, match="one column a wave"):
        behaviour_values(panel, frame[[1]])
    twice = pd.concat([frame.stack(), frame.stack().iloc[:1]])  # noqa: PD013
    with pytest.raises(SchemaError, match="twice at a wave.*ann"):
        behaviour_values(panel, twice)
    with pytest.raises(SchemaError, match="names wave 3; the panel has the waves 1 to 2"):
        behaviour_values(panel, frame.rename(columns={2: 3}).stack())  # noqa: PD013
    with pytest.raises(UnknownPersonError, match="Nobody in the behaviour"):
        behaviour_values(panel, pd.DataFrame({1: [1.0], 2: [2.0]}, index=["x"]))
    with pytest.raises(SchemaError, match="A behaviour is a name.*whose rows are called"):
        behaviour_values(panel, pd.DataFrame(DRINK))


def test_a_norm_is_1_or_0_or_unknown(panel: rn.NetworkPanel) -> None:
    assert norm_values(panel, "norm")[0] == "norm" and is_binary(NORM) and is_binary(np.array([NAN])) and not is_binary(DRINK)
    with pytest.raises(SchemaError, match="'drink' must be 1.*such as 1, 2, 3, 4, 6.*x >= 6"):
        norm_values(panel, "drink")


def test_what_is_no_panel_is_told_how_to_become_one() -> None:
    with pytest.raises(SchemaError, match="got a list.*makes one of a record"):
        require_panel([])
    one = rn.NetworkPanel.from_adjacency([RING] * 2)
    with pytest.raises(SchemaError, match="which holds one: pass its .panel"):
        require_panel(SimpleNamespace(panel=one))


HELD = np.array([[0.0, 1, 0], [0, 0, 0], [NAN, NAN, NAN], [1, NAN, 0], [NAN, 0, NAN]])


def test_first_waves_count_from_1_and_0_is_never() -> None:
    assert first_waves(HELD).tolist() == [2, 0, 0, 1, 0]


def test_last_adopters_are_those_seen_and_never_seen_to_hold_it() -> None:
    filled = with_last_adopters(HELD)
    assert filled[:, -1].tolist()[:2] == [0, 1] and np.isnan(filled[2, -1]) and filled[3, -1] == 0 and filled[4, -1] == 1
    np.testing.assert_array_equal(filled[:, :-1], HELD[:, :-1])
    assert HELD[1, -1] == 0, "what was given stays"


def test_waves_run_fastest(panel: rn.NetworkPanel) -> None:
    assert person_wave_index(panel).tolist()[:3] == [("ann", 1), ("ann", 2), ("ben", 1)]
    assert person_wave_index(panel).names == ["person_id", "wave"]


def test_waves_of_a_panel_know_nobody_who_was_not_there() -> None:
    here = np.array([[True, True], [True, False], [True, True]])
    with pytest.warns(rn.RecoveryNetWarning, match="not present"):
        panel = rn.NetworkPanel.from_adjacency([RING] * 2, behaviour={"norm": NORM}, present=here, directed=True)
    one, two = waves_of(panel, np.ones((3, 2)))
    assert (one.label, two.label) == (1, 2) and one.directed
    assert one.values.tolist() == [1, 1, 1] and np.isnan(two.values[1]) and two.values[[0, 2]].tolist() == [1, 1]
    assert (one.weights != panel.networks[0]).nnz == 0 and (two.weights != panel.networks[1]).nnz == 0


def test_values_of_one_network_come_by_column_by_label_or_in_order() -> None:
    people = pd.DataFrame({"held": [True, False, True], "name": list("xyz")}, index=pd.Index(PEOPLE, name="person_id"))
    network = rn.PersonNetwork(RING, people, directed=True)
    series = pd.Series({"cat": 1.0, "ann": 3.0})
    for given, expected in (
        ("held", [1, 0, 1]), ([4, 5, 6], [4, 5, 6]), (series, [3, NAN, 1]), (series.to_frame(), [3, NAN, 1]),
    ):  # fmt: skip
        (wave,) = waves_of(network, given)  # type: ignore[arg-type]
        np.testing.assert_array_equal(wave.values, expected)
        assert wave.label == 1 and wave.directed
    for wrong, words in (("age", "no column 'age'; they have 'held', 'name'"), ([1, 2], "each of the 3 people; got 2"),
                         (people[["held", "held"]], "has 2 columns")):  # fmt: skip
        with pytest.raises(SchemaError, match=words):
            waves_of(network, wrong)  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="NetworkPanel or a PersonNetwork"):
        waves_of(RING, [1, 2, 3])  # type: ignore[arg-type]
