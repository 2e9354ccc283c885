"""Exposure of those who gained a norm, against what chance makes."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.exposure_null import describe_exposure_null, exposure_null
from recoverynet.errors import SchemaError


@pytest.fixture
def chance():
    return pd.DataFrame({"draw": np.random.default_rng(1).normal(0.5, 0.02, 999)})


@pytest.mark.parametrize("observed", [0.40, 0.49, 0.5, 0.503, 0.57, 0.9])
def test_readable_wherever_the_observed_value_lies(chance, observed, assert_readable):
    axes = exposure_null(chance, observed=observed, expected=0.5, gains=160)
    assert_readable(axes)
    low, high = axes.get_xlim()
    assert low < observed < high and low < chance["draw"].min()


def test_columns_add_up_to_the_draws_and_the_middle_is_darker(chance):
    axes = exposure_null(chance, observed=0.57, expected=0.5)
    assert sum(bar.get_height() for bar in axes.patches) == 999
    dark = {bar.get_facecolor() for bar in axes.patches if abs(bar.get_x() + bar.get_width() / 2 - 0.5) < 0.02}
    light = {bar.get_facecolor() for bar in axes.patches if abs(bar.get_x() + bar.get_width() / 2 - 0.5) > 0.05}
    assert len(dark) == 1 and len(light) == 1 and dark != light


def test_close_values_get_a_decimal_so_that_they_do_not_read_alike(chance):
    texts = [text.get_text() for text in exposure_null(chance, observed=0.504, expected=0.5).texts]
    assert "observed 50.4%" in texts and "by chance 50.0%" in texts


def test_the_words_hold_what_the_figure_shows():
    draws = pd.DataFrame({"draw": [0.4] * 95 + [0.6] * 5})
    words = describe_exposure_null(draws, observed=0.6, expected=0.41, gains=30, norm="the norm")
    assert "60% held it already (30 gains)" in words and "5 of 100 dealings by chance reach" in words


def test_nothing_to_draw(assert_readable):
    empty = pd.DataFrame({"draw": []})
    assert_readable(exposure_null(empty, observed=np.nan, expected=np.nan))
    assert describe_exposure_null(empty, observed=np.nan, expected=np.nan) == "Nothing recorded to draw."
    with pytest.raises(SchemaError, match="'draw'"):
        exposure_null(pd.DataFrame({"value": [1]}), observed=0.5, expected=0.5)


def test_all_draws_alike(assert_readable):
    assert_readable(exposure_null(pd.DataFrame({"draw": [0.5] * 99}), observed=0.5, expected=0.5))
