"""Exposure to people one is tied to only later: a placebo that influence cannot produce."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.transitions import LaggedExposure, future_ties, lagged_exposure, ties_of
from recoverynet.measures.behaviours import Behaviour, norm_values, person_wave_index
from recoverynet.measures.exposure import known_ties

After = Literal["exposure", "outcome"]


def future_tie_exposure(
    panel: NetworkPanel, behaviour: Behaviour = None, *, lag: int = 1, direction: str = "out", after: After = "exposure"
) -> pd.DataFrame:
    """What did the people hold whom one would meet only later?

    Parameters
    ----------
    panel : NetworkPanel
    behaviour : str, Norm, array (n, W) or None
        A norm: 1 holds it, 0 does not, NaN unknown. Default: the panel's norm.
    lag : int
        Waves from the states looked at to the outcome, 1 or more.
    direction : {"out", "in", "mutual"}
        As in :func:`recoverynet.exposure`.
    after : {"exposure", "outcome"}
        Ties that first appear after the wave whose states are looked at (default), or only after the outcome.
        The first finds more of them; the second also leaves out ties formed while the outcome came about.

    Returns
    -------
    pandas.DataFrame indexed by (person_id, wave), the wave being that of the outcome
        ``exposure``: share of future contacts of known state who held the norm ``lag`` waves before; NaN
        without any. ``n_alters``: future contacts. ``n_observed``: those of known state.

    Raises
    ------
    SchemaError
        Unknown behaviour or argument.

    Notes
    -----
    Future contacts of wave w are people one has had no tie to at any wave up to w − ``lag`` (up to w with
    ``after="outcome"``) and will have one to later. They cannot have influenced anybody yet: where the outcome goes with *their*
    states, like people are meeting. The reverse does not hold: where people choose their contacts by
    the state itself, gaining the norm comes before ties to those who hold it, and the outcome goes with
    later ties too, under either choice of ``after``. An association with future ties therefore means
    likeness or choice, not which of them. Person-waves whose ties are unknown have NaN. Panels whose
    ties never change have no future ties.

    Examples
    --------
    >>> from recoverynet.worlds.worlds import simulate_panel
    >>> from recoverynet.models.spread.future_ties import future_tie_exposure
    >>> future_tie_exposure(simulate_panel(60, ties_change=0.3, rng=1)).columns.tolist()
    ['exposure', 'n_alters', 'n_observed']
    """
    seen = future_exposure(panel, norm_values(panel, behaviour)[1], lag=lag, direction=direction, after=after)
    blocks = {"exposure": seen.share, "n_alters": seen.n_alters, "n_observed": seen.n_observed}
    columns = {name: block.ravel() for name, block in blocks.items()}
    frame = pd.DataFrame(columns, index=person_wave_index(panel))
    return frame.astype({"n_alters": int, "n_observed": int})


def future_exposure(
    panel: NetworkPanel, held: np.ndarray, *, lag: int = 1, direction: str = "out", after: After = "exposure"
) -> LaggedExposure:
    """As :func:`future_tie_exposure`, in arrays."""
    if after not in ("exposure", "outcome") or direction not in ("out", "in", "mutual") or not lag >= 1:
        raise SchemaError(
            "after must be 'exposure' or 'outcome', direction 'out', 'in' or 'mutual', and lag 1 or more; "
            f"got after={after!r}, direction={direction!r}, lag={lag!r}."
        )
    ties = ties_of(panel.networks, direction, directed=panel.directed)
    later = future_ties(ties, after=after, lag=lag)
    seen = lagged_exposure(later, np.where(panel.present, held, np.nan), lag)
    # Somebody whose ties nobody asked about may have had them already: theirs are not known to be new.
    return seen._replace(share=np.where(known_ties(panel, direction, lag), seen.share, np.nan))
