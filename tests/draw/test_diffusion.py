"""Excess by degree of separation, drawn and said."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.diffusion import describe_separation, separation_bands
from recoverynet.errors import SchemaError


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "excess": [0.62, -0.37, 0.27, 0.19], "null_low": [-0.52, -0.56, -0.57, -0.6],
            "null_high": [0.47, 0.39, 0.36, 0.37], "n_pairs": [74, 103, 121, 113], "n_people": 50,
            "p": [0.008, 0.9, 0.06, 0.13],
        },
        index=pd.RangeIndex(1, 5, name="distance"),
    )  # fmt: skip


def test_readable_and_only_what_lies_outside_the_band_is_filled(frame, assert_readable):
    axes = separation_bands(frame, norm="the recovery norm")
    assert_readable(axes)
    outside, inside = [line for line in axes.lines if line.get_marker() == "o"]
    np.testing.assert_array_equal(outside.get_xdata(), [0])
    np.testing.assert_array_equal(inside.get_ydata(), frame["excess"].to_numpy()[1:])
    assert [patch.get_height() for patch in axes.patches] == pytest.approx(
        frame["null_high"] - frame["null_low"]
    )
    assert [tick.get_text() for tick in axes.get_xticklabels()][0] == "1 step\n74 pairs"


def test_without_permutations_there_is_no_band(frame, assert_readable):
    axes = separation_bands(frame.assign(null_low=np.nan, null_high=np.nan, p=np.nan))
    assert_readable(axes)
    assert not axes.patches
    assert "chance" not in describe_separation(frame.assign(null_low=np.nan))


def test_nothing_to_draw_is_said(frame, assert_readable):
    nothing = frame.assign(excess=np.nan)
    assert_readable(separation_bands(nothing))
    assert describe_separation(nothing) == "Nothing recorded to draw."


def test_the_words_say_the_numbers(frame):
    words = describe_separation(frame)
    assert (
        "At 1 step (74 pairs): 62% more often than in the whole network; chance gives -52% to +47%" in words
    )
    assert "At 2 steps (103 pairs): 37% less often" in words


def test_one_wave_at_a_time(frame):
    with pytest.raises(SchemaError, match="one wave"):
        separation_bands(pd.concat({1: frame, 2: frame}, names=["wave"]))
    with pytest.raises(SchemaError, match="'excess'"):
        separation_bands(frame.drop(columns="excess"))
