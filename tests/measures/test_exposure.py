"""Exposure by hand: one small panel, every option, every way to ask for the impossible."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.measures.exposure import StructuralEquivalence, known_ties

NAN = np.nan
# ann names ben (strength 3) and cat (1); ben names ann; cat names dev; eve has no ties
TIES = np.array([[0, 3, 1, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]], dtype=float)
HELD = np.array([[0, 0, 1], [1, 0, 0], [1, 1, NAN], [NAN, 1, 1], [0, 1, 1]])
PEOPLE = ["ann", "ben", "cat", "dev", "eve"]


@pytest.fixture
def small():
    return rn.NetworkPanel.from_adjacency([TIES] * 3, behaviour={"recovery": HELD}, people=PEOPLE, directed=True)


def column(frame, wave, name="exposure"):
    return frame.xs(wave, level="wave")[name].to_numpy(dtype=float, na_value=NAN)


def test_contemporaneous_by_hand(small):
    frame = rn.exposure(small, lag=0)
    np.testing.assert_array_equal(column(frame, 1), [1.0, 0.0, NAN, NAN, NAN])
    np.testing.assert_array_equal(column(frame, 2), [0.5, 0.0, 1.0, NAN, NAN])
    np.testing.assert_array_equal(column(frame, 3), [0.0, 1.0, 1.0, NAN, NAN])
    np.testing.assert_array_equal(column(frame, 3, "n_alters"), [2, 1, 1, 0, 0])
    np.testing.assert_array_equal(column(frame, 3, "n_observed"), [1, 1, 1, 0, 0])
    np.testing.assert_array_equal(column(frame, 3, "n_unknown"), [1, 0, 0, 0, 0])
    np.testing.assert_array_equal(column(frame, 2, "n_holding"), [1, 0, 1, 0, 0])


def test_who_lost_it_is_kept_apart_from_who_never_held_it(small):
    frame = rn.exposure(small, lag=0)
    np.testing.assert_array_equal(column(frame, 1, "n_lost"), [0, 0, 0, 0, 0])
    np.testing.assert_array_equal(column(frame, 2, "n_lost"), [1, 0, 0, 0, 0])  # ben held it at wave 1
    assert frame.loc[("ann", 2), "exposure_lost"] == 0.5
    assert frame.loc[("ann", 3), "exposure_lost"] == 1.0 and frame.loc[("ann", 3), "exposure_unknown"] == 0.5
    assert np.isnan(frame.loc[("eve", 3), "exposure_lost"])


def test_lag_moves_ties_and_states_together(small):
    now, before = rn.exposure(small, lag=0), rn.exposure(small)
    for name in now:
        np.testing.assert_array_equal(column(before, 3, name), column(now, 2, name))
        assert np.isnan(column(before, 1, name)).all()


def test_directions(small):
    np.testing.assert_array_equal(column(rn.exposure(small, lag=0, direction="in"), 2), [0, 0, 0, 1, NAN])
    mutual = rn.exposure(small, lag=0, direction="mutual")
    np.testing.assert_array_equal(column(mutual, 2, "n_alters"), [1, 1, 0, 0, 0])


def test_counts_and_strengths(small):
    assert rn.exposure(small, lag=0, normalise=False).loc[("ann", 1), "exposure"] == 2
    assert rn.exposure(small, lag=0, weighted=True).loc[("ann", 2), "exposure"] == 0.25
    assert rn.exposure(small, lag=0, weighted=True, normalise=False).loc[("ann", 1), "exposure"] == 4
    assert rn.exposure(small, lag=0, weighted=True).loc[("ann", 2), "n_alters"] == 2


def test_isolates_are_unknown_unless_asked_and_all_unknown_contacts_stay_unknown(small):
    frame = rn.exposure(small, lag=0, isolates="zero")
    assert frame.loc[("eve", 1), "exposure"] == 0
    assert np.isnan(frame.loc[("cat", 1), "exposure"])  # names dev, of whom nothing is known
    assert frame.loc[("cat", 1), ["n_alters", "n_observed", "n_unknown"]].tolist() == [1, 0, 1]


def test_unknown_contacts_in_the_denominator(small):
    assert rn.exposure(small, lag=0, unknown="leave_out").loc[("ann", 3), "exposure"] == 0
    held = HELD.copy()
    held[1, 2] = 1.0
    assert rn.exposure(small, held, lag=0).loc[("ann", 3), "exposure"] == 1
    assert rn.exposure(small, held, lag=0, unknown="not_holding").loc[("ann", 3), "exposure"] == 0.5


def test_contacts_of_contacts(small):
    frame = rn.exposure(small, lag=0, order=2)
    np.testing.assert_array_equal(column(frame, 2, "n_alters"), [1, 1, 0, 0, 0])  # ann: dev; ben: cat
    np.testing.assert_array_equal(column(frame, 2), [1, 1, NAN, NAN, NAN])


def test_structural_equivalence_compares_everybody(small):
    frame = rn.exposure(small, lag=0, weights="structural_equivalence")
    assert (column(frame, 2, "n_alters") >= 3).all()
    sharper = rn.exposure(small, lag=0, weights=StructuralEquivalence(power=20))
    assert not np.allclose(column(frame, 2), column(sharper, 2))


def test_a_behaviour_that_is_no_norm_gives_the_mean_of_contacts(small):
    drinks = np.array([[1, 1, 1], [2, 2, 2], [5, 5, NAN], [3, 3, 3], [4, 4, 4]], dtype=float)
    frame = rn.exposure(small, drinks, lag=0)
    assert frame.loc[("ann", 1), "exposure"] == 3.5 and frame.loc[("ann", 3), "exposure"] == 2
    assert frame["n_holding"].isna().all() and frame["n_lost"].isna().all() and frame["exposure_lost"].isna().all()
    assert rn.exposure(small, drinks, lag=0, weighted=True).loc[("ann", 1), "exposure"] == pytest.approx(11 / 4)


def test_last_period_adopts(small):
    held = np.array([[0, 0, 0], [0, 1, 1], [0, 0, 0], [NAN, NAN, NAN], [0, 0, 0]])
    assert rn.exposure(small, held, lag=0).loc[("ann", 3), "exposure"] == 0.5
    assert rn.exposure(small, held, lag=0, last_period_adopts=True).loc[("ann", 3), "exposure"] == 1
    assert rn.exposure(small, held, lag=0, last_period_adopts=True).loc[("ann", 2), "exposure"] == 0.5


def test_somebody_not_there_has_no_contacts_and_no_exposure():
    present = np.ones((5, 3), dtype=bool)
    present[0, 1] = False
    with pytest.warns(rn.RecoveryNetWarning):
        panel = rn.NetworkPanel.from_adjacency(
            [TIES] * 3, behaviour={"recovery": HELD}, people=PEOPLE, present=present, directed=True
        )
    frame = rn.exposure(panel, lag=0, isolates="zero")
    assert np.isnan(frame.loc[("ann", 2), "exposure"]) and frame.loc[("ann", 2), "n_alters"] == 0
    assert frame.loc[("ann", 1), "n_alters"] == 2


def test_a_norm_is_worked_out_from_states():
    record = rn.load_sample("five_people")
    panel = rn.panel(rn.ContactGraph(record), breaks=["2011-03-01", "2011-04-01", "2011-05-01"])
    using = rn.Norm("using", {"using"})
    frame = rn.exposure(panel, using, lag=0)
    # in April ann meets ben, who uses, and cat, who does not
    assert frame.loc[("ann", 2), ["exposure", "n_holding", "n_observed"]].tolist() == [0.5, 1, 2]
    assert rn.exposure(panel, lag=0).loc[("ann", 2), "exposure"] == 0.5
    assert frame.loc[("eve", 2), "n_alters"] == 0


def test_contacts_are_cut_into_waves():
    graph = rn.ContactGraph(rn.load_sample("five_people"))
    breaks = ["2011-03-01", "2011-04-01", "2011-05-01"]
    pd.testing.assert_frame_equal(rn.exposure(graph, breaks=breaks), rn.exposure(rn.panel(graph, breaks=breaks)))
    with pytest.raises(SchemaError, match="breaks"):
        rn.exposure(graph)


def test_the_index_is_every_person_at_every_wave(small):
    frame = rn.exposure(small)
    assert frame.index.names == ["person_id", "wave"]
    assert frame.index.get_level_values(0)[:4].tolist() == ["ann", "ann", "ann", "ben"]
    assert len(frame) == 15 and (frame.dtypes[["n_alters", "n_observed", "n_lost"]] == "Int64").all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"direction": "both"}, "direction"),
        ({"isolates": 0}, "isolates"),
        ({"order": 3}, "order"),
        ({"unknown": "drop"}, "unknown"),
        ({"lag": -1}, "lag"),
        ({"lag": 0.5}, "lag"),
        ({"weights": "strength"}, "weights"),
        ({"weights": "structural_equivalence", "direction": "in"}, "leave direction"),
        ({"behaviour": "drink"}, "'recovery'"),
        ({"behaviour": np.zeros((5, 2))}, "5 people × 3 waves"),
        ({"behaviour": np.full((5, 3), 2.0), "last_period_adopts": True}, "norm"),
    ],
)
def test_what_cannot_be_asked(small, options, message):
    with pytest.raises(SchemaError, match=message):
        rn.exposure(small, **options)


def test_one_wave_has_nothing_before_it():
    panel = rn.NetworkPanel.from_adjacency([TIES], behaviour={"recovery": HELD[:, :1]}, directed=True)
    with pytest.raises(NotEstimableError, match="lag=0"):
        rn.exposure(panel)
    assert rn.exposure(panel, lag=0).loc[("1", 1), "exposure"] == 1


def test_all_unknown_gives_no_number(small):
    frame = rn.exposure(small, np.full((5, 3), NAN), lag=0)
    assert frame[["exposure", "exposure_lost"]].isna().all().all()
    assert frame.loc[("ann", 1), ["n_alters", "n_observed", "n_unknown", "exposure_unknown"]].tolist() == [2, 0, 2, 1]


def test_a_panel_of_several_behaviours_asks_which(small):
    panel = rn.NetworkPanel.from_adjacency([TIES] * 3, behaviour={"a": HELD, "b": HELD}, directed=True)
    with pytest.raises(SchemaError, match="which behaviour"):
        rn.exposure(panel)


def test_somebody_whose_ties_nobody_asked_about_is_not_without_contacts():
    ties = np.array([[0, np.nan, np.nan], [0, 0, 1], [0, 1, 0.0]])
    held = np.array([[0, 1], [1, 1], [0, 0]])
    panel = rn.NetworkPanel.from_adjacency([ties, ties], behaviour={"y": held})
    shown = rn.exposure(panel, "y", isolates="zero")["exposure"].xs(2, level="wave").to_numpy()
    assert np.isnan(shown[0]) and shown[1:].tolist() == [0.0, 1.0]
    alone = np.where(np.isnan(ties), 0.0, ties)
    whole = rn.NetworkPanel.from_adjacency([alone] * 2, behaviour={"y": held})
    known = rn.exposure(whole, "y", isolates="zero")["exposure"]
    assert known.xs(2, level="wave").tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("direction", "known"), [("out", [False, True, True]), ("in", [True, False, True]), ("either", [False, False, True])]
)
def test_whose_ties_are_known_hangs_on_which_way_they_are_read(direction, known):
    """Whether a names b is unknown: of a's ties out, of b's ties in, and of both where either way counts."""
    ties = np.array([[0, NAN, 1], [1, 0, 1], [0, 0, 0]])
    panel = rn.NetworkPanel.from_adjacency([ties, np.nan_to_num(ties)], people=list("abc"))
    assert panel.directed
    found = known_ties(panel, direction, 1)
    assert not found[:, 0].any() and found[:, 1].tolist() == known, "wave 2 looks at the ties of wave 1"
    assert known_ties(panel, direction, 0)[:, 1].all()
    assert known_ties(panel, direction, 1, most=0.5)[:, 1].all(), "one of two"


@pytest.mark.parametrize("direction", ["out", "in", "either"])
def test_without_direction_a_tie_unknown_is_unknown_to_both(direction):
    ties = np.array([[0, NAN, 1], [NAN, 0, 1], [1, 1, 0]])
    panel = rn.NetworkPanel.from_adjacency([ties] * 2, people=list("abc"))
    assert not panel.directed and known_ties(panel, direction, 0)[:, 0].tolist() == [False, False, True]
