"""The estimates of the ladder beside each other."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.rungs import describe_rungs, rung_estimates
from recoverynet.errors import SchemaError


@pytest.fixture
def rungs():
    return pd.DataFrame(
        {
            "rung": ["Crude association", "Adjusted for what is recorded", "Placebo outcome", "People met only later"],
            "ratio": [2.1, 2.2, 0.73, np.nan],
            "low": [1.3, 1.34, 0.29, np.nan],
            "high": [3.2, 3.3, 1.85, np.nan],
            "placebo": [False, False, True, True],
            "judged": [False, True, False, False],
        }
    )


def test_readable_and_every_estimate_is_said(rungs, assert_readable):
    axes = rung_estimates(rungs, margin=1.25, note="Lines: bounds.")
    assert_readable(axes)
    texts = [text.get_text() for text in axes.texts]
    assert {"2.1 (1.3 to 3.2)", "0.73 (0.29 to 1.9)", "could not be estimated"} <= set(texts)


def test_dots_lie_on_a_logarithmic_scale_hollow_for_placebos(rungs):
    axes = rung_estimates(rungs, margin=1.25)
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in dots] == pytest.approx(np.log([2.1, 2.2, 0.73]))
    assert dots[2].get_markerfacecolor() != dots[2].get_markeredgecolor()
    assert dots[0].get_markerfacecolor() == dots[0].get_markeredgecolor()


def test_the_margin_stands_only_where_it_counts(rungs):
    axes = rung_estimates(rungs, margin=1.25)
    at_margin = [
        segment for lines in axes.collections for segment in lines.get_segments() if np.allclose(segment[:, 0], np.log(1.25))
    ]
    assert len(at_margin) == 1


def test_estimates_beyond_the_axis_stay_on_it(rungs, assert_readable):
    wild = rungs.assign(ratio=[1e6, 2.2, 0.001, 5], low=[1e-9, 1.3, 1e-9, 0.2], high=[np.inf, 3.3, 0.02, 1e9])
    axes = rung_estimates(wild, margin=1.25)
    assert_readable(axes)
    low, high = axes.get_xlim()
    for lines in axes.collections:
        for segment in lines.get_segments():
            assert segment[:, 0].min() >= low - 1e-9 and segment[:, 0].max() <= high + 1e-9


def test_words_margin_and_nothing(rungs, assert_readable):
    words = describe_rungs(rungs, margin=1.25)
    assert "Placebo outcome: 0.73 (0.29 to 1.9), where about 1 is expected." in words and "margin is 1.25" in words
    assert_readable(rung_estimates(rungs.head(0), margin=1.25))
    with pytest.raises(SchemaError, match="'ratio'"):
        rung_estimates(rungs.drop(columns="ratio"), margin=1.25)
