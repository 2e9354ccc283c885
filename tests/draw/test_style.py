"""Colours that can be told apart, files that do not change, settings that do not leak."""

import ast
import itertools
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pandas as pd
import pytest

from recoverynet.draw import style
from recoverynet.draw.drift import describe_drift, draw_drift
from recoverynet.draw.funnel import funnel
from recoverynet.draw.style import contrast, drawing, open_axes, png, svg, text_width, wrap

STAGES = pd.DataFrame({"stage": ["Offered", "Attended"], "n": [400, None], "share": [0.62, None]})
DRAW = """
import hashlib, sys
import pandas as pd
from recoverynet.draw.funnel import funnel
from recoverynet.draw.style import svg
stages = pd.DataFrame({"stage": ["Offered", "Attended"], "n": [400, None], "share": [0.62, None]})
print(hashlib.sha256(svg(funnel(stages, denominator=650).get_figure(root=True)).encode()).hexdigest())
print("matplotlib.pyplot" in sys.modules)
"""


@pytest.mark.parametrize("colour", [style.INK, style.MUTED, style.MAIN, style.MAIN_DARK, style.ACCENT, *style.SERIES])
def test_colours_used_for_text_can_be_read_on_white(colour):
    assert contrast(colour) >= 4.5


@pytest.mark.parametrize("colour", [style.MAIN, style.MAIN_DARK, style.APART, style.ACCENT])
def test_colours_used_for_shapes_stand_out_from_paper_and_track(colour):
    assert contrast(colour) >= 3
    assert contrast(colour, style.TRACK) >= 3


def test_every_part_carries_text_and_the_parts_get_lighter_in_order():
    for colour in style.PARTS.values():
        assert max(contrast(style.INK, colour), contrast(style.PAPER, colour)) >= 4.5
    steps = [contrast("black", colour) for colour in style.PARTS.values()]
    assert all(lighter / darker >= 1.4 for darker, lighter in itertools.pairwise(steps))


def test_contrast_is_that_of_the_guidelines():
    assert contrast("white", "white") == 1
    assert contrast("#777777") == pytest.approx(4.48, abs=0.01)


@pytest.mark.slow
def test_the_same_frame_gives_the_same_bytes_in_another_process_and_without_pyplot():
    command = [sys.executable, "-c", DRAW]
    runs = {subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)}
    assert len(runs) == 1
    assert runs.pop().split()[1] == "False"


def test_drawing_never_asks_for_pyplot():
    files = sorted(Path(style.__file__).parent.glob("*.py"))
    assert len(files) > 10
    named = [
        (file.name, name)
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None), *(alias.name for alias in node.names)]
        if name and "pyplot" in name
    ]
    assert not named


def test_svg_is_bare_and_fetches_nothing():
    text = svg(funnel(STAGES, denominator=650).get_figure(root=True))
    assert text.startswith("<svg") and text.rstrip().endswith("</svg>")
    assert "<!DOCTYPE" not in text and "<dc:date>" not in text and "<text" not in text
    assert "http" not in text.replace("http://www.w3.org/", "")


def test_png_is_the_same_every_time():
    pictures = {png(funnel(STAGES, denominator=650).get_figure(root=True)) for _ in range(2)}
    assert len(pictures) == 1
    assert pictures.pop().startswith(b"\x89PNG")


def test_a_readers_settings_neither_reach_in_nor_change():
    ours = svg(funnel(STAGES, denominator=650).get_figure(root=True))
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "black", "font.family": "serif"}):
        theirs = svg(funnel(STAGES, denominator=650).get_figure(root=True))
        assert matplotlib.rcParams["font.size"] == 30
        with pytest.raises(ZeroDivisionError), drawing():
            1 / 0  # noqa: B018
        assert matplotlib.rcParams["font.size"] == 30
    assert theirs == ours


def test_given_axes_are_used_and_come_back():
    from matplotlib.figure import Figure

    given = Figure(figsize=(6, 3)).subplots()
    assert funnel(STAGES, denominator=650, ax=given) is given
    assert open_axes(given, height=10) is given


def test_wrap_keeps_every_word_within_its_room():
    text = "Involved (home group, sponsor or service) and helping others"
    wrapped = wrap(text, 120)
    assert wrapped.split() == text.split()
    assert max(text_width(line) for line in wrapped.split("\n")) <= 120
    assert wrap("a\nb", 500) == "a\nb"


def test_wrap_breaks_a_word_wider_than_its_room():
    wrapped = wrap("x" * 90, 60)
    assert wrapped.replace("\n", "") == "x" * 90
    assert max(text_width(line) for line in wrapped.split("\n")) <= 60


def test_dollar_signs_are_dollar_signs():
    frame = STAGES.assign(stage=["Cost $5 to $9", "A_b^c"])
    axes = funnel(frame, denominator=650)
    assert [text.get_parse_math() for text in axes.texts if "$" in text.get_text()] == [False]


def test_a_notebook_shows_axes_that_end_a_cell():
    import matplotlib.pyplot as plt
    from IPython.core.formatters import DisplayFormatter

    ax = style.open_axes(None, height=100)
    ax.plot([0, 1], [0, 1])
    shown, _ = DisplayFormatter().format(ax)
    assert shown["image/svg+xml"].startswith("<svg")
    assert plt.get_fignums() == []


def test_a_figure_can_be_drawn_anew_for_a_phone():
    wide = funnel(STAGES, denominator=650, title="How far clients get towards a recovery group")
    narrow = wide.narrow()
    sizes = [each.get_figure(root=True).get_size_inches()[0] for each in (wide, narrow, funnel(STAGES, denominator=650))]
    assert sizes == [6.5, 4.7, 6.5], "and figures drawn later are as wide as before"
    words = [" ".join(" ".join(text.get_text() for text in each.texts).split()) for each in (wide, narrow)]
    assert words[0] == words[1]
    assert open_axes(None, height=72).narrow() is None


def test_a_picture_in_a_notebook_says_what_it_shows() -> None:
    drift = pd.DataFrame(
        {"behaviour": [1, 2, 3] * 2, "contacts": [1, 1, 1, 3, 3, 3], "contribution": [0.5, 0.2, -0.6, -0.4, 0.1, 0.6]}
    )
    axes = draw_drift(drift, behaviour='drink & "more"', people=50)
    picture = axes._repr_svg_()
    root = ElementTree.fromstring(picture)
    assert root.get("role") == "img" and root.get("aria-label") == describe_drift(drift, behaviour='drink & "more"')
    assert ElementTree.fromstring(open_axes(None, height=72)._repr_svg_()).get("role") is None
