"""Lines of drift: a line a level of contacts, ringed where it is highest, named without overlap."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.drift import describe_drift, draw_drift
from recoverynet.errors import SchemaError


def drift(values, levels, pull=1.0):
    rows = [(own, other, -pull * abs(own - other)) for other in levels for own in values]
    return pd.DataFrame(rows, columns=["behaviour", "contacts", "contribution"])


def rings(axes):
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines if line.get_gid() == "preferred"]


@pytest.mark.parametrize("levels", [[3], [1, 5], range(1, 6), range(12)])
@pytest.mark.parametrize("pull", [1.0, 0.0, 1e-3])
def test_readable_with_any_levels_even_where_lines_end_together(levels, pull, assert_readable):
    axes = draw_drift(drift(range(1, 6), levels, pull), behaviour="drink", people=50)
    assert_readable(axes)
    names = [text.get_text() for text in axes.texts if text.get_text().startswith("contacts at")]
    assert sorted(names) == sorted(f"contacts at {level}" for level in levels)


def test_rings_lie_at_the_value_preferred():
    assert rings(draw_drift(drift(range(1, 6), [1, 3, 5]))) == [(1, 0), (3, 0), (5, 0)]


def test_labels_of_lines_stay_in_their_order():
    axes = draw_drift(drift(range(1, 4), range(1, 10), 0.01))
    axes.figure.draw_without_rendering()
    names = {t.get_text(): t.get_window_extent().y0 for t in axes.texts if t.get_text().startswith("contacts at")}
    heights = [names[f"contacts at {level}"] for level in range(3, 10)]
    assert heights == sorted(heights, reverse=True)


def test_gaps_leave_a_line_out_of_the_names(assert_readable):
    frame = drift(range(1, 4), [1, 2])
    frame.loc[frame["contacts"] == 2, "contribution"] = np.nan
    axes = draw_drift(frame)
    assert_readable(axes)
    assert len(rings(axes)) == 1
    assert_readable(draw_drift(frame.assign(contribution=np.nan)))


def test_words_tell_the_value_preferred():
    assert "With contacts at 2 a person prefers 2." in describe_drift(drift(range(1, 4), [1, 2]), behaviour="drinking")


def test_nothing_repeats_and_missing_columns(assert_readable):
    frame = drift([1, 2], [1])
    assert_readable(draw_drift(frame.head(0)))
    assert describe_drift(frame.head(0)) == "Nothing recorded to draw."
    with pytest.raises(SchemaError, match="'contacts'"):
        draw_drift(frame.drop(columns="contacts"))
    with pytest.raises(SchemaError, match="there twice"):
        draw_drift(pd.concat([frame, frame]))
    with pytest.raises(SchemaError, match="must hold numbers"):
        draw_drift(frame.assign(behaviour="low"))
