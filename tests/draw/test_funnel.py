"""The funnel: stages, denominators, suppression."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.funnel import describe_funnel, funnel
from recoverynet.draw.style import APART
from recoverynet.errors import SchemaError

LONG = "Introduced in person by a worker, peer or recovery champion at the recovery café on a Tuesday"


@pytest.fixture
def stages():
    frame = pd.DataFrame(
        {
            "stage": ["Offered", "Discussed", LONG, "Attended", "Repeated", "Involved", "Stopped"],
            "n": [650, 431, 140, 98, np.nan, 0, 51],
        }
    )
    frame["share"] = frame["n"] / 650
    return frame.assign(low=np.maximum(frame["share"] - 0.04, 0), high=np.minimum(frame["share"] + 0.04, 1))


def labels(axes):
    return [text.get_text() for text in axes.texts]


def test_every_stage_has_its_count_its_denominator_and_a_bar_as_long_as_its_share(stages, assert_readable, hatched):
    axes = funnel(stages, denominator=650)
    assert {"650 of 650 (100%)", "140 of 650 (22%)", "* of 650", "0 of 650 (0%)"} <= set(labels(axes))
    assert "Share of the 650 clients at each stage" in labels(axes)
    bars = [bar.get_width() for bars in axes.containers for bar in bars]
    assert bars == pytest.approx([1, 431 / 650, 140 / 650, 98 / 650, 0, 51 / 650])
    assert hatched(axes) == 1
    assert_readable(axes)


def test_bars_lie_under_each_other_in_the_order_of_the_frame(stages):
    axes = funnel(stages, denominator=650)
    figure = axes.get_figure(root=True)
    figure.draw_without_rendering()
    tops = [bar.get_window_extent().y1 for bars in axes.containers for bar in bars]
    assert tops == sorted(tops, reverse=True)


def test_stages_apart_are_grey(stages):
    axes = funnel(stages, denominator=650, apart=["Stopped"])
    colours = [bar.get_facecolor() for bars in axes.containers for bar in bars]
    from matplotlib.colors import to_rgba

    assert colours[-1] == to_rgba(APART) != colours[0]


def test_the_note_appears_only_where_something_is_suppressed(stages):
    assert "suppressed" in funnel(stages, denominator=650).get_xlabel()
    assert "suppressed" not in funnel(stages.dropna(), denominator=650).get_xlabel()
    assert "90% intervals" in funnel(stages, denominator=650, level=0.9).get_xlabel()
    assert "interval" not in funnel(stages.drop(columns=["low", "high"]), denominator=650).get_xlabel()


def test_all_suppressed_draws_no_bar_at_all(stages, assert_readable, hatched):
    axes = funnel(stages.assign(n=np.nan), denominator=650)
    assert not axes.containers and hatched(axes) == 7
    assert_readable(axes)


def test_a_share_left_standing_beside_a_suppressed_count_is_not_drawn(stages, hatched):
    leak = stages.assign(n=[np.nan, *stages["n"][1:]])
    axes = funnel(leak, denominator=650)
    assert hatched(axes) == 2 and "100%)" not in " ".join(labels(axes))
    assert "100%" not in describe_funnel(leak, denominator=650)


def test_nobody_to_count_is_neither_zero_nor_suppressed(hatched):
    frame = pd.DataFrame({"stage": ["Offered"], "n": [0], "share": [np.nan]})
    axes = funnel(frame, denominator=0)
    assert "none to count" in labels(axes) and hatched(axes) == 0


@pytest.mark.parametrize("count", [1, 2, 12, 13, 30])
@pytest.mark.parametrize("name", ["Stage {}", "Stage {} " + LONG])
def test_any_number_of_stages_stays_readable(count, name, assert_readable):
    n = np.linspace(0, 12345, count)
    frame = pd.DataFrame({"stage": [name.format(row) for row in range(count)], "n": n, "share": n / 12345})
    assert_readable(funnel(frame, denominator=12345))


def test_nothing_recorded_is_said(stages, assert_readable):
    axes = funnel(stages.iloc[:0], denominator=650)
    assert "Nothing recorded to draw." in labels(axes)
    assert describe_funnel(stages.iloc[:0], denominator=650) == "Nothing recorded to draw."
    assert_readable(axes)


def test_the_frame_is_left_as_it_was(stages):
    before = stages.copy(deep=True)
    funnel(stages, denominator=650)
    describe_funnel(stages, denominator=650)
    pd.testing.assert_frame_equal(stages, before)


def test_the_words_follow_the_frame(stages):
    words = describe_funnel(stages.drop(index=4), denominator=650, apart=["Stopped"])
    assert words.startswith("Bar chart of 650 clients by stage. Offered: 650 of 650 (100%).")
    assert words.endswith(f"The largest fall is from Discussed to {LONG}.")
    assert "largest fall" not in describe_funnel(stages, denominator=650)
    assert "Repeated: suppressed (of 650)." in describe_funnel(stages, denominator=650)


def test_bad_frames_are_refused(stages):
    with pytest.raises(SchemaError, match="'share'"):
        funnel(stages.drop(columns="share"), denominator=650)
    with pytest.raises(SchemaError, match="Divide"):
        funnel(stages.assign(share=62.0), denominator=650)
