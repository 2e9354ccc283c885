"""How fast did a norm come and go in the whole population: hazard, prevalence and the Bass curve?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from recoverynet.arguments import require_level
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.diffusion import adoption_times, fit_bass
from recoverynet.kernels.proportions import share, wilson_interval
from recoverynet.measures.behaviours import Behaviour, norm_values, with_last_adopters


def hazard_curve(
    panel: NetworkPanel, behaviour: Behaviour = None, *, last_period_adopts: bool = False, level: float = 0.95
) -> pd.DataFrame:
    """Wave by wave, what share of those who had not yet held the norm gained it for the first time?

    Parameters
    ----------
    panel : NetworkPanel
        n people at W waves.
    behaviour : str, Norm, array of shape (n, W) or None
        1 holds the norm, 0 does not, NaN unknown. Default: the panel's norm.
    last_period_adopts : bool
        As for :func:`recoverynet.adoption`; the last hazard is then 1.
    level : float
        Coverage of the interval. Default 0.95.

    Returns
    -------
    pandas.DataFrame indexed by wave
        ``n_at_risk`` (seen before, never with the norm, still followed), ``n_gained`` (of those, first seen
        with it at this wave), ``hazard`` (NaN where nobody was at risk, the first wave always), ``low`` and
        ``high`` (Wilson interval), ``n_people`` (ever seen), ``n_adopted`` (seen with the norm by now, those
        who held it when first seen included), ``share_adopted`` (of ``n_people``), ``growth`` (relative
        increase of ``n_adopted``).

    Raises
    ------
    SchemaError
        The panel has no such behaviour, it is not a norm, or ``level`` is no share.

    Notes
    -----
    h_w = (q_w − q_{w−1}) / (n − q_{w−1}) where everybody is seen at every wave. Somebody not seen for some
    waves is at risk until last seen, and their gain counts at the wave it was first seen. Only first gains:
    see :func:`prevalence_curve` for norms that are lost again.

    Examples
    --------
    >>> import numpy as np
    >>> from recoverynet import NetworkPanel
    >>> from recoverynet.measures.curves import hazard_curve
    >>> held = np.array([[1, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 0]])
    >>> panel = NetworkPanel.from_adjacency([1 - np.eye(4)] * 3, behaviour={"recovery": held})
    >>> hazard_curve(panel)["hazard"].round(3).tolist()
    [nan, 0.333, 0.5]
    """
    require_level(level)
    _, held = norm_values(panel, behaviour)
    seen = adoption_times(with_last_adopters(held) if last_period_adopts else held)
    wave = np.arange(1, panel.n_waves + 1)[:, None]
    first = np.where(seen.first_held > 0, seen.first_held, panel.n_waves + 1)
    at_risk = (seen.first_known > 0) & (seen.first_known < wave) & (first >= wave) & (seen.last_known >= wave)
    n_at_risk, n_gained = at_risk.sum(axis=1), (at_risk & (first == wave)).sum(axis=1)
    low, high = wilson_interval(n_gained, n_at_risk, level)
    n_people, n_adopted = int((seen.n_known > 0).sum()), (first <= wave).sum(axis=1)
    before = np.concatenate([[0], n_adopted[:-1]])
    return pd.DataFrame(
        {
            "n_at_risk": n_at_risk, "n_gained": n_gained, "hazard": share(n_gained, n_at_risk),
            "low": low, "high": high,
            "n_people": n_people, "n_adopted": n_adopted, "share_adopted": share(n_adopted, n_people),
            "growth": share(n_adopted - before, before),
        },
        index=panel.waves.index,
    )  # fmt: skip


def prevalence_curve(panel: NetworkPanel, behaviour: Behaviour = None, *, level: float = 0.95) -> pd.DataFrame:
    """Wave by wave, what share of people hold the norm, how many gained it and how many lost it?

    Parameters
    ----------
    panel : NetworkPanel
        n people at W waves.
    behaviour : str, Norm, array of shape (n, W) or None
        1 holds the norm, 0 does not, NaN unknown. Default: the panel's norm.
    level : float
        Coverage of the interval. Default 0.95.

    Returns
    -------
    pandas.DataFrame indexed by wave
        ``n_present``, ``n_known`` (present and known: the denominator), ``n_holding``, ``prevalence``,
        ``low`` and ``high`` (Wilson interval), ``n_unknown``; and, among those known at this wave and the one
        before, ``n_could_gain`` (without the norm before), ``n_gained``, ``n_could_lose`` (with it before),
        ``n_lost``.

    Raises
    ------
    SchemaError
        The panel has no such behaviour, it is not a norm, or ``level`` is no share.

    Notes
    -----
    A lapse and a return are both counted, each at its wave. Prevalence among those seen is prevalence among
    everybody only if being seen has nothing to do with the state; people out of touch are often those not
    doing well.

    Examples
    --------
    >>> import numpy as np
    >>> from recoverynet import NetworkPanel
    >>> from recoverynet.measures.curves import prevalence_curve
    >>> held = np.array([[0, 1, 0], [1, 1, np.nan]])
    >>> panel = NetworkPanel.from_adjacency([1 - np.eye(2)] * 3, behaviour={"recovery": held})
    >>> prevalence_curve(panel)[["n_known", "prevalence", "n_gained", "n_lost"]].to_numpy().tolist()
    [[2.0, 0.5, 0.0, 0.0], [2.0, 1.0, 1.0, 0.0], [1.0, 0.0, 0.0, 1.0]]
    """
    require_level(level)
    _, held = norm_values(panel, behaviour)
    held = np.where(panel.present, held, np.nan)
    before = np.column_stack([np.full(panel.n_people, np.nan), held[:, :-1]])
    n_known, n_holding = np.isfinite(held).sum(axis=0), (held == 1).sum(axis=0)
    low, high = wilson_interval(n_holding, n_known, level)
    return pd.DataFrame(
        {
            "n_present": panel.present.sum(axis=0), "n_known": n_known, "n_holding": n_holding,
            "prevalence": share(n_holding, n_known), "low": low, "high": high,
            "n_unknown": (panel.present & np.isnan(held)).sum(axis=0),
            "n_could_gain": ((before == 0) & np.isfinite(held)).sum(axis=0),
            "n_gained": ((before == 0) & (held == 1)).sum(axis=0),
            "n_could_lose": ((before == 1) & np.isfinite(held)).sum(axis=0),
            "n_lost": ((before == 1) & (held == 0)).sum(axis=0),
        },
        index=panel.waves.index,
    )  # fmt: skip


def bass_fit(panel: NetworkPanel, behaviour: Behaviour = None, *, last_period_adopts: bool = False) -> pd.DataFrame:
    """How well does the growth of the norm look like Bass's curve, and with which two rates?

    Parameters
    ----------
    panel : NetworkPanel
        n people at W waves, evenly spaced in time.
    behaviour : str, Norm, array of shape (n, W) or None
        1 holds the norm, 0 does not, NaN unknown. Default: the panel's norm.
    last_period_adopts : bool
        As for :func:`recoverynet.adoption`.

    Returns
    -------
    pandas.DataFrame indexed by parameter (p, q)
        ``estimate`` a wave, ``std_error`` (least squares), ``n_waves``, ``n_people``, and ``reason``: why
        there is no estimate, missing where there is one. ``p`` is the rate at which people gain the norm
        whatever others do, ``q`` how much it rises with the share who have it.

    Raises
    ------
    SchemaError
        The panel has no such behaviour, or it is not a norm.

    Notes
    -----
    Least squares of the share who have ever held the norm on F(w) = (1 − e^{−(p+q)w}) / (1 + (q/p)
    e^{−(p+q)w}), w = 1 … W (Bass 1969). It knows nothing of who is tied to whom, assumes that everybody gains
    the norm in the end and nobody loses it, and a positive q is no evidence of spread: any S-shaped growth
    has one. The shares of successive waves are not independent, so the standard errors are too small.

    References
    ----------
    Bass, F. M. (1969). A new product growth for model consumer durables. Management Science 15, 215–227.
    https://doi.org/10.1287/mnsc.15.5.215

    Examples
    --------
    >>> import numpy as np
    >>> from recoverynet import NetworkPanel
    >>> from recoverynet.measures.curves import bass_fit
    >>> held = (np.arange(20)[:, None] < np.array([2, 5, 9, 13, 16])).astype(float)
    >>> panel = NetworkPanel.from_adjacency([1 - np.eye(20)] * 5, behaviour={"recovery": held})
    >>> bass_fit(panel)["estimate"].round(2).tolist()
    [0.07, 0.68]
    """
    curve = hazard_curve(panel, behaviour, last_period_adopts=last_period_adopts)
    shares, n_people = curve["share_adopted"].to_numpy(), int(curve["n_people"].iloc[0])
    estimate, std_error, reason = np.full(2, np.nan), np.full(2, np.nan), None
    if panel.n_waves < 3:
        reason = f"two rates need at least 3 waves; there are {panel.n_waves}"
    elif n_people == 0:
        reason = "nobody's state was ever known"
    elif shares[-1] == shares[0]:
        reason = "nobody was seen to gain the norm"
    else:
        estimate, covariance, settled = fit_bass(np.arange(1, panel.n_waves + 1), shares)
        std_error = np.sqrt(np.diag(covariance))
        reason = None if settled else "the search for the two rates did not settle"
    index = pd.Index(["p", "q"], name="parameter")
    return pd.DataFrame(
        {
            "estimate": estimate, "std_error": std_error, "n_waves": panel.n_waves, "n_people": n_people,
            "reason": pd.array([reason] * 2, dtype="str"),
        },
        index=index,
    )  # fmt: skip
