"""Traces of the estimation: a strip a parameter, each within its own bounds."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.convergence import describe_convergence, draw_convergence
from recoverynet.errors import SchemaError


def traces(parameters, iterations=40):
    rng = np.random.default_rng(1)
    parts = [
        pd.DataFrame(
            {
                "iteration": np.arange(1, iterations + 1),
                "parameter": f"similarity in drinking {at}",
                "value": 10.0**at * rng.normal(size=iterations).cumsum(),
                "subphase": np.arange(iterations) // 10 + 1,
            }
        )
        for at in range(parameters)
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize(("parameters", "iterations"), [(1, 1), (1, 2), (3, 40), (20, 400)])
def test_readable_with_any_number_of_parameters(parameters, iterations, assert_readable):
    axes = draw_convergence(traces(parameters, iterations), ratio=0.12)
    assert_readable(axes)
    assert sum(line.get_gid() == "trace" for line in axes.lines) == parameters
    assert any("ratio: 0.12" in text.get_text().replace("\n", " ") for text in axes.texts)


def test_strips_do_not_touch_and_rise_where_values_rise():
    frame = traces(4)
    axes = draw_convergence(frame)
    lines = [line for line in axes.lines if line.get_gid() == "trace"]
    for line, (_, part) in zip(lines, frame.groupby("parameter", sort=False), strict=True):
        assert np.corrcoef(line.get_ydata(), part["value"])[0, 1] == pytest.approx(-1.0)
    bounds = [(line.get_ydata().min(), line.get_ydata().max()) for line in lines]
    assert all(above[1] < below[0] for above, below in zip(bounds, bounds[1:], strict=False))


def test_last_values_and_subphases():
    frame = traces(2)
    axes = draw_convergence(frame.sample(frac=1.0, random_state=2).sort_values("parameter", kind="stable"))
    last = [text.get_text() for text in axes.texts if text.get_gid() == "last"]
    ends = frame.groupby("parameter", sort=False)["value"].last()
    assert last == [f"{value:.2f}".replace("-", "−") for value in ends]
    marks = [segment[0, 0] for lines in axes.collections for segment in lines.get_segments()]
    assert marks == [11, 21, 31]


def test_a_constant_trace_and_gaps(assert_readable):
    frame = traces(2)
    frame.loc[frame["parameter"].str.endswith("0"), "value"] = 3.0
    frame.loc[frame["parameter"].str.endswith("1"), "value"] = np.nan
    axes = draw_convergence(frame)
    assert_readable(axes)
    assert [text.get_text() for text in axes.texts if text.get_gid() == "last"] == ["3.00", "–"]
    assert "1: no value." in describe_convergence(frame)


def test_words_tell_whether_it_still_moves():
    words = describe_convergence(traces(2), ratio=0.3)
    assert words.startswith("Strips of 2 parameters over 40 iterations.") and "ratio: 0.30." in words


def test_nothing_and_missing_columns(assert_readable):
    assert_readable(draw_convergence(traces(1).head(0)))
    assert describe_convergence(traces(1).head(0)) == "Nothing recorded to draw."
    with pytest.raises(SchemaError, match="'parameter'"):
        draw_convergence(traces(1).drop(columns="parameter"))
