"""The norm share curve and the strip of those not known."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.norm_share import describe_norm_share, norm_share_curve
from recoverynet.errors import SchemaError


@pytest.fixture
def known(months):
    def frame(count):
        return months(count).rename(columns={"n": "holding", "total": "n_known"}).assign(n=120.0)

    return frame


@pytest.mark.parametrize("count", [1, 2, 6, 18, 30])
def test_any_number_of_periods_stays_readable(count, known, assert_readable):
    axes = norm_share_curve(known(count))
    assert_readable(axes)
    assert axes.get_xticklabels()[0].get_text().replace("\n", " ") == "Jan 2011 60 of 120"


def test_the_strip_shows_the_share_not_known_under_the_line(known):
    axes = norm_share_curve(known(3))
    strip = axes.child_axes[0]
    expected = 1 - known(3)["n_known"] / 120
    assert [patch.get_height() for patch in strip.patches] == pytest.approx(expected)
    axes.get_figure(root=True).draw_without_rendering()
    assert strip.get_window_extent().y1 < axes.get_window_extent().y0
    assert strip.get_xlim() == axes.get_xlim()


def test_suppressed_unknown_and_empty_periods_are_told_apart(known, hatched, assert_readable):
    frame = known(6)
    frame.loc[1, ["share", "low", "high", "n_known"]] = np.nan
    frame.loc[2, ["share", "low", "high", "n_known"]] = [np.nan] * 3 + [0]
    frame.loc[3, ["share", "low", "high", "n_known", "n"]] = [np.nan] * 3 + [0, 0]
    axes = norm_share_curve(frame)
    assert hatched(axes) == 2, "one stub under the line, one in the strip"
    heights = [patch.get_height() for patch in axes.child_axes[0].patches if patch.get_gid() is None]
    assert 1.0 in heights and len(heights) == 4
    assert_readable(axes)
    words = describe_norm_share(frame)
    assert "Suppressed periods: 1." in words and "nobody to count: 2." in words


def test_a_share_beside_a_suppressed_denominator_is_not_drawn(known):
    frame = known(3)
    frame.loc[1, "n_known"] = np.nan
    assert np.isnan(norm_share_curve(frame).lines[0].get_ydata()[1])


def test_the_words_give_denominators_and_those_not_known(known):
    frame = known(2).assign(share=[0.4, 0.5], n_known=[60, 90])
    words = describe_norm_share(frame, people="clients")
    assert "starts at 40% of 60 in Jan 2011 and ends at 50% of 90 in Feb 2011" in words
    assert "Not known: 50% of all 120 clients in Jan 2011, 25% of all 120 clients in Feb 2011." in words


def test_nothing_recorded_and_missing_columns(known, assert_readable):
    axes = norm_share_curve(known(2).iloc[:0])
    assert not axes.child_axes
    assert_readable(axes)
    with pytest.raises(SchemaError, match="'n_known'"):
        norm_share_curve(known(2).drop(columns="n_known"))


def test_the_frame_is_left_as_it_was(known):
    frame = known(4)
    before = frame.copy(deep=True)
    norm_share_curve(frame)
    pd.testing.assert_frame_equal(frame, before)
