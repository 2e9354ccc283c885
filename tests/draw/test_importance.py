"""Importance of effects: a bar an effect and period, grouped by what is decided on."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.importance import describe_importance, draw_importance
from recoverynet.errors import SchemaError

EFFECTS = {"friend": ["density", "recip", "similarity in drinking to contacts of contacts"], "drink": ["linear", "avSim"]}


def importance(periods):
    rng = np.random.default_rng(periods)
    rows = [
        (dependent, period, effect, share)
        for dependent, effects in EFFECTS.items()
        for period in range(1, periods + 1)
        for effect, share in zip(effects, rng.dirichlet(np.ones(len(effects))), strict=True)
    ]
    return pd.DataFrame(rows, columns=["dependent", "period", "effect", "share"])


@pytest.mark.parametrize("periods", [1, 2, 4, 9])
def test_readable_with_any_number_of_periods(periods, assert_readable):
    axes = draw_importance(importance(periods), people=50)
    assert_readable(axes)
    assert [label.get_text().split("\n")[0] for label in axes.get_yticklabels()][:2] == ["density", "recip"]
    texts = [text.get_text().replace("\n", " ") for text in axes.texts]
    assert {"friend", "drink"} <= set(texts)
    assert any("mean over 50 people" in text for text in texts)


def test_bars_are_as_long_as_the_shares_in_the_order_of_periods():
    frame = importance(2)
    axes = draw_importance(frame.sample(frac=1.0, random_state=1).sort_values("dependent", ascending=False))
    drawn = sorted((round(bar.get_y()), bar.get_width()) for bar in axes.patches)
    first = {label.get_text(): place for label, place in zip(axes.get_yticklabels(), axes.get_yticks(), strict=True)}
    place = first["recip"]
    widths = [width for y, width in drawn if abs(y - place) < 10]
    wanted = frame[(frame["effect"] == "recip")].sort_values("period")["share"]
    np.testing.assert_allclose(widths, wanted)


def test_many_periods_are_a_mean_and_its_ends():
    frame = importance(9)
    axes = draw_importance(frame)
    means = frame.groupby(["dependent", "effect"], sort=False)["share"].mean()
    np.testing.assert_allclose([bar.get_width() for bar in axes.patches], means)
    assert any("mean of 9 periods" in text.get_text().replace("\n", " ") for text in axes.texts)


def test_gaps_are_dashes(assert_readable):
    frame = importance(2)
    frame.loc[0, "share"] = np.nan
    axes = draw_importance(frame)
    assert_readable(axes)
    assert next(t.get_text() for t in axes.texts if t.get_gid() == "share").startswith("–, ")
    assert_readable(draw_importance(frame.assign(share=np.nan)))


def test_words_name_the_most_important():
    frame = importance(1)
    words = describe_importance(frame)
    top = frame[frame["dependent"] == "drink"].sort_values("share").iloc[-1]
    assert f"drink: {top['effect']} {top['share']:.0%}" in words


def test_nothing_repeats_and_wrong_shares(assert_readable):
    frame = importance(1)
    assert_readable(draw_importance(frame.head(0)))
    assert describe_importance(frame.head(0)) == "Nothing recorded to draw."
    with pytest.raises(SchemaError, match="there twice for period 1"):
        draw_importance(pd.concat([frame, frame]))
    with pytest.raises(SchemaError, match="shares between 0 and 1"):
        draw_importance(frame.assign(share=30))
    with pytest.raises(SchemaError, match="'effect'"):
        draw_importance(frame.drop(columns="effect"))
