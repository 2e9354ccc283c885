"""First gains and censoring, by hand; the seven people are those of conftest.py."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.measures.curves import bass_fit, hazard_curve, prevalence_curve
from recoverynet.measures.infectiousness import infectiousness

NAN = np.nan


def numbers(column):
    return column.astype("Float64").to_numpy(dtype=float, na_value=NAN)


def test_adoption(panel):
    frame = rn.adoption(panel)
    assert frame["outcome"].tolist() == [
        "gained",
        "held_at_start",
        "gained",
        "never_gained",
        "never_seen",
        "held_at_start",
        "gained",
    ]
    np.testing.assert_array_equal(numbers(frame["wave"]), [2, 1, 3, NAN, NAN, 2, 4])
    np.testing.assert_array_equal(numbers(frame["after_wave"]), [1, NAN, 1, NAN, NAN, NAN, 3])
    np.testing.assert_array_equal(numbers(frame["last_known_wave"]), [4, 4, 4, 3, NAN, 4, 4])
    assert frame["left_censored"].tolist() == [False, True, False, False, False, True, False]
    assert frame["right_censored"].tolist() == [False, False, False, True, False, False, False]
    assert frame["n_known"].tolist() == [4, 4, 3, 3, 0, 3, 4]
    assert frame["time"].isna().all()


def test_gains_are_dated_by_the_end_of_their_wave():
    graph = rn.ContactGraph(rn.load_sample("five_people"))
    waves = rn.panel(graph, breaks=["2011-03-01", "2011-04-01", "2011-05-01"])
    frame = rn.adoption(waves)
    assert frame.loc["ann", "time"] == pd.Timestamp("2011-05-01", tz="Europe/London")
    assert frame.loc["ann", "outcome"] == "gained" and frame.loc["ben", "outcome"] == "held_at_start"
    assert pd.isna(frame.loc["eve", "time"]) and frame.loc["eve", "outcome"] == "never_seen"


def test_only_those_seen_gain_in_the_last_period(panel):
    frame = rn.adoption(panel, last_period_adopts=True)
    assert frame.loc["dev", "wave"] == 4 and not frame["right_censored"].any()
    assert frame.loc["eve", "outcome"] == "never_seen" and pd.isna(frame.loc["eve", "wave"])


def test_only_norms_are_gained(panel):
    for measure in (rn.adoption, rn.thresholds, hazard_curve, prevalence_curve, bass_fit, infectiousness):
        with pytest.raises(SchemaError, match="holds the norm"):
            measure(panel, np.full((7, 4), 3.0))
