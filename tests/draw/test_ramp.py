"""Ordered colours keep their order without colour, and dark text can be read on signed ones."""

import itertools

import numpy as np
import pytest

from recoverynet.draw import style
from recoverynet.draw.ramp import ordered_colours, signed_colour
from recoverynet.draw.style import contrast


@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_ordered_colours_get_darker_and_stand_out_from_paper(count):
    against_paper = [contrast(colour) for colour in ordered_colours(count)]
    assert len(against_paper) == count and min(against_paper) >= 3
    assert all(darker > lighter for lighter, darker in itertools.pairwise(against_paper))


def test_text_can_be_read_on_every_signed_colour():
    assert all(contrast(style.INK, signed_colour(value, 1.0)) >= 4.5 for value in np.linspace(-2, 2, 41))


@pytest.mark.parametrize(("value", "largest"), [(0.0, 1.0), (np.nan, 1.0), (1.0, 0.0)])
def test_nothing_is_white(value, largest):
    assert signed_colour(value, largest) == "#ffffff"
