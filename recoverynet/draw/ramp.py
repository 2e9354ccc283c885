"""Colours that are ordered: from light to dark, and from below zero through white to above it."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_hex, to_rgb

from recoverynet.draw.style import PAPER

LIGHT, MIDDLE, DARK = "#5C9DBA", "#2F78AD", "#08304A"
BELOW, ABOVE = "#E59A5C", "#5C9DBA"


def ordered_colours(count: int) -> list[str]:
    """So many blues from light to dark, each clear of white paper and still in order in a black-and-white copy.

    Parameters
    ----------
    count : int
        1 or more; a single one is the middle.

    Returns
    -------
    list of str

    Examples
    --------
    >>> ordered_colours(3)
    ['#5c9dba', '#2f78ad', '#08304a']
    """
    if count == 1:
        return [to_hex(MIDDLE)]
    stops = np.array([to_rgb(colour) for colour in (LIGHT, MIDDLE, DARK)])
    places = np.linspace(0.0, 1.0, count)
    mixed = np.column_stack([np.interp(places, (0.0, 0.5, 1.0), channel) for channel in stops.T])
    return [to_hex(tuple(colour)) for colour in mixed]


def signed_colour(value: float, largest: float) -> str:
    """Orange below 0, white at 0, blue above; pale enough for dark text throughout.

    Parameters
    ----------
    value : float
    largest : float
        Size at which the colour is full; 0 gives white.

    Returns
    -------
    str

    Examples
    --------
    >>> signed_colour(-1.0, 2.0), signed_colour(0.0, 2.0), signed_colour(2.0, 2.0)
    ('#f2ccae', '#ffffff', '#5c9dba')
    """
    if not largest or not np.isfinite(value):
        return to_hex(PAPER)
    weight = min(abs(value) / largest, 1.0)
    full, white = np.array(to_rgb(ABOVE if value > 0 else BELOW)), np.array(to_rgb(PAPER))
    return to_hex(tuple(weight * full + (1.0 - weight) * white))
