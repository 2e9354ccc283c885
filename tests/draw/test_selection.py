"""The table of preferences: every contribution in its cell, the preferred contact outlined."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.selection import describe_selection, draw_selection
from recoverynet.errors import SchemaError


def pairs(size):
    rows = [(own, other, 0.4 - abs(own - other) / 4) for own in range(1, size + 1) for other in range(1, size + 1)]
    return pd.DataFrame(rows, columns=["ego_value", "alter_value", "contribution"])


def cells(axes):
    return [text.get_text() for text in axes.texts if text.get_gid() == "contribution"]


@pytest.mark.parametrize("size", [1, 2, 5, 11])
@pytest.mark.parametrize("behaviour", ["drink", "days of drinking a week"])
def test_readable_with_any_number_of_values(size, behaviour, assert_readable):
    axes = draw_selection(pairs(size), behaviour=behaviour, people=50)
    assert_readable(axes)
    assert len(cells(axes)) == size * size
    assert "Fitted to 50 people." in " ".join(text.get_text().replace("\n", " ") for text in axes.texts)


def test_numbers_stand_where_the_values_say_whatever_the_order_of_rows():
    frame = pairs(3)
    axes = draw_selection(frame.sample(frac=1.0, random_state=1))
    assert cells(axes) == ["+0.40", "+0.15", "−0.10", "+0.15", "+0.40", "+0.15", "−0.10", "+0.15", "+0.40"]
    outlined = [patch.get_xy() for patch in axes.patches if patch.get_gid() == "preferred"]
    np.testing.assert_allclose(outlined, [(0.03, 0.06), (1.03, 1.06), (2.03, 2.06)])


def test_a_table_too_wide_for_numbers_says_what_the_colours_mean(assert_readable):
    axes = draw_selection(pairs(20))
    assert_readable(axes)
    assert cells(axes) == []
    assert "Blue draws, orange puts off, full at 4.35." in " ".join(text.get_text().replace("\n", " ") for text in axes.texts)


def test_gaps_are_dashes_and_all_equal_is_white(assert_readable):
    frame = pairs(2)
    frame.loc[1, "contribution"] = np.nan
    axes = draw_selection(frame)
    assert cells(axes)[1] == "–"
    assert_readable(draw_selection(frame.assign(contribution=0.0)))
    assert_readable(draw_selection(frame.assign(contribution=np.nan)))


def test_words_name_the_preferred_contact():
    words = describe_selection(pairs(3), behaviour="drinking")
    assert words.endswith("People at 3 prefer contacts at 3 (+0.40).")


def test_nothing_repeats_and_missing_columns(assert_readable):
    assert_readable(draw_selection(pairs(2).head(0)))
    assert describe_selection(pairs(2).head(0)) == "Nothing recorded to draw."
    with pytest.raises(SchemaError, match="'alter_value'"):
        draw_selection(pairs(2).drop(columns="alter_value"))
    with pytest.raises(SchemaError, match="there twice"):
        draw_selection(pd.concat([pairs(2), pairs(2)]))
