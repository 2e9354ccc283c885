"""What an object looks like in a notebook: its name, what it holds in numbers, and a small table; no person's id."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd


def card(title: str, facts: Sequence[tuple[str, object]], table: pd.DataFrame | None = None) -> str:
    """A title, pairs of name and value, and a table, as HTML with everything escaped.

    Parameters
    ----------
    title : str
        What the object is, in a few words.
    facts : sequence of (str, object)
        Names and values; whole numbers get their thousands apart.
    table : pandas.DataFrame, optional
        Shown below, with its index.

    Returns
    -------
    str

    Examples
    --------
    >>> card("A network", [("people", 1200)])
    '<div><p><strong>A network</strong></p><p>people: 1,200</p></div>'
    """
    said = " · ".join(f"{escape(name)}: {escape(f'{value:,}' if isinstance(value, int) else str(value))}" for name, value in facts)
    below = "" if table is None else table.to_html(border=0)
    return f"<div><p><strong>{escape(title)}</strong></p>" + (f"<p>{said}</p>" if said else "") + f"{below}</div>"
