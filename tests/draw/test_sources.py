"""Sources of likeness: bars from zero either way, with intervals."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from recoverynet.draw.sources import describe_sources, draw_sources
from recoverynet.draw.style import MAIN
from recoverynet.errors import SchemaError


@pytest.fixture
def shares():
    return pd.DataFrame(
        {
            "source": ["Selection", "Influence", "Both together", "Likeness at the start, and shared surroundings"],
            "share": [0.42, 0.25, -0.05, 0.38],
            "low": [0.2, 0.1, -0.2, np.nan],
            "high": [0.6, 0.4, 0.1, np.nan],
        }
    )


def bars(axes):
    from matplotlib.colors import to_rgba

    return [p for p in axes.patches if isinstance(p, Rectangle) and p.get_facecolor() == to_rgba(MAIN)]


@pytest.mark.parametrize("factor", [1.0, 0.01, 6.0])
def test_readable_and_bars_are_as_long_as_the_shares(shares, factor, assert_readable):
    shares[["share", "low", "high"]] *= factor
    axes = draw_sources(shares, behaviour="drinking", people=50, simulations=1000)
    assert_readable(axes)
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars(axes)]
    np.testing.assert_allclose(ends, [(min(s, 0), max(s, 0)) for s in shares["share"]])
    low, high = axes.get_xlim()
    seen = shares[["share", "low", "high"]].to_numpy()
    assert low <= np.nanmin(seen) and high >= max(np.nanmax(seen), 1.0)
    words = axes.get_xlabel().replace("\n", " ")
    assert "95% intervals" in words and "n = 50 people" in words and "1,000 simulations" in words


def test_numbers_beside_each_source(shares):
    words = [text.get_text() for text in draw_sources(shares).texts if "%" in text.get_text()]
    assert words == ["42% (20% to 60%)", "25% (10% to 40%)", "−5% (−20% to 10%)", "38%"]


def test_what_cannot_be_told_says_so(shares, assert_readable):
    shares.loc[0, "share"] = np.nan
    axes = draw_sources(shares)
    assert_readable(axes)
    assert len(bars(axes)) == 3
    assert "Selection: cannot be told." in describe_sources(shares)


def test_words_for_every_source(shares):
    words = describe_sources(shares, behaviour="drinking", level=0.9)
    assert "with 90% intervals" in words and "Both together: −5% (−20% to 10%)." in words


def test_nothing_and_missing_columns(shares, assert_readable):
    assert_readable(draw_sources(shares.head(0)))
    assert describe_sources(shares.head(0)) == "Nothing recorded to draw."
    with pytest.raises(SchemaError, match="'low'"):
        draw_sources(shares.drop(columns="low"))
