"""Thresholds: what share of a person's contacts held the norm when they first gained it?"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from recoverynet.graphs.panel import NetworkPanel
from recoverynet.measures.adoption import adoption
from recoverynet.measures.behaviours import Behaviour
from recoverynet.measures.exposure import Direction, StructuralEquivalence, exposure

TIMINGS = ("earliest", "early majority", "late majority", "latest")
LEVELS = ("very low", "low", "high", "very high")


def thresholds(
    panel: NetworkPanel,
    behaviour: Behaviour = None,
    *,
    lag: int = 1,
    left_censored: bool = False,
    direction: Direction = "out",
    isolates: Literal["nan", "zero"] = "nan",
    weighted: bool = False,
    weights: Literal["ties", "structural_equivalence"] | StructuralEquivalence = "ties",
    last_period_adopts: bool = False,
) -> pd.DataFrame:
    """What share of each person's contacts held the norm when they first gained it?

    Parameters
    ----------
    panel : NetworkPanel
        n people at W waves.
    behaviour : str, Norm, array of shape (n, W) or None
        1 holds the norm, 0 does not, NaN unknown. Default: the panel's norm.
    lag : int
        Waves before the gain at which exposure is read. Default 1: what was there before; 0 reads both at
        once.
    left_censored : bool
        Also give the exposure of those who held the norm when first seen. Their gain lies earlier, so it is
        not a threshold; netdiffuseR gives it. Default False: NaN.
    direction, isolates, weighted, weights : optional
        As for :func:`recoverynet.exposure`.
    last_period_adopts : bool
        As for :func:`recoverynet.adoption`.

    Returns
    -------
    pandas.DataFrame indexed by person_id
        ``wave`` (first seen with the norm, missing where never), ``threshold`` (0 to 1, NaN where there is no
        gain or no contact of known state), ``n_alters`` and ``n_observed`` (contacts, and those of known
        state: the denominator, at the wave read; missing where there is none), ``left_censored``.

    Raises
    ------
    SchemaError
        The panel has no such behaviour, it is not a norm, or an argument is not known.
    NotEstimableError
        The panel has too few waves for the lag.

    Notes
    -----
    τ_i = E_i(a_i − lag), a_i the wave of the first gain (Valente 1996). It is an upper bound of what a person
    needed: between two waves more contacts may have gained the norm than had when this person did. The
    coarser the waves, the looser the bound. It does not say that contacts had anything to do with the gain.

    References
    ----------
    Valente, T. W. (1996). Social network thresholds in the diffusion of innovations. Social Networks 18,
    69–89. https://doi.org/10.1016/0378-8733(95)00256-1

    Examples
    --------
    >>> import numpy as np
    >>> from recoverynet import NetworkPanel, thresholds
    >>> ties = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]])
    >>> held = np.array([[1, 1, 1], [0, 0, 1], [0, 0, 0]])
    >>> panel = NetworkPanel.from_adjacency([ties] * 3, behaviour={"recovery": held})
    >>> thresholds(panel)["threshold"].tolist()
    [nan, 0.5, nan]
    """
    when = adoption(panel, behaviour, last_period_adopts=last_period_adopts)
    seen = exposure(
        panel,
        behaviour,
        lag=lag,
        direction=direction,
        isolates=isolates,
        weighted=weighted,
        weights=weights,
        last_period_adopts=last_period_adopts,
    )
    wave = when["wave"].fillna(1).astype(int)
    at_gain = seen.loc[pd.MultiIndex.from_arrays([when.index, panel.waves.index[wave.to_numpy() - 1]])].droplevel(1)
    never = when["wave"].isna()
    hidden = never if left_censored else never | when["left_censored"]
    return pd.DataFrame(
        {
            "wave": when["wave"],
            "threshold": at_gain["exposure"].mask(hidden),
            "n_alters": at_gain["n_alters"].mask(never),
            "n_observed": at_gain["n_observed"].mask(never),
            "left_censored": when["left_censored"],
        }
    )


def adopter_categories(panel: NetworkPanel, behaviour: Behaviour = None, **options: Any) -> pd.DataFrame:
    """Who gained the norm early and who late, and on how much exposure, compared with the others?

    Parameters
    ----------
    panel : NetworkPanel
        n people at W waves.
    behaviour : str, Norm, array of shape (n, W) or None
        1 holds the norm, 0 does not, NaN unknown. Default: the panel's norm.
    **options
        As for :func:`thresholds`.

    Returns
    -------
    pandas.DataFrame indexed by person_id
        ``wave`` and ``threshold`` as in :func:`thresholds`; ``timing`` (earliest, early majority, late
        majority, latest) and ``threshold_level`` (very low, low, high, very high), ordered categories,
        missing where the number is.

    Raises
    ------
    SchemaError, NotEstimableError
        As :func:`thresholds`.

    Notes
    -----
    Both are cut at mean − sd, mean and mean + sd over those who have the number, a value on a cut falling
    below it (Valente 1995, whose first and last words are early adopters and laggards). The words compare
    people of one panel with one another; they say nothing about anybody's prospects, and half the people fall
    below any average.

    References
    ----------
    Valente, T. W. (1995). Network Models of the Diffusion of Innovations. Hampton Press.

    Examples
    --------
    >>> import numpy as np
    >>> from recoverynet import NetworkPanel
    >>> from recoverynet.measures.thresholds import adopter_categories
    >>> held = np.array([[0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1]])
    >>> panel = NetworkPanel.from_adjacency([np.ones((3, 3)) - np.eye(3)] * 4, behaviour={"recovery": held})
    >>> adopter_categories(panel)["timing"].tolist()
    ['earliest', 'early majority', 'late majority']
    """
    frame = thresholds(panel, behaviour, **options)
    return pd.DataFrame(
        {
            "wave": frame["wave"],
            "timing": _cut(frame["wave"].astype("Float64").to_numpy(dtype=float, na_value=np.nan), TIMINGS),
            "threshold": frame["threshold"],
            "threshold_level": _cut(frame["threshold"].to_numpy(), LEVELS),
        },
        index=frame.index,
    )


def _cut(values: np.ndarray, labels: tuple[str, ...]) -> pd.Categorical:
    """Four classes cut at mean − sd, mean, mean + sd."""
    known = values[np.isfinite(values)]
    if not len(known):
        answer: pd.Categorical = pd.Categorical.from_codes(np.full(len(values), -1), list(labels), ordered=True)  # type: ignore[call-overload]
        return answer
    mean, sd = known.mean(), known.std(ddof=1) if len(known) > 1 else 0.0
    codes = np.digitize(values, [mean - sd, mean, mean + sd], right=True)
    answer = pd.Categorical.from_codes(np.where(np.isfinite(values), codes, -1), list(labels), ordered=True)  # type: ignore[call-overload]
    return answer
