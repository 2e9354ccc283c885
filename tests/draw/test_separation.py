"""Likeness by degree of separation, against the band that chance makes."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.separation import describe_separation, separation_curve
from recoverynet.errors import SchemaError


@pytest.fixture
def steps():
    return pd.DataFrame(
        {
            "distance": [1, 2, 3, 4],
            "excess": [0.28, 0.27, -0.152, np.nan],
            "null_low": [-0.11, -0.1, -0.08, np.nan],
            "null_high": [0.13, 0.11, 0.07, np.nan],
            "n_pairs": [1653, 8829, 15281, 0],
        }
    )


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_readable_with_any_number_of_steps(steps, size, assert_readable):
    axes = separation_curve(steps.head(size))
    assert_readable(axes)
    assert axes.get_xticklabels()[0].get_text() == "1 step\n1,653 pairs"


def test_dots_and_bands_lie_where_the_numbers_say(steps):
    axes = separation_curve(steps)
    dots = [line.get_ydata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert dots == pytest.approx([0.28, 0.27, -0.152])
    bands = [(band.get_y(), band.get_y() + band.get_height()) for band in axes.patches]
    np.testing.assert_allclose(bands, steps[["null_low", "null_high"]].head(3))
    low, high = axes.get_ylim()
    assert low <= -0.152 and high >= 0.28


@pytest.mark.parametrize("value", [12.5, 0.004])
def test_large_and_small_values_fit(steps, value, assert_readable):
    assert_readable(separation_curve(steps.assign(excess=value)))


def test_words_for_every_step(steps):
    words = describe_separation(steps, norm="the norm")
    assert "1 step: +28%, by chance −11% to +13% in 95% of cases (1,653 pairs)." in words
    assert "3 steps: −15%" in words and "4 steps: cannot be told." in words


def test_nothing_and_missing_columns(steps, assert_readable):
    assert_readable(separation_curve(steps.head(0)))
    with pytest.raises(SchemaError, match="'n_pairs'"):
        separation_curve(steps.drop(columns="n_pairs"))
