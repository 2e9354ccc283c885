"""Violins of simulations with the observed line: where everything lies, in both arrangements."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.violins import FARTHEST, describe_violins, draw_violins
from recoverynet.errors import SchemaError

MEANS = [15000, 2500, 1200, 30, 25, 40, 60, 55, 12, 2, 20, 9, 8, 6, 11, 15]


@pytest.fixture
def degrees():
    ties = np.random.default_rng(1).poisson(2.3, (300, 50))
    return pd.DataFrame({str(k): (ties <= k).sum(axis=1) for k in range(9)})


@pytest.fixture
def triads():
    return pd.DataFrame(np.random.default_rng(2).poisson(MEANS, (300, 16)), columns=[f"{k:03}" for k in range(16)])


def observed_points(axes):
    lines = [line for line in axes.lines if line.get_gid() == "observed point"]
    return {str(line.get_marker()): (line.get_xdata(), line.get_ydata()) for line in lines}


def printed(axes):
    return [text.get_text() for text in axes.texts if text.get_gid() == "observed"]


def test_few_classes_stand_side_by_side_on_an_axis_of_counts(degrees, assert_readable):
    seen = [6, 14, 28, 37, 44, 48, 50, 50, 50]
    axes = draw_violins(degrees, observed=seen, title="Ties sent", classes="At most", unit="people", p=0.23, people=50)
    assert_readable(axes)
    assert printed(axes) == [str(value) for value in seen]
    np.testing.assert_allclose(observed_points(axes)["o"], [range(9), seen])
    assert axes.get_ylabel() == "Number of people"
    words = " ".join(text.get_text() for text in axes.texts)
    assert "p = 0.230" in words and "300 simulations" in words and "n = 50 people" in words


def test_bars_hold_the_middle_of_the_simulations(degrees):
    axes = draw_violins(degrees, observed=np.zeros(9), title="Ties sent", unit="people")
    bars = next(lines for lines in axes.collections if lines.get_linewidth()[0] == 4.0)
    ends = [segment[:, 1] for segment in bars.get_segments()]
    np.testing.assert_allclose(ends, degrees.quantile([0.05, 0.95]).T)


def test_many_classes_stand_below_each_other_in_standard_deviations(triads, assert_readable):
    seen = np.array(MEANS, dtype=float)
    seen[4] = 900
    axes = draw_violins(triads, observed=seen, title="Triads", classes="Triad", unit="triads", p=0.004, people=50)
    assert_readable(axes)
    assert printed(axes)[:5] == ["15,000", "2,500", "1,200", "30", "900"]
    assert [label.get_text() for label in axes.get_yticklabels()] == list(triads.columns)
    points = observed_points(axes)
    assert points[">"][1].tolist() == [4] and points[">"][0][0] >= FARTHEST
    expected = (seen - triads.mean().to_numpy()) / triads.std().to_numpy()
    np.testing.assert_allclose(points["o"][0], np.delete(expected, 4))


def test_a_class_that_never_varies_and_is_missed_lies_beyond_the_axis(triads):
    triads["015"] = 0
    seen = np.array(MEANS, dtype=float)
    assert observed_points(draw_violins(triads, observed=seen, title="Triads"))[">"][1].tolist() == [15]
    seen[15] = 0
    assert 15 in observed_points(draw_violins(triads, observed=seen, title="Triads"))["o"][1]


def test_uneven_classes_do_not_share_an_axis_of_counts():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"few": rng.poisson(3, 99), "many": rng.poisson(40000, 99)})
    assert "Standard deviations" in draw_violins(frame, observed=[3, 40000], title="T", unit="ties").get_ylabel()
    counts = draw_violins(frame, observed=[3, 40000], title="T", unit="ties", standardised=False)
    assert counts.get_ylabel() == "Number of ties"


@pytest.mark.parametrize("value", [np.nan, 0.3])
def test_one_class_one_simulation_and_gaps(value, assert_readable):
    assert_readable(draw_violins(pd.DataFrame({"drink": [0.1, 0.2, np.nan]}), observed=[value], title="Moran's I"))
    assert_readable(draw_violins(pd.DataFrame({"drink": [0.1]}), observed=[value], title="Moran's I"))
    assert_readable(draw_violins(pd.DataFrame({"drink": [np.nan]}), observed=[value], title="Moran's I"))


def test_nothing_and_wrong_lengths(degrees, assert_readable):
    assert_readable(draw_violins(degrees.head(0), observed=np.zeros(9), title="Ties sent"))
    assert describe_violins(degrees.head(0), observed=np.zeros(9), title="T") == "Nothing recorded to draw."
    with pytest.raises(SchemaError, match="9 columns"):
        draw_violins(degrees, observed=[1, 2], title="Ties sent")


def test_words_name_what_lies_outside(degrees):
    seen = degrees.median().to_numpy(copy=True)
    assert describe_violins(degrees, observed=seen, title="Ties sent", p=0.9).endswith("in no class.")
    seen[2] = 50
    assert "in 1 of 9 classes: 2 (observed 50" in describe_violins(degrees, observed=seen, title="Ties sent")
