"""Stacked bars of who people are tied to."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.composition import TIES, composition_change, describe_composition
from recoverynet.errors import SchemaError


def ties(count, **columns):
    frame = pd.DataFrame({"period": pd.date_range("2011-01-01", periods=count, freq="MS")})
    counts = {"recovery": 30, "other": 20, "using": 10, "unknown": 40} | columns
    return frame.assign(**counts)


def segments(axes):
    return [round(patch.get_width(), 6) for patch in axes.patches if patch.get_zorder() == 2 and not patch.get_gid()]


@pytest.mark.parametrize("count", [1, 2, 12, 13, 30])
@pytest.mark.parametrize("using", [1, 10, 60])
def test_any_number_of_periods_stays_readable(count, using, assert_readable):
    assert_readable(composition_change(ties(count, using=using)))


def test_every_bar_is_whole_and_names_its_denominator():
    axes = composition_change(ties(2))
    assert segments(axes) == [0.3, 0.2, 0.1, 0.4] * 2
    texts = [text.get_text() for text in axes.texts]
    assert texts.count("100 ties") == 2
    assert {"30%", "20%", "10%", "40%"} <= set(texts)


def test_names_stand_over_their_parts_where_they_fit_and_in_a_key_otherwise(assert_readable):
    direct = composition_change(ties(2, recovery=30, other=30, using=30, unknown=30))
    for name, middle in zip(TIES.values(), (0.125, 0.375, 0.625, 0.875), strict=True):
        text = next(text for text in direct.texts if text.get_text() == name)
        assert text.get_position()[0] == pytest.approx(middle)
    key = composition_change(ties(2, recovery=300, using=1))
    assert {text.get_text() for text in key.texts} >= set(TIES.values())
    assert_readable(direct)
    assert_readable(key)


def test_two_suppressed_parts_share_one_hatched_stretch(hatched, assert_readable):
    frame = ties(1, total=100).astype({"other": float, "using": float})
    frame.loc[0, ["other", "using"]] = np.nan
    axes = composition_change(frame)
    assert hatched(axes) == 1
    assert segments(axes) == [0.3, 0.4]
    stub = next(patch for patch in axes.patches if patch.get_gid() == "suppressed")
    assert (stub.get_x(), stub.get_width()) == pytest.approx((0.3, 0.3))
    assert_readable(axes)
    assert "recovery 30%, other known suppressed, using suppressed and not known 40%" in describe_composition(frame)


def test_one_suppressed_part_hides_the_whole_bar_as_it_could_be_worked_out(hatched):
    frame = ties(1, total=100).astype({"using": float})
    frame.loc[0, "using"] = np.nan
    axes = composition_change(frame)
    assert hatched(axes) == 1 and segments(axes) == []
    assert "%" not in describe_composition(frame)


def test_a_suppressed_part_without_a_total_hides_the_total_too(hatched):
    frame = ties(1).astype({"using": float})
    frame.loc[0, "using"] = np.nan
    axes = composition_change(frame)
    assert hatched(axes) == 1 and "* ties" in [text.get_text() for text in axes.texts]


def test_no_ties_at_all_is_neither_zero_nor_suppressed(hatched, assert_readable):
    axes = composition_change(ties(2, recovery=0, other=0, using=0, unknown=0))
    assert [text.get_text() for text in axes.texts].count("no ties") == 2
    assert hatched(axes) == 0
    assert_readable(axes)


def test_one_part_may_be_everything(assert_readable):
    axes = composition_change(ties(3, recovery=0, other=0, using=0, unknown=1))
    assert [text.get_text() for text in axes.texts].count("1 tie") == 3
    assert segments(axes) == [1.0] * 3
    assert_readable(axes)


def test_other_parts_may_be_named():
    frame = pd.DataFrame({"period": ["a"], "people": [3], "services": [1]})
    axes = composition_change(frame, parts={"people": "People", "services": "Services"}, unit="contacts")
    assert segments(axes) == [0.75, 0.25]
    colours = {patch.get_facecolor() for patch in axes.patches if patch.get_zorder() == 2}
    assert len(colours) == 2


def test_parts_larger_than_their_total_are_refused_but_rounding_is_not():
    with pytest.raises(SchemaError, match="Count every tie once"):
        composition_change(ties(1, total=50))
    axes = composition_change(ties(1, total=95))
    assert sum(segments(axes)) == pytest.approx(1)


def test_the_words_give_first_and_last_with_denominators():
    frame = ties(3, recovery=[30, 1, 80])
    words = describe_composition(frame)
    assert "In Jan 2011, of 100 ties: recovery 30%" in words and "In Mar 2011, of 150 ties: recovery 53%" in words
    assert "Feb" not in words
    assert describe_composition(frame.iloc[:0]) == "Nothing recorded to draw."


def test_the_frame_is_left_as_it_was():
    frame = ties(3)
    before = frame.copy(deep=True)
    composition_change(frame)
    pd.testing.assert_frame_equal(frame, before)
