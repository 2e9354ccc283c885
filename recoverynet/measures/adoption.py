"""Adoption: when was each person first seen to hold a norm?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.diffusion import adoption_times
from recoverynet.measures.behaviours import Behaviour, norm_values, with_last_adopters

OUTCOMES = ("gained", "held_at_start", "never_gained", "never_seen")


def adoption(panel: NetworkPanel, behaviour: Behaviour = None, *, last_period_adopts: bool = False) -> pd.DataFrame:
    """When was each person first seen to hold the norm, and was the gain itself seen?

    Parameters
    ----------
    panel : NetworkPanel
        n people at W waves.
    behaviour : str, Norm, array of shape (n, W) or None
        1 holds the norm, 0 does not, NaN unknown. Default: the panel's norm.
    last_period_adopts : bool
        Count those who were seen but never seen to hold the norm as gaining it at the last wave, as
        netdiffuseR does. Default False: they are right-censored.

    Returns
    -------
    pandas.DataFrame indexed by person_id
        ``outcome``: *gained* (seen without the norm, later with it), *held_at_start* (with it when first
        seen: the gain lies before and is left-censored), *never_gained* (seen, never with it:
        right-censored), *never_seen*. ``wave``: first wave seen with the norm, missing where there is none.
        ``time``: the end of that wave, NaT where there is none or waves are not dated. ``after_wave``: the
        last wave seen without it before, missing where there is none; the gain lies after its end and by the
        end of ``wave``. ``left_censored``, ``right_censored``: bool. ``last_known_wave``: until when the
        person was followed. ``n_known``: waves at which the state was known.

    Raises
    ------
    SchemaError
        The panel has no such behaviour, or it is not a norm.

    Notes
    -----
    Only the first gain is dated. Norms of recovery are lost and gained again; :func:`prevalence_curve
    <recoverynet.measures.curves.prevalence_curve>` counts every gain and every loss.

    Examples
    --------
    >>> import numpy as np
    >>> from recoverynet import NetworkPanel, adoption
    >>> held = np.array([[0, 1, 0], [1, 1, 1], [0, 0, np.nan]])
    >>> panel = NetworkPanel.from_adjacency([1 - np.eye(3)] * 3, behaviour={"recovery": held})
    >>> adoption(panel)["outcome"].tolist()
    ['gained', 'held_at_start', 'never_gained']
    """
    _, held = norm_values(panel, behaviour)
    if last_period_adopts:
        held = with_last_adopters(held)
    seen = adoption_times(held)
    gained = seen.last_without > 0
    outcome = np.select(
        [seen.n_known == 0, seen.first_held == 0, gained], ["never_seen", "never_gained", "gained"], "held_at_start"
    )
    wave = _missing_for_zero(seen.first_held)
    ends = panel.waves["end"].to_numpy()
    time = pd.Series(panel.waves["end"].array.take(np.maximum(seen.first_held - 1, 0)), index=panel.people.index)
    return pd.DataFrame(
        {
            "outcome": pd.Categorical(outcome, categories=OUTCOMES),
            "wave": wave,
            "time": time.mask(seen.first_held == 0) if len(ends) else time,
            "after_wave": _missing_for_zero(np.where(seen.first_held > 0, seen.last_without, 0)),
            "left_censored": outcome == "held_at_start",
            "right_censored": outcome == "never_gained",
            "last_known_wave": _missing_for_zero(seen.last_known),
            "n_known": seen.n_known,
        },
        index=panel.people.index,
    )


def _missing_for_zero(waves: np.ndarray) -> pd.arrays.IntegerArray:
    """Whole numbers, missing where 0."""
    return pd.arrays.IntegerArray(waves.astype(np.int64), waves == 0)
