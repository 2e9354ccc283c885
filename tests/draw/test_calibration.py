"""Rates in worlds of known truth, as dots and as a grid."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from recoverynet.draw.calibration import calibration_grid, calibration_rates, describe_calibration_grid, describe_calibration_rates
from recoverynet.draw.style import contrast
from recoverynet.errors import SchemaError

STRENGTHS = {"none": 0.02, "weak": 0.2, "medium": 0.6, "strong": 0.97}


def rates(worlds):
    rows = [
        (world, strength, rate, max(rate - 0.02, 0), min(rate + 0.02, 1))
        for world in worlds
        for strength, rate in STRENGTHS.items()
    ]
    return pd.DataFrame(rows, columns=["world", "strength", "rate", "low", "high"])


@pytest.mark.parametrize("worlds", [["plain"], ["plain", "threshold state homophily"], [f"world {i}" for i in range(19)]])
def test_rates_stay_readable(worlds, assert_readable):
    axes = calibration_rates(rates(worlds), replications="1,000 replications a mark.")
    assert_readable(axes)
    marks = [line for line in axes.lines if len(line.get_xdata()) == 1]
    assert len(marks) == 4 * len(worlds) + 4, "one a world and strength, and the key"


@pytest.mark.slow
def test_a_mark_lies_at_its_rate_on_the_row_of_its_world():
    table = rates(["one", "two"])
    table.loc[(table["world"] == "two") & (table["strength"] == "none"), ["rate", "low", "high"]] = [0.66, 0.6, 0.7]
    axes = calibration_rates(table)
    heights = {round(float(line.get_ydata()[0]), 3) for line in axes.lines if line.get_xdata()[0] == 0.66}
    others = {round(float(line.get_ydata()[0]), 3) for line in axes.lines if line.get_xdata()[0] == 0.02}
    assert len(heights) == 1 and heights != others


def test_words_name_the_worst_world():
    table = rates(["one", "two"])
    table.loc[4, ["rate", "low", "high"]] = [0.66, 0.6, 0.7]
    assert "With influence none: from 2% in one to 66% in two." in describe_calibration_rates(table)


def grid(tests, worlds):
    values = np.random.default_rng(1).random((len(tests), len(worlds)))
    return pd.DataFrame(
        [(test, world, values[i, j]) for i, test in enumerate(tests) for j, world in enumerate(worlds)],
        columns=["test", "world", "rate"],
    )


@pytest.mark.parametrize(("n_tests", "n_worlds"), [(1, 1), (3, 5), (13, 19)])
def test_grids_stay_readable_and_show_every_rate(n_tests, n_worlds, assert_readable):
    table = grid([f"lagged logit, adjusted {i}" for i in range(n_tests)], [f"state and surroundings {i}" for i in range(n_worlds)])
    axes = calibration_grid(table, title="Where nothing spreads", note="5 is what a test may do.")
    assert_readable(axes)
    assert [text.get_text() for text in axes.texts if text.get_gid() == "rate"] == [
        f"{100 * rate:.0f}"
        for rate in table.pivot(index="world", columns="test", values="rate")
        .reindex(index=table["world"].unique(), columns=table["test"].unique())
        .to_numpy()
        .ravel()
    ]


def test_darker_where_higher_and_a_dash_where_not_tried():
    table = pd.DataFrame({"test": ["a", "b", "c"], "world": "plain", "rate": [0.01, 0.9, np.nan]})
    axes = calibration_grid(table, title="t")
    shades = [sum(patch.get_facecolor()[:3]) for patch in axes.patches]
    assert shades[1] < shades[0]
    assert [text.get_text() for text in axes.texts if text.get_gid() == "rate"] == ["1", "90", "–"]


def test_what_is_found_is_blue_and_dark_from_80(assert_readable):
    table = pd.DataFrame({"test": ["a", "b", "c", "d"], "world": "plain", "rate": [0.05, 0.79, 0.80, 1.0]})
    axes = calibration_grid(table, title="Where something spreads", found=True)
    assert_readable(axes)
    shades = [patch.get_facecolor()[:3] for patch in axes.patches]
    assert [sum(shade) for shade in shades] == sorted((sum(shade) for shade in shades), reverse=True)
    assert all(shade[2] >= shade[0] for shade in shades) and sum(shades[1]) - sum(shades[2]) > 0.5
    for text, shade in zip([text for text in axes.texts if text.get_gid() == "rate"], shades, strict=True):
        assert contrast(to_hex(shade), text.get_color()) >= 4.5


def test_words_of_a_grid_and_nothing(assert_readable):
    table = pd.DataFrame({"test": "a", "world": ["x", "y"], "rate": [0.01, 0.9]})
    assert describe_calibration_grid(table, title="T.") == "T: rates of 1 test in 2 worlds. a: from 1% to 90% in y."
    assert describe_calibration_grid(table.head(0), title="T") == "Nothing recorded to draw."
    assert_readable(calibration_grid(table.head(0), title="T"))
    assert_readable(calibration_rates(rates([])))
    with pytest.raises(SchemaError, match="'rate'"):
        calibration_grid(table.drop(columns="rate"), title="T")
    with pytest.raises(SchemaError, match="between 0 and 1"):
        calibration_rates(rates(["one"]).assign(rate=97))
