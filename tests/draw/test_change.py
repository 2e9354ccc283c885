"""First and last values of outcomes."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.change import describe_change, paired_change


@pytest.fixture
def outcomes():
    return pd.DataFrame(
        {
            "outcome": [
                "In work, education or training for at least a few hours a week",
                "Housed",
                "None",
                "Hidden",
                "Nobody",
                "All",
            ],
            "first": [0.2, 0.9, 0.0, np.nan, 0.3, 0.0],
            "last": [0.35, 0.84, 0.0, 0.4, 0.4, 1.0],
            "n": [212, 200, 50, 20, 0, 90],
            "low": [0.08, -0.12, -0.02, np.nan, 0, 0.97],
            "high": [0.22, 0.01, 0.02, np.nan, 0, 1.0],
        }
    )


def rings(axes):
    marks = [mark for mark in axes.lines if mark.get_marker() == "o" and mark.get_clip_on()]
    return [float(mark.get_xdata()[0]) for mark in marks]


def test_rings_and_dots_lie_at_first_and_last(outcomes, hatched, assert_readable):
    axes = paired_change(outcomes)
    assert rings(axes) == [0.2, 0.35, 0.9, 0.84, 0.0, 0.0, 0.0, 1.0]
    assert hatched(axes) == 1
    texts = [text.get_text() for text in axes.texts]
    assert "+15 points (+8 to +22), n = 212" in texts
    assert "−6 points (−12 to +1), n = 200" in texts
    assert "0 points (−2 to +2), n = 50" in texts
    assert "nobody has both" in texts and "*, n = 20" in texts
    assert_readable(axes)


@pytest.mark.parametrize("gap", [0.0, 0.004, 0.02, 0.5])
def test_values_close_together_do_not_run_into_each_other(gap, assert_readable):
    frame = pd.DataFrame({"outcome": ["A", "B"], "first": [0.4, 0.4 + gap], "last": [0.4 + gap, 0.4], "n": [90, 90]})
    assert_readable(paired_change(frame))


def test_scores_keep_their_unit(assert_readable):
    frame = pd.DataFrame({"outcome": ["Quality of life"], "first": [8.2], "last": [12.4], "n": [150]})
    axes = paired_change(frame, share=False, unit="of 20")
    assert "+4.2 of 20, n = 150" in [text.get_text() for text in axes.texts]
    assert_readable(axes)


@pytest.mark.parametrize("count", [1, 12, 13, 30])
def test_any_number_of_outcomes_stays_readable(count, assert_readable):
    share = np.linspace(0, 1, count)
    frame = pd.DataFrame(
        {
            "outcome": [f"Outcome {row}" for row in range(count)],
            "first": share,
            "last": share[::-1],
            "n": 123,
            "low": -0.1,
            "high": 0.1,
        }
    )
    assert_readable(paired_change(frame))


def test_values_are_hidden_with_their_number(outcomes, hatched):
    axes = paired_change(outcomes.assign(n=np.nan))
    assert hatched(axes) == 6 and rings(axes) == []
    assert "%" not in describe_change(outcomes.assign(n=np.nan)).replace("95%", "")


def test_the_words_follow_the_frame(outcomes):
    words = describe_change(outcomes)
    assert "Housed: from 90% to 84%, −6 points (95% interval −12 to +1), n = 200." in words
    assert "Hidden: suppressed, n = 20." in words and "Nobody: nobody has both." in words
    assert describe_change(outcomes.iloc[:0]) == "Nothing recorded to draw."


def test_the_frame_is_left_as_it_was(outcomes):
    before = outcomes.copy(deep=True)
    paired_change(outcomes)
    pd.testing.assert_frame_equal(outcomes, before)


def test_changes_are_rounded_after_they_are_taken_and_keep_one_decimal():
    frame = pd.DataFrame(
        {
            "outcome": ["Days", "Points", "Same"],
            "first": [10.86, 9.0, 5.0],
            "last": [8.72, 10.0, 5.0],
            "n": 403,
            "low": [-3.2, 0.96, -0.3],
            "high": [-1.1, 1.04, 0.3],
        }
    )
    words = describe_change(frame, share=False)
    assert "from 10.9 to 8.7, −2.1 (95% interval −3.2 to −1.1)" in words
    assert "from 9.0 to 10.0, +1.0 (95% interval +1.0 to +1.0)" in words
    assert "from 5.0 to 5.0, 0.0 " in words
