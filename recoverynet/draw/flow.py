"""Who is counted, and why others are not: boxes from top to bottom, with those left out beside them."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from recoverynet.draw.plate import open_plate
from recoverynet.draw.style import APART, BAND, INK, SMALL, TRACK, axes_width, described, drawn, wrap

LEADING = 1.32 * SMALL
PAD, GAP, BETWEEN = 8.0, 16.0, 18.0
Step = tuple[str, Sequence[str]]
"""What stands in a box, and what stands beside it: those left out on the way to it."""


@drawn
def draw_flow(steps: Sequence[Step], *, title: str, ax: Axes | None = None) -> Axes:
    """How do people come to be counted, and why are others not?

    Parameters
    ----------
    steps : sequence of (str, sequence of str)
        From top to bottom: the text of the box, and a line a reason for those left out on the way from the box above.
    title : str
        Whom the flow is about.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own, as high as the texts need.

    Returns
    -------
    matplotlib.axes.Axes

    References
    ----------
    von Elm, E. et al. (2007). The Strengthening the Reporting of Observational Studies in Epidemiology (STROBE) statement.
    PLoS Medicine 4(10), e296, item 13. https://doi.org/10.1371/journal.pmed.0040296

    Examples
    --------
    >>> axes = draw_flow([("Clients: 650", ()), ("Counted: 543", ["Did not agree: 107"])], title="Who is counted")
    >>> [text.get_text() for text in axes.texts if "Counted" in text.get_text()]
    ['Counted: 543']
    """
    full = axes_width(ax)
    wide = (full - BETWEEN) / 2
    texts = [(wrap(box, wide - 2 * PAD, SMALL), _lines(beside, wide - 2 * PAD)) for box, beside in steps]
    heights = [max(_height(box), _height(beside) if beside else 0.0) for box, beside in texts]
    whole = sum(heights) + GAP * max(len(heights) - 1, 0)
    axes = open_plate(ax, title, "", height=max(whole, 20.0), left=8.0, right=8.0, above=10.0)
    axes.set(xlim=(0.0, full), ylim=(-max(whole, 20.0), 0.0), xticks=[], yticks=[])
    top = above = 0.0
    for place, ((box, beside), height) in enumerate(zip(texts, heights, strict=True)):
        tall = _height(box)
        _box(axes, 0.0, top - (height - tall) / 2, wide, box, BAND)
        middle = top - height / 2
        if place:
            axes.annotate(
                "", (wide / 2, top - (height - tall) / 2), xytext=(wide / 2, above), arrowprops=_arrow(), annotation_clip=False
            )
        if beside:
            _box(axes, wide + BETWEEN, top - (height - _height(beside)) / 2, wide, beside, TRACK)
            axes.plot([wide, wide + BETWEEN], [middle, middle], color=APART, linewidth=1.0, linestyle=(0, (2, 2)))
        above = top - (height + tall) / 2
        top -= height + GAP
    return described(axes, describe_flow(steps, title=title))


def _arrow() -> dict[str, object]:
    return {"arrowstyle": "-|>", "color": APART, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}


def _lines(reasons: Sequence[str], wide: float) -> str:
    return "\n".join(wrap(reason, wide, SMALL) for reason in reasons)


def _height(text: str) -> float:
    return LEADING * (text.count("\n") + 1) + 2 * PAD


def _box(axes: Axes, left: float, top: float, wide: float, text: str, colour: str) -> None:
    height = _height(text)
    axes.add_patch(Rectangle((left, top - height), wide, height, facecolor=colour, edgecolor="none", clip_on=False))
    axes.text(left + PAD, top - height / 2, text, va="center", ha="left", fontsize=SMALL, color=INK, linespacing=1.2)


def describe_flow(steps: Sequence[Step], *, title: str) -> str:
    """What does the flow show, in words for those who cannot see it?

    Parameters
    ----------
    steps, title
        As for :func:`draw_flow`.

    Returns
    -------
    str

    Examples
    --------
    >>> describe_flow([("Clients: 650", ()), ("Counted: 543", ["Did not agree: 107"])], title="Who is counted")
    'Flow chart. Who is counted. Clients: 650. Counted: 543 (left out or beside it: Did not agree: 107).'
    """
    told = [f"{box} (left out or beside it: {'; '.join(beside)})." if beside else f"{box}." for box, beside in steps]
    return " ".join([f"Flow chart. {title}.", *told])
