"""How every figure looks: colours that survive print, type that survives a phone, files that never change."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from html import escape
from typing import Any, ParamSpec, TypeVar, cast

import matplotlib
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

INK = "#1F2933"
MUTED = "#4A5763"
PAPER = "#FFFFFF"
GRID = "#D5DBE1"
TRACK = "#EDF0F3"
MAIN = "#2F78AD"
MAIN_DARK = "#0B4A6F"
BAND = "#C9DEEE"
ACCENT = "#B5470B"
APART = "#7A8691"
PARTS = {"recovery": "#0B4A6F", "other": "#5C9DBA", "using": "#F2BC6B", "unknown": "#ECEFF2"}
"""Who a tie leads to, from dark to light, so that the order still shows in a black-and-white copy."""
SERIES = ("#00639C", "#B5470B", "#00735A", "#8B4A80", "#6B5A00")
"""Colours for lines side by side, after Okabe and Ito, darkened until each can be read as text on white."""
HATCH = "/////"

FONT = "DejaVu Sans"
TEXT = 12.5
SMALL = 11.5
LINE = 1.32
WIDTH, PHONE = 6.5, 4.7
"""Widths of figures in inches: between the margins of a printed A4 page, and on a phone held upright."""

_width: ContextVar[float] = ContextVar("width of new figures in inches", default=WIDTH)

_FAMILIES = frozenset(
    [
        "axes",
        "errorbar",
        "figure",
        "font",
        "grid",
        "hatch",
        "legend",
        "lines",
        "mathtext",
        "patch",
        "path",
        "text",
        "xtick",
        "ytick",
    ]
)
_OURS = {
    "font.family": FONT, "font.size": TEXT, "text.color": INK, "text.parse_math": False,
    "axes.edgecolor": GRID, "axes.labelcolor": MUTED, "axes.labelsize": SMALL, "axes.linewidth": 1.0,
    "axes.spines.top": False, "axes.spines.right": False, "axes.titlelocation": "left",
    "axes.titlesize": TEXT,
    "axes.titleweight": "bold", "axes.prop_cycle": cycler(color=SERIES), "axes.axisbelow": True,
    "xtick.color": GRID, "ytick.color": GRID, "xtick.labelcolor": MUTED, "ytick.labelcolor": MUTED,
    "xtick.labelsize": SMALL, "ytick.labelsize": SMALL, "grid.color": GRID, "hatch.linewidth": 1.0,
    "figure.facecolor": PAPER, "figure.dpi": 100.0, "legend.frameon": False, "lines.linewidth": 2.0,
    "svg.hashsalt": "recoverynet", "svg.fonttype": "path",
}  # fmt: skip


@contextmanager
def drawing() -> Iterator[None]:
    """The settings of matplotlib under which a figure is drawn, put back afterwards.

    A reader's own settings do not reach in: the same frame gives the same picture in every notebook.

    Yields
    ------
    None
    """
    stock: dict[Any, Any] = {
        name: setting
        for name, setting in matplotlib.rcParamsDefault.items()
        if name.split(".")[0] in _FAMILIES and name != "figure.max_open_warning"
    }
    with matplotlib.rc_context(stock | _OURS):
        yield


def figure_of(axes: Axes) -> Figure:
    """The figure that axes lie in, whole."""
    return cast(Figure, axes.get_figure(root=True))


def drawn(function: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Run a drawing function under the settings of :func:`drawing`.

    Parameters
    ----------
    function : callable
        Whatever draws.

    Returns
    -------
    callable
        The same function, same signature.
    """

    @functools.wraps(function)
    def inside(*positional: Arguments.args, **named: Arguments.kwargs) -> Answer:
        with drawing():
            made = function(*positional, **named)
        if isinstance(made, ShownAxes) and named.get("ax") is None:
            made.draw_again = cast("Callable[[], Axes]", functools.partial(function, *positional, **named))
        return made

    return inside


class ShownAxes(Axes):
    """Axes that a notebook shows as a picture where they are the last thing of a cell; pyplot knows nothing of them."""

    draw_again: Callable[[], Axes] | None = None
    alt = ""
    """What the picture shows, for those who cannot see it."""

    def narrow(self) -> Axes | None:
        """The same figure drawn anew for a phone; None where it is not known how it was drawn."""
        if self.draw_again is None:
            return None
        before = _width.set(PHONE)
        try:
            with drawing():
                return self.draw_again()
        finally:
            _width.reset(before)

    def _repr_svg_(self) -> str:
        picture = svg(figure_of(self))
        return picture.replace("<svg ", f'<svg role="img" aria-label="{escape(self.alt)}" ', 1) if self.alt else picture


def described(axes: Axes, words: str) -> Axes:
    """The axes, with what they show in words for those who cannot see them; a notebook gives these to whoever reads it aloud."""
    if isinstance(axes, ShownAxes):
        axes.alt = words
    return axes


def open_axes(
    ax: Axes | None,
    *,
    height: float,
    left: float = 8.0,
    right: float = 8.0,
    top: float = 8.0,
    bottom: float = 8.0,
    width: float | None = None,
) -> Axes:
    """The axes to draw in: those given, or new ones in a figure of their own that pyplot knows nothing of.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
        Given axes come back unchanged, and the other arguments are not used.
    height : float
        Height of the plotting area in points (1/72 inch).
    left, right, top, bottom : float
        Margins around the plotting area in points.
    width : float
        Width of the whole figure in inches. Default 6.5, which fills a printed A4 page between its margins; 4.7 within
        :meth:`ShownAxes.narrow`.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> axes = open_axes(None, height=144, bottom=72)
    >>> [float(side) for side in axes.figure.get_size_inches().round(2)]
    [6.5, 3.11]
    """
    if ax is not None:
        return ax
    width = _width.get() if width is None else width
    wide, high = width * 72.0, height + top + bottom
    figure = Figure(figsize=(width, high / 72.0))
    inside = (left / wide, bottom / high, (wide - left - right) / wide, height / high)
    return figure.add_axes(inside, axes_class=ShownAxes)


def axes_width(ax: Axes | None, *, left: float = 8.0, right: float = 8.0, width: float | None = None) -> float:
    """How wide the plotting area is, or will be, in points.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
        Axes given by the caller; None for a figure still to be made.
    left, right : float
        Margins of the figure still to be made, in points.
    width : float
        Width of the figure still to be made, in inches; default as for :func:`open_axes`.

    Returns
    -------
    float
    """
    if ax is None:
        return (_width.get() if width is None else width) * 72.0 - left - right
    return float(ax.get_window_extent().width) / figure_of(ax).dpi * 72.0


def hatched(x: float, y: float, width: float, height: float) -> Rectangle:
    """The hatched patch that stands for a suppressed value in every figure.

    Parameters
    ----------
    x, y, width, height : float
        In the unit of the axes it is added to.

    Returns
    -------
    matplotlib.patches.Rectangle
        Its ``gid`` is ``"suppressed"``.
    """
    return Rectangle(
        (x, y), width, height, facecolor=PAPER, edgecolor=APART, hatch=HATCH, linewidth=0.8, zorder=2, gid="suppressed"
    )


@functools.lru_cache(maxsize=4096)
def text_width(text: str, size: float = TEXT, weight: str = "normal") -> float:
    """How wide a text will be, in points, without drawing it.

    Parameters
    ----------
    text : str
        One or more lines; the widest counts.
    size : float
        Size of type in points.
    weight : {"normal", "bold"}

    Returns
    -------
    float
    """
    font = FontProperties(family=FONT, size=size, weight=weight)
    return max(text_to_path.get_text_width_height_descent(line, font, False)[0] for line in text.split("\n"))


def wrap(text: str, width: float, size: float = TEXT, weight: str = "normal") -> str:
    r"""Break a text into lines that fit a width, by measuring it.

    Parameters
    ----------
    text : str
        A label or title; breaks already in it stay.
    width : float
        Room in points.
    size : float
        Size of type in points.
    weight : {"normal", "bold"}

    Returns
    -------
    str
        The text with line breaks. A single word wider than the room is broken where the room ends.

    Examples
    --------
    >>> wrap("Attended three times or more", 120)
    'Attended three\ntimes or more'
    """
    lines: list[str] = []
    for paragraph in str(text).split("\n"):
        line = ""
        for word in paragraph.split():
            joined = f"{line} {word}" if line else word
            if text_width(joined, size, weight) <= width:
                line = joined
                continue
            if line:
                lines.append(line)
            while text_width(word, size, weight) > width and len(word) > 1:
                fits = max(sum(text_width(word[:end], size, weight) <= width for end in range(1, len(word))), 1)
                lines.append(word[:fits])
                word = word[fits:]
            line = word
        lines.append(line)
    return "\n".join(lines)


def svg(figure: Figure) -> str:
    """The figure as an SVG text that is the same, byte for byte, every time.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        For axes, ``ax.get_figure(root=True)``.

    Returns
    -------
    str
        Begins with ``<svg``: no date, no version, no document type, nothing fetched from elsewhere. Letters
        are outlines, so a phone without the font shows the same picture; the words belong in the alt text.

    Examples
    --------
    >>> axes = open_axes(None, height=72)
    >>> svg(axes.figure) == svg(axes.figure)
    True
    """
    buffer = io.StringIO()
    with drawing():
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return buffer.getvalue()[buffer.getvalue().index("<svg") :]


def png(figure: Figure, *, dpi: int = 200) -> bytes:
    """The figure as a PNG picture, for documents that cannot hold SVG.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        For axes, ``ax.get_figure(root=True)``.
    dpi : int
        Dots per inch. Default 200, sharp on paper at 6.5 inches.

    Returns
    -------
    bytes
        Without date or version: the same every time.
    """
    buffer = io.BytesIO()
    with drawing():
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def contrast(colour: str, ground: str = PAPER) -> float:
    """How well one colour stands out from another: the WCAG contrast ratio.

    Parameters
    ----------
    colour, ground : str
        Any colour matplotlib knows.

    Returns
    -------
    float
        1 (not at all) to 21 (black on white). Text needs 4.5 or more, shapes 3 or more.

    References
    ----------
    W3C, Web Content Accessibility Guidelines 2.2, success criteria 1.4.3 and 1.4.11.

    Examples
    --------
    >>> round(contrast("black"), 1)
    21.0
    """
    light = []
    for name in (colour, ground):
        channels = matplotlib.colors.to_rgb(name)
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        light.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(light) + 0.05) / (min(light) + 0.05)
