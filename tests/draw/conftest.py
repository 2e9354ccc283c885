"""What every figure must be: readable, without overlaps, and made without pyplot."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Text


def words_of(axes: Axes) -> list[Text]:
    """Every text a reader sees in the figure of these axes."""
    figure = axes.get_figure(root=True)
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [text for text in texts if _drawn(text)]


def _drawn(text: Text) -> bool:
    """Whether a tick label belongs to a tick that is shown."""
    axes = text.axes
    if axes is None:
        return True
    for axis in (axes.xaxis, axes.yaxis):
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if text in (tick.label1, tick.label2):
                low, high = sorted(axis.get_view_interval())
                return bool(low - 1e-9 <= tick.get_loc() <= high + 1e-9)
    return True


@pytest.fixture
def assert_readable() -> Callable[[Axes], None]:
    """No text over another or beyond the edge, none under 10 points, no figure left with pyplot."""

    def check(axes: Axes) -> None:
        texts = words_of(axes)
        page = axes.get_figure(root=True).bbox
        boxes = [text.get_window_extent() for text in texts]
        for text, box in zip(texts, boxes, strict=True):
            assert text.get_fontsize() >= 10, text
            inside = box.x0 >= -0.5 and box.y0 >= -0.5 and box.x1 <= page.x1 + 0.5 and box.y1 <= page.y1 + 0.5
            assert inside, f"{text.get_text()!r} runs off the figure: {box} in {page}"
        for row, box in enumerate(boxes):
            for other in range(row + 1, len(boxes)):
                wide = min(box.x1, boxes[other].x1) - max(box.x0, boxes[other].x0)
                high = min(box.y1, boxes[other].y1) - max(box.y0, boxes[other].y0)
                pair = f"{texts[row].get_text()!r} and {texts[other].get_text()!r}"
                assert wide < 0.5 or high < 2.0, f"{pair} overlap by {wide:.1f} × {high:.1f}"

    return check


@pytest.fixture
def hatched() -> Callable[[Axes], int]:
    """How many suppressed stubs a figure shows."""

    def count(axes: Axes) -> int:
        patches = [*axes.patches, *(patch for child in axes.child_axes for patch in child.patches)]
        stubs = [patch for patch in patches if patch.get_gid() == "suppressed"]
        assert all(patch.get_hatch() for patch in stubs)
        return len(stubs)

    return count


@pytest.fixture
def months() -> Callable[[int], pd.DataFrame]:
    """A share over some months that rises from 15 % to 45 %, with interval and denominators."""

    def frame(count: int) -> pd.DataFrame:
        share = np.linspace(0.15, 0.45, count)
        total = np.round(60 + 40 * np.sin(np.arange(count)) ** 2)
        return pd.DataFrame(
            {
                "period": pd.date_range("2011-01-01", periods=count, freq="MS"),
                "share": share,
                "low": share - 0.08,
                "high": share + 0.09,
                "n": np.round(share * total),
                "total": total,
            }
        )

    return frame
